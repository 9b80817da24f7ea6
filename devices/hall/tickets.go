package hall

import (
	"regexp"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

var requestID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// take gives a number. The id of the request becomes the id of the ticket, so
// the same request can never take two.
func (s *State) take(c Command, d contract.TakeTicket, now time.Time) Decision {
	if !requestID.MatchString(c.ID) {
		return s.refuse(BadRequest, about{})
	}
	if t := s.Tickets[c.ID]; t != nil {
		if t.Kiosk != c.Node {
			return s.refuse(NotYours, about{})
		}
		return Decision{Answer: s.ticket(t)}
	}
	service := s.x.service[d.Service]
	if service == nil {
		return s.refuse(UnknownService, about{})
	}
	if service.Paused != "" {
		return s.refuse(ServicePaused, about{Reason: contract.Text2{ZH: service.Paused}})
	}
	if len(s.x.windowsOf[service.ID]) == 0 {
		return s.refuse(NoWindow, about{})
	}
	if status := s.x.Hours.At(now); !status.Issuing {
		next := status.Next.Add(-time.Duration(s.x.Hours.IssueBefore) * time.Minute)
		return s.refuse(Closed, about{Reason: status.Reason, Next: s.clock(next, now)})
	}
	if d.Lang != "en" {
		d.Lang = "zh-CN"
	}
	serial := s.Serials[service.Prefix] + 1
	t := &queue.Ticket{ID: c.ID, Number: queue.Number(service.Prefix, serial), Prefix: service.Prefix, Serial: serial,
		Day: s.Day, Service: service.ID, Kiosk: c.Node, Lang: d.Lang, State: queue.Issued, Order: s.Order + 1, IssuedAt: now, Since: now}
	t.WaitMin, t.WaitMax = s.forecast().Wait(s.x.windowsOf[service.ID])
	answer := s.ticket(t)
	return Decision{Answer: answer, Events: []contract.Event{event(contract.EvTicketIssued, now, contract.TicketIssued{
		Ticket: t.ID, Number: t.Number, Prefix: t.Prefix, Serial: t.Serial, Day: t.Day, Service: t.Service,
		Kiosk: t.Kiosk, Lang: t.Lang, At: now, Ahead: answer.Ahead, WaitMin: t.WaitMin, WaitMax: t.WaitMax})}}
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

// own is a ticket of the asking kiosk.
func (s *State) own(c Command, id string) (*queue.Ticket, *contract.Problem) {
	t := s.Tickets[id]
	if t == nil {
		return nil, s.x.refuse(UnknownTicket, about{})
	}
	if c.Role != RoleHall && t.Kiosk != c.Node {
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

// ahead counts who may be called before a ticket: everybody with an earlier
// place whom one of its windows may call.
func (s *State) ahead(t *queue.Ticket) int {
	services := s.x.shares[t.Service]
	n := s.pool.Before(t.Order, services, s.x.windowsOf[t.Service])
	for _, p := range s.pending {
		if p.State == queue.Issued && p.Order < t.Order && slices.Contains(services, p.Service) {
			n++
		}
	}
	return n
}

func (s *State) ticket(t *queue.Ticket) contract.Ticket {
	v := contract.Ticket{Ticket: t.ID, Number: t.Number, Service: t.Service, Day: t.Day, State: string(t.State),
		IssuedAt: t.IssuedAt, WaitMin: t.WaitMin, WaitMax: t.WaitMax,
		Windows: append([]string{}, s.callers(t)...), Area: s.x.area[t.Service].In(t.Lang)}
	v.Class, v.More, v.Due, v.Reprints = t.Class, t.More, t.Due, t.Reprints
	if t.InHand() {
		v.Called = t.Window
	}
	if t.Pending() || t.State == queue.Waiting {
		v.Ahead = s.ahead(t)
	}
	return v
}

// forecast is when each open window will be free.
func (s *State) forecast() queue.Forecast {
	var open []queue.Desk
	for _, w := range s.x.Windows {
		d := s.desk(w.ID)
		if d.Staff == "" || d.Paused {
			continue
		}
		desk := queue.Desk{ID: w.ID}
		if t := s.Tickets[d.Ticket]; t != nil {
			desk.Busy = s.x.mean(t.Service) / 2
		}
		open = append(open, desk)
	}
	if len(open) == 0 {
		return queue.Forecast{}
	}
	return queue.Foresee(open, s.pool.Waiting(), s.callers, func(t *queue.Ticket) float64 { return s.x.mean(t.Service) })
}
