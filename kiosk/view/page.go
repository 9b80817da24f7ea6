package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
	"hallward/kiosk/theme"
)

// page is one drawing of one screen.
type page struct {
	*stage
	v    *View
	s    flow.State
	l    *theme.Look
	w, h float32 // of the screen, px
	lang string
	nav  float32 // upper edge of the bottom row, set by frame
	top  float32 // lower edge of the header
}

func (p *page) px(mm float64) float32 { return p.l.Px(mm) }
func (p *page) wideScreen() bool      { return p.w > p.h }
func (p *page) margin() float32       { return p.px(p.l.Margin) }
func (p *page) inner() float32        { return p.w - 2*p.margin() }

// in is a string in the person's language.
func (p *page) in(k text.Key, args ...any) string { return k.In(p.lang, args...) }

// other is the same in the other language, but for large text, where one
// language has the room.
func (p *page) other(k text.Key, args ...any) string {
	if p.s.Large {
		return ""
	}
	return k.In(text.Other(p.lang), args...)
}

func (p *page) say(t contract.Text2) string { return t.In(p.lang) }

func (p *page) sayOther(t contract.Text2) string {
	o := t.In(text.Other(p.lang))
	if p.s.Large || o == p.say(t) {
		return ""
	}
	return o
}

func (p *page) style(mm float64) style {
	return style{size: p.px(mm), colour: p.l.Ink, leading: float32(p.l.Leading)}
}

func (p *page) body() style    { return p.style(p.l.Body) }
func (p *page) label() style   { return p.style(p.l.Label).strong() }
func (p *page) title() style   { return p.style(p.l.Title).strong() }
func (p *page) display() style { return p.style(p.l.Display).strong() }

func (s style) strong() style                 { s.bold = true; return s }
func (s style) centred() style                { s.align = fyne.TextAlignCenter; return s }
func (s style) right() style                  { s.align = fyne.TextAlignTrailing; return s }
func (s style) atMost(lines int) style        { s.lines = lines; return s }
func (s style) shrinking(least float32) style { s.least = least; return s }

// squeeze makes the styles smaller, down to the body size, until what they set
// is at most h high.
func (p *page) squeeze(h float32, high func() float32, styles ...*style) {
	least := p.px(p.l.Body)
	for range 24 {
		if high() <= h {
			return
		}
		for _, st := range styles {
			st.size = max(st.size*0.95, least)
		}
	}
}

// offered tells whether the state takes a touch.
func (p *page) offered(t flow.Touch) bool { return slices.Contains(p.s.Offers(), t) }

// frame draws what each page has at the same place: the hall and the clock
// above, the ways and the phones below.
func (p *page) frame() {
	p.header()
	bottom := p.phones()
	ways := []face{
		{symbol: "back", title: p.in(text.Back), touch: flow.Back},
		{symbol: "home", title: p.in(text.Home), touch: flow.ToHome},
		{symbol: "person", title: p.in(text.AskPerson), touch: flow.AskHelp},
		{symbol: "text", title: p.in(text.Larger), touch: flow.TextSize},
		{symbol: "speech", title: text.ThisLang.In(text.Other(p.lang)), touch: flow.Language},
	}
	if p.s.Large {
		ways[3].title = p.in(text.Smaller)
	}
	gap := p.px(p.l.Gap)
	w := (p.inner() - float32(len(ways)-1)*gap) / float32(len(ways))
	aside := p.wideScreen()
	h := p.px(p.l.Target)
	words := p.body()
	words.leading = 1.3
	words.lines = 2
	for _, f := range ways {
		need := heightOf(f.title, words, w-2*p.px(2.5)) + p.px(5)
		if !aside {
			need += p.px(8 + 2)
		}
		h = max(h, need)
	}
	p.nav = bottom - h
	for i, f := range ways {
		if !p.offered(f.touch) {
			continue
		}
		f.kind, f.aside = nav, aside
		p.button(f, p.margin()+float32(i)*(w+gap), p.nav, w, h)
	}
	p.nav -= p.px(7)
	p.rect(p.margin(), p.nav+p.px(3.5), p.inner(), p.px(0.25), p.l.Hair, p.l.Hair, 0, 0)
}

// header is the hall's name on its colour, the clock, and the countdown.
func (p *page) header() {
	hall := p.s.Catalogue.Hall
	name, second := p.say(hall.Name), p.sayOther(hall.Name)
	if mark := p.mark(); mark != "" {
		second = mark
	}
	on := func(s style) style { s.colour = p.l.OnStrong; return s }
	pad := p.px(5)
	right := p.px(64)
	if p.s.Large {
		right = p.px(84)
	}
	room := p.inner() - right - p.px(4)
	label := on(p.label()).atMost(2).shrinking(p.px(p.l.Body))
	label.leading = 1.3
	small := on(p.body()).atMost(1)
	nameH, secondH := heightOf(name, label, room), heightOf(second, small, room)
	clock := on(p.title())
	clock.leading = 1.3
	words := ""
	if left, shown := p.s.Left(); shown && p.s.Face() != flow.Idle {
		words = p.in(text.LeftBefore, seconds(left))
	}
	leftH := heightOf("0", small, right)
	clockH := heightOf("0", clock, right)
	high := max(nameH+secondH, clockH+leftH) + 2*pad
	p.rect(0, 0, p.w, high, p.l.Strong, p.l.Strong, 0, 0)
	y := (high - nameH - secondH) / 2
	p.text(name, label, p.margin(), y, room)
	if p.mark() != "" { // on a ground of its own, so that it is seen on each page
		wide, pad := measure(small.size, false)(second), p.px(2)
		p.rect(p.margin(), y+nameH, wide+2*pad, secondH, p.l.Surface, p.l.Surface, 0, p.px(2))
		small.colour = p.l.Strong
		p.text(second, small, p.margin()+pad, y+nameH, room-pad)
		small.colour = p.l.OnStrong
	} else {
		p.text(second, small, p.margin(), y+nameH, room)
	}
	x := p.w - p.margin() - right
	y = (high - clockH - leftH) / 2
	p.text(p.v.local(p.s.Now).Format("15:04"), clock.right(), x, y, right)
	p.text(words, small.right(), x, y+clockH, right)
	p.top = high + p.px(8)
}

// mark is who goes first and whose card was read: it stands on every page of
// the visit.
func (p *page) mark() string {
	var out []string
	if c, ok := p.s.ChosenClass(); ok {
		out = append(out, p.in(text.PriorityMark, p.say(c.Name)))
	}
	if p.s.Name != "" {
		out = append(out, p.s.Name)
	}
	return strings.Join(out, "  ")
}

func seconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// phones is the last line of each page (R-INFO-11); it returns its upper edge.
func (p *page) phones() float32 {
	hall := p.s.Catalogue.Hall
	st := p.body()
	st.colour = p.l.Soft
	a := p.in(text.Consult) + " " + hall.ConsultPhone
	b := p.in(text.Complaint) + " " + hall.ComplaintPhone
	m := measure(st.size, false)
	gap := p.px(10)
	line := st.size * st.leading
	if m(a)+m(b)+gap <= p.inner() {
		y := p.h - p.px(4) - line
		p.text(a, st, p.margin(), y, p.inner())
		p.text(b, st.right(), p.margin(), y, p.inner())
		return y - p.px(3)
	}
	y := p.h - p.px(4) - 2*line
	p.text(a, st.atMost(1), p.margin(), y, p.inner())
	p.text(b, st.atMost(1), p.margin(), y+line, p.inner())
	return y - p.px(3)
}

// actions draws the main buttons of a page just above the bottom row, the first
// one in the strong colour, and returns their upper edge.
func (p *page) actions(faces ...face) float32 {
	if len(faces) == 0 {
		return p.nav
	}
	gap := p.px(p.l.ChoiceGap)
	h := p.px(p.l.Choice + 3)
	for i := range faces {
		faces[i].aside = true
		if faces[i].kind == card {
			faces[i].kind = plain
		}
		if faces[i].titleSize == 0 {
			faces[i].titleSize = p.px(p.l.Label)
		}
	}
	if p.wideScreen() {
		w := (p.inner() - float32(len(faces)-1)*gap) / float32(len(faces))
		for _, f := range faces {
			if f.touch == flow.Quiet {
				h = max(h, p.quietHeight(f, w))
			}
		}
		for i, f := range faces {
			p.button(f, p.margin()+float32(i)*(w+gap), p.nav-h, w, h)
		}
		return p.nav - h - p.px(6)
	}
	y := p.nav - float32(len(faces))*h - float32(len(faces)-1)*gap
	top := y
	for _, f := range faces {
		p.button(f, p.margin(), y, p.inner(), h)
		y += h + gap
	}
	return top - p.px(6)
}

// waitWords says how long it takes in the person's language; after is when the
// hall opens again, where the wait lasts until then.
func (p *page) waitWords(from, to int, after time.Time) string {
	switch {
	case !after.IsZero():
		return p.in(text.WaitAfter, p.v.local(after).Format("15:04"))
	case from < 0 || to < 0:
		return p.in(text.WaitUnknown)
	case to == 0:
		return p.in(text.WaitNow)
	case from == to:
		return p.in(text.WaitAbout, to)
	case from == 0:
		return p.in(text.WaitWithin, to)
	}
	return p.in(text.WaitRange, from, to)
}

// opening says when the hall opens next: "明天 08:00".
func (p *page) opening() string {
	next := p.s.Calendar.Begin
	if next.IsZero() {
		next = p.s.Calendar.Next
	}
	if next.IsZero() {
		return ""
	}
	at, now := p.v.local(next), p.v.local(p.s.Now)
	day := at.Format("2006-01-02")
	switch day {
	case now.Format("2006-01-02"):
		day = p.in(text.Today)
	case now.AddDate(0, 0, 1).Format("2006-01-02"):
		day = p.in(text.Tomorrow)
	default:
		if p.lang != text.English {
			day = fmt.Sprintf("%d月%d日", at.Month(), at.Day())
		}
	}
	return day + " " + at.Format("15:04")
}

// hours lists today's segments: "08:00–11:30  13:00–17:30".
func (p *page) hours() string {
	s := ""
	for _, g := range p.s.Calendar.Segments {
		if s != "" {
			s += "  "
		}
		s += g.From + "–" + g.To
	}
	return s
}
