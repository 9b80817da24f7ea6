// Package rating (好差评) holds the rule "one service, one rating": a finished
// service may be rated once at its window, for a short while. Silence is "not
// rated", which is a count of its own and never "satisfied" (R-KEY-07, -08). A
// press while no rating is open at the window counts for nothing (R-KEY-09).
package rating

import (
	"fmt"
	"slices"
	"time"
)

// Session is a finished service that may be rated.
type Session struct {
	ID     string    `json:"id"`
	Ticket string    `json:"ticket"`
	Number string    `json:"number"`
	Window string    `json:"window"`
	Staff  string    `json:"staff"` // who served, even if somebody else sits there by now
	Opened time.Time `json:"opened"`
}

// Book is the ratings of one business day.
type Book struct {
	Open   map[string]Session `json:"open"`   // by window
	Levels [6]int             `json:"levels"` // given ratings by level 1..5; 0 is not used
	Absent int                `json:"absent"` // citizens who pressed nothing
	Last   []Given            `json:"last"`   // newest first, at most Keep
}

// Keep is how many ratings the book remembers one by one.
const Keep = 50

// Given is one rating.
type Given struct {
	Session
	Level int       `json:"level"`
	At    time.Time `json:"at"`
}

// Given is how many citizens have rated.
func (b *Book) Given() int {
	n := 0
	for _, c := range b.Levels {
		n += c
	}
	return n
}

// Expired tells whether a session can no longer be rated.
func (s Session) Expired(now time.Time, life time.Duration) bool {
	return !now.Before(s.Opened.Add(life))
}

// CheckLevel says whether a level is one of GB/T 39734 7.3: 5 (非常满意) to 1
// (非常不满意).
func CheckLevel(level int) error {
	if level < 1 || level > 5 {
		return fmt.Errorf("rating level %d: want 1 to 5", level)
	}
	return nil
}

// Begin opens a session at its window.
func (b *Book) Begin(s Session) {
	if b.Open == nil {
		b.Open = map[string]Session{}
	}
	b.Open[s.Window] = s
}

// Give closes a session with a level and counts it; a session that is not open
// is not counted again.
func (b *Book) Give(window, session string, level int, at time.Time) error {
	if err := CheckLevel(level); err != nil {
		return err
	}
	s, ok := b.Open[window]
	if !ok || s.ID != session {
		return nil
	}
	delete(b.Open, window)
	b.Levels[level]++
	b.Last = slices.Insert(b.Last[:min(len(b.Last), Keep-1)], 0, Given{Session: s, Level: level, At: at})
	return nil
}

// Miss closes a session without a rating.
func (b *Book) Miss(window, session string) {
	if s, ok := b.Open[window]; ok && s.ID == session {
		delete(b.Open, window)
		b.Absent++
	}
}
