package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/hardware"
)

// Environment of TestConvergence, beside the go command's own flags.
const (
	callsVariable    = "HALLWARD_CALLS"    // how many; 100
	displaysVariable = "HALLWARD_DISPLAYS" // real display processes; 4
)

// calling is a run of TestConvergence.
type calling struct {
	*callHouse
	t      *testing.T
	begin  time.Time
	long   bool // not the short run that every change is tested with
	halls  sync.RWMutex
	batch  int
	dark   map[string]bool        // strips that nobody can expect to be right
	heard  map[string][]utterance // that were read from each zone's timeline
	strips []time.Duration        // until all strips were right, by batch
	whole  int                    // numbers that stood whole on their strip
	resent int                    // texts that the chip was sent once more at once
	faults []string
	wrongs []string // complaints of the judge

	mu   sync.Mutex
	made map[string]*made // first calls, by number
}

// made is one call as a window made it.
type made struct {
	number   string
	at       counter
	batch    int       // -1 at the window that calls again
	answered time.Time // the window was told the number
	silent   bool
}

// drawing is one call as a display has drawn it.
type drawing struct {
	Call             uint64
	Number, Window   string
	Drawn, Announced time.Time
}

// Ten windows press next at once, again and again, and every call
// comes out of everything once, right, and in order: on real displays, on
// simulated strips of every kind and from the voice of each zone. Meanwhile
// displays are killed, stopped for longer than their link lasts and cut off, a
// strip falls silent and comes back, and the hall itself is killed. Who comes
// back is right at once and announces nothing old; the last call is as quick as
// the first (R-WIN-09, R-BOARD-01, -02, R-VOICE-06, HALL-018, -019).
func TestConvergence(t *testing.T) {
	calls, displays := number(t, callsVariable, 100), number(t, displaysVariable, 4)
	c := &calling{callHouse: newCallHouse(t, displays), t: t, begin: time.Now(), long: calls > 500, dark: map[string]bool{},
		heard: map[string][]utterance{}, made: map[string]*made{}}
	c.open()
	batches := calls / len(counters)
	faults := c.plan(batches)
	ctx, end := context.WithCancel(t.Context())
	defer end()
	var repeats sync.WaitGroup
	repeats.Go(func() { c.callAgain(ctx) })
	c.begin = time.Now()
	for c.batch = range batches {
		for _, f := range faults[c.batch] {
			f()
		}
		c.together(c.batch%50 == 30 || !c.long && c.batch == 3)
		if t.Failed() {
			end()
			repeats.Wait()
			return
		}
	}
	took := time.Since(c.begin)
	end()
	repeats.Wait()
	c.together(false) // behind the last call of the eleventh window
	c.settle()
	c.stop("hall")
	c.judge(took)
}

// number is a whole number of the environment.
func number(t testing.TB, variable string, otherwise int) int {
	t.Helper()
	s := os.Getenv(variable)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("%s: %q is no number", variable, s)
	}
	return n
}

// ticket takes a number at the kiosk, noted by its holder.
func (c *calling) ticket(service string, silent bool) (contract.Ticket, error) {
	var t contract.Ticket
	a, err := c.kiosk.Ask(c.t.Context(), contract.AskTicketTake, contract.TakeTicket{Service: service, Lang: "zh-CN", Silent: silent})
	if err == nil && a.Error != nil {
		err = a.Error
	}
	if err == nil {
		err = json.Unmarshal(a.Data, &t)
	}
	if err != nil {
		return t, err
	}
	a, err = c.kiosk.Ask(c.t.Context(), contract.AskTicketNoted, contract.TicketRef{Ticket: t.Ticket})
	if err == nil && a.Error != nil {
		err = a.Error
	}
	return t, err
}

// together lets all windows call the next at once, and waits until every call is
// everywhere. With calm nobody comes before the boards have announced them all.
func (c *calling) together(calm bool) {
	c.t.Helper()
	c.each(func(w counter) error { _, err := c.ticket(w.service, false); return err })
	made := make([]*made, len(counters))
	c.each(func(w counter) error {
		a, err := c.desk.Ask(c.t.Context(), contract.AskWindowNext, contract.WindowRef{Window: w.id})
		if err != nil {
			return err
		}
		for i := range counters {
			if counters[i].id == w.id {
				made[i] = newMade(a.Window.Number, w, c.batch)
			}
		}
		return nil
	})
	c.mu.Lock()
	for _, m := range made {
		if c.made[m.number] != nil {
			c.t.Fatalf("number %s was called twice: at %s and at %s", m.number, c.made[m.number].at.id, m.at.id)
		}
		c.made[m.number] = m
	}
	c.mu.Unlock()
	c.drawn(made, calm)
	c.stripped(made)
	c.voices(made...)
	c.each(func(w counter) error {
		for _, ask := range []string{contract.AskWindowStart, contract.AskWindowFinish} {
			if _, err := c.desk.Ask(c.t.Context(), ask, contract.WindowRef{Window: w.id}); err != nil {
				return fmt.Errorf("%s: %w", ask, err)
			}
		}
		return nil
	})
}

func newMade(number string, w counter, batch int) *made {
	return &made{number: number, at: w, batch: batch, answered: time.Now()}
}

// each does something at every window at once.
func (c *calling) each(do func(counter) error) {
	c.t.Helper()
	var all sync.WaitGroup
	errs := make([]error, len(counters))
	begin := make(chan struct{})
	for i, w := range counters {
		all.Go(func() {
			<-begin
			if err := do(w); err != nil {
				errs[i] = fmt.Errorf("window %s: %w", w.id, err)
			}
		})
	}
	close(begin)
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		c.t.Fatalf("batch %d: %v", c.batch, err)
	}
}

// drawn waits until every display that is there has drawn every call that
// belongs on it; with announced, until the boards have announced them too.
func (c *calling) drawn(made []*made, announced bool) {
	c.t.Helper()
	limit := 30 * time.Second
	if announced {
		limit = 90 * time.Second
	}
	var all sync.WaitGroup
	errs := make([]error, len(c.screens))
	for i, s := range c.screens {
		if s.dead {
			continue
		}
		all.Go(func() {
			errs[i] = within(limit, func() error {
				if err := s.collect(); err != nil {
					return err
				}
				by := map[string]*drawing{}
				for _, d := range s.drawn {
					by[d.Number] = d
				}
				for _, m := range made {
					switch d := by[m.number]; {
					case !s.shows(m.at):
					case d == nil:
						return fmt.Errorf("%s has not drawn %s", s.name, m.number)
					case announced && d.Announced.IsZero():
						return fmt.Errorf("%s has not announced %s", s.name, m.number)
					}
				}
				return nil
			})
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		c.t.Errorf("batch %d: %v", c.batch, err)
	}
}

// collect reads what a display has drawn.
func (s *screen) collect() error {
	newest := uint64(0)
	for call := range s.drawn {
		newest = max(newest, call)
	}
	var list []drawing
	if err := getJSON(fmt.Sprintf("http://%s/calls?after=%d", s.health, max(newest, 60)-60), &list); err != nil {
		return err
	}
	for _, d := range list {
		if have := s.drawn[d.Call]; have == nil {
			s.drawn[d.Call] = &d
		} else if have.Announced.IsZero() {
			have.Announced = d.Announced
		}
	}
	return nil
}

// settle reads what was announced last.
func (c *calling) settle() {
	c.t.Helper()
	for _, s := range c.screens {
		if err := s.collect(); err != nil {
			c.t.Error(err)
		}
	}
}

// stripped waits until the strip of every window shows its number whole, and the
// strips of the zones show one of these.
func (c *calling) stripped(made []*made) {
	c.t.Helper()
	begin := time.Now()
	until(c.t, 40*time.Second, fmt.Sprintf("batch %d: the strips", c.batch), func() error {
		var st hardware.State
		if err := getJSON(c.url(controlPort)+"/state", &st); err != nil {
			return err
		}
		zones := map[string]string{"strips/9": "east", "pole-west": "west"}
		for strip := range zones {
			ok, shows := false, ""
			for _, m := range made {
				if m.at.zone != zones[strip] {
					continue
				}
				var right bool
				if right, shows = stripShows(st, strip, m); right {
					ok = true
				}
			}
			if !ok && !strings.Contains(shows, prefixOf(again.service)) {
				return fmt.Errorf("%s shows %q", strip, shows)
			}
		}
		for _, m := range made {
			if c.dark[m.at.strip] {
				continue
			}
			if right, shows := stripShows(st, m.at.strip, m); !right {
				return fmt.Errorf("%s shows %q, want %s whole", m.at.strip, shows, m.number)
			}
		}
		return nil
	})
	c.strips = append(c.strips, time.Since(begin))
	for _, m := range made {
		if !c.dark[m.at.strip] {
			c.whole++
		}
	}
}

// stripShows tells whether a strip shows a call whole, and what it shows.
func stripShows(st hardware.State, strip string, m *made) (right bool, shows string) {
	device, unit, _ := strings.Cut(strip, "/")
	n, _ := strconv.Atoi(unit)
	digits := strings.TrimLeft(m.number, "ABCDEFG")
	switch {
	case strings.HasPrefix(device, "pole"):
		lines := st.Poles[device].Lines
		shows = lines[0] + "|" + lines[1]
		return strings.Contains(shows, m.number) && strings.Contains(shows, m.at.label), shows
	case strings.HasPrefix(device, "strip"):
		for _, card := range st.Strips[device].Cards {
			if card.Address == n {
				return strings.Contains(card.Text, m.number) && strings.Contains(card.Text, m.at.label) && card.Whole, card.Text
			}
		}
		return false, ""
	}
	if n > len(st.Panels[device].Units) {
		return false, ""
	}
	u := st.Panels[device].Units[n-1]
	switch device {
	case "panels":
		return strings.TrimSpace(u.Number) == digits && strings.TrimSpace(u.Window) == m.at.label, u.Number + "|" + u.Window
	case "numbers":
		want, _ := strconv.Atoi(digits)
		have, err := strconv.Atoi(strings.TrimSpace(u.Number))
		return err == nil && have == want, u.Number
	}
	return strings.Contains(u.Text, m.number) && strings.Contains(u.Text, m.at.label), u.Text
}
