package hall

import (
	"math"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// reprintsMost is how often the paper of one ticket is printed again.
const reprintsMost = 3

// reprint gives paper once more for a ticket that is not over, at any kiosk; the
// slip is marked (补打), since Ticket.Reprints is above 0 (R-PRN-07). Whoever has
// the id of a ticket has seen its slip; a ticket by ID card asks for the same
// person again, except at its own kiosk as long as there was no paper. For a
// ticket without paper the time to confirm begins again, and the word of the
// kiosk that prints counts.
func (s *State) reprint(c Command, d contract.TicketRef, now time.Time) Decision {
	t := s.Tickets[d.Ticket]
	if t == nil {
		return s.refuse(UnknownTicket, about{})
	}
	if d.Person != "" && !ValidPerson(d.Person) {
		return s.refuse(BadRequest, about{})
	}
	before := c.Role == RoleHall || t.Pending() && t.Kiosk == c.Node
	if t.Person != "" && t.Person != d.Person && !before {
		return s.refuse(OtherPerson, about{Number: t.Number})
	}
	if o := queue.Step(t.State, queue.Reprint); o.Refusal != "" {
		return s.refuse(o.Refusal, about{Number: t.Number})
	}
	if t.Reprints >= reprintsMost {
		return s.refuse(ReprintLimit, about{Number: t.Number, Limit: t.Reprints})
	}
	after := *t
	after.Reprints++
	return Decision{Answer: s.present(&after, now), Events: []contract.Event{event(contract.EvTicketReprinted, now,
		contract.TicketReprinted{Ticket: t.ID, Kiosk: c.Node, Count: after.Reprints})}}
}

func (s *State) reprinted(d contract.TicketReprinted, at time.Time) error {
	return s.change(d.Ticket, func(t *queue.Ticket) {
		t.Reprints, t.Reprinter = d.Count, d.Kiosk
		if t.Pending() {
			t.Since = at
		}
	})
}

// lookAt is how the ticket of a slip stands, for whoever holds the slip.
func (s *State) lookAt(_ Command, d contract.TicketRef, now time.Time) Decision {
	t := s.Tickets[d.Ticket]
	if t == nil {
		return s.refuse(UnknownTicket, about{})
	}
	return Decision{Answer: s.present(t, now)}
}

// present is a ticket with the wait that is still to be expected, where it
// waits, instead of what was told when it was taken: that of a newcomer behind
// those who stand before it now.
func (s *State) present(t *queue.Ticket, now time.Time) contract.Ticket {
	v := s.ticket(t)
	if !t.Pending() && t.State != queue.Waiting {
		return v
	}
	before := *s
	before.pool, before.pending = queue.Pool{}, map[string]*queue.Ticket{}
	for _, other := range s.pool.Waiting() {
		if other.Before(t) {
			before.pool.Add(other)
		}
	}
	for id, other := range s.pending {
		if other.Before(t) {
			before.pending[id] = other
		}
	}
	expected := before.forecast(now).Newcomer(t.Service, t.Class)
	v.WaitMin, v.WaitMax, v.After = expected.From, expected.To, expected.After
	if due := int(math.Ceil(t.Due.Sub(now).Minutes())); t.Due.After(now) && v.WaitMin >= 0 {
		v.WaitMin, v.WaitMax = max(v.WaitMin, due), max(v.WaitMax, due)
	}
	return v
}
