package view

import (
	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// holding shows a ticket that was taken before: to the person who asks for
// another one, or to whoever holds its slip before the scanner.
func holding(p *page) {
	p.frame()
	var faces []face
	if p.offered(flow.Reprint) {
		faces = append(faces, face{kind: primary, symbol: "printer", title: p.in(text.ReprintIt), touch: flow.Reprint})
	}
	bottom := p.ticketActions(faces...)
	title, how := text.StatusTitle, ""
	if p.s.Screen == flow.Holding {
		title, how = text.HoldingTitle, p.in(text.HoldingHow)
	}
	if p.s.Large && p.wideScreen() {
		how = "" // the number needs the room
	}
	y := p.heading(p.in(title), how)
	gap := p.px(p.l.ChoiceGap)
	if p.wideScreen() {
		half := (p.inner() - gap) / 2
		p.ticket(p.margin(), y, half, bottom-y)
		p.facts(p.margin()+half+gap, y, half, bottom-y)
		return
	}
	high := min(max(bottom-y-p.factsHeight(p.factList(), p.inner())-gap, p.px(p.l.Number+38)), p.px(150))
	p.ticket(p.margin(), y, p.inner(), high)
	y += high + gap
	p.facts(p.margin(), y, p.inner(), bottom-y)
}

// heading is the first line of a page with a sentence below, and says where the
// page goes on.
func (p *page) heading(title, how string) float32 {
	st := p.title().atMost(2).shrinking(p.px(p.l.Label))
	st.leading = 1.3
	sub := p.body()
	sub.colour, sub.leading = p.l.Soft, 1.3
	y := p.top
	y += p.text(title, st, p.margin(), y, p.inner())
	if how != "" {
		y += p.px(1) + p.text(how, sub, p.margin(), y+p.px(1), p.inner())
	}
	return y + p.px(6)
}

// waits tells whether somebody is still before the holder of the ticket.
func waits(t *contract.Ticket) bool {
	switch t.State {
	case "called", "serving", "held", "finished", "missed", "void", "late":
		return false
	}
	return t.Ahead >= 0
}

// stateWords say how a ticket stands.
func (p *page) stateWords(t *contract.Ticket) string {
	switch t.State {
	case "unconfirmed", "issued":
		return p.in(text.StateNoPaper)
	case "called":
		window := t.Called
		for _, w := range p.s.Windows.Windows {
			if w.ID == t.Called && w.Label != "" {
				window = w.Label
			}
		}
		return p.in(text.StateCalled, window)
	case "serving":
		return p.in(text.StateServing)
	case "held":
		return p.in(text.StateHeld)
	case "missed":
		return p.in(text.StateMissed)
	case "finished":
		return p.in(text.StateEnded)
	case "void", "late":
		return p.in(text.StateVoid)
	}
	return p.in(text.StateWaiting)
}
