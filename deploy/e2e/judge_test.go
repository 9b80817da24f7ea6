package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal"
)

// account is what the events of a hall say of each ticket, told by somebody who
// knows only the words of the contract, not the rules that made them, and
// complains of whatever a citizen could complain of.
type account struct {
	complaints []string
	tickets    map[string]*told
	numbers    map[string]string // day and number → ticket
	serials    map[string]int    // day and prefix → last serial
	inHand     map[string]string // window → ticket
	call       uint64
}

// told is one ticket's story so far.
type told struct {
	issued   contract.TicketIssued
	at       place
	window   string
	proof    string // of the last confirmation
	proved   time.Time
	unproved []contract.TicketUnconfirmed
	verbs    map[string]bool // event types, with the window: "ticket.called/1 w02"
}

// place is where a ticket is.
type place string

const (
	pending place = "pending" // issued or unconfirmed: must not be called
	waiting place = "waiting"
	atDesk  place = "at a window"
	held    place = "held"
	served  place = "finished"
	missed  place = "missed"
	void    place = "void"
	late    place = "late"
)

// give reads a hall's events from its first, in their order.
func give(events []contract.Event) *account {
	a := &account{tickets: map[string]*told{}, numbers: map[string]string{}, serials: map[string]int{}, inHand: map[string]string{}}
	seen := map[string]bool{}
	for i, e := range events {
		if e.Sequence != uint64(i+1) {
			a.complain(e, "is event %d of the list", i+1)
		}
		if seen[e.ID] {
			a.complain(e, "stands there twice")
		}
		seen[e.ID] = true
		a.take(e)
	}
	return a
}

func (a *account) complain(e contract.Event, format string, args ...any) {
	a.complaints = append(a.complaints, fmt.Sprintf("event %d, %s: ", e.Sequence, e.Type)+fmt.Sprintf(format, args...))
}

// moves are the places in which a ticket may be for each event, and the place
// after it.
var moves = map[string]struct {
	from []place
	to   place
}{
	contract.EvTicketConfirmed:   {[]place{pending}, waiting},
	contract.EvTicketUnconfirmed: {[]place{pending}, pending},
	contract.EvTicketVoided:      {[]place{pending, waiting, atDesk, held}, void},
	contract.EvTicketLate:        {[]place{void}, late},
	contract.EvTicketCalled:      {[]place{waiting}, atDesk},
	contract.EvTicketRecalled:    {[]place{atDesk}, atDesk},
	contract.EvTicketMissed:      {[]place{atDesk}, missed},
	contract.EvTicketReinstated:  {[]place{missed, late}, waiting},
	contract.EvTicketStarted:     {[]place{atDesk}, atDesk},
	contract.EvTicketFinished:    {[]place{atDesk}, served},
	contract.EvTicketTransferred: {[]place{atDesk}, waiting},
	contract.EvTicketHeld:        {[]place{atDesk}, held},
	contract.EvTicketResumed:     {[]place{held}, atDesk},
	contract.EvTicketReturned:    {[]place{atDesk, held}, waiting},
}

func (a *account) take(e contract.Event) {
	if e.Type == contract.EvTicketIssued {
		a.issue(e)
		return
	}
	move, ok := moves[e.Type]
	if !ok {
		return // windows, ratings, punches, faults: not of a ticket's life
	}
	var d struct {
		Ticket, Window, From, Proof, Outcome, Fault string
		Call                                        uint64
	}
	if err := json.Unmarshal(e.Data, &d); err != nil {
		a.complain(e, "%v", err)
		return
	}
	t := a.tickets[d.Ticket]
	if t == nil {
		a.complain(e, "of a ticket %q that was never issued", d.Ticket)
		return
	}
	desk := d.Window
	if e.Type == contract.EvTicketTransferred {
		desk = d.From
	}
	if !slices.Contains(move.from, t.at) {
		a.complain(e, "number %s is %s", t.issued.Number, t.at)
	}
	switch e.Type {
	case contract.EvTicketConfirmed, contract.EvTicketLate:
		t.proof, t.proved = d.Proof, e.Time
	case contract.EvTicketUnconfirmed:
		t.unproved = append(t.unproved, contract.TicketUnconfirmed{Ticket: d.Ticket, Outcome: d.Outcome, Fault: d.Fault})
	case contract.EvTicketCalled, contract.EvTicketResumed:
		if t.proof == "" {
			a.complain(e, "number %s is a ghost: neither paper nor word", t.issued.Number)
		}
		if other := a.inHand[desk]; other != "" {
			a.complain(e, "window %s has %s in hand", desk, a.tickets[other].issued.Number)
		}
	default:
		if t.at == atDesk && desk != "" && desk != t.window && e.Type != contract.EvTicketVoided {
			a.complain(e, "number %s is at %s, not at %s", t.issued.Number, t.window, desk)
		}
	}
	if d.Call > 0 || e.Type == contract.EvTicketCalled {
		if d.Call != a.call+1 {
			a.complain(e, "is call %d after %d", d.Call, a.call)
		}
		a.call = d.Call
	}
	if t.at == atDesk && move.to != atDesk {
		delete(a.inHand, t.window)
	}
	if move.to == atDesk {
		a.inHand[desk], t.window = d.Ticket, desk
	}
	t.at = move.to
	t.verbs[e.Type+" "+desk] = true
}

// issue wants each number once a day, and the numbers of a prefix without a gap.
func (a *account) issue(e contract.Event) {
	var d contract.TicketIssued
	if err := json.Unmarshal(e.Data, &d); err != nil {
		a.complain(e, "%v", err)
		return
	}
	key, series := d.Day+" "+d.Number, d.Day+" "+d.Prefix
	if a.tickets[d.Ticket] != nil {
		a.complain(e, "ticket %s a second time", d.Ticket)
	}
	if a.numbers[key] != "" {
		a.complain(e, "number %s twice on a day", key)
	}
	if d.Serial != a.serials[series]+1 {
		a.complain(e, "serial %d of %s after %d", d.Serial, series, a.serials[series])
	}
	a.numbers[key], a.serials[series] = d.Ticket, d.Serial
	a.tickets[d.Ticket] = &told{issued: d, at: pending, verbs: map[string]bool{}}
}

// in lists the numbers in a place.
func (a *account) in(p place) (list []string) {
	for _, t := range a.tickets {
		if t.at == p {
			list = append(list, t.issued.Number)
		}
	}
	slices.Sort(list)
	return list
}

// String is the account in figures.
func (a *account) String() string {
	count := map[place]int{}
	for _, t := range a.tickets {
		count[t.at]++
	}
	var parts []string
	for _, p := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%d %s", count[p], p))
	}
	return fmt.Sprintf("%d tickets (%s), %d calls", len(a.tickets), strings.Join(parts, ", "), a.call)
}

// differ compares two lists of events: the same ids with the same content in
// the same order. It tells the first difference.
func differ(journal, centre []contract.Event) error {
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

// compare stops the hall and holds its disk against the centre's. What was
// stored between the last acknowledgement and the stop comes with the next
// start.
func (h *house) compare(marks map[string]uint64) (events []contract.Event) {
	h.t.Helper()
	for range 5 {
		h.stop("hall")
		events = h.onDisk(marks)
		arrived, err := h.events()
		if err != nil {
			h.t.Fatal(err)
		}
		if len(arrived) >= len(events) {
			if err := differ(events, arrived); err != nil {
				h.t.Error(err)
			}
			return events
		}
		h.start("hall")
		until(h.t, 30*time.Second, "the rest is at the centre", func() error {
			if arrived, err = h.events(); err == nil && len(arrived) < len(events) {
				err = fmt.Errorf("%d of %d events", len(arrived), len(events))
			}
			return err
		})
	}
	h.t.Fatal("hall and centre do not come to rest")
	return nil
}

// onDisk reads the hall's journal; everything that the kiosks reported must be
// taken in.
func (h *house) onDisk(marks map[string]uint64) (events []contract.Event) {
	h.t.Helper()
	j, err := journal.Open(filepath.Join(h.dir, "data/hall/hall.db"), &journal.Options{Hall: hallID, Node: "hall"})
	if err != nil {
		h.t.Fatal(err)
	}
	err = j.Replay(h.t.Context(), 0, func(e contract.Event) error { events = append(events, e); return nil })
	for node, last := range marks {
		if m, ok := j.Inbox(node); !ok && last > 0 || m.Through != last {
			h.t.Errorf("the hall has taken in %d of %d events of %s", m.Through, last, node)
		}
	}
	if err = errors.Join(err, j.Close()); err != nil {
		h.t.Fatal(err)
	}
	return events
}

// story makes events of lines "type {data}", for TestTheJudge.
func story(lines ...string) (events []contract.Event) {
	for i, line := range lines {
		typ, data, _ := strings.Cut(line, " ")
		events = append(events, contract.Event{ID: contract.EventID("hall", "e", uint64(i+1)), Sequence: uint64(i + 1), Type: typ, Data: json.RawMessage(data)})
	}
	return events
}

// The judge of the other tests can find each fault: its positive control.
func TestTheJudge(t *testing.T) {
	const (
		one     = `ticket.issued/1 {"ticket":"t1","number":"A001","prefix":"A","serial":1,"day":"d"}`
		two     = `ticket.issued/1 {"ticket":"t2","number":"A002","prefix":"A","serial":2,"day":"d"}`
		proved  = `ticket.confirmed/1 {"ticket":"t1","proof":"consumed"}`
		proved2 = `ticket.confirmed/1 {"ticket":"t2","proof":"consumed"}`
		called  = `ticket.called/1 {"ticket":"t1","window":"w1","call":1}`
	)
	good := story(one, two, proved, called, `ticket.started/1 {"ticket":"t1","window":"w1"}`, `ticket.finished/1 {"ticket":"t1","window":"w1"}`)
	if a := give(good); len(a.complaints) > 0 || len(a.in(pending)) != 1 {
		t.Errorf("a good story: %q, pending %q", a.complaints, a.in(pending))
	}
	for _, c := range []struct {
		want  string
		story []contract.Event
	}{
		{"twice on a day", story(one, `ticket.issued/1 {"ticket":"t2","number":"A001","prefix":"A","serial":2,"day":"d"}`)},
		{"serial 3 of d A after 1", story(one, `ticket.issued/1 {"ticket":"t2","number":"A003","prefix":"A","serial":3,"day":"d"}`)},
		{"a second time", story(one, `ticket.issued/1 {"ticket":"t1","number":"A002","prefix":"A","serial":2,"day":"d"}`)},
		{"is a ghost", story(one, called)},
		{"A001 is void", story(one, `ticket.voided/1 {"ticket":"t1"}`, called)},
		{"A001 is at a window", story(one, proved, called, `ticket.called/1 {"ticket":"t1","window":"w2","call":2}`)},
		{"window w1 has A001 in hand", story(one, two, proved, proved2, called, `ticket.called/1 {"ticket":"t2","window":"w1","call":2}`)},
		{"is at w1, not at w2", story(one, proved, called, `ticket.started/1 {"ticket":"t1","window":"w2"}`)},
		{"is call 1 after 1", story(one, two, proved, proved2, called, `ticket.called/1 {"ticket":"t2","window":"w2","call":1}`)},
		{"never issued", story(proved)},
		{"stands there twice", append(story(one), story(one)...)},
		{"is event 2 of the list", append(story(one), story(one, two, proved)[2])},
	} {
		if got := give(c.story).complaints; !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("want a complaint with %q, got %q", c.want, got)
		}
	}
	for name, other := range map[string][]contract.Event{
		"one is missing": good[:5],
		"order":          append([]contract.Event{good[1], good[0]}, good[2:]...),
		"content":        append(story(two), good[1:]...),
	} {
		if differ(good, other) == nil {
			t.Errorf("%s: no difference seen", name)
		}
	}
	if err := differ(good, slices.Clone(good)); err != nil {
		t.Error(err)
	}
}
