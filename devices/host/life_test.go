package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/driver/keypad/ff68"
	"hallward/devices/link/linktest"
)

// R-FWB-01: an unplugged device is looked for with growing waits that never
// exceed 5 s; each change is told once, never a retry.
func TestReconnect(t *testing.T) { synctest.Test(t, testReconnect) }

func testReconnect(t *testing.T) {
	var mu sync.Mutex
	var tries []time.Time
	var plugged atomic.Bool
	plugged.Store(true)
	pull := make(chan struct{})
	var closed atomic.Int32
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		mu.Lock()
		tries = append(tries, time.Now())
		mu.Unlock()
		if !plugged.Load() {
			return nil, errors.New("no such file")
		}
		return catalog.NewPort(&fake{lives: func(ctx context.Context, _ devices.Sink) error {
			select {
			case <-pull:
				return errors.New("unplugged")
			case <-ctx.Done():
				return ctx.Err()
			}
		}}, closer{&closed}), nil
	}
	withHost(t, one("keypad/ff68"), open, func(b *bench) {
		if h := b.host.Health()[0]; !h.Up || len(h.Faults) != 0 {
			t.Fatalf("health %+v", h)
		}
		b.want()
		plugged.Store(false)
		pull <- struct{}{}
		wait(2 * time.Minute)
		b.want("dev missing true")
		if h := b.host.Health()[0]; h.Up || !slices.Equal(h.Faults, []devices.FaultCode{devices.FaultMissing}) || h.Detail != "no such file" {
			t.Errorf("health %+v", h)
		}
		if closed.Load() != 1 {
			t.Errorf("the link was closed %d times", closed.Load())
		}
		mu.Lock()
		tries := slices.Clone(tries)
		mu.Unlock()
		if first := tries[2].Sub(tries[1]); first > 400*time.Millisecond {
			t.Errorf("the first retry took %s", first)
		}
		for i := 2; i < len(tries); i++ {
			if d := tries[i].Sub(tries[i-1]); d > 5*time.Second || d < Fastest/2 {
				t.Errorf("try %d after %s", i, d)
			}
		}
		if n := len(tries); n < 24 || n > 70 {
			t.Errorf("%d tries in two minutes", n)
		}
		plugged.Store(true)
		wait(5 * time.Second)
		b.want("dev missing false")
		defer func() { // after a healthy life the waits are short again
			wait(Healthy)
			pull <- struct{}{}
			wait(Fastest)
			if h := b.host.Health()[0]; h.Drops != 0 || b.host.units[0].current() == nil {
				t.Errorf("not opened again within %s: %+v", Fastest, h)
			}
		}()
		if n := strings.Count(b.log.String(), "\n"); n != 3 {
			t.Errorf("%d lines in the log, want up, down, up:\n%s", n, b.log.String())
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		if want := []string{"dev up true []", "dev up false [missing]", "dev up true []"}; !slices.Equal(b.health, want) {
			t.Errorf("health changes %q", b.health)
		}
	})
}

// A port that opens and dies at once is not up, and is told once.
func TestFlappingIsOneFault(t *testing.T) { synctest.Test(t, testFlappingIsOneFault) }

func testFlappingIsOneFault(t *testing.T) {
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		return catalog.NewPort(&fake{lives: func(context.Context, devices.Sink) error { return errors.New("gone") }}, nil), nil
	}
	withHost(t, one("keypad/ff68"), open, func(b *bench) {
		wait(time.Minute)
		b.want("dev missing true")
		if b.host.Health()[0].Up {
			t.Error("it is up")
		}
	})
}

// A panic costs the device, not the process, wherever it is.
func TestPanics(t *testing.T) { synctest.Test(t, testPanics) }

func testPanics(t *testing.T) {
	n := 0
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		n++
		switch n {
		case 1:
			return catalog.NewPort(&fake{lives: func(context.Context, devices.Sink) error { panic("bad frame") }}, nil), nil
		case 2:
			panic("bad setting")
		}
		return catalog.NewPort(&fake{halts: func() error { panic("bad halt") }}, nil), nil
	}
	withHost(t, one("keypad/ff68"), open, func(b *bench) {
		wait(5 * time.Second)
		b.want("dev broken true", "dev broken false")
		if text := b.log.String(); !strings.Contains(text, "bad frame") || !strings.Contains(text, "bad setting") {
			t.Errorf("log\n%s", text)
		}
	})
}

// What only a person can mend is not tried again, until one asks for it.
func TestWrongSettingIsNotRetried(t *testing.T) { synctest.Test(t, testWrongSettingIsNotRetried) }

func testWrongSettingIsNotRetried(t *testing.T) {
	var tries atomic.Int32
	var mended atomic.Bool
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		if tries.Add(1); mended.Load() {
			return catalog.NewPort(&fake{}, nil), nil
		}
		return nil, fmt.Errorf("open: %w", &catalog.SettingError{Device: "dev", Key: "link", Problem: "no baud rate"})
	}
	withHost(t, one("keypad/ff68"), open, func(b *bench) {
		wait(time.Hour)
		b.want("dev broken true")
		if h := b.host.Health()[0]; tries.Load() != 1 || !strings.Contains(h.Detail, "no baud rate") {
			t.Errorf("%d tries, health %+v", tries.Load(), h)
		}
		mended.Store(true)
		if err := b.host.Restart("dev"); err != nil {
			t.Fatal(err)
		}
		wait(Settled)
		b.want("dev broken false")
		if b.host.Restart("nobody") == nil {
			t.Error("restarted nobody")
		}
	})
}

// One device that hangs in everything holds up no other, and the end of the
// process names it.
func TestStuckDevice(t *testing.T) {
	var release chan struct{}
	open := func(_ context.Context, s catalog.Spec) (*catalog.Port, error) {
		f := &fake{}
		if s.ID == "stuck" {
			f.lives = func(context.Context, devices.Sink) error { <-release; return errors.New("late") }
		} else {
			f.lives = func(ctx context.Context, out devices.Sink) error {
				for ctx.Err() == nil {
					time.Sleep(time.Second)
					out(ctx, devices.KeyPress{})
				}
				return ctx.Err()
			}
		}
		return catalog.NewPort(f, nil), nil
	}
	specs := []catalog.Spec{{ID: "stuck", Kind: "keypad/ff68"}, {ID: "well", Kind: "keypad/ff68"}}
	synctest.Test(t, func(t *testing.T) {
		release = make(chan struct{})
		b := &bench{t: t, ended: make(chan error, 1)}
		b.host = New(specs, b.sink, slog.New(slog.DiscardHandler), WithOpener(open))
		ctx, stop := context.WithCancel(context.Background())
		go func() { b.ended <- b.host.Run(ctx) }()
		wait(5*time.Second + time.Millisecond)
		b.host.Restart("stuck")
		wait(5 * time.Second)
		b.mu.Lock()
		heard := len(b.said)
		b.mu.Unlock()
		if heard != 10 {
			t.Errorf("the other one was heard %d times in 10 s", heard)
		}
		stop()
		if err := <-b.ended; err == nil || !strings.Contains(err.Error(), "stuck") || strings.Contains(err.Error(), "well") {
			t.Errorf("Run = %v", err)
		}
		close(release)
	})
}

// R-FWB-01: a line that is unplugged in the middle of a frame, a thousand
// times. Each time it is back within 5 s and a press gets through; the bubble
// fails if one goroutine is left behind.
func TestThousandCycles(t *testing.T) {
	var lines chan *linktest.Pipe
	open := func(_ context.Context, s catalog.Spec) (*catalog.Port, error) {
		host, pads := linktest.NewPipe(0)
		d, err := ff68.New(host, &ff68.Opts{Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return nil, err
		}
		lines <- pads
		return catalog.NewPort(d, host), nil
	}
	press, err := ff68.Encode(ff68.Frame{Addr: 1, Func: 1, Data: []byte{0x0C}})
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		lines = make(chan *linktest.Pipe, 1)
		presses := make(chan struct{}, 1)
		h := New(one("keypad/ff68"), func(_ context.Context, _ string, r devices.Reading) error {
			if _, ok := r.(devices.KeyPress); ok {
				presses <- struct{}{}
			}
			return nil
		}, slog.New(slog.DiscardHandler), WithOpener(open))
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- h.Run(ctx) }()
		for i := range 1000 {
			gone := time.Now()
			pads := <-lines
			if d := time.Since(gone); d > 5*time.Second {
				t.Fatalf("cycle %d: back after %s", i, d)
			}
			pads.Write(press)
			<-presses
			pads.Write(press[:1+i%(len(press)-1)])
			pads.Close()
		}
		pads := <-lines
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		pads.Close()
	})
}
