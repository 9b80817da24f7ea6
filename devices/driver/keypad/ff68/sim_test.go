package ff68_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/keypad/ff68"
	"hallward/devices/link"
	"hallward/devices/sim/keypad"
	"hallward/devices/sim/port"
)

// The simulator was written from the protocol notes and shares no code with
// the driver: they must agree about keys, ratings, acknowledgements and
// digits, also with noise before each frame and over a real serial device.
func TestAgainstTheSimulator(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "pads"))
	if err != nil {
		t.Fatal(err)
	}
	pads, err := keypad.New(3)
	if err != nil {
		t.Fatal(err)
	}
	simulated := make(chan error, 1)
	go func() { simulated <- pads.Run(ctx, p) }()
	l, err := link.Open(ctx, p.Spec())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dev, err := ff68.New(l, &ff68.Opts{Units: []int{1, 2, 3}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	said := make(chan devices.Reading, 16)
	ran := make(chan error, 1)
	go func() {
		ran <- dev.Run(ctx, func(_ context.Context, r devices.Reading) error { said <- r; return nil })
	}()

	until := func(what string, ok func(keypad.State) bool) {
		t.Helper()
		look := time.NewTicker(10 * time.Millisecond)
		defer look.Stop()
		for !ok(pads.State()) {
			select {
			case <-look.C:
			case <-ctx.Done():
				t.Fatalf("%s: %+v", what, pads.State())
			}
		}
	}
	reading := func() devices.Reading {
		t.Helper()
		select {
		case r := <-said:
			return r
		case <-ctx.Done():
			t.Fatal("no reading")
			return nil
		}
	}
	until("the port is opened", func(s keypad.State) bool { return s.Open })
	for _, faulty := range []bool{false, true} {
		if err := pads.Set("garbage", faulty); err != nil {
			t.Fatal(err)
		}
		unit := 1
		if faulty {
			unit = 2
		}
		if err := pads.Press(ctx, unit, "call"); err != nil {
			t.Fatalf("garbage %v: %v", faulty, err)
		}
		if k, ok := reading().(devices.KeyPress); !ok || k.Unit != unit || k.Key != devices.KeyNext {
			t.Errorf("garbage %v: %+v", faulty, k)
		}
		if err := dev.Prompt(ctx, unit); err != nil {
			t.Fatal(err)
		}
		until("the pad asks", func(s keypad.State) bool { return s.Units[unit-1].Prompted })
		if err := pads.Rate(ctx, unit, 0); err != nil {
			t.Fatalf("garbage %v: %v", faulty, err)
		}
		if s, ok := reading().(devices.Score); !ok || s.Unit != unit || s.Level != 2 || s.Code != 0 {
			t.Errorf("garbage %v: %+v", faulty, s)
		}
	}
	for _, err := range []error{dev.ShowQueue(ctx, 3, 12, 37), dev.Beep(ctx, 3), dev.Stars(ctx, 3)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	until("the pad shows", func(s keypad.State) bool {
		u := s.Units[2]
		return u.Waiting == "012" && u.Number == "037" && u.Beeps == 1 && u.Stars
	})
	if s := pads.State(); s.Lost != 0 || s.Strange != 0 {
		t.Errorf("the pads understood less than everything: %+v", s)
	}
	if dev.Drops() == 0 {
		t.Error("the noise was not counted")
	}
	stop()
	if err := <-ran; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
	<-simulated
}

// The suite that a technician's probe runs, for a key and for a rating: the pad
// understands every order, also of several that come at once, and repeats what
// was not stored.
func TestConformance(t *testing.T) {
	for name, press := range map[string]func(context.Context, *keypad.Line) error{
		"a key":    func(ctx context.Context, l *keypad.Line) error { return l.Press(ctx, 2, "call") },
		"a rating": func(ctx context.Context, l *keypad.Line) error { return l.Rate(ctx, 2, 3) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := port.OpenPTY(filepath.Join(t.TempDir(), "pads"))
			if err != nil {
				t.Fatal(err)
			}
			pads, err := keypad.New(3)
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			simulated := make(chan error, 1)
			go func() { simulated <- pads.Run(ctx, p) }()
			t.Cleanup(func() { stop(); <-simulated })
			var shown keypad.State
			drivertest.TestKeypad(t, 2, func(ctx context.Context) error {
				look := time.NewTicker(5 * time.Millisecond)
				defer look.Stop()
				for !pads.State().Open { // the other end of a pty is seen a moment later
					<-look.C
				}
				err := press(ctx, pads)
				shown = pads.State() // the press is acknowledged: all orders before it have been read
				return err
			}, func() (devices.Keypad, io.Closer, error) {
				l, err := link.Open(ctx, p.Spec())
				if err != nil {
					return nil, nil, err
				}
				d, err := ff68.New(l, &ff68.Opts{Units: []int{1, 2, 3}, Log: slog.New(slog.DiscardHandler)})
				return d, l, err
			})
			if u := shown.Units[1]; u.Beeps != 2 || shown.Lost != 0 || shown.Strange != 0 {
				t.Errorf("the pad understood %+v, %d bytes and %d frames not", u, shown.Lost, shown.Strange)
			}
		})
	}
}
