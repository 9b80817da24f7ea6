package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
)

// An elderly citizen is called before two who came earlier, somebody in need
// before all by the word of the staff, who say why; each call says its rule
// (R-KIOSK-05, -06).
func TestWhoGoesFirst(t *testing.T) {
	h := newHouse(t)
	k := h.opened()
	take := func(class string) string {
		t.Helper()
		h.walk(k, "start")
		if class != "" {
			h.walk(k, "classes", "class "+class)
			h.reads(k, "home", "优先：老年人")
		}
		h.walk(k, "unit housing", "service housing-rent")
		number, p := h.ends(k)
		if says(p, "优先：老年人") != (class != "") {
			t.Errorf("%s with class %q: the slip says %q", number, class, p.Lines)
		}
		return number
	}
	first, second, elderly := take(""), take(""), take("elderly")

	w02 := func(input string, args ...string) string {
		return h.hallctl(input, append([]string{"window"}, args...)...)
	}
	called := func(want, why string) {
		t.Helper()
		got := w02("", "next", "w02")
		if !strings.Contains(got, want) || !strings.Contains(got, why) {
			t.Errorf("next says %q, want %s because of %q", got, want, why)
		}
		w02("", "start", "w02")
		w02("", "finish", "w02")
	}
	w02("1003\n", "sign-in", "w02", "1003")
	called(elderly, "老年人（65周岁以上）优先（越过2人）")
	urgent := take("")
	w02("", "grant", "w02", urgent, "--class", "urgent", "--reason", "赶火车")
	called(urgent, "特事特办（授权：孙样例）（越过2人）")
	called(first, "")
	called(second, "")

	g := arrived[contract.TicketGranted](h, contract.EvTicketGranted, 1)[0]
	if g.Class != "urgent" || g.Reason != "赶火车" || g.Staff != "sun" {
		t.Errorf("the grant at the centre: %+v", g)
	}
	calls := arrived[contract.TicketCalled](h, contract.EvTicketCalled, 4)
	// What staff grant to the very head is not the rule's: it takes no turns.
	for i, over := range [][]string{{first, second}, nil, nil, nil} {
		if !slices.Equal(calls[i].Overtaken, over) {
			t.Errorf("call %d has overtaken %v, want %v", i+1, calls[i].Overtaken, over)
		}
	}
}

// Two services on one number, one of them with a fee: the slip lists them in
// order with the fee of the catalogue, the window goes on with the second, and
// the fee window calls the same number (R-KIOSK-16).
func TestSeveralServicesAndTheFee(t *testing.T) {
	h := newHouse(t)
	k := h.opened()
	h.walk(k, "start", "unit vehicle", "collect", "service vehicle-change", "service vehicle-cancel")
	h.shows(k, 5*time.Second, func(s people.Screen) bool {
		return slices.Equal(s.Chosen, []string{"vehicle-change", "vehicle-cancel"})
	})
	h.touch(k, "basket", "")
	h.reads(k, "basket", "1. 机动车变更登记", "2. 机动车注销登记")
	h.picture("kiosk", "kiosk-several", 0.02)
	h.touch(k, "take-all", "")
	h.reads(k, "done", "到收费窗口缴费，标准：15 元", "机动车注销登记")
	h.picture("kiosk", "kiosk-several-done", 0.02)
	number, p := h.ends(k)
	for _, want := range []string{"机动车变更登记", "2. 机动车注销登记", "办结后到收费窗口缴费，标准 15 元"} {
		if !says(p, want) {
			t.Errorf("the slip does not say %q: %q", want, p.Lines)
		}
	}

	desk := h.desk()
	h.signsIn(desk, "w06", "1010")
	h.signsIn(desk, "w11", "1015")
	if got, _ := h.next(desk, "w11"); got != "" {
		t.Errorf("the fee window calls %s before the services are done", got)
	}
	if got, _ := h.next(desk, "w06"); got != number {
		t.Errorf("w06 calls %s, want %s", got, number)
	}
	if a := h.served(desk, "w06"); a.Ticket == nil || a.Ticket.Number != number || a.Ticket.Service != "vehicle-cancel" {
		t.Fatalf("after the first service w06 has %+v, want %s for vehicle-cancel", a.Ticket, number)
	}
	finish := contract.WindowRef{Window: "w06"}
	if a, err := desk.Ask(t.Context(), contract.AskWindowFinish, finish); err != nil || a.Ticket != nil {
		t.Fatalf("after the second service w06 has %+v, %v", a.Ticket, err)
	}
	if got, _ := h.next(desk, "w11"); got != number {
		t.Errorf("the fee window calls %q, want %s", got, number)
	}
	if a := h.served(desk, "w11"); a.Ticket != nil {
		t.Errorf("after the fee there is still %+v", a.Ticket)
	}

	issued := arrived[contract.TicketIssued](h, contract.EvTicketIssued, 1)[0]
	if want := []string{"vehicle-cancel", "fee-pay"}; issued.Service != "vehicle-change" || !slices.Equal(issued.More, want) {
		t.Errorf("issued for %s and %v, want %v", issued.Service, issued.More, want)
	}
	went := arrived[contract.TicketContinued](h, contract.EvTicketContinued, 2)
	for i, want := range []contract.TicketContinued{
		{Done: "vehicle-change", Service: "vehicle-cancel", More: []string{"fee-pay"}, Here: true, Owed: true},
		{Done: "vehicle-cancel", Service: "fee-pay", Owed: true},
	} {
		got := went[i]
		want.Ticket, want.Window, want.Staff, want.Session, want.Seconds = issued.Ticket, "w06", "chen", got.Session, got.Seconds
		if a, b := marshalled(got), marshalled(want); a != b {
			t.Errorf("step %d:\n got %s\nwant %s", i+1, a, b)
		}
	}
	arrived[contract.TicketFinished](h, contract.EvTicketFinished, 1)
}
