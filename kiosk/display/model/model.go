// Package model is what a call board knows and shows, without any drawing: the
// views of the hall go in, a Screen comes out. There is no clock in it; time
// comes in as an argument.
//
// Each call is announced once, in order (HALL-019): a board that joins late,
// loses the link or starts again announces nothing old, and of calls that come
// together each has its turn.
package model

import (
	"encoding/json"
	"fmt"
	"time"

	"hallward/devices/contract"
)

// Times of an announcement.
const (
	OnAir = 8 * time.Second         // a call flashes so long, if no other waits
	Turn  = 2500 * time.Millisecond // and so long at least, if others wait
	Stale = time.Minute             // older calls are not announced after a time without the hall
	Blink = 500 * time.Millisecond  // half a period of the flashing: 1 Hz, a third of what may hurt (WCAG 2.3.1)
)

// Views are the views that a board reads.
var Views = []string{contract.ViewCatalogue, contract.ViewQueue, contract.ViewCalls, contract.ViewWindows, contract.ViewNotices, contract.ViewCalendar}

// State is everything that a board knows. As JSON it is what a board keeps on
// its disk, so that it shows its last good data at once after a start.
type State struct {
	Catalogue contract.Catalogue `json:"catalogue"`
	Queue     contract.Queue     `json:"queue"`
	Calls     contract.Calls     `json:"calls"`
	Windows   contract.Windows   `json:"windows"`
	Notices   contract.Notices   `json:"notices"`
	Calendar  contract.Calendar  `json:"calendar"`
	Joined    bool               `json:"joined"`  // calls were seen at least once
	Seen      uint64             `json:"seen"`    // the last call that was announced, or let pass
	SeenAt    time.Time          `json:"seen_at"` // the latest time of any call seen
	AsOf      time.Time          `json:"as_of"`   // the hall was there until then

	link  bool
	again bool // the next calls are the first after a time without the hall
	queue []contract.Call
	air   contract.Call
	since time.Time // air is announced since then; zero is none
}

// New is a board that has heard nothing yet.
func New() *State { return &State{again: true} }

// Restore reads a State from a board's disk; the link is not there yet. With an
// error comes a new State.
func Restore(raw []byte) (*State, error) {
	s := New()
	if err := json.Unmarshal(raw, s); err != nil {
		return New(), fmt.Errorf("the board's last picture cannot be read: %w", err)
	}
	return s, nil
}

// Keep is the State for a board's disk.
func (s *State) Keep(now time.Time) ([]byte, error) {
	if s.link {
		s.AsOf = now
	}
	return json.Marshal(s)
}

// Link tells whether the hall is connected.
func (s *State) Link(up bool, now time.Time) {
	if s.link && !up {
		s.AsOf, s.again = now, true
	}
	s.link = up
}

// Up tells whether the hall is connected.
func (s *State) Up() bool { return s.link }

// View takes a snapshot of the hall; the node has left out older ones
// (HALL-018). One that cannot be read changes nothing; the error says why.
func (s *State) View(name string, raw json.RawMessage, now time.Time) error {
	var err error
	switch name {
	case contract.ViewCatalogue:
		err = take(raw, &s.Catalogue)
	case contract.ViewQueue:
		err = take(raw, &s.Queue)
	case contract.ViewWindows:
		err = take(raw, &s.Windows)
	case contract.ViewNotices:
		err = take(raw, &s.Notices)
	case contract.ViewCalendar:
		err = take(raw, &s.Calendar)
	case contract.ViewCalls:
		if err = take(raw, &s.Calls); err == nil {
			s.listen(now)
		}
	default:
		err = fmt.Errorf("view %q is not one of the board's", name)
	}
	if err == nil {
		s.AsOf = now
	}
	return err
}

func take[V any](raw json.RawMessage, into *V) error {
	var v V
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*into = v
	return nil
}

// listen finds the calls that are new and puts them into the queue, the oldest
// first.
func (s *State) listen(now time.Time) {
	newest, at := uint64(0), s.SeenAt
	for _, c := range s.Calls.Calls {
		newest = max(newest, c.Call)
		if c.At.After(at) {
			at = c.At
		}
	}
	// A hall with a new disk counts from 1 again. An old snapshot has low
	// numbers too, but nothing in it is newer than what was seen.
	if newest > 0 && newest < s.Seen && at.After(s.SeenAt) {
		s.Seen, s.again = 0, true
	}
	for i := len(s.Calls.Calls) - 1; i >= 0; i-- {
		c := s.Calls.Calls[i]
		if c.Call > s.Seen && s.Joined && (!s.again || now.Sub(c.At) < Stale) {
			s.queue = append(s.queue, c)
		}
	}
	s.Seen, s.SeenAt, s.Joined, s.again = max(s.Seen, newest), at, true, false
	s.Tick(now)
}

// Tick lets the next call have its turn when it is time.
func (s *State) Tick(now time.Time) {
	on := now.Sub(s.since)
	if on < 0 { // the clock was set back
		s.since, on = now, 0
	}
	switch {
	case len(s.queue) > 0 && (s.since.IsZero() || on >= Turn):
		s.air, s.since = s.queue[0], now
		s.queue = s.queue[1:]
	case !s.since.IsZero() && on >= OnAir:
		s.since = time.Time{}
	}
}

// OnAirNow is the call that is being announced.
func (s *State) OnAirNow() (contract.Call, bool) { return s.air, !s.since.IsZero() }
