package pole

import (
	"context"
	"errors"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// The glass.
const (
	Cols = 20
	Rows = 2
)

// Bytes that both command sets share.
const (
	left  = 0x08
	right = 0x09
	down  = 0x0A
	home  = 0x0B
	clear = 0x0C // and cursor home
	esc   = 0x1B
	us    = 0x1F
)

// Commands is a command set. A place is 1-based, a column and then a line.
type Commands struct {
	name   string
	place  []byte // before column and line
	bright []byte // before 1..4, a quarter each
	cursor []byte // before 0 or 1
	blink  []byte // before n: n times 50 ms on and off, 0 steady
	up     []byte
	over   []byte // what is written replaces what stands there
	scroll []byte // what is written below the last line moves the lines up
	dark   byte   // for blink: the display is off; 0 where no such thing is documented
}

// CD5220 is the command set of Partner Tech (also "PST", "CD5220").
var CD5220 = Commands{
	name: "cd5220", place: []byte{esc, 'l'}, bright: []byte{esc, '*'}, cursor: []byte{esc, '_'}, blink: []byte{us, 'E'},
	up: []byte{esc, '[', 'A'}, over: []byte{esc, 0x11}, scroll: []byte{esc, 0x12},
}

// DMD is Epson's (DM-D110, "EPSON mode", "ESC/POS").
var DMD = Commands{
	name: "dmd", place: []byte{us, '$'}, bright: []byte{us, 'X'}, cursor: []byte{us, 'C'}, blink: []byte{us, 'E'},
	up: []byte{us, 0x0A}, over: []byte{us, 0x01}, scroll: []byte{us, 0x02}, dark: 0xFF,
}

// Blinking is how fast a called number blinks: 5 times 50 ms on and off.
const Blinking = 5

// Opts are the settings of a display; the zero value is usable.
type Opts struct {
	// Lines are the two lines for each state of a sign (devices.SignOpen …),
	// templates of Sign.Fill. What is missing is taken from Standard; a state
	// with both lines empty is dark.
	Lines map[string][Rows]string
	// Align is where the text stands in its line.
	Align devices.Align
	// Bright is the brightness of a sign that leaves it to the display,
	// 1 to 4; 0 is 4.
	Bright int
	// Settle is how long the display needs after a reset; 0 is 200 ms.
	Settle time.Duration
	// Select sends 1B 3D 02 before the bytes and 1B 3D 01 after them, for a
	// display on the printer's line.
	Select bool
	// Steady shows a called number without blinking.
	Steady bool
}

// Standard are the lines of a display that is told nothing else. They hold
// numbers of up to 13 and windows of up to 5 characters.
func Standard() map[string][Rows]string {
	return map[string][Rows]string{
		devices.SignBlank:   {"", ""},
		devices.SignClosed:  {"WINDOW {window} CLOSED", "PLEASE TRY ANOTHER"},
		devices.SignOpen:    {"WINDOW {window}", "WELCOME"},
		devices.SignPaused:  {"WINDOW {window} PAUSED", "PLEASE TRY ANOTHER"},
		devices.SignCalled:  {"NUMBER {number}", "WINDOW {window}, PLEASE"},
		devices.SignServing: {"NUMBER {number}", "WINDOW {window}"},
		devices.SignMessage: {"{english}", ""},
	}
}

// Dev is one pole display.
type Dev struct {
	link    link.Link
	set     Commands
	opts    Opts
	lines   map[string][Rows]string
	writing link.Turn
	ready   bool // it was reset since it was opened; guarded by writing
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a display. It does no I/O; a wrong setting is an error.
func New(l link.Link, set Commands, o *Opts) (*Dev, error) {
	d := &Dev{link: l, set: set, lines: Standard(), writing: link.NewTurn()}
	if o != nil {
		d.opts = *o
	}
	for state, lines := range d.opts.Lines {
		if _, known := d.lines[state]; !known {
			return nil, fmt.Errorf("pole: lines of %q: no such state of a sign", state)
		}
		for i, line := range lines {
			if err := devices.CheckSignTemplate(line); err != nil {
				return nil, fmt.Errorf("pole: lines of %q: line %d: %w", state, i+1, err)
			}
		}
		d.lines[state] = lines
	}
	if d.opts.Bright == 0 {
		d.opts.Bright = 4
	}
	if d.opts.Bright < 1 || d.opts.Bright > 4 {
		return nil, fmt.Errorf("pole: brightness %d: want 1 to 4", d.opts.Bright)
	}
	if d.opts.Settle == 0 {
		d.opts.Settle = 200 * time.Millisecond
	}
	if d.opts.Settle < 0 || d.opts.Settle > 5*time.Second {
		return nil, fmt.Errorf("pole: settle %s: want up to 5s", d.opts.Settle)
	}
	return d, nil
}

func (d *Dev) String() string { return d.set.name + " on " + d.link.String() }

// Run waits until ctx ends or the link dies. The display says nothing; what
// comes is noise.
func (d *Dev) Run(ctx context.Context, _ devices.Sink) error {
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		if _, err := d.link.Read(buf); err != nil && !errors.Is(err, link.ErrTimeout) {
			return fmt.Errorf("%s: %s: %w", d.set.name, d.link, err)
		}
	}
	return ctx.Err()
}

var _ devices.Display = (*Dev)(nil)

// Show writes both lines, and with them the brightness and the blinking. The
// display is alone on its line: unit is 0.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if unit != 0 {
		return fmt.Errorf("%s: %s: unit %d: a pole display is alone on its line, want 0", d.set.name, d.link, unit)
	}
	page, err := d.page(s)
	if err != nil {
		return fmt.Errorf("%s: %s: %w", d.set.name, d.link, err)
	}
	blink := byte(0)
	if time.Now().Before(s.Flash) && !d.opts.Steady {
		blink = Blinking
	}
	var b []byte
	b = append(append(b, d.set.bright...), byte(devices.Shade(s.Bright, 4, d.opts.Bright)))
	b = append(append(b, d.set.cursor...), 0)
	b = append(b, d.set.over...)
	for i, line := range page {
		b = append(append(b, d.set.place...), 1, byte(i+1))
		b = append(b, line...)
	}
	return d.send(ctx, append(append(b, d.set.blink...), blink))
}

// Halt leaves the display dark.
func (d *Dev) Halt() error {
	return d.send(context.Background(), append(append([]byte{clear}, d.set.blink...), 0))
}

// send writes bytes and waits until they have left. The first ones after the
// port was opened follow a reset.
func (d *Dev) send(ctx context.Context, b []byte) error {
	if err := d.writing.Take(ctx); err != nil {
		return fmt.Errorf("%s: %s: %w", d.set.name, d.link, err)
	}
	defer d.writing.Leave()
	if err := d.reset(ctx); err != nil {
		return fmt.Errorf("%s: %s: reset: %w", d.set.name, d.link, err)
	}
	if err := d.write(ctx, b); err != nil {
		return fmt.Errorf("%s: %s: %w", d.set.name, d.link, err)
	}
	return nil
}

// reset is ESC @: it ends whatever mode somebody else has left the display in.
func (d *Dev) reset(ctx context.Context) error {
	if d.ready {
		return nil
	}
	if err := d.write(ctx, []byte{esc, '@'}); err != nil {
		return err
	}
	settle := time.NewTimer(d.opts.Settle)
	defer settle.Stop()
	select {
	case <-settle.C:
		d.ready = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (d *Dev) write(ctx context.Context, b []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if d.opts.Select {
		b = append(append([]byte{esc, '=', 2}, b...), esc, '=', 1)
	}
	if _, err := d.link.Write(b); err != nil {
		return err
	}
	return d.link.Drain()
}
