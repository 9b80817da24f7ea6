package display_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display"
	"hallward/kiosk/display/model"
	"hallward/kiosk/theme/golden"
	"hallward/kiosk/view/viewtest"
)

var (
	update  = flag.Bool("update", false, "write the pictures of testdata again")
	picture = flag.String("pictures", "", "write full-size pictures to this `folder` instead of comparing")
)

var (
	zone  = time.FixedZone("CST", 8*3600)
	start = time.Date(2026, 11, 23, 9, 41, 0, 0, zone)
)

func view(t testing.TB, s *model.State, name string, v any, now time.Time) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err == nil {
		err = s.View(name, raw, now)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// hall is a board that has heard of the sample hall, and nothing else.
func hall(t testing.TB) *model.State {
	s := model.New(start)
	s.Link(true, start)
	view(t, s, "catalogue", viewtest.Hall(), start)
	view(t, s, "notices", contract.Notices{Version: 1, Notices: []contract.Notice{
		{Text: contract.Text2{ZH: "请带好身份证件和申请材料。叫号三次未到的，可到窗口恢复排队。", EN: "Please have your identity document and papers ready."}},
		{Text: contract.Text2{ZH: "厅内禁止吸烟，吸烟区在东门外。", EN: "No smoking in the hall."}}}}, start)
	view(t, s, "calls", contract.Calls{}, start)
	return s
}

// calls are n calls, the newest just now.
func calls(n int, now time.Time) contract.Calls {
	states := []string{"called", "serving", "finished", "missed", "serving", "held"}
	v := contract.Calls{Version: uint64(n)}
	for i := range n {
		w := i%12 + 1
		c := contract.Call{Call: uint64(n - i), Number: fmt.Sprintf("%c%03d", 'A'+i%6, 37-i), Window: fmt.Sprintf("w%02d", w),
			Name: contract.Text2{ZH: fmt.Sprintf("%d号窗口", w), EN: fmt.Sprintf("Window %d", w)}, At: now.Add(-time.Duration(i) * 100 * time.Second), State: states[i%len(states)]}
		v.Calls = append(v.Calls, c)
	}
	return v
}

func queue(c contract.Catalogue) contract.Queue {
	q := contract.Queue{Version: 1}
	for i, s := range c.Services[:min(9, len(c.Services))] {
		n := (i * 7) % 10
		q.Services = append(q.Services, contract.ServiceQueue{Service: s.ID, Waiting: n, WaitMin: 5 * (n / 2), WaitMax: 5*(n/2) + 5, Open: 1})
		q.Waiting += n
	}
	return q
}

// samples are the states of a board that people meet.
func samples(t testing.TB) map[string]model.Screen {
	empty := hall(t)
	busy := hall(t)
	view(t, busy, "queue", queue(busy.Catalogue), start)
	view(t, busy, "calls", calls(14, start.Add(-2*time.Minute)), start)
	flash := hall(t)
	view(t, flash, "queue", queue(flash.Catalogue), start)
	view(t, flash, "calls", calls(3, start), start)
	closed := hall(t)
	view(t, closed, "calendar", contract.Calendar{Version: 1, Reason: contract.Text2{ZH: "午间休息", EN: "Lunch break"}}, start)
	lost := hall(t)
	view(t, lost, "queue", queue(lost.Catalogue), start)
	view(t, lost, "calls", calls(5, start.Add(-2*time.Minute)), start)
	lost.Link(false, start)
	// The turn of the third call: the two before it have had theirs.
	for i := range 3 {
		flash.Tick(start.Add(time.Duration(i) * model.Turn))
	}
	return map[string]model.Screen{
		"empty":     empty.Screen(start, zone),
		"busy":      busy.Screen(start, zone),
		"flash-lit": flash.Screen(start.Add(2*model.Turn), zone),
		"flash-dim": flash.Screen(start.Add(2*model.Turn+model.Blink), zone),
		"closed":    closed.Screen(start, zone),
		"lost":      lost.Screen(start, zone),
		"starting":  model.New(start).Screen(start, zone),
	}
}

func canvas(b *display.Board, w, h int) test.WindowlessCanvas {
	fyne.CurrentApp().Settings().SetTheme(b.Theme())
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(b.Object())
	c.Resize(fyne.NewSize(float32(w), float32(h)))
	return c
}

// Each state of the board, on a wide and on a tall screen.
func TestPictures(t *testing.T) {
	test.NewTempApp(t)
	for name, size := range map[string]image.Point{"wide": {1920, 1080}, "tall": {1080, 1920}} {
		for sample, screen := range samples(t) {
			b := display.New(false)
			b.Colour("#1f5f8b")
			if *picture != "" {
				c := canvas(b, size.X, size.Y)
				b.Show(screen)
				b.Step(6)
				golden.Write(t, filepath.Join(*picture, name+"-"+sample+".png"), c.Capture())
				continue
			}
			c := canvas(b, size.X/2, size.Y/2)
			b.Show(screen)
			b.Step(6) // the running line is on its way
			golden.Compare(t, filepath.Join("testdata", name+"-"+sample+".png"), golden.Shrink(c.Capture(), 3), *update)
		}
	}
}

// A week of calls makes no new objects: memory stays flat.
func TestObjectsAreReused(t *testing.T) {
	test.NewTempApp(t)
	s := hall(t)
	b := display.New(false)
	canvas(b, 960, 540)
	now := start
	show := func(n int) int {
		now = now.Add(20 * time.Second)
		v := calls(20, now)
		v.Version = uint64(n)
		for i := range v.Calls {
			v.Calls[i].Call = uint64(n + 20 - i)
			v.Calls[i].Number = fmt.Sprintf("A%03d", (n+20-i)%1000)
		}
		view(t, s, "calls", v, now)
		view(t, s, "queue", queue(s.Catalogue), now)
		b.Show(s.Screen(now, zone))
		b.Step(0.03)
		return count(b.Object())
	}
	first := show(1)
	for n := 2; n < 500; n++ {
		if got := show(n); got != first {
			t.Fatalf("after %d calls there are %d objects, at first %d", n, got, first)
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

// The running line moves only when it is too long, and can change page by page
// instead.
func TestRunningLine(t *testing.T) {
	test.NewTempApp(t)
	s := hall(t)
	b := display.New(false)
	canvas(b, 960, 540)
	b.Show(s.Screen(start, zone))
	if !b.Step(0.1) {
		t.Error("a long line stands still")
	}
	b.Page(true)
	if !b.Step(7) {
		t.Error("a long line does not change its page")
	}
	for _, p := range display.Pages(s.Screen(start, zone).Notice, 38, 700) {
		if display.Width(p, 38) > 700 || strings.HasPrefix(p, " ") || strings.Contains("abcdefghijklmnopqrstuvwxyz", p[:1]) && !strings.Contains(s.Screen(start, zone).Notice, " "+p) {
			t.Errorf("a page that does not fit or begins in a word: %q", p)
		}
	}
	view(t, s, "notices", contract.Notices{Version: 2, Notices: []contract.Notice{{Text: contract.Text2{ZH: "厅内禁止吸烟"}}}}, start)
	b.Show(s.Screen(start, zone))
	if b.Step(0.1) {
		t.Error("a short line is moved")
	}
}
