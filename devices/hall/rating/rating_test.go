package rating_test

import (
	"testing"
	"time"

	"hallward/devices/hall/rating"
)

// R-KEY-07: one service, one rating, whatever is pressed and how often.
func TestOnce(t *testing.T) {
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	var b rating.Book
	b.Begin(rating.Session{ID: "s1", Window: "w1", Opened: now})
	for range 3 {
		if err := b.Give("w1", "s1", 5, now); err != nil {
			t.Fatal(err)
		}
	}
	b.Miss("w1", "s1")
	if b.Given() != 1 || b.Levels[5] != 1 || b.Absent != 0 || len(b.Last) != 1 {
		t.Errorf("%+v, want one rating of level 5", b)
	}
	b.Begin(rating.Session{ID: "s2", Window: "w1", Opened: now})
	if err := b.Give("w1", "s1", 1, now); err != nil || b.Given() != 1 {
		t.Error("a closed session was rated through the next one")
	}
	b.Miss("w1", "s2")
	if b.Absent != 1 || b.Given() != 1 {
		t.Errorf("silence: %+v, want one absent and no rating", b)
	}
}

func TestLevels(t *testing.T) {
	for level := -1; level <= 7; level++ {
		if ok := rating.CheckLevel(level) == nil; ok != (level >= 1 && level <= 5) {
			t.Errorf("level %d accepted: %v", level, ok)
		}
	}
	var b rating.Book
	if b.Give("w1", "s1", 6, time.Time{}) == nil {
		t.Error("level 6 was taken")
	}
}

func TestExpired(t *testing.T) {
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	s := rating.Session{Opened: now}
	if s.Expired(now.Add(30*time.Second-1), 30*time.Second) || !s.Expired(now.Add(30*time.Second), 30*time.Second) {
		t.Error("a session of 30 s ends at 30 s")
	}
}
