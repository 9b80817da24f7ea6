package view

import (
	"slices"

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
		if p.s.Several {
			second = p.in(text.SeveralHow)
		}
		if p.s.Large && p.wideScreen() {
			second = ""
		}
	}
	extras := p.extras()
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
	extraX, extraW := p.margin(), float32(0)
	if p.wideScreen() && len(extras) > 0 { // in the row of the heading: the height is dear
		extraW = p.px(58)
		switch {
		case p.s.Large && p.s.Screen == flow.Services:
			extraW = p.px(96)
		case p.s.Large:
			extraW = p.px(76)
		case p.s.Screen == flow.Services:
			extraW = p.px(72)
		}
		headRoom -= float32(len(extras))*(extraW+p.px(p.l.Gap)) + p.px(2)
		extraX += headRoom + p.px(6)
	}
	st := p.title().atMost(2).shrinking(p.px(p.l.Label))
	st.leading = 1.3
	gap := p.px(6)
	if p.s.Large && p.wideScreen() && len(extras) > 0 { // the height is dear
		st.size, st.least, gap = p.px(p.l.Label), p.px(p.l.Body), p.px(4)
		if p.s.Notice() != "" {
			st.size = st.least
		}
	}
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
	bottom := p.nav
	if extraW > 0 {
		p.row(extras, extraX, y, extraW, tabH)
		hh = max(hh, tabH)
	} else if n := float32(len(extras)); n > 0 {
		between := p.px(p.l.Gap)
		p.nav -= tabH
		p.row(extras, p.margin(), p.nav, (p.inner()-(n-1)*between)/n, tabH)
		p.nav -= p.px(6)
	}
	y += hh + gap
	low := p.pager()
	if why := p.s.Notice(); why != "" && low-y-p.noticeHeight(why)-gap >= p.gridLeast() {
		y = p.notice(why, y) + gap
	}
	p.grid(y, low)
	p.nav = bottom
}

// extras are the ways beside the choices: who goes first, appointments, several
// services on one ticket.
func (p *page) extras() []face {
	var out []face
	for _, f := range []face{
		{symbol: "people", title: p.in(text.PriorityBar), touch: flow.ToClasses},
		{symbol: "date", title: p.in(text.VisitBar), touch: flow.ToVisit},
		{symbol: "list", title: p.in(text.SeveralBar), touch: flow.Collect},
		{symbol: "back", title: p.in(text.SingleBar), touch: flow.Single},
		{symbol: "check", title: p.in(text.BasketBar, len(p.s.Chosen)), touch: flow.ToBasket},
	} {
		if p.offered(f.touch) {
			f.kind, f.aside = plain, true
			if f.touch == flow.ToBasket {
				f.kind = tabOn
			}
			out = append(out, f)
		}
	}
	return out
}

// row places buttons beside each other.
func (p *page) row(faces []face, x, y, w, h float32) {
	for i, f := range faces {
		p.button(f, x+float32(i)*(w+p.px(p.l.Gap)), y, w, h)
	}
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
	p.choices(faces, top, bottom)
}

func (p *page) columns() int {
	if p.wideScreen() {
		return 4
	}
	return 2
}

// gridLeast is the least height of a full page of choices.
func (p *page) gridLeast() float32 {
	rows := float32(flow.PerPage / p.columns())
	if p.s.Pages() == 1 {
		rows = float32((max(len(p.s.UnitsShown()), 1) + p.columns() - 1) / p.columns())
		if p.s.Screen != flow.Home {
			rows = float32((max(len(p.s.ServicesShown()), 1) + p.columns() - 1) / p.columns())
		}
	}
	return rows*p.px(p.l.Choice) + (rows-1)*p.px(p.l.ChoiceGap)
}

// choices places cards between two edges.
func (p *page) choices(faces []face, top, bottom float32) {
	if len(faces) == 0 {
		return
	}
	cols := p.columns()
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

// stopTags say on its button why a service gives no numbers now.
var stopTags = map[flow.Reason]text.Key{
	flow.Paused: text.PausedTag, flow.Quota: text.StopQuota, flow.Interval: text.StopInterval,
	flow.Closing: text.StopClosing, flow.OffHours: text.StopHours,
}

func (p *page) serviceFace(v contract.ServiceInfo) face {
	f := face{kind: card, title: p.say(v.Name), sub: p.sayOther(v.Name), touch: flow.Service, arg: v.ID}
	q, known := p.s.QueueOf(v.ID)
	if p.s.Several {
		if i := slices.Index(p.s.Chosen, v.ID); i >= 0 {
			f.title = p.in(text.BasketOrder, i+1, f.title)
			f.note, f.noteSymbol = p.in(text.ChosenTag, i+1), "check"
			return f
		}
	}
	switch why := p.s.StopOf(v.ID); {
	case v.Message.ZH != "":
		f.note, f.noteSymbol = p.in(text.InfoTag), "question"
	case why != "":
		f.note, f.noteSymbol, f.dim = p.in(stopTags[why]), "pause", true
	case known && q.Waiting > 0 && q.WaitMax > 0:
		f.note, f.noteSymbol = p.in(text.Waiting, q.Waiting), "people"
		f.second = p.waitWords(q.WaitMin, q.WaitMax, q.After)
	case known && q.Waiting > 0:
		f.note, f.noteSymbol = p.in(text.Waiting, q.Waiting), "people"
	case known && q.Open > 0:
		f.note, f.noteSymbol = p.in(text.NoWaiting), "check"
	case known: // nobody waits, but no window is open either: promise nothing
		f.note, f.noteSymbol = p.in(text.Waiting, 0), "people"
	}
	return f
}
