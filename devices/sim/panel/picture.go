package panel

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"strconv"
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
)

// Sizes of the picture in pixels.
const (
	digitW = 44
	digitH = 78
	thick  = 8
	space  = 14
	edge   = 22
)

var (
	housing = color.RGBA{0x14, 0x12, 0x12, 0xFF}
	faint   = color.RGBA{0x2C, 0x16, 0x14, 0xFF}
)

// segmentBoxes are the segments a to g within a digit.
var segmentBoxes = [...]image.Rectangle{
	image.Rect(thick, 0, digitW-thick, thick),
	image.Rect(digitW-thick, thick, digitW, digitH/2-thick/4),
	image.Rect(digitW-thick, digitH/2+thick/4, digitW, digitH-thick),
	image.Rect(thick, digitH-thick, digitW-thick, digitH),
	image.Rect(0, digitH/2+thick/4, thick, digitH-thick),
	image.Rect(0, thick, thick, digitH/2-thick/4),
	image.Rect(thick, digitH/2-thick/2, digitW-thick, digitH/2+thick/2),
}

// Picture is what one unit shows: number, window and waiting in seven segments,
// and its text. Face draws the text, about 40 pixels high.
func (l *Line) Picture(address int, face font.Face) image.Image {
	l.mu.Lock()
	defer l.mu.Unlock()
	if address < 1 || address > len(l.units) {
		return image.NewRGBA(image.Rect(0, 0, 1, 1))
	}
	u := l.units[address-1]
	s := u.shows(l.protocol, address)
	if l.on["off"] {
		s = Unit{}
	}
	const width = 2*edge + 17*(digitW+space)
	switch l.protocol {
	case Four:
		p := newPaint(2*edge+5*(digitW+space)-space, 2*edge+digitH, s.Bright)
		p.digits(edge, fixedTo(s.Number, 5))
		return p.img
	case Strip:
		p := newPaint(width, 2*edge+56, s.Bright)
		p.text(edge, edge+42, s.Text, face)
		return p.img
	}
	p := newPaint(width, 2*edge+digitH+64, s.Bright)
	if lit := u.segments(); lit != nil && !l.on["off"] {
		p.segments(edge, append(make([]byte, 2), lit...))
	} else {
		p.digits(edge, fixedTo(s.Number, 8))
	}
	p.digits(edge+9*(digitW+space), fixedTo(s.Window, 4))
	waiting := ""
	if s.Bright > 0 {
		waiting = strconv.Itoa(s.Waiting)
	}
	p.digits(edge+14*(digitW+space), fixedTo(waiting, 3))
	p.text(edge, edge+digitH+54, s.Text, face)
	return p.img
}

// WritePNG writes the picture.
func (l *Line) WritePNG(w io.Writer, address int, face font.Face) error {
	return png.Encode(w, l.Picture(address, face))
}

// fixedTo is the last n characters, with blanks before them.
func fixedTo(s string, n int) string {
	s = strings.Repeat(" ", n) + s
	return s[len(s)-n:]
}

type paint struct {
	img *image.RGBA
	lit color.Color
}

func newPaint(width, height, bright int) *paint {
	p := &paint{img: image.NewRGBA(image.Rect(0, 0, width, height)), lit: color.RGBA{uint8(120 + 135*bright/8), uint8(38 * bright / 8), 0x1C, 0xFF}}
	draw.Draw(p.img, p.img.Bounds(), image.NewUniform(housing), image.Point{}, draw.Src)
	return p
}

func (p *paint) digits(x int, s string) {
	bits := make([]byte, len(s))
	for i := range bits {
		if c := s[i]; c >= '0' && c <= '9' {
			bits[i] = shapes[c-'0']
		}
	}
	p.segments(x, bits)
}

func (p *paint) segments(x int, bits []byte) {
	for i, b := range bits {
		at := image.Pt(x+i*(digitW+space), edge)
		for j, box := range segmentBoxes {
			shade := color.Color(faint)
			if b>>j&1 == 1 {
				shade = p.lit
			}
			draw.Draw(p.img, box.Add(at), image.NewUniform(shade), image.Point{}, draw.Src)
		}
	}
}

func (p *paint) text(x, base int, s string, face font.Face) {
	if face == nil {
		return
	}
	d := font.Drawer{Dst: p.img, Src: image.NewUniform(p.lit), Face: face, Dot: fixed.P(x, base)}
	d.DrawString(s)
}
