package e2e

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/devices/sim/people"
	"hallward/devices/sim/printer"
)

// The real kiosk with its window, killed while it prints and the printer has
// lost its power with half a slip out (R-PRN-07): the number is unconfirmed and
// then void, nobody calls it, no paper of it comes later, and the next citizen
// gets the next number.
func TestKioskKilledWhilePrinting(t *testing.T) {
	h := newHouse(t)
	h.edit("hall.yaml", "confirm_within: 2m", "confirm_within: 10s")
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	desk := h.desk()
	w02 := contract.WindowRef{Window: "w02"}
	if _, err := desk.Ask(t.Context(), contract.AskWindowSignIn, contract.SignIn{Window: "w02", Staff: "1003", PIN: "1003"}); err != nil {
		t.Fatal(err)
	}
	h.post("/printer/kiosk-1/power-loss?bytes=150&seconds=0")
	choose := func(screen string) people.Screen {
		t.Helper()
		for _, step := range [][2]string{{"start", ""}, {"unit", "housing"}, {"service", "housing-rent"}} {
			h.touch(k, step[0], step[1])
		}
		return h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == screen })
	}
	choose("printing")
	until(t, 10*time.Second, "the printer has lost its power", func() error {
		if s := h.printerState("kiosk-1"); s.Powered {
			return fmt.Errorf("%+v", s)
		}
		return nil
	})
	h.kill("kiosk")
	h.set("kiosk-1", "power-off", false)
	h.start("kiosk")
	a := h.account("the half slip is void", func(a *judge.Account) bool { return len(a.In(judge.Void)) == 1 })
	for _, told := range a.Tickets {
		if len(told.Unproved) != 1 || told.Unproved[0].Outcome != "unknown" || told.Unproved[0].Fault != "restart" {
			t.Errorf("%s: %+v, want one report of an unknown outcome by a restart", told.Issued.Number, told.Unproved)
		}
	}
	_, err := desk.Ask(t.Context(), contract.AskWindowNext, w02)
	var no *contract.Problem
	if !errors.As(err, &no) || no.Code != "nobody-waiting" {
		t.Errorf("next: %v, want nobody", err)
	}
	next := choose("done").Number
	h.account("the next number waits", func(a *judge.Account) bool { return slices.Equal(a.In(judge.Waiting), []string{next}) })
	ghost := a.In(judge.Void)[0]
	if next == ghost {
		t.Errorf("the number %s was given twice", next)
	}
	for _, p := range h.papersOf("kiosk-1") {
		// Half a slip may hang above the next one: its number, but no code.
		if len(p.Codes) != 1 || !slices.Contains(p.Lines, next) {
			t.Errorf("a paper with the codes %q: %q; want that of %s only", p.Codes, p.Lines, next)
		}
	}
	if got, err := desk.Ask(t.Context(), contract.AskWindowNext, w02); err != nil || got.Ticket == nil || got.Ticket.Number != next {
		t.Errorf("next: %+v, %v, want %s", got.Ticket, err, next)
	}
}

func (h *house) printerState(id string) printer.State {
	h.t.Helper()
	var s struct {
		Printers map[string]printer.State `json:"printers"`
	}
	h.get(h.url(controlPort)+"/state", &s)
	return s.Printers[id]
}

// papersOf are the slips that have come out of a simulated printer.
func (h *house) papersOf(id string) (list []printer.Paper) {
	h.t.Helper()
	h.get(h.url(controlPort)+"/printer/"+id+"/papers", &list)
	return list
}
