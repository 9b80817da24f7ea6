package hall

import (
	"math"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/forecast"
	"hallward/devices/hall/queue"
)

// How long a citizen will wait (预计等候时间): the queue as it stands is played
// forward by package forecast, with what the hall has learned; here are its
// inputs, the calendar around it and the learning.

// lines are a window's services as places in Setup.Services.
type lines struct{ services, first []int }

// layLines arranges what the forecast asks of the setup.
func (x *index) layLines() {
	x.place = make(map[string]int, len(x.Services))
	for i := range x.Services {
		x.place[x.Services[i].ID] = i
	}
	places := func(services []string) (list []int) {
		for _, id := range services {
			if i, known := x.place[id]; known && !slices.Contains(list, i) {
				list = append(list, i)
			}
		}
		return list
	}
	x.lines = make([]lines, len(x.Windows))
	for i := range x.Windows {
		x.lines[i] = lines{services: places(x.Windows[i].Services), first: places(x.Windows[i].First)}
	}
}

// outlook is the queue played forward at one moment.
type outlook struct {
	forecast.Outlook
	s       *State
	now     time.Time
	hour    int
	rule    queue.Rule
	bounds  forecast.Rule                     // the same
	means   []pair                            // by service, as far as asked
	serves  [][]bool                          // desk × service
	open    []int                             // by service: desks that serve it
	waiting [][forecast.MaxWeight + 1]int     // by service: persons by weight
	loads   [forecast.MaxWeight + 1][]float64 // persons by least weight and desk, as far as asked
	gaps    []span                            // of the day, when nobody works
	asked   map[*calendar.Hours]*dayHours     // so far
	working bool                              // somebody is served, or the hall is open
}

// forecast plays the queue forward.
func (s *State) forecast(now time.Time) *outlook {
	o := &outlook{s: s, now: now, hour: now.UTC().Hour(), rule: s.rule(),
		open: make([]int, len(s.x.Services)), waiting: make([][forecast.MaxWeight + 1]int, len(s.x.Services)), means: make([]pair, len(s.x.Services)),
		working: s.x.Hours.At(now).Open, gaps: gaps(s.x.Hours, now)}
	o.bounds = bounds(o.rule)
	o.Outlook = forecast.Simulate(o.desks(), o.people(), o.bounds)
	return o
}

// pair is minutes of service, and the mean distance from them.
type pair struct{ mean, spread float64 }

// mean is how many minutes the next citizen of a service keeps a window.
func (o *outlook) mean(service string) (mean, spread float64) {
	place, known := o.s.x.place[service]
	if !known {
		return o.s.Waits.Minutes(service, o.hour, 0)
	}
	m := &o.means[place]
	if m.mean == 0 {
		m.mean, m.spread = o.s.Waits.Minutes(service, o.hour, float64(o.s.x.Services[place].Mean))
	}
	return m.mean, m.spread
}

// desks are the windows that are open and not paused. One that is busy is free
// after what is left of its mean, but never at once: who is served longer than
// usual goes on a little.
func (o *outlook) desks() []forecast.Desk {
	s := o.s
	var desks []forecast.Desk
	for i := range s.x.Windows {
		w := &s.x.Windows[i]
		d := s.desk(w.ID)
		if d.Staff == "" || d.Paused {
			continue
		}
		desk := forecast.Desk{Window: i, Services: s.x.lines[i].services, First: s.x.lines[i].first}
		for k, class := range o.rule.Classes {
			if slices.Contains(w.Classes, class.ID) {
				desk.Classes = append(desk.Classes, k+1)
			}
		}
		if t := s.Tickets[d.Ticket]; t != nil {
			mean, spread := o.mean(t.Service)
			desk.Free = max(mean-max(0, o.now.Sub(since(t)).Minutes()), spread)
			o.working = true
		}
		serves := make([]bool, len(s.x.Services))
		for _, service := range desk.Services {
			o.open[service]++
			serves[service] = true
		}
		o.serves = append(o.serves, serves)
		desks = append(desks, desk)
	}
	return desks
}

// since is when a ticket in hand came there. A walk-in was never called.
func since(t *queue.Ticket) time.Time {
	if t.CalledAt.IsZero() {
		return t.StartedAt
	}
	return t.CalledAt
}

// people are those who wait, in their places, and those whose paper is still
// in the printer.
func (o *outlook) people() []forecast.Person {
	s := o.s
	waiting := s.pool.Waiting()
	if len(s.pending) > 0 {
		for _, t := range s.pending {
			if t.State == queue.Issued {
				waiting = append(waiting, t)
			}
		}
		slices.SortFunc(waiting, queue.Compare)
	}
	people := make([]forecast.Person, 0, len(waiting))
	for _, t := range waiting {
		place, known := s.x.place[t.Service]
		if !known {
			continue
		}
		p := forecast.Person{Service: place, Class: o.class(t.Class), Window: -1, Overtaken: t.Overtaken}
		p.Minutes, _ = o.mean(t.Service)
		if t.Bound != "" {
			p.Window = slices.IndexFunc(s.x.Windows, func(w Window) bool { return w.ID == t.Bound })
		}
		if t.Due.After(o.now) {
			p.From = t.Due.Sub(o.now).Minutes()
		}
		if !t.OvertakenAt.IsZero() {
			if p.Left = t.OvertakenAt.Add(o.rule.Beyond).Sub(o.now).Minutes(); p.Left == 0 {
				p.Left = -1 // over at the very minute
			}
		}
		people = append(people, p)
		o.waiting[place][o.bounds.Classes[p.Class]]++
	}
	return people
}

// class is the place of a class in bounds; 0 is ordinary.
func (o *outlook) class(id string) int {
	if id == "" {
		return 0
	}
	if i := slices.IndexFunc(o.rule.Classes, func(c queue.Class) bool { return c.ID == id }); i >= 0 {
		return i + 1
	}
	if id == queue.Appointment {
		return len(o.rule.Classes) + 1
	}
	return 0
}

func weight(c queue.Class) int {
	if c.Head {
		return forecast.MaxWeight
	}
	return min(max(c.Weight, 0), forecast.MaxWeight-1)
}

// bounds is the rule of the queue for the forecast: the ordinary class, those
// of the rule in its order, and appointments.
func bounds(rule queue.Rule) forecast.Rule {
	r := forecast.Rule{Classes: []int{0}, Overtake: rule.Overtake, Beyond: rule.Beyond.Minutes()}
	for _, class := range rule.Classes {
		r.Classes = append(r.Classes, weight(class))
	}
	r.Classes = append(r.Classes, weight(rule.Class(queue.Appointment)))
	return r
}

// Expected is the wait of a newcomer.
type Expected struct {
	Central  float64 // minutes of opening hours, the middle; forecast.Never without an open window
	From, To int     // as told, in minutes by the clock; 0 and 0 is at once, -1 is not known

	// After is the opening after a break that even the shortest wait lasts
	// through; zero without one. Then it is better told than minutes: "after
	// 14:00", not "165 to 180 minutes".
	After time.Time
}

// seconds is the middle as the event keeps it: 0 when there is nothing to learn
// from.
func (e Expected) seconds() int {
	if math.IsInf(e.Central, 0) {
		return 0
	}
	return int(min(e.Central, forecast.MostTold) * 60)
}

// Newcomer is the wait of a ticket that would be taken now.
func (o *outlook) Newcomer(service, class string) Expected {
	place, known := o.s.x.place[service]
	own := weight(o.rule.Class(class))
	e := Expected{Central: forecast.Never, From: forecast.UnknownWait, To: forecast.UnknownWait}
	if !known || o.open[place] == 0 {
		return e
	}
	e.Central = o.central(place, own, service)
	if e.Central == 0 && o.working {
		e.From, e.To = 0, 0
		return e
	}
	from, to, learned := o.s.Waits.Interval(service, e.Central)
	if !learned {
		mean, _ := o.mean(service)
		estimate, optimistic, ok := forecast.Newcomer(mean, o.open[place], o.before(place, own))
		if !ok {
			return e
		}
		from, to = optimistic, estimate
	}
	if e.Central == 0 { // free windows that have not opened yet
		from, to = 0, 0
	}
	soonest, after := o.clock(from)
	latest, _ := o.clock(to)
	e.From, e.To = forecast.Told(soonest, latest)
	e.After = after
	return e
}

// central is the middle of a newcomer's wait in minutes of opening hours: the
// queue played forward, and those who will come later and go first.
func (o *outlook) central(place, own int, service string) float64 {
	minutes := o.Wait(place, own)
	share := 0.0
	for _, c := range o.rule.Classes {
		if weight(c) > own {
			share += o.s.Waits.ClassShare(service, c.ID)
		}
	}
	if minutes == 0 || share == 0 {
		return minutes
	}
	mean, _ := o.mean(service)
	return forecast.Overtaken(minutes, share, mean, o.open[place], o.rule.Overtake)
}

// before is how many persons stand before a newcomer of a service in the
// published algorithm, which knows one kind of desk: each waiting person counts
// with the share that the service's desks have in serving him.
func (o *outlook) before(place, own int) int {
	if o.loads[own] == nil {
		o.loads[own] = o.load(own)
	}
	n := 0.0
	for d, serves := range o.serves {
		if serves[place] {
			n += o.loads[own][d]
		}
	}
	return int(math.Round(n))
}

// load is how many persons of at least a weight fall to each desk.
func (o *outlook) load(own int) []float64 {
	loads := make([]float64, len(o.serves))
	for service := range o.waiting {
		people := 0
		for _, n := range o.waiting[service][own:] {
			people += n
		}
		if people == 0 || o.open[service] == 0 {
			continue
		}
		for d, serves := range o.serves {
			if serves[service] {
				loads[d] += float64(people) / float64(o.open[service])
			}
		}
	}
	return loads
}

// clock turns minutes of opening hours from now on into minutes by the clock:
// lunch and the time before opening are waited too. Who waits at closing time
// is still served (R-KIOSK-09), so the time after the last segment counts. after
// is the last opening on the way, zero when there is none.
func (o *outlook) clock(minutes float64) (byClock float64, after time.Time) {
	left := time.Duration(min(minutes, forecast.MostTold) * float64(time.Minute))
	at := o.now
	for _, gap := range o.gaps {
		if !gap.to.After(at) || gap.from.Before(at) && o.working {
			continue
		}
		if work := gap.from.Sub(at); work > 0 {
			if left <= work {
				break
			}
			left -= work
		}
		at, after = gap.to, gap.to.UTC()
	}
	return at.Add(left).Sub(o.now).Minutes(), after
}

// span is a stretch of time.
type span struct{ from, to time.Time }

// gaps are the times of a day when the hall does not work but will again: the
// morning before opening, and lunch.
func gaps(h *calendar.Hours, on time.Time) []span {
	t := on.In(h.Zone)
	segments, _ := h.On(t)
	var list []span
	from := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, h.Zone)
	for _, g := range segments {
		at := time.Date(t.Year(), t.Month(), t.Day(), 0, int(g.From), 0, 0, h.Zone)
		if at.After(from) {
			list = append(list, span{from, at})
		}
		from = time.Date(t.Year(), t.Month(), t.Day(), 0, int(g.To), 0, 0, h.Zone)
	}
	return list
}

// waited is how long a ticket has been waiting, in seconds without lunch and
// other gaps of the day.
func (s *State) waited(t *queue.Ticket, now time.Time) int {
	if t.WaitingFrom.IsZero() || now.Before(t.WaitingFrom) {
		return 0
	}
	wait := now.Sub(t.WaitingFrom)
	for _, gap := range gaps(s.x.Hours, now) {
		from, to := gap.from, gap.to
		if from.Before(t.WaitingFrom) {
			from = t.WaitingFrom
		}
		if to.After(now) {
			to = now
		}
		if to.After(from) {
			wait -= to.Sub(from)
		}
	}
	return int(max(0, wait) / time.Second)
}

// learn takes what a change of a ticket teaches, before it happens.
func (s *State) learn(t *queue.Ticket, to queue.State, at time.Time) {
	if t.InHand() {
		held := at.Sub(t.CalledAt).Seconds()
		switch {
		case t.CalledAt.IsZero():
		case to == queue.Missed:
			s.Waits.Missed(t.Service, t.Day, held)
		case t.State == queue.Serving && t.Served == 0 && (to == queue.Finished || to == queue.Waiting || to == queue.Serving):
			s.Waits.Served(t.Service, t.Day, t.CalledAt.UTC().Hour(), held)
		}
		if to != queue.Serving {
			s.open(t.Window).Freed = at
		}
	}
	if to == queue.Called {
		t.CalledAt = at
	}
}

// learnCall takes what a call teaches: how long the window took to turn to the
// next citizen, and how the wait came out that was told. Only the first call by
// the rule counts; an appointment, and a ticket that was taken while cut off,
// were told nothing that a window could keep, and a walk-in has not waited.
func (s *State) learnCall(t *queue.Ticket, d contract.TicketCalled, at time.Time) {
	if w := s.Desks[d.Window]; w != nil && !w.Freed.IsZero() && t.WaitingFrom.Before(w.Freed) && !w.Since.After(w.Freed) {
		s.Waits.Turned(at.Sub(w.Freed).Seconds())
	}
	if t.FirstAsked != "" || t.Bound != "" || t.WaitingFrom.IsZero() || !t.Due.IsZero() || !t.TakenAt.IsZero() || t.WalkIn != "" || d.Why == queue.WhyChosen {
		return
	}
	central := float64(forecast.UnknownWait)
	if t.Forecast > 0 {
		central = float64(t.Forecast) / 60
	}
	s.Waits.Waited(forecast.Wait{Service: t.Service, Day: t.Day, Central: central,
		Open: float64(d.Waited) / 60, Minutes: at.Sub(t.WaitingFrom).Minutes(), From: t.WaitMin, To: t.WaitMax})
}

// WaitLine is one line of the report of how often the wait that citizens were
// told came true.
type WaitLine = forecast.Line

// WaitReport says for each service, and for each of the last days, how often
// the wait that citizens were told came true.
func (s *State) WaitReport() (services, days []WaitLine) { return s.Waits.Report() }
