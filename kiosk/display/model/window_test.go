package model

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

// desk is a hall of three windows: w1 and w2 do the same, w3 something else.
func desk(t testing.TB) *State {
	t.Helper()
	s := New()
	s.Link(true, start)
	services := []contract.ServiceInfo{
		{ID: "a", Unit: "u", Name: contract.Text2{ZH: "甲证", EN: "A"}, Windows: []string{"w1", "w2"}},
		{ID: "b", Unit: "u", Name: contract.Text2{ZH: "乙证", EN: "B"}, Windows: []string{"w1", "w2"}, Paused: "系统升级"},
		{ID: "c", Unit: "v", Name: contract.Text2{ZH: "丙证", EN: "C"}, Windows: []string{"w3"}}}
	give(t, s, "catalogue", contract.Catalogue{Version: 1, Services: services,
		Hall:  contract.HallInfo{Name: contract.Text2{ZH: "示例大厅", EN: "Sample Hall"}, Desk: contract.Text2{ZH: "咨询台", EN: "the desk"}},
		Units: []contract.UnitInfo{{ID: "u", Name: contract.Text2{ZH: "某局", EN: "Some Office"}, Chief: "周样例", Scope: contract.Text2{ZH: "受理、审核", EN: "accepting and examining"}}}})
	give(t, s, "calendar", contract.Calendar{Version: 1, Day: start.Format(time.DateOnly), Open: true, Issuing: true, Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:00", To: "17:00"}}})
	give(t, s, "calls", contract.Calls{Version: 1})
	return s
}

func give(t testing.TB, s *State, name string, v any) {
	t.Helper()
	if err := s.View(name, raw(t, v), start); err != nil {
		t.Fatal(err)
	}
}

func windows(version uint64, list ...contract.WindowView) contract.Windows {
	for i := range list {
		label := strings.TrimPrefix(list[i].ID, "w")
		list[i].Label, list[i].Name = label, contract.Text2{ZH: label + "号窗口", EN: "Window " + label}
	}
	return contract.Windows{Version: version, Windows: list}
}

// R-WIN-01: the display names who is signed in now, with photo, name and post;
// after B has taken over from A it shows B, from the same moment on, and after
// B has left nobody.
func TestPersonSignedInNow(t *testing.T) {
	s := desk(t)
	person := func(name, number string) contract.WindowView {
		return contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: name, Post: "受理岗", StaffNo: number, Photo: "p" + number, Party: number == "2"}
	}
	give(t, s, "windows", windows(2, person("甲样例", "1")))
	if f := s.Face("w1", start, zone); f.Condition != Idle || f.Person == nil || *f.Person != (Person{"甲样例", "受理岗", "1", "p1", false}) {
		t.Errorf("A signed in: %+v", f)
	}
	give(t, s, "windows", windows(3, contract.WindowView{ID: "w1", State: contract.WindowClosed}))
	if f := s.Face("w1", start, zone); f.Condition != Unstaffed || f.Person != nil || strings.Contains(all(f), "甲样例") {
		t.Errorf("A has left: %+v", f)
	}
	give(t, s, "windows", windows(4, person("乙样例", "2")))
	if f := s.Face("w1", start, zone); f.Person == nil || *f.Person != (Person{"乙样例", "受理岗", "2", "p2", true}) || strings.Contains(all(f), "甲样例") {
		t.Errorf("B signed in: %+v", f)
	}
}

// all is everything that a face holds, as text.
func all(f Face) string {
	b, _ := json.Marshal(f)
	return string(b)
}

// R-WIN-01 for any order of what happens: a face names the person of the last
// snapshot or nobody, never anybody else, and nobody at all once the hall was
// away for a while.
func TestNeverThePreviousPerson(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		s := desk(t)
		now, here, up := start, "", true
		gone := start
		for range rapid.IntRange(1, 40).Draw(r, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(r, "ms")) * time.Millisecond)
			switch rapid.IntRange(0, 5).Draw(r, "what") {
			case 0, 1, 2:
				if !up {
					continue // nothing arrives
				}
				here = rapid.SampledFrom([]string{"", "甲样例", "乙样例", "丙样例"}).Draw(r, "who")
				w := contract.WindowView{ID: "w1", State: contract.WindowClosed}
				if here != "" {
					w.State, w.Staff = rapid.SampledFrom([]string{contract.WindowOpen, contract.WindowPaused}).Draw(r, "state"), here
					w.Number = rapid.SampledFrom([]string{"", "A001"}).Draw(r, "number")
					w.Ticket = rapid.SampledFrom([]string{"called", "serving"}).Draw(r, "ticket")
				}
				_ = s.View("windows", raw(t, windows(5, w)), now)
			case 3:
				up = rapid.Bool().Draw(r, "up")
				if s.Up() && !up {
					gone = now
				}
				s.Link(up, now)
			case 4:
				kept, err := s.Keep(now)
				if err != nil {
					r.Fatal(err)
				}
				if s.Up() {
					gone = now
				}
				if s, err = Restore(kept); err != nil {
					r.Fatal(err)
				}
				up = false
			}
			f := s.Face("w1", now, zone)
			switch {
			case f.Person == nil:
				if up && here != "" {
					r.Fatalf("%s is there and not named: %+v", here, f)
				}
			case f.Person.Name != here:
				r.Fatalf("%s is named, %q is there", f.Person.Name, here)
			case !up && now.Sub(gone) >= Vouched:
				r.Fatalf("%s is named %v after the hall was lost", f.Person.Name, now.Sub(gone))
			}
		}
	})
}

// What the display says in each condition of its window (R-WIN-04, -05, -07).
func TestConditions(t *testing.T) {
	open := contract.WindowView{ID: "w2", State: contract.WindowOpen, Staff: "乙样例"}
	paused := contract.WindowView{ID: "w1", State: contract.WindowPaused, Staff: "甲样例", Reason: "整理档案", ReasonText: contract.Text2{ZH: "整理档案", EN: "Filing"}, Until: "09:20"}
	late := paused
	late.Until, late.ReasonText = "08:50", contract.Text2{}
	closed := contract.WindowView{ID: "w1", State: contract.WindowClosed}
	busy := contract.WindowView{ID: "w1", State: contract.WindowPaused, Staff: "甲样例", Number: "A001", Ticket: "serving"}
	for _, c := range []struct {
		name    string
		windows []contract.WindowView
		want    Condition
		title   string
		more    []string
	}{
		{"open", []contract.WindowView{{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Waiting: 4}}, Idle, "您好，欢迎办理", nil},
		{"paused", []contract.WindowView{paused, open}, Paused, "本窗口暂停办理", []string{"整理档案，预计09:20恢复办理", "请到2号窗口办理"}},
		{"paused for longer than it should", []contract.WindowView{late}, Paused, "本窗口暂停办理", []string{"整理档案，请稍候，工作人员很快回来", "请到咨询台咨询"}},
		{"paused with somebody in hand", []contract.WindowView{busy}, Serving, "正在办理", []string{"办结后本窗口短暂休息"}},
		{"nobody there", []contract.WindowView{closed, open}, Unstaffed, "本窗口暂无人办理", []string{"请到2号窗口办理"}},
		{"nobody anywhere", []contract.WindowView{closed, {ID: "w2", State: contract.WindowPaused, Staff: "乙样例"}, {ID: "w3", State: contract.WindowOpen, Staff: "丙样例"}}, Unstaffed, "本窗口暂无人办理", []string{"请到咨询台咨询"}},
		{"not one of the hall's", []contract.WindowView{open}, Unknown, "本窗口尚未启用", []string{"请到咨询台咨询"}},
	} {
		s := desk(t)
		give(t, s, "windows", windows(2, c.windows...))
		f := s.Face("w1", start, zone)
		var more []string
		for _, m := range f.More {
			more = append(more, m.ZH)
			if m.EN == "" {
				t.Errorf("%s: no English: %+v", c.name, m)
			}
		}
		if f.Condition != c.want || f.Title.ZH != c.title || f.Title.EN == "" || !slices.Equal(more, c.more) {
			t.Errorf("%s: %+v", c.name, f)
		}
		if c.want != Unknown && (f.Label != "1" || f.Name.EN != "Window 1" || f.Unit.EN != "Some Office" || f.Chief != "周样例" || f.Scope.EN == "") {
			t.Errorf("%s: the window: %+v", c.name, f)
		}
	}
	s := desk(t)
	give(t, s, "windows", windows(2, contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Waiting: 4}))
	if f := s.Face("w1", start, zone); f.Wait != 4 || len(f.Offers) != 1 || f.Offers[0].EN != "A" {
		t.Errorf("what an open window offers: %+v", f)
	}
	if f := New().Face("w1", start, zone); f.Condition != Starting || f.Name != noName {
		t.Errorf("a display that starts: %+v", f)
	}
}

// In the breaks of the hall the display says when it opens again; who is signed
// in all the same and has people waiting goes on serving (延时服务).
func TestWindowOutOfHours(t *testing.T) {
	s := desk(t)
	noon := start.Add(3 * time.Hour)
	give(t, s, "calendar", contract.Calendar{Version: 2, Day: start.Format(time.DateOnly), Reason: contract.Text2{ZH: "午间休息", EN: "Lunch break"}, Next: start.Add(5 * time.Hour)})
	for _, c := range []struct {
		w    contract.WindowView
		want Condition
	}{
		{contract.WindowView{ID: "w1", State: contract.WindowClosed}, Shut},
		{contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例"}, Shut},
		{contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Waiting: 2}, Idle},
		{contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Number: "A001", Ticket: "serving"}, Serving},
	} {
		give(t, s, "windows", windows(2, c.w))
		f := s.Face("w1", noon, zone)
		if f.Condition != c.want || c.want == Shut && (f.Title.ZH != "午间休息" || len(f.More) == 0 || f.More[0].EN != "Opens next today 14:00") {
			t.Errorf("%+v: %+v", c.w, f)
		}
	}
}

// A call flashes on its window's display for a while, at 1 Hz, whatever other
// windows call, and again when it is called again; its caption stays until the
// citizen is there (R-ACC-06).
func TestCallAtTheWindow(t *testing.T) {
	s := desk(t)
	call := func(version uint64, calls ...contract.Call) {
		t.Helper()
		give(t, s, "calls", contract.Calls{Version: version, Calls: calls})
	}
	mine := contract.Call{Call: 1, Number: "A001", Window: "w1", Label: "1", Name: contract.Text2{ZH: "1号窗口", EN: "Window 1"}, At: start, State: "called"}
	other := contract.Call{Call: 2, Number: "B001", Window: "w3", Label: "3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}, At: start, State: "called"}
	hand := contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Number: "A001", Ticket: "called"}
	give(t, s, "windows", windows(2, hand))
	call(2, other, mine)
	f := s.Face("w1", start, zone)
	if f.Condition != Called || f.Number != "A001" || !f.Flash || !f.Lit || f.Title.ZH != "请A001号到本窗口办理" || f.Title.EN != "Number A001, please come to this window" {
		t.Errorf("called: %+v", f)
	}
	if !strings.Contains(f.Caption, "A001") || strings.Contains(f.Caption, "B001") {
		t.Errorf("caption %q", f.Caption)
	}
	changes, lit := 0, true
	for d := time.Duration(0); d < 3*time.Second; d += 50 * time.Millisecond {
		if now := s.Face("w1", start.Add(d), zone).Lit; now != lit {
			changes, lit = changes+1, now
		}
	}
	if changes != 5 {
		t.Errorf("%d changes of the flashing in 3 s, want 5: 1 Hz", changes)
	}
	if f := s.Face("w1", start.Add(OnAir), zone); f.Flash || f.Caption == "" {
		t.Errorf("after the announcement: %+v", f)
	}
	again := mine
	again.Call, again.Recall, again.At = 3, 1, start.Add(20*time.Second)
	if err := s.View("calls", raw(t, contract.Calls{Version: 3, Calls: []contract.Call{again, other, mine}}), start.Add(20*time.Second)); err != nil {
		t.Fatal(err)
	}
	if f := s.Face("w1", start.Add(21*time.Second), zone); !f.Flash {
		t.Errorf("called again: %+v", f)
	}
	hand.Ticket = "serving"
	give(t, s, "windows", windows(3, hand))
	if f := s.Face("w1", start.Add(22*time.Second), zone); f.Condition != Serving || f.Flash || f.Caption != "" || f.Number != "A001" {
		t.Errorf("served: %+v", f)
	}
}

// Without the hall the display keeps the last number of the day and says since
// when; whom nobody vouches for it does not name.
func TestWindowWithoutTheHall(t *testing.T) {
	s := desk(t)
	give(t, s, "windows", windows(2, contract.WindowView{ID: "w1", State: contract.WindowOpen, Staff: "甲样例", Number: "A001", Ticket: "serving", Waiting: 3}))
	s.Link(false, start)
	f := s.Face("w1", start.Add(Vouched-time.Second), zone)
	if f.Number != "A001" || f.Person == nil || f.Link != with(away, contract.Text2{ZH: "09:00", EN: "09:00"}) || f.Wait != 0 {
		t.Errorf("a minute later: %+v", f)
	}
	if f = s.Face("w1", start.Add(time.Hour), zone); f.Number != "A001" || f.Person != nil {
		t.Errorf("an hour later: %+v", f)
	}
	if f = s.Face("w1", start.AddDate(0, 0, 1), zone); f.Number != "" || f.Person != nil || f.Condition != Away || f.Title != listen {
		t.Errorf("a day later: %+v", f)
	}
	s.Link(true, start)
	give(t, s, "windows", windows(3, contract.WindowView{ID: "w1", State: contract.WindowPaused, Staff: "甲样例", Until: "09:10"}))
	s.Link(false, start)
	if f = s.Face("w1", start.Add(time.Hour), zone); f.Condition != Away || len(f.More) != 1 || f.More[0].ZH != "请到咨询台咨询" {
		t.Errorf("paused when the hall was lost: %+v", f)
	}
}

// R-VOICE-03, R-KIOSK-22: the words of a window are polite and in both languages.
func TestWordsOfAWindow(t *testing.T) {
	for _, w := range []contract.Text2{welcome, serving, comeHere, pausesNext, pausedHere, backAt, soon, nobodyHere, notInUse, goTo, askAt, listen} {
		if w.ZH == "" || w.EN == "" || text.Offends(w.ZH) != "" || text.Offends(w.EN) != "" {
			t.Errorf("%+v", w)
		}
	}
}
