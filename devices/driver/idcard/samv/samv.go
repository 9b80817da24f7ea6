package samv

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// command is one thing that the SAM is told. There is none for fingerprints
// (30 10), and no way to send a command that is not in this table.
type command struct {
	name            string
	code, parameter byte
	keep            int                             // bytes of its answer that are looked at
	answer          func(sw3 byte, size int) bool   // what success looks like
	wait            func(o *Opts) (d time.Duration) // for the answer
}

// The commands, GA 467. Size is that of the data after SW3.
var (
	reset  = command{"reset", 0x10, 0xFF, 0, plain(swDone), (*Opts).readIn}
	status = command{"status", 0x11, 0xFF, 0, plain(swDone), (*Opts).answerIn}
	number = command{"SAM number", 0x12, 0xFF, 16, sized(swDone, 16), (*Opts).answerIn}
	find   = command{"find", 0x20, 0x01, 0, sized(swFound, 4), (*Opts).answerIn}
	choose = command{"select", 0x20, 0x02, 0, sized(swDone, 8), (*Opts).answerIn}
	read   = command{"read", 0x30, 0x01, 4 + textSize, textAndPhoto, (*Opts).readIn}
	probe  = command{"new address", 0x30, 0x03, 0, newAddress, (*Opts).readIn}
)

func plain(sw3 byte) func(byte, int) bool { return sized(sw3, 0) }

func sized(sw3 byte, size int) func(byte, int) bool {
	return func(sw byte, n int) bool { return sw == sw3 && n == size }
}

// textAndPhoto takes the answer of 1295 bytes: two lengths, text, photo. One
// with fingerprints is longer, and was not asked for.
func textAndPhoto(sw byte, n int) bool { return sw == swDone && n == 4+textSize+photoSize }

// newAddress is the address that was written to the card later, or none.
func newAddress(sw byte, n int) bool { return sw == swDone && n == 70 || sw == swNone && n == 0 }

const photoSize = 1024

// SW3, what became of a command (GA 467).
const (
	swChecksum = 0x10 // the SAM saw a wrong XOR
	swLength   = 0x11
	swCommand  = 0x21 // wrong command
	swRight    = 0x23 // no privilege for it
	swUnknown  = 0x24
	swSelfTest = 0x60 // the SAM is broken
	swNoRight  = 0x66 // the SAM is not authorised
	swNoCard   = 0x80
	swDone     = 0x90
	swNone     = 0x91 // no such content on the card
	swFound    = 0x9F
)

// refusals are the other statuses, which come without data. Of 31, 32, 33, 40,
// 41, 47 and 81 another try may go better.
var refusals = map[byte]bool{
	swChecksum: true, swLength: true, swCommand: true, swRight: true, swUnknown: true,
	0x31: true, 0x32: true, 0x33: true, 0x40: true, 0x41: true, 0x47: true,
	swSelfTest: true, swNoRight: true, swNoCard: true, 0x81: true,
}

// Times and limits.
const (
	QuietAfter  = 300 * time.Millisecond // a frame that pauses for longer has ended in the middle
	Between     = 20 * time.Millisecond  // between two commands
	Tries       = 3                      // to read a card that is there
	TryAfter    = 100 * time.Millisecond //
	UnreadAgain = 3 * time.Second        // CardUnread is not repeated sooner
	HoldFor     = 3 * time.Second        // a card counts as lying there, with Quirks.NoProbe
	SilentAfter = 3                      // commands in a row without an answer make a fault
)

// Quirks are what some readers do otherwise.
type Quirks struct {
	// NoProbe: the reader does not know "read new address" (30 03). A card is
	// then reported as gone HoldFor after it was read. The driver finds out by
	// itself when the reader answers with "wrong command".
	NoProbe bool
}

// Opts are the settings of a reader; the zero value is usable.
type Opts struct {
	Poll   time.Duration // between two looks for a card; 0 is 400 ms (300–500 ms in the manuals)
	Answer time.Duration // for a short answer; 0 is 1 s
	Read   time.Duration // for reset and for reading, which takes 1–1.5 s; 0 is 5 s
	Quirks Quirks
	Log    *slog.Logger // nil is slog.Default()
}

func (o *Opts) answerIn() time.Duration { return o.Answer }
func (o *Opts) readIn() time.Duration   { return o.Read }

// Dev is one reader.
type Dev struct {
	link  link.Link
	opts  Opts
	drops atomic.Uint64
	sam   atomic.Pointer[string]
	ready atomic.Bool
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a reader. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l}
	if o != nil {
		d.opts = *o
	}
	for _, s := range []struct {
		name              string
		value             *time.Duration
		missing, min, max time.Duration
	}{
		{"poll", &d.opts.Poll, 400 * time.Millisecond, 100 * time.Millisecond, 10 * time.Second},
		{"answer", &d.opts.Answer, time.Second, 100 * time.Millisecond, 10 * time.Second},
		{"read", &d.opts.Read, 5 * time.Second, time.Second, 30 * time.Second},
	} {
		if *s.value == 0 {
			*s.value = s.missing
		}
		if *s.value < s.min || *s.value > s.max {
			return nil, fmt.Errorf("samv: %s %s: want %s to %s", s.name, *s.value, s.min, s.max)
		}
	}
	if d.opts.Log == nil {
		d.opts.Log = slog.Default()
	}
	return d, nil
}

// String names the port, and the SAM once it has said its number.
func (d *Dev) String() string {
	if sam := d.sam.Load(); sam != nil {
		return "samv on " + d.link.String() + ", SAM " + *sam
	}
	return "samv on " + d.link.String()
}

// Drops counts the bytes and frames that could not be used.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Run looks for cards until ctx ends or the link dies. It hands out Card once
// for each card that is laid, CardGone when it is taken away, CardUnread when
// what lies there cannot be read, and Faults.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	s := &session{dev: d, ctx: ctx, out: out, faults: map[devices.FaultCode]bool{}, buf: make([]byte, 512)}
	err := s.serve()
	d.ready.Store(false)
	s.dec.Gap()
	s.count()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	s.gone() // nobody sees any more whether the card still lies there
	return fmt.Errorf("samv: %s: %w", d.link, err)
}

var _ devices.CardReader = (*Dev)(nil)

// Ready tells whether the module was reset, found well, and still answers.
func (d *Dev) Ready() bool { return d.ready.Load() }

// Halt has nothing to do: a reader that is asked nothing does nothing.
func (d *Dev) Halt() error { return nil }

// samNumber is the SAM's number as it is printed on modules and asked for by
// the police: 05.03-20110321-0000141234-1234567890.
func samNumber(b []byte) string {
	le := binary.LittleEndian
	return fmt.Sprintf("%02d.%02d-%08d-%010d-%010d", le.Uint16(b), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:]))
}

// Errors of one command. The link is well.
var (
	errSilent  = errors.New("no answer")
	errGarbled = errors.New("an answer that cannot be read")
)
