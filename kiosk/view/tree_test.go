package view

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hallward/kiosk/flow"
	"hallward/kiosk/theme/tokens"
)

// found is one thing that a page shows, with its place on the screen in mm.
type found struct {
	what           string
	button         *button // the button itself, or the one that the text is on
	text           *canvas.Text
	x, y, w, h, px float64
}

func (f found) String() string {
	return fmt.Sprintf("%s at %.0f,%.0f %.0f×%.0f mm", f.what, f.x, f.y, f.w, f.h)
}

func (f found) apart(g found, gap float64) bool {
	const slack = 0.3 // of a pixel that is cut in two
	gap -= slack
	return f.x+f.w+gap <= g.x || g.x+g.w+gap <= f.x || f.y+f.h+gap <= g.y || g.y+g.h+gap <= f.y
}

func (f found) within(x, y, w, h float64) bool {
	const slack = 0.5
	return f.x >= x-slack && f.y >= y-slack && f.x+f.w <= x+w+slack && f.y+f.h <= y+h+slack
}

// collect lists the visible buttons and texts. A text counts with the box of
// its letters, not with the room that the font reserves around them.
func collect(o fyne.CanvasObject, at fyne.Position, on *button, px float64) (buttons, texts []found) {
	if !o.Visible() {
		return nil, nil
	}
	at = at.Add(o.Position())
	switch o := o.(type) {
	case *button:
		f := found{what: fmt.Sprintf("button %s %q", o.face.touch, o.face.title), button: o, x: float64(at.X) / px, y: float64(at.Y) / px,
			w: float64(o.Size().Width) / px, h: float64(o.Size().Height) / px}
		buttons = append(buttons, f)
		for _, c := range []fyne.CanvasObject{o.title.box, o.sub.box, o.note.box} {
			_, t := collect(c, at, o, px)
			texts = append(texts, t...)
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			b, t := collect(c, at, on, px)
			buttons, texts = append(buttons, b...), append(texts, t...)
		}
	case *canvas.Text:
		if strings.TrimSpace(o.Text) == "" {
			return nil, nil
		}
		w, left := float64(o.MinSize().Width), float64(at.X)
		switch o.Alignment {
		case fyne.TextAlignCenter:
			left += (float64(o.Size().Width) - w) / 2
		case fyne.TextAlignTrailing:
			left += float64(o.Size().Width) - w
		}
		letters := float64(o.TextSize) * 0.9
		top := float64(at.Y) + (float64(o.Size().Height)-letters)/2
		texts = append(texts, found{what: fmt.Sprintf("text %q", o.Text), button: on, text: o,
			x: left / px, y: top / px, w: w / px, h: letters / px})
	}
	return buttons, texts
}

// everyPage draws each sample on each screen in each language and text size.
func everyPage(t *testing.T, check func(t *testing.T, v *View, buttons, texts []found, w, h float64)) {
	test.NewTempApp(t)
	samples := samplesForTree
	for _, size := range []fyne.Size{fyne.NewSize(1080, 1920), fyne.NewSize(1920, 1080)} {
		for _, lang := range []string{flow.Chinese, flow.English} {
			for _, large := range []bool{false, true} {
				v := New(func(flow.Touch, string) {}, Options{})
				fyne.CurrentApp().Settings().SetTheme(v.Theme())
				v.root.Resize(size)
				v.root.Layout.Layout(nil, size)
				for name, s := range samples(lang, large) {
					t.Run(fmt.Sprintf("%.0f-%s-large=%v-%s", size.Width, lang, large, name), func(t *testing.T) {
						v.Show(s)
						px := tokens.PxPerMM(0)
						buttons, texts := collect(v.root, fyne.Position{}, nil, px)
						if len(texts) == 0 {
							t.Fatal("the page is empty")
						}
						check(t, v, buttons, texts, float64(size.Width)/px, float64(size.Height)/px)
					})
				}
			}
		}
	}
}

// R-ACC-03, kiosk-ui: touch targets of 20 mm (25 in large text), main choices of
// 25 mm (35) and 8 mm apart, other targets apart, everything on the screen.
func TestTargets(t *testing.T) {
	everyPage(t, func(t *testing.T, v *View, buttons, _ []found, w, h float64) {
		least, choice := 20.0, 25.0
		if v.state.Large {
			least, choice = 25, 35
		}
		for i, b := range buttons {
			if b.w < least || b.h < least {
				t.Errorf("%v: smaller than %.0f mm", b, least)
			}
			if (b.button.face.kind == card || b.button.face.kind == primary) && b.h < choice {
				t.Errorf("%v: a main choice lower than %.0f mm", b, choice)
			}
			if !b.within(0, 0, w, h) {
				t.Errorf("%v: off the screen", b)
			}
			for _, c := range buttons[i+1:] {
				gap := 3.0
				if b.button.face.kind == card && c.button.face.kind == card {
					gap = 8
				}
				if !b.apart(c, gap) {
					t.Errorf("%v and %v: less than %.0f mm apart", b, c, gap)
				}
			}
		}
	})
}

// R-ACC-03: no text smaller than the body size, none cut off, none over
// another, none under a button.
func TestTexts(t *testing.T) {
	everyPage(t, func(t *testing.T, v *View, buttons, texts []found, w, h float64) {
		least := 4.8
		if v.state.Large {
			least = 7.5
		}
		for i, x := range texts {
			if capital := float64(x.text.TextSize) / tokens.PxPerMM(0) * tokens.CapHeight; capital < least {
				t.Errorf("%v: capitals of %.1f mm, want %.1f", x, capital, least)
			}
			if !x.within(0, 0, w, h) {
				t.Errorf("%v: off the screen", x)
			}
			if strings.HasSuffix(x.text.Text, "…") {
				t.Errorf("%v: shortened", x)
			}
			for _, b := range buttons {
				switch {
				case x.button == b.button:
					if !x.within(b.x, b.y, b.w, b.h) {
						t.Errorf("%v: sticks out of %v", x, b)
					}
				case x.button == nil && !x.apart(b, 0):
					t.Errorf("%v: under %v", x, b)
				}
			}
			for _, y := range texts[i+1:] {
				if !x.apart(y, 0) {
					t.Errorf("%v over %v", x, y)
				}
			}
		}
	})
}

// A text stands inside its panel or outside it, never across its edge.
func TestTextsInPanels(t *testing.T) {
	everyPage(t, func(t *testing.T, v *View, _, texts []found, _, _ float64) {
		px := tokens.PxPerMM(0)
		for _, r := range v.stage[v.shown].rects {
			if !r.Visible() || r.StrokeWidth == 0 {
				continue
			}
			p := found{what: "panel", x: float64(r.Position().X) / px, y: float64(r.Position().Y) / px,
				w: float64(r.Size().Width) / px, h: float64(r.Size().Height) / px}
			for _, x := range texts {
				if x.button == nil && !x.apart(p, 0) && !x.within(p.x, p.y, p.w, p.h) {
					t.Errorf("%v across the edge of %v", x, p)
				}
			}
		}
	})
}

// kiosk-ui: "more time" is the largest button of the question.
func TestMoreTimeIsLargest(t *testing.T) {
	everyPage(t, func(t *testing.T, v *View, buttons, _ []found, _, _ float64) {
		if v.state.Face() != flow.Idle {
			return
		}
		var more, most float64
		for _, b := range buttons {
			if b.button.face.touch == flow.MoreTime {
				more = b.w * b.h
			}
			most = max(most, b.w*b.h)
		}
		if more == 0 || more < most {
			t.Errorf("more time has %.0f mm², the largest %.0f", more, most)
		}
	})
}

// What the state offers is on the page, and nothing else.
func TestOffersAreShown(t *testing.T) {
	everyPage(t, func(t *testing.T, v *View, buttons, _ []found, _, _ float64) {
		shown := map[flow.Touch]bool{}
		for _, b := range buttons {
			shown[b.button.face.touch] = true
		}
		for _, o := range v.state.Offers() {
			if !shown[o] && !(o == flow.Units && shown[flow.TopList]) {
				t.Errorf("%s is offered and not shown", o)
			}
			delete(shown, o)
		}
		delete(shown, flow.Units) // the tab of the page that is open
		delete(shown, flow.TopList)
		for s := range shown {
			t.Errorf("%s is shown and does nothing", s)
		}
	})
}
