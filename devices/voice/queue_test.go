package voice_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice"
)

// speaker is a voice that needs some seconds for each announcement.
type speaker struct {
	takes time.Duration
	fails func(a devices.Announcement) error // nil: never
	deaf  chan struct{}                      // not nil: it hangs until this is closed, whatever the context says

	mu      sync.Mutex
	said    []devices.Announcement
	at      []time.Time
	talking int
	overlap bool
}

var _ devices.Voice = (*speaker)(nil)

func (s *speaker) String() string                                { return "speaker" }
func (s *speaker) Run(ctx context.Context, _ devices.Sink) error { <-ctx.Done(); return ctx.Err() }
func (s *speaker) Halt() error                                   { return nil }

func (s *speaker) Say(ctx context.Context, _ int, a devices.Announcement) error {
	s.mu.Lock()
	s.talking++
	s.overlap = s.overlap || s.talking > 1
	s.said, s.at = append(s.said, a), append(s.at, time.Now())
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.talking--
		s.mu.Unlock()
	}()
	if s.deaf != nil {
		<-s.deaf
		return errors.New("woken")
	}
	if s.fails != nil {
		if err := s.fails(a); err != nil {
			return err
		}
	}
	select {
	case <-time.After(s.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// calls are the numbers of the calls that were spoken.
func (s *speaker) calls() []uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []uint64
	for _, a := range s.said {
		list = append(list, a.Call)
	}
	return list
}

// crossed tells whether it ever had two announcements at a time.
func (s *speaker) crossed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overlap
}

// desk makes the snapshots of a hall.
type desk struct {
	list []contract.Call
	last uint64
	keep int // calls in a snapshot; 0 is all
}

func (d *desk) call(number, window string, change func(*contract.Call)) uint64 {
	d.last++
	c := contract.Call{Call: d.last, Number: number, Window: window, Label: strings.TrimPrefix(window, "w"), At: time.Now(), State: "called", Zone: "z"}
	if change != nil {
		change(&c)
	}
	d.list = append([]contract.Call{c}, d.list...)
	if d.keep > 0 {
		d.list = d.list[:min(len(d.list), d.keep)]
	}
	return d.last
}

func (d *desk) view() contract.Calls { return contract.Calls{Version: d.last, Calls: d.list} }

// hall is a zone that runs, in a bubble.
type hall struct {
	desk
	zone     *voice.Zone
	mu       sync.Mutex
	unspoken []contract.CallUnspoken
	stop     func()
}

func newHall(plan contract.VoicePlan, voices ...*speaker) *hall {
	h := &hall{}
	o := voice.Opts{Zone: "z", Plan: plan, Location: time.UTC, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Unspoken: func(u contract.CallUnspoken) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.unspoken = append(h.unspoken, u)
		}}
	for i, v := range voices {
		o.Voices = append(o.Voices, voice.Speaker{ID: fmt.Sprint("v", i), Voice: v})
	}
	h.zone = voice.New(o)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = h.zone.Run(ctx) }()
	h.stop = func() { stop(); <-ended }
	h.show()
	return h
}

// show gives the zone a snapshot.
func (h *hall) show() { h.zone.Calls(h.view(), time.Now()) }

// Ten windows call at once: ten announcements, in order, one at a time, on both
// speakers (R-VOICE-06).
func TestTenAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := &speaker{takes: 5 * time.Second}, &speaker{takes: 4 * time.Second}
		h := newHall(contract.VoicePlan{}, a, b)
		var want []uint64
		for i := range 10 {
			want = append(want, h.call(fmt.Sprintf("A%03d", i), fmt.Sprintf("w%d", i+1), nil))
		}
		h.show()
		h.show() // the same snapshot again says nothing new
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(a.calls(), want) || !slices.Equal(b.calls(), want) || a.crossed() || b.crossed() || len(h.unspoken) > 0 {
			t.Errorf("%v, %v, %v", a.calls(), b.calls(), h.unspoken)
		}
		for i := 1; i < 10; i++ {
			if gap := a.at[i].Sub(a.at[i-1]); gap != 5*time.Second || !a.at[i].Equal(b.at[i]) {
				t.Errorf("announcement %d after %v, on the other speaker %v later", i, gap, b.at[i].Sub(a.at[i]))
			}
		}
	})
}

// A zone speaks its own calls only, none that are silent, and nothing that was
// called before it came.
func TestWhatIsNotSpoken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: time.Second}
		h := newHall(contract.VoicePlan{}, s)
		h.stop()
		h.call("A001", "w1", nil)
		h = &hall{desk: h.desk, zone: voice.New(voice.Opts{Zone: "z", Voices: []voice.Speaker{{ID: "v", Voice: s}}})}
		h.show() // the first snapshot: A001 is old
		h.call("A002", "w1", func(c *contract.Call) { c.Zone = "other" })
		h.call("A003", "w1", func(c *contract.Call) { c.Silent = true })
		h.call("A004", "w1", func(c *contract.Call) { c.State = "missed" })
		want := h.call("A005", "w1", nil)
		h.show()
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		if err := h.zone.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if !slices.Equal(s.calls(), []uint64{want}) {
			t.Errorf("spoken %v", s.calls())
		}
	})
}

// A call that waited for longer than the plan allows is dropped, said so, and the
// next one is spoken.
func TestStale(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: 12 * time.Second}
		h := newHall(contract.VoicePlan{Stale: 30}, s)
		for i := range 5 {
			h.call(fmt.Sprintf("A%03d", i), "w1", nil)
		}
		h.show()
		time.Sleep(35 * time.Second)
		h.call("B001", "w1", nil)
		h.show()
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(s.calls(), []uint64{1, 2, 3, 6}) {
			t.Errorf("spoken %v", s.calls())
		}
		want := []contract.CallUnspoken{{Call: 4, Zone: "z", Reason: "stale", Age: 36}, {Call: 5, Zone: "z", Reason: "stale", Age: 36}}
		if !slices.Equal(h.unspoken, want) {
			t.Errorf("%+v", h.unspoken)
		}
	})
}

// Recalls go before first calls. The same call again within 5 s is one call, and
// a later call of a number takes the place of one that still waits.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: 6 * time.Second}
		h := newHall(contract.VoicePlan{}, s)
		recall := func(c *contract.Call) { c.Recall = 1 }
		h.call("A001", "w1", nil) // 1, spoken at once
		h.show()
		synctest.Wait()
		h.call("A002", "w2", nil)    // 2
		h.call("A003", "w3", nil)    // 3, gone to another window before it was spoken
		h.call("A004", "w4", nil)    // 4
		h.call("A009", "w9", recall) // 5, before 2
		h.call("A001", "w1", recall) // 6, the same as 1
		h.show()
		time.Sleep(time.Second)
		h.call("A004", "w4", recall) // 7, the same as 4
		h.call("A003", "w5", nil)    // 8, instead of 3
		h.show()
		time.Sleep(6 * time.Second)
		h.call("A001", "w1", recall) // 9, after 7 s: spoken, before 2
		h.show()
		time.Sleep(time.Minute)
		h.stop()
		if want := []uint64{1, 5, 9, 2, 4, 8}; !slices.Equal(s.calls(), want) {
			t.Errorf("spoken %v, want %v", s.calls(), want)
		}
	})
}

// A citizen who has come, or whose ticket is over, is not called any more.
func TestNobodyToCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: 10 * time.Second}
		h := newHall(contract.VoicePlan{Repeat: 2}, s)
		h.call("A001", "w1", nil)
		h.call("A002", "w2", nil)
		h.call("A003", "w3", nil)
		h.call("A004", "w4", nil)
		h.show()
		time.Sleep(time.Second)
		for i, state := range []string{"called", "missed", "serving"} {
			h.list[i].State = state // A004, A003, A002
		}
		h.show()
		time.Sleep(14 * time.Second) // A004 has begun
		h.list[0].State = "serving"
		h.show()
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(s.calls(), []uint64{1, 4}) || len(h.unspoken) > 0 {
			t.Errorf("spoken %v, unspoken %v", s.calls(), h.unspoken)
		}
	})
}

// A citizen who missed the call, was put back and is called again at once is
// called again.
func TestCalledAgainAfterAMiss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: time.Second}
		h := newHall(contract.VoicePlan{}, s)
		h.call("A001", "w1", nil)
		h.show()
		time.Sleep(2 * time.Second)
		h.list[0].State = "missed"
		h.show()
		h.call("A001", "w1", nil)
		h.show()
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(s.calls(), []uint64{1, 2}) {
			t.Errorf("spoken %v", s.calls())
		}
	})
}

// A call is repeated while nobody else waits, without another chime.
func TestRepeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: 4 * time.Second}
		h := newHall(contract.VoicePlan{Repeat: 2, Chime: true}, s)
		h.call("A001", "w1", nil)
		h.show()
		time.Sleep(5 * time.Second) // in the second time
		h.call("A002", "w2", nil)
		h.show()
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(s.calls(), []uint64{1, 1, 2, 2, 2}) {
			t.Errorf("spoken %v", s.calls())
		}
		for i, want := range []bool{true, false, true, false, false} {
			if s.said[i].Chime != want {
				t.Errorf("announcement %d: chime %t", i, s.said[i].Chime)
			}
		}
	})
}

// R-VOICE-06: the volume follows the time of the hall's day; in the quiet hours
// nothing is spoken, and nothing is said to have failed.
func TestVolume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // a bubble begins at midnight UTC
		s := &speaker{takes: time.Second}
		plan := contract.VoicePlan{Volume: 60, Volumes: []contract.VolumeSpan{
			{From: "22:00", To: "06:00", Volume: 0}, {From: "12:00", To: "13:00", Volume: 20}, {From: "12:30", To: "14:00", Volume: 90}}}
		h := newHall(plan, s)
		got := map[int]int{} // hour in tenths → volume
		for range 48 {
			hour := time.Now().UTC().Hour()*10 + time.Now().UTC().Minute()/6
			before := len(s.calls())
			h.call(fmt.Sprint("A", hour), "w1", nil)
			h.show()
			time.Sleep(10 * time.Second)
			if n := len(s.calls()); n > before {
				got[hour] = s.said[n-1].Volume
			}
			time.Sleep(30*time.Minute - 10*time.Second)
		}
		h.stop()
		if len(got) != 32 || len(h.unspoken) > 0 {
			t.Errorf("%d calls spoken, %v", len(got), h.unspoken)
		}
		for hour, want := range map[int]int{60: 60, 115: 60, 120: 20, 125: 20, 130: 90, 135: 90, 140: 60, 215: 60} {
			if got[hour] != want {
				t.Errorf("at %d.%d h: volume %d, want %d", hour/10, hour%10, got[hour], want)
			}
		}
	})
}

// Notices are read out when no call waits; a voice that cannot speak them is
// not at fault.
func TestNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &speaker{takes: 4 * time.Second, fails: func(a devices.Announcement) error {
			if a.Call == 0 && a.Speeches[0].Parts[0].Kind == devices.PartText {
				return devices.ErrUnspeakable
			}
			return nil
		}}
		h := newHall(contract.VoicePlan{}, s)
		h.call("A001", "w1", nil)
		h.show()
		synctest.Wait()
		h.zone.Announce(contract.Text2{ZH: "今天下午停电"})
		h.zone.Announce(voice.Farewell)
		h.call("A002", "w2", nil)
		h.show()
		if n := h.zone.Waiting(); n != 3 {
			t.Errorf("%d wait", n)
		}
		time.Sleep(time.Minute)
		h.stop()
		if !slices.Equal(s.calls(), []uint64{1, 2, 0, 0}) || len(h.unspoken) > 0 {
			t.Errorf("spoken %v, unspoken %v", s.calls(), h.unspoken)
		}
		for range 3 * voice.MostNotices {
			h.zone.Announce(voice.Farewell)
		}
		if n := h.zone.Waiting(); n != voice.MostNotices {
			t.Errorf("%d wait", n)
		}
	})
}
