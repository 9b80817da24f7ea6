package hall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// anyCommand draws a command: mostly sensible, with numbers and ids that may
// not exist.
func anyCommand(t *rapid.T, l *life) hall.Command {
	window := func() string { return rapid.SampledFrom([]string{"w1", "w2", "w3", "w9"}).Draw(t, "window") }
	service := func() string { return rapid.SampledFrom([]string{"a", "b", "c", "e", "x"}).Draw(t, "service") }
	ticket := func() string { return fmt.Sprintf("id-%d", rapid.IntRange(1, l.ids+1).Draw(t, "ticket")) }
	number := func() string {
		return rapid.SampledFrom([]string{"", "A001", "A002", "A003", "A004", "C001", "E001", "X9"}).Draw(t, "number")
	}
	typ := rapid.SampledFrom([]string{
		contract.AskTicketTake, contract.AskTicketTake, contract.AskTicketTake, contract.EvTicketPrinted, contract.EvTicketPrinted, contract.EvTicketPrinted,
		contract.AskTicketNoted, contract.AskTicketVoid, contract.EvTicketUnprinted, contract.AskTicketReprint, contract.AskTicketLook,
		contract.AskServicePause, contract.AskServiceResume,
		contract.AskWindowSignIn, contract.AskWindowSignIn, contract.AskWindowSignOut, contract.AskWindowPause, contract.AskWindowResume,
		contract.AskWindowNext, contract.AskWindowNext, contract.AskWindowNext, contract.AskWindowStart, contract.AskWindowStart, contract.AskWindowFinish,
		contract.AskWindowCall, contract.AskWindowRecall, contract.AskWindowNoShow, contract.AskWindowTransfer, contract.AskWindowHold,
		contract.AskWindowUnhold, contract.AskWindowReturn, contract.AskWindowReinstate, contract.AskWindowVoid,
		contract.AskWindowWalkIn, contract.AskWindowWalkIn, contract.AskWindowCorrect, contract.AskWindowSet, contract.AskWindowSet, contract.AskTicketQuiet,
		contract.AskTicketGrant, contract.AskOrderSet, contract.AskNumbersLend, contract.EvTicketTaken, contract.EvTicketTaken, hall.CmdCopied,
		hall.CmdTick, hall.CmdScore, hall.CmdPunch, contract.EvDeviceFault,
		contract.AskNoticePost, contract.CmdNoticePost, contract.AskNoticeWithdraw, contract.AskResultsPublish, contract.CmdResultsWithdraw, contract.AskDutySet,
	}).Draw(t, "type")
	w := window()
	var data any = ref{Window: w, Number: number(), Reason: "meeting", Minutes: rapid.IntRange(-1, 4).Draw(t, "minutes"),
		PastHeld: rapid.Bool().Draw(t, "past held"), Outcome: contract.Outcome{Result: rapid.SampledFrom([]string{"", "done", "x"}).Draw(t, "result")}}
	switch typ {
	case contract.AskWindowWalkIn:
		data = contract.WalkIn{Window: w, Service: service(), Call: rapid.Bool().Draw(t, "call")}
	case contract.AskWindowCorrect:
		data = contract.Correct{Window: w, Service: service()}
	case contract.AskWindowSet:
		data = contract.SetWindow{Window: w, Auto: rapid.Bool().Draw(t, "auto")}
	case contract.AskTicketQuiet:
		data = contract.QuietTicket{Ticket: ticket(), Silent: rapid.Bool().Draw(t, "silent")}
	case contract.AskTicketTake:
		class := ""
		if len(l.setup().Classes) > 0 {
			class = rapid.SampledFrom([]string{"", "", "elderly", "military", "business", "urgent"}).Draw(t, "class")
		}
		data = contract.TakeTicket{Service: service(), Class: class,
			More: rapid.SampledFrom([][]string{nil, nil, nil, {"b"}, {"c"}, {"c", "b"}, {"e", "c", "b"}}).Draw(t, "more")}
	case contract.AskTicketGrant:
		data = contract.Grant{Window: w, Number: number(), Class: rapid.SampledFrom([]string{"urgent", "sick", "x"}).Draw(t, "class"), Reason: "理由"}
	case contract.AskOrderSet:
		data = contract.SetOrder{Staff: "s1", Rule: contract.OrderRule{Overtake: rapid.IntRange(-1, 5).Draw(t, "k"), Beyond: 10}}
	case contract.AskNumbersLend:
		data = anyReport(t, l)
	case contract.EvTicketTaken:
		data = anyTaken(t, l, service())
	case contract.EvTicketPrinted:
		data = contract.TicketPrinted{Ticket: ticket(), Proof: "printed"}
	case contract.EvTicketUnprinted:
		data = contract.TicketUnprinted{Ticket: ticket(), Outcome: "unknown"}
	case contract.AskServicePause, contract.AskServiceResume:
		data = contract.PauseService{Service: service(), Staff: "s1", Reason: "停电"}
	case contract.AskTicketNoted, contract.AskTicketVoid, contract.AskTicketReprint, contract.AskTicketLook:
		data = contract.TicketRef{Ticket: ticket()}
	case contract.AskWindowSignIn:
		pin := rapid.SampledFrom([]string{"1111", "1111", "1111", "0"}).Draw(t, "pin")
		data = contract.SignIn{Window: w, Staff: rapid.SampledFrom([]string{"s1", "s2", "s3"}).Draw(t, "staff"), PIN: pin}
	case contract.AskWindowTransfer:
		to := rapid.SampledFrom([]string{"", "w1", "w2", "w3"}).Draw(t, "to")
		data = contract.Transfer{Window: w, ToWindow: to, ToService: rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "to service")}
	case contract.AskNoticePost, contract.CmdNoticePost:
		n := contract.Notice{ID: rapid.SampledFrom([]string{"", "n1", "n2"}).Draw(t, "id"), Text: contract.Text2{ZH: rapid.SampledFrom([]string{"停水", "不知道"}).Draw(t, "text")}}
		if rapid.Bool().Draw(t, "ends") {
			n.Until = l.now.Add(rapid.SampledFrom([]time.Duration{-time.Hour, time.Second, time.Minute, 20 * time.Hour}).Draw(t, "until"))
		}
		data = contract.PostNotice{Notice: n, Staff: "s1"}
	case contract.AskNoticeWithdraw:
		data = contract.WithdrawNotice{ID: "n1", Staff: "s1"}
	case contract.AskResultsPublish, contract.CmdResultsWithdraw:
		r := contract.PublishResults{Staff: "s1", IDs: []string{"r1"}}
		if typ == contract.AskResultsPublish {
			r.IDs, r.Results = nil, []contract.Result{{ID: "r1", Case: "1", Name: "张三", Service: contract.Text2{ZH: "事项"}, Outcome: contract.Text2{ZH: "准予"}, Date: "2026-03-01"}}
		}
		data = r
	case contract.AskDutySet:
		data = contract.SetDuty{Staff: "s1", Days: []contract.DutyDay{{Day: l.now.In(china).Format(time.DateOnly)}}}
	case hall.CmdScore:
		data = hall.Score{Window: w, Level: rapid.IntRange(0, 6).Draw(t, "level")}
	case hall.CmdPunch:
		data = contract.PunchRecorded{Terminal: "T1", Person: "1001", Local: l.now.In(china).Truncate(time.Minute).Format(time.DateTime), At: l.now, Received: l.now}
	case contract.EvDeviceFault:
		data = contract.DeviceFault{Device: "printer", Code: "hot", On: rapid.Bool().Draw(t, "on")}
	}
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	l.ids++
	role, node := roleOf(typ)
	return hall.Command{ID: fmt.Sprintf("id-%d", l.ids), Type: typ, Role: role, Node: node, Data: raw}
}

// invariants is what holds after any event (R-QUE-13, -14, R-KEY-07; HALL-019:
// call numbers rise by one and are never used twice).
type invariants struct {
	numbers   map[string]bool // day and number
	confirmed map[string]bool
	rated     map[string]bool
	call      uint64
	day       string
}

func (v *invariants) see(t *rapid.T, e contract.Event) {
	var d struct {
		Ticket, Number, Day, Session, Place string
		Call                                uint64
	}
	if err := json.Unmarshal(e.Data, &d); err != nil {
		t.Fatal(err)
	}
	switch e.Type {
	case contract.EvDayOpened:
		if d.Day <= v.day {
			t.Fatalf("day %s after %s", d.Day, v.day)
		}
		v.day = d.Day
	case contract.EvTicketIssued:
		if key := d.Day + d.Number; v.numbers[key] {
			t.Fatalf("number %s twice on %s", d.Number, d.Day)
		} else {
			v.numbers[key] = true
		}
	case contract.EvTicketConfirmed, contract.EvTicketLate:
		v.confirmed[d.Ticket] = true
	case contract.EvTicketCalled:
		if !v.confirmed[d.Ticket] {
			t.Fatalf("ghost %s was called", d.Ticket)
		}
	case contract.EvRatingGiven, contract.EvRatingAbsent:
		if v.rated[d.Session] {
			t.Fatalf("session %s was closed twice", d.Session)
		}
		v.rated[d.Session] = true
	}
	if d.Call != 0 {
		if d.Call != v.call+1 {
			t.Fatalf("call %d after %d", d.Call, v.call)
		}
		v.call = d.Call
	}
}

// checkAfter is what holds after a command that was carried out: a finish at a
// window that calls the next by itself leaves it idle only when nobody waits for
// it, it is paused, or it holds a ticket beyond its time.
func checkAfter(t *rapid.T, l *life, c hall.Command, d hall.Decision) {
	if c.Type != contract.AskWindowFinish || d.Refusal != nil {
		return
	}
	w := l.s.WindowNow(d.Answer.(contract.WindowAnswer).Window.ID)
	overdue := slices.ContainsFunc(l.s.TicketsIn(queue.Held), func(k queue.Ticket) bool {
		return k.Window == w.ID && !l.s.Now(l.now).Before(k.Remind)
	})
	if w.Auto && w.State == contract.WindowOpen && w.Number == "" && w.Waiting > 0 && !overdue {
		t.Fatalf("%s finished, %d wait for it, and it called nobody", w.ID, w.Waiting)
	}
	if !w.Auto && w.Ticket == "called" {
		t.Fatalf("%s finished and called %s unasked", w.ID, w.Number)
	}
}

func checkState(t *rapid.T, s *hall.State) {
	hands := map[string]string{}
	for window, d := range s.Desks {
		if d.Ticket != "" {
			if other, twice := hands[d.Ticket]; twice {
				t.Fatalf("ticket %s at %s and %s", d.Ticket, other, window)
			}
			hands[d.Ticket] = window
			if ticket := s.Tickets[d.Ticket]; !ticket.InHand() || ticket.Window != window {
				t.Fatalf("%s has %+v in hand", window, ticket)
			}
			if d.Staff == "" {
				t.Fatalf("%s has a ticket in hand and nobody there", window)
			}
		}
	}
	waiting := 0
	for _, ticket := range s.Tickets {
		if ticket.InHand() && hands[ticket.ID] != ticket.Window {
			t.Fatalf("%+v is in nobody's hand", ticket)
		}
		if ticket.State == queue.Held && !slices.Contains(s.Desks[ticket.Window].Held, ticket.ID) {
			t.Fatalf("%+v is held by nobody", ticket)
		}
		if ticket.State == queue.Waiting {
			waiting++
		}
		if held := ticket.State == queue.Held; held != (ticket.Keeper != "") || held == ticket.Remind.IsZero() {
			t.Fatalf("%+v has the wrong owner", ticket)
		}
		if ticket.Recalls > s.Setup().Recalls.Most {
			t.Fatalf("%+v was recalled too often", ticket)
		}
	}
	if got := s.QueueView(time.Time{}).Waiting; got != waiting {
		t.Fatalf("%d in the lines, %d wait", got, waiting)
	}
}

// Any sequence of commands, the clock stepping about: Decide changes nothing
// and is deterministic, Apply takes whatever Decide gives, no invariant breaks,
// the answer is the window as it is afterwards, and replay and snapshot give
// the same state.
func TestAnyCommands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		if rapid.Bool().Draw(t, "classes") {
			l = &life{t: t, s: hall.New(withClasses()), setup: withClasses, now: monday}
		}
		for _, w := range []string{"w1", "w2"} {
			l.signIn(w, "s"+w[1:])
		}
		v := invariants{numbers: map[string]bool{}, confirmed: map[string]bool{}, rated: map[string]bool{}}
		for _, e := range l.log {
			v.see(t, e)
		}
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			step := rapid.SampledFrom([]time.Duration{0, time.Second, 20 * time.Second, 3 * time.Minute, -10 * time.Minute, 24 * time.Hour}).Draw(t, "clock")
			l.now = l.now.Add(step)
			c := anyCommand(t, l)
			before, err := json.Marshal(l.s)
			if err != nil {
				t.Fatal(err)
			}
			d, again := l.s.Decide(c, l.now), l.s.Decide(c, l.now)
			if after, _ := json.Marshal(l.s); string(after) != string(before) {
				t.Fatalf("Decide(%s %s) changed the state", c.Type, c.Data)
			}
			if !reflect.DeepEqual(d, again) {
				t.Fatalf("Decide(%s %s) is not deterministic", c.Type, c.Data)
			}
			l.apply(d.Events)
			for _, e := range d.Events {
				v.see(t, e)
			}
			checkState(t, l.s)
			checkAfter(t, l, c, d)
			switch a := d.Answer.(type) {
			case contract.WindowAnswer:
				i := slices.IndexFunc(l.s.WindowsView(l.now).Windows, func(w contract.WindowView) bool { return w.ID == a.Window.ID })
				is := l.s.WindowsView(l.now).Windows[i]
				is.Waiting = 0 // of the view alone
				if is != a.Window {
					t.Fatalf("%s %s answered %+v, the window is %+v", c.Type, c.Data, a.Window, is)
				}
			case contract.Ticket:
				if is := l.s.Tickets[a.Ticket]; string(is.State) != a.State {
					t.Fatalf("%s answered %s, the ticket is %s", c.Type, a.State, is.State)
				}
			}
		}
		l.replay()
	})
}

// R-KIOSK-07: call order is issue order per service, whatever kiosks, prints
// and windows do, without transfers and choices of staff; also across restarts.
func TestEqualTreatment(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := begin(t)
		l.signIn("w1", "s1")
		l.signIn("w2", "s2")
		type entry struct {
			id    string
			order uint64
		}
		waiting := map[string][]entry{} // by service, in the model
		for range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				service := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "service")
				kiosk := rapid.SampledFrom([]string{"kiosk-1", "kiosk-2"}).Draw(t, "kiosk")
				l.ids++
				d := l.command(hall.Command{ID: fmt.Sprintf("k-%d", l.ids), Type: contract.AskTicketTake, Role: hall.RoleKiosk, Node: kiosk,
					Data: json.RawMessage(fmt.Sprintf(`{"service":%q}`, service))})
				id := d.Answer.(contract.Ticket).Ticket
				if rapid.Bool().Draw(t, "paper") {
					l.command(hall.Command{Type: contract.EvTicketPrinted, Role: hall.RoleKiosk, Node: kiosk,
						Data: json.RawMessage(fmt.Sprintf(`{"ticket":%q,"proof":"printed"}`, id))})
					waiting[service] = append(waiting[service], entry{id, l.s.Tickets[id].Order})
				}
			case 2, 3:
				window := rapid.SampledFrom([]string{"w1", "w2"}).Draw(t, "window")
				d := l.do(contract.AskWindowNext, ref{Window: window})
				if d.Refusal != nil {
					if n := len(waiting["a"]) + len(waiting["b"]); n > 0 {
						t.Fatalf("%d wait, and next says %s", n, d.Refusal.Code)
					}
					continue
				}
				got := d.Answer.(contract.WindowAnswer).Ticket
				line := waiting[got.Service]
				if line[0].id != got.Ticket {
					t.Fatalf("called %s, the first of service %s is %s", got.Ticket, got.Service, line[0].id)
				}
				// R-QUE-03: with all skills everywhere the globally oldest is called.
				for service, other := range waiting {
					if len(other) > 0 && other[0].order < line[0].order {
						t.Fatalf("called %s, though %s of service %s came before", got.Ticket, other[0].id, service)
					}
				}
				waiting[got.Service] = line[1:]
				l.must(contract.AskWindowStart, ref{Window: window})
				l.must(contract.AskWindowFinish, ref{Window: window})
			case 4: // restart
				blob, err := json.Marshal(l.s)
				if err != nil {
					t.Fatal(err)
				}
				l.s = hall.New(setup())
				if err := json.Unmarshal(blob, l.s); err != nil {
					t.Fatal(err)
				}
				l.now = l.now.Add(-time.Duration(rapid.IntRange(-5, 5).Draw(t, "clock")) * time.Second)
			}
		}
	})
}

// No bytes make Decide panic, and what it gives can always be applied.
func FuzzDecide(f *testing.F) {
	for _, typ := range []string{contract.AskTicketTake, contract.AskWindowSignIn, contract.AskWindowTransfer, contract.EvTicketPrinted, hall.CmdScore, hall.CmdPunch, hall.CmdTick,
		contract.AskNoticePost, contract.CmdNoticeWithdraw, contract.AskResultsPublish, contract.AskResultsWithdraw, contract.CmdDutySet, hall.CmdCheckPIN,
		contract.AskWindowWalkIn, contract.AskWindowCorrect, contract.AskWindowSet, contract.AskTicketQuiet, contract.AskWindowFinish,
		contract.AskNumbersLend, contract.EvTicketTaken, hall.CmdClock, contract.AskDayClose, contract.AskAppointmentBook, contract.AskAppointmentFind, contract.AskAppointmentArrive, contract.CmdAppointments, "?"} {
		for _, data := range []string{``, `null`, `{}`, `[]`, `{"window":"w1","number":"A001"}`, `{"service":"a","lang":"` + "\u0000" + `"}`, `{"level":-9}`, `{"window":7}`, `{"window":"w1","service":"b","call":true,"outcome":{"done":["a"],"note":"139","case":"\u0000"},"minutes":-1}`,
			`{"stock":"S","holds":[{"prefix":"A","from":-1,"to":99999}],"left":{"":-7},"seen":{"A":1e9},"lent":{"A":99999}}`,
			`{"staff":"s1","card":"x","notice":{"id":"n","text":{"zh":"停水"},"until":"9999-12-31T00:00:00Z"},"results":[{"id":"r","case":"1","date":"2026-01-01","service":{"zh":"a"},"outcome":{"zh":"b"}}],"ids":["r"],"days":[{"day":"2026-03-02","officers":[{}]}]}`,
			`{"ticket":"t","number":"A501","prefix":"A","serial":501,"service":"a","at":"2026-03-02T02:00:00Z"}`} {
			f.Add("id", typ, "kiosk-1", []byte(data))
		}
	}
	f.Fuzz(func(t *testing.T, id, typ, node string, data []byte) {
		l := begin(t)
		l.signIn("w1", "s1")
		l.printed("a")
		for _, role := range []string{hall.RoleKiosk, hall.RoleWindow, hall.RoleHall} {
			d := l.command(hall.Command{ID: id, Type: typ, Role: role, Node: node, Data: data})
			if d.Refusal != nil && (d.Refusal.Code == "" || d.Refusal.Message == "") {
				t.Errorf("refusal without words: %+v", d.Refusal)
			}
		}
		l.replay()
	})
}
