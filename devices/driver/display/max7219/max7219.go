package max7219

import (
	"context"
	"fmt"
	"time"

	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"

	"hallward/devices"
	"hallward/devices/link"
)

// Registers (table 2). 1 to 8 are the digits, 8 the leftmost.
const (
	decodeMode  = 0x9 // 0: each bit is a segment
	intensity   = 0xA // 0 to 15
	scanLimit   = 0xB // digits less one
	shutdown    = 0xC // 0: dark, 1: works
	displayTest = 0xF // 0: works
)

// Speed is the clock on the cable. The chip takes 10 MHz, cables of a metre do
// not.
const Speed = physic.MegaHertz

// Times.
const (
	Blink   = 500 * time.Millisecond // half the period of a flash
	Refresh = 2 * time.Second        // everything is sent again
)

// own is the display's own brightness, of 1 to 16: readable indoors, and easy on
// the digits.
const own = 9

// Opts are the settings of a display; the zero value is usable.
type Opts struct {
	Quirks Quirks
}

// Quirks are what some modules do differently.
type Quirks struct {
	// Mirrored is a module whose leftmost digit is register 1.
	Mirrored bool
}

// Dev is one display. What it knows belongs to who holds busy.
type Dev struct {
	port spi.Port
	opts Opts
	busy link.Turn

	conn    spi.Conn // nil until it is connected
	refused error    // of connecting, which can be tried once
	sign    devices.Sign
	told    bool      // it has been told what to show
	hidden  bool      // the dark half of a flash
	sent    time.Time // everything, last
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a display on a port. It does no I/O.
func New(port spi.Port, o *Opts) (*Dev, error) {
	d := &Dev{port: port, busy: link.NewTurn()}
	if o != nil {
		d.opts = *o
	}
	return d, nil
}

func (d *Dev) String() string { return fmt.Sprintf("max7219 on %s", d.port) }

// Run flashes what has to flash and sends everything again now and then, until
// ctx ends or the port fails.
func (d *Dev) Run(ctx context.Context, _ devices.Sink) error {
	half := time.NewTicker(Blink)
	defer half.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case now := <-half.C:
			if err := d.with(ctx, func() error { return d.tick(now) }); err != nil {
				return err
			}
		}
	}
}

var _ devices.Display = (*Dev)(nil)

// Show lights the sign. Unit is 0: there is one display on a port.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if unit != 0 {
		return fmt.Errorf("%s: unit %d: %w", d, unit, devices.ErrNoUnit)
	}
	return d.with(ctx, func() error {
		now := time.Now()
		d.sign, d.told = s, true
		d.hidden = d.hidden && s.Flash.After(now)
		return d.send(now)
	})
}

// Halt leaves the display dark.
func (d *Dev) Halt() error {
	return d.with(context.Background(), func() error {
		d.told = false
		if d.conn == nil {
			return nil
		}
		return d.set(shutdown, 0)
	})
}

// with has the port to itself.
func (d *Dev) with(ctx context.Context, do func() error) error {
	if err := d.busy.Take(ctx); err != nil {
		return err
	}
	defer d.busy.Leave()
	if err := do(); err != nil {
		return fmt.Errorf("%s: %w", d, err)
	}
	return nil
}

// tick is half a flash, or a refresh.
func (d *Dev) tick(now time.Time) error {
	if !d.told {
		return nil
	}
	hidden := d.sign.Flash.After(now) && !d.hidden
	if hidden == d.hidden && now.Sub(d.sent) < Refresh {
		return nil
	}
	d.hidden = hidden
	return d.send(now)
}

// send says everything to the chip. It is dark by its shutdown register, in the
// dark half of a flash and when there is nothing to show.
func (d *Dev) send(now time.Time) error {
	if err := d.connect(); err != nil {
		return err
	}
	segments := Segments(d.sign)
	works := byte(1)
	if d.hidden || segments == ([8]byte{}) {
		works = 0
	}
	for _, r := range [][2]byte{{displayTest, 0}, {decodeMode, 0}, {scanLimit, 7}, {intensity, byte(devices.Shade(d.sign.Bright, 16, own)) - 1}} {
		if err := d.set(r[0], r[1]); err != nil {
			return err
		}
	}
	for i, s := range segments {
		digit := byte(8 - i)
		if d.opts.Quirks.Mirrored {
			digit = byte(1 + i)
		}
		if err := d.set(digit, s); err != nil {
			return err
		}
	}
	d.sent = now
	return d.set(shutdown, works)
}

func (d *Dev) connect() error {
	if d.conn == nil && d.refused == nil {
		d.conn, d.refused = d.port.Connect(Speed, spi.Mode0, 8)
	}
	return d.refused
}

func (d *Dev) set(register, value byte) error { return d.conn.Tx([]byte{register, value}, nil) }
