package display

import (
	"fmt"
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

// Sizes below are pixels of the reference screen, 1920×1080 or 1080×1920.
const (
	margin = 48
	gap    = 28 // between cards
	pad    = 32 // inside a card
	round  = 18 // corners of a card
)

func (b *Board) draw() {
	if b.w == 0 {
		return
	}
	b.drawn = true
	u, s := b.u, b.last
	b.root.Paint(b.look.Ground)
	b.lacking = false
	b.paper.Begin()
	defer b.paper.End()
	top := b.link(b.header()) + 24*u
	foot := b.footer() - 14*u
	x, w, h := margin*u, b.w-2*margin*u, foot-top
	share := float32(s.Side) / 100
	switch {
	case len(s.Sides) == 0:
		b.calls(x, top, w, h)
	case b.wide():
		right := w * share
		b.calls(x, top, w-right-gap*u, h)
		b.sides(x+w-right, top, right, h)
	default:
		low := h * share
		b.calls(x, top, w, h-low-gap*u)
		b.sides(x, top+h-low, w, low)
	}
}

// header is the hall's name and the clock; it returns its lower edge.
func (b *Board) header() float32 {
	u, l, s := b.u, b.look, b.last
	m := margin * u
	h, clock, date := 140*u, 250*u, 330*u
	if !b.wide() {
		h = 196 * u
	}
	b.sheet.rect(0, 0, b.w, h, l.Strong, l.Strong, 0, 0)
	end := fyne.TextAlignTrailing
	zh, en := font{size: 32 * u, least: 24 * u, colour: l.OnStrong, align: end}, font{size: 28 * u, least: 22 * u, colour: l.OnStrong, align: end}
	name := b.w - 2*m
	if b.wide() {
		b.sheet.line(s.Clock, font{size: 92 * u, least: 60 * u, bold: true, colour: l.OnStrong, align: end}, b.w-m-clock, h/2-2*u, clock)
		b.sheet.line(s.Date.ZH, zh, b.w-m-clock-date-24*u, 47*u, date)
		b.sheet.line(s.Date.EN, en, b.w-m-clock-date-24*u, 95*u, date)
		name -= clock + date + 60*u
	} else {
		b.sheet.line(s.Clock, font{size: 84 * u, least: 60 * u, bold: true, colour: l.OnStrong, align: end}, b.w-m-date, 60*u, date)
		b.sheet.line(s.Date.ZH, zh, b.w-m-date, 124*u, date)
		b.sheet.line(s.Date.EN, en, b.w-m-date, 163*u, date)
		name -= date
	}
	first := font{size: 56 * u, least: 34 * u, bold: true, colour: l.OnStrong}
	second := font{size: 32 * u, least: 22 * u, colour: l.OnStrong}
	nameZH, nameEN := s.Name.ZH, s.Name.EN
	switch {
	case s.Zones.ZH != "" && b.wide():
		nameZH, nameEN = nameZH+" · "+s.Zones.ZH, nameEN+" · "+s.Zones.EN
	case s.Zones.ZH != "":
		b.sheet.line(nameZH, first, m, h*0.25, name)
		b.sheet.line(nameEN, second, m, h*0.52, name)
		second.bold = true
		b.sheet.line(s.Zones.ZH+"  "+s.Zones.EN, second, m, h*0.79, name)
		return h
	}
	if nameEN == "" {
		b.sheet.line(nameZH, first, m, h/2, name)
		return h
	}
	b.sheet.line(nameZH, first, m, h*0.37, name)
	b.sheet.line(nameEN, second, m, h*0.74, name)
	return h
}

// link says below the header that the hall is away and since when.
func (b *Board) link(y float32) float32 {
	u, l, s := b.u, b.look, b.last
	if s.Link.ZH == "" {
		return y
	}
	h, side := 104*u, 60*u
	b.sheet.rect(0, y, b.w, h, l.AlertSoft, l.AlertSoft, 0, 0)
	b.sheet.rect(0, y+h-6*u, b.w, 6*u, l.Alert, l.Alert, 0, 0)
	b.sheet.symbol("link", l.Alert, margin*u, y+(h-6*u-side)/2, side)
	x := margin*u + side + 28*u
	b.sheet.line(s.Link.ZH, font{size: 38 * u, least: 24 * u, bold: true, colour: l.Ink}, x, y+33*u, b.w-x-margin*u)
	b.sheet.line(s.Link.EN, font{size: 28 * u, least: 20 * u, colour: l.Ink}, x, y+74*u, b.w-x-margin*u)
	return y + h
}

// calls are the call in large type and the others below it.
func (b *Board) calls(x, y, w, h float32) {
	u, s := b.u, b.last
	switch {
	case s.Hero == nil:
		b.quiet(x, y, w, h)
		return
	case len(s.Lines) == 0:
		b.hero(x, y, w, h)
		return
	}
	hero := min(270*u, h*0.5)
	if !b.wide() {
		hero = min(340*u, h*0.5)
	}
	if b.narrow(w) {
		hero = min(370*u, h*0.55)
	}
	b.hero(x, y, w, hero)
	b.lines(x, y+hero+gap*u, w, h-hero-gap*u)
}

// hero is the newest call. While it is announced it changes between two
// pictures that differ in colour and in shape.
func (b *Board) hero(x, y, w, h float32) {
	u, l, c := b.u, b.look, *b.last.Hero
	fill, ink, soft, edge, stroke := l.Surface, l.Strong, l.Soft, l.Strong, 4*u
	switch {
	case b.last.Flash && b.last.Lit:
		fill, ink, soft = l.Strong, l.OnStrong, l.OnStrong
	case b.last.Flash:
		stroke = 15 * u
	case c.Over:
		ink, edge, stroke = l.Soft, l.Line, 2*u
	}
	b.sheet.rect(x, y, w, h, fill, edge, stroke, round*u)
	if b.narrow(w) {
		b.tallHero(c, ink, soft, x+36*u, y, w-72*u, h)
		return
	}
	side := min(120*u, w*0.1)
	left := w*0.5 - side/2
	mid := y + h/2
	b.sheet.line(c.Number, font{size: min(h*0.72, 300*u), least: 90 * u, bold: true, colour: ink, align: fyne.TextAlignCenter}, x+36*u, mid-h*0.02, left-48*u)
	if b.last.Flash {
		b.sheet.symbol("forward", ink, x+left, mid-side/2, side)
	}
	rx := x + left + side + 24*u
	rw := x + w - 36*u - rx
	block := min(h, 360*u)
	b.sheet.line(c.State.ZH+"  "+c.State.EN, font{size: 38 * u, least: 26 * u, colour: soft}, rx, mid-block*0.31, rw)
	b.name(c.Window.ZH, font{size: min(112*u, h*0.34), least: 56 * u, bold: true, colour: ink}, rx, mid, rw)
	b.name(c.Window.EN, font{size: 40 * u, least: 28 * u, colour: soft}, rx, mid+block*0.31, rw)
}

// narrow tells a column in which number and window stand below each other.
func (b *Board) narrow(w float32) bool { return w < 940*b.u }

// tallHero is the newest call in a narrow column.
func (b *Board) tallHero(c model.Line, ink, soft color.NRGBA, x, y, w, h float32) {
	u, centre := b.u, fyne.TextAlignCenter
	b.sheet.line(c.State.ZH+"  "+c.State.EN, font{size: 34 * u, least: 24 * u, colour: soft, align: centre}, x, y+h*0.12, w)
	b.sheet.line(c.Number, font{size: min(h*0.4, 240*u), least: 90 * u, bold: true, colour: ink, align: centre}, x, y+h*0.39, w)
	b.name(c.Window.ZH, font{size: min(96*u, h*0.22), least: 48 * u, bold: true, colour: ink, align: centre}, x, y+h*0.7, w)
	b.name(c.Window.EN, font{size: 36 * u, least: 24 * u, colour: soft, align: centre}, x, y+h*0.89, w)
}

// name sets the name of a window, its middle at y: in one line, or in two
// smaller ones where it is too long even in the font's least size.
func (b *Board) name(words string, f font, x, y, w float32) {
	if width(words, f.least, f.bold) <= w {
		b.sheet.line(words, f, x, y, w)
		return
	}
	lines, size := Lines(words, Font{Size: f.least * 0.78, Least: f.least * 0.55, Bold: f.bold}, w, 2)
	f.size, f.least = size, size*0.9
	for i, line := range lines {
		b.sheet.line(line, f, x, y+(float32(i)-float32(len(lines)-1)/2)*size*1.2, w)
	}
}

// lines are the other calls, as many as there is room for.
func (b *Board) lines(x, y, w, h float32) {
	b.sheet.rect(x, y, w, h, b.look.Surface, b.look.Hair, 2*b.u, round*b.u)
	b.callRows(b.last.Lines, x+pad*b.u, y, w-2*pad*b.u, h-8*b.u)
}

// callRows are calls in rows below their headings; it says how many there was
// room for.
func (b *Board) callRows(calls []model.Line, x, y, w, h float32) int {
	u, l := b.u, b.look
	head, end := 56*u, x+w
	label := font{size: 26 * u, least: 18 * u, colour: l.Soft}
	window, state := x+w*0.27, x+w*0.68
	b.sheet.line(both("number"), label, x, y+head/2+4*u, window-x-12*u)
	b.sheet.line(both("window"), label, window, y+head/2+4*u, state-window)
	label.align = fyne.TextAlignTrailing
	b.sheet.line(both("status"), label, state, y+head/2+4*u, end-state)
	y, h = y+head, h-head
	room := max(1, int(h/(74*u)))
	row := h / float32(room)
	n := min(room, len(calls))
	for i, c := range calls[:n] {
		at := y + float32(i)*row
		ink := l.Ink
		if c.Over {
			ink = l.Soft
		}
		b.sheet.rect(x, at, w, 2*u, l.Hair, l.Hair, 0, 0)
		mid := at + row/2
		b.sheet.line(c.Number, font{size: 58 * u, least: 34 * u, bold: !c.Over, colour: ink}, x, mid, window-x-16*u)
		col := state - window - 16*u
		if width(c.Window.ZH, 28*u, false) <= col && width(c.Window.EN, 20*u, false) <= col {
			b.sheet.line(c.Window.ZH, font{size: 40 * u, least: 28 * u, colour: ink}, window, mid-15*u, col)
			b.sheet.line(c.Window.EN, font{size: 24 * u, least: 20 * u, colour: l.Soft}, window, mid+22*u, col)
		} else { // a long name is whole in one language
			b.name(c.Window.ZH, font{size: 40 * u, least: 30 * u, colour: ink}, window, mid, col)
		}
		b.sheet.line(c.State.ZH, font{size: 34 * u, least: 26 * u, colour: ink, align: fyne.TextAlignTrailing}, state, mid-15*u, end-state)
		b.sheet.line(c.State.EN, font{size: 24 * u, least: 20 * u, colour: l.Soft, align: fyne.TextAlignTrailing}, state, mid+22*u, end-state)
	}
	return n
}

// quiet is what stands in the place of the calls when there is none.
func (b *Board) quiet(x, y, w, h float32) {
	u, l, q := b.u, b.look, b.last.Quiet
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	sum := float32(130 + 56 + 110 + 70)
	if len(q.More) > 0 {
		sum += 50 + 104*float32(len(q.More))
	}
	u *= min(1, (h-2*pad*u)/(sum*u)) // a low place holds it smaller
	sum *= u
	side := 130 * u
	at := y + (h-sum)/2
	b.sheet.symbol(q.Symbol, l.Strong, x+(w-side)/2, at, side)
	at += side + 56*u
	middle := fyne.TextAlignCenter
	b.sheet.line(q.Title.ZH, font{size: 96 * u, least: 48 * u, bold: true, colour: l.Strong, align: middle}, x+pad*u, at+40*u, w-2*pad*u)
	b.sheet.line(q.Title.EN, font{size: 46 * u, least: 28 * u, colour: l.Soft, align: middle}, x+pad*u, at+140*u, w-2*pad*u)
	at += (110 + 70 + 50) * u
	for _, m := range q.More {
		b.sheet.line(m.ZH, font{size: 42 * u, least: 28 * u, colour: l.Ink, align: middle}, x+pad*u, at+26*u, w-2*pad*u)
		b.sheet.line(m.EN, font{size: 30 * u, least: 22 * u, colour: l.Soft, align: middle}, x+pad*u, at+70*u, w-2*pad*u)
		at += 104 * u
	}
}

// counts are the queues from one on, as many as there is room for; it says with
// which the next part begins, 0 for none. The rest are summed up.
func (b *Board) counts(title contract.Text2, from int, x, y, w, h float32) int {
	u, l, s := b.u, b.look, b.last
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	x, w = x+pad*u, w-2*pad*u
	end := fyne.TextAlignTrailing
	b.sheet.line(title.ZH+"  "+title.EN, font{size: 38 * u, least: 24 * u, bold: true, colour: l.Strong}, x, y+60*u, w-200*u)
	b.sheet.line(strconv.Itoa(s.Total), font{size: 88 * u, least: 40 * u, bold: true, colour: l.Strong, align: end}, x+w-200*u, y+58*u, 200*u)
	bottom := y + h - 12*u
	if s.Open > 0 {
		bottom -= 56 * u
		b.sheet.rect(x, bottom, w, 2*u, l.Hair, l.Hair, 0, 0)
		b.sheet.line(fmt.Sprintf(both("open"), s.Open, s.Open), font{size: 28 * u, least: 20 * u, colour: l.Soft}, x, bottom+32*u, w)
	}
	y += 112 * u
	if len(s.Counts) == 0 {
		b.sheet.rect(x, y, w, 2*u, l.Hair, l.Hair, 0, 0)
		mid := (y + bottom) / 2
		b.sheet.line(words["nobody"].ZH, font{size: 46 * u, least: 26 * u, colour: l.Ink, align: fyne.TextAlignCenter}, x, mid-28*u, w)
		b.sheet.line(words["nobody"].EN, font{size: 32 * u, least: 22 * u, colour: l.Soft, align: fyne.TextAlignCenter}, x, mid+30*u, w)
		return 0
	}
	people, wait := 116*u, 150*u
	name := w - people - wait - 12*u
	small := font{size: 24 * u, least: 18 * u, colour: l.Soft}
	b.sheet.line(both("service"), small, x, y+14*u, name)
	small.align = end
	b.sheet.line(both("minutes"), small, x+w-people-wait, y+14*u, wait)
	b.sheet.line(both("people"), small, x+w-people, y+14*u, people)
	y += 38 * u
	room := max(1, int((bottom-y)/(76*u)))
	row := (bottom - y) / float32(room)
	shown, next := s.Counts[from:], 0
	if len(shown) > room {
		shown, next = shown[:max(1, room-1)], from+max(1, room-1)
		if room > 1 {
			b.rest(s.Counts[next:], x, y+row*float32(room-1), w, row)
		}
	}
	for i, c := range shown {
		at := y + float32(i)*row
		b.sheet.rect(x, at, w, 2*u, l.Hair, l.Hair, 0, 0)
		mid := at + row/2
		b.sheet.line(c.Name.ZH, font{size: 36 * u, least: 24 * u, colour: l.Ink}, x, mid-15*u, name)
		b.sheet.line(c.Name.EN, font{size: 24 * u, least: 18 * u, colour: l.Soft}, x, mid+22*u, name)
		b.sheet.line(c.Wait, font{size: 34 * u, least: 22 * u, colour: l.Ink, align: end}, x+w-people-wait, mid, wait)
		b.sheet.line(strconv.Itoa(c.Waiting), font{size: 54 * u, least: 34 * u, bold: true, colour: l.Ink, align: end}, x+w-people, mid, people)
	}
	return next
}

// rest sums up the queues that there is no room for.
func (b *Board) rest(more []model.Count, x, y, w, row float32) {
	u, l, n := b.u, b.look, 0
	for _, c := range more {
		n += c.Waiting
	}
	people := 116 * u
	b.sheet.rect(x, y, w, 2*u, l.Hair, l.Hair, 0, 0)
	b.sheet.line(fmt.Sprintf(words["more"].ZH, len(more)), font{size: 34 * u, least: 24 * u, colour: l.Soft}, x, y+row/2-15*u, w-people)
	b.sheet.line(fmt.Sprintf(words["more"].EN, len(more)), font{size: 24 * u, least: 18 * u, colour: l.Soft}, x, y+row/2+22*u, w-people)
	b.sheet.line(strconv.Itoa(n), font{size: 54 * u, least: 34 * u, bold: true, colour: l.Soft, align: fyne.TextAlignTrailing}, x+w-people, y+row/2, people)
}
