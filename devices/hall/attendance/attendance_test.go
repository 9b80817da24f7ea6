package attendance_test

import (
	"fmt"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/attendance"
)

func punch(person, local string) contract.PunchRecorded {
	at, _ := time.Parse(time.DateTime, local)
	return contract.PunchRecorded{Terminal: "T1", Person: person, Local: local, At: at, Received: at, Verify: 1}
}

// R-ATT-20: a punch that a terminal sends again is known, until it is old.
func TestOnce(t *testing.T) {
	var b attendance.Book
	p := punch("1001", "2026-03-02 07:55:10")
	if b.Known(p) {
		t.Fatal("known before it was recorded")
	}
	if err := b.Record(p); err != nil {
		t.Fatal(err)
	}
	other := p
	other.State = 1
	if !b.Known(p) || b.Known(other) {
		t.Errorf("known %v, with another state %v; want true, false", b.Known(p), b.Known(other))
	}
	b.NewDay("2026-03-03")
	if !b.Known(p) || len(b.Today) != 0 {
		t.Error("a new day empties the list and keeps the memory")
	}
	b.NewDay("2026-06-04")
	if b.Known(p) {
		t.Error("known after Memory days")
	}
}

// A shallow copy of a book is not touched by a new day of the other.
func TestNewDayLeavesCopies(t *testing.T) {
	var b attendance.Book
	p := punch("1001", "2026-03-02 07:55:10")
	if err := b.Record(p); err != nil {
		t.Fatal(err)
	}
	copied := b
	copied.NewDay("2027-01-01")
	if !b.Known(p) {
		t.Error("a new day reached into a copy")
	}
}

func TestBounded(t *testing.T) {
	var b attendance.Book
	for i := range attendance.ShownToday + 10 {
		if err := b.Record(punch(fmt.Sprint(i), "2026-03-02 08:00:00")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.Today); n != attendance.ShownToday || b.Today[n-1].Person != fmt.Sprint(attendance.ShownToday+9) {
		t.Errorf("%d punches kept, last %s", n, b.Today[n-1].Person)
	}
	if b.Record(contract.PunchRecorded{Local: "2026-02-30 08:00:00"}) == nil {
		t.Error("a day that does not exist was recorded")
	}
}

// R-ATT-21: a punch from the future, or of a typed number, is marked.
func TestSuspect(t *testing.T) {
	p := punch("1001", "2026-03-02 08:00:00")
	for _, c := range []struct {
		ahead  time.Duration
		verify int
		want   string
	}{
		{0, 1, ""}, {2 * time.Minute, 1, ""}, {2*time.Minute + time.Second, 1, "future"},
		{0, 16, "unverified"}, {0, 17, "unverified"}, {time.Hour, 17, "future,unverified"}, {-time.Hour, 15, ""},
	} {
		q := p
		q.At, q.Verify = p.At.Add(c.ahead), c.verify
		if got := attendance.Suspect(q); got != c.want {
			t.Errorf("ahead %s, verify %d: %q, want %q", c.ahead, c.verify, got, c.want)
		}
	}
}

// R-ATT-23: five touches in 60 s are one, and four folded.
func TestFold(t *testing.T) {
	var ps []contract.PunchRecorded
	for i := range 5 {
		ps = append(ps, punch("1001", fmt.Sprintf("2026-03-02 08:00:%02d", i*12)))
	}
	ps = append(ps, punch("1002", "2026-03-02 08:00:05"), punch("1001", "2026-03-02 08:01:01"))
	got := attendance.Fold(ps, time.Minute)
	if len(got) != 3 || got[0].Folded != 4 || got[1].Folded != 0 || got[2].Person != "1002" {
		t.Errorf("folded to %+v", got)
	}
}
