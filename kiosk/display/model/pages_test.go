package model

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/text"
)

// every is a layout with a page of each kind.
func every(zones ...string) Layout {
	l := Layout{Side: 40, Zones: zones, Panels: []Panel{{}}}
	for _, k := range Kinds {
		p := PageSetting{Show: k, Seconds: 10}
		if k == PageNoSmoking || k == PageSlogans {
			p.Texts = []contract.Text2{{ZH: "东门外", EN: "Outside the east door"}}
		}
		if k == PageSlides {
			p.Folder = "slides"
		}
		l.Panels[0].Pages = append(l.Panels[0].Pages, p)
	}
	return l
}

func takes(t *testing.T, s *State, now time.Time, views map[string]any) {
	t.Helper()
	for _, name := range Views {
		if v, ok := views[name]; ok {
			if err := s.View(name, raw(t, v), now); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// page is a page of the screen, by kind.
func page(v Screen, kind string) (Page, bool) {
	for _, side := range v.Sides {
		if i := slices.IndexFunc(side.Pages, func(p Page) bool { return p.Kind == kind }); i >= 0 {
			return side.Pages[i], true
		}
	}
	return Page{}, false
}

var hall = contract.Catalogue{Version: 1, Hall: contract.HallInfo{Name: contract.Text2{ZH: "示例大厅", EN: "Sample hall"}, ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110",
	Desk: contract.Text2{ZH: "入口左侧", EN: "Left of the entrance"}},
	Zones: []contract.ZoneInfo{{ID: "a", Name: contract.Text2{ZH: "甲区", EN: "Area A"}}, {ID: "b", Name: contract.Text2{ZH: "乙区", EN: "Area B"}}},
	Services: []contract.ServiceInfo{{ID: "sa", Name: contract.Text2{ZH: "甲"}, Windows: []string{"wa"}}, {ID: "sb", Name: contract.Text2{ZH: "乙"}, Windows: []string{"wb"}},
		{ID: "sc", Name: contract.Text2{ZH: "丙"}, Windows: []string{"wa", "wb"}}, {ID: "sd", Name: contract.Text2{ZH: "丁"}}}}

// A board of one zone shows the calls, queues, windows and notices of it, and
// announces no other's.
func TestZones(t *testing.T) {
	views := map[string]any{
		"catalogue": hall,
		"windows": contract.Windows{Version: 1, Windows: []contract.WindowView{{ID: "wa", State: "open", Zone: "a"}, {ID: "wb", State: "open", Zone: "b"},
			{ID: "wx", State: "paused", Zone: "b"}}},
		"queue": contract.Queue{Version: 1, Waiting: 15, Services: []contract.ServiceQueue{{Service: "sa", Waiting: 1}, {Service: "sb", Waiting: 2}, {Service: "sc", Waiting: 4}, {Service: "sd", Waiting: 8}}},
		"notices": contract.Notices{Version: 1, Notices: []contract.Notice{{Text: contract.Text2{ZH: "给甲区"}, Zones: []string{"a"}},
			{Text: contract.Text2{ZH: "给乙区"}, Zones: []string{"b"}}, {Text: contract.Text2{ZH: "给大家"}}, {Text: contract.Text2{ZH: "给两区"}, Zones: []string{"b", "a"}}}},
		"calls": contract.Calls{},
	}
	now := start.Add(time.Minute)
	for _, c := range []struct {
		zones     []string
		name      string
		total     int
		open      int
		notice    string
		announced []uint64
	}{
		{nil, "", 15, 2, "给甲区" + Between + "给乙区" + Between + "给大家" + Between + "给两区", []uint64{1, 2, 3, 4, 5, 6}},
		{[]string{"a"}, "甲区", 13, 1, "给甲区" + Between + "给大家" + Between + "给两区", []uint64{1, 3, 4, 6}},
		{[]string{"b"}, "乙区", 14, 1, "给乙区" + Between + "给大家" + Between + "给两区", []uint64{2, 3, 5, 6}},
		{[]string{"a", "b"}, "甲区、乙区", 15, 2, "给甲区" + Between + "给乙区" + Between + "给大家" + Between + "给两区", []uint64{1, 2, 3, 4, 5, 6}},
	} {
		s := New()
		s.Lay(every(c.zones...))
		takes(t, s, start, views)
		calls := snapshot(1, 6, func(uint64) time.Time { return now })
		for i := range calls.Calls {
			calls.Calls[i].Zone = map[uint64]string{1: "a", 2: "b", 0: ""}[calls.Calls[i].Call%3]
		}
		takes(t, s, now, map[string]any{"calls": calls})
		v := s.Screen(now, zone)
		if v.Zones.ZH != c.name || v.Total != c.total || v.Open != c.open || v.Notice != c.notice {
			t.Errorf("%v: %q, %d wait, %d open, %q", c.zones, v.Zones.ZH, v.Total, v.Open, v.Notice)
		}
		if got := announced(s, now, time.Minute); !slices.Equal(got, c.announced) {
			t.Errorf("%v: announced %v, want %v", c.zones, got, c.announced)
		}
		v = s.Screen(now.Add(time.Minute), zone)
		shown := []uint64{v.Hero.Call}
		for _, l := range v.Lines {
			shown = append(shown, l.Call)
		}
		slices.Sort(shown)
		if !slices.Equal(shown, c.announced) {
			t.Errorf("%v: shows %v, want %v", c.zones, shown, c.announced)
		}
	}
}

// R-BOARD-02, -03, -04, -05: what is posted comes and goes by the board's own
// clock, without a message, and a restart without the hall has it still.
func TestExpiry(t *testing.T) {
	s := New()
	s.Lay(every())
	s.Link(true, start)
	hour := func(h int) time.Time { return start.Add(time.Duration(h) * time.Hour) }
	title := func(z string) contract.Text2 { return contract.Text2{ZH: z, EN: z} }
	takes(t, s, start, map[string]any{
		"catalogue": hall,
		"notices": contract.Notices{Version: 1, Notices: []contract.Notice{
			{Kind: "page", Title: title("今天的"), Text: title("正文"), Issuer: title("办公室"), Date: "2026-11-20", Until: hour(2)},
			{Kind: "page", Title: title("以后的"), Text: title("正文"), From: hour(1), Until: hour(24 * 40)},
			{Kind: "figures", Title: title("十月办件"), Until: hour(3)}, {Kind: "slogan", Text: title("口号"), Until: hour(3)},
			{Kind: "slide", Media: []string{"11"}, Until: hour(3)}, {Kind: "line", Text: title("滚动"), Until: hour(3)}}},
		"results": contract.Results{Version: 1, Results: []contract.Result{{ID: "1", Name: "张*", Service: title("登记"), Outcome: title("准予"), Date: "2026-11-20", Until: hour(2)},
			{ID: "2", Name: "李*", Service: title("许可"), Outcome: title("准予"), Date: "2026-11-21"}}},
		"duty": contract.Duty{Version: 1, Day: "2026-11-23", Today: []contract.DutyOfficer{{Name: "何样例", Post: title("值班"), Place: title("服务台")}},
			Closed: []contract.ClosedDay{{From: "2026-11-24", To: "2026-11-25", Reason: title("休息")}}, Phone: "0713-555-0120"},
	})
	kept, err := s.Keep(start)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Restore(kept)
	if err != nil {
		t.Fatal(err)
	}
	again.Lay(every())
	again.Pictures("slides", []string{"22"})
	s.Pictures("slides", []string{"22"})
	for name, b := range map[string]*State{"with the hall": s, "after a restart": again} {
		at := func(h int, kind string, field func(Item) string) []string {
			p, _ := page(b.Screen(hour(h), zone), kind)
			var got []string
			for _, i := range p.Items {
				got = append(got, field(i))
			}
			return got
		}
		titles := func(i Item) string { return i.Title.ZH }
		for _, c := range []struct {
			h    int
			kind string
			want []string
		}{
			{0, PageNotices, []string{"今天的"}}, {1, PageNotices, []string{"今天的", "以后的"}}, {2, PageNotices, []string{"以后的"}}, {24 * 40, PageNotices, nil},
			{0, PageFigures, []string{"十月办件"}}, {3, PageFigures, nil},
			{0, PageResults, []string{"登记", "许可"}}, {2, PageResults, []string{"许可"}},
			{0, PageSlogans, []string{"东门外", "口号"}}, {3, PageSlogans, []string{"东门外"}},
			{0, PageClosed, []string{"11月24日 星期二 至 11月25日 星期三", dutyPhone.ZH}}, {62, PageClosed, []string{"11月24日 星期二 至 11月25日 星期三", dutyPhone.ZH}}, {63, PageClosed, nil},
		} {
			if got := at(c.h, c.kind, titles); !slices.Equal(got, c.want) {
				t.Errorf("%s, %d h, %s: %q, want %q", name, c.h, c.kind, got, c.want)
			}
		}
		if got := at(0, PageNotices, func(i Item) string { return i.Note.ZH }); got[0] != "办公室　2026年11月20日" {
			t.Errorf("date and issuer: %q", got)
		}
		for h, want := range map[int][]string{0: {"22", "11"}, 3: {"22"}} {
			if p, _ := page(b.Screen(hour(h), zone), PageSlides); !slices.Equal(p.Slides, want) {
				t.Errorf("%s, %d h: slides %v", name, h, p.Slides)
			}
		}
		if v := b.Screen(hour(0), zone); v.Notice != "滚动　滚动" {
			t.Errorf("the line is %q", v.Notice)
		}
	}
	// A board without such pages lets them run through the line.
	s.Lay(Plain)
	if v := s.Screen(start, zone); v.Notice != "今天的 正文　今天的: 正文"+Between+"十月办件　十月办件:"+Between+"口号　口号"+Between+"滚动　滚动" {
		t.Errorf("the line is %q", v.Notice)
	}
}

// R-BOARD-06: at midnight yesterday's officer leaves the board by itself; a day
// without a roster says whom to ask, and is never an empty box.
func TestDutyRollsOver(t *testing.T) {
	s := New()
	s.Lay(every())
	if _, ok := page(s.Screen(start, zone), PageDuty); ok {
		t.Error("a board that has heard nothing speaks of duty")
	}
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, zone)
	duty := contract.Duty{Version: 1, Day: "2026-11-23", Today: []contract.DutyOfficer{{Name: "何样例", Post: contract.Text2{ZH: "值班领导"}, Photo: "ab"}}}
	takes(t, s, start, map[string]any{"catalogue": hall, "duty": duty})
	at := func(now time.Time) []Item {
		p, ok := page(s.Screen(now, zone), PageDuty)
		if !ok || len(p.Items) == 0 {
			t.Fatalf("%v: an empty box", now)
		}
		return p.Items
	}
	if i := at(midnight.Add(-time.Second)); len(i) != 1 || i[0].Title.ZH != "何样例" || !i[0].Person || i[0].Photo != "ab" {
		t.Errorf("before midnight: %+v", i)
	}
	if i := at(midnight); len(i) != 1 || i[0].Person || i[0].Title != askDuty || i[0].Text.ZH != "入口左侧" || i[0].Value != "0713-555-0100" {
		t.Errorf("at midnight: %+v", i)
	}
	takes(t, s, midnight, map[string]any{"duty": contract.Duty{Version: 2, Day: "2026-11-24"}})
	if i := at(midnight); i[0].Title != askDuty {
		t.Errorf("without a roster: %+v", i)
	}
	takes(t, s, midnight, map[string]any{"catalogue": contract.Catalogue{Version: 2}})
	if i := at(midnight); i[0].Text != anyDesk {
		t.Errorf("without a desk: %+v", i)
	}
}

// R-INFO-11: both phones are on the board, whatever it shows.
func TestPhones(t *testing.T) {
	s := New()
	s.Lay(every())
	takes(t, s, start, map[string]any{"catalogue": hall})
	v := s.Screen(start, zone)
	p, _ := page(v, PagePhones)
	if len(p.Items) != 2 || p.Items[0].Value != "0713-555-0100" || p.Items[1].Value != "0713-555-0110" || v.Phones != [2]string{"0713-555-0100", "0713-555-0110"} {
		t.Errorf("%+v %v", p.Items, v.Phones)
	}
}

// R-VOICE-03: no text of the hall with a forbidden word reaches a screen, from
// whichever view and after a restart; word, place and source are told.
func TestForbiddenWords(t *testing.T) {
	bad := contract.Text2{ZH: "这事我不管", EN: "Please wait"}
	ok := contract.Text2{ZH: "好", EN: "Good"}
	views := map[string]any{
		"catalogue": contract.Catalogue{Version: 1, Hall: contract.HallInfo{Name: bad, Desk: bad}, Services: []contract.ServiceInfo{{ID: "sa", Name: bad}},
			Units: []contract.UnitInfo{{ID: "u", Name: bad, Scope: bad}}, Zones: []contract.ZoneInfo{{ID: "a", Name: bad}}},
		"queue": contract.Queue{Version: 1, Services: []contract.ServiceQueue{{Service: "sa", Waiting: 3, WaitMin: -1}}},
		"windows": contract.Windows{Version: 1, Windows: []contract.WindowView{{ID: "wa", Label: "3", Name: bad, Area: bad, ReasonText: bad,
			Reason: bad.ZH, Post: bad.ZH, State: "paused", Zone: "a"}}},
		"calls":    contract.Calls{Version: 1, Calls: []contract.Call{{Call: 1, Number: "A001", Window: "wa", Label: "3", Name: bad, State: "called", Zone: "a"}}},
		"calendar": contract.Calendar{Version: 1, Day: "2026-11-23", Reason: bad},
		"notices": contract.Notices{Version: 1, Notices: []contract.Notice{{ID: "1", Text: bad}, {ID: "2", Kind: "page", Title: bad, Text: ok}, {ID: "3", Kind: "page", Title: ok, Text: ok, Issuer: bad},
			{ID: "4", Kind: "slogan", Text: bad}, {ID: "5", Kind: "figures", Text: bad}, {ID: "6", Text: bad, Spoken: true}, {ID: "7", Kind: "page", Title: ok}}},
		"results": contract.Results{Version: 1, Results: []contract.Result{{ID: "1", Service: bad}, {ID: "2", Outcome: bad}, {ID: "3", Name: bad.ZH}, {ID: "4", Service: ok}}},
		"duty": contract.Duty{Version: 1, Day: "2026-11-23", Today: []contract.DutyOfficer{{Name: "何样例", Post: bad, Place: bad}},
			Closed: []contract.ClosedDay{{From: "2026-11-24", To: "2026-11-24", Reason: bad}}},
	}
	check := func(s *State) {
		t.Helper()
		s.Lay(every("a"))
		s.Pictures("slides", []string{"1"})
		for _, link := range []bool{true, false} {
			s.Link(link, start)
			v := s.Screen(start, zone)
			for _, words := range stringsOf(reflect.ValueOf(v)) {
				if w := text.Offends(words); w != "" {
					t.Errorf("%q reaches the screen", words)
				}
			}
			if n, _ := page(v, PageNotices); len(n.Items) != 1 {
				t.Errorf("notices: %+v", n.Items)
			}
			if n, _ := page(v, PageResults); len(n.Items) != 1 {
				t.Errorf("results: %+v", n.Items)
			}
			if v.Hero == nil || v.Hero.Window.ZH != "3号窗口" {
				t.Errorf("the call is lost with the words: %+v", v.Hero)
			}
		}
	}
	s := New()
	takes(t, s, start, views)
	refused := s.Refused()
	for _, want := range []Refusal{{"notices", "notice 1", "我不管", "S0 L380"}, {"results", "result 2", "我不管", "S0 L380"}, {"windows", "pause of window wa", "我不管", "S0 L380"}} {
		if !slices.Contains(refused, want) {
			t.Errorf("%+v is not told", want)
		}
	}
	if again := s.Refused(); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}
	check(s)

	// A copy from before the word was forbidden.
	copied := map[string]json.RawMessage{}
	for name, v := range views {
		copied[name] = raw(t, v)
	}
	copied["as_of"] = raw(t, start)
	old, err := Restore(raw(t, copied))
	if err != nil {
		t.Fatal(err)
	}
	if len(old.Refused()) < 10 {
		t.Error("a restart does not tell of the words")
	}
	check(old)
}

// stringsOf are all texts of a value.
func stringsOf(v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		return []string{v.String()}
	case reflect.Pointer:
		if !v.IsNil() {
			return stringsOf(v.Elem())
		}
	case reflect.Slice, reflect.Array:
		var all []string
		for i := range v.Len() {
			all = append(all, stringsOf(v.Index(i))...)
		}
		return all
	case reflect.Struct:
		var all []string
		for i := range v.NumField() {
			all = append(all, stringsOf(v.Field(i))...)
		}
		return all
	}
	return nil
}

// R-VOICE-03, R-KIOSK-22: the words of the pages are polite and in both
// languages.
func TestPageWords(t *testing.T) {
	all := []contract.Text2{anyDesk, anyService, noSmoking, askDuty, dutyPhone, centreLine, supervisionLine}
	for kind, w := range titles {
		if kind != PageSlides {
			all = append(all, w)
		}
	}
	for _, w := range all {
		if w.ZH == "" || w.EN == "" || text.Offends(w.ZH) != "" || text.Offends(w.EN) != "" {
			t.Errorf("%+v", w)
		}
	}
	if len(titles) != len(Kinds) {
		t.Errorf("%d titles for %d kinds", len(titles), len(Kinds))
	}
}
