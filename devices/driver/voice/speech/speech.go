package speech

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// English is what becomes of an English sentence.
type English string

// Ways with English.
const (
	Skip  English = "skip"  // it is left out
	Spell English = "spell" // letter by letter: the SYN6288 has nothing else
	Words English = "words" // spoken: the XFS5152CE
)

// Opts are the settings of a chip; the zero value is usable.
type Opts struct {
	// Baud is the speed of the line to a SYN6288, 19200 or 38400: the link has to be
	// opened with 9600, at which the chip starts, and be link.Paced. 0 is 9600.
	Baud int
	// Speed is how fast it speaks, 1 to 5 (SYN6288) or 10 (XFS5152CE); 0 is the
	// chip's own, 4 or 5.
	Speed int
	// Chime names the tone before an announcement, as the chip's own table does;
	// "" is soundk of the SYN6288, and none of the XFS5152CE, whose names differ
	// between versions.
	Chime string
	// Yao reads the digit 1 of a ticket as 幺.
	Yao bool
	// English is what becomes of English sentences; "" is Skip for the SYN6288
	// and Words for the XFS5152CE.
	English English
	// Answer is how long the chip may take to answer a frame; 0 is 500 ms.
	Answer time.Duration
	// Poll is how often a chip that does not speak is asked whether it is there;
	// 0 is 10 s.
	Poll time.Duration
	// Silence of a chip that has answered on this link, after which the link is
	// opened anew; 0 is 30 s.
	Silence time.Duration
	Quirks  Quirks
	// Log takes what a technician should know; nil is slog.Default().
	Log *slog.Logger
}

// Quirks are what single boards do differently.
type Quirks struct {
	// OneWay boards have no line back from the chip: nothing is ever answered. An
	// announcement takes as long as it should, and no fault is noticed.
	OneWay bool
}

// Dev is one chip.
type Dev struct {
	link    link.Link
	paced   link.Paced // nil where the speed stays as it is
	model   Model
	opts    Opts
	turn    link.Turn // one announcement or question at a time
	answers chan byte
	health  chan error // the end of each announcement, for Run
	drops   atomic.Uint64

	mu      sync.Mutex
	ended   bool            // Run has returned
	touched time.Time       // the last traffic, ours or the chip's
	heard   time.Time       // the last answer
	told    map[string]bool // languages that were left out, in the log

	unsure bool // whether it is idle; guarded by turn
}

var _ devices.Device = (*Dev)(nil)

// New makes the driver of a chip. It does no I/O; a wrong setting is an error.
func New(l link.Link, m Model, o *Opts) (*Dev, error) {
	d := &Dev{link: l, model: m, turn: link.NewTurn(), answers: make(chan byte, 64), health: make(chan error, 16),
		told: map[string]bool{}, unsure: true}
	if o != nil {
		d.opts = *o
	}
	if err := d.opts.check(m); err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	if d.opts.Baud > 0 && l != nil {
		var ok bool
		if d.paced, ok = l.(link.Paced); !ok {
			return nil, fmt.Errorf("speech: baud %d: %s has no speed to change", d.opts.Baud, l)
		}
	}
	return d, nil
}

// check fills in what is missing and says what is wrong.
func (o *Opts) check(m Model) error {
	t, ok := models[m]
	if !ok {
		return fmt.Errorf("chip %q: want %s or %s", m, SYN6288, XFS5152)
	}
	if _, ok := speeds[o.Baud]; o.Baud != 0 && (!ok || m != SYN6288) {
		return fmt.Errorf("baud %d: want 9600, 19200 or 38400 for a SYN6288; others have their speed from the link", o.Baud)
	}
	if o.Speed < 0 || o.Speed > t.fastest {
		return fmt.Errorf("speed %d: want 1 to %d", o.Speed, t.fastest)
	}
	if len(o.Chime) > 16 || strings.IndexFunc(o.Chime, func(r rune) bool { return !ascii(r) && r != '_' }) >= 0 {
		return fmt.Errorf("chime %q: want the name of a tone, such as soundk", o.Chime)
	}
	does := map[bool]English{true: Words, false: Spell}[t.words]
	if o.English == "" {
		if o.English = Skip; t.words {
			o.English = Words
		}
	}
	if o.English != Skip && o.English != does {
		return fmt.Errorf("english %q: want %s or %s", o.English, Skip, does)
	}
	for _, d := range []struct {
		value    *time.Duration
		standard time.Duration
	}{{&o.Answer, 500 * time.Millisecond}, {&o.Poll, 10 * time.Second}, {&o.Silence, 30 * time.Second}} {
		if *d.value == 0 {
			*d.value = d.standard
		}
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return nil
}

func (d *Dev) String() string { return string(d.model) + " on " + d.link.String() }

// Drops counts the bytes that are no answers.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// soon is when a chip is asked again that has not answered, or not well.
const soon = 3 * time.Second

// Run reads what the chip says until ctx ends or the link dies, and asks it from
// time to time whether it is there. When it has fallen silent after it had
// answered on this link, Run returns link.ErrSilent: a chip that has lost its
// power needs its speed set anew, and the other end of a connection may have gone
// without a word.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	d.mu.Lock()
	d.ended, d.heard = false, time.Time{}
	d.mu.Unlock()
	gone := make(chan error, 1)
	reading, end := context.WithCancel(ctx)
	defer func() {
		end()
		<-gone
		d.mu.Lock()
		d.ended = true
		d.mu.Unlock()
	}()
	go func() { gone <- d.read(reading) }()

	look := time.NewTimer(0)
	defer look.Stop()
	f := faults{out: out, first: true}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err = <-gone:
			gone <- err
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("speech: %s: %w", d.link, err)
		case err = <-d.health:
		case <-look.C:
			if d.opts.Quirks.OneWay {
				continue
			}
			if err = d.ask(ctx); errors.Is(err, errTaken) {
				look.Reset(soon) // it is spoken to: the end of that will tell
				continue
			}
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		look.Reset(d.opts.Poll)
		if err != nil {
			look.Reset(min(soon, d.opts.Poll))
		}
		if err := f.tell(ctx, err); err != nil {
			return fmt.Errorf("speech: report of %s: %w", d.link, err)
		}
		if err != nil && d.lost(time.Now()) {
			return fmt.Errorf("speech: %s: it answers no more: %w", d.link, link.ErrSilent)
		}
	}
}

// read takes what the chip says.
func (d *Dev) read(ctx context.Context) error {
	buf := make([]byte, 64)
	for ctx.Err() == nil {
		n, err := d.link.Read(buf)
		for _, b := range buf[:n] {
			d.take(b)
		}
		if err != nil && !errors.Is(err, link.ErrTimeout) {
			return err
		}
	}
	return ctx.Err()
}

func (d *Dev) take(b byte) {
	d.mu.Lock()
	d.touched = time.Now()
	answer := b == ansReset || b == ansTaken || b == ansRejected || b == ansBusy || b == ansIdle
	if answer {
		d.heard = d.touched
	}
	d.mu.Unlock()
	if !answer {
		d.drops.Add(1)
		return
	}
	select {
	case d.answers <- b:
	default: // it babbles; nobody waits for so many
		d.drops.Add(1)
	}
}

// lost tells whether a chip that has answered on this link no longer does.
func (d *Dev) lost(now time.Time) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.heard.IsZero() && now.Sub(d.heard) >= d.opts.Silence
}

// faults reports the changes of the chip's health.
type faults struct {
	out   devices.Sink
	now   devices.FaultCode
	first bool // nothing was told yet
}

func (f *faults) tell(ctx context.Context, err error) error {
	code := devices.FaultCode("")
	switch {
	case err == nil:
	case errors.Is(err, errRejected):
		code = devices.FaultRejected
	case errors.Is(err, errGarbled):
		code = devices.FaultGarbled
	default:
		code = devices.FaultSilent
	}
	if f.first && code == "" { // a link that was opened anew is up with its first word
		f.first = false
		return f.out(ctx, devices.Fault{Code: devices.FaultSilent, At: time.Now()})
	}
	if code == f.now {
		return nil
	}
	f.first = false
	if f.now != "" {
		if err := f.out(ctx, devices.Fault{Code: f.now, At: time.Now()}); err != nil {
			return err
		}
	}
	f.now = code
	if code == "" {
		return nil
	}
	return f.out(ctx, devices.Fault{Code: code, On: true, Detail: err.Error(), At: time.Now()})
}

var _ devices.Voice = (*Dev)(nil)

// Say speaks one announcement, a frame for each sentence, and returns with the
// chip's word that it is through. The unit is not looked at: a chip is one voice.
// When ctx ends the chip is told to stop.
func (d *Dev) Say(ctx context.Context, _ int, a devices.Announcement) error {
	phrases, left := d.opts.phrases(d.model, a)
	d.report(left)
	if len(phrases) == 0 {
		return fmt.Errorf("speech: %s: none of its sentences is in a language of this chip: %w", d.link, devices.ErrUnspeakable)
	}
	if err := d.turn.Take(ctx); err != nil {
		return err
	}
	defer d.turn.Leave()
	err := d.speak(ctx, phrases)
	d.unsure = err != nil
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if !errors.Is(err, devices.ErrAway) {
		select {
		case d.health <- err:
		default:
		}
	}
	if err != nil {
		return fmt.Errorf("speech: %s: %w", d.link, err)
	}
	return nil
}

// report says once for each language that it is left out.
func (d *Dev) report(left []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, lang := range left {
		if d.told[lang] {
			continue
		}
		d.told[lang] = true
		d.opts.Log.Info("sentences in a language that this voice does not speak are left out", "voice", d.String(), "language", lang)
	}
}

// Halt stops the chip in the middle of a word.
func (d *Dev) Halt() error {
	if err := d.send(context.Background(), cmdStop); err != nil {
		return fmt.Errorf("speech: %s: %w", d.link, err)
	}
	return nil
}
