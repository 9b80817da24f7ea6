package signage

import (
	"context"
	"errors"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/hall"
)

// line is one device and the units on it.
type line struct {
	opts    *Opts
	display devices.Display
	wake    chan struct{} // holds one: something has changed

	mu    sync.Mutex
	units []*unit
	next  int // where the round begins
	well  int // units that were well and served since the last try of one that was not
}

// unit is one display.
type unit struct {
	place hall.Place
	name  string // that its faults are reported under

	wanted bool         // it has ever been told what to show
	sign   devices.Sign // the newest
	right  bool         // it shows that
	lit    bool         // what it shows flashes until sign.Flash
	due    time.Time    // of the next try, unless it is well and not right
	failed int          // tries in a row
	pause  time.Duration
	took   time.Duration // the last try that failed
	down   bool
	away   bool
	since  time.Time
	detail string
}

func (l *line) set(at hall.Place, sign devices.Sign) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	for _, u := range l.units {
		if u.place == at {
			u.right = u.right && (same(u.sign, sign) || same(u.current(now), sign))
			u.wanted, u.sign = true, sign
		}
	}
	select {
	case l.wake <- struct{}{}:
	default: // it is awake, or will be
	}
}

func same(a, b devices.Sign) bool {
	equal := a.Flash.Equal(b.Flash)
	a.Flash, b.Flash = time.Time{}, time.Time{}
	return equal && a == b
}

func (l *line) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		u, sign, wait := l.pick(time.Now())
		if u != nil {
			l.show(ctx, u, sign)
			continue
		}
		timer.Reset(wait)
		select {
		case <-l.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}

// pick chooses whose turn it is, or says how long nothing is to be done.
//
// Units that are well and have something new go first, in turns. The others,
// which are tried again, probed or refreshed, come when none is left, and once
// in each full round of those: so a call waits for one of their tries at most,
// and they are not forgotten on a line that is never idle.
func (l *line) pick(now time.Time) (*unit, devices.Sign, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var first, late *unit
	at, soonest := 0, now.Add(l.opts.Refresh)
	for i := range l.units {
		n := (l.next + i) % len(l.units)
		u := l.units[n]
		switch {
		case !u.wanted:
		case u.failed == 0 && (!u.right || u.lit && !u.sign.Flash.After(now)):
			if first == nil {
				first, at = u, n
			}
		case !u.due.After(now):
			if late == nil || u.due.Before(late.due) {
				late = u
			}
		default:
			soonest = earlier(soonest, u.due)
			if u.lit && u.failed == 0 {
				soonest = earlier(soonest, u.sign.Flash)
			}
		}
	}
	if first != nil && (late == nil || l.well < len(l.units)) {
		l.next, l.well = at+1, l.well+1
		return first, first.current(now), 0
	}
	if late != nil {
		l.well = 0
		return late, late.current(now), 0
	}
	return nil, devices.Sign{}, soonest.Sub(now)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// current is the unit's sign as it is to be shown now: a flash that is over is no
// flash any more.
func (u *unit) current(now time.Time) devices.Sign {
	sign := u.sign
	if !sign.Flash.After(now) {
		sign.Flash = time.Time{}
	}
	return sign
}

// show tries once and notes what came of it.
func (l *line) show(ctx context.Context, u *unit, sign devices.Sign) {
	begun := time.Now()
	try, cancel := context.WithTimeout(ctx, l.opts.Try)
	err := l.display.Show(try, u.place.Unit, sign)
	cancel()
	if err != nil && ctx.Err() != nil {
		return
	}
	now := time.Now()
	l.mu.Lock()
	var tell *devices.Fault
	switch {
	case err == nil:
		tell = l.succeeded(u, sign, now)
	case errors.Is(err, devices.ErrAway):
		l.isAway(u, err, now)
	default:
		tell = l.failed(u, err, now, now.Sub(begun))
	}
	l.mu.Unlock()
	if tell != nil {
		l.opts.Fault(*tell)
	}
}

// succeeded: the unit has taken the sign, which may be an older one by now.
func (l *line) succeeded(u *unit, sign devices.Sign, now time.Time) (tell *devices.Fault) {
	u.right = same(u.current(now), sign) || same(u.sign, sign)
	u.lit = !sign.Flash.IsZero()
	if u.down {
		tell = &devices.Fault{Device: u.name, Code: devices.FaultSilent, At: now}
		l.opts.Log.Info("display is right again", "display", u.name)
	}
	if u.away {
		l.opened(now)
	}
	back := u.down
	u.failed, u.pause, u.took, u.down, u.away, u.detail = 0, 0, 0, false, false, ""
	u.due = now.Add(l.opts.Refresh)
	if back { // the power or the cable of the others may be back too
		for _, other := range l.units {
			if other.down {
				other.due, other.pause = now, 0
			}
		}
	}
	return tell
}

// isAway: the port is not open. The host has reported it and opens it again;
// until then one unit in a second asks whether it has.
func (l *line) isAway(u *unit, err error, now time.Time) {
	for _, other := range l.units {
		if other.wanted {
			other.away, other.right, other.detail = true, false, err.Error()
			other.failed, other.due = max(other.failed, 1), now.Add(ProbeMin)
		}
	}
}

// opened: the port is there again, and every unit's turn comes at once.
func (l *line) opened(now time.Time) {
	for _, u := range l.units {
		if u.away {
			u.away, u.due = false, now
			if !u.down {
				u.failed = 0
			}
		}
	}
}

// failed: it is not known what the unit shows.
func (l *line) failed(u *unit, err error, now time.Time, took time.Duration) (tell *devices.Fault) {
	if u.away {
		l.opened(now)
	}
	u.failed++
	u.right, u.detail, u.took = false, err.Error(), took
	switch {
	case u.failed < Tries:
		u.due = now.Add(Again)
		return nil
	case u.down:
		u.pause = min(2*u.pause, l.slowest())
	default:
		u.down, u.since = true, now
		tell = &devices.Fault{Device: u.name, Code: devices.FaultSilent, On: true, Detail: err.Error(), At: now}
		l.opts.Log.Warn("display does not answer", "display", u.name, "err", err)
	}
	u.pause = max(u.pause, ProbeMin)
	u.due = now.Add(u.pause)
	return tell
}

// slowest is how long the pauses between probes may grow. Where every unit is
// down the whole line has no power, nobody is kept waiting, and the first probe
// that is answered brings all.
func (l *line) slowest() time.Duration {
	var all time.Duration
	well := false
	for _, u := range l.units {
		if u.down {
			all += u.took
		}
		well = well || u.wanted && !u.down
	}
	if !well {
		return ProbeMin
	}
	return min(max(probeShare*all, ProbeMin), ProbeMax)
}

func (l *line) states() []State {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []State
	for _, u := range l.units {
		s := State{Place: u.place, Name: u.name, Sign: u.sign, Right: u.right, Down: u.down, Away: u.away, Detail: u.detail}
		if u.down {
			s.Since = u.since
		}
		all = append(all, s)
	}
	return all
}
