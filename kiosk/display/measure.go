package display

import (
	"math"
	"sync"

	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"hallward/kiosk/theme/fonts"
)

// ruler measures words by the advances of a font. Fyne's own measuring shapes
// each string anew and remembers it; a board breaks hundreds of lines, which
// would fill that memory with strings that are never asked for again.
type ruler struct {
	mu   sync.Mutex
	font *sfnt.Font
	buf  sfnt.Buffer
	adv  map[rune]float32 // in parts of the size
}

var rulers = map[bool]*ruler{false: newRuler(fonts.Regular), true: newRuler(fonts.Bold)}

func newRuler(file []byte) *ruler {
	f, err := sfnt.Parse(file)
	if err != nil {
		panic(err) // embedded
	}
	return &ruler{font: f, adv: map[rune]float32{}}
}

// em is the size at which advances are read.
const em = 1000

// width is how wide words are in a size.
func width(words string, size float32, bold bool) float32 {
	r := rulers[bold]
	r.mu.Lock()
	defer r.mu.Unlock()
	var sum float32
	for _, c := range words {
		a, known := r.adv[c]
		if !known {
			a = 1 // what the font lacks takes a square
			if g, err := r.font.GlyphIndex(&r.buf, c); err == nil && g != 0 {
				if w, err := r.font.GlyphAdvance(&r.buf, g, fixed.I(em), xfont.HintingNone); err == nil {
					a = float32(w) / 64 / em
				}
			}
			r.adv[c] = a
		}
		sum += a
	}
	return sum * float32(math.Ceil(float64(size))) // Fyne spaces words as in the next whole size
}
