// Package viewtest makes pictures of the kiosk's screens without a display: a
// state for each screen, reached by the events that lead there in life, and a
// drawing of it in memory. The picture tests use it, and "kiosk --pictures".
package viewtest

import (
	"encoding/json"
	"fmt"
	"image"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
	"hallward/kiosk/view"
)

// Morning is the time on every picture: 2 March 2026, 09:41 in Beijing.
var Morning = time.Date(2026, 3, 2, 1, 41, 0, 0, time.UTC)

// Sample is one screen in one situation.
type Sample struct {
	Name  string
	State flow.State
}

// Samples are all screens and all reasons for trouble, in a language and text
// size, for a catalogue.
func Samples(c contract.Catalogue, lang string, large bool) []Sample {
	s := ready(c)
	s = press(s, flow.Start, "")
	if lang == flow.English {
		s = press(s, flow.Language, "")
	}
	if large {
		s = press(s, flow.TextSize, "")
	}
	unit := s.UnitsShown()[0].ID
	for _, u := range s.UnitsShown() {
		if n := press(s, flow.Unit, u.ID); len(n.ServicesShown()) > len(press(s, flow.Unit, unit).ServicesShown()) {
			unit = u.ID
		}
	}
	list := press(s, flow.Unit, unit)
	service := list.ServicesShown()[0].ID // an ordinary one
	taking := press(list, flow.Service, service)
	printing := answered(taking, service)
	done := next(printing, flow.Printed{Ticket: taking.Asked})
	failed := next(printing, flow.PrintFailed{Ticket: taking.Asked, Fault: "paper-out", Maybe: true})
	start := ready(c)
	if lang == flow.English {
		start.Lang = flow.English
	}
	start.Large = large
	quiet, _ := list.Next(list.Now.Add(list.Times.Idle-list.Times.Warn+3*time.Second), flow.Tick{})
	out := []Sample{
		{"attract", start},
		{"home", s},
		{"top", press(s, flow.TopList, "")},
		{"services", list},
		{"help", press(list, flow.AskHelp, "")},
		{"taking", taking},
		{"printing", printing},
		{"done", done},
		{"unprinted", failed},
		{"noting", press(failed, flow.Noted, "")},
		{"idle", quiet},
	}
	closed := calendar(false)
	paused := c
	paused.Services = append([]contract.ServiceInfo(nil), c.Services...)
	for i := range paused.Services {
		if paused.Services[i].ID == service {
			paused.Services[i].Paused = "系统升级"
		}
	}
	for _, t := range []struct {
		why   flow.Reason
		event flow.Event
	}{
		{flow.PaperOut, flow.Printer{Fault: "paper-out"}},
		{flow.CoverOpen, flow.Printer{Fault: "cover-open"}},
		{flow.Cutter, flow.Printer{Fault: "cutter"}},
		{flow.NoPrinter, flow.Printer{Fault: "silent"}},
		{flow.Closed, flow.CalendarView(closed)},
		{flow.Away, flow.Online(false)},
		{flow.Paused, flow.CatalogueView(paused)},
	} {
		out = append(out, Sample{"trouble-" + string(t.why), press(next(list, t.event), flow.Service, service)})
		if t.why == flow.PaperOut {
			out = append(out, Sample{"home-" + string(t.why), next(s, t.event)})
			screen := press(press(next(list, t.event), flow.Service, service), flow.OnScreen, "")
			out = append(out, Sample{"on-screen", answered(screen, service)})
		}
	}
	late, _ := taking.Next(taking.Now.Add(taking.Times.Answer), flow.Tick{})
	refusal := contract.Answer{ID: taking.Asked, Result: contract.ResultRefused, Error: &contract.Problem{Code: "limit",
		Message: "今天上午的号已经取完，请下午 13:00 以后再来，或到咨询服务台预约。", MessageEN: "All numbers of this morning have been taken. Please come after 13:00, or make an appointment at the desk."}}
	noting := press(failed, flow.Noted, "")
	lost, _ := noting.Next(noting.Now.Add(noting.Times.Answer), flow.Tick{})
	out = append(out, matters(s, list)...)
	out = append(out, silent(out)...)
	return append(out,
		Sample{"trouble-no-answer", late},
		Sample{"trouble-refused", next(taking, flow.Answered{ID: taking.Asked, Type: contract.AskTicketTake, Answer: refusal})},
		Sample{"trouble-not-noted", lost})
}

func ready(c contract.Catalogue) flow.State {
	q := contract.Queue{Day: "2026-03-02"}
	for i, v := range c.Services {
		w := []int{3, 0, 7, 1, 0, 12, 2}[i%7]
		q.Services = append(q.Services, contract.ServiceQueue{Service: v.ID, Waiting: w, WaitMin: 5, WaitMax: 10, Open: 2})
		q.Waiting += w
	}
	s := flow.New(flow.Times{}, Morning)
	for _, e := range []flow.Event{flow.Online(true), flow.Printer{Ready: true}, flow.CatalogueView(c),
		flow.CalendarView(calendar(true)), flow.QueueView(q),
		flow.WindowsView{Windows: []contract.WindowView{{ID: "w03", Label: "3"}, {ID: "w04", Label: "4"}}}} {
		s = next(s, e)
	}
	return s
}

func calendar(open bool) contract.Calendar {
	c := contract.Calendar{Day: "2026-03-02", Zone: "Asia/Shanghai", Open: open, Issuing: open,
		Segments: []contract.Segment{{From: "08:00", To: "11:30"}, {From: "13:30", To: "17:00"}}}
	if !open {
		c.Next = time.Date(2026, 3, 3, 0, 0, 0, 0, time.UTC)
		c.Reason = contract.Text2{ZH: "今日办公时间已过", EN: "Today's opening hours are over"}
	}
	return c
}

func next(s flow.State, e flow.Event) flow.State {
	s, _ = s.Next(s.Now, e)
	return s
}

// replied answers the request under way.
func replied(s flow.State, typ string, data any) flow.State {
	raw, err := json.Marshal(data)
	if err != nil {
		panic(err) // structs of strings and numbers
	}
	return next(s, flow.Answered{ID: s.Asked, Type: typ, Fresh: "01KJPT8F3M0000000000000009",
		Answer: contract.Answer{ID: s.Asked, Result: contract.ResultOK, Data: raw}})
}

func press(s flow.State, t flow.Touch, arg string) flow.State {
	return next(s, flow.Tap{Touch: t, Arg: arg, Fresh: fmt.Sprintf("01KJPT8F3M0000000000%06d", s.Page+1)})
}

func answered(s flow.State, service string) flow.State {
	data, err := json.Marshal(contract.Ticket{Ticket: s.Asked, Number: "A017", Service: service, Day: "2026-03-02",
		IssuedAt: Morning, Ahead: 3, WaitMin: 10, WaitMax: 15, Windows: []string{"w03", "w04"}})
	if err != nil {
		panic(err) // a struct of strings and numbers
	}
	return next(s, flow.Answered{ID: s.Asked, Type: contract.AskTicketTake,
		Answer: contract.Answer{ID: s.Asked, Result: contract.ResultOK, Data: data}})
}

// Screen is a view on a canvas in memory.
type Screen struct {
	View   *view.View
	canvas test.WindowlessCanvas
}

// NewScreen is a screen of a size in pixels. It needs a Fyne application of the
// test driver (test.NewApp).
func NewScreen(emit func(flow.Touch, string), w, h int, o view.Options) *Screen {
	if emit == nil {
		emit = func(flow.Touch, string) {}
	}
	v := view.New(emit, o)
	fyne.CurrentApp().Settings().SetTheme(v.Theme())
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(v.Object())
	c.Resize(fyne.NewSize(float32(w), float32(h)))
	return &Screen{View: v, canvas: c}
}

// Canvas is where touches go in a test.
func (s *Screen) Canvas() fyne.Canvas { return s.canvas }

// Draw shows a state and takes its picture.
func (s *Screen) Draw(st flow.State) image.Image {
	s.View.Show(st)
	return s.canvas.Capture()
}
