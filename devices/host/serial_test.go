package host_test

import (
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/host"
	"hallward/devices/sim/port"
)

// press is the frame of key "call" at unit 1, from the protocol notes.
var press = []byte{0xFF, 0x68, 0x03, 0x03, 0x68, 0x01, 0x01, 0x0C, 0x0E, 0x16}

// R-FWB-01 on a real serial device: the plug is pulled in the middle of a
// frame and put back. The driver is back within 5 s, the next press gets
// through, and no goroutine is left behind in the end.
func TestSerialPlugIsPulledAndPutBack(t *testing.T) {
	before := runtime.NumGoroutine()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "pads"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()

	lines := make(chan io.ReadWriteCloser)
	simulated := make(chan error, 1)
	go func() {
		simulated <- p.Run(ctx, func(ctx context.Context, line io.ReadWriteCloser) error {
			select {
			case lines <- line:
			case <-ctx.Done():
			}
			_, err := io.Copy(io.Discard, line) // until the line is gone
			return err
		})
	}()

	presses := make(chan struct{}, 16)
	health := make(chan devices.Health, 64)
	h := host.New([]catalog.Spec{{ID: "pads", Kind: "keypad/ff68", Link: p.Spec()}},
		func(_ context.Context, _ string, r devices.Reading) error {
			if _, ok := r.(devices.KeyPress); ok {
				presses <- struct{}{}
			}
			return nil
		}, slog.New(slog.DiscardHandler))
	h.OnChange(func(s devices.Health) { health <- s })
	hosted := make(chan error, 1)
	running, end := context.WithCancel(ctx)
	go func() { hosted <- h.Run(running) }()

	for cycle := range 3 {
		back := time.After(5 * time.Second)
		var line io.ReadWriteCloser
		select {
		case line = <-lines:
		case <-back:
			t.Fatalf("cycle %d: not back within 5 s", cycle)
		}
		if _, err := line.Write(press); err != nil {
			t.Fatal(err)
		}
		select {
		case <-presses:
		case <-time.After(5 * time.Second):
			t.Fatalf("cycle %d: the press did not come through", cycle)
		}
		if _, err := line.Write(press[:4+cycle]); err != nil {
			t.Fatal(err)
		}
		p.Plug(false)
		for up := true; up; {
			select {
			case s := <-health:
				up = s.Up
			case <-time.After(5 * time.Second):
				t.Fatalf("cycle %d: nobody noticed", cycle)
			}
		}
		p.Plug(true)
	}
	end()
	stop()
	if err := <-hosted; err != nil {
		t.Error(err)
	}
	if err := <-simulated; err != nil && ctx.Err() == nil {
		t.Error(err)
	}
	for deadline := time.Now().Add(5 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
