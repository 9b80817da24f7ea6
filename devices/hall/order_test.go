package hall_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// withClasses is setup with classes of priority; w2 is a green channel that
// takes service b before a.
func withClasses() *hall.Setup {
	s := setup()
	class := func(id, zh, en string, weight int) hall.Class {
		return hall.Class{ClassInfo: contract.ClassInfo{ID: id, Name: contract.Text2{ZH: zh, EN: en}}, Weight: weight}
	}
	urgent := class("urgent", "特事特办", "Urgent case", 9)
	urgent.Head, urgent.Grant = true, true
	sick := class("sick", "突发不适", "Sudden illness", 8)
	sick.Grant = true
	s.Classes = []hall.Class{urgent, class("elderly", "老年人", "Elderly", 3), sick, class("military", "军人", "Military", 5), class("business", "企业", "Business", 0)}
	s.Windows[1].Classes, s.Windows[1].First = []string{"business"}, []string{"b"}
	s.Order = hall.OrderRule{Overtake: 2, Beyond: 20 * time.Minute}
	return s
}

// classes is a life with classes, with staff at w1 and w2.
func classes(t failer) *life {
	l := &life{t: t, s: hall.New(withClasses()), setup: withClasses, now: monday}
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	return l
}

// of takes a ticket of a class, with paper.
func (l *life) of(service, class string) contract.Ticket {
	l.t.Helper()
	t := l.must(contract.AskTicketTake, contract.TakeTicket{Service: service, Class: class}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: t.Ticket, Proof: "printed"})
	return t
}

func (l *life) grant(window, number, class, reason string) hall.Decision {
	l.t.Helper()
	return l.do(contract.AskTicketGrant, contract.Grant{Window: window, Number: number, Class: class, Reason: reason})
}

func (l *life) order(staff string, r contract.OrderRule) hall.Decision {
	l.t.Helper()
	return l.do(contract.AskOrderSet, contract.SetOrder{Staff: staff, Rule: r})
}

func refusal(d hall.Decision) string {
	if d.Refusal == nil {
		return ""
	}
	return d.Refusal.Code
}

// R-KIOSK-05: a class that the citizen chose goes first within its bound, the
// console says why, and everybody is told honestly who comes before.
func TestClassGoesFirst(t *testing.T) {
	l := classes(t)
	l.of("a", "")
	second := l.of("a", "")
	elderly := l.of("a", "elderly")
	if elderly.Ahead != 0 || elderly.Class != "elderly" {
		t.Errorf("the elderly one is told %d ahead, class %q", elderly.Ahead, elderly.Class)
	}
	soldier := l.of("b", "military")
	if soldier.Ahead != 0 {
		t.Errorf("the soldier is told %d ahead", soldier.Ahead)
	}
	if again := l.take("a"); again.Ahead != 4 {
		t.Errorf("an ordinary one is told %d ahead, want 4", again.Ahead)
	}
	shown := l.s.Waiting("w1", l.now)
	want := []string{soldier.Number, elderly.Number, "A001", second.Number}
	why := []string{"军人优先（越过3人）", "老年人优先（越过2人）", queue.WhyOldest, queue.WhyOldest}
	for i, number := range want {
		if shown[i].Number != number {
			t.Errorf("shown %d: %s, want %s", i, shown[i].Number, number)
		}
		d := l.must(contract.AskWindowNext, ref{Window: "w1"})
		if a := d.Answer.(contract.WindowAnswer); a.Ticket.Number != number || a.Why != why[i] {
			t.Errorf("call %d: %s %q, want %s %q", i, a.Ticket.Number, a.Why, number, why[i])
		}
		l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	}
	for _, k := range l.s.TicketsIn(queue.Missed) {
		if k.Number == "A001" && (k.Overtaken != 2 || !k.OvertakenAt.Equal(l.now)) || k.Number == second.Number && (k.Overtaken != 2 || !k.OvertakenAt.IsZero()) {
			t.Errorf("%s was overtaken %d times, its turn at %v", k.Number, k.Overtaken, k.OvertakenAt)
		}
	}
	l.replay()
}

// A class is what the hall has, and what the citizen may choose.
func TestClassAtTheKiosk(t *testing.T) {
	l := classes(t)
	l.refused(hall.UnknownClass, contract.AskTicketTake, contract.TakeTicket{Service: "a", Class: "royal"})
	d := l.refused(hall.GrantOnly, contract.AskTicketTake, contract.TakeTicket{Service: "a", Class: "urgent"})
	if !strings.Contains(d.Refusal.Message, "特事特办") || !strings.Contains(d.Refusal.MessageEN, "Urgent case") {
		t.Errorf("words: %+v", d.Refusal)
	}
	l.refused(hall.GrantOnly, contract.AskTicketTake, contract.TakeTicket{Service: "a", Class: "sick"})
	if n := len(l.s.Tickets); n != 0 {
		t.Errorf("%d tickets after refusals", n)
	}
	offered := []string{}
	for _, c := range l.s.CatalogueView().Classes {
		offered = append(offered, c.ID)
	}
	if want := []string{"elderly", "military", "business"}; !reflect.DeepEqual(offered, want) {
		t.Errorf("the kiosk offers %v, want %v", offered, want)
	}
}

// R-KIOSK-06: the urgent case jumps to the head behind the one being served,
// on the word of staff, and the journal says who and why.
func TestGrant(t *testing.T) {
	l := classes(t)
	l.of("a", "")
	l.next("w1")
	l.of("a", "military")
	sick := l.of("a", "")
	last := l.of("a", "")
	for _, c := range []struct{ window, number, class, reason, want string }{
		{"w1", last.Number, "royal", "病", hall.UnknownClass},
		{"w1", last.Number, "urgent", "  ", hall.GrantReason},
		{"w1", "Z999", "urgent", "病", hall.UnknownNumber},
		{"w2", "", "urgent", "病", hall.NothingInHand},
		{"w2", "A001", "urgent", "病", hall.OtherWindow},
		{"w3", last.Number, "urgent", "病", hall.SignInFirst},
		{"w99", last.Number, "urgent", "病", hall.UnknownWindow},
	} {
		if got := refusal(l.grant(c.window, c.number, c.class, c.reason)); got != c.want {
			t.Errorf("grant %+v: %q", c, got)
		}
	}
	d := l.grant("w2", last.Number, "urgent", "需赶往医院")
	var e contract.TicketGranted
	if l.types(d) != "ticket.granted" || json.Unmarshal(d.Events[0].Data, &e) != nil ||
		e != (contract.TicketGranted{Ticket: last.Ticket, Class: "urgent", Window: "w2", Staff: "s2", Reason: "需赶往医院"}) {
		t.Errorf("granted %+v, event %+v", d, e)
	}
	if d := l.grant("w1", last.Number, "urgent", "再次"); d.Refusal != nil || len(d.Events) != 0 {
		t.Errorf("granted twice: %+v", d)
	}
	l.grant("w1", sick.Number, "sick", "头晕")
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	for _, want := range []contract.WindowAnswer{
		{Ticket: &contract.Ticket{Number: last.Number}, Why: "特事特办（授权：样例s2）（越过2人）"},
		{Ticket: &contract.Ticket{Number: sick.Number}, Why: "突发不适优先（越过1人）"},
	} {
		if a := l.next("w1"); a.Ticket.Number != want.Ticket.Number || a.Why != want.Why {
			t.Errorf("called %s %q, want %s %q", a.Ticket.Number, a.Why, want.Ticket.Number, want.Why)
		}
		l.must(contract.AskWindowStart, ref{Window: "w1"})
		l.must(contract.AskWindowFinish, ref{Window: "w1"})
	}
	if got := refusal(l.grant("w1", last.Number, "urgent", "病")); got != queue.IsFinished {
		t.Errorf("a finished ticket: %q", got)
	}
	l.must(contract.AskWindowVoid, ref{Window: "w1", Number: "A002"})
	if got := refusal(l.grant("w1", "A002", "urgent", "病")); got != queue.IsVoid {
		t.Errorf("a void ticket: %q", got)
	}
	l.replay()
}

// In hand, the grant counts where the ticket goes next.
func TestGrantInHand(t *testing.T) {
	l := classes(t)
	own := l.of("a", "")
	l.of("a", "military")
	l.next("w2") // prefers nobody here: the soldier
	l.must(contract.AskWindowNoShow, ref{Window: "w2"})
	l.next("w1")
	if d := l.grant("w1", "", "urgent", "材料已齐"); d.Refusal != nil || d.Answer.(contract.WindowAnswer).Ticket.Class != "urgent" {
		t.Errorf("granted in hand: %+v", d)
	}
	l.of("b", "military")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "b"})
	if a := l.next("w2"); a.Ticket.Number != own.Number {
		t.Errorf("w2 calls %s, want the granted %s", a.Ticket.Number, own.Number)
	}
	l.replay()
}

// A green channel takes its class before everybody, other windows do not.
func TestGreenChannel(t *testing.T) {
	l := classes(t)
	l.of("a", "")
	l.of("a", "military")
	firm := l.of("a", "business")
	if a := l.next("w2"); a.Ticket.Number != firm.Number || a.Why != "本窗口企业优先（越过2人）" {
		t.Errorf("the green channel calls %s %q", a.Ticket.Number, a.Why)
	}
	if a := l.next("w1"); a.Ticket.Number != "A002" {
		t.Errorf("w1 calls %s", a.Ticket.Number)
	}
}

// The manager's rule: validated, logged with who, in force at once and after a
// restart; what it does not name stays.
func TestSetOrder(t *testing.T) {
	l := classes(t)
	is := contract.OrderRule{Overtake: 2, Beyond: 20, Weights: map[string]int{"urgent": 9, "elderly": 3, "sick": 8, "military": 5, "business": 0}}
	if got := l.s.OrderRule(); !reflect.DeepEqual(got, is) {
		t.Errorf("rule %+v, want the setup's", got)
	}
	for _, c := range []struct {
		rule contract.OrderRule
		code string
	}{
		{contract.OrderRule{Overtake: -1, Beyond: 20}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 101, Beyond: 20}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 2, Beyond: -1}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 2, Beyond: 481}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 2, Beyond: 20, Weights: map[string]int{"elderly": 10}}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 2, Beyond: 20, Weights: map[string]int{"elderly": -1}}, hall.OrderLimits},
		{contract.OrderRule{Overtake: 2, Beyond: 20, Weights: map[string]int{"royal": 1}}, hall.UnknownClass},
	} {
		l.refused(c.code, contract.AskOrderSet, contract.SetOrder{Staff: "s1", Rule: c.rule})
	}
	l.refused(hall.BadRequest, contract.AskOrderSet, contract.SetOrder{Staff: " ", Rule: is})
	if d := l.order("s1", is); d.Refusal != nil || len(d.Events) != 0 {
		t.Errorf("the same rule: %+v", d)
	}
	l.order("s1", contract.OrderRule{Overtake: 1, Beyond: 20, Weights: map[string]int{"military": 2}})
	d := l.order("s1", contract.OrderRule{Overtake: 100, Beyond: 480, Weights: map[string]int{"business": 9}})
	is.Overtake, is.Beyond, is.Weights["military"], is.Weights["business"] = 100, 480, 2, 9
	if got := l.s.OrderRule(); !reflect.DeepEqual(got, is) || !reflect.DeepEqual(d.Answer, got) {
		t.Errorf("rule %+v, answer %+v, want %+v", got, d.Answer, is)
	}
	var e contract.OrderSet
	if l.types(d) != "order.changed" || json.Unmarshal(d.Events[0].Data, &e) != nil || e.Staff != "s1" {
		t.Errorf("event %+v", e)
	}
	l.of("a", "")
	l.of("a", "elderly")
	if firm := l.of("a", "business"); l.next("w1").Ticket.Number != firm.Number {
		t.Error("the new weight is not in force")
	}
	if d := l.command(hall.Command{Type: contract.AskOrderSet, Role: hall.RoleWindow, Node: "desk-1", Data: []byte(`{"staff":"s1"}`)}); refusal(d) != hall.NotAllowed {
		t.Errorf("a desk sets the rule: %+v", d)
	}
	l.replay()
}

func TestOrderInWords(t *testing.T) {
	l := classes(t)
	want := contract.Text2{
		ZH: "特事特办经工作人员授权排在最前，授权人和理由均有记录；转办到某一窗口的号由该窗口先叫；优先类别按权重从大到小：突发不适（8）、军人（5）、老年人（3）；其余按取号先后；每个号最多被后取的号越过2次，轮到后满20分钟不再被越过。",
		EN: "Urgent case goes to the very head when staff grant it; who and why is recorded. A ticket sent to one window is called there first. Priority by weight, larger first: Sudden illness (8), Military (5), Elderly (3). Everybody else in the order of taking a number. A ticket is overtaken by later ones at most 2 times, and not at all from 20 minutes after its turn.",
	}
	if got := l.s.OrderInWords(); got != want {
		t.Errorf("with classes:\n got %q\nwant %q", got, want)
	}
	booked := withClasses()
	booked.Services[0].Appointments = true
	if got := hall.New(booked).OrderInWords(); !strings.Contains(got.ZH, "预约时间") || !strings.Contains(got.EN, "Appointments") {
		t.Errorf("with appointments: %+v", got)
	}
	l.order("s1", contract.OrderRule{})
	if got := l.s.OrderInWords(); strings.Contains(got.ZH, "权重") || !strings.Contains(got.ZH, "任何号都不会被后取的号越过") || !strings.Contains(got.EN, "No ticket is overtaken") {
		t.Errorf("without overtaking: %+v", got)
	}
}
