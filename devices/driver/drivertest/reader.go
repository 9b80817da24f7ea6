package drivertest

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync/atomic"
	"time"

	"hallward/devices"
)

// Times of the suites for readers. handIn is a person's: a card has to be found
// in a pocket. onceFor is how long a card lies there, or a code is held, to see
// that it counts once.
const (
	handIn  = 60 * time.Second
	onceFor = 2 * time.Second
)

// TestCardReader checks what every driver of an identity-card reader promises.
// lay lays a card on the reader and take takes it away, or they ask somebody
// to; without lay only the reader itself is tried. Nothing of the card is
// shown. open makes the driver on an open link and gives what is to be closed
// at the end.
func TestCardReader(t T, lay, take func(context.Context) error, open func() (devices.CardReader, io.Closer, error)) {
	t.Helper()
	r, ok := start(t, open)
	if !ok {
		return
	}
	defer r.stop(t)
	if !until(readyIn, r.dev.Ready) {
		t.Errorf("after %s the reader is not ready: it does not answer, or finds itself broken", readyIn)
		return
	}
	t.Logf("ready: %s", r.dev)
	if !r.quiet(t, onceFor, "nothing lies on it") || lay == nil {
		return
	}
	for _, again := range []string{"", " again"} {
		if err := lay(r.ctx); err != nil {
			t.Errorf("laying the card%s: %v", again, err)
			return
		}
		card, ok := next[devices.Card](t, r, handIn, "a card that is laid"+again)
		if !ok {
			return
		}
		checkCard(t, card)
		if !r.quiet(t, onceFor, "the card lies there and was reported") {
			return
		}
		if err := take(r.ctx); err != nil {
			t.Errorf("taking the card away: %v", err)
			return
		}
		if _, ok := next[devices.CardGone](t, r, handIn, "the card is taken away"); !ok {
			return
		}
		t.Logf("read%s and taken away: %s", again, card)
	}
}

// checkCard judges a card without a word of what it says.
func checkCard(t T, c devices.Card) {
	t.Helper()
	kinds := []string{devices.CardResident, devices.CardPermit, devices.CardForeigner, devices.CardForeigner2}
	size := 18
	if c.Kind == devices.CardForeigner {
		size = 15
	}
	for what, good := range map[string]bool{
		"kind": slices.Contains(kinds, c.Kind), "number": len(c.Number) == size, "name": c.Name != "",
		"sex": c.Sex == "" || c.Sex == "M" || c.Sex == "F", "birth date": isDay(c.Birth),
		"expiry": c.Until == "长期" || isDay(c.Until), "time of reading": !c.At.IsZero(),
	} {
		if !good {
			t.Errorf("the card's %s is not as devices.Card wants it", what)
		}
	}
}

func isDay(s string) bool {
	_, err := time.Parse("20060102", s)
	return err == nil
}

// TestScanner checks what every driver of a code scanner promises. scan has a
// code read, or asks somebody to hold one before the scanner; nil leaves the
// codes out. want is what the code says, "" when that is not known.
func TestScanner(t T, want string, scan func(context.Context) error, open func() (devices.Device, io.Closer, error)) {
	t.Helper()
	r, ok := start(t, open)
	if !ok {
		return
	}
	defer r.stop(t)
	if !r.quiet(t, onceFor, "nothing is held before it") || scan == nil {
		return
	}
	if err := scan(r.ctx); err != nil {
		t.Errorf("scanning: %v", err)
		return
	}
	code, ok := next[devices.Scan](t, r, handIn, "a code that is held before it")
	if !ok {
		return
	}
	switch {
	case code.Text == "" || code.At.IsZero():
		t.Errorf("a scan without a text or a time")
	case want != "" && code.Text != want:
		t.Errorf("the code was read as %q, want %q", code.Text, want)
	default:
		t.Logf("read: %s", code)
	}
	r.quiet(t, onceFor, "the code was reported")
}

// running is a driver that runs, and what it says.
type running[D devices.Device] struct {
	dev     D
	ctx     context.Context
	end     context.CancelFunc
	link    io.Closer
	ended   chan error
	said    chan devices.Reading
	inside  atomic.Int32
	crowded atomic.Bool
}

func start[D devices.Device](t T, open func() (D, io.Closer, error)) (*running[D], bool) {
	t.Helper()
	d, link, err := open()
	if err != nil {
		t.Errorf("open: %v", err)
		return nil, false
	}
	r := &running[D]{dev: d, link: link, ended: make(chan error, 1), said: make(chan devices.Reading, 64)}
	r.ctx, r.end = context.WithCancel(context.Background())
	if d.String() == "" {
		t.Errorf("String is empty, want the driver and its port")
	}
	go func() { r.ended <- d.Run(r.ctx, r.take) }()
	return r, true
}

func (r *running[D]) take(_ context.Context, x devices.Reading) error {
	if r.inside.Add(1) > 1 {
		r.crowded.Store(true)
	}
	defer r.inside.Add(-1)
	select {
	case r.said <- x:
		return nil
	default:
		return errors.New("nobody listens, for a test")
	}
}

// quiet wants no reading for a while.
func (r *running[D]) quiet(t T, d time.Duration, when string) bool {
	t.Helper()
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case x := <-r.said:
		t.Errorf("%T %v while %s", x, x, when)
		return false
	case err := <-r.ended:
		r.ended <- err
		t.Errorf("Run ended: %v", err)
		return false
	case <-over.C:
		return true
	}
}

// next wants a reading of one kind. That a card must be laid once more is said
// and waited for.
func next[R devices.Reading, D devices.Device](t T, r *running[D], d time.Duration, when string) (want R, ok bool) {
	t.Helper()
	late := time.NewTimer(d)
	defer late.Stop()
	for {
		select {
		case x := <-r.said:
			if want, ok = x.(R); ok {
				return want, true
			}
			if u, again := x.(devices.CardUnread); again {
				t.Logf("the card could not be read (%02X), lay it once more", u.Code)
				continue
			}
			t.Errorf("%T %v, want %T: %s", x, x, want, when)
			return want, false
		case err := <-r.ended:
			r.ended <- err
			t.Errorf("Run ended: %v", err)
			return want, false
		case <-late.C:
			t.Errorf("no %T within %s: %s", want, d, when)
			return want, false
		}
	}
}

func (r *running[D]) stop(t T) {
	t.Helper()
	defer r.link.Close()
	r.end()
	select {
	case err := <-r.ended:
		if err == nil {
			t.Errorf("Run returned nil, want why it ended")
		}
	case <-time.After(stopIn):
		t.Errorf("Run goes on %s after its context has ended", stopIn)
		return
	}
	if r.crowded.Load() {
		t.Errorf("two readings at a time, want the next only after the sink has returned")
	}
	if err := r.dev.Halt(); err != nil {
		t.Errorf("Halt: %v", err)
	}
}
