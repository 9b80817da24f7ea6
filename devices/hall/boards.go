package hall

import (
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/calendar"
)

// The views of what the boards show beside calls (R-BOARD-02 … -06).

// NoticesView is what the boards show of notices: the setup's and those that
// were posted, by the beginning of their time, without what has expired. A
// notice stands there before its time, so that a board that is cut off then
// shows it all the same.
func (s *State) NoticesView(now time.Time) contract.Notices {
	return s.noticesOf(s.Notices, s.Now(now))
}

func (s *State) noticesOf(posted map[string]contract.NoticePosted, now time.Time) contract.Notices {
	var list []*contract.Notice // large, so that they are sorted by their places
	for i := range s.x.Notices {
		list = append(list, &s.x.Notices[i])
	}
	for _, id := range windows(posted) {
		p := posted[id]
		list = append(list, &p.Notice)
	}
	list = slices.DeleteFunc(list, func(n *contract.Notice) bool { return over(n.Until, now) })
	slices.SortStableFunc(list, func(a, b *contract.Notice) int { return a.From.Compare(b.From) })
	v := contract.Notices{Version: s.Applied, Notices: make([]contract.Notice, len(list))}
	for i, n := range list {
		v.Notices[i] = *n
	}
	return v
}

// ResultsView is the approvals that are public, the newest first.
func (s *State) ResultsView(now time.Time) contract.Results {
	return s.resultsOf(s.Results, s.Now(now))
}

func (s *State) resultsOf(public map[string]contract.Result, now time.Time) contract.Results {
	ids := slices.DeleteFunc(windows(public), func(id string) bool { return over(public[id].Until, now) })
	slices.SortStableFunc(ids, func(a, b string) int { return strings.Compare(public[b].Date, public[a].Date) })
	v := contract.Results{Version: s.Applied, Results: make([]contract.Result, len(ids))}
	for i, id := range ids {
		v.Results[i] = public[id]
	}
	return v
}

// DutyView is who is on duty today, by the date in the hall, and the days to
// come on which it is closed.
func (s *State) DutyView(now time.Time) contract.Duty {
	now = s.Now(now)
	day := s.date(now)
	return contract.Duty{Version: s.Applied, Day: day, Today: append([]contract.DutyOfficer{}, s.onDuty(day)...),
		Closed: s.closedDays(now), Phone: s.x.Hall.DutyPhone}
}

// DutyDays is the roster of so many days from today on, for who writes it.
func (s *State) DutyDays(now time.Time, days int) []contract.DutyDay {
	y, m, d := s.Now(now).In(s.x.Hours.Zone).Date()
	list := make([]contract.DutyDay, days)
	for i := range list {
		day := time.Date(y, m, d+i, 12, 0, 0, 0, s.x.Hours.Zone).Format(time.DateOnly)
		list[i] = contract.DutyDay{Day: day, Officers: append([]contract.DutyOfficer{}, s.onDuty(day)...)}
	}
	return list
}

// date is the date in the hall: a roster changes at midnight, not with the
// business day.
func (s *State) date(now time.Time) string { return now.In(s.x.Hours.Zone).Format(time.DateOnly) }

// onDuty is who is on duty on a day: as it was set, or else as configured.
func (s *State) onDuty(day string) []contract.DutyOfficer {
	if d, set := s.Duty[day]; set {
		return d.Officers
	}
	date, _ := time.Parse(time.DateOnly, day)
	for _, name := range []string{day, strings.ToLower(date.Format("Mon"))} { // a date goes before its day of the week
		for _, d := range s.x.Roster {
			if d.Day == name {
				return d.Officers
			}
		}
	}
	return nil
}

// closedDays are the stretches of closed days that begin within ClosedAhead
// days or last today. Ordinary weekends are no news; where they lie beside a
// holiday they belong to it (R-BOARD-05).
func (s *State) closedDays(now time.Time) []contract.ClosedDay {
	if s.Clock.doubted() {
		return nil
	}
	y, m, d := now.In(s.x.Hours.Zone).Date()
	on := func(i int) (date string, closed bool, why contract.Text2) {
		day := time.Date(y, m, d+i, 12, 0, 0, 0, s.x.Hours.Zone)
		hours, reason := s.x.Hours.On(day)
		return day.Format(time.DateOnly), len(hours) == 0, reason
	}
	const longest = 60 // days; a hall that is closed for longer is closed, not on holiday
	from := 0
	for _, closed, _ := on(from); closed && from > -longest; _, closed, _ = on(from) {
		from--
	}
	var list []contract.ClosedDay
	for i := from; i <= s.x.ClosedAhead; i++ {
		first, closed, _ := on(i)
		if !closed {
			continue
		}
		c := contract.ClosedDay{From: first, To: first}
		var reasons []contract.Text2
		for range longest {
			date, closed, why := on(i)
			if !closed {
				break
			}
			c.To = date
			if why != calendar.Weekend && !slices.Contains(reasons, why) {
				reasons = append(reasons, why)
			}
			i++
		}
		for _, r := range reasons {
			c.Reason = contract.Text2{ZH: joined(c.Reason.ZH, "、", r.ZH), EN: joined(c.Reason.EN, ", ", r.In("en"))}
		}
		if len(reasons) > 0 {
			list = append(list, c)
		}
	}
	return list
}

func joined(a, between, b string) string {
	if a == "" {
		return b
	}
	return a + between + b
}
