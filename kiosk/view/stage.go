package view

import (
	"image"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/theme"
)

// stage is the tree of one screen: layers of shapes, pictures, words and
// buttons. A page is drawn by walking it from top to bottom and taking the next
// object of each kind, so the same object holds the same thing from one drawing
// to the next, and nothing is built again.
type stage struct {
	box                            *fyne.Container
	shapes, pictures, words, touch *fyne.Container
	rects                          []*canvas.Rectangle
	images                         []*canvas.Image
	paras                          []*para
	buttons                        []*button
	nr, ni, np, nb                 int // taken in this drawing
	v                              *View
}

func newStage(v *View) *stage {
	s := &stage{v: v, shapes: container(), pictures: container(), words: container(), touch: container()}
	s.box = container(s.shapes, s.pictures, s.words, s.touch)
	return s
}

func (s *stage) begin() { s.nr, s.ni, s.np, s.nb = 0, 0, 0, 0 }

// end hides what this drawing has not taken.
func (s *stage) end() {
	for _, r := range s.rects[s.nr:] {
		r.Hide()
	}
	for _, i := range s.images[s.ni:] {
		i.Hide()
	}
	for _, p := range s.paras[s.np:] {
		p.hide()
	}
	for _, b := range s.buttons[s.nb:] {
		b.Hide()
	}
}

// rect draws a shape; a stroke of width 0 is none.
func (s *stage) rect(x, y, w, h float32, fill, line color.NRGBA, width, radius float32) {
	if s.nr == len(s.rects) {
		s.rects = append(s.rects, canvas.NewRectangle(fill))
		s.shapes.Add(s.rects[s.nr])
	}
	r := s.rects[s.nr]
	s.nr++
	r.FillColor, r.StrokeColor, r.StrokeWidth, r.CornerRadius = fill, line, width, radius
	r.Move(fyne.NewPos(x, y))
	r.Resize(fyne.NewSize(w, h))
	r.Show()
	r.Refresh()
}

func (s *stage) image() *canvas.Image {
	if s.ni == len(s.images) {
		s.images = append(s.images, newSymbol())
		s.pictures.Add(s.images[s.ni])
	}
	s.ni++
	return s.images[s.ni-1]
}

// symbol draws a symbol in a square.
func (s *stage) symbol(name string, c color.NRGBA, x, y, side float32) {
	place(s.image(), name, c, x, y, side)
}

// picture draws an image in a square, pixel by pixel.
func (s *stage) picture(img image.Image, x, y, side float32) {
	i := s.image()
	if i.Image != img {
		i.Resource, i.Image, i.ScaleMode = nil, img, canvas.ImageScalePixels
		i.Refresh()
	}
	i.Move(fyne.NewPos(x, y))
	i.Resize(fyne.NewSize(side, side))
	i.Show()
}

// place puts a symbol into an image object; no name hides it.
func place(i *canvas.Image, name string, c color.NRGBA, x, y, side float32) {
	if name == "" {
		i.Hide()
		return
	}
	if r := theme.Symbol(name, c); i.Resource != r {
		i.Resource, i.Image = r, nil
		i.Refresh()
	}
	i.Move(fyne.NewPos(x, y))
	i.Resize(fyne.NewSize(side, side))
	i.Show()
}

// text sets a paragraph and says how high it is.
func (s *stage) text(words string, st style, x, y, w float32) float32 {
	if s.np == len(s.paras) {
		s.paras = append(s.paras, newPara())
		s.words.Add(s.paras[s.np].box)
	}
	s.np++
	return s.paras[s.np-1].set(words, st, x, y, w)
}

func (s *stage) button(f face, x, y, w, h float32) {
	if s.nb == len(s.buttons) {
		s.buttons = append(s.buttons, newButton(s.v))
		s.touch.Add(s.buttons[s.nb])
	}
	s.nb++
	s.buttons[s.nb-1].put(f, x, y, w, h)
}
