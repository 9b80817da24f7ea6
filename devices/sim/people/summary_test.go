package people

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

// The summary counts what it should find, and finds what must not be: a number
// given twice, a ghost called.
func TestSummarise(t *testing.T) {
	at := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	var events []contract.Event
	add := func(after time.Duration, typ string, data any) {
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, contract.Event{Type: typ, Time: at.Add(after), Data: raw})
	}
	add(0, contract.EvTicketIssued, contract.TicketIssued{Ticket: "t1", Number: "A001", Day: "2026-11-23"})
	add(0, contract.EvTicketConfirmed, contract.TicketConfirmed{Ticket: "t1", Proof: "consumed"})
	add(time.Minute, contract.EvTicketCalled, contract.TicketCalled{Ticket: "t1"})
	add(time.Minute, contract.EvTicketRecalled, contract.TicketRecalled{Ticket: "t1"})
	add(2*time.Minute, contract.EvTicketContinued, contract.TicketContinued{Ticket: "t1", Seconds: 30})
	add(2*time.Minute, contract.EvTicketFinished, contract.TicketFinished{Ticket: "t1", Seconds: 60})
	add(2*time.Minute, contract.EvRatingGiven, contract.RatingGiven{Ticket: "t1", Level: 5, Code: 3})
	add(0, contract.EvDeviceFault, contract.DeviceFault{Node: "kiosk-1", Device: "printer", Code: "paper-out", On: true})
	add(0, contract.EvDeviceFault, contract.DeviceFault{Node: "kiosk-1", Device: "printer", Code: "paper-out", On: false})
	add(0, contract.EvTicketIssued, contract.TicketIssued{Ticket: "t2", Number: "A001", Day: "2026-11-23"})
	add(0, contract.EvTicketCalled, contract.TicketCalled{Ticket: "t2"})
	events = append(events, contract.Event{Type: "odd/1", Data: []byte("{")})

	s := Summarise(events)
	if s.Tickets != 2 || s.Printed != 1 || s.Calls != 2 || s.Recalls != 1 || s.Served != 1 || s.Went != 1 || s.Ratings != 1 || s.Unknown != 1 {
		t.Errorf("%+v", s)
	}
	if len(s.Doubled) != 1 || len(s.GhostCall) != 1 || s.Waits[0] != time.Minute || s.Faults["kiosk-1/printer paper-out"] != 1 {
		t.Errorf("doubled %v, ghosts %v, waits %v, faults %v", s.Doubled, s.GhostCall, s.Waits, s.Faults)
	}
	var out bytes.Buffer
	s.Print(&out)
	for _, want := range []string{"2 taken, 1 printed", "1 given", "paper-out ×1", "given twice: 1, ghosts called: 1", "unreadable: 1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in\n%s", want, out.String())
		}
	}
}
