// Package pole simulates a pole display (客显): two lines of 20 characters of
// 5 by 7 dots, on a serial port, with the command set CD5220 or Epson's DM-D. It
// is written from the displays' manuals and shares no code with the driver.
//
// It answers nothing, as the real ones.
package pole

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"hallward/devices/sim/port"
	"hallward/devices/sim/switches"
)

// Cols and Rows are the size of the glass.
const (
	Cols = 20
	Rows = 2
)

// Command sets.
const (
	CD5220 = "cd5220"
	DMD    = "dmd"
)

// Switches are the faults of a display, with a word for each.
var Switches = map[string]string{
	"off":  "without power: dark, and it has forgotten everything when it is back",
	"deaf": "the plug is out of the display: nothing reaches it",
}

// Display is a simulated pole display.
type Display struct {
	mu   sync.Mutex
	set  string
	open bool
	on   switches.Board
	glass
	stats
}

// glass is what a reset brings back.
type glass struct {
	cells  [Rows][Cols]byte
	x, y   int // of the cursor, from 0
	bright int // 1..4
	cursor bool
	blink  int // times 50 ms; 0 is steady
	dark   bool
	scroll byte // 1 over, 2 up, 3 sideways
	held   bool // in string mode: only CLR and CAN are heard
	away   bool // another device on the line is meant
	run    []byte
	line   []byte // a string under way
	where  byte   // A, B or D
}

type stats struct {
	resets, strange int
}

// State is the display, for people and tests.
type State struct {
	Set      string         `json:"set"`
	Open     bool           `json:"open"` // a driver has the port
	Lines    [Rows]string   `json:"lines"`
	Bright   int            `json:"bright"`
	Cursor   bool           `json:"cursor"`
	Blink    int            `json:"blink"` // times 50 ms; 0 is steady
	Dark     bool           `json:"dark"`
	Resets   int            `json:"resets"`
	Strange  int            `json:"strange"` // commands that it does not have
	Switches switches.Board `json:"switches"`
}

// New is a display with a command set; "" is CD5220.
func New(set string) (*Display, error) {
	if set == "" {
		set = CD5220
	}
	if set != CD5220 && set != DMD {
		return nil, fmt.Errorf("pole display: commands %q: want %s or %s", set, CD5220, DMD)
	}
	d := &Display{set: set, on: switches.New(slices.Collect(maps.Keys(Switches))...)}
	d.reset()
	return d, nil
}

func (d *Display) reset() {
	d.glass = glass{bright: 4, cursor: true, scroll: 1}
	for y := range d.cells {
		for x := range d.cells[y] {
			d.cells[y][x] = ' '
		}
	}
}

// Run serves the port until ctx ends.
func (d *Display) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, d.Serve) }

// Serve plays the display for one driver.
func (d *Display) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	d.opened(true)
	defer d.opened(false)
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	buf := make([]byte, 256)
	for {
		n, err := line.Read(buf)
		d.hear(buf[:n])
		if err != nil {
			return err
		}
	}
}

func (d *Display) opened(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
}

// hear takes what came over the line.
func (d *Display) hear(b []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.on["off"] || d.on["deaf"] {
		return
	}
	for _, c := range b {
		d.take(c)
	}
}

// Set turns a fault on or off.
func (d *Display) Set(name string, on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.on.Set(name, on); err != nil {
		return err
	}
	if name == "off" {
		d.reset()
	}
	return nil
}

// State is the display now.
func (d *Display) State() State {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := State{Set: d.set, Open: d.open, Bright: d.bright, Cursor: d.cursor, Blink: d.blink, Dark: d.dark || d.on["off"],
		Resets: d.resets, Strange: d.strange, Switches: maps.Clone(d.on)}
	for y := range d.cells {
		s.Lines[y] = string(d.cells[y][:])
	}
	return s
}
