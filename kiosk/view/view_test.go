package view_test

import (
	"fmt"
	"image/color"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"hallward/kiosk/flow"
	"hallward/kiosk/theme/tokens"
	"hallward/kiosk/view"
	"hallward/kiosk/view/viewtest"
)

// half is the reference screen at half its dpi, as in the picture tests.
func half(t *testing.T, emit func(flow.Touch, string)) *viewtest.Screen {
	t.Helper()
	test.NewTempApp(t)
	return viewtest.NewScreen(emit, portrait.w/2, portrait.h/2, view.Options{DPI: tokens.ReferenceDPI / 2})
}

func samples(lang string) map[string]flow.State {
	m := map[string]flow.State{}
	for _, s := range viewtest.Samples(viewtest.Hall(), lang, false) {
		m[s.Name] = s.State
	}
	return m
}

// walk visits every visible object with its place on the screen.
func walk(o fyne.CanvasObject, at fyne.Position, visit func(fyne.CanvasObject, fyne.Position)) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	visit(o, at)
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			walk(c, at, visit)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			walk(c, at, visit)
		}
	}
}

// middles are the middles of everything that can be touched.
func middles(sc *viewtest.Screen) []fyne.Position {
	var out []fyne.Position
	walk(sc.Canvas().Content(), fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		if _, ok := o.(fyne.Tappable); ok {
			out = append(out, at.AddXY(o.Size().Width/2, o.Size().Height/2))
		}
	})
	return out
}

// A touch in the middle of each target sends what the state offers, and on the
// attract screen a touch anywhere begins.
func TestTouches(t *testing.T) {
	got := map[string]bool{}
	sc := half(t, func(touch flow.Touch, arg string) { got[string(touch)+" "+arg] = true })
	for name, s := range samples(flow.Chinese) {
		clear(got)
		sc.View.Show(s)
		for _, at := range middles(sc) {
			test.TapCanvas(sc.Canvas(), at)
		}
		want := map[string]bool{}
		for _, o := range s.Offers() {
			switch o {
			case flow.Unit:
				for _, u := range s.UnitsShown() {
					want["unit "+u.ID] = true
				}
			case flow.Service, flow.Book:
				if o == flow.Book && s.Screen != flow.Bookable {
					want["book "] = true
					continue
				}
				for _, v := range s.ServicesShown() {
					want[string(o)+" "+v.ID] = true
				}
			case flow.Class:
				want["class "] = true // none
				for _, c := range s.ClassesShown() {
					want["class "+c.ID] = true
				}
			case flow.Remove:
				for _, id := range s.Chosen {
					want["remove "+id] = true
				}
			case flow.Key:
				for _, k := range append(s.Keys(), flow.EraseKey) {
					want["key "+k] = true
				}
			case flow.Pick:
				for _, a := range s.FoundShown() {
					want["pick "+a.Appointment] = true
				}
			case flow.OnDay:
				for _, d := range s.DaysShown() {
					want["day "+d.Day] = true
				}
			case flow.AtTime:
				for _, c := range s.HoursShown() {
					want["time "+flow.SlotArg(c)] = true
				}
			default:
				want[string(o)+" "] = true
			}
		}
		for w := range want {
			if !got[w] {
				t.Errorf("%s: %q is offered, and no touch sends it: %v", name, w, got)
			}
		}
	}
}

// A finger is answered by the colour under it, and not by a long press, a
// second finger or a slide; a page that changes under it does not make another
// choice of the touch.
func TestPressed(t *testing.T) {
	var sent []string
	sc := half(t, func(touch flow.Touch, arg string) { sent = append(sent, fmt.Sprint(touch, arg)) })
	all := samples(flow.Chinese)
	sc.View.Show(all["services"])
	o := button(t, sc)
	ground := groundOf(t, o)
	before := ground.FillColor
	press := &desktop.MouseEvent{Button: desktop.MouseButtonPrimary}
	o.(desktop.Mouseable).MouseDown(press)
	if c := tokens.Contrast(ground.FillColor.(color.NRGBA), before.(color.NRGBA)); c < 1.15 {
		t.Errorf("pressed differs by %.2f:1 only", c)
	}
	o.(desktop.Hoverable).MouseOut()
	if ground.FillColor != before {
		t.Error("a finger that has slid off still presses")
	}
	o.(desktop.Mouseable).MouseDown(press)
	sc.View.Show(all["top"])
	sc.View.Show(next(all["services"]))
	o.(desktop.Mouseable).MouseUp(press)
	o.(fyne.Tappable).Tapped(&fyne.PointEvent{})
	if len(sent) != 0 {
		t.Errorf("the page changed under the finger, and it sent %v", sent)
	}
	if _, long := o.(fyne.SecondaryTappable); long {
		t.Error("a long press does something")
	}
	if _, typed := o.(fyne.Focusable); typed {
		t.Error("a key can reach a button")
	}
}

func next(s flow.State) flow.State {
	s, _ = s.Next(s.Now, flow.Tap{Touch: flow.NextPage})
	return s
}

// button is the first choice of the page.
func button(t *testing.T, sc *viewtest.Screen) fyne.CanvasObject {
	t.Helper()
	var found fyne.CanvasObject
	walk(sc.Canvas().Content(), fyne.Position{}, func(o fyne.CanvasObject, at fyne.Position) {
		if _, ok := o.(desktop.Mouseable); ok && at.Y < 300 && found == nil && at.Y > 100 {
			found = o
		}
	})
	if found == nil {
		t.Fatal("no choice on the page")
	}
	return found
}

func groundOf(t *testing.T, o fyne.CanvasObject) *canvas.Rectangle {
	t.Helper()
	var r *canvas.Rectangle
	walk(o, fyne.Position{}, func(o fyne.CanvasObject, _ fyne.Position) {
		if x, ok := o.(*canvas.Rectangle); ok && r == nil {
			r = x
		}
	})
	if r == nil {
		t.Fatal("a button without a ground")
	}
	return r
}

// Pages are kept and changed in place: after every screen has been seen twice,
// more rounds make no new object.
func TestObjectsAreReused(t *testing.T) {
	sc := half(t, nil)
	count := func() int {
		n := 0
		var all func(o fyne.CanvasObject)
		all = func(o fyne.CanvasObject) {
			n++
			if c, ok := o.(*fyne.Container); ok {
				for _, x := range c.Objects {
					all(x)
				}
			}
			if w, ok := o.(fyne.Widget); ok {
				for _, x := range test.WidgetRenderer(w).Objects() {
					all(x)
				}
			}
		}
		all(sc.Canvas().Content())
		return n
	}
	both := []map[string]flow.State{samples(flow.Chinese), samples(flow.English)}
	round := func() {
		for _, m := range both {
			for _, s := range m {
				sc.View.Show(s)
			}
		}
	}
	round()
	round()
	before := count()
	for range 5 {
		round()
	}
	if after := count(); after != before {
		t.Errorf("%d objects became %d", before, after)
	}
}
