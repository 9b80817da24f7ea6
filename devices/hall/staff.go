package hall

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// signIn puts a person at a window. The PIN is looked at first, so that a
// wrong one learns nothing; it stands in no event.
func (s *State) signIn(c Command, d contract.SignIn, now time.Time) Decision {
	a, p := s.at(c, d.Window)
	if p != nil {
		return Decision{Refusal: p}
	}
	person, no := s.prove(d, now)
	if no != nil {
		return *no
	}
	for _, service := range a.window.Services {
		if !slices.Contains(person.Services, service) {
			return s.refuse(NotQualified, about{Staff: person.Name, Window: d.Window})
		}
	}
	if a.desk.Staff == person.ID {
		return s.after(a, "")
	}
	if a.desk.Staff != "" {
		return s.refuse(WindowTaken, about{Window: d.Window, Staff: s.x.name(a.desk.Staff)})
	}
	for _, w := range windows(s.Desks) {
		if s.Desks[w].Staff == person.ID {
			return s.refuse(Elsewhere, about{Window: w, Staff: person.Name})
		}
	}
	a.desk = Desk{Staff: person.ID, Since: now, Ticket: a.desk.Ticket, Held: a.desk.Held, Auto: a.desk.Auto}
	return s.after(a, "", event(contract.EvWindowSignedIn, now, contract.WindowChanged{Window: d.Window, Staff: person.ID}))
}

// person is a member of staff by id or staff number.
func (x *index) person(id string) *Staff {
	id = strings.TrimSpace(id)
	if p := x.staff[id]; p != nil {
		return p
	}
	return x.number[id]
}

func (x *index) name(id string) string {
	if p := x.staff[id]; p != nil {
		return p.Name
	}
	return id
}

// blocked is how long a person is still refused after wrong PINs.
func (s *State) blocked(staff string, now time.Time) time.Duration {
	tries := s.Tries[staff]
	if len(tries) < PINTries || tries[len(tries)-1].Sub(tries[0]) > PINWindow {
		return 0
	}
	return tries[len(tries)-1].Add(PINWindow).Sub(now)
}

// signOut leaves a window that has nothing in hand or on hold. Who was sent to
// just this window goes back to all windows of the service.
func (s *State) signOut(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.at(c, d.Window)
	switch {
	case p != nil:
		return Decision{Refusal: p}
	case a.ticket != nil:
		return s.refuse(FinishFirst, about{Number: a.ticket.Number})
	case len(a.desk.Held) > 0:
		return s.refuse(HeldLeft, about{Window: d.Window, Number: s.Tickets[a.desk.Held[0]].Number})
	case a.desk.Staff == "":
		return s.after(a, "")
	}
	var events []contract.Event
	for _, t := range s.pool.Bound(d.Window) {
		events = append(events, event(contract.EvTicketTransferred, now, contract.TicketTransferred{
			Ticket: t.ID, From: d.Window, Service: t.Service, FirstAsked: t.FirstAsked, Reason: "window-closed", Staff: a.desk.Staff}))
	}
	staff := a.desk.Staff
	a.desk = Desk{Since: now, Auto: a.desk.Auto}
	return s.after(a, "", append(events, event(contract.EvWindowSignedOut, now, contract.WindowChanged{Window: d.Window, Staff: staff, Reason: short(d.Reason)}))...)
}

// pause stops calling at a window, with a reason from the list (R-WIN-05). A
// ticket in hand is finished all the same.
func (s *State) pause(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.staffed(c, d.Window, d.Expect)
	if p != nil {
		return Decision{Refusal: p}
	}
	reason, ok := s.x.pauseReason(d.Reason)
	if !ok {
		return s.refuse(ReasonNeeded, about{Choice: s.x.pauseChoices()})
	}
	if p := s.decent(contract.Text2{ZH: reason}); p != nil {
		return Decision{Refusal: p}
	}
	if a.desk.Paused && a.desk.Reason == reason {
		return s.after(a, "")
	}
	a.desk.Paused, a.desk.Reason, a.desk.Since = true, reason, now
	return s.after(a, "", event(contract.EvWindowPaused, now, contract.WindowChanged{Window: d.Window, Staff: a.desk.Staff, Reason: reason}))
}

// pauseLimit is how long a pause for this reason may last.
func (x *index) pauseLimit(reason string) time.Duration {
	for _, r := range x.PauseReasons {
		if r.ID == reason {
			return r.Limit
		}
	}
	return 30 * time.Minute
}

// pauseReason finds a reason by its id or its words; without a list any words
// will do.
func (x *index) pauseReason(reason string) (string, bool) {
	reason = short(strings.TrimSpace(reason))
	if len(x.PauseReasons) == 0 {
		return reason, reason != ""
	}
	for _, r := range x.PauseReasons {
		if reason == r.ID || reason != "" && (reason == r.Name.ZH || reason == r.Name.EN) {
			return r.ID, true
		}
	}
	return "", false
}

func (x *index) pauseChoices() contract.Text2 {
	var zh, en []string
	for _, r := range x.PauseReasons {
		zh, en = append(zh, r.Name.ZH), append(en, r.Name.In("en"))
	}
	return contract.Text2{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
}

func (s *State) resume(c Command, d contract.WindowRef, now time.Time) Decision {
	a, p := s.staffed(c, d.Window, d.Expect)
	if p != nil {
		return Decision{Refusal: p}
	}
	if !a.desk.Paused {
		return s.refuse(NotPaused, about{Window: d.Window})
	}
	a.desk.Paused, a.desk.Reason, a.desk.Since = false, "", now
	return s.after(a, "", event(contract.EvWindowResumed, now, contract.WindowChanged{Window: d.Window, Staff: a.desk.Staff}))
}
