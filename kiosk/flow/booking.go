package flow

import (
	"slices"
	"time"

	"hallward/devices/contract"
)

// dayForm is how Day is written, and slotForm the argument of a Slot touch.
const (
	dayForm  = "2006-01-02"
	slotForm = time.RFC3339
)

// FreeDay is a day that has free times.
type FreeDay struct {
	Day  string // "2006-01-02"
	Free int    // times with room
}

// bookable are the services that have appointments.
func (s State) bookable() []contract.ServiceInfo {
	var out []contract.ServiceInfo
	for _, v := range s.Catalogue.Services {
		if v.Appointments {
			out = append(out, v)
		}
	}
	return out
}

// DaysShown are the days of the present page of Days.
func (s State) DaysShown() []FreeDay { return page(s.days(), s.Page) }

// HoursShown are the free times of the present page of Hours.
func (s State) HoursShown() []contract.Slot { return page(s.hours(), s.Page) }

// SlotArg is the argument of the Slot touch for a time.
func SlotArg(c contract.Slot) string { return c.Start.UTC().Format(slotForm) }

func (s State) days() []FreeDay {
	var out []FreeDay
	for _, c := range s.free() {
		day := c.Start.In(s.zone()).Format(dayForm)
		if n := len(out); n == 0 || out[n-1].Day != day {
			out = append(out, FreeDay{Day: day})
		}
		out[len(out)-1].Free++
	}
	return out
}

func (s State) hours() []contract.Slot {
	return slices.DeleteFunc(s.free(), func(c contract.Slot) bool { return c.Start.In(s.zone()).Format(dayForm) != s.Day })
}

// free are the times with room, by time.
func (s State) free() []contract.Slot {
	out := slices.DeleteFunc(slices.Clone(s.Slots.Slots), func(c contract.Slot) bool { return c.Free <= 0 || !c.Start.After(s.Now) })
	slices.SortFunc(out, func(a, b contract.Slot) int { return a.Start.Compare(b.Start) })
	return out
}

// zone is the hall's; Beijing time where it is not known.
func (s State) zone() *time.Location {
	if z, err := time.LoadLocation(s.Calendar.Zone); err == nil && s.Calendar.Zone != "" {
		return z
	}
	return time.FixedZone("CST", 8*60*60)
}

// bookOf asks for the free times of a service.
func (s State) bookOf(service, fresh string) (State, []Effect) {
	s.Service, s.Purpose, s.Arrival = service, ForBooking, ""
	if !s.Online {
		return s.trouble(Alone), nil
	}
	return s.ask(fresh, contract.AskAppointmentSlots, contract.SlotsOf{Service: service})
}

// offered shows the days; the times at once where there is only one day.
func (s State) offered(slots contract.Slots) State {
	s.Slots, s.Page = slots, 0
	s.Touched, s.Warned = s.Now, false
	switch days := s.days(); len(days) {
	case 0:
		return s.trouble(NoTimes)
	case 1:
		s.Screen, s.Day = Hours, days[0].Day
	default:
		s.Screen = Days
	}
	return s
}

func (s State) onDay(day string) State {
	if slices.ContainsFunc(s.days(), func(d FreeDay) bool { return d.Day == day }) {
		s.Screen, s.Day, s.Page = Hours, day, 0
	}
	return s
}

func (s State) atTime(arg string) State {
	for _, c := range s.hours() {
		if SlotArg(c) == arg {
			s.Screen, s.Start = Holder, c.Start
		}
	}
	return s
}

// book asks for the time; the data says who will come.
func (s State) book(fresh string, b contract.BookAppointment) (State, []Effect) {
	s.Typed, s.Hint = "", ""
	if !s.Online {
		return s.trouble(Alone), nil
	}
	b.Service, b.Start = s.Service, s.Start
	return s.ask(fresh, contract.AskAppointmentBook, b)
}

// booked shows the code, and has it printed where the printer works.
func (s State) booked(a contract.Appointment) (State, []Effect) {
	s.Screen, s.Booked, s.Slip = Booked, &a, SlipFailed
	s.Touched, s.Warned = s.Now, false
	if !s.Printer.Ready {
		return s, nil
	}
	s.Slip = SlipPrinting
	return s, []Effect{PrintAppointment{Appointment: a, Lang: s.Lang}}
}
