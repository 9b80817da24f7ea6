package drivertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
)

// pad is a keypad that can break each of its promises.
type pad struct {
	keys chan devices.Reading // pressed and not yet told

	nameless  bool
	deaf      bool // Run returns nil
	endless   bool // Run does not end
	boundless bool // shows any number
	patient   bool // takes orders of a context that has ended
	slow      bool
	forgetful bool // does not repeat what was not stored
	hurried   bool // does not wait for the sink
	mute      bool
	stuck     error
}

func (p *pad) String() string {
	if p.nameless {
		return ""
	}
	return "pad"
}

func (p *pad) Run(ctx context.Context, out devices.Sink) error {
	for {
		select {
		case x := <-p.keys:
			err := out(ctx, x)
			if p.hurried {
				go out(ctx, x)
				go out(ctx, x)
				continue
			}
			if err != nil && !p.forgetful {
				_ = out(ctx, x)
			}
		case <-ctx.Done():
			if p.endless {
				time.Sleep(time.Hour) // of the bubble's time
			}
			if p.deaf {
				return nil
			}
			return ctx.Err()
		}
	}
}

func (p *pad) Halt() error { return p.stuck }

func (p *pad) order(ctx context.Context) error {
	if p.slow {
		time.Sleep(4 * time.Second) // of the bubble's time
	}
	if p.patient {
		return nil
	}
	return ctx.Err()
}

func (p *pad) Prompt(ctx context.Context, _ int) error { return p.order(ctx) }
func (p *pad) Beep(ctx context.Context, _ int) error   { return p.order(ctx) }

func (p *pad) ShowQueue(ctx context.Context, _, waiting, number int) error {
	if !p.boundless && (min(waiting, number) < 0 || max(waiting, number) > 999) {
		return errors.New("out of range")
	}
	return p.order(ctx)
}

func TestKeypadSuiteFindsBrokenPromises(t *testing.T) {
	next := devices.KeyPress{Unit: 3, Key: devices.KeyNext}
	for _, c := range []struct {
		name  string
		spoil func(*pad)
		key   devices.Reading // that is pressed; nil: none, and nobody is asked
		want  string
	}{
		{"a good one", func(*pad) {}, next, ""},
		{"a good rating", func(*pad) {}, devices.Score{Unit: 3, Level: 5, Scale: "x"}, ""},
		{"nobody presses", func(*pad) {}, nil, ""},
		{"no name", func(p *pad) { p.nameless = true }, next, "String is empty"},
		{"ends without a reason", func(p *pad) { p.deaf = true }, next, "Run returned nil"},
		{"does not end", func(p *pad) { p.endless = true }, next, "Run goes on"},
		{"shows any number", func(p *pad) { p.boundless = true }, next, "ShowQueue 1000, 0: no error"},
		{"takes orders for ever", func(p *pad) { p.patient = true }, next, "Beep with a context that has ended"},
		{"takes its time", func(p *pad) { p.slow = true }, next, "Prompt took 4s"},
		{"forgets what was not stored", func(p *pad) { p.forgetful = true }, next, "did not come again"},
		{"does not wait for the sink", func(p *pad) { p.hurried = true }, next, "two readings at a time"},
		{"says nothing", func(p *pad) { p.mute = true }, next, "no key of unit 3 was reported"},
		{"speaks of another unit", func(*pad) {}, devices.KeyPress{Unit: 4}, "no key of unit 3 was reported"},
		{"a level that is none", func(*pad) {}, devices.Score{Unit: 3, Level: 6, Scale: "x"}, "want a key, a score"},
		{"does not halt", func(p *pad) { p.stuck = errors.New("jammed") }, next, "Halt: jammed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &pad{keys: make(chan devices.Reading, 8)}
				c.spoil(p)
				press := func(context.Context) error {
					if !p.mute {
						p.keys <- c.key
					}
					return nil
				}
				if c.key == nil {
					press = nil
				}
				var f findings
				drivertest.TestKeypad(&f, 3, press, func() (devices.Keypad, io.Closer, error) { return p, io.NopCloser(nil), nil })
				got := strings.Join(f, "\n")
				if c.want == "" && got != "" || !strings.Contains(got, c.want) {
					t.Errorf("found %q, want %q", got, c.want)
				}
				time.Sleep(2 * time.Hour) // what goes on ends within the bubble
			})
		})
	}
	var f findings
	drivertest.TestKeypad(&f, 1, nil, func() (devices.Keypad, io.Closer, error) { return nil, nil, fmt.Errorf("port is in use") })
	if len(f) != 1 || f[0] != "open: port is in use" {
		t.Errorf("a port that does not open: %q", f)
	}
}
