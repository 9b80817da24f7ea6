package controller

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// deskHouse is a house with a keypad at the first window, and somebody at both.
type deskHouse struct {
	*house
	pads   *keypads
	follow atomic.Pointer[keypads] // the same, once it may follow the events
	seq    uint64
}

func deskOf(t testing.TB, change func(*hall.Setup)) *deskHouse {
	t.Helper()
	h := &deskHouse{house: &house{t: t, path: filepath.Join(t.TempDir(), "hall.db"), setup: sampleSetup(t)}}
	h.setup.PauseReasons = []hall.PauseReason{{ID: "rest", Name: contract.Text2{ZH: "休息", EN: "Break"}}, {ID: "meal", Name: contract.Text2{ZH: "用餐", EN: "Meal"}}}
	if change != nil {
		change(h.setup)
	}
	h.told = func(events []contract.Event) {
		if k := h.follow.Load(); k != nil {
			k.follow(events)
		}
	}
	h.start()
	t.Cleanup(func() { h.stop() })
	h.pads = newKeypads(h.setup, map[string]devices.Keypad{"line": nil}, h.Engine, "hall", quiet)
	return h
}

// waits has citizens wait.
func (h *deskHouse) waits(n int) {
	h.t.Helper()
	for range n {
		h.seq++
		h.printed(h.seq, h.take().Ticket)
	}
}

// do is a request of the console at the first window.
func (h *deskHouse) do(typ string) {
	h.t.Helper()
	h.must(hall.RoleHall, typ, contract.WindowRef{Window: "w1", Reason: "meal"})
}

// is what the window is at, and the number in its hand.
func (h *deskHouse) is() (state, number string) {
	h.Look(func(s *hall.State) {
		var t *queue.Ticket
		if state, t = deskState(s, "w1"); t != nil {
			number = t.Number
		}
	})
	return state, number
}

// press presses a key, digits before it, and tells whether the pad beeped.
func (h *deskHouse) press(key devices.Key, digits string) (beep bool) {
	h.t.Helper()
	if err := h.pads.press(h.t.Context(), "line", devices.KeyPress{Unit: 1, Key: key, Digits: digits, At: time.Now()}); err != nil {
		h.t.Fatalf("%s after %q: %v", key, digits, err)
	}
	return h.beeped()
}

func (h *deskHouse) beeped() (beep bool) {
	p := h.pads.byWindow["w1"][0]
	p.order(func(p *pad) { beep, p.beep = p.beep, false })
	return beep
}

// arrange brings the window into a state: A001 was set aside before, A002 is in
// its hand where something is, and three more wait.
func (h *deskHouse) arrange(state string) {
	h.t.Helper()
	h.waits(5)
	h.open("w2", "1002")
	if state == "closed" {
		return
	}
	h.open("w1", "1001")
	h.do(contract.AskWindowNext)
	h.do(contract.AskWindowHold)
	kind, paused := strings.CutSuffix(state, "-p")
	if kind == "called" || kind == "serving" {
		h.do(contract.AskWindowNext)
	}
	if kind == "serving" {
		h.do(contract.AskWindowStart)
	}
	if paused || state == "paused" {
		h.do(contract.AskWindowPause)
	}
	if got, _ := h.is(); got != state {
		h.t.Fatalf("the window is %s, want %s", got, state)
	}
}

var deskStates = []string{"closed", "free", "paused", "called", "called-p", "serving", "serving-p"}

var padKeys = []devices.Key{devices.KeyNext, devices.KeyRecall, devices.KeyEvaluate, devices.KeyCancel, devices.KeyPause,
	devices.KeyTransfer, devices.KeyGiveUp, devices.KeySuspend, devices.KeyResume, devices.KeyOther}

// What follows from each key in each state, and the number that is in the hand
// then. What is not here beeps and changes nothing.
var pressed = map[string]string{
	"next free": "called A002", "next serving": "called A003", "next serving-p": "paused ",
	"4 next free": "called A004", "4 next serving": "called A004",
	"recall called": "called A002", "recall called-p": "called-p A002",
	"evaluate called": "free ", "evaluate called-p": "paused ", "evaluate serving": "free ", "evaluate serving-p": "paused ",
	"give-up called": "free ", "give-up called-p": "paused ",
	"suspend called": "free ", "suspend called-p": "paused ", "suspend serving": "free ", "suspend serving-p": "paused ",
	"resume free":  "called A001",
	"pause free":   "paused ",
	"pause called": "called-p A002", "pause serving": "serving-p A002",
	"pause paused": "free ", "pause called-p": "called A002", "pause serving-p": "serving A002",
	"2 transfer called": "free ", "2 transfer called-p": "paused ", "2 transfer serving": "free ", "2 transfer serving-p": "paused ",
}

// Every key of a pad, in every state of a window, with and without digits before
// it.
func TestEveryKeyInEveryState(t *testing.T) {
	for _, state := range deskStates {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			refused := deskOf(t, nil)
			refused.arrange(state)
			_, number := refused.is()
			for _, key := range padKeys {
				for _, digits := range []string{"", "2", "4"} {
					name := strings.TrimSpace(fmt.Sprintf("%s %s %s", digits, key, state))
					want, ok := pressed[name]
					if !ok && (digits == "2" && pressed["4 "+string(key)+" "+state] != "" || digits == "4" && pressed["2 "+string(key)+" "+state] != "") {
						continue // digits of nobody: TestDigitsOfNobody
					}
					if !ok {
						through := refused.j.Last()
						if !refused.press(key, digits) {
							t.Errorf("%s: no beep", name)
						}
						if is, n := refused.is(); is != state || n != number || refused.j.Last() != through {
							t.Errorf("%s: refused, and the window is %s %s, %d events", name, is, n, refused.j.Last()-through)
						}
						continue
					}
					h := deskOf(t, nil)
					h.arrange(state)
					beep := h.press(key, digits)
					if is, n := h.is(); beep || is+" "+n != want {
						t.Errorf("%s: beep %v, %s %s, want %s", name, beep, is, n, want)
					}
					h.stop()
				}
			}
		})
	}
	for name := range pressed {
		words := strings.Fields(name)
		if !slices.Contains(deskStates, words[len(words)-1]) || !slices.Contains(padKeys, devices.Key(words[len(words)-2])) {
			t.Errorf("%q is no key in no state: it was not tried", name)
		}
	}
}

// The table names only keys, states and requests that there are.
func TestKeyTable(t *testing.T) {
	for row, cells := range keyTable {
		if !slices.Contains(padKeys, devices.Key(strings.TrimSuffix(row, "+"))) {
			t.Errorf("row %s is no key", row)
		}
		for state, verbs := range cells {
			if !slices.Contains(deskStates, state) {
				t.Errorf("%s: column %s is no state", row, state)
			}
			for _, v := range verbs {
				if roles := hall.Roles(keyVerbs[v]); !slices.Contains(roles, hall.RoleHall) {
					t.Errorf("%s, %s: %q is no request of the hall", row, state, v)
				}
			}
		}
	}
}

// Digits of no window and no number, or of two numbers, are refused: nothing is
// guessed.
func TestDigitsOfNobody(t *testing.T) {
	h := deskOf(t, func(s *hall.Setup) {
		s.Services = append(s.Services, hall.Service{ServiceInfo: contract.ServiceInfo{ID: "two", Prefix: "B", Name: contract.Text2{ZH: "另一事项", EN: "Other"}}, NoClosing: true})
		s.Windows[0].Services = []string{"one", "two"}
		s.Staff[0].Services = []string{"one", "two"}
	})
	h.arrange("free")
	b := read[contract.Ticket](t, h.must(hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "two", Lang: "zh-CN"}))
	h.seq++
	h.printed(h.seq, b.Ticket)
	for range 2 { // B002 and B003, of which A002 and A003 wait too
		b = read[contract.Ticket](t, h.must(hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "two", Lang: "zh-CN"}))
		h.seq++
		h.printed(h.seq, b.Ticket)
	}
	for _, digits := range []string{"3", "003", "9", "0", "99999999999999999999"} {
		if !h.press(devices.KeyNext, digits) {
			t.Errorf("%s is called", digits)
		}
	}
	if h.press(devices.KeyNext, "001") {
		t.Error("B001 is not called: A001 is on hold and cannot be meant")
	}
	if _, n := h.is(); n != "B001" {
		t.Errorf("called is %s", n)
	}
	for _, digits := range []string{"7", "0", "1", "001"} { // no such window, none, itself
		if !h.press(devices.KeyTransfer, digits) {
			t.Errorf("transferred to %s", digits)
		}
	}
	if h.press(devices.KeyGiveUp, ""); h.press(devices.KeyNext, "5") || h.press(devices.KeyTransfer, "02") {
		t.Error("02 is not window 2")
	}
}

// A window that calls by itself calls once when its keypad asks for the next.
func TestNextAtAWindowThatCallsByItself(t *testing.T) {
	h := deskOf(t, func(s *hall.Setup) { s.Windows[0].Auto = true })
	h.arrange("serving")
	if h.press(devices.KeyNext, "") {
		t.Error("a beep")
	}
	if state, n := h.is(); state+n != "calledA003" {
		t.Errorf("%s %s, want A003 called", state, n)
	}
}

// R-KIOSK-16: next ends one service; when another of the same number follows
// here, nobody else is called, and the pad says so.
func TestNextWithAnotherServiceToCome(t *testing.T) {
	h := deskOf(t, func(s *hall.Setup) {
		s.Services = append(s.Services, hall.Service{ServiceInfo: contract.ServiceInfo{ID: "two", Prefix: "B", Name: contract.Text2{ZH: "另一事项", EN: "Other"}}, NoClosing: true})
		s.Windows[0].Services = []string{"one", "two"}
		s.Staff[0].Services = []string{"one", "two"}
	})
	for _, more := range [][]string{{"two"}, nil} {
		n := read[contract.Ticket](t, h.must(hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one", More: more, Lang: "zh-CN"}))
		h.seq++
		h.printed(h.seq, n.Ticket)
	}
	h.open("w1", "1001")
	h.do(contract.AskWindowNext)
	h.do(contract.AskWindowStart)
	if !h.press(devices.KeyNext, "") {
		t.Error("no beep, and nobody was called")
	}
	if state, n := h.is(); state+n != "servingA001" {
		t.Errorf("%s %s, want A001 with its next service", state, n)
	}
	if h.press(devices.KeyNext, "") {
		t.Error("a beep")
	}
	if state, n := h.is(); state+n != "calledA002" {
		t.Errorf("%s %s, want A002 called", state, n)
	}
}

// A hold that is overdue is warned of once; who presses again means it.
func TestNextPastAnOverdueHold(t *testing.T) {
	h := deskOf(t, func(s *hall.Setup) { s.HoldRemind = time.Millisecond })
	h.waits(3)
	h.open("w1", "1001")
	h.do(contract.AskWindowNext)
	h.do(contract.AskWindowHold)
	h.Look(func(s *hall.State) {
		for deadline := time.Now().Add(30 * time.Second); !time.Now().After(s.TicketsIn(queue.Held)[0].Remind); {
			if time.Now().After(deadline) {
				t.Fatal("the clock stands still")
			}
		}
	})
	if !h.press(devices.KeyNext, "") {
		t.Fatal("no warning")
	}
	if !h.press(devices.KeyRecall, "") {
		t.Fatal("recall with nothing in hand")
	}
	if !h.press(devices.KeyNext, "") {
		t.Fatal("another key lies between: it is no insisting")
	}
	if h.press(devices.KeyNext, "") {
		t.Error("the second press is refused too")
	}
	if state, n := h.is(); state+n != "calledA002" {
		t.Errorf("%s %s, want A002 called", state, n)
	}
}

// A click on the console between the press and its request wins.
func TestKeyAgainstTheConsole(t *testing.T) {
	h := deskOf(t, nil)
	h.arrange("called")
	var steps []contract.Request
	h.Look(func(s *hall.State) {
		var err error
		if steps, err = plan(s, "w1", devices.KeyPress{Unit: 1, Key: devices.KeyGiveUp}, false); err != nil {
			t.Fatal(err)
		}
	})
	h.do(contract.AskWindowNoShow)
	h.do(contract.AskWindowNext)
	r := steps[0]
	r.Issued = time.Now()
	r.Expires = r.Issued.Add(time.Minute)
	if a := h.Ask(t.Context(), "hall", hall.RoleHall, r); a.Error == nil || a.Error.Code != hall.Changed {
		t.Errorf("A003 was given up in the place of A002: %+v", a)
	}
}

// A press whose answer was lost is pressed again by the pad. Whether it was
// carried out or not, it is once.
func TestLostAnswerOfAPress(t *testing.T) {
	h := deskOf(t, nil)
	h.waits(12)
	h.open("w1", "1001")
	h.do(contract.AskWindowNext)
	h.do(contract.AskWindowStart)
	gone, end := context.WithCancel(t.Context())
	end()
	for i := range 10 {
		// Half of the time the engine has it in spite of the end.
		err := h.pads.press(gone, "line", devices.KeyPress{Unit: 1, Key: devices.KeyNext, At: time.Now()})
		if err == nil {
			t.Logf("round %d: it came through", i)
		} else if h.press(devices.KeyNext, "") {
			t.Fatalf("round %d: a beep", i)
		}
		if state, n := h.is(); state != "called" || n != fmt.Sprintf("A%03d", i+2) {
			t.Fatalf("round %d: %s %s", i, state, n)
		}
		h.do(contract.AskWindowStart)
	}
}

// Two lines may have the same addresses; a window with a line of its own takes
// its keypad from there.
func TestWindowOfAKeypad(t *testing.T) {
	setup := sampleSetup(t)
	setup.Windows = []hall.Window{
		{ID: "w1", Keypad: 1, KeypadDevice: "north"}, {ID: "w2", Keypad: 1, KeypadDevice: "south"}, {ID: "w3", Keypad: 2}, {ID: "w4"},
		{ID: "w5", Keypad: 3}, {ID: "w6", Keypad: 3, KeypadDevice: "south"},
	}
	k := newKeypads(setup, map[string]devices.Keypad{"north": nil, "south": nil}, nil, "hall", quiet)
	for _, c := range []struct {
		device string
		unit   int
		want   string
	}{{"north", 1, "w1"}, {"south", 1, "w2"}, {"north", 2, "w3"}, {"south", 2, "w3"}, {"pad", 2, "w3"}, {"pad", 1, ""}, {"north", 3, "w5"}, {"south", 3, "w6"}, {"north", 4, ""}, {"north", 0, ""}} {
		if got := k.windowOf(c.device, c.unit); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.device, c.unit, got, c.want)
		}
	}
	for window, want := range map[string]int{"w1": 1, "w2": 1, "w3": 2, "w4": 0, "w5": 1, "w6": 1} {
		if got := len(k.byWindow[window]); got != want {
			t.Errorf("%s has %d pads, want %d", window, got, want)
		}
	}
}
