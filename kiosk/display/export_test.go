package display

import (
	"fyne.io/fyne/v2"

	"hallward/devices/contract"
)

// Pages and Width are what a test of the running line looks at.
var Pages = split

func Width(words string, size float32) float32 { return width(words, size, false) }

// Words are the board's fixed words.
func Words() map[string]contract.Text2 { return words }

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

// Judged is how many frames make an average.
const Judged = judged

// TryAgain is when a slow board lets the line run once more.
const TryAgain = tryAgain
