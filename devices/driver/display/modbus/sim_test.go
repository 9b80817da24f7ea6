package modbus_test

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/modbus"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link"
	"hallward/devices/sim/panel"
	"hallward/devices/sim/port"
	"hallward/firmware-bridge/rtu"
)

// plugged is a simulated line of panels on a serial device.
func plugged(t *testing.T, units int) (*panel.Line, port.Port) {
	t.Helper()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "panels"))
	if err != nil {
		t.Fatal(err)
	}
	l, err := panel.New(panel.Modbus, units)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, p) }()
	t.Cleanup(func() { stop(); <-done })
	return l, p
}

// table is what the manual of the simulated panel says.
func table() *modbus.Opts {
	return &modbus.Opts{
		Units: []int{1, 2},
		Registers: []modbus.Register{
			{At: 0, Of: modbus.OfNumber, As: modbus.AsBCD, Words: 2, Fill: 15},
			{At: 2, Of: modbus.OfWindow, As: modbus.AsBCD, Fill: 15},
			{At: 3, Of: modbus.OfWaiting, As: modbus.AsValue},
			{At: 8, Of: modbus.OfText, As: modbus.AsGBK, Words: 8},
		},
		Blink:  &modbus.Blink{At: 4, On: 1},
		Bright: &modbus.Bright{At: 5, Max: 8},
		Line:   rtu.Opts{Answer: 3 * time.Second}, // a loaded machine
	}
}

// R-WIN-09: the suite for displays, against a simulator that shares no code with
// the driver: with either function, read back, and over an adapter that gives
// back what is sent.
func TestConformance(t *testing.T) {
	for name, change := range map[string]func(*modbus.Opts){
		"function 16":              func(*modbus.Opts) {},
		"function 6":               func(o *modbus.Opts) { o.One = true },
		"verified":                 func(o *modbus.Opts) { o.Verify = true },
		"a line with an echo":      func(o *modbus.Opts) { o.Line.Echo = true },
		"noise before each answer": func(*modbus.Opts) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, p := plugged(t, 2)
			for fault, on := range map[string]bool{"echo": strings.Contains(name, "echo"), "noise": strings.Contains(name, "noise")} {
				if err := l.Set(fault, on); err != nil {
					t.Fatal(err)
				}
			}
			o := table()
			change(o)
			drivertest.TestDisplay(t, drivertest.DisplayLine{
				Unit: 2, Absent: 3,
				Open: func() (devices.Display, io.Closer, error) {
					port, err := link.Open(t.Context(), p.Spec())
					if err != nil {
						return nil, nil, err
					}
					d, err := modbus.New(port, o)
					return d, port, err
				},
				Shows: func(_ context.Context, s devices.Sign) error { return shows(l.State().Units[1], s) },
				Fault: l.Set,
			})
			if first := l.State().Units[0]; strings.TrimSpace(first.Number) != "" || first.Blink {
				t.Errorf("the unit beside it shows %+v", first)
			}
		})
	}
}

// shows holds a unit against a sign, without the driver's tables.
func shows(u panel.Unit, s devices.Sign) error {
	digits := func(text string) string {
		return strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, text)
	}
	waiting := s.Waiting
	if strings.TrimSpace(u.Number) != digits(s.Number) || strings.TrimSpace(u.Window) != digits(s.Window) || u.Waiting != waiting {
		return fmt.Errorf("it shows %+v, want %+v", u, s)
	}
	if flash := time.Now().Before(s.Flash); u.Blink != flash {
		return fmt.Errorf("blinks: %v, want %v", u.Blink, flash)
	}
	if s.Bright > 0 && u.Bright != max(1, s.Bright*8/100) {
		return fmt.Errorf("brightness %d for %d%%", u.Bright, s.Bright)
	}
	if u.Text == s.Number+" "+s.Window+"号窗口" && s.Number != "" {
		return nil // where 16 bytes have no room for the sentence
	}
	// What GBK has of the text, as far as 16 bytes go.
	begin := strings.Map(func(r rune) rune {
		if r > 0x7F && (r < 0x4E00 || r > 0x9FFF) && !strings.ContainsRune("，。", r) || r < ' ' || r == 0x7F {
			return '?'
		}
		return r
	}, s.Text)
	if !strings.HasPrefix(begin, u.Text) || u.Text == "" && strings.TrimSpace(begin) != "" {
		return fmt.Errorf("text %q, want the begin of %q", u.Text, begin)
	}
	return nil
}
