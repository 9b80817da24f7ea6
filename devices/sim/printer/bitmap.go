package printer

// bitmap is a picture of black and white dots, eight a byte, the left one in
// the high bit, as printers take them.
type bitmap struct {
	w, h int // dots
	pix  []byte
}

func newBitmap(w, h int) *bitmap {
	return &bitmap{w: w, h: h, pix: make([]byte, (w+7)/8*h)}
}

func (b *bitmap) stride() int { return (b.w + 7) / 8 }

func (b *bitmap) at(x, y int) bool {
	return b.pix[y*b.stride()+x/8]&(0x80>>(x%8)) != 0
}

// set blackens a dot; dots outside are lost, as beyond the edge of the head.
func (b *bitmap) set(x, y int) {
	if x >= 0 && y >= 0 && x < b.w && y < b.h {
		b.pix[y*b.stride()+x/8] |= 0x80 >> (x % 8)
	}
}

// draw puts the dots of src into b, src's corner at (x, y).
func (b *bitmap) draw(src *bitmap, x, y int) {
	for j := range src.h {
		for i := range src.w {
			if src.at(i, j) {
				b.set(x+i, y+j)
			}
		}
	}
}

// fill blackens a rectangle.
func (b *bitmap) fill(x, y, w, h int) {
	for j := y; j < y+h; j++ {
		for i := x; i < x+w; i++ {
			b.set(i, j)
		}
	}
}

// invert turns black into white and back.
func (b *bitmap) invert() {
	for y := range b.h {
		for x := range b.w {
			b.pix[y*b.stride()+x/8] ^= 0x80 >> (x % 8)
		}
	}
}

// clone is a copy, for glyphs that are drawn upon.
func (b *bitmap) clone() *bitmap {
	return &bitmap{b.w, b.h, append([]byte(nil), b.pix...)}
}
