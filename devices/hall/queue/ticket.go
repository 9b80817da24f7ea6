package queue

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Ticket (号票) is one number of one business day.
type Ticket struct {
	ID         string    `json:"id"` // of the request that took it
	Number     string    `json:"number"`
	Prefix     string    `json:"prefix"`
	Serial     int       `json:"serial"`
	Day        string    `json:"day"`
	Service    string    `json:"service"`
	Kiosk      string    `json:"kiosk"`
	Lang       string    `json:"lang"`
	State      State     `json:"state"`
	Order      uint64    `json:"order"` // its place: who has the smaller one came first
	IssuedAt   time.Time `json:"issued_at"`
	Since      time.Time `json:"since"` // of State
	Proof      string    `json:"proof,omitempty"`
	Fault      string    `json:"fault,omitempty"`  // why it is unconfirmed
	Reason     string    `json:"reason,omitempty"` // why it is void
	Bound      string    `json:"bound,omitempty"`  // only this window may call it
	Window     string    `json:"window,omitempty"` // that called or holds it
	FirstAsked string    `json:"first_asked,omitempty"`
	Hops       int       `json:"hops,omitempty"`    // transfers so far
	Recalls    int       `json:"recalls,omitempty"` // since it was last called
	StartedAt  time.Time `json:"started_at,omitzero"`
	Served     int       `json:"served,omitempty"` // seconds of service before a hold or transfer
	WaitMin    int       `json:"wait_min"`         // as told on the slip, minutes
	WaitMax    int       `json:"wait_max"`
	After      time.Time `json:"after,omitzero"`     // told as not before this opening
	Forecast   int       `json:"forecast,omitempty"` // the middle of it in seconds of opening hours; 0 is none
	CalledAt   time.Time `json:"called_at,omitzero"` // the last time

	// Taken while its kiosk was cut off, from a lent number: Order is that of
	// the ticket it stands behind, and TakenAt its place among those behind the
	// same one. Zero for every other ticket, which stands before them.
	TakenAt time.Time `json:"taken_at,omitzero"`

	Class       string    `json:"class,omitempty"`       // of priority (优先类别); "" is ordinary
	Due         time.Time `json:"due,omitzero"`          // of an appointment: not before, unless nobody else waits
	Appointment string    `json:"appointment,omitempty"` // that was checked in
	Granted     string    `json:"granted,omitempty"`     // staff id: who gave the class, with a reason in the journal
	Overtaken   int       `json:"overtaken,omitempty"`   // by how many later tickets, by rule
	OvertakenAt time.Time `json:"overtaken_at,omitzero"` // when it was its turn and another was called, the first time
	More        []string  `json:"more,omitempty"`        // services still to come on the same ticket
	Done        []string  `json:"done,omitempty"`        // services of it that are finished
	Person      string    `json:"person,omitempty"`      // keyed hash; of no use after the day
	NoCard      bool      `json:"no_card,omitempty"`     // taken without the ID card: the window checks who it is
	Owed        bool      `json:"owed,omitempty"`        // a fee of a service that is done
	Reprints    int       `json:"reprints,omitempty"`
	Reprinter   string    `json:"reprinter,omitempty"`   // kiosk that printed it last, when it was reprinted
	FirstStaff  string    `json:"first_staff,omitempty"` // staff id at FirstAsked
	Misdirected bool      `json:"misdirected,omitempty"` // a window sent it to another service
	WalkIn      string    `json:"walk_in,omitempty"`     // window that took it in without paper
	Silent      bool      `json:"silent,omitempty"`      // called by eye only
	Remind      time.Time `json:"remind,omitzero"`       // of a held one: when its owner is reminded
	Keeper      string    `json:"keeper,omitempty"`      // of a held one: staff id of its owner
	RecalledAt  time.Time `json:"recalled_at,omitzero"`
	Call        uint64    `json:"call,omitempty"`        // number of its last announcement
	WaitingFrom time.Time `json:"waiting_from,omitzero"` // when it could first be called
}

// Before tells whether t has the earlier place in the queue. The order never
// comes from a clock; only tickets that were taken while cut off stand among
// each other by the time of their taking.
func (t *Ticket) Before(u *Ticket) bool { return Compare(t, u) < 0 }

// Compare sorts tickets by place.
func Compare(t, u *Ticket) int {
	return cmp.Or(cmp.Compare(t.Order, u.Order), t.TakenAt.Compare(u.TakenAt), cmp.Compare(t.Number, u.Number))
}

// Services are all services of the ticket, in order: those done, the present
// one and those to come.
func (t *Ticket) Services() []string { return slices.Concat(t.Done, []string{t.Service}, t.More) }

// Pending tells whether the ticket still needs paper or the citizen's word.
func (t *Ticket) Pending() bool { return t.State == Issued || t.State == Unconfirmed }

// InHand tells whether a window is busy with the ticket.
func (t *Ticket) InHand() bool { return t.State == Called || t.State == Serving }

// ServedSeconds is the time of service up to now, holds and transfers not
// counted.
func (t *Ticket) ServedSeconds(now time.Time) int {
	if t.State != Serving {
		return t.Served
	}
	return t.Served + max(0, int(now.Sub(t.StartedAt)/time.Second))
}

// Number is a ticket's number as it is printed and called: the prefix and at
// least three digits, four from the thousandth on.
func Number(prefix string, serial int) string { return fmt.Sprintf("%s%03d", prefix, serial) }
