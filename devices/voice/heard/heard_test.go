package heard_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/voice/heard"
)

var start = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

func snapshot(first, last uint64, at time.Time) contract.Calls {
	v := contract.Calls{Version: last}
	for c := last; c >= first && c > 0; c-- {
		v.Calls = append(v.Calls, contract.Call{Call: c, At: at})
	}
	return v
}

func numbers(calls []contract.Call) []uint64 {
	var list []uint64
	for _, c := range calls {
		list = append(list, c.Call)
	}
	return list
}

// HALL-019: nothing old is announced, whatever the ear was doing.
func TestNew(t *testing.T) {
	for name, c := range map[string]struct {
		ear  heard.Ear
		away bool
		view contract.Calls
		now  time.Time
		want []uint64
	}{
		"joins":                  {heard.Ear{}, false, snapshot(1, 9, start), start, nil},
		"hears":                  {heard.Ear{Joined: true, Seen: 7, SeenAt: start}, false, snapshot(1, 9, start), start, []uint64{8, 9}},
		"back after a minute":    {heard.Ear{Joined: true, Seen: 7, SeenAt: start}, true, snapshot(1, 9, start), start.Add(heard.Stale), nil},
		"back in time":           {heard.Ear{Joined: true, Seen: 7, SeenAt: start}, true, snapshot(1, 9, start), start.Add(heard.Stale - 1), []uint64{8, 9}},
		"an old snapshot":        {heard.Ear{Joined: true, Seen: 7, SeenAt: start}, false, snapshot(1, 5, start), start, nil},
		"a hall with a new disk": {heard.Ear{Joined: true, Seen: 70, SeenAt: start}, false, snapshot(1, 2, start.Add(1)), start.Add(1), []uint64{1, 2}},
	} {
		e := c.ear
		if !c.away && e.Joined { // it has heard one snapshot since it came back
			e.New(snapshot(e.Seen, e.Seen, e.SeenAt), start)
		}
		if c.away {
			e.Away()
		}
		if got := numbers(e.New(c.view, c.now)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// A call is announced once, in order, over any snapshots and restarts.
func TestNever(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		e := heard.Ear{Joined: true}
		var last, said uint64
		for range rapid.IntRange(1, 50).Draw(r, "snapshots") {
			last += uint64(rapid.IntRange(0, 5).Draw(r, "more"))
			shown := uint64(rapid.IntRange(0, int(last)).Draw(r, "shown"))
			for _, c := range e.New(snapshot(1, shown, start), start) {
				if c.Call != said+1 {
					r.Fatalf("%d after %d", c.Call, said)
				}
				said = c.Call
			}
			if rapid.Bool().Draw(r, "restart") {
				raw, err := json.Marshal(e)
				if err != nil {
					r.Fatal(err)
				}
				e = heard.Ear{}
				if err := json.Unmarshal(raw, &e); err != nil {
					r.Fatal(err)
				}
			}
		}
	})
}
