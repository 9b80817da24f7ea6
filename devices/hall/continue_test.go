package hall_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// Several services: those of one window in one go, the others at their windows,
// at the old place, on one number; each is a session that is rated once.
func TestSeveralServices(t *testing.T) {
	l := begin(t)
	for i, w := range []string{"w1", "w2", "w3"} {
		l.signIn(w, fmt.Sprintf("s%d", i+1))
	}
	take := func(more ...string) contract.TakeTicket { return contract.TakeTicket{Service: "a", More: more} }
	l.refused(hall.BadRequest, contract.AskTicketTake, take("b", "b"))
	l.refused(hall.BadRequest, contract.AskTicketTake, take("a"))
	l.refused(hall.BadRequest, contract.AskTicketTake, take("b", "c", "e", "z", "t"))
	l.refused(hall.UnknownService, contract.AskTicketTake, take("?"))
	l.refused(hall.NoWindow, contract.AskTicketTake, take("nowhere"))
	l.refused(hall.ServicePaused, contract.AskTicketTake, take("p"))

	one := l.must(contract.AskTicketTake, take("c", "b", "e")).Answer.(contract.Ticket)
	if one.Number != "A001" || !slices.Equal(one.More, []string{"c", "b", "e"}) {
		t.Fatalf("ticket %+v", one)
	}
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
	other := l.printed("c")
	l.next("w1")
	l.refused(queue.StartFirst, contract.AskWindowFinish, ref{Window: "w1"})
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.now = l.now.Add(5 * time.Minute)
	d := l.must(contract.AskWindowFinish, ref{Window: "w1"})
	k := data[contract.TicketContinued](t, d.Events[0])
	if l.types(d) != "ticket.continued" || k.Done != "a" || k.Service != "b" || !k.Here || k.Seconds != 300 || k.Session != one.Ticket+"/1" || !slices.Equal(k.More, []string{"c", "e"}) {
		t.Errorf("first of four: %s %+v", l.types(d), k)
	}
	if a := d.Answer.(contract.WindowAnswer); a.Ticket == nil || a.Ticket.State != "serving" || a.Ticket.Service != "b" || a.Window.Number != "A001" {
		t.Errorf("it stays in hand: %+v", a)
	}
	l.must(hall.CmdScore, hall.Score{Window: "w1", Level: 5})
	l.now = l.now.Add(2 * time.Minute)
	d = l.must(contract.AskWindowFinish, ref{Window: "w1", Expect: "A001"})
	k = data[contract.TicketContinued](t, d.Events[0])
	if k.Here || k.Service != "c" || k.Seconds != 120 || k.Session != one.Ticket+"/2" {
		t.Errorf("second of four: %+v", k)
	}
	if a := d.Answer.(contract.WindowAnswer); a.Ticket != nil || a.Window.Number != "" {
		t.Errorf("the window lets go: %+v", a)
	}
	l.refused(hall.NobodyWaiting, contract.AskWindowNext, ref{Window: "w1"})
	got := l.next("w3") // at its old place, before who came later
	if got.Ticket.Number != "A001" || got.Ticket.Service != "c" {
		t.Errorf("w3 called %s before %s", got.Ticket.Number, other.Number)
	}
	l.must(contract.AskWindowStart, ref{Window: "w3"})
	l.must(contract.AskWindowFinish, ref{Window: "w3"})
	d = l.must(contract.AskWindowFinish, ref{Window: "w3"})
	f := data[contract.TicketFinished](t, d.Events[len(d.Events)-1])
	if l.types(d) != "rating.absent ticket.finished" || f.Session != one.Ticket+"/4" {
		t.Errorf("the last: %s %+v", l.types(d), f)
	}
	if got := l.s.Tickets[one.Ticket]; !slices.Equal(got.Services(), []string{"a", "b", "c", "e"}) || got.Hops != 0 || got.FirstAsked != "w1" {
		t.Errorf("ticket at the end: %+v", got)
	}
	l.now = l.now.Add(time.Minute)
	l.must(hall.CmdTick, nil)
	var sessions []string
	for _, r := range l.s.Ratings.Last {
		sessions = append(sessions, r.ID)
	}
	if !slices.Equal(sessions, []string{one.Ticket + "/1"}) || l.s.Ratings.Absent != 3 {
		t.Errorf("rated %v, %d absent", sessions, l.s.Ratings.Absent)
	}
	l.replay()
}

// A held ticket with more services, and one that is missed on the way, lose
// nothing.
func TestSeveralServicesOnTheWay(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w3", "s3")
	one := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", More: []string{"c"}}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.now = l.now.Add(time.Minute)
	l.must(contract.AskWindowHold, ref{Window: "w1", Reason: "补材料"})
	l.now = l.now.Add(time.Hour)
	l.must(contract.AskWindowUnhold, ref{Window: "w1"})
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.now = l.now.Add(time.Minute)
	k := data[contract.TicketContinued](t, l.must(contract.AskWindowFinish, ref{Window: "w1"}).Events[0])
	if k.Seconds != 120 || k.Service != "c" {
		t.Errorf("continued %+v, want 120 s without the hold", k)
	}
	l.next("w3")
	l.must(contract.AskWindowNoShow, ref{Window: "w3"})
	l.must(contract.AskWindowReinstate, ref{Window: "w3", Number: one.Number})
	l.next("w3")
	l.must(contract.AskWindowStart, ref{Window: "w3"})
	l.now = l.now.Add(time.Minute)
	f := data[contract.TicketFinished](t, l.must(contract.AskWindowFinish, ref{Window: "w3"}).Events[0])
	if f.Seconds != 60 {
		t.Errorf("the second service took %d s, want 60", f.Seconds)
	}
	l.replay()
}

// R-KIOSK-16: a service with a fee leads to the fee window on the same number,
// once and last, and the ticket says so from the start; a case that came to
// nothing costs nothing.
func TestFeeWindow(t *testing.T) {
	due := func(s *hall.Service) { s.FeeDue = true }
	fees := map[string]func(*hall.Service){"a": due, "c": due}
	for _, c := range []struct {
		name    string
		service string
		more    []string
		nofee   []bool // by service done
		path    string // services in the order of being done
		told    []string
	}{
		{"one with a fee", "a", nil, nil, "a g", []string{"g"}},
		{"none", "b", nil, nil, "b", nil},
		{"nothing to pay after all", "a", nil, []bool{true}, "a", []string{"g"}},
		{"two fees are paid once, at the end", "a", []string{"c"}, nil, "a c g", []string{"c", "g"}},
		{"the first owes, the second not", "a", []string{"c"}, []bool{false, true}, "a c g", []string{"c", "g"}},
		{"the second owes, the first not", "a", []string{"c"}, []bool{true, false}, "a c g", []string{"c", "g"}},
		{"neither owes", "a", []string{"c"}, []bool{true, true}, "a c", []string{"c", "g"}},
		{"with a service without fee behind", "a", []string{"b", "e"}, nil, "a b e g", []string{"b", "e", "g"}},
		{"the fee was chosen too", "a", []string{"g"}, nil, "a g", []string{"g"}},
	} {
		l := with(t, fees)
		windows := map[string]string{"a": "w1", "b": "w1", "c": "w3", "e": "w3", "g": "w6"}
		for i, w := range []string{"w1", "w3", "w6"} {
			l.signIn(w, fmt.Sprintf("s%d", i+1))
		}
		one := l.must(contract.AskTicketTake, contract.TakeTicket{Service: c.service, More: c.more}).Answer.(contract.Ticket)
		if !slices.Equal(one.More, c.told) {
			t.Errorf("%s: told %v, want %v", c.name, one.More, c.told)
		}
		l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
		var path []string
		for i := range 6 {
			now := l.s.Tickets[one.Ticket]
			if now.State == queue.Finished {
				break
			}
			w := windows[now.Service]
			if now.State == queue.Waiting {
				l.next(w)
				l.must(contract.AskWindowStart, ref{Window: w})
			}
			path = append(path, l.s.Tickets[one.Ticket].Service)
			l.must(contract.AskWindowFinish, ref{Window: w, NoFee: i < len(c.nofee) && c.nofee[i]})
		}
		if got := strings.Join(path, " "); got != c.path {
			t.Errorf("%s: %s, want %s", c.name, got, c.path)
		}
		l.replay()
	}
}

// A citizen who came for the wrong service pays for the right one.
func TestFeeAfterTransfer(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){"c": func(s *hall.Service) { s.FeeDue = true }})
	l.signIn("w1", "s1")
	l.signIn("w3", "s3")
	l.signIn("w6", "s6")
	one := l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "c"})
	l.serve("w3")
	if got := l.next("w6").Ticket; got.Number != one.Number || got.Service != "g" {
		t.Errorf("the fee window called %+v", got)
	}
}

// Without a fee window there is none to go to.
func TestFeeWithoutWindow(t *testing.T) {
	s := setup()
	s.Services[0].FeeDue = true
	s.Windows = slices.DeleteFunc(s.Windows, func(w hall.Window) bool { return w.ID == "w6" })
	l := &life{t: t, s: hall.New(s), setup: setup, now: monday}
	if got := l.take("a"); len(got.More) != 0 {
		t.Errorf("ticket %+v", got)
	}
}
