package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

var (
	zone  = time.FixedZone("CST", 8*3600)
	start = time.Date(2026, 11, 23, 9, 0, 0, 0, zone)
)

func raw(t testing.TB, v any) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// snapshot is a calls view with the calls from first to last, newest first.
func snapshot(first, last uint64, at func(uint64) time.Time) contract.Calls {
	v := contract.Calls{Version: last}
	for c := last; c >= first && c > 0; c-- {
		v.Calls = append(v.Calls, contract.Call{Call: c, Number: fmt.Sprintf("A%03d", c), Window: "w1", Name: contract.Text2{ZH: "1号窗口", EN: "Window 1"}, At: at(c), State: "called"})
	}
	return v
}

// announced runs the board for a while and lists what was on air.
func announced(s *State, from time.Time, span time.Duration) []uint64 {
	var list []uint64
	for d := time.Duration(0); d <= span; d += 100 * time.Millisecond {
		s.Tick(from.Add(d))
		if c, on := s.OnAirNow(); on && (len(list) == 0 || list[len(list)-1] != c.Call) {
			list = append(list, c.Call)
		}
	}
	return list
}

// HALL-019: ten windows call at once: each call is announced once, in order.
func TestCallsTogetherEachHaveATurn(t *testing.T) {
	s := New()
	if err := s.View("calls", raw(t, contract.Calls{}), start); err != nil {
		t.Fatal(err)
	}
	now := start.Add(time.Minute)
	if err := s.View("calls", raw(t, snapshot(1, 10, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	want := []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	// R-BOARD-01: all of them are on the screen at once, whatever their turn.
	if v := s.Screen(now, zone); !v.Flash || v.Hero.Number != "A001" || len(v.Lines) != 9 || v.Lines[0].Number != "A010" {
		t.Errorf("in the first turn: %+v", v)
	}
	if got := announced(s, now, time.Minute); !slices.Equal(got, want) {
		t.Errorf("announced %v, want %v", got, want)
	}
	v := s.Screen(now.Add(time.Minute), zone)
	if v.Flash || v.Hero.Number != "A010" || len(v.Lines) != 9 || v.Lines[0].Number != "A009" {
		t.Errorf("after it: %+v", v)
	}
}

// HALL-019: a board that joins late announces nothing old; one that starts
// again goes on after the last that it had announced.
func TestNothingOldIsAnnounced(t *testing.T) {
	s := New()
	if err := s.View("calls", raw(t, snapshot(1, 5, func(uint64) time.Time { return start })), start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := announced(s, start.Add(time.Second), 10*time.Second); got != nil {
		t.Errorf("a new board announced %v", got)
	}
	kept := raw(t, s)
	later := start.Add(time.Hour)
	again, err := Restore(kept)
	if err != nil {
		t.Fatal(err)
	}
	at := func(c uint64) time.Time {
		if c == 8 {
			return later.Add(-5 * time.Second)
		}
		return later.Add(-10 * time.Minute)
	}
	if err := again.View("calls", raw(t, snapshot(1, 8, at)), later); err != nil {
		t.Fatal(err)
	}
	if got := announced(again, later, 10*time.Second); !slices.Equal(got, []uint64{8}) {
		t.Errorf("after an hour away %v was announced, want only 8", got)
	}
	if _, err := Restore([]byte("{")); err == nil {
		t.Error("a torn file was read")
	}
}

// A snapshot that cannot be read changes nothing.
func TestTornSnapshots(t *testing.T) {
	s := New()
	if err := s.View("queue", raw(t, contract.Queue{Version: 7, Waiting: 3}), start); err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]json.RawMessage{"torn": []byte(`{"version":9`), "wrong": []byte(`{"version":"x"}`)} {
		if err := s.View("queue", v, start); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if s.Queue.Waiting != 3 {
		t.Errorf("%+v", s.Queue)
	}
	if err := s.View("weather", []byte("{}"), start); err == nil {
		t.Error("an unknown view was taken")
	}
}

// A hall whose disk was replaced counts its calls from 1 again: the board
// announces its calls, and none again for a snapshot that came late.
func TestHallWithANewDisk(t *testing.T) {
	s := New()
	if err := s.View("calls", raw(t, snapshot(90, 99, func(uint64) time.Time { return start })), start); err != nil {
		t.Fatal(err)
	}
	now := start.Add(time.Second)
	if err := s.View("calls", raw(t, snapshot(1, 2, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	if err := s.View("calls", raw(t, snapshot(1, 3, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	if err := s.View("calls", raw(t, snapshot(1, 2, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	if err := s.View("calls", raw(t, snapshot(1, 3, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	if got := announced(s, now, 30*time.Second); !slices.Equal(got, []uint64{1, 2, 3}) {
		t.Errorf("announced %v, want 1, 2 and 3", got)
	}
}

// A board whose clock is wrong announces the calls that it lives to see all the
// same; only after a time without the hall their age counts.
func TestWrongClock(t *testing.T) {
	for _, off := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		s := New()
		s.Link(true, start)
		at := func(uint64) time.Time { return start.Add(off) }
		for last := uint64(1); last <= 3; last++ {
			if err := s.View("calls", raw(t, snapshot(1, last, at)), start); err != nil {
				t.Fatal(err)
			}
		}
		if got := announced(s, start, 10*time.Second); !slices.Equal(got, []uint64{2, 3}) {
			t.Errorf("%v: announced %v, want 2 and 3", off, got)
		}
	}
}

// A clock that is set back in the middle of an announcement does not let it
// stand for ever.
func TestClockSetBack(t *testing.T) {
	s := New()
	for last := uint64(0); last < 2; last++ {
		if err := s.View("calls", raw(t, snapshot(1, last, func(uint64) time.Time { return start })), start); err != nil {
			t.Fatal(err)
		}
	}
	back := start.Add(-10 * time.Minute)
	s.Tick(back)
	if _, on := s.OnAirNow(); !on {
		t.Error("the announcement is gone")
	}
	s.Tick(back.Add(OnAir))
	if _, on := s.OnAirNow(); on {
		t.Error("the announcement stands")
	}
}

// A ticket that is called again, perhaps to another window, stands on the board
// once, as it was called last; what became of it is told.
func TestRecall(t *testing.T) {
	s := New()
	v := snapshot(1, 3, func(uint64) time.Time { return start })
	v.Calls[0].Number, v.Calls[0].Window, v.Calls[0].Name = "A001", "w9", contract.Text2{ZH: "9号窗口"}
	v.Calls[1].State = "missed"
	if err := s.View("calls", raw(t, v), start); err != nil {
		t.Fatal(err)
	}
	got := s.Screen(start, zone)
	if got.Hero.Number != "A001" || got.Hero.Window.ZH != "9号窗口" || len(got.Lines) != 1 || got.Lines[0].Number != "A002" || !got.Lines[0].Over || got.Lines[0].State.ZH != "已过号" {
		t.Errorf("%+v %+v", got.Hero, got.Lines)
	}
}

// Outside opening hours the board says so and when it opens, but never over a
// call that somebody still follows.
func TestClosed(t *testing.T) {
	noon := start.Add(3 * time.Hour)
	s := New()
	s.Link(true, start)
	calls := snapshot(1, 1, func(uint64) time.Time { return start })
	give := func(v contract.Calendar, state string) Screen {
		v.Version, v.Day = 1, start.Format(time.DateOnly)
		v.Segments = []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:00", To: "17:00"}}
		calls.Calls[0].State = state
		for name, view := range map[string]any{"calendar": v, "calls": calls} {
			if err := s.View(name, raw(t, view), start); err != nil {
				t.Fatal(err)
			}
		}
		return s.Screen(noon, zone)
	}
	shut := contract.Calendar{Reason: contract.Text2{ZH: "午间休息", EN: "Lunch break"}, Next: start.Add(5 * time.Hour)}
	if v := give(shut, "serving"); v.Hero == nil {
		t.Error("a ticket that is being served left the board")
	}
	v := give(shut, "finished")
	if v.Hero != nil || v.Queues || v.Quiet.Title.ZH != "午间休息" || len(v.Quiet.More) != 2 || v.Quiet.More[0].ZH != "下次开放时间  今天 14:00" || v.Quiet.More[1].EN != "Hours today 08:00–11:30  14:00–17:00" {
		t.Errorf("at noon: %+v", v)
	}
	if v := give(contract.Calendar{Open: true}, "finished"); v.Hero == nil {
		t.Error("open: no calls")
	}
	// Without the link the hours of the day decide.
	s.Link(false, start)
	if v := s.Screen(noon, zone); v.Hero != nil || v.Quiet.Title != closed {
		t.Errorf("at noon without the hall: %+v", v)
	}
	if v := s.Screen(start.Add(6*time.Hour), zone); v.Hero == nil {
		t.Error("in the afternoon without the hall: closed")
	}
	if v := s.Screen(noon.AddDate(0, 0, 1), zone); v.Hero == nil {
		t.Error("of another day the board knows no hours")
	}
}

// A board that has heard nothing yet says only that it is connecting.
func TestStarting(t *testing.T) {
	v := New().Screen(start, zone)
	if v.Quiet.Title != connecting || v.Link.ZH != "" || v.Queues || v.Name != noName {
		t.Errorf("%+v", v)
	}
}

// R-VOICE-03, R-KIOSK-22: the board's words are polite and in both languages.
func TestWords(t *testing.T) {
	all := []contract.Text2{noName, connecting, noCalls, closed, away}
	for _, w := range states {
		all = append(all, w)
	}
	for _, w := range all {
		if w.ZH == "" || w.EN == "" || text.Offends(w.ZH) != "" || text.Offends(w.EN) != "" {
			t.Errorf("%+v", w)
		}
	}
}

// The board keeps its last good data and says since when; notices end by
// themselves (R-BOARD-02).
func TestLinkAndNotices(t *testing.T) {
	s := New()
	s.Link(true, start)
	views := map[string]any{
		"catalogue": contract.Catalogue{Version: 1, Hall: contract.HallInfo{Name: contract.Text2{ZH: "示例大厅"}, ConsultPhone: "0713-555-0100"},
			Services: []contract.ServiceInfo{{ID: "a", Name: contract.Text2{ZH: "甲"}}, {ID: "b", Name: contract.Text2{ZH: "乙"}}, {ID: "c", Name: contract.Text2{ZH: "丙"}}}},
		"queue": contract.Queue{Version: 1, Waiting: 7, Services: []contract.ServiceQueue{{Service: "a", Waiting: 2, WaitMin: -1, WaitMax: -1}, {Service: "b", Waiting: 5, WaitMin: 15, WaitMax: 20}, {Service: "c", Waiting: 1, WaitMin: 165, WaitMax: 180, After: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)}}},
		"notices": contract.Notices{Version: 1, Notices: []contract.Notice{
			{Text: contract.Text2{ZH: "午间休息", EN: "Lunch"}, Until: start.Add(time.Hour)}, {Text: contract.Text2{ZH: "明日停电"}, From: start.Add(time.Hour)}, {Text: contract.Text2{ZH: "这事我不管"}}}},
		"calls": contract.Calls{Version: 1},
	}
	for name, v := range views {
		if err := s.View(name, raw(t, v), start); err != nil {
			t.Fatal(err)
		}
	}
	v := s.Screen(start, zone)
	if v.Link.ZH != "" || v.Notice != "午间休息　Lunch" || v.Total != 7 || len(v.Counts) != 3 || v.Counts[0].Name.ZH != "乙" || v.Counts[0].Wait != "15–20" || v.Counts[1].Wait != "" || v.Counts[2].Wait != "14:00后" {
		t.Errorf("%+v", v)
	}
	if v.Clock != "09:00" || v.Date.ZH != "11月23日 星期一" || v.Date.EN != "Mon 23 November" || v.Quiet.Title != noCalls {
		t.Errorf("%+v", v)
	}
	gone := start.Add(90 * time.Minute)
	s.Link(false, gone)
	v = s.Screen(gone.Add(time.Minute), zone)
	if v.Link != with(away, contract.Text2{ZH: "10:30", EN: "10:30"}) || v.Total != 7 || v.Notice != "明日停电" {
		t.Errorf("%+v", v)
	}
	// After a restart the next day it still says of when its data are.
	kept, err := s.Keep(gone)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Restore(kept)
	if err != nil {
		t.Fatal(err)
	}
	if v := again.Screen(gone.AddDate(0, 0, 1), zone); v.Link != with(away, contract.Text2{ZH: "11月23日 10:30", EN: "23 November 10:30"}) || v.Total != 7 {
		t.Errorf("after a restart: %+v", v)
	}
}

// HALL-019 for any order of snapshots, cuts and restarts: no call is on air
// twice, none out of order.
func TestNoCallTwice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := New()
		now := start
		made := map[uint64]time.Time{}
		var last, shown uint64
		times := map[uint64]int{}
		if rapid.Bool().Draw(r, "joined before") {
			_ = s.View("calls", raw(t, contract.Calls{}), now)
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(r, "ms")) * time.Millisecond)
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1:
				for range rapid.IntRange(0, 5).Draw(r, "calls") {
					last++
					made[last] = now
				}
				first := uint64(1)
				if last > 20 {
					first = last - 19
				}
				_ = s.View("calls", raw(t, snapshot(first, last, func(c uint64) time.Time { return made[c] })), now)
			case 2:
				again, err := Restore(raw(t, s))
				if err != nil {
					r.Fatal(err)
				}
				s = again
			case 3: // a broker that remembers an old snapshot
				if old := uint64(rapid.IntRange(0, int(last)).Draw(r, "old")); old > 0 {
					_ = s.View("calls", raw(t, snapshot(1, old, func(c uint64) time.Time { return made[c] })), now)
				}
			case 4:
				s.Link(rapid.Bool().Draw(r, "up"), now)
			default:
				s.Tick(now)
			}
			if c, on := s.OnAirNow(); on && c.Call != shown {
				if times[c.Call]++; c.Call < shown || times[c.Call] > 1 {
					r.Fatalf("call %d after %d, %d times", c.Call, shown, times[c.Call])
				}
				shown = c.Call
			}
		}
	})
}

// A call whose citizen has come before its turn is not announced any more, so
// that it does not hold up those behind it; one that was made anew is announced
// once.
func TestNobodyWaitsForACallThatIsOver(t *testing.T) {
	s := New()
	see := func(v contract.Calls, now time.Time) {
		t.Helper()
		if err := s.View(contract.ViewCalls, raw(t, v), now); err != nil {
			t.Fatal(err)
		}
	}
	at := func(uint64) time.Time { return start }
	see(snapshot(1, 0, at), start)
	v := snapshot(1, 4, at) // newest first
	see(v, start)
	v.Calls[2].State = "serving" // call 2
	v.Calls[1].State = "missed"  // call 3
	again := v.Calls[0]          // call 4 is called again as 5
	again.Call, again.Recall = 5, 1
	v.Calls[0] = again
	see(v, start.Add(time.Second))
	if order := announced(s, start.Add(time.Second), time.Minute); !slices.Equal(order, []uint64{1, 5}) {
		t.Errorf("it announces %v, want 1 and 5", order)
	}
}

// A board whose machine slept for an hour finds what came meanwhile in the
// buffers of a link that never said that it was gone: it is right at once and
// announces nothing old (HALL-019).
func TestSleep(t *testing.T) {
	s := New()
	see := func(v contract.Calls, now time.Time) {
		t.Helper()
		if err := s.View(contract.ViewCalls, raw(t, v), now); err != nil {
			t.Fatal(err)
		}
	}
	s.Link(true, start)
	see(snapshot(1, 0, func(uint64) time.Time { return start }), start)
	made := func(c uint64) time.Time { return start.Add(time.Duration(c) * time.Minute) }
	see(snapshot(1, 2, made), made(2))
	s.Tick(made(2).Add(time.Second)) // call 2 still waits for its turn
	now := start.Add(time.Hour)
	for last := uint64(3); last <= 60; last++ {
		see(snapshot(max(1, last-19), last, made), now)
	}
	if order := announced(s, now, 5*time.Minute); !slices.Equal(order, []uint64{60}) {
		t.Errorf("after an hour it announces %v, want the call of this minute alone", order)
	}
}
