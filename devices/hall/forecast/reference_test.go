package forecast_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"hallward/devices/hall/forecast"
)

var nine = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The checked run of the published algorithm: average 10 minutes, 2 desks, a
// raised ticket 50, an appointment in five minutes, four walk-ins. Every figure
// is that of the published system.
func TestReferenceAgrees(t *testing.T) {
	queue := []forecast.Entry{
		{Number: 11, Priority: forecast.Ordinary, At: nine.Add(-20 * time.Minute)},
		{Number: 12, Priority: forecast.Ordinary, At: nine.Add(-15 * time.Minute)},
		{Number: 1000, Appointment: true, At: nine.Add(5 * time.Minute)},
		{Number: 14, Priority: forecast.Ordinary, At: nine.Add(-5 * time.Minute)},
		{Number: 13, Priority: forecast.Ordinary, At: nine.Add(-10 * time.Minute)},
		{Number: 50, Priority: forecast.Urgent, At: nine.Add(-time.Minute)},
	}
	told, newcomer, err := forecast.Reference(10, 2, nine, queue)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range told {
		got = append(got, fmt.Sprintf("%d %d/%d", e.Number, e.Minutes, e.Optimistic))
	}
	want := []string{"50 5/0", "1000 8/5", "11 15/4", "12 20/8", "13 25/12", "14 30/16"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the queue is told %q, want %q", got, want)
	}
	if newcomer.Minutes != 35 || newcomer.Optimistic != 20 {
		t.Errorf("a newcomer is told %d/%d, want 35/20", newcomer.Minutes, newcomer.Optimistic)
	}
}

func TestReferenceOrder(t *testing.T) {
	at := func(m int) time.Time { return nine.Add(time.Duration(m) * time.Minute) }
	for _, c := range []struct {
		name  string
		queue []forecast.Entry
		want  string
	}{
		{"nobody", nil, "[] 10/0"},
		{"a raised walk-in before the appointment it came before",
			[]forecast.Entry{{Number: 1, Appointment: true, At: at(1)}, {Number: 2, Priority: forecast.Raised, At: at(-5)}}, "[2 1] 30/16"},
		{"and after the one it came after",
			[]forecast.Entry{{Number: 1, Appointment: true, At: at(-9)}, {Number: 2, Priority: forecast.Raised, At: at(-5)}}, "[1 2] 30/16"},
		{"an ordinary walk-in after a due appointment",
			[]forecast.Entry{{Number: 1, Appointment: true, At: at(2)}, {Number: 2, Priority: forecast.Ordinary, At: at(-5)}}, "[1 2] 30/16"},
		{"an appointment of the afternoon keeps nobody waiting",
			[]forecast.Entry{{Number: 1, Appointment: true, At: at(300)}, {Number: 2, Priority: forecast.Ordinary, At: at(-5)}}, "[2 1] 20/8"},
	} {
		told, newcomer, err := forecast.Reference(10, 1, nine, c.queue)
		order := []int{}
		for _, e := range told {
			order = append(order, e.Number)
		}
		if got := fmt.Sprintf("%v %d/%d", order, newcomer.Minutes, newcomer.Optimistic); got != c.want || err != nil {
			t.Errorf("%s: %s, want %s (%v)", c.name, got, c.want, err)
		}
	}
}

// The published algorithm throws on an empty or zero average; here it is a
// plain "unknown".
func TestReferenceUnknown(t *testing.T) {
	for _, c := range []struct {
		average float64
		desks   int
	}{{0, 2}, {-3, 2}, {math.NaN(), 2}, {math.Inf(1), 2}, {10, 0}, {10, -1}} {
		if told, _, err := forecast.Reference(c.average, c.desks, nine, nil); !errors.Is(err, forecast.Unknown) || told != nil {
			t.Errorf("average %g, %d desks: %v, %v, want unknown", c.average, c.desks, told, err)
		}
	}
}
