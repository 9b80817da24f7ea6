package printer

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Font draws the printer's characters from an outline font. It may be shared
// between printers.
type Font struct {
	mu    sync.Mutex
	font  *sfnt.Font
	faces map[int]font.Face
	cache map[glyphKey]*bitmap
}

type glyphKey struct {
	r    rune
	w, h int
	wide bool
}

// cached glyphs are dropped beyond this number: a hall needs a few hundred, a
// flood of noise must not fill the memory.
const maxGlyphs = 4096

// ParseFont reads a TrueType or OpenType font or a collection of them. Of a
// collection it takes the fixed-width Simplified Chinese font, else any
// Simplified Chinese one, else the first.
func ParseFont(data []byte) (*Font, error) {
	c, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	best, rank := 0, -1
	for i := range c.NumFonts() {
		f, err := c.Font(i)
		if err != nil {
			return nil, fmt.Errorf("font %d of the collection: %w", i, err)
		}
		name, _ := f.Name(nil, sfnt.NameIDFull)
		r := 0
		if strings.Contains(name, "CJK SC") || strings.Contains(name, "Hei") {
			r = 1
		}
		if strings.Contains(name, "Mono CJK SC") {
			r = 2
		}
		if r > rank {
			best, rank = i, r
		}
	}
	f, err := c.Font(best)
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	return &Font{font: f, faces: map[int]font.Face{}, cache: map[glyphKey]*bitmap{}}, nil
}

// LoadFont reads a font file. With an empty path it looks for a Chinese font
// under /usr/share/fonts.
func LoadFont(path string) (*Font, error) {
	if path == "" {
		for _, pattern := range []string{"*/noto/NotoSansCJK-Regular.ttc", "*/wqy/*.ttc", "*/*/*CJK*Regular*"} {
			if found, _ := filepath.Glob("/usr/share/fonts/" + pattern); len(found) > 0 {
				path = found[0]
				break
			}
		}
	}
	if path == "" {
		return nil, fmt.Errorf("no Chinese font under /usr/share/fonts: install fonts-noto-cjk or name a font file")
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	f, err := ParseFont(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// glyph draws r into a cell of w by h dots. Wide characters fill a square at
// natural width, others half of one. Nil is a character that the font lacks.
func (f *Font) glyph(r rune, w, h int, wide bool) *bitmap {
	f.mu.Lock()
	defer f.mu.Unlock()
	key := glyphKey{r, w, h, wide}
	if b, ok := f.cache[key]; ok {
		return b
	}
	if len(f.cache) >= maxGlyphs {
		clear(f.cache)
	}
	b := f.render(r, w, h, wide)
	f.cache[key] = b
	return b
}

func (f *Font) render(r rune, w, h int, wide bool) *bitmap {
	var buf sfnt.Buffer
	if i, err := f.font.GlyphIndex(&buf, r); err != nil || i == 0 {
		return nil
	}
	// A hanzi fills its em square; letters need room for their descenders.
	size, base, natural := h*23/24, h*20/24, h
	if !wide {
		size, base, natural = h*22/24, h*19/24, h/2
	}
	face, err := f.face(size)
	if err != nil {
		return nil
	}
	advance, ok := face.GlyphAdvance(r)
	if !ok {
		return nil
	}
	room := max(natural, advance.Ceil())
	left := (fixed.I(room) - advance) / 2
	img := image.NewAlpha(image.Rect(0, 0, room, h))
	dr, mask, at, _, ok := face.Glyph(fixed.Point26_6{X: left, Y: fixed.I(base)}, r)
	if ok {
		draw.DrawMask(img, dr, image.Opaque, image.Point{}, mask, at, draw.Over)
	}
	if room != w {
		scaled := image.NewAlpha(image.Rect(0, 0, w, h))
		draw.ApproxBiLinear.Scale(scaled, scaled.Rect, img, img.Rect, draw.Src, nil)
		img = scaled
	}
	b := newBitmap(w, h)
	for y := range h {
		for x := range w {
			if img.AlphaAt(x, y).A >= 0x70 {
				b.set(x, y)
			}
		}
	}
	return b
}

func (f *Font) face(size int) (font.Face, error) {
	if face, ok := f.faces[size]; ok {
		return face, nil
	}
	face, err := opentype.NewFace(f.font, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
	if err == nil {
		f.faces[size] = face
	}
	return face, err
}

// box is what a printer shows for a character that it does not have.
func box(w, h int) *bitmap {
	b := newBitmap(w, h)
	b.fill(w/6, h/8, w-w/3, 1)
	b.fill(w/6, h-h/8-1, w-w/3, 1)
	b.fill(w/6, h/8, 1, h-h/4)
	b.fill(w-w/6-1, h/8, 1, h-h/4)
	return b
}

// Dots tells which dots of a cell of w by h a character sets, for others that
// draw with dots. Wide characters are hanzi; false is one that the font lacks.
func (f *Font) Dots(r rune, w, h int, wide bool) (at func(x, y int) bool, ok bool) {
	b := f.glyph(r, w, h, wide)
	if b == nil {
		return nil, false
	}
	return b.at, true
}
