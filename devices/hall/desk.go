package hall

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// What the staff of a window do beside calling: serve somebody without a
// ticket, correct a wrong service, call by eye only, and set how the window
// works.

func deskRules() map[string]rule {
	return map[string]rule{
		contract.AskWindowWalkIn:  {desks, read((*State).walkIn)},
		contract.AskWindowCorrect: {desks, read((*State).correct)},
		contract.AskWindowSet:     {desks, read((*State).setWindow)},
		contract.AskTicketQuiet:   {[]string{RoleKiosk, RoleWindow, RoleHall}, read((*State).quiet)},
	}
}

func deskAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvTicketCorrected: with((*State).corrected),
		contract.EvTicketQuieted:   with((*State).quieted),
		contract.EvWindowSet:       with((*State).windowSet),
	}
}

// proofDesk is why a walk-in may be called without paper: whoever took it in saw
// the person.
const proofDesk = "desk"

// walkIn serves somebody who has no ticket (R-ACC-07). The number comes from the
// same sequence as all others, and the ticket is in hand at once: being served,
// without an announcement, or called when its holder still has to come. Quotas
// and closing time are for kiosks; here staff decide. The id of the request
// becomes the id of the ticket, so the same one never takes two.
func (s *State) walkIn(c Command, d contract.WalkIn, now time.Time) Decision {
	if t := s.Tickets[c.ID]; !requestID.MatchString(c.ID) || t != nil && t.WalkIn != d.Window {
		return s.refuse(BadRequest, about{})
	} else if t != nil {
		a, p := s.staffed(c, d.Window, "")
		if p != nil {
			return Decision{Refusal: p}
		}
		return s.after(a, "")
	}
	a, p := s.free(c, contract.WindowRef{Window: d.Window})
	if p != nil {
		return Decision{Refusal: p}
	}
	service := s.x.service[d.Service]
	switch {
	case service == nil:
		return s.refuse(UnknownService, about{})
	case !slices.Contains(a.window.Services, service.ID):
		return s.refuse(NotServed, about{Window: d.Window, Service: service.Name})
	case service.Prefix == "":
		return s.refuse(NoNumbers, about{Service: service.Name})
	}
	if p := s.mayChoose(d.Class); p != nil {
		return Decision{Refusal: p}
	}
	return s.takeIn(a, s.walkInTicket(c, d, service, now), d.Call, now)
}

func (s *State) walkInTicket(c Command, d contract.WalkIn, service *Service, now time.Time) *queue.Ticket {
	serial := s.nextSerial(service.Prefix)
	t := &queue.Ticket{ID: c.ID, Number: queue.Number(service.Prefix, serial), Prefix: service.Prefix, Serial: serial, Day: s.Day,
		Service: service.ID, Kiosk: c.Node, Lang: "zh-CN", State: queue.Waiting, Order: s.Order + 1, IssuedAt: now, Since: now,
		WaitingFrom: now, Class: d.Class, More: s.x.withFee([]*Service{service}), WalkIn: d.Window}
	_, t.NoCard = holder(contract.TakeTicket{}, []*Service{service})
	return t
}

// takeIn takes a walk-in in hand, in one decision with the number.
func (s *State) takeIn(a scene, t *queue.Ticket, call bool, now time.Time) Decision {
	events := []contract.Event{
		event(contract.EvTicketIssued, now, contract.TicketIssued{Ticket: t.ID, Number: t.Number, Prefix: t.Prefix, Serial: t.Serial,
			Day: t.Day, Service: t.Service, Kiosk: t.Kiosk, Lang: t.Lang, At: now, Class: t.Class, More: t.More, NoCard: t.NoCard, WalkIn: t.WalkIn}),
		event(contract.EvTicketConfirmed, now, contract.TicketConfirmed{Ticket: t.ID, Proof: proofDesk}),
	}
	if call {
		d := s.callTicket(a, t, queue.WhyWalkIn, nil, now)
		d.Events = append(events, d.Events...)
		return d
	}
	if p := s.try(t, queue.Admit); p != nil {
		return Decision{Refusal: p}
	}
	t.Window = a.window.ID
	a.ticket, a.desk.Ticket = t, t.ID
	events = append(events, s.closeRating(t.Window, now)...)
	return s.after(a, queue.WhyWalkIn, append(events, a.moved(contract.EvTicketStarted, "", now))...)
}

// correct gives the ticket in hand the service that its holder really needs, of
// those that the same window serves. Number, place and hands stay; what is
// learned from the service, and its fee, are those of the right one.
func (s *State) correct(c Command, d contract.Correct, now time.Time) Decision {
	a, p := s.busy(c, d.Window, d.Expect, queue.Correct)
	if p != nil {
		return Decision{Refusal: p}
	}
	t, service := a.ticket, s.x.service[d.Service]
	switch {
	case service == nil:
		return s.refuse(UnknownService, about{})
	case service.ID == t.Service:
		return s.after(a, "")
	case !slices.Contains(a.window.Services, service.ID):
		return s.refuse(TransferInstead, about{Number: t.Number, Window: d.Window, Service: service.Name})
	}
	before := t.Service
	t.Service, t.More = service.ID, s.x.moreAfter(t, service)
	return s.after(a, "", event(contract.EvTicketCorrected, now, contract.TicketCorrected{Ticket: t.ID, Window: d.Window,
		Staff: a.desk.Staff, From: before, Service: t.Service, More: t.More}))
}

// moreAfter is what is still to come on a ticket whose present service is
// corrected: the right one once, and the fee only where one is due.
func (x *index) moreAfter(t *queue.Ticket, service *Service) []string {
	right := *t
	right.Service = service.ID
	right.More = slices.DeleteFunc(slices.Clone(t.More), func(id string) bool { return id == service.ID || id == x.FeeService })
	more, _ := x.rest(&right, false)
	if len(more) == 0 {
		return nil
	}
	return more
}

func (s *State) corrected(d contract.TicketCorrected, _ time.Time) error {
	return s.change(d.Ticket, func(t *queue.Ticket) { t.Service, t.More = d.Service, d.More })
}

// setWindow changes how a window works, for the rest of the day.
func (s *State) setWindow(c Command, d contract.SetWindow, now time.Time) Decision {
	a, p := s.staffed(c, d.Window, "")
	if p != nil {
		return Decision{Refusal: p}
	}
	if s.auto(a.window, a.desk) == d.Auto {
		return s.after(a, "")
	}
	a.desk.Auto = &d.Auto
	return s.after(a, "", event(contract.EvWindowSet, now, contract.WindowSet{Window: d.Window, Staff: a.desk.Staff, Auto: d.Auto}))
}

func (s *State) windowSet(d contract.WindowSet, _ time.Time) error {
	s.open(d.Window).Auto = &d.Auto
	return nil
}

// quiet has a ticket called by eye only, or with a voice again, as its holder
// asks. A kiosk names it by the id on the slip, a desk may do so by its number.
func (s *State) quiet(c Command, d contract.QuietTicket, now time.Time) Decision {
	t := s.Tickets[d.Ticket]
	if d.Number != "" && d.Ticket == "" && c.Role != RoleKiosk {
		t = s.numbers[strings.ToUpper(strings.TrimSpace(d.Number))]
		if t == nil {
			return s.refuse(UnknownNumber, about{Number: short(d.Number)})
		}
	}
	if t == nil {
		return s.refuse(UnknownTicket, about{})
	}
	staff := "" // a kiosk has none
	if d.Window != "" {
		a, p := s.staffed(c, d.Window, "")
		if p != nil {
			return Decision{Refusal: p}
		}
		staff = a.desk.Staff
	}
	if o := queue.Step(t.State, queue.Quiet); o.Refusal != "" {
		return s.refuse(o.Refusal, about{Number: t.Number, Window: t.Window})
	}
	if t.Silent == d.Silent {
		return Decision{Answer: s.ticket(t)}
	}
	after := *t
	after.Silent = d.Silent
	return Decision{Answer: s.ticket(&after), Events: []contract.Event{event(contract.EvTicketQuieted, now,
		contract.TicketQuieted{Ticket: t.ID, Silent: d.Silent, Window: d.Window, Staff: staff})}}
}

func (s *State) quieted(d contract.TicketQuieted, _ time.Time) error {
	return s.change(d.Ticket, func(t *queue.Ticket) { t.Silent = d.Silent })
}

// overdueHolds are the tickets on hold whose owners are to be reminded at a
// moment of the hall's time, in the order of their places.
func (s *State) overdueHolds(now time.Time) []*queue.Ticket {
	var list []*queue.Ticket
	for _, d := range s.Desks {
		for _, id := range d.Held {
			if t := s.Tickets[id]; t != nil && !t.Remind.IsZero() && !now.Before(t.Remind) {
				list = append(list, t)
			}
		}
	}
	slices.SortFunc(list, queue.Compare)
	return list
}

// pastHeld refuses to call past a ticket that the window holds beyond its time,
// unless its staff have said that they mean it.
func (s *State) pastHeld(d contract.WindowRef, now time.Time) *contract.Problem {
	if d.PastHeld {
		return nil
	}
	for _, t := range s.overdueHolds(now) {
		if t.Window == d.Window {
			return s.x.refuse(HeldOverdue, about{Number: t.Number})
		}
	}
	return nil
}

// thenNext is the end of a service at a window that calls the next by itself:
// both are one decision. It calls nobody while the window is paused, or past a
// ticket that it should take up again first.
func (s *State) thenNext(a scene, d contract.WindowRef, now time.Time, events ...contract.Event) Decision {
	if !s.auto(a.window, a.desk) || a.desk.Paused || s.pastHeld(d, now) != nil {
		return s.after(a, "", events...)
	}
	choice := s.choose(a.window, now)
	if choice.Ticket == nil {
		return s.after(a, "", events...)
	}
	next := *choice.Ticket
	called := s.callTicket(a, &next, choice.Why, numbers(choice.Overtaken), now)
	called.Events = append(events, called.Events...)
	return called
}
