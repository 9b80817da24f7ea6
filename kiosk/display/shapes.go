package display

import (
	"image"
	"image/color"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// shapes are the rectangles of a sheet, put together from tiles: pictures of one
// pixel that are stretched, and pictures of corners. Fyne's own rectangles are
// computed pixel by pixel in each frame, whatever moves; under software
// rendering that took two thirds of the time of a frame (BenchmarkWindow).
//
// Everything stands on whole pixels, so that tiles meet without a seam.
type shapes struct {
	box     *fyne.Container
	tiles   []*canvas.Image
	n       int
	dots    map[color.NRGBA]*image.RGBA
	corners map[corner]*image.RGBA
}

// corner is one quarter of a rounded rectangle's edge.
type corner struct {
	fill, line    color.NRGBA
	width, radius int
	right, low    bool
}

// mostCorners bounds the pictures of corners: a screen has a dozen, and a hall
// that changes its colour every day must not fill the memory.
const mostCorners = 200

func newShapes() *shapes {
	return &shapes{box: &fyne.Container{}, dots: map[color.NRGBA]*image.RGBA{}, corners: map[corner]*image.RGBA{}}
}

func (s *shapes) begin() { s.n = 0 }

// end hides what this drawing has not taken.
func (s *shapes) end() {
	for _, t := range s.tiles[s.n:] {
		t.Hide()
	}
}

// rect draws a rectangle with an edge inside it; a width of 0 is none.
func (s *shapes) rect(x, y, w, h float32, fill, line color.NRGBA, width, radius float32) {
	x0, y0, x1, y1 := near(x), near(y), near(x+w), near(y+h)
	if h > 0 && y1 == y0 { // a thin rule stays visible on a small screen
		y1++
	}
	e := near(width)
	if width > 0 && e == 0 {
		e = 1
	}
	if line == fill {
		e = 0
	}
	r := min(near(radius), (x1-x0)/2, (y1-y0)/2)
	if r > 0 && r < e {
		r = e
	}
	if r > 0 {
		for i, c := range [4]corner{{}, {right: true}, {low: true}, {right: true, low: true}} {
			at := [4][2]int{{x0, y0}, {x1 - r, y0}, {x0, y1 - r}, {x1 - r, y1 - r}}[i]
			s.tile(s.corner(corner{fill, line, e, r, c.right, c.low}), at[0], at[1], at[0]+r, at[1]+r)
		}
	}
	inner := max(r, e)
	s.fill(fill, x0+inner, y0+e, x1-inner, y0+inner) // above the middle, between the corners
	s.fill(fill, x0+e, y0+inner, x1-e, y1-inner)
	s.fill(fill, x0+inner, y1-inner, x1-inner, y1-e)
	if e == 0 {
		return
	}
	s.fill(line, x0+inner, y0, x1-inner, y0+e)
	s.fill(line, x0+inner, y1-e, x1-inner, y1)
	if r == 0 { // without corners the upper and lower edges end where the sides begin
		inner = 0
	}
	s.fill(line, x0, y0+inner, x0+e, y1-inner)
	s.fill(line, x1-e, y0+inner, x1, y1-inner)
}

func near(v float32) int { return int(math.Round(float64(v))) }

// fill draws a tile of one colour.
func (s *shapes) fill(c color.NRGBA, x0, y0, x1, y1 int) {
	if x1 <= x0 || y1 <= y0 {
		return
	}
	dot := s.dots[c]
	if dot == nil {
		if len(s.dots) >= mostCorners {
			clear(s.dots)
		}
		dot = image.NewRGBA(image.Rect(0, 0, 1, 1))
		dot.Set(0, 0, c)
		s.dots[c] = dot
	}
	s.tile(dot, x0, y0, x1, y1)
}

// tile puts a picture into a place.
func (s *shapes) tile(img *image.RGBA, x0, y0, x1, y1 int) {
	if s.n == len(s.tiles) {
		t := canvas.NewImageFromImage(img)
		t.FillMode, t.ScaleMode = canvas.ImageFillStretch, canvas.ImageScalePixels
		s.tiles = append(s.tiles, t)
		s.box.Add(t)
	}
	t := s.tiles[s.n]
	s.n++
	t.Move(fyne.NewPos(float32(x0), float32(y0)))
	t.Resize(fyne.NewSize(float32(x1-x0), float32(y1-y0)))
	if t.Image != image.Image(img) {
		t.Image = img
		t.Refresh()
	}
	t.Show()
}

// corner is the picture of a quarter of a ring around a filled disk, its edges
// smooth.
func (s *shapes) corner(c corner) *image.RGBA {
	if img := s.corners[c]; img != nil {
		return img
	}
	if len(s.corners) >= mostCorners {
		clear(s.corners)
	}
	img := image.NewRGBA(image.Rect(0, 0, c.radius, c.radius))
	for y := range c.radius {
		for x := range c.radius {
			dx, dy := float64(c.radius-x)-0.5, float64(c.radius-y)-0.5
			if c.right {
				dx = float64(x) + 0.5
			}
			if c.low {
				dy = float64(y) + 0.5
			}
			from := math.Hypot(dx, dy)
			outer := cover(float64(c.radius) - from)
			inner := outer
			if c.width > 0 {
				inner = cover(float64(c.radius-c.width) - from)
			}
			part := func(fill, line uint8) uint8 {
				return uint8(math.Round(float64(fill)*inner + float64(line)*(outer-inner)))
			}
			img.SetRGBA(x, y, color.RGBA{part(c.fill.R, c.line.R), part(c.fill.G, c.line.G), part(c.fill.B, c.line.B), part(255, 255)})
		}
	}
	s.corners[c] = img
	return img
}

// cover is how much of a pixel lies within an edge that is so far from its
// middle.
func cover(distance float64) float64 { return min(1, max(0, distance+0.5)) }
