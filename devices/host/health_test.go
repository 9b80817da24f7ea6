package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
)

// What the sink does not take is told later, once; meanwhile the health says
// that the disk is the trouble.
func TestFaultsOutliveAFullDisk(t *testing.T) { synctest.Test(t, testFaultsOutliveAFullDisk) }

func testFaultsOutliveAFullDisk(t *testing.T) {
	fail := make(chan bool)
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		return catalog.NewPort(&fake{lives: func(ctx context.Context, out devices.Sink) error {
			for {
				select {
				case on := <-fail:
					out(ctx, devices.Fault{Code: devices.FaultStuck, On: on, Detail: "unit 1", At: time.Now()})
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}}, nil), nil
	}
	withHost(t, one("keypad/ff68"), open, func(b *bench) {
		b.setFull(true)
		fail <- true
		wait(time.Minute)
		b.want()
		if h := b.host.Health()[0]; !slices.Equal(h.Faults, []devices.FaultCode{devices.FaultStorage, devices.FaultStuck}) {
			t.Errorf("health %+v", h)
		}
		b.mu.Lock()
		if want := []string{"dev up true []", "dev up true [stuck]", "dev up true [storage stuck]"}; !slices.Equal(b.health, want) {
			t.Errorf("health changes %q", b.health)
		}
		b.mu.Unlock()
		b.setFull(false)
		wait(time.Minute)
		b.want("dev stuck true")
		fail <- true // the same again
		synctest.Wait()
		b.want()
		fail <- false
		synctest.Wait()
		b.want("dev stuck false")
		if h := b.host.Health()[0]; len(h.Faults) != 0 {
			t.Errorf("health %+v", h)
		}
		if n := strings.Count(b.log.String(), "cannot be stored"); n != 1 {
			t.Errorf("%d lines about the disk", n)
		}
	})
}

// R-PRN-06: a printer's status becomes faults; one report for each change.
func TestPrinterStatusBecomesFaults(t *testing.T) { synctest.Test(t, testPrinterStatusBecomesFaults) }

func testPrinterStatusBecomesFaults(t *testing.T) {
	says := make(chan devices.PrinterStatus)
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		return catalog.NewPort(&fake{lives: func(ctx context.Context, out devices.Sink) error {
			for {
				select {
				case s := <-says:
					out(ctx, s)
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}}, nil), nil
	}
	ok := devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOK}
	withHost(t, one("printer/escpos"), open, func(b *bench) {
		for _, c := range []struct {
			status devices.PrinterStatus
			want   []string
		}{
			{ok, nil},
			{devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperLow}, []string{"dev paper-low true"}},
			{devices.PrinterStatus{Known: true, Paper: devices.PaperOut}, []string{"dev paper-low false", "dev paper-out true"}},
			{devices.PrinterStatus{Known: true, Paper: devices.PaperOut, Cover: true}, []string{"dev cover-open true"}},
			{devices.PrinterStatus{Reason: "no answer"}, []string{"dev silent true"}},
			{ok, []string{"dev cover-open false", "dev paper-out false", "dev silent false"}},
			{devices.PrinterStatus{Known: true}, []string{"dev offline true"}},
			{devices.PrinterStatus{Known: true, Cutter: true, Fatal: true, Hot: true}, []string{"dev offline false", "dev broken true", "dev cutter true", "dev hot true"}},
			{devices.PrinterStatus{Known: true, Online: true, Waiting: true}, []string{"dev broken false", "dev cutter false", "dev hot false"}},
			{devices.PrinterStatus{Known: true, Online: true, Waiting: true, Left: true}, []string{"dev slip-left true"}},
		} {
			says <- c.status
			synctest.Wait()
			b.want(append(c.want, "dev devices.PrinterStatus")...)
		}
	})
}

// A printer taken from the host once goes on through an unplugging.
func TestProxies(t *testing.T) { synctest.Test(t, testProxies) }

func testProxies(t *testing.T) {
	lives := 0
	var plugged atomic.Bool
	plugged.Store(true)
	pull := make(chan struct{})
	open := func(_ context.Context, s catalog.Spec) (*catalog.Port, error) {
		if !plugged.Load() {
			return nil, errors.New("no such file")
		}
		lives++
		return catalog.NewPort(&fake{
			name: fmt.Sprintf("life %d", lives), drops: 3, status: devices.PrinterStatus{Known: true},
			lives: func(ctx context.Context, _ devices.Sink) error {
				select {
				case <-pull:
					return errors.New("unplugged")
				case <-ctx.Done():
					return ctx.Err()
				}
			},
		}, nil), nil
	}
	withHost(t, one("printer/escpos"), open, func(b *bench) {
		if _, ok := b.host.Keypad("dev"); ok {
			t.Error("a printer is a keypad")
		}
		if _, ok := b.host.Printer("nobody"); ok {
			t.Error("nobody is a printer")
		}
		p, ok := b.host.Printer("dev")
		if !ok || p.String() != "life 1" || !p.Status().Known {
			t.Fatalf("printer %v, %+v", p, p.Status())
		}
		if proof, err := p.Print(b.t.Context(), devices.Document{}); err != nil || proof.Kind != devices.ProofPrinted {
			t.Errorf("Print = %v, %v", proof, err)
		}
		plugged.Store(false)
		pull <- struct{}{}
		wait(10 * time.Second)
		var failed *devices.PrintError
		if _, err := p.Print(b.t.Context(), devices.Document{}); !errors.As(err, &failed) || failed.Maybe || failed.Code != devices.FaultMissing {
			t.Errorf("Print = %v", err)
		}
		if s := p.Status(); s.Known || s.Reason != "no such file" {
			t.Errorf("status %+v", s)
		}
		plugged.Store(true)
		wait(10 * time.Second)
		if p.String() != "life 2" || b.host.Health()[0].Drops != 6 {
			t.Errorf("%s, health %+v", p, b.host.Health()[0])
		}
		if p.Run(b.t.Context(), nil) == nil {
			t.Error("the host's driver was run by somebody else")
		}
		b.host.Restart("dev")
		wait(Settled)
		if p.String() != "life 3" {
			t.Errorf("%s", p)
		}
	})
	withHost(t, one("keypad/ff68"), func(context.Context, catalog.Spec) (*catalog.Port, error) {
		return nil, errors.New("not there")
	}, func(b *bench) {
		k, ok := b.host.Keypad("dev")
		if !ok {
			t.Fatal("no keypad")
		}
		for _, err := range []error{k.Prompt(b.t.Context(), 1), k.ShowQueue(b.t.Context(), 1, 2, 3), k.Beep(b.t.Context(), 1)} {
			if !errors.Is(err, errAway) {
				t.Errorf("away: %v", err)
			}
		}
		if err := k.Halt(); err != nil {
			t.Error(err)
		}
	})
}

// Two devices with one id: the first is run.
func TestOneIDTwice(t *testing.T) {
	h := New([]catalog.Spec{{ID: "a", Link: "1"}, {ID: "a", Link: "2"}}, nil, slog.New(slog.DiscardHandler))
	if all := h.Health(); len(all) != 1 || all[0].Link != "1" {
		t.Errorf("%+v", all)
	}
}
