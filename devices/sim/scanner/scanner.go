// Package scanner simulates a scanner for bar codes and two-dimensional codes
// that sends each code as a line of text on a serial port.
package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"hallward/devices/sim/port"
	"hallward/devices/sim/switches"
)

// Ends are what a scanner may send after each code, by name.
var Ends = map[string]string{"cr": "\r", "lf": "\n", "crlf": "\r\n", "none": ""}

// Switches are the faults of a scanner, with a word for each.
var Switches = map[string]string{
	"silent":  "reads nothing",
	"garbage": "noise before each code",
	"twice":   "reads each code twice, as one that is held before it",
	"gbk":     "a text that is not UTF-8 instead of each code",
	"long":    "a code of 3 kB instead of each code",
}

// Scanner is a simulated scanner.
type Scanner struct {
	end  string
	mu   sync.Mutex
	line io.Writer // nil while nobody has opened the port
	on   switches.Board
	n    int
}

// State is the scanner, for people and tests.
type State struct {
	Open     bool           `json:"open"` // a driver has the port
	Codes    int            `json:"codes"`
	Switches switches.Board `json:"switches"`
}

// New is a scanner that ends its codes with one of Ends; "" is "cr", with which
// most are delivered.
func New(end string) (*Scanner, error) {
	if end == "" {
		end = "cr"
	}
	text, ok := Ends[end]
	if !ok {
		return nil, fmt.Errorf("scanner: end %q: want one of %v", end, slices.Sorted(maps.Keys(Ends)))
	}
	return &Scanner{end: text, on: switches.New(slices.Collect(maps.Keys(Switches))...)}, nil
}

// Run serves the port until ctx ends.
func (s *Scanner) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, s.Serve) }

// Serve plays the scanner for one driver. What it is told means nothing to it.
func (s *Scanner) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	s.set(line)
	defer s.set(nil)
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	buf := make([]byte, 64)
	for {
		if _, err := line.Read(buf); err != nil {
			return err
		}
	}
}

func (s *Scanner) set(line io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = line
}

// Errors of a scan.
var (
	ErrNoHost = errors.New("nobody has opened the scanner's port")
	ErrEmpty  = errors.New("a code without text")
)

// longCode is more than any driver should take.
const longCode = 3000

// Scan reads a code.
func (s *Scanner) Scan(text string) error {
	if text == "" {
		return ErrEmpty
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []byte
	switch {
	case s.line == nil:
		return ErrNoHost
	case s.on["silent"]:
		return nil
	case s.on["gbk"]:
		out = []byte{0xD1, 0xF9, 0xC0, 0xFD} // 样例
	case s.on["long"]:
		out = make([]byte, longCode)
		for i := range out {
			out[i] = 'A'
		}
	default:
		out = []byte(text)
	}
	if s.on["garbage"] {
		out = append([]byte{0x00, 0xFF, 0x02, '\r'}, out...)
	}
	out = append(out, s.end...)
	if s.on["twice"] {
		out = append(out, out...)
	}
	s.n++
	_, err := s.line.Write(out)
	return err
}

// Set turns a fault on or off.
func (s *Scanner) Set(name string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.on.Set(name, on)
}

// State is the scanner now.
func (s *Scanner) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := State{Open: s.line != nil, Codes: s.n, Switches: maps.Clone(s.on)}
	return st
}
