package hall

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Appointments (预约) are times of a service that somebody booked, at a kiosk
// or elsewhere (R-KIOSK-10). Who checks in from Early before the time to Late
// after it gets a ticket of the class ClassAppointment that is due at the time;
// who comes later on the day gets an ordinary one. Who does not come at all is
// a no-show, and too many of them bar from booking for a while.
//
// A holder is known by a keyed hash of the ID number, by the last four digits
// of a phone number, or by the code alone. The hash is the kiosks' own and not
// the day's, as it must be found again on another day; it goes with the
// appointment.

// States of an appointment.
const (
	Booked    = "booked"
	Arrived   = "arrived" // and has a ticket
	Missed    = "missed"  // nobody came by the late limit; a ticket of the same day makes it arrived
	Withdrawn = "cancelled"
)

// ClassAppointment is the class of priority of who comes on time. A setup gives
// it its weight.
const ClassAppointment = queue.Appointment

// A kiosk that asked for appointmentTries appointments that are not there
// within appointmentWindow waits until the window is over: a code has a million
// values and a phone's tail ten thousand.
const (
	appointmentTries  = 5
	appointmentWindow = 10 * time.Minute
)

var (
	codeForm  = regexp.MustCompile(`^[0-9]{6}$`)
	phoneForm = regexp.MustCompile(`^[0-9]{4}$`)
)

func appointmentRules() map[string]rule {
	return map[string]rule{
		contract.AskAppointmentSlots:  {kiosks, read((*State).slots)},
		contract.AskAppointmentBook:   {kiosks, read((*State).book)},
		contract.AskAppointmentFind:   {kiosks, read((*State).find)},
		contract.AskAppointmentArrive: {kiosks, read((*State).arrive)},
		contract.AskAppointmentCancel: {kiosks, read((*State).cancelAppointment)},
		contract.CmdAppointments:      {desks, read((*State).importAppointments)},
	}
}

func appointmentAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvAppointmentBooked:  with((*State).appointmentBooked),
		contract.EvAppointmentCancel:  changes(Withdrawn),
		contract.EvAppointmentArrived: changes(Arrived),
		contract.EvAppointmentMissed:  changes(Missed),
		contract.EvAppointmentUnknown: with((*State).appointmentUnknown),
	}
}

// slots are the free times of a service: the rest of today and the next
// AheadDays working days.
func (s *State) slots(_ Command, d contract.SlotsOf, now time.Time) Decision {
	service, p := s.booking(d.Service)
	if p != nil {
		return Decision{Refusal: p}
	}
	v := contract.Slots{Service: service.ID, Slots: []contract.Slot{}}
	taken := s.places(service.ID)
	for _, start := range s.times(service, now) {
		if free := service.Capacity - taken[start.Unix()]; free > 0 {
			v.Slots = append(v.Slots, contract.Slot{Start: start, Free: free})
		}
	}
	return Decision{Answer: v}
}

// booking is a service of which times can be booked.
func (s *State) booking(id string) (*Service, *contract.Problem) {
	service := s.x.service[id]
	switch {
	case service == nil:
		return nil, s.x.refuse(UnknownService, about{})
	case !service.Appointments || service.Capacity <= 0:
		return nil, s.x.refuse(NoAppointments, about{})
	case len(s.x.windowsOf[id]) == 0:
		return nil, s.x.refuse(NoWindow, about{})
	case s.Clock.By > 0: // what the hall takes for tomorrow may be over
		return nil, s.x.refuse(ClockDoubt, about{})
	}
	return service, s.standing(service)
}

// times are the slots that can still be booked, whether free or not.
func (s *State) times(service *Service, now time.Time) []time.Time {
	hours, slot := s.x.hours[service.ID], s.x.Appointments.Slot
	local := now.In(hours.Zone)
	y, m, day := local.Date()
	var list []time.Time
	for ahead, working := 0, 0; ahead <= 366 && working <= s.x.Appointments.AheadDays; ahead++ {
		date := time.Date(y, m, day+ahead, 0, 0, 0, 0, hours.Zone)
		segments, _ := hours.On(date)
		if ahead > 0 && len(segments) > 0 {
			working++
		}
		if working > s.x.Appointments.AheadDays {
			break
		}
		for _, g := range segments {
			end := date.Add(time.Duration(g.To) * time.Minute)
			for t := date.Add(time.Duration(g.From) * time.Minute); !t.Add(slot).After(end); t = t.Add(slot) {
				if t.After(now) {
					list = append(list, t.UTC())
				}
			}
		}
	}
	return list
}

// places are how many places of each slot are taken, by its start. A time
// between two slots, from elsewhere, takes a place of the one that it falls in.
func (s *State) places(service string) map[int64]int {
	taken := map[int64]int{}
	for _, a := range s.Appointments {
		if a.Service == service && a.State != Withdrawn {
			taken[s.slotOf(service, a.Start).Unix()]++
		}
	}
	return taken
}

// slotOf is the start of the slot that a moment falls in; the moment itself
// outside the hours.
func (s *State) slotOf(service string, t time.Time) time.Time {
	hours := s.x.hours[service]
	if hours == nil {
		return t
	}
	local := t.In(hours.Zone)
	y, m, d := local.Date()
	date := time.Date(y, m, d, 0, 0, 0, 0, hours.Zone)
	segments, _ := hours.On(date)
	for _, g := range segments {
		from, to := date.Add(time.Duration(g.From)*time.Minute), date.Add(time.Duration(g.To)*time.Minute)
		if !t.Before(from) && t.Before(to) {
			return from.Add(t.Sub(from).Truncate(s.x.Appointments.Slot))
		}
	}
	return t
}

// book books a slot. The id of the request is that of the appointment.
func (s *State) book(c Command, d contract.BookAppointment, now time.Time) Decision {
	if !requestID.MatchString(c.ID) {
		return s.refuse(BadRequest, about{})
	}
	if a := s.Appointments[c.ID]; a != nil {
		return Decision{Answer: seen(a, true)}
	}
	service, p := s.booking(d.Service)
	if p != nil {
		return Decision{Refusal: p}
	}
	a := contract.AppointmentBooked{Appointment: c.ID, Code: s.code(c.ID), Service: d.Service, Start: d.Start.UTC(),
		Person: d.Person, Phone: d.Phone, Source: "kiosk"}
	if c.Role == RoleHall {
		a.Source = "desk"
	}
	if d.Person == "" && d.Phone == "" {
		return s.refuse(HolderNeeded, about{})
	}
	if wrongHolder(a) != "" {
		return s.refuse(BadRequest, about{})
	}
	free := func(t time.Time) bool { return t.Equal(a.Start) && s.places(service.ID)[t.Unix()] < service.Capacity }
	if !slices.ContainsFunc(s.times(service, now), free) {
		return s.refuse(SlotGone, about{})
	}
	if s.holds(a) {
		return s.refuse(AlreadyBooked, about{})
	}
	if n, until := s.misses(a, now); n >= s.x.Appointments.Misses {
		return s.refuse(TooManyMisses, about{Limit: n, Next: s.clock(until, now)})
	}
	return Decision{Events: []contract.Event{event(contract.EvAppointmentBooked, now, a)},
		Answer: seen(&Appointment{AppointmentBooked: a, State: Booked}, true)}
}

// wrongHolder says what is wrong with who holds an appointment, or "".
func wrongHolder(a contract.AppointmentBooked) string {
	switch {
	case a.Person != "" && !ValidPerson(a.Person):
		return "person: want a keyed hash"
	case a.Phone != "" && !phoneForm.MatchString(a.Phone):
		return "phone: want the last four digits alone"
	}
	return ""
}

// code is six digits that no other appointment has, derived from an id that
// nobody can guess.
func (s *State) code(id string) string {
	used := map[string]bool{}
	for _, a := range s.Appointments {
		used[a.Code] = true
	}
	for n := 0; ; n++ {
		sum := sha256.Sum256([]byte(id + "/" + strconv.Itoa(n)))
		code := fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum[:8])%1_000_000)
		if !used[code] || n > 1_000_000 {
			return code
		}
	}
}

// seen is an appointment as it is shown; the code only to who has proved to be
// its holder.
func seen(a *Appointment, holder bool) contract.Appointment {
	v := contract.Appointment{Appointment: a.Appointment, Service: a.Service, Start: a.Start, State: a.State}
	if holder {
		v.Code = a.Code
	}
	return v
}

// sameHolder compares holders: by the card where one was used, else by phone.
func sameHolder(a, b contract.AppointmentBooked) bool {
	if a.Person != "" {
		return a.Person == b.Person
	}
	return a.Phone != "" && a.Phone == b.Phone
}

// holds tells whether the holder has an open appointment for the service on the
// day already.
func (s *State) holds(a contract.AppointmentBooked) bool {
	day := s.x.Hours.Day(a.Start)
	for _, b := range s.Appointments {
		if b.State == Booked && b.Service == a.Service && sameHolder(a, b.AppointmentBooked) && s.x.Hours.Day(b.Start) == day {
			return true
		}
	}
	return false
}

// misses counts the holder's no-shows of the last MissDays, and when the oldest
// of those that bar from booking is forgotten.
func (s *State) misses(a contract.AppointmentBooked, now time.Time) (n int, until time.Time) {
	rule := s.x.Appointments
	var starts []time.Time
	for _, b := range s.Appointments {
		if end := b.Start.AddDate(0, 0, rule.MissDays); b.State == Missed && sameHolder(a, b.AppointmentBooked) && end.After(now) {
			starts = append(starts, end)
		}
	}
	slices.SortFunc(starts, func(a, b time.Time) int { return b.Compare(a) })
	if len(starts) < rule.Misses {
		return len(starts), time.Time{}
	}
	return len(starts), starts[rule.Misses-1]
}

// find looks for appointments: any by its code, those of today by card or
// phone. Only a code or a card shows the code.
func (s *State) find(c Command, d contract.FindAppointment, now time.Time) Decision {
	if wait := s.guessing(c, now); wait > 0 {
		return s.refuse(TooManyTries, about{Minutes: int((wait + time.Minute - 1) / time.Minute)})
	}
	key := contract.AppointmentBooked{Person: d.Person, Phone: d.Phone}
	switch {
	case d.Code != "" && !codeForm.MatchString(d.Code), wrongHolder(key) != "":
		return s.refuse(BadRequest, about{})
	case d.Code == "" && d.Person == "" && d.Phone == "":
		return s.refuse(HolderNeeded, about{})
	}
	today := s.x.Hours.Day(now)
	v := contract.Appointments{Appointments: []contract.Appointment{}}
	for _, a := range s.Appointments {
		if d.Code != "" && a.Code != d.Code || d.Code == "" && (!sameHolder(key, a.AppointmentBooked) || s.x.Hours.Day(a.Start) != today || a.State == Withdrawn) {
			continue
		}
		v.Appointments = append(v.Appointments, seen(a, d.Code != "" || d.Person != ""))
	}
	if len(v.Appointments) == 0 {
		return s.unknownAppointment(c, d.Person == "", now)
	}
	slices.SortFunc(v.Appointments, func(a, b contract.Appointment) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Appointment, b.Appointment))
	})
	return Decision{Answer: v}
}

// unknownAppointment refuses, and counts what may be a guess.
func (s *State) unknownAppointment(c Command, guess bool, now time.Time) Decision {
	d := s.refuse(UnknownAppointment, about{})
	if guess && c.Role != RoleHall {
		d.Events = []contract.Event{event(contract.EvAppointmentUnknown, now, contract.AppointmentUnknown{Kiosk: c.Node})}
	}
	return d
}

// guessing is how long a kiosk still waits after too many wrong tries.
func (s *State) guessing(c Command, now time.Time) time.Duration {
	tries := s.Tries[guesses(c.Node)]
	if c.Role == RoleHall || len(tries) < appointmentTries {
		return 0
	}
	return tries[len(tries)-appointmentTries].Add(appointmentWindow).Sub(now)
}

// guesses is where a kiosk's wrong tries are kept: beside those of staff, whose
// ids have no slash.
func guesses(kiosk string) string { return "kiosk/" + kiosk }

func (s *State) appointmentUnknown(d contract.AppointmentUnknown, at time.Time) error {
	tries := append(slices.Clone(s.Tries[guesses(d.Kiosk)]), at)
	s.Tries[guesses(d.Kiosk)] = tries[max(0, len(tries)-appointmentTries):]
	return nil
}

// cancelAppointment gives an appointment up, with its code as the proof.
func (s *State) cancelAppointment(c Command, d contract.AppointmentRef, now time.Time) Decision {
	if wait := s.guessing(c, now); wait > 0 {
		return s.refuse(TooManyTries, about{Minutes: int((wait + time.Minute - 1) / time.Minute)})
	}
	a := s.Appointments[d.Appointment]
	if a == nil || a.Code != d.Code && c.Role != RoleHall {
		return s.unknownAppointment(c, true, now)
	}
	after := *a
	after.State = Withdrawn
	switch a.State {
	case Withdrawn:
		return Decision{Answer: seen(a, true)}
	case Arrived:
		_, p := s.mayArrive(a, now)
		return Decision{Refusal: p}
	case Missed:
		return s.refuse(OtherDay, about{Reason: s.clock(a.Start, now)})
	}
	return Decision{Answer: seen(&after, true), Events: []contract.Event{event(contract.EvAppointmentCancel, now,
		contract.AppointmentChanged{Appointment: a.Appointment, Reason: "citizen"})}}
}

// AppointmentsOn are the appointments of a business day, by time: for staff.
func (s *State) AppointmentsOn(day string) []Appointment {
	var list []Appointment
	for _, id := range windows(s.Appointments) {
		if a := s.Appointments[id]; s.x.Hours.Day(a.Start) == day {
			list = append(list, *a)
		}
	}
	slices.SortStableFunc(list, func(a, b Appointment) int { return a.Start.Compare(b.Start) })
	return list
}

func (s *State) appointmentBooked(d contract.AppointmentBooked, at time.Time) error {
	if s.Appointments[d.Appointment] != nil {
		return fmt.Errorf("appointment %s is there already", d.Appointment)
	}
	s.Appointments[d.Appointment] = &Appointment{AppointmentBooked: d, State: Booked, Since: at}
	return nil
}

// changes applies a change of state.
func changes(to string) func(*State, contract.Event) error {
	return with(func(s *State, d contract.AppointmentChanged, at time.Time) error {
		a := s.Appointments[d.Appointment]
		if a == nil {
			return fmt.Errorf("appointment %q is not known", d.Appointment)
		}
		a.State, a.Ticket, a.Since = to, d.Ticket, at
		return nil
	})
}

// forgetAppointments drops what is too old to count.
func (s *State) forgetAppointments(before time.Time) {
	kept := maps.Clone(s.Appointments)
	maps.DeleteFunc(kept, func(_ string, a *Appointment) bool { return a.Start.Before(before) })
	s.Appointments = kept
}
