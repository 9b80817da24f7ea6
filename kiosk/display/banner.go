package display

import (
	"image/color"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
)

// banner is the running line. Words that fit stand still; longer ones run from
// right to left through the whole width, or, where drawing is too slow for
// that, change page by page.
type banner struct {
	box    *fyne.Container
	text   *canvas.Text
	words  string
	size   float32
	middle float32
	w      float32 // of the board
	long   float32 // of the words
	x      float32
	paging bool
	pages  []string
	page   int
	rest   float32 // seconds until the next page
}

// pageTime is how long a page of the running line stays, in seconds.
const pageTime = 6

func newBanner() *banner {
	t := canvas.NewText("", color.Black)
	t.Hide()
	return &banner{text: t, box: &fyne.Container{Objects: []fyne.CanvasObject{t}}}
}

// set gives the words, their size, the height of their middle and the board's
// width. The same words go on where they are.
func (b *banner) set(words string, size, middle, w float32, ink color.NRGBA) {
	if words == b.words && size == b.size && middle == b.middle && w == b.w {
		return
	}
	b.words, b.size, b.middle, b.w = words, size, middle, w
	b.pages, b.page, b.rest = nil, 0, 0
	if words == "" {
		b.text.Hide()
		b.long = 0
		return
	}
	b.long = width(words, size, false)
	b.text.Color, b.text.TextSize = ink, size
	b.text.Show()
	b.x = w
	if b.still() {
		b.x = (w - b.long) / 2
	}
	b.write(words)
}

// still tells that the words fit.
func (b *banner) still() bool { return b.long <= b.w*0.96 }

func (b *banner) write(words string) {
	b.text.Text = words
	b.text.Refresh()
	b.place()
}

func (b *banner) place() {
	h := b.text.MinSize().Height
	b.text.Move(fyne.NewPos(b.x, b.middle-h/2))
	b.text.Resize(fyne.NewSize(width(b.text.Text, b.size, false), h))
}

// step moves the words by a speed in pixels a second, and says whether there is
// anything to move.
func (b *banner) step(seconds, w, speed float32) bool {
	if b.words == "" || b.still() {
		return false
	}
	if b.paging {
		b.turn(seconds, w)
		return true
	}
	if len(b.pages) > 0 { // it was paging until now
		b.pages = nil
		b.x = w
		b.write(b.words)
	}
	b.x -= speed * seconds
	if b.x < -b.long {
		b.x = w
	}
	b.place()
	return true
}

// turn shows the next page when it is time.
func (b *banner) turn(seconds, w float32) {
	if b.rest -= seconds; b.rest > 0 && len(b.pages) > 0 {
		return
	}
	if len(b.pages) == 0 {
		b.pages, b.page = split(b.words, b.size, w*0.94), -1
	}
	b.page = (b.page + 1) % len(b.pages)
	b.rest = pageTime
	words := b.pages[b.page]
	b.x = (w - width(words, b.size, false)) / 2
	b.write(words)
}

// split cuts words into pieces that fit: one notice after the other, and a long
// one between words.
func split(words string, size, w float32) []string {
	var pages []string
	for _, notice := range strings.Split(words, "●") {
		line, brk := []rune{}, 0 // brk is where the line may be cut
		for _, r := range strings.TrimSpace(notice) {
			if r == ' ' || r > 0x2E7F {
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

func itoa(n int) string { return strconv.Itoa(n) }
