package display

import (
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/theme"
)

// sheet is what the board is drawn on: shapes below, words above. A drawing
// takes the next object of each kind, so the same object holds the same thing
// from one drawing to the next, and nothing is ever built again.
type sheet struct {
	box             *fyne.Container
	shapes          *shapes
	pictures, words *fyne.Container
	images          []*canvas.Image
	texts           []*canvas.Text
	ni, nt          int
}

func newSheet() *sheet {
	s := &sheet{shapes: newShapes(), pictures: &fyne.Container{}, words: &fyne.Container{}}
	s.box = &fyne.Container{Objects: []fyne.CanvasObject{s.shapes.box, s.pictures, s.words}}
	return s
}

func (s *sheet) begin() {
	s.shapes.begin()
	s.ni, s.nt = 0, 0
}

// end hides what this drawing has not taken.
func (s *sheet) end() {
	s.shapes.end()
	for _, i := range s.images[s.ni:] {
		i.Hide()
	}
	for _, t := range s.texts[s.nt:] {
		t.Hide()
	}
}

// symbol draws a symbol of the theme in a square.
func (s *sheet) symbol(name string, c color.NRGBA, x, y, side float32) {
	if s.ni == len(s.images) {
		i := &canvas.Image{FillMode: canvas.ImageFillContain}
		s.images = append(s.images, i)
		s.pictures.Add(i)
	}
	i := s.images[s.ni]
	s.ni++
	if r := theme.Symbol(name, c); i.Resource != r {
		i.Resource = r
		i.Refresh()
	}
	i.Move(fyne.NewPos(x, y))
	i.Resize(fyne.NewSize(side, side))
	i.Show()
}

// rect draws a shape; a stroke of width 0 is none.
func (s *sheet) rect(x, y, w, h float32, fill, line color.NRGBA, width, radius float32) {
	s.shapes.rect(x, y, w, h, fill, line, width, radius)
}

// font is how a line is set. A line that is too long gets smaller down to
// least, and is cut after that.
type font struct {
	size, least float32
	bold        bool
	colour      color.NRGBA
	align       fyne.TextAlign
}

// line sets one line of words, its middle at y, in a column of width w.
func (s *sheet) line(words string, f font, x, y, w float32) {
	if s.nt == len(s.texts) {
		t := canvas.NewText("", f.colour)
		s.texts = append(s.texts, t)
		s.words.Add(t)
	}
	t := s.texts[s.nt]
	s.nt++
	words, size := fitting(words, f, w)
	style := fyne.TextStyle{Bold: f.bold}
	if !t.Visible() || t.Text != words || t.TextSize != size || t.Color != f.colour || t.Alignment != f.align || t.TextStyle != style {
		t.Text, t.TextSize, t.Color, t.Alignment, t.TextStyle = words, size, f.colour, f.align, style
		t.Show()
		t.Refresh()
	}
	h := t.MinSize().Height
	t.Move(fyne.NewPos(x, y-h/2))
	t.Resize(fyne.NewSize(w, h))
}

// fitting finds the size at which words fit, and cuts them where none does.
// Sizes are whole pixels: in others Fyne sets letters too far apart.
func fitting(words string, f font, w float32) (string, float32) {
	size, least := pixels(f.size), pixels(f.least)
	for full := width(words, size, f.bold); full > w && size > least; full = width(words, size, f.bold) {
		size = max(min(size-1, pixels(size*w/full)), least)
	}
	r := []rune(words)
	for len(r) > 1 && width(words, size, f.bold) > w {
		r = r[:len(r)-1]
		words = string(r) + "…"
	}
	return words, size
}

// pixels is a size in whole pixels.
func pixels(size float32) float32 { return max(1, float32(math.Floor(float64(size)))) }
