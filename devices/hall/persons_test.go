package hall_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// person is a keyed hash as a kiosk or the controller sends it.
func person(n int) string { return strings.Repeat(fmt.Sprintf("p%d", n), 16) }

// realname is a hall where a asks for the ID card, b may, and c gives two
// tickets a person and day.
func realname(t failer) *life {
	return with(t, map[string]func(*hall.Service){
		"a": func(s *hall.Service) { s.Realname = "required" },
		"b": func(s *hall.Service) { s.Realname = "optional" },
		"c": func(s *hall.Service) { s.Realname, s.PerPerson = "required", 2 },
	})
}

// R-SEC-07, R-KIOSK-19: what is not a keyed hash is refused, and a service that
// does not ask for the card keeps nothing.
func TestPersonForm(t *testing.T) {
	for text, good := range map[string]bool{
		person(1): true, strings.Repeat("a", 32): true, strings.Repeat("a", 128): true,
		"110105194912310029": false, "11010519491231002X": false, "11010519491231002x": false, "13800000000": false,
		strings.Repeat("a", 31): false, strings.Repeat("a", 129): false, strings.Repeat("A", 64): false,
		strings.Repeat("a", 40) + " ": false, strings.Repeat("a", 40) + "\n": false, "张" + strings.Repeat("a", 40): false,
	} {
		l := realname(t)
		if hall.ValidPerson(text) != good {
			t.Errorf("%q: valid is %v", text, !good)
		}
		d := l.do(contract.AskTicketTake, contract.TakeTicket{Service: "a", Person: text})
		if taken := d.Refusal == nil; taken != good || !taken && d.Refusal.Code != hall.BadRequest {
			t.Errorf("%q: %+v", text, d.Refusal)
		}
	}
	l := realname(t)
	plain := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "e", Person: person(1), NoCard: true}).Answer.(contract.Ticket)
	if kept := l.s.Tickets[plain.Ticket]; kept.Person != "" || kept.NoCard || plain.NoCard {
		t.Errorf("a service that does not ask keeps %+v", kept)
	}
}

// A service that asks for the card gives a ticket without one only on the
// citizen's word, and that ticket says so.
func TestNoCard(t *testing.T) {
	l := realname(t)
	d := l.refused(hall.CardNeeded, contract.AskTicketTake, contract.TakeTicket{Service: "a"})
	if !strings.Contains(d.Refusal.Message, "没有身份证") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.refused(hall.CardNeeded, contract.AskTicketTake, contract.TakeTicket{Service: "e", More: []string{"a"}})
	ticket := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", NoCard: true}).Answer.(contract.Ticket)
	if !ticket.NoCard || !l.s.Tickets[ticket.Ticket].NoCard {
		t.Errorf("ticket %+v does not say that there was no card", ticket)
	}
	l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", NoCard: true}) // nobody knows whether it is the same person
	if got := l.take("b"); got.NoCard {
		t.Errorf("an optional card is missed: %+v", got)
	}
	desk := l.command(hall.Command{ID: "desk", Type: contract.AskTicketTake, Role: hall.RoleHall, Node: "hall", Data: []byte(`{"service":"a"}`)})
	if desk.Refusal != nil || !desk.Answer.(contract.Ticket).NoCard {
		t.Errorf("the desk: %+v", desk)
	}
	l.replay()
}

func TestAlreadyHolding(t *testing.T) {
	l := realname(t)
	l.signIn("w1", "s1")
	take := func(service string, who int, more ...string) contract.TakeTicket {
		return contract.TakeTicket{Service: service, Person: person(who), More: more}
	}
	one := l.must(contract.AskTicketTake, take("a", 1)).Answer.(contract.Ticket)
	d := l.refused(hall.AlreadyHolding, contract.AskTicketTake, take("a", 1))
	if d.Refusal.Ticket != one.Ticket || !strings.Contains(d.Refusal.Message, one.Number) {
		t.Errorf("refusal %+v, want the ticket %s", d.Refusal, one.Ticket)
	}
	l.refused(hall.AlreadyHolding, contract.AskTicketTake, take("b", 1, "a"))
	l.must(contract.AskTicketTake, take("a", 2))
	l.must(contract.AskTicketTake, take("b", 1))
	// A number for several services holds each of them.
	l.must(contract.AskTicketTake, take("b", 3, "a"))
	l.refused(hall.AlreadyHolding, contract.AskTicketTake, take("a", 3))

	// The same person prints it again, anywhere; nobody else does.
	reprint := func(kiosk string, who string) hall.Decision {
		l.ids++
		return l.command(hall.Command{ID: fmt.Sprintf("id-%d", l.ids), Type: contract.AskTicketReprint, Role: hall.RoleKiosk, Node: kiosk,
			Data: []byte(fmt.Sprintf(`{"ticket":%q,"person":%q}`, one.Ticket, who))})
	}
	for _, who := range []string{"", person(2)} {
		if d := reprint("kiosk-2", who); d.Refusal == nil || d.Refusal.Code != hall.OtherPerson || d.Refusal.Ticket != "" {
			t.Errorf("%q prints another's ticket: %+v", who, d)
		}
	}
	if d := reprint("kiosk-1", "1"); d.Refusal == nil || d.Refusal.Code != hall.BadRequest {
		t.Errorf("a person of another form: %+v", d)
	}
	if d := reprint("kiosk-1", ""); d.Refusal != nil { // its own kiosk, before there was paper
		t.Errorf("own kiosk without paper: %+v", d.Refusal)
	}
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
	if d := reprint("kiosk-1", ""); d.Refusal == nil {
		t.Error("its own kiosk prints it for anybody")
	}
	if d := reprint("kiosk-2", person(1)); d.Refusal != nil || d.Answer.(contract.Ticket).Reprints != 2 {
		t.Errorf("the holder: %+v", d)
	}

	// A missed one does not stand against a new one, but does not come back then.
	l.next("w1")
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	two := l.must(contract.AskTicketTake, take("a", 1)).Answer.(contract.Ticket)
	d = l.refused(hall.HoldsAnother, contract.AskWindowReinstate, ref{Window: "w1", Number: one.Number})
	if !strings.Contains(d.Refusal.Message, two.Number) {
		t.Errorf("words %q, want %s in them", d.Refusal.Message, two.Number)
	}
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: two.Ticket})
	l.must(contract.AskWindowReinstate, ref{Window: "w1", Number: one.Number})
	l.replay()
}

func TestPerPerson(t *testing.T) {
	l := realname(t)
	l.signIn("w3", "s3")
	take := contract.TakeTicket{Service: "c", Person: person(1)}
	void := l.must(contract.AskTicketTake, take).Answer.(contract.Ticket)
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: void.Ticket}) // does not count
	for range 2 {
		one := l.must(contract.AskTicketTake, take).Answer.(contract.Ticket)
		l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: one.Ticket, Proof: "printed"})
		l.refused(hall.AlreadyHolding, contract.AskTicketTake, take)
		l.serve("w3")
	}
	d := l.refused(hall.PersonLimit, contract.AskTicketTake, take)
	if !strings.Contains(d.Refusal.Message, "限取2个号") && !strings.Contains(d.Refusal.Message, "可取2个号") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.must(contract.AskTicketTake, contract.TakeTicket{Service: "c", Person: person(2)})
	l.now = monday.Add(24 * time.Hour)
	l.must(contract.AskTicketTake, take)
}

// A person never holds two open tickets of one service, whatever happens at
// kiosks and windows. Transfers are a decision of staff and outside; the oracle
// reads the events alone.
func TestOneOpenTicketOfAPerson(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := realname(t)
		l.signIn("w1", "s1")
		l.signIn("w2", "s2")
		l.signIn("w3", "s3")
		type held struct {
			who      string
			services []string
			open     bool
		}
		tickets := map[string]*held{}
		for range rapid.IntRange(1, 80).Draw(t, "commands") {
			l.now = l.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(t, "clock"))
			c := anyCommand(t, l)
			if c.Type == contract.AskWindowTransfer {
				continue
			}
			at := fmt.Sprintf("w%d", rapid.IntRange(1, 3).Draw(t, "at"))
			window := func(typ, number string) {
				c.Type, c.Role, c.Node = typ, hall.RoleWindow, "desk-1"
				c.Data = []byte(fmt.Sprintf(`{"window":%q,"number":%q}`, at, number))
			}
			gone := l.s.TicketsIn(queue.Missed, queue.Late)
			switch what := rapid.IntRange(0, 6).Draw(t, "what"); {
			case what < 2:
				c.Type, c.Role, c.Node = contract.AskTicketTake, hall.RoleKiosk, "kiosk-1"
				c.Data = []byte(fmt.Sprintf(`{"service":%q,"more":[%s],"person":%q}`,
					rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "service"),
					rapid.SampledFrom([]string{"", `"a"`, `"c"`, `"e"`}).Draw(t, "more"),
					person(rapid.IntRange(1, 2).Draw(t, "who"))))
			case what == 2:
				window(contract.AskWindowNext, "")
			case what == 3:
				window(contract.AskWindowNoShow, "")
			case what == 4 && len(gone) > 0:
				window(contract.AskWindowReinstate, rapid.SampledFrom(gone).Draw(t, "gone").Number)
			}
			for _, e := range l.command(c).Events {
				id := data[struct{ Ticket string }](t, e).Ticket
				switch e.Type {
				case contract.EvTicketIssued:
					i := data[contract.TicketIssued](t, e)
					tickets[id] = &held{i.Person, append([]string{i.Service}, i.More...), true}
				case contract.EvTicketContinued:
					k := data[contract.TicketContinued](t, e)
					tickets[id].services = append([]string{k.Service}, k.More...)
				case contract.EvTicketReinstated:
					tickets[id].open = true
				case contract.EvTicketVoided, contract.EvTicketFinished, contract.EvTicketMissed:
					tickets[id].open = false
				default:
					continue
				}
				seen := map[string]bool{}
				for _, k := range tickets {
					for _, service := range k.services {
						if key := k.who + service; k.open && k.who != "" && strings.Contains("abc", service) {
							if seen[key] {
								t.Fatalf("after %s somebody holds two open tickets for %s", e.Type, service)
							}
							seen[key] = true
						}
					}
				}
			}
		}
	})
}

// The late paper of a void number comes back only when its holder has no other.
func TestLateAndAnother(t *testing.T) {
	l := realname(t)
	l.signIn("w1", "s1")
	ghost := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", Person: person(1)}).Answer.(contract.Ticket)
	l.now = l.now.Add(3 * time.Minute)
	l.must(hall.CmdTick, nil)
	l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", Person: person(1)})
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ghost.Ticket, Proof: "printed"})
	if got := l.state(ghost.Number); got != queue.Late {
		t.Fatalf("the ghost is %s", got)
	}
	l.refused(hall.HoldsAnother, contract.AskWindowReinstate, ref{Window: "w1", Number: ghost.Number})
}

// A ticket that a kiosk gave while it was cut off keeps what the rules allow,
// and is never refused for the rest.
func TestOfflinePersonAndServices(t *testing.T) {
	for _, c := range []struct {
		service, person string
		more            []string
		wantPerson      string
		nocard          bool
		wantMore        string
	}{
		{"a", person(1), []string{"c", "?", "c", "a", "nowhere", "e"}, person(1), false, "c e"},
		{"a", "110105194912310029", nil, "", true, ""},
		{"a", "", nil, "", true, ""},
		{"e", person(1), nil, "", false, ""},
	} {
		l := realname(t)
		l.must(hall.CmdTick, nil)
		l.must(contract.EvTicketTaken, contract.TicketTaken{Ticket: "off", Number: "X501", Prefix: "X", Serial: 501, Day: l.s.Day, Service: c.service,
			Lang: "zh-CN", At: l.now, Person: c.person, More: c.more, Paper: true})
		got := l.s.Tickets["off"]
		if got.Person != c.wantPerson || got.NoCard != c.nocard || strings.Join(got.More, " ") != c.wantMore {
			t.Errorf("%+v: kept %+v", c, got)
		}
	}
}
