package hall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

func TestMorning(t *testing.T) {
	l := begin(t)
	first := l.take("a")
	if first.Number != "A001" || first.State != "issued" || first.Day != "2026-03-02" || first.WaitMin != -1 {
		t.Errorf("first ticket %+v", first)
	}
	if got := l.types(hall.Decision{Events: l.log}); got != "day.opened ticket.issued" {
		t.Errorf("events %q, want the day and the ticket", got)
	}
	l.signIn("w1", "1001") // by staff number
	l.refused(hall.NobodyWaiting, contract.AskWindowNext, ref{Window: "w1"})
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: first.Ticket, Proof: "printed"})
	second := l.printed("b") // shares the prefix
	if second.Number != "A002" || second.Ahead != 1 {
		t.Errorf("second ticket %+v, want A002 with one ahead", second)
	}
	a := l.next("w1")
	if a.Ticket.Number != "A001" || a.Ticket.State != "called" || a.Window.Number != "A001" || a.Why != queue.WhyOldest || a.Window.Staff != "样例s1" {
		t.Errorf("next: %+v", a)
	}
	l.refused(hall.FinishFirst, contract.AskWindowNext, ref{Window: "w1"})
	l.refused(queue.StartFirst, contract.AskWindowFinish, ref{Window: "w1"})
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	l.must(contract.AskWindowStart, ref{Window: "w1", Expect: "A001"})
	l.refused(hall.Changed, contract.AskWindowFinish, ref{Window: "w1", Expect: "A002"})
	l.now = l.now.Add(7 * time.Minute)
	d := l.must(contract.AskWindowFinish, ref{Window: "w1"})
	var f contract.TicketFinished
	if err := json.Unmarshal(d.Events[0].Data, &f); err != nil || f.Seconds != 420 || f.Staff != "s1" || f.Session == "" {
		t.Errorf("finished %+v (%v), want 420 s by s1", f, err)
	}
	calls := l.s.CallsView(l.now).Calls
	if len(calls) != 1 || calls[0].Call != 2 || calls[0].Recall != 1 || calls[0].State != "finished" {
		t.Errorf("calls %+v, want the recall of A001", calls)
	}
	l.replay()
}

// The same request gives the same ticket, even when its answer was forgotten.
func TestTakeIsIdempotent(t *testing.T) {
	l := begin(t)
	data := json.RawMessage(`{"service":"a"}`)
	c := hall.Command{ID: "01J", Type: contract.AskTicketTake, Role: hall.RoleKiosk, Node: "kiosk-1", Data: data}
	one, two := l.command(c), l.command(c)
	if len(two.Events) != 0 || !reflect.DeepEqual(one.Answer, two.Answer) {
		t.Errorf("asked again: %d events, %+v, want %+v", len(two.Events), two.Answer, one.Answer)
	}
	c.Node = "kiosk-2"
	if d := l.command(c); d.Refusal == nil || d.Refusal.Code != hall.NotYours {
		t.Errorf("another kiosk with the same id: %+v", d)
	}
	for _, id := range []string{"", "a b", strings.Repeat("x", 65), "ü"} {
		c.ID = id
		if d := l.command(c); d.Refusal == nil || d.Refusal.Code != hall.BadRequest {
			t.Errorf("id %q was taken", id)
		}
	}
}

// R-KIOSK-03, -04: a ticket of each kind reaches windows of its kind only, and
// a unit without a window is served by the entrusted one.
func TestKindsOfWindow(t *testing.T) {
	l := begin(t)
	for i, w := range []string{"w1", "w3", "w4", "w5", "w6"} {
		l.signIn(w, fmt.Sprintf("s%d", i+1))
	}
	want := map[string]string{"a": "w1", "e": "w3", "z": "w4", "t": "w5", "g": "w6"}
	for service, window := range want {
		ticket := l.printed(service)
		if service != "a" && !reflect.DeepEqual(ticket.Windows, []string{window}) {
			t.Errorf("service %s goes to %v, want %s", service, ticket.Windows, window)
		}
	}
	for service, window := range want {
		if got := l.next(window).Ticket.Service; got != service {
			t.Errorf("%s called service %s, want %s", window, got, service)
		}
	}
	for _, s := range l.s.CatalogueView().Services {
		if s.Entrusted != (s.ID == "c" || s.ID == "e") {
			t.Errorf("service %s entrusted: %v", s.ID, s.Entrusted)
		}
	}
}

// A ghost is never called: without paper or word a number waits for nobody and
// is void in the end.
func TestUnconfirmed(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	ghost, noted, failed := l.take("a"), l.take("a"), l.take("a")
	l.must(contract.EvTicketUnprinted, contract.TicketUnprinted{Ticket: noted.Ticket, Outcome: "unknown", Fault: "silent"})
	l.must(contract.EvTicketUnprinted, contract.TicketUnprinted{Ticket: failed.Ticket, Outcome: "failed", Fault: "paper-out"})
	l.refused(hall.NobodyWaiting, contract.AskWindowNext, ref{Window: "w1"})
	l.refused(queue.NotConfirmed, contract.AskWindowCall, ref{Window: "w1", Number: ghost.Number})
	if got := l.must(contract.AskTicketNoted, contract.TicketRef{Ticket: noted.Ticket}).Answer.(contract.Ticket).State; got != "waiting" {
		t.Errorf("noted ticket is %s", got)
	}
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: failed.Ticket})

	due := l.s.NextDue(l.now)
	if want := l.now.Add(2 * time.Minute); !due.Equal(want) {
		t.Fatalf("due %s, want %s", due, want)
	}
	if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 {
		t.Errorf("a tick before its time: %s", l.types(d))
	}
	l.now = due
	if d := l.do(hall.CmdTick, nil); l.types(d) != "ticket.voided" {
		t.Errorf("tick: %s", l.types(d))
	}
	if got := l.next("w1").Ticket.Number; got != noted.Number {
		t.Errorf("called %s, want %s", got, noted.Number)
	}
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	// The kiosk was cut off, and the paper had come out: staff can see and mend it.
	if d := l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ghost.Ticket, Proof: "printed"}); l.types(d) != "ticket.late" {
		t.Errorf("late paper: %s", l.types(d))
	}
	if late := l.s.TicketsIn(queue.Late); len(late) != 1 || late[0].Number != ghost.Number || late[0].Reason != "unconfirmed" {
		t.Errorf("late tickets %+v", late)
	}
	l.refused(hall.NobodyWaiting, contract.AskWindowNext, ref{Window: "w1"})
	l.must(contract.AskWindowReinstate, ref{Window: "w1", Number: ghost.Number})
	if got := l.next("w1").Ticket.Number; got != ghost.Number {
		t.Errorf("called %s, want %s", got, ghost.Number)
	}
	l.refused(hall.UnknownTicket, contract.EvTicketPrinted, contract.TicketPrinted{Ticket: "other", Proof: "printed"})
	l.refused(hall.BadRequest, contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ghost.Ticket, Proof: "sworn"})
	l.replay()
}

// R-KIOSK-13: a transfer keeps number, issue time and place; the new window is
// told, and after the limit a person must help.
func TestTransfer(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	l.signIn("w3", "s3")
	moved := l.printed("a")
	l.now = l.now.Add(time.Minute)
	late := l.printed("c")
	l.next("w1")
	l.refused(hall.SamePlace, contract.AskWindowTransfer, contract.Transfer{Window: "w1"})
	l.refused(hall.NotHere, contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToWindow: "w3"})
	l.refused(hall.UnknownWindow, contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToWindow: "w99"})
	l.refused(hall.TargetClosed, contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToWindow: "w4", ToService: "z"})
	l.refused(hall.NoWindow, contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "nowhere"})
	d := l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "c"})
	if a := d.Answer.(contract.WindowAnswer); a.Ticket != nil || a.Window.Number != "" {
		t.Errorf("after the transfer: %+v", a)
	}
	got := l.next("w3")
	if got.Ticket.Number != moved.Number || !got.Ticket.IssuedAt.Equal(moved.IssuedAt) {
		t.Errorf("w3 called %s of %s, want %s before %s", got.Ticket.Number, got.Ticket.IssuedAt, moved.Number, late.Number)
	}
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w3", ToWindow: "w2", ToService: "b"})
	l.refused(hall.OtherWindow, contract.AskWindowCall, ref{Window: "w1", Number: moved.Number})
	l.refused(hall.NobodyWaiting, contract.AskWindowNext, ref{Window: "w1"})
	l.printed("b") // an older number of the service would come after
	if got := l.next("w2"); got.Ticket.Number != moved.Number || got.Why != queue.WhyTransferred {
		t.Errorf("w2 called %+v, want who was sent to it", got)
	}
	if ticket := l.s.TicketsIn(queue.Called)[0]; ticket.FirstAsked != "w1" || ticket.Hops != 2 {
		t.Errorf("first asked %s, %d transfers; want w1, 2", ticket.FirstAsked, ticket.Hops)
	}
	for from, to := "w2", "w1"; ; from, to = to, from {
		d := l.do(contract.AskWindowTransfer, contract.Transfer{Window: from, ToWindow: to})
		if d.Refusal != nil {
			if hops := l.s.TicketsIn(queue.Called)[0].Hops; d.Refusal.Code != hall.TransferLimit || hops != 5 {
				t.Errorf("refused %s after %d transfers, want transfer-limit after 5", d.Refusal.Code, hops)
			}
			break
		}
		l.next(to)
	}
	if list := l.s.Circling(); len(list) != 1 || list[0].Number != moved.Number {
		t.Errorf("the desk is told of %+v, want %s", list, moved.Number)
	}
	at := l.s.TicketsIn(queue.Called)[0].Window
	l.must(contract.AskWindowStart, ref{Window: at})
	l.must(contract.AskWindowFinish, ref{Window: at})
	if list := l.s.Circling(); len(list) != 0 {
		t.Errorf("served, and the desk is still told of %+v", list)
	}
	l.replay()
}

// Who was sent to a window that closes goes back to all windows.
func TestSignOutFreesTransferred(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	ticket := l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToWindow: "w2"})
	if d := l.must(contract.AskWindowSignOut, ref{Window: "w2"}); l.types(d) != "ticket.transferred window.signed-out" {
		t.Errorf("sign-out: %s", l.types(d))
	}
	if got := l.next("w1").Ticket; got.Ticket != ticket.Ticket {
		t.Errorf("w1 called %+v", got)
	}
	if hops := l.s.TicketsIn(queue.Called)[0].Hops; hops != 1 {
		t.Errorf("%d transfers counted, want 1", hops)
	}
}

func TestHoldReturnReinstate(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	one, two, three := l.printed("a"), l.printed("a"), l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.now = l.now.Add(time.Minute)
	l.must(contract.AskWindowHold, ref{Window: "w1", Reason: "补材料"})
	l.now = l.now.Add(9 * time.Minute)
	if got := l.next("w1").Ticket.Number; got != two.Number {
		t.Errorf("after a hold w1 called %s", got)
	}
	l.refused(hall.FinishFirst, contract.AskWindowUnhold, ref{Window: "w1", Number: one.Number})
	l.must(contract.AskWindowReturn, ref{Window: "w1"})
	l.refused(hall.OtherWindow, contract.AskWindowUnhold, ref{Window: "w2", Number: one.Number})
	l.refused(hall.OtherWindow, contract.AskWindowReturn, ref{Window: "w2", Number: one.Number})
	l.refused(hall.HeldLeft, contract.AskWindowSignOut, ref{Window: "w1"})
	before := l.s.Call
	if d := l.must(contract.AskWindowUnhold, ref{Window: "w1"}); l.s.Call != before+1 || d.Answer.(contract.WindowAnswer).Ticket.Number != one.Number {
		t.Errorf("unhold: call %d, want %d", l.s.Call, before+1)
	}
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.now = l.now.Add(time.Minute)
	d := l.must(contract.AskWindowFinish, ref{Window: "w1"})
	var f contract.TicketFinished
	if err := json.Unmarshal(d.Events[len(d.Events)-1].Data, &f); err != nil || f.Seconds != 120 {
		t.Errorf("served %d s, want 120 without the hold (%v)", f.Seconds, err)
	}
	// The returned one has its old place, before three.
	if got := l.next("w1").Ticket.Number; got != two.Number {
		t.Errorf("w1 called %s, want %s", got, two.Number)
	}
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.refused(queue.IsMissed, contract.AskWindowCall, ref{Window: "w1", Number: two.Number})
	l.must(contract.AskWindowReinstate, ref{Window: "w1", Number: strings.ToLower(two.Number)})
	if got := l.next("w1").Ticket.Number; got != two.Number {
		t.Errorf("reinstated at the original place, but w1 called %s", got)
	}
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	if c := l.s.CallsView(l.now).Calls[0]; c.Number != two.Number || c.Recall != 1 {
		t.Errorf("last call %+v, want the first recall of %s", c, two.Number)
	}
	l.must(contract.AskWindowVoid, ref{Window: "w1"})
	l.refused(queue.IsVoid, contract.AskWindowReinstate, ref{Window: "w1", Number: two.Number})
	l.must(contract.AskWindowVoid, ref{Window: "w2", Number: three.Number})
	l.refused(hall.UnknownNumber, contract.AskWindowCall, ref{Window: "w1", Number: "B077"})
	l.replay()
}

// A setting puts a no-show at the end instead.
func TestReinstateAtEnd(t *testing.T) {
	l := begin(t)
	s := setup()
	s.Reinstate = hall.PlaceEnd
	l.s = hall.New(s)
	l.signIn("w1", "s1")
	one, two := l.printed("a"), l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.must(contract.AskWindowReinstate, ref{Window: "w1", Number: one.Number})
	if got := l.next("w1").Ticket.Number; got != two.Number {
		t.Errorf("called %s, want %s first", got, two.Number)
	}
}

// R-KIOSK-08, -09: outside hours the refusal says when to come; who holds a
// number by then is still called.
func TestHours(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	held := l.printed("a")
	l.now = monday.Add(90 * time.Minute) // 11:30
	if d := l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "a"}); d.Refusal.Message != "午间休息，今天14:00开始取号。如有急事，请拨打555-0100" {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.now = monday.Add(8 * time.Hour) // 18:00
	if d := l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "a"}); !strings.Contains(d.Refusal.Message, "3月3日（周二）08:00") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	if got := l.next("w1").Ticket.Number; got != held.Number {
		t.Errorf("after closing w1 called %s", got)
	}
	l.refused(hall.ServicePaused, contract.AskTicketTake, contract.TakeTicket{Service: "p"})
	l.refused(hall.NoWindow, contract.AskTicketTake, contract.TakeTicket{Service: "nowhere"})
	l.refused(hall.UnknownService, contract.AskTicketTake, contract.TakeTicket{Service: "?"})
}

// R-QUE-14: numbers begin again with the business day, which never goes back.
func TestBusinessDay(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.printed("a")
	l.take("a")
	l.next("w1")
	l.now = monday.Add(24 * time.Hour)
	if due := l.s.NextDue(l.now); due.After(l.now) {
		t.Errorf("a new day is due at %s, want no later than now", due)
	}
	d := l.do(contract.AskTicketTake, contract.TakeTicket{Service: "b"})
	if got := l.types(d); got != "ticket.voided ticket.voided window.signed-out day.opened ticket.issued" {
		t.Errorf("events %q", got)
	}
	if n := d.Answer.(contract.Ticket); n.Number != "A001" || n.Day != "2026-03-03" {
		t.Errorf("first of the day %+v", n)
	}
	if l.s.Call != 1 {
		t.Errorf("call number %d, want 1: it rises for ever", l.s.Call)
	}
	// The clock goes back a day: no number comes twice.
	l.now = monday
	l.signIn("w1", "s1")
	if n := l.take("a"); n.Number != "A002" || n.Day != "2026-03-03" {
		t.Errorf("after a step back %+v", n)
	}
	l.replay()
}

func TestFourDigits(t *testing.T) {
	l := begin(t)
	var last contract.Ticket
	for range 1001 {
		last = l.take("a")
	}
	if last.Number != "A1001" {
		t.Errorf("the 1001st is %s", last.Number)
	}
}
