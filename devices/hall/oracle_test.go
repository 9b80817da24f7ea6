package hall_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// oracle judges each call of a hall. It knows the setup and the events, and
// nothing of the state: it keeps its own places, classes and counts, and says
// the rule in its own way.
type oracle struct {
	setup   *hall.Setup
	k       int
	beyond  time.Duration
	weights map[string]int
	order   uint64
	tickets map[string]*judged
	seen    tally
}

type judged struct {
	number, service, class, bound string
	order                         uint64
	taken, due                    time.Time
	waiting, walkIn               bool
	passed                        int
	turn                          time.Time // when it was the oldest and another was called
}

// tally counts what the oracle saw, so that a test knows that it tested.
type tally struct{ calls, heads, sent, early, overtaken, byClass, byService, barredByCount, barredByTime, walkIns, corrected int }

func (a *tally) add(b tally) {
	a.calls += b.calls
	a.heads += b.heads
	a.sent += b.sent
	a.early += b.early
	a.overtaken += b.overtaken
	a.byClass += b.byClass
	a.byService += b.byService
	a.barredByCount += b.barredByCount
	a.barredByTime += b.barredByTime
	a.walkIns += b.walkIns
	a.corrected += b.corrected
}

func newOracle(setup *hall.Setup) *oracle {
	o := &oracle{setup: setup, k: setup.Order.Overtake, beyond: setup.Order.Beyond, weights: map[string]int{queue.Appointment: 5}, tickets: map[string]*judged{}}
	for _, c := range setup.Classes {
		o.weights[c.ID] = c.Weight
	}
	return o
}

func (a *judged) before(b *judged) bool {
	if a.order != b.order {
		return a.order < b.order
	}
	if !a.taken.Equal(b.taken) {
		return a.taken.Before(b.taken)
	}
	return a.number < b.number
}

// see takes an event in and judges it if it is a call.
func (o *oracle) see(e contract.Event) error {
	var d struct {
		Ticket, Number, Service, Window, Class, Place, Why string
		Overtaken                                          []string
		WalkIn                                             string `json:"walk_in"`
		Offline                                            bool
		Behind                                             uint64
		PlacedAt                                           time.Time `json:"placed_at"`
		Due                                                time.Time
		Rule                                               contract.OrderRule
		By                                                 int
	}
	if err := json.Unmarshal(e.Data, &d); err != nil {
		return err
	}
	t := o.tickets[d.Ticket]
	switch e.Type {
	case contract.EvTicketIssued:
		t = &judged{number: d.Number, service: d.Service, class: d.Class, due: d.Due, order: d.Behind, taken: d.PlacedAt, walkIn: d.WalkIn != ""}
		if !d.Offline {
			o.order++
			t.order = o.order
		}
		o.tickets[d.Ticket] = t
	case contract.EvTicketConfirmed, contract.EvTicketReturned:
		t.waiting = true
	case contract.EvTicketReinstated:
		t.waiting = true
		if d.Place == hall.PlaceEnd {
			o.order++
			t.order, t.taken = o.order, time.Time{}
		}
	case contract.EvTicketTransferred:
		t.waiting, t.service, t.bound = true, d.Service, d.Window
	case contract.EvTicketStarted:
		if t.waiting && !t.walkIn {
			return fmt.Errorf("%s was taken in hand and never called", t.number)
		}
		if t.waiting {
			o.seen.walkIns++
		}
		t.waiting, t.walkIn = false, false // it is like any other from now on
	case contract.EvTicketCorrected:
		o.seen.corrected++
		t.service = d.Service
	case contract.EvTicketUnconfirmed, contract.EvTicketVoided, contract.EvTicketLate:
		t.waiting = false
	case contract.EvTicketGranted:
		t.class = d.Class
	case contract.EvClockTrusted, contract.EvClockStepped: // the hall's time jumps, and what it has noted with it
		for _, other := range o.tickets {
			if !other.turn.IsZero() {
				other.turn = other.turn.Add(time.Duration(d.By) * time.Second)
			}
		}
	case contract.EvOrderSet:
		o.k, o.beyond = d.Rule.Overtake, time.Duration(d.Rule.Beyond)*time.Minute
		for class, weight := range d.Rule.Weights {
			o.weights[class] = weight
		}
	case contract.EvTicketCalled:
		if err := o.judge(t, d.Window, d.Why, d.Overtaken, e.Time); err != nil {
			return fmt.Errorf("%s at %s called %s (%s): %w", e.Time.Format("15:04"), d.Window, t.number, d.Why, err)
		}
		t.waiting = false
	}
	return nil
}

// candidates are who a window may call, the earliest place first.
func (o *oracle) candidates(window *hall.Window) []*judged {
	var list []*judged
	for _, t := range o.tickets {
		mine := t.bound == window.ID || t.bound == "" && slices.Contains(window.Services, t.service)
		if t.waiting && mine {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *judged) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	return list
}

func (o *oracle) window(id string) *hall.Window {
	return &o.setup.Windows[slices.IndexFunc(o.setup.Windows, func(w hall.Window) bool { return w.ID == id })]
}

func (o *oracle) head(t *judged) bool {
	return slices.ContainsFunc(o.setup.Classes, func(c hall.Class) bool { return c.ID == t.class && c.Head })
}

// outranks tells whether a goes before b at a window, their places apart.
func (o *oracle) outranks(a, b *judged, w *hall.Window) bool {
	if x, y := slices.Contains(w.Classes, a.class), slices.Contains(w.Classes, b.class); x != y {
		return x
	}
	if x, y := o.weights[a.class], o.weights[b.class]; x != y {
		return x > y
	}
	return slices.Contains(w.First, a.service) && !slices.Contains(w.First, b.service)
}

func (o *oracle) judge(t *judged, window, why string, told []string, at time.Time) error {
	o.seen.calls++
	if why == "" {
		return fmt.Errorf("nobody says why")
	}
	if why == queue.WhyChosen {
		return nil
	}
	if t.walkIn || why == queue.WhyWalkIn {
		o.seen.walkIns++
		if !t.walkIn || why != queue.WhyWalkIn || len(told) > 0 {
			return fmt.Errorf("a walk-in is called as such and passes nobody by rule")
		}
		t.walkIn = false
		return nil
	}
	w := o.window(window)
	all := o.candidates(w)
	if !slices.Contains(all, t) {
		return fmt.Errorf("it does not wait for this window")
	}
	only := func(fits func(*judged) bool) (list []*judged) {
		for _, c := range all {
			if fits(c) {
				list = append(list, c)
			}
		}
		return list
	}
	first := func(list []*judged, what string) error {
		if list[0] != t || len(told) > 0 {
			return fmt.Errorf("%s is %s, and %v were counted", what, list[0].number, told)
		}
		return nil
	}
	if heads := only(o.head); len(heads) > 0 {
		o.seen.heads++
		return first(heads, "the oldest granted one")
	}
	if sent := only(func(c *judged) bool { return c.bound == window }); len(sent) > 0 {
		o.seen.sent++
		return first(sent, "the oldest sent here")
	}
	ready := only(func(c *judged) bool { return !at.Before(c.due) })
	if len(ready) == 0 {
		o.seen.early++
		slices.SortStableFunc(all, func(a, b *judged) int { return a.due.Compare(b.due) })
		return first(all, "the earliest appointment")
	}
	return o.judgeRule(t, w, ready, told, at)
}

// judgeRule is for a call that class, preference and place decide.
func (o *oracle) judgeRule(t *judged, w *hall.Window, ready []*judged, told []string, at time.Time) error {
	if !slices.Contains(ready, t) {
		return fmt.Errorf("it is before its time, and %s is ready", ready[0].number)
	}
	if len(o.setup.Classes) == 0 && len(w.First) == 0 && t.class == "" && ready[0].class == "" && t != ready[0] {
		return fmt.Errorf("%s came before, and there is no class (R-KIOSK-07)", ready[0].number)
	}
	atBound := func(c *judged) bool {
		return c.passed >= o.k || !c.turn.IsZero() && !at.Before(c.turn.Add(o.beyond))
	}
	var passed []string
	for i, c := range ready {
		if c.before(t) {
			switch {
			case c.passed >= o.k:
				return fmt.Errorf("%s was overtaken %d times already", c.number, c.passed)
			case atBound(c):
				return fmt.Errorf("it was %s's turn at %s", c.number, c.turn.Format("15:04"))
			case !o.outranks(t, c, w):
				return fmt.Errorf("%s came before and does not rank below", c.number)
			}
			passed = append(passed, c.number)
			c.passed++
			if i == 0 && c.turn.IsZero() {
				c.turn = at
			}
			o.seen.overtaken++
			continue
		}
		if c != t && o.outranks(c, t, w) {
			barred := slices.IndexFunc(ready[:i], atBound)
			if barred < 0 {
				return fmt.Errorf("%s ranks above, and nobody before it is at a bound", c.number)
			}
			if ready[barred].passed >= o.k {
				o.seen.barredByCount++
			} else {
				o.seen.barredByTime++
			}
		}
	}
	if len(passed) > 0 && o.weights[t.class] > 0 {
		o.seen.byClass++
	} else if len(passed) > 0 {
		o.seen.byService++
	}
	if strings.Join(told, " ") != strings.Join(passed, " ") {
		return fmt.Errorf("overtaken are %v, the event says %v", passed, told)
	}
	return nil
}

// nobody judges a refusal to call.
func (o *oracle) nobody(window string) error {
	if all := o.candidates(o.window(window)); len(all) > 0 {
		return fmt.Errorf("%s is told that nobody waits, and %s does", window, all[0].number)
	}
	return nil
}
