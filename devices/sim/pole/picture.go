package pole

import (
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
)

// Sizes of the picture in pixels.
const (
	dot    = 4
	pitch  = 5
	cellW  = 6*pitch + 3
	cellH  = 7*pitch + 14
	border = 24
)

var (
	glassColor = color.RGBA{0x06, 0x10, 0x0E, 0xFF}
	unlit      = color.RGBA{0x10, 0x22, 0x1E, 0xFF}
)

// Picture is the glass as somebody before it sees it, blinking text while it is
// lit.
func (d *Display) Picture() image.Image {
	d.mu.Lock()
	defer d.mu.Unlock()
	img := image.NewRGBA(image.Rect(0, 0, 2*border+Cols*cellW, 2*border+Rows*cellH))
	draw.Draw(img, img.Bounds(), image.NewUniform(glassColor), image.Point{}, draw.Src)
	level := uint32(70 + 185*d.bright/4)
	lit := color.RGBA{uint8(0x50 * level / 255), uint8(0xFF * level / 255), uint8(0xC8 * level / 255), 0xFF}
	dark := d.dark || d.on["off"]
	for y := range d.cells {
		for x, c := range d.cells[y] {
			cursor := d.cursor && !d.held && x == d.x && y == d.y
			at := image.Pt(border+x*cellW, border+y*cellH)
			for col := range 5 {
				bits := glyph(c)[col]
				for row := range 8 { // the eighth row is the cursor's
					on := row < 7 && bits>>row&1 == 1 || row == 7 && cursor
					if row == 7 && !cursor {
						continue
					}
					shade := unlit
					if on && !dark {
						shade = lit
					}
					p := at.Add(image.Pt(col*pitch, row*pitch))
					draw.Draw(img, image.Rectangle{p, p.Add(image.Pt(dot, dot))}, image.NewUniform(shade), image.Point{}, draw.Src)
				}
			}
		}
	}
	return img
}

// WritePNG writes the picture.
func (d *Display) WritePNG(w io.Writer) error { return png.Encode(w, d.Picture()) }
