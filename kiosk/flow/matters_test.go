package flow

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"hallward/devices/contract"
)

func refusal(id, typ, code, ticket string) Answered {
	return Answered{ID: id, Type: typ, Fresh: id + "F", Answer: contract.Answer{ID: id, Result: contract.ResultRefused,
		Error: &contract.Problem{Code: code, Message: "请到服务台", Ticket: ticket}}}
}

// asks is the only request among the effects.
func asks(t *testing.T, eff []Effect) Ask {
	t.Helper()
	for _, e := range eff {
		if a, ok := e.(Ask); ok {
			return a
		}
	}
	t.Fatalf("no request among %+v", eff)
	return Ask{}
}

// R-KIOSK-05: the class is a choice of the first page, goes with each ticket of
// the visit, and is gone with the person. It never stands in the way.
func TestClass(t *testing.T) {
	s, _ := taps(manifold(), Tap{Touch: Start})
	if !slices.Contains(s.Offers(), ToClasses) {
		t.Fatalf("the first page offers %v", s.Offers())
	}
	s, eff := taps(s, Tap{Touch: ToClasses}, Tap{Touch: Class, Arg: "elderly"}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1"})
	want(t, s, Taking)
	if got := asks(t, eff).Data.(contract.TakeTicket); got.Class != "elderly" {
		t.Errorf("asked %+v", got)
	}
	s = after(s, answer(s.Asked), Printed{Ticket: s.Asked})
	s, _ = taps(s, Tap{Touch: ToHome})
	if s.Class != "elderly" {
		t.Error("the same person is ordinary all of a sudden")
	}
	if s, _ = taps(s, Tap{Touch: ToClasses}, Tap{Touch: Class, Arg: ""}); s.Class != "" || s.Screen != Home {
		t.Errorf("class %q on %s after it was given up", s.Class, s.Screen)
	}
	if s, _ = taps(s, Tap{Touch: ToClasses}, Tap{Touch: Class, Arg: "king"}); s.Class != "" {
		t.Errorf("class %q, which the hall does not have", s.Class)
	}
	s, _ = taps(s, Tap{Touch: Class, Arg: "elderly"})
	if s = later(s, s.Times.Idle); s.Class != "" {
		t.Error("the next person has a class")
	}
}

// R-KIOSK-19: a service that asks for a card shows the page for it before a
// number is taken; the hash goes with the request, and only where it is asked for.
func TestRealname(t *testing.T) {
	laying, eff := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s5"})
	want(t, laying, Laying)
	if len(eff) != 0 {
		t.Fatalf("asked for a number without a card: %+v", eff)
	}
	unread := after(laying, CardUnread{})
	if unread.Hint != HintUnread || unread.Screen != Laying {
		t.Errorf("hint %q on %s", unread.Hint, unread.Screen)
	}
	if bad := after(laying, CardUnfit{}); bad.Hint != HintUnfit || bad.Person != "" || !bad.CardOn {
		t.Errorf("a card that fails the check: %+v", bad.Hint)
	}
	s, eff := unread.Next(unread.Now, Card{Person: "HASH", Name: "张*", Fresh: "T1"})
	want(t, s, Taking)
	if got := asks(t, eff); got.ID != "T1" || !reflect.DeepEqual(got.Data, contract.TakeTicket{Service: "s5", Lang: Chinese, Person: "HASH"}) {
		t.Errorf("asked %+v", got)
	}
	s = after(s, answer("T1"), Printed{Ticket: "T1"})
	want(t, s, Done)
	if !s.CardOn || after(s, CardGone{}).CardOn {
		t.Error("the page does not know whether the card lies there still")
	}
	gone := later(s, s.Times.Done)
	if gone.Person != "" || gone.Name != "" || !gone.CardOn || gone.Notice() != CardLeft {
		t.Errorf("afterwards: person %q, card on %v, notice %q", gone.Person, gone.CardOn, gone.Notice())
	}
	// The same person takes a ticket that asks for nobody.
	s, _ = taps(s, Tap{Touch: ToHome}, Tap{Touch: Unit, Arg: "u0"})
	if _, eff = taps(s, Tap{Touch: Service, Arg: "s1"}); asks(t, eff).Data.(contract.TakeTicket).Person != "" {
		t.Error("a hash went to the hall that nobody asked for")
	}
	if _, eff = taps(s, Tap{Touch: Service, Arg: "s5"}); asks(t, eff).Data.(contract.TakeTicket).Person != "HASH" {
		t.Error("the card is asked for twice in one visit")
	}
}

// R-ACC-07, R-KIOSK-19: there is a way without a card, and without a reader.
func TestWithoutCard(t *testing.T) {
	for _, c := range []struct {
		service string
		readers Readers
		screen  Screen
		nocard  bool
	}{
		{"s5", Readers{Card: true, Type: true}, Laying, true},
		{"s5", Readers{}, Laying, true},
		{"s2", Readers{Card: true}, Laying, false},
		{"s2", Readers{}, Taking, false},
		{"s1", Readers{Card: true}, Taking, false},
	} {
		s, eff := taps(after(manifold(), c.readers), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: c.service})
		want(t, s, c.screen)
		if c.screen == Laying {
			if slices.Contains(s.Offers(), TypeIt) != c.readers.Type {
				t.Errorf("%+v: offers %v", c, s.Offers())
			}
			s, eff = taps(s, Tap{Touch: WithoutID})
			want(t, s, Taking)
		}
		if got := asks(t, eff).Data.(contract.TakeTicket); got.Person != "" || got.NoCard != c.nocard {
			t.Errorf("%+v: asked %+v", c, got)
		}
	}
}

// R-SEC-07: of a typed number the state has the last character, and the station
// gets each key.
func TestTypedNumber(t *testing.T) {
	s, eff := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s5"}, Tap{Touch: TypeIt})
	want(t, s, Keypad)
	if !slices.Contains(eff, Effect(TypeID{})) {
		t.Errorf("what was typed before is not wiped: %+v", eff)
	}
	number, keys := "11010519491231002X", ""
	for _, k := range strings.Split("X"+number+"7", "") { // an X at the beginning and a 19th digit count for nothing
		s, eff = taps(s, Tap{Touch: Key, Arg: k})
		for _, e := range eff {
			keys += e.(TypeID).Key
		}
		if raw, _ := json.Marshal(s); strings.Contains(string(raw), "1101") {
			t.Fatalf("the state holds the number: %s", raw)
		}
	}
	if keys != number || s.Typed != strings.Repeat("●", 17)+"X" {
		t.Errorf("keys %s, shown %s", keys, s.Typed)
	}
	s, eff = taps(s, Tap{Touch: Key, Arg: EraseKey})
	if s.Typed != strings.Repeat("●", 17) || eff[0] != (TypeID{Key: EraseKey}) || s.Entered() {
		t.Errorf("erased: %s, %+v", s.Typed, eff)
	}
	s, eff = taps(s, Tap{Touch: Key, Arg: "X"}, Tap{Touch: Enter})
	if s.Typed != "" || eff[len(eff)-1] != (CheckID{}) {
		t.Errorf("entered: %q, %+v", s.Typed, eff)
	}
	if wrong := after(s, CardUnfit{Typed: true}); wrong.Hint != HintWrong || wrong.Screen != Keypad {
		t.Errorf("hint %q on %s", wrong.Hint, wrong.Screen)
	}
	s, eff = s.Next(s.Now, Card{Person: "HASH", Typed: true, Fresh: "T1"})
	want(t, s, Taking)
	if asks(t, eff).Data.(contract.TakeTicket).Person != "HASH" || s.CardOn {
		t.Errorf("asked %+v, card on %v", eff, s.CardOn)
	}
}

// "You already hold a ticket: print it again."
func TestAlreadyHolding(t *testing.T) {
	s, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s5"})
	s, _ = s.Next(s.Now, Card{Person: "HASH", Name: "张*", Fresh: "T1"})
	s, eff := s.Next(s.Now, refusal("T1", contract.AskTicketTake, "already-holding", "OLD"))
	want(t, s, Asking)
	look := asks(t, eff)
	if look.Type != contract.AskTicketLook || look.Data != (contract.TicketRef{Ticket: "OLD", Person: "HASH"}) {
		t.Fatalf("asked %+v", look)
	}
	s = after(s, reply(look))
	want(t, s, Holding)
	if s.Look.Number != "A001" || !slices.Contains(s.Offers(), Reprint) {
		t.Errorf("shows %+v, offers %v", s.Look, s.Offers())
	}
	if out := after(s, Printer{Fault: "paper-out"}); slices.Contains(out.Offers(), Reprint) {
		t.Error("offers paper that there is none of")
	}
	s, eff = taps(s, Tap{Touch: Reprint, Fresh: "R1"})
	again := asks(t, eff)
	if again.Type != contract.AskTicketReprint || again.Data != (contract.TicketRef{Ticket: "OLD", Person: "HASH"}) {
		t.Fatalf("asked %+v", again)
	}
	s, eff = s.Next(s.Now, reply(again))
	want(t, s, Printing)
	if p := eff[0].(Print); p.Ticket.Ticket != "OLD" || p.Ticket.Reprints != 1 {
		t.Errorf("prints %+v", p.Ticket)
	}
	want(t, after(s, Printed{Ticket: "OLD"}), Done)
}

// R-PRN-07: when the printer is mended, the number without paper can have its
// paper, marked; what the hall refuses leaves the number where it was.
func TestReprintAfterAFault(t *testing.T) {
	s, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
	s = after(s, answer("T1"), Printer{Fault: "paper-out"}, PrintFailed{Ticket: "T1", Fault: "paper-out", Maybe: true})
	want(t, s, Unprinted)
	if slices.Contains(s.Offers(), Reprint) {
		t.Fatal("offers paper while there is none")
	}
	s = after(s, Printer{Ready: true})
	s, eff := taps(s, Tap{Touch: Reprint, Fresh: "R1"})
	back := after(s, refusal("R1", contract.AskTicketReprint, "reprint-limit", ""))
	want(t, back, Trouble)
	if back, _ = taps(back, Tap{Touch: Back}); back.Screen != Unprinted || back.Ticket.Ticket != "T1" {
		t.Errorf("on %s with %+v after a refusal", back.Screen, back.Ticket)
	}
	s, eff = s.Next(s.Now, reply(asks(t, eff)))
	want(t, s, Printing)
	if p := eff[0].(Print); p.Ticket.Ticket != "T1" || p.Ticket.Reprints == 0 {
		t.Errorf("prints %+v", p.Ticket)
	}
}

// Several services on one ticket: in the order of choosing, at most five, each
// once, and back to one at any time.
func TestSeveral(t *testing.T) {
	s, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Collect},
		Tap{Touch: Service, Arg: "s1"}, Tap{Touch: Service, Arg: "s7"}, Tap{Touch: Service, Arg: "s0"}, Tap{Touch: Service, Arg: "s1"})
	if !slices.Equal(s.Chosen, []string{"s7", "s0"}) {
		t.Fatalf("chosen %v", s.Chosen)
	}
	s, _ = taps(s, Tap{Touch: Back}, Tap{Touch: Unit, Arg: "u1"}, Tap{Touch: Service, Arg: "s11"}, Tap{Touch: ToBasket})
	want(t, s, Basket)
	one, _ := taps(s, Tap{Touch: Remove, Arg: "s0"})
	if !slices.Equal(one.Chosen, []string{"s7", "s11"}) {
		t.Errorf("after removing: %v", one.Chosen)
	}
	s, eff := taps(s, Tap{Touch: TakeAll})
	want(t, s, Taking)
	if got := asks(t, eff).Data.(contract.TakeTicket); got.Service != "s7" || !slices.Equal(got.More, []string{"s0", "s11"}) {
		t.Errorf("asked %+v", got)
	}
	if v, ok := s.FeeService(); !ok || v.Fee != "30" {
		t.Errorf("fee of %+v, %v", v.ID, ok)
	}
	full, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Collect}, Tap{Touch: Service, Arg: "s1"}, Tap{Touch: Service, Arg: "s9"},
		Tap{Touch: Service, Arg: "s0"}, Tap{Touch: Service, Arg: "s7"}, Tap{Touch: Service, Arg: "s4"})
	want(t, full, Basket)
	if slices.Contains(full.Offers(), AddMore) {
		t.Error("a sixth service is offered")
	}
	single, eff := taps(full, Tap{Touch: Back}, Tap{Touch: Single}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1"})
	want(t, single, Taking)
	if got := asks(t, eff).Data.(contract.TakeTicket); got.More != nil {
		t.Errorf("asked %+v", got)
	}
	fewer := full.Catalogue
	fewer.Services = fewer.Services[:5]
	if left := after(full, CatalogueView(fewer)); !slices.Equal(left.Chosen, []string{"s1", "s0", "s4"}) {
		t.Errorf("chosen %v of a catalogue without the others", left.Chosen)
	}
}

// Each stop has its page with a way on; a service with a message gives none of
// them and no number.
func TestStops(t *testing.T) {
	for stop, why := range map[string]Reason{"quota": Quota, "interval-quota": Interval, "closing": Closing, "hours": OffHours, "paused": Paused, "unheard-of": Paused} {
		s := after(manifold(), QueueView{Services: []contract.ServiceQueue{{Service: "s3", Stop: stop}, {Service: "s1", Stop: stop}}})
		s, eff := taps(s, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s3"})
		want(t, s, Trouble)
		if s.Reason != why || len(eff) != 0 || !slices.Contains(s.Offers(), Book) {
			t.Errorf("%s: reason %s, effects %+v, offers %v", stop, s.Reason, eff, s.Offers())
		}
		s, _ = taps(s, Tap{Touch: Back})
		if s, _ = taps(s, Tap{Touch: Service, Arg: "s1"}); s.Reason != why || slices.Contains(s.Offers(), Book) {
			t.Errorf("%s: reason %s, offers %v of a service without appointments", stop, s.Reason, s.Offers())
		}
	}
	s, eff := taps(manifold(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s6"})
	want(t, s, Info)
	if len(eff) != 0 {
		t.Errorf("asked for a number of a service that gives none: %+v", eff)
	}
}

// The code of a slip says how the ticket stands; any other code says which one
// is meant; neither keeps anything of who was there before.
func TestLook(t *testing.T) {
	hall := manifold()
	hall.Catalogue.Hall.QRBase = "https://hall.example/t/"
	const id = "01JD7Q2V8RK4T6W9Y1ZB3C5D7F"
	for _, code := range []string{"https://hall.example/t/" + id, id, strings.ToLower(id), "http://other.example/x/" + id + "\n"} {
		s, eff := hall.Next(start, Scan{Text: code, Fresh: "L1"})
		want(t, s, Asking)
		if a := asks(t, eff); a.Type != contract.AskTicketLook || a.Data != (contract.TicketRef{Ticket: id}) {
			t.Errorf("%q: asked %+v", code, a)
		}
		s = after(s, reply(asks(t, eff)))
		want(t, s, Status)
		if s.Look.Ticket != id {
			t.Errorf("%q: shows %+v", code, s.Look)
		}
		want(t, later(s, s.Times.Idle), Attract)
	}
	typing, _ := taps(hall, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Collect}, Tap{Touch: Service, Arg: "s1"})
	for _, code := range []string{"", "https://hall.example/", id[:25], "110105194912310" + "02X", strings.Repeat("9", 300)} {
		s, eff := typing.Next(start, Scan{Text: code, Fresh: "L1"})
		if s.Screen != Trouble || s.Reason != WrongCode || len(eff) != 0 || s.Chosen != nil {
			t.Errorf("%q: %s %s, %+v", code, s.Screen, s.Reason, eff)
		}
	}
	taking, _ := taps(hall, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
	if s, eff := taking.Next(start, Scan{Text: id}); s.Screen != Taking || len(eff) != 0 {
		t.Errorf("a scan broke a ticket off: %s, %+v", s.Screen, eff)
	}
}

// Notices stand above the choices and stop nothing.
func TestNotices(t *testing.T) {
	s := hall()
	cal := s.Calendar
	cal.Doubt = true
	for why, e := range map[Reason]Event{SlipLeft: Printer{Ready: true, Left: true}, ClockDoubt: CalendarView(cal)} {
		s := after(hall(), e)
		if s.Notice() != why {
			t.Errorf("notice %q, want %q", s.Notice(), why)
		}
		s, _ = taps(s, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1"})
		want(t, s, Taking)
	}
}
