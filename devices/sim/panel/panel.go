// Package panel simulates number panels and strips on one pair of wires (数码屏):
// panels that are Modbus registers, number panels with frames of four bytes, and
// strips with a frame of their own, as a hundred makers build them. It is
// written from the protocols' documents and shares no code with the drivers.
//
// Modbus RTU, functions 03, 06 and 10. Registers of a unit:
//
//	0, 1    number, eight digits BCD; a digit above 9 is dark
//	2       window, four digits BCD
//	3       people waiting, as a value
//	4       blinks when it is not 0
//	5       brightness, 1 to 8
//	8 … 15  text, GBK, the high byte first
//	16 … 18 six digits by their segments, bits 0 to 6 a to g; they replace the
//	        number unless all are 0
//
// Four bytes: address, number high, number low, sum of the three. No answer.
//
// Strip, made up after the usual ones: A5, address, length, GBK text, XOR of the
// three, 5A; between A5 and 5A stand AA 05 for A5, AA 0A for 5A and AA 00 for
// AA. It answers A5, address, 06, 5A, or 15 in place of 06 for a bad frame.
package panel

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"hallward/devices/sim/port"
	"hallward/devices/sim/switches"
)

// Protocols.
const (
	Modbus = "modbus"
	Four   = "four-byte"
	Strip  = "strip"
)

// Protocols by name.
var Protocols = []string{Modbus, Four, Strip}

// Switches are the faults of a line, with a word for each.
var Switches = map[string]string{
	"off":     "without power: dark, silent, and everything forgotten when it is back",
	"silent":  "takes everything, answers nothing",
	"garble":  "answers that nobody can read",
	"busy":    "refuses everything",
	"slow":    "answers a second late",
	"noise":   "noise before each answer",
	"echo":    "the line gives back what is sent",
	"another": "answers in the name of another unit",
}

// Line is a simulated line with its units.
type Line struct {
	protocol string

	mu      sync.Mutex
	units   []*unit
	line    io.Writer // nil while nobody has opened the port
	on      switches.Board
	in      []byte
	lost    int
	strange int
}

// registers is how many a unit has.
const registers = 19

type unit struct {
	regs   [registers]uint16
	text   []byte // GBK, of a strip
	number int    // of a four-byte panel; -1 is dark
	frames int
}

// Unit is what one panel shows, for people and tests. Dark digits are spaces.
type Unit struct {
	Address int    `json:"address"`
	Number  string `json:"number"`
	Window  string `json:"window,omitempty"`
	Waiting int    `json:"waiting"`
	Text    string `json:"text,omitempty"`
	Blink   bool   `json:"blink"`
	Bright  int    `json:"bright"`
	Frames  int    `json:"frames"` // that were for it
}

// State is the line as a whole.
type State struct {
	Protocol string         `json:"protocol"`
	Open     bool           `json:"open"` // a driver has the port
	Units    []Unit         `json:"units"`
	Lost     int            `json:"lost_bytes"`
	Strange  int            `json:"strange_frames"` // for units that are not there
	Switches switches.Board `json:"switches"`
}

// New is a line with units 1 to n, at most 247.
func New(protocol string, n int) (*Line, error) {
	if protocol == "" {
		protocol = Modbus
	}
	if !slices.Contains(Protocols, protocol) {
		return nil, fmt.Errorf("panel: protocol %q: want one of %v", protocol, Protocols)
	}
	if n < 1 || n > 247 {
		return nil, fmt.Errorf("panel line of %d units: want 1 to 247", n)
	}
	l := &Line{protocol: protocol, on: switches.New(slices.Collect(maps.Keys(Switches))...)}
	for range n {
		l.units = append(l.units, &unit{})
	}
	l.forget()
	return l, nil
}

// forget is what a unit shows after power comes.
func (l *Line) forget() {
	for _, u := range l.units {
		*u = unit{number: -1, frames: u.frames}
		u.regs[0], u.regs[1], u.regs[2], u.regs[5] = 0xFFFF, 0xFFFF, 0xFFFF, 8
		for i := 8; i < 16; i++ {
			u.regs[i] = 0x2020
		}
	}
}

// Run serves the port until ctx ends.
func (l *Line) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, l.Serve) }

// Serve plays the line for one driver.
func (l *Line) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	l.plug(line)
	defer l.plug(nil)
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	buf := make([]byte, 256)
	for {
		n, err := line.Read(buf)
		l.hear(buf[:n])
		if err != nil {
			return err
		}
	}
}

func (l *Line) plug(line io.Writer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line, l.in = line, nil
}

// hear takes what came over the line.
func (l *Line) hear(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.on["echo"] {
		l.say(b, false)
	}
	if l.on["off"] {
		return
	}
	l.in = append(l.in, b...)
	for len(l.in) > 0 {
		n, whole := l.parse(l.in)
		if whole {
			l.in = l.in[n:]
			continue
		}
		if n == 0 {
			break
		}
		l.lost += n
		l.in = l.in[n:]
	}
}

// parse reads the frame at the beginning of b and does what it says. N is how
// long it is; when it is not whole, how many bytes are certainly no frame.
func (l *Line) parse(b []byte) (n int, whole bool) {
	switch l.protocol {
	case Four:
		return l.four(b)
	case Strip:
		return l.strip(b)
	}
	return l.modbus(b)
}

// unit is the one with an address; nil when there is none.
func (l *Line) unit(address int) *unit {
	if address < 1 || address > len(l.units) {
		l.strange++
		return nil
	}
	u := l.units[address-1]
	u.frames++
	return u
}

// answer sends what a unit says, with what the switches make of it.
func (l *Line) answer(b []byte) {
	switch {
	case l.on["silent"]:
		return
	case l.on["garble"]:
		b = append(slices.Clone(b[:len(b)-1]), b[len(b)-1]^0x5F)
	}
	if l.on["noise"] {
		b = append([]byte{0x00, 0xFF, b[0], 0x7F}, b...)
	}
	l.say(b, l.on["slow"])
}

func (l *Line) say(b []byte, late bool) {
	line := l.line
	if line == nil {
		return
	}
	if late {
		later := slices.Clone(b)
		time.AfterFunc(time.Second, func() { _, _ = line.Write(later) })
		return
	}
	_, _ = line.Write(b) // a driver that has gone hears nothing
}

// Set turns a fault on or off.
func (l *Line) Set(name string, on bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.on.Set(name, on); err != nil {
		return err
	}
	if name == "off" {
		l.forget()
	}
	return nil
}

// State is what the line shows now.
func (l *Line) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := State{Protocol: l.protocol, Open: l.line != nil, Lost: l.lost, Strange: l.strange, Switches: maps.Clone(l.on)}
	for i, u := range l.units {
		s.Units = append(s.Units, u.shows(l.protocol, i+1))
	}
	return s
}
