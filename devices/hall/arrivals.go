package hall

import (
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// arrive checks an appointment in and gives its ticket.
func (s *State) arrive(c Command, d contract.Arrive, now time.Time) Decision {
	if d, done := s.answered(c); done {
		return d
	}
	a := s.Appointments[d.Appointment]
	if a == nil {
		return s.unknownAppointment(c, true, now)
	}
	late, p := s.mayArrive(a, now)
	if p != nil {
		return Decision{Refusal: p}
	}
	service := s.x.service[a.Service]
	switch {
	case service == nil:
		return s.refuse(UnknownService, about{})
	case len(s.x.windowsOf[service.ID]) == 0:
		return s.refuse(NoWindow, about{})
	}
	if p := s.standing(service); p != nil {
		return Decision{Refusal: p}
	}
	if p := s.shut(service, now); p != nil && (late || s.Closed != nil) {
		return Decision{Refusal: p}
	}
	if t := s.holding(d.Person, service.ID, ""); t != nil && service.Realname != "" {
		p := s.x.refuse(AlreadyHolding, about{Number: t.Number})
		p.Ticket = t.ID
		return Decision{Refusal: p}
	}
	return s.admit(c, d, a, late, now)
}

// mayArrive tells whether an appointment can be checked in now, and whether it
// is too late for its priority.
func (s *State) mayArrive(a *Appointment, now time.Time) (late bool, _ *contract.Problem) {
	rule, when := s.x.Appointments, s.clock(a.Start, now)
	early := a.Start.Add(-rule.Early)
	switch {
	case a.State == Withdrawn:
		return false, s.x.refuse(Cancelled, about{})
	case a.State == Arrived:
		number := "–"
		if t := s.Tickets[a.Ticket]; t != nil {
			number = t.Number
		}
		p := s.x.refuse(AlreadyArrived, about{Number: number})
		p.Ticket = a.Ticket
		return false, p
	case s.Clock.By > 0: // nobody knows what time it is: come in, in order of coming
		return true, nil
	case s.x.Hours.Day(a.Start) != s.x.Hours.Day(now):
		return false, s.x.refuse(OtherDay, about{Reason: when})
	case now.Before(early):
		return false, s.x.refuse(TooEarly, about{Reason: when, Next: s.clock(early, now)})
	}
	return a.State == Missed || now.After(a.Start.Add(rule.Late)), nil
}

// admit gives the ticket of an appointment. Quotas do not stop it: its place
// was given when it was booked.
func (s *State) admit(c Command, d contract.Arrive, a *Appointment, late bool, now time.Time) Decision {
	service := s.x.service[a.Service]
	if d.Lang != "en" {
		d.Lang = "zh-CN"
	}
	t := &queue.Ticket{ID: c.ID, Prefix: service.Prefix, Serial: s.nextSerial(service.Prefix), Day: s.Day, Service: a.Service, Kiosk: c.Node,
		Lang: d.Lang, State: queue.Issued, Order: s.Order + 1, IssuedAt: now, Since: now, More: s.x.withFee([]*Service{service}), Appointment: a.Appointment}
	t.Person, t.NoCard = holder(contract.TakeTicket{Person: d.Person}, []*Service{service})
	t.Number = queue.Number(t.Prefix, t.Serial)
	if !late {
		t.Class, t.Due = ClassAppointment, a.Start
	}
	expected := s.forecast(now).Newcomer(t.Service, t.Class)
	t.WaitMin, t.WaitMax, t.After = expected.From, expected.To, expected.After
	answer := s.ticket(t)
	return Decision{Answer: answer, Events: []contract.Event{
		event(contract.EvTicketIssued, now, contract.TicketIssued{Ticket: t.ID, Number: t.Number, Prefix: t.Prefix, Serial: t.Serial,
			Day: t.Day, Service: t.Service, Kiosk: t.Kiosk, Lang: t.Lang, At: now, Ahead: answer.Ahead, WaitMin: t.WaitMin, WaitMax: t.WaitMax,
			After: t.After, Forecast: expected.seconds(), Class: t.Class, More: t.More, Person: t.Person, NoCard: t.NoCard, Appointment: t.Appointment, Due: t.Due}),
		event(contract.EvAppointmentArrived, now, contract.AppointmentChanged{Appointment: a.Appointment, Ticket: t.ID, Late: late}),
	}}
}

// missAppointments are those to which nobody came by the late limit.
func (s *State) missAppointments(now time.Time) []contract.Event {
	var events []contract.Event
	for _, id := range windows(s.Appointments) {
		if a := s.Appointments[id]; a.State == Booked && now.After(a.Start.Add(s.x.Appointments.Late)) {
			events = append(events, event(contract.EvAppointmentMissed, now, contract.AppointmentChanged{Appointment: id}))
		}
	}
	return events
}
