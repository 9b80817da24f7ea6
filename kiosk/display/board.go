// Package display draws the call board (叫号屏): the calls in large type with the
// newest on top, how many wait for what, the clock and a running line of
// notices. What it shows comes from kiosk/display/model; here are only the
// places, sizes and colours.
//
// A board is read from across the hall, so its sizes are parts of the screen
// and not millimetres as on a kiosk: a TV that is hung farther away is larger.
package display

import (
	"reflect"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display/model"
	"hallward/kiosk/theme"
	"hallward/kiosk/theme/tokens"
)

// Board is the face of one call board. All methods must run on Fyne's
// goroutine.
type Board struct {
	root     *Ground
	paper    *Paper
	sheet    *sheet  // of the paper
	banner   *banner // of the paper
	look     *theme.Look
	colour   string
	last     model.Screen
	drawn    bool
	w, h     float32
	u        float32 // one pixel of the reference screen, 1920×1080 or 1080×1920
	turns    [mostPanels]turn
	readings [2]reading // of the captions
	pictures Pictures
	lacking  bool    // a picture was asked for that was not there
	asked    float32 // seconds since then
}

// mostPanels is how many panels a board draws.
const mostPanels = 4

// New is a board; pointer shows the mouse, for a desk.
func New(pointer bool) *Board {
	b := &Board{paper: NewPaper(), look: theme.NewLook(tokens.Variant{}, "", 0)}
	b.sheet, b.banner = b.paper.sheet, b.paper.banner
	b.root = NewGround(pointer, b.resize, b.paper.Layers()...)
	return b
}

// Pictures gives the board what finds its pictures.
func (b *Board) Pictures(p Pictures) { b.pictures = p }

// Object is what a window shows.
func (b *Board) Object() fyne.CanvasObject { return b.root }

// Theme is the Fyne theme that belongs to the board.
func (b *Board) Theme() fyne.Theme { return theme.New(b.look) }

// Colour sets the hall's strong colour.
func (b *Board) Colour(c string) {
	if c == b.colour {
		return
	}
	b.colour = c
	b.look = theme.NewLook(tokens.Variant{}, c, 0)
	b.drawn = false
}

// Show draws a screen if it differs from the last.
func (b *Board) Show(s model.Screen) {
	if b.drawn && reflect.DeepEqual(s, b.last) {
		return
	}
	b.last = s
	b.last.Sides = s.Sides[:min(len(s.Sides), mostPanels)]
	clear(b.turns[len(b.last.Sides):])
	b.draw()
}

// Step lets so many seconds pass: the pages take turns, the running line moves
// on. It says whether the line is moving and wants the next frame.
func (b *Board) Step(seconds float32) bool {
	b.turnPages(seconds)
	return b.banner.step(seconds, 110*b.u)
}

// Page shows the running line page by page instead of moving it.
func (b *Board) Page(on bool) { b.banner.paging = on }

func (b *Board) resize(size fyne.Size) {
	if size.Width == b.w && size.Height == b.h {
		return
	}
	b.w, b.h = size.Width, size.Height
	if b.wide() {
		b.u = min(b.w/1920, b.h/1080)
	} else {
		b.u = min(b.w/1080, b.h/1920)
	}
	b.draw()
}

func (b *Board) wide() bool { return b.w > b.h }
