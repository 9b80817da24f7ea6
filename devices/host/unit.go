package host

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/link"
)

// unit is one supervised device.
type unit struct {
	host       *Host
	spec       catalog.Spec
	capability string
	restart    chan struct{}
	telling    chan struct{} // a lock that a context can give up on
	publishing sync.Mutex

	mu     sync.Mutex
	dev    devices.Device // nil while the device is away
	last   devices.Device // the one before, once it has ended
	up     bool
	detail string // the last error, for the operator
	since  time.Time
	mute   bool   // it was opened anew because it fell silent: only its word brings it up
	drops  uint64 // of the drivers that have ended
	faults faultSet
	told   map[devices.FaultCode]string
	ended  bool
}

func newUnit(h *Host, spec catalog.Spec) *unit {
	return &unit{
		host: h, spec: spec, capability: catalog.Capability(spec.Kind),
		restart: make(chan struct{}, 1), telling: make(chan struct{}, 1),
		since: time.Now(), faults: faultSet{}, told: map[devices.FaultCode]string{},
	}
}

var errRestart = errors.New("restart was asked for")

// supervise opens and runs the device until ctx ends.
func (u *unit) supervise(ctx context.Context) {
	defer func() {
		u.mu.Lock()
		u.ended = true
		u.mu.Unlock()
	}()
	for wait := Fastest; ctx.Err() == nil; {
		started := time.Now()
		err := u.live(ctx)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, errRestart) {
			u.host.log.Info("device restarts", "device", u.spec.ID)
			wait = Fastest
			continue
		}
		u.down(ctx, err)
		if permanent(err) {
			u.idle(ctx, -1) // only a person can mend it
			wait = Fastest
			continue
		}
		if time.Since(started) >= Healthy {
			wait = Fastest
		}
		u.idle(ctx, wait/2+u.host.draw(wait/2))
		wait = min(2*wait, Slowest)
	}
}

// permanent tells that opening again makes no sense.
func permanent(err error) bool {
	var wrong *catalog.SettingError
	return errors.As(err, &wrong) || errors.Is(err, link.ErrSpec)
}

// idle waits, for ever if d < 0, and meanwhile tries to get rid of fault
// reports which the sink did not take.
func (u *unit) idle(ctx context.Context, d time.Duration) {
	var over <-chan time.Time
	if d >= 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	again := time.NewTicker(Slowest)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-u.restart:
			return
		case <-over:
			return
		case <-again.C:
			u.tell(ctx)
		}
	}
}

// live is one life of the device, from opening to the end of its driver.
func (u *unit) live(ctx context.Context) error {
	opening, cancel := context.WithTimeout(ctx, OpenIn)
	port, err := u.openPort(opening)
	cancel()
	if err != nil {
		return err
	}
	defer func() { port.Close() }() // the device is gone or stopped; nothing to be done about an error
	u.attach(port.Device)
	defer u.detach(port.Device)

	running, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() { done <- u.run(running, port.Device) }()

	settled := time.NewTimer(Settled)
	defer settled.Stop()
	if !u.failed() {
		u.isUp(ctx)
	}
	again := time.NewTicker(Slowest)
	defer again.Stop()
	for {
		select {
		case err := <-done:
			if err == nil {
				err = errors.New("the driver ended")
			}
			return err
		case <-settled.C:
			if !u.silent() {
				u.isUp(ctx)
			}
		case <-again.C:
			u.tell(ctx)
		case <-u.restart:
			stop()
			u.finish(port, done)
			return errRestart
		case <-ctx.Done():
			stop()
			u.finish(port, done)
			return ctx.Err()
		}
	}
}

// finish waits for a driver that was told to stop. One that hangs has its
// link closed under it.
func (u *unit) finish(port *catalog.Port, done <-chan error) {
	late := time.NewTimer(StopIn)
	defer late.Stop()
	select {
	case <-done:
		u.guard(port.Device.Halt)
	case <-late.C:
		u.host.log.Warn("driver does not stop, its link is closed", "device", u.spec.ID, "link", u.spec.Link)
		port.Close()
		<-done
	}
}

func (u *unit) openPort(ctx context.Context) (port *catalog.Port, err error) {
	defer u.recovered(&err)
	return u.host.open(ctx, u.spec)
}

func (u *unit) run(ctx context.Context, d devices.Device) (err error) {
	defer u.recovered(&err)
	return d.Run(ctx, u.take)
}

func (u *unit) guard(f func() error) (err error) {
	defer u.recovered(&err)
	return f()
}

// panicked is a driver's bug. It costs this device, not the process.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("driver panicked: %v", p.value) }

func (u *unit) recovered(err *error) {
	if v := recover(); v != nil {
		u.host.log.Error("driver panicked", "device", u.spec.ID, "kind", u.spec.Kind,
			"panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		*err = &panicked{v}
	}
}

func (u *unit) attach(d devices.Device) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dev = d
	if heir, ok := d.(devices.Heir); ok && u.last != nil {
		heir.Inherit(u.last)
	}
	u.last = nil
}

func (u *unit) detach(d devices.Device) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.dev, u.last = nil, d
	u.drops += dropsOf(d)
}

// take is the sink of the driver.
func (u *unit) take(ctx context.Context, r devices.Reading) error {
	if st, ok := r.(devices.PrinterStatus); !ok || st.Known || !u.silent() {
		u.isUp(ctx) // it speaks
	}
	switch v := r.(type) {
	case devices.Fault:
		// Told through the set, so that a repeat is not a second report.
		if u.note(source{"driver", v.Code}, v.On, v.Detail) {
			u.publish()
		}
		return u.tell(ctx)
	case devices.PrinterStatus:
		if u.noteStatus(v) {
			u.publish()
		}
		if err := u.tell(ctx); err != nil {
			return err
		}
	}
	err := u.host.sink(ctx, u.spec.ID, r)
	u.stored(ctx, err)
	return err
}

// silent tells that only a word of the device will bring it up.
func (u *unit) silent() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.mute
}

func (u *unit) stopped() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.ended
}

// dropsOf asks a driver that counts what it could not read.
func dropsOf(d devices.Device) uint64 {
	if c, ok := d.(interface{ Drops() uint64 }); ok {
		return c.Drops()
	}
	return 0
}
