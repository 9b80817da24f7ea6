package hall

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
	"hallward/devices/hall/rating"
)

// Several services on one ticket, and the way to the fee window.
//
// A ticket for several services carries the prefix of the first. When one is
// done the ticket goes on with the next that the same window serves, in the
// same hands; else it returns to the queue at its old place, for the windows of
// the next. Each service done is a session of its own, that may be rated.
//
// A service with a fee (FeeDue) leads on to the fee window on the same number
// (R-KIOSK-16). It is the same number, not a second slip: the citizen keeps one
// paper, nobody must print at the window, what was waited counts, and nobody
// can be called to two windows at a time. The fee comes last and once, for all
// services of the ticket, as there is one account and one receipt.

// moreServices is how many services a ticket has beside the first, at most; the
// fee is not counted.
const moreServices = 4

// withFee are the services that follow on a ticket, the way to the fee window
// included where one of its services has a fee.
func (x *index) withFee(services []*Service) []string {
	var more []string
	due := false
	for i, service := range services {
		due = due || service.FeeDue
		if i > 0 {
			more = append(more, service.ID)
		}
	}
	if due && !slices.ContainsFunc(services, func(service *Service) bool { return service.ID == x.FeeService }) {
		more = append(more, x.fee()...)
	}
	return more
}

// fee is the service of the fee window as a list: empty in a hall without.
func (x *index) fee() []string {
	if x.FeeService == "" || len(x.windowsOf[x.FeeService]) == 0 {
		return nil
	}
	return []string{x.FeeService}
}

// rest is what follows when the present service of a ticket is done, and
// whether a fee of what is done is still to be paid. Nofee says that nothing is
// to be paid for the present service. A service that no window serves any more,
// since the hall was configured anew, is left out.
func (x *index) rest(t *queue.Ticket, nofee bool) (more []string, owed bool) {
	feeDue := func(id string) bool { return x.service[id] != nil && x.service[id].FeeDue }
	isFee := func(id string) bool { return id == x.FeeService }

	owed = !isFee(t.Service) && (t.Owed || feeDue(t.Service) && !nofee)
	expected := slices.ContainsFunc(t.More, isFee) && !nofee
	more = slices.DeleteFunc(slices.Clone(t.More), func(id string) bool { return isFee(id) || len(x.windowsOf[id]) == 0 })
	if owed || expected || slices.ContainsFunc(more, feeDue) {
		more = append(more, x.fee()...)
	}
	return more, owed
}

// chooseNext takes the next service out of what is to come: the first that the
// window serves, else the first; the fee only when nothing else is left.
func (x *index) chooseNext(w *Window, more []string) (next string, rest []string, here bool) {
	candidates := more
	if n := len(more) - 1; n > 0 && more[n] == x.FeeService {
		candidates = more[:n]
	}
	i := slices.IndexFunc(candidates, func(id string) bool { return slices.Contains(w.Services, id) })
	here = i >= 0
	i = max(i, 0)
	return more[i], slices.Delete(slices.Clone(more), i, i+1), here
}

// finish ends the service of the ticket in hand, and with it the ticket, unless
// it has more services.
func (s *State) finish(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.staffed(c, d.Window, d.Expect)
	if p != nil {
		return Decision{Refusal: p}
	}
	if a.ticket == nil {
		return s.refuse(NothingInHand, about{Window: d.Window})
	}
	t := a.ticket
	if o := queue.Step(t.State, queue.Finish); o.Refusal != "" {
		return s.refuse(o.Refusal, about{Number: t.Number, Window: t.Window})
	}
	outcome, p := s.outcome(t.Service, d.Outcome, now)
	if p != nil {
		return Decision{Refusal: p}
	}
	more, owed := s.x.rest(t, d.NoFee)
	seconds, session := t.ServedSeconds(now), sessionOf(t)
	if len(more) > 0 {
		return s.carryOn(a, d, more, contract.TicketContinued{Ticket: t.ID, Window: d.Window, Staff: a.desk.Staff,
			Done: t.Service, Session: session, Seconds: seconds, Owed: owed, Outcome: outcome}, now)
	}
	e := event(contract.EvTicketFinished, now, contract.TicketFinished{Ticket: t.ID, Window: d.Window,
		Staff: a.desk.Staff, Session: session, Seconds: seconds, Outcome: outcome})
	return s.thenNext(a.empty(), d, now, append(s.closeRating(d.Window, now), e)...)
}

// sessionOf is the id of the present service of a ticket: each is done once.
func sessionOf(t *queue.Ticket) string {
	if len(t.Done) == 0 && len(t.More) == 0 {
		return t.ID
	}
	return fmt.Sprintf("%s/%d", t.ID, len(t.Done)+1)
}

// carryOn ends one of several services of the ticket in hand.
func (s *State) carryOn(a scene, asked contract.WindowRef, more []string, d contract.TicketContinued, now time.Time) Decision {
	d.Service, d.More, d.Here = s.x.chooseNext(a.window, more)
	verb := queue.Continue
	if d.Here {
		verb = queue.GoOn
	}
	t := a.ticket
	if p := s.try(t, verb); p != nil {
		return Decision{Refusal: p}
	}
	t.Service, t.More = d.Service, d.More
	events := append(s.closeRating(d.Window, now), event(contract.EvTicketContinued, now, d))
	if d.Here {
		return s.after(a, "", events...)
	}
	return s.thenNext(a.empty(), asked, now, events...)
}

func (s *State) continued(d contract.TicketContinued, at time.Time) error {
	to := queue.Waiting
	if d.Here {
		to = queue.Serving
	}
	err := s.move(d.Ticket, to, at, func(t *queue.Ticket) {
		t.Done = append(slices.Clone(t.Done), d.Done)
		t.Service, t.More, t.Owed, t.Served, t.Bound = d.Service, d.More, d.Owed, 0, ""
		if d.Here {
			t.StartedAt, t.CalledAt = at, at
		} else {
			t.Window = ""
		}
	})
	if err == nil {
		s.Ratings.Begin(rating.Session{ID: d.Session, Ticket: d.Ticket, Number: s.Tickets[d.Ticket].Number,
			Window: d.Window, Staff: d.Staff, Opened: at})
	}
	return err
}

// FirstAskedLine is one line of the day's report of the first-asked
// responsibility (首问负责制, R-KIOSK-12).
type FirstAskedLine struct {
	Window      string // that was asked first
	Staff       string // id of who sat there
	Tickets     int    // citizens who asked there first
	Misdirected int    // of these, who then had to be sent to another service
}

// FirstAsked tells for each person at each window how many citizens asked there
// first today, and how many of them had come for the wrong service. It stays
// with whom was asked first, whatever transfers follow (R-KIOSK-13).
func (s *State) FirstAsked() []FirstAskedLine {
	type who struct{ window, staff string }
	lines := map[who]*FirstAskedLine{}
	for _, t := range s.Tickets {
		if t.FirstAsked == "" {
			continue
		}
		key := who{t.FirstAsked, t.FirstStaff}
		if lines[key] == nil {
			lines[key] = &FirstAskedLine{Window: key.window, Staff: key.staff}
		}
		lines[key].Tickets++
		if t.Misdirected {
			lines[key].Misdirected++
		}
	}
	list := make([]FirstAskedLine, 0, len(lines))
	for _, l := range lines {
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b FirstAskedLine) int {
		return cmp.Or(cmp.Compare(a.Window, b.Window), cmp.Compare(a.Staff, b.Staff))
	})
	return list
}
