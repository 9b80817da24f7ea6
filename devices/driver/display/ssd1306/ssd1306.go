package ssd1306

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/devices/v3/ssd1306"

	"hallward/devices"
	"hallward/devices/link"
)

// DefaultAddr is the address of most modules; the other one is 0x3D (datasheet
// 8.1.5, SA0).
const DefaultAddr = 0x3C

// statusOff is the bit of the status byte that says "display off" (table 9-2).
const statusOff = 0x40

// Blink is half the period of a flash.
const Blink = 500 * time.Millisecond

// Opts are the settings of a display; the zero value is usable.
type Opts struct {
	Addr   uint16 // 0 is DefaultAddr
	Turned bool   // mounted upside down
	Quirks Quirks
}

// Quirks are what some modules do differently.
type Quirks struct {
	// WriteOnly is a module whose status cannot be read. One that loses its
	// power stays dark until the next sign.
	WriteOnly bool
}

// Dev is one display.
type Dev struct {
	bus  addressed
	opts Opts
	busy link.Turn

	chip     *ssd1306.Dev // nil until it is set up, and after an error
	contrast byte
	inverted bool

	mu   sync.Mutex
	sign devices.Sign // that it was told last
}

// addressed is the bus of one chip: the library knows DefaultAddr only.
type addressed struct {
	i2c.Bus
	addr uint16
}

func (a addressed) Tx(_ uint16, w, r []byte) error { return a.Bus.Tx(a.addr, w, r) }

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a display on a bus. It does no I/O; a wrong setting is
// an error.
func New(bus i2c.Bus, o *Opts) (*Dev, error) {
	d := &Dev{busy: link.NewTurn()}
	if o != nil {
		d.opts = *o
	}
	if d.opts.Addr == 0 {
		d.opts.Addr = DefaultAddr
	}
	if d.opts.Addr < 0x08 || d.opts.Addr > 0x77 {
		return nil, fmt.Errorf("ssd1306: address %#x: want 0x08 to 0x77", d.opts.Addr)
	}
	d.bus = addressed{bus, d.opts.Addr}
	return d, nil
}

func (d *Dev) String() string { return fmt.Sprintf("ssd1306 at %#x on %s", d.opts.Addr, d.bus) }

// Run flashes what has to flash, until ctx ends. The display says nothing by
// itself; one that does not answer shows with the next sign.
func (d *Dev) Run(ctx context.Context, _ devices.Sink) error {
	half := time.NewTicker(Blink)
	defer half.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-half.C:
			d.blink(ctx, now)
		}
	}
}

var _ devices.Display = (*Dev)(nil)

// Show draws the sign. Unit is 0: there is one display at an address.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if unit != 0 {
		return fmt.Errorf("%s: unit %d: %w", d, unit, devices.ErrNoUnit)
	}
	return d.with(ctx, func() error {
		if err := d.ready(); err != nil {
			return err
		}
		if c := contrast(s.Bright); c != d.contrast {
			if err := d.chip.SetContrast(c); err != nil {
				return err
			}
			d.contrast = c
		}
		img := Render(s)
		if err := d.chip.Draw(img.Rect, img, img.Rect.Min); err != nil {
			return err
		}
		d.mu.Lock()
		d.sign = s
		d.mu.Unlock()
		if d.inverted && !s.Flash.After(time.Now()) {
			return d.invert(false)
		}
		return nil
	})
}

// Halt turns the display off.
func (d *Dev) Halt() error {
	return d.with(context.Background(), func() error {
		d.mu.Lock()
		d.sign = devices.Sign{}
		d.mu.Unlock()
		chip := d.chip
		d.chip = nil
		if chip == nil {
			return nil
		}
		return chip.Halt()
	})
}

// with has the bus to itself. After an error it is not known what the chip has
// understood: it is set up anew the next time.
func (d *Dev) with(ctx context.Context, do func() error) error {
	if err := d.busy.Take(ctx); err != nil {
		return err
	}
	defer d.busy.Leave()
	if err := do(); err != nil {
		d.chip = nil
		return fmt.Errorf("%s: %w", d, err)
	}
	return nil
}

var errOff = errors.New("the chip says that it is off after it was turned on")

// ready sets the chip up when it is new or has lost its power.
func (d *Dev) ready() error {
	if d.chip != nil {
		on, err := d.on()
		if err != nil || on {
			return err
		}
	}
	chip, err := ssd1306.NewI2C(d.bus, &ssd1306.Opts{W: Width, H: Height, MirrorVertical: d.opts.Turned, MirrorHorizontal: d.opts.Turned})
	if err != nil {
		return err
	}
	d.chip, d.contrast, d.inverted = chip, 0xFF, false
	if on, err := d.on(); err != nil || on {
		return err
	}
	return errOff
}

func (d *Dev) on() (bool, error) {
	if d.opts.Quirks.WriteOnly {
		return true, nil
	}
	var status [1]byte
	err := d.bus.Tx(d.opts.Addr, nil, status[:])
	return status[0]&statusOff == 0, err
}

// blink turns the picture over, or back when the flash has ended. An error shows
// with the next sign.
func (d *Dev) blink(ctx context.Context, now time.Time) {
	d.mu.Lock()
	flashing := d.sign.Flash.After(now)
	d.mu.Unlock()
	_ = d.with(ctx, func() error {
		if d.chip == nil || !flashing && !d.inverted {
			return nil
		}
		return d.invert(flashing && !d.inverted)
	})
}

func (d *Dev) invert(on bool) error {
	d.inverted = on
	return d.chip.Invert(on)
}

// contrast is the chip's, 0 to 255, for a brightness in percent; 0 is full.
func contrast(percent int) byte { return byte(devices.Shade(percent, 255, 255)) }
