package escpos

import (
	"fmt"
	"image"
	"image/color"
	"sync"

	"github.com/skip2/go-qrcode"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"

	"hallward/devices"
)

// NewFace makes the face for Opts from a TrueType or OpenType font: one em is
// one hanzi cell, 24 dots.
func NewFace(ttf []byte) (font.Face, error) {
	f, err := opentype.Parse(ttf)
	if err != nil {
		return nil, fmt.Errorf("escpos: font: %w", err)
	}
	face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: cellHeight, DPI: 72})
	if err != nil {
		return nil, fmt.Errorf("escpos: font: %w", err)
	}
	return face, nil
}

// drawing guards all faces: they are not safe for two goroutines, and the
// printers of one process share one.
var drawing sync.Mutex

// drawLine draws a line on the grid that the printer's own text has, so that
// it stands under its neighbours as if it were text. Larger sizes repeat dots,
// as the printer does.
func drawLine(face font.Face, line string, size int, bold bool, width int) *image.Gray {
	drawing.Lock()
	defer drawing.Unlock()
	small := image.NewGray(image.Rect(0, 0, devices.Columns(line)*cellWidth, lineHeight))
	base := fixed.I(cellHeight * 7 / 8)
	if box, _, ok := face.GlyphBounds('国'); ok {
		base = fixed.I(cellHeight/2) - (box.Min.Y+box.Max.Y)/2
	}
	x := 0
	for _, r := range line {
		cell := image.Rect(x, 0, x+devices.Columns(string(r))*cellWidth, cellHeight)
		drawRune(small, face, r, cell, base)
		x = cell.Max.X
	}
	picture := image.NewGray(image.Rect(0, 0, min(small.Rect.Dx()*size, width), small.Rect.Dy()*size))
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			c := small.GrayAt(x/size, y/size)
			if bold && x > 0 && c.Y == 0 {
				c = small.GrayAt((x-1)/size, y/size)
			}
			picture.SetGray(x, y, c)
		}
	}
	return picture
}

// drawRune puts one character into the middle of its cell, or a box when the
// face does not have it. Ink is white: 0xff is a dot.
func drawRune(m *image.Gray, face font.Face, r rune, cell image.Rectangle, base fixed.Int26_6) {
	advance, ok := face.GlyphAdvance(r)
	left := fixed.I(cell.Min.X) + (fixed.I(cell.Dx())-advance)/2
	box, mask, from, _, hasGlyph := face.Glyph(fixed.Point26_6{X: left, Y: base}, r)
	if !ok || !hasGlyph {
		drawBox(m, cell.Inset(2))
		return
	}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			_, _, _, a := mask.At(from.X+x-box.Min.X, from.Y+y-box.Min.Y).RGBA()
			if a >= 0x8000 {
				m.SetGray(x, y, color.Gray{Y: 0xff})
			}
		}
	}
}

func drawBox(m *image.Gray, r image.Rectangle) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			if x < r.Min.X+2 || x >= r.Max.X-2 || y < r.Min.Y+2 || y >= r.Max.Y-2 {
				m.SetGray(x, y, color.Gray{Y: 0xff})
			}
		}
	}
}

// drawQR draws a QR code of level L without its margin, which the blank paper
// around it gives.
func drawQR(data string, module int) (*image.Gray, error) {
	code, err := qrcode.New(data, qrcode.Low)
	if err != nil {
		return nil, fmt.Errorf("QR code: %w", err)
	}
	code.DisableBorder = true
	cells := code.Bitmap()
	m := image.NewGray(image.Rect(0, 0, len(cells)*module, len(cells)*module))
	for y := range m.Rect.Dy() {
		for x := range m.Rect.Dx() {
			if cells[y/module][x/module] {
				m.SetGray(x, y, color.Gray{Y: 0xff})
			}
		}
	}
	return m, nil
}

// packRow gives one row of dots, eight a byte, the leftmost in the high bit.
func packRow(m *image.Gray, y int) []byte {
	row := make([]byte, (m.Rect.Dx()+7)/8)
	for x := range m.Rect.Dx() {
		if m.GrayAt(x, y).Y >= 0x80 {
			row[x/8] |= 0x80 >> (x % 8)
		}
	}
	return row
}
