package station

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// lends are numbers for the day of feed, until it ends.
func lends(to int) contract.Numbers {
	return contract.Numbers{Day: "2026-03-02", Now: time.Now(), Ends: time.Now().Add(16 * time.Hour),
		Blocks: []contract.NumberBlock{{Prefix: "A", From: 501, To: to}}}
}

// cut takes the hall away.
func (k *kiosk) cut() {
	k.Online(k.t.Context(), false)
	synctest.Wait()
}

// home sends the citizen away.
func (k *kiosk) home() {
	k.Touch(flow.Finish, "")
	synctest.Wait()
	k.on(flow.Attract)
}

func (d *disk) taken(t *testing.T) (list []contract.TicketTaken) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range d.events {
		if e.Type != contract.EvTicketTaken {
			continue
		}
		var v contract.TicketTaken
		if err := json.Unmarshal(e.Data, &v); err != nil {
			t.Fatal(err)
		}
		list = append(list, v)
	}
	return list
}

// R-KIOSK-26: without the hall a citizen gets a lent number on paper; the
// outbox tells of both, in that order. The kiosk is switched off and on in
// between, and goes on where it was.
func TestNumbersWithoutTheHall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := newDisk(), good()
		c := &counter{lends: lends(503)}
		k := switchOn(t, d, c, p)
		k.feed()
		k.take()
		time.Sleep(p.takes)
		k.on(flow.Done)
		k.home()
		first := p.printed()[0]
		k.cut()
		if why := k.now().Notice(); why != flow.CutOff {
			t.Errorf("the entrance says %q", why)
		}
		k.take()
		s := k.on(flow.Printing)
		if s.Ticket == nil || s.Ticket.Number != "A501" || !s.Ticket.Offline || s.Ticket.Ahead != -1 || s.Ticket.WaitMin != -1 {
			t.Errorf("ticket %+v", s.Ticket)
		}
		time.Sleep(p.takes)
		k.on(flow.Done)
		k.off()

		k = switchOn(t, d, c, p) // and the hall is still away
		defer k.off()
		time.Sleep(time.Minute)
		k.take()
		time.Sleep(p.takes)
		if s := k.on(flow.Done); s.Ticket.Number != "A502" {
			t.Errorf("after the restart %s", s.Ticket.Number)
		}
		if got := d.log(t); !slices.Equal(got, []string{"ticket.printed/1 consumed",
			"ticket.taken/1", "ticket.printed/1 consumed", "ticket.taken/1", "ticket.printed/1 consumed"}) {
			t.Errorf("events %q", got)
		}
		taken := d.taken(t)
		if taken[0].Number != "A501" || taken[0].Serial != 501 || taken[0].Day != "2026-03-02" || taken[0].Service != "s" || taken[0].After != first || !taken[0].Paper {
			t.Errorf("told %+v, want it after %s", taken[0], first)
		}
		if taken[1].After != taken[0].Ticket || !taken[1].At.After(taken[0].At) {
			t.Errorf("told %+v after %+v", taken[1], taken[0])
		}
		if len(c.asked) != 1 {
			t.Errorf("asked %v", c.asked)
		}
	})
}

// When the numbers are used up, or their business day is over, the kiosk says
// so and gives none.
func TestNoLentNumberIsLeft(t *testing.T) {
	for _, c := range []struct {
		name   string
		lends  func() contract.Numbers
		wait   time.Duration
		reason flow.Reason
	}{
		{"none were lent", func() contract.Numbers { return contract.Numbers{} }, 0, flow.Away},
		{"all are used", func() contract.Numbers { n := lends(501); n.Blocks[0].To = 500; return n }, 0, flow.UsedUp},
		{"the day is over", func() contract.Numbers { return lends(520) }, 17 * time.Hour, flow.UsedUp},
		{"of another day", func() contract.Numbers { n := lends(520); n.Day = "2026-03-01"; return n }, 0, flow.Away},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDisk()
				k := switchOn(t, d, &counter{lends: c.lends()}, good())
				defer k.off()
				k.feed()
				k.cut()
				time.Sleep(c.wait + 2*tick)
				k.take()
				if s := k.on(flow.Trouble); s.Reason != c.reason {
					t.Errorf("reason %s, want %s", s.Reason, c.reason)
				}
				if why := k.now().Notice(); why != c.reason {
					t.Errorf("the entrance says %q", why)
				}
				if got := d.taken(t); len(got) != 0 {
					t.Errorf("took %+v", got)
				}
			})
		})
	}
}

// Without the hall the kiosk keeps the hours that the hall told last.
func TestHoursWithoutTheHall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(11 * time.Hour) // 11:00 in the bubble
		k := switchOn(t, newDisk(), &counter{lends: lends(520)}, good())
		defer k.off()
		k.feed()
		k.View(t.Context(), contract.ViewCalendar, mustJSON(t, contract.Calendar{Day: "2026-03-02", Zone: "UTC", Open: true, Issuing: true,
			Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:00", To: "17:00"}}}))
		k.cut()
		for _, step := range []struct {
			wait time.Duration
			want flow.Reason
		}{{2 * tick, flow.CutOff}, {31 * time.Minute, flow.Closed}, {2*time.Hour + 30*time.Minute, flow.CutOff}, {3 * time.Hour, flow.Closed}} {
			time.Sleep(step.wait)
			synctest.Wait()
			if why := k.now().Notice(); why != step.want {
				t.Errorf("at %s the entrance says %q, want %q", time.Now().Format("15:04"), why, step.want)
			}
		}
	})
}

// A hall that does not answer in half the time gets the request back: whatever
// came of it is given up, and the lent number has an id of its own.
func TestHallDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := newDisk(), good()
		c := &counter{lends: lends(520)}
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		c.mu.Lock()
		c.err = errors.New("no answer")
		c.mu.Unlock()
		k.take()
		s := k.on(flow.Printing)
		if s.Ticket.Number != "A501" {
			t.Errorf("ticket %+v", s.Ticket)
		}
		time.Sleep(p.takes)
		k.on(flow.Done)
		if got := d.log(t); !slices.Equal(got, []string{"ticket.given-up/1", "ticket.taken/1", "ticket.printed/1 consumed"}) {
			t.Errorf("events %q", got)
		}
		var lost contract.TicketRef
		if err := json.Unmarshal(d.events[0].Data, &lost); err != nil || lost.Ticket == "" || lost.Ticket == d.taken(t)[0].Ticket {
			t.Errorf("gave up %+v, took %+v", lost, d.taken(t))
		}
	})
}

// What a citizen says of a lent number without paper goes the way of the
// number, also when the hall is back by then.
func TestWordOnALentNumber(t *testing.T) {
	for touch, want := range map[flow.Touch]string{flow.Noted: "ticket.printed/1 noted", flow.GiveUp: "ticket.given-up/1"} {
		t.Run(string(touch), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, p := newDisk(), good()
				p.err = errors.New("jammed")
				c := &counter{lends: lends(520)}
				k := switchOn(t, d, c, p)
				defer k.off()
				k.feed()
				k.cut()
				k.take()
				time.Sleep(p.takes)
				k.on(flow.Unprinted)
				k.Online(t.Context(), true)
				k.Touch(touch, "")
				synctest.Wait()
				if got := d.log(t); !slices.Equal(got, []string{"ticket.taken/1", "ticket.unprinted/1 unknown broken", want}) {
					t.Errorf("events %q", got)
				}
				if len(c.asked) != 0 {
					t.Errorf("asked %v", c.asked)
				}
			})
		})
	}
}

// Number, event and print note are one write: wherever the power goes, a number
// that the disk does not know is on no paper, and none is given twice.
func TestPowerCutWithoutTheHall(t *testing.T) {
	for cut := 1; cut <= 12; cut++ {
		synctest.Test(t, func(t *testing.T) {
			d, p := newDisk(), good()
			c := &counter{lends: lends(520)}
			k := switchOn(t, d, c, p)
			k.feed()
			k.cut()
			d.mu.Lock()
			d.cut, d.dead = d.writes+cut, k.stop
			d.mu.Unlock()
			for range 4 {
				k.take()
				time.Sleep(p.takes)
				k.Touch(flow.Finish, "")
				synctest.Wait()
			}
			k.off()
			d.mu.Lock()
			d.cut, d.dead = 0, nil
			d.mu.Unlock()
			k = switchOn(t, d, c, p)
			k.take()
			time.Sleep(p.takes)
			k.off()
			numbers, ids := map[string]bool{}, map[string]bool{}
			for _, taken := range d.taken(t) {
				if numbers[taken.Number] {
					t.Errorf("cut %d: %s twice", cut, taken.Number)
				}
				numbers[taken.Number], ids[taken.Ticket] = true, true
			}
			for _, id := range p.printed() {
				if !ids[id] {
					t.Errorf("cut %d: paper of %s, which the hall will not hear of", cut, id)
				}
			}
		})
	}
}

// The time of a lent number never goes back, and a step of the machine's clock
// does not move it.
func TestClockOfTheStock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		k, err := openStock(d, quiet())
		if err != nil {
			t.Fatal(err)
		}
		wrong := -time.Hour
		k.clock = func() time.Time { return time.Now().Add(wrong) }
		give := func() time.Time {
			t.Helper()
			taken, err := k.give(t.Context(), contract.TicketTaken{Ticket: "t", Prefix: "A"}, "2026-03-02", "")
			if err != nil {
				t.Fatal(err)
			}
			return taken.At
		}
		if err := k.lend(t.Context(), lends(520), time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, step := range []time.Duration{0, 10 * time.Minute, -10 * time.Minute} {
			wrong += step
			time.Sleep(time.Minute)
			if got, want := give(), time.Now().UTC(); !got.Equal(want) {
				t.Errorf("clock moved by %v: taken at %v, want %v", step, got, want)
			}
		}
		last := give()
		if k, err = openStock(d, quiet()); err != nil { // a new process, with a dead battery
			t.Fatal(err)
		}
		k.clock = func() time.Time { return time.Unix(0, 0) }
		if got := give(); got.Before(last) {
			t.Errorf("taken at %v, after %v", got, last)
		}
	})
}
