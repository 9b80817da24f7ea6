package view

import (
	"image/color"
	"strings"

	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// laying asks for the ID card, says what the reader says, and always offers a
// way without it (R-KIOSK-19, R-ACC-07).
func laying(p *page) {
	p.frame()
	var ways []face
	if p.offered(flow.TypeIt) {
		ways = append(ways, face{kind: plain, symbol: "keys", title: p.in(text.TypeNumber), touch: flow.TypeIt})
	}
	if p.offered(flow.WithoutID) {
		title := text.NoCardHere
		if p.s.Realname() != "required" {
			title = text.SkipCard
		}
		ways = append(ways, face{kind: plain, symbol: "forward", title: p.in(title), touch: flow.WithoutID})
	}
	bottom := p.actions(ways...)
	title, how := p.in(text.CardTitle), p.in(text.CardHow)
	state, sign, ground, edge := p.in(text.CardWaiting), "clock", p.l.StrongSoft, p.l.Strong
	switch {
	case !p.s.Readers.Card:
		title, how = p.in(text.CardNone), ""
		state, sign, ground, edge = p.in(text.HelpDesk)+"\n"+p.desk(), "person", p.l.Surface, p.l.Line
	case p.s.Hint == flow.HintUnread:
		state, sign, ground, edge = p.in(text.CardAgain), "alert", p.l.AlertSoft, p.l.Alert
	case p.s.Hint == flow.HintUnfit:
		state, sign, ground, edge = p.in(text.CardUnfit), "alert", p.l.AlertSoft, p.l.Alert
	}
	big := p.display().centred().atMost(3).shrinking(p.px(p.l.Title))
	big.leading = 1.3
	if p.wideScreen() {
		big.size = p.px(p.l.Title * 1.2)
		big.align = 0
	}
	small, private := p.label(), p.body()
	small.bold = false
	small.colour, private.colour, private.leading = p.l.Soft, p.l.Soft, 1.3
	if p.wideScreen() {
		p.layingWide(title, how, state, sign, ground, edge, big, small, private, bottom)
		return
	}
	small.align, private.align = big.align, big.align
	stateH := p.stateHeight(state, p.inner())
	side := min(p.px(100), bottom-p.top-stateH-heightOf(title, big, p.inner())-heightOf(how, small, p.inner())-heightOf(p.in(text.CardPrivacy), private, p.inner())-p.px(40))
	y := p.top + p.px(4)
	y += p.text(title, big, p.margin(), y, p.inner()) + p.px(4)
	y += p.text(how, small, p.margin(), y, p.inner()) + p.px(8)
	if side >= p.px(30) && p.s.Readers.Card {
		p.cardPicture((p.w-side*1.4)/2, y, side*1.4, side)
		y += side + p.px(8)
	}
	p.state(state, sign, ground, edge, p.margin(), y, p.inner(), stateH)
	y += stateH + p.px(5)
	if p.s.Readers.Card {
		p.text(p.in(text.CardPrivacy), private, p.margin(), y, p.inner())
	}
}

func (p *page) layingWide(title, how, state, sign string, ground, edge color.NRGBA, big, small, private style, bottom float32) {
	h := bottom - p.top
	side := min(p.px(96), h)
	x := p.margin() + side*1.3 + p.px(12)
	room := p.w - p.margin() - x
	stateH := p.stateHeight(state, room)
	words := func() float32 {
		return heightOf(title, big, room) + heightOf(how, small, room) + heightOf(p.in(text.CardPrivacy), private, room) + p.px(15)
	}
	p.squeeze(h-stateH, words, &big, &small)
	if !p.s.Readers.Card {
		x, room = p.margin(), p.inner()
		stateH = p.stateHeight(state, room)
	} else {
		p.cardPicture(p.margin(), p.top+(h-side)/2, side*1.3, side)
	}
	y := p.top + (h-stateH-words())/2
	y += p.text(title, big, x, y, room) + p.px(3)
	y += p.text(how, small, x, y, room) + p.px(6)
	p.state(state, sign, ground, edge, x, y, room, stateH)
	y += stateH + p.px(5)
	if p.s.Readers.Card {
		p.text(p.in(text.CardPrivacy), private, x, y, room)
	}
}

// cardPicture is the reader with a card above it.
func (p *page) cardPicture(x, y, w, h float32) {
	p.panel(x, y+h*0.45, w, h*0.55, p.l.StrongSoft, p.l.Strong)
	side := h * 0.8
	p.symbol("card", p.l.Strong, x+(w-side)/2, y, side)
	st := p.body().centred().atMost(1)
	th := heightOf(p.in(text.NoteReader), st, w)
	if th < h*0.2 {
		p.text(p.in(text.NoteReader), st, x+p.px(2), y+h-th-p.px(1), w-p.px(4))
	}
}

func (p *page) desk() string {
	where := p.say(p.s.Catalogue.Hall.Desk)
	if where == "" {
		where = p.in(text.Desk)
	}
	return where
}

func (p *page) stateStyle() style {
	st := p.label()
	st.leading = 1.3
	return st
}

// stateHeight is how high the line about the reader is.
func (p *page) stateHeight(words string, w float32) float32 {
	return max(p.px(14), heightOf(words, p.stateStyle(), w-p.px(30))) + p.px(8)
}

// state is a line with a sign on a ground of its own.
func (p *page) state(words, sign string, ground, edge color.NRGBA, x, y, w, h float32) {
	p.panel(x, y, w, h, ground, edge)
	side := p.px(14)
	mark := edge
	if sign == "person" {
		mark = p.l.Strong
	}
	p.symbol(sign, mark, x+p.px(5), y+(h-side)/2, side)
	st := p.stateStyle()
	room := w - p.px(30)
	p.text(words, st, x+p.px(25), y+(h-heightOf(words, st, room))/2, room)
}

// keypad takes digits. What was typed stands above the keys.
func keypad(p *page) {
	p.frame()
	l := p.l
	title, how := p.in(text.TypePhone), p.in(text.TypeFind)
	switch {
	case p.s.Entry == flow.EntryID:
		title, how = p.in(text.TypeID), p.in(text.TypeIDHow)+"\n"+p.in(text.TypeSafe)
	case p.s.Entry == flow.EntryCode:
		title = p.in(text.TypeCode)
	case p.s.Purpose == flow.ForBooking:
		how = p.in(text.TypeBook)
	}
	if p.s.Hint == flow.HintWrong {
		how = p.in(text.CardWrong)
	}
	enter := face{kind: primary, symbol: "check", title: p.in(text.EnterKey), touch: flow.Enter}
	gap := p.px(l.ChoiceGap)
	if p.wideScreen() {
		half := (p.inner() - gap) / 2
		y := p.typed(title, how, p.margin(), p.top, half)
		if p.offered(flow.Enter) {
			enter.aside, enter.titleSize = true, p.px(l.Label)
			h := p.px(l.Choice + 3)
			p.button(enter, p.margin(), max(y, p.nav-h), half, h)
		}
		p.keys(p.margin()+half+gap, p.top, half, p.nav-p.top)
		return
	}
	bottom := p.nav - p.px(l.Choice+3) - p.px(6) // the room of "OK" is kept, so that no key moves
	if p.offered(flow.Enter) {
		p.actions(enter)
	}
	y := p.typed(title, how, p.margin(), p.top, p.inner()) + p.px(6)
	p.keys(p.margin(), y, p.inner(), min(bottom-y, p.px(230)))
}

// typed draws the heading and what has been typed, and returns its lower edge.
func (p *page) typed(title, how string, x, y, w float32) float32 {
	st := p.title().atMost(2).shrinking(p.px(p.l.Label))
	st.leading = 1.3
	sub := p.body()
	sub.leading = 1.3
	sub.colour = p.l.Soft
	if p.s.Hint == flow.HintWrong {
		sub.colour = p.l.Alert
	}
	y += p.text(title, st, x, y, w)
	y += p.text(how, sub, x, y, w) + p.px(4)
	show := p.s.Typed
	if p.s.Entry != flow.EntryID {
		show += strings.Repeat("_", p.s.Length()-len(p.s.Typed))
		show = strings.Join(strings.Split(show, ""), " ")
	}
	num := p.display().centred().atMost(1).shrinking(p.px(p.l.Body))
	if p.s.Entry == flow.EntryID {
		num.size = p.px(p.l.Label)
	}
	h := p.px(p.l.Display * 1.6)
	p.panel(x, y, w, h, p.l.Surface, p.l.Line)
	th := heightOf(show, num, w-p.px(8))
	p.text(show, num, x+p.px(4), y+(h-th)/2, w-p.px(8))
	return y + h
}

// keys are three in a row, in the order of a telephone.
func (p *page) keys(x, y, w, h float32) {
	const cols, rows = 3, 4
	gap := p.px(p.l.Gap)
	kw, kh := (w-(cols-1)*gap)/cols, min((h-(rows-1)*gap)/rows, p.px(54))
	at := func(i int, f face) {
		f.kind, f.aside, f.touch = plain, true, flow.Key
		p.button(f, x+float32(i%cols)*(kw+gap), y+float32(i/cols)*(kh+gap), kw, kh)
	}
	for i, k := range p.s.Keys() {
		if k == "0" {
			i = 10 // below the 8, whether there is an X or not
		}
		at(i, face{title: k, arg: k, titleSize: p.px(p.l.Title)})
	}
	at(11, face{symbol: "back", title: p.in(text.EraseKey), arg: flow.EraseKey})
}
