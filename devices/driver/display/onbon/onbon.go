package onbon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Times.
const (
	// gap is kept between two frames: 3.5 characters of 9600 baud, so that a
	// card has let go of the RS-485 line.
	gap = 5 * time.Millisecond
	// late is how long the line must be quiet after a card has answered again,
	// so that no answer to an earlier frame is taken for the next one's.
	late = 50 * time.Millisecond
)

// Sound is what a speaking card (-YY) does in Say.
type Sound string

// Sounds.
const (
	Mute   Sound = ""       // it has no voice: Say is an error
	Shown  Sound = "shown"  // it reads out what stands on the strip
	Speech Sound = "speech" // it speaks the announcement
)

// Opts are the settings of a line; the zero value drives one card with a strip
// of 128 by 16 pixels.
type Opts struct {
	// Units are the addresses on the line, 1..32767, or 0 for the only card
	// whatever its address. Empty: every one is taken.
	Units []int
	// Width and Height of a strip in pixels, 16..4096 and 16..1024; 0 is 128 by 16.
	Width, Height int
	// X and Y are where the area begins, in pixels.
	X, Y int
	// Area is the number of the dynamic area, 0..4.
	Area int
	// Font is the height of the card's font: 16, 24 or 32 pixels; 0 is 16.
	Font int
	// Charset is what the fonts can show; "" is GBK.
	Charset Charset
	// Templates say what stands there in each state, such as "{number} 请到{window}号窗":
	// with {number}, {window}, {text}, {english}, {staff}, {post}, {waiting} and
	// line breaks. Without one the sign's text stands there.
	Templates map[string]string
	// Colours of the states: red, green, yellow, blue, cyan, magenta or white.
	// Without one: called and messages are red, open and serving green, the
	// rest yellow.
	Colours map[string]string
	// Speed of a text that runs, 1 (fastest) to 24; 0 is 4.
	Speed int
	// Steady leaves calls without a flash.
	Steady bool
	// Forget has the card drop a sign that was not renewed for so long: a strip
	// that has lost its controller shows no old number. 1 s to 18 h; 0 is never.
	Forget time.Duration
	// Normal leaves the card in normal display mode, where the area must not
	// overlap a stored program.
	Normal bool
	// Sound is what Say does.
	Sound Sound
	// Speaker is the card's voice, 0..5, and Pace its speed, 1..10; 0 is 5.
	Speaker int
	Pace    int
	// Answer is how long a card may take; 0 is 300 ms.
	Answer time.Duration
	// Silence of all cards, after which the link is opened anew when they had
	// answered on it; 0 is 15 s.
	Silence time.Duration
	Quirks  Quirks
}

// Quirks are what single models do differently.
type Quirks struct {
	// Bytewise cards look for escapes in the second byte of a hanzi: characters
	// with 5C there are left out.
	Bytewise bool
	// Unchecked cards answer with the CRC FF FF.
	Unchecked bool
}

// Dev is one line of strips.
type Dev struct {
	link    link.Link
	opts    Opts
	writing link.Turn
	answers chan Frame
	drops   atomic.Uint64

	mu      sync.Mutex
	units   map[int]*unit
	ended   bool      // Run has returned
	heard   time.Time // the last answer of any card
	mute    int       // exchanges without one, since
	touched time.Time // the last traffic, ours or theirs

	tag uint16 // source address of the last exchange; guarded by writing
}

// unit is what the driver knows of one card; whoever is writing has it.
type unit struct {
	suspect bool // it has not answered: it is asked before it is told
	echoes  bool // it answers to the source address that asked
	plain   bool // it knows only the usual source address
	level   int  // of brightness, -1 when not known
	shows   area
	seen    bool // shows was sent
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a line. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l, writing: link.NewTurn(), answers: make(chan Frame, 16), units: map[int]*unit{}}
	if o != nil {
		d.opts = *o
	}
	if err := d.opts.check(); err != nil {
		return nil, fmt.Errorf("onbon: %w", err)
	}
	return d, nil
}

// check fills in what is missing and says what is wrong.
func (o *Opts) check() error {
	set(&o.Width, 128)
	set(&o.Height, 16)
	set(&o.Font, 16)
	set(&o.Charset, GBK)
	set(&o.Speed, 4)
	set(&o.Pace, 5)
	set(&o.Answer, 300*time.Millisecond)
	set(&o.Silence, 15*time.Second)
	for _, u := range o.Units {
		if u < 0 || u > maxUnit {
			return fmt.Errorf("unit %d: want an address from 0 to %d", u, maxUnit)
		}
	}
	if slices.Contains(o.Units, 0) && len(o.Units) > 1 {
		return errors.New("unit 0 is every card: want it alone on its line")
	}
	for _, n := range []struct {
		name        string
		n, min, max int
	}{
		{"width", o.Width, 16, 4096}, {"height", o.Height, 16, 1024}, {"x", o.X, 0, 4095}, {"y", o.Y, 0, 1023},
		{"area", o.Area, 0, 4}, {"speed", o.Speed, 1, 24}, {"speaker", o.Speaker, 0, 5}, {"pace", o.Pace, 1, 10},
	} {
		if n.n < n.min || n.n > n.max {
			return fmt.Errorf("%s %d: want %d to %d", n.name, n.n, n.min, n.max)
		}
	}
	if fonts[o.Font] == "" || o.Font > o.Height {
		return fmt.Errorf("font %d: want 16, 24 or 32, and not higher than the strip (%d)", o.Font, o.Height)
	}
	if o.Charset != GBK && o.Charset != GB2312 {
		return fmt.Errorf("charset %q: want gbk or gb2312", o.Charset)
	}
	if o.Sound != Mute && o.Sound != Shown && o.Sound != Speech {
		return fmt.Errorf("sound %q: want none, shown or speech", o.Sound)
	}
	if o.Forget < 0 || o.Forget > 18*time.Hour || o.Forget > 0 && o.Forget < time.Second {
		return fmt.Errorf("forget %s: want 1s to 18h", o.Forget)
	}
	for state, t := range o.Templates {
		if err := devices.CheckSignTemplate(t); err != nil {
			return fmt.Errorf("template of %s: %w", state, err)
		}
	}
	for state, c := range o.Colours {
		if colours[c] == 0 {
			return fmt.Errorf("colour of %s: %q: want red, green, yellow, blue, cyan, magenta or white", state, c)
		}
	}
	return nil
}

func set[T comparable](v *T, standard T) {
	var zero T
	if *v == zero {
		*v = standard
	}
}

func (d *Dev) String() string { return "onbon on " + d.link.String() }

// Drops counts the bytes that were part of no frame, and frames for nobody.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Run reads the line until ctx ends or the link dies. When every card has fallen
// silent that had answered on this link, it returns link.ErrSilent: the other
// end of a connection may have gone without a word.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	defer d.over()
	d.mu.Lock()
	d.ended, d.heard, d.mute = false, time.Time{}, 0
	d.mu.Unlock()
	var dec Decoder
	var dropped uint64
	told := false
	buf := make([]byte, 512)
	for ctx.Err() == nil {
		n, err := d.link.Read(buf)
		dec.Feed(buf[:n], d.take)
		d.drops.Add(dec.Drops() - dropped)
		dropped = dec.Drops()
		heard, silent := d.state(time.Now())
		if heard && !told { // a line that was opened anew is up with its first word
			told = true
			_ = out(ctx, devices.Fault{Code: devices.FaultSilent, At: time.Now()})
		}
		switch {
		case err != nil && !errors.Is(err, link.ErrTimeout):
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("onbon: %s: %w", d.link, err)
		case silent:
			return fmt.Errorf("onbon: %s: no card answers: %w", d.link, link.ErrSilent)
		}
	}
	return ctx.Err()
}

func (d *Dev) over() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ended = true
}

// deaf is how many exchanges in a row nobody has answered when the line counts
// as silent.
const deaf = 5

func (d *Dev) state(now time.Time) (heard, silent bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	heard = !d.heard.IsZero()
	return heard, heard && d.mute >= deaf && now.Sub(d.heard) >= d.opts.Silence
}

// take hands on an answer. What is addressed to somebody else is our own frame
// on a two-wire line, or another card's.
func (d *Dev) take(f Frame) {
	d.mu.Lock()
	d.touched = time.Now()
	d.mu.Unlock()
	if f.To < host || f.To > lastTag {
		return
	}
	if f.Unchecked && !d.opts.Quirks.Unchecked || len(f.Data) < 5 {
		d.drops.Add(1)
		return
	}
	select {
	case d.answers <- f:
	default: // a babbling card; nobody waits for so many
		d.drops.Add(1)
	}
}

var _ devices.Display = (*Dev)(nil)

// Show makes the card at an address show a sign: brightness first where the sign
// says one and the card is not known to have it, then the area.
func (d *Dev) Show(ctx context.Context, address int, s devices.Sign) error {
	a := d.opts.area(s, !d.opts.Steady && s.Flash.After(time.Now()))
	return d.with(ctx, address, func(u *unit) error {
		u.shows, u.seen = a, true
		if s.Bright > 0 {
			if level := devices.Shade(s.Bright, 15, 0); level != u.level {
				_, err := d.ask(ctx, address, u, command(cmdBright, answerYes, 1, byte(level)))
				var refused *Refused // a card that cannot do this shows the sign all the same
				if err != nil && !errors.As(err, &refused) {
					return err
				}
				u.level = level
			}
		}
		_, err := d.ask(ctx, address, u, a.update(answerYes))
		return err
	})
}

// Ping asks a card whether it is there.
func (d *Dev) Ping(ctx context.Context, address int) error {
	return d.with(ctx, address, func(u *unit) error {
		_, err := d.ask(ctx, address, u, command(cmdPing, answerYes))
		return err
	})
}

// Status asks a card how it is.
func (d *Dev) Status(ctx context.Context, address int) (s Status, err error) {
	err = d.with(ctx, address, func(u *unit) error {
		data, err := d.ask(ctx, address, u, command(cmdStatus, answerYes))
		if err != nil {
			return err
		}
		s, err = parseStatus(data)
		return err
	})
	return s, err
}

// Clear clears the whole strip, areas and programs, until something is shown.
func (d *Dev) Clear(ctx context.Context, address int) error {
	return d.with(ctx, address, func(u *unit) error {
		u.seen = false
		_, err := d.ask(ctx, address, u, command(cmdClear, answerYes))
		return err
	})
}

// Halt deletes the areas, without waiting for anybody's word.
func (d *Dev) Halt() error {
	d.mu.Lock()
	addresses := d.opts.Units
	if len(addresses) == 0 {
		for a := range d.units {
			addresses = append(addresses, a)
		}
	}
	d.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), 2*d.opts.Answer)
	defer cancel()
	if err := d.writing.Take(ctx); err != nil { // who still waits for an answer gives up soon
		return err
	}
	defer d.writing.Leave()
	for _, a := range addresses {
		if err := d.send(ctx, a, host, area{id: byte(d.opts.Area)}.remove(answerNo)); err != nil {
			return fmt.Errorf("onbon: %s: unit %d: %w", d.link, a, err)
		}
	}
	return nil
}
