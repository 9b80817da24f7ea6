package face

import (
	"fmt"

	"fyne.io/fyne/v2"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

func (f *Face) draw() {
	if f.w == 0 {
		return
	}
	f.drawn = true
	f.root.Paint(f.look.Ground)
	f.paper.Begin()
	defer f.paper.End()
	p := pen{f.plan, f.paper}
	top := f.link(p, f.header(p)) + p.gap
	foot := f.footer(p) - p.gap
	x, w, h := p.margin, p.w-2*p.margin, foot-top
	switch {
	case f.last.Person == nil:
		f.main(p, x, top, w, h)
	case p.tall:
		f.main(p, x, top, w, h-p.plate-p.gap)
		f.plateBelow(p, x, foot-p.plate, w, p.plate)
	default:
		f.plateBeside(p, x, top, p.plate, h)
		f.main(p, x+p.plate+p.gap, top, w-p.plate-p.gap, h)
	}
}

// header says which window it is, whose, and what time; it returns its lower
// edge.
func (f *Face) header(p pen) float32 {
	l, m := f.look, f.last
	p.rect(0, 0, p.w, p.header, l.Strong, 0)
	row := p.header
	if p.tall {
		row = p.header * 0.6
	}
	x, right := p.margin, p.w-p.margin
	if m.Label != "" {
		s := style{size: p.label, least: p.label * 0.6, bold: true, colour: l.Strong, align: fyne.TextAlignCenter}
		side := max(row*0.76, p.width(m.Label, s)+p.label*0.4)
		p.rect(x, row*0.12, side, row*0.76, l.Surface, p.round)
		p.line(m.Label, s, x, row*0.49, side)
		x += side + p.margin*0.8
	}
	clock, trailing := p.clock*2.7, fyne.TextAlignTrailing
	time := style{size: p.clock, least: p.clock * 0.8, bold: true, colour: l.OnStrong, align: trailing}
	unit := style{size: p.zh * 0.7, least: p.en * 0.9, colour: l.OnStrong, align: trailing}
	sub := style{size: p.en * 0.9, least: p.en * 0.7, colour: l.OnStrong, align: trailing}
	zh := style{size: p.zh, least: p.zh * 0.5, bold: true, colour: l.OnStrong}
	en := style{size: p.en, least: p.en * 0.7, colour: l.OnStrong}
	if p.tall {
		unit.align, sub.align = fyne.TextAlignLeading, fyne.TextAlignLeading
		w := right - clock - p.gap - p.margin
		p.line(m.Unit.ZH, unit, p.margin, p.header*0.7, w)
		p.line(m.Unit.EN, sub, p.margin, p.header*0.875, w)
		p.line(m.Clock, time, right-clock, p.header*0.78, clock)
	} else {
		p.line(m.Clock, time, right-clock, row/2, clock)
		right -= clock + p.gap
	}
	if !p.tall && !p.small { // the unit stands beside the name, which has its room first
		free := right - x - p.gap
		w := min(max(p.width(m.Unit.ZH, unit), p.width(m.Unit.EN, sub))+1, max(free*0.4, free-max(p.width(m.Name.ZH, zh), p.width(m.Name.EN, en))-1))
		p.line(m.Unit.ZH, unit, right-w, row*0.36, w)
		p.line(m.Unit.EN, sub, right-w, row*0.72, w)
		right -= w + p.gap
	}
	p.line(m.Name.ZH, zh, x, row*0.36, right-x)
	p.line(m.Name.EN, en, x, row*0.76, right-x)
	return p.header
}

// link says below the header that the hall is away and since when. A small
// panel says so in its running line.
func (f *Face) link(p pen, y float32) float32 {
	l, m := f.look, f.last
	if m.Link.ZH == "" || p.small {
		return y
	}
	zh, en := style{size: 25, least: 21, bold: true, colour: l.Ink}, style{size: 19, least: 17, colour: l.Ink}
	side, most, h := float32(38), 1, float32(74)
	if p.tall {
		most, h = 2, 134
	}
	p.rect(0, y, p.w, h, l.AlertSoft, 0)
	p.rect(0, y+h-4, p.w, 4, l.Alert, 0)
	p.symbol("link", l.Alert, p.margin, y+(h-4-side)/2, side)
	x := p.margin + side + 14
	at := y + 6
	at += p.block(m.Link.ZH, zh, x, at, p.w-x-p.margin, most, 1.3)
	p.block(m.Link.EN, en, x, at, p.w-x-p.margin, most, 1.3)
	return y + h
}

// footer is the running line: the announcement in words while a number is
// called, else who represents the unit and in what (R-ACC-06, R-WIN-07).
func (f *Face) footer(p pen) float32 {
	l, m := f.look, f.last
	y := p.h - p.footer
	fill, words := l.StrongSoft, m.Caption
	switch {
	case m.Caption != "":
	case p.small && m.Link.ZH != "":
		fill, words = l.AlertSoft, m.Link.ZH+"　"+m.Link.EN
	default:
		words = authority(m)
	}
	if words == "" {
		return p.h
	}
	p.rect(0, y, p.w, p.footer, fill, 0)
	p.run(words, y+p.footer/2, l.Ink)
	return y
}

// authority is the chief representative and the scope of authority.
func authority(m model.Face) string {
	words := ""
	if m.Chief != "" {
		words = both(chief, m.Chief, m.Chief)
	}
	if m.Scope.ZH != "" {
		if words != "" {
			words += "　　"
		}
		words += both(scope, m.Scope.ZH, m.Scope.In("en"))
	}
	return words
}

// main is the card with the number, or with what goes on instead.
func (f *Face) main(p pen, x, y, w, h float32) {
	l := f.look
	switch f.last.Condition {
	case model.Called, model.Serving:
		f.number(p, x, y, w, h)
	case model.Idle:
		p.card(x, y, w, h, 1.5, l.Surface, l.Hair)
		f.idle(p, x, y, w, h)
	default:
		p.card(x, y, w, h, 1.5, l.Surface, l.Hair)
		f.quiet(p, x, y, w, h)
	}
}

// number is the number in hand. While it is announced the card changes between
// two pictures that differ in colour and in shape.
func (f *Face) number(p pen, x, y, w, h float32) {
	l, m := f.look, f.last
	fill, ink, soft, stroke := l.Surface, l.Strong, l.Soft, float32(3)
	switch {
	case m.Flash && m.Lit:
		fill, ink, soft = l.Strong, l.OnStrong, l.OnStrong
	case m.Flash:
		stroke = p.round * 0.8
	}
	if p.small {
		stroke /= 1.6
	}
	p.card(x, y, w, h, stroke, fill, l.Strong)
	middle := fyne.TextAlignCenter
	in, inner := x+p.gap, w-2*p.gap
	head := p.title * 1.25
	tail := p.sub * 1.5
	foot := float32(0)
	more := ""
	switch {
	case len(m.More) > 0:
		more = m.More[0].ZH + "  " + m.More[0].EN
	case m.Wait > 0:
		more = fmt.Sprintf(waiting.ZH+"  "+waiting.EN, m.Wait, m.Wait)
	}
	if more != "" && !p.small {
		foot = p.more * 1.7
		p.line(more, style{size: p.more * 0.85, least: p.moreEN * 0.8, colour: soft, align: middle}, in, y+h-foot/2-4, inner)
	}
	space := h - p.gap - head - tail - foot
	size := min(space*0.96, p.number*1.6)
	top := y + p.gap*0.8
	p.line(m.Title.ZH, style{size: p.title, least: p.title * 0.6, bold: true, colour: ink, align: middle}, in, top+head/2, inner)
	p.line(m.Title.EN, style{size: p.sub, least: p.sub * 0.75, colour: soft, align: middle}, in, top+head+tail/2-2, inner)
	p.line(m.Number, style{size: size, least: size * 0.25, bold: true, colour: ink, align: middle}, in, top+head+tail+space/2-size*0.02, inner)
}

// idle is the window that serves and has called nobody: what can be done here.
func (f *Face) idle(p pen, x, y, w, h float32) {
	l, m := f.look, f.last
	in, inner := x+p.gap*1.4, w-2.8*p.gap
	at := y + p.gap
	sub := style{size: p.sub, least: p.sub * 0.8, colour: l.Soft}
	p.line(m.Title.ZH, style{size: p.title, least: p.title * 0.6, bold: true, colour: l.Strong}, in, at+p.title*0.6, inner)
	if p.small { // beside it, for the sake of the services
		sub.align = fyne.TextAlignTrailing
		p.line(m.Title.EN, sub, in+inner*0.6, at+p.title*0.7, inner*0.4)
	} else {
		p.line(m.Title.EN, sub, in, at+p.title*1.25+p.sub*0.65, inner)
		at += p.sub * 1.5
	}
	at += p.title*1.25 + p.gap*0.6
	bottom := y + h - p.gap*0.6
	if m.Wait > 0 {
		row := p.more * 1.8
		bottom -= row
		p.rect(in, bottom, inner, 1.5, l.Hair, 0)
		words := fmt.Sprintf(waiting.ZH+"  "+waiting.EN, m.Wait, m.Wait)
		p.line(words, style{size: p.more, least: p.moreEN, bold: true, colour: l.Ink}, in, bottom+row/2, inner)
	}
	f.offers(p, m.Offers, in, at, inner, bottom-at-p.gap*0.4)
}

// offers lists services, as many as there is room for; the rest are counted.
func (f *Face) offers(p pen, list []contract.Text2, x, y, w, h float32) {
	l := f.look
	row := p.more * 1.55
	en := float32(0) // beside the Chinese, or below it where that is narrow
	switch {
	case p.small:
	case p.tall:
		row = p.more*1.4 + p.moreEN*1.6
	default:
		en = w * 0.5
	}
	room := int(h / row)
	if room < 1 {
		return
	}
	shown, rest := list, 0
	if len(list) > room {
		shown, rest = list[:room-1], len(list)-room+1
	}
	zh := style{size: p.more, least: p.more * 0.7, colour: l.Ink}
	sub := style{size: p.moreEN, least: p.moreEN * 0.75, colour: l.Soft}
	for i, o := range shown {
		f.pair(p, o, zh, sub, x, y+float32(i)*row, w, en, row)
	}
	if rest > 0 {
		zh.colour = l.Soft
		f.pair(p, contract.Text2{ZH: fmt.Sprintf(others.ZH, rest), EN: fmt.Sprintf(others.EN, rest)}, zh, sub, x, y+float32(len(shown))*row, w, en, row)
	}
}

// pair sets a text in both languages: English in a column of width en at the
// right, or below where en is 0; a small panel has room for Chinese only.
func (f *Face) pair(p pen, t contract.Text2, zh, sub style, x, y, w, en, row float32) {
	switch {
	case p.small:
		p.line(t.ZH, zh, x, y+row/2, w)
	case en > 0:
		p.line(t.ZH, zh, x, y+row/2, w-en-p.gap)
		sub.align = fyne.TextAlignTrailing
		p.line(t.EN, sub, x+w-en, y+row/2, en)
	default:
		p.line(t.ZH, zh, x, y+p.more*0.7, w)
		p.line(t.EN, sub, x, y+p.more*1.4+p.moreEN*0.55, w)
	}
}

// quiet says what goes on at a window that calls nobody now, why, how long, and
// where to go instead.
func (f *Face) quiet(p pen, x, y, w, h float32) {
	l, m := f.look, f.last
	in, inner := x+p.gap, w-2*p.gap
	side := p.title * 2.1
	title := p.title * 1.35
	sub := p.sub * 1.6
	each := p.more*1.45 + p.moreEN*1.7
	need := title + sub + float32(len(m.More))*each
	align := fyne.TextAlignCenter
	beside := !p.tall && !p.small && h < need+side+2*p.gap || p.small && f.last.Person == nil
	switch {
	case beside: // the symbol stands beside the words
		p.symbol(m.Symbol, l.Strong, in, y+(h-side)/2, side)
		in, inner, align = in+side+p.gap*1.4, inner-side-p.gap*1.4, fyne.TextAlignLeading
	case !p.small:
		need += side + p.gap
	}
	most := float32(1)
	if p.tall {
		most = 1.25
	}
	k := min(most, (h-p.gap)/need) // where there is much to say it is said smaller
	at := y + (h-need*k)/2
	if !beside && !p.small {
		p.symbol(m.Symbol, l.Strong, x+(w-side*k)/2, at, side*k)
		at += (side + p.gap) * k
	}
	p.line(m.Title.ZH, style{size: p.title * k, least: p.title * 0.55, bold: true, colour: l.Strong, align: align}, in, at+title*k/2, inner)
	at += title * k
	p.line(m.Title.EN, style{size: p.sub * k, least: p.sub * 0.7, colour: l.Soft, align: align}, in, at+sub*k*0.45, inner)
	at += sub * k
	for _, t := range m.More {
		p.line(t.ZH, style{size: p.more * k, least: p.more * 0.55, colour: l.Ink, align: align}, in, at+p.more*k*0.85, inner)
		p.line(t.EN, style{size: p.moreEN * k, least: p.moreEN * 0.7, colour: l.Soft, align: align}, in, at+(p.more*1.45+p.moreEN*0.7)*k, inner)
		at += each * k
	}
}
