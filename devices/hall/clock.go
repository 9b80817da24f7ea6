package hall

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// The machine's clock may be wrong: an empty battery says 1970 after a power
// cut, a bad time server next year. So the hall has a time of its own, which
// stands in every event and never runs behind its journal. While the clock is
// trusted the two are the same. While it is in doubt the hall runs on from its
// last event at the clock's pace, keeps its business day, and is open when
// somebody has signed in at a window: people who came to work know what time it
// is. When the clock is right again the hall's time jumps to it, and what is
// pending jumps along, so that nothing runs out by the jump.
//
// How far a clock is behind its journal shows by itself. That it jumped while
// the hall ran only the controller can tell (CmdClock), by a clock that cannot
// be set.

// CmdClock says that the machine's clock jumped, or that the controller has
// just started. Its data is ClockStep.
const CmdClock = "clock.step"

// ClockStep is how far the clock jumped beyond the time that passed, and
// whether the controller has just started, when nobody knows.
type ClockStep struct {
	By    time.Duration `json:"by"`
	Start bool          `json:"start,omitempty"`
}

const (
	// clockSlack is how far the clock may be behind the last event without
	// any doubt: the hall's time stands still until it has caught up.
	clockSlack = 2 * time.Minute

	// clockFar is the largest jump of a running hall's clock that is believed.
	// It is longer than a day, in which at least one event happens.
	clockFar = 36 * time.Hour
)

// ahead is how far the hall's time runs ahead of a clock in doubt; below 0 the
// clock is ahead.
func (c Clock) ahead() time.Duration { return time.Duration(c.By) * time.Second }

func (c Clock) doubted() bool { return !c.Doubt.IsZero() }

// Now is the hall's time when the machine's clock says now.
func (s *State) Now(now time.Time) time.Time {
	t, _ := s.keepTime(now.UTC().Truncate(time.Millisecond), nil)
	return t
}

// keepTime is the hall's time at a moment of the machine's clock, and what is
// to be recorded of the clock by then.
func (s *State) keepTime(now time.Time, step *ClockStep) (time.Time, []contract.Event) {
	c := s.Clock
	if c.Last.IsZero() {
		return now, nil
	}
	ran := now.Add(c.ahead())
	if step != nil && step.By != 0 {
		return s.jumped(now, later(ran.Add(-step.By), c.Last))
	}
	behind := c.Last.Sub(now)
	if !c.doubted() {
		if behind <= clockSlack {
			return later(now, c.Last), nil
		}
		return s.doubt(now, c.Last)
	}
	back := ran.Before(c.Last.Add(-clockSlack)) // the clock went back meanwhile
	switch {
	case behind <= clockSlack && (c.By > 0 || back || -behind <= clockFar || step != nil && step.Start):
		if back || ran.After(c.Last.Add(clockFar)) {
			ran = c.Last // how long it was nobody knows: nothing runs out meanwhile
		}
		return s.trust(later(now, c.Last), later(ran, c.Last))
	case back || c.By > 0 && ran.After(c.Last.Add(clockFar)):
		return s.doubt(now, c.Last)
	}
	t := later(ran, c.Last)
	if c.By > 0 && c.ahead() <= clockFar && s.x.Hours.Day(t) > s.Day {
		// A clock that is behind by hours may be right, and was ahead before.
		// The night is the time to believe it: the business day never goes back.
		return s.trust(now, t)
	}
	return t, nil
}

// jumped is keepTime when the clock jumped to now at the hall's time t.
func (s *State) jumped(now, t time.Time) (time.Time, []contract.Event) {
	by := now.Sub(t)
	if by.Abs() <= clockFar || by > 0 && s.Clock.By > 0 {
		if s.Clock.doubted() {
			return s.trust(now, t)
		}
		return now, []contract.Event{event(contract.EvClockStepped, now, s.clockChanged(now, by))}
	}
	return s.doubt(now, t)
}

// trust is keepTime when the clock is right again at the hall's time t.
func (s *State) trust(now, t time.Time) (time.Time, []contract.Event) {
	return now, []contract.Event{event(contract.EvClockTrusted, now, s.clockChanged(now, now.Sub(t)))}
}

// doubt is keepTime when the clock cannot be right and the hall's time is t.
func (s *State) doubt(now, t time.Time) (time.Time, []contract.Event) {
	by := int(t.Sub(now) / time.Second)
	if by == 0 {
		by = 1
	}
	return t, []contract.Event{event(contract.EvClockDoubted, t, contract.ClockChanged{By: by})}
}

// clockChanged is a jump of the hall's time. A business day that it reaches
// waits until everybody who holds a number is served: they have not waited
// through the night.
func (s *State) clockChanged(now time.Time, by time.Duration) contract.ClockChanged {
	d := contract.ClockChanged{By: int(by / time.Second)}
	if day := s.x.Hours.Day(now); day > s.Day && s.underWay() {
		d.Held = day
	}
	return d
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// underWay tells whether anybody holds a number that is not done with.
func (s *State) underWay() bool {
	for _, t := range s.Tickets {
		if queue.Step(t.State, queue.DayEnd).Next == queue.Void {
			return true
		}
	}
	return false
}

// atWork tells whether anybody has signed in at a window.
func (s *State) atWork() bool {
	for _, d := range s.Desks {
		if d.Staff != "" {
			return true
		}
	}
	return false
}

func clockStepOf(c Command) *ClockStep {
	if c.Type != CmdClock || c.Role != RoleHall {
		return nil
	}
	var step ClockStep
	if json.Unmarshal(c.Data, &step) != nil {
		return nil
	}
	return &step
}

// known is the copy that Decide works on: the state with these events of the
// clock. Times that jump stand all over it, so that such a copy shares nothing.
func (s *State) known(clock []contract.Event) *State {
	fresh := *s
	if slices.ContainsFunc(clock, func(e contract.Event) bool { return e.Type != contract.EvClockDoubted }) {
		blob, err := json.Marshal(s)
		if err == nil {
			fresh = State{x: s.x}
			err = json.Unmarshal(blob, &fresh)
		}
		if err != nil { // the state's own types always do
			panic("hall: " + err.Error())
		}
	}
	fresh.foresee(clock)
	return &fresh
}

// foresee applies events that this state has decided itself, so that they
// cannot be refused, and that touch nothing that a copy shares.
func (s *State) foresee(events []contract.Event) {
	for _, e := range events {
		switch e.Type {
		case contract.EvClockDoubted, contract.EvClockTrusted, contract.EvClockStepped, contract.EvDayOpened, contract.EvWindowSignedIn:
			_ = appliers[e.Type](s, e)
		}
	}
}

func (s *State) clockDoubted(d contract.ClockChanged, at time.Time) error {
	if !s.Clock.doubted() {
		s.Clock.Doubt = at
	}
	s.Clock.By = d.By
	return nil
}

func (s *State) clockTrusted(d contract.ClockChanged, at time.Time) error {
	s.Clock.Doubt, s.Clock.By = time.Time{}, 0
	return s.clockStepped(d, at)
}

// clockStepped moves what is pending along with the hall's time. When a number
// was taken stays as it is printed.
func (s *State) clockStepped(d contract.ClockChanged, at time.Time) error {
	by := time.Duration(d.By) * time.Second
	move := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.Add(by)
		}
	}
	for _, t := range s.Tickets {
		move(&t.OvertakenAt)
		if queue.Step(t.State, queue.DayEnd).Next == queue.Void {
			move(&t.Since)
			move(&t.WaitingFrom)
			move(&t.StartedAt)
			move(&t.CalledAt)
			move(&t.RecalledAt)
			move(&t.Remind)
		}
	}
	for _, d := range s.Desks {
		move(&d.Since)
		move(&d.Freed)
		move(&d.Left)
	}
	for key, a := range s.Alarms {
		move(&a.Since)
		s.Alarms[key] = a
	}
	open := maps.Clone(s.Ratings.Open)
	for w, r := range open {
		move(&r.Opened)
		open[w] = r
	}
	s.Ratings.Open = open
	tries := map[string][]time.Time{}
	for who, list := range s.Tries {
		list = slices.Clone(list)
		for i := range list {
			move(&list[i])
		}
		tries[who] = list
	}
	s.Tries = tries
	s.Clock.Last, s.Clock.Held = at, d.Held
	return nil
}
