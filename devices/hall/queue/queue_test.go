package queue_test

import (
	"flag"
	"os"
	"testing"

	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

var update = flag.Bool("update", false, "write STATES.md")

// R-QUE-13: every pair of state and verb has a defined outcome, and every
// refusal has words in both languages.
func TestTableIsWhole(t *testing.T) {
	states := map[queue.State]bool{}
	for _, s := range queue.States {
		states[s] = true
	}
	for _, v := range queue.Verbs {
		for _, s := range queue.States {
			o := queue.Step(s, v)
			set := 0
			for _, b := range []bool{o.Same, o.Refusal != "", o.Next != ""} {
				if b {
					set++
				}
			}
			if set != 1 {
				t.Errorf("%s × %s: %+v, want exactly one outcome", s, v, o)
			}
			if o.Next != "" && !states[o.Next] {
				t.Errorf("%s × %s leads to %q, which is no state", s, v, o.Next)
			}
			if zh, en := hall.Words(o.Refusal); o.Refusal != "" && (zh == "" || en == "") {
				t.Errorf("%s × %s: refusal %q has no words", s, v, o.Refusal)
			}
		}
	}
	if o := queue.Step("dreaming", queue.Call); o.Refusal != queue.IsVoid {
		t.Errorf("an unknown state gives %+v, want a refusal", o)
	}
}

// The cells that people rely on, spelled out once more beside the table.
func TestTableSays(t *testing.T) {
	for _, c := range []struct {
		state queue.State
		verb  queue.Verb
		want  queue.Outcome
	}{
		{queue.Issued, queue.Call, queue.Outcome{Refusal: queue.NotConfirmed}},
		{queue.Unconfirmed, queue.Call, queue.Outcome{Refusal: queue.NotConfirmed}},
		{queue.Issued, queue.Confirm, queue.Outcome{Next: queue.Waiting}},
		{queue.Unconfirmed, queue.Note, queue.Outcome{Next: queue.Waiting}},
		{queue.Called, queue.Finish, queue.Outcome{Refusal: queue.StartFirst}},
		{queue.Held, queue.Unhold, queue.Outcome{Next: queue.Called}},
		{queue.Held, queue.Return, queue.Outcome{Next: queue.Waiting}},
		{queue.Called, queue.Return, queue.Outcome{Next: queue.Waiting}},
		{queue.Missed, queue.Reinstate, queue.Outcome{Next: queue.Waiting}},
		{queue.Void, queue.Confirm, queue.Outcome{Next: queue.Late}},
		{queue.Void, queue.Call, queue.Outcome{Refusal: queue.IsVoid}},
		{queue.Late, queue.Reinstate, queue.Outcome{Next: queue.Waiting}},
		{queue.Finished, queue.DayEnd, queue.Outcome{Same: true}},
	} {
		if got := queue.Step(c.state, c.verb); got != c.want {
			t.Errorf("%s × %s: %+v, want %+v", c.state, c.verb, got, c.want)
		}
	}
}

func TestStatesDocument(t *testing.T) {
	got := queue.Markdown(hall.Words)
	if *update {
		if err := os.WriteFile("STATES.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("STATES.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("STATES.md is not the table; run go test ./devices/hall/queue -update and read it")
	}
}

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		prefix string
		serial int
		want   string
	}{{"A", 1, "A001"}, {"B", 999, "B999"}, {"A", 1000, "A1000"}, {"AB", 42, "AB042"}} {
		if got := queue.Number(c.prefix, c.serial); got != c.want {
			t.Errorf("Number(%q, %d) = %q, want %q", c.prefix, c.serial, got, c.want)
		}
	}
}

func TestPoolNext(t *testing.T) {
	var p queue.Pool
	add := func(order uint64, service, bound string) *queue.Ticket {
		t := &queue.Ticket{ID: queue.Number("X", int(order)), Order: order, Service: service, Bound: bound}
		p.Add(t)
		return t
	}
	third := add(3, "a", "")
	first := add(1, "b", "")
	sent := add(5, "b", "w2")
	add(4, "a", "")
	p.Add(first) // twice is once

	if got, why := p.Next("w1", []string{"a", "b"}); got != first || why != queue.WhyOldest {
		t.Errorf("w1 calls %v (%s), want the oldest of its services", got, why)
	}
	if got, _ := p.Next("w1", []string{"a"}); got != third {
		t.Errorf("w1 with service a calls %v, want order 3", got)
	}
	if got, why := p.Next("w2", []string{"a", "b"}); got != sent || why != queue.WhyTransferred {
		t.Errorf("w2 calls %v (%s), want who was sent to it", got, why)
	}
	if n := p.Before(4, []string{"a", "b"}, []string{"w2"}); n != 2 {
		t.Errorf("before order 4: %d, want 2", n)
	}
	p.Remove(first)
	p.Remove(sent)
	if got, _ := p.Next("w2", []string{"b"}); got != nil {
		t.Errorf("w2 calls %v from an empty line", got)
	}
	if n := len(p.Waiting()); n != 2 {
		t.Errorf("%d wait, want 2", n)
	}
}

func TestForecast(t *testing.T) {
	mean := func(*queue.Ticket) float64 { return 10 }
	both := func(*queue.Ticket) []string { return []string{"w1", "w2"} }
	people := func(n int) []*queue.Ticket { return make([]*queue.Ticket, n) }
	two := []queue.Desk{{ID: "w1"}, {ID: "w2"}}
	for _, c := range []struct {
		name     string
		desks    []queue.Desk
		waiting  int
		from, to int
	}{
		{"nobody, free window: at once", two, 0, 0, 0},
		{"no window open: not known", nil, 3, -1, -1},
		{"two ahead of two windows: one service", two, 2, 5, 15},
		{"eight ahead of two windows: four services", two, 8, 30, 50},
		{"busy windows", []queue.Desk{{ID: "w1", Busy: 5}, {ID: "w2", Busy: 5}}, 0, 0, 10},
	} {
		from, to := queue.Foresee(c.desks, people(c.waiting), both, mean).Wait([]string{"w1", "w2"})
		if from != c.from || to != c.to {
			t.Errorf("%s: %d to %d minutes, want %d to %d", c.name, from, to, c.from, c.to)
		}
	}
	if two[0].Busy != 0 {
		t.Error("a forecast changed the desks it was given")
	}
}
