// Package face draws the display of one window (窗口屏): which window it is,
// who sits there now with photo, name and post, the number that is called or
// served, and in words what the voice says. What it shows comes from
// kiosk/display/model; here are only the places, sizes and colours.
//
// The display hangs over its counter or stands on it, from a panel of 480×272
// to a television, upright or not. Its sizes are parts of the screen; small
// panels, which are read from near, have a plan of their own with less on it
// and larger type.
package face

import (
	"image"
	"reflect"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display"
	"hallward/kiosk/display/model"
	"hallward/kiosk/theme"
	"hallward/kiosk/theme/tokens"
)

// Face is the display of one window. All methods must run on Fyne's goroutine.
type Face struct {
	root   *display.Ground
	paper  *display.Paper
	look   *theme.Look
	colour string
	photos func(name string) image.Image

	last  model.Face
	photo image.Image // of the person in last
	drawn bool
	plan  plan
	w, h  float32
}

// New is a display; pointer shows the mouse, for a desk. photos finds the
// picture of a name and must not wait: nil is drawn as a placeholder until
// another Show.
func New(pointer bool, photos func(name string) image.Image) *Face {
	f := &Face{paper: display.NewPaper(), photos: photos, look: theme.NewLook(tokens.Variant{}, "", 0)}
	f.root = display.NewGround(pointer, f.resize, f.paper.Layers()...)
	return f
}

// Object is what a window shows.
func (f *Face) Object() fyne.CanvasObject { return f.root }

// Theme is the Fyne theme that belongs to the display.
func (f *Face) Theme() fyne.Theme { return theme.New(f.look) }

// Colour sets the hall's strong colour.
func (f *Face) Colour(c string) {
	if c == f.colour {
		return
	}
	f.colour = c
	f.look = theme.NewLook(tokens.Variant{}, c, 0)
	f.drawn = false
}

// Show draws what there is to show, if it differs from the last.
func (f *Face) Show(m model.Face) {
	var photo image.Image
	if m.Person != nil && m.Person.Photo != "" && f.photos != nil {
		photo = f.photos(m.Person.Photo)
	}
	if f.drawn && photo == f.photo && reflect.DeepEqual(m, f.last) {
		return
	}
	f.last, f.photo = m, photo
	f.draw()
}

// Step moves the running line on by so many seconds; it says whether the line
// is moving and wants the next frame.
func (f *Face) Step(seconds float32) bool { return f.paper.Step(seconds, 70*f.plan.u) }

// Page shows the running line page by page instead of moving it.
func (f *Face) Page(on bool) { f.paper.Page(on) }

func (f *Face) resize(size fyne.Size) {
	if size.Width == f.w && size.Height == f.h {
		return
	}
	f.w, f.h = size.Width, size.Height
	f.plan = planFor(f.w, f.h)
	f.draw()
}
