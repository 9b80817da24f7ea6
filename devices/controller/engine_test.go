package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/journal"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// sampleSetup is a hall with one service and two windows, open at all times.
func sampleSetup(t testing.TB) *hall.Setup {
	t.Helper()
	pin, err := hall.HashPIN("1234", []byte("0123456789abcdef"), 1)
	if err != nil {
		t.Fatal(err)
	}
	day := []calendar.Segment{{From: 0, To: 24 * 60}}
	return &hall.Setup{
		Hall:     contract.HallInfo{ID: "sample", Name: contract.Text2{ZH: "示例大厅", EN: "Sample hall"}},
		Services: []hall.Service{{ServiceInfo: contract.ServiceInfo{ID: "one", Prefix: "A", Name: contract.Text2{ZH: "示例事项", EN: "Sample"}}, NoClosing: true}},
		Windows: []hall.Window{
			{ID: "w1", Label: "1", Name: contract.Text2{ZH: "1号窗口", EN: "Window 1"}, Services: []string{"one"}, Keypad: 1},
			{ID: "w2", Label: "2", Name: contract.Text2{ZH: "2号窗口", EN: "Window 2"}, Services: []string{"one"}},
		},
		Staff: []hall.Staff{
			{ID: "s1", Number: "1001", Name: "甄有礼", Services: []string{"one"}, PINHash: pin},
			{ID: "s2", Number: "1002", Name: "甄有序", Services: []string{"one"}, PINHash: pin},
		},
		Nodes: []hall.Node{{ID: "kiosk-1", Role: hall.RoleKiosk}, {ID: "desk-1", Role: hall.RoleWindow}},
		Hours: &calendar.Hours{Zone: time.FixedZone("CST", 8*3600), ZoneName: "Asia/Shanghai", Weekdays: [7]bool{true, true, true, true, true, true, true},
			Segments: day, NoHolidays: true},
	}
}

// house is an engine on a real journal.
type house struct {
	*Engine
	t     testing.TB
	j     *journal.Journal
	path  string
	setup *hall.Setup
	stop  func()
	told  func([]contract.Event) // of stored events; nil is nobody
}

func build(t testing.TB, path string) *house {
	t.Helper()
	h := &house{t: t, path: path, setup: sampleSetup(t)}
	h.start()
	t.Cleanup(func() { h.stop() })
	return h
}

func (h *house) start() {
	h.t.Helper()
	j, err := journal.Open(h.path, &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		h.t.Fatal(err)
	}
	e, err := NewEngine(h.setup, "hall", j, quiet, time.Now)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.told != nil {
		e.onEvents = h.told
	}
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	h.Engine, h.j = e, j
	h.stop = sync.OnceFunc(func() { cancel(); wg.Wait(); _ = j.Close() })
}

func (h *house) restart() { h.stop(); h.start() }

func (h *house) ask(id, role, typ string, data any) contract.Answer {
	h.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		h.t.Fatal(err)
	}
	node := map[string]string{hall.RoleKiosk: "kiosk-1", hall.RoleWindow: "desk-1", hall.RoleHall: "hall"}[role]
	now := time.Now()
	return h.Ask(context.Background(), node, role, contract.Request{ID: id, Type: typ, Issued: now, Expires: now.Add(time.Minute), Data: raw})
}

func (h *house) must(role, typ string, data any) contract.Answer {
	h.t.Helper()
	a := h.ask(ulid.Make().String(), role, typ, data)
	if a.Error != nil {
		h.t.Fatalf("%s: %v", typ, a.Error)
	}
	return a
}

func (h *house) take() contract.Ticket {
	h.t.Helper()
	return read[contract.Ticket](h.t, h.must(hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one", Lang: "zh-CN"}))
}

// printed reports the paper of a ticket, as a kiosk's outbox does.
func (h *house) printed(seq uint64, ticket string) {
	h.t.Helper()
	if through, err := h.Events(context.Background(), "kiosk-1", hall.RoleKiosk, []contract.Event{printedEvent(seq, ticket)}); err != nil || through != seq {
		h.t.Fatalf("through %d, %v; want %d", through, err, seq)
	}
}

func printedEvent(seq uint64, ticket string) contract.Event {
	raw, _ := json.Marshal(contract.TicketPrinted{Ticket: ticket, Proof: "consumed"})
	return contract.Event{ID: contract.EventID("kiosk-1", "e1", seq), Type: contract.EvTicketPrinted, Time: time.Now(), Sequence: seq, Data: raw}
}

func (h *house) open(window, staff string) {
	h.t.Helper()
	h.must(hall.RoleWindow, contract.AskWindowSignIn, contract.SignIn{Window: window, Staff: staff, PIN: "1234"})
}

func read[T any](t testing.TB, a contract.Answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(a.Data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func fingerprint(h *house) string {
	var raw []byte
	h.Look(func(s *hall.State) { raw, _ = json.Marshal(s) })
	return string(raw)
}

// The whole way of a ticket, and a restart in the middle of it: replay gives
// the same state as life.
func TestTicketThroughARestart(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	h.open("w1", "1001")
	ticket := h.take()
	if ticket.Number != "A001" {
		t.Fatalf("number %s", ticket.Number)
	}
	if a := h.ask(ulid.Make().String(), hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: "w1"}); a.Result != contract.ResultRefused {
		t.Fatalf("a ticket without paper was called: %+v", a)
	}
	h.printed(1, ticket.Ticket)
	before := fingerprint(h)
	h.restart()
	if after := fingerprint(h); after != before {
		t.Fatalf("after the restart the state differs:\n%s\n%s", before, after)
	}
	if w := read[contract.WindowAnswer](t, h.must(hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: "w1"})); w.Window.Number != "A001" {
		t.Fatalf("called %+v", w)
	}
	h.must(hall.RoleWindow, contract.AskWindowStart, contract.WindowRef{Window: "w1"})
	h.must(hall.RoleWindow, contract.AskWindowFinish, contract.WindowRef{Window: "w1"})
	if err := h.Reading(t.Context(), hall.CmdScore, hall.Score{Window: "w1", Level: 5, Code: 3, Scale: "ff68-4"}); err != nil {
		t.Fatal(err)
	}
	if err := h.Reading(t.Context(), hall.CmdScore, hall.Score{Window: "w1", Level: 2, Code: 0, Scale: "ff68-4"}); err != nil {
		t.Fatal(err)
	}
	h.Look(func(s *hall.State) {
		if s.Ratings.Levels != [6]int{5: 1} {
			t.Errorf("ratings %v, want one of level 5 (R-KEY-07)", s.Ratings.Levels)
		}
	})
}

// HALL-014: the same id gets the same answer and no second effect, at once and
// after a restart.
func TestSameRequestSameAnswer(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	id := ulid.Make().String()
	take := contract.TakeTicket{Service: "one", Lang: "zh-CN"}
	first := h.ask(id, hall.RoleKiosk, contract.AskTicketTake, take)
	again := h.ask(id, hall.RoleKiosk, contract.AskTicketTake, take)
	h.restart()
	later := h.ask(id, hall.RoleKiosk, contract.AskTicketTake, take)
	for _, a := range []contract.Answer{again, later} {
		if string(a.Data) != string(first.Data) || a.Result != first.Result {
			t.Errorf("first %s %s, then %s %s", first.Result, first.Data, a.Result, a.Data)
		}
	}
	refusal := h.ask(ulid.Make().String(), hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	if refusal.Error == nil || refusal.Error.Message == "" {
		t.Fatalf("%+v", refusal)
	}
	if n := h.take().Number; n != "A002" {
		t.Errorf("the next number is %s, want A002: a repeated request took one", n)
	}
}

// HALL-015: what has expired is not carried out.
func TestExpiredRequestDoesNothing(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	raw, _ := json.Marshal(contract.TakeTicket{Service: "one"})
	a := h.Ask(t.Context(), "kiosk-1", hall.RoleKiosk, contract.Request{ID: "x", Type: contract.AskTicketTake, Expires: time.Now().Add(-time.Second), Data: raw})
	if a.Result != contract.ResultExpired || a.Error == nil {
		t.Errorf("%+v", a)
	}
	if n := h.take().Number; n != "A001" {
		t.Errorf("the expired request took a number: next is %s", n)
	}
}

// HALL-009, HALL-012: events are taken once and in order; a gap repeats the
// mark; of an unknown epoch the first is 1 or what the node's birth says.
func TestNodeEvents(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	a, b := h.take(), h.take()
	send := func(events ...contract.Event) uint64 {
		t.Helper()
		through, err := h.Events(t.Context(), "kiosk-1", hall.RoleKiosk, events)
		if err != nil {
			t.Fatal(err)
		}
		return through
	}
	if got := send(printedEvent(2, b.Ticket)); got != 0 {
		t.Errorf("a gap at the beginning was acknowledged through %d", got)
	}
	if got := send(printedEvent(1, a.Ticket), printedEvent(1, a.Ticket), printedEvent(2, b.Ticket)); got != 2 {
		t.Errorf("through %d, want 2", got)
	}
	if got := send(printedEvent(1, a.Ticket)); got != 2 {
		t.Errorf("a repetition was acknowledged through %d, want 2", got)
	}
	if got := send(printedEvent(5, a.Ticket)); got != 2 {
		t.Errorf("a gap was acknowledged through %d, want 2", got)
	}
	// A kiosk with an old disk meets a hall with a new one.
	h.Born("kiosk-9", contract.OutboxRange{Epoch: "e9", First: 41, Last: 41})
	ev := printedEvent(41, a.Ticket)
	ev.ID = contract.EventID("kiosk-9", "e9", 41)
	if through, err := h.Events(t.Context(), "kiosk-9", hall.RoleKiosk, []contract.Event{ev}); err != nil || through != 41 {
		t.Errorf("through %d, %v, want 41", through, err)
	}
	if _, err := h.Events(t.Context(), "kiosk-9", hall.RoleKiosk, []contract.Event{printedEvent(3, a.Ticket)}); err == nil {
		t.Error("a node spoke for another")
	}
	// What the rules refuse is taken all the same, or it would come for ever.
	odd := contract.Event{ID: contract.EventID("kiosk-1", "e1", 3), Type: "ticket.lost/7", Time: time.Now(), Data: []byte(`{}`)}
	if got := send(odd); got != 3 {
		t.Errorf("an unknown event stops the stream at %d (HALL-024)", got)
	}
}

// R-KIOSK-07, R-QUE-01: two windows never get one ticket, and many kiosks never
// one number.
func TestCompareAndSetUnderLoad(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	h.open("w1", "1001")
	h.open("w2", "1002")
	const n = 200
	numbers := make(chan string, n)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range n / 8 {
				a := h.ask(ulid.Make().String(), hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one"})
				numbers <- read[contract.Ticket](t, a).Number
			}
		})
	}
	wg.Wait()
	close(numbers)
	seen := map[string]bool{}
	for s := range numbers {
		if seen[s] {
			t.Errorf("%s was given twice", s)
		}
		seen[s] = true
	}
	var ids []string
	h.Look(func(s *hall.State) {
		for id := range s.Tickets {
			ids = append(ids, id)
		}
	})
	for i, id := range ids {
		h.printed(uint64(i+1), id)
	}
	called := make(chan string, n)
	for _, w := range []string{"w1", "w2"} {
		wg.Go(func() {
			for {
				a := h.ask(ulid.Make().String(), hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: w})
				if a.Error != nil {
					return
				}
				called <- read[contract.WindowAnswer](t, a).Window.Number
				if a := h.ask(ulid.Make().String(), hall.RoleWindow, contract.AskWindowNoShow, contract.WindowRef{Window: w}); a.Error != nil {
					t.Error(a.Error)
					return
				}
			}
		})
	}
	wg.Wait()
	close(called)
	got := map[string]bool{}
	for s := range called {
		if got[s] {
			t.Errorf("%s was called to two windows", s)
		}
		got[s] = true
	}
	if len(got) != n {
		t.Errorf("%d of %d were called", len(got), n)
	}
}

// failing is a store that takes nothing while it is full.
type failing struct {
	Store
	mu       sync.Mutex
	full     bool
	readable bool // while it is full
}

func (f *failing) set(full bool) { f.mu.Lock(); f.full = full; f.mu.Unlock() }

func (f *failing) CommitAll(ctx context.Context, c []*journal.Commit) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full {
		return fmt.Errorf("write: %w", journal.ErrDiskFull)
	}
	return f.Store.CommitAll(ctx, c)
}

func (f *failing) Reopen() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.full && !f.readable {
		return journal.ErrDiskFull
	}
	return nil
}

// S62: with a full disk no number is given, the words say what to do, and the
// hall goes on by itself when there is room again, without a gap.
func TestFullDisk(t *testing.T) {
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{Store: j}
	e, err := NewEngine(sampleSetup(t), "hall", f, quiet, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	e.pause = 0
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = j.Close() })
	h := &house{Engine: e, t: t, j: j}

	if n := h.take().Number; n != "A001" {
		t.Fatal(n)
	}
	f.set(true)
	a := h.ask(ulid.Make().String(), hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one"})
	if a.Result != contract.ResultFailed || a.Error.Code != "storage" || a.Error.MessageEN == "" {
		t.Errorf("%+v", a)
	}
	if err := h.Broken(); !errors.Is(err, journal.ErrDiskFull) {
		t.Errorf("broken: %v", err)
	}
	if _, err := h.Events(ctx, "kiosk-1", hall.RoleKiosk, []contract.Event{printedEvent(1, "x")}); err == nil {
		t.Error("an event was acknowledged that is not stored")
	}
	if err := h.Reading(ctx, hall.CmdPunch, contract.PunchRecorded{Terminal: "T", Person: "1001", Local: "2026-11-23 08:00:00"}); err == nil {
		t.Error("a punch was acknowledged that is not stored")
	}
	f.set(false)
	// The disk is tried again a moment later; who asks meanwhile asks again.
	var next contract.Answer
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if next = h.ask(ulid.Make().String(), hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one"}); next.Result != contract.ResultFailed {
			break
		}
	}
	if n := read[contract.Ticket](t, next).Number; n != "A002" {
		t.Errorf("after the fault the next number is %s, want A002", n)
	}
	if err := h.Broken(); err != nil {
		t.Error(err)
	}
}

// A full disk can still be read. Nothing is shown that is not stored; the log
// says it once, however often somebody asks; and the hall goes on by itself
// when there is room, without anybody asking.
func TestFullDiskThatCanBeRead(t *testing.T) {
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{Store: j, readable: true}
	var said strings.Builder // of the engine's goroutine, and read when that has ended
	e, err := NewEngine(sampleSetup(t), "hall", f, slog.New(slog.NewTextHandler(&said, nil)), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	e.pause = time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	stop := sync.OnceFunc(func() { cancel(); wg.Wait(); _ = j.Close() })
	t.Cleanup(stop)
	h := &house{Engine: e, t: t, j: j}
	h.take()
	f.set(true)
	for range 5 {
		if a := h.ask(ulid.Make().String(), hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one"}); a.Result != contract.ResultFailed {
			t.Errorf("%+v", a)
		}
	}
	h.Look(func(s *hall.State) {
		if len(s.Tickets) != 1 {
			t.Errorf("%d tickets are shown, 1 is stored", len(s.Tickets))
		}
	})
	f.set(false)
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(5 * time.Second); h.Broken() != nil; <-again.C {
		if time.Now().After(deadline) {
			t.Fatalf("nobody asks, and the hall does not go on: %v", h.Broken())
		}
	}
	if n := h.take().Number; n != "A002" {
		t.Errorf("after the fault the next number is %s, want A002", n)
	}
	stop()
	if strings.Count(said.String(), "takes nothing") != 1 || strings.Count(said.String(), "works again") != 1 {
		t.Errorf("the log says:\n%s", said.String())
	}
}
