package hall

import (
	"math"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/queue"
)

// Why no ticket is given for a service although the hall is open: it only
// informs, the manager paused it, a quota is reached, or the queue would pass
// closing time. Each stop says in words what to do instead and whom to ask, and
// stands in the queue view, so that a kiosk shows it before it is touched.
//
// A quota counts the tickets drawn for a service on this business day, also as
// one of several on a ticket, wherever they were transferred later. A number
// that became void before it was called gives its place back. Tickets of
// appointments have their own capacity and those of a kiosk that was cut off
// are given already, so neither is ever refused here.

func limitRules() map[string]rule {
	return map[string]rule{
		contract.AskServicePause:  {itself, read((*State).pauseService)},
		contract.AskServiceResume: {itself, read((*State).resumeService)},
		contract.AskTicketReprint: {kiosks, read((*State).reprint)},
		contract.AskTicketLook:    {kiosks, read((*State).lookAt)},
	}
}

func limitAppliers() map[string]func(*State, contract.Event) error {
	return map[string]func(*State, contract.Event) error{
		contract.EvServicePaused:   with((*State).servicePaused),
		contract.EvServiceResumed:  with((*State).serviceResumed),
		contract.EvTicketReprinted: with((*State).reprinted),
		contract.EvTicketContinued: with((*State).continued),
	}
}

// pauseService stops the tickets of a service until it is resumed, also over
// restarts and days. Who waits already is served.
func (s *State) pauseService(_ Command, d contract.PauseService, now time.Time) Decision {
	service, p := s.managed(d)
	if p != nil {
		return Decision{Refusal: p}
	}
	reason := short(strings.TrimSpace(d.Reason))
	if reason == "" {
		return s.refuse(StopReason, about{Service: service.Name})
	}
	if p := s.decent(contract.Text2{ZH: reason}); p != nil {
		return Decision{Refusal: p}
	}
	if s.Paused[d.Service] == reason {
		return Decision{}
	}
	return Decision{Events: []contract.Event{event(contract.EvServicePaused, now,
		contract.ServiceChanged{Service: d.Service, Staff: d.Staff, Reason: reason})}}
}

func (s *State) resumeService(_ Command, d contract.PauseService, now time.Time) Decision {
	if _, p := s.managed(d); p != nil {
		return Decision{Refusal: p}
	}
	if s.Paused[d.Service] == "" {
		return Decision{}
	}
	return Decision{Events: []contract.Event{event(contract.EvServiceResumed, now,
		contract.ServiceChanged{Service: d.Service, Staff: d.Staff})}}
}

// managed finds what a manager's request names.
func (s *State) managed(d contract.PauseService) (*Service, *contract.Problem) {
	service := s.x.service[d.Service]
	switch {
	case service == nil:
		return nil, s.x.refuse(UnknownService, about{})
	case s.x.staff[d.Staff] == nil:
		return nil, s.x.refuse(UnknownStaff, about{})
	}
	return service, nil
}

func (s *State) servicePaused(d contract.ServiceChanged, _ time.Time) error {
	s.Paused[d.Service] = d.Reason
	return nil
}

func (s *State) serviceResumed(d contract.ServiceChanged, _ time.Time) error {
	delete(s.Paused, d.Service)
	return nil
}

// give counts a ticket against the quotas of its services.
func (s *State) give(t *queue.Ticket) {
	if t.Appointment != "" {
		return
	}
	for _, service := range append([]string{t.Service}, t.More...) {
		s.Given[service] = append(s.Given[service], t.IssuedAt)
	}
}

// takeBack gives the places of a ticket back that was never called.
func (s *State) takeBack(t *queue.Ticket) {
	if t.Appointment != "" || t.FirstAsked != "" {
		return
	}
	for _, service := range append([]string{t.Service}, t.More...) {
		if i := slices.IndexFunc(s.Given[service], t.IssuedAt.Equal); i >= 0 {
			s.Given[service] = slices.Delete(s.Given[service], i, i+1)
		}
		if len(s.Given[service]) == 0 {
			delete(s.Given, service)
		}
	}
}

// standing is a stop that has nothing to do with the hour: the service only
// informs, or is paused, by the catalogue or by the manager.
func (s *State) standing(service *Service) *contract.Problem {
	switch {
	case service.Message.ZH != "":
		return s.x.refuse(MessageOnly, about{Reason: ended(service.Message)})
	case service.Paused != "":
		return s.x.refuse(ServicePaused, about{Reason: ended(contract.Text2{ZH: service.Paused})})
	case s.Paused[service.ID] != "":
		return s.x.refuse(ServicePaused, about{Reason: ended(contract.Text2{ZH: s.Paused[service.ID]})})
	}
	return nil
}

// ended is a text without the full stop that the sentence around it brings.
func ended(t contract.Text2) contract.Text2 {
	return contract.Text2{ZH: strings.TrimRight(t.ZH, "。.！ "), EN: strings.TrimRight(t.EN, ". ")}
}

// passing is a stop that ends by itself.
func (s *State) passing(service *Service, o *outlook, now time.Time) *contract.Problem {
	h := s.x.hours[service.ID]
	say := func(code string, next time.Time) *contract.Problem {
		a := about{Service: service.Name, Next: s.clock(next, now)}
		if service.Appointments {
			a.Choice = contract.Text2{ZH: "，也可以预约其他时间", EN: ", book another time"}
		}
		return s.x.refuse(code, a)
	}
	given := s.Given[service.ID]
	if service.Quota > 0 && len(given) >= service.Quota {
		return say(QuotaReached, o.hours(h).tomorrow())
	}
	if q := service.quotaAt(h, now); q != nil {
		in := 0
		for _, at := range given {
			if q.covers(h, at) {
				in++
			}
		}
		if in >= q.Max {
			return say(IntervalQuota, issuingFrom(h, service.freeFrom(h, now)))
		}
	}
	if o.passesClosing(service) {
		return say(Closing, o.hours(h).tomorrow())
	}
	return nil
}

// clockOf is the time of day of a moment in the hall.
func clockOf(h *calendar.Hours, t time.Time) calendar.Clock {
	t = t.In(h.Zone)
	return calendar.Clock(t.Hour()*60 + t.Minute())
}

func (q Quota) covers(h *calendar.Hours, t time.Time) bool {
	c := clockOf(h, t)
	return q.From <= c && c < q.To
}

// quotaAt is the part of the day that a moment lies in, or nil.
func (service *Service) quotaAt(h *calendar.Hours, t time.Time) *Quota {
	i := slices.IndexFunc(service.Quotas, func(q Quota) bool { return q.covers(h, t) })
	if i < 0 {
		return nil
	}
	return &service.Quotas[i]
}

// freeFrom is when the part of the day that now lies in is over, with those
// after it that give no ticket at all.
func (service *Service) freeFrom(h *calendar.Hours, now time.Time) time.Time {
	t := now
	for range service.Quotas {
		q := service.quotaAt(h, t)
		if q == nil || q.Max > 0 && t.After(now) {
			break
		}
		y, m, d := now.In(h.Zone).Date()
		t = time.Date(y, m, d, 0, int(q.To), 0, 0, h.Zone)
	}
	return t
}

// issuingFrom is the first moment from t on at which tickets are given; zero
// when there is none within a year.
func issuingFrom(h *calendar.Hours, t time.Time) time.Time {
	status := h.At(t)
	if status.Issuing {
		return t
	}
	return h.Begin(status)
}

// passesClosing tells whether a ticket taken now would not be done by the end of
// today's last opening hours (预计下班前办不完): the expected wait and the service
// itself, with the windows that are open. It does not where nobody waits, where
// no window is open, so that nothing is known, where tickets are given beyond
// the hours (延时服务), and where the service does not want it. Who waits already
// is served in any case (R-KIOSK-09).
func (o *outlook) passesClosing(service *Service) bool {
	hours := o.hours(o.s.x.hours[service.ID])
	if service.NoClosing || o.s.Clock.doubted() || !hours.Issuing || !o.anybodyFor(service.ID) {
		return false
	}
	wait := o.central(o.s.x.place[service.ID], 0, service.ID)
	mean, _ := o.mean(service.ID)
	return !math.IsInf(wait, 0) && wait+mean > hours.left
}

// dayHours is how hours stand at the moment of an outlook. Most services have
// those of the hall, so each is asked once.
type dayHours struct {
	calendar.Status
	is   *calendar.Hours
	now  time.Time
	left float64 // minutes of today's opening hours
	next time.Time
}

func (o *outlook) hours(h *calendar.Hours) *dayHours {
	if d := o.asked[h]; d != nil {
		return d
	}
	d := &dayHours{Status: h.At(o.now), is: h, now: o.now, left: openMinutes(h, o.now)}
	if o.asked == nil {
		o.asked = map[*calendar.Hours]*dayHours{}
	}
	o.asked[h] = d
	return d
}

// tomorrow is when tickets are given on a later business day.
func (d *dayHours) tomorrow() time.Time {
	if d.next.IsZero() {
		d.next = issuingFrom(d.is, d.is.NextDay(d.now))
	}
	return d.next
}

// anybodyFor tells whether somebody waits for the windows of a service.
func (o *outlook) anybodyFor(service string) bool {
	for _, shared := range o.s.x.shares[service] {
		for _, people := range o.waiting[o.s.x.place[shared]] {
			if people > 0 {
				return true
			}
		}
	}
	return false
}

// openMinutes is how many minutes of today's opening hours are left.
func openMinutes(h *calendar.Hours, now time.Time) float64 {
	t := now.In(h.Zone)
	segments, _ := h.On(t)
	clock := float64(t.Hour()*60+t.Minute()) + float64(t.Second())/60
	left := 0.0
	for _, g := range segments {
		left += max(0, float64(g.To)-max(float64(g.From), clock))
	}
	return left
}

// stops are the codes of the queue view by the codes of refusals, where they
// differ.
var stops = map[string]string{ServicePaused: "paused", OffHours: "hours"}

// stop is why no ticket is given for a service now, for the queue view: its
// code and the words; "" when one is. While the hall gives no tickets at all,
// the calendar says so, not the queue.
func (s *State) stop(service *Service, o *outlook, now time.Time) (string, contract.Text2) {
	p := s.standing(service)
	if p == nil && s.offHours(service, now) {
		p = s.shut(service, now)
	}
	if h := s.x.hours[service.ID]; p == nil && s.openingBy(h, o.hours(h).Status, s.x.windowsOf[service.ID], now).Issuing {
		p = s.passing(service, o, now)
	}
	if p == nil {
		return "", contract.Text2{}
	}
	code := p.Code
	if c, other := stops[code]; other {
		code = c
	}
	return code, contract.Text2{ZH: p.Message, EN: p.MessageEN}
}
