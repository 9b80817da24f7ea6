package host

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/link"
)

// A device whose link was given up because it fell silent is not up because its
// link opens: only its word brings it up. Meanwhile it is told once.
func TestOnlyItsWordBringsASilentDeviceUp(t *testing.T) { synctest.Test(t, testOnlyItsWord) }

func testOnlyItsWord(t *testing.T) {
	silent, speaks := make(chan struct{}), make(chan struct{})
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		return catalog.NewPort(&fake{lives: func(ctx context.Context, out devices.Sink) error {
			for {
				select {
				case <-silent:
					out(ctx, devices.PrinterStatus{Reason: "no answer"})
					return fmt.Errorf("15 s: %w", link.ErrSilent)
				case <-speaks:
					out(ctx, devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOK})
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}}, nil), nil
	}
	withHost(t, one("printer/escpos"), open, func(b *bench) {
		for range 3 {
			silent <- struct{}{}
			wait(time.Minute)
		}
		if h := b.host.Health()[0]; h.Up || len(h.Faults) != 1 || h.Faults[0] != devices.FaultSilent {
			t.Errorf("health %+v, want silent", h)
		}
		if n := strings.Count(b.log.String(), "device is up"); n != 1 {
			t.Errorf("it came up %d times, want only at the start", n)
		}
		speaks <- struct{}{}
		synctest.Wait()
		if h := b.host.Health()[0]; !h.Up || len(h.Faults) != 0 {
			t.Errorf("health %+v, want up and well", h)
		}
	})
}

// heir is a device that learns of the one before it.
type heir struct {
	fake
	before devices.Device
}

func (h *heir) Inherit(before devices.Device) { h.before = before }

// The next driver on a port learns of the one before it, also when the port was
// away in between.
func TestADriverIsInherited(t *testing.T) { synctest.Test(t, testADriverIsInherited) }

func testADriverIsInherited(t *testing.T) {
	var lives []*heir
	pull, opens := make(chan struct{}), 0
	open := func(context.Context, catalog.Spec) (*catalog.Port, error) {
		if opens++; opens == 2 {
			return nil, errors.New("no such file")
		}
		d := &heir{}
		d.lives = func(ctx context.Context, _ devices.Sink) error {
			select {
			case <-pull:
				return errors.New("unplugged")
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		lives = append(lives, d)
		return catalog.NewPort(d, nil), nil
	}
	withHost(t, one("printer/escpos"), open, func(b *bench) {
		pull <- struct{}{}
		wait(time.Minute)
		if len(lives) != 2 || lives[0].before != nil || lives[1].before != devices.Device(lives[0]) {
			t.Errorf("%d lives, the second was told of %v", len(lives), lives[len(lives)-1].before)
		}
	})
}
