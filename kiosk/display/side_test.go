package display_test

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display/displaytest"
	"hallward/kiosk/display/model"
)

// texts are the words on a board, without the running line.
func texts(sc *displaytest.Screen) []*canvas.Text {
	shown := sc.Board.LineObject().Visible()
	sc.Board.LineObject().Hide()
	var list []*canvas.Text
	var at []fyne.Position
	visible(sc.Board.Object(), fyne.Position{}, &list, &at)
	if shown {
		sc.Board.LineObject().Show()
	}
	return list
}

func says(sc *displaytest.Screen, words string) bool {
	return slices.ContainsFunc(texts(sc), func(t *canvas.Text) bool { return strings.Contains(t.Text, words) })
}

// The pages of a panel take turns in the order of the playlist, each for its
// time; every page with content comes, and the calls stand beside each of them
// (R-BOARD-01).
func TestPagesTakeTurns(t *testing.T) {
	test.NewTempApp(t)
	sc := displaytest.NewScreen(1920, 1080)
	l := displaytest.Lay("standard")
	s := displaytest.Busy(l)
	v := s.Screen(displaytest.Morning, displaytest.Zone)
	sc.Board.Show(v)
	stayed := map[string]int{}
	var order []string
	for range 600 {
		if !says(sc, v.Hero.Number) || !says(sc, v.Lines[0].Number) {
			t.Fatal("the calls are hidden")
		}
		kind, _ := sc.Board.Turn(0)
		if len(order) == 0 || order[len(order)-1] != kind {
			order = append(order, kind)
		}
		stayed[kind]++
		sc.Board.Step(1)
	}
	var want []string
	for _, p := range v.Sides[0].Pages {
		want = append(want, p.Kind)
	}
	if len(want) != 10 || len(order) < 11 || !slices.Equal(order[:10], want) || order[10] != want[0] {
		t.Errorf("the pages came as %v, want %v", order, want)
	}
	if stayed[model.PageWaiting] < 50 || stayed[model.PagePhones] < 8 {
		t.Errorf("%v", stayed)
	}
}

// Every entry of a long list comes to the screen in time, and a list that gets
// shorter meanwhile leaves no empty page.
func TestLongLists(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range sizes {
		sc := displaytest.NewScreen(size[0], size[1])
		s := displaytest.Busy(displaytest.Only("standard", model.PageResults))
		displaytest.View(s, contract.ViewResults, displaytest.Published(50), displaytest.Morning)
		sc.Board.Show(s.Screen(displaytest.Morning, displaytest.Zone))
		left := map[string]bool{}
		for _, r := range displaytest.Published(50).Results {
			left[r.Case] = true
		}
		for range 450 {
			for _, x := range texts(sc) {
				number, _, _ := strings.Cut(x.Text, "　")
				delete(left, number)
			}
			sc.Board.Step(1)
		}
		if len(left) > 0 {
			t.Errorf("%s: %d results never came", name, len(left))
		}
		for n := 49; n > 0; n -= 3 {
			displaytest.View(s, contract.ViewResults, displaytest.Published(n), displaytest.Morning)
			sc.Board.Show(s.Screen(displaytest.Morning, displaytest.Zone))
			sc.Board.Step(5)
			if !says(sc, "LT2026") {
				t.Fatalf("%s: of %d results none is shown", name, n)
			}
		}
	}
}

// A notice longer than its panel comes in parts, all of it, and no part is a
// heading alone.
func TestLongNotice(t *testing.T) {
	test.NewTempApp(t)
	var words []string
	for i := range 90 {
		words = append(words, fmt.Sprintf("第%d条说明", i+100))
	}
	s := displaytest.Busy(displaytest.Only("standard", model.PageNotices))
	displaytest.View(s, contract.ViewNotices, contract.Notices{Version: 3, Notices: []contract.Notice{{Kind: "page", Title: contract.Text2{ZH: "很长的公告", EN: "A long notice"},
		Text: contract.Text2{ZH: strings.Join(words, "，"), EN: "See above"}}}}, displaytest.Morning)
	for name, size := range sizes {
		sc := displaytest.NewScreen(size[0], size[1])
		sc.Board.Show(s.Screen(displaytest.Morning, displaytest.Zone))
		all := ""
		for range 120 {
			part := ""
			for _, x := range texts(sc) {
				if x.TextSize > 28 && x.TextSize < 36 && strings.ContainsAny(x.Text, "第条说明") {
					part += x.Text
				}
			}
			if !strings.HasSuffix(all, part) {
				all += part
			}
			sc.Board.Step(1)
		}
		for _, w := range words {
			if !strings.Contains(all, w) {
				t.Fatalf("%s: %q never came", name, w)
			}
		}
	}
}

// Numbers of 1 to 5 characters and windows of 1 to 3 are shown whole, as large
// as there is room for, on every layout and screen.
func TestNumbersAreWhole(t *testing.T) {
	test.NewTempApp(t)
	screens := map[string][2]int{"wide": {1920, 1080}, "tall": {1080, 1920}, "4K": {3840, 2160}, "tall 4K": {2160, 3840}, "old": {1366, 768}, "4:3": {1024, 768}}
	for name, size := range screens {
		sc := displaytest.NewScreen(size[0], size[1])
		u := float32(min(size[0], size[1])) / 1080
		for _, template := range []string{"standard", "notice"} {
			s := displaytest.Busy(displaytest.Lay(template))
			for i, number := range []string{"8", "88", "A01", "W888", "WW088"} {
				for _, window := range []string{"1", "88", "128"} {
					now := displaytest.Morning.Add(time.Hour)
					v := displaytest.Calls(20, now)
					for k := range v.Calls {
						v.Calls[k].Call = uint64(1000*i+20-k) + 100
						v.Calls[k].Number = number[:len(number)-1] + string(rune('A'+k))
						v.Calls[k].Name = contract.Text2{ZH: window + "号窗口", EN: "Window " + window}
						v.Calls[k].Label = window
					}
					v.Calls[0].Number = number
					displaytest.View(s, contract.ViewCalls, v, now)
					screen := s.Screen(now, displaytest.Zone)
					sc.Board.Show(screen)
					large := float32(0)
					for _, x := range texts(sc) {
						if w := x.MinSize().Width; w > x.Size().Width*1.005+1 {
							t.Errorf("%s %s: %q is %.0f wide in a place of %.0f", name, template, x.Text, w, x.Size().Width)
						}
						if x.Text == screen.Hero.Number {
							large = max(large, x.TextSize)
						}
					}
					if large < 90*u {
						t.Errorf("%s %s: %q has a size of %.0f", name, template, screen.Hero.Number, large)
					}
					if !says(sc, window+"号窗口") {
						t.Errorf("%s %s: window %s is not whole", name, template, window)
					}
				}
			}
		}
	}
}

// R-BOARD-10: the words of a caption are whole in their line; those of a long
// notice come in parts, all of them while it stands there.
func TestCaptionsAreWhole(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range sizes {
		sc := displaytest.NewScreen(size[0], size[1])
		for _, sample := range displaytest.Samples() {
			if sample.Name != "notice-read" && sample.Name != "flash-lit" && sample.Name != "long-name" {
				continue
			}
			sc.Board.Show(model.Screen{})
			sc.Board.Show(sample.Screen)
			var left []string
			for _, c := range sample.Screen.Captions {
				if all := strings.Join(c.Texts, "　"); c.Call == 0 {
					left = append(left, all) // in parts
				} else {
					left = append(left, c.Texts...)
				}
			}
			for range int(model.OnAir/time.Second) * 6 {
				for _, x := range texts(sc) {
					for i := range left {
						left[i] = strings.TrimLeft(strings.TrimPrefix(left[i], x.Text), " 　")
					}
				}
				sc.Board.Step(1)
			}
			for _, words := range left {
				if words != "" {
					t.Errorf("%s %s: %q is not shown", name, sample.Name, words)
				}
			}
		}
	}
}

// late is a picture that comes after a while.
type late struct{ img image.Image }

func (l *late) Picture(string) image.Image { return l.img }

// A picture that is not there yet has a placeholder and comes by itself.
func TestPicturesComeLate(t *testing.T) {
	test.NewTempApp(t)
	sc := displaytest.NewScreen(960, 540)
	l := &late{}
	sc.Board.Pictures(l)
	s := displaytest.Busy(displaytest.Only("standard", model.PageDuty))
	sc.Board.Show(s.Screen(displaytest.Morning, displaytest.Zone))
	pictures := func() int {
		n := 0
		var walk func(o fyne.CanvasObject)
		walk = func(o fyne.CanvasObject) {
			switch o := o.(type) {
			case *canvas.Image:
				if o.Image != nil && o.Image.Bounds() == image.Rect(0, 0, 30, 40) && o.Visible() {
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
		walk(sc.Board.Object())
		return n
	}
	sc.Board.Step(2)
	if pictures() != 0 {
		t.Fatal("a picture out of nothing")
	}
	l.img = image.NewRGBA(image.Rect(0, 0, 30, 40))
	sc.Board.Step(2)
	if n := pictures(); n != 1 {
		t.Errorf("%d pictures have come", n)
	}
}
