package host

import (
	"context"
	"fmt"

	"hallward/devices"
)

var errAway = devices.ErrAway

// printer is a unit's printer through all its lives.
type printer struct{ u *unit }

var _ devices.Printer = printer{}

func (p printer) String() string { return p.u.name() }

func (p printer) Run(context.Context, devices.Sink) error { return p.u.notYours() }

func (p printer) Halt() error { return p.u.halt() }

func (p printer) Status() devices.PrinterStatus {
	if d, ok := p.u.current().(devices.Printer); ok {
		return d.Status()
	}
	return devices.PrinterStatus{Reason: p.u.state().Detail}
}

func (p printer) Print(ctx context.Context, doc devices.Document) (devices.Proof, error) {
	d, ok := p.u.current().(devices.Printer)
	if !ok {
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultMissing, Err: fmt.Errorf("device %s: %w", p.u.spec.ID, errAway)}
	}
	return d.Print(ctx, doc)
}

// keypad is a unit's line of keypads through all its lives.
type keypad struct{ u *unit }

var (
	_ devices.Keypad  = keypad{}
	_ devices.Starred = keypad{}
)

func (k keypad) String() string { return k.u.name() }

func (k keypad) Run(context.Context, devices.Sink) error { return k.u.notYours() }

func (k keypad) Halt() error { return k.u.halt() }

func (k keypad) Prompt(ctx context.Context, unit int) error {
	return k.with(func(d devices.Keypad) error { return d.Prompt(ctx, unit) })
}

func (k keypad) ShowQueue(ctx context.Context, unit, waiting, number int) error {
	return k.with(func(d devices.Keypad) error { return d.ShowQueue(ctx, unit, waiting, number) })
}

func (k keypad) Beep(ctx context.Context, unit int) error {
	return k.with(func(d devices.Keypad) error { return d.Beep(ctx, unit) })
}

// Stars does nothing on a line whose units have no stars.
func (k keypad) Stars(ctx context.Context, unit int) error {
	return k.with(func(d devices.Keypad) error {
		if s, ok := d.(devices.Starred); ok {
			return s.Stars(ctx, unit)
		}
		return nil
	})
}

func (k keypad) with(do func(devices.Keypad) error) error {
	d, ok := k.u.current().(devices.Keypad)
	if !ok {
		return fmt.Errorf("device %s: %w", k.u.spec.ID, errAway)
	}
	return do(d)
}

// display is a unit's line of displays through all its lives.
type display struct{ u *unit }

var _ devices.Display = display{}

func (d display) String() string { return d.u.name() }

func (d display) Run(context.Context, devices.Sink) error { return d.u.notYours() }

func (d display) Halt() error { return d.u.halt() }

func (d display) Show(ctx context.Context, unit int, s devices.Sign) error {
	dev, ok := d.u.current().(devices.Display)
	if !ok {
		return fmt.Errorf("device %s: %w", d.u.spec.ID, errAway)
	}
	return dev.Show(ctx, unit, s)
}

// voice is a unit's voice through all its lives.
type voice struct{ u *unit }

var _ devices.Voice = voice{}

func (v voice) String() string { return v.u.name() }

func (v voice) Run(context.Context, devices.Sink) error { return v.u.notYours() }

func (v voice) Halt() error { return v.u.halt() }

func (v voice) Say(ctx context.Context, unit int, a devices.Announcement) error {
	dev, ok := v.u.current().(devices.Voice)
	if !ok {
		return fmt.Errorf("device %s: %w", v.u.spec.ID, errAway)
	}
	return dev.Say(ctx, unit, a)
}

func (u *unit) current() devices.Device {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.dev
}

func (u *unit) name() string {
	if d := u.current(); d != nil {
		return d.String()
	}
	return u.spec.ID + " (" + u.spec.Kind + ", " + u.spec.Link + ")"
}

func (u *unit) notYours() error {
	return fmt.Errorf("device %s: the host runs it", u.spec.ID)
}

func (u *unit) halt() error {
	if d := u.current(); d != nil {
		return d.Halt()
	}
	return nil
}
