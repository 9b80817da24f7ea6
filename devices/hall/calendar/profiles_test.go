package calendar_test

import (
	"testing"
	"time"

	"hallward/devices/hall/calendar"
)

var weekdays = [7]bool{false, true, true, true, true, true, false}

// tianyuan is H-TIANYUAN: half an hour later on summer afternoons. When summer
// begins and ends is a setting.
func tianyuan() *calendar.Hours {
	return &calendar.Hours{Zone: china, DayStart: 4 * hour, Weekdays: weekdays,
		Segments: []calendar.Segment{seg(8*hour+30, 12*hour), seg(14*hour, 17*hour)},
		Seasons: []calendar.Season{{Name: "夏时制", From: calendar.MonthDay{Month: 5, Day: 1}, To: calendar.MonthDay{Month: 9, Day: 30},
			Segments: []calendar.Segment{seg(8*hour+30, 12*hour), seg(14*hour+30, 17*hour+30)}}}}
}

// station is H-STATION.
func station() *calendar.Hours {
	return &calendar.Hours{Zone: china, DayStart: 4 * hour, Weekdays: weekdays,
		Segments: []calendar.Segment{seg(8*hour, 12*hour), seg(14*hour, 18*hour)}}
}

// conv is H-CONV: every day, an hour for lunch whose start is a setting.
func conv(lunch calendar.Clock) *calendar.Hours {
	return &calendar.Hours{Zone: china, DayStart: 4 * hour, Weekdays: [7]bool{true, true, true, true, true, true, true}, NoHolidays: true,
		Segments: []calendar.Segment{seg(9*hour, lunch), seg(lunch+hour, 18*hour)}}
}

// R-CAL-03, -04, -05: the bounds of each profile, to the second.
func TestProfiles(t *testing.T) {
	for name, c := range map[string]struct {
		hours *calendar.Hours
		open  map[string]bool
	}{
		"R-CAL-03 winter": {tianyuan(), map[string]bool{
			"2026-04-30 08:29:59": false, "2026-04-30 08:30:00": true, "2026-04-30 11:59:59": true, "2026-04-30 12:00:00": false,
			"2026-04-30 13:59:59": false, "2026-04-30 14:00:00": true, "2026-04-30 16:59:59": true, "2026-04-30 17:00:00": false}},
		"R-CAL-03 the switch to summer": {tianyuan(), map[string]bool{
			"2026-05-06 14:00:00": false, "2026-05-06 14:30:00": true, "2026-05-06 17:29:59": true, "2026-05-06 17:30:00": false}},
		"R-CAL-03 the switch back": {tianyuan(), map[string]bool{
			"2026-09-30 14:00:00": false, "2026-09-30 17:29:59": true, "2026-10-08 14:00:00": true, "2026-10-08 17:00:00": false}},
		"R-CAL-04": {station(), map[string]bool{
			"2026-06-22 07:59:59": false, "2026-06-22 08:00:00": true, "2026-06-22 12:00:00": false, "2026-06-22 14:00:00": true,
			"2026-06-22 17:59:59": true, "2026-06-22 18:00:00": false, "2026-06-20 10:00:00": false}},
		"R-CAL-05": {conv(12 * hour), map[string]bool{
			"2026-06-21 08:59:59": false, "2026-06-21 09:00:00": true, "2026-06-21 12:00:00": false, "2026-06-21 13:00:00": true,
			"2026-10-01 17:59:59": true, "2026-10-01 18:00:00": false}},
		"R-CAL-05 a later lunch": {conv(12*hour + 30), map[string]bool{
			"2026-06-21 12:29:59": true, "2026-06-21 12:30:00": false, "2026-06-21 13:30:00": true}},
	} {
		for moment, want := range c.open {
			if got := c.hours.At(at(moment)).Open; got != want {
				t.Errorf("%s: open at %s: %v, want %v", name, moment, got, want)
			}
		}
	}
}

// R-CAL-09: the hours are the hall's, whatever zone a moment is written in,
// also where there is daylight saving: the hall has none, and a day is 24
// hours long all the year round.
func TestZone(t *testing.T) {
	zones := []*time.Location{time.UTC, time.FixedZone("", -11*3600), time.FixedZone("", 14*3600)}
	for _, name := range []string{"Asia/Shanghai", "Europe/Berlin", "America/New_York"} {
		if z, err := time.LoadLocation(name); err == nil {
			zones = append(zones, z)
		}
	}
	h := station()
	for now := at("2026-03-27 00:00:00"); now.Before(at("2026-04-03 00:00:00")); now = now.Add(30 * time.Minute) {
		for _, z := range zones {
			if a, b := h.At(now), h.At(now.In(z)); a.Open != b.Open || !a.Next.Equal(b.Next) || h.Day(now) != h.Day(now.In(z)) {
				t.Fatalf("%s in %s: %+v, want %+v", now, z, b, a)
			}
		}
	}
	for day := at("2026-01-01 04:00:00"); day.Year() == 2026; {
		next := h.NextDay(day)
		if next.Sub(day) != 24*time.Hour {
			t.Fatalf("the business day of %s has %s", day, next.Sub(day))
		}
		day = next
	}
}

// The hours of a service lie within those of the hall.
func TestLimited(t *testing.T) {
	mornings := luotian().Limited(&calendar.Part{Segments: []calendar.Segment{seg(8*hour+30, 11*hour)}})
	tuesdays := luotian().Limited(&calendar.Part{Weekdays: [7]bool{false, false, true}})
	across := luotian().Limited(&calendar.Part{Segments: []calendar.Segment{seg(11*hour, 15*hour)}})
	for _, c := range []struct {
		hours      *calendar.Hours
		now        string
		open       bool
		next, end  string
		reasonless bool
	}{
		{mornings, "2026-03-02 08:29:59", false, "2026-03-02 08:30:00", "", false},
		{mornings, "2026-03-02 08:30:00", true, "", "2026-03-02 11:00:00", true},
		{mornings, "2026-03-02 11:00:00", false, "2026-03-03 08:30:00", "", false},
		{mornings, "2026-03-05 09:00:00", false, "2026-03-06 08:30:00", "", false}, // the hall is closed by override
		{mornings, "2026-03-07 09:30:00", true, "", "2026-03-07 11:00:00", true},   // and open on a Saturday
		{tuesdays, "2026-03-02 09:00:00", false, "2026-03-03 08:00:00", "", false},
		{tuesdays, "2026-03-03 16:59:59", true, "", "2026-03-03 17:00:00", true},
		{across, "2026-03-02 12:00:00", false, "2026-03-02 14:00:00", "", false},
		{across, "2026-03-02 14:59:59", true, "", "2026-03-02 15:00:00", true},
		{luotian().Limited(nil), "2026-03-02 14:59:59", true, "", "2026-03-02 17:00:00", true},
		{luotian().Limited(&calendar.Part{}), "2026-03-02 14:59:59", true, "", "2026-03-02 17:00:00", true},
	} {
		s := c.hours.At(at(c.now))
		say := func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.In(china).Format(time.DateTime)
		}
		if s.Open != c.open || say(s.Next) != c.next || say(s.End) != c.end || (s.Reason.ZH == "") != c.reasonless {
			t.Errorf("%s: open %v, next %q, end %q, reason %q; want %+v", c.now, s.Open, say(s.Next), say(s.End), s.Reason.ZH, c)
		}
	}
	if s := tuesdays.At(at("2026-03-02 09:00:00")); s.Reason != calendar.NotToday {
		t.Errorf("on a Monday: %q", s.Reason.ZH)
	}
	if s := luotian().At(at("2026-03-02 07:00:00")); !luotian().Begin(s).Equal(at("2026-03-02 07:50:00")) {
		t.Errorf("tickets are given from %s", luotian().Begin(s))
	}
}

func TestNear(t *testing.T) {
	h := luotian()
	limited := h.Limited(&calendar.Part{Weekdays: [7]bool{false, false, true}})
	for now, want := range map[string]bool{
		"2026-03-02 06:59:59": false, "2026-03-02 07:00:00": true, "2026-03-02 12:30:00": true, "2026-03-02 12:30:01": false,
		"2026-03-02 13:00:00": true, "2026-03-02 18:00:00": true, "2026-03-02 18:00:01": false, "2026-03-01 03:00:00": true,
	} {
		if got := h.Near(at(now), time.Hour); got != want {
			t.Errorf("%s: near %v, want %v", now, got, want)
		}
		if limited.Near(at("2026-03-02 09:00:00"), time.Hour) {
			t.Error("what is not given on a Monday is near on a Monday")
		}
	}
}
