package display

import (
	"image/color"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"hallward/kiosk/display/model"
)

// banner is the running line. Words that fit stand still; longer ones run from
// right to left through the whole width, or, where drawing is too slow for
// that, change page by page.
//
// The words are cut into pieces, since a text is drawn into one texture and
// graphics chips limit its width (4,096 pixels on small ones). Only pieces on
// the screen are visible; moving them is all that a frame does.
type banner struct {
	box    *fyne.Container
	texts  []*canvas.Text
	at     []float32 // where each piece begins, from the left of the first
	used   int
	words  string
	size   float32
	middle float32
	w      float32 // of the board
	long   float32 // of the words
	x      float32
	ink    color.NRGBA
	paging bool
	pages  []string
	page   int
	rest   float32 // seconds until the next page
}

const (
	pageTime = 6  // seconds that a page of the running line stays
	piece    = 32 // characters of a piece
)

func newBanner() *banner { return &banner{box: &fyne.Container{}} }

// set gives the words, their size, the height of their middle and the board's
// width. The same words go on where they are.
func (b *banner) set(words string, size, middle, w float32, ink color.NRGBA) {
	if words == b.words && size == b.size && middle == b.middle && w == b.w && ink == b.ink {
		return
	}
	again := words != b.words || size != b.size || w != b.w
	b.words, b.size, b.middle, b.w, b.ink = words, size, middle, w, ink
	if !again {
		b.place()
		return
	}
	b.pages, b.rest = nil, 0
	b.write(words)
	switch {
	case b.still():
		b.x = (w - b.long) / 2
	case b.paging:
		b.turn(0)
		return
	default:
		b.x = w * 0.04 // readable at once
	}
	b.place()
}

// still tells that the words fit.
func (b *banner) still() bool { return b.long <= b.w*0.96 }

// write puts words into pieces.
func (b *banner) write(words string) {
	b.used, b.long = 0, 0
	for rest := []rune(words); len(rest) > 0; b.used++ {
		n := min(piece, len(rest))
		if b.used == len(b.texts) {
			b.texts = append(b.texts, canvas.NewText("", b.ink))
			b.at = append(b.at, 0)
			b.box.Add(b.texts[b.used])
		}
		t := b.texts[b.used]
		t.Text, t.TextSize = string(rest[:n]), b.size
		rest = rest[n:]
		w := width(t.Text, b.size, false)
		b.at[b.used] = b.long
		b.long += w
		t.Resize(fyne.NewSize(w, t.MinSize().Height))
		t.Refresh()
	}
	for _, t := range b.texts[b.used:] {
		t.Hide()
	}
}

// place moves the pieces to where they belong now.
func (b *banner) place() {
	for i, t := range b.texts[:b.used] {
		x := b.x + b.at[i]
		if x >= b.w || x+t.Size().Width <= 0 {
			t.Hide()
			continue
		}
		if t.Color != b.ink {
			t.Color = b.ink
			t.Refresh()
		}
		t.Move(fyne.NewPos(x, b.middle-t.Size().Height/2))
		t.Show()
	}
}

// step moves the words by a speed in pixels a second, and says whether they are
// moving: a line that stands still, or changes page by page, needs no frames.
func (b *banner) step(seconds, speed float32) bool {
	switch {
	case b.words == "":
		return false
	case b.paging:
		if len(b.pages) > 0 || !b.still() {
			b.turn(seconds)
		}
		return false
	case len(b.pages) > 0: // it was paging until now
		b.pages = nil
		b.write(b.words)
		b.x = b.w
	}
	if b.still() {
		return false
	}
	if b.x -= speed * seconds; b.x < -b.long {
		b.x = b.w
	}
	b.place()
	return true
}

// turn shows the next page when it is time.
func (b *banner) turn(seconds float32) {
	if b.rest -= seconds; b.rest > 0 && len(b.pages) > 0 {
		return
	}
	if len(b.pages) == 0 {
		b.pages, b.page = split(b.words, b.size, b.w*0.94), -1
	}
	b.page = (b.page + 1) % len(b.pages)
	b.rest = pageTime
	b.write(b.pages[b.page])
	b.x = (b.w - b.long) / 2
	b.place()
}

// split cuts words into pieces that fit: one notice after the other, and a long
// one between words.
func split(words string, size, w float32) []string {
	var pages []string
	for _, notice := range strings.Split(words, model.Between) {
		line, brk := []rune{}, 0 // brk is where the line may be cut
		for _, r := range strings.TrimSpace(notice) {
			if r == ' ' || r > 0x2E7F && !strings.ContainsRune("，。、；：？！）》”", r) {
				brk = len(line)
			}
			line = append(line, r)
			if width(string(line), size, false) <= w {
				continue
			}
			if brk == 0 {
				brk = len(line) - 1
			}
			pages = append(pages, strings.TrimSpace(string(line[:brk])))
			line, brk = append([]rune{}, line[brk:]...), 0
		}
		if rest := strings.TrimSpace(string(line)); rest != "" {
			pages = append(pages, rest)
		}
	}
	return pages
}
