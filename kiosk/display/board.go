// Package display draws the call board (叫号屏): the calls in large type with the
// newest on top, how many wait for what, the clock and a running line of
// notices. What it shows comes from kiosk/display/model; here are only the
// places, sizes and colours.
//
// A board is read from across the hall, so its sizes are parts of the screen
// and not millimetres as on a kiosk: a TV that is hung farther away is larger.
package display

import (
	"image/color"
	"reflect"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"hallward/kiosk/display/model"
	"hallward/kiosk/theme"
	"hallward/kiosk/theme/tokens"
)

// Board is the face of one call board. All methods must run on Fyne's
// goroutine.
type Board struct {
	root   *ground
	sheet  *sheet
	banner *banner
	look   *theme.Look
	colour string
	last   model.Screen
	drawn  bool
	w, h   float32
	u      float32 // one pixel of the reference screen, 1920×1080 or 1080×1920
}

// New is a board; pointer shows the mouse, for a desk.
func New(pointer bool) *Board {
	b := &Board{sheet: newSheet(), look: theme.NewLook(tokens.Variant{}, "", 0)}
	b.banner = newBanner()
	b.root = newGround(b, pointer)
	return b
}

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
	b.draw()
}

// Step moves the running line on by so many seconds; it says whether the line
// is moving and wants the next frame.
func (b *Board) Step(seconds float32) bool { return b.banner.step(seconds, 110*b.u) }

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

// ground lies under everything, takes no touch and hides the pointer.
type ground struct {
	widget.BaseWidget
	b       *Board
	pointer bool
	bg      *canvas.Rectangle
}

func newGround(b *Board, pointer bool) *ground {
	g := &ground{b: b, pointer: pointer, bg: canvas.NewRectangle(b.look.Ground)}
	g.ExtendBaseWidget(g)
	return g
}

var _ desktop.Cursorable = (*ground)(nil)

// Cursor hides the mouse on a wall.
func (g *ground) Cursor() desktop.Cursor {
	if g.pointer {
		return desktop.DefaultCursor
	}
	return desktop.HiddenCursor
}

func (g *ground) paint(c color.NRGBA) {
	g.bg.Resize(fyne.NewSize(g.b.w, g.b.h))
	if g.bg.FillColor != c {
		g.bg.FillColor = c
		g.bg.Refresh()
	}
}

// CreateRenderer puts the layers on top of each other.
func (g *ground) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: whole{g.b}, Objects: []fyne.CanvasObject{g.bg, g.b.sheet.box, g.b.banner.box}})
}

// whole gives the board the whole window.
type whole struct{ b *Board }

func (w whole) Layout(_ []fyne.CanvasObject, size fyne.Size) { w.b.resize(size) }
func (w whole) MinSize([]fyne.CanvasObject) fyne.Size        { return fyne.Size{} }
