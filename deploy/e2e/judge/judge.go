// Package judge tells what the events of a hall say of each ticket. It knows
// only the words of the contract, not the rules that made the events, and
// complains of whatever a citizen could complain of: a number given twice, a
// ghost called, one person at two windows, a ticket that comes back from the
// dead. The whole-house tests hold a journal, a centre and papers against it.
package judge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// Account is the story of all tickets so far.
type Account struct {
	Complaints []string
	Tickets    map[string]*Told
	Call       uint64 // last call number
	FIFO       bool   // the hall has no classes of priority: each service is called in the order of issue

	order   uint64               // last place given
	seen    map[string]bool      // event ids
	events  uint64               // read so far
	numbers map[string]string    // day and number → ticket
	serials map[string]int       // day and prefix → last regular serial
	blocks  map[string][]*block  // day and prefix → lent
	inHand  map[string]string    // window → ticket
	taken   map[string]time.Time // kiosk → when it last gave a number while cut off
}

// block is a run of numbers that a kiosk was lent.
type block struct {
	contract.NumbersLent
	last int // given of it
}

// Told is one ticket's story so far.
type Told struct {
	Issued   contract.TicketIssued
	At       Place
	Window   string // that called or holds it
	Proof    string // of the last confirmation
	Proved   time.Time
	Unproved []contract.TicketUnconfirmed
	Verbs    map[string]bool // event types, with the window: "ticket.called/1 w02"
	Calls    []time.Time

	service string // now
	bound   string // only this window may call it
	order   uint64 // its place; of an offline ticket that of the one it stands behind
}

// before tells whether t has the earlier place.
func (t *Told) before(u *Told) bool {
	return cmp.Or(cmp.Compare(t.order, u.order), t.Issued.PlacedAt.Compare(u.Issued.PlacedAt), cmp.Compare(t.Issued.Number, u.Issued.Number)) < 0
}

// Place is where a ticket is.
type Place string

// Places.
const (
	Pending Place = "pending" // issued or unconfirmed: must not be called
	Waiting Place = "waiting"
	AtDesk  Place = "at a window"
	Held    Place = "held"
	Served  Place = "finished"
	Missed  Place = "missed"
	Void    Place = "void"
	Late    Place = "late"
)

// New is an account of nothing.
func New() *Account {
	return &Account{Tickets: map[string]*Told{}, seen: map[string]bool{}, numbers: map[string]string{}, serials: map[string]int{},
		blocks: map[string][]*block{}, inHand: map[string]string{}, taken: map[string]time.Time{}}
}

// Give reads a hall's events from its first, in their order.
func Give(events []contract.Event) *Account {
	a := New()
	for _, e := range events {
		a.Take(e)
	}
	return a
}

func (a *Account) complain(e contract.Event, format string, args ...any) {
	a.Complaints = append(a.Complaints, fmt.Sprintf("event %d, %s: ", e.Sequence, e.Type)+fmt.Sprintf(format, args...))
}

// moves are the places in which a ticket may be for each event, and the place
// after it.
var moves = map[string]struct {
	from []Place
	to   Place
}{
	contract.EvTicketConfirmed:   {[]Place{Pending}, Waiting},
	contract.EvTicketUnconfirmed: {[]Place{Pending}, Pending},
	contract.EvTicketVoided:      {[]Place{Pending, Waiting, AtDesk, Held, Late}, Void},
	contract.EvTicketLate:        {[]Place{Void}, Late},
	contract.EvTicketCalled:      {[]Place{Waiting}, AtDesk},
	contract.EvTicketRecalled:    {[]Place{AtDesk}, AtDesk},
	contract.EvTicketMissed:      {[]Place{AtDesk}, Missed},
	contract.EvTicketReinstated:  {[]Place{Missed, Late}, Waiting},
	contract.EvTicketStarted:     {[]Place{AtDesk}, AtDesk}, // or from Waiting, of a walk-in
	contract.EvTicketCorrected:   {[]Place{AtDesk}, AtDesk},
	contract.EvTicketFinished:    {[]Place{AtDesk}, Served},
	contract.EvTicketContinued:   {[]Place{AtDesk}, Waiting}, // or AtDesk, when it goes on here
	contract.EvTicketTransferred: {[]Place{AtDesk, Waiting}, Waiting},
	contract.EvTicketHeld:        {[]Place{AtDesk}, Held},
	contract.EvTicketResumed:     {[]Place{Held}, AtDesk},
	contract.EvTicketReturned:    {[]Place{AtDesk, Held}, Waiting},
}

// Take reads the next event.
func (a *Account) Take(e contract.Event) {
	a.events++
	if e.Sequence != a.events {
		a.complain(e, "is event %d of the list", a.events)
	}
	if a.seen[e.ID] {
		a.complain(e, "stands there twice")
	}
	a.seen[e.ID] = true
	switch e.Type {
	case contract.EvTicketIssued:
		read(a, e, a.issue)
		return
	case contract.EvNumbersLent:
		read(a, e, a.lend)
		return
	case contract.EvNumbersRaised:
		read(a, e, func(e contract.Event, d contract.NumbersRaised) {
			key := d.Day + " " + d.Prefix
			a.serials[key] = max(a.serials[key], d.Serial)
		})
		return
	}
	if _, ok := moves[e.Type]; ok {
		read(a, e, a.move)
	} // windows, ratings, punches, faults: not of a ticket's life
}

func read[D any](a *Account, e contract.Event, then func(contract.Event, D)) {
	var d D
	if err := json.Unmarshal(e.Data, &d); err != nil {
		a.complain(e, "%v", err)
		return
	}
	then(e, d)
}

// step is what the events of a ticket's life have in common.
type step struct {
	Ticket, Window, From, Proof, Outcome, Fault string
	Service, Place, Why                         string
	Call                                        uint64
	Here                                        bool
}

func (a *Account) move(e contract.Event, d step) {
	move := moves[e.Type]
	if d.Here {
		move.to = AtDesk
	}
	t := a.Tickets[d.Ticket]
	if t == nil {
		a.complain(e, "of a ticket %q that was never issued", d.Ticket)
		return
	}
	desk := d.Window
	if e.Type == contract.EvTicketTransferred {
		desk = d.From
	}
	admitted := e.Type == contract.EvTicketStarted && t.At == Waiting && t.Issued.WalkIn == desk && desk != ""
	if !slices.Contains(move.from, t.At) && !admitted {
		a.complain(e, "number %s is %s", t.Issued.Number, t.At)
	}
	if other := a.inHand[desk]; admitted && other != "" {
		a.complain(e, "window %s has %s in hand", desk, a.Tickets[other].Issued.Number)
	}
	switch e.Type {
	case contract.EvTicketConfirmed, contract.EvTicketLate:
		t.Proof, t.Proved = d.Proof, e.Time
	case contract.EvTicketUnconfirmed:
		t.Unproved = append(t.Unproved, contract.TicketUnconfirmed{Ticket: d.Ticket, Outcome: d.Outcome, Fault: d.Fault})
	case contract.EvTicketCalled, contract.EvTicketResumed:
		t.Calls = append(t.Calls, e.Time)
		if e.Type == contract.EvTicketCalled && a.FIFO && d.Why != queue.WhyChosen && d.Why != queue.WhyWalkIn {
			a.inTurn(e, t)
		}
		if t.Proof == "" {
			a.complain(e, "number %s is a ghost: neither paper nor word", t.Issued.Number)
		}
		if other := a.inHand[desk]; other != "" {
			a.complain(e, "window %s has %s in hand", desk, a.Tickets[other].Issued.Number)
		}
	default:
		if t.At == AtDesk && desk != "" && desk != t.Window && e.Type != contract.EvTicketVoided {
			a.complain(e, "number %s is at %s, not at %s", t.Issued.Number, t.Window, desk)
		}
	}
	if d.Call > 0 || e.Type == contract.EvTicketCalled {
		if d.Call != a.Call+1 {
			a.complain(e, "is call %d after %d", d.Call, a.Call)
		}
		a.Call = d.Call
	}
	if t.At == AtDesk && move.to != AtDesk {
		delete(a.inHand, t.Window)
	}
	if move.to == AtDesk {
		a.inHand[desk], t.Window = d.Ticket, desk
	}
	switch e.Type {
	case contract.EvTicketTransferred:
		t.service, t.bound = d.Service, d.Window
	case contract.EvTicketContinued:
		t.service, t.bound = d.Service, ""
	case contract.EvTicketCorrected:
		t.service = d.Service
	case contract.EvTicketReinstated:
		if d.Place == "end" {
			a.order++
			t.order, t.Issued.PlacedAt = a.order, time.Time{}
		}
	}
	t.At = move.to
	t.Verbs[e.Type+" "+desk] = true
}

// inTurn wants that nobody who may be called as well has an earlier place.
func (a *Account) inTurn(e contract.Event, t *Told) {
	for _, u := range a.Tickets {
		if u.At == Waiting && u.service == t.service && u.bound == "" && t.bound == "" && u.before(t) {
			a.complain(e, "number %s is called before %s, which waits for the same with an earlier place", t.Issued.Number, u.Issued.Number)
		}
	}
}

// lend wants blocks that nobody has, and above the numbers already given.
func (a *Account) lend(e contract.Event, d contract.NumbersLent) {
	key := d.Day + " " + d.Prefix
	if d.From < 1 || d.To < d.From {
		a.complain(e, "lends %d to %d", d.From, d.To)
	}
	for _, b := range a.blocks[key] {
		if d.From <= b.To && b.From <= d.To {
			a.complain(e, "lends %s %d to %d to %s, of which %s has %d to %d", key, d.From, d.To, d.Kiosk, b.Kiosk, b.From, b.To)
		}
	}
	if d.From <= a.serials[key] {
		a.complain(e, "lends %s from %d on, and %d was given", key, d.From, a.serials[key])
	}
	a.blocks[key] = append(a.blocks[key], &block{NumbersLent: d, last: d.From - 1})
}

// issue wants each number once a day; the regular ones of a prefix without a
// gap but the lent blocks, and those of a block without a gap in its kiosk's
// order of taking.
func (a *Account) issue(e contract.Event, d contract.TicketIssued) {
	key, series := d.Day+" "+d.Number, d.Day+" "+d.Prefix
	if a.Tickets[d.Ticket] != nil {
		a.complain(e, "ticket %s a second time", d.Ticket)
	}
	if a.numbers[key] != "" {
		a.complain(e, "number %s twice on a day", key)
	}
	if d.Offline {
		a.cutOff(e, d, series)
	} else {
		want := a.serials[series] + 1
		for b := a.lent(series, want); b != nil; b = a.lent(series, want) {
			want = b.To + 1
		}
		if d.Serial != want {
			a.complain(e, "serial %d of %s after %d", d.Serial, series, a.serials[series])
		}
		a.serials[series] = d.Serial
	}
	a.numbers[key] = d.Ticket
	t := &Told{Issued: d, At: Pending, Verbs: map[string]bool{}, service: d.Service, order: d.Behind}
	if !d.Offline {
		a.order++
		t.order = a.order
	}
	a.Tickets[d.Ticket] = t
}

func (a *Account) lent(series string, serial int) *block {
	for _, b := range a.blocks[series] {
		if b.From <= serial && serial <= b.To {
			return b
		}
	}
	return nil
}

func (a *Account) cutOff(e contract.Event, d contract.TicketIssued, series string) {
	b := a.lent(series, d.Serial)
	switch {
	case b == nil || b.Kiosk != d.Kiosk:
		a.complain(e, "%s gave %s, which it was not lent", d.Kiosk, d.Number)
	case d.Serial != b.last+1:
		a.complain(e, "%s gave %s after serial %d of its block", d.Kiosk, d.Number, b.last)
	default:
		b.last = d.Serial
	}
	if last := a.taken[d.Kiosk]; d.PlacedAt.Before(last) {
		a.complain(e, "%s stands before what %s gave earlier", d.Number, d.Kiosk)
	}
	a.taken[d.Kiosk] = d.PlacedAt
}

// In lists the numbers in a place.
func (a *Account) In(p Place) (list []string) {
	for _, t := range a.Tickets {
		if t.At == p {
			list = append(list, t.Issued.Number)
		}
	}
	slices.Sort(list)
	return list
}

// String is the account in figures.
func (a *Account) String() string {
	count := map[Place]int{}
	for _, t := range a.Tickets {
		count[t.At]++
	}
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%d %s", count[p], p))
	}
	return fmt.Sprintf("%d tickets (%s), %d calls", len(a.Tickets), strings.Join(parts, ", "), a.Call)
}

// Differ compares two lists of events: the same ids with the same content in
// the same order. It tells the first difference.
func Differ(journal, centre []contract.Event) error {
	for i := range min(len(journal), len(centre)) {
		a, b := journal[i], centre[i]
		if a.ID != b.ID {
			return fmt.Errorf("event %d: %s on the hall's disk, %s at the centre", i+1, a.ID, b.ID)
		}
		if a.Type != b.Type || !a.Time.Equal(b.Time) || !sameJSON(a.Data, b.Data) {
			return fmt.Errorf("event %s: %s %v %s on the hall's disk, %s %v %s at the centre", a.ID, a.Type, a.Time, a.Data, b.Type, b.Time, b.Data)
		}
	}
	if len(journal) != len(centre) {
		return fmt.Errorf("%d events on the hall's disk, %d at the centre", len(journal), len(centre))
	}
	return nil
}

func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	p, _ := json.Marshal(x)
	q, _ := json.Marshal(y)
	return string(p) == string(q)
}
