package hall

import (
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Why a number that a kiosk gave while it was cut off cannot join the queue.
const (
	ConflictNotLent   = "not-lent"   // it is lent to somebody else
	ConflictTaken     = "taken"      // it stands on another ticket
	ConflictOtherDay  = "other-day"  // its business day is over
	ConflictNoService = "no-service" // the hall does not have its service
)

// conflictsKept is how many conflicts of a day the state remembers; the journal
// has them all.
const conflictsKept = 500

// join lets a ticket that a kiosk gave while it was cut off join the queue,
// where it would stand if it had been taken at the hall. A number that cannot
// join is recorded for staff to see and never called. A number that is lent to
// nobody, and stands on no ticket, was lent by a hall that has lost its disk:
// it joins.
func (s *State) join(c Command, d contract.TicketTaken, now time.Time) Decision {
	if !requestID.MatchString(d.Ticket) || d.Serial < 1 || d.Serial > lastSerial || d.Prefix == "" || len(d.Prefix) > 8 ||
		d.Number != queue.Number(d.Prefix, d.Serial) {
		return s.refuse(BadRequest, about{})
	}
	if t := s.Tickets[d.Ticket]; t != nil && t.Kiosk == c.Node && t.Number == d.Number {
		return Decision{} // the kiosk's disk was put back from a copy, and tells again
	}
	if slices.ContainsFunc(s.Conflicts, func(x contract.NumberConflict) bool { return x.Ticket == d.Ticket && x.Number == d.Number }) {
		return Decision{}
	}
	if why := s.conflict(c.Node, d); why != "" {
		return Decision{Events: []contract.Event{event(contract.EvNumberConflict, now, contract.NumberConflict{
			Ticket: d.Ticket, Number: d.Number, Kiosk: c.Node, Reason: why, Day: d.Day, Service: short(d.Service), At: d.At})}}
	}
	if d.Lang != "en" {
		d.Lang = "zh-CN"
	}
	d = s.settle(d)
	l := s.lender(c.Node, "", now)
	if s.owner(d.Prefix, d.Serial) == nil && d.Serial > top(s.Lent, d.Prefix) {
		l.burn(d.Prefix, d.Serial+s.x.Lending.Most) // the rest of the forgotten block is not lent again
	}
	behind, placed := s.placeOf(c.Node, d, now)
	t := &queue.Ticket{ID: d.Ticket, Number: d.Number, Prefix: d.Prefix, Serial: d.Serial, Day: s.Day, Service: d.Service,
		Kiosk: c.Node, Lang: d.Lang, State: queue.Issued, Order: behind, TakenAt: placed, IssuedAt: placed, Since: now, Class: d.Class, More: d.More}
	expected := s.forecast(now).Newcomer(d.Service, d.Class)
	return Decision{Events: append(l.events, event(contract.EvTicketIssued, now, contract.TicketIssued{
		Ticket: d.Ticket, Number: d.Number, Prefix: d.Prefix, Serial: d.Serial, Day: s.Day, Service: d.Service,
		Kiosk: c.Node, Lang: d.Lang, At: placed, Ahead: s.ahead(t), WaitMin: expected.From, WaitMax: expected.To, After: expected.After,
		Class: d.Class, More: d.More, Person: d.Person, NoCard: d.NoCard, Offline: true, Behind: behind, PlacedAt: placed, Silent: d.Silent}))}
}

// abandon voids a ticket that a kiosk has given up while it was cut off. One
// that the hall never gave needs nothing: the kiosk could not know.
func (s *State) abandon(c Command, d contract.TicketRef, now time.Time) Decision {
	if s.Tickets[d.Ticket] == nil {
		return Decision{}
	}
	return s.givenUp(c, d, now)
}

// hush takes over how the holder of a ticket wants to be called that a kiosk gave
// while it was cut off. One that the hall never gave, or that is over, needs
// nothing.
func (s *State) hush(c Command, d contract.TicketQuieted, now time.Time) Decision {
	said := s.quiet(c, contract.QuietTicket{Ticket: d.Ticket, Silent: d.Silent}, now)
	return Decision{Events: said.Events}
}

func (s *State) conflict(kiosk string, d contract.TicketTaken) string {
	owner := s.owner(d.Prefix, d.Serial)
	switch {
	case d.Day != s.Day:
		return ConflictOtherDay
	case s.Tickets[d.Ticket] != nil || s.numbers[d.Number] != nil:
		return ConflictTaken
	case owner != nil && owner.Kiosk != "" && owner.Kiosk != kiosk:
		return ConflictNotLent
	case s.x.service[d.Service] == nil:
		return ConflictNoService
	}
	return ""
}

// placeOf is where an offline ticket stands: behind everybody who took a number
// at the hall by then, and among the others of its kind by the time of taking.
// It never stands before the ticket that its own kiosk gave earlier, whatever
// that kiosk's clock did; a time that is still to come counts as now.
func (s *State) placeOf(kiosk string, d contract.TicketTaken, now time.Time) (behind uint64, placed time.Time) {
	placed = d.At.UTC().Truncate(time.Millisecond)
	if placed.After(now) {
		placed = now
	}
	if before := s.Tickets[d.After]; before != nil && before.Kiosk == kiosk && placed.Before(before.IssuedAt) {
		placed = before.IssuedAt
	}
	least := uint64(0)
	for _, t := range s.Tickets {
		if t.TakenAt.IsZero() && t.Prefix == d.Prefix && t.Serial <= d.Seen && placed.Before(t.IssuedAt) {
			placed = t.IssuedAt // the kiosk knew of it: its clock is behind
		}
		if t.Kiosk == kiosk && !t.TakenAt.IsZero() {
			least = max(least, t.Order)
			if !placed.After(t.TakenAt) {
				placed = t.TakenAt.Add(time.Millisecond)
			}
		}
	}
	behind = s.Order
	for _, t := range s.Tickets {
		if t.TakenAt.IsZero() && t.IssuedAt.After(placed) && t.Order > 0 {
			behind = min(behind, t.Order-1)
		}
	}
	return max(behind, least), placed
}

func (s *State) numberConflict(d contract.NumberConflict, _ time.Time) error {
	if len(s.Conflicts) < conflictsKept {
		s.Conflicts = append(s.Conflicts[:len(s.Conflicts):len(s.Conflicts)], d)
	}
	return nil
}
