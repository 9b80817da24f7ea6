package view

import (
	"time"

	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// visit is the first page of appointments: card or code where the kiosk can
// read them, and what can be typed (R-KIOSK-10).
func visit(p *page) {
	p.frame()
	y := p.heading(p.in(text.VisitTitle), p.other(text.VisitTitle))
	words, sign := "", "card"
	switch r := p.s.Readers; {
	case r.Card && r.Scan:
		words = p.in(text.VisitCard)
	case r.Card:
		words = p.in(text.VisitAll)
	case r.Scan:
		words, sign = p.in(text.VisitScan), "scan"
	}
	switch p.s.Hint {
	case flow.HintUnread:
		words, sign = p.in(text.CardAgain), "alert"
	case flow.HintUnfit:
		words, sign = p.in(text.CardUnfit), "alert"
	}
	if words != "" {
		h := p.stateHeight(words, p.inner())
		ground, edge := p.l.StrongSoft, p.l.Strong
		if sign == "alert" {
			ground, edge = p.l.AlertSoft, p.l.Alert
		}
		p.state(words, sign, ground, edge, p.margin(), y, p.inner(), h)
		y += h + p.px(8)
	}
	p.wide([]face{
		{kind: card, symbol: "keys", title: p.in(text.VisitCode), sub: p.other(text.VisitCode), touch: flow.ByCode},
		{kind: card, symbol: "phone", title: p.in(text.VisitPhone), sub: p.other(text.VisitPhone), touch: flow.ByPhone},
		{kind: card, symbol: "date", title: p.in(text.VisitBook), sub: p.in(text.VisitNew), touch: flow.ToBook},
	}, y, p.nav)
}

// wide places a few large choices: one below the other, or beside each other on
// a wide screen.
func (p *page) wide(faces []face, top, bottom float32) {
	gap := p.px(p.l.ChoiceGap)
	n := float32(len(faces))
	if p.wideScreen() {
		w := (p.inner() - (n-1)*gap) / n
		h := max(p.px(p.l.Choice), min(bottom-top, p.px(90)))
		above := roomy(p.l, faces, w, h)
		for i, f := range faces {
			f.roomy = above
			p.button(f, p.margin()+float32(i)*(w+gap), top, w, h)
		}
		return
	}
	h := max(p.px(p.l.Choice), min((bottom-top-(n-1)*gap)/n, p.px(60)))
	for i, f := range faces {
		p.button(f, p.margin(), top+float32(i)*(h+gap), p.inner(), h)
	}
}

// offers is a page of choices of an appointment: one of those found, a service,
// a day or a time.
func offers(p *page) {
	p.frame()
	title, how := text.BookWhat, ""
	big := p.px(p.l.Title)
	var faces []face
	switch p.s.Screen {
	case flow.Bookable:
		for _, v := range p.s.ServicesShown() {
			faces = append(faces, face{kind: card, title: p.say(v.Name), sub: p.sayOther(v.Name), touch: flow.Book, arg: v.ID})
		}
	case flow.Found:
		title = text.FoundTitle
		for _, a := range p.s.FoundShown() {
			faces = append(faces, face{kind: card, title: p.v.local(a.Start).Format("15:04"), titleSize: big, sub: p.serviceName(a.Service), touch: flow.Pick, arg: a.Appointment})
		}
	case flow.Days:
		title, how = text.BookDay, p.serviceName(p.s.Service)
		for _, d := range p.s.DaysShown() {
			faces = append(faces, face{kind: card, title: p.dayName(d.Day), titleSize: big, note: p.in(text.TimesFree, d.Free), noteSymbol: "clock", touch: flow.OnDay, arg: d.Day})
		}
	case flow.Hours:
		title, how = text.BookTime, p.serviceName(p.s.Service)+"  "+p.dayName(p.s.Day)
		for _, c := range p.s.HoursShown() {
			faces = append(faces, face{kind: card, title: p.v.local(c.Start).Format("15:04"), titleSize: big, note: p.in(text.PlacesFree, c.Free), noteSymbol: "check", touch: flow.AtTime, arg: flow.SlotArg(c)})
		}
	}
	if p.s.Large && p.wideScreen() {
		how = ""
	}
	y := p.heading(p.in(title), how)
	p.choices(faces, y, p.pager())
}

func (p *page) serviceName(id string) string {
	for _, v := range p.s.Catalogue.Services {
		if v.ID == id {
			return p.say(v.Name)
		}
	}
	return id
}

// weekdays in Chinese, Sunday first as in time.Weekday.
var weekdays = []string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// dayName is a day as people say it: "3月9日 周一", "Mon 9 Mar".
func (p *page) dayName(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if p.lang == text.English {
		return t.Format("Mon 2 Jan")
	}
	return t.Format("1月2日 ") + weekdays[t.Weekday()]
}

// holder asks by what the person will be known.
func holder(p *page) {
	p.frame()
	y := p.heading(p.in(text.HolderTitle), p.in(text.HolderHow))
	faces := []face{{kind: card, symbol: "phone", title: p.in(text.HolderPhone), sub: p.other(text.HolderPhone), touch: flow.ByPhone}}
	if p.offered(flow.ByCard) {
		f := face{kind: card, symbol: "card", title: p.in(text.HolderCard), sub: p.other(text.HolderCard), touch: flow.ByCard}
		if p.s.Name != "" {
			f.title += " " + p.s.Name
		}
		faces = append(faces, f)
	}
	p.wide(faces, y, p.nav)
}

// booked shows the code of a new appointment.
func booked(p *page) {
	p.frame()
	a := p.s.Booked
	bottom := p.actions(face{kind: primary, symbol: "check", title: p.in(text.Finished), touch: flow.Finish})
	words, sign := p.in(text.BookedNoted), "document"
	switch p.s.Slip {
	case flow.SlipPrinted:
		words, sign = p.in(text.BookedPaper), "paper"
	case flow.SlipPrinting:
		words, sign = p.in(text.BookedWait), "printer"
	}
	if p.s.CardOn {
		words, sign = words+"\n"+p.in(text.CardTake), "card"
	}
	gap := p.px(8)
	panel := func(x, y, w, h float32) {
		p.numberPanel(p.in(text.BookedCode), a.Code, p.serviceName(a.Service), "", x, y, w, h)
	}
	if p.wideScreen() {
		half := (p.inner() - p.px(p.l.ChoiceGap)) / 2
		x := p.margin() + half + p.px(p.l.ChoiceGap)
		panel(p.margin(), p.top, half, bottom-p.top)
		y := p.top + p.banner(words, sign, x, p.top, half) + p.px(4)
		p.facts(x, y, half, bottom-y)
		return
	}
	y := p.top + p.banner(words, sign, p.margin(), p.top, p.inner()) + gap
	high := min(max(bottom-y-p.factsHeight(p.factList(), p.inner())-gap, p.px(p.l.Number+38)), p.px(150))
	panel(p.margin(), y, p.inner(), high)
	y += high + gap
	p.facts(p.margin(), y, p.inner(), bottom-y)
}

// bookedFacts are when and where, and what to do then.
func (p *page) bookedFacts() []fact {
	a := p.s.Booked
	at := p.v.local(a.Start)
	out := []fact{{"date", p.in(text.DueLabel), p.dayName(at.Format(time.DateOnly)) + "  " + at.Format("15:04")}}
	if area := p.say(p.s.ChosenService().Area); area != "" {
		out = append(out, fact{"window", p.in(text.Where), area})
	}
	return append(out, fact{"speech", "", p.in(text.BookedHow)})
}
