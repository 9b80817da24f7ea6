package hd44780

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/i2c"

	"hallward/devices"
	"hallward/devices/link"
)

// Pins of the backpack. RW stays low.
const (
	pinRS    = 0x01
	pinRW    = 0x02
	pinE     = 0x04
	pinLight = 0x08
)

// Instructions (table 6) and where the lines begin in the memory (figure 5).
const (
	clearAll    = 0x01
	entryRight  = 0x06
	displayOff  = 0x08
	displayOn   = 0x0C
	function4x2 = 0x28 // 4 bits, 2 lines, 5 × 8 dots
	setAddress  = 0x80
	secondLine  = 0x40
)

// Times (figure 24 and table 6), with some reserve for slow oscillators. What
// takes 37 µs is over before the next byte has come through the bus.
const (
	afterPower  = 50 * time.Millisecond
	afterFirst  = 4500 * time.Microsecond
	afterSecond = 150 * time.Microsecond
	afterClear  = 2 * time.Millisecond
)

// DefaultAddr is the address of a backpack with a PCF8574; with a PCF8574A it is
// 0x3F.
const DefaultAddr = 0x27

// Blink is half the period of a flash.
const Blink = 500 * time.Millisecond

// Opts are the settings of a display; the zero value is usable.
type Opts struct {
	Addr uint16 // 0 is DefaultAddr
	Cols int    // 16 or 20; 0 is 16
	Rows int    // 2 or 4; 0 is 2
}

// Dev is one display.
type Dev struct {
	bus  i2c.Bus
	opts Opts
	busy link.Turn

	ready bool // set up, and nothing has failed since
	shown []string
	light byte // pinLight or 0

	mu   sync.Mutex
	sign devices.Sign // that it was told last
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a display on a bus. It does no I/O; a wrong setting is
// an error.
func New(bus i2c.Bus, o *Opts) (*Dev, error) {
	d := &Dev{bus: bus, busy: link.NewTurn()}
	if o != nil {
		d.opts = *o
	}
	if d.opts.Addr == 0 {
		d.opts.Addr = DefaultAddr
	}
	if d.opts.Cols == 0 {
		d.opts.Cols = 16
	}
	if d.opts.Rows == 0 {
		d.opts.Rows = 2
	}
	switch {
	case d.opts.Addr < 0x08 || d.opts.Addr > 0x77:
		return nil, fmt.Errorf("hd44780: address %#x: want 0x08 to 0x77", d.opts.Addr)
	case d.opts.Cols != 16 && d.opts.Cols != 20:
		return nil, fmt.Errorf("hd44780: %d columns: want 16 or 20", d.opts.Cols)
	case d.opts.Rows != 2 && d.opts.Rows != 4:
		return nil, fmt.Errorf("hd44780: %d rows: want 2 or 4", d.opts.Rows)
	}
	return d, nil
}

func (d *Dev) String() string { return fmt.Sprintf("hd44780 at %#x on %s", d.opts.Addr, d.bus) }

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

// Show writes the sign. Unit is 0: there is one display at an address.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if unit != 0 {
		return fmt.Errorf("%s: unit %d: %w", d, unit, devices.ErrNoUnit)
	}
	return d.with(ctx, func() error {
		lines := Lines(s, d.opts.Cols, d.opts.Rows)
		if err := d.prepare(ctx, lines); err != nil {
			return err
		}
		for row, text := range lines {
			if err := d.write(row, text); err != nil {
				return err
			}
		}
		if err := d.answers(); err != nil {
			return err
		}
		d.mu.Lock()
		d.sign = s
		d.mu.Unlock()
		d.shown = lines
		if s.Flash.After(time.Now()) {
			return nil // blink has the light
		}
		return d.lamp(s.State != devices.SignBlank)
	})
}

// Halt leaves the display empty and dark.
func (d *Dev) Halt() error {
	return d.with(context.Background(), func() error {
		d.mu.Lock()
		d.sign = devices.Sign{}
		d.mu.Unlock()
		if !d.ready {
			return nil
		}
		d.ready, d.light = false, 0
		return d.tx(d.command(displayOff))
	})
}

// with has the bus to itself. After an error it is not known what the display has
// understood: it is set up anew the next time.
func (d *Dev) with(ctx context.Context, do func() error) error {
	if err := d.busy.Take(ctx); err != nil {
		return err
	}
	defer d.busy.Leave()
	if err := do(); err != nil {
		d.ready = false
		return fmt.Errorf("%s: %w", d, err)
	}
	return nil
}

// prepare sets the display up: with a pause and from empty when it is new, else
// without anything that can be seen, before a text that is.
func (d *Dev) prepare(ctx context.Context, lines []string) error {
	if d.ready && d.answers() == nil {
		if slices.Equal(lines, d.shown) {
			return nil
		}
		return d.setUp(ctx, function4x2, entryRight, displayOn)
	}
	d.light = pinLight
	if err := d.tx([]byte{d.light}); err != nil { // nobody there: no need to wait
		return err
	}
	if err := link.Pause(ctx, afterPower); err != nil {
		return err
	}
	if err := d.setUp(ctx, function4x2, displayOff, clearAll); err != nil {
		return err
	}
	if err := link.Pause(ctx, afterClear); err != nil {
		return err
	}
	d.ready, d.shown = true, nil
	return d.tx(append(d.command(entryRight), d.command(displayOn)...))
}

// setUp brings the display to 4 bits from whatever it is in (figure 24), and
// gives it some instructions.
func (d *Dev) setUp(ctx context.Context, instructions ...byte) error {
	for _, s := range []struct {
		half byte
		wait time.Duration
	}{{0x3, afterFirst}, {0x3, afterSecond}, {0x3, 0}, {0x2, 0}} {
		if err := d.tx(d.half(nil, s.half<<4)); err != nil {
			return err
		}
		if err := link.Pause(ctx, s.wait); err != nil {
			return err
		}
	}
	var b []byte
	for _, i := range instructions {
		b = append(b, d.command(i)...)
	}
	return d.tx(b)
}

// write puts a text into a row.
func (d *Dev) write(row int, text string) error {
	start := []int{0, secondLine, d.opts.Cols, secondLine + d.opts.Cols}[row]
	b := d.command(setAddress | byte(start))
	for i := range len(text) {
		b = d.half(b, text[i]&0xF0|pinRS)
		b = d.half(b, text[i]<<4|pinRS)
	}
	return d.tx(append(b, d.light)) // RS low again
}

func (d *Dev) command(c byte) []byte { return d.half(d.half(nil, c&0xF0), c<<4) }

// half appends half a byte on D4 to D7: the pins settle, then E falls.
func (d *Dev) half(b []byte, pins byte) []byte {
	pins |= d.light
	return append(b, pins, pins|pinE, pins)
}

func (d *Dev) tx(b []byte) error { return d.bus.Tx(d.opts.Addr, b, nil) }

var errPins = errors.New("the pins of the backpack are not as they were left: it has lost its power, or the line is disturbed")

// answers reads the expander. RS, RW and E have been left low; after a loss of
// power they are high.
func (d *Dev) answers() error {
	var pins [1]byte
	if err := d.bus.Tx(d.opts.Addr, nil, pins[:]); err != nil {
		return err
	}
	if pins[0]&(pinRS|pinRW|pinE) != 0 {
		return errPins
	}
	return nil
}

// blink turns the light off and on, and leaves it on when the flash has ended. An
// error shows with the next sign.
func (d *Dev) blink(ctx context.Context, now time.Time) {
	d.mu.Lock()
	flashing, lit := d.sign.Flash.After(now), d.sign.State != devices.SignBlank
	d.mu.Unlock()
	_ = d.with(ctx, func() error {
		if !d.ready {
			return nil
		}
		return d.lamp(lit && !(flashing && d.light != 0))
	})
}

// lamp turns the backlight on or off.
func (d *Dev) lamp(on bool) error {
	var light byte
	if on {
		light = pinLight
	}
	if light == d.light {
		return nil
	}
	d.light = light
	return d.tx([]byte{light})
}
