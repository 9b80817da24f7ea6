package clips

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/link"
	pack "hallward/devices/voice/clips"
)

// Times.
const (
	LookAgain = 30 * time.Second       // at an output that has failed, whether it is well again
	lookFor   = 100 * time.Millisecond // of silence
	lookIn    = 5 * time.Second        // that it must have taken
)

// Opts are the settings of a voice; the zero value is usable.
type Opts struct {
	// Log takes what a technician should know; nil is slog.Default().
	Log *slog.Logger
}

// Output is where the sound goes. Play returns when it was heard to its end.
type Output interface {
	fmt.Stringer
	Play(ctx context.Context, s pack.Sound, label string) error
	Close() error
}

// Dev is one voice.
type Dev struct {
	set    *pack.Set
	out    Output
	log    *slog.Logger
	turn   link.Turn  // one announcement at a time
	health chan error // the end of each, for Run

	mu      sync.Mutex
	missing map[pack.Word]bool // reported
}

var _ devices.Device = (*Dev)(nil)

// New makes a voice. It does no I/O.
func New(set *pack.Set, out Output, o *Opts) *Dev {
	d := &Dev{set: set, out: out, log: slog.Default(), turn: link.NewTurn(), health: make(chan error, 16), missing: map[pack.Word]bool{}}
	if o != nil && o.Log != nil {
		d.log = o.Log
	}
	return d
}

func (d *Dev) String() string { return "recorded voice on " + d.out.String() }

// Run watches the output until ctx ends: it plays a moment of silence at the
// start, and again from time to time while the output fails. A failure is a
// fault that is reported and does not end Run: the next announcement is tried
// all the same.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	look := time.NewTimer(0)
	defer look.Stop()
	failed := false
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-d.health:
		case <-look.C:
			if err = d.silence(ctx); ctx.Err() != nil {
				return ctx.Err()
			}
		}
		if err != nil {
			look.Reset(LookAgain)
		}
		if failed == (err != nil) {
			continue
		}
		failed = err != nil
		f := devices.Fault{Code: devices.FaultMissing, On: failed, At: time.Now()}
		if failed {
			f.Detail = err.Error()
		}
		if err := out(ctx, f); err != nil {
			return fmt.Errorf("clips: report of %s: %w", d.out, err)
		}
	}
}

// silence tries the output without a sound.
func (d *Dev) silence(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, lookIn)
	defer stop()
	rate := d.set.Rate()
	n := int(lookFor * time.Duration(rate) / time.Second)
	return d.play(ctx, pack.Sound{Rate: rate, PCM: make([]int16, n)}, "")
}

var _ devices.Voice = (*Dev)(nil)

// Say plays one announcement to its end. Words that no pack has are left out,
// and reported once. The unit is not looked at: a sound card is one voice.
func (d *Dev) Say(ctx context.Context, _ int, a devices.Announcement) error {
	sound, err := d.set.Render(a.Speeches, a.Chime, a.Volume)
	d.report(sound.Missing)
	if err != nil {
		return err
	}
	err = d.play(ctx, sound, label(a, sound))
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return err // the caller's wish says nothing about the output
	}
	select {
	case d.health <- err:
	default:
	}
	return err
}

// play has the output for itself.
func (d *Dev) play(ctx context.Context, s pack.Sound, label string) error {
	if err := d.turn.Take(ctx); err != nil {
		return err
	}
	defer d.turn.Leave()
	if err := d.out.Play(ctx, s, label); err != nil {
		return fmt.Errorf("clips: %s: %w", d.out, err)
	}
	return nil
}

// mostReports bounds the memory of report.
const mostReports = 1000

// report says once for each word that it is not in the packs.
func (d *Dev) report(missing []pack.Word) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, m := range missing {
		if d.missing[m] || len(d.missing) >= mostReports {
			continue
		}
		d.missing[m] = true
		d.log.Warn("no clip for a word, it is left out", "voice", d.String(), "language", m.Lang, "word", m.Clip)
	}
}

// label is an announcement in a line: the call, and what was said.
func label(a devices.Announcement, s pack.Sound) string {
	text := ""
	if a.Call > 0 {
		text = fmt.Sprintf("call %d:", a.Call)
	}
	for _, span := range s.Spans {
		text += " " + span.Clip
	}
	return text
}

// Halt has nothing to do: an announcement ends with its context.
func (d *Dev) Halt() error { return nil }

// Close closes the output.
func (d *Dev) Close() error { return d.out.Close() }
