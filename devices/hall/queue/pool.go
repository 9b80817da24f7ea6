package queue

import (
	"slices"
	"time"
)

// Pool is everybody who waits, in the order of their places (Ticket.Before). A
// ticket may be called by the windows of its service or, when it was
// transferred to one window, by that window alone. The order never comes from
// a clock, so a step of the time changes nobody's place (R-KIOSK-07).
type Pool struct{ line []*Ticket }

// Add lets a ticket wait at its place. A ticket that waits already stays.
func (p *Pool) Add(t *Ticket) {
	if i, found := slices.BinarySearchFunc(p.line, t, Compare); !found {
		p.line = slices.Insert(p.line, i, t)
	}
}

// Remove takes a ticket out. Its place must be as at Add.
func (p *Pool) Remove(t *Ticket) {
	if i, found := slices.BinarySearchFunc(p.line, t, Compare); found {
		p.line = slices.Delete(p.line, i, i+1)
	}
}

// Waiting is everybody, in order.
func (p *Pool) Waiting() []*Ticket { return slices.Clone(p.line) }

// Bound are the tickets that only this window may call.
func (p *Pool) Bound(window string) []*Ticket {
	return p.those(func(t *Ticket) bool { return t.Bound == window })
}

// For are the tickets that a window may call, in order.
func (p *Pool) For(c Caller) []*Ticket { return p.those(c.may) }

func (p *Pool) those(fit func(*Ticket) bool) []*Ticket {
	var list []*Ticket
	for _, t := range p.line {
		if fit(t) {
			list = append(list, t)
		}
	}
	return list
}

// Choose is whom a window calls now by the rule, and why. Ticket is nil when
// nobody waits for it. Nothing changes; Pass counts what the choice does to the
// others.
func (p *Pool) Choose(c Caller, r Rule, now time.Time) Choice {
	return r.line(c, p.For(c), now).choose(r, now)
}

// Sequence is in which order the window would call if it were alone and
// nobody else came.
func (p *Pool) Sequence(c Caller, r Rule, now time.Time) []*Ticket {
	return r.line(c, p.For(c), now).sequence(r, nil)
}

// Ahead is how many of the others one caller would call before t, if nobody
// else came. Both t and the others must be such that c may call them; t itself
// among the others is not counted. An appointment counts at its time.
func Ahead(t *Ticket, others []*Ticket, c Caller, r Rule, now time.Time) int {
	if now.Before(t.Due) {
		now = t.Due
	}
	all := slices.Clone(others)
	if i, found := slices.BinarySearchFunc(all, t, Compare); !found {
		all = slices.Insert(all, i, t)
	} else {
		t = all[i]
	}
	return len(r.line(c, all, now).sequence(r, t)) - 1
}
