package line

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"hallward/devices"
	"hallward/devices/link"
)

// MaxCode is the longest code in bytes. A slip's code has less than 100.
const MaxCode = 512

// Times and limits.
const (
	Apart      = 100 * time.Millisecond // two codes come no closer; what does is lines of one code
	EndWithin  = time.Second            // a scanner that ends its lines ends each within this time
	BadInARow  = 5                      // lines that cannot be read make a fault
	CalmBefore = time.Minute            // without such a line: it is over
)

// Opts are the settings of a scanner; the zero value is usable.
type Opts struct {
	// Idle ends a code of a scanner that sends neither CR nor LF; 0 is 50 ms.
	// Links notice quiet in steps of 100 ms.
	Idle time.Duration
	// Again is how long the same code counts as still being held before the
	// scanner, from the last time it was read; 0 is 1 s.
	Again time.Duration
}

// Dev is one scanner.
type Dev struct {
	link  link.Link
	opts  Opts
	drops atomic.Uint64
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a scanner. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l}
	if o != nil {
		d.opts = *o
	}
	if d.opts.Idle == 0 {
		d.opts.Idle = 50 * time.Millisecond
	}
	if d.opts.Again == 0 {
		d.opts.Again = time.Second
	}
	if d.opts.Idle < 10*time.Millisecond || d.opts.Idle > time.Second {
		return nil, fmt.Errorf("scanner: idle %s: want 10ms to 1s", d.opts.Idle)
	}
	if d.opts.Again < 100*time.Millisecond || d.opts.Again > 30*time.Second {
		return nil, fmt.Errorf("scanner: again %s: want 100ms to 30s", d.opts.Again)
	}
	return d, nil
}

func (d *Dev) String() string { return "scanner on " + d.link.String() }

// Drops counts the lines that could not be used. The same code read again is
// none of them.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Run reads codes until ctx ends or the link dies.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	s := &session{dev: d, ctx: ctx, out: out, last: time.Now()}
	defer s.wipe()
	buf := make([]byte, MaxCode)
	for {
		n, err := d.link.Read(buf)
		now := time.Now()
		s.quiet(now)
		for _, b := range buf[:n] {
			s.take(b, now)
		}
		clear(buf[:n])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			return fmt.Errorf("scanner: %s: %w", d.link, err)
		}
	}
}

// Halt has nothing to do: a scanner is told nothing.
func (d *Dev) Halt() error { return nil }

// session is one Run.
type session struct {
	dev *Dev
	ctx context.Context
	out devices.Sink

	buf  []byte    // the line under way
	long bool      // it has become too long, and the rest is left out
	last time.Time // of the last byte
	ends bool      // this scanner ends its lines

	text   string // the last code
	seen   time.Time
	bad    int // lines in a row that could not be read
	badAt  time.Time
	failed bool // the fault is reported
}

// quiet does what the time since the last byte has made due.
func (s *session) quiet(now time.Time) {
	pause := s.dev.opts.Idle
	if s.ends {
		pause = EndWithin
	}
	if (len(s.buf) > 0 || s.long) && now.Sub(s.last) >= pause {
		if s.ends {
			s.drop(now)
		} else {
			s.end(s.last)
		}
	}
	if s.failed && now.Sub(s.badAt) >= CalmBefore {
		s.well(now)
	}
}

func (s *session) take(b byte, now time.Time) {
	s.last = now
	switch {
	case b == '\r' || b == '\n':
		if len(s.buf) > 0 || s.long {
			s.ends = true
			s.end(now)
		}
	case len(s.buf) == MaxCode:
		s.long = true
	default:
		s.buf = append(s.buf, b)
	}
}

// end judges a line that is complete.
func (s *session) end(now time.Time) {
	text := string(s.buf)
	if s.long || !utf8.ValidString(text) || strings.ContainsFunc(text, forbidden) || strings.TrimSpace(text) == "" {
		s.drop(now)
		return
	}
	s.wipe()
	s.bad = 0
	s.well(now)
	pause := now.Sub(s.seen)
	switch {
	case text == s.text && pause < s.dev.opts.Again:
		s.seen = now
		return
	case s.text != "" && pause < Apart:
		s.dev.drops.Add(1)
		return
	}
	s.text, s.seen = text, now
	_ = s.out(s.ctx, devices.Scan{Text: text, At: now}) // one that is not taken is held before the scanner again
}

// forbidden are characters that no code in a hall has: control and format
// characters, and what stands for broken text.
func forbidden(r rune) bool {
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar || r == '\u2028' || r == '\u2029'
}

// drop counts a line that cannot be used.
func (s *session) drop(now time.Time) {
	s.wipe()
	s.dev.drops.Add(1)
	s.bad++
	s.badAt = now
	if s.bad >= BadInARow && !s.failed {
		s.failed = true
		_ = s.out(s.ctx, devices.Fault{Code: devices.FaultGarbled, On: true, Detail: "what it sends cannot be read: speed and character set of the scanner", At: now})
	}
}

func (s *session) well(now time.Time) {
	if s.failed {
		s.failed = false
		_ = s.out(s.ctx, devices.Fault{Code: devices.FaultGarbled, At: now})
	}
}

func (s *session) wipe() {
	clear(s.buf)
	s.buf, s.long = s.buf[:0], false
}
