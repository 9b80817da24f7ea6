package voice_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice"
)

// 5,000 calls, with one voice that fails, hangs or speaks as it likes: each call
// is spoken once, in order, never two at a time, and the last one waits no longer
// than the first.
func TestFiveThousandCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(4, 5000))
		good, bad := &speaker{takes: 4 * time.Second}, &speaker{takes: 3 * time.Second}
		moods := rand.New(rand.NewPCG(20, 5000))
		bad.fails = func(devices.Announcement) error {
			switch moods.IntN(20) {
			case 0, 1:
				return errors.New("crashed")
			case 2:
				time.Sleep(7 * time.Second) // hangs, and ends by itself
			}
			return nil
		}
		h := newHall(contract.VoicePlan{Stale: 3600}, good, bad)
		h.keep = 60
		called := map[uint64]time.Time{}
		var firsts, recalls []uint64
		for n := range 5000 {
			number := fmt.Sprintf("%c%03d", 'A'+n/1000, n%1000)
			switch silent := random.IntN(10) == 0; {
			case random.IntN(8) == 0:
				id := h.call(number, "w1", func(c *contract.Call) { c.Recall, c.Silent = 1, silent })
				if called[id] = time.Now(); !silent {
					recalls = append(recalls, id)
				}
			default:
				id := h.call(number, fmt.Sprintf("w%d", random.IntN(999)), func(c *contract.Call) { c.Silent = silent })
				if called[id] = time.Now(); !silent {
					firsts = append(firsts, id)
				}
			}
			if random.IntN(4) > 0 { // others come in one snapshot with the next
				h.show()
			}
			time.Sleep(time.Duration(random.IntN(11_000)) * time.Millisecond)
		}
		h.show()
		time.Sleep(time.Hour)
		h.stop()
		if good.crossed() || bad.crossed() {
			t.Error("two announcements at a time")
		}
		if len(h.unspoken) > 0 {
			t.Errorf("%d unspoken, the first %+v", len(h.unspoken), h.unspoken[0])
		}
		var gotFirsts, gotRecalls []uint64
		var waits []time.Duration
		for i, c := range good.calls() {
			waits = append(waits, good.at[i].Sub(called[c]))
			if slices.Contains(recalls, c) {
				gotRecalls = append(gotRecalls, c)
			} else {
				gotFirsts = append(gotFirsts, c)
			}
		}
		if !slices.Equal(gotFirsts, firsts) || !slices.Equal(gotRecalls, recalls) {
			t.Fatalf("%d of %d calls and %d of %d recalls spoken, or out of order", len(gotFirsts), len(firsts), len(gotRecalls), len(recalls))
		}
		begin, end := mean(waits[:1000]), mean(waits[len(waits)-1000:])
		t.Logf("mean wait of the first thousand %v, of the last %v, the longest %v", begin, end, slices.Max(waits))
		if end > 2*begin+10*time.Second {
			t.Errorf("mean wait %v at first, %v at last", begin, end)
		}
	})
}

func mean(d []time.Duration) time.Duration {
	sum := time.Duration(0)
	for _, x := range d {
		sum += x
	}
	return sum / time.Duration(len(d))
}

// step is one thing that happens in the hall.
type step struct {
	what, ticket, window int
	pause                time.Duration
}

// For any course of a day: no call twice, none silent, none after its citizen has
// come, calls and recalls each in order, and each call that is not spoken has its
// reason.
func TestAnyDay(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		steps := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) step {
			return step{rapid.IntRange(0, 9).Draw(r, "what"), rapid.IntRange(0, 7).Draw(r, "ticket"), rapid.IntRange(1, 4).Draw(r, "window"),
				time.Duration(rapid.IntRange(0, 9000).Draw(r, "pause")) * time.Millisecond}
		}), 1, 80).Draw(r, "steps")
		problem := ""
		synctest.Test(t, func(*testing.T) { problem = day(steps) })
		if problem != "" {
			r.Fatal(problem)
		}
	})
}

// day plays the steps and says what went wrong.
func day(steps []step) string {
	s := &speaker{takes: 5 * time.Second}
	h := newHall(contract.VoicePlan{Stale: 20}, s)
	late := map[uint64]bool{} // spoken although nobody was waiting for it
	s.fails = func(a devices.Announcement) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		for _, c := range h.list {
			if c.Call == a.Call && (c.State != "called" || c.Silent || c.Zone != "z") {
				late[a.Call] = true
			}
		}
		if a.Call%7 == 3 {
			return errors.New("crashed")
		}
		return nil
	}
	for _, st := range steps {
		number := fmt.Sprint("A", st.ticket)
		h.mu.Lock()
		switch {
		case st.what < 6:
			h.call(number, fmt.Sprint("w", st.window), func(c *contract.Call) {
				c.Silent = st.what == 5
				if st.what >= 3 {
					c.Recall = 1
				}
			})
		case st.what == 6:
			h.call(number, "w1", func(c *contract.Call) { c.Zone = "other" })
		default:
			for i := range h.list {
				if h.list[i].Number == number {
					h.list[i].State = "serving"
				}
			}
		}
		h.mu.Unlock()
		h.show()
		time.Sleep(st.pause)
	}
	time.Sleep(10 * time.Minute)
	h.stop()
	return judge(h, s, late)
}

func judge(h *hall, s *speaker, late map[uint64]bool) string {
	spoken := map[uint64]bool{}
	last := map[bool]uint64{}
	byID := map[uint64]contract.Call{}
	for _, c := range h.list {
		byID[c.Call] = c
	}
	for _, c := range s.calls() {
		recall := byID[c].Recall > 0
		switch {
		case spoken[c]:
			return fmt.Sprintf("call %d twice", c)
		case late[c]:
			return fmt.Sprintf("call %d although nobody waits for it", c)
		case c < last[recall]:
			return fmt.Sprintf("call %d after %d", c, last[recall])
		}
		spoken[c], last[recall] = true, c
	}
	if s.crossed() {
		return "two at a time"
	}
	reason := map[uint64]bool{}
	for _, u := range h.unspoken {
		if reason[u.Call] || u.Reason == voice.UnspokenFull || spoken[u.Call] != (u.Reason == voice.UnspokenVoice) {
			return fmt.Sprintf("%+v", u)
		}
		reason[u.Call] = true
	}
	for i, c := range h.list {
		if spoken[c.Call] || reason[c.Call] || c.Silent || c.Zone != "z" || c.State != "called" {
			continue
		}
		why := false
		for _, later := range h.list[:i] {
			why = why || later.Number == c.Number
		}
		for _, before := range h.list[i+1:] {
			why = why || before.Number == c.Number && before.Window == c.Window && c.At.Sub(before.At) < voice.Again
		}
		if !why {
			return fmt.Sprintf("call %d was lost: %+v", c.Call, c)
		}
	}
	return ""
}
