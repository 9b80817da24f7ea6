package calendar_test

import (
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
)

var china = time.FixedZone("CST", 8*60*60)

func seg(from, to calendar.Clock) calendar.Segment { return calendar.Segment{From: from, To: to} }

const hour = 60

// luotian is H-LUOTIAN: 8:00–11:30, 14:00–17:00, half an hour later on summer
// afternoons.
func luotian() *calendar.Hours {
	return &calendar.Hours{Zone: china, ZoneName: "Asia/Shanghai", DayStart: 4 * hour, IssueBefore: 10,
		Weekdays: [7]bool{false, true, true, true, true, true, false},
		Segments: []calendar.Segment{seg(8*hour, 11*hour+30), seg(14*hour, 17*hour)},
		Seasons: []calendar.Season{{Name: "summer", From: calendar.MonthDay{Month: 5, Day: 1}, To: calendar.MonthDay{Month: 9, Day: 30},
			Segments: []calendar.Segment{seg(8*hour, 11*hour+30), seg(14*hour+30, 17*hour+30)}}},
		Overrides: map[string]calendar.Override{
			"2026-03-05": {Reason: contract.Text2{ZH: "停电", EN: "Power cut"}},
			"2026-03-07": {Segments: []calendar.Segment{seg(9*hour, 12*hour)}}},
	}
}

func at(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", s, china)
	if err != nil {
		panic(err)
	}
	return t
}

// R-CAL-01: the official calendar of 2026 has 248 working days.
func TestWorkingDays2026(t *testing.T) {
	h := luotian()
	h.Overrides = nil
	want := [...]int{21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23}
	total := 0
	for m := time.January; m <= time.December; m++ {
		n := 0
		for d := time.Date(2026, m, 1, 12, 0, 0, 0, china); d.Month() == m; d = d.AddDate(0, 0, 1) {
			if h.WorkingDay(d) {
				n++
			}
		}
		if n != want[m-1] {
			t.Errorf("%s 2026 has %d working days, want %d", m, n, want[m-1])
		}
		total += n
	}
	if total != 248 {
		t.Errorf("2026 has %d working days, want 248", total)
	}
	for _, d := range []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"} {
		if !h.WorkingDay(at(d + " 12:00:00")) {
			t.Errorf("%s is a make-up working day", d)
		}
	}
	for _, d := range []string{"2026-01-01", "2026-02-23", "2026-04-06", "2026-05-05", "2026-06-19", "2026-09-25", "2026-10-07"} {
		if h.WorkingDay(at(d + " 12:00:00")) {
			t.Errorf("%s is a holiday", d)
		}
	}
}

// R-CAL-02, R-KIOSK-08: the bounds of H-LUOTIAN, and never a bare "closed".
func TestBounds(t *testing.T) {
	h := luotian()
	for _, c := range []struct {
		now           string
		open, issuing bool
		reason        string
		next          string
	}{
		{"2026-03-02 07:49:59", false, false, calendar.BeforeHours.ZH, "2026-03-02 08:00:00"},
		{"2026-03-02 07:50:00", false, true, calendar.BeforeHours.ZH, "2026-03-02 08:00:00"},
		{"2026-03-02 08:00:00", true, true, "", ""},
		{"2026-03-02 11:29:59", true, true, "", ""},
		{"2026-03-02 11:30:00", false, false, calendar.Lunch.ZH, "2026-03-02 14:00:00"},
		{"2026-03-02 13:50:00", false, true, calendar.Lunch.ZH, "2026-03-02 14:00:00"},
		{"2026-03-02 16:59:59", true, true, "", ""},
		{"2026-03-02 17:00:00", false, false, calendar.AfterHours.ZH, "2026-03-03 08:00:00"},
		{"2026-03-06 17:00:00", false, false, calendar.AfterHours.ZH, "2026-03-07 09:00:00"}, // by override on a Saturday
		{"2026-03-01 10:00:00", false, false, calendar.Weekend.ZH, "2026-03-02 08:00:00"},
		{"2026-03-05 10:00:00", false, false, "停电", "2026-03-06 08:00:00"},
		{"2026-02-16 10:00:00", false, false, "春节放假", "2026-02-24 08:00:00"},
		{"2026-04-30 14:00:00", true, true, "", ""},
		{"2026-05-06 14:00:00", false, false, calendar.Lunch.ZH, "2026-05-06 14:30:00"}, // summer
		{"2026-09-30 17:29:59", true, true, "", ""},
		{"2026-10-08 17:00:00", false, false, calendar.AfterHours.ZH, "2026-10-09 08:00:00"},
	} {
		s := h.At(at(c.now))
		if s.Open != c.open || s.Issuing != c.issuing || s.Reason.ZH != c.reason {
			t.Errorf("%s: open %v, issuing %v, reason %q; want %v, %v, %q", c.now, s.Open, s.Issuing, s.Reason.ZH, c.open, c.issuing, c.reason)
		}
		next := ""
		if !s.Next.IsZero() {
			next = s.Next.In(china).Format(time.DateTime)
		}
		if next != c.next {
			t.Errorf("%s: opens again %q, want %q", c.now, next, c.next)
		}
	}
}

// The business day begins at DayStart in the hall's zone, wherever the clock
// of the machine thinks it is.
func TestBusinessDay(t *testing.T) {
	h := luotian()
	for now, want := range map[string]string{
		"2026-03-02 03:59:59": "2026-03-01",
		"2026-03-02 04:00:00": "2026-03-02",
		"2026-03-03 00:30:00": "2026-03-02",
	} {
		if got := h.Day(at(now).UTC()); got != want {
			t.Errorf("%s belongs to %s, want %s", now, got, want)
		}
	}
	if got := h.NextDay(at("2026-03-02 04:00:00")); !got.Equal(at("2026-03-03 04:00:00")) {
		t.Errorf("the day after begins %s", got)
	}
}

// NextChange never misses a moment at which At or Day says something else.
func TestNextChange(t *testing.T) {
	h := luotian()
	end := at("2026-03-09 00:00:00")
	was, day := h.At(at("2026-02-27 00:00:00")), h.Day(at("2026-02-27 00:00:00"))
	due := h.NextChange(at("2026-02-27 00:00:00"))
	for now := at("2026-02-27 00:01:00"); now.Before(end); now = now.Add(time.Minute) {
		is, d := h.At(now), h.Day(now)
		if (is.Open != was.Open || is.Issuing != was.Issuing || is.Reason != was.Reason || d != day) && !now.Equal(due) {
			t.Fatalf("a change at %s, NextChange said %s", now, due)
		}
		if !now.Before(due) {
			due = h.NextChange(now)
		}
		was, day = is, d
	}
}

// R-CAL-08: a missing year is told from November on and never guessed.
func TestMissingYear(t *testing.T) {
	for now, want := range map[string]int{
		"2026-10-31 12:00:00": 0, "2026-11-15 12:00:00": 2027, "2025-05-01 12:00:00": 2025, "2027-01-01 12:00:00": 2027,
	} {
		if got := calendar.Missing(at(now)); got != want {
			t.Errorf("%s: missing %d, want %d", now, got, want)
		}
	}
}

// R-CAL-07: a season has the days on which it begins and ends, also over the end
// of a year.
func TestSeasonOverNewYear(t *testing.T) {
	winter := calendar.Season{From: calendar.MonthDay{Month: 11, Day: 1}, To: calendar.MonthDay{Month: 4, Day: 30}}
	for day, want := range map[string]bool{"2026-10-31": false, "2026-11-01": true, "2026-01-01": true, "2026-04-30": true, "2026-05-01": false} {
		if got := winter.Covers(at(day + " 12:00:00")); got != want {
			t.Errorf("winter covers %s: %v, want %v", day, got, want)
		}
	}
}

func TestParseClock(t *testing.T) {
	for s, want := range map[string]calendar.Clock{"00:00": 0, "08:05": 485, "24:00": 1440} {
		if got, err := calendar.ParseClock(s); err != nil || got != want || got.String() != s {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "8:00", "08:60", "24:01", "25:00", "-1:00", "08:00 ", "ab:cd", "08-00"} {
		if got, err := calendar.ParseClock(s); err == nil {
			t.Errorf("%q was read as %v", s, got)
		}
	}
}
