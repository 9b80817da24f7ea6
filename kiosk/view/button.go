package view

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"

	"hallward/kiosk/flow"
	"hallward/kiosk/text/wrap"
	"hallward/kiosk/theme"
)

// kind is how a button looks.
type kind int

const (
	card    kind = iota // a choice: symbol above, name, second name, a note
	primary             // what most people want now, in the strong colour
	plain               // everything else
	nav                 // of the bottom row: symbol and word
	tab                 // of the two lists
	tabOn               // the one that is shown
)

// face is what stands on a button.
type face struct {
	kind                  kind
	symbol                string
	title, sub            string
	note, noteSymbol      string
	second                string // added to the note where it has room
	dim                   bool   // card: can be touched, but gives no number now
	aside                 bool   // symbol beside the words, not above
	roomy                 bool   // card: the symbol has its own row above the words
	touch                 flow.Touch
	arg                   string
	titleSize, symbolSize float32 // px; 0 is the kind's own
}

// button is the one thing that can be touched: large, with a symbol and words,
// and it answers a finger at once by its colour.
type button struct {
	widget.BaseWidget
	v                  *View
	ground, tile       *canvas.Rectangle
	symbol, noteSymbol *canvas.Image
	title, sub, note   *para
	face               face
	look               *theme.Look
	size               fyne.Size
	down               bool
	downTouch          flow.Touch
	downArg            string
}

var (
	_ fyne.Tappable      = (*button)(nil)
	_ desktop.Mouseable  = (*button)(nil)
	_ desktop.Hoverable  = (*button)(nil)
	_ desktop.Cursorable = (*button)(nil)
)

func newButton(v *View) *button {
	b := &button{v: v, ground: canvas.NewRectangle(nil), tile: canvas.NewRectangle(nil),
		symbol: newSymbol(), noteSymbol: newSymbol(), title: newPara(), sub: newPara(), note: newPara()}
	b.ExtendBaseWidget(b)
	return b
}

func newSymbol() *canvas.Image {
	i := &canvas.Image{FillMode: canvas.ImageFillContain}
	i.Hide()
	return i
}

// Tapped sends the touch, if the finger came down on the same thing: the page
// may have changed under it.
func (b *button) Tapped(*fyne.PointEvent) {
	if b.downTouch != "" && (b.downTouch != b.face.touch || b.downArg != b.face.arg) {
		return
	}
	b.v.emit(b.face.touch, b.face.arg)
}

// MouseDown shows that the finger is felt.
func (b *button) MouseDown(*desktop.MouseEvent) {
	b.downTouch, b.downArg = b.face.touch, b.face.arg
	b.press(true)
}

// MouseUp ends it; the touch itself is Tapped.
func (b *button) MouseUp(*desktop.MouseEvent) { b.press(false) }

// MouseIn does nothing: a finger does not hover.
func (b *button) MouseIn(*desktop.MouseEvent) {}

// MouseMoved does nothing.
func (b *button) MouseMoved(*desktop.MouseEvent) {}

// MouseOut is a finger that has slid off.
func (b *button) MouseOut() { b.press(false) }

// Cursor is hidden on a touch screen.
func (b *button) Cursor() desktop.Cursor { return b.v.cursor() }

func (b *button) press(down bool) {
	if b.down != down {
		b.down = down
		b.colour()
	}
}

func (b *button) strong() bool { return b.face.kind == primary || b.face.kind == tabOn }

// colour paints the ground for the present state.
func (b *button) colour() {
	l := b.look
	g := b.ground
	switch {
	case b.strong() && b.down:
		g.FillColor = l.StrongDeep
	case b.strong():
		g.FillColor = l.Strong
	case b.down:
		g.FillColor = l.Pressed
	case b.face.dim:
		g.FillColor = l.Ground
	default:
		g.FillColor = l.Surface
	}
	g.StrokeColor, g.StrokeWidth = l.Line, l.Px(l.Border)
	if b.strong() {
		g.StrokeColor = l.Strong
	}
	g.CornerRadius = l.Px(l.Radius)
	g.Refresh()
}

// put gives the button its face and its place.
func (b *button) put(f face, x, y, w, h float32) {
	size := fyne.NewSize(w, h)
	b.Move(fyne.NewPos(x, y))
	b.Show()
	if f == b.face && size == b.size && b.look == b.v.look {
		return
	}
	if f.touch != b.face.touch || f.arg != b.face.arg {
		b.down = false
	}
	b.face, b.size, b.look = f, size, b.v.look
	b.Resize(size)
	b.ground.Resize(size)
	b.colour()
	b.arrange()
}

func (b *button) arrange() {
	l, f := b.look, b.face
	pad := l.Px(5)
	ink, soft := l.Ink, l.Soft
	mark := l.Strong
	if b.strong() {
		ink, soft, mark = l.OnStrong, l.OnStrong, l.OnStrong
	}
	if f.dim {
		ink = l.Soft
	}
	title := style{size: l.Px(l.Label), bold: true, colour: ink, leading: 1.3, least: l.Px(l.Body), lines: 3}
	sub := style{size: l.Px(l.Body), colour: soft, leading: 1.3, lines: 2}
	note := style{size: l.Px(l.Body), colour: soft, leading: 1.3, lines: 1}
	side := l.Px(13)
	switch f.kind {
	case nav, tab, tabOn, plain:
		title.size = l.Px(l.Body)
		title.bold = f.kind != nav
		title.lines = 2
		side = l.Px(8)
		pad = l.Px(2.5)
	case primary:
		side = l.Px(12)
	}
	if f.titleSize > 0 {
		title.size = f.titleSize
		sub.size = max(sub.size, title.size*0.45)
	}
	if f.symbolSize > 0 {
		side = f.symbolSize
	}
	b.tile.Hide()
	b.noteSymbol.Hide()
	w, h := b.size.Width, b.size.Height

	if f.kind == card {
		b.arrangeCard(title, sub, note, pad, side)
		return
	}
	// Symbol and words as one block in the middle, beside or above each other.
	if f.symbol == "" {
		side = 0
	}
	gap := l.Px(2)
	if f.kind == primary || f.titleSize > 0 {
		gap = l.Px(4)
	}
	if side == 0 {
		gap = 0
	}
	title.align, sub.align = fyne.TextAlignCenter, fyne.TextAlignCenter
	inner := w - 2*pad
	for i := 0; i < 12 && !f.aside && side+gap+heightOf(f.title, title, inner)+heightOf(f.sub, sub, inner)+pad > h; i++ {
		title.size, sub.size, side = title.size*0.94, max(sub.size*0.94, l.Px(l.Body)), side*0.92
	}
	for i := 0; i < 12 && f.aside && heightOf(f.title, title, inner-side-gap)+heightOf(f.sub, sub, inner-side-gap)+pad > h; i++ {
		title.size, sub.size = max(title.size*0.94, l.Px(l.Body)), max(sub.size*0.94, l.Px(l.Body))
	}
	if f.aside {
		title.align, sub.align = fyne.TextAlignLeading, fyne.TextAlignLeading
		room := inner - side - gap
		words := min(room, max(widest(f.title, title, room), widest(f.sub, sub, room)))
		th, sh := heightOf(f.title, title, room), heightOf(f.sub, sub, room)
		left := (w - side - gap - words) / 2
		place(b.symbol, f.symbol, mark, left, (h-side)/2, side)
		y := (h - th - sh) / 2
		b.title.set(f.title, title, left+side+gap, y, words+1)
		b.sub.set(f.sub, sub, left+side+gap, y+th, words+1)
	} else {
		th, sh := heightOf(f.title, title, inner), heightOf(f.sub, sub, inner)
		y := (h - side - gap - th - sh) / 2
		place(b.symbol, f.symbol, mark, (w-side)/2, y, side)
		b.title.set(f.title, title, pad, y+side+gap, inner)
		b.sub.set(f.sub, sub, pad, y+side+gap+th, inner)
	}
	b.note.hide()
}

// tileScale is the side of the tinted tile in parts of the symbol on it.
const tileScale = 1.55

// roomy tells whether every choice of a page can have its symbol above the
// words: one page, one arrangement.
func roomy(l *theme.Look, faces []face, w, h float32) bool {
	pad := l.Px(5)
	for _, f := range faces {
		title := style{size: l.Px(l.Label), bold: true, leading: 1.3, least: l.Px(l.Body), lines: 3}
		sub := style{size: l.Px(l.Body), leading: 1.3, lines: 2}
		if 2*pad+l.Px(13)*tileScale+l.Px(3)+heightOf(f.title, title, w-2*pad)+heightOf(f.sub, sub, w-2*pad) > h {
			return false
		}
	}
	return true
}

// arrangeCard sets a choice from the upper left: symbol, name, second name; the
// note stands at the lower edge. What does not fit gives way from the second
// name upwards.
func (b *button) arrangeCard(title, sub, note style, pad, side float32) {
	l, f := b.look, b.face
	w, h := b.size.Width, b.size.Height
	x, y, room := pad, pad, w-2*pad
	noteH := func() float32 {
		if f.note == "" {
			return 0
		}
		return note.size*note.leading + l.Px(2)
	}
	tileSide := side * tileScale
	words := func() float32 { return heightOf(f.title, title, room) + heightOf(f.sub, sub, room) }
	switch {
	case f.symbol == "":
		place(b.symbol, "", l.Strong, 0, 0, 0)
	case f.roomy:
		b.tileAt(x, y, tileSide)
		place(b.symbol, f.symbol, l.Strong, x+(tileSide-side)/2, y+(tileSide-side)/2, side)
		y += tileSide + l.Px(3)
	default:
		ty := (h - tileSide) / 2
		b.tileAt(x, ty, tileSide)
		place(b.symbol, f.symbol, l.Strong, x+(tileSide-side)/2, ty+(tileSide-side)/2, side)
		x += tileSide + l.Px(4)
		room = w - x - pad
	}
	for _, give := range []func(){
		func() { title.lines = 2 },
		func() { f.sub = "" },
		func() { title.size, title.lines = l.Px(l.Body)*1.15, 3 },
		func() { f.note = "" },
		func() { title.size, y = l.Px(l.Body), min(y, l.Px(2.5)) },
	} {
		whole := len(wrap.Lines(f.title, room, measure(max(title.least, title.size*0.8), true))) <= title.lines &&
			len(wrap.Lines(f.sub, room, measure(sub.size, false))) <= sub.lines
		if whole && y+words()+noteH()+min(pad, y) <= h {
			break
		}
		give()
	}
	if x > pad { // beside the symbol: in the middle of the height
		y = (h - words()) / 2
	}
	th := b.title.set(f.title, title, x, y, room)
	if f.sub == "" {
		b.sub.hide()
	} else {
		b.sub.set(f.sub, sub, x, y+th, room)
	}
	if f.note == "" {
		b.note.hide()
		return
	}
	ny := h - pad - note.size*note.leading
	nx := pad
	if f.noteSymbol != "" {
		side := note.size * 1.05
		place(b.noteSymbol, f.noteSymbol, l.Strong, nx, ny+(note.size*note.leading-side)/2, side)
		nx += side + l.Px(2)
	}
	said := f.note
	if f.second != "" && measure(note.size, false)(said+" · "+f.second) <= w-nx-pad {
		said += " · " + f.second
	}
	b.note.set(said, note, nx, ny, w-nx-pad)
}

func (b *button) tileAt(x, y, side float32) {
	b.tile.FillColor = b.look.StrongSoft
	b.tile.CornerRadius = b.look.Px(b.look.Radius)
	b.tile.Move(fyne.NewPos(x, y))
	b.tile.Resize(fyne.NewSize(side, side))
	b.tile.Show()
	b.tile.Refresh()
}

// CreateRenderer draws the parts in the order in which they cover each other.
func (b *button) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: fixed{}, Objects: []fyne.CanvasObject{
		b.ground, b.tile, b.symbol, b.noteSymbol, b.title.box, b.sub.box, b.note.box}})
}

// fixed is a layout that leaves everything where the page has put it.
type fixed struct{}

func (fixed) Layout([]fyne.CanvasObject, fyne.Size) {}
func (fixed) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }
