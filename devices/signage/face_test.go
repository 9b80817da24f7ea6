package signage

import (
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/kiosk/text"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func window(state string) contract.WindowView {
	return contract.WindowView{ID: "w3", Label: "3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}, State: state,
		Staff: "陈晓", Post: "综合受理", Waiting: 4}
}

func inHand(state, number string) contract.WindowView {
	w := window(contract.WindowOpen)
	w.Number, w.Ticket = number, state
	return w
}

// R-WIN-01: the window display names who is signed in now, and nobody when nobody
// is; what a citizen should do stands in every state.
func TestFace(t *testing.T) {
	calls := []contract.Call{
		{Call: 9, Number: "B002", Window: "w4", At: noon},
		{Call: 8, Number: "A001", Window: "w3", At: noon.Add(-time.Second), Recall: 1},
		{Call: 3, Number: "A001", Window: "w3", At: noon.Add(-time.Minute)},
	}
	for _, c := range []struct {
		name string
		w    contract.WindowView
		want devices.Sign
	}{
		{"free", window(contract.WindowOpen), devices.Sign{State: devices.SignOpen, Window: "3", Text: "3号窗口 欢迎您", English: "Window 3 Welcome", Staff: "陈晓", Post: "综合受理", Waiting: 4}},
		{"called a second ago", inHand("called", "A001"), devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001, please go to Window 3", Staff: "陈晓", Post: "综合受理", Waiting: 4, Flash: noon.Add(2 * time.Second)}},
		{"called long ago", inHand("called", "A900"), devices.Sign{State: devices.SignCalled, Number: "A900", Window: "3", Text: "请A900号到3号窗口", English: "A900, please go to Window 3", Staff: "陈晓", Post: "综合受理", Waiting: 4}},
		{"at the window", inHand("serving", "A001"), devices.Sign{State: devices.SignServing, Number: "A001", Window: "3", Text: "3号窗口 正在为A001号办理", English: "Window 3 Serving A001", Staff: "陈晓", Post: "综合受理", Waiting: 4}},
		{"paused", window(contract.WindowPaused), devices.Sign{State: devices.SignPaused, Window: "3", Text: "3号窗口 暂停办理，请到其他窗口", English: "Window 3 Paused, please go to another window", Staff: "陈晓", Post: "综合受理", Waiting: 4}},
		{"nobody signed in", window(contract.WindowClosed), devices.Sign{State: devices.SignClosed, Window: "3", Text: "3号窗口 暂停办理，请到其他窗口", English: "Window 3 Paused, please go to another window", Waiting: 4}},
	} {
		if got := Face(c.w, calls, noon); got != c.want {
			t.Errorf("%s:\n%+v, want\n%+v", c.name, got, c.want)
		}
	}
}

func TestZoneFace(t *testing.T) {
	calls := []contract.Call{
		{Call: 9, Number: "C007", Window: "w9", Label: "9", Name: contract.Text2{ZH: "9号窗口", EN: "Window 9"}, State: "missed", Zone: "east", At: noon},
		{Call: 8, Number: "B002", Window: "w4", Label: "4", Name: contract.Text2{ZH: "4号窗口", EN: "Window 4"}, State: "called", Zone: "east", At: noon.Add(-time.Second)},
		{Call: 7, Number: "A001", Window: "w3", Label: "3", Name: contract.Text2{ZH: "3号窗口", EN: "Window 3"}, State: "serving", At: noon.Add(-time.Minute)},
	}
	east := contract.ZoneInfo{ID: "east", Name: contract.Text2{ZH: "东区", EN: "East"}}
	west := contract.ZoneInfo{ID: "west"}
	for _, c := range []struct {
		name  string
		zone  contract.ZoneInfo
		first bool
		want  devices.Sign
	}{
		{"the last that is expected", east, false, devices.Sign{State: devices.SignCalled, Number: "B002", Window: "4", Text: "请B002号到4号窗口", English: "B002, please go to Window 4", Flash: noon.Add(2 * time.Second)}},
		{"windows without a zone are the first's", west, true, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001, please go to Window 3"}},
		{"nobody", contract.ZoneInfo{ID: "north", Name: contract.Text2{ZH: "北区", EN: "North"}}, false, devices.Sign{State: devices.SignMessage, Text: "北区 欢迎您，请留意叫号", English: "North Welcome, please watch for your number"}},
	} {
		if got := ZoneFace(calls, c.zone, c.first, noon); got != c.want {
			t.Errorf("%s:\n%+v, want\n%+v", c.name, got, c.want)
		}
	}
}

// R-VOICE-03: none of the words is a forbidden one.
func TestWordsAreDecent(t *testing.T) {
	for _, s := range []devices.Sign{
		Face(window(contract.WindowOpen), nil, noon), Face(window(contract.WindowPaused), nil, noon), Face(window(contract.WindowClosed), nil, noon),
		Face(inHand("called", "A1"), nil, noon), Face(inHand("serving", "A1"), nil, noon), ZoneFace(nil, contract.ZoneInfo{}, true, noon),
	} {
		if w := text.Offends(s.Text + s.English); w != "" {
			t.Errorf("%q says %q", s.Text, w)
		}
	}
}
