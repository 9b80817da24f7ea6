package console

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// What the manager posts (notices, the duty roster) and reads of the day.

// dressDays is how many days the reminder of the dress stands on the pages:
// both dates of S4 6.2.1 are public holidays or follow a weekend often enough.
const dressDays = 7

// dress reminds of the change of dress on 1 May and 1 November (R-WIN-08); ""
// on other days. It follows the month, whatever the season of the hours.
func dress(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	switch {
	case err != nil || t.Day() > dressDays:
		return ""
	case t.Month() == time.May:
		return "5月1日起着春夏装（5月至10月）"
	case t.Month() == time.November:
		return "11月1日起着秋冬装（11月至次年4月）"
	}
	return ""
}

// long is a time in minutes and seconds, "—" for none.
func long(seconds int) string {
	switch {
	case seconds < 0:
		return "—"
	case seconds < 60:
		return fmt.Sprintf("%d 秒", seconds)
	}
	return fmt.Sprintf("%d 分 %02d 秒", seconds/60, seconds%60)
}

// weekday is the day of the week of a date.
func weekday(date string) string {
	t, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return "周" + string([]rune("日一二三四五六")[t.Weekday()])
}

// GoodShare is how many of 100 ratings were satisfied.
func (f Figures) GoodShare() int {
	if f.Rated == 0 {
		return 0
	}
	return (100*f.Good + f.Rated/2) / f.Rated
}

// DayTotal sums the windows up.
func (h hallData) DayTotal() (sum Figures) {
	for _, f := range h.WindowDay {
		sum.Called += f.Called
		sum.Served += f.Served
		sum.Missed += f.Missed
	}
	return sum
}

// ResultWords are what came of the services, most first.
func (f Figures) ResultWords() string {
	type count struct {
		word string
		n    int
	}
	var list []count
	for _, r := range results {
		if n := f.Results[r.Value]; n > 0 {
			list = append(list, count{r.Label, n})
		}
	}
	slices.SortStableFunc(list, func(a, b count) int { return cmp.Compare(b.n, a.n) })
	var words []string
	for _, c := range list {
		words = append(words, fmt.Sprintf("%s %d", c.word, c.n))
	}
	return strings.Join(words, "、")
}

// Period is when a notice is shown, in words.
func (h hallData) Period(n contract.Notice) string {
	at := func(t time.Time) string { return t.In(h.location()).Format("1月2日 15:04") }
	switch {
	case n.From.IsZero() && n.Until.IsZero():
		return "长期"
	case n.Until.IsZero():
		return at(n.From) + " 起"
	case n.From.IsZero():
		return "至 " + at(n.Until)
	}
	return at(n.From) + " 至 " + at(n.Until)
}

// Coming tells whether a notice is not shown yet.
func (h hallData) Coming(n contract.Notice) bool { return n.From.After(h.At) }

// ZoneNames says where a notice is shown.
func (h hallData) ZoneNames(ids []string) string {
	if len(ids) == 0 {
		return "全部区域"
	}
	names := slices.Clone(ids)
	for i, id := range ids {
		for _, z := range h.Catalogue.Zones {
			if z.ID == id {
				names[i] = z.Name.ZH
			}
		}
	}
	return strings.Join(names, "、")
}

// onDuty says who is on duty on a day, "" for nobody.
func onDuty(d contract.DutyDay) string {
	var words []string
	for _, o := range d.Officers {
		w := o.Name + "（" + o.Post.ZH + "）"
		words = append(words, strings.Join(strings.Fields(w+" "+o.Place.ZH), " "))
	}
	return strings.Join(words, "、")
}

func (s Snapshot) location() *time.Location {
	if s.Location == nil {
		return time.UTC
	}
	return s.Location
}

// draft is a notice as the manager typed it: times are the hall's local
// "2006-01-02T15:04", "" for none.
type draft struct {
	contract.Notice
	From  string `json:"from"`
	Until string `json:"until"`
}

// notice is the draft with its times in the hall's zone.
func (d draft) notice(zone *time.Location) (contract.Notice, bool) {
	n := d.Notice
	for _, t := range []struct {
		text string
		into *time.Time
	}{{d.From, &n.From}, {d.Until, &n.Until}} {
		if t.text == "" {
			continue
		}
		at, err := time.ParseInLocation("2006-01-02T15:04", t.text, zone)
		if err != nil {
			return n, false
		}
		*t.into = at.UTC()
	}
	return n, true
}
