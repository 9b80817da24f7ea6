package strip

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"maps"
	"slices"
	"time"
)

// pitch is how many pixels of a picture one dot takes, with the dark around it.
const pitch = 6

var lights = map[byte]color.RGBA{
	'1': {255, 40, 30, 255}, '2': {60, 255, 70, 255}, '3': {255, 200, 20, 255}, '4': {70, 110, 255, 255},
	'5': {40, 235, 235, 255}, '6': {255, 60, 230, 255}, '7': {255, 250, 240, 255},
}

var (
	panel = color.RGBA{10, 10, 12, 255}
	unlit = color.RGBA{30, 28, 28, 255}
)

// Picture draws the dots of a strip: one page of each area, the first is 0. A
// text that runs stands at its beginning.
func (l *Line) Picture(address, page int) (image.Image, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.card(address)
	if c == nil {
		return nil, fmt.Errorf("strip: no card at address %d", address)
	}
	if l.font == nil {
		return nil, errors.New("strip: no font to draw with")
	}
	c.expire(time.Now())
	dots := make([]byte, c.width*c.height)
	if !c.dark && !c.on["power-off"] {
		for _, id := range slices.Sorted(maps.Keys(c.areas)) {
			l.draw(dots, c, c.areas[id], page)
		}
	}
	img := image.NewRGBA(image.Rect(0, 0, c.width*pitch, c.height*pitch))
	for i := range img.Pix {
		img.Pix[i] = []byte{panel.R, panel.G, panel.B, panel.A}[i%4]
	}
	for y := range c.height {
		for x := range c.width {
			light := unlit
			if d := dots[y*c.width+x]; d != 0 {
				light = dim(lights[d], c.level)
			}
			spot(img, x*pitch, y*pitch, light)
		}
	}
	return img, nil
}

// WritePNG writes the dots of a strip, see Picture.
func (l *Line) WritePNG(w io.Writer, address, page int) error {
	img, err := l.Picture(address, page)
	if err != nil {
		return err
	}
	return png.Encode(w, img)
}

func (l *Line) draw(dots []byte, c *card, a *area, n int) {
	p := a.pages[n%len(a.pages)]
	tall := 0
	heights := make([]int, len(p))
	for i, line := range p {
		for _, g := range line {
			heights[i] = max(heights[i], g.font)
		}
		tall += heights[i]
	}
	y := a.y
	switch a.align >> 2 & 3 {
	case 1:
		y += a.h - tall
	case 2:
		y += (a.h - tall) / 2
	}
	for i, line := range p {
		x := a.x
		if w := lineWidth(line); a.mode != 3 && a.mode != 4 {
			switch a.align & 3 {
			case 1:
				x += a.w - w
			case 2:
				x += (a.w - w) / 2
			}
		}
		for _, g := range line {
			l.glyph(dots, c, a, g, x, y)
			x += g.width()
		}
		y += heights[i]
	}
}

// glyph sets the dots of one character, inside its area.
func (l *Line) glyph(dots []byte, c *card, a *area, g glyph, x, y int) {
	at, ok := l.font.Dots(g.r, g.width(), g.font, g.r >= 0x80)
	if !ok || g.r == '□' {
		at = func(i, j int) bool { // fonts of few dots lose one of its sides
			return min(i, g.width()-1-i, j, g.font-1-j) == 2
		}
	}
	for j := range g.font {
		for i := range g.width() {
			u, v := x+i, y+j
			if u >= a.x && u < a.x+a.w && v >= a.y && v < a.y+a.h && u < c.width && v < c.height && at(i, j) {
				dots[v*c.width+u] = g.colour
			}
		}
	}
}

// dim is a light at a level of 0 to 15.
func dim(c color.RGBA, level byte) color.RGBA {
	part := func(v byte) byte { return byte(int(v) * (5 + int(level)) / 20) }
	return color.RGBA{part(c.R), part(c.G), part(c.B), 255}
}

// spot is one round dot.
func spot(img *image.RGBA, x, y int, c color.RGBA) {
	for j := range pitch - 1 {
		for i := range pitch - 1 {
			corner := (i == 0 || i == pitch-2) && (j == 0 || j == pitch-2)
			if !corner {
				img.SetRGBA(x+i, y+j, c)
			}
		}
	}
}
