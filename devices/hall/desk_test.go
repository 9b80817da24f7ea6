package hall_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/forecast"
	"hallward/devices/hall/queue"
)

// answer is must, with the window afterwards.
func (l *life) answer(typ string, data any) contract.WindowAnswer {
	l.t.Helper()
	return l.must(typ, data).Answer.(contract.WindowAnswer)
}

// data reads the last event of a type in the log.
func (l *life) data(typ string, into any) {
	l.t.Helper()
	for _, e := range slices.Backward(l.log) {
		if e.Type == typ {
			if err := json.Unmarshal(e.Data, into); err != nil {
				l.t.Fatal(err)
			}
			return
		}
	}
	l.t.Fatalf("no event %s", typ)
}

// R-ACC-07: somebody without a ticket is served at once, with the next number of
// the same sequence; nothing is announced, nobody who waits counts it as before
// them, and the order of the others stays.
func TestWalkIn(t *testing.T) {
	l := begin(t)
	l.refused(hall.SignInFirst, contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a"})
	l.signIn("w1", "s1")
	l.printed("a")
	before := l.s.QueueView(l.now)
	d := l.must(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "b"})
	if got := l.types(d); got != "ticket.issued ticket.confirmed ticket.started" {
		t.Errorf("walk-in gives %s", got)
	}
	a := d.Answer.(contract.WindowAnswer)
	if a.Ticket.Number != "A002" || a.Ticket.State != "serving" || a.Window.Number != "A002" || a.Why != queue.WhyWalkIn {
		t.Errorf("walk-in answers %+v", a)
	}
	if l.s.Call != 0 || len(l.s.CallsView(l.now).Calls) != 0 {
		t.Error("a walk-in was announced")
	}
	if after := l.s.QueueView(l.now); after.Waiting != before.Waiting || after.Services[0].Waiting != 1 {
		t.Errorf("%d wait after a walk-in, want %d", after.Waiting, before.Waiting)
	}
	if k := l.s.InHand("w1"); k.WalkIn != "w1" || k.Proof != "desk" || k.FirstAsked != "w1" || k.FirstStaff != "s1" {
		t.Errorf("ticket %+v", k)
	}
	if again := l.command(hall.Command{ID: a.Ticket.Ticket, Type: contract.AskWindowWalkIn, Role: hall.RoleWindow, Node: "desk-1",
		Data: json.RawMessage(`{"window":"w1","service":"b"}`)}); again.Refusal != nil || len(again.Events) > 0 {
		t.Errorf("the same request again: %+v", again)
	}
	if third := l.printed("a"); third.Number != "A003" {
		t.Errorf("after the walk-in the kiosk gave %s", third.Number)
	}
	l.now = l.now.Add(4 * time.Minute)
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	var f contract.TicketFinished
	if l.data(contract.EvTicketFinished, &f); f.Seconds != 240 {
		t.Errorf("served %d s, want 240", f.Seconds)
	}
	l.must(hall.CmdScore, hall.Score{Window: "w1", Level: 5})
	if got := l.next("w1"); got.Ticket.Number != "A001" || got.Why != queue.WhyOldest {
		t.Errorf("then w1 called %+v", got)
	}
	l.replay()
}

// A walk-in who is not at the window yet is called like everybody.
func TestWalkInCalled(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	d := l.must(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a", Call: true})
	if got := l.types(d); got != "ticket.issued ticket.confirmed ticket.called" {
		t.Errorf("walk-in gives %s", got)
	}
	var called contract.TicketCalled
	if l.data(contract.EvTicketCalled, &called); called.Call != 1 || called.Why != queue.WhyWalkIn || called.Waited != 0 || called.Staff != "s1" {
		t.Errorf("called %+v", called)
	}
	if w := l.s.WindowNow("w1"); w.Called != 1 || w.Ticket != "called" {
		t.Errorf("window %+v", w)
	}
	l.now = l.now.Add(time.Minute)
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	if a := l.s.Waits.Services["a"]; a.Told != (forecast.Tally{}) || len(a.Off) > 0 {
		t.Errorf("the forecast learned from somebody who has not waited: %+v", a)
	}
	l.replay()
}

// What a walk-in is refused for, and that quotas and closing time do not count.
func TestWalkInRefused(t *testing.T) {
	l := begin(t)
	s := l.s.Setup()
	for i := range s.Services {
		s.Services[i].Quota = 1
		if s.Services[i].ID == "b" {
			s.Services[i].Prefix = ""
		}
	}
	l.s = hall.New(s)
	l.signIn("w1", "s1")
	in := func(window, service string) contract.WalkIn { return contract.WalkIn{Window: window, Service: service} }
	l.refused(hall.UnknownWindow, contract.AskWindowWalkIn, in("w9", "a"))
	l.refused(hall.UnknownService, contract.AskWindowWalkIn, in("w1", "x"))
	l.refused(hall.NotServed, contract.AskWindowWalkIn, in("w1", "c"))
	l.refused(hall.NoNumbers, contract.AskWindowWalkIn, in("w1", "b"))
	l.refused(hall.UnknownClass, contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a", Class: "x"})
	l.must(contract.AskWindowPause, ref{Window: "w1", Reason: "meeting"})
	l.refused(hall.NowPaused, contract.AskWindowWalkIn, in("w1", "a"))
	l.must(contract.AskWindowResume, ref{Window: "w1"})
	l.printed("a")
	l.refused(hall.QuotaReached, contract.AskTicketTake, contract.TakeTicket{Service: "a"})
	l.now = time.Date(2026, 3, 2, 18, 0, 0, 0, china) // the hall is closed, and somebody is still there
	l.must(contract.AskWindowWalkIn, in("w1", "a"))
	l.refused(hall.FinishFirst, contract.AskWindowWalkIn, in("w1", "a"))
	if d := l.command(hall.Command{ID: "kiosk", Type: contract.AskWindowWalkIn, Role: hall.RoleKiosk, Node: "kiosk-1",
		Data: json.RawMessage(`{"window":"w1","service":"a"}`)}); d.Refusal == nil || d.Refusal.Code != hall.NotAllowed {
		t.Errorf("a kiosk may take walk-ins: %+v", d)
	}
	taken := l.s.InHand("w1").ID
	l.signIn("w2", "s2")
	if d := l.command(hall.Command{ID: taken, Type: contract.AskWindowWalkIn, Role: hall.RoleWindow, Node: "desk-1",
		Data: json.RawMessage(`{"window":"w2","service":"a"}`)}); d.Refusal == nil || len(d.Events) > 0 {
		t.Errorf("the id of another window's walk-in: %+v", d)
	}
}

// R-QUE-14: walk-ins and kiosks never give one number twice, also around the
// blocks that are lent to kiosks.
func TestWalkInNumbers(t *testing.T) {
	l := &life{t: t, now: monday, setup: func() *hall.Setup {
		s := setup()
		s.Lending = hall.Lending{From: 3, Least: 4, Most: 10}
		return s
	}}
	l.s = hall.New(l.setup())
	l.signIn("w1", "s1")
	l.must(contract.AskNumbersLend, contract.LendNumbers{Stock: "disk"})
	var got []string
	for i := range 6 {
		if i%2 == 0 {
			got = append(got, l.answer(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a"}).Ticket.Number)
			l.must(contract.AskWindowFinish, ref{Window: "w1"})
		} else {
			got = append(got, l.printed("a").Number)
		}
	}
	if fmt.Sprint(got) != "[A001 A002 A007 A008 A009 A010]" {
		t.Errorf("numbers %v, want the lent A003 to A006 left out", got)
	}
	l.replay()
}

// A walk-in with a fee goes on to the fee window on its number, and one who is
// transferred waits like everybody, at the place of its taking.
func TestWalkInGoesOn(t *testing.T) {
	l := feeHall(t)
	l.signIn("w1", "s1")
	l.signIn("w6", "s6")
	a := l.answer(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a"})
	if fmt.Sprint(a.Ticket.More) != "[g]" {
		t.Fatalf("walk-in for a service with a fee: %+v", a.Ticket)
	}
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	if got := l.next("w6").Ticket.Number; got != a.Ticket.Number {
		t.Errorf("the fee window called %s", got)
	}
	b := l.answer(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "b"})
	later := l.printed("c")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "c"})
	l.signIn("w3", "s3")
	if got := l.next("w3").Ticket.Number; got != b.Ticket.Number {
		t.Errorf("w3 called %s, want %s before %s", got, b.Ticket.Number, later.Number)
	}
	l.replay()
}

// feeHall is the hall of the tests with a fee for service a, which w1 and w2 do
// not take.
func feeHall(t failer) *life {
	fee := func() *hall.Setup {
		s := setup()
		s.Services[0].FeeDue = true
		return s
	}
	return &life{t: t, s: hall.New(fee()), setup: fee, now: monday}
}

// The wrong service on a ticket is corrected without a new number or place: the
// report and the forecast learn the right one, and the fee follows it.
func TestCorrect(t *testing.T) {
	l := feeHall(t)
	l.signIn("w1", "s1")
	l.refused(hall.NothingInHand, contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "b"})
	ticket := l.printed("a")
	l.next("w1")
	l.refused(hall.Changed, contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "b", Expect: "A009"})
	l.refused(hall.UnknownService, contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "x"})
	r := l.refused(hall.TransferInstead, contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "c"}).Refusal
	if !strings.Contains(r.Message, "转办") || !strings.Contains(r.MessageEN, "transfer") {
		t.Errorf("the refusal does not name the way: %q %q", r.Message, r.MessageEN)
	}
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	d := l.must(contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "b", Expect: ticket.Number})
	if a := d.Answer.(contract.WindowAnswer); a.Ticket.Number != ticket.Number || a.Ticket.Service != "b" || len(a.Ticket.More) > 0 || a.Window.Service != "b" {
		t.Errorf("corrected: %+v", a)
	}
	var c contract.TicketCorrected
	if l.data(contract.EvTicketCorrected, &c); c.From != "a" || c.Service != "b" || c.Staff != "s1" || c.Window != "w1" {
		t.Errorf("event %+v", c)
	}
	if again := l.must(contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "b"}); len(again.Events) > 0 {
		t.Errorf("corrected to what it is: %s", l.types(again))
	}
	l.now = l.now.Add(time.Minute)
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	if l.state(ticket.Number) != queue.Finished {
		t.Error("a service without a fee led on to the fee window")
	}
	if l.s.Waits.Services["b"].Served.N != 1 || l.s.Waits.Services["a"].Served.N != 0 {
		t.Errorf("the forecast learned of %+v", l.s.Waits.Services)
	}
	back := l.printed("b")
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	if a := l.answer(contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "a"}); fmt.Sprint(a.Ticket.More) != "[g]" {
		t.Errorf("corrected to a service with a fee: %+v", a.Ticket)
	}
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	if l.state(back.Number) != queue.Waiting {
		t.Errorf("the way to the fee window is missing: %s", l.state(back.Number))
	}
	l.replay()
}

// A service that is corrected to one that was to come is done once.
func TestCorrectToWhatFollows(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	a := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", More: []string{"b", "c"}}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: a.Ticket, Proof: "printed"})
	l.next("w1")
	if got := l.answer(contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "b"}); fmt.Sprint(got.Ticket.More) != "[c]" {
		t.Errorf("still to come %v, want c alone", got.Ticket.More)
	}
	l.replay()
}

// What is on hold has an owner and a time at which the owner is reminded; from
// then on the next is called only when staff say that they mean it.
func TestHoldReminds(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	for range 4 {
		l.printed("a")
	}
	l.next("w1")
	l.refused(hall.HoldMinutes, contract.AskWindowHold, ref{Window: "w1", Minutes: -1})
	l.refused(hall.HoldMinutes, contract.AskWindowHold, ref{Window: "w1", Minutes: 481})
	l.must(contract.AskWindowHold, ref{Window: "w1", Minutes: 5})
	held := l.s.TicketsIn(queue.Held)[0]
	if held.Keeper != "s1" || !held.Remind.Equal(l.now.Add(5*time.Minute)) {
		t.Errorf("held by %q until %s", held.Keeper, held.Remind)
	}
	l.now = l.now.Add(5*time.Minute - time.Millisecond)
	l.next("w1")
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.now = l.now.Add(time.Millisecond)
	for typ, d := range map[string]ref{contract.AskWindowNext: {Window: "w1"}, contract.AskWindowCall: {Window: "w1", Number: "A003"}} {
		if r := l.refused(hall.HeldOverdue, typ, d).Refusal; !strings.Contains(r.Message, "A001") || !strings.Contains(r.MessageEN, "A001") {
			t.Errorf("%s: %q names no number", typ, r.Message)
		}
	}
	l.next("w2") // whose holds they are not
	l.must(contract.AskWindowNext, ref{Window: "w1", PastHeld: true})
	l.must(contract.AskWindowReturn, ref{Window: "w1"})
	l.must(contract.AskWindowUnhold, ref{Window: "w1"})
	if k := l.s.InHand("w1"); k.Number != "A001" || k.Keeper != "" || !k.Remind.IsZero() {
		t.Errorf("taken up again: %+v", k)
	}
	l.must(contract.AskWindowHold, ref{Window: "w1"})
	if got := l.s.TicketsIn(queue.Held)[0].Remind; !got.Equal(l.now.Add(10 * time.Minute)) {
		t.Errorf("without minutes the reminder is at %s", got)
	}
	l.must(contract.AskWindowReturn, ref{Window: "w1", Number: "A001"})
	l.must(contract.AskWindowNext, ref{Window: "w1"})
	l.replay()
}

// R-KEY-07: a window that calls the next by itself does so in the decision that
// ends the service, and the one who goes may still rate.
func TestAutoNext(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	for range 5 {
		l.printed("a")
	}
	l.refused(hall.SignInFirst, contract.AskWindowSet, contract.SetWindow{Window: "w2", Auto: true})
	if d := l.must(contract.AskWindowSet, contract.SetWindow{Window: "w1"}); len(d.Events) > 0 {
		t.Errorf("set to what it is: %s", l.types(d))
	}
	if a := l.answer(contract.AskWindowSet, contract.SetWindow{Window: "w1", Auto: true}); !a.Window.Auto {
		t.Errorf("set: %+v", a.Window)
	}
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	d := l.must(contract.AskWindowFinish, ref{Window: "w1"})
	if got := l.types(d); got != "ticket.finished ticket.called" {
		t.Errorf("finish gives %s", got)
	}
	if a := d.Answer.(contract.WindowAnswer); a.Ticket.Number != "A002" || a.Ticket.State != "called" || a.Window.Number != "A002" || a.Why != queue.WhyOldest {
		t.Errorf("finish answers %+v", a)
	}
	l.must(hall.CmdScore, hall.Score{Window: "w1", Level: 4})
	if l.s.Ratings.Last[0].Number != "A001" {
		t.Errorf("the rating is of %s", l.s.Ratings.Last[0].Number)
	}
	l.refused(queue.StartFirst, contract.AskWindowFinish, ref{Window: "w1"}) // the second of two presses
	finish := func(extra ref) contract.WindowAnswer {
		t.Helper()
		l.must(contract.AskWindowStart, ref{Window: "w1"})
		extra.Window = "w1"
		return l.answer(contract.AskWindowFinish, extra)
	}
	l.must(contract.AskWindowPause, ref{Window: "w1", Reason: "meeting"})
	if a := finish(ref{}); a.Ticket != nil {
		t.Errorf("a paused window called %+v", a.Ticket)
	}
	l.must(contract.AskWindowResume, ref{Window: "w1"})
	l.next("w1")
	l.must(contract.AskWindowHold, ref{Window: "w1", Minutes: 1})
	l.next("w1")
	l.now = l.now.Add(2 * time.Minute)
	if a := finish(ref{}); a.Ticket != nil {
		t.Errorf("with an overdue ticket on hold the window called %+v", a.Ticket)
	}
	l.must(contract.AskWindowUnhold, ref{Window: "w1"})
	if a := finish(ref{}); a.Ticket == nil || a.Ticket.Number != "A005" {
		t.Errorf("then it called %+v", a.Ticket)
	}
	if a := finish(ref{}); a.Ticket != nil || a.Window.Number != "" {
		t.Errorf("nobody waits, and the window has %+v", a)
	}
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	in := l.answer(contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "s2", PIN: "1111"})
	if w := l.s.WindowNow("w1"); !w.Auto || !in.Window.Auto {
		t.Error("the window forgot how it works")
	}
	l.replay()
}

// A ticket that goes on in the same hands is in hand still: nobody is called. One
// that goes on elsewhere leaves the hands free.
func TestAutoNextOfSeveral(t *testing.T) {
	auto := func() *hall.Setup {
		s := setup()
		s.Windows[0].Auto = true
		return s
	}
	l := &life{t: t, s: hall.New(auto()), setup: auto, now: monday}
	l.signIn("w1", "s1")
	a := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", More: []string{"b", "c"}}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: a.Ticket, Proof: "printed"})
	second := l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	if got := l.answer(contract.AskWindowFinish, ref{Window: "w1"}); got.Ticket.Number != a.Number || got.Ticket.State != "serving" {
		t.Errorf("one of three done: %+v", got.Ticket)
	}
	if got := l.answer(contract.AskWindowFinish, ref{Window: "w1"}); got.Ticket == nil || got.Ticket.Number != second.Number {
		t.Errorf("the rest is for w3, and w1 has %+v", got.Ticket)
	}
	if l.state(a.Number) != queue.Waiting {
		t.Errorf("%s is %s", a.Number, l.state(a.Number))
	}
	l.replay()
}

// A key that is pressed twice announces once more, not twice; and after the last
// recall comes the no-show.
func TestRecallLimits(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	number := l.printed("a").Number
	l.next("w1")
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	l.now = l.now.Add(2500 * time.Millisecond)
	if r := l.refused(hall.RecallTooSoon, contract.AskWindowRecall, ref{Window: "w1"}).Refusal; !strings.Contains(r.Message, "8秒") || !strings.Contains(r.MessageEN, "8 seconds") {
		t.Errorf("too soon: %q %q, want 8 s left", r.Message, r.MessageEN)
	}
	for range 2 {
		l.now = l.now.Add(10 * time.Second)
		l.must(contract.AskWindowRecall, ref{Window: "w1"})
	}
	l.now = l.now.Add(time.Minute)
	if r := l.refused(hall.RecallLimit, contract.AskWindowRecall, ref{Window: "w1"}).Refusal; !strings.Contains(r.Message, "过号") || !strings.Contains(r.MessageEN, "no-show") {
		t.Errorf("the limit: %q %q", r.Message, r.MessageEN)
	}
	if c := l.s.CallsView(l.now).Calls; len(c) != 1 || c[0].Recall != 3 || c[0].Call != 4 || l.s.WindowNow("w1").Called != 4 {
		t.Errorf("calls %+v", c)
	}
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.must(contract.AskWindowReinstate, ref{Window: "w1", Number: number})
	l.next("w1")
	l.must(contract.AskWindowRecall, ref{Window: "w1"}) // called anew, counted anew
	l.replay()
}

// Who asked for it is called by eye only: from the taking on, or from any moment
// until the ticket is over.
func TestSilent(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	taken := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", Silent: true}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: taken.Ticket, Proof: "printed"})
	if !taken.Silent {
		t.Errorf("taken: %+v", taken)
	}
	l.next("w1")
	if c := l.s.CallsView(l.now).Calls[0]; !c.Silent {
		t.Errorf("call %+v", c)
	}
	if w := l.s.WindowNow("w1"); !w.Silent {
		t.Errorf("window %+v", w)
	}
	l.must(contract.AskTicketQuiet, contract.QuietTicket{Ticket: taken.Ticket, Silent: false})
	if c := l.s.CallsView(l.now).Calls[0]; c.Silent {
		t.Errorf("with a voice again: %+v", c)
	}
	other := l.printed("a")
	atDesk := func(data string) hall.Decision {
		l.ids++
		return l.command(hall.Command{ID: fmt.Sprint("d", l.ids), Type: contract.AskTicketQuiet, Role: hall.RoleWindow, Node: "desk-1", Data: json.RawMessage(data)})
	}
	if d := atDesk(`{"number":" a002","silent":true}`); d.Refusal != nil || l.types(d) != "ticket.quieted" || !d.Answer.(contract.Ticket).Silent {
		t.Errorf("by number at a desk: %+v", d)
	}
	if d := atDesk(`{"number":"A002","silent":true}`); d.Refusal != nil || len(d.Events) > 0 {
		t.Errorf("once more: %+v", d)
	}
	if d := atDesk(`{"number":"A002","silent":false,"window":"w1"}`); d.Refusal != nil || !strings.Contains(string(d.Events[0].Data), `"window":"w1","staff":"s1"`) {
		t.Errorf("at a window: %+v", d)
	}
	if d := atDesk(`{"number":"A002","silent":true,"window":"w2"}`); d.Refusal == nil || d.Refusal.Code != hall.SignInFirst {
		t.Errorf("at a window without staff: %+v", d)
	}
	if d := atDesk(`{"number":"A099","silent":true}`); d.Refusal == nil || d.Refusal.Code != hall.UnknownNumber {
		t.Errorf("a number that is not there: %+v", d)
	}
	l.refused(hall.UnknownTicket, contract.AskTicketQuiet, contract.QuietTicket{Number: other.Number}) // a kiosk knows tickets, not numbers
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: other.Ticket})
	l.refused(queue.IsVoid, contract.AskTicketQuiet, contract.QuietTicket{Ticket: other.Ticket})
	l.replay()
}

// A window that calls many keeps the number of the call of the ticket in hand,
// however many calls follow elsewhere.
func TestCallOfTicketInHand(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	l.printed("a")
	l.next("w1")
	for range 60 {
		l.must(contract.AskWindowWalkIn, contract.WalkIn{Window: "w2", Service: "a", Call: true})
		l.must(contract.AskWindowNoShow, ref{Window: "w2"})
	}
	if w := l.s.WindowNow("w1"); w.Called != 1 || w.Number != "A001" {
		t.Errorf("after 60 more calls w1 shows %+v", w)
	}
	// What calls says at once which call it is.
	for i, typ := range []string{contract.AskWindowRecall, contract.AskWindowHold, contract.AskWindowUnhold} {
		want := []uint64{62, 0, 63}[i]
		if a := l.must(typ, ref{Window: "w1"}).Answer.(contract.WindowAnswer); a.Window.Called != want || l.s.WindowNow("w1").Called != want {
			t.Errorf("%s is call %d, want %d", typ, a.Window.Called, want)
		}
	}
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.printed("a")
	if a := l.next("w1"); a.Window.Called != 64 {
		t.Errorf("next is call %d, want 64", a.Window.Called)
	}
}

// A walk-in ends the time in which the citizen before could rate, keeps its
// window busy as long as anybody else in the forecast, and teaches nothing about
// waiting.
func TestWalkInBeside(t *testing.T) {
	l := &life{t: t, s: hall.New(withClasses()), setup: withClasses, now: monday}
	l.signIn("w1", "s1")
	l.printed("a")
	l.serve("w1")
	d := l.must(contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "a", Class: "elderly"})
	if got := l.types(d); got != "ticket.issued ticket.confirmed rating.absent ticket.started" {
		t.Errorf("walk-in gives %s", got)
	}
	behind := func(l *life) int {
		l.take("a")
		var issued contract.TicketIssued
		l.data(contract.EvTicketIssued, &issued)
		return issued.Forecast
	}
	called := &life{t: t, s: hall.New(withClasses()), setup: withClasses, now: monday}
	called.signIn("w1", "s1")
	called.printed("a")
	called.serve("w1")
	called.printed("a")
	called.next("w1")
	if walkIn, ordinary := behind(l), behind(called); walkIn != ordinary || walkIn < 60 {
		t.Errorf("behind a walk-in %d s are to be waited, behind somebody who was called %d s", walkIn, ordinary)
	}
	if after := l.s.Waits.Services["a"]; len(after.Classes) > 0 || after.Served.N != 1 {
		t.Errorf("learned of the walk-in: %+v", after)
	}
}

// A clock that is set forward makes no ticket on hold overdue, and none of two
// recalls too soon.
func TestHoldOverClockStep(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.printed("a")
	l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowHold, ref{Window: "w1", Minutes: 30})
	l.jump(2 * time.Hour)
	l.next("w1")
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	l.jump(-time.Hour)
	l.refused(hall.RecallTooSoon, contract.AskWindowRecall, ref{Window: "w1"})
	l.now = l.now.Add(10 * time.Second)
	l.must(contract.AskWindowRecall, ref{Window: "w1"})
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	l.now = l.now.Add(30 * time.Minute)
	l.refused(hall.HeldOverdue, contract.AskWindowNext, ref{Window: "w1"})
	l.replay()
}

// A kiosk that was cut off tells that a ticket is to be called by eye only.
func TestSilentWhileCutOff(t *testing.T) {
	l := begin(t)
	taken := offline("t-1", "A501", 501, "a", l.now)
	taken.Silent = true
	l.joined("kiosk-1", taken)
	if k := l.s.TicketsIn(queue.Waiting); len(k) != 1 || !k[0].Silent {
		t.Errorf("joined %+v", k)
	}
	l.joined("kiosk-1", offline("t-2", "A502", 502, "a", l.now))
	for _, silent := range []bool{true, false, true, true} { // asked for with the number in hand, and taken back
		l.at("kiosk-1", contract.EvQuietAsked, contract.TicketQuieted{Ticket: "t-2", Silent: silent})
		if k := l.s.Tickets["t-2"]; k.Silent != silent {
			t.Errorf("asked for %v: %+v", silent, k)
		}
	}
	l.at("kiosk-1", contract.EvTicketGivenUp, contract.TicketRef{Ticket: "t-2"})
	for _, id := range []string{"t-2", "never-given"} {
		if d := l.at("kiosk-1", contract.EvQuietAsked, contract.TicketQuieted{Ticket: id}); d.Refusal != nil || len(d.Events) != 0 {
			t.Errorf("%s: %+v", id, d)
		}
	}
	l.replay()
}
