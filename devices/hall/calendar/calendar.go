// Package calendar knows when a hall is open: its hours by weekday and season,
// the official holidays and make-up working days, its exceptions, and which
// business day a moment belongs to.
//
// Everything is computed from a time and a zone that come in as arguments. The
// business day belongs to the hall, not to midnight: it begins at DayStart, so
// that late service after closing still counts for the day.
package calendar

import (
	"fmt"
	"time"

	"hallward/devices/contract"
)

// Clock is a time of day in minutes after midnight, 0 to 1440.
type Clock int

// ParseClock reads "08:00"; "24:00" is the end of the day.
func ParseClock(s string) (Clock, error) {
	var h, m int
	if n, err := fmt.Sscanf(s, "%02d:%02d", &h, &m); n != 2 || err != nil || len(s) != 5 ||
		h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("want a time of day such as 08:00")
	}
	return Clock(h*60 + m), nil
}

// UnmarshalText is ParseClock.
func (c *Clock) UnmarshalText(b []byte) (err error) {
	*c, err = ParseClock(string(b))
	return err
}

func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// Segment is one stretch of opening hours; To is the moment of closing.
type Segment struct{ From, To Clock }

// MonthDay is a day of any year, "05-01".
type MonthDay struct {
	Month time.Month
	Day   int
}

// ParseMonthDay reads "05-01".
func ParseMonthDay(s string) (MonthDay, error) {
	t, err := time.Parse(time.DateOnly, "2024-"+s) // a leap year, so that 02-29 is a day
	if err != nil {
		return MonthDay{}, fmt.Errorf("want a day such as 05-01")
	}
	return MonthDay{t.Month(), t.Day()}, nil
}

// UnmarshalText is ParseMonthDay.
func (d *MonthDay) UnmarshalText(b []byte) (err error) {
	*d, err = ParseMonthDay(string(b))
	return err
}

func (d MonthDay) number() int { return int(d.Month)*100 + d.Day }

// Season (夏时制 / 冬时制) replaces the ordinary hours from From to To, both
// included. A season may run over the end of the year.
type Season struct {
	Name     string
	From, To MonthDay
	Segments []Segment
}

// Covers tells whether a date lies in the season.
func (s Season) Covers(t time.Time) bool {
	n, from, to := int(t.Month())*100+t.Day(), s.From.number(), s.To.number()
	if from <= to {
		return from <= n && n <= to
	}
	return n >= from || n <= to
}

// Override is an exception for one date: closed when it has no segments.
type Override struct {
	Segments []Segment
	Reason   contract.Text2
}

// Hours is the working time of a hall.
type Hours struct {
	Zone        *time.Location
	ZoneName    string // IANA, for the screens
	DayStart    Clock  // when the business day begins, e.g. 04:00
	IssueBefore int    // minutes before opening in which tickets are given already
	Weekdays    [7]bool
	Segments    []Segment
	Seasons     []Season
	Overrides   map[string]Override // by date, "2006-01-02"
	NoHolidays  bool                // open on official holidays, and weekends never made up

	only *Part // of Limited
}

// Day is the business day of a moment, "2006-01-02".
func (h *Hours) Day(now time.Time) string {
	t := now.In(h.Zone)
	if t.Hour()*60+t.Minute() < int(h.DayStart) {
		t = t.AddDate(0, 0, -1)
	}
	return t.Format(time.DateOnly)
}

// NextDay is when the next business day begins.
func (h *Hours) NextDay(now time.Time) time.Time {
	t := now.In(h.Zone)
	start := h.at(t, h.DayStart)
	if !start.After(now) {
		start = h.at(t.AddDate(0, 0, 1), h.DayStart)
	}
	return start
}

func (h *Hours) at(date time.Time, c Clock) time.Time {
	y, m, d := date.Date()
	return time.Date(y, m, d, 0, int(c), 0, 0, h.Zone)
}

// Reasons why a hall is closed.
var (
	BeforeHours = contract.Text2{ZH: "尚未到办公时间", EN: "The hall has not opened yet"}
	Lunch       = contract.Text2{ZH: "午间休息", EN: "Lunch break"}
	AfterHours  = contract.Text2{ZH: "今日办公时间已结束", EN: "Office hours are over for today"}
	Weekend     = contract.Text2{ZH: "休息日", EN: "Weekly day of rest"}
	ByNotice    = contract.Text2{ZH: "按通知暂停办公", EN: "Closed by notice"}
	NotToday    = contract.Text2{ZH: "该事项今天不受理", EN: "This service is not given today"}
)

// On is the hours of a date, and why there are none.
func (h *Hours) On(date time.Time) ([]Segment, contract.Text2) {
	date = date.In(h.Zone)
	segments, reason := h.hall(date)
	if h.only == nil || len(segments) == 0 {
		return segments, reason
	}
	if segments = h.only.common(int(date.Weekday()), segments); len(segments) == 0 {
		reason = NotToday
	}
	return segments, reason
}

// hall is On without the limits of a service.
func (h *Hours) hall(date time.Time) ([]Segment, contract.Text2) {
	key := date.Format(time.DateOnly)
	if o, ok := h.Overrides[key]; ok {
		if len(o.Segments) == 0 && o.Reason.ZH == "" {
			o.Reason = ByNotice
		}
		return o.Segments, o.Reason
	}
	if !h.NoHolidays {
		if name, off := known.holidays[key]; off {
			return nil, contract.Text2{ZH: name.ZH + "放假", EN: name.EN + " holiday"}
		}
	}
	if !h.Weekdays[date.Weekday()] && (h.NoHolidays || !known.workdays[key]) {
		return nil, Weekend
	}
	for _, s := range h.Seasons {
		if s.Covers(date) {
			return s.Segments, contract.Text2{}
		}
	}
	return h.Segments, contract.Text2{}
}

// WorkingDay tells whether the hall works on a date at all.
func (h *Hours) WorkingDay(date time.Time) bool {
	s, _ := h.On(date)
	return len(s) > 0
}

// Status is the hours at one moment.
type Status struct {
	Open     bool           // the hall serves
	Issuing  bool           // tickets are given
	Segments []Segment      // of today
	End      time.Time      // of the present segment when Open
	Next     time.Time      // the next opening when not Open; zero if there is none within a year
	Reason   contract.Text2 // why it is not open
}

// Begin is when tickets are given again; zero when they are given now, or when
// there is no opening within a year.
func (h *Hours) Begin(s Status) time.Time {
	if s.Issuing || s.Next.IsZero() {
		return time.Time{}
	}
	return s.Next.Add(-time.Duration(h.IssueBefore) * time.Minute)
}

// At tells how things stand at a moment. Issuing begins IssueBefore minutes
// before each segment and ends with it; who holds a number by then is still
// served (R-KIOSK-09).
func (h *Hours) At(now time.Time) Status {
	t := now.In(h.Zone)
	segments, reason := h.On(t)
	s := Status{Segments: segments, Reason: reason}
	before, after := false, false
	for _, g := range segments {
		from, to := h.at(t, g.From), h.at(t, g.To)
		early := from.Add(-time.Duration(h.IssueBefore) * time.Minute)
		if !now.Before(from) && now.Before(to) {
			s.Open, s.End = true, to
		}
		s.Issuing = s.Issuing || !now.Before(early) && now.Before(to)
		before = before || now.Before(from)
		after = after || !now.Before(to)
	}
	if s.Open {
		s.Reason = contract.Text2{}
		return s
	}
	switch {
	case before && after:
		s.Reason = Lunch
	case before:
		s.Reason = BeforeHours
	case after:
		s.Reason = AfterHours
	}
	s.Next = h.opening(now)
	return s
}

// opening is the first opening after now.
func (h *Hours) opening(now time.Time) time.Time {
	t := now.In(h.Zone)
	for i := range 366 {
		day := t.AddDate(0, 0, i)
		segments, _ := h.On(day)
		for _, g := range segments {
			if from := h.at(day, g.From); from.After(now) {
				return from
			}
		}
	}
	return time.Time{}
}

// NextChange is when At or Day will say something else.
func (h *Hours) NextChange(now time.Time) time.Time {
	next := h.NextDay(now)
	t := now.In(h.Zone)
	midnight := h.at(t.AddDate(0, 0, 1), 0)
	if midnight.Before(next) {
		next = midnight
	}
	segments, _ := h.On(t)
	for _, g := range segments {
		from := h.at(t, g.From)
		for _, c := range []time.Time{from.Add(-time.Duration(h.IssueBefore) * time.Minute), from, h.at(t, g.To)} {
			if c.After(now) && c.Before(next) {
				next = c
			}
		}
	}
	return next
}
