package config_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hallward/devices/config"
	"hallward/devices/contract"
	"hallward/devices/hall"
)

// R-KIOSK-03, -04: in the sample hall a ticket of every service can be taken
// and is called at one of its windows, with each window staffed by one person.
// A service that only informs (R-KIOSK-16) says so and gives none.
func TestSampleDay(t *testing.T) {
	for _, name := range []string{"luotian", "town"} {
		setup, catalogue, err := config.LoadHall(filepath.Join(halls, name))
		if err != nil {
			t.Fatal(err)
		}
		state := hall.New(setup)
		now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
		ids := 0
		do := func(typ string, data any) hall.Decision {
			t.Helper()
			raw, err := json.Marshal(data)
			if err != nil {
				t.Fatal(err)
			}
			ids++
			d := state.Decide(hall.Command{ID: fmt.Sprint(ids), Type: typ, Role: hall.RoleHall, Node: "hall", Data: raw}, now)
			for _, e := range d.Events {
				if err := state.Apply(e); err != nil {
					t.Fatal(err)
				}
			}
			return d
		}
		used := map[string]bool{}
		for _, w := range setup.Windows {
			for _, p := range setup.Staff {
				if state.StaffAt(w.ID) == "" && !used[p.ID] && qualified(p, w) {
					used[p.ID] = true
					do(contract.AskWindowSignIn, contract.SignIn{Window: w.ID, Staff: p.Number, PIN: p.Number})
				}
			}
			if state.StaffAt(w.ID) == "" {
				t.Errorf("%s: nobody is left for window %s", name, w.ID)
			}
		}
		informs := 0
		for _, s := range catalogue.Services {
			d := do(contract.AskTicketTake, contract.TakeTicket{Service: s.ID})
			if s.Message.ZH != "" {
				informs++
				if d.Refusal == nil || d.Refusal.Code != hall.MessageOnly {
					t.Errorf("%s: %s only informs, but answered %+v", name, s.ID, d)
				}
				continue
			}
			ticket, ok := d.Answer.(contract.Ticket)
			if !ok {
				t.Errorf("%s: no ticket for %s: %v", name, s.ID, d.Refusal)
				continue
			}
			do(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ticket.Ticket, Proof: "printed"})
		}
		served := map[string]bool{}
		for _, w := range setup.Windows {
			for {
				d := do(contract.AskWindowNext, contract.WindowRef{Window: w.ID})
				if d.Refusal != nil {
					break
				}
				service := d.Answer.(contract.WindowAnswer).Ticket.Service
				i := slices.IndexFunc(catalogue.Services, func(s contract.ServiceInfo) bool { return s.ID == service })
				if !slices.Contains(catalogue.Services[i].Windows, w.ID) {
					t.Errorf("%s: window %s called service %s", name, w.ID, service)
				}
				served[service] = true
				do(contract.AskWindowStart, contract.WindowRef{Window: w.ID})
				do(contract.AskWindowFinish, contract.WindowRef{Window: w.ID})
			}
		}
		if want := len(catalogue.Services) - informs; len(served) != want {
			t.Errorf("%s: %d of %d services were served", name, len(served), want)
		}
	}
}

func qualified(p hall.Staff, w hall.Window) bool {
	return !slices.ContainsFunc(w.Services, func(s string) bool { return !slices.Contains(p.Services, s) })
}
