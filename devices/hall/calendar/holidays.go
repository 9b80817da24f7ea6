package calendar

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"time"

	"hallward/devices/contract"
)

//go:embed holidays.json
var official []byte

// Year is the official calendar of one year: the days off, and the Saturdays
// and Sundays that are working days instead (调休).
type Year struct {
	Source   string   `json:"source"`
	Holidays []Period `json:"holidays"`
	Workdays []string `json:"workdays"` // "01-04"
}

// Period is a run of days off, both ends included, as "02-15" to "02-23".
type Period struct {
	From string `json:"from"`
	To   string `json:"to"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
}

// days are all known years, by date "2006-01-02".
type days struct {
	years    map[int]bool
	holidays map[string]contract.Text2
	workdays map[string]bool
}

var known = mustRead(official)

func mustRead(data []byte) days {
	d, err := read(data)
	if err != nil {
		panic(err)
	}
	return d
}

func read(data []byte) (days, error) {
	var years map[int]Year
	if err := json.Unmarshal(data, &years); err != nil {
		return days{}, fmt.Errorf("calendar: holidays: %w", err)
	}
	d := days{years: map[int]bool{}, holidays: map[string]contract.Text2{}, workdays: map[string]bool{}}
	for n, y := range years {
		d.years[n] = true
		for _, p := range y.Holidays {
			from, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", n, p.From))
			if err != nil {
				return days{}, fmt.Errorf("calendar: holidays of %d: %w", n, err)
			}
			to, err := time.Parse(time.DateOnly, fmt.Sprintf("%04d-%s", n, p.To))
			if err != nil {
				return days{}, fmt.Errorf("calendar: holidays of %d: %w", n, err)
			}
			for t := from; !t.After(to); t = t.AddDate(0, 0, 1) {
				d.holidays[t.Format(time.DateOnly)] = contract.Text2{ZH: p.ZH, EN: p.EN}
			}
		}
		for _, w := range y.Workdays {
			d.workdays[fmt.Sprintf("%04d-%s", n, w)] = true
		}
	}
	return d, nil
}

// Known tells whether the official calendar of a year is on board. Without it
// a day off by notice is not known, and weekends are assumed to be free.
func Known(year int) bool { return known.years[year] }

// Missing is the year whose official calendar is needed soon and not there:
// this year at once, the next from November on (R-CAL-08). 0 is none.
func Missing(today time.Time) int {
	y := today.Year()
	switch {
	case !Known(y):
		return y
	case today.Month() >= time.November && !Known(y+1):
		return y + 1
	}
	return 0
}
