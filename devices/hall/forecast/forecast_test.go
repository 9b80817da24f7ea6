package forecast_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hallward/devices/hall/forecast"
)

// people are ordinary citizens for service 0 with ten minutes each.
func people(n int) []forecast.Person {
	list := make([]forecast.Person, n)
	for i := range list {
		list[i] = forecast.Person{Window: -1, Minutes: 10}
	}
	return list
}

func desks(free ...float64) []forecast.Desk {
	var list []forecast.Desk
	for i, f := range free {
		list = append(list, forecast.Desk{Window: i, Free: f, Services: []int{0}})
	}
	return list
}

func TestSimulate(t *testing.T) {
	classes := forecast.Rule{Classes: []int{0, 3, forecast.MaxWeight}, Overtake: 2, Beyond: 30}
	classed := func(places ...int) []forecast.Person {
		list := people(len(places))
		for i, class := range places {
			list[i].Class = class
		}
		return list
	}
	with := func(list []forecast.Person, change func([]forecast.Person)) []forecast.Person {
		change(list)
		return list
	}
	for _, c := range []struct {
		name   string
		desks  []forecast.Desk
		people []forecast.Person
		weight int
		want   float64
	}{
		{"a free desk", desks(0), nil, 0, 0},
		{"no desk", nil, people(3), 0, forecast.Never},
		{"a busy desk", desks(4), nil, 0, 4},
		{"five before two desks", desks(5, 5), people(5), 0, 25},
		{"the desk that is free first takes the next", desks(1, 30), people(2), 0, 21},
		{"an ordinary newcomer waits for all classes", desks(0), classed(0, 1, 0), 0, 30},
		{"priority goes before the ordinary", desks(0), classed(0, 0, 0), 3, 0},
		{"and after its like", desks(0), classed(1, 0, 1), 3, 20},
		{"nobody passes who was passed twice already", desks(0), with(classed(0, 0), func(p []forecast.Person) { p[0].Overtaken = 2 }), 3, 10},
		{"nobody passes whose time is over", desks(0), with(classed(0, 0), func(p []forecast.Person) { p[0].Left = -1 }), 3, 10},
		{"the very head passes them too", desks(3), with(classed(0, 0), func(p []forecast.Person) { p[0].Overtaken = 2 }), forecast.MaxWeight, 3},
		{"sent to one desk: not waited for at the other", desks(0, 0), with(people(3), func(p []forecast.Person) { p[0].Window, p[1].Window = 0, 0 }), 0, 10},
		{"an appointment later on keeps nobody waiting", desks(0), with(people(2), func(p []forecast.Person) { p[0].From = 60 }), 0, 10},
		{"a due appointment does", desks(0), with(people(2), func(p []forecast.Person) { p[1].From = 5 }), 0, 20},
		{"broken minutes are none", desks(0), with(people(2), func(p []forecast.Person) { p[0].Minutes = math.NaN() }), 0, 10},
	} {
		out := forecast.Simulate(c.desks, c.people, classes)
		if got := out.Wait(0, c.weight); got != c.want {
			t.Errorf("%s: %g minutes, want %g", c.name, got, c.want)
		}
		if got := out.Wait(9, 0); got != forecast.Never {
			t.Errorf("%s: %g minutes for a service that no desk serves", c.name, got)
		}
	}
}

// Skills: a desk of its own line is not slowed by the other one, and a desk
// that prefers a service takes it first.
func TestSimulateSkills(t *testing.T) {
	both := []forecast.Person{{Service: 0, Window: -1, Minutes: 10}, {Service: 1, Window: -1, Minutes: 20}, {Service: 0, Window: -1, Minutes: 10}}
	apart := forecast.Simulate([]forecast.Desk{{Window: 0, Services: []int{0}}, {Window: 1, Services: []int{1}}}, both, forecast.Rule{})
	if a, b := apart.Wait(0, 0), apart.Wait(1, 0); a != 20 || b != 20 {
		t.Errorf("own desks: %g and %g, want 20 and 20", a, b)
	}
	shared := forecast.Simulate([]forecast.Desk{{Services: []int{0, 1}}}, both, forecast.Rule{})
	if a, b := shared.Wait(0, 0), shared.Wait(1, 0); a != 40 || b != 40 {
		t.Errorf("one desk: %g and %g, want 40 for both", a, b)
	}
	waiting := []forecast.Person{{Service: 0, Window: -1, Minutes: 10}, {Service: 1, Window: -1, Minutes: 20}, {Service: 2, Class: 1, Window: -1, Minutes: 5}}
	first := forecast.Simulate([]forecast.Desk{{Services: []int{0, 1, 2}, First: []int{1}}}, waiting, forecast.Rule{Classes: []int{0, 2}, Overtake: 5, Beyond: 60})
	if got := first.Wait(0, 2); got != 5 {
		t.Errorf("a newcomer with priority waits %g, want behind the one with priority", got)
	}
	green := forecast.Simulate([]forecast.Desk{{Services: []int{0}, Classes: []int{1}}}, []forecast.Person{
		{Window: -1, Minutes: 10, Class: 2}, {Window: -1, Minutes: 20, Class: 1}}, forecast.Rule{Classes: []int{0, 1, 5}, Overtake: 5, Beyond: 60})
	if got := green.Wait(0, 9); got != 20 {
		t.Errorf("at a desk of the green channel weight 9 waits %g, want 20 behind its class", got)
	}
}

// Newcomer is Reference for a queue of walk-ins.
func TestNewcomerIsReference(t *testing.T) {
	for desks := 1; desks <= 4; desks++ {
		for ahead := range 9 {
			var queue []forecast.Entry
			for i := range ahead {
				queue = append(queue, forecast.Entry{Number: i, Priority: forecast.Ordinary, At: nine})
			}
			_, want, err := forecast.Reference(7, desks, nine, queue)
			estimate, optimistic, ok := forecast.Newcomer(7, desks, ahead)
			if err != nil || !ok || int(estimate) != want.Minutes || int(optimistic) != want.Optimistic {
				t.Errorf("%d desks, %d ahead: %g/%g, want %d/%d (%v)", desks, ahead, estimate, optimistic, want.Minutes, want.Optimistic, err)
			}
		}
	}
	if _, _, ok := forecast.Newcomer(0, 2, 3); ok {
		t.Error("an average of zero minutes told something")
	}
}

func TestOvertaken(t *testing.T) {
	for _, c := range []struct{ central, share, want float64 }{
		{20, 0, 20}, {20, 0.2, 25}, {20, 0.9, 40}, {200, 0.5, 225}, {20, math.NaN(), 20},
	} {
		if got := forecast.Overtaken(c.central, c.share, 10, 2, 5); got != c.want {
			t.Errorf("%g minutes with a share of %g: %g, want %g", c.central, c.share, got, c.want)
		}
	}
}

// Whatever waits: every forecast is a number of minutes that is not negative,
// or Never; more people never mean a shorter wait for an ordinary newcomer of
// a hall whose desks all do the same; and the arguments stay as they were.
func TestSimulateProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rule := forecast.Rule{Classes: []int{0, 2, 5, forecast.MaxWeight}, Overtake: r.IntN(4), Beyond: float64(r.IntN(60))}
		services := 1 + r.IntN(5)
		var open []forecast.Desk
		for i := range 1 + r.IntN(5) {
			d := forecast.Desk{Window: i, Free: float64(r.IntN(30) - 3)}
			for s := range services {
				if r.IntN(2) == 0 {
					d.Services = append(d.Services, s)
				}
			}
			open = append(open, d)
		}
		var list []forecast.Person
		for range r.IntN(60) {
			list = append(list, forecast.Person{Service: r.IntN(services), Class: r.IntN(6) - 1, Window: r.IntN(30) - 25, Minutes: float64(r.IntN(30)),
				From: float64(max(0, r.IntN(100)-80)), Overtaken: r.IntN(3), Left: float64(max(0, r.IntN(90)-60))})
			if list[len(list)-1].Window < 0 {
				list[len(list)-1].Window = -1
			}
		}
		before := append([]forecast.Person(nil), list...)
		out := forecast.Simulate(open, list, rule)
		for s := range services {
			last := math.Inf(1)
			for w := 0; w <= forecast.MaxWeight; w++ {
				got := out.Wait(s, w)
				if math.IsNaN(got) || got < 0 {
					t.Fatalf("service %d, weight %d waits %g", s, w, got)
				}
				if got > last {
					t.Fatalf("service %d: weight %d waits %g, a lighter one %g", s, w, got, last)
				}
				last = got
			}
			served := slices.ContainsFunc(open, func(d forecast.Desk) bool { return slices.Contains(d.Services, s) })
			if never := out.Wait(s, 0) == forecast.Never; never == served {
				t.Fatalf("service %d: served %v, wait %g", s, served, out.Wait(s, 0))
			}
		}
		for i := range list {
			if list[i] != before[i] {
				t.Fatalf("person %d was changed", i)
			}
		}
		same := desks(3, 4, 5)
		some := forecast.Simulate(same, people(r.IntN(20)), forecast.Rule{})
		more := forecast.Simulate(same, people(20), forecast.Rule{})
		if some.Wait(0, 0) > more.Wait(0, 0) {
			t.Fatal("fewer people wait longer")
		}
	})
}

func BenchmarkSimulate(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	var open []forecast.Desk
	for i := range 12 {
		d := forecast.Desk{Window: i}
		for s := range 14 {
			d.Services = append(d.Services, (i*4+s)%41)
		}
		open = append(open, d)
	}
	var list []forecast.Person
	for range 300 {
		list = append(list, forecast.Person{Service: r.IntN(41), Class: max(0, r.IntN(12)-9), Window: -1, Minutes: 10})
	}
	b.ReportAllocs()
	for b.Loop() {
		forecast.Simulate(open, list, forecast.Rule{Classes: []int{0, 2, 5}, Overtake: 5, Beyond: 30})
	}
}
