package drivertest

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices"
)

// Times of the keypad suite. pressIn is a person's: somebody has to walk to
// the window. storeIn is a disk's.
const (
	orderIn = 3 * time.Second
	pressIn = 60 * time.Second
	storeIn = 20 * time.Millisecond
)

// TestKeypad checks what every devices.Keypad promises, at one unit of its
// line; the unit lights up, shows numbers and beeps. open makes the driver on
// an open link and gives what is to be closed at the end.
//
// press has a key pressed at the unit, once, or asks somebody to; nil leaves
// the keys out. The first report of it is refused, as by a full disk, so it
// must come again: the pad repeats it, or the key is pressed once more.
func TestKeypad(t T, unit int, press func(context.Context) error, open func() (devices.Keypad, io.Closer, error)) {
	t.Helper()
	p, link, err := open()
	if err != nil {
		t.Errorf("open: %v", err)
		return
	}
	defer link.Close()
	if p.String() == "" {
		t.Errorf("String is empty, want the driver and its port")
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	presses := &presses{unit: unit, stored: make(chan devices.Reading, 16)}
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, presses.take) }()

	orders(t, p, unit)
	if press != nil {
		presses.wait(ctx, t, press)
	}

	stop()
	select {
	case err := <-ended:
		if err == nil {
			t.Errorf("Run returned nil, want why it ended")
		}
	case <-time.After(stopIn):
		t.Errorf("Run goes on %s after its context has ended", stopIn)
		return
	}
	presses.check(t)
	if err := p.Halt(); err != nil {
		t.Errorf("Halt: %v", err)
	}
}

// order is one thing that a keypad is told.
type order struct {
	name string
	do   func(context.Context) error
}

func orders(t T, p devices.Keypad, unit int) {
	t.Helper()
	show := func(waiting, number int) func(context.Context) error {
		return func(ctx context.Context) error { return p.ShowQueue(ctx, unit, waiting, number) }
	}
	good := []order{
		{"ShowQueue 0, 0", show(0, 0)},
		{"ShowQueue 999, 999", show(999, 999)},
		{"ShowQueue 12, 37", show(12, 37)},
		{"Prompt", func(ctx context.Context) error { return p.Prompt(ctx, unit) }},
		{"Beep", func(ctx context.Context) error { return p.Beep(ctx, unit) }},
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(2*len(good))*orderIn)
	defer cancel()
	for _, o := range good {
		begun := time.Now()
		if err := o.do(ctx); err != nil {
			t.Errorf("%s: %v", o.name, err)
		} else if took := time.Since(begun); took > orderIn {
			t.Errorf("%s took %s, want at most %s", o.name, took, orderIn)
		}
	}
	var all sync.WaitGroup
	for _, o := range good {
		all.Go(func() {
			if err := o.do(ctx); err != nil {
				t.Errorf("%s beside others: %v", o.name, err)
			}
		})
	}
	all.Wait()
	for _, o := range []order{
		{"ShowQueue 1000, 0", show(1000, 0)}, {"ShowQueue 0, 1000", show(0, 1000)}, {"ShowQueue -7, 0", show(-7, 0)},
	} {
		if err := o.do(ctx); err == nil {
			t.Errorf("%s: no error, want one: both are 0..999", o.name)
		}
	}
	gone, end := context.WithCancel(ctx)
	end()
	for _, o := range good {
		if err := o.do(gone); err == nil {
			t.Errorf("%s with a context that has ended: no error", o.name)
		}
	}
}

// presses is a sink that refuses the first press and counts what is odd.
type presses struct {
	unit    int
	stored  chan devices.Reading
	inside  atomic.Int32
	crowded atomic.Bool

	mu      sync.Mutex
	refused bool
	odd     []devices.Reading
}

func (r *presses) take(ctx context.Context, x devices.Reading) error {
	if r.inside.Add(1) > 1 {
		r.crowded.Store(true)
	}
	defer r.inside.Add(-1)
	store := time.NewTimer(storeIn)
	defer store.Stop()
	select {
	case <-store.C:
	case <-ctx.Done():
	}
	unit := -1
	switch x := x.(type) {
	case devices.KeyPress:
		unit = x.Unit
	case devices.Score:
		unit = x.Unit
		if x.Level < 0 || x.Level > 5 || x.Scale == "" {
			r.note(x)
		}
	case devices.Fault:
		return nil
	default:
		r.note(x)
		return nil
	}
	if unit != r.unit {
		return nil // of a window at work
	}
	r.mu.Lock()
	first := !r.refused
	r.refused = true
	r.mu.Unlock()
	if first {
		return errFull
	}
	select {
	case r.stored <- x:
	default: // somebody goes on pressing
	}
	return nil
}

var errFull = errors.New("the disk is full, for a test")

func (r *presses) note(x devices.Reading) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.odd = append(r.odd, x)
}

func (r *presses) wait(ctx context.Context, t T, press func(context.Context) error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, pressIn)
	defer cancel()
	if err := press(ctx); err != nil {
		t.Errorf("press at unit %d: %v", r.unit, err)
		return
	}
	select {
	case x := <-r.stored:
		t.Logf("unit %d: %+v", r.unit, x)
	case <-ctx.Done():
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.refused {
			t.Errorf("the press at unit %d was refused once and did not come again within %s", r.unit, pressIn)
		} else {
			t.Errorf("no key of unit %d was reported within %s", r.unit, pressIn)
		}
	}
}

func (r *presses) check(t T) {
	t.Helper()
	if r.crowded.Load() {
		t.Errorf("two readings at a time, want the next only after the sink has returned")
	}
	for _, x := range r.odd {
		t.Errorf("reading %T %+v: want a key, a score from 0 to 5 with its scale, or a fault", x, x)
	}
}
