package modbus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/firmware-bridge/rtu"
)

// What a register may show.
const (
	OfNumber  = "number"
	OfWindow  = "window"
	OfWaiting = "waiting"
	OfState   = "state" // 0 dark, 1 closed, 2 open, 3 paused, 4 called, 5 serving, 6 message
	OfText    = "text"
	OfEnglish = "english"
	OfStaff   = "staff"
)

// Ofs are all of them.
func Ofs() []string {
	return []string{OfNumber, OfWindow, OfWaiting, OfState, OfText, OfEnglish, OfStaff}
}

// states are the values of OfState.
var states = map[string]string{
	devices.SignBlank: "0", devices.SignClosed: "1", devices.SignOpen: "2", devices.SignPaused: "3",
	devices.SignCalled: "4", devices.SignServing: "5", devices.SignMessage: "6",
}

// Register is a place in the panel's table.
type Register struct {
	At    int    // 0..65535
	Of    string // one of Ofs
	As    string // one of Forms
	Words int    // registers, 1..123; 0 is 1
	// Fill is the digit of "bcd" that stands in empty places, 0..15: most
	// panels show 10 or 15 as dark. Value uses it only where there is no
	// number at all, as the whole value.
	Fill int
	// Left puts "ascii", "gbk" and "segments" at the left of their registers;
	// otherwise they stand at the right.
	Left bool
}

// Blink is a register that makes the panel blink.
type Blink struct{ At, On, Off int }

// Bright is a register for the brightness, 1..Max.
type Bright struct{ At, Max int }

// Opts are the settings of a line of panels. Units and Registers are needed,
// everything else may be zero.
type Opts struct {
	Units     []int // addresses, 1..247
	Registers []Register
	Blink     *Blink
	Bright    *Bright
	// One writes each register by itself, with function 06.
	One bool
	// Verify reads back what was written.
	Verify bool
	// Line is the speed of the line, the time for an answer, and whether the
	// line has an echo.
	Line rtu.Opts
}

// Dev is one line of panels.
type Dev struct {
	link   link.Link
	opts   Opts
	client *rtu.Client
	turn   link.Turn // one sign at a time: it is several frames
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a line. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	if o == nil || len(o.Units) == 0 || len(o.Registers) == 0 {
		return nil, errors.New("modbus: want units and registers")
	}
	d := &Dev{link: l, opts: *o, client: rtu.NewClient(l, &o.Line), turn: link.NewTurn()}
	for _, u := range d.opts.Units {
		if u < 1 || u > rtu.MaxUnit {
			return nil, fmt.Errorf("modbus: unit %d: want 1 to %d", u, rtu.MaxUnit)
		}
	}
	d.opts.Registers = slices.Clone(d.opts.Registers)
	for i := range d.opts.Registers {
		r := &d.opts.Registers[i]
		r.Words = max(r.Words, 1)
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("modbus: register %d: %w", r.At, err)
		}
	}
	if err := d.overlap(); err != nil {
		return nil, err
	}
	return d, nil
}

// overlap finds two settings that want the same register.
func (d *Dev) overlap() error {
	taken := map[int]bool{}
	take := func(at, words int) error {
		for n := at; n < at+words; n++ {
			if taken[n] {
				return fmt.Errorf("modbus: register %d is used twice", n)
			}
			taken[n] = true
		}
		return nil
	}
	for _, r := range d.opts.Registers {
		if err := take(r.At, r.Words); err != nil {
			return err
		}
	}
	if b := d.opts.Blink; b != nil {
		if err := take(b.At, 1); err != nil {
			return err
		}
	}
	if b := d.opts.Bright; b != nil {
		return take(b.At, 1)
	}
	return nil
}

func (d *Dev) String() string { return "modbus panels on " + d.link.String() }

// Drops counts the bytes on the line that were no answer.
func (d *Dev) Drops() uint64 { return d.client.Drops() }

// Run reads the line until ctx ends or the link dies. Panels speak only when
// they are spoken to: there is no reading.
func (d *Dev) Run(ctx context.Context, _ devices.Sink) error { return d.client.Run(ctx) }

var _ devices.Display = (*Dev)(nil)

// Show writes the registers of one unit; where there is only one, it may be
// called 0. The unit has answered each frame when Show returns.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if unit == 0 && len(d.opts.Units) == 1 {
		unit = d.opts.Units[0]
	}
	if !slices.Contains(d.opts.Units, unit) {
		return fmt.Errorf("modbus: %s: no unit %d on this line", d.link, unit)
	}
	runs, err := d.encode(s, time.Now())
	if err != nil {
		return fmt.Errorf("modbus: %s: unit %d: %w", d.link, unit, err)
	}
	if err := d.turn.Take(ctx); err != nil {
		return fmt.Errorf("modbus: %s: unit %d: %w", d.link, unit, err)
	}
	defer d.turn.Leave()
	for _, r := range runs {
		if err := d.write(ctx, unit, r); err != nil {
			return err
		}
	}
	if !d.opts.Verify {
		return nil
	}
	for _, r := range runs {
		if err := d.verify(ctx, unit, r); err != nil {
			return err
		}
	}
	return nil
}

// haltIn bounds Halt: panels that do not answer must not hold up the end of the
// program.
const haltIn = 3 * time.Second

// Halt leaves the panels dark. One that does not answer does not keep the
// others from it, for as long as haltIn allows.
func (d *Dev) Halt() error {
	ctx, stop := context.WithTimeout(context.Background(), haltIn)
	reading := make(chan struct{})
	defer func() { stop(); <-reading }()
	go func() {
		defer close(reading)
		_ = d.client.Run(ctx) // the orders find out by themselves
	}()
	var errs []error
	for _, u := range d.opts.Units {
		errs = append(errs, d.Show(ctx, u, devices.Sign{}))
	}
	return errors.Join(errs...)
}

// run is neighbouring registers with their values.
type run struct {
	at     uint16
	values []uint16
}

// encode is what the registers say for a sign, in rising order.
func (d *Dev) encode(s devices.Sign, now time.Time) ([]run, error) {
	table := map[int]uint16{}
	for _, r := range d.opts.Registers {
		words, err := r.encode(s)
		if err != nil {
			return nil, fmt.Errorf("register %d: %s %q: %w", r.At, r.Of, r.of(s), err)
		}
		for i, w := range words {
			table[r.At+i] = w
		}
	}
	if b := d.opts.Blink; b != nil {
		table[b.At] = uint16(b.Off)
		if now.Before(s.Flash) {
			table[b.At] = uint16(b.On)
		}
	}
	if b := d.opts.Bright; b != nil && s.Bright > 0 {
		table[b.At] = uint16(devices.Shade(s.Bright, b.Max, b.Max))
	}
	return runs(table), nil
}

func runs(table map[int]uint16) []run {
	places := make([]int, 0, len(table))
	for at := range table {
		places = append(places, at)
	}
	slices.Sort(places)
	var all []run
	for i, at := range places {
		if i == 0 || places[i-1] != at-1 || len(all[len(all)-1].values) == rtu.MaxWrite {
			all = append(all, run{at: uint16(at)})
		}
		last := &all[len(all)-1]
		last.values = append(last.values, table[at])
	}
	return all
}

func (d *Dev) write(ctx context.Context, unit int, r run) error {
	if !d.opts.One {
		return d.client.Write(ctx, unit, r.at, r.values...)
	}
	for i, v := range r.values {
		if err := d.client.WriteOne(ctx, unit, r.at+uint16(i), v); err != nil {
			return err
		}
	}
	return nil
}

// verify reads back what was written.
func (d *Dev) verify(ctx context.Context, unit int, r run) error {
	got, err := d.client.Read(ctx, unit, rtu.ReadHolding, r.at, len(r.values))
	if err != nil {
		return err
	}
	for i, v := range r.values {
		if got[i] != v {
			return fmt.Errorf("modbus: %s: unit %d: register %d says %04X, was told %04X", d.link, unit, int(r.at)+i, got[i], v)
		}
	}
	return nil
}
