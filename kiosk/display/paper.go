package display

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/text/wrap"
)

// Paper is what another face of a display is drawn on, with the board's own
// means: shapes below, pictures and words above, a running line on top.
// Everything is taken again from one drawing to the next, so memory stays flat.
type Paper struct {
	sheet  *sheet
	banner *banner
	photos []*canvas.Image
	frames *fyne.Container
	np     int
	ran    bool // the running line was set in this drawing
}

// Font is how words are set. Words that are too long for their column get
// smaller down to Least, and are cut after that.
type Font struct {
	Size, Least float32 // pixels
	Bold        bool
	Colour      color.NRGBA
	Align       fyne.TextAlign
}

func (f Font) font() font {
	return font{size: f.Size, least: min(f.Size, f.Least), bold: f.Bold, colour: f.Colour, align: f.Align}
}

// NewPaper is an empty paper.
func NewPaper() *Paper {
	return &Paper{sheet: newSheet(), banner: newBanner(), frames: &fyne.Container{}}
}

// Layers are what a Ground shows of the paper.
func (p *Paper) Layers() []fyne.CanvasObject {
	return []fyne.CanvasObject{p.sheet.box, p.frames, p.banner.box}
}

// Begin begins a drawing.
func (p *Paper) Begin() {
	p.np, p.ran = 0, false
	p.sheet.begin()
}

// End hides what the drawing has not taken.
func (p *Paper) End() {
	p.sheet.end()
	for _, i := range p.photos[p.np:] {
		if i.Visible() {
			i.Image = nil // let the picture go
			i.Hide()
		}
	}
	if !p.ran {
		p.banner.set("", 1, 0, 0, color.NRGBA{})
	}
}

// Line sets one line of words, its middle at y, in a column of width w.
func (p *Paper) Line(words string, f Font, x, y, w float32) { p.sheet.line(words, f.font(), x, y, w) }

// Rect draws a shape without an edge.
func (p *Paper) Rect(x, y, w, h float32, fill color.NRGBA, radius float32) {
	p.sheet.rect(x, y, w, h, fill, fill, 0, radius)
}

// Symbol draws a symbol of the theme in a square.
func (p *Paper) Symbol(name string, c color.NRGBA, x, y, side float32) {
	p.sheet.symbol(name, c, x, y, side)
}

// Photo draws a picture so that it fills its place; what does not fit is cut.
func (p *Paper) Photo(img image.Image, x, y, w, h, radius float32) {
	if p.np == len(p.photos) {
		i := &canvas.Image{FillMode: canvas.ImageFillCover}
		p.photos = append(p.photos, i)
		p.frames.Add(i)
	}
	i := p.photos[p.np]
	p.np++
	i.Move(fyne.NewPos(x, y))
	i.Resize(fyne.NewSize(w, h))
	if i.Image != img || i.CornerRadius != radius || !i.Visible() {
		i.Image, i.CornerRadius = img, radius
		i.Show()
		i.Refresh()
	}
}

// Lines breaks words into lines that fit into a width, at most most of them. A
// text that needs more gets smaller down to the font's Least; then the last
// line is cut. The size that was found comes back.
func Lines(words string, f Font, w float32, most int) ([]string, float32) {
	size := f.Size
	for {
		measure := func(s string) float32 { return width(s, size, f.Bold) }
		lines := wrap.Lines(words, w, measure)
		switch {
		case len(lines) <= most && (size <= f.Least || wrap.Longest(words, measure) <= w):
			return lines, size
		case size > f.Least:
			size = max(size*0.95, f.Least)
			continue
		}
		lines = lines[:most]
		lines[most-1] = wrap.Shorten(lines[most-1]+"…", w, measure)
		return lines, size
	}
}

// Block sets words in lines from y downwards and says how high they are.
func (p *Paper) Block(words string, f Font, x, y, w float32, most int, leading float32) float32 {
	if words == "" {
		return 0
	}
	lines, size := Lines(words, f, w, most)
	f.Size, f.Least = size, size*0.9 // measured line by line: rounding must not cut
	for i, l := range lines {
		p.Line(l, f, x, y+(float32(i)+0.5)*size*leading, w)
	}
	return float32(len(lines)) * size * leading
}

// Run sets the running line, its middle at y, from edge to edge.
func (p *Paper) Run(words string, size, y, w float32, ink color.NRGBA) {
	p.ran = true
	p.banner.set(words, size, y, w, ink)
}

// Step moves the running line by a speed in pixels a second; it says whether
// the line is moving and wants the next frame.
func (p *Paper) Step(seconds, speed float32) bool { return p.banner.step(seconds, speed) }

// Page shows the running line page by page instead of moving it.
func (p *Paper) Page(on bool) { p.banner.paging = on }

// Width is how wide words are in the font's size.
func (f Font) Width(words string) float32 { return width(words, f.Size, f.Bold) }
