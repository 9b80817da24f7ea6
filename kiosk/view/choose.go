package view

import (
	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// home draws the pages with choices: units, the most used, services of a unit.
func home(p *page) {
	p.frame()
	y := p.top
	heading := p.in(text.WhatToDo)
	second := p.other(text.WhatToDo)
	switch p.s.Screen {
	case flow.Top:
		heading, second = p.in(text.ChooseService), p.other(text.ChooseService)
	case flow.Services:
		u := p.s.ChosenUnit()
		heading, second = p.say(u.Name), p.in(text.ChooseService)
		if p.s.Large && p.wideScreen() {
			second = ""
		}
	}
	tabs := p.s.Screen != flow.Services && (p.offered(flow.TopList) || p.s.Screen == flow.Top)
	tabH := p.px(p.l.Target)
	headRoom := p.inner()
	tabW := (p.inner() - p.px(p.l.Gap)) / 2
	if tabs && p.wideScreen() {
		tabW = p.px(66)
		if p.s.Large {
			tabW = p.px(86)
		}
		headRoom -= 2*tabW + p.px(p.l.Gap) + p.px(6)
	}
	st := p.title().atMost(2).shrinking(p.px(p.l.Label))
	st.leading = 1.3
	sub := p.body().atMost(1)
	sub.colour = p.l.Soft
	hh := p.text(heading, st, p.margin(), y, headRoom)
	hh += p.text(second, sub, p.margin(), y+hh, headRoom)
	if tabs {
		ty := y
		if !p.wideScreen() {
			ty = y + hh + p.px(5)
		}
		p.tabs(p.w-p.margin()-2*tabW-p.px(p.l.Gap), ty, tabW, tabH)
		if p.wideScreen() {
			hh = max(hh, tabH)
		} else {
			hh += p.px(5) + tabH
		}
	}
	y += hh + p.px(6)
	if why := p.s.Notice(); why != "" {
		y = p.notice(why, y) + p.px(6)
	}
	p.grid(y, p.pager())
}

func (p *page) tabs(x, y, w, h float32) {
	units := face{kind: tab, aside: true, symbol: "building", title: p.in(text.ByUnit), touch: flow.Units}
	most := face{kind: tab, aside: true, symbol: "star", title: p.in(text.MostUsed), touch: flow.TopList}
	if p.s.Screen == flow.Top {
		most.kind = tabOn
	} else {
		units.kind = tabOn
	}
	p.button(units, x, y, w, h)
	p.button(most, x+w+p.px(p.l.Gap), y, w, h)
}

// pager draws the row that turns pages, when there is more than one, and
// returns the lower edge of what is above it.
func (p *page) pager() float32 {
	if p.s.Pages() < 2 {
		return p.nav
	}
	h := p.px(p.l.Target + 2)
	w := p.px(66)
	if p.s.Large {
		w = p.px(84)
	}
	y := p.nav - h
	if p.offered(flow.PrevPage) {
		p.button(face{kind: plain, aside: true, symbol: "back", title: p.in(text.PrevPage), touch: flow.PrevPage}, p.margin(), y, w, h)
	}
	if p.offered(flow.NextPage) {
		p.button(face{kind: plain, aside: true, symbol: "forward", title: p.in(text.NextPage), touch: flow.NextPage}, p.w-p.margin()-w, y, w, h)
	}
	st := p.body().centred().atMost(2)
	room := p.inner() - 2*w - p.px(4)
	words := p.in(text.PageOf, p.s.Page+1, p.s.Pages())
	th := heightOf(words, st, room)
	p.text(words, st, p.margin()+w+p.px(2), y+(h-th)/2, room)
	return y - p.px(8)
}

// grid places the choices between two edges: as large as the room allows, never
// smaller than a main choice must be.
func (p *page) grid(top, bottom float32) {
	var faces []face
	if p.s.Screen == flow.Home {
		for _, u := range p.s.UnitsShown() {
			f := face{kind: card, symbol: u.Icon, title: p.say(u.Name), sub: p.sayOther(u.Name), touch: flow.Unit, arg: u.ID}
			if p.s.Large && p.wideScreen() {
				f.symbol = "" // the words need the room
			}
			faces = append(faces, f)
		}
	} else {
		for _, v := range p.s.ServicesShown() {
			faces = append(faces, p.serviceFace(v))
		}
	}
	if len(faces) == 0 {
		return
	}
	cols := 2
	if p.wideScreen() {
		cols = 4
	}
	rows := max((len(faces)+cols-1)/cols, flow.PerPage/cols-1)
	if p.s.Pages() > 1 {
		rows = flow.PerPage / cols
	}
	gap := p.px(p.l.ChoiceGap)
	w := (p.inner() - float32(cols-1)*gap) / float32(cols)
	h := (bottom - top - float32(rows-1)*gap) / float32(rows)
	h = max(p.px(p.l.Choice), min(h, p.px(72)))
	above := roomy(p.l, faces, w, h)
	for i, f := range faces {
		f.roomy = above
		p.button(f, p.margin()+float32(i%cols)*(w+gap), top+float32(i/cols)*(h+gap), w, h)
	}
}

func (p *page) serviceFace(v contract.ServiceInfo) face {
	f := face{kind: card, title: p.say(v.Name), sub: p.sayOther(v.Name), touch: flow.Service, arg: v.ID}
	q, known := p.s.QueueOf(v.ID)
	switch {
	case v.Paused != "":
		f.note, f.noteSymbol = p.in(text.PausedTag), "pause"
	case known && q.Waiting > 0:
		f.note, f.noteSymbol = p.in(text.Waiting, q.Waiting), "people"
	case known && q.Open > 0:
		f.note, f.noteSymbol = p.in(text.NoWaiting), "check"
	case known: // nobody waits, but no window is open either: promise nothing
		f.note, f.noteSymbol = p.in(text.Waiting, 0), "people"
	}
	return f
}
