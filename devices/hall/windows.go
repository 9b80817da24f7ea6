package hall

import (
	"math"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// scene is a window with what it has in hand, for one command. Its desk and
// ticket are copies that the command changes to say what comes after.
type scene struct {
	window *Window
	desk   Desk
	ticket *queue.Ticket
}

// at finds the window of a command and checks that the node may act for it.
func (s *State) at(c Command, window string) (scene, *contract.Problem) {
	w := s.x.window[window]
	if w == nil {
		return scene{}, s.x.refuse(UnknownWindow, about{Window: short(window)})
	}
	if n := s.x.node[c.Node]; c.Role == RoleWindow && n != nil && len(n.Windows) > 0 && !slices.Contains(n.Windows, window) {
		return scene{}, s.x.refuse(NotAllowed, about{})
	}
	a := scene{window: w, desk: s.desk(window)}
	if t := s.inHand(window); t != nil {
		copied := *t
		a.ticket = &copied
	}
	return a, nil
}

// staffed is at, for a window where somebody is signed in and sees what is
// really in hand: Expect, when given, must be the present number.
func (s *State) staffed(c Command, window, expect string) (scene, *contract.Problem) {
	a, p := s.at(c, window)
	if p != nil {
		return a, p
	}
	if a.desk.Staff == "" {
		return a, s.x.refuse(SignInFirst, about{Window: window})
	}
	if expect != "" && expect != a.number() {
		return a, s.x.refuse(Changed, about{Window: window, Number: or(a.number(), "–")})
	}
	return a, nil
}

func (a scene) number() string {
	if a.ticket == nil {
		return ""
	}
	return a.ticket.Number
}

// free is staffed, for a window that is about to call: not paused, nothing in
// hand.
func (s *State) free(c Command, d contract.WindowRef) (scene, *contract.Problem) {
	a, p := s.staffed(c, d.Window, d.Expect)
	switch {
	case p != nil:
		return a, p
	case a.ticket != nil:
		return a, s.x.refuse(FinishFirst, about{Number: a.ticket.Number})
	case a.desk.Paused:
		return a, s.x.refuse(NowPaused, about{Window: d.Window})
	}
	return a, nil
}

// busy is staffed, for a verb on the ticket in hand.
func (s *State) busy(c Command, window, expect string, v queue.Verb) (scene, *contract.Problem) {
	a, p := s.staffed(c, window, expect)
	if p != nil {
		return a, p
	}
	if a.ticket == nil {
		return a, s.x.refuse(NothingInHand, about{Window: window})
	}
	return a, s.try(a.ticket, v)
}

// try takes a copy of a ticket through the table.
func (s *State) try(t *queue.Ticket, v queue.Verb) *contract.Problem {
	o := queue.Step(t.State, v)
	if o.Refusal != "" {
		return s.x.refuse(o.Refusal, about{Number: t.Number, Window: t.Window})
	}
	if !o.Same {
		t.State = o.Next
	}
	return nil
}

// byNumber is a copy of today's ticket with a number.
func (s *State) byNumber(number string) (*queue.Ticket, *contract.Problem) {
	t := s.numbers[strings.ToUpper(strings.TrimSpace(number))]
	if t == nil {
		return nil, s.x.refuse(UnknownNumber, about{Number: short(number)})
	}
	copied := *t
	return &copied, nil
}

// after answers with the window as the events leave it.
func (s *State) after(a scene, why string, events ...contract.Event) Decision {
	answer := contract.WindowAnswer{Window: s.windowView(a.window, a.desk, a.ticket), Why: why}
	if a.ticket != nil {
		t := s.ticket(a.ticket)
		answer.Ticket = &t
	}
	return Decision{Events: events, Answer: answer}
}

func (s *State) next(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.free(c, d)
	if p != nil {
		return Decision{Refusal: p}
	}
	if p := s.pastHeld(d, now); p != nil {
		return Decision{Refusal: p}
	}
	choice := s.choose(a.window, now)
	if choice.Ticket == nil {
		return s.refuse(NobodyWaiting, about{})
	}
	copied := *choice.Ticket
	return s.callTicket(a, &copied, choice.Why, numbers(choice.Overtaken), now)
}

// callOne calls a number that staff chose. The event says so: it is the one
// way past the order of issue.
func (s *State) callOne(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.free(c, d)
	if p != nil {
		return Decision{Refusal: p}
	}
	t, p := s.byNumber(d.Number)
	if p == nil {
		p = s.pastHeld(d, now)
	}
	if p != nil {
		return Decision{Refusal: p}
	}
	if o := queue.Step(t.State, queue.Call); o.Refusal == "" {
		if t.Bound != "" && t.Bound != d.Window {
			return s.refuse(OtherWindow, about{Number: t.Number, Other: t.Bound})
		}
		if t.Bound == "" && !slices.Contains(a.window.Services, t.Service) {
			return s.refuse(NotHere, about{Number: t.Number, Window: d.Window})
		}
	}
	return s.callTicket(a, t, queue.WhyChosen, nil, now)
}

func (s *State) callTicket(a scene, t *queue.Ticket, why string, overtaken []string, now time.Time) Decision {
	if p := s.try(t, queue.Call); p != nil {
		return Decision{Refusal: p}
	}
	t.Window, t.Call = a.window.ID, s.Call+1
	a.ticket, a.desk.Ticket = t, t.ID
	return s.after(a, why, event(contract.EvTicketCalled, now, contract.TicketCalled{
		Ticket: t.ID, Window: a.window.ID, Staff: a.desk.Staff, Call: t.Call, Why: why, Overtaken: overtaken,
		Waited: s.waited(t, now)}))
}

// recall announces the called ticket again: not again at once, as after a key
// that was pressed twice, and not for ever.
func (s *State) recall(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.Recall)
	if p != nil {
		return Decision{Refusal: p}
	}
	t, limit := a.ticket, s.x.Recalls
	if t.Recalls >= limit.Most {
		return s.refuse(RecallLimit, about{Number: t.Number, Limit: t.Recalls})
	}
	if left := t.RecalledAt.Add(limit.Every).Sub(now); left > 0 && left <= limit.Every {
		return s.refuse(RecallTooSoon, about{Number: t.Number, Seconds: int(math.Ceil(left.Seconds()))})
	}
	t.Call = s.Call + 1
	return s.after(a, "", event(contract.EvTicketRecalled, now, contract.TicketRecalled{
		Ticket: t.ID, Window: d.Window, Staff: a.desk.Staff, Call: t.Call}))
}

func (s *State) noShow(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.NoShow)
	if p != nil {
		return Decision{Refusal: p}
	}
	e := a.moved(contract.EvTicketMissed, "", now)
	return s.after(a.empty(), "", e)
}

// moved is the event of a move of the ticket in hand.
func (a scene) moved(typ, reason string, now time.Time) contract.Event {
	return event(typ, now, contract.TicketMoved{Ticket: a.ticket.ID, Window: a.window.ID, Staff: a.desk.Staff, Reason: short(reason)})
}

// empty is the window after it let go of its ticket.
func (a scene) empty() scene {
	a.ticket, a.desk.Ticket = nil, ""
	return a
}

// start begins the service, and with it ends the time in which the citizen
// before could rate.
func (s *State) start(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.Start)
	if p != nil {
		return Decision{Refusal: p}
	}
	return s.after(a, "", append(s.closeRating(d.Window, now), a.moved(contract.EvTicketStarted, "", now))...)
}

// transfer sends the ticket in hand to another service, another window or
// both. Number, issue time and place in the queue stay (R-KIOSK-13).
func (s *State) transfer(c Command, d contract.Transfer, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.Transfer)
	if p != nil {
		return Decision{Refusal: p}
	}
	t := a.ticket
	service := or(d.ToService, t.Service)
	if s.x.service[service] == nil {
		return s.refuse(UnknownService, about{})
	}
	if len(s.x.windowsOf[service]) == 0 {
		return s.refuse(NoWindow, about{})
	}
	if d.ToWindow != "" {
		target := s.x.window[d.ToWindow]
		switch {
		case target == nil:
			return s.refuse(UnknownWindow, about{Window: short(d.ToWindow)})
		case !slices.Contains(target.Services, service):
			return s.refuse(NotHere, about{Number: t.Number, Window: d.ToWindow})
		case s.desk(d.ToWindow).Staff == "":
			return s.refuse(TargetClosed, about{Other: d.ToWindow})
		}
	}
	if service == t.Service && (d.ToWindow == "" || d.ToWindow == d.Window) {
		return s.refuse(SamePlace, about{Number: t.Number})
	}
	if t.Hops >= s.x.TransferLimit {
		return s.refuse(TransferLimit, about{Number: t.Number, Limit: t.Hops})
	}
	e := event(contract.EvTicketTransferred, now, contract.TicketTransferred{Ticket: t.ID, From: d.Window,
		Service: service, Window: d.ToWindow, FirstAsked: or(t.FirstAsked, d.Window), Reason: short(d.Reason), Staff: a.desk.Staff})
	return s.after(a.empty(), "", e)
}

// holdMost is how long a ticket may be on hold before its owner is reminded, in
// minutes.
const holdMost = 480

// hold sets the ticket in hand aside. Who does so owns it, and is reminded of it
// after Minutes.
func (s *State) hold(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.Hold)
	if p != nil {
		return Decision{Refusal: p}
	}
	if d.Minutes < 0 || d.Minutes > holdMost {
		return s.refuse(HoldMinutes, about{Limit: holdMost})
	}
	remind := now.Add(or(time.Duration(d.Minutes)*time.Minute, s.x.HoldRemind))
	e := event(contract.EvTicketHeld, now, contract.TicketMoved{Ticket: a.ticket.ID, Window: a.window.ID,
		Staff: a.desk.Staff, Reason: short(d.Reason), Remind: remind})
	return s.after(a.empty(), "", e)
}

// unhold calls a held ticket again at the window that holds it. Without a
// number it is the only one held.
func (s *State) unhold(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.free(c, d)
	if p != nil {
		return Decision{Refusal: p}
	}
	if d.Number == "" && len(a.desk.Held) == 1 {
		d.Number = s.Tickets[a.desk.Held[0]].Number
	}
	t, p := s.byNumber(d.Number)
	if p == nil {
		p = s.try(t, queue.Unhold)
	}
	if p != nil {
		return Decision{Refusal: p}
	}
	if t.Window != d.Window {
		return s.refuse(OtherWindow, about{Number: t.Number, Other: t.Window})
	}
	a.ticket, a.desk.Ticket, t.Call = t, t.ID, s.Call+1
	return s.after(a, queue.WhyHeld, event(contract.EvTicketResumed, now, contract.TicketMoved{
		Ticket: t.ID, Window: d.Window, Staff: a.desk.Staff, Call: t.Call}))
}

// giveBack puts the called ticket, or a held one by its number, back into the
// queue at its place.
func (s *State) giveBack(c Command, d contract.WindowRef, now time.Time) Decision {
	if d.Number == "" {
		a, p := s.busy(c, d.Window, d.Expect, queue.Return)
		if p != nil {
			return Decision{Refusal: p}
		}
		e := a.moved(contract.EvTicketReturned, d.Reason, now)
		return s.after(a.empty(), "", e)
	}
	return s.numbered(c, d, queue.Return, true, func(a scene) contract.Event {
		return a.moved(contract.EvTicketReturned, d.Reason, now)
	})
}

// reinstate lets a no-show, or a void number whose paper came out late, wait
// again. Any window may do it for whoever stands before it.
func (s *State) reinstate(c Command, d contract.WindowRef, now time.Time) Decision {
	if t, p := s.byNumber(d.Number); p == nil {
		if p := s.mayReturn(t); p != nil {
			return Decision{Refusal: p}
		}
	}
	return s.numbered(c, d, queue.Reinstate, false, func(a scene) contract.Event {
		return event(contract.EvTicketReinstated, now, contract.TicketMoved{Ticket: a.ticket.ID, Window: d.Window,
			Staff: a.desk.Staff, Reason: short(d.Reason), Place: s.x.Reinstate})
	})
}

// cancel voids a number at the wish of its holder.
func (s *State) cancel(c Command, d contract.WindowRef, now time.Time) Decision {
	if d.Number == "" {
		d.Number = s.numberInHand(d.Window)
	}
	return s.numbered(c, d, queue.Cancel, true, func(a scene) contract.Event {
		return event(contract.EvTicketVoided, now, contract.TicketVoided{Ticket: a.ticket.ID, Reason: "staff",
			Window: a.window.ID, Staff: a.desk.Staff})
	})
}

func (s *State) numberInHand(window string) string {
	if t := s.inHand(window); t != nil {
		return t.Number
	}
	return ""
}

// numbered does a verb on a ticket that staff name by its number. When it must
// be here, a ticket that another window has called or holds is refused.
func (s *State) numbered(c Command, d contract.WindowRef, v queue.Verb, here bool, then func(scene) contract.Event) Decision {
	a, p := s.staffed(c, d.Window, d.Expect)
	if p != nil {
		return Decision{Refusal: p}
	}
	t, p := s.byNumber(d.Number)
	if p != nil {
		return Decision{Refusal: p}
	}
	elsewhere := (t.InHand() || t.State == queue.Held) && t.Window != d.Window
	if here && elsewhere {
		return s.refuse(OtherWindow, about{Number: t.Number, Other: t.Window})
	}
	before := t.State
	if p := s.try(t, v); p != nil {
		return Decision{Refusal: p}
	}
	if t.State == before {
		return s.after(a, "")
	}
	b := a
	b.ticket = t
	e := then(b)
	if a.desk.Ticket == t.ID {
		a = a.empty()
	}
	return s.after(a, "", e)
}
