package numpad

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Times and limits.
const (
	Again     = time.Second            // the same key again within this time is a bounce, or a nervous finger
	Held      = 10 * time.Second       // a key that is down for so long is stuck (R-KEY-14)
	Together  = 300 * time.Millisecond // two different ratings within this time are nobody's answer (R-KEY-15)
	Patience  = 3 * time.Second        // a press that cannot be stored is given up
	TryAgain  = 500 * time.Millisecond // between two tries to store it
	MaxDigits = 6
	maxOwed   = 8 // presses that wait to be stored
)

// Opts are the settings of a pad; the zero value is a call keypad.
type Opts struct {
	// Unit is the address that its readings carry, 1..255; 0 is 1.
	Unit int
	// Keys maps key codes to what they mean; nil is Caller.
	Keys map[uint16]devices.Key
	// Levels makes an evaluator of it: digit → level 5..1. Keys is not used then.
	Levels map[int]int
	// Scale names the evaluator's scale in readings; "" is "numpad-5".
	Scale string
	// Forget is how long typed digits wait for their key; 0 is 10 s.
	Forget time.Duration
	// Log takes what a technician should know; nil is slog.Default().
	Log *slog.Logger
}

// Dev is one pad.
type Dev struct {
	link  link.Link
	opts  Opts
	drops atomic.Uint64
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a pad on a link of key events (link.OpenKeys). It does
// no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l}
	if o != nil {
		d.opts = *o
	}
	if d.opts.Unit == 0 {
		d.opts.Unit = 1
	}
	if d.opts.Unit < 1 || d.opts.Unit > 255 {
		return nil, fmt.Errorf("numpad: unit %d: want 1 to 255", d.opts.Unit)
	}
	for digit, level := range d.opts.Levels {
		if digit < 0 || digit > 9 || level < 1 || level > 5 {
			return nil, fmt.Errorf("numpad: level %d of digit %d: want digits 0 to 9 and levels 1 to 5", level, digit)
		}
	}
	if d.opts.Keys == nil {
		d.opts.Keys = Caller
	}
	if d.opts.Scale == "" {
		d.opts.Scale = "numpad-5"
	}
	if d.opts.Forget == 0 {
		d.opts.Forget = 10 * time.Second
	}
	if d.opts.Log == nil {
		d.opts.Log = slog.Default()
	}
	return d, nil
}

func (d *Dev) String() string { return "numpad on " + d.link.String() }

// Drops counts the keys that mean nothing, ratings that came together, and
// presses that could not be stored.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Run reads keys until ctx ends or the pad is unplugged.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	events := make(chan event, 64)
	gone := make(chan error, 1)
	reading, stop := context.WithCancel(ctx)
	defer func() { stop(); <-gone }()
	go d.read(reading, events, gone)

	s := newSession(d, ctx, out)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				err := <-gone
				gone <- err
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return fmt.Errorf("numpad: %s: %w", d.link, err)
			}
			s.tick(e.at)
			s.take(e)
		case <-timer.C:
			s.tick(time.Now())
		case <-ctx.Done():
			return ctx.Err()
		}
		timer.Reset(time.Until(s.next()))
	}
}

// event is a key event and when it came.
type event struct {
	link.KeyEvent
	at time.Time
}

// read moves events from the link to the session. While that waits for the sink
// it goes on; what does not fit is dropped.
func (d *Dev) read(ctx context.Context, events chan<- event, gone chan<- error) {
	defer close(events)
	var rest []byte
	buf := make([]byte, 64*link.KeyEventSize)
	for ctx.Err() == nil {
		n, err := d.link.Read(buf)
		var keys []link.KeyEvent
		keys, rest = link.ParseKeys(append(rest, buf[:n]...))
		rest = slices.Clone(rest)
		for _, k := range keys {
			select {
			case events <- event{k, time.Now()}:
			default:
				d.drops.Add(1)
			}
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			gone <- err
			return
		}
	}
	gone <- ctx.Err()
}

var _ devices.Keypad = (*Dev)(nil)

// Prompt has no effect: the pad has no lamp. The citizen is asked on the display
// of the window.
func (d *Dev) Prompt(ctx context.Context, unit int) error { return d.order(ctx, unit) }

// ShowQueue has no effect: the pad has no digits.
func (d *Dev) ShowQueue(ctx context.Context, unit, waiting, number int) error {
	if waiting < -1 || waiting > 999 || number < -1 || number > 999 {
		return fmt.Errorf("numpad: unit %d: waiting %d, number %d: want 0 to 999, or -1 for blank", unit, waiting, number)
	}
	return d.order(ctx, unit)
}

// Beep has no effect: the pad has no buzzer.
func (d *Dev) Beep(ctx context.Context, unit int) error { return d.order(ctx, unit) }

func (d *Dev) order(ctx context.Context, unit int) error {
	if unit != d.opts.Unit {
		return fmt.Errorf("numpad: %s: unit %d: %w", d.link, unit, devices.ErrNoUnit)
	}
	return ctx.Err()
}

// Halt has nothing to do: a keyboard is told nothing.
func (d *Dev) Halt() error { return nil }
