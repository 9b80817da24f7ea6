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
