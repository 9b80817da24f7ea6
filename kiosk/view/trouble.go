package view

import (
	"cmp"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// trouble says what happened, what to do now and whom to ask, and offers what
// still works.
func trouble(p *page) {
	p.frame()
	l := p.l
	words := text.TroubleOf(string(p.s.Reason))
	what, do := p.say(words.What), p.say(words.Do)
	if p.s.Reason == flow.Refused || p.s.Reason == flow.Declined {
		if own := p.say(contract.Text2{ZH: p.s.Problem.Message, EN: p.s.Problem.MessageEN}); own != "" {
			do = own
		}
	}
	if _, stopped := stopTags[p.s.Reason]; stopped {
		v := p.s.ChosenService()
		if p.say(v.Name) != "" {
			what += "\n" + p.say(v.Name)
		}
		if q, _ := p.s.QueueOf(v.ID); q.Stop != "" && p.say(q.Reason) != "" {
			do = p.say(q.Reason)
		}
	}
	var faces []face
	if p.offered(flow.Retry) {
		title := p.in(text.TryAgain)
		if p.s.Reason.OfPrinter() || p.s.Reason == flow.Away {
			title = p.in(text.WorksAgain)
		}
		faces = append(faces, face{kind: primary, symbol: "forward", title: title, touch: flow.Retry})
	}
	if p.offered(flow.OnScreen) {
		faces = append(faces, face{kind: primary, symbol: "check", title: p.in(text.NumberOnScreen), touch: flow.OnScreen})
	}
	if p.offered(flow.Book) {
		faces = append(faces, face{kind: primary, symbol: "date", title: p.in(text.BookInstead), touch: flow.Book})
	}
	bottom := p.actions(faces...)
	width := p.inner()
	if p.wideScreen() {
		gap := p.px(6)
		width = p.inner() * 0.66
		p.ask(p.say(words.Ask), p.margin()+width+gap, p.top, p.inner()-width-gap, bottom-p.top)
	} else {
		h := p.askHeight(p.say(words.Ask), p.inner())
		p.ask(p.say(words.Ask), p.margin(), bottom-h, p.inner(), h)
		bottom -= h + p.px(6)
	}

	// What and what to do, on the alert ground, as high as the room is.
	pad, side := p.px(8), p.px(26)
	room := width - 2*pad
	st := p.display().atMost(4).shrinking(p.px(l.Title))
	st.leading = 1.3
	if p.wideScreen() {
		st.size = p.px(l.Title * 1.2)
	}
	big := p.label()
	big.bold = false
	extra := ""
	switch {
	case p.s.Reason == flow.Closed:
		extra = p.closedWords()
	case p.s.Ticket != nil:
		extra = p.in(text.YourNumber) + "  " + p.s.Ticket.Number
	}
	ex := p.label()
	h := bottom - p.top
	p.panel(p.margin(), p.top, width, h, l.AlertSoft, l.Alert)
	x, y := p.margin()+pad, float32(0)
	if p.wideScreen() {
		x += side + pad
		room -= side + pad
		sum := func() float32 {
			return heightOf(what, st, room) + p.px(4) + heightOf(do, big, room) + p.px(5) + heightOf(extra, ex, room)
		}
		p.squeeze(h-pad, sum, &st, &big, &ex)
		y = p.top + (h-sum())/2
		p.symbol(symbolOf(p.s.Reason), l.Alert, p.margin()+pad, y, side)
		y += p.text(what, st, x, y, room) + p.px(4)
		y += p.text(do, big, x, y, room) + p.px(5)
		p.text(extra, ex, x, y, room)
		return
	}
	side = p.px(52)
	sum := func() float32 {
		return side + p.px(8) + heightOf(what, st, room) + p.px(6) + heightOf(do, big, room) + p.px(8) + heightOf(extra, ex, room)
	}
	if sum() > h-2*pad {
		side = p.px(28)
	}
	p.squeeze(h-2*pad, sum, &st, &big, &ex)
	y = p.top + max(pad, (h-sum())/2)
	p.symbol(symbolOf(p.s.Reason), l.Alert, x, y, side)
	y += side + p.px(8)
	y += p.text(what, st, x, y, room) + p.px(6)
	y += p.text(do, big, x, y, room) + p.px(8)
	p.text(extra, ex, x, y, room)
}

// closedWords say why the hall is closed, when numbers are given again and what
// there is instead: never a bare "closed" (R-KIOSK-08).
func (p *page) closedWords() string {
	cal := p.s.Calendar
	lines := []string{p.say(cal.Reason)}
	now := p.v.local(p.s.Now)
	switch next := p.opening(); {
	case next == "":
	case !cal.Begin.IsZero() && p.v.local(cal.Begin).Format(time.DateOnly) == now.Format(time.DateOnly):
		key := text.BeginsAt
		if len(cal.Segments) > 0 && cal.Segments[0].From <= now.Format("15:04") { // a break of the day
			key = text.ResumesAt
		}
		lines = append(lines, p.in(key, p.v.local(cal.Begin).Format("15:04")))
	default:
		lines = append(lines, p.in(text.NextOpening)+"  "+next)
	}
	if h := p.hours(); h != "" {
		lines = append(lines, p.in(text.Hours)+"  "+h)
	}
	for _, o := range cal.Offer {
		switch o {
		case "appointment":
			if p.offered(flow.Book) {
				lines = append(lines, p.in(text.OfferBook))
			}
		case "extended":
			lines = append(lines, p.in(text.OfferLater))
		case "24h":
			lines = append(lines, p.in(text.Offer24h, p.say(p.s.Catalogue.Hall.SelfService)))
		case "duty":
			hall := p.s.Catalogue.Hall
			lines = append(lines, p.in(text.OfferDuty, cmp.Or(hall.DutyPhone, hall.ConsultPhone)))
		}
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// The third part of a trouble page: the place and the phone of a person.

func (p *page) askWords() string {
	hall := p.s.Catalogue.Hall
	where := p.say(hall.Desk)
	if where == "" {
		where = p.in(text.Desk)
	}
	if hall.ConsultPhone != "" {
		where += "\n" + p.in(text.OrPhone, hall.ConsultPhone)
	}
	return where
}

func (p *page) askStyles() (lead, who style) {
	lead = p.body()
	lead.colour, lead.leading = p.l.Soft, 1.3
	who = p.label()
	who.leading = 1.3
	return lead, who
}

const (
	askPad  = 5  // mm
	askSign = 14 // mm
)

func (p *page) askHeight(words string, w float32) float32 {
	lead, who := p.askStyles()
	room := w - p.px(3*askPad+askSign)
	return max(p.px(askSign), heightOf(words, lead, room)+heightOf(p.askWords(), who, room)) + p.px(2*askPad)
}

// ask draws it: beside the symbol where it is low, below it where it is high.
func (p *page) ask(words string, x, y, w, h float32) {
	lead, who := p.askStyles()
	pad, side := p.px(askPad), p.px(askSign)
	p.panel(x, y, w, h, p.l.Surface, p.l.Line)
	if p.wideScreen() {
		room := w - 2*pad
		sum := func() float32 {
			return side + pad + heightOf(words, lead, room) + p.px(2) + heightOf(p.askWords(), who, room)
		}
		p.squeeze(h-2*pad, sum, &who)
		ty := y + (h-sum())/2
		p.symbol("person", p.l.Strong, x+pad, ty, side)
		ty += side + pad
		ty += p.text(words, lead, x+pad, ty, room) + p.px(2)
		p.text(p.askWords(), who, x+pad, ty, room)
		return
	}
	in := x + 2*pad + side
	room := w - 3*pad - side
	sum := heightOf(words, lead, room) + heightOf(p.askWords(), who, room)
	p.symbol("person", p.l.Strong, x+pad, y+(h-side)/2, side)
	ty := y + (h-sum)/2
	ty += p.text(words, lead, in, ty, room)
	p.text(p.askWords(), who, in, ty, room)
}

// help is the way to a person, which is always there (R-ACC-07).
func help(p *page) {
	p.frame()
	hall := p.s.Catalogue.Hall
	st := p.display().atMost(2).shrinking(p.px(p.l.Title))
	st.size = p.px(min(p.l.Display, p.l.Title*1.3))
	st.leading = 1.3
	y := p.top + p.px(4)
	y += p.text(p.in(text.HelpTitle), st, p.margin(), y, p.inner()) + p.px(2)
	sub := p.label()
	sub.bold, sub.colour = false, p.l.Soft
	if p.s.Large && p.wideScreen() {
		y += p.px(4) // the blocks need the room
	} else {
		y += p.text(p.in(text.HelpByHand), sub, p.margin(), y, p.inner()) + p.px(10)
	}
	desk := p.say(hall.Desk)
	if desk == "" {
		desk = p.in(text.Desk)
	}
	blocks := []fact{
		{"person", p.in(text.HelpDesk), desk},
		{"phone", p.in(text.HelpPhone), hall.ConsultPhone},
		{"complaint", p.in(text.HelpComplain), p.in(text.Complaint) + "  " + hall.ComplaintPhone},
	}
	gap := p.px(p.l.ChoiceGap)
	cols := 1
	if p.wideScreen() {
		cols = len(blocks)
	}
	w := (p.inner() - float32(cols-1)*gap) / float32(cols)
	h := min((p.nav-y-float32(len(blocks)/cols-1)*gap)/float32(len(blocks)/cols), p.px(95))
	for i, b := range blocks {
		x := p.margin() + float32(i%cols)*(w+gap)
		p.helpBlock(b, x, y+float32(i/cols)*(h+gap), w, h)
	}
}

func (p *page) helpBlock(b fact, x, y, w, h float32) {
	l := p.l
	p.panel(x, y, w, h, l.Surface, l.Line)
	pad, side := p.px(8), p.px(24)
	label := p.body()
	label.colour = l.Soft
	value := p.title().atMost(3).shrinking(p.px(l.Body))
	value.leading = 1.3
	if p.wideScreen() {
		room := w - 2*pad
		value.lines = 5
		side = p.px(16)
		label.leading = 1.3
		p.squeeze(h-2*pad-side-p.px(6), func() float32 { return heightOf(b.label, label, room) + p.px(2) + heightOf(b.value, value, room) }, &value)
		p.symbol(b.symbol, l.Strong, x+pad, y+pad, side)
		ty := y + pad + side + p.px(6)
		ty += p.text(b.label, label, x+pad, ty, room)
		p.text(b.value, value, x+pad, ty+p.px(2), room)
		return
	}
	room := w - 3*pad - side
	sum := heightOf(b.label, label, room) + heightOf(b.value, value, room) + p.px(2)
	p.symbol(b.symbol, l.Strong, x+pad, y+(h-side)/2, side)
	ty := y + (h-sum)/2
	ty += p.text(b.label, label, x+2*pad+side, ty, room)
	p.text(b.value, value, x+2*pad+side, ty+p.px(2), room)
}

// idle asks whether more time is needed; "more time" is the largest button.
func idle(p *page) {
	p.header()
	low := p.phones()
	left, _ := p.s.Left()
	st := p.display().centred().atMost(2).shrinking(p.px(p.l.Title))
	st.leading = 1.3
	sub := p.label().centred()
	sub.bold = false
	big, small := p.px(80), p.px(p.l.Choice+5)
	if p.wideScreen() {
		big = p.px(60)
	}
	bw := p.inner()
	if p.wideScreen() {
		bw *= 0.7
	}
	x := (p.w - bw) / 2
	gap := p.px(p.l.ChoiceGap)
	words := p.in(text.WipeSoon, seconds(left))
	sum := heightOf(p.in(text.StillThere), st, p.inner()) + p.px(5) + heightOf(words, sub, p.inner()) + p.px(14) + big + gap + small
	y := p.top + max(0, (low-p.top-sum)/2)
	y += p.text(p.in(text.StillThere), st, p.margin(), y, p.inner()) + p.px(5)
	y += p.text(words, sub, p.margin(), y, p.inner()) + p.px(14)
	p.button(face{kind: primary, aside: true, symbol: "clock", title: p.in(text.MoreTime), touch: flow.MoreTime,
		titleSize: p.px(p.l.Display), symbolSize: p.px(22)}, x, y, bw, big)
	p.button(face{kind: plain, title: p.in(text.Leave), touch: flow.Finish, titleSize: p.px(p.l.Label)}, x, y+big+gap, bw, small)
}
