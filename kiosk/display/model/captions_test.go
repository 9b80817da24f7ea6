package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/voice"
)

// seen runs a board and tells how long each caption stood, by its words, in the
// order of their coming.
func seen(s *State, from time.Time, span time.Duration) (order []string, stood map[string]time.Duration) {
	const step = 50 * time.Millisecond
	stood = map[string]time.Duration{}
	for d := time.Duration(0); d <= span; d += step {
		s.Tick(from.Add(d))
		for _, c := range s.Screen(from.Add(d), zone).Captions {
			words := strings.Join(c.Texts, "|")
			if words == "" {
				continue
			}
			if stood[words] == 0 {
				order = append(order, words)
			}
			stood[words] += step
		}
	}
	return order, stood
}

// R-BOARD-10: ten windows call at once: each call is written in the words in
// which it is spoken, in order, for five seconds at least; a call without a
// voice too, without its mark.
func TestCaptions(t *testing.T) {
	s := New()
	for name, v := range map[string]any{"calls": contract.Calls{}, "catalogue": contract.Catalogue{Version: 1, Voice: contract.VoicePlan{Languages: []string{"zh-CN", "en", "yue"}}}} {
		if err := s.View(name, raw(t, v), start); err != nil {
			t.Fatal(err)
		}
	}
	now := start.Add(time.Minute)
	v := snapshot(1, 10, func(uint64) time.Time { return now })
	for i := range v.Calls {
		v.Calls[i].Label = fmt.Sprint(i + 1)
		v.Calls[i].Silent = v.Calls[i].Call == 4
	}
	if err := s.View("calls", raw(t, v), now); err != nil {
		t.Fatal(err)
	}
	first := s.Screen(now, zone).Captions[0]
	if !first.Voice || first.Call != 1 || len(first.Texts) != 2 {
		t.Errorf("Mandarin and Cantonese are written alike: %+v", first)
	}
	order, stood := seen(s, now, time.Minute)
	if len(order) != 10 {
		t.Fatalf("%d captions: %q", len(order), order)
	}
	for i, c := range []int{9, 8, 7, 6, 5, 4, 3, 2, 1, 0} {
		want := voice.Caption(v.Calls[c], "zh-CN") + "|" + voice.Caption(v.Calls[c], "en")
		if order[i] != want || stood[want] < CaptionHold {
			t.Errorf("caption %d is %q for %v, want %q for %v", i+1, order[i], stood[order[i]], want, CaptionHold)
		}
	}
	if got := s.Screen(now.Add(time.Hour), zone).Captions; len(got[0].Texts)+len(got[1].Texts) > 0 {
		t.Errorf("captions stay: %+v", got)
	}
	silent := v.Calls[6]
	if c := s.captionOf(silent); c.Voice || len(c.Texts) == 0 {
		t.Errorf("a call without a voice: %+v", c)
	}
}

// R-BOARD-10: whenever calls come, and whatever the clock does between two
// looks, no caption stands for less than five seconds, none is left out and no
// call is on air without its own.
func TestEveryCaptionIsRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := New()
		now := start
		_ = s.View("calls", raw(t, contract.Calls{}), now)
		made := map[uint64]time.Time{}
		var last uint64
		stood := map[uint64]time.Duration{}
		look := func(span time.Duration) {
			for _, c := range s.Screen(now, zone).Captions {
				if len(c.Texts) > 0 {
					stood[c.Call] += span
				}
			}
		}
		for range rapid.IntRange(1, 80).Draw(r, "steps") {
			// The board is looked at ten times a second, and late at times.
			step := time.Duration(rapid.IntRange(20, 400).Draw(r, "ms")) * time.Millisecond
			look(step)
			now = now.Add(step)
			s.Tick(now)
			if rapid.IntRange(0, 9).Draw(r, "call") == 0 {
				for range rapid.IntRange(1, 4).Draw(r, "calls") {
					last++
					made[last] = now
				}
				_ = s.View("calls", raw(t, snapshot(max(1, last-min(last, 19)), last, func(c uint64) time.Time { return made[c] })), now)
			}
			if c, on := s.OnAirNow(); on && now.Sub(s.since) < CaptionHold {
				written := false
				for _, w := range s.Screen(now, zone).Captions {
					written = written || w.Call == c.Call
				}
				if !written {
					r.Fatalf("call %d is on air without its caption", c.Call)
				}
			}
		}
		for range 20 * (int(last) + 2) {
			look(250 * time.Millisecond)
			now = now.Add(250 * time.Millisecond)
			s.Tick(now)
		}
		for c := uint64(1); c <= last; c++ {
			if stood[c] < CaptionHold {
				r.Fatalf("the caption of call %d of %d stood for %v", c, last, stood[c])
			}
		}
	})
}

// A notice that is read out is written once, to its end and beside the calls;
// after a time without the hall, and after a restart, nothing old is.
func TestSpokenNotice(t *testing.T) {
	s := New()
	s.Link(true, start)
	long := strings.Repeat("系统升级请稍后", 12)
	s.Catalogue.Voice.Languages = []string{"zh-CN", "en"}
	with := func(ids ...string) contract.Notices {
		v := contract.Notices{Version: 1}
		for _, id := range ids {
			v.Notices = append(v.Notices, contract.Notice{ID: id, Spoken: true, Text: contract.Text2{ZH: id + long, EN: "x"}})
		}
		return v
	}
	give := func(s *State, v contract.Notices, now time.Time) []string {
		if err := s.View("notices", raw(t, v), now); err != nil {
			t.Fatal(err)
		}
		order, _ := seen(s, now, time.Minute)
		return order
	}
	if got := give(s, with("a"), start); got != nil {
		t.Errorf("a board that joins reads %q", got)
	}
	at := start.Add(2 * time.Minute)
	if err := s.View("calls", raw(t, contract.Calls{}), at); err != nil {
		t.Fatal(err)
	}
	if err := s.View("notices", raw(t, with("a", "b")), at); err != nil {
		t.Fatal(err)
	}
	if err := s.View("calls", raw(t, snapshot(1, 5, func(uint64) time.Time { return at })), at); err != nil {
		t.Fatal(err)
	}
	order, stood := seen(s, at, 2*time.Minute)
	if len(order) != 6 {
		t.Errorf("%d captions: %q", len(order), order)
	}
	if words := "b" + long + "|x"; stood[words] < 15*time.Second {
		t.Errorf("a notice of %d characters stood for %v", len([]rune(words)), stood[words])
	}
	for words, d := range stood {
		if d < CaptionHold {
			t.Errorf("%q stood for %v", words, d)
		}
	}
	if got := give(s, with("a", "b"), at.Add(10*time.Minute)); got != nil {
		t.Errorf("read again: %q", got)
	}
	s.Link(false, at.Add(11*time.Minute))
	s.Link(true, at.Add(20*time.Minute))
	if got := give(s, with("a", "b", "c"), at.Add(20*time.Minute)); got != nil {
		t.Errorf("after a time without the hall: %q", got)
	}
	again, err := Restore(raw(t, s))
	if err != nil {
		t.Fatal(err)
	}
	if got := give(again, with("a", "b", "c"), at.Add(30*time.Minute)); got != nil {
		t.Errorf("after a restart: %q", got)
	}
	if got := give(again, with("a", "b", "c", "d"), at.Add(40*time.Minute)); len(got) != 1 || !strings.HasPrefix(got[0], "d") {
		t.Errorf("a new one after a restart: %q", got)
	}
}
