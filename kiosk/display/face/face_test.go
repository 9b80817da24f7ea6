package face_test

import (
	"flag"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display/displaytest"
	"hallward/kiosk/display/face"
	"hallward/kiosk/text"
	"hallward/kiosk/theme/golden"
	"hallward/kiosk/theme/tokens"
)

var (
	update  = flag.Bool("update", false, "write the pictures of testdata again")
	picture = flag.String("pictures", "", "write full-size pictures to this `folder` instead of comparing")
)

// Screens of windows: televisions and panels, and how much smaller their golden
// pictures are.
var sizes = []struct{ w, h, shrink int }{{1920, 1080, 6}, {1080, 1920, 6}, {1024, 600, 3}, {800, 480, 3}, {480, 272, 2}}

// Each state of a window on each screen; a television's at half its pixels: the
// same page in a quarter of the time.
func TestPictures(t *testing.T) {
	test.NewTempApp(t)
	for _, z := range sizes {
		full := fmt.Sprintf("%dx%d", z.w, z.h)
		if *picture == "" && z.shrink == 6 {
			z.w, z.h, z.shrink = z.w/2, z.h/2, 3
		}
		sc := displaytest.NewFaceScreen(z.w, z.h)
		for _, s := range displaytest.Faces() {
			file := full + "-" + s.Name + ".png"
			img := sc.Draw(s.Face)
			if *picture != "" {
				golden.Write(t, filepath.Join(*picture, file), img)
				continue
			}
			golden.Compare(t, filepath.Join("testdata", file), golden.Shrink(img, z.shrink), *update)
		}
	}
}

// visible lists the texts that are shown, with their places.
func visible(o fyne.CanvasObject, at fyne.Position, found func(*canvas.Text, fyne.Position)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	switch o := o.(type) {
	case *canvas.Text:
		if strings.TrimSpace(o.Text) != "" {
			found(o, at)
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			visible(c, at, found)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			visible(c, at, found)
		}
	}
}

// box is where the signs of a text are.
type box struct{ x, y, w, h float32 }

func boxOf(t *canvas.Text, at fyne.Position) box {
	w := t.MinSize().Width
	b := box{at.X, at.Y + (t.Size().Height-t.TextSize*0.8)/2, w, t.TextSize * 0.8}
	switch t.Alignment {
	case fyne.TextAlignCenter:
		b.x += (t.Size().Width - w) / 2
	case fyne.TextAlignTrailing:
		b.x += t.Size().Width - w
	}
	return b
}

func (b box) over(c box) bool {
	return b.x < c.x+c.w && c.x < b.x+b.w && b.y < c.y+c.h && c.y < b.y+b.h
}

// Every text stands on the screen and over no other, none is cut, and none is
// smaller than what can be read: from some metres off on a television, from the
// counter on a panel.
func TestTexts(t *testing.T) {
	test.NewTempApp(t)
	least := map[int]float32{1920: 27, 1080: 27, 1024: 14, 800: 11, 480: 11}
	for _, z := range sizes {
		sc := displaytest.NewFaceScreen(z.w, z.h)
		for _, s := range displaytest.Faces() {
			sc.Face.Show(s.Face)
			sc.Face.LineObject().Hide() // the running line leaves the screen: that is its work
			name := fmt.Sprintf("%dx%d %s", z.w, z.h, s.Name)
			var texts []string
			var boxes []box
			visible(sc.Face.Object(), fyne.Position{}, func(x *canvas.Text, at fyne.Position) {
				b := boxOf(x, at)
				if b.x < 0 || b.y < 0 || b.x+b.w > float32(z.w) || b.y+b.h > float32(z.h) {
					t.Errorf("%s: %q is off the screen: %+v", name, x.Text, b)
				}
				if at.X+x.Size().Width+1 < b.x+b.w {
					t.Errorf("%s: %q leaves its column: %+v", name, x.Text, b)
				}
				if strings.HasSuffix(x.Text, "…") {
					t.Errorf("%s: %q is cut", name, x.Text)
				}
				if x.TextSize < least[z.w] {
					t.Errorf("%s: %q has a size of %.1f", name, x.Text, x.TextSize)
				}
				for i, c := range boxes {
					if b.over(c) {
						t.Errorf("%s: %q over %q", name, x.Text, texts[i])
					}
				}
				texts, boxes = append(texts, x.Text), append(boxes, b)
			})
			sc.Face.LineObject().Show()
			if len(texts) < 4 {
				t.Errorf("%s: only %d texts", name, len(texts))
			}
		}
	}
}

// Numbers of 1 to 5 characters and windows of 1 to 3 are shown whole, and large:
// a number takes a fifth of the screen's height at least.
func TestNumbersAreWhole(t *testing.T) {
	test.NewTempApp(t)
	for _, z := range sizes {
		sc := displaytest.NewFaceScreen(z.w, z.h)
		for _, number := range []string{"7", "A1", "W88", "A001", "W8888", "M0000"} {
			for _, label := range []string{"3", "12", "128", "A16"} {
				s := displaytest.Window(func(w *contract.WindowView) { w.Label, w.Number, w.Ticket = label, number, "called" })
				sc.Face.Show(s.Face("w03", displaytest.Morning, displaytest.Zone))
				shown := map[string]float32{}
				visible(sc.Face.Object(), fyne.Position{}, func(x *canvas.Text, at fyne.Position) {
					if b := boxOf(x, at); b.x >= 0 && b.x+b.w <= float32(z.w) && x.MinSize().Width <= x.Size().Width+1 {
						shown[x.Text] = max(shown[x.Text], x.TextSize)
					}
				})
				if shown[number] < 0.2*min(float32(z.h), float32(z.w)) || shown[label] < 0.06*min(float32(z.h), float32(z.w)) {
					t.Errorf("%dx%d: number %q has a size of %.0f, window %q of %.0f", z.w, z.h, number, shown[number], label, shown[label])
				}
			}
		}
	}
}

// R-WIN-02: without a photo a figure stands in its place; a photo that comes
// later takes it, and goes with its person.
func TestPhotoComesLater(t *testing.T) {
	test.NewTempApp(t)
	var photo image.Image
	f := face.New(false, func(string) image.Image { return photo })
	sc := test.NewTempWindow(t, f.Object())
	sc.SetPadded(false)
	sc.Resize(fyne.NewSize(800, 480))
	m := displaytest.Window(nil).Face("w03", displaytest.Morning, displaytest.Zone)
	count := func() (n int) {
		var walk func(fyne.CanvasObject)
		walk = func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *canvas.Image:
				if o.Visible() && o.Image != nil && o.Image == photo {
					n++
				}
			case *fyne.Container:
				for _, c := range o.Objects {
					walk(c)
				}
			case fyne.Widget:
				for _, c := range test.WidgetRenderer(o).Objects() {
					walk(c)
				}
			}
		}
		walk(f.Object())
		return n
	}
	f.Show(m)
	if count() != 0 {
		t.Error("there is a photo")
	}
	photo = image.NewRGBA(image.Rect(0, 0, 30, 40))
	f.Show(m)
	if count() != 1 {
		t.Error("the photo that has come is not shown")
	}
	m.Person = nil
	f.Show(m)
	if count() != 0 {
		t.Error("the photo of a person who has left stays")
	}
}

// 5,000 changes make no new objects: memory stays flat.
func TestObjectsAreReused(t *testing.T) {
	test.NewTempApp(t)
	sc := displaytest.NewFaceScreen(480, 272)
	samples := displaytest.Faces()
	count := func() int {
		n := 0
		var walk func(fyne.CanvasObject)
		walk = func(o fyne.CanvasObject) {
			n++
			switch o := o.(type) {
			case *fyne.Container:
				for _, c := range o.Objects {
					walk(c)
				}
			case fyne.Widget:
				for _, c := range test.WidgetRenderer(o).Objects() {
					walk(c)
				}
			}
		}
		walk(sc.Face.Object())
		return n
	}
	first := 0
	for i := range 5000 {
		m := samples[i%len(samples)].Face
		if m.Number != "" {
			m.Number = fmt.Sprintf("A%03d", i%1000)
		}
		sc.Face.Show(m)
		sc.Face.Step(0.03)
		if i == 2*len(samples) {
			first = count()
		}
	}
	if now := count(); now != first {
		t.Errorf("after 5,000 changes there are %d objects, at first %d", now, first)
	}
}

// R-VOICE-03, R-KIOSK-22: the fixed words are polite and in both languages.
func TestWords(t *testing.T) {
	for _, w := range face.Words() {
		if w.ZH == "" || w.EN == "" || text.Offends(w.ZH) != "" || text.Offends(w.EN) != "" {
			t.Errorf("%+v", w)
		}
	}
}

// The party badge is white on red that can be read.
func TestBadgeContrast(t *testing.T) {
	p := tokens.Light("")
	if c := tokens.Contrast(p.Surface, p.Bad); c < 7 {
		t.Errorf("contrast %.1f, want 7", c)
	}
}
