package signage_test

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/host"
	"hallward/devices/signage"
	"hallward/devices/sim/port"
	"hallward/devices/sim/strip"
)

// R-WIN-09, with everything real but the cards: the host opens the line, the
// driver speaks to the simulated strips, and the workers keep them right while
// one is dead, one takes a single update a second, and the cable is pulled out
// and put back.
func TestStripsStayRight(t *testing.T) {
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "strips"))
	if err != nil {
		t.Fatal(err)
	}
	sim, err := strip.New(strip.Opts{Addresses: []int{1, 2, 3}, Width: 160})
	if err != nil {
		t.Fatal(err)
	}
	h := host.New([]catalog.Spec{{ID: "strips", Kind: "display/onbon", Link: p.Spec(), Settings: map[string]any{"units": []any{1, 2, 3}, "width": 160}}},
		func(context.Context, string, devices.Reading) error { return nil }, slog.New(slog.DiscardHandler))
	line, ok := h.Display("strips")
	if !ok {
		t.Fatal("the strips are no display")
	}
	var mu sync.Mutex
	down := map[string]bool{}
	signs := signage.New([]signage.Target{{"strips", 1, line}, {"strips", 2, line}, {"strips", 3, line}}, signage.Opts{
		Log: slog.New(slog.DiscardHandler),
		Fault: func(f devices.Fault) {
			mu.Lock()
			defer mu.Unlock()
			down[f.Device] = f.On
		},
	})
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() { sim.Run(ctx, p) })
	all.Go(func() { h.Run(ctx) })
	all.Go(func() { signs.Run(ctx) })

	call := func(unit, n int) string {
		name := contract.Text2{ZH: fmt.Sprintf("%d号窗口", unit), EN: fmt.Sprintf("Window %d", unit)}
		w := contract.WindowView{ID: fmt.Sprint("w", unit), Label: fmt.Sprint(unit), Name: name, State: contract.WindowOpen,
			Number: fmt.Sprintf("A%03d", n), Ticket: "called"}
		now := time.Now()
		face := signage.Face(w, []contract.Call{{Number: w.Number, Window: w.ID, At: now}}, now)
		signs.Set(hall.Place{Device: "strips", Unit: unit}, face)
		return face.Text
	}
	until := func(what string, good func() bool) {
		t.Helper()
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for !good() {
			select {
			case <-look.C:
			case <-ctx.Done():
				t.Fatalf("%s: %+v\n%+v", what, sim.State(), signs.States())
			}
		}
	}
	shows := func(unit int, text string) func() bool {
		return func() bool {
			c, _ := sim.Card(unit)
			return c.Text == text
		}
	}
	fault := func(unit int, name string, on bool) {
		t.Helper()
		if err := sim.Set(unit, name, on); err != nil {
			t.Fatal(err)
		}
	}
	isDown := func(device string, want bool) func() bool {
		return func() bool {
			mu.Lock()
			defer mu.Unlock()
			return down[device] == want
		}
	}

	fault(2, "silent", true)
	fault(3, "busy", true)
	call(2, 500)
	until("the dead strip is reported", isDown("strips-2", true))
	last := map[int]string{}
	for n := 1; n <= 100; n++ {
		last[1] = call(1, n)
		if n%10 == 0 {
			last[3] = call(3, n)
		}
		until("a strip that is well", shows(1, last[1]))
	}
	until("a strip that takes one update a second", shows(3, last[3]))
	if c, _ := sim.Card(3); c.Refused == 0 {
		t.Error("it was never in a hurry")
	}
	for n := 101; n <= 110; n++ {
		last[2] = call(2, n)
	}
	fault(2, "silent", false)
	until("the strip is back", shows(2, last[2]))
	until("which is reported", isDown("strips-2", false))
	until("and its flash ends", func() bool { c, _ := sim.Card(2); return !c.Flashes && c.Text == last[2] })

	p.Plug(false)
	fault(0, "power-off", true)
	until("the cable is out", func() bool {
		call(1, 200)
		return signs.States()[0].Away
	})
	for unit := 1; unit <= 3; unit++ {
		last[unit] = call(unit, 300+unit)
	}
	fault(0, "power-off", false)
	p.Plug(true)
	for unit := 1; unit <= 3; unit++ {
		until(fmt.Sprintf("strip %d after the cable", unit), shows(unit, last[unit]))
	}
	until("everything is right", func() bool {
		return !slices.ContainsFunc(signs.States(), func(s signage.State) bool { return !s.Right })
	})
	for unit := 1; unit <= 3; unit++ {
		if c, _ := sim.Card(unit); !c.Whole || c.Strange > 0 || !c.Overlay {
			t.Errorf("strip %d: %+v", unit, c)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for device, on := range down {
		if on {
			t.Errorf("%s is still reported", device)
		}
	}
}
