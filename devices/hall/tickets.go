package hall

import (
	"regexp"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

var requestID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// answered answers a request for a ticket that has its ticket already. The id of
// the request becomes the id of the ticket, so the same one never takes two.
func (s *State) answered(c Command) (d Decision, done bool) {
	if !requestID.MatchString(c.ID) {
		return s.refuse(BadRequest, about{}), true
	}
	t := s.Tickets[c.ID]
	switch {
	case t == nil:
		return Decision{}, false
	case t.Kiosk != c.Node:
		return s.refuse(NotYours, about{}), true
	}
	return Decision{Answer: s.ticket(t)}, true
}

// take gives a number.
func (s *State) take(c Command, d contract.TakeTicket, now time.Time) Decision {
	if d, done := s.answered(c); done {
		return d
	}
	services, p := s.asked(d)
	if p != nil {
		return Decision{Refusal: p}
	}
	service := services[0]
	if p := s.mayChoose(d.Class); p != nil {
		return Decision{Refusal: p}
	}
	if p := s.shut(service, now); p != nil {
		return Decision{Refusal: p}
	}
	outlook := s.forecast(now)
	if p := s.limited(c, d, services, outlook, now); p != nil {
		return Decision{Refusal: p}
	}
	if d.Lang != "en" {
		d.Lang = "zh-CN"
	}
	serial := s.nextSerial(service.Prefix)
	t := &queue.Ticket{ID: c.ID, Number: queue.Number(service.Prefix, serial), Prefix: service.Prefix, Serial: serial,
		Day: s.Day, Service: service.ID, Kiosk: c.Node, Lang: d.Lang, State: queue.Issued, Order: s.Order + 1, IssuedAt: now, Since: now, Class: d.Class, More: s.x.withFee(services), Silent: d.Silent}
	t.Person, t.NoCard = holder(d, services)
	expected := outlook.Newcomer(service.ID, d.Class)
	t.WaitMin, t.WaitMax, t.After = expected.From, expected.To, expected.After
	answer := s.ticket(t)
	return Decision{Answer: answer, Events: []contract.Event{event(contract.EvTicketIssued, now, contract.TicketIssued{
		Ticket: t.ID, Number: t.Number, Prefix: t.Prefix, Serial: t.Serial, Day: t.Day, Service: t.Service,
		Kiosk: t.Kiosk, Lang: t.Lang, At: now, Ahead: answer.Ahead, WaitMin: t.WaitMin, WaitMax: t.WaitMax, After: t.After,
		Forecast: expected.seconds(), Class: t.Class, More: t.More, Person: t.Person, NoCard: t.NoCard, Silent: t.Silent})}}
}

// clock is a moment in words: the time alone when it is today.
func (s *State) clock(t, now time.Time) contract.Text2 {
	if t.Year() < 2000 {
		return contract.Text2{ZH: "另行通知后", EN: "a date to be announced"}
	}
	t, now = t.In(s.x.Hours.Zone), now.In(s.x.Hours.Zone)
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return contract.Text2{ZH: "今天" + t.Format("15:04"), EN: t.Format("15:04") + " today"}
	}
	week := [...]string{"日", "一", "二", "三", "四", "五", "六"}
	return contract.Text2{
		ZH: t.Format("1月2日") + "（周" + week[t.Weekday()] + "）" + t.Format("15:04"),
		EN: t.Format("Monday, 2 January, 15:04"),
	}
}

// own is a ticket whose paper the asking kiosk printed, first or last.
func (s *State) own(c Command, id string) (*queue.Ticket, *contract.Problem) {
	t := s.Tickets[id]
	if t == nil {
		return nil, s.x.refuse(UnknownTicket, about{})
	}
	if c.Role != RoleHall && t.Kiosk != c.Node && t.Reprinter != c.Node {
		return nil, s.x.refuse(NotYours, about{})
	}
	return t, nil
}

// noted makes a ticket callable on the citizen's word.
func (s *State) noted(c Command, d contract.TicketRef, now time.Time) Decision {
	t, p := s.own(c, d.Ticket)
	if p != nil {
		return Decision{Refusal: p}
	}
	return s.step(t, queue.Note, func(after *queue.Ticket) []contract.Event {
		return []contract.Event{event(contract.EvTicketConfirmed, now, contract.TicketConfirmed{Ticket: t.ID, Proof: "noted"})}
	})
}

// givenUp voids a ticket on the citizen's word, as long as it was not called.
func (s *State) givenUp(c Command, d contract.TicketRef, now time.Time) Decision {
	t, p := s.own(c, d.Ticket)
	if p != nil {
		return Decision{Refusal: p}
	}
	if t.InHand() || t.State == queue.Held {
		return s.refuse(queue.AlreadyCalled, about{Number: t.Number, Window: t.Window})
	}
	return s.step(t, queue.Cancel, func(after *queue.Ticket) []contract.Event {
		return []contract.Event{event(contract.EvTicketVoided, now, contract.TicketVoided{Ticket: t.ID, Reason: "citizen"})}
	})
}

var proofs = []string{"printed", "consumed", "sent", "noted"}

// printed is the kiosk's report that the paper is out. For a void number it
// becomes ticket.late/1: the number stays void, staff see it and may put it
// back.
func (s *State) printed(c Command, d contract.TicketPrinted, now time.Time) Decision {
	t, p := s.own(c, d.Ticket)
	if p != nil {
		return Decision{Refusal: p}
	}
	if !slices.Contains(proofs, d.Proof) {
		return s.refuse(BadRequest, about{})
	}
	return s.step(t, queue.Confirm, func(after *queue.Ticket) []contract.Event {
		typ := contract.EvTicketConfirmed
		if after.State == queue.Late {
			typ = contract.EvTicketLate
		}
		return []contract.Event{event(typ, now, contract.TicketConfirmed{Ticket: t.ID, Proof: d.Proof})}
	})
}

// unprinted is the kiosk's report that the paper failed or may have failed.
func (s *State) unprinted(c Command, d contract.TicketUnprinted, now time.Time) Decision {
	t, p := s.own(c, d.Ticket)
	if p != nil {
		return Decision{Refusal: p}
	}
	if d.Outcome != "failed" && d.Outcome != "unknown" {
		return s.refuse(BadRequest, about{})
	}
	return s.step(t, queue.Unconfirm, func(after *queue.Ticket) []contract.Event {
		return []contract.Event{event(contract.EvTicketUnconfirmed, now, contract.TicketUnconfirmed{Ticket: t.ID, Outcome: d.Outcome, Fault: short(d.Fault)})}
	})
}

// step takes a ticket through the table and answers with the ticket after it.
func (s *State) step(t *queue.Ticket, v queue.Verb, events func(after *queue.Ticket) []contract.Event) Decision {
	o := queue.Step(t.State, v)
	switch {
	case o.Refusal != "":
		return s.refuse(o.Refusal, about{Number: t.Number, Window: t.Window})
	case o.Same:
		return Decision{Answer: s.ticket(t)}
	}
	after := *t
	after.State = o.Next
	return Decision{Events: events(&after), Answer: s.ticket(&after)}
}

// short cuts free text to 200 characters.
func short(text string) string {
	if r := []rune(text); len(r) > 200 {
		return string(r[:200])
	}
	return text
}

// callers are the windows that may call a ticket.
func (s *State) callers(t *queue.Ticket) []string {
	if t.Bound != "" {
		return []string{t.Bound}
	}
	return s.x.windowsOf[t.Service]
}

func (s *State) ticket(t *queue.Ticket) contract.Ticket {
	v := contract.Ticket{Ticket: t.ID, Number: t.Number, Service: t.Service, Day: t.Day, State: string(t.State),
		IssuedAt: t.IssuedAt, WaitMin: t.WaitMin, WaitMax: t.WaitMax, After: t.After,
		Windows: append([]string{}, s.callers(t)...), Area: s.x.area[t.Service].In(t.Lang)}
	v.Class, v.More, v.Due, v.Reprints, v.NoCard, v.Silent = t.Class, t.More, t.Due, t.Reprints, t.NoCard, t.Silent
	if t.InHand() {
		v.Called = t.Window
	}
	if t.Pending() || t.State == queue.Waiting {
		v.Ahead = s.ahead(t)
	}
	return v
}
