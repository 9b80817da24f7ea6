package hall

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
)

// importLimit is the most appointments in one command.
const importLimit = 200

// importAppointments takes appointments that were made elsewhere, each for
// itself. They need not begin with a slot, but there must be a place.
func (s *State) importAppointments(_ Command, d contract.ImportAppointments, now time.Time) Decision {
	if len(d.Appointments) > importLimit {
		return s.refuse(ImportTooMany, about{Limit: importLimit})
	}
	var result contract.Imported
	var events []contract.Event
	after := *s // grows with each that is taken, so that the next one sees it
	after.Appointments = maps.Clone(s.Appointments)
	for _, a := range d.Appointments {
		a.Start = a.Start.UTC().Truncate(time.Second)
		a.Source = or(a.Source, "centre")
		if after.Appointments[a.Appointment] != nil {
			result.Known++
			continue
		}
		if wrong := after.wrongImport(a, now); wrong != "" {
			result.Refused = append(result.Refused, short(a.Appointment)+": "+wrong)
			continue
		}
		if a.Code == "" {
			a.Code = after.code(a.Appointment)
		}
		after.Appointments[a.Appointment] = &Appointment{AppointmentBooked: a, State: Booked, Since: now}
		events = append(events, event(contract.EvAppointmentBooked, now, a))
		result.Booked++
	}
	return Decision{Events: events, Answer: result}
}

var sources = []string{"centre", "import", "desk", "kiosk"}

// wrongImport says why an appointment from elsewhere cannot be taken, for the
// operator who sent it; "" when it can.
func (s *State) wrongImport(a contract.AppointmentBooked, now time.Time) string {
	service, p := s.booking(a.Service)
	switch {
	case !requestID.MatchString(a.Appointment):
		return "id: want 1 to 64 of 0-9, A-Z, a-z and -"
	case p != nil:
		return fmt.Sprintf("service %.40q: %s", a.Service, p.Code)
	case a.Code != "" && !codeForm.MatchString(a.Code):
		return "code: want six digits"
	case a.Code == "" && a.Person == "" && a.Phone == "":
		return "a code, a person or a phone is needed to find it again"
	case wrongHolder(a) != "":
		return wrongHolder(a)
	case !slices.Contains(sources, a.Source):
		return fmt.Sprintf("source %.40q is not known", a.Source)
	case !a.Start.After(now):
		return "start " + a.Start.Format(time.RFC3339) + " is over"
	case a.Start.After(now.AddDate(1, 0, 0)):
		return "start " + a.Start.Format(time.RFC3339) + " is more than a year away"
	case !s.x.hours[service.ID].At(a.Start).Open:
		return "start " + a.Start.Format(time.RFC3339) + " is outside the hours of the service"
	case s.places(a.Service)[s.slotOf(a.Service, a.Start).Unix()] >= service.Capacity:
		return "start " + a.Start.Format(time.RFC3339) + " is full"
	case a.Code != "" && slices.ContainsFunc(slices.Collect(maps.Values(s.Appointments)), func(b *Appointment) bool { return b.Code == a.Code }):
		return "the code is taken"
	case s.holds(a):
		return "the holder has an appointment for the service on that day"
	}
	return ""
}
