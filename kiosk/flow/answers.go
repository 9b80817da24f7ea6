package flow

import (
	"encoding/json"

	"hallward/devices/contract"
)

// Purpose is what a page between the choice and the ticket is about.
type Purpose string

// Purposes.
const (
	ForTicket  Purpose = ""
	ForArrival Purpose = "arrival" // an appointment is checked in
	ForBooking Purpose = "booking" // one is made
	ForLook    Purpose = "look"    // somebody asks how a ticket stands
	ForHolder  Purpose = "holder"  // the person has a number already: which one?
)

// alreadyHolding is the code of a refusal that names the person's open ticket.
const alreadyHolding = "already-holding"

// ask sends a request and shows that the hall is being asked.
func (s State) ask(id, typ string, data any) (State, []Effect) {
	s.Screen, s.Asked, s.Warned = Asking, id, false
	s.Until = s.Now.Add(s.Times.Answer)
	s.Problem = contract.Problem{}
	return s, []Effect{Ask{ID: id, Type: typ, Data: data, For: s.Times.Answer}}
}

func (s State) answered(e Answered) (State, []Effect) {
	if e.ID == s.Wish && s.Wish != "" {
		return s.quieted(e).aged(), nil
	}
	if e.ID != s.Asked || s.Asked == "" {
		return s.aged(), s.tooLate(e)
	}
	s.Asked = ""
	switch {
	case e.Answer.Result == contract.ResultRefused:
		return s.refused(e)
	case s.Screen == Noting && e.Answer.Result == contract.ResultOK:
		s.Noted = true
		return s.done(), nil
	case s.Screen == Noting:
		return s.trouble(NotNoted), nil
	case s.Screen == Taking:
		return s.took(e)
	case s.Screen == Asking:
		return s.learnt(e)
	}
	return s.aged(), nil
}

// tooLate gives back what came after the citizen was told that there is none.
func (s State) tooLate(e Answered) []Effect {
	if e.Answer.Result != contract.ResultOK {
		return nil
	}
	switch e.Type {
	case contract.AskTicketTake, contract.AskAppointmentArrive:
		// A lent number has another id than the request that the hall did not answer.
		if t, ok := ticketIn(e.Answer); ok && !s.holds(t.Ticket) {
			return []Effect{Ask{ID: e.Fresh, Type: contract.AskTicketVoid, Data: contract.TicketRef{Ticket: t.Ticket}, For: s.Times.Idle}}
		}
	case contract.AskAppointmentBook:
		var a contract.Appointment
		if json.Unmarshal(e.Answer.Data, &a) == nil && a.Code != "" && (s.Booked == nil || s.Booked.Appointment != a.Appointment) {
			return []Effect{Ask{ID: e.Fresh, Type: contract.AskAppointmentCancel,
				Data: contract.AppointmentRef{Appointment: a.Appointment, Code: a.Code}, For: s.Times.Idle}}
		}
	}
	return nil
}

func (s State) refused(e Answered) (State, []Effect) {
	if e.Answer.Error != nil {
		s.Problem = *e.Answer.Error
	}
	switch {
	case e.Type == contract.AskTicketTake && s.Problem.Code == alreadyHolding:
		return s.holding(e)
	case s.Screen == Asking:
		return s.trouble(Declined), nil
	}
	return s.trouble(Refused), nil
}

// took is the answer with a number.
func (s State) took(e Answered) (State, []Effect) {
	t, ok := ticketIn(e.Answer)
	if !ok {
		return s.trouble(NoAnswer), nil
	}
	s.Ticket = &t
	if !s.Paper {
		return s.unprinted(s.Reason, false), nil
	}
	return s.printing()
}

func (s State) printing() (State, []Effect) {
	s.Screen, s.Until, s.Unmet = Printing, s.Now.Add(s.Times.Print), ""
	p := Print{Ticket: *s.Ticket, Lang: s.Lang}
	if s.ChosenService().SlipName {
		p.Name = s.Name
	}
	return s, []Effect{p}
}

// learnt is the answer to a request of the Asking page.
func (s State) learnt(e Answered) (State, []Effect) {
	if e.Answer.Result != contract.ResultOK {
		return s.unanswered(), nil
	}
	switch e.Type {
	case contract.AskTicketLook:
		if t, ok := ticketIn(e.Answer); ok {
			return s.looked(t), nil
		}
	case contract.AskTicketReprint:
		if t, ok := ticketIn(e.Answer); ok {
			s.Ticket, s.Paper, s.Reason = &t, true, ""
			return s.printing()
		}
	case contract.AskAppointmentFind:
		var found contract.Appointments
		if json.Unmarshal(e.Answer.Data, &found) == nil {
			return s.found(found.Appointments, e.Fresh)
		}
	case contract.AskAppointmentSlots:
		var slots contract.Slots
		if json.Unmarshal(e.Answer.Data, &slots) == nil {
			return s.offered(slots), nil
		}
	case contract.AskAppointmentBook:
		var a contract.Appointment
		if json.Unmarshal(e.Answer.Data, &a) == nil && a.Code != "" {
			return s.booked(a)
		}
	}
	return s.unanswered(), nil
}

// ticketIn is the ticket of an answer, if there is one.
func ticketIn(a contract.Answer) (t contract.Ticket, ok bool) {
	if a.Result == contract.ResultFailed || a.Result == contract.ResultExpired {
		return t, false
	}
	return t, json.Unmarshal(a.Data, &t) == nil && t.Ticket != "" && t.Number != ""
}

func (s State) unanswered() State { return s.trouble(Unanswered) }

func (s State) done() State {
	s.Screen, s.Warned = Done, false
	s.Until = s.Now.Add(s.Times.Done)
	return s
}

func (s State) unprinted(why Reason, maybe bool) State {
	s.Screen, s.Reason, s.Maybe = Unprinted, why, maybe
	s.Touched, s.Warned = s.Now, false
	return s
}
