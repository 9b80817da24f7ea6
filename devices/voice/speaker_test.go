package voice_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice"
)

// A voice that fails, hangs, or hangs and cannot even be stopped takes nothing
// from the other voice, and little time from the next call.
func TestFailingVoices(t *testing.T) {
	for name, bad := range map[string]*speaker{
		"fails":  {fails: func(devices.Announcement) error { return errors.New("no sound card") }},
		"hangs":  {takes: time.Hour},
		"sticks": {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if name == "sticks" {
					bad.deaf = make(chan struct{})
				}
				good := &speaker{takes: 4 * time.Second}
				h := newHall(contract.VoicePlan{Stale: 600}, bad, good)
				var want []uint64
				for i := range 10 {
					want = append(want, h.call(fmt.Sprintf("A%03d", i), "w1", nil))
				}
				h.show()
				time.Sleep(4 * time.Minute)
				h.stop()
				if !slices.Equal(good.calls(), want) || len(h.unspoken) > 0 || good.crossed() || bad.crossed() {
					t.Errorf("spoken %v, unspoken %v", good.calls(), h.unspoken)
				}
				if bad.deaf != nil {
					close(bad.deaf)
				}
				// Where the bad one is noticed each time, it may cost half as
				// much again; where it is left behind, nothing.
				late := good.at[9].Sub(good.at[2])
				if limit := map[string]time.Duration{"fails": 28 * time.Second, "sticks": 28 * time.Second, "hangs": 80 * time.Second}[name]; late > limit {
					t.Errorf("seven announcements took %v, want at most %v", late, limit)
				}
			})
		})
	}
}

// With no voice that works, each call is said to be unspoken, at once.
func TestNoVoice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := &speaker{fails: func(devices.Announcement) error { return errors.New("no sound card") }}
		h := newHall(contract.VoicePlan{Repeat: 2}, bad)
		h.call("A001", "w1", nil)
		h.call("A002", "w1", nil)
		h.show()
		synctest.Wait()
		h.stop()
		want := []contract.CallUnspoken{{Call: 1, Zone: "z", Reason: "voice"}, {Call: 2, Zone: "z", Reason: "voice"}}
		if !slices.Equal(h.unspoken, want) || !slices.Equal(bad.calls(), []uint64{1, 2}) {
			t.Errorf("%+v, %v", h.unspoken, bad.calls())
		}
	})
}

// When more wait than can be spoken in time, announcements become short before
// a call is dropped: ten calls in two languages with a chime are all heard.
func TestShorterInARush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{}
		long := &exact{speaker: s}
		h := &hall{}
		h.zone = voice.New(voice.Opts{Zone: "z", Plan: contract.VoicePlan{Languages: []string{"zh-CN", "en"}, Chime: true}, Voices: []voice.Speaker{{ID: "v", Voice: long}},
			Unspoken: func(u contract.CallUnspoken) { t.Errorf("%+v", u) }})
		h.show()
		for i := range 10 {
			h.call(fmt.Sprintf("A%03d", i), fmt.Sprintf("w%d", i+1), nil)
		}
		h.show()
		ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
		defer stop()
		_ = h.zone.Run(ctx)
		if len(s.said) != 10 {
			t.Fatalf("spoken %v", s.calls())
		}
		if first := s.said[0]; len(first.Speeches) != 1 || first.Chime {
			t.Errorf("the first of ten: %d languages, chime %t", len(first.Speeches), first.Chime)
		}
		if last := s.said[9]; len(last.Speeches) != 2 || !last.Chime {
			t.Errorf("the last of ten: %d languages, chime %t", len(last.Speeches), last.Chime)
		}
	})
}

// exact is a voice that takes as long as an announcement should.
type exact struct{ *speaker }

func (e *exact) Say(ctx context.Context, unit int, a devices.Announcement) error {
	e.takes = voice.Estimate(a)
	return e.speaker.Say(ctx, unit, a)
}

// However many calls come, the queue is bounded; the oldest go, with a word.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHall(contract.VoicePlan{}, &speaker{takes: time.Minute})
		for i := range 3 * voice.MostCalls {
			h.call(fmt.Sprint("A", i), "w1", nil)
			if i%100 == 99 {
				h.show()
			}
		}
		if n := h.zone.Waiting(); n != voice.MostCalls {
			t.Errorf("%d wait, want %d", n, voice.MostCalls)
		}
		h.stop()
		if len(h.unspoken) < voice.MostCalls || h.unspoken[0].Reason != "full" {
			t.Errorf("%d unspoken", len(h.unspoken))
		}
	})
}
