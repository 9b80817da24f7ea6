package drivertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
)

// tube is a display that can break each of its promises.
type tube struct {
	mu    sync.Mutex
	shows devices.Sign
	fault string

	nameless  bool
	deaf      bool // Run returns nil
	endless   bool // Run does not end
	patient   bool // takes orders of a context that has ended
	anywhere  bool // shows at any address
	fragile   bool // gives up at the second of two equal signs
	crowded   bool // fails when two callers come
	busy      chan struct{}
	ignorant  string // a fault that it does not notice
	slow      bool   // to notice one
	cut       bool   // loses the end of a text
	forgetful bool   // does not show what comes after a fault
	dull      bool   // does not flash, and that is a fault
	plain     bool   // is made without a flash
	stuck     error
}

func (d *tube) String() string {
	if d.nameless {
		return ""
	}
	return "tube"
}

func (d *tube) Run(ctx context.Context, _ devices.Sink) error {
	<-ctx.Done()
	if d.endless {
		time.Sleep(time.Hour) // of the bubble's time
	}
	if d.deaf {
		return nil
	}
	return ctx.Err()
}

func (d *tube) Halt() error { return d.stuck }

func (d *tube) Show(ctx context.Context, unit int, s devices.Sign) error {
	if err := ctx.Err(); err != nil && !d.patient {
		return err
	}
	if unit != 1 && !d.anywhere {
		return errors.New("no such unit")
	}
	if d.crowded {
		select {
		case d.busy <- struct{}{}:
			defer func() { <-d.busy }()
		default:
			return errors.New("busy")
		}
		time.Sleep(time.Millisecond) // of the bubble's time
	}
	if d.fault != "" && d.fault != d.ignorant {
		if d.slow {
			time.Sleep(time.Minute)
		}
		return errors.New("no answer")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fragile && s == d.shows {
		return errors.New("again?")
	}
	if d.forgetful && d.fault == "" && s.Number == "B405" {
		return nil
	}
	d.shows = s
	return nil
}

func TestDisplaySuiteFindsBrokenPromises(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*tube)
		want  string
	}{
		{"a good one", func(*tube) {}, ""},
		{"no name", func(d *tube) { d.nameless = true }, "String is empty"},
		{"ends without a reason", func(d *tube) { d.deaf = true }, "Run returned nil"},
		{"does not end", func(d *tube) { d.endless = true }, "Run goes on"},
		{"takes orders for ever", func(d *tube) { d.patient = true }, "with a context that has ended: no error"},
		{"shows anywhere", func(d *tube) { d.anywhere = true }, "at an address that is not there: no error"},
		{"cannot be told twice", func(d *tube) { d.fragile = true }, "again?"},
		{"one caller only", func(d *tube) { d.crowded, d.busy = true, make(chan struct{}, 1) }, "beside others: busy"},
		{"does not notice silence", func(d *tube) { d.ignorant = "silent" }, "while the unit is silent: no error"},
		{"takes garbage for an answer", func(d *tube) { d.ignorant = "garble" }, "while the unit is garble: no error"},
		{"waits for ever", func(d *tube) { d.slow = true }, "while the unit is silent took 1m0s"},
		{"loses the end", func(d *tube) { d.cut = true }, "is cut off"},
		{"does not come back", func(d *tube) { d.forgetful = true }, "请B405号"},
		{"does not flash", func(d *tube) { d.dull = true }, "no flash: the same, and it flashes"},
		{"has no flash", func(d *tube) { d.plain = true }, ""},
		{"does not halt", func(d *tube) { d.stuck = errors.New("jammed") }, "Halt: jammed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &tube{}
				c.spoil(d)
				var f findings
				drivertest.TestDisplay(&f, drivertest.DisplayLine{
					Unit: 1, Absent: 2,
					Open: func() (devices.Display, io.Closer, error) { return d, io.NopCloser(nil), nil },
					Shows: func(_ context.Context, s devices.Sign) error {
						switch {
						case d.cut && len(s.Text) > 300:
							return errors.New("the text is cut off")
						case d.shows != s:
							return fmt.Errorf("it shows %q", d.shows.Text)
						}
						return nil
					},
					Fault: func(name string, on bool) error {
						if d.fault = ""; on {
							d.fault = name
						}
						return nil
					},
					Look: func(context.Context, string) error {
						switch {
						case d.shows.Flash.IsZero():
						case d.dull:
							return errors.New("no flash")
						case d.plain:
							return drivertest.ErrLacks
						}
						return nil
					},
				})
				got := strings.Join(f, "\n")
				if c.want == "" && got != "" || !strings.Contains(got, c.want) {
					t.Errorf("found %q, want %q", got, c.want)
				}
				time.Sleep(2 * time.Hour) // what goes on ends within the bubble
			})
		})
	}
	var f findings
	drivertest.TestDisplay(&f, drivertest.DisplayLine{Open: func() (devices.Display, io.Closer, error) { return nil, nil, errors.New("port is in use") }})
	if len(f) != 1 || f[0] != "open: port is in use" {
		t.Errorf("a port that does not open: %q", f)
	}
}
