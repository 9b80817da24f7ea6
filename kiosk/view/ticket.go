package view

import (
	"strings"

	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// busy is the page of a few seconds: a number is being taken, paper is on its
// way, the hall is being told.
func busy(p *page) {
	p.header()
	p.phones()
	what, how, sign := text.TakingNow, text.TakingWait, "clock"
	switch p.s.Screen {
	case flow.Printing:
		what, how, sign = text.PrintingNow, text.PrintingAt, "printer"
	case flow.Noting:
		what, how = text.NotingNow, text.TakingWait
	case flow.Asking:
		what, how = text.AskingNow, text.TakingWait
	}
	said := p.in(how)
	if p.s.Screen == flow.Taking && p.s.Name != "" && p.s.Realname() != "" {
		said = p.in(text.CardRead, p.s.Name)
	}
	big, small := p.display().centred().atMost(3).shrinking(p.px(p.l.Title)), p.label().centred()
	small.bold, small.colour = false, p.l.Soft
	side := p.px(56)
	number := ""
	if p.s.Screen == flow.Printing && p.s.Ticket != nil {
		number = p.s.Ticket.Number
	}
	num := p.numberStyle()
	sum := side + p.px(12) + heightOf(p.in(what), big, p.inner()) + p.px(5) + heightOf(said, small, p.inner())
	if number != "" {
		sum += num.size + p.px(10)
	}
	y := p.top + (p.h-p.top-p.px(20)-sum)/2
	p.panel((p.w-side)/2, y, side, side, p.l.StrongSoft, p.l.StrongSoft)
	p.symbol(sign, p.l.Strong, (p.w-side*0.6)/2, y+side*0.2, side*0.6)
	y += side + p.px(12)
	y += p.text(p.in(what), big, p.margin(), y, p.inner()) + p.px(5)
	y += p.text(said, small, p.margin(), y, p.inner()) + p.px(10)
	if number != "" {
		p.text(number, num.centred(), p.margin(), y, p.inner())
	}
}

func (p *page) numberStyle() style {
	st := p.style(p.l.Number).strong().atMost(1).shrinking(p.px(p.l.Number * 0.6))
	st.colour = p.l.Strong
	st.leading = 1.0
	return st
}

// done shows the number, how long it takes, and where to go.
func done(p *page) {
	p.frame()
	l := p.l
	bottom := p.ticketActions(face{kind: primary, symbol: "check", title: p.in(text.Finished), touch: flow.Finish})
	what, sign := p.in(text.TakePaper), "paper"
	if p.s.Noted {
		what, sign = p.in(text.NumberNoted), "check"
	}
	if p.s.CardOn {
		sign = "card"
		what = p.in(text.TakeBoth)
		if p.s.Noted {
			what = p.in(text.NumberNoted) + "\n" + p.in(text.CardTake)
		}
	}
	gap := p.px(8)
	if p.wideScreen() {
		half := (p.inner() - p.px(l.ChoiceGap)) / 2
		x := p.margin() + half + p.px(l.ChoiceGap)
		p.ticket(p.margin(), p.top, half, bottom-p.top)
		y := p.top + p.banner(what, sign, x, p.top, half) + p.px(4)
		p.facts(x, y, half, bottom-y)
		return
	}
	y := p.top + p.banner(what, sign, p.margin(), p.top, p.inner()) + gap
	high := min(max(bottom-y-p.factsHeight(p.factList(), p.inner())-gap, p.px(l.Number+38)), p.px(150))
	p.ticket(p.margin(), y, p.inner(), high)
	y += high + gap
	p.facts(p.margin(), y, p.inner(), bottom-y)
}

// banner says what to do now, in green, and returns its height.
func (p *page) banner(words, sign string, x, y, w float32) float32 {
	st := p.title().atMost(2).shrinking(p.px(p.l.Body))
	st.leading = 1.3
	pad, side := p.px(4), p.px(15)
	if p.wideScreen() && p.s.Large {
		pad, side, st.size = p.px(2), p.px(12), p.px(p.l.Label)
	}
	in := pad + side + p.px(4)
	room := w - in - pad
	th := heightOf(words, st, room)
	h := max(side, th) + 2*pad
	p.panel(x, y, w, h, p.l.GoodSoft, p.l.Good)
	p.symbol(sign, p.l.Good, x+pad, y+(h-side)/2, side)
	p.text(words, st, x+in, y+(h-th)/2, room)
	return h
}

// ticket is the paper on the screen: heading, number, service.
func (p *page) ticket(x, y, w, h float32) {
	heading := p.in(text.YourNumber)
	if p.s.Screen == flow.Unprinted && p.s.Large {
		heading = "" // the page itself begins with it
	}
	v := p.s.ChosenService()
	p.numberPanel(heading, p.s.Shown().Number, p.say(v.Name), p.sayOther(v.Name), x, y, w, h)
}

// numberPanel is a number that a person keeps, with what it is and what for.
func (p *page) numberPanel(heading, number, forWhat, second string, x, y, w, h float32) {
	p.panel(x, y, w, h, p.l.Surface, p.l.Line)
	pad := p.px(6)
	head := p.label().centred()
	head.bold, head.colour = false, p.l.Soft
	num := p.numberStyle().centred()
	name := p.title().centred().atMost(2).shrinking(p.px(p.l.Body))
	name.leading = 1.3
	sub := p.body().centred().atMost(2)
	sub.colour, sub.leading = p.l.Soft, 1.3
	if p.s.Large && p.wideScreen() {
		pad = p.px(3)
		name.size = p.px(p.l.Label)
	}
	room := w - 2*pad
	fixed := heightOf(heading, head, room) + heightOf(forWhat, name, room) + heightOf(second, sub, room) + p.px(6)
	if num.size+fixed+2*pad > h {
		num.size = max(p.px(36), h-fixed-2*pad)
	}
	num.least = p.px(36)
	_, num.size = broken(number, num, room)
	cy := y + (h-fixed-num.size)/2
	cy += p.text(heading, head, x+pad, cy, room)
	cy += p.text(number, num, x+pad, cy, room) + p.px(6)
	cy += p.text(forWhat, name, x+pad, cy, room)
	p.text(second, sub, x+pad, cy, room)
}

type fact struct{ symbol, label, value string }

// factList is what the ticket means, the most needed first.
func (p *page) factList() []fact {
	if p.s.Screen == flow.Booked {
		return p.bookedFacts()
	}
	t, v := p.s.Shown(), p.s.ChosenService()
	where := t.Area
	if area := p.say(v.Area); area != "" {
		where = area
	}
	if labels := p.s.WindowLabels(); len(labels) > 0 {
		sep := "、"
		if p.lang == text.English {
			sep = ", "
		}
		where = strings.TrimSpace(where + " " + p.in(text.WindowNumber, strings.Join(labels, sep)))
	}
	var out []fact
	if p.s.Screen == flow.Status || p.s.Screen == flow.Holding {
		out = append(out, fact{"check", p.in(text.StateNow), p.stateWords(t)})
	}
	switch {
	case t.Offline:
		out = append(out, fact{"link", p.in(text.Wait), p.in(text.OfflineHow)})
	case waits(t) && (p.s.Large || p.wideScreen() && p.manyFacts()): // one line for both: the height is dear
		out = append(out, fact{"people", p.in(text.Ahead), p.in(text.People, t.Ahead) + " · " + p.waitWords(t.WaitMin, t.WaitMax, t.After)})
	case waits(t):
		out = append(out, fact{"people", p.in(text.Ahead), p.in(text.People, t.Ahead)},
			fact{"clock", p.in(text.Wait), p.waitWords(t.WaitMin, t.WaitMax, t.After)})
	}
	if !t.Due.IsZero() {
		out = append(out, fact{"date", p.in(text.DueLabel), p.v.local(t.Due).Format("15:04")})
	}
	if where != "" {
		out = append(out, fact{"window", p.in(text.Where), where})
	}
	if v, ok := p.s.FeeService(); ok {
		words := p.in(text.FeeAfter)
		if v.Fee != "" && v.Fee != "0" {
			words = p.in(text.FeeAmount, v.Fee)
		}
		out = append(out, fact{"coin", p.in(text.FeeLabel), words})
	}
	if then := p.thenWords(); then != "" {
		out = append(out, fact{"list", p.in(text.ThenLabel), then})
	}
	if t.Silent {
		return append(out, fact{"mute", "", p.in(text.WatchOnly)})
	}
	return append(out, fact{"speech", "", p.in(text.WatchBoard)})
}

// manyFacts tells whether the ticket has more to say than an ordinary one.
func (p *page) manyFacts() bool {
	_, fee := p.s.FeeService()
	return fee || len(p.s.TicketServices()) > 1 || !p.s.Shown().Due.IsZero()
}

// thenWords are the further services of the ticket; the fee window has a line
// of its own.
func (p *page) thenWords() string {
	var names []string
	_, fee := p.s.FeeService()
	for _, v := range p.s.TicketServices()[1:] {
		if !fee || v.Kind != "fee" {
			names = append(names, p.say(v.Name))
		}
	}
	sep := "、"
	if p.lang == text.English {
		sep = ", "
	}
	return strings.Join(names, sep)
}

func (p *page) factStyles(f fact) (label, value style) {
	label = p.body()
	label.colour, label.leading = p.l.Soft, 1.3
	value = p.title().atMost(2).shrinking(p.px(p.l.Body))
	if p.wideScreen() || p.s.Screen == flow.Unprinted {
		value.size = p.px(p.l.Label)
	}
	if p.wideScreen() && p.s.Large {
		value.lines = 1
	}
	value.leading = 1.3
	if f.label == "" {
		value.bold, value.size, value.lines = false, p.px(p.l.Body), 2
	}
	return label, value
}

func (p *page) factsHeight(list []fact, w float32) float32 {
	h := float32(0)
	for _, f := range list {
		h += p.factHeight(f, w) + p.px(3)
	}
	return h
}

func (p *page) factHeight(f fact, w float32) float32 {
	label, value := p.factStyles(f)
	room := w - p.px(18)
	return max(p.px(14), heightOf(f.label, label, room)+heightOf(f.value, value, room)) + p.px(1)
}

// facts lists what the ticket means, one under the other, within a height.
func (p *page) facts(x, y, w, h float32) {
	list := p.factList()
	for len(list) > 1 && p.factsHeight(list, w) > h {
		list = list[:len(list)-1] // the board speaks for itself, and the paper says the rest
	}
	spare := (h - p.factsHeight(list, w)) / float32(len(list))
	spare = max(0, min(spare, p.px(8)))
	for _, f := range list {
		label, value := p.factStyles(f)
		high := p.factHeight(f, w)
		side := p.px(12)
		p.symbol(f.symbol, p.l.Strong, x, y+(high-side)/2, side)
		room := w - p.px(18)
		sum := heightOf(f.label, label, room) + heightOf(f.value, value, room)
		ty := y + (high-sum)/2
		ty += p.text(f.label, label, x+p.px(18), ty, room)
		p.text(f.value, value, x+p.px(18), ty, room)
		y += high + p.px(3) + spare
	}
}

// unprinted shows a number that has no paper, with a code for a phone, and the
// two things that the citizen may say of it.
func unprinted(p *page) {
	p.frame()
	l := p.l
	faces := []face{
		{kind: primary, symbol: "check", title: p.in(text.NoteIt), touch: flow.Noted},
		{kind: plain, symbol: "back", title: p.in(text.GiveItUp), touch: flow.GiveUp}}
	if p.offered(flow.Reprint) {
		faces = append([]face{{kind: primary, symbol: "printer", title: p.in(text.ReprintIt), touch: flow.Reprint}}, faces...)
		faces[1].kind = plain
	}
	bottom := p.actions(faces...)
	y := p.top
	heading := text.ScreenTicket
	switch {
	case p.s.Paper && p.s.Maybe:
		heading = text.PaperMaybe
	case p.s.Paper:
		heading = text.PaperFailed
	}
	st := p.title().atMost(3).shrinking(p.px(l.Label))
	st.leading = 1.3
	if p.wideScreen() {
		st.lines, st.least = 1, p.px(l.Body)
	}
	y += p.text(p.in(heading), st, p.margin(), y, p.inner()) + p.px(3)
	how := p.label()
	how.bold, how.leading = false, 1.3
	if p.wideScreen() || p.s.Large {
		how = p.body()
	}
	y += p.text(p.in(text.ScreenHow), how, p.margin(), y, p.inner()) + p.px(6)

	gap := p.px(l.ChoiceGap)
	h := bottom - y
	if p.wideScreen() || p.s.Large {
		side := min(h, p.px(92), p.inner()*0.42)
		h = min(h, p.px(120))
		p.ticket(p.margin(), y, p.inner()-side-gap, h)
		p.codePanel(p.w-p.margin()-side, y, side, h)
		return
	}
	side := min(p.px(100), h*0.42)
	p.ticket(p.margin(), y, p.inner(), min(h-side-gap, p.px(140)))
	y += min(h-side-gap, p.px(140)) + gap
	p.codePanel(p.margin(), y, side, side)
	p.facts(p.margin()+side+gap, y, p.inner()-side-gap, side)
}

// codePanel is the two-dimensional code on white, whatever the palette is.
func (p *page) codePanel(x, y, w, h float32) {
	p.panel(x, y, w, h, p.l.Surface, p.l.Line)
	side := min(w, h) - p.px(6)
	p.picture(p.v.code(*p.s.Ticket), x+(w-side)/2, y+(h-side)/2, side)
}
