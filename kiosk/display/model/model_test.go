package model

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
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
	s := New(start)
	if err := s.View("calls", raw(t, contract.Calls{}), start); err != nil {
		t.Fatal(err)
	}
	now := start.Add(time.Minute)
	if err := s.View("calls", raw(t, snapshot(1, 10, func(uint64) time.Time { return now })), now); err != nil {
		t.Fatal(err)
	}
	want := []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	if got := announced(s, now, time.Minute); !slices.Equal(got, want) {
		t.Errorf("announced %v, want %v", got, want)
	}
	v := s.Screen(now.Add(time.Minute), zone)
	if v.Flash || v.Hero.Number != "A010" || len(v.Lines) != MostLines || v.Lines[0].Number != "A009" {
		t.Errorf("after it: %+v", v)
	}
}

// HALL-019: a board that joins late announces nothing old; one that starts
// again goes on after the last that it had announced.
func TestNothingOldIsAnnounced(t *testing.T) {
	s := New(start)
	if err := s.View("calls", raw(t, snapshot(1, 5, func(uint64) time.Time { return start })), start.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if got := announced(s, start.Add(time.Second), 10*time.Second); got != nil {
		t.Errorf("a new board announced %v", got)
	}
	kept := raw(t, s)
	later := start.Add(time.Hour)
	again, err := Restore(kept, later)
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
	if _, err := Restore([]byte("{"), later); err == nil {
		t.Error("a torn file was read")
	}
}

// A snapshot that cannot be read changes nothing.
func TestTornSnapshots(t *testing.T) {
	s := New(start)
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
// announces nothing old, and goes on.
func TestHallWithANewDisk(t *testing.T) {
	s := New(start)
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
	if got := announced(s, now, 10*time.Second); !slices.Equal(got, []uint64{3}) {
		t.Errorf("announced %v, want 3", got)
	}
}

// The board keeps its last good data and says since when; notices end by
// themselves (R-BOARD-02).
func TestLinkAndNotices(t *testing.T) {
	s := New(start)
	s.Link(true, start)
	views := map[string]any{
		"catalogue": contract.Catalogue{Version: 1, Hall: contract.HallInfo{Name: contract.Text2{ZH: "示例大厅"}, ConsultPhone: "0713-555-0100"},
			Services: []contract.ServiceInfo{{ID: "a", Name: contract.Text2{ZH: "甲"}}, {ID: "b", Name: contract.Text2{ZH: "乙"}}, {ID: "c"}}},
		"queue": contract.Queue{Version: 1, Waiting: 7, Services: []contract.ServiceQueue{{Service: "a", Waiting: 2, WaitMin: -1, WaitMax: -1}, {Service: "b", Waiting: 5, WaitMin: 15, WaitMax: 20}, {Service: "c"}}},
		"notices": contract.Notices{Version: 1, Notices: []contract.Notice{
			{Text: contract.Text2{ZH: "午间休息", EN: "Lunch"}, Until: start.Add(time.Hour)}, {Text: contract.Text2{ZH: "明日停电"}, From: start.Add(time.Hour)}}},
		"calls": contract.Calls{Version: 1},
	}
	for name, v := range views {
		if err := s.View(name, raw(t, v), start); err != nil {
			t.Fatal(err)
		}
	}
	v := s.Screen(start, zone)
	if v.Link != "" || v.Notice != "午间休息　Lunch" || v.Total != 7 || len(v.Counts) != 2 || v.Counts[0].Name.ZH != "乙" || v.Counts[0].Wait != "约15-20分钟" || v.Counts[1].Wait != "" {
		t.Errorf("%+v", v)
	}
	if v.Clock != "09:00" || v.Date != "11月23日 星期一" || v.Quiet.ZH == "" {
		t.Errorf("%+v", v)
	}
	gone := start.Add(90 * time.Minute)
	s.Link(false, gone)
	v = s.Screen(gone.Add(time.Minute), zone)
	if v.Link != "与大厅系统的连接中断，10:30 起显示的是之前的信息" || v.Total != 7 || v.Notice != "明日停电" {
		t.Errorf("%+v", v)
	}
}

// HALL-019 for any order of snapshots, cuts and restarts: no call is on air
// twice, none out of order.
func TestNoCallTwice(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := New(start)
		now := start
		made := map[uint64]time.Time{}
		var last, shown uint64
		if rapid.Bool().Draw(r, "joined before") {
			_ = s.View("calls", raw(t, contract.Calls{}), now)
		}
		for range rapid.IntRange(1, 60).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20_000).Draw(r, "ms")) * time.Millisecond)
			switch rapid.IntRange(0, 3).Draw(r, "what") {
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
				again, err := Restore(raw(t, s), now)
				if err != nil {
					r.Fatal(err)
				}
				s = again
			default:
				s.Tick(now)
			}
			if c, on := s.OnAirNow(); on {
				if c.Call < shown {
					r.Fatalf("call %d after %d", c.Call, shown)
				}
				shown = c.Call
				if now.Sub(c.At) > Stale+OnAir {
					r.Fatalf("call %d is %v old", c.Call, now.Sub(c.At))
				}
			}
		}
	})
}
