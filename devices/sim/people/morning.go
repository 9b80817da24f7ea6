package people

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// Morning is a simulated morning in a real house: the kiosk is touched through
// its window, the tickets come out of the simulated printer, the windows work
// through the broker, and the devices have their troubles. It runs on the wall
// clock, shortened.
type Morning struct {
	Setup    *hall.Setup
	Kiosk    *Kiosk
	Desk     *Desk
	Control  string // of hallsim
	Printer  string // id of the kiosk's printer in hallsim
	Terminal string // id of the attendance terminal in hallsim
	Centre   string // of the centre's page
	Citizens int
	Seed     uint64
	Out      io.Writer
}

// countyHours are the shares of arrivals between opening and the lunch break
// (requirements 6.2, "county"): a queue at the door, then a slow rise to a peak
// towards noon.
var countyHours = []float64{0.09, 0.13, 0.20, 0.24, 0.20, 0.14}

// Run plays the morning and returns what arrived at the centre.
func (m *Morning) Run(ctx context.Context) (Summary, error) {
	r := rand.New(rand.NewPCG(m.Seed, 7))
	staff, err := m.clockIn(ctx)
	if err != nil {
		return Summary{}, err
	}
	working, close := context.WithCancel(ctx)
	defer close()
	var windows sync.WaitGroup
	fail := make(chan error, len(staff))
	for _, w := range staff {
		windows.Go(func() {
			if err := w.Work(working); err != nil {
				fail <- err
			}
		})
	}
	err = m.arrive(ctx, r)
	if err == nil {
		err = m.emptied(ctx)
	}
	close()
	windows.Wait()
	select {
	case werr := <-fail:
		err = errors.Join(err, werr)
	default:
	}
	if err != nil {
		return Summary{}, err
	}
	return m.summary(ctx)
}

// clockIn puts somebody at each window and lets them use the terminal first.
func (m *Morning) clockIn(ctx context.Context) ([]*Worker, error) {
	var workers []*Worker
	taken := map[string]bool{}
	for i, w := range m.Setup.Windows {
		for _, p := range m.Setup.Staff {
			if taken[p.ID] || !qualified(p, w) {
				continue
			}
			taken[p.ID] = true
			if err := post(ctx, fmt.Sprintf("%s/terminal/%s/punch?person=%s&verify=1", m.Control, m.Terminal, p.Number)); err != nil {
				return nil, err
			}
			workers = append(workers, &Worker{Desk: m.Desk, Window: w, Staff: p, PIN: p.Number, Mean: 8 * time.Second,
				NoShow: 0.06, Rate: 0.6, Control: m.Control, Rand: rand.New(rand.NewPCG(m.Seed, uint64(i)))})
			break
		}
	}
	fmt.Fprintf(m.Out, "%d of %d windows are staffed\n", len(workers), len(m.Setup.Windows))
	return workers, nil
}

func qualified(p hall.Staff, w hall.Window) bool {
	can := map[string]bool{}
	for _, s := range p.Services {
		can[s] = true
	}
	for _, s := range w.Services {
		if !can[s] {
			return false
		}
	}
	return true
}

// arrive sends the citizens to the kiosk, half-hour by half-hour, and lets the
// printer run low and then out of paper on the way.
func (m *Morning) arrive(ctx context.Context, r *rand.Rand) error {
	done := 0
	for i, share := range countyHours {
		n := int(share*float64(m.Citizens) + 0.5)
		if i == len(countyHours)-1 {
			n = m.Citizens - done
		}
		at := 8*60 + i*35
		fmt.Fprintf(m.Out, "%02d:%02d  %d citizens come\n", at/60, at%60, n)
		if err := m.trouble(ctx, i); err != nil {
			return err
		}
		for range n {
			if err := m.citizen(ctx, r); err != nil {
				return err
			}
			done++
		}
	}
	return nil
}

// trouble is what goes wrong with the printer in which part of the morning.
func (m *Morning) trouble(ctx context.Context, part int) error {
	switch part {
	case 2:
		return m.set(ctx, "paper-low", true)
	case 3:
		return m.set(ctx, "paper-out", true)
	}
	return nil
}

func (m *Morning) set(ctx context.Context, name string, on bool) error {
	return post(ctx, fmt.Sprintf("%s/printer/%s/switch?name=%s&on=%t", m.Control, m.Printer, name, on))
}

// citizen takes a ticket. When the kiosk says that there is no paper, the
// technician comes and puts in a new roll, and the citizen tries again. Whom a
// rule turns away goes home.
func (m *Morning) citizen(ctx context.Context, r *rand.Rand) error {
	w := m.wish(r)
	for {
		limit, cancel := context.WithTimeout(ctx, time.Minute)
		_, err := m.Kiosk.Take(limit, w, func(page Screen) bool {
			fmt.Fprintf(m.Out, "       the kiosk says: %s\n", page.Reason)
			return page.Reason == "paper-out" && m.newRoll(limit) == nil
		})
		cancel()
		switch {
		case errors.Is(err, ErrTurnedAway):
			return nil
		case !errors.Is(err, ErrTrouble):
			return err
		}
	}
}

// Shares of citizens who choose a class of priority, and who come for two
// services of one unit.
const (
	withClass = 0.15
	withTwo   = 0.10
)

// wish is what somebody comes for, by chance: a service that gives numbers, so
// that nobody is sent away for what the catalogue already says.
func (m *Morning) wish(r *rand.Rand) Wish {
	var given []hall.Service
	for _, s := range m.Setup.Services {
		if s.Paused == "" && s.Message.ZH == "" {
			given = append(given, s)
		}
	}
	i := r.IntN(len(given))
	w := Wish{Unit: given[i].Unit, Service: given[i].ID}
	if j := i + 1; r.Float64() < withTwo && j < len(given) && given[j].Unit == w.Unit {
		w.More = []string{given[j].ID}
	}
	var classes []string
	for _, c := range m.Setup.Classes {
		if !c.Grant && !c.Head {
			classes = append(classes, c.ID)
		}
	}
	if r.Float64() < withClass && len(classes) > 0 {
		w.Class = classes[r.IntN(len(classes))]
	}
	return w
}

func (m *Morning) newRoll(ctx context.Context) error {
	for _, name := range []string{"paper-out", "paper-low"} {
		if err := m.set(ctx, name, false); err != nil {
			return err
		}
	}
	fmt.Fprintln(m.Out, "       a new roll is put in")
	return nil
}

// emptied waits until nobody waits any more (R-KIOSK-09: who has a number is
// served).
func (m *Morning) emptied(ctx context.Context) error {
	limit, cancel := context.WithTimeoutCause(ctx, 5*time.Minute, errors.New("people are still waiting"))
	defer cancel()
	for {
		events, err := m.events(limit)
		if err != nil {
			return err
		}
		s := Summarise(events)
		if s.Tickets > 0 && s.Served+s.Missed+s.Void >= s.Tickets && s.Ratings+s.Unrated <= s.Served+s.Went {
			return nil
		}
		pause(limit, 500*time.Millisecond)
		if limit.Err() != nil {
			return context.Cause(limit)
		}
	}
}

func (m *Morning) summary(ctx context.Context) (Summary, error) {
	events, err := m.events(ctx)
	return Summarise(events), err
}

// events reads everything that the centre has of this hall.
func (m *Morning) events(ctx context.Context) ([]contract.Event, error) {
	return Arrived(ctx, m.Centre, m.Setup.Hall.ID)
}

// Arrived reads all events of a hall from a centre's page, in their order.
func Arrived(ctx context.Context, centre, hall string) ([]contract.Event, error) {
	const page = 5000
	var all []contract.Event
	after := int64(0)
	for {
		var list []struct {
			ID    int64          `json:"id"`
			Event contract.Event `json:"event"`
		}
		if err := getJSON(ctx, fmt.Sprintf("%s/events?hall=%s&after=%d&limit=%d", centre, hall, after, page), &list); err != nil {
			return nil, err
		}
		for _, r := range list {
			all = append(all, r.Event)
			after = r.ID
		}
		if len(list) < page {
			return all, nil
		}
	}
}
