package display

import (
	"fyne.io/fyne/v2"

	"hallward/devices/contract"
)

// Pages and Width are what a test of the running line looks at.
var Pages = split

func Width(words string, size float32) float32 { return width(words, size, false) }

// Words are the board's fixed words.
func Words() map[string]contract.Text2 {
	all := map[string]contract.Text2{"smoking area": smokingArea}
	for k, w := range words {
		all[k] = w
	}
	return all
}

// Line is where the running line begins, and how many pieces of it are visible.
func (b *Board) Line() (x float32, pieces int) {
	for _, t := range b.banner.texts {
		if t.Visible() {
			pieces++
		}
	}
	return b.banner.x, pieces
}

// LineObject holds the pieces of the running line.
func (b *Board) LineObject() fyne.CanvasObject { return b.banner.box }

// Turn is the kind of page that a panel shows, and its first entry.
func (b *Board) Turn(panel int) (kind string, first int) {
	return b.turns[panel].kind, b.turns[panel].first.item
}

// Judged is how many frames make an average.
const Judged = judged

// TryAgain is when a slow board lets the line run once more.
const TryAgain = tryAgain
