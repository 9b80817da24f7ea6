package queue

import "math"

// Desk is an open window in a forecast.
type Desk struct {
	ID   string
	Busy float64 // minutes until it is free, by expectation
}

// Forecast is when each open window will be free once everybody who waits now
// has been served, in minutes from now.
type Forecast struct{ desks []Desk }

// Foresee serves the waiting in order, each at the window that is free first
// among those that may call it. windows names them for a ticket, mean gives
// the minutes of its service. Who has no open window is passed over.
func Foresee(desks []Desk, waiting []*Ticket, windows func(*Ticket) []string, mean func(*Ticket) float64) Forecast {
	f := Forecast{desks: append([]Desk(nil), desks...)}
	for _, t := range waiting {
		if d := f.first(windows(t)); d != nil {
			d.Busy += mean(t)
		}
	}
	return f
}

func (f Forecast) first(windows []string) *Desk {
	var first *Desk
	for i := range f.desks {
		d := &f.desks[i]
		for _, w := range windows {
			if w == d.ID && (first == nil || d.Busy < first.Busy) {
				first = d
			}
		}
	}
	return first
}

// Open is how many of the windows are open.
func (f Forecast) Open(windows []string) int {
	n := 0
	for _, d := range f.desks {
		for _, w := range windows {
			if w == d.ID {
				n++
			}
		}
	}
	return n
}

// UnknownWait is told when no window is open that could serve.
const UnknownWait = -1

// Wait is the expected wait of the next ticket for one of these windows, in
// minutes: 0.8 to 1.25 times the expectation, widened to steps of five. 0 and
// 0 is "at once".
func (f Forecast) Wait(windows []string) (from, to int) {
	d := f.first(windows)
	if d == nil {
		return UnknownWait, UnknownWait
	}
	return 5 * int(math.Floor(d.Busy*0.8/5)), 5 * int(math.Ceil(d.Busy*1.25/5))
}
