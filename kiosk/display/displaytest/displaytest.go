// Package displaytest makes pictures of a call board without a display: the
// situations that people meet, and a drawing of them in memory. The picture
// tests use it, and "display --pictures".
package displaytest

import (
	"encoding/json"
	"fmt"
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display"
	"hallward/kiosk/display/model"
	"hallward/kiosk/view/viewtest"
)

// Zone is the hall's zone on every picture.
var Zone = time.FixedZone("CST", 8*60*60)

// Morning is the time on the pictures: Monday, 2 March 2026, 09:41.
var Morning = viewtest.Morning.In(Zone)

// Sample is the board in one situation.
type Sample struct {
	Name   string
	Screen model.Screen
}

// View gives a board a view of the hall. It panics on one that a board would
// refuse.
func View(s *model.State, name string, v any, now time.Time) {
	raw, err := json.Marshal(v)
	if err == nil {
		err = s.View(name, raw, now)
	}
	if err != nil {
		panic(err)
	}
}

// Hall is a board that has heard who the hall is and when it is open; nobody
// has been called and nobody waits.
func Hall() *model.State {
	s := model.New()
	s.Link(true, Morning)
	c := viewtest.Hall()
	c.Voice = contract.VoicePlan{Languages: []string{"zh-CN", "en"}, Chime: true}
	c.Zones = []contract.ZoneInfo{{ID: "ground", Name: contract.Text2{ZH: "一楼大厅", EN: "Ground floor"}, Floor: "1"},
		{ID: "vehicle", Name: contract.Text2{ZH: "二楼车管业务区", EN: "Vehicle area, first floor"}, Floor: "2"}}
	View(s, contract.ViewCatalogue, c, Morning)
	View(s, contract.ViewNotices, contract.Notices{Version: 1, Notices: []contract.Notice{
		{Text: contract.Text2{ZH: "请带好身份证件和申请材料。叫号三次未到的，可到窗口恢复排队。", EN: "Please have your identity document and papers ready. If you missed your call a window can put you back into the queue."}},
		{Text: contract.Text2{ZH: "厅内禁止吸烟，吸烟区在东门外。", EN: "No smoking in the hall."}}}}, Morning)
	View(s, contract.ViewCalls, contract.Calls{}, Morning)
	View(s, contract.ViewCalendar, Hours(true), Morning)
	w := contract.Windows{Version: 1}
	for i := range 8 {
		w.Windows = append(w.Windows, contract.WindowView{ID: fmt.Sprint("w", i), State: contract.WindowOpen})
	}
	View(s, contract.ViewWindows, w, Morning)
	return s
}

// Hours is the calendar of an ordinary day.
func Hours(open bool) contract.Calendar {
	c := contract.Calendar{Version: 1, Day: Morning.Format(time.DateOnly), Zone: "Asia/Shanghai", Open: open, Issuing: open,
		Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "14:00", To: "17:00"}}}
	if !open {
		c.Next = time.Date(2026, 3, 2, 14, 0, 0, 0, Zone)
		c.Reason = contract.Text2{ZH: "午间休息", EN: "Lunch break"}
	}
	return c
}

// Calls are n calls, the newest just now, the others a while before. Names of
// windows are long where real ones are.
func Calls(n int, now time.Time) contract.Calls {
	states := []string{"called", "serving", "serving", "missed", "called", "held", "finished"}
	names := []contract.Text2{{ZH: "3号窗口", EN: "Window 3"}, {ZH: "12号窗口", EN: "Window 12"}, {ZH: "5号收费窗口", EN: "Window 5, payment"}, {ZH: "1号咨询窗口", EN: "Window 1, enquiries"}, {ZH: "8号窗口", EN: "Window 8"}}
	labels := []string{"3", "12", "5", "1", "8"}
	v := contract.Calls{Version: uint64(n)}
	for i := range n {
		v.Calls = append(v.Calls, contract.Call{Call: uint64(n - i), Number: fmt.Sprintf("%c%03d", 'A'+i%6, 37-i), Window: fmt.Sprintf("w%02d", i%12+1),
			Name: names[i%len(names)], Label: labels[i%len(labels)], Silent: i == 1, At: now.Add(-time.Duration(i) * 100 * time.Second), State: states[i%len(states)]})
	}
	return v
}

// Called are n calls that came together: nobody has come to the window yet.
func Called(n int, now time.Time) contract.Calls {
	v := Calls(n, now)
	for i := range v.Calls {
		v.Calls[i].At, v.Calls[i].State = now, "called"
	}
	return v
}

// Queue is how many wait for the first services of a catalogue.
func Queue(c contract.Catalogue, services int) contract.Queue {
	q := contract.Queue{Version: 1}
	for i, s := range c.Services[:min(services, len(c.Services))] {
		n := (i*7)%11 + 1
		w := contract.ServiceQueue{Service: s.ID, Waiting: n, WaitMin: 5 * (n / 2), WaitMax: 5*(n/2) + 5, Open: 1}
		if i == 3 {
			w.WaitMin, w.WaitMax = -1, -1
		}
		q.Services = append(q.Services, w)
		q.Waiting += n
	}
	return q
}

// over lets all announcements pass.
func over(s *model.State) {
	for i := range 30 {
		s.Tick(Morning.Add(time.Duration(i) * model.OnAir))
	}
}

// Samples are the situations of a board.
func Samples() []Sample {
	const old = 2 * time.Minute
	at := func(s *model.State, now time.Time) model.Screen { return s.Screen(now, Zone) }

	busy := Hall()
	View(busy, contract.ViewQueue, Queue(busy.Catalogue, 16), Morning)
	View(busy, contract.ViewCalls, Calls(14, Morning.Add(-old)), Morning)
	over(busy)

	flash := Hall()
	View(flash, contract.ViewQueue, Queue(flash.Catalogue, 5), Morning)
	View(flash, contract.ViewCalls, Called(4, Morning), Morning)
	for i := range 4 { // the three calls before it have had their turn
		flash.Tick(Morning.Add(time.Duration(i) * model.Turn))
	}
	on := Morning.Add(3 * model.Turn)

	first := Hall()
	View(first, contract.ViewQueue, Queue(first.Catalogue, 2), Morning)
	View(first, contract.ViewCalls, Calls(1, Morning.Add(-old)), Morning)
	over(first)

	lunch := Hall()
	View(lunch, contract.ViewCalls, contract.Calls{Calls: []contract.Call{{Call: 1, Number: "A001", State: "finished"}}}, Morning)
	over(lunch)
	noon := time.Date(2026, 3, 2, 11, 45, 0, 0, Zone)
	night := Hall()
	calendar := Hours(false)
	calendar.Reason, calendar.Next = contract.Text2{}, time.Date(2026, 3, 3, 8, 0, 0, 0, Zone)
	View(night, contract.ViewCalendar, calendar, Morning)
	View(lunch, contract.ViewCalendar, Hours(false), Morning)
	View(lunch, contract.ViewQueue, Queue(lunch.Catalogue, 3), Morning)

	lost := Hall()
	View(lost, contract.ViewQueue, Queue(lost.Catalogue, 16), Morning)
	View(lost, contract.ViewCalls, Calls(9, Morning.Add(-old)), Morning)
	over(lost)
	lost.Link(false, Morning)

	list := []Sample{
		{"empty", at(Hall(), Morning)},
		{"first", at(first, Morning)},
		{"busy", at(busy, Morning)},
		{"flash-lit", at(flash, on)},
		{"flash-dim", at(flash, on.Add(model.Blink))},
		{"lunch", at(lunch, noon)},
		{"night", at(night, time.Date(2026, 3, 2, 19, 2, 0, 0, Zone))},
		{"lost", at(lost, Morning.Add(10*time.Minute))},
		{"starting", at(model.New(), Morning)},
	}
	return append(list, arranged()...)
}

// Screen is a board on a canvas in memory.
type Screen struct {
	Board  *display.Board
	canvas test.WindowlessCanvas
}

// NewScreen is a board of a size in pixels. It needs a Fyne application of the
// test driver (test.NewApp).
func NewScreen(w, h int) *Screen {
	b := display.New(false)
	b.Pictures(picturesFunc(picture))
	b.Colour(viewtest.Hall().Hall.Colour)
	fyne.CurrentApp().Settings().SetTheme(b.Theme())
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(b.Object())
	c.Resize(fyne.NewSize(float32(w), float32(h)))
	return &Screen{Board: b, canvas: c}
}

// Paint draws what the board shows now into a picture.
func (s *Screen) Paint() image.Image { return s.canvas.Capture() }

// Draw shows a screen and takes its picture, with the running line on its way.
func (s *Screen) Draw(v model.Screen) image.Image {
	s.Board.Show(model.Screen{})
	s.Board.Show(v)
	s.Board.Step(0.5)
	return s.canvas.Capture()
}
