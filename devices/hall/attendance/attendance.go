// Package attendance (考勤) takes in the punches of the terminals: each once
// (R-ATT-20), none thrown away because it looks odd (R-ATT-21), and several
// touches within a minute folded only where results are computed (R-ATT-23).
package attendance

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// Key is what makes a punch the same punch however often a terminal sends it:
// terminal, person, local second, way of verification and state.
func Key(p contract.PunchRecorded) string {
	return fmt.Sprintf("%s|%s|%s|%d|%d", p.Terminal, p.Person, p.Local, p.Verify, p.State)
}

// Lead is how far a terminal's clock may be ahead before its punches are
// suspect.
const Lead = 2 * time.Minute

// Verify codes of terminals for a number that was typed without any proof
// (ADMS table 2.3): anybody can type a number.
const (
	UnverifiedPIN   = 16
	UnverifiedBadge = 17
)

// Suspect names what is odd about a punch, "" for nothing: "future",
// "unverified", or both with a comma. A suspect punch is recorded and held for
// review.
func Suspect(p contract.PunchRecorded) string {
	var odd []string
	if !p.Received.IsZero() && p.At.After(p.Received.Add(Lead)) {
		odd = append(odd, "future")
	}
	if p.Verify == UnverifiedPIN || p.Verify == UnverifiedBadge {
		odd = append(odd, "unverified")
	}
	return strings.Join(odd, ",")
}

// Memory is how many days back a punch is known again. An older one is a
// terminal sending its whole log once more.
const Memory = 93

// ShownToday is how many punches of today are kept for the console.
const ShownToday = 500

// Book is what the hall remembers of punches.
type Book struct {
	Seen  map[string]map[string]bool `json:"seen"`  // local date → key
	Today []contract.PunchRecorded   `json:"today"` // in order of receipt, the last ShownToday
}

// Date is the local date of a punch, "2006-01-02", or an error when Local is
// not a time.
func Date(p contract.PunchRecorded) (string, error) {
	t, err := time.Parse(time.DateTime, p.Local)
	if err != nil {
		return "", fmt.Errorf("punch time %.40q: want 2006-01-02 15:04:05", p.Local)
	}
	return t.Format(time.DateOnly), nil
}

// Known tells whether the punch was recorded before.
func (b *Book) Known(p contract.PunchRecorded) bool {
	date, err := Date(p)
	return err == nil && b.Seen[date][Key(p)]
}

// Record takes a punch into the book.
func (b *Book) Record(p contract.PunchRecorded) error {
	date, err := Date(p)
	if err != nil {
		return err
	}
	if b.Seen == nil {
		b.Seen = map[string]map[string]bool{}
	}
	if b.Seen[date] == nil {
		b.Seen[date] = map[string]bool{}
	}
	b.Seen[date][Key(p)] = true
	b.Today = append(b.Today, p)
	if n := len(b.Today); n > ShownToday {
		b.Today = slices.Clone(b.Today[n-ShownToday:])
	}
	return nil
}

// Oldest is the first local date whose punches are still known again.
func Oldest(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return t.AddDate(0, 0, -Memory).Format(time.DateOnly)
}

// NewDay empties the list of today and forgets what is older than Memory. It
// replaces the maps of the book and leaves the old ones as they are.
func (b *Book) NewDay(day string) {
	b.Today = nil
	oldest := Oldest(day)
	seen := make(map[string]map[string]bool, len(b.Seen))
	for date, keys := range b.Seen {
		if date >= oldest {
			seen[date] = keys
		}
	}
	b.Seen = seen
}

// Touch is one coming or going: the first punch, and how many more were folded
// into it.
type Touch struct {
	contract.PunchRecorded
	Folded int
}

// Fold joins punches of one person that follow the first within a span: five
// touches in a minute are one. The records themselves stay as they are.
func Fold(punches []contract.PunchRecorded, within time.Duration) []Touch {
	sorted := slices.Clone(punches)
	slices.SortStableFunc(sorted, func(a, b contract.PunchRecorded) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), a.At.Compare(b.At))
	})
	var touches []Touch
	for _, p := range sorted {
		if n := len(touches); n > 0 && touches[n-1].Person == p.Person && p.At.Sub(touches[n-1].At) <= within {
			touches[n-1].Folded++
			continue
		}
		touches = append(touches, Touch{PunchRecorded: p})
	}
	return touches
}
