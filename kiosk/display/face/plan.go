package face

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display"
)

// plan is where things are and how large. Its lengths are units, of which the
// screen of the plan is wide and high; one unit is u pixels.
type plan struct {
	u, w, h float32
	tall    bool
	small   bool // a panel that is read from near: less on it, in larger type

	header, footer float32 // heights
	margin, gap    float32
	plate          float32 // width beside the number, or height below it
	label, zh, en  float32 // type of the header
	clock          float32
	title, sub     float32 // what goes on at the window, in Chinese and in English
	more, moreEN   float32
	number         float32 // at most
	name, post     float32 // of the person
	run            float32 // running line
	round          float32
}

var (
	widePlan = plan{w: 1024, h: 576, header: 96, footer: 56, margin: 24, gap: 18, plate: 236, label: 60, zh: 40, en: 22,
		clock: 44, title: 46, sub: 25, more: 30, moreEN: 21, number: 230, name: 36, post: 21, run: 27, round: 12}
	tallPlan = plan{tall: true, w: 576, h: 1024, header: 176, footer: 60, margin: 24, gap: 18, plate: 236, label: 68, zh: 42, en: 23,
		clock: 40, title: 46, sub: 25, more: 30, moreEN: 21, number: 220, name: 44, post: 25, run: 28, round: 12}
	smallPlan = plan{small: true, w: 480, h: 272, header: 52, footer: 34, margin: 8, gap: 8, plate: 120, label: 34, zh: 25, en: 15,
		clock: 26, title: 27, sub: 16, more: 18, moreEN: 14, number: 120, name: 22, post: 15, run: 18, round: 6}
)

// planFor is the plan of a screen in pixels, stretched to its proportions.
func planFor(w, h float32) plan {
	p := widePlan
	switch {
	case h > w:
		p = tallPlan
	case h < 400:
		p = smallPlan
	}
	p.u = min(w/p.w, h/p.h)
	p.w, p.h = w/p.u, h/p.u
	return p
}

// type of words: sizes in units.
type style struct {
	size, least float32
	bold        bool
	colour      color.NRGBA
	align       fyne.TextAlign
}

func (p plan) font(s style) display.Font {
	return display.Font{Size: s.size * p.u, Least: s.least * p.u, Bold: s.bold, Colour: s.colour, Align: s.align}
}

// pen draws in the units of a plan.
type pen struct {
	plan
	paper *display.Paper
}

func (p pen) line(words string, s style, x, y, w float32) {
	p.paper.Line(words, p.font(s), x*p.u, y*p.u, w*p.u)
}

func (p pen) block(words string, s style, x, y, w float32, most int, leading float32) float32 {
	return p.paper.Block(words, p.font(s), x*p.u, y*p.u, w*p.u, most, leading) / p.u
}

func (p pen) rect(x, y, w, h float32, fill color.NRGBA, round float32) {
	p.paper.Rect(x*p.u, y*p.u, w*p.u, h*p.u, fill, round*p.u)
}

func (p pen) card(x, y, w, h, stroke float32, fill, edge color.NRGBA) {
	// Two shapes and no stroke: Fyne's drivers do not agree on which side of a
	// shape its stroke lies.
	p.rect(x, y, w, h, edge, p.round)
	p.rect(x+stroke, y+stroke, w-2*stroke, h-2*stroke, fill, max(0, p.round-stroke/2))
}

func (p pen) symbol(name string, c color.NRGBA, x, y, side float32) {
	p.paper.Symbol(name, c, x*p.u, y*p.u, side*p.u)
}

func (p pen) photo(img image.Image, x, y, w, h float32) {
	p.paper.Photo(img, x*p.u, y*p.u, w*p.u, h*p.u, p.round*p.u/2)
}

func (p pen) run(words string, y float32, ink color.NRGBA) {
	p.paper.Run(words, p.plan.run*p.u, y*p.u, p.w*p.u, ink)
}

// width is how wide words are, in units.
func (p pen) width(words string, s style) float32 {
	return p.font(s).Width(words) / p.u
}
