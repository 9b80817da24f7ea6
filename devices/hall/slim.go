package hall

import (
	"strings"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// A payload holds 64 KiB (HALL-003). The windows of a hall of a hundred and more
// with long names do not fit with everything that can be said of each, so such a
// hall says less of them, and leaves out first what is missed least. How much is
// decided once, from the longest texts of its setup, so that nothing comes and
// goes on the boards as the day passes.

// thinner leaves out more and more of a window. What stays in any case is where
// it is, who is called there, and who works there.
var thinner = []func(*contract.WindowView){
	func(w *contract.WindowView) { // of use to consoles alone, which do not read the view
		w.Kind, w.Unit, w.Auto, w.Service = "", "", false, ""
	},
	func(w *contract.WindowView) { // in ReasonText as well
		if w.ReasonText.ZH != "" {
			w.Reason = ""
		}
	},
	func(w *contract.WindowView) { w.Area = contract.Text2{} }, // the catalogue has that of each service
	func(w *contract.WindowView) { w.StaffNo = "" },
	func(w *contract.WindowView) { // in Chinese only
		w.Reason, w.ReasonText = or(w.Reason, w.ReasonText.ZH), contract.Text2{}
	},
	func(w *contract.WindowView) { w.Name.EN = "" },
	func(w *contract.WindowView) { w.Photo = "" },
	func(w *contract.WindowView) { w.Post, w.Party = "", false },
	func(w *contract.WindowView) { w.Reason, w.Until = "", "" },
}

// thin makes a view fit, by at least the steps that the setup needs at worst.
func (x *index) thin(v contract.Windows) contract.Windows {
	for i, less := range thinner {
		if i >= x.thinned && (x.thinned == 0 && len(v.Windows) <= fewWindows || fits(v)) {
			break
		}
		for k := range v.Windows {
			less(&v.Windows[k])
		}
	}
	return v
}

// fewWindows fit with anything that a configuration can hold of them.
const fewWindows = 40

// thinning is how many steps the windows of this setup need on the busiest day:
// all of them staffed, by whom has the longest texts, and all serving or all
// paused. Should more come together still, the view is made thinner then.
func (x *index) thinning() int {
	if len(x.Windows) <= fewWindows {
		return 0
	}
	serving, paused := contract.Windows{Version: 1 << 40}, contract.Windows{Version: 1 << 40}
	for i := range x.Windows {
		serving.Windows = append(serving.Windows, x.serving(&x.Windows[i]))
		paused.Windows = append(paused.Windows, x.paused(&x.Windows[i]))
	}
	for i, less := range thinner {
		if fits(serving) && fits(paused) {
			return i
		}
		for k := range x.Windows {
			less(&serving.Windows[k])
			less(&paused.Windows[k])
		}
	}
	return len(thinner)
}

// staffed is a window with the longest that its staff can bring.
func (x *index) staffed(w *Window) contract.WindowView {
	v := contract.WindowView{ID: w.ID, Label: w.Label, Name: w.Name, Kind: w.Kind, Area: w.Area, State: contract.WindowOpen,
		Zone: x.zone(w), Unit: w.Unit, Auto: true, Waiting: 999}
	for _, p := range x.Staff {
		v.Staff, v.Post, v.StaffNo = longer(v.Staff, p.Name), longer(v.Post, p.Post), longer(v.StaffNo, p.Number)
		v.Photo, v.Party = longer(v.Photo, p.Photo), v.Party || p.Party
	}
	return v
}

func (x *index) serving(w *Window) contract.WindowView {
	v := x.staffed(w)
	v.Ticket, v.Called = "serving", 9_999_999
	for _, id := range w.Services {
		v.Service = longer(v.Service, id)
		if s := x.service[id]; s != nil {
			v.Number = longer(v.Number, queue.Number(s.Prefix, 999))
		}
	}
	return v
}

func (x *index) paused(w *Window) contract.WindowView {
	v := x.staffed(w)
	v.State = contract.WindowPaused
	for _, r := range x.PauseReasons {
		v.Reason, v.Until = longer(v.Reason, r.Name.ZH), "23:59"
		v.ReasonText = contract.Text2{ZH: v.Reason, EN: longer(v.ReasonText.EN, r.Name.EN)}
	}
	if len(x.PauseReasons) == 0 {
		v.Reason = strings.Repeat("时", 20) // any words may stand there
	}
	return v
}

func longer(a, b string) string {
	if len(b) > len(a) {
		return b
	}
	return a
}
