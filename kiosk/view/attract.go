package view

import (
	"image/color"

	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// attract is the screen that waits: the hall's name on its colour, one large
// button, and what somebody who only looks wants to know.
func attract(p *page) {
	l, hall := p.l, p.s.Catalogue.Hall
	band := p.h * 0.46
	if p.wideScreen() {
		band = p.h * 0.35
	}
	p.rect(0, 0, p.w, band, l.Strong, l.Strong, 0, 0)
	on := func(s style) style { s.colour = l.OnStrong; return s.centred() }
	name := on(p.display()).atMost(3).shrinking(p.px(l.Title))
	if p.wideScreen() {
		name.size *= 1.1
	} else {
		name.size *= 1.05
	}
	second := on(p.label())
	second.bold = false
	greet := on(p.title())
	greet.bold = false
	zh, en := hall.Name.ZH, hall.Name.EN
	between := p.px(14)
	if p.wideScreen() {
		between = p.px(5)
	}
	sum := heightOf(zh, name, p.inner()) + p.px(4) + heightOf(en, second, p.inner()) + between + heightOf(" ", greet, p.inner())
	y := (band - sum) / 2
	y += p.text(zh, name, p.margin(), y, p.inner()) + p.px(4)
	y += p.text(en, second, p.margin(), y, p.inner()) + between
	p.text(text.Welcome.In(text.Chinese)+"  ·  "+text.Welcome.In(text.English), greet, p.margin(), y, p.inner())

	low := p.phones()
	y = band + p.px(8)
	if why := p.s.Notice(); why != "" {
		y = p.notice(why, y) + p.px(6)
	}
	facts := ""
	if h := p.hours(); h != "" {
		facts = p.in(text.Hours) + "  " + h
	}
	if p.s.Queue.Waiting > 0 {
		if facts != "" {
			facts += "\n"
		}
		facts += p.in(text.Waiting, p.s.Queue.Waiting)
	}
	language := p.px(l.Choice)
	room := low - y - p.px(10)
	st := p.label().centred()
	st.bold = false
	fh := heightOf(facts, st, p.inner())
	bw := p.inner()
	if p.wideScreen() {
		bw = p.inner() * 0.72
	}
	x := (p.w - bw) / 2
	big := min(p.px(96), room-fh-language-2*p.px(10))
	rest := room - big - language - fh - p.px(10)
	y += rest / 3
	p.button(face{kind: primary, symbol: "touch", aside: p.wideScreen(), touch: flow.Start,
		title: text.TakeNumber.In(text.Chinese), sub: text.TakeNumber.In(text.English),
		titleSize: min(p.px(26), big*0.42), symbolSize: min(p.px(30), big*0.42)}, x, y, bw, big)
	y += big + p.px(10)
	p.button(face{kind: plain, symbol: "globe", aside: true, touch: flow.Language,
		title: text.ThisLang.In(text.English), titleSize: p.px(l.Title), symbolSize: p.px(14)}, x, y, bw, language)
	y += language + rest/3
	p.text(facts, st, p.margin(), y, p.inner())
}

// notice says above the choices what does not work now, and returns its lower
// edge.
func (p *page) notice(why flow.Reason, y float32) float32 {
	l := p.l
	words, room := p.noticeWords(why), p.noticeRoom()
	st := p.body().atMost(2)
	th := heightOf(words, st, room)
	h := p.noticeHeight(why)
	side := p.px(noticeSign)
	p.rect(p.margin(), y, p.inner(), h, l.AlertSoft, l.Alert, p.px(l.Border), p.px(l.Radius))
	p.symbol(symbolOf(why), l.Alert, p.margin()+p.px(noticePad), y+(h-side)/2, side)
	p.text(words, st, p.w-p.margin()-p.px(noticePad)-room, y+(h-th)/2, room)
	return y + h
}

const (
	noticePad  = 4 // mm
	noticeSign = 9 // mm
)

func (p *page) noticeRoom() float32 { return p.inner() - p.px(2*noticePad+noticeSign+3) }

func (p *page) noticeHeight(why flow.Reason) float32 {
	return max(p.px(noticeSign), heightOf(p.noticeWords(why), p.body().atMost(2), p.noticeRoom())) + p.px(2*noticePad)
}

func (p *page) noticeWords(why flow.Reason) string {
	words := p.say(text.TroubleOf(string(why)).Short)
	if why == flow.Closed {
		if next := p.opening(); next != "" {
			words += "  ·  " + p.in(text.NextOpening) + " " + next
		}
	}
	return words
}

// panel is a surface with an edge.
func (p *page) panel(x, y, w, h float32, fill, edge color.NRGBA) {
	p.rect(x, y, w, h, fill, edge, p.px(p.l.Border), p.px(p.l.Radius))
}

func symbolOf(why flow.Reason) string {
	switch why {
	case flow.PaperOut:
		return "paper"
	case flow.CoverOpen:
		return "cover"
	case flow.Cutter:
		return "cutter"
	case flow.NoPrinter:
		return "printer"
	case flow.Paused:
		return "pause"
	case flow.Closed, flow.Closing, flow.OffHours, flow.ClockDoubt:
		return "clock"
	case flow.Quota, flow.Interval:
		return "people"
	case flow.NotFound, flow.NoTimes:
		return "date"
	case flow.WrongCode:
		return "scan"
	case flow.SlipLeft:
		return "paper"
	case flow.CardLeft:
		return "card"
	case flow.Away, flow.NoAnswer, flow.NotNoted, flow.Alone, flow.Unanswered, flow.CutOff:
		return "link"
	}
	return "alert"
}
