package hall

import (
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/queue"
)

func dayRules() map[string]rule {
	return map[string]rule{
		contract.AskDayClose: {itself, read((*State).closeDay)},
		CmdClock:             {itself, func(*State, Command, time.Time) Decision { return Decision{} }}, // keepTime has done it
	}
}

func dayAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvClockDoubted: with((*State).clockDoubted),
		contract.EvClockTrusted: with((*State).clockTrusted),
		contract.EvClockStepped: with((*State).clockStepped),
		contract.EvDayClosed:    with((*State).dayClosed),
	}
}

// dueDay is the business day that is to be opened at a moment of the hall's
// time, or "". The day never goes back: after a step of the clock the later day
// stays (R-QUE-14). A day that a jump of the clock reached waits for those who
// hold a number, at most until the next one.
func (s *State) dueDay(now time.Time) string {
	day := s.x.Hours.Day(now)
	if day <= s.Day || day <= s.Clock.Held && s.underWay() {
		return ""
	}
	return day
}

// openDay ends the old business day and opens the new one when it is time. At
// the beginning of a day nobody is at the windows any more; a day that a jump
// of the clock brings finds everybody where they are.
func (s *State) openDay(now time.Time, jumped bool) []contract.Event {
	day := s.dueDay(now)
	if day == "" {
		return nil
	}
	var events []contract.Event
	for _, w := range windows(s.Ratings.Open) {
		events = append(events, s.ratingAbsentEvent(w, now))
	}
	left := s.today(func(t *queue.Ticket) bool { return queue.Step(t.State, queue.DayEnd).Next == queue.Void })
	for _, t := range left {
		events = append(events, event(contract.EvTicketVoided, now, contract.TicketVoided{Ticket: t.ID, Reason: "day-ended"}))
	}
	var stay []contract.Event
	for _, w := range windows(s.Desks) {
		staff := s.Desks[w].Staff
		if staff == "" {
			continue
		}
		events = append(events, event(contract.EvWindowSignedOut, now, contract.WindowChanged{Window: w, Staff: staff, Reason: "day-ended"}))
		if jumped || s.Clock.Held != "" {
			stay = append(stay, event(contract.EvWindowSignedIn, now, contract.WindowChanged{Window: w, Staff: staff}))
		}
	}
	forget := now.AddDate(0, 0, -s.x.Appointments.MissDays-1)
	events = append(events, event(contract.EvDayOpened, now, contract.DayOpened{Day: day, Forget: forget}))
	return append(events, stay...)
}

// closeDay ends the queue by the duty officer's word (R-KIOSK-09): closing time
// alone never does. What the windows have in hand or on hold they finish.
func (s *State) closeDay(_ Command, d contract.CloseDay, now time.Time) Decision {
	staff := s.x.person(d.Staff)
	switch {
	case staff == nil:
		return s.refuse(UnknownStaff, about{})
	case strings.TrimSpace(d.Reason) == "":
		return s.refuse(CloseReason, about{})
	}
	if p := s.decent(contract.Text2{ZH: d.Reason}); p != nil {
		return Decision{Refusal: p}
	}
	var events []contract.Event
	for _, t := range s.today(func(t *queue.Ticket) bool { return t.Pending() || t.State == queue.Waiting }) {
		events = append(events, event(contract.EvTicketVoided, now, contract.TicketVoided{Ticket: t.ID, Reason: "day-closed"}))
	}
	if s.Closed == nil {
		events = append(events, event(contract.EvDayClosed, now, contract.DayClosed{Day: s.Day, Staff: staff.ID, Reason: short(strings.TrimSpace(d.Reason))}))
	}
	return Decision{Events: events}
}

func (s *State) dayClosed(d contract.DayClosed, _ time.Time) error {
	s.Closed = &d
	return nil
}

// lookAhead tells from November on that next year's holidays are not known
// (R-CAL-08), as a fault that lasts until they are.
func (s *State) lookAhead(node string, now time.Time) []contract.Event {
	year := calendar.Missing(now.In(s.x.Hours.Zone))
	if s.x.Hours.NoHolidays || s.Clock.doubted() {
		year = 0
	}
	f := contract.DeviceFault{Node: node, Device: "calendar", Code: CalendarMissing, On: year != 0}
	if _, on := s.Faults[faultKey(f)]; on == f.On {
		return nil
	}
	if f.On {
		f.Detail = time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Format("2006")
	}
	return []contract.Event{event(contract.EvDeviceFault, now, f)}
}

// CalendarMissing is the code of the fault that the official holidays of a year
// are not known; its detail is the year.
const CalendarMissing = "calendar-missing"

// Offers of a hall that gives no tickets now, or gives them beyond its hours.
const (
	OfferAppointment = "appointment" // a time can be booked at the kiosk
	OfferExtended    = "extended"    // tickets are given beyond the hours: a window is staffed
	OfferSelfService = "24h"         // HallInfo.SelfService is open day and night
	OfferDuty        = "duty"        // a day off: HallInfo.DutyPhone for urgent matters
)

// opening is how things stand at a moment of the hall's time.
type opening struct {
	calendar.Status
	begin    time.Time // when tickets are given again; zero when they are or nobody knows
	extended bool      // they are given beyond the hours
}

// opening is whether tickets are given, by these hours and for these windows. A
// clock in doubt has no hours: the people at work decide.
func (s *State) opening(h *calendar.Hours, windows []string, now time.Time) opening {
	return s.openingBy(h, h.At(now), windows, now)
}

func (s *State) openingBy(h *calendar.Hours, status calendar.Status, windows []string, now time.Time) opening {
	o := opening{Status: status}
	o.begin = h.Begin(o.Status)
	switch {
	case s.Closed != nil:
		o.Open, o.Issuing = false, false
		o.Reason = ended(contract.Text2{ZH: "今日业务已提前结束：" + s.Closed.Reason, EN: "The service of today has ended: " + s.Closed.Reason})
		o.begin = h.Begin(h.At(s.x.Hours.NextDay(now)))
		o.Next = o.begin.Add(time.Duration(h.IssueBefore) * time.Minute)
	case s.Clock.doubted():
		o = opening{Status: calendar.Status{Open: s.atWork(), Issuing: s.atWork(), Segments: o.Segments}}
		if !o.Open {
			o.Reason = notYetAtWork
		}
	case !o.Issuing && s.x.Extended > 0 && h.Near(now, s.x.Extended) && s.ready(windows):
		o.Issuing, o.extended, o.begin = true, true, time.Time{}
	}
	return o
}

var notYetAtWork = contract.Text2{ZH: "工作人员尚未到岗", EN: "Nobody is at the windows yet"}

// ready tells whether somebody is ready at one of these windows.
func (s *State) ready(windows []string) bool {
	for _, w := range windows {
		if d := s.desk(w); d.Staff != "" && !d.Paused {
			return true
		}
	}
	return false
}

// shut says why no ticket of a service is given by the hours, and what to do
// instead (R-KIOSK-08): nil when one is.
func (s *State) shut(service *Service, now time.Time) *contract.Problem {
	o := s.opening(s.x.hours[service.ID], s.x.windowsOf[service.ID], now)
	if o.Issuing {
		return nil
	}
	a := about{Reason: o.Reason, Service: service.Name, Next: s.clock(o.begin, now), Choice: s.inWords(s.offers(o, service))}
	switch {
	case s.Clock.doubted() && s.Closed == nil:
		return s.x.refuse(NobodyAtWork, a)
	case s.Closed == nil && s.offHours(service, now):
		return s.x.refuse(OffHours, a)
	}
	return s.x.refuse(Closed, a)
}

// offHours tells whether the hall gives tickets now and only this service's
// own hours are over.
func (s *State) offHours(service *Service, now time.Time) bool {
	return service.Hours != nil && s.opening(s.x.Hours, nil, now).Issuing &&
		!s.opening(s.x.hours[service.ID], s.x.windowsOf[service.ID], now).Issuing
}

// offers is what a citizen can do instead of a ticket, for a service or, with
// nil, in general. "appointment" then says that some service has them.
func (s *State) offers(o opening, service *Service) []string {
	var list []string
	if o.extended {
		return append(list, OfferExtended)
	}
	booking := false
	for i := range s.x.Services {
		v := &s.x.Services[i]
		booking = booking || (service == nil || service.ID == v.ID) && v.Appointments && v.Capacity > 0
	}
	for _, offer := range []struct {
		name string
		is   bool
	}{
		{OfferAppointment, booking},
		{OfferSelfService, s.x.Hall.SelfService.ZH != ""},
		{OfferDuty, s.x.Hall.DutyPhone != "" && len(o.Segments) == 0 && !s.Clock.doubted()},
	} {
		if offer.is && !o.Issuing {
			list = append(list, offer.name)
		}
	}
	return list
}

// inWords says the offers in one sentence; whom to call is always among them.
func (s *State) inWords(offers []string) contract.Text2 {
	h := s.x.Hall
	say := map[string]contract.Text2{
		OfferAppointment: {ZH: "可在本机预约其他时间", EN: "You can book a time at this kiosk"},
		OfferSelfService: {ZH: "也可使用" + h.SelfService.ZH, EN: "You can also use " + h.SelfService.In("en")},
		OfferDuty:        {ZH: "急事请拨打值班电话" + h.DutyPhone, EN: "For urgent matters please call the duty officer, " + h.DutyPhone},
		"":               {ZH: "如有急事，请拨打" + h.ConsultPhone, EN: "For urgent matters please call " + h.ConsultPhone},
	}
	if len(offers) == 0 || offers[len(offers)-1] != OfferDuty {
		offers = append(offers[:len(offers):len(offers)], "")
	}
	var zh, en []string
	for _, o := range offers {
		zh, en = append(zh, say[o].ZH), append(en, say[o].EN)
	}
	return contract.Text2{ZH: strings.Join(zh, "；"), EN: strings.Join(en, ". ")}
}

// CalendarView is today's hours. Its version is the time in seconds, as it
// changes by itself.
func (s *State) CalendarView(now time.Time) contract.Calendar {
	t := s.Now(now)
	h := s.x.Hours
	var all []string
	for _, w := range s.x.Windows {
		all = append(all, w.ID)
	}
	o := s.opening(h, all, t)
	v := contract.Calendar{Version: uint64(max(0, now.Unix())), Day: s.Day, Zone: h.ZoneName, Open: o.Open, Issuing: o.Issuing,
		Segments: []contract.Segment{}, Reason: o.Reason, DayEnd: h.NextDay(t).UTC(), Doubt: s.Clock.doubted(), Offer: s.offers(o, nil)}
	if day := s.dueDay(t); day != "" {
		v.Day = day
	}
	for _, moment := range []struct {
		is time.Time
		in *time.Time
	}{{o.Next, &v.Next}, {o.begin, &v.Begin}, {o.End, &v.End}} {
		if !moment.is.IsZero() {
			*moment.in = moment.is.UTC()
		}
	}
	for _, g := range o.Segments {
		v.Segments = append(v.Segments, contract.Segment{From: g.From.String(), To: g.To.String()})
	}
	return v
}
