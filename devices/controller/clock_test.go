package controller

import (
	"context"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// A jump is what the clock did beyond the time that passed; a clock that is put
// right slowly does not jump; what was not stored is told again.
func TestClockTellsJumps(t *testing.T) {
	wall, ran := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), time.Duration(0)
	c := newClock(func() time.Time { return wall })
	c.elapsed = func() time.Duration { return ran }
	look := func() (hall.ClockStep, bool) {
		t.Helper()
		if got := c.now(); !got.Equal(wall) {
			t.Errorf("now %s, want %s", got, wall)
		}
		return c.news()
	}
	if step, is := look(); !is || step != (hall.ClockStep{Start: true}) {
		t.Errorf("at the start: %+v", step)
	}
	c.told(true)
	for range 100 { // ten hours, 0.5 s a minute fast
		wall, ran = wall.Add(6*time.Minute+time.Second), ran+6*time.Minute
		if step, is := look(); is {
			t.Fatalf("a slow clock jumped by %s", step.By)
		}
	}
	wall, ran = wall.Add(time.Hour+time.Minute), ran+time.Minute
	if step, is := look(); !is || step.By != time.Hour {
		t.Errorf("an hour ahead: %+v", step)
	}
	c.told(false)
	wall, ran = wall.Add(-2*time.Hour), ran+time.Second
	if step, is := look(); !is || step.By != -time.Hour-time.Second {
		t.Errorf("the first was not stored: %+v, want both", step)
	}
	c.told(true)
	if step, is := look(); is {
		t.Errorf("told again: %+v", step)
	}
}

// Time since boot runs, and runs with the clock of package time.
func TestSinceBoot(t *testing.T) {
	a := sinceBoot()
	if a <= 0 {
		t.Fatal("no time since boot")
	}
	if b := sinceBoot(); b < a {
		t.Errorf("%s after %s", b, a)
	}
}

// clockHouse is an engine on a real journal whose machine's clock the test sets.
type clockHouse struct {
	*house
	off atomic.Int64 // of the machine's clock from the right one
}

func (h *clockHouse) boot() {
	h.t.Helper()
	j, err := journal.Open(h.path, &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		h.t.Fatal(err)
	}
	e, err := NewEngine(h.setup, "hall", j, quiet, func() time.Time { return time.Now().Add(time.Duration(h.off.Load())) })
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	h.Engine, h.j = e, j
	h.stop = sync.OnceFunc(func() { cancel(); wg.Wait(); _ = j.Close() })
}

// stored are the types of the stored events, without those of tickets.
func (h *clockHouse) stored() []string {
	h.t.Helper()
	var types []string
	if err := h.j.Replay(context.Background(), 0, func(e contract.Event) error {
		if e.Type != contract.EvTicketIssued {
			types = append(types, e.Type)
		}
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	return types
}

// R-CAL-09: the engine on a machine whose clock jumps, and that loses its clock
// at a power cut: the rules are told first, no unconfirmed ticket runs out, the
// numbers go on, and the hall is open because somebody is at work.
func TestEngineAndTheClock(t *testing.T) {
	h := &clockHouse{house: &house{t: t, path: filepath.Join(t.TempDir(), "hall.db"), setup: sampleSetup(t)}}
	h.boot()
	t.Cleanup(func() { h.stop() })
	h.open("w1", "1001")
	first := h.take()
	for _, off := range []time.Duration{time.Hour, 0, 9000 * time.Hour, 0} {
		h.off.Store(int64(off))
		if err := h.Alive(context.Background()); err != nil { // a tick
			t.Fatal(err)
		}
	}
	second := h.take()
	if first.Number != "A001" || second.Number != "A002" || second.Day != first.Day {
		t.Errorf("%s of %s, then %s of %s", first.Number, first.Day, second.Number, second.Day)
	}
	states := func() (n int, doubt, open bool) {
		now := h.now()
		h.Look(func(s *hall.State) {
			v := s.CalendarView(now)
			n, doubt, open = len(s.TicketsIn("issued")), v.Doubt, v.Open
		})
		return n, doubt, open
	}
	if n, doubt, _ := states(); n != 2 || doubt {
		t.Errorf("%d issued, doubt %v", n, doubt)
	}

	h.stop()
	h.off.Store(int64(time.Until(time.Unix(10, 0))))
	h.boot()
	third := h.take()
	if n, doubt, open := states(); n != 3 || !doubt || !open || third.Number != "A003" || third.Day != first.Day {
		t.Errorf("in 1970: %d issued, doubt %v, open %v, %s of %s", n, doubt, open, third.Number, third.Day)
	}
	h.off.Store(0)
	fourth := h.take()
	if n, doubt, _ := states(); n != 4 || doubt || fourth.Number != "A004" || fourth.Day != first.Day {
		t.Errorf("put right: %d issued, doubt %v, %s of %s", n, doubt, fourth.Number, fourth.Day)
	}
	want := []string{contract.EvClockStepped, contract.EvClockStepped, contract.EvClockDoubted, contract.EvClockTrusted, contract.EvClockDoubted, contract.EvClockTrusted}
	clock := slices.DeleteFunc(h.stored(), func(typ string) bool { return typ[:5] != "clock" })
	if !slices.Equal(clock, want) {
		t.Errorf("stored were %v, want %v", clock, want)
	}
	if slices.Contains(h.stored(), contract.EvTicketVoided) {
		t.Error("a ticket ran out by a jump")
	}
	h.stop()
	h.boot()
	if n, doubt, _ := states(); n != 4 || doubt {
		t.Errorf("read back: %d issued, doubt %v", n, doubt)
	}
}

// A jump that the disk did not take is told to the rules again.
func TestJumpOnAFullDisk(t *testing.T) {
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{Store: j}
	var off atomic.Int64
	e, err := NewEngine(sampleSetup(t), "hall", f, quiet, func() time.Time { return time.Now().Add(time.Duration(off.Load())) })
	if err != nil {
		t.Fatal(err)
	}
	e.pause = 0
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = j.Close() })
	h := &house{Engine: e, t: t, j: j}
	ticket := h.take()
	f.set(true)
	off.Store(int64(time.Hour))
	punch := contract.PunchRecorded{Terminal: "T", Person: "1001", Local: "2026-11-23 08:00:00"}
	if h.Reading(ctx, hall.CmdPunch, punch) == nil {
		t.Error("the disk is full, and nobody says so")
	}
	f.set(false)
	if err := h.Reading(ctx, hall.CmdPunch, punch); err != nil {
		t.Error(err)
	}
	if err := h.Alive(ctx); err != nil { // a tick
		t.Error(err)
	}
	h.Look(func(s *hall.State) {
		if k := s.Tickets[ticket.Ticket]; k == nil || k.State != "issued" {
			t.Errorf("after the jump: %+v", k)
		}
	})
}
