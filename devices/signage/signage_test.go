package signage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/hall"
)

// wall is a line of displays in memory. The lock is never held across a wait.
type wall struct {
	mu    sync.Mutex
	away  bool
	units map[int]*screen
	wait  time.Duration // that a unit takes which is well
	busy  bool
	mixed bool // two Shows at a time
	calls []int
}

// screen is one display.
type screen struct {
	dead   bool // fails after dieIn
	hangs  bool // answers nothing until the try is over
	shows  devices.Sign
	newest int // order of the sign that it shows, see order
	older  bool
	at     time.Time // of the last sign that was new
	tries  []time.Time
}

// dieIn is how long a driver waits for a unit that does not answer.
const dieIn = 300 * time.Millisecond

func newWall(n int) *wall {
	w := &wall{units: map[int]*screen{}, wait: 40 * time.Millisecond}
	for u := range n {
		w.units[u+1] = &screen{}
	}
	return w
}

var _ devices.Display = (*wall)(nil)

func (w *wall) String() string                          { return "wall" }
func (w *wall) Run(context.Context, devices.Sink) error { return errors.New("the host runs it") }
func (w *wall) Halt() error                             { return nil }

// order is the number in a sign's text: signs of one test are numbered.
func order(s devices.Sign) (n int) {
	fmt.Sscanf(s.Text, "sign %d", &n)
	return n
}

func (w *wall) Show(ctx context.Context, unit int, s devices.Sign) error {
	w.mu.Lock()
	if w.away {
		w.mu.Unlock()
		return fmt.Errorf("wall: %w", devices.ErrAway)
	}
	u := w.units[unit]
	w.mixed = w.mixed || w.busy
	w.busy = true
	u.tries = append(u.tries, time.Now())
	w.calls = append(w.calls, unit)
	takes, hangs, dead := w.wait, u.hangs, u.dead
	w.mu.Unlock()
	if dead {
		takes = dieIn
	}
	var over <-chan time.Time
	if !hangs {
		t := time.NewTimer(takes)
		defer t.Stop()
		over = t.C
	}
	var err error
	select {
	case <-over:
	case <-ctx.Done():
		err = ctx.Err()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.busy = false
	switch {
	case err != nil:
		return err
	case dead:
		return errors.New("no answer")
	}
	if n := order(s); n < u.newest {
		u.older = true
	} else {
		u.newest = n
	}
	if !same(u.shows, s) {
		u.shows, u.at = s, time.Now()
	}
	return nil
}

func (w *wall) with(unit int, f func(*screen)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(w.units[unit])
}

func (w *wall) look(unit int) screen {
	w.mu.Lock()
	defer w.mu.Unlock()
	u := *w.units[unit]
	u.tries = slices.Clone(u.tries)
	return u
}

// bench is workers that run, and what they said.
type bench struct {
	signs  *Signs
	log    bytes.Buffer
	mu     sync.Mutex
	faults []string
}

// withSigns runs f beside the workers of one line; it is in a bubble of
// simulated time.
func withSigns(w *wall, f func(b *bench)) {
	b := &bench{}
	var targets []Target
	for u := range len(w.units) {
		targets = append(targets, Target{Device: "strips", Unit: u + 1, Display: w})
	}
	b.signs = New(targets, Opts{Log: slog.New(slog.NewTextHandler(&b.log, nil)), Fault: func(f devices.Fault) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.faults = append(b.faults, fmt.Sprintf("%s %s %v", f.Device, f.Code, f.On))
	}})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.signs.Run(ctx) }()
	synctest.Wait()
	f(b)
	stop()
	<-done
}

func (b *bench) set(unit, n int) { b.signs.Set(at(unit), sign(n)) }

func at(unit int) hall.Place { return hall.Place{Device: "strips", Unit: unit} }

func sign(n int) devices.Sign {
	return devices.Sign{State: devices.SignCalled, Text: fmt.Sprintf("sign %d", n)}
}

func (b *bench) said() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	said := b.faults
	b.faults = nil
	return said
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() } // simulated time

// An idle line is told at once, and of several signs only the last is shown.
func TestAtOnceAndTheLastWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(3)
		withSigns(w, func(b *bench) {
			begun := time.Now()
			b.set(2, 1)
			synctest.Wait()
			for n := 2; n <= 20; n++ {
				b.set(2, n)
			}
			wait(time.Second)
			u := w.look(2)
			if !u.tries[0].Equal(begun) || u.newest != 20 || len(u.tries) != 2 {
				t.Errorf("shown %v after the call, then %d tries, the last is %d", u.tries[0].Sub(begun), len(u.tries), u.newest)
			}
			b.set(2, 20)
			wait(time.Second)
			if n := len(w.look(2).tries); n != 2 {
				t.Errorf("the same sign again made it %d tries", n)
			}
			if b.signs.Set(hall.Place{Device: "strips", Unit: 9}, sign(1)) {
				t.Error("a display that is not there was set")
			}
			for _, st := range b.signs.States() {
				if st.Down || st.Away || st.Right != (st.Place.Unit == 2) {
					t.Errorf("%+v", st)
				}
			}
		})
	})
}

// R-WIN-09: a unit that does not answer is tried three times, reported once, and
// shows its newest sign soon after it is back, which is reported once as well.
func TestDownAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(2)
		withSigns(w, func(b *bench) {
			w.with(1, func(u *screen) { u.dead = true })
			b.set(1, 1)
			wait(time.Duration(Tries)*(dieIn+Again) + time.Millisecond)
			if said := b.said(); !slices.Equal(said, []string{"strips-1 silent true"}) {
				t.Errorf("said %q", said)
			}
			if u := w.look(1); len(u.tries) != Tries {
				t.Errorf("%d tries, want %d", len(u.tries), Tries)
			}
			for n := range 60 {
				b.set(1, 2+n)
				wait(time.Minute)
			}
			if st := b.signs.States()[0]; !st.Down || st.Right || st.Detail != "no answer" || time.Since(st.Since) < time.Hour {
				t.Errorf("%+v", st)
			}
			w.with(1, func(u *screen) { u.dead = false })
			wait(2 * time.Second)
			if u := w.look(1); u.newest != 61 || u.older {
				t.Errorf("back for 2 s it shows %+v", u.shows)
			}
			if said := b.said(); !slices.Equal(said, []string{"strips-1 silent false"}) {
				t.Errorf("said %q", said)
			}
			if n := strings.Count(b.log.String(), "\n"); n != 2 {
				t.Errorf("%d lines in the log:\n%s", n, b.log.String())
			}
		})
	})
}

// The port of a line is pulled out for an hour: nobody is reported, one unit in
// a second asks, and all are right again within two seconds of its return.
func TestAwayAndBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(10)
		withSigns(w, func(b *bench) {
			w.away = true
			for u := 1; u <= 10; u++ {
				b.set(u, u)
			}
			wait(time.Hour)
			if st := b.signs.States()[3]; !st.Away || st.Down {
				t.Errorf("%+v", st)
			}
			w.mu.Lock()
			w.away = false
			w.mu.Unlock()
			wait(2 * time.Second)
			for u := 1; u <= 10; u++ {
				if got := w.look(u).newest; got != u {
					t.Errorf("unit %d shows %d", u, got)
				}
			}
			if said := b.said(); said != nil {
				t.Errorf("said %q", said)
			}
		})
	})
}

// A strip that lost its power for a moment, and what it showed with it, is right
// again a minute later.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(1)
		withSigns(w, func(b *bench) {
			b.set(1, 1)
			wait(time.Second)
			w.with(1, func(u *screen) { u.shows = devices.Sign{} })
			wait(time.Minute)
			if got := w.look(1).shows; !same(got, sign(1)) {
				t.Errorf("it shows %+v", got)
			}
		})
	})
}

// The flash of a call ends by itself, also on a unit that was away meanwhile.
func TestFlashEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWall(1)
		withSigns(w, func(b *bench) {
			flash := sign(1)
			flash.Flash = time.Now().Add(FlashFor)
			b.signs.Set(at(1), flash)
			wait(time.Second)
			if got := w.look(1).shows; !got.Flash.Equal(flash.Flash) {
				t.Errorf("it shows %+v", got)
			}
			wait(FlashFor)
			if u := w.look(1); !u.shows.Flash.IsZero() || !u.at.Before(flash.Flash.Add(100*time.Millisecond)) || len(u.tries) != 2 {
				t.Errorf("%v after the flash it shows %+v, %d tries", u.at.Sub(flash.Flash), u.shows, len(u.tries))
			}
			b.set(1, 1) // the same, by somebody who knows that the flash is over
			wait(30 * time.Second)
			if u := w.look(1); len(u.tries) != 2 {
				t.Errorf("it was told %d times", len(u.tries))
			}
			w.with(1, func(u *screen) { u.dead = true })
			again := sign(2)
			again.Flash = time.Now().Add(FlashFor)
			b.signs.Set(at(1), again)
			wait(FlashFor + time.Second)
			w.with(1, func(u *screen) { u.dead = false })
			wait(2 * time.Second)
			if u := w.look(1); u.newest != 2 || !u.shows.Flash.IsZero() {
				t.Errorf("it shows %+v", u.shows)
			}
		})
	})
}

// Devices of their own do not wait for each other, and a unit that is alone on
// its device is reported under the device's name.
func TestLinesAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hung, well := newWall(1), newWall(1)
		hung.units[1].hangs = true
		var faults []string
		s := New([]Target{{"pole", 1, hung}, {"strip", 1, well}, {"strip", 1, hung}}, Opts{
			Try: time.Second, Fault: func(f devices.Fault) { faults = append(faults, f.Device) }, Log: slog.New(slog.DiscardHandler)})
		if n := len(s.Places()); n != 2 {
			t.Errorf("%d places", n)
		}
		ctx, stop := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		s.Set(hall.Place{Device: "pole", Unit: 1}, sign(1))
		synctest.Wait()
		begun := time.Now()
		s.Set(hall.Place{Device: "strip", Unit: 1}, sign(1))
		wait(10 * time.Second)
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
		if u := well.look(1); u.newest != 1 || u.at.Sub(begun) > well.wait {
			t.Errorf("shown after %s", u.at.Sub(begun))
		}
		if !slices.Equal(faults, []string{"pole"}) {
			t.Errorf("faults of %q", faults)
		}
	})
}
