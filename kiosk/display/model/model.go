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
	Stale = time.Minute             // a call older than this is not announced any more
	Blink = 500 * time.Millisecond  // half a period of the flashing
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
	Joined    bool               `json:"joined"` // calls were seen at least once
	Seen      uint64             `json:"seen"`   // the last call that was announced, or let pass

	link    bool
	changed time.Time // of link
	queue   []contract.Call
	air     contract.Call
	since   time.Time // air is announced since then; zero is none
}

// Restore reads a State from a board's disk; the link is not there yet.
func Restore(raw []byte, now time.Time) (*State, error) {
	s := New(now)
	if err := json.Unmarshal(raw, s); err != nil {
		return New(now), fmt.Errorf("the board's last picture cannot be read: %w", err)
	}
	return s, nil
}

// New is a board that has heard nothing yet.
func New(now time.Time) *State { return &State{changed: now} }

// Link tells whether the hall is connected.
func (s *State) Link(up bool, now time.Time) {
	if up != s.link {
		s.link, s.changed = up, now
	}
}

// View takes a snapshot of the hall; the node has left out older ones
// (HALL-018). One that cannot be read changes nothing; the error says why.
func (s *State) View(name string, raw json.RawMessage, now time.Time) error {
	switch name {
	case contract.ViewCatalogue:
		return take(raw, &s.Catalogue)
	case contract.ViewQueue:
		return take(raw, &s.Queue)
	case contract.ViewWindows:
		return take(raw, &s.Windows)
	case contract.ViewNotices:
		return take(raw, &s.Notices)
	case contract.ViewCalendar:
		return take(raw, &s.Calendar)
	case contract.ViewCalls:
		if err := take(raw, &s.Calls); err != nil {
			return err
		}
		s.listen(now)
		return nil
	}
	return fmt.Errorf("view %q is not one of the board's", name)
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
	if c := s.Calls.Calls; len(c) > 0 && c[0].Call < s.Seen {
		s.Seen = c[0].Call // a hall with a new disk counts from 1 again
	}
	last := s.Seen
	for i := len(s.Calls.Calls) - 1; i >= 0; i-- {
		c := s.Calls.Calls[i]
		if c.Call <= s.Seen {
			continue
		}
		last = max(last, c.Call)
		if s.Joined && now.Sub(c.At) < Stale {
			s.queue = append(s.queue, c)
		}
	}
	s.Seen, s.Joined = last, true
	s.Tick(now)
}

// Tick lets the next call have its turn when it is time.
func (s *State) Tick(now time.Time) {
	for len(s.queue) > 0 && now.Sub(s.queue[0].At) >= Stale {
		s.queue = s.queue[1:]
	}
	on := now.Sub(s.since)
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
