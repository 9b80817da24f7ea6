package ff68

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Functions. From a unit, every function but result is a key, and the last
// byte of its data is the key's code (frmMain.cs).
const (
	funcKey    = 0x01 // to a unit: start an evaluation (data 0B), acknowledge a result (data: its code)
	funcShow   = 0x02 // to a unit: six digits, or data 05: light the stars
	funcBeep   = 0x03 // to a unit
	funcResult = 0x11 // from a unit: data 0 不满意, 1 nothing was pressed, 2 满意, 3 非常满意
)

const (
	dataEvaluate = 0x0B
	dataStars    = 0x05
	digitBlank   = 0x0A
	dataConfirm  = 0x0F // 确认: alone, or with one of confirmed before it

	maxDigits = 6 // before a key; the host of the source takes no more than two
)

// keys are the codes of the call pad.
var keys = map[byte]devices.Key{
	0x0B: devices.KeyEvaluate,
	0x0C: devices.KeyNext,
	0x0D: devices.KeyRecall,
	0x0E: devices.KeyCancel,
	0x12: devices.KeyPause,
	0x13: devices.KeyTransfer,
}

// confirmed are the keys that a pad sends as two bytes, this and 0F.
var confirmed = map[byte]devices.Key{
	0x00: devices.KeySuspend,
	0x03: devices.KeyResume,
	0x06: devices.KeyGiveUp,
}

// FourKeys are the levels of a four-key evaluator on the scale of GB/T 39734
// 7.3. It has no key for 基本满意 (3) and 非常不满意 (1).
var FourKeys = map[int]int{3: 5, 2: 4, 0: 2, 1: 0}

// Times and limits.
const (
	Repeat     = 2 * time.Second        // the same again within this time is a repeat, not a second press
	Held       = 10 * time.Second       // a key that repeats for so long is stuck (R-KEY-14)
	Together   = 300 * time.Millisecond // two different ratings within this time are nobody's answer (R-KEY-15)
	EchoWithin = 150 * time.Millisecond // what comes back so soon is our own frame, on a two-wire line
	GapAfter   = time.Second            // a frame that pauses for longer has ended in the middle
	Rate       = 5                      // frames a second that one unit may send, on average
	Burst      = 10                     // and at once
)

const (
	noiseWindow = 10 * time.Second
	noiseFault  = 256 // bytes in a window that are no frames
	noiseOver   = 16
	calm        = 5 * time.Second // without a frame too many: no babbling any more
)

// Opts are the settings of a line; the zero value is usable.
type Opts struct {
	// Units are the addresses on the line, 0..255. Frames of any other are
	// dropped, and Halt blanks these. Empty: every address is taken.
	Units []int
	// Levels maps a result's code to a level 5..1, or 0 for "nothing
	// pressed"; nil is FourKeys. Codes that are not in it are dropped.
	Levels map[int]int
	// Scale names the pad's scale in readings; "" is "ff68-4".
	Scale string
	// SilentAfter is how many prompts in a row a unit may leave without any
	// frame before it counts as unplugged; 0 is 5, negative is never.
	SilentAfter int
	// Log takes what a technician should know; nil is slog.Default().
	Log *slog.Logger
}

// Dev is one line of keypads.
type Dev struct {
	link    link.Link
	opts    Opts
	writing link.Turn
	drops   atomic.Uint64

	mu      sync.Mutex
	sent    []*sentFrame
	prompts map[byte]int // without an answer
}

type sentFrame struct {
	bytes []byte
	until time.Time
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a line. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l, writing: link.NewTurn(), prompts: map[byte]int{}}
	if o != nil {
		d.opts = *o
	}
	for _, u := range d.opts.Units {
		if u < 0 || u > 255 {
			return nil, fmt.Errorf("ff68: unit %d: want an address from 0 to 255", u)
		}
	}
	for code, level := range d.opts.Levels {
		if code < 0 || code > 255 || level < 0 || level > 5 {
			return nil, fmt.Errorf("ff68: level %d of code %d: want codes 0 to 255 and levels 0 to 5", level, code)
		}
	}
	if d.opts.Levels == nil {
		d.opts.Levels = FourKeys
	}
	if d.opts.Scale == "" {
		d.opts.Scale = "ff68-4"
	}
	if d.opts.SilentAfter == 0 {
		d.opts.SilentAfter = 5
	}
	if d.opts.Log == nil {
		d.opts.Log = slog.Default()
	}
	return d, nil
}

func (d *Dev) String() string { return "ff68 on " + d.link.String() }

// Drops counts the bytes and frames that could not be used: noise, unknown
// units, keys and codes, and what a unit sent beyond its rate.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Run reads the line until ctx ends or the link dies.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	chunks := make(chan chunk, 64)
	gone := make(chan error, 1)
	reading, stop := context.WithCancel(ctx)
	defer func() { stop(); <-gone }()
	go d.read(reading, chunks, gone)

	l := newLine(d, ctx, out)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case c, ok := <-chunks:
			if !ok {
				err := <-gone
				gone <- err
				if ctx.Err() != nil {
					return ctx.Err()
				}
				return fmt.Errorf("ff68: %s: %w", d.link, err)
			}
			l.feed(c)
		case <-timer.C:
			for pending := true; pending; { // what arrived before this moment comes first
				select {
				case c, ok := <-chunks:
					if pending = ok; ok {
						l.feed(c)
					}
				default:
					pending = false
				}
			}
			l.tick(time.Now())
		case <-ctx.Done():
			return ctx.Err()
		}
		if l.err != nil {
			return l.err
		}
		timer.Reset(time.Until(l.next()))
	}
}

// chunk is a piece of the stream and when it came.
type chunk struct {
	p  []byte
	at time.Time
}

// read moves bytes from the link to the line. While the line waits for the
// sink it goes on; what does not fit is dropped, and the pads repeat it.
func (d *Dev) read(ctx context.Context, chunks chan<- chunk, gone chan<- error) {
	defer close(chunks)
	buf := make([]byte, 512)
	for ctx.Err() == nil {
		n, err := d.link.Read(buf)
		if n > 0 {
			select {
			case chunks <- chunk{slices.Clone(buf[:n]), time.Now()}:
			default:
				d.drops.Add(uint64(n))
			}
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			gone <- err
			return
		}
	}
	gone <- ctx.Err()
}

var (
	_ devices.Keypad  = (*Dev)(nil)
	_ devices.Starred = (*Dev)(nil)
)

// Prompt lights the unit's request for a rating (FUNC 01, data 0B).
func (d *Dev) Prompt(ctx context.Context, unit int) error {
	if err := d.send(ctx, unit, funcKey, dataEvaluate); err != nil {
		return err
	}
	d.mu.Lock()
	d.prompts[byte(unit)]++
	d.mu.Unlock()
	return nil
}

// ShowQueue shows how many wait (first three digits) and the number being
// served (last three), each 0..999; -1 leaves its three digits blank.
func (d *Dev) ShowQueue(ctx context.Context, unit, waiting, number int) error {
	if waiting < -1 || waiting > 999 || number < -1 || number > 999 {
		return fmt.Errorf("ff68: unit %d: waiting %d, number %d: want 0 to 999, or -1 for blank", unit, waiting, number)
	}
	return d.send(ctx, unit, funcShow, append(digits(waiting), digits(number)...)...)
}

// Beep sounds the unit's buzzer.
func (d *Dev) Beep(ctx context.Context, unit int) error { return d.send(ctx, unit, funcBeep) }

// Stars lights the rating light of the unit's member of staff.
func (d *Dev) Stars(ctx context.Context, unit int) error {
	return d.send(ctx, unit, funcShow, dataStars)
}

// Halt blanks the digits of the configured units.
func (d *Dev) Halt() error {
	for _, u := range d.opts.Units {
		if err := d.ShowQueue(context.Background(), u, -1, -1); err != nil {
			return err
		}
	}
	return nil
}

func digits(n int) []byte {
	if n < 0 {
		return []byte{digitBlank, digitBlank, digitBlank}
	}
	return []byte{byte(n / 100), byte(n / 10 % 10), byte(n % 10)}
}

// send writes one frame and waits until it has left: on a two-wire line the
// units can answer only then.
func (d *Dev) send(ctx context.Context, unit int, function byte, data ...byte) error {
	if unit < 0 || unit > 255 || !d.known(byte(unit)) {
		return fmt.Errorf("ff68: %s: unit %d: %w", d.link, unit, devices.ErrNoUnit)
	}
	b, err := Encode(Frame{Addr: byte(unit), Func: function, Data: data})
	if err != nil {
		return err
	}
	if err := d.writing.Take(ctx); err != nil {
		return err
	}
	defer d.writing.Leave()
	defer d.left(d.remember(b))
	if _, err := d.link.Write(b); err != nil {
		return fmt.Errorf("ff68: %s: unit %d: %w", d.link, unit, err)
	}
	if err := d.link.Drain(); err != nil {
		return fmt.Errorf("ff68: %s: unit %d: %w", d.link, unit, err)
	}
	return nil
}

func (d *Dev) known(addr byte) bool {
	return len(d.opts.Units) == 0 || slices.Contains(d.opts.Units, int(addr))
}

// remember notes a frame that may come back as an echo; left says that it has
// now gone out.
func (d *Dev) remember(b []byte) *sentFrame {
	f := &sentFrame{b, time.Now().Add(time.Minute)}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = append(d.sent, f)
	return f
}

func (d *Dev) left(f *sentFrame) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f.until = time.Now().Add(EchoWithin)
}

// echo tells whether a frame is one of ours coming back. Each that was sent
// comes back once at most.
func (d *Dev) echo(f Frame, at time.Time) bool {
	b, err := Encode(f)
	if err != nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.sent = slices.DeleteFunc(d.sent, func(s *sentFrame) bool { return s.until.Before(at) })
	i := slices.IndexFunc(d.sent, func(s *sentFrame) bool { return bytes.Equal(s.bytes, b) })
	if i < 0 {
		return false
	}
	d.sent = slices.Delete(d.sent, i, i+1)
	return true
}

// heard notes that a unit lives.
func (d *Dev) heard(addr byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.prompts, addr)
}

// silent lists the units that have left too many prompts without an answer.
func (d *Dev) silent() []byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	var units []byte
	for addr, n := range d.prompts {
		if d.opts.SilentAfter > 0 && n > d.opts.SilentAfter {
			units = append(units, addr)
		}
	}
	return units
}
