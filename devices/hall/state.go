package hall

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/attendance"
	"hallward/devices/hall/forecast"
	"hallward/devices/hall/queue"
	"hallward/devices/hall/rating"
)

// State is everything that the hall knows. Only Apply changes it. As JSON it
// is the snapshot of the journal; to read one back, unmarshal it into a State
// that New made for the same hall.
//
// A State is for one goroutine at a time.
type State struct {
	Through    uint64                   `json:"through"` // sequence of the last event applied
	Applied    uint64                   `json:"applied"` // events applied in all; the version of the views
	Day        string                   `json:"day"`     // business day, "" before the first
	Order      uint64                   `json:"order"`   // last place given in the queue
	Call       uint64                   `json:"call"`    // last call number; rises for ever
	Serials    map[string]int           `json:"serials"` // last number by prefix
	Tickets    map[string]*queue.Ticket `json:"tickets"` // of this day, by id
	Desks      map[string]*Desk         `json:"desks"`   // by window
	Calls      []Call                   `json:"calls"`   // newest first
	Ratings    rating.Book              `json:"ratings"`
	Attendance attendance.Book          `json:"attendance"`
	Faults     map[string]Fault         `json:"faults"` // that last, by node, device and code
	Tries      map[string][]time.Time   `json:"tries"`  // wrong PINs lately, by staff id

	Rule         *contract.OrderRule       `json:"rule,omitempty"`         // that the manager set; nil is the setup's
	Paused       map[string]string         `json:"paused,omitempty"`       // services that the manager paused → reason
	Lent         []contract.NumbersLent    `json:"lent,omitempty"`         // numbers of this day
	Given        map[string][]time.Time    `json:"given,omitempty"`        // when the tickets of this day were taken, by service, for quotas
	Appointments map[string]*Appointment   `json:"appointments,omitempty"` // by id
	Clock        Clock                     `json:"clock,omitzero"`
	Conflicts    []contract.NumberConflict `json:"conflicts,omitempty"` // of this day, for staff to see
	Waits        forecast.Book             `json:"waits,omitzero"`      // what was learned about waiting; stays over the days
	Closed       *contract.DayClosed       `json:"closed,omitempty"`    // the queue of this day was ended

	Alarms  map[string]contract.Alarm        `json:"alarms,omitempty"`  // that last, by kind and subject
	Notices map[string]contract.NoticePosted `json:"notices,omitempty"` // by id; those of the setup are not here
	Results map[string]contract.Result       `json:"results,omitempty"` // public, by id
	Duty    map[string]contract.DutyDay      `json:"duty,omitempty"`    // that was set, by day; before the setup's

	x       *index
	pool    queue.Pool
	numbers map[string]*queue.Ticket // by number
	pending map[string]*queue.Ticket // without paper or word yet, by id
	now     time.Time                // of the command, in the copy that Decide works on
}

// Desk is a window at work.
type Desk struct {
	Staff  string    `json:"staff"` // id; "" is closed
	Since  time.Time `json:"since"`
	Paused bool      `json:"paused,omitempty"`
	Reason string    `json:"reason,omitempty"` // of the pause
	Ticket string    `json:"ticket,omitempty"` // in hand
	Freed  time.Time `json:"freed,omitzero"`   // when it let go of the last one
	Held   []string  `json:"held,omitempty"`   // tickets set aside
	Auto   *bool     `json:"auto,omitempty"`   // calls the next by itself; nil is as configured
	Left   time.Time `json:"left,omitzero"`    // since when nobody is signed in
}

// Call is one announcement.
type Call struct {
	Call   uint64    `json:"call"`
	Ticket string    `json:"ticket"`
	Window string    `json:"window"`
	Recall int       `json:"recall"`
	At     time.Time `json:"at"`
}

// Fault is a fault of a device that lasts.
type Fault struct {
	contract.DeviceFault
	Since time.Time `json:"since"`
}

// Appointment is a time that somebody booked (预约).
type Appointment struct {
	contract.AppointmentBooked
	State  string    `json:"state"` // "booked", "arrived", "missed", "cancelled"
	Ticket string    `json:"ticket,omitempty"`
	Since  time.Time `json:"since"` // of State
}

// Clock is what the hall thinks of its own clock.
type Clock struct {
	Last  time.Time `json:"last,omitzero"`  // of the last event
	Doubt time.Time `json:"doubt,omitzero"` // since when it is in doubt; zero: the clock is trusted
	By    int       `json:"by,omitempty"`   // seconds that the hall's time is ahead of a clock in doubt
	Held  string    `json:"held,omitempty"` // a business day that a jump reached; it waits for the queue of this one
}

// callsKept is how many calls the state remembers; a setup shows fewer.
const callsKept = 50

// New is a hall on which nothing has happened yet.
func New(setup *Setup) *State {
	s := &State{x: newIndex(setup)}
	s.arrange()
	return s
}

// Setup is the hall as configured, with the defaults filled in.
func (s *State) Setup() *Setup { return &s.x.Setup }

// UnmarshalJSON reads a snapshot into a State that New made.
func (s *State) UnmarshalJSON(data []byte) error {
	type plain State
	p := plain{x: s.x}
	if err := json.Unmarshal(data, &p); err != nil {
		return fmt.Errorf("hall: snapshot: %w", err)
	}
	*s = State(p)
	s.arrange()
	return nil
}

// arrange makes the maps and derives what is not stored.
func (s *State) arrange() {
	if s.Serials == nil {
		s.Serials = map[string]int{}
	}
	if s.Tickets == nil {
		s.Tickets = map[string]*queue.Ticket{}
	}
	if s.Desks == nil {
		s.Desks = map[string]*Desk{}
	}
	if s.Faults == nil {
		s.Faults = map[string]Fault{}
	}
	if s.Paused == nil {
		s.Paused = map[string]string{}
	}
	if s.Given == nil {
		s.Given = map[string][]time.Time{}
	}
	if s.Appointments == nil {
		s.Appointments = map[string]*Appointment{}
	}
	if s.Tries == nil {
		s.Tries = map[string][]time.Time{}
	}
	s.pool = queue.Pool{}
	s.numbers = make(map[string]*queue.Ticket, len(s.Tickets))
	s.pending = map[string]*queue.Ticket{}
	for _, t := range s.Tickets {
		s.numbers[t.Number] = t
		if t.Pending() {
			s.pending[t.ID] = t
		}
		if t.State == queue.Waiting {
			s.pool.Add(t)
		}
	}
}

// desk is the window at work; a closed one that was never open is made up.
func (s *State) desk(window string) Desk {
	if d := s.Desks[window]; d != nil {
		return *d
	}
	return Desk{}
}

// inHand is the ticket that a window is busy with, or nil.
func (s *State) inHand(window string) *queue.Ticket {
	return s.Tickets[s.desk(window).Ticket]
}

// today lists the tickets that fit, in the order of their issue.
func (s *State) today(fits func(*queue.Ticket) bool) []*queue.Ticket {
	return inOrder(s.Tickets, fits)
}

func inOrder(tickets map[string]*queue.Ticket, fits func(*queue.Ticket) bool) []*queue.Ticket {
	var list []*queue.Ticket
	for _, t := range tickets {
		if fits(t) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, queue.Compare)
	return list
}

// windows are the keys of a map in order, so that a decision never depends on
// the order of a map.
func windows[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
