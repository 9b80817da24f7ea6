package hall

import (
	"cmp"
	"slices"
	"time"

	"hallward/devices/hall/queue"
)

// StaffAt is the id of the person signed in at a window, "" for nobody.
func (s *State) StaffAt(window string) string { return s.desk(window).Staff }

// InHand is a copy of the ticket that a window is busy with, or nil.
func (s *State) InHand(window string) *queue.Ticket {
	t := s.inHand(window)
	if t == nil {
		return nil
	}
	c := *t
	return &c
}

// ServicesOf are the services that a window may call.
func (s *State) ServicesOf(window string) []string {
	if w := s.x.window[window]; w != nil {
		return slices.Clone(w.Services)
	}
	return nil
}

// FeeDue tells whether a service leads on to the fee window when it is done.
func (s *State) FeeDue(service string) bool {
	v := s.x.service[service]
	return v != nil && v.FeeDue && service != s.x.FeeService && len(s.x.fee()) > 0
}

// AppointmentsToday are the appointments of the business day, by time.
func (s *State) AppointmentsToday(now time.Time) []Appointment {
	day := s.x.Hours.Day(s.Now(now))
	var list []Appointment
	for _, a := range s.Appointments {
		if s.x.Hours.Day(a.Start) == day {
			list = append(list, *a)
		}
	}
	slices.SortFunc(list, func(a, b Appointment) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.AppointmentBooked.Appointment, b.AppointmentBooked.Appointment))
	})
	return list
}
