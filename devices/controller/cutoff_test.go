package controller

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// R-QUE-14: a hall that runs on a restored backup does not give a number again,
// neither one that a kiosk has seen nor one that nobody can tell it of. The
// positive control: without the two guards it does.
func TestRestoredBackupGivesNoNumberAgain(t *testing.T) {
	for _, c := range []struct {
		name           string
		jumps, reports bool
		again          bool
	}{
		{"both guards", true, true, false},
		{"no kiosk has come yet", true, false, false},
		{"the file looks like itself", false, true, false},
		{"positive control", false, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hall.db")
			h := build(t, path)
			h.take()
			h.stop()
			backup, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			h.start()
			given := map[string]bool{}
			for range 5 {
				given[h.take().Number] = true
			}
			stock := contract.LendNumbers{Stock: "S1"}
			lent := read[contract.Numbers](t, h.must(hall.RoleKiosk, contract.AskNumbersLend, stock))
			var view contract.Queue
			h.Look(func(s *hall.State) { view = s.QueueView(time.Now()) })
			h.stop()
			if err := os.WriteFile(path, backup, 0o600); err != nil {
				t.Fatal(err)
			}
			h.start()
			if !h.j.Copied() {
				t.Fatal("the journal does not notice")
			}
			if c.jumps {
				restored := &Controller{journal: h.j, engine: h.Engine, log: quiet}
				if err := restored.restored(t.Context()); err != nil || h.j.Copied() {
					t.Fatalf("restored: %v, copied %v", err, h.j.Copied())
				}
			}
			if c.reports {
				stock.Day, stock.Holds, stock.Left = lent.Day, lent.Blocks, map[string]int{"A": 20}
				stock.Seen, stock.Lent = view.Serials, view.Lent
				h.must(hall.RoleKiosk, contract.AskNumbersLend, stock)
			}
			other := read[contract.Numbers](t, h.must(hall.RoleKiosk, contract.AskNumbersLend, contract.LendNumbers{Stock: "S2"}))
			again := false
			for range 5 {
				again = given[h.take().Number] || again
			}
			for _, b := range other.Blocks {
				for _, o := range lent.Blocks {
					again = again || b.Prefix == o.Prefix && b.From <= o.To && o.From <= b.To
				}
			}
			if again != c.again {
				t.Errorf("numbers were given again: %v", again)
			}
		})
	}
}

// What a kiosk still has does not wait for ever for what a restored hall has
// forgotten.
func TestRestoredBackupTakesWhatIsLeft(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	a := h.take()
	h.printed(1, a.Ticket)
	h.Born("kiosk-1", contract.OutboxRange{Epoch: "e1", First: 1, Last: 2})
	if got, err := h.Events(t.Context(), "kiosk-1", hall.RoleKiosk, []contract.Event{printedEvent(3, a.Ticket)}); err != nil || got != 1 {
		t.Errorf("a gap was acknowledged through %d, %v", got, err)
	}
	h.Born("kiosk-1", contract.OutboxRange{Epoch: "e1", First: 7, Last: 8}) // 2 to 6 were acknowledged before
	if got, err := h.Events(t.Context(), "kiosk-1", hall.RoleKiosk, []contract.Event{printedEvent(7, a.Ticket), printedEvent(8, a.Ticket)}); err != nil || got != 8 {
		t.Errorf("acknowledged through %d, %v; want 8", got, err)
	}
}

// The number of a ticket that joins late is claimed on the disk like any other,
// and a conflict claims nothing.
func TestOfflineNumberOnDisk(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	n := read[contract.Numbers](t, h.must(hall.RoleKiosk, contract.AskNumbersLend, contract.LendNumbers{Stock: "S1"}))
	event := func(node string, seq uint64, ticket string) contract.Event {
		raw, err := json.Marshal(contract.TicketTaken{Ticket: ticket, Number: "A501", Prefix: "A", Serial: 501, Day: n.Day, Service: "one", At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		return contract.Event{ID: contract.EventID(node, "e1", seq), Type: contract.EvTicketTaken, Time: time.Now(), Data: raw}
	}
	for seq, ticket := range []string{"t-1", "t-1", "t-2"} {
		if got, err := h.Events(t.Context(), "kiosk-1", hall.RoleKiosk, []contract.Event{event("kiosk-1", uint64(seq+1), ticket)}); err != nil || got != uint64(seq+1) {
			t.Fatalf("acknowledged through %d, %v", got, err)
		}
	}
	before := fingerprint(h)
	h.restart()
	if fingerprint(h) != before {
		t.Errorf("after the restart\n%s\nbefore\n%s", fingerprint(h), before)
	}
	h.Look(func(s *hall.State) {
		if len(s.Tickets) != 1 || len(s.Conflicts) != 1 || s.Conflicts[0].Ticket != "t-2" {
			t.Errorf("tickets %+v, conflicts %+v", s.Tickets, s.Conflicts)
		}
	})
}
