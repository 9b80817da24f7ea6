// Package idcard simulates a reader for Chinese identity cards with a SAM_V
// module on a serial port. It is written from the published frames, statuses
// and text blocks (GA 467, GA/T 490) and shares no code with the driver. Its
// cards are fictional.
//
// Like a real SAM it answers "no card" to find for a card that it has read,
// until the card is taken away, and wants find and select before each read.
package idcard

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

// Switches are the faults of a reader, with a word for each.
var Switches = map[string]string{
	"silent":   "takes everything, says nothing",
	"garbage":  "noise before each answer",
	"checksum": "each answer of a read has a wrong XOR",
	"half":     "each answer stops in the middle",
	"zero":     "a stray 00 in each preamble",
	"read-41":  "every read fails: card not read",
	"read-33":  "every read fails: information verification",
	"read-31":  "every read fails: the card refuses the SAM",
	"fingers":  "fingerprints in the answer of a read, which nobody asked for",
	"kind":     "a text block of an unknown kind",
	"no-probe": "does not know the command for the new address",
	"selftest": "the module says that it is broken",
}

// Reader is a simulated reader.
type Reader struct {
	mu       sync.Mutex
	line     io.Writer // nil while nobody has opened the port
	card     *Card     // that lies on it
	name     string    // of the card
	found    bool
	selected bool
	done     bool // the card has been read
	failed   int  // reads of this card
	on       switches.Board
	commands map[string]int
	strange  int
	sam      [16]byte
}

// State is the reader, for people and tests.
type State struct {
	Open     bool           `json:"open"`               // a driver has the port
	Card     string         `json:"card,omitempty"`     // that lies on it, by its short name
	Read     bool           `json:"read"`               // and has been read
	Commands map[string]int `json:"commands"`           // "30 01" → how often
	Fingers  int            `json:"fingers_asked_for"`  // 30 10: never
	Strange  int            `json:"strange,omitempty"`  // bytes and commands that are none
	Switches switches.Board `json:"switches,omitempty"` // that are on
}

// New is a reader without a card.
func New() *Reader {
	return &Reader{on: switches.New(slices.Collect(maps.Keys(Switches))...), commands: map[string]int{},
		sam: [16]byte{5, 0, 3, 0, 0x6F, 0xDB, 0x32, 0x01, 1, 0, 0, 0, 2, 0, 0, 0}} // 05.03-20110191-…: of no real module
}

// ErrCard is a card that is not in the drawer, or does not fit where it is
// wanted.
var ErrCard = errors.New("no such card")

// Lay lays a card of Samples on the reader.
func (r *Reader) Lay(name string) error {
	c, ok := Samples[name]
	if !ok {
		return fmt.Errorf("card %q: %w, want one of %v", name, ErrCard, slices.Sorted(maps.Keys(Samples)))
	}
	return r.LayCard(name, c)
}

// LayCard lays any card on the reader. One that lies there is replaced, as by a
// quick hand.
func (r *Reader) LayCard(name string, c Card) error {
	if _, err := c.text(); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card, r.name = &c, name
	r.found, r.selected, r.done, r.failed = false, false, false, 0
	return nil
}

// Take takes the card away.
func (r *Reader) Take() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.card, r.name = nil, ""
	r.found, r.selected, r.done = false, false, false
}

// Set turns a fault on or off.
func (r *Reader) Set(name string, on bool) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.on.Set(name, on)
}

// State is the reader now.
func (r *Reader) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := State{Open: r.line != nil, Card: r.name, Read: r.done, Commands: maps.Clone(r.commands), Fingers: r.commands["30 10"], Strange: r.strange, Switches: maps.Clone(r.on)}
	return s
}

// Run serves the port until ctx ends.
func (r *Reader) Run(ctx context.Context, on port.Port) error { return on.Run(ctx, r.Serve) }

// Serve plays the reader for one driver.
func (r *Reader) Serve(ctx context.Context, line io.ReadWriteCloser) error {
	r.mu.Lock()
	r.line = line
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.line = nil
	}()
	stop := context.AfterFunc(ctx, func() { _ = line.Close() })
	defer stop()
	var in []byte
	buf := make([]byte, 256)
	for {
		n, err := line.Read(buf)
		in = r.take(append(in, buf[:n]...), line)
		if err != nil {
			return err
		}
	}
}

// ErrNoHost is a byte for a line that nobody has opened.
var ErrNoHost = errors.New("nobody has opened the reader")

// Raw puts bytes on the line as they are.
func (r *Reader) Raw(b []byte) error {
	r.mu.Lock()
	line := r.line
	r.mu.Unlock()
	if line == nil {
		return ErrNoHost
	}
	_, err := line.Write(b)
	return err
}
