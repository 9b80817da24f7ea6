package hall_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// largest is a hall of 200 windows with everything that a window can show.
func largest() *hall.Setup {
	s := setup()
	s.Services, s.Windows, s.Staff, s.BoardCalls = nil, nil, nil, 50
	s.PauseReasons = []hall.PauseReason{{ID: "temporary-leave", Name: contract.Text2{ZH: "临时离开，请稍候", EN: "Back in a moment, please wait"}}}
	for i := range 41 {
		s.Services = append(s.Services, hall.Service{NoClosing: true,
			ServiceInfo: contract.ServiceInfo{ID: fmt.Sprintf("housing-presale-%d", i), Prefix: "AB", Name: both("商品房预售许可")}})
	}
	for z := range 4 {
		s.Zones = append(s.Zones, hall.Zone{ZoneInfo: contract.ZoneInfo{ID: fmt.Sprintf("floor-%d-east", z+1), Name: both("一楼东区")}})
	}
	for i := range 200 {
		service := s.Services[i%41].ID
		s.Windows = append(s.Windows, hall.Window{ID: fmt.Sprintf("window-%03d", i+101), Label: fmt.Sprint(i + 101),
			Name: contract.Text2{ZH: fmt.Sprintf("%d号综合受理窗口", i+101), EN: fmt.Sprintf("General window %d", i+101)},
			Kind: hall.KindDepartment, Area: contract.Text2{ZH: "一楼东区不动产登记", EN: "East hall, real estate, ground floor"},
			Unit: "housing-bureau", Services: []string{service}, Zone: fmt.Sprintf("floor-%d-east", i%4+1), Auto: true})
		s.Staff = append(s.Staff, hall.Staff{ID: fmt.Sprintf("s%d", 1001+i), Number: fmt.Sprint(330100 + i), Name: "欧阳样例", Post: "综合受理岗（党员先锋岗）",
			Services: []string{service}, PINHash: hash, Photo: strings.Repeat("0123456789abcdef", 4), Party: true})
	}
	return s
}

// usual is the same hall with texts as halls mostly have them.
func usual() *hall.Setup {
	s := largest()
	s.PauseReasons[0].Name = contract.Text2{ZH: "暂时离开", EN: "Back shortly"}
	for i := range s.Zones {
		s.Zones[i].ID = fmt.Sprintf("hall-%d", i+1)
	}
	for i := range s.Windows {
		w := &s.Windows[i]
		w.ID, w.Name = "w"+w.Label, contract.Text2{ZH: w.Label + "号窗口", EN: "Window " + w.Label}
		w.Area, w.Unit, w.Zone = contract.Text2{ZH: "一楼A区", EN: "Hall A, floor 1"}, "housing", s.Zones[i%4].ID
		s.Staff[i].Post, s.Staff[i].Name = "综合受理岗", "样例"
	}
	return s
}

// HALL-003: the views of a hall of 200 windows fit a payload, all of them staffed
// and with a ticket in hand or paused, or all of that at once. With usual texts
// each window still says who works there (R-WIN-01) and its name in both
// languages; with the longest ones at least its number, call and state.
func TestLargestViewsFit(t *testing.T) {
	for name, setup := range map[string]func() *hall.Setup{"usual": usual, "largest": largest} {
		l := &life{t: t, s: hall.New(setup()), setup: setup, now: monday}
		sizes := ""
		for _, verb := range []string{"", contract.AskWindowWalkIn, contract.AskWindowPause} {
			for i, w := range l.s.Setup().Windows {
				switch verb {
				case "":
					l.signIn(w.ID, fmt.Sprintf("s%d", 1001+i))
				case contract.AskWindowWalkIn:
					l.must(verb, contract.WalkIn{Window: w.ID, Service: w.Services[0], Call: true})
				case contract.AskWindowPause:
					l.must(verb, ref{Window: w.ID, Reason: "temporary-leave"})
				}
			}
			windows := l.s.WindowsView(l.now)
			for what, v := range map[string]any{"windows": windows, "calls": l.s.CallsView(l.now), "queue": l.s.QueueView(l.now)} {
				b, err := json.Marshal(v)
				if err != nil {
					t.Fatal(err)
				}
				if what == "windows" {
					sizes += fmt.Sprintf(" %d", len(b))
				}
				if len(b) > contract.MaxPayload {
					t.Errorf("%s after %q: %s has %d bytes, a payload %d", name, verb, what, len(b), contract.MaxPayload)
				}
			}
			first := windows.Windows[0]
			if name == "usual" && verb != contract.AskWindowPause && (first.Photo == "" || first.Post == "" || first.Staff == "" || first.Name.EN == "") {
				t.Errorf("after %q a window says only %+v", verb, first)
			}
			if called := verb != ""; called && (first.Number == "" || first.Called == 0 || first.Ticket == "" || first.Zone == "" || first.State == "") {
				t.Errorf("%s after %q: a window says only %+v", name, verb, first)
			}
			if full := l.s.WindowNow(first.ID); full.Kind == "" || full.Photo == "" {
				t.Errorf("%s: inside the hall a window is thin too: %+v", name, full)
			}
		}
		t.Logf("%s:%s bytes", name, sizes)
	}
}

// What a window shows does not come and go with the day: the same is left out
// when nobody is there yet. A hall of the usual size leaves out nothing.
func TestThinnedOnceForAll(t *testing.T) {
	s := hall.New(usual())
	if w := s.WindowsView(monday).Windows[0]; w.Kind != "" || w.Area.ZH != "" || w.Name.EN == "" {
		t.Errorf("a closed window of 200 says %+v", w)
	}
	small := usual()
	small.Windows = small.Windows[:90]
	if w := hall.New(small).WindowsView(monday).Windows[0]; w.Kind == "" || w.Area.ZH == "" || w.Unit == "" {
		t.Errorf("a closed window of 90 says %+v", w)
	}
}
