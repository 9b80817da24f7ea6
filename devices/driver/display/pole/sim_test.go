package pole_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/pole"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link"
	sim "hallward/devices/sim/pole"
	"hallward/devices/sim/port"
)

// R-WIN-09: the suite for displays, against a simulator that was written from
// the manuals and shares no code with the driver, over a serial device.
func TestConformance(t *testing.T) {
	for name, c := range map[string]struct {
		set    pole.Commands
		shared bool
	}{"cd5220": {pole.CD5220, false}, "dmd": {pole.DMD, false}, "dmd on the printer's line": {pole.DMD, true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, p := plugged(t, strings.Fields(name)[0])
			drivertest.TestDisplay(t, drivertest.DisplayLine{
				Absent: 1,
				Open: func() (devices.Display, io.Closer, error) {
					l, err := link.Open(t.Context(), p.Spec())
					if err != nil {
						return nil, nil, err
					}
					dev, err := pole.New(l, c.set, &pole.Opts{Align: devices.Center, Select: c.shared})
					return dev, l, err
				},
				Shows: func(_ context.Context, s devices.Sign) error { return shows(d.State(), s) },
			})
			if s := d.State(); s.Strange != 0 || s.Resets != 1 {
				t.Errorf("%d commands that the display does not have, %d resets", s.Strange, s.Resets)
			}
		})
	}
}

func plugged(t *testing.T, set string) (*sim.Display, port.Port) {
	t.Helper()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "pole"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := sim.New(set)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, p) }()
	t.Cleanup(func() { stop(); <-done })
	return d, p
}

// shows holds the glass against a sign, without the driver's templates: the
// number and the window stand there, and nothing but English does.
func shows(got sim.State, s devices.Sign) error {
	glass := strings.Join(got.Lines[:], "|")
	want := []string{}
	switch s.State {
	case devices.SignCalled, devices.SignServing:
		want = append(want, s.Number, asciiOf(s.Window))
	case devices.SignOpen, devices.SignPaused, devices.SignClosed:
		want = append(want, "WINDOW "+asciiOf(s.Window))
	case devices.SignMessage:
		want = append(want, asciiOf(strings.Fields(s.English)[0]))
	}
	for _, w := range want {
		if !strings.Contains(glass, w) {
			return fmt.Errorf("the glass says %q, want %q on it", glass, w)
		}
	}
	if len(want) == 0 && strings.Trim(glass, " |") != "" {
		return fmt.Errorf("the glass says %q, want it dark", glass)
	}
	flash := time.Now().Before(s.Flash)
	if bright := max(1, (s.Bright+24)/25); flash != (got.Blink > 0) || got.Cursor || s.Bright > 0 && got.Bright != bright || s.Bright == 0 && got.Bright != 4 {
		return fmt.Errorf("blinks %d, brightness %d, cursor %v for %+v", got.Blink, got.Bright, got.Cursor, s)
	}
	return nil
}

func asciiOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' || r < ' ' {
			return '?'
		}
		return r
	}, s)
}

// A display that lost its power is right again with the next sign.
func TestPowerLoss(t *testing.T) {
	d, p := plugged(t, sim.CD5220)
	l, err := link.Open(t.Context(), p.Spec())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dev, err := pole.New(l, pole.CD5220, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Bright: 50}
	for _, off := range []bool{false, true} {
		if off {
			if err := errors.Join(d.Set("off", true), d.Set("off", false)); err != nil {
				t.Fatal(err)
			}
			if glass := d.State().Lines[0]; strings.TrimSpace(glass) != "" {
				t.Fatalf("after power: %q", glass)
			}
		}
		if err := dev.Show(ctx, 0, s); err != nil {
			t.Fatal(err)
		}
		until(t, ctx, func() error { return shows(d.State(), s) })
	}
}

func until(t *testing.T, ctx context.Context, ok func() error) {
	t.Helper()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		err := ok()
		if err == nil {
			return
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal(err)
		}
	}
}
