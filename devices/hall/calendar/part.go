package calendar

import (
	"slices"
	"time"
)

// Part is when one service is given within the hall's hours, for example in
// the mornings only. An empty Part is the whole of them.
type Part struct {
	Weekdays [7]bool   // of the service, Sunday first; none set is every day
	Segments []Segment // none is all day
}

// Limited is the hours of a hall for what is given at parts of them only; nil
// is no limit. Where a day has nothing in common with the part, the reason is
// NotToday.
func (h *Hours) Limited(to *Part) *Hours {
	if to == nil {
		return h
	}
	limited := *h
	limited.only = to
	return &limited
}

// common is what the hours of a weekday have in common with the part.
func (p *Part) common(day int, hours []Segment) []Segment {
	if p.Weekdays != [7]bool{} && !p.Weekdays[day] {
		return nil
	}
	if len(p.Segments) == 0 {
		return hours
	}
	var list []Segment
	for _, a := range hours {
		for _, b := range p.Segments {
			if s := (Segment{max(a.From, b.From), min(a.To, b.To)}); s.From < s.To {
				list = append(list, s)
			}
		}
	}
	slices.SortFunc(list, func(a, b Segment) int { return int(a.From - b.From) })
	return list
}

// Near tells whether a moment is within the hours of its date, or not more
// than by before or after one of their segments. On a day off of the whole hall
// it is always true, when what the hours are for is not at all given today
// never.
func (h *Hours) Near(now time.Time, by time.Duration) bool {
	t := now.In(h.Zone)
	segments, reason := h.On(t)
	for _, g := range segments {
		if !now.Before(h.at(t, g.From).Add(-by)) && !now.After(h.at(t, g.To).Add(by)) {
			return true
		}
	}
	return len(segments) == 0 && reason != NotToday
}
