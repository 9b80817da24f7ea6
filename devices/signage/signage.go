// Package signage keeps every window display and strip as it should be
// (窗口屏、条屏): what each of them is to show, and one policy for all of them when
// one does not answer. A display that is down never holds up a call or another
// display, and is brought up to date when it returns.
//
// Each device is one line with one or more units, and one goroutine that does
// nothing else. What a unit is to show is kept, never queued: a newer sign takes
// the place of an older one that was not shown yet. A unit that fails is tried
// three times in all and then counts as down: it is reported once, and probed
// with its newest sign. Units that are well go first, and none of them ever
// waits for more than one try of those that are not.
package signage

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/hall"
)

// The policy.
const (
	Tries    = 3                      // in all, until a unit counts as down
	Again    = 500 * time.Millisecond // between two of them; a strip takes one picture a second and is busy until then
	ProbeMin = time.Second            // between two probes of a unit that is down, at first
	ProbeMax = 15 * time.Second       // and at most
	// A line spends at most one part in probeShare of its time on probes, so a
	// single dead unit is looked for every one or two seconds, and twenty of
	// them take turns.
	probeShare = 5
)

// Target is one display: a unit of a device. Devices with one unit have unit 0
// or the only address on their line.
type Target struct {
	Device  string // id of the configuration
	Unit    int
	Display devices.Display
}

// Opts are the settings of all displays; the zero value is usable.
type Opts struct {
	// Try bounds one try, over the driver's own time-out; 0 is 2 s.
	Try time.Duration
	// Refresh is how often a sign is shown again although nothing has changed,
	// for a display that lost its power and says so to nobody; 0 is 60 s.
	Refresh time.Duration
	// Fault takes one report when a display goes down and one when it is back,
	// as device "<device>-<unit>" where several units share the device. It must
	// not block. A port that is away is the host's to report.
	Fault func(devices.Fault)
	// Log takes a line for each change of a display's health; nil is
	// slog.Default().
	Log *slog.Logger
}

// Signs is all displays of a hall controller.
type Signs struct {
	opts  Opts
	lines []*line
	place map[hall.Place]*line
}

// New makes the workers of all displays. It does no I/O.
func New(targets []Target, o Opts) *Signs {
	if o.Try <= 0 {
		o.Try = 2 * time.Second
	}
	if o.Refresh <= 0 {
		o.Refresh = time.Minute
	}
	if o.Fault == nil {
		o.Fault = func(devices.Fault) {}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Signs{opts: o, place: map[hall.Place]*line{}}
	byDevice := map[string]*line{}
	for _, t := range targets {
		at := hall.Place{Device: t.Device, Unit: t.Unit}
		if s.place[at] != nil {
			continue
		}
		l := byDevice[t.Device]
		if l == nil {
			l = &line{opts: &s.opts, display: t.Display, wake: make(chan struct{}, 1)}
			byDevice[t.Device] = l
			s.lines = append(s.lines, l)
		}
		l.units = append(l.units, &unit{place: at, name: t.Device})
		s.place[at] = l
	}
	for _, l := range s.lines {
		if len(l.units) > 1 {
			for _, u := range l.units {
				u.name += "-" + strconv.Itoa(u.place.Unit)
			}
		}
	}
	return s
}

// Set says what a display is to show from now on. It never blocks; of several
// signs the last one wins. A place that is no target is left alone, and Set
// tells so.
func (s *Signs) Set(at hall.Place, sign devices.Sign) bool {
	l := s.place[at]
	if l == nil {
		return false
	}
	l.set(at, sign)
	return true
}

// State is one display, for the pages of the staff.
type State struct {
	Place  hall.Place
	Name   string       // that its faults are reported under
	Sign   devices.Sign // that it is to show
	Right  bool         // it shows it, as far as anybody knows
	Down   bool         // it does not answer
	Away   bool         // its port is not open
	Detail string       // the last error, while it is not right
	Since  time.Time    // of Down
}

// States lists all displays in the order of the targets, line by line.
func (s *Signs) States() []State {
	var all []State
	for _, l := range s.lines {
		all = append(all, l.states()...)
	}
	return all
}

// Places lists where signs can be shown.
func (s *Signs) Places() []hall.Place {
	var all []hall.Place
	for _, l := range s.lines {
		for _, u := range l.units {
			all = append(all, u.place)
		}
	}
	return slices.Clip(all)
}

// Run keeps all displays right until ctx ends.
func (s *Signs) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for _, l := range s.lines {
		all.Go(func() { l.run(ctx) })
	}
	<-ctx.Done()
	all.Wait()
	return ctx.Err()
}
