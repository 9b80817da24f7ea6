package forecast_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/hall/forecast"
	"hallward/devices/hall/queue"
)

// world is one queue, as the forecast and as the queue itself know it.
type world struct {
	desks   []forecast.Desk
	people  []forecast.Person
	rule    forecast.Rule
	tickets []*queue.Ticket
	callers []queue.Caller
	order   queue.Rule
}

// anyWorld draws desks with skills and preferences, and people with classes,
// appointments and transfers. Nobody was overtaken yet.
func anyWorld(t *rapid.T) *world {
	weights := []int{0, 2, 5, forecast.MaxWeight, 5}
	w := &world{
		rule: forecast.Rule{Classes: weights, Overtake: rapid.IntRange(0, 4).Draw(t, "overtake"), Beyond: float64(rapid.IntRange(0, 40).Draw(t, "beyond"))},
		order: queue.Rule{Classes: []queue.Class{{ID: "c1", Weight: 2}, {ID: "c2", Weight: 5}, {ID: "c3", Head: true},
			{ID: queue.Appointment, Weight: 5}}},
	}
	w.order.Overtake, w.order.Beyond = w.rule.Overtake, minutes(w.rule.Beyond)
	classes := []string{"", "c1", "c2", "c3", queue.Appointment}
	services := rapid.IntRange(1, 4).Draw(t, "services")
	for d := range rapid.IntRange(1, 4).Draw(t, "desks") {
		desk := forecast.Desk{Window: d, Free: float64(rapid.IntRange(0, 20).Draw(t, "free"))}
		caller := queue.Caller{Window: fmt.Sprint("w", d)}
		for s := range services {
			if rapid.IntRange(0, 3).Draw(t, "skill") > 0 {
				desk.Services, caller.Services = append(desk.Services, s), append(caller.Services, fmt.Sprint(s))
				if s > 0 && rapid.IntRange(0, 3).Draw(t, "first") == 0 {
					desk.First, caller.First = append(desk.First, s), append(caller.First, fmt.Sprint(s))
				}
			}
		}
		if rapid.IntRange(0, 3).Draw(t, "green") == 0 {
			desk.Classes, caller.Classes = []int{2}, []string{"c2"}
		}
		w.desks, w.callers = append(w.desks, desk), append(w.callers, caller)
	}
	for i := range rapid.IntRange(0, 25).Draw(t, "people") {
		p := forecast.Person{Service: rapid.IntRange(0, services-1).Draw(t, "service"), Window: -1,
			Class: rapid.SampledFrom([]int{0, 0, 0, 0, 1, 1, 2, 3, 4}).Draw(t, "class"), Minutes: float64(rapid.IntRange(1, 20).Draw(t, "minutes"))}
		k := &queue.Ticket{Number: fmt.Sprintf("A%03d", i+1), Order: uint64(i + 1), Service: fmt.Sprint(p.Service), Class: classes[p.Class]}
		switch {
		case p.Class == 4:
			p.From = float64(rapid.IntRange(0, 60).Draw(t, "from"))
			k.Due = nine.Add(minutes(p.From))
		case p.Class == 0 && rapid.IntRange(0, 9).Draw(t, "sent") == 0:
			p.Window = rapid.IntRange(0, len(w.desks)-1).Draw(t, "to")
			k.Bound = fmt.Sprint("w", p.Window)
		}
		w.people, w.tickets = append(w.people, p), append(w.tickets, k)
	}
	return w
}

func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

// play lets the desks call by the queue's own rule until the newcomer is called,
// and gives the minutes until then; Never when nobody calls any more.
func (w *world) play(newcomer *queue.Ticket) float64 {
	var pool queue.Pool
	place := map[*queue.Ticket]int{}
	for i, t := range w.tickets {
		copied := *t
		place[&copied] = i
		pool.Add(&copied)
	}
	pool.Add(newcomer)
	free, done := make([]float64, len(w.desks)), make([]bool, len(w.desks))
	for d := range w.desks {
		free[d] = w.desks[d].Free
	}
	for {
		d := -1
		for i := range free {
			if !done[i] && (d < 0 || free[i] < free[d]) {
				d = i
			}
		}
		if d < 0 {
			return forecast.Never
		}
		now := nine.Add(minutes(free[d]))
		choice := pool.Choose(w.callers[d], w.order, now)
		switch choice.Ticket {
		case nil:
			done[d] = true
			continue
		case newcomer:
			return free[d]
		}
		queue.Pass(choice.Overtaken, now)
		pool.Remove(choice.Ticket)
		free[d] += w.people[place[choice.Ticket]].Minutes
	}
}

// The forecast calls in the order in which the queue itself would: whoever
// comes now is called at the minute that it says, whatever the skills,
// preferences, classes, bounds, transfers and appointments are.
func TestSimulateKeepsTheRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 20 {
			w := anyWorld(t)
			out := forecast.Simulate(w.desks, w.people, w.rule)
			for class, id := range []string{"", "c1", "c2", "c3"} {
				if class == 2 && slices.ContainsFunc(w.desks, func(d forecast.Desk) bool { return len(d.Classes) > 0 }) {
					continue // the forecast knows a newcomer's weight, not the desks that prefer his class
				}
				newcomer := &queue.Ticket{Number: "A999", Order: 999, Service: "0", Class: id}
				if got, want := out.Wait(0, w.rule.Classes[class]), w.play(newcomer); got != want {
					t.Fatalf("class %q waits %g minutes by the forecast, %g by the rule", id, got, want)
				}
			}
		}
	})
}
