package flow

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"hallward/devices/contract"
)

var start = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)

// hall is a machine in good order: three units, the first with ten services.
func hall() State {
	c := contract.Catalogue{Version: 1, Hall: contract.HallInfo{ID: "luotian", Name: contract.Text2{ZH: "中心", EN: "Centre"}}}
	for u := range 3 {
		c.Units = append(c.Units, contract.UnitInfo{ID: fmt.Sprintf("u%d", u), Name: contract.Text2{ZH: "单位", EN: "Unit"}})
	}
	for i := range 14 {
		c.Services = append(c.Services, contract.ServiceInfo{
			ID: fmt.Sprintf("s%d", i), Unit: fmt.Sprintf("u%d", i/10), Prefix: "A", Top: i%2 == 1,
			Name: contract.Text2{ZH: "事项", EN: "Service"}})
	}
	s := New(Times{}, start)
	return after(s,
		Online(true), Printer{Ready: true}, CatalogueView(c),
		CalendarView{Day: "2026-03-02", Open: true, Issuing: true, Zone: "Asia/Shanghai"},
		QueueView{Services: []contract.ServiceQueue{{Service: "s1", Waiting: 3, Open: 1}}})
}

func after(s State, events ...Event) State {
	for _, e := range events {
		s, _ = s.Next(s.Now, e)
	}
	return s
}

func later(s State, d time.Duration) State {
	s, _ = s.Next(s.Now.Add(d), Tick{})
	return s
}

func taps(s State, touches ...Tap) (State, []Effect) {
	var all []Effect
	for i, t := range touches {
		if t.Fresh == "" {
			t.Fresh = fmt.Sprintf("FRESH%d", i)
		}
		var eff []Effect
		s, eff = s.Next(s.Now, t)
		all = append(all, eff...)
	}
	return s, all
}

func answer(id string) Answered {
	data, _ := json.Marshal(contract.Ticket{Ticket: id, Number: "A001", Service: "s1", Ahead: 3, WaitMin: 10, WaitMax: 15, Windows: []string{"3"}})
	return Answered{ID: id, Type: contract.AskTicketTake, Fresh: "BACK", Answer: contract.Answer{ID: id, Result: contract.ResultOK, Data: data}}
}

func want(t *testing.T, s State, screen Screen) {
	t.Helper()
	if s.Face() != screen {
		t.Fatalf("on %s (reason %q), want %s", s.Face(), s.Reason, screen)
	}
}

// The whole way: three touches from the attract screen to the paper.
func TestTicket(t *testing.T) {
	s, eff := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
	want(t, s, Taking)
	if len(eff) != 1 {
		t.Fatalf("effects %+v, want one request", eff)
	}
	ask := eff[0].(Ask)
	if ask.ID != "T1" || ask.Type != contract.AskTicketTake || !reflect.DeepEqual(ask.Data, contract.TakeTicket{Service: "s1", Lang: Chinese}) {
		t.Errorf("asked %+v", ask)
	}
	s, eff = s.Next(s.Now, answer("T1"))
	want(t, s, Printing)
	if p, ok := eff[0].(Print); !ok || p.Ticket.Number != "A001" || p.Lang != Chinese {
		t.Errorf("effects %+v, want the print", eff)
	}
	s = after(s, Printed{Ticket: "T1"})
	want(t, s, Done)
	if left, shown := s.Left(); !shown || left != s.Times.Done {
		t.Errorf("countdown %v, %v", left, shown)
	}
	s = later(s, s.Times.Done)
	want(t, s, Attract)
	if s.Ticket != nil || s.Service != "" {
		t.Error("something of the last person is left")
	}
}

// R-KIOSK-02: no service is more than three touches and the page turns of its
// list away; the first ten of the most used are within three touches.
func TestThreeTouches(t *testing.T) {
	s := hall()
	reached := map[string]int{}
	type at struct {
		s State
		n int
	}
	for queue := []at{{s, 0}}; len(queue) > 0; {
		cur := queue[0]
		queue = queue[1:]
		if cur.n == 3 {
			continue
		}
		for _, o := range cur.s.Offers() {
			switch o {
			case Service:
				for _, v := range cur.s.ServicesShown() {
					if _, ok := reached[v.ID]; !ok {
						reached[v.ID] = cur.n + 1
					}
				}
			case Unit:
				for _, u := range cur.s.UnitsShown() {
					n, _ := taps(cur.s, Tap{Touch: Unit, Arg: u.ID})
					queue = append(queue, at{n, cur.n + 1})
				}
			case Start, TopList:
				n, _ := taps(cur.s, Tap{Touch: o})
				queue = append(queue, at{n, cur.n + 1})
			}
		}
	}
	for _, v := range s.mostUsed() {
		if n, ok := reached[v.ID]; !ok || n > 3 {
			t.Errorf("%s, one of the most used, takes %d touches", v.ID, n)
		}
	}
}

// Two touches of one choice are one ticket.
func TestDoubleTap(t *testing.T) {
	s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"})
	s, eff := taps(s, Tap{Touch: Service, Arg: "s1", Fresh: "T1"}, Tap{Touch: Service, Arg: "s1", Fresh: "T2"})
	if len(eff) != 1 || s.Asked != "T1" {
		t.Errorf("effects %+v under way %s, want one request T1", eff, s.Asked)
	}
}

// R-PRN-06: every obstacle is told before a number is taken.
func TestObstacles(t *testing.T) {
	closed := CalendarView{Day: "2026-03-02", Next: start.Add(time.Hour)}
	paused := contract.Catalogue(hall().Catalogue)
	paused.Services = slices.Clone(paused.Services)
	paused.Services[1].Paused = "系统升级"
	for _, c := range []struct {
		event  Event
		why    Reason
		number bool // the number on the screen is offered
	}{
		{Printer{Fault: "paper-out"}, PaperOut, true},
		{Printer{Fault: "cover-open"}, CoverOpen, true},
		{Printer{Fault: "cutter"}, Cutter, true},
		{Printer{Fault: "silent"}, NoPrinter, true},
		{Printer{Fault: "hot"}, NoPrinter, true},
		{Online(false), Away, false},
		{closed, Closed, false},
		{CatalogueView(paused), Paused, false},
	} {
		t.Run(string(c.why), func(t *testing.T) {
			s := after(hall(), c.event)
			s, eff := taps(s, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1"})
			want(t, s, Trouble)
			if len(eff) != 0 {
				t.Errorf("asked for a number: %+v", eff)
			}
			if s.Reason != c.why || s.CanShowNumber() != c.number {
				t.Errorf("reason %s, number on the screen %v; want %s, %v", s.Reason, s.CanShowNumber(), c.why, c.number)
			}
			if s.CanRetry() {
				t.Error("offers to try again what cannot work")
			}
			whole := hall()
			s = after(s, Printer{Ready: true}, Online(true), CalendarView(whole.Calendar), CatalogueView(whole.Catalogue))
			if !s.CanRetry() {
				t.Fatal("the obstacle is gone, and it offers no other try")
			}
			s, eff = taps(s, Tap{Touch: Retry, Fresh: "T2"})
			want(t, s, Taking)
			if len(eff) != 1 || eff[0].(Ask).ID != "T2" {
				t.Errorf("effects %+v", eff)
			}
		})
	}
}

// Without paper: the number on the screen, noted by the citizen.
func TestNumberOnScreen(t *testing.T) {
	s := after(hall(), Printer{Fault: "paper-out"})
	s, _ = taps(s, Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1"}, Tap{Touch: OnScreen, Fresh: "T1"})
	want(t, s, Taking)
	s, eff := s.Next(s.Now, answer("T1"))
	want(t, s, Unprinted)
	if len(eff) != 0 {
		t.Errorf("effects %+v, want none: there is no paper", eff)
	}
	s, eff = taps(s, Tap{Touch: Noted, Fresh: "N1"})
	want(t, s, Noting)
	if a := eff[0].(Ask); a.Type != contract.AskTicketNoted || a.Data != (contract.TicketRef{Ticket: "T1"}) {
		t.Errorf("asked %+v", a)
	}
	s = after(s, Answered{ID: "N1", Type: contract.AskTicketNoted, Answer: contract.Answer{Result: contract.ResultOK}})
	want(t, s, Done)
	if !s.Noted {
		t.Error("done by paper, which there was none of")
	}
}

// A print that fails leaves the ticket to the citizen's word; R-PRN-07.
func TestPrintFails(t *testing.T) {
	printing := func() State {
		s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
		return after(s, answer("T1"))
	}
	s := after(printing(), PrintFailed{Ticket: "T1", Fault: "paper-out", Maybe: true})
	want(t, s, Unprinted)
	if s.Reason != PaperOut || !s.Maybe {
		t.Errorf("reason %s, maybe %v", s.Reason, s.Maybe)
	}
	given, eff := taps(s, Tap{Touch: GiveUp, Fresh: "V1"})
	want(t, given, Home)
	if a := eff[0].(Ask); a.ID != "V1" || a.Type != contract.AskTicketVoid || a.Data != (contract.TicketRef{Ticket: "T1"}) {
		t.Errorf("asked %+v", a)
	}
	// The hall does not answer: the number stands there still, and can be tried again.
	noting, _ := taps(s, Tap{Touch: Noted, Fresh: "N1"})
	lost := later(noting, s.Times.Answer)
	want(t, lost, Trouble)
	if lost.Reason != NotNoted || lost.Ticket == nil || !lost.CanRetry() {
		t.Errorf("reason %s, ticket %v, retry %v", lost.Reason, lost.Ticket, lost.CanRetry())
	}
	again, eff := taps(lost, Tap{Touch: Retry, Fresh: "N2"})
	want(t, again, Noting)
	if eff[0].(Ask).Type != contract.AskTicketNoted {
		t.Errorf("retried with %+v", eff[0])
	}
	// Help does not lose the number.
	asked, _ := taps(s, Tap{Touch: AskHelp}, Tap{Touch: ToHome}, Tap{Touch: Back})
	want(t, asked, Unprinted)
	if asked.Ticket == nil || asked.Reason != PaperOut {
		t.Errorf("ticket %v, reason %s", asked.Ticket, asked.Reason)
	}
	// A printer that never answers, and then does.
	silent := later(printing(), s.Times.Print)
	want(t, silent, Unprinted)
	want(t, after(silent, Printed{Ticket: "T1"}), Done)
}

// A number that comes after "no number was given" goes back.
func TestLateAnswer(t *testing.T) {
	s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
	s = later(s, s.Times.Answer)
	want(t, s, Trouble)
	s, eff := s.Next(s.Now, answer("T1"))
	want(t, s, Trouble)
	if len(eff) != 1 || eff[0].(Ask).Type != contract.AskTicketVoid || eff[0].(Ask).Data != (contract.TicketRef{Ticket: "T1"}) || eff[0].(Ask).ID != "BACK" {
		t.Errorf("effects %+v, want T1 given back", eff)
	}
}

func TestAnswers(t *testing.T) {
	refusal := &contract.Problem{Code: "closed", Message: "请下午再来", MessageEN: "Please come back in the afternoon"}
	for name, c := range map[string]struct {
		answer contract.Answer
		why    Reason
	}{
		"refused":   {contract.Answer{Result: contract.ResultRefused, Error: refusal}, Refused},
		"wordless":  {contract.Answer{Result: contract.ResultRefused}, Refused},
		"failed":    {contract.Answer{Result: contract.ResultFailed, Error: refusal}, NoAnswer},
		"expired":   {contract.Answer{Result: contract.ResultExpired}, NoAnswer},
		"garbage":   {contract.Answer{Result: contract.ResultOK, Data: json.RawMessage(`[1`)}, NoAnswer},
		"no number": {contract.Answer{Result: contract.ResultOK, Data: json.RawMessage(`{"ticket":"T1"}`)}, NoAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
			s = after(s, Answered{ID: "T1", Type: contract.AskTicketTake, Answer: c.answer})
			want(t, s, Trouble)
			if s.Reason != c.why {
				t.Errorf("reason %s, want %s", s.Reason, c.why)
			}
			if c.why == Refused && c.answer.Error != nil && s.Problem != *refusal {
				t.Errorf("words %+v", s.Problem)
			}
		})
	}
}

// R-KIOSK-27, R-KIOSK-21, R-ACC-03: the question 20 s before, more time, and
// then everything wiped and Chinese again.
func TestIdle(t *testing.T) {
	s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Language}, Tap{Touch: TextSize}, Tap{Touch: Unit, Arg: "u0"})
	if s.Lang != English || !s.Large {
		t.Fatalf("lang %s, large %v", s.Lang, s.Large)
	}
	before := s
	s = later(s, 39*time.Second)
	want(t, s, Services)
	s = later(s, time.Second)
	want(t, s, Idle)
	if left, shown := s.Left(); !shown || left != 20*time.Second {
		t.Errorf("countdown %v %v, want 20 s", left, shown)
	}
	s, _ = taps(s, Tap{Touch: MoreTime})
	want(t, s, Services)
	if s.Unit != before.Unit || s.Lang != English {
		t.Error("more time lost what was chosen")
	}
	s = later(s, 60*time.Second)
	want(t, s, Attract)
	if s.Lang != Chinese || s.Large || s.Unit != "" {
		t.Errorf("not wiped: %s, %v, %q", s.Lang, s.Large, s.Unit)
	}
}

func TestPages(t *testing.T) {
	s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"})
	if n := len(s.ServicesShown()); n != 8 || s.Pages() != 2 {
		t.Fatalf("%d services on the first of %d pages, want 8 of 2", n, s.Pages())
	}
	for i, v := range s.ServicesShown()[:5] {
		if !v.Top {
			t.Errorf("place %d is %s, not one of the most used", i, v.ID)
		}
	}
	s, _ = taps(s, Tap{Touch: NextPage})
	if n := len(s.ServicesShown()); n != 2 {
		t.Errorf("%d services on page 2", n)
	}
	s, _ = taps(s, Tap{Touch: NextPage})
	if s.Page != 1 {
		t.Errorf("page %d after the last", s.Page)
	}
	// The catalogue shrinks under the page.
	small := s.Catalogue
	small.Services = small.Services[:3]
	if s = after(s, CatalogueView(small)); s.Page != 0 || s.Screen != Services {
		t.Errorf("%s page %d", s.Screen, s.Page)
	}
	small.Services = nil
	if s = after(s, CatalogueView(small)); s.Screen != Home {
		t.Errorf("%s, want home: the unit has gone", s.Screen)
	}
}

func TestBack(t *testing.T) {
	for _, c := range []struct {
		name string
		taps []Tap
		to   Screen
	}{
		{"home", []Tap{{Touch: Start}, {Touch: Back}}, Attract},
		{"unit", []Tap{{Touch: Start}, {Touch: Unit, Arg: "u0"}, {Touch: Back}}, Home},
		{"most used", []Tap{{Touch: Start}, {Touch: TopList}, {Touch: Back}}, Home},
		{"help from a unit", []Tap{{Touch: Start}, {Touch: Unit, Arg: "u0"}, {Touch: AskHelp}, {Touch: Back}}, Services},
		{"help from the most used", []Tap{{Touch: Start}, {Touch: TopList}, {Touch: AskHelp}, {Touch: Back}}, Top},
		{"no such unit", []Tap{{Touch: Start}, {Touch: Unit, Arg: "nothing"}}, Home},
		{"no such service", []Tap{{Touch: Start}, {Touch: TopList}, {Touch: Service, Arg: "nothing"}}, Top},
		{"not offered", []Tap{{Touch: Noted}, {Touch: GiveUp}, {Touch: Retry}}, Attract},
	} {
		s, _ := taps(hall(), c.taps...)
		if s.Face() != c.to {
			t.Errorf("%s: on %s, want %s", c.name, s.Face(), c.to)
		}
	}
}
