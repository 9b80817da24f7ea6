package display

import (
	"strings"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display/model"
	"hallward/kiosk/text"
	"hallward/kiosk/text/wrap"
)

// A caption is one line at the foot of the board: all of what is spoken, in
// white on dark as people know it from films (R-BOARD-10). Words that are too
// long for a line stand there in parts, one after the other.

// reading is how far a long caption is.
type reading struct {
	of     string // the words
	parts  int
	at     int
	passed float32 // seconds
}

// captionTurns lets time pass for long captions; it says whether another part
// is to be drawn.
func (b *Board) captionTurns(seconds float32) bool {
	again := false
	for i, c := range b.last.Captions {
		r := &b.readings[i]
		if len(c.Texts) == 0 || r.parts < 2 {
			continue
		}
		r.passed += seconds
		if at := min(r.parts-1, int(r.passed/float32(c.Stay.Seconds())*float32(r.parts))); at != r.at {
			r.at = at
			again = true
		}
	}
	return again
}

// footer is what is announced, the phones and the running line; it returns where
// it begins. The first caption takes the place of the phones and the second one
// that of the running line, which goes on when both are read: calls that come
// together are rare, and the calls above need the room.
func (b *Board) footer() float32 {
	u, l, s := b.u, b.look, b.last
	row, strip := 72*u, 88*u
	if !b.wide() {
		row, strip = 96*u, 96*u
	}
	y := b.h - strip
	if s.Notice != "" {
		b.sheet.rect(0, y, b.w, strip, l.StrongSoft, l.StrongSoft, 0, 0)
	}
	b.paper.Run(s.Notice, 40*u, y+strip/2, b.w, l.Ink)
	x, w := margin*u, b.w-2*margin*u
	for i, c := range s.Captions {
		if len(c.Texts) == 0 {
			b.readings[i] = reading{}
		}
	}
	b.banner.box.Show()
	if c := s.Captions[1]; len(c.Texts) > 0 {
		b.banner.box.Hide()
		b.caption(c, 1, x, y+6*u, w, min(row-6*u, strip-14*u))
	}
	y -= row
	if c := s.Captions[0]; len(c.Texts) > 0 {
		b.caption(c, 0, x, y, w, row-6*u)
	} else {
		b.phones(y + row/2)
	}
	return y
}

// phones are the centre's and the supervision's (R-INFO-11), their middle at y.
func (b *Board) phones(y float32) {
	u, l, s := b.u, b.look, b.last
	m := margin * u
	f := font{size: 32 * u, least: 20 * u, colour: l.Ink}
	if !b.wide() {
		f.size = 25 * u
	}
	half := b.w/2 - m - 10*u
	b.sheet.line(phone(text.Consult, s.Phones[0]), f, m, y, half)
	f.align = fyne.TextAlignTrailing
	b.sheet.line(phone(text.Complaint, s.Phones[1]), f, b.w/2+10*u, y, half)
}

func phone(k text.Key, number string) string {
	if number == "" {
		return ""
	}
	return k.In(text.Chinese) + " " + k.In(text.English) + "  " + number
}

func (b *Board) caption(c model.Caption, i int, x, y, w, h float32) {
	u, l := b.u, b.look
	b.sheet.rect(x, y, w, h, l.Ink, l.Ink, 0, 10*u)
	x, w = x+20*u, w-40*u
	if c.Voice {
		side := 44 * u
		b.sheet.symbol("voice", l.Surface, x, y+(h-side)/2, side)
		x, w = x+side+20*u, w-side-20*u
	}
	first := c.Texts[0]
	second := strings.Join(c.Texts[1:], "　")
	zh := font{size: 38 * u, least: 30 * u, bold: true, colour: l.Surface}
	en := font{size: 30 * u, least: 24 * u, colour: l.Surface}
	b.readings[i].parts = 1
	switch {
	case b.wide():
		scale := min(1, w/(width(first, zh.size, true)+width(second, en.size, false)+36*u))
		if scale*zh.size < zh.least {
			break
		}
		zh.size, en.size = pixels(zh.size*scale), pixels(en.size*scale)
		zw := width(first, zh.size, true) + 2
		b.sheet.line(first, zh, x, y+h/2, zw)
		b.sheet.line(second, en, x+zw+34*u*scale, y+h/2, w-zw-34*u*scale)
		return
	case width(first, zh.least, true) <= w && width(second, en.least, false) <= w:
		b.sheet.line(first, zh, x, y+h*0.31, w)
		b.sheet.line(second, en, x, y+h*0.75, w)
		return
	}
	b.longCaption(&b.readings[i], strings.Join(c.Texts, "　"), x, y, w, h)
}

// longCaption shows the part whose turn it is.
func (b *Board) longCaption(r *reading, words string, x, y, w, h float32) {
	u, l := b.u, b.look
	f, per := font{size: 34 * u, least: 30 * u, colour: l.Surface}, 1
	if !b.wide() {
		f.size, per = 31*u, 2
	}
	f.size = pixels(f.size)
	lines := wrap.Lines(words, w+slack*f.size, func(s string) float32 { return width(s, f.size, false) })
	parts := (len(lines) + per - 1) / per
	if r.of != words {
		*r = reading{of: words}
	}
	r.parts, r.at = parts, min(r.at, parts-1)
	for i, line := range lines[r.at*per : min(len(lines), (r.at+1)*per)] {
		b.sheet.line(line, f, x, y+h*(float32(i)+0.5)/float32(per), w)
	}
}
