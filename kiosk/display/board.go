// Package display draws the call board (叫号屏): the calls in large type with the
// newest on top, how many wait for what, the clock and a running line of
// notices. What it shows comes from kiosk/display/model; here are only the
// places, sizes and colours.
package display

import (
	"image/color"
	"reflect"
	"strings"

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

// Step moves the running line on by so many seconds; it says whether there is
// anything to move.
func (b *Board) Step(seconds float32) bool { return b.banner.step(seconds, b.w, 110*b.u) }

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

func (b *Board) draw() {
	if b.w == 0 {
		return
	}
	b.drawn = true
	b.root.paint(b.look.Ground)
	b.sheet.begin()
	b.header()
	foot := b.footer()
	m := 48 * b.u
	top := 150*b.u + m*0.75
	if b.wide() {
		right := 600 * b.u
		b.calls(m, top, b.w-right-3*m, foot-top-m*0.75)
		b.counts(b.w-right-m, top, right, foot-top-m*0.75)
	} else {
		calls := (foot - top) * 0.62
		b.calls(m, top, b.w-2*m, calls-m/2)
		b.counts(m, top+calls, b.w-2*m, foot-top-calls-m*0.75)
	}
	b.sheet.end()
}

func (b *Board) header() {
	u, l, s := b.u, b.look, b.last
	b.sheet.rect(0, 0, b.w, 150*u, l.Strong, l.Strong, 0, 0)
	m := 48 * u
	clock := 420 * u
	name := font{size: 54 * u, least: 34 * u, bold: true, colour: l.OnStrong}
	if s.Name.EN == "" {
		b.sheet.line(s.Name.ZH, name, m, 75*u, b.w-clock-2*m)
	} else {
		b.sheet.line(s.Name.ZH, name, m, 56*u, b.w-clock-2*m)
		b.sheet.line(s.Name.EN, font{size: 30 * u, least: 22 * u, colour: l.OnStrong}, m, 113*u, b.w-clock-2*m)
	}
	b.sheet.line(s.Clock, font{size: 76 * u, least: 76 * u, bold: true, colour: l.OnStrong, align: fyne.TextAlignTrailing}, b.w-clock-m, 56*u, clock)
	b.sheet.line(s.Date, font{size: 30 * u, least: 20 * u, colour: l.OnStrong, align: fyne.TextAlignTrailing}, b.w-clock-m, 115*u, clock)
}

// footer is the running line, or what is wrong with the link, and the phones;
// it returns where it begins.
func (b *Board) footer() float32 {
	u, l, s := b.u, b.look, b.last
	strip := 88 * u
	y := b.h - strip
	if s.Link != "" {
		b.sheet.rect(0, y, b.w, strip, l.AlertSoft, l.Alert, 3*u, 0)
		b.sheet.line("注意："+s.Link, font{size: 38 * u, least: 24 * u, bold: true, colour: l.Ink, align: fyne.TextAlignCenter}, 48*u, y+strip/2, b.w-96*u)
		b.banner.set("", 0, 0, 0, l.Ink)
	} else {
		b.sheet.rect(0, y, b.w, strip, l.StrongSoft, l.StrongSoft, 0, 0)
		b.banner.set(s.Notice, 40*u, y+strip/2, b.w, l.Ink)
	}
	phones := 56 * u
	y -= phones
	if s.Phones[0] != "" {
		f := font{size: 30 * u, least: 22 * u, colour: l.Soft}
		b.sheet.line("咨询电话 "+s.Phones[0], f, 48*u, y+phones/2-4*u, b.w/2-48*u)
		f.align = fyne.TextAlignTrailing
		b.sheet.line("监督投诉电话 "+s.Phones[1], f, b.w/2, y+phones/2-4*u, b.w/2-48*u)
	}
	return y
}

// calls are the call in large type and those before it.
func (b *Board) calls(x, y, w, h float32) {
	u, l, s := b.u, b.look, b.last
	if s.Hero == nil {
		b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, 18*u)
		b.sheet.line(s.Quiet.ZH, font{size: 96 * u, least: 48 * u, bold: true, colour: l.Strong, align: fyne.TextAlignCenter}, x+40*u, y+h/2-40*u, w-80*u)
		b.sheet.line(s.Quiet.EN, font{size: 44 * u, least: 28 * u, colour: l.Soft, align: fyne.TextAlignCenter}, x+40*u, y+h/2+60*u, w-80*u)
		return
	}
	hero := 330 * u
	b.hero(x, y, w, hero)
	bottom := y + h
	y += hero + 20*u
	row := 76 * u
	for i, c := range s.Lines {
		top := y + float32(i)*row
		if top+row > bottom {
			break
		}
		b.call(c, x, top, w, row)
	}
}

// hero is the newest call. While it is announced it changes between two
// pictures that differ in colour and in shape.
func (b *Board) hero(x, y, w, h float32) {
	u, l, c := b.u, b.look, *b.last.Hero
	fill, ink, soft, edge, mark := l.Surface, l.Strong, l.Soft, l.Strong, ""
	stroke := 4 * u
	switch {
	case b.last.Flash && b.last.Lit:
		fill, ink, soft, mark = l.Strong, l.OnStrong, l.OnStrong, "→"
	case b.last.Flash:
		stroke, mark = 14*u, "→"
	case c.Over:
		ink, edge, stroke = l.Soft, l.Line, 2*u
	}
	b.sheet.rect(x, y, w, h, fill, edge, stroke, 18*u)
	half := w * 0.5
	b.sheet.line(c.Number, font{size: 200 * u, least: 90 * u, bold: true, colour: ink, align: fyne.TextAlignCenter}, x+40*u, y+h/2-6*u, half-104*u)
	b.sheet.line(mark, font{size: 84 * u, least: 84 * u, bold: true, colour: ink, align: fyne.TextAlignCenter}, x+half-50*u, y+h/2, 100*u)
	right, rw := x+half+64*u, half-96*u
	b.sheet.line(c.State.ZH+"  "+c.State.EN, font{size: 40 * u, least: 26 * u, colour: soft}, right, y+62*u, rw)
	b.sheet.line(c.Window.ZH, font{size: 104 * u, least: 56 * u, bold: true, colour: ink}, right, y+h/2+4*u, rw)
	b.sheet.line(c.Window.EN, font{size: 44 * u, least: 28 * u, colour: soft}, right, y+h-58*u, rw)
}

// call is one of the calls before.
func (b *Board) call(c model.Line, x, y, w, h float32) {
	u, l := b.u, b.look
	ink := l.Ink
	if c.Over {
		ink = l.Soft
	}
	b.sheet.rect(x, y+h-2*u, w, 2*u, l.Hair, l.Hair, 0, 0)
	b.sheet.line(c.Number, font{size: 56 * u, least: 34 * u, bold: !c.Over, colour: ink}, x+24*u, y+h/2, w*0.24)
	b.sheet.line(strings.TrimSpace(c.Window.ZH+"  "+c.Window.EN), font{size: 44 * u, least: 26 * u, colour: ink}, x+w*0.28, y+h/2, w*0.44)
	b.sheet.line(c.State.ZH, font{size: 40 * u, least: 26 * u, colour: ink, align: fyne.TextAlignTrailing}, x+w*0.74, y+h/2, w*0.26-24*u)
}

// counts are the queues.
func (b *Board) counts(x, y, w, h float32) {
	u, l, s := b.u, b.look, b.last
	b.sheet.rect(x, y, w, h, l.Surface, l.Hair, 2*u, 18*u)
	pad := 32 * u
	b.sheet.line("等候人数 Waiting", font{size: 36 * u, least: 24 * u, bold: true, colour: l.Ink}, x+pad, y+56*u, w-2*pad-150*u)
	b.sheet.line(itoa(s.Total), font{size: 80 * u, least: 40 * u, bold: true, colour: l.Strong, align: fyne.TextAlignTrailing}, x+w-pad-240*u, y+56*u, 240*u)
	top := y + 112*u
	b.sheet.rect(x+pad, top, w-2*pad, 2*u, l.Hair, l.Hair, 0, 0)
	top += 8 * u
	if len(s.Counts) == 0 {
		b.sheet.line("目前无人等候", font{size: 40 * u, least: 26 * u, colour: l.Soft, align: fyne.TextAlignCenter}, x+pad, top+90*u, w-2*pad)
		b.sheet.line("Nobody is waiting", font{size: 30 * u, least: 22 * u, colour: l.Soft, align: fyne.TextAlignCenter}, x+pad, top+146*u, w-2*pad)
		return
	}
	row := 80 * u
	for i, c := range s.Counts {
		at := top + float32(i)*row
		if at+row > y+h-16*u {
			break
		}
		b.sheet.line(c.Name.ZH, font{size: 36 * u, least: 26 * u, colour: l.Ink}, x+pad, at+30*u, w-2*pad-110*u)
		second := c.Name.EN
		if c.Wait != "" {
			second = c.Wait
		}
		b.sheet.line(second, font{size: 26 * u, least: 20 * u, colour: l.Soft}, x+pad, at+64*u, w-2*pad-110*u)
		b.sheet.line(itoa(c.Waiting), font{size: 52 * u, least: 36 * u, bold: true, colour: l.Ink, align: fyne.TextAlignTrailing}, x+w-pad-110*u, at+row/2, 110*u)
	}
}

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
