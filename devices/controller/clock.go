package controller

import (
	"encoding/json"
	"time"

	"golang.org/x/sys/unix"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// clock watches the machine's clock, which people and time servers set, against
// one that nobody can set. The rules of the hall are told of each jump before
// anything else is decided, so that nothing runs out by it.
type clock struct {
	wall    func() time.Time
	elapsed func() time.Duration // since any moment

	at      time.Time // of the last look
	ran     time.Duration
	step    hall.ClockStep // not told yet
	telling hall.ClockStep // told, and not yet on disk
}

// clockTolerance is the largest difference between two looks that is no jump.
// A clock that is put right slowly differs by milliseconds.
const clockTolerance = 2 * time.Second

func newClock(wall func() time.Time) *clock {
	begin := time.Now()
	return &clock{wall: wall, elapsed: func() time.Duration { return time.Since(begin) }, step: hall.ClockStep{Start: true}}
}

// now is what the machine's clock says.
func (c *clock) now() time.Time {
	at, ran := c.wall().Round(0), c.elapsed()
	if !c.at.IsZero() {
		if by := at.Sub(c.at) - (ran - c.ran); by.Abs() > clockTolerance {
			c.step.By += by
		}
	}
	c.at, c.ran = at, ran
	return at
}

// news is what the rules are to be told, once.
func (c *clock) news() (hall.ClockStep, bool) {
	step := c.step
	if step == (hall.ClockStep{}) {
		return step, false
	}
	c.step = hall.ClockStep{}
	c.telling.By += step.By
	c.telling.Start = c.telling.Start || step.Start
	return step, true
}

// told ends the telling: it is on disk, or it is to be told again.
func (c *clock) told(stored bool) {
	if !stored {
		c.step.By += c.telling.By
		c.step.Start = c.step.Start || c.telling.Start
	}
	c.telling = hall.ClockStep{}
}

// sinceBoot runs on while the machine sleeps, unlike the clock of package time,
// for which every sleep would be a jump.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0 // no Linux is without it
	}
	return time.Duration(t.Nano())
}

// lookAtClock reads the clock for a command, and carries what there is to tell
// of it through the rules before.
func (e *Engine) lookAtClock(commits []*journal.Commit) (time.Time, []*journal.Commit, error) {
	now := e.clock.now()
	step, is := e.clock.news()
	if !is {
		return now, commits, nil
	}
	data, err := json.Marshal(step)
	if err != nil {
		return now, nil, err
	}
	c := hall.Command{Type: hall.CmdClock, Role: hall.RoleHall, Node: e.self, Data: data}
	d, facts := e.judge(c, now)
	if err := e.apply(c, d.Events); err != nil {
		return now, nil, err
	}
	for _, ev := range d.Events {
		if words, ok := clockWords[ev.Type]; ok {
			e.log.Warn(words, "clock", now.UTC(), "hall", ev.Time, "data", string(ev.Data))
		}
	}
	if len(d.Events) > 0 || len(facts) > 0 {
		commits = append(commits, &journal.Commit{Events: d.Events, Facts: facts})
	}
	return now, commits, nil
}

var clockWords = map[string]string{
	contract.EvClockDoubted: "the clock cannot be right; the hall runs on by its own time",
	contract.EvClockTrusted: "the clock is trusted again",
	contract.EvClockStepped: "the clock was set",
}
