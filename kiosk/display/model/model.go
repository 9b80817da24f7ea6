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
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/voice/heard"
)

// Times of an announcement.
const (
	OnAir   = 8 * time.Second         // a call flashes so long, if no other waits
	Turn    = 2500 * time.Millisecond // and so long at least, if others wait
	Stale   = heard.Stale             // older calls are not announced after a time without the hall
	catchUp = 5 * time.Second         // is enough to read what came while the machine slept
	Blink   = 500 * time.Millisecond  // half a period of the flashing: 1 Hz, a third of what may hurt (WCAG 2.3.1)
)

// Views are the views that a board reads.
var Views = []string{contract.ViewCatalogue, contract.ViewQueue, contract.ViewCalls, contract.ViewWindows, contract.ViewNotices, contract.ViewCalendar,
	contract.ViewDuty, contract.ViewResults}

// State is everything that a board knows. As JSON it is what a board keeps on
// its disk, so that it shows its last good data at once after a start.
type State struct {
	Catalogue contract.Catalogue `json:"catalogue"`
	Queue     contract.Queue     `json:"queue"`
	Calls     contract.Calls     `json:"calls"`
	Windows   contract.Windows   `json:"windows"`
	Notices   contract.Notices   `json:"notices"`
	Calendar  contract.Calendar  `json:"calendar"`
	Duty      contract.Duty      `json:"duty"`
	Results   contract.Results   `json:"results"`
	AsOf      time.Time          `json:"as_of"`  // the hall was there until then
	Posted    []string           `json:"posted"` // ids of the notices that are read out
	heard.Ear                    // what was announced, as every voice of the hall finds it too

	layout   Layout
	pictures map[string][]string // folder → pictures in it
	refused  []Refusal
	link     bool
	posts    bool      // notices were seen since the hall is there
	awake    time.Time // the board was at work then
	drowsy   time.Time // what comes until then may have lain in a buffer while it was not
	queue    []turn
	air      contract.Call
	since    time.Time // air is announced since then; zero is none
	slots    [2]slot   // so that of two calls in turn each caption stays its time
	toRead   []Caption // notices that are being read out
	rungs    map[string]rung
}

// New is a board that has heard nothing yet.
func New() *State { return &State{layout: Plain} }

// Lay arranges the board.
func (s *State) Lay(l Layout) { s.layout = l }

// Pictures tells what pictures a folder of a slides page holds now, by the names
// by which the drawing knows them.
func (s *State) Pictures(folder string, names []string) {
	if s.pictures == nil {
		s.pictures = map[string][]string{}
	}
	s.pictures[folder] = names
}

// Restore reads a State from a board's disk; the link is not there yet. With an
// error comes a new State.
func Restore(raw []byte) (*State, error) {
	s := New()
	if err := json.Unmarshal(raw, s); err != nil {
		return New(), fmt.Errorf("the board's last picture cannot be read: %w", err)
	}
	for _, v := range Views { // the list of words may be another than last time
		s.decent(v)
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
		s.AsOf = now
		s.Away()
		s.posts = false
	}
	s.link = up
}

// Up tells whether the hall is connected.
func (s *State) Up() bool { return s.link }

// View takes a snapshot of the hall; the node has left out older ones
// (HALL-018). One that cannot be read changes nothing; the error says why.
func (s *State) View(name string, raw json.RawMessage, now time.Time) error {
	s.wake(now)
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
	case contract.ViewDuty:
		err = take(raw, &s.Duty)
	case contract.ViewResults:
		err = take(raw, &s.Results)
	case contract.ViewCalendar:
		err = take(raw, &s.Calendar)
	case contract.ViewCalls:
		err = take(raw, &s.Calls)
	default:
		err = fmt.Errorf("view %q is not one of the board's", name)
	}
	if err != nil {
		return err
	}
	s.AsOf = now
	s.decent(name)
	switch name {
	case contract.ViewCalls:
		s.listen(now)
	case contract.ViewNotices:
		s.spoken(now)
		s.Tick(now)
	}
	return nil
}

func take[V any](raw json.RawMessage, into *V) error {
	var v V
	if err := json.Unmarshal(raw, &v); err != nil {
		return err
	}
	*into = v
	return nil
}

// listen puts the calls that are new, and of the board's zones, into the queue,
// the oldest first.
func (s *State) listen(now time.Time) {
	if now.Before(s.drowsy) {
		s.Away()
	}
	calls := s.Ear.New(s.Calls, now)
	s.ring(calls, now)
	for _, c := range calls {
		if s.layout.here(c.Zone) {
			s.queue = append(s.queue, turn{c, now})
		}
	}
	s.queue = slices.DeleteFunc(s.queue, s.over)
	s.Tick(now)
}

// turn is a call that waits until those before it have been announced.
type turn struct {
	contract.Call
	since time.Time
}

// over tells that nobody waits for a call any more: its citizen has come or has
// gone, or it was called anew. It would only hold up the calls behind it.
func (s *State) over(t turn) bool {
	return slices.ContainsFunc(s.Calls.Calls, func(c contract.Call) bool {
		return c.Call == t.Call.Call && c.State != "" && c.State != "called" || c.Number == t.Number && c.Call > t.Call.Call
	})
}

// wake notes that the board is at work. One that was not for a while, since its
// machine slept, has been without the hall although its link says nothing: what
// it finds now may be old.
func (s *State) wake(now time.Time) {
	if !s.awake.IsZero() && now.Sub(s.awake) > Stale {
		s.drowsy = now.Add(catchUp)
		s.queue = slices.DeleteFunc(s.queue, func(t turn) bool { return now.Sub(t.since) > Stale })
	}
	s.awake = now
}

// Tick lets the next call have its turn when it is time: when the one before it
// has had its own, and there is a line for its caption.
func (s *State) Tick(now time.Time) {
	s.wake(now)
	s.wipe(now)
	on := now.Sub(s.since)
	if on < 0 { // the clock was set back
		s.since, on = now, 0
	}
	line := s.line(now)
	switch {
	case len(s.queue) > 0 && line >= 0 && (s.since.IsZero() || on >= Turn):
		s.air, s.since = s.queue[0].Call, now
		s.queue = s.queue[1:]
		s.write(line, s.captionOf(s.air), now)
	case !s.since.IsZero() && on >= OnAir:
		s.since = time.Time{}
	}
	s.read(now)
}

// OnAirNow is the call that is being announced.
func (s *State) OnAirNow() (contract.Call, bool) { return s.air, !s.since.IsZero() }
