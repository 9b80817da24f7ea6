package display

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Ground lies under everything that a display shows, fills the window, takes no
// touch and hides the pointer.
type Ground struct {
	widget.BaseWidget
	pointer bool
	bg      *canvas.Rectangle
	layers  []fyne.CanvasObject
	resize  func(fyne.Size)
}

// NewGround is a ground with layers on it; resize is told the size of the
// window, and pointer shows the mouse, for a desk.
func NewGround(pointer bool, resize func(fyne.Size), layers ...fyne.CanvasObject) *Ground {
	g := &Ground{pointer: pointer, bg: canvas.NewRectangle(color.NRGBA{}), layers: layers, resize: resize}
	g.ExtendBaseWidget(g)
	return g
}

var _ desktop.Cursorable = (*Ground)(nil)

// Cursor hides the mouse on a wall.
func (g *Ground) Cursor() desktop.Cursor {
	if g.pointer {
		return desktop.DefaultCursor
	}
	return desktop.HiddenCursor
}

// Paint gives the ground its colour. Where the theme's background has it
// already, nothing is drawn: a whole screen less in each frame.
func (g *Ground) Paint(c color.NRGBA) {
	if fyne.CurrentApp().Settings().Theme().Color(theme.ColorNameBackground, theme.VariantLight) == color.Color(c) {
		g.bg.Hide()
		return
	}
	g.bg.Show()
	g.bg.Resize(g.Size())
	if g.bg.FillColor != c {
		g.bg.FillColor = c
		g.bg.Refresh()
	}
}

// CreateRenderer puts the layers on top of each other.
func (g *Ground) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: whole(g.resize), Objects: append([]fyne.CanvasObject{g.bg}, g.layers...)})
}

// whole gives a display the whole window.
type whole func(fyne.Size)

func (w whole) Layout(_ []fyne.CanvasObject, size fyne.Size) { w(size) }
func (w whole) MinSize([]fyne.CanvasObject) fyne.Size        { return fyne.Size{} }
