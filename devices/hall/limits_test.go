package hall_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// with is begin for a hall whose services are changed first.
func with(t failer, change map[string]func(*hall.Service)) *life {
	changed := func() *hall.Setup {
		s := setup()
		for i := range s.Services {
			service := &s.Services[i]
			service.Name = contract.Text2{ZH: "事项" + service.ID, EN: "Service " + service.ID}
			if f := change[service.ID]; f != nil {
				f(service)
			}
		}
		return s
	}
	return &life{t: t, s: hall.New(changed()), setup: changed, now: monday}
}

// data is the data of an event.
func data[D any](t failer, e contract.Event) (d D) {
	t.Helper()
	if err := json.Unmarshal(e.Data, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// stop is what the queue view says of a service.
func (l *life) stop(service string) contract.ServiceQueue {
	for _, q := range l.s.QueueView(l.now).Services {
		if q.Service == service {
			return q
		}
	}
	l.t.Fatalf("no service %s in the view", service)
	return contract.ServiceQueue{}
}

// stopped expects that a service gives no ticket, that view and refusal say the
// same, and that the words hold some text.
func (l *life) stopped(service, stop, code, words string) {
	l.t.Helper()
	d := l.refused(code, contract.AskTicketTake, contract.TakeTicket{Service: service})
	q := l.stop(service)
	if q.Stop != stop || q.Reason.ZH != d.Refusal.Message || q.Reason.EN != d.Refusal.MessageEN {
		l.t.Errorf("the view says %q %q, the refusal %q", q.Stop, q.Reason, d.Refusal.Message)
	}
	if !strings.Contains(d.Refusal.Message, words) {
		l.t.Errorf("words %q, want %q in them", d.Refusal.Message, words)
	}
}

func (l *life) runs(service string) {
	l.t.Helper()
	if q := l.stop(service); q.Stop != "" {
		l.t.Errorf("service %s is stopped: %s %s", service, q.Stop, q.Reason.ZH)
	}
}

// A manager pauses a service with a reason that citizens see; it stays so over
// restarts and days, until it is resumed.
func TestPauseService(t *testing.T) {
	l := begin(t)
	pause := func(service, staff, reason string) contract.PauseService {
		return contract.PauseService{Service: service, Staff: staff, Reason: reason}
	}
	l.refused(hall.UnknownService, contract.AskServicePause, pause("?", "s1", "停电"))
	l.refused(hall.UnknownStaff, contract.AskServicePause, pause("a", "?", "停电"))
	l.refused(hall.StopReason, contract.AskServicePause, pause("a", "s1", "  "))
	if d := l.must(contract.AskServiceResume, pause("a", "s1", "")); len(d.Events) > 1 {
		t.Errorf("resuming what runs: %s", l.types(d))
	}
	held := l.printed("a")
	l.must(contract.AskServicePause, pause("a", "s1", "系统停机。"))
	if d := l.must(contract.AskServicePause, pause("a", "s1", "系统停机。")); len(d.Events) != 0 {
		t.Errorf("paused twice: %s", l.types(d))
	}
	l.stopped("a", "paused", hall.ServicePaused, "系统停机。请")
	l.runs("b")
	l.refused(hall.ServicePaused, contract.AskTicketTake, contract.TakeTicket{Service: "b", More: []string{"a"}})
	l.signIn("w1", "s1")
	if got := l.next("w1").Ticket.Number; got != held.Number {
		t.Errorf("who waited is not called: %s", got)
	}
	l.replay()
	l.now = monday.Add(24 * time.Hour)
	l.must(hall.CmdTick, nil)
	l.stopped("a", "paused", hall.ServicePaused, "系统停机")
	l.must(contract.AskServiceResume, pause("a", "s1", ""))
	l.runs("a")
	l.take("a")
	// The catalogue's own pause is not the manager's.
	if q := l.stop("p"); q.Stop != "paused" || !strings.Contains(q.Reason.ZH, "系统升级") {
		t.Errorf("the catalogue's pause: %+v", q)
	}
	kiosk := hall.Command{ID: "x", Type: contract.AskServicePause, Role: hall.RoleKiosk, Node: "kiosk-1", Data: []byte(`{"service":"a","staff":"s1","reason":"x"}`)}
	if d := l.command(kiosk); d.Refusal == nil || d.Refusal.Code != hall.NotAllowed {
		t.Errorf("a kiosk pauses a service: %+v", d)
	}
}

func TestMessageOnly(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){"a": func(s *hall.Service) {
		s.Message = contract.Text2{ZH: "请直接到2楼自助区办理。", EN: "Please go straight to the self-service area on floor 2."}
	}})
	l.stopped("a", "message", hall.MessageOnly, "请直接到2楼自助区办理。该事项不用取号")
}

func TestQuotaOfDay(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){"a": func(s *hall.Service) { s.Quota, s.Appointments = 2, true }, "c": func(s *hall.Service) { s.Quota = 1 }})
	l.printed("a")
	l.must(contract.AskTicketTake, contract.TakeTicket{Service: "b", More: []string{"a"}})
	l.stopped("a", "quota", hall.QuotaReached, "请3月3日（周二）08:00再来，也可以预约其他时间")
	l.refused(hall.QuotaReached, contract.AskTicketTake, contract.TakeTicket{Service: "b", More: []string{"a"}})
	l.take("b")
	ghost := l.take("c")
	l.stopped("c", "quota", hall.QuotaReached, "再来，或到咨询台咨询")
	// A number that nobody holds gives its place back; its late paper takes it.
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: ghost.Ticket})
	l.runs("c")
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ghost.Ticket, Proof: "printed"})
	l.signIn("w3", "s3")
	l.must(contract.AskWindowReinstate, ref{Window: "w3", Number: ghost.Number})
	l.stopped("c", "quota", hall.QuotaReached, "")
	// Who was called and did not come had the place.
	l.next("w3")
	l.must(contract.AskWindowVoid, ref{Window: "w3", Number: ghost.Number})
	l.stopped("c", "quota", hall.QuotaReached, "")
	l.replay()
	l.now = monday.Add(24 * time.Hour)
	l.take("a")
}

func TestQuotaOfInterval(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){"a": func(s *hall.Service) {
		s.Quotas = []hall.Quota{{From: 8 * 60, To: 10*60 + 30, Max: 1}, {From: 10*60 + 30, To: 11 * 60, Max: 0}, {From: 11 * 60, To: 12 * 60, Max: 1},
			{From: 14 * 60, To: 15 * 60, Max: 1}, {From: 15 * 60, To: 24 * 60, Max: 0}}
	}})
	at := func(hour, minute int) { l.now = time.Date(2026, 3, 2, hour, minute, 0, 0, china) }
	l.take("a")
	l.stopped("a", "interval-quota", hall.IntervalQuota, "请今天11:00再取")
	at(10, 30) // nothing is given before 11:00
	l.stopped("a", "interval-quota", hall.IntervalQuota, "请今天11:00再取")
	at(11, 0)
	l.take("a")
	l.stopped("a", "interval-quota", hall.IntervalQuota, "请今天14:00再取") // lunch is between
	at(13, 0)
	if q := l.stop("a"); q.Stop != "" {
		t.Errorf("at lunch the queue says %s; the calendar says that no tickets are given", q.Stop)
	}
	at(14, 0)
	l.take("a")
	l.stopped("a", "interval-quota", hall.IntervalQuota, "请3月3日（周二）08:00再取")
}

// The queue would pass closing time: no new tickets, until it moves on.
func TestForecastClosing(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){
		"a": func(s *hall.Service) { s.Mean = 20 }, "b": func(s *hall.Service) { s.Mean, s.NoClosing = 20, true }})
	l.now = time.Date(2026, 3, 2, 15, 55, 0, 0, china) // 65 minutes left
	for range 4 {
		l.printed("a")
	}
	l.runs("a") // no window is open: nothing is known
	l.signIn("w1", "s1")
	l.stopped("a", "closing", hall.Closing, "今天下班前预计轮不到新号。请3月3日（周二）08:00再来")
	l.runs("b") // it does not want it
	l.runs("c") // nobody waits for its windows
	l.signIn("w2", "s2")
	l.runs("a") // two windows are fast enough
	l.must(contract.AskWindowSignOut, ref{Window: "w2"})
	l.stopped("a", "closing", hall.Closing, "")
	for range 3 {
		l.serve("w1")
	}
	l.runs("a")
	l.serve("w1")
	l.now = time.Date(2026, 3, 2, 16, 59, 0, 0, china)
	l.take("a") // nobody waits
}

// At lunch the afternoon still counts, and the morning's queue may run into it.
func TestForecastClosingAcrossLunch(t *testing.T) {
	l := with(t, map[string]func(*hall.Service){"a": func(s *hall.Service) { s.Mean = 30 }})
	l.now = time.Date(2026, 3, 2, 11, 0, 0, 0, china) // 30 minutes, and 180 in the afternoon
	l.signIn("w1", "s1")
	for range 6 {
		l.printed("a")
	}
	l.runs("a")
	l.printed("a")
	l.stopped("a", "closing", hall.Closing, "")
}

// The quota is never exceeded, in whatever order people take, cancel, lose
// paper, are called, transferred and served: no number is issued beyond it. The
// oracle counts from the events alone.
func TestQuotaBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quota := rapid.IntRange(1, 5).Draw(t, "quota")
		part := rapid.IntRange(0, 3).Draw(t, "part of the day")
		l := with(t, map[string]func(*hall.Service){"a": func(s *hall.Service) {
			s.Quota = quota
			s.Quotas = []hall.Quota{{From: 10 * 60, To: 11 * 60, Max: part}}
			s.NoClosing = true
		}})
		l.signIn("w1", "s1")
		l.signIn("w2", "s2")
		type counted struct {
			at       time.Time
			services []string
		}
		live := map[string]counted{} // tickets that count, by id
		called := map[string]bool{}
		voided := map[string]counted{}
		for range rapid.IntRange(1, 60).Draw(t, "commands") {
			l.now = l.now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 3 * time.Minute, 20 * time.Minute}).Draw(t, "clock"))
			if l.now.After(monday.Add(5 * time.Hour)) {
				l.now = monday
			}
			c := anyCommand(t, l)
			if rapid.IntRange(0, 2).Draw(t, "take") == 0 {
				c.Type, c.Role, c.Node = contract.AskTicketTake, hall.RoleKiosk, "kiosk-1"
				c.Data = []byte(rapid.SampledFrom([]string{`{"service":"a"}`, `{"service":"a","more":["b"]}`, `{"service":"b","more":["a"]}`}).Draw(t, "what"))
			}
			d := l.command(c)
			for _, e := range d.Events {
				id := data[struct{ Ticket string }](t, e).Ticket
				switch e.Type {
				case contract.EvTicketIssued:
					i := data[contract.TicketIssued](t, e)
					live[id] = counted{i.At, append([]string{i.Service}, i.More...)}
					day, hour := 0, 0
					for _, k := range live {
						if slices.Contains(k.services, "a") {
							day++
							if k.at.In(china).Hour() == 10 {
								hour++
							}
						}
					}
					// What a kiosk gave while it was cut off is given already, and at a window staff decide.
					if !i.Offline && i.WalkIn == "" && slices.Contains(live[id].services, "a") && (day > quota || i.At.In(china).Hour() == 10 && hour > part) {
						t.Fatalf("%s is number %d of the day (%d) and %d of the hour (%d)", i.Number, day, quota, hour, part)
					}
				case contract.EvTicketCalled, contract.EvTicketStarted:
					called[id] = true
				case contract.EvTicketVoided:
					if !called[id] {
						voided[id] = live[id]
						delete(live, id)
					}
				case contract.EvTicketReinstated:
					if k, was := voided[id]; was {
						live[id] = k
					}
				}
			}
		}
		l.replay()
	})
}

// The first one asked stays with the ticket (R-KIOSK-12, R-KIOSK-13).
func TestFirstAsked(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w3", "s3")
	for range 3 {
		l.printed("a")
	}
	l.serve("w1")
	l.next("w1")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToService: "c"})
	l.next("w3")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w3", ToService: "e"})
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	l.signIn("w1", "s2")
	l.next("w1")
	want := []hall.FirstAskedLine{{Window: "w1", Staff: "s1", Tickets: 2, Misdirected: 1}, {Window: "w1", Staff: "s2", Tickets: 1}}
	if got := l.s.FirstAsked(); !slices.Equal(got, want) {
		t.Errorf("first asked %+v, want %+v", got, want)
	}
	l.replay()
}

// R-PRN-07: paper once more is marked, counted and bounded, and whoever prints
// it may say that it is out.
func TestReprint(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	at := func(kiosk, typ string, data string) hall.Decision {
		l.ids++
		return l.command(hall.Command{ID: fmt.Sprintf("id-%d", l.ids), Type: typ, Role: hall.RoleKiosk, Node: kiosk, Data: []byte(data)})
	}
	lost := l.take("a")
	id := fmt.Sprintf(`{"ticket":%q,"proof":"printed","outcome":"failed"}`, lost.Ticket)
	if d := at("kiosk-2", contract.EvTicketPrinted, id); d.Refusal == nil || d.Refusal.Code != hall.NotYours {
		t.Errorf("another kiosk confirms without a reprint: %+v", d)
	}
	l.must(contract.EvTicketUnprinted, contract.TicketUnprinted{Ticket: lost.Ticket, Outcome: "failed", Fault: "paper-out"})
	l.now = l.now.Add(90 * time.Second)
	again := at("kiosk-2", contract.AskTicketReprint, id).Answer.(contract.Ticket)
	if again.Reprints != 1 || again.Number != lost.Number || again.State != "unconfirmed" {
		t.Errorf("reprint %+v", again)
	}
	l.now = l.now.Add(90 * time.Second) // the time to confirm began again
	l.must(hall.CmdTick, nil)
	if d := at("kiosk-2", contract.EvTicketPrinted, id); d.Refusal != nil || l.state(lost.Number) != queue.Waiting {
		t.Errorf("the reprint is not taken for paper: %+v", d)
	}
	l.refused(hall.UnknownTicket, contract.AskTicketReprint, contract.TicketRef{Ticket: "?"})
	l.must(contract.AskTicketReprint, contract.TicketRef{Ticket: lost.Ticket})
	// A failed reprint takes nothing away: the first paper may be out there.
	at("kiosk-1", contract.EvTicketUnprinted, id)
	if got := l.state(lost.Number); got != queue.Waiting {
		t.Errorf("after a failed reprint the ticket is %s", got)
	}
	if got := l.must(contract.AskTicketReprint, contract.TicketRef{Ticket: lost.Ticket}).Answer.(contract.Ticket).Reprints; got != 3 {
		t.Errorf("%d reprints, want 3", got)
	}
	l.refused(hall.ReprintLimit, contract.AskTicketReprint, contract.TicketRef{Ticket: lost.Ticket})
	if got := l.next("w1").Ticket; got.Number != lost.Number {
		t.Errorf("called %s", got.Number)
	}
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	over, gone := l.printed("a"), l.take("a")
	l.serve("w1")
	l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: gone.Ticket})
	l.refused(queue.IsFinished, contract.AskTicketReprint, contract.TicketRef{Ticket: over.Ticket})
	l.refused(queue.IsVoid, contract.AskTicketReprint, contract.TicketRef{Ticket: gone.Ticket})
	l.replay()
}

// Any kiosk tells how the ticket of a slip stands.
func TestLook(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	one, two := l.printed("a"), l.printed("a")
	look := func(id string) contract.Ticket {
		d := l.command(hall.Command{ID: "look", Type: contract.AskTicketLook, Role: hall.RoleKiosk, Node: "kiosk-2", Data: []byte(fmt.Sprintf(`{"ticket":%q}`, id))})
		if d.Refusal != nil || len(d.Events) != 0 {
			t.Fatalf("look at %s: %+v", id, d)
		}
		return d.Answer.(contract.Ticket)
	}
	last := l.printed("a")
	early := look(last.Ticket)
	if got := look(two.Ticket); got.State != "waiting" || got.Ahead != 1 || got.Number != two.Number || got.WaitMax >= early.WaitMax {
		t.Errorf("the second one: %+v, the third %+v", got, early)
	}
	l.next("w1")
	if got := look(one.Ticket); got.State != "called" || got.Called != "w1" {
		t.Errorf("the called one: %+v", got)
	}
	if got := look(two.Ticket); got.Ahead != 0 {
		t.Errorf("%d before the next", got.Ahead)
	}
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	l.serve("w1")
	if got := look(last.Ticket); got.WaitMax >= early.WaitMax || got.WaitMax < 0 {
		t.Errorf("the wait has not become less: %d after %d minutes", got.WaitMax, early.WaitMax)
	}
	l.refused(hall.UnknownTicket, contract.AskTicketLook, contract.TicketRef{Ticket: "x"})
}
