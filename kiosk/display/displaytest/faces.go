package displaytest

import (
	"image"
	"image/color"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/software"
	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display/face"
	"hallward/kiosk/display/model"
	"hallward/kiosk/view/viewtest"
)

// FaceSample is the display of a window in one situation.
type FaceSample struct {
	Name string
	Face model.Face
}

// Photo is the name under which the samples have a photo.
const Photo = "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef"

// portrait is the photo of nobody.
func portrait(name string) image.Image {
	if name != Photo {
		return nil
	}
	return figure
}

var figure = func() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 180, 240))
	in := func(x, y, cx, cy, rx, ry float64) bool {
		dx, dy := (x-cx)/rx, (y-cy)/ry
		return dx*dx+dy*dy < 1
	}
	for y := range 240 {
		for x := range 180 {
			c := color.RGBA{0xc9, 0xdc, 0xed, 0xff}
			fx, fy := float64(x), float64(y)
			switch {
			case in(fx, fy, 90, 112, 36, 44) && fy > 88:
				c = color.RGBA{0xe9, 0xc3, 0xa3, 0xff}
			case in(fx, fy, 90, 102, 42, 46) && fy < 112:
				c = color.RGBA{0x2b, 0x26, 0x22, 0xff}
			case fy > 140 && fy < 190 && fx > 74 && fx < 106:
				c = color.RGBA{0xe9, 0xc3, 0xa3, 0xff}
			case in(fx, fy, 90, 250, 76, 82):
				c = color.RGBA{0x24, 0x40, 0x5c, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}()

// Window is the hall seen from window 3, which somebody has opened; change
// makes it another.
func Window(change func(*contract.WindowView)) *model.State {
	s := Hall()
	c := viewtest.Hall()
	for i := range c.Services {
		if c.Services[i].Unit != "vehicle" {
			c.Services[i].Windows = []string{"w12"}
		}
	}
	for i := range c.Units {
		if c.Units[i].ID == "vehicle" {
			c.Units[i].Chief = "周样例"
			c.Units[i].Scope = contract.Text2{ZH: "机动车登记和驾驶证业务的受理、审核、发证，加盖业务专用章", EN: "accepting, examining and deciding on vehicle registrations and driving licences, with the seal of the office"}
		}
	}
	View(s, contract.ViewCatalogue, c, Morning)
	name := func(n string) contract.Text2 {
		return contract.Text2{ZH: n + "号窗口", EN: "Window " + n}
	}
	w := contract.WindowView{ID: "w03", Label: "3", Name: name("3"), Kind: "department", State: contract.WindowOpen,
		Staff: "孙样例", Post: "车辆登记受理岗（A岗）", StaffNo: "1003", Photo: Photo, Party: true, Waiting: 5}
	if change != nil {
		change(&w)
	}
	View(s, contract.ViewWindows, contract.Windows{Version: 2, Windows: []contract.WindowView{w,
		{ID: "w04", Label: "4", Name: name("4"), State: contract.WindowOpen, Staff: "李样例"},
		{ID: "w12", Label: "12", Name: name("12"), State: contract.WindowOpen, Staff: "吴样例"}}}, Morning)
	return s
}

// Call gives the display of window 3 a call of a number.
func Call(s *model.State, number string, now time.Time) {
	w := s.Windows.Windows[0]
	View(s, contract.ViewCalls, contract.Calls{Version: 9, Calls: []contract.Call{{Call: 9, Number: number, Window: w.ID,
		Name: w.Name, Label: w.Label, Service: "v-register", At: now, State: "called"}}}, now)
}

// Faces are the situations of the display of a window.
func Faces() []FaceSample {
	at := func(s *model.State, now time.Time) model.Face { return s.Face("w03", now, Zone) }
	hand := func(number, state string) func(*contract.WindowView) {
		return func(w *contract.WindowView) { w.Number, w.Ticket = number, state }
	}
	called := Window(hand("A037", "called"))
	Call(called, "A037", Morning)
	long := Window(func(w *contract.WindowView) {
		w.Number, w.Ticket, w.Label, w.Photo, w.Party = "B1024", "called", "128", "", false
		w.Name = contract.Text2{ZH: "128号外商投资企业服务窗口", EN: "Window 128, services for foreign investors"}
		w.Staff, w.Post = "欧阳样例", "外商投资企业登记受理审核岗（A岗）"
	})
	Call(long, "B1024", Morning)
	paused := func(w *contract.WindowView) {
		w.State, w.Until = contract.WindowPaused, "09:55"
		w.ReasonText = contract.Text2{ZH: "整理档案", EN: "Filing"}
	}
	nobody := func(w *contract.WindowView) {
		w.State, w.Staff, w.Post, w.StaffNo, w.Photo, w.Party = contract.WindowClosed, "", "", "", "", false
	}
	alone := Window(nobody)
	for i := range alone.Windows.Windows {
		alone.Windows.Windows[i].State = contract.WindowClosed
	}
	lunch := Window(nobody)
	View(lunch, contract.ViewCalendar, Hours(false), Morning)
	lost := Window(hand("A037", "serving"))
	lost.Link(false, Morning)
	return []FaceSample{
		{"idle", at(Window(nil), Morning)},
		{"called-lit", at(called, Morning)},
		{"called-dim", at(called, Morning.Add(model.Blink))},
		{"called-long", at(long, Morning.Add(model.OnAir))},
		{"serving", at(Window(hand("A037", "serving")), Morning)},
		{"paused", at(Window(paused), Morning)},
		{"unstaffed", at(Window(nobody), Morning)},
		{"unstaffed-alone", at(alone, Morning)},
		{"lunch", at(lunch, time.Date(2026, 3, 2, 11, 45, 0, 0, Zone))},
		{"lost", at(lost, Morning.Add(time.Minute))},
		{"lost-long", at(lost, Morning.Add(time.Hour))},
		{"unknown", Window(nil).Face("w99", Morning, Zone)},
		{"starting", at(model.New(), Morning)},
	}
}

// FaceScreen is the display of a window on a canvas in memory.
type FaceScreen struct {
	Face   *face.Face
	canvas test.WindowlessCanvas
}

// NewFaceScreen is a display of a size in pixels. It needs a Fyne application
// of the test driver (test.NewApp).
func NewFaceScreen(w, h int) *FaceScreen {
	f := face.New(false, portrait)
	f.Colour(viewtest.Hall().Hall.Colour)
	fyne.CurrentApp().Settings().SetTheme(f.Theme())
	c := software.NewCanvas()
	c.SetPadded(false)
	c.SetContent(f.Object())
	c.Resize(fyne.NewSize(float32(w), float32(h)))
	return &FaceScreen{Face: f, canvas: c}
}

// Draw shows a face and takes its picture.
func (s *FaceScreen) Draw(m model.Face) image.Image {
	s.Face.Show(m)
	return s.canvas.Capture()
}
