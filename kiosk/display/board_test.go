package display_test

import (
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display"
	"hallward/kiosk/display/displaytest"
	"hallward/kiosk/display/model"
	"hallward/kiosk/text"
	"hallward/kiosk/theme/golden"
)

var (
	update  = flag.Bool("update", false, "write the pictures of testdata again")
	picture = flag.String("pictures", "", "write full-size pictures to this `folder` instead of comparing")
)

var sizes = map[string][2]int{"wide": {1920, 1080}, "tall": {1080, 1920}}

// Each state of the board, on a wide and on a tall screen.
func TestPictures(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range sizes {
		scale := 2 // half the pixels: the same page in a quarter of the time
		if *picture != "" {
			scale = 1
		}
		sc := displaytest.NewScreen(size[0]/scale, size[1]/scale)
		for _, s := range displaytest.Samples() {
			if name == "tall" && strings.HasPrefix(s.Name, "page-") && *picture == "" {
				continue // TestTexts measures them
			}
			file := name + "-" + s.Name + ".png"
			img := sc.Draw(s.Screen)
			if *picture != "" {
				golden.Write(t, filepath.Join(*picture, file), img)
				continue
			}
			golden.Compare(t, filepath.Join("testdata", file), golden.Shrink(img, 3), *update)
		}
	}
}

// A 4K screen shows the same board, only sharper: the same words at twice the
// size in twice the places.
func TestScale(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range sizes {
		sc := displaytest.NewScreen(size[0], size[1])
		double := displaytest.NewScreen(2*size[0], 2*size[1])
		for _, s := range displaytest.Samples() {
			var texts [2][]*canvas.Text
			var at [2][]fyne.Position
			for i, x := range []*displaytest.Screen{sc, double} {
				x.Board.Show(model.Screen{})
				x.Board.Show(s.Screen)
				x.Board.LineObject().Hide()
				visible(x.Board.Object(), fyne.Position{}, &texts[i], &at[i])
			}
			near := func(a, b, by float32) bool { return a-b <= by && b-a <= by }
			for i, x := range texts[0] {
				same := slices.IndexFunc(texts[1], func(y *canvas.Text) bool { return y.Text == x.Text && near(y.TextSize, 2*x.TextSize, 2) })
				if same < 0 && len(x.Text) > 60 {
					continue // a size between two pixels breaks the lines of a long text elsewhere
				}
				if same < 0 || !slices.ContainsFunc(at[1], func(p fyne.Position) bool { return near(p.X, 2*at[0][i].X, 4) && near(p.Y, 2*at[0][i].Y, 6) }) {
					t.Errorf("%s %s: %q of %.1f at %v does not stand there in 4K at twice the size", name, s.Name, x.Text, x.TextSize, at[0][i])
				}
			}
		}
	}
}

// visible lists the texts that are shown, with their places.
func visible(o fyne.CanvasObject, at fyne.Position, list *[]*canvas.Text, places *[]fyne.Position) {
	if !o.Visible() {
		return
	}
	at = at.Add(o.Position())
	switch o := o.(type) {
	case *canvas.Text:
		if strings.TrimSpace(o.Text) != "" {
			*list, *places = append(*list, o), append(*places, at)
		}
	case *fyne.Container:
		for _, c := range o.Objects {
			visible(c, at, list, places)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			visible(c, at, list, places)
		}
	}
}

// Every text stands on the screen and over no other, none is cut, and none is
// smaller than what is read from across a hall on a wall.
func TestTexts(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range sizes {
		sc := displaytest.NewScreen(size[0], size[1])
		for _, s := range displaytest.Samples() {
			sc.Board.Show(s.Screen)
			sc.Board.LineObject().Hide() // the running line leaves the screen: that is its work
			var texts []*canvas.Text
			var at []fyne.Position
			visible(sc.Board.Object(), fyne.Position{}, &texts, &at)
			sc.Board.LineObject().Show()
			if len(texts) < 6 {
				t.Errorf("%s %s: only %d texts", name, s.Name, len(texts))
			}
			type box struct{ x, y, w, h float32 }
			var boxes []box
			for i, x := range texts {
				w := x.MinSize().Width
				b := box{at[i].X, at[i].Y + (x.Size().Height-x.TextSize*0.86)/2, w, x.TextSize * 0.86}
				switch x.Alignment {
				case fyne.TextAlignCenter:
					b.x += (x.Size().Width - w) / 2
				case fyne.TextAlignTrailing:
					b.x += x.Size().Width - w
				}
				boxes = append(boxes, b)
				if b.x < 0 || b.y < 0 || b.x+b.w > float32(size[0]) || b.y+b.h > float32(size[1]) {
					t.Errorf("%s %s: %q is off the screen: %+v", name, s.Name, x.Text, b)
				}
				if strings.HasSuffix(x.Text, "…") {
					t.Errorf("%s %s: %q is cut", name, s.Name, x.Text)
				}
				if x.TextSize < 18 {
					t.Errorf("%s %s: %q has a size of %.0f", name, s.Name, x.Text, x.TextSize)
				}
				for k, c := range boxes[:i] {
					if b.x < c.x+c.w && c.x < b.x+b.w && b.y < c.y+c.h && c.y < b.y+b.h {
						t.Errorf("%s %s: %q over %q", name, s.Name, x.Text, texts[k].Text)
					}
				}
			}
		}
	}
}

// 5,000 updates make no new objects: memory stays flat. After the first ones
// each page and each caption was there once.
func TestObjectsAreReused(t *testing.T) {
	test.NewTempApp(t)
	s := displaytest.Busy(displaytest.Lay("notice"))
	sc := displaytest.NewScreen(960, 540)
	now := displaytest.Morning
	show := func(n int) int {
		now = now.Add(time.Second)
		v := displaytest.Calls(20, now)
		v.Version = uint64(n)
		for i := range v.Calls {
			v.Calls[i].Call = uint64(n + 20 - i)
			v.Calls[i].Number = fmt.Sprintf("A%03d", (n+20-i)%1000)
		}
		displaytest.View(s, contract.ViewCalls, v, now)
		displaytest.View(s, contract.ViewQueue, displaytest.Queue(s.Catalogue, 19), now)
		sc.Board.Show(s.Screen(now, displaytest.Zone))
		sc.Board.Step(1)
		return count(sc.Board.Object())
	}
	first := 0
	for n := 1; n <= 1000; n++ { // several rounds of the playlists
		first = max(first, show(n))
	}
	for n := 1001; n <= 5000; n++ {
		if got := show(n); got > first {
			t.Fatalf("after %d updates there are %d objects, %d before", n, got, first)
		}
	}
}

func count(o fyne.CanvasObject) int {
	n := 1
	switch o := o.(type) {
	case *fyne.Container:
		for _, c := range o.Objects {
			n += count(c)
		}
	case fyne.Widget:
		for _, c := range test.WidgetRenderer(o).Objects() {
			n += count(c)
		}
	}
	return n
}

// The running line moves only when it is too long, moves nothing but itself, and
// can change page by page instead.
func TestRunningLine(t *testing.T) {
	test.NewTempApp(t)
	s := displaytest.Hall()
	sc := displaytest.NewScreen(960, 540)
	b := sc.Board
	now := displaytest.Morning
	b.Show(s.Screen(now, displaytest.Zone))
	from, _ := b.Line()
	if !b.Step(0.1) {
		t.Error("a long line stands still")
	}
	if x, _ := b.Line(); x >= from {
		t.Errorf("the line went from %v to %v", from, x)
	}
	b.Show(s.Screen(now.Add(time.Minute), displaytest.Zone)) // the clock; the line goes on
	if x, _ := b.Line(); x >= from {
		t.Error("another minute begins the line again")
	}
	came := false
	for range 3000 { // through the whole width and round again
		b.Step(0.033)
		x, pieces := b.Line()
		came = came || x > 900
		if pieces > 5 {
			t.Fatalf("%d pieces of a line are visible at once", pieces)
		}
	}
	if !came {
		t.Error("the line does not begin again at the right edge")
	}
	b.Page(true)
	if b.Step(7) {
		t.Error("a line of pages wants frames")
	}
	if x, pieces := b.Line(); pieces == 0 || x < 0 {
		t.Errorf("a page begins at %v with %d pieces", x, pieces)
	}
	b.Page(false)
	if !b.Step(0.033) {
		t.Error("the line does not run again after the pages")
	}
	displaytest.View(s, contract.ViewNotices, contract.Notices{Version: 2, Notices: []contract.Notice{{Text: contract.Text2{ZH: "厅内禁止吸烟"}}}}, now)
	b.Show(s.Screen(now, displaytest.Zone))
	if b.Step(0.1) {
		t.Error("a short line is moved")
	}
	displaytest.View(s, contract.ViewNotices, contract.Notices{Version: 3}, now)
	b.Show(s.Screen(now, displaytest.Zone))
	if _, pieces := b.Line(); b.Step(0.1) || pieces > 0 {
		t.Error("no notice is moved or shown")
	}
}

// Pages break between notices, then between words, and never before a stop.
func TestPages(t *testing.T) {
	test.NewTempApp(t)
	displaytest.NewScreen(960, 540) // its theme has the fonts
	line := displaytest.Hall().Screen(displaytest.Morning, displaytest.Zone).Notice
	pages := display.Pages(line, 38, 700)
	if len(pages) < 4 {
		t.Fatalf("%d pages: %q", len(pages), pages)
	}
	for _, p := range pages {
		if w := display.Width(p, 38); w > 700 {
			t.Errorf("%q is %.0f wide", p, w)
		}
		if strings.ContainsAny(p[:1], "abcdefghijklmnopqrstuvwxyz") && !strings.Contains(line, " "+p) {
			t.Errorf("%q begins in a word", p)
		}
		if strings.HasPrefix(p, "，") || strings.HasPrefix(p, "。") {
			t.Errorf("%q begins with a stop", p)
		}
	}
}

// A board whose frames take longer than 50 ms changes to pages, and lets the
// line run again after a while.
func TestPace(t *testing.T) {
	run := func(p *display.Pace, now *time.Time, frame time.Duration, frames int) bool {
		paging := false
		for range frames {
			*now = now.Add(frame)
			_, paging = p.Step(*now, true)
		}
		return paging
	}
	now := displaytest.Morning
	var p display.Pace
	if run(&p, &now, 40*time.Millisecond, 10*display.Judged) {
		t.Error("40 ms a frame are called too slow")
	}
	now = now.Add(time.Hour)
	p.Step(now, false) // stood still: the pause is no frame
	if run(&p, &now, 40*time.Millisecond, 2*display.Judged) {
		t.Error("a pause is taken for a frame")
	}
	if !run(&p, &now, 70*time.Millisecond, 2*display.Judged) {
		t.Error("70 ms a frame are called smooth")
	}
	now = now.Add(display.TryAgain)
	if _, paging := p.Step(now, true); paging {
		t.Error("the line is never tried again")
	}
}

// R-VOICE-03, R-KIOSK-22: the fixed words are polite and in both languages.
func TestWords(t *testing.T) {
	for name, w := range display.Words() {
		if w.ZH == "" || w.EN == "" || text.Offends(w.ZH) != "" || text.Offends(w.EN) != "" {
			t.Errorf("%s: %+v", name, w)
		}
	}
}
