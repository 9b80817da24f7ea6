// Package view draws a flow.State with Fyne and turns touches into events. It
// decides nothing: what can be touched, and what is said, comes from the state.
//
// Each screen has one tree of objects that is kept and changed in place, since
// freshly built pages cost memory that Fyne does not give back. Everything is
// placed in physical sizes (theme.Look), so that a screen of another size or
// dpi keeps targets and capitals as large as people need them.
package view

import (
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
	"github.com/skip2/go-qrcode"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/theme"
	"hallward/kiosk/theme/tokens"
)

// Options are the settings of one screen.
type Options struct {
	DPI     float64 // pixels an inch; 0 is the reference screen's 101.6
	Pointer bool    // show the mouse pointer: for a desk, not for a kiosk
	// QR is what a phone reads from the code of a ticket on the screen; nil is
	// the hall's address and the ticket's id.
	QR func(contract.Ticket) string
}

// View is the face of one kiosk.
type View struct {
	opts  Options
	emit  func(flow.Touch, string)
	root  *fyne.Container
	floor *floor
	stage map[flow.Screen]*stage
	look  *theme.Look
	looks map[lookKey]*theme.Look
	state flow.State
	shown flow.Screen
	size  fyne.Size
	qr    *canvas.Image
	qrOf  string
	zone  *time.Location
	named string // of zone
}

type lookKey struct {
	v      tokens.Variant
	colour string
}

// New is a view that sends every touch to emit, on Fyne's goroutine.
func New(emit func(t flow.Touch, arg string), o Options) *View {
	v := &View{opts: o, emit: emit, stage: map[flow.Screen]*stage{}, looks: map[lookKey]*theme.Look{}}
	v.look = v.lookFor(tokens.Variant{}, "")
	v.floor = newFloor(v)
	v.qr = &canvas.Image{FillMode: canvas.ImageFillContain, ScaleMode: canvas.ImageScalePixels}
	v.root = container(v.floor)
	v.root.Layout = (*whole)(v)
	return v
}

// Object is what a window shows.
func (v *View) Object() fyne.CanvasObject { return v.root }

// Theme is the Fyne theme that belongs to the view.
func (v *View) Theme() fyne.Theme { return theme.New(v.look) }

// Show draws a state. It must run on Fyne's goroutine.
func (v *View) Show(s flow.State) {
	v.state = s
	v.look = v.lookFor(tokens.Variant{Large: s.Large}, s.Catalogue.Hall.Colour)
	v.draw()
}

func (v *View) lookFor(va tokens.Variant, colour string) *theme.Look {
	k := lookKey{va, colour}
	if v.looks[k] == nil {
		v.looks[k] = theme.NewLook(va, colour, v.opts.DPI)
	}
	return v.looks[k]
}

func (v *View) draw() {
	if v.size.Width == 0 || v.state.Screen == "" {
		return
	}
	face := v.state.Face()
	st := v.stage[face]
	if st == nil {
		st = newStage(v)
		v.stage[face] = st
		v.root.Add(st.box)
	}
	if face != v.shown {
		for f, other := range v.stage {
			if f != face {
				other.box.Hide()
			}
		}
		v.shown = face
		st.box.Show()
	}
	v.floor.paint()
	st.begin()
	pages[face](&page{stage: st, v: v, s: v.state, l: v.look, w: v.size.Width, h: v.size.Height, lang: v.state.Lang})
	st.end()
}

var pages = map[flow.Screen]func(*page){
	flow.Attract: attract, flow.Home: home, flow.Top: home, flow.Services: home,
	flow.Help: help, flow.Taking: busy, flow.Printing: busy, flow.Noting: busy,
	flow.Done: done, flow.Unprinted: unprinted, flow.Trouble: trouble, flow.Idle: idle,
	flow.Classes: classes, flow.Laying: laying, flow.Keypad: keypad, flow.Basket: basket, flow.Info: info,
	flow.Holding: holding, flow.Status: holding, flow.Asking: busy,
	flow.Visit: visit, flow.Found: offers, flow.Bookable: offers, flow.Days: offers, flow.Hours: offers,
	flow.Holder: holder, flow.Booked: booked,
}

func (v *View) cursor() desktop.Cursor {
	if v.opts.Pointer {
		return desktop.DefaultCursor
	}
	return desktop.HiddenCursor
}

// whole gives the view the whole window and draws again when it changes.
type whole View

func (w *whole) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	v := (*View)(w)
	v.floor.Resize(size)
	if size != v.size {
		v.size = size
		v.draw()
	}
}

func (w *whole) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// floor lies under everything: the ground colour, the hidden pointer, and on
// the attract screen a touch anywhere.
type floor struct {
	widget.BaseWidget
	v    *View
	rect *canvas.Rectangle
}

func newFloor(v *View) *floor {
	f := &floor{v: v, rect: canvas.NewRectangle(v.look.Ground)}
	f.ExtendBaseWidget(f)
	return f
}

func (f *floor) paint() {
	if f.rect.FillColor != f.v.look.Ground {
		f.rect.FillColor = f.v.look.Ground
		f.rect.Refresh()
	}
}

func (f *floor) Tapped(*fyne.PointEvent) {
	if f.v.state.Face() == flow.Attract {
		f.v.emit(flow.Start, "")
	}
}

func (f *floor) Cursor() desktop.Cursor { return f.v.cursor() }

func (f *floor) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(f.rect) }

// code is the two-dimensional code of the ticket, drawn once for each ticket.
func (v *View) code(t contract.Ticket) image.Image {
	data := v.state.Catalogue.Hall.QRBase + t.Ticket
	if v.opts.QR != nil {
		data = v.opts.QR(t)
	}
	if data != v.qrOf {
		v.qrOf = data
		v.qr.Image = nil
		if q, err := qrcode.New(data, qrcode.Medium); err == nil {
			v.qr.Image = q.Image(-8)
		}
		v.qr.Refresh()
	}
	return v.qr.Image
}

// local is a time on the hall's clock.
func (v *View) local(t time.Time) time.Time {
	if v.zone == nil || v.named != v.state.Calendar.Zone {
		v.named = v.state.Calendar.Zone
		loc, err := time.LoadLocation(v.named)
		if err != nil || v.named == "" {
			loc = time.FixedZone("CST", 8*60*60) // Beijing time, for all of China
		}
		v.zone = loc
	}
	return t.In(v.zone)
}
