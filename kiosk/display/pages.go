package display

import (
	"image"
	"image/color"
	"strings"

	"fyne.io/fyne/v2"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
	"hallward/kiosk/text/wrap"
)

// Pictures finds pictures by name, the SHA-256 of their file. It does not wait:
// nil is a picture that is not there, or not yet.
type Pictures interface{ Picture(name string) image.Image }

// page draws one page of a panel from a place on and says where its next part
// begins; zero is nowhere.
func (b *Board) page(p model.Page, from place, x, y, w, h float32) place {
	u, l := b.u, b.look
	switch p.Kind {
	case model.PageWaiting:
		return place{item: b.counts(p.Title, from.item, x, y, w, h)}
	case model.PageSlides:
		b.slide(p.Slides[from.item], x, y, w, h)
		if from.item+1 < len(p.Slides) {
			return place{item: from.item + 1}
		}
		return place{}
	}
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	x, w = x+pad*u, w-2*pad*u
	head := 100 * u
	if h < 330*u {
		head = 76 * u
	}
	b.sheet.line(p.Title.ZH+"  "+p.Title.EN, font{size: 38 * u, least: 24 * u, bold: true, colour: l.Strong}, x, y+head*0.58, w)
	top, bottom := y+head, y+h-16*u
	b.sheet.rect(x, top, w, 2*u, l.Hair, l.Hair, 0, 0)
	top += 14 * u
	switch p.Kind {
	case model.PageCalls:
		n := b.callRows(p.Lines[from.item:], x, top, w, bottom-top)
		if from.item+n < len(p.Lines) {
			return place{item: from.item + n}
		}
		return place{}
	case model.PageDuty:
		return b.duty(p.Items, from, x, top, w, bottom-top)
	case model.PageNoSmoking:
		b.noSmoking(p.Items, x, top, w, bottom-top)
		return place{}
	}
	return b.items(p.Items, from, p.Kind == model.PageSlogans, x, top, w, bottom-top)
}

// row is one line of an entry.
type row struct {
	words string
	f     font
	h     float32
	keep  bool // not the last of a part: what belongs to it comes after it
}

// rows break an entry into lines.
func (b *Board) rows(i model.Item, slogan bool, w float32) []row {
	u, l := b.u, b.look
	var list []row
	add := func(words string, size, leading float32, bold bool, c color.NRGBA, keep bool) {
		if words == "" {
			return
		}
		f := font{size: pixels(size * u), least: size * u * 0.9, bold: bold, colour: c}
		if slogan {
			f.align = fyne.TextAlignCenter
		}
		lines := b.broken(words, &f, w)
		for _, line := range lines {
			list = append(list, row{line, f, size * u * leading, keep})
		}
	}
	if slogan {
		i.Title.ZH = strings.ReplaceAll(i.Title.ZH, "　", "\n") // a couplet stands in two lines
		add(i.Title.ZH, 54, 1.35, true, l.Strong, true)
		add(i.Title.EN, 32, 1.3, false, l.Soft, false)
		add(i.Text.ZH, 40, 1.35, false, l.Ink, true)
		add(i.Text.EN, 28, 1.3, false, l.Soft, false)
		return list
	}
	add(i.Title.ZH, 38, 1.3, true, l.Ink, true)
	add(i.Title.EN, 26, 1.3, false, l.Soft, i.Text != contract.Text2{} || i.Value != "")
	add(i.Value, 60, 1.25, true, l.Strong, false)
	add(i.Text.ZH, 33, 1.35, false, l.Ink, false)
	add(i.Text.EN, 26, 1.3, false, l.Ink, false)
	add(i.Note.ZH, 26, 1.35, false, l.Soft, false)
	add(i.Note.EN, 24, 1.3, false, l.Soft, false)
	return list
}

// slack is how much wider than its place a line may be, in parts of the size:
// characters that fill a line to the last hair stay on it at every scale.
const slack = 0.01

// broken breaks words into lines; where only little stands on the last line, the
// words get a little smaller instead.
func (b *Board) broken(words string, f *font, w float32) []string {
	at := func(size float32) []string {
		return wrap.Lines(words, w+slack*size, func(s string) float32 { return width(s, size, f.bold) })
	}
	lines := at(f.size)
	if n := len(lines); n < 2 || width(lines[n-1], f.size, f.bold) > w/3 {
		return lines
	}
	for _, share := range []float32{0.95, 0.9, 0.86} {
		if less := at(pixels(f.size * share)); len(less) < len(lines) {
			f.size = pixels(f.size * share)
			f.least = f.size * 0.9
			return less
		}
	}
	return lines
}

// between is the space from one entry to the next.
const between = 34

// items sets entries below each other, as many as there is room for, and says
// where the next part begins. An entry is cut only if it is longer than the
// whole panel.
func (b *Board) items(items []model.Item, from place, slogan bool, x, y, w, h float32) place {
	var list [][]row
	var used float32
	next := place{}
fill:
	for i := from.item; i < len(items); i++ {
		rows := b.rows(items[i], slogan, w)
		start := 0
		if i == from.item {
			start = min(from.row, max(len(rows)-1, 0))
		}
		part := rows[start:]
		space := float32(0)
		if len(list) > 0 {
			space = between * b.u
		}
		switch room := h - used - space; {
		case height(part) <= room:
			list = append(list, part)
			used += space + height(part)
		case len(list) > 0 && height(rows) <= h:
			next = place{item: i}
			break fill
		default:
			n := b.fitting(part, room, len(list) == 0)
			if n > 0 {
				list = append(list, part[:n])
				used += space + height(part[:n])
			}
			next = place{i, start + n}
			break fill
		}
	}
	if slogan {
		y += max(0, (h-used)/2)
	}
	for i, rows := range list {
		if i > 0 {
			b.sheet.rect(x, y+between*b.u/2, w, 2*b.u, b.look.Hair, b.look.Hair, 0, 0)
			y += between * b.u
		}
		for _, r := range rows {
			b.sheet.line(r.words, r.f, x, y+r.h/2, w)
			y += r.h
		}
	}
	return next
}

func height(rows []row) float32 {
	var sum float32
	for _, r := range rows {
		sum += r.h
	}
	return sum
}

// fitting is how many rows fit into a room without leaving a heading alone; at
// least one when something must be shown.
func (b *Board) fitting(rows []row, room float32, must bool) int {
	n := 0
	for n < len(rows) && rows[n].h <= room {
		room -= rows[n].h
		n++
	}
	for n > 0 && rows[n-1].keep {
		n--
	}
	if n == 0 && must {
		n = 1
	}
	return n
}

// duty are the people on duty, each with a photo (R-BOARD-06).
func (b *Board) duty(items []model.Item, from place, x, y, w, h float32) place {
	u, l := b.u, b.look
	each := min(h, 280*u)
	if h >= 400*u {
		each = min(each, h/2)
	}
	for i, it := range items[from.item:] {
		if i > 0 && float32(i+1)*each > h {
			return place{item: from.item + i}
		}
		if !it.Person {
			return b.items(items, place{item: from.item + i}, false, x, y, w, h-float32(i)*each)
		}
		ph := each - 28*u
		k := min(1, ph/(230*u))
		pw := min(ph*0.75, w*0.36)
		at := y + 12*u
		b.photo(it.Photo, x, at, pw, ph)
		tx, tw := x+pw+28*u, w-pw-28*u
		line := func(words string, size float32, bold bool, c color.NRGBA, share float32) {
			b.sheet.line(words, font{size: size * u * k, least: 20 * u * k, bold: bold, colour: c}, tx, at+ph*share, tw)
		}
		line(it.Title.ZH, 56, true, l.Ink, 0.12)
		if k < 0.85 { // a low panel has no room for all
			line(it.Text.ZH, 38, false, l.Ink, 0.39)
			line(it.Note.ZH, 36, false, l.Ink, 0.63)
		} else {
			line(it.Text.ZH, 32, false, l.Ink, 0.33)
			line(it.Text.EN, 24, false, l.Soft, 0.47)
			line(it.Note.ZH, 30, false, l.Ink, 0.62)
			line(it.Note.EN, 24, false, l.Soft, 0.76)
		}
		line(it.Value, 36, true, l.Strong, 0.92)
		y += each
	}
	return place{}
}

// photo draws a picture that fills its place, or a person where it is not there.
func (b *Board) photo(name string, x, y, w, h float32) {
	if img := b.picture(name); img != nil {
		b.paper.Photo(img, x, y, w, h, 12*b.u)
		return
	}
	side := min(w, h) * 0.6
	b.sheet.rect(x, y, w, h, b.look.StrongSoft, b.look.StrongSoft, 0, 12*b.u)
	b.sheet.symbol("person", b.look.Strong, x+(w-side)/2, y+(h-side)/2, side)
}

// picture is a picture that is there; one that is not is asked for again.
func (b *Board) picture(name string) image.Image {
	if name == "" || b.pictures == nil {
		return nil
	}
	img := b.pictures.Picture(name)
	if img == nil {
		b.lacking = true
	}
	return img
}

// slide draws a picture whole, as large as there is room for.
func (b *Board) slide(name string, x, y, w, h float32) {
	u, l := b.u, b.look
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, round*u)
	img := b.picture(name)
	if img == nil {
		side := min(w, h) * 0.3
		b.sheet.symbol("document", l.Line, x+(w-side)/2, y+(h-side)/2, side)
		return
	}
	r := img.Bounds()
	scale := min((w-24*u)/float32(r.Dx()), (h-24*u)/float32(r.Dy()))
	pw, ph := float32(r.Dx())*scale, float32(r.Dy())*scale
	b.paper.Photo(img, x+(w-pw)/2, y+(h-ph)/2, pw, ph, 8*u)
}

// noSmoking is the sign and the way to where smoking is allowed (R-BOARD-09).
func (b *Board) noSmoking(items []model.Item, x, y, w, h float32) {
	u, l := b.u, b.look
	side := min(h*0.8, w*0.34, 220*u)
	b.sheet.symbol("no-smoking", l.Bad, x, y+(h-side)/2, side)
	x, w = x+side+36*u, w-side-36*u
	var rows []row
	for i, it := range items {
		if i > 0 {
			it = model.Item{Title: contract.Text2{ZH: smokingArea.ZH + it.Text.ZH, EN: smokingArea.EN + it.Text.EN}}
		}
		part := b.rows(it, false, w)
		part[len(part)-1].h += 16 * u
		rows = append(rows, part...)
	}
	y += max(0, (h-height(rows))/2)
	for _, r := range rows[:b.fitting(rows, h, true)] {
		b.sheet.line(r.words, r.f, x, y+r.h/2, w)
		y += r.h
	}
}
