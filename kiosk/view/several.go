package view

import (
	"strings"

	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// classes is the choice of who goes first (R-KIOSK-05).
func classes(p *page) {
	p.frame()
	y := p.heading(p.in(text.PriorityWho), p.in(text.PriorityHow))
	var faces []face
	for _, c := range p.s.ClassesShown() {
		f := face{kind: card, symbol: c.Icon, title: p.say(c.Name), sub: p.say(c.Proof), touch: flow.Class, arg: c.ID}
		if f.symbol == "" {
			f.symbol = "people"
		}
		if c.ID == p.s.Class {
			f.note, f.noteSymbol = p.in(text.ChosenMark), "check"
		}
		faces = append(faces, f)
	}
	faces = append(faces, face{kind: card, symbol: "person", title: p.in(text.Ordinary), sub: p.in(text.OrdinaryHow), touch: flow.Class})
	if p.s.Large && p.wideScreen() {
		for i := range faces {
			faces[i].symbol = "" // the words need the room
		}
	}
	p.choices(faces, y, p.nav)
}

// basket lists the services for one ticket in the order of their turn.
func basket(p *page) {
	p.frame()
	var ways []face
	if p.offered(flow.TakeAll) {
		ways = append(ways, face{kind: primary, symbol: "check", title: p.in(text.BasketTake), touch: flow.TakeAll})
	}
	if p.offered(flow.AddMore) {
		ways = append(ways, face{kind: plain, symbol: "list", title: p.in(text.BasketMore), touch: flow.AddMore})
	}
	bottom := p.actions(ways...)
	how := p.in(text.BasketHow)
	if len(p.s.Chosen) == 0 {
		how = p.in(text.BasketEmpty)
	}
	y := p.heading(p.in(text.BasketTitle), how)
	var faces []face
	for i, v := range p.s.ChosenServices() {
		faces = append(faces, face{kind: card, title: p.in(text.BasketOrder, i+1, p.say(v.Name)), touch: flow.Remove, arg: v.ID,
			note: p.in(text.BasketRemove), noteSymbol: "back"})
	}
	if len(faces) == 0 {
		return
	}
	cols := 1
	if p.wideScreen() {
		cols = 3
	}
	rows := (flow.MostServices + cols - 1) / cols
	gap := p.px(p.l.ChoiceGap)
	w := (p.inner() - float32(cols-1)*gap) / float32(cols)
	h := max(p.px(p.l.Choice), min(p.px(52), (bottom-y-float32(rows-1)*gap)/float32(rows)))
	for i, f := range faces {
		p.button(f, p.margin()+float32(i%cols)*(w+gap), y+float32(i/cols)*(h+gap), w, h)
	}
}

// info is a service that gives information, not numbers.
func info(p *page) {
	p.frame()
	v := p.s.ChosenService()
	var ways []face
	if p.offered(flow.Book) {
		ways = append(ways, face{kind: primary, symbol: "date", title: p.in(text.VisitBar), touch: flow.Book})
	}
	bottom := p.actions(ways...)
	y := p.heading(p.say(v.Name), p.sayOther(v.Name))
	words := p.say(v.Message)
	var bring []string
	for _, r := range v.Requirements {
		bring = append(bring, "· "+p.say(r))
	}
	list := ""
	if len(bring) > 0 {
		list = p.in(text.Requirements) + "\n" + strings.Join(bring, "\n")
	}
	main, sub := p.title(), p.label()
	main.bold, sub.bold, main.leading = false, false, 1.3
	asks := p.in(text.WhomToAsk)
	ah := p.askHeight(asks, p.inner())
	if !p.wideScreen() {
		p.ask(asks, p.margin(), bottom-ah, p.inner(), ah)
		bottom -= ah + p.px(6)
	}
	pad := p.px(8)
	room := p.inner() - 2*pad
	if p.wideScreen() {
		gap := p.px(6)
		w := p.inner() * 0.66
		p.ask(asks, p.margin()+w+gap, y, p.inner()-w-gap, bottom-y)
		room = w - 2*pad
	}
	sum := func() float32 {
		h := heightOf(words, main, room)
		if list != "" {
			h += p.px(6) + heightOf(list, sub, room)
		}
		return h
	}
	p.squeeze(bottom-y-2*pad, sum, &main, &sub)
	p.panel(p.margin(), y, room+2*pad, min(bottom-y, sum()+2*pad), p.l.Surface, p.l.Line)
	ty := y + pad
	ty += p.text(words, main, p.margin()+pad, ty, room) + p.px(6)
	if list != "" {
		p.text(list, sub, p.margin()+pad, ty, room)
	}
}
