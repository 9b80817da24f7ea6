package station

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/kiosk/flow"
)

// Cut off from the hall (R-KIOSK-26), the station gives numbers that the hall
// has lent to it: what is asked of the hall is answered here, and everything
// goes into the outbox in its order: the ticket, its paper or the citizen's
// word, what is given up. The screens see no difference but that nothing is
// known of the queue.
//
// At the beginning of each session the hall is told what is held and what was
// seen, before it is asked for the first number (contract.LendNumbers).

// lendEvery is how often more numbers are asked for while nothing happens: a
// busier kiosk gets larger blocks.
const lendEvery = 10 * time.Minute

// lendAgain is the pause after a report that was not answered.
const lendAgain = 5 * time.Second

// lendWithin is the longest wait for the answer to a report that no citizen
// waits for.
const lendWithin = 3 * time.Second

// link is whether the hall can be asked, and whether it was told what this
// kiosk knows.
type link struct {
	up       atomic.Bool
	reported atomic.Bool
	one      turn // one report at a time
	wake     chan struct{}
}

func newLink() *link { return &link{one: newTurn(), wake: make(chan struct{}, 1)} }

// set begins or ends a session.
func (l *link) set(up bool) {
	if up {
		l.reported.Store(false)
	}
	l.up.Store(up)
	l.poke()
}

func (l *link) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// newDay has numbers lent when a view tells of a business day that none are of.
func (s *Station) newDay(day string) {
	if l, _ := s.stock.look(); l.Day != "" && day > l.Day {
		s.link.reported.Store(false)
		s.link.poke()
	}
}

// keepNumbers has numbers lent whenever the hall is there again, at the new
// business day, and from time to time.
func (s *Station) keepNumbers(ctx context.Context) {
	again := time.NewTimer(lendEvery)
	defer again.Stop()
	for {
		next := lendEvery
		if s.link.up.Load() {
			limited, cancel := context.WithTimeout(ctx, lendWithin)
			if s.borrow(limited) != nil {
				next = lendAgain
			}
			cancel()
		}
		again.Reset(next)
		select {
		case <-ctx.Done():
			return
		case <-s.link.wake:
		case <-again.C:
			s.link.reported.Store(false)
		}
	}
}

// borrow tells the hall what this kiosk holds and knows, and takes what it
// lends; once in a session, unless link.reported was taken back. An error is a
// hall that does not answer: it is not asked for numbers either.
func (s *Station) borrow(ctx context.Context) error {
	s.link.one.Lock()
	defer s.link.one.Unlock()
	if s.link.reported.Load() {
		return nil
	}
	asked := time.Now()
	a, err := s.cfg.Asker.AskID(ctx, ulid.Make().String(), contract.AskNumbersLend, s.stock.report())
	if err != nil {
		return err
	}
	var n contract.Numbers
	switch {
	case a.Result == contract.ResultFailed || a.Result == contract.ResultExpired:
		return fmt.Errorf("station: numbers are not lent: %s", a.Result)
	case a.Result != contract.ResultOK || json.Unmarshal(a.Data, &n) != nil || n.Day == "":
		s.log.Warn("the hall lends no numbers: without it this kiosk will give none", "result", a.Result, "problem", a.Error)
	default:
		if err := s.stock.lend(ctx, n, asked); err != nil {
			s.log.Error("lent numbers are not kept", "error", err)
		}
	}
	s.link.reported.Store(true)
	return nil
}

// atAsking is what the state of the screens was when a request was made.
type atAsking struct {
	catalogue contract.Catalogue
	day       string
	paper     bool
}

// number answers a request for a number: the hall's, or one of the lent ones if
// the hall cannot be reached or does not answer in half the time that the
// citizen waits. What is then still to do without the citizen comes as a
// function, or nil.
func (s *Station) number(ctx context.Context, f flow.Ask, at atAsking) (contract.Answer, func()) {
	d, ok := f.Data.(contract.TakeTicket)
	service := slices.IndexFunc(at.catalogue.Services, func(v contract.ServiceInfo) bool { return v.ID == d.Service })
	if !ok || service < 0 {
		return s.asked(ctx, f, f.For), nil
	}
	info := at.catalogue.Services[service]
	left, _ := s.stock.left(at.day)
	lent := left[info.Prefix] > 0
	id, lost := f.ID, ""
	if s.link.up.Load() || !lent {
		wait := f.For
		if lent {
			wait /= 2
		}
		a := s.asked(ctx, f, wait)
		if !lent || a.Result == contract.ResultOK || a.Result == contract.ResultRefused {
			if t, ok := ticketOf(a); ok {
				s.stock.took(t.Ticket)
			}
			return a, nil
		}
		id, lost = ulid.Make().String(), f.ID
	}
	taken, err := s.stock.give(ctx, contract.TicketTaken{Ticket: id, Prefix: info.Prefix, Service: info.ID, Lang: d.Lang,
		Class: d.Class, More: d.More, Person: d.Person, NoCard: d.NoCard, Paper: at.paper}, at.day, lost)
	if err != nil {
		s.log.Error("no lent number is given", "service", info.ID, "error", err)
		return contract.Answer{ID: f.ID, Result: contract.ResultExpired}, func() { s.takeBack(ctx, id) }
	}
	s.log.Info("a lent number is given", "number", taken.Number, "service", info.ID)
	return granted(f.ID, contract.Ticket{Ticket: taken.Ticket, Number: taken.Number, Service: info.ID, Day: taken.Day, State: "issued",
		IssuedAt: taken.At, Ahead: -1, WaitMin: -1, WaitMax: -1, Windows: append([]string{}, info.Windows...), Area: info.Area.In(d.Lang),
		Class: d.Class, More: d.More, NoCard: d.NoCard, Offline: true}), nil
}

// takeBack gives a number up that nobody has got: the write that failed may be
// on the disk all the same. Should it not be, the hall hears of a ticket that
// it does not know, and leaves it alone.
func (s *Station) takeBack(ctx context.Context, ticket string) {
	s.insist(ctx, []journal.Fact{{Key: printKey + ticket}}, contract.EvTicketGivenUp, contract.TicketRef{Ticket: ticket})
}

// word takes the citizen's word on a lent number: noted, or given up. It goes
// the way that the number went, so that the hall hears of it after the number.
func (s *Station) word(ctx context.Context, f flow.Ask, ticket string) contract.Answer {
	typ, data := contract.EvTicketPrinted, any(contract.TicketPrinted{Ticket: ticket, Proof: "noted"})
	if f.Type == contract.AskTicketVoid {
		typ, data = contract.EvTicketGivenUp, contract.TicketRef{Ticket: ticket}
	}
	if err := s.report(ctx, nil, typ, data); err != nil {
		s.log.Error("a citizen's word cannot be stored", "type", typ, "error", err)
		return contract.Answer{ID: f.ID, Result: contract.ResultFailed}
	}
	return granted(f.ID, contract.Ticket{Ticket: ticket, Offline: true})
}

// hush takes the citizen's word on how a lent number is to be called; it goes
// after the number as well, before anybody can be called by it.
func (s *Station) hush(ctx context.Context, f flow.Ask, wish contract.QuietTicket) contract.Answer {
	if err := s.report(ctx, nil, contract.EvQuietAsked, contract.TicketQuieted{Ticket: wish.Ticket, Silent: wish.Silent}); err != nil {
		s.log.Error("a wish for a silent call cannot be stored", "silent", wish.Silent, "error", err)
		return contract.Answer{ID: f.ID, Result: contract.ResultFailed}
	}
	return granted(f.ID, contract.Ticket{Ticket: wish.Ticket, Offline: true, Silent: wish.Silent})
}

func granted(id string, t contract.Ticket) contract.Answer {
	raw, err := json.Marshal(t)
	if err != nil { // a Ticket always marshals
		return contract.Answer{ID: id, Result: contract.ResultFailed}
	}
	return contract.Answer{ID: id, Result: contract.ResultOK, Data: raw}
}

// ticketOf is the ticket of an answer, if there is one.
func ticketOf(a contract.Answer) (t contract.Ticket, ok bool) {
	return t, a.Result == contract.ResultOK && json.Unmarshal(a.Data, &t) == nil && t.Ticket != ""
}

// alone is what the screens must know of the lent numbers. It waits for nothing.
func (s *Station) alone() flow.Lent {
	left, over := s.stock.left(s.state.Calendar.Day)
	_, now := s.stock.look()
	return flow.Lent{Left: left, Over: over, Issuing: s.issuing(s.state.Calendar, now)}
}

// issuing tells whether the hall would give numbers now by the hours that it
// told last.
func (s *Station) issuing(c contract.Calendar, now time.Time) bool {
	if !c.Issuing && now.Before(c.Begin) {
		return false
	}
	if len(c.Segments) == 0 {
		return c.Issuing
	}
	if s.zone == nil || s.zone.String() != c.Zone {
		zone, err := time.LoadLocation(c.Zone)
		if err != nil {
			s.log.Warn("the hall's time zone is not known here: Beijing time is used", "zone", c.Zone, "error", err)
			zone = time.FixedZone(c.Zone, 8*60*60)
		}
		s.zone = zone
	}
	clock := now.In(s.zone).Format("15:04")
	return slices.ContainsFunc(c.Segments, func(g contract.Segment) bool { return g.From <= clock && clock < g.To })
}

func same(a, b flow.Lent) bool {
	return maps.Equal(a.Left, b.Left) && (a.Left == nil) == (b.Left == nil) && a.Issuing == b.Issuing && a.Over == b.Over
}
