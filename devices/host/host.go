// Package host keeps a process's devices alive: it opens each one, runs its
// driver, opens it again when it dies, and reports what is well and what is
// not. Devices are independent: one that hangs, babbles or panics does not
// hold up another.
//
// Whoever prints or prompts takes a printer or keypad from the host once and
// keeps it; it stays the same through every unplugging.
package host

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
)

// Times of the supervision. A device that comes back is found within
// Slowest (R-FWB-01 asks for 5 s).
const (
	Fastest = 200 * time.Millisecond // first wait before opening again
	Slowest = 4 * time.Second        // longest wait; each wait is cut by up to half, at random
	Settled = 500 * time.Millisecond // a device that failed before is up when it has lived so long, or said something
	Healthy = 10 * time.Second       // after so long a life the waits start from Fastest again
	OpenIn  = 3 * time.Second        // for opening a link
	StopIn  = 3 * time.Second        // for a driver to return before its link is closed under it
)

// Sink takes the readings of all devices. It is devices.Sink with the
// device's id; it is called from several goroutines, in order for each device.
type Sink = func(ctx context.Context, device string, r devices.Reading) error

// Opener opens one device. catalog.Open is the usual one.
type Opener func(ctx context.Context, spec catalog.Spec) (*catalog.Port, error)

// Option changes a host that is being made.
type Option func(*Host)

// WithOptions hands options to the drivers of the catalog.
func WithOptions(o catalog.Options) Option {
	return WithOpener(func(ctx context.Context, spec catalog.Spec) (*catalog.Port, error) {
		return catalog.Open(ctx, &o, spec)
	})
}

// WithOpener replaces the catalog, for tests and for devices of one's own.
func WithOpener(open Opener) Option { return func(h *Host) { h.open = open } }

// WithDraw replaces the randomness that spreads the waits: a time from 0 to
// below the one given.
func WithDraw(draw func(below time.Duration) time.Duration) Option {
	return func(h *Host) { h.draw = draw }
}

// Host supervises the devices of one process.
type Host struct {
	sink  Sink
	log   *slog.Logger
	open  Opener
	draw  func(time.Duration) time.Duration
	units []*unit
	byID  map[string]*unit

	mu      sync.Mutex
	changed []func(devices.Health)
}

// New makes a host for the devices; it does no I/O. Ids must be unique: of
// two devices with one id only the first is run. A nil log is slog.Default().
func New(specs []catalog.Spec, sink Sink, log *slog.Logger, options ...Option) *Host {
	if log == nil {
		log = slog.Default()
	}
	h := &Host{sink: sink, log: log, byID: map[string]*unit{}, draw: rand.N[time.Duration]}
	WithOptions(catalog.Options{Log: log})(h)
	for _, o := range options {
		o(h)
	}
	for _, spec := range specs {
		if h.byID[spec.ID] != nil {
			log.Error("two devices have one id, the second is not run", "device", spec.ID, "kind", spec.Kind)
			continue
		}
		u := newUnit(h, spec)
		h.units = append(h.units, u)
		h.byID[spec.ID] = u
	}
	return h
}

// Run supervises the devices until ctx ends. It returns nil when every driver
// has stopped, or an error that names those which did not; they are left.
func (h *Host) Run(ctx context.Context) error {
	var wg sync.WaitGroup
	for _, u := range h.units {
		wg.Go(func() { u.supervise(ctx) })
	}
	all := make(chan struct{})
	go func() { wg.Wait(); close(all) }()
	select {
	case <-all:
		return nil
	case <-ctx.Done():
	}
	last := time.NewTimer(2*StopIn + time.Second)
	defer last.Stop()
	select {
	case <-all:
		return nil
	case <-last.C:
	}
	var stuck []error
	for _, u := range h.units {
		if !u.stopped() {
			stuck = append(stuck, fmt.Errorf("device %s (%s) does not stop", u.spec.ID, u.spec.Link))
		}
	}
	return errors.Join(stuck...)
}

// Printer is the printer with this id. It is the same for the life of the
// host; while the device is away it refuses to print and its status is
// unknown. Its Run must not be called: the host runs the driver.
func (h *Host) Printer(id string) (devices.Printer, bool) {
	u := h.byID[id]
	if u == nil || u.capability != "printer" {
		return nil, false
	}
	return printer{u}, true
}

// Keypad is the keypad line with this id, under the same rules.
func (h *Host) Keypad(id string) (devices.Keypad, bool) {
	u := h.byID[id]
	if u == nil || u.capability != "keypad" {
		return nil, false
	}
	return keypad{u}, true
}

// Display is the line of displays with this id, under the same rules.
func (h *Host) Display(id string) (devices.Display, bool) {
	u := h.byID[id]
	if u == nil || u.capability != "display" {
		return nil, false
	}
	return display{u}, true
}

// Voice is the voice with this id, under the same rules. Some displays speak.
func (h *Host) Voice(id string) (devices.Voice, bool) {
	u := h.byID[id]
	if u == nil || !catalog.Speaks(u.spec.Kind) {
		return nil, false
	}
	return voice{u}, true
}

// Health is the present state of every device, in the order of the specs.
func (h *Host) Health() []devices.Health {
	all := make([]devices.Health, len(h.units))
	for i, u := range h.units {
		all[i] = u.state()
	}
	return all
}

// OnChange has f called with a device's new health at each change (not when
// only Drops has risen), in order for each device. f returns quickly. Call it
// before Run.
func (h *Host) OnChange(f func(devices.Health)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.changed = append(h.changed, f)
}

// Restart stops a device and opens it again at once; it is also the way to
// try again after a wrong setting. It does not wait.
func (h *Host) Restart(id string) error {
	u := h.byID[id]
	if u == nil {
		return fmt.Errorf("host: no device %.40q", id)
	}
	select {
	case u.restart <- struct{}{}:
	default: // one is under way already
	}
	return nil
}
