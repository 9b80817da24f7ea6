package flow

import (
	"slices"

	"hallward/devices/contract"
)

// FoundShown are the appointments of the present page, at most PerPage.
func (s State) FoundShown() []contract.Appointment { return page(s.Found, s.Page) }

// HasAppointments tells whether any service of the hall has times to book.
func (s State) HasAppointments() bool { return len(s.bookable()) > 0 }

// find asks for the appointments of today under a code, a person or the end of
// a phone number.
func (s State) find(fresh string, f contract.FindAppointment) (State, []Effect) {
	s.Purpose, s.Typed, s.Hint, s.Entry = ForArrival, "", "", ""
	if !s.Online {
		return s.trouble(Alone), nil
	}
	if f.Phone != "" {
		s.Entry = EntryPhone // four digits may be somebody else's: ask which one
	}
	return s.ask(fresh, contract.AskAppointmentFind, f)
}

// found checks a single appointment in at once. Of several, and of those found
// by the end of a phone number, the person chooses.
func (s State) found(all []contract.Appointment, fresh string) (State, []Effect) {
	all = slices.DeleteFunc(slices.Clone(all), func(a contract.Appointment) bool { return a.State == "cancelled" })
	slices.SortStableFunc(all, func(a, b contract.Appointment) int { return a.Start.Compare(b.Start) })
	switch {
	case len(all) == 0:
		return s.trouble(NotFound), nil
	case len(all) == 1 && s.Entry != EntryPhone:
		return s.arrive(all[0], fresh)
	}
	s.Screen, s.Found, s.Page = Found, all, 0
	s.Touched, s.Warned = s.Now, false
	return s, nil
}

// arrive turns an appointment into a ticket.
func (s State) arrive(a contract.Appointment, fresh string) (State, []Effect) {
	s.Purpose, s.Service, s.Arrival = ForArrival, a.Service, a.Appointment
	return s.take(fresh, true)
}

func (s State) pick(id, fresh string) (State, []Effect) {
	for _, a := range s.Found {
		if a.Appointment == id {
			return s.arrive(a, fresh)
		}
	}
	return s, nil
}
