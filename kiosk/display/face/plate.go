package face

import (
	"strings"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display"
)

// The plate of the person who is signed in: photo, name, post, number, and the
// badge of party members (R-WIN-01, -03; S4 6.2.3).

// plateBeside stands beside the number. The photo takes what the words leave.
func (f *Face) plateBeside(p pen, x, y, w, h float32) {
	l, m := f.look, f.last.Person
	p.card(x, y, w, h, 1.5, l.Surface, l.Hair)
	in, inner := x+p.gap*0.6, w-p.gap*1.2
	middle := fyne.TextAlignCenter
	post := style{size: p.post, least: p.post * 0.85, colour: l.Ink, align: middle}
	words := f.lines(p, m.Post, post, inner, 3)
	need := p.name*1.3 + float32(len(words))*p.post*1.25 + p.gap*1.6
	if m.Number != "" {
		need += p.post * 1.35
	}
	if m.Party && !p.small {
		need += p.post * 1.9
	}
	photo := min(h-need, inner*4/3)
	at := y + p.gap*0.7
	left := x + (w-photo*3/4)/2
	if m.Party && p.small { // there is no room for it but beside the photo
		strip := p.post * 1.5
		left -= (strip + p.gap*0.5) / 2
		f.stripe(p, left+photo*3/4+p.gap*0.5, at, strip)
	}
	f.portrait(p, left, at, photo*3/4, photo)
	at += photo + p.gap*0.4
	p.line(m.Name, style{size: p.name, least: p.name * 0.5, bold: true, colour: l.Ink, align: middle}, in, at+p.name*0.65, inner)
	at += p.name * 1.3
	for _, line := range words {
		p.line(line, post, in, at+p.post*0.6, inner)
		at += p.post * 1.25
	}
	if m.Number != "" {
		p.line(staffNo.ZH+" "+staffNo.EN+" "+m.Number, style{size: p.post * 0.92, least: p.post * 0.85, colour: l.Soft, align: middle}, in, at+p.post*0.65, inner)
		at += p.post * 1.35
	}
	if m.Party && !p.small {
		f.badge(p, x+w/2, at+p.post*1.05, inner, true)
	}
}

// lines breaks a post into lines, before a bracket where that does it: 受理岗
// （A岗）.
func (f *Face) lines(p pen, words string, s style, w float32, most int) []string {
	lines, _ := display.Lines(words, p.font(s), w*p.u, most)
	if i := strings.Index(words, "（"); len(lines) == 2 && i > 0 {
		if at, _ := display.Lines(words[:i]+"\n"+words[i:], p.font(s), w*p.u, most); len(at) == 2 {
			return at
		}
	}
	return lines
}

// plateBelow lies below the number, on a tall screen.
func (f *Face) plateBelow(p pen, x, y, w, h float32) {
	l, m := f.look, f.last.Person
	p.card(x, y, w, h, 1.5, l.Surface, l.Hair)
	photo := h - 2*p.gap
	f.portrait(p, x+p.gap, y+p.gap, photo*3/4, photo)
	in := x + p.gap*2.2 + photo*3/4
	inner := x + w - p.gap - in
	at := y + p.gap
	p.line(m.Name, style{size: p.name, least: p.name * 0.5, bold: true, colour: l.Ink}, in, at+p.name*0.65, inner)
	at += p.name * 1.4
	at += p.block(m.Post, style{size: p.post, least: p.post * 0.8, colour: l.Ink}, in, at, inner, 2, 1.3)
	if m.Number != "" {
		p.line(staffNo.ZH+" "+staffNo.EN+" "+m.Number, style{size: p.post * 0.9, least: p.post * 0.7, colour: l.Soft}, in, at+p.post*0.8, inner)
		at += p.post * 1.5
	}
	if m.Party {
		f.badge(p, in, y+h-p.gap-p.post*0.85, inner, false)
	}
}

// portrait is the photo, or a figure where there is none (R-WIN-02).
func (f *Face) portrait(p pen, x, y, w, h float32) {
	if f.photo != nil {
		p.photo(f.photo, x, y, w, h)
		return
	}
	p.rect(x, y, w, h, f.look.StrongSoft, p.round/2)
	side := min(w, h) * 0.7
	p.symbol("person", f.look.Strong, x+(w-side)/2, y+(h-side)/2, side)
}

// badge is the party badge: words on red, around x or from there.
func (f *Face) badge(p pen, x, y, most float32, centred bool) {
	words := party.ZH + " " + party.EN
	s := style{size: p.post * 0.9, least: p.post * 0.6, bold: true, colour: f.look.Surface, align: fyne.TextAlignCenter}
	w, h := min(most, p.width(words, s)+p.post*1.2), p.post*1.6
	if centred {
		x -= w / 2
	}
	p.rect(x, y-h/2, w, h, f.look.Bad, h/2)
	p.line(words, s, x+p.post*0.4, y, w-p.post*0.8)
}

// stripe is the party badge of a small panel: 党员, from top to bottom.
func (f *Face) stripe(p pen, x, y, w float32) {
	signs := []rune(member)
	p.rect(x, y, w, float32(len(signs))*p.post*1.3+p.post*0.4, f.look.Bad, p.round/2)
	for i, r := range signs {
		p.line(string(r), style{size: p.post, least: p.post, bold: true, colour: f.look.Surface, align: fyne.TextAlignCenter}, x, y+p.post*(0.85+1.3*float32(i)), w)
	}
}
