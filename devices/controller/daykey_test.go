package controller

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/identity"
	"hallward/devices/journal"
)

// dayHall is a hall whose service asks for the ID card, on a real journal, with
// a clock that the test moves and a log that it reads.
type dayHall struct {
	t    *testing.T
	e    *Engine
	j    *journal.Journal
	path string
	log  *bytes.Buffer
	now  time.Time
	seq  uint64
	stop func()
}

func newDayHall(t *testing.T) *dayHall {
	h := &dayHall{t: t, path: filepath.Join(t.TempDir(), "hall.db"), log: &bytes.Buffer{}, now: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)}
	h.start()
	t.Cleanup(func() { h.stop() })
	return h
}

func (h *dayHall) start() {
	h.t.Helper()
	j, err := journal.Open(h.path, &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		h.t.Fatal(err)
	}
	setup := sampleSetup(h.t)
	setup.Services[0].Realname = "required"
	setup.Services[0].Appointments, setup.Services[0].Capacity = true, 5
	e, err := NewEngine(setup, "hall", j, slog.New(slog.NewTextHandler(h.log, nil)), func() time.Time { return h.now })
	if err != nil {
		h.t.Fatal(err)
	}
	e.clock.elapsed = func() time.Duration { return time.Duration(h.now.UnixNano()) } // time passes; nobody sets the clock
	h.e, h.j = e, j
	h.stop = sync.OnceFunc(func() { _ = j.Close() })
}

// do takes one command through the engine, without its goroutine: the clock is
// the test's.
func (h *dayHall) do(c *call) contract.Answer {
	h.t.Helper()
	c.done = make(chan struct{})
	h.e.work(context.Background(), []*call{c})
	if c.err != nil {
		h.t.Fatal(c.err)
	}
	return c.answer
}

func (h *dayHall) ask(kiosk, typ string, data any) contract.Answer {
	h.t.Helper()
	raw, ok := data.(string)
	if !ok {
		b, err := json.Marshal(data)
		if err != nil {
			h.t.Fatal(err)
		}
		raw = string(b)
	}
	role := hall.RoleKiosk
	if kiosk == "hall" {
		role = hall.RoleHall
	}
	return h.do(&call{command: hall.Command{ID: ulid.Make().String(), Type: typ, Node: kiosk, Role: role, Data: json.RawMessage(raw)},
		expires: h.now.Add(time.Minute)})
}

func (h *dayHall) event(typ string, data any) {
	h.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		h.t.Fatal(err)
	}
	h.seq++
	h.do(&call{command: hall.Command{ID: fmt.Sprintf("kiosk-1/E/%d", h.seq), Type: typ, Node: "kiosk-1", Role: hall.RoleKiosk, Data: raw},
		inbox: &journal.InboxMark{Node: "kiosk-1", Epoch: "E", Through: h.seq}})
}

func (h *dayHall) tick() {
	h.t.Helper()
	h.do(&call{command: hall.Command{Type: hall.CmdTick, Role: hall.RoleHall, Node: "hall"}})
}

// bytes is everything that stands in the journal's files.
func (h *dayHall) bytes() []byte {
	h.t.Helper()
	var all []byte
	for _, suffix := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(h.path + suffix)
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// views is everything that the hall shows or sends to all.
func (h *dayHall) views() []byte {
	h.t.Helper()
	var all []byte
	h.e.Look(func(s *hall.State) {
		for _, v := range []any{s.CatalogueView(), s.QueueView(h.now), s.CallsView(h.now), s.WindowsView(h.now), s.CalendarView(h.now), s.NoticesView(h.now)} {
			b, err := json.Marshal(v)
			if err != nil {
				h.t.Fatal(err)
			}
			all = append(all, b...)
		}
	})
	return all
}

// spellings are the forms in which a text of bytes may stand somewhere.
func spellings(b []byte) map[string][]byte {
	return map[string][]byte{"itself": b, "hexadecimal": []byte(hex.EncodeToString(b)),
		"base32": []byte(base32.StdEncoding.EncodeToString(b)[:40])}
}

// R-SEC-01, R-SEC-07, R-KIOSK-19: after a day of tickets by ID card neither a
// number nor a phone number nor a kiosk's hash of one stands anywhere in the
// journal, the views or the log; and when the day is over, the key that links
// its tickets is gone from the bytes of the files.
func TestNothingOfAPersonStays(t *testing.T) {
	h := newDayHall(t)
	key := identity.NewKey()
	secret := map[string]string{} // what → text that must be nowhere
	var hashes []string
	for _, text := range []string{"11010519491231002X", "440524188001010014"} {
		n, err := identity.Parse(text, h.now)
		if err != nil {
			t.Fatal(err)
		}
		hash := identity.Hash(key, n)
		if !hall.ValidPerson(hash) {
			t.Fatalf("the kiosk's hash %q does not have the form", hash)
		}
		hashes = append(hashes, hash)
		secret["ID number "+text[:6]], secret["hash of "+text[:6]] = text, hash
	}
	secret["phone number"] = "13800138000"

	h.tick()
	var tickets []string
	for i, hash := range hashes {
		a := h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hash})
		if a.Error != nil {
			t.Fatal(a.Error)
		}
		one := read[contract.Ticket](t, a)
		tickets = append(tickets, one.Ticket)
		h.event(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
		a = h.ask("kiosk-2", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hash})
		if a.Error == nil || a.Error.Code != hall.AlreadyHolding || a.Error.Ticket != one.Ticket {
			t.Errorf("person %d is not known again: %+v", i, a)
		}
		// However it is spelled, it is the same person.
		a = h.ask("kiosk-2", contract.AskTicketTake, fmt.Sprintf(`{"service":"one","PERSON":"x","Person":%q}`, hash))
		if a.Error == nil || a.Error.Code != hall.AlreadyHolding {
			t.Errorf("person %d in another spelling: %+v", i, a)
		}
	}
	// What is no hash is refused, and does not stay either.
	for _, text := range []string{"11010519491231002X", "440524188001010014", "13800138000"} {
		if a := h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: text}); a.Error == nil || a.Error.Code != hall.BadRequest {
			t.Errorf("a plain number: %+v", a)
		}
	}
	h.event(contract.EvTicketTaken, map[string]any{"ticket": "01K9RZOFF000000000000000T1", "person": "13800138000"})
	// After a restart the person is still known.
	h.stop()
	h.start()
	if a := h.ask("kiosk-2", contract.AskTicketReprint, contract.TicketRef{Ticket: tickets[0], Person: hashes[0]}); a.Error != nil {
		t.Errorf("the holder cannot print again: %v", a.Error)
	}
	if a := h.ask("kiosk-2", contract.AskTicketReprint, contract.TicketRef{Ticket: tickets[0], Person: hashes[1]}); a.Error == nil || a.Error.Code != hall.OtherPerson {
		t.Errorf("another prints it: %+v", a)
	}
	day := bytes.Clone(h.e.key)
	stored := ofDay(day, hashes[0])
	if !bytes.Contains(h.bytes(), day) || !bytes.Contains(h.bytes(), []byte(stored)) {
		t.Fatal("the key or the hash of the day is not found where it must be: the search proves nothing")
	}

	h.e.snapshot(t.Context())
	h.now = h.now.Add(24 * time.Hour)
	h.tick()
	if bytes.Equal(h.e.key, day) {
		t.Fatal("the next day has the same key")
	}
	everywhere := map[string][]byte{"journal": h.bytes(), "views": h.views(), "log": h.log.Bytes()}
	for where, b := range everywhere {
		for what, text := range secret {
			if bytes.Contains(b, []byte(text)) {
				t.Errorf("the %s has the %s", where, what)
			}
		}
		for how, k := range spellings(day) {
			if bytes.Contains(b, k) {
				t.Errorf("the %s has the key of the day before (%s)", where, how)
			}
		}
	}
	if bytes.Contains(everywhere["views"], []byte(stored)) {
		t.Error("a view shows the hash of a person")
	}
	// The same person is somebody else today.
	a := h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hashes[0]})
	if a.Error != nil {
		t.Fatal(a.Error)
	}
	h.e.Look(func(s *hall.State) {
		if got := s.Tickets[read[contract.Ticket](t, a).Ticket].Person; got == "" || got == stored {
			t.Errorf("the ticket of the next day has %q, the day before %q", got, stored)
		}
	})
}

// The first command of a day may be the one that opens it: its person is
// already under the key of that day.
func TestFirstPersonOfTheDay(t *testing.T) {
	h := newDayHall(t)
	hash := strings.Repeat("ab12", 13)
	for range 3 {
		old := h.e.key
		one := read[contract.Ticket](t, h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hash}))
		if bytes.Equal(old, h.e.key) {
			t.Fatal("no new key")
		}
		h.e.Look(func(s *hall.State) {
			if got := s.Tickets[one.Ticket].Person; got != ofDay(h.e.key, hash) {
				t.Errorf("person %q is not of the day", got)
			}
		})
		if a := h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hash}); a.Error == nil || a.Error.Code != hall.AlreadyHolding {
			t.Errorf("the second ticket: %+v", a)
		}
		stored, _, err := h.j.Get(dayKeyFact)
		if err != nil || !bytes.Equal(stored, h.e.key) {
			t.Errorf("the journal has the key %x (%v), want %x", stored, err, h.e.key)
		}
		h.now = h.now.Add(24 * time.Hour)
	}
}

// A commit that fails takes its key back with it.
func TestKeyOfAFailedCommit(t *testing.T) {
	h := newDayHall(t)
	h.tick()
	key := bytes.Clone(h.e.key)
	f := &failing{Store: h.j, readable: true}
	h.e.store, h.e.pause = f, 0
	f.set(true)
	h.now = h.now.Add(24 * time.Hour)
	c := &call{command: hall.Command{Type: hall.CmdTick, Role: hall.RoleHall, Node: "hall"}, done: make(chan struct{})}
	h.e.work(t.Context(), []*call{c})
	if c.err == nil {
		t.Fatal("the full disk took a commit")
	}
	f.set(false)
	h.e.repair(t.Context())
	if !bytes.Equal(h.e.key, key) {
		t.Error("the key of a day that was not stored is in force")
	}
}

// The holder of an appointment matches on a later day, by the kiosk's hash; the
// ticket that it becomes is under the key of its day like every other, whatever
// the kiosk says of the person.
func TestPersonOfAnAppointment(t *testing.T) {
	h := newDayHall(t)
	hash, other := strings.Repeat("ab12", 13), strings.Repeat("cd34", 13)
	a := h.ask("kiosk-1", contract.AskAppointmentBook, contract.BookAppointment{Service: "one", Start: h.now.Add(24*time.Hour + 30*time.Minute), Person: hash})
	if a.Error != nil {
		t.Fatal(a.Error)
	}
	booked := read[contract.Appointment](t, a)
	h.now = h.now.Add(24*time.Hour + 20*time.Minute)
	found := read[contract.Appointments](t, h.ask("kiosk-2", contract.AskAppointmentFind, contract.FindAppointment{Person: hash}))
	if len(found.Appointments) != 1 || found.Appointments[0].Appointment != booked.Appointment {
		t.Fatalf("found %+v", found)
	}
	a = h.ask("kiosk-2", contract.AskAppointmentArrive, contract.Arrive{Appointment: booked.Appointment, Person: other})
	if a.Error != nil {
		t.Fatal(a.Error)
	}
	h.e.Look(func(s *hall.State) {
		if got := s.Tickets[read[contract.Ticket](t, a).Ticket].Person; got != ofDay(h.e.key, hash) {
			t.Errorf("the ticket has the person %q", got)
		}
	})
	if a := h.ask("kiosk-1", contract.AskTicketTake, contract.TakeTicket{Service: "one", Person: hash}); a.Error == nil || a.Error.Code != hall.AlreadyHolding {
		t.Errorf("a second ticket beside the appointment: %+v", a)
	}
}
