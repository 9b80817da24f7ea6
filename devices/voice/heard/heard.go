// Package heard finds the calls of a snapshot that are to be announced. It is
// the one memory behind every board and every voice of the hall: each call is
// announced once, in order, and who joins late, loses the link or starts again
// announces nothing old (HALL-019). There is no clock in it.
package heard

import (
	"time"

	"hallward/devices/contract"
)

// Stale is how old a call may be that is met after a time without the hall:
// older ones are not announced any more.
const Stale = time.Minute

// Ear remembers what was announced. As JSON it may lie on a disk, so that a
// board which starts again goes on where it was; what is read from there is met
// after a time without the hall. The zero value has heard nothing yet. It is for
// one goroutine.
type Ear struct {
	Joined bool      `json:"joined"`  // calls were seen at least once
	Seen   uint64    `json:"seen"`    // the last call that was announced, or let pass
	SeenAt time.Time `json:"seen_at"` // the latest time of any call seen

	there bool // the snapshot before this one came without a time away
}

// Away notes a time without the hall: of the calls that are met next, old ones
// are not announced.
func (e *Ear) Away() { e.there = false }

// New lists the calls of a snapshot that were not announced yet, the oldest
// first, and counts them as announced. now is the time of the listener.
func (e *Ear) New(v contract.Calls, now time.Time) []contract.Call {
	newest, at := uint64(0), e.SeenAt
	for _, c := range v.Calls {
		newest = max(newest, c.Call)
		if c.At.After(at) {
			at = c.At
		}
	}
	// A hall with a new disk counts from 1 again. An old snapshot has low
	// numbers too, but nothing in it is newer than what was seen.
	if newest > 0 && newest < e.Seen && at.After(e.SeenAt) {
		e.Seen, e.there = 0, false
	}
	var list []contract.Call
	for i := len(v.Calls) - 1; i >= 0; i-- {
		c := v.Calls[i]
		if c.Call > e.Seen && e.Joined && (e.there || now.Sub(c.At) < Stale) {
			list = append(list, c)
		}
	}
	e.Seen, e.SeenAt, e.Joined, e.there = max(e.Seen, newest), at, true, true
	return list
}
