package queue

import (
	"fmt"
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
}

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
