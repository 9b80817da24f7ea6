package template

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// Frames of a display. A state of a sign may have one too, by its own name.
const (
	FrameShow   = "show"
	FrameFlash  = "flash"
	FrameClear  = "clear"
	FrameBright = "bright"
)

// Names are all frames that a display may have.
func Names() []string {
	return []string{FrameShow, FrameFlash, FrameClear, FrameBright, devices.SignClosed, devices.SignOpen,
		devices.SignPaused, devices.SignCalled, devices.SignServing, devices.SignMessage}
}

// Escape replaces a byte that the protocol keeps for itself.
type Escape struct {
	Byte byte
	As   []byte
}

// Opts are the settings of a line of displays. A frame to show is needed,
// everything else may be zero.
type Opts struct {
	// Units are the addresses on the line, 0..65535; none is 0 alone.
	Units   []int
	Frames  map[string][]Part
	Escapes []Escape
	// Answer is what the display sends when it has taken a frame; nil is a
	// display that sends nothing.
	Answer Pattern
	// Within is the time for an answer; 0 is 300 ms.
	Within time.Duration
	// Gap is the silence after each frame; 0 is 20 ms.
	Gap time.Duration
}

// Errors of a frame.
var (
	ErrNoAnswer = errors.New("no answer in time")
	ErrGarbled  = errors.New("another answer than the one that was waited for")
)

// Dev is one line of displays.
type Dev struct {
	link  link.Link
	opts  Opts
	turn  link.Turn
	heard chan []byte
	free  time.Time // the line is quiet from then on; guarded by turn
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a line. It does no I/O; a wrong setting is an error.
func New(l link.Link, o *Opts) (*Dev, error) {
	d := &Dev{link: l, turn: link.NewTurn(), heard: make(chan []byte, 64)}
	if o != nil {
		d.opts = *o
	}
	if len(d.opts.Units) == 0 {
		d.opts.Units = []int{0}
	}
	for _, u := range d.opts.Units {
		if u < 0 || u > 0xFFFF {
			return nil, fmt.Errorf("template: unit %d: want 0 to 65535", u)
		}
	}
	if len(d.opts.Frames[FrameShow]) == 0 {
		return nil, errors.New("template: frames: show is missing")
	}
	for name, parts := range d.opts.Frames {
		if !slices.Contains(Names(), name) {
			return nil, fmt.Errorf("template: frames: %q: unknown", name)
		}
		if err := checkParts(parts); err != nil {
			return nil, fmt.Errorf("template: frames: %s: %w", name, err)
		}
	}
	if d.opts.Within == 0 {
		d.opts.Within = 300 * time.Millisecond
	}
	if d.opts.Gap == 0 {
		d.opts.Gap = 20 * time.Millisecond
	}
	return d, nil
}

func (d *Dev) String() string { return "template display on " + d.link.String() }

// Run reads the line until ctx ends or the link dies.
func (d *Dev) Run(ctx context.Context, _ devices.Sink) error {
	buf := make([]byte, 256)
	for ctx.Err() == nil {
		n, err := d.link.Read(buf)
		if n > 0 {
			select {
			case d.heard <- slices.Clone(buf[:n]):
			default: // noise that nobody waits for
			}
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			return fmt.Errorf("template: %s: %w", d.link, err)
		}
	}
	return ctx.Err()
}

var _ devices.Display = (*Dev)(nil)

// Show sends the frame that fits the sign, after the one for the brightness
// where there is one.
func (d *Dev) Show(ctx context.Context, unit int, s devices.Sign) error {
	if !slices.Contains(d.opts.Units, unit) {
		return fmt.Errorf("template: %s: no unit %d on this line", d.link, unit)
	}
	frames, err := d.encode(unit, s, time.Now())
	if err != nil {
		return fmt.Errorf("template: %s: unit %d: %w", d.link, unit, err)
	}
	if err := d.turn.Take(ctx); err != nil {
		return fmt.Errorf("template: %s: unit %d: %w", d.link, unit, err)
	}
	defer d.turn.Leave()
	for _, f := range frames {
		if err := d.send(ctx, unit, f, true); err != nil {
			return fmt.Errorf("template: %s: unit %d: %w", d.link, unit, err)
		}
	}
	return nil
}

// Halt leaves the displays dark. Nobody reads their answers any more.
func (d *Dev) Halt() error {
	ctx := context.Background()
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	for _, u := range d.opts.Units {
		frames, err := d.encode(u, devices.Sign{}, time.Time{})
		if err != nil {
			return fmt.Errorf("template: %s: unit %d: %w", d.link, u, err)
		}
		for _, f := range frames {
			if err := d.send(ctx, u, f, false); err != nil {
				return fmt.Errorf("template: %s: unit %d: %w", d.link, u, err)
			}
		}
	}
	return nil
}

// encode is the frames for a sign.
func (d *Dev) encode(unit int, s devices.Sign, now time.Time) ([][]byte, error) {
	var out [][]byte
	for _, name := range d.names(s, now) {
		b, err := Encode(d.opts.Frames[name], d.opts.Escapes, unit, s)
		if err != nil {
			return nil, fmt.Errorf("frame %s: %w", name, err)
		}
		out = append(out, b)
	}
	return out, nil
}

// names are the frames for a sign, by name.
func (d *Dev) names(s devices.Sign, now time.Time) []string {
	has := func(name string) bool { return len(d.opts.Frames[name]) > 0 }
	var names []string
	if has(FrameBright) && s.Bright > 0 {
		names = append(names, FrameBright)
	}
	switch {
	case s.State == devices.SignBlank && has(FrameClear):
		return append(names, FrameClear)
	case now.Before(s.Flash) && has(FrameFlash):
		return append(names, FrameFlash)
	case has(s.State):
		return append(names, s.State)
	}
	return append(names, FrameShow)
}

// send writes a frame when the line is quiet and waits for the answer.
func (d *Dev) send(ctx context.Context, unit int, frame []byte, listen bool) error {
	if err := d.quiet(ctx); err != nil {
		return err
	}
	for len(d.heard) > 0 { // what came before the frame does not answer it
		<-d.heard
	}
	if _, err := d.link.Write(frame); err != nil {
		return err
	}
	if err := d.link.Drain(); err != nil {
		return err
	}
	d.free = time.Now().Add(d.opts.Gap)
	if d.opts.Answer == nil || !listen {
		return nil
	}
	return d.answer(ctx, unit)
}

func (d *Dev) quiet(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	wait := time.NewTimer(time.Until(d.free))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxAnswer is more than any display says; what is longer is noise.
const maxAnswer = 512

func (d *Dev) answer(ctx context.Context, unit int) error {
	late := time.NewTimer(d.opts.Within)
	defer late.Stop()
	var in []byte
	for {
		select {
		case b := <-d.heard:
			in = append(in, b...)
			d.free = time.Now().Add(d.opts.Gap)
			if d.opts.Answer.Find(in, unit) {
				return nil
			}
			in = in[max(0, len(in)-maxAnswer):]
		case <-late.C:
			if len(in) > 0 {
				return fmt.Errorf("%w: % X", ErrGarbled, in[:min(len(in), 32)])
			}
			return ErrNoAnswer
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
