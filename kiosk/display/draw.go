package display

import (
	"fmt"
	"strconv"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display/model"
	"hallward/kiosk/text"
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
	b.root.paint(b.look.Ground)
	b.sheet.begin()
	defer b.sheet.end()
	top := b.link(b.header()) + 32*u
	foot := b.footer() - 8*u
	x, w, h := margin*u, b.w-2*margin*u, foot-top
	switch {
	case !s.Queues:
		b.calls(x, top, w, h)
	case b.wide():
		right := 720 * u
		b.calls(x, top, w-right-gap*u, h)
		b.counts(x+w-right, top, right, h)
	default:
		calls := h * 0.6
		b.calls(x, top, w, calls)
		b.counts(x, top+calls+gap*u, w, h-calls-gap*u)
	}
}

// header is the hall's name and the clock; it returns its lower edge.
func (b *Board) header() float32 {
	u, l, s := b.u, b.look, b.last
	m := margin * u
	h, clock, date := 150*u, 250*u, 330*u
	if !b.wide() {
		h = 196 * u
	}
	b.sheet.rect(0, 0, b.w, h, l.Strong, l.Strong, 0, 0)
	end := fyne.TextAlignTrailing
	zh, en := font{size: 32 * u, least: 24 * u, colour: l.OnStrong, align: end}, font{size: 28 * u, least: 22 * u, colour: l.OnStrong, align: end}
	name := b.w - 2*m
	if b.wide() {
		b.sheet.line(s.Clock, font{size: 92 * u, least: 60 * u, bold: true, colour: l.OnStrong, align: end}, b.w-m-clock, h/2-2*u, clock)
		b.sheet.line(s.Date.ZH, zh, b.w-m-clock-date-24*u, 52*u, date)
		b.sheet.line(s.Date.EN, en, b.w-m-clock-date-24*u, 100*u, date)
		name -= clock + date + 60*u
	} else {
		b.sheet.line(s.Clock, font{size: 84 * u, least: 60 * u, bold: true, colour: l.OnStrong, align: end}, b.w-m-date, 60*u, date)
		b.sheet.line(s.Date.ZH, zh, b.w-m-date, 124*u, date)
		b.sheet.line(s.Date.EN, en, b.w-m-date, 163*u, date)
		name -= date
	}
	first := font{size: 56 * u, least: 34 * u, bold: true, colour: l.OnStrong}
	if s.Name.EN == "" {
		b.sheet.line(s.Name.ZH, first, m, h/2, name)
		return h
	}
	b.sheet.line(s.Name.ZH, first, m, h*0.37, name)
	b.sheet.line(s.Name.EN, font{size: 32 * u, least: 22 * u, colour: l.OnStrong}, m, h*0.74, name)
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

// footer is the running line and above it the phones; it returns where it
// begins.
func (b *Board) footer() float32 {
	u, l, s := b.u, b.look, b.last
	y, strip := b.h, 88*u
	if s.Notice != "" {
		y -= strip
		b.sheet.rect(0, y, b.w, strip, l.StrongSoft, l.StrongSoft, 0, 0)
	}
	b.banner.set(s.Notice, 40*u, y+strip/2, b.w, l.Ink)
	if s.Phones[0] == "" && s.Phones[1] == "" {
		return y - 24*u
	}
	row, m := 68*u, margin*u
	y -= row
	f := font{size: 30 * u, least: 20 * u, colour: l.Soft}
	if !b.wide() {
		f.size = 24 * u
	}
	half := b.w/2 - m - 10*u
	b.sheet.line(phone(text.Consult, s.Phones[0]), f, m, y+row/2, half)
	f.align = fyne.TextAlignTrailing
	b.sheet.line(phone(text.Complaint, s.Phones[1]), f, b.w/2+10*u, y+row/2, half)
	return y
}

func phone(k text.Key, number string) string {
	if number == "" {
		return ""
	}
	return k.In(text.Chinese) + " " + k.In(text.English) + "  " + number
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
	hero := 290 * u
	if !b.wide() {
		hero = 340 * u
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
	// Two shapes and no stroke: Fyne's drivers do not agree on which side of a
	// shape its stroke lies.
	b.sheet.rect(x, y, w, h, edge, edge, 0, round*u)
	b.sheet.rect(x+stroke, y+stroke, w-2*stroke, h-2*stroke, fill, fill, 0, round*u-stroke/2)
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
	b.sheet.line(c.Window.ZH, font{size: min(112*u, h*0.34), least: 56 * u, bold: true, colour: ink}, rx, mid, rw)
	b.sheet.line(c.Window.EN, font{size: 42 * u, least: 28 * u, colour: soft}, rx, mid+block*0.31, rw)
}

// lines are the other calls, as many as there is room for.
func (b *Board) lines(x, y, w, h float32) {
	u, l := b.u, b.look
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	head := 56 * u
	label := font{size: 26 * u, least: 20 * u, colour: l.Soft}
	number, window, state := x+pad*u, x+w*0.27, x+w*0.68
	end := x + w - pad*u
	b.sheet.line(both("number"), label, number, y+head/2+4*u, window-number)
	b.sheet.line(both("window"), label, window, y+head/2+4*u, state-window)
	label.align = fyne.TextAlignTrailing
	b.sheet.line(both("status"), label, state, y+head/2+4*u, end-state)
	y, h = y+head, h-head-8*u
	room := max(1, int(h/(74*u)))
	row := h / float32(room)
	for i, c := range b.last.Lines[:min(room, len(b.last.Lines))] {
		at := y + float32(i)*row
		ink := l.Ink
		if c.Over {
			ink = l.Soft
		}
		b.sheet.rect(number, at, w-2*pad*u, 2*u, l.Hair, l.Hair, 0, 0)
		mid := at + row/2
		b.sheet.line(c.Number, font{size: 58 * u, least: 34 * u, bold: !c.Over, colour: ink}, number, mid, window-number-16*u)
		b.sheet.line(c.Window.ZH, font{size: 40 * u, least: 28 * u, colour: ink}, window, mid-15*u, state-window-16*u)
		b.sheet.line(c.Window.EN, font{size: 24 * u, least: 20 * u, colour: l.Soft}, window, mid+22*u, state-window-16*u)
		b.sheet.line(c.State.ZH, font{size: 34 * u, least: 26 * u, colour: ink, align: fyne.TextAlignTrailing}, state, mid-15*u, end-state)
		b.sheet.line(c.State.EN, font{size: 24 * u, least: 20 * u, colour: l.Soft, align: fyne.TextAlignTrailing}, state, mid+22*u, end-state)
	}
}

// quiet is what stands in the place of the calls when there is none.
func (b *Board) quiet(x, y, w, h float32) {
	u, l, q := b.u, b.look, b.last.Quiet
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	side := 130 * u
	sum := side + (56+110+70)*u
	if len(q.More) > 0 {
		sum += (50 + 104*float32(len(q.More))) * u
	}
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

// counts are the queues, as many as there is room for; the rest are summed up.
func (b *Board) counts(x, y, w, h float32) {
	u, l, s := b.u, b.look, b.last
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	x, w = x+pad*u, w-2*pad*u
	end := fyne.TextAlignTrailing
	b.sheet.line(both("waiting"), font{size: 38 * u, least: 24 * u, bold: true, colour: l.Ink}, x, y+60*u, w-200*u)
	b.sheet.line(strconv.Itoa(s.Total), font{size: 88 * u, least: 40 * u, bold: true, colour: l.Strong, align: end}, x+w-200*u, y+58*u, 200*u)
	bottom := y + h - 12*u
	if s.Open > 0 {
		bottom -= 60 * u
		b.sheet.rect(x, bottom, w, 2*u, l.Hair, l.Hair, 0, 0)
		b.sheet.line(fmt.Sprintf(both("open"), s.Open, s.Open), font{size: 28 * u, least: 20 * u, colour: l.Soft}, x, bottom+34*u, w)
	}
	y += 116 * u
	if len(s.Counts) == 0 {
		b.sheet.rect(x, y, w, 2*u, l.Hair, l.Hair, 0, 0)
		mid := (y + bottom) / 2
		b.sheet.line(words["nobody"].ZH, font{size: 46 * u, least: 26 * u, colour: l.Ink, align: fyne.TextAlignCenter}, x, mid-28*u, w)
		b.sheet.line(words["nobody"].EN, font{size: 32 * u, least: 22 * u, colour: l.Soft, align: fyne.TextAlignCenter}, x, mid+30*u, w)
		return
	}
	people, wait := 116*u, 150*u
	name := w - people - wait - 12*u
	small := font{size: 24 * u, least: 18 * u, colour: l.Soft}
	b.sheet.line(both("service"), small, x, y+14*u, name)
	small.align = end
	b.sheet.line(both("minutes"), small, x+w-people-wait, y+14*u, wait)
	b.sheet.line(both("people"), small, x+w-people, y+14*u, people)
	y += 40 * u
	room := max(1, int((bottom-y)/(78*u)))
	row := (bottom - y) / float32(room)
	shown := s.Counts
	if len(shown) > room {
		shown = shown[:room-1]
		b.rest(s.Counts[room-1:], x, y+row*float32(room-1), w, row)
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
