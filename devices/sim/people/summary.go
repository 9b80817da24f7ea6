package people

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// Summary is a morning in figures, counted from the events that arrived at the
// centre.
type Summary struct {
	Events    int
	Tickets   int
	Printed   int // confirmed by the printer's word
	Noted     int // confirmed by the citizen's word
	Unpaper   int // papers that failed or may have failed
	Void      int
	Calls     int // first calls
	Recalls   int
	Missed    int
	Served    int
	Went      int // on, with the next of several services of the ticket
	Moved     int // transfers
	Ratings   int
	Unrated   int
	Punches   int
	Faults    map[string]int // begun, by node/device and code
	Waits     []time.Duration
	Services  []time.Duration
	Doubled   []string // numbers issued twice on a day: must be empty
	GhostCall []string // called without paper or word: must be empty
	Unknown   int      // events that cannot be read
}

// Summarise counts events in their order. No event may come twice.
func Summarise(events []contract.Event) Summary {
	s := Summary{Faults: map[string]int{}, Events: len(events)}
	issued := map[string]time.Time{}
	confirmed := map[string]bool{}
	numbers := map[string]bool{}
	waited := map[string]bool{}
	for _, e := range events {
		var d struct {
			Ticket, Number, Day, Proof string
			Node, Device               string
			Code                       any // a fault's name, or what a keypad sent
			On                         bool
			Seconds                    int
		}
		if err := json.Unmarshal(e.Data, &d); err != nil {
			s.Unknown++
			continue
		}
		switch e.Type {
		case contract.EvTicketIssued:
			s.Tickets++
			issued[d.Ticket] = e.Time
			if key := d.Day + " " + d.Number; numbers[key] {
				s.Doubled = append(s.Doubled, key)
			} else {
				numbers[key] = true
			}
		case contract.EvTicketConfirmed:
			confirmed[d.Ticket] = true
			if d.Proof == "noted" {
				s.Noted++
			} else {
				s.Printed++
			}
		case contract.EvTicketUnconfirmed:
			s.Unpaper++
		case contract.EvTicketVoided:
			s.Void++
		case contract.EvTicketCalled:
			s.Calls++
			if !confirmed[d.Ticket] {
				s.GhostCall = append(s.GhostCall, d.Ticket)
			}
			if at, ok := issued[d.Ticket]; ok && !waited[d.Ticket] {
				waited[d.Ticket] = true
				s.Waits = append(s.Waits, e.Time.Sub(at))
			}
		case contract.EvTicketRecalled:
			s.Recalls++
		case contract.EvTicketMissed:
			s.Missed++
		case contract.EvTicketTransferred:
			s.Moved++
		case contract.EvTicketContinued:
			s.Went++
			s.Services = append(s.Services, time.Duration(d.Seconds)*time.Second)
		case contract.EvTicketFinished:
			s.Served++
			s.Services = append(s.Services, time.Duration(d.Seconds)*time.Second)
		case contract.EvRatingGiven:
			s.Ratings++
		case contract.EvRatingAbsent:
			s.Unrated++
		case contract.EvPunchRecorded:
			s.Punches++
		case contract.EvDeviceFault:
			if d.On {
				s.Faults[fmt.Sprintf("%s/%s %v", d.Node, d.Device, d.Code)]++
			}
		}
	}
	return s
}

// Print writes the summary for people.
func (s Summary) Print(w io.Writer) {
	line := func(name, format string, a ...any) {
		fmt.Fprintf(w, "  %-10s "+format+"\n", append([]any{name}, a...)...)
	}
	fmt.Fprintln(w, "The morning, as it arrived at the centre:")
	line("tickets", "%d taken, %d printed, %d noted, %d without paper, %d void", s.Tickets, s.Printed, s.Noted, s.Unpaper, s.Void)
	line("calls", "%d, %d of them again, %d no-shows, %d transfers", s.Calls+s.Recalls, s.Recalls, s.Missed, s.Moved)
	line("served", "%d, %d times on to another service, mean %s", s.Served, s.Went, mean(s.Services))
	line("waits", "mean %s, longest %s", mean(s.Waits), longest(s.Waits))
	line("ratings", "%d given, %d not rated", s.Ratings, s.Unrated)
	line("punches", "%d", s.Punches)
	var faults []string
	for f, n := range s.Faults {
		faults = append(faults, fmt.Sprintf("%s ×%d", f, n))
	}
	slices.Sort(faults)
	if len(faults) == 0 {
		faults = []string{"none"}
	}
	line("faults", "%s", strings.Join(faults, ", "))
	line("events", "%d, unreadable: %d, numbers given twice: %d, ghosts called: %d", s.Events, s.Unknown, len(s.Doubled), len(s.GhostCall))
}

func mean(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	var sum time.Duration
	for _, v := range d {
		sum += v
	}
	return (sum / time.Duration(len(d))).Round(100 * time.Millisecond)
}

func longest(d []time.Duration) time.Duration {
	if len(d) == 0 {
		return 0
	}
	return slices.Max(d).Round(100 * time.Millisecond)
}
