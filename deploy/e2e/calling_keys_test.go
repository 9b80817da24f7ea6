package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/chromedp"

	"hallward/devices/contract"
	"hallward/devices/driver/keypad/ff68"
	"hallward/devices/sim/hardware"
	"hallward/devices/sim/keypad"
	"hallward/devices/voice"
)

// byKeypad works windows 2 and 3 from their call keypads alone: next, recall,
// evaluate and the citizen's rating, one by number, a transfer by the label of
// the window, pause and back (R-KEY-08); the strips follow. Then the strip
// of window 3 is dark for a while: the console knows, the others go on, and it
// is right when it returns (R-WIN-09).
func (s *shift) byKeypad() {
	s.signsIn(s.people, "w02", "1003")
	s.signsIn(s.people, "w03", "1004")
	var list []contract.Ticket
	for range 4 {
		list = append(list, s.takes("housing-rent"))
	}
	digits := func(t contract.Ticket) string { return t.Number[1:] }

	s.press(2, "", "call")
	s.strip(2, "请"+list[0].Number+"号到2号窗口")
	s.records(contract.EvTicketCalled, "ticket", list[0].Ticket, "window", "w02", "staff", "sun")
	s.pad(2, "the number in hand", func(u keypad.Unit) bool { return strings.TrimSpace(u.Number) == digits(list[0]) })
	s.hears(list[0].Number, 2, 1)
	s.waits(voice.Again) // until then the same call is spoken once
	s.press(2, "", "recall")
	s.hears(list[0].Number, 2, 2)
	s.records(contract.EvTicketRecalled, "ticket", list[0].Ticket, "window", "w02", "staff", "sun")
	s.press(2, "", "evaluate")
	s.records(contract.EvTicketFinished, "ticket", list[0].Ticket, "staff", "sun")
	s.rate(2, 3)
	s.records(contract.EvRatingGiven, "ticket", list[0].Ticket, "window", "w02", "level", 5)
	s.strip(2, "2号窗口 欢迎您")

	s.press(2, digits(list[2]), "call") // not the next one
	s.strip(2, "请"+list[2].Number+"号到2号窗口")
	s.press(2, "3", "transfer")
	s.strip(2, "2号窗口 欢迎您")
	s.records(contract.EvTicketTransferred, "ticket", list[2].Ticket, "from", "w02", "window", "w03", "staff", "sun")
	s.press(3, digits(list[2]), "call")
	s.strip(3, "请"+list[2].Number+"号到3号窗口")
	beeps := s.pad(2, "", nil).Beeps
	s.press(2, "", "recall") // nobody is called there
	s.pad(2, "a beep", func(u keypad.Unit) bool { return u.Beeps > beeps })
	s.press(2, "", "pause")
	s.strip(2, "2号窗口 暂停办理")
	s.records(contract.EvWindowPaused, "window", "w02", "staff", "sun", "reason", "file")
	s.waits(ff68.Repeat) // until then it is the same press
	s.press(2, "", "pause")
	s.strip(2, "2号窗口 欢迎您")
	s.records(contract.EvWindowResumed, "window", "w02", "staff", "sun")
	s.press(3, "", "evaluate")
	s.strip(3, "3号窗口 欢迎您")
	s.stripFails(list[1], list[3])
	for _, window := range []string{"w02", "w03"} {
		s.asks(contract.AskWindowSignOut, contract.WindowRef{Window: window})
	}
}

// stripFails calls two numbers while the strip of window 3 has no power.
func (s *shift) stripFails(a, b contract.Ticket) {
	p := s.console
	p.signIn("hall", "1001")
	p.do(unfold("devices"))
	state := func(bad bool) chromedp.Action {
		return holds(fmt.Sprintf(`[...document.querySelectorAll("#devices tr")].some(r => r.innerText.includes("strips-3") && (r.querySelector(".bad") !== null) === %v)`, bad))
	}
	p.do(state(false))
	s.post("/strip/strips/switch?unit=3&name=power-off&on=true")
	s.press(3, "", "call")
	s.press(2, "", "call")
	s.hears(a.Number, 3, 1) // what its strip does is nobody else's concern
	took := s.strip(2, "请"+b.Number+"号到2号窗口")
	p.do(state(true))
	s.records(contract.EvDeviceFault, "device", "strips-3", "on", true)
	s.post("/strip/strips/switch?unit=3&name=power-off&on=false")
	back := s.strip(3, "请"+a.Number+"号到3号窗口")
	p.do(state(false))
	s.records(contract.EvDeviceFault, "device", "strips-3", "on", false)
	s.t.Logf("beside a strip without power another one is right after %v; it is right %v after its return",
		took.Round(time.Millisecond), back.Round(time.Millisecond))
	s.press(3, "", "evaluate")
	s.press(2, "", "evaluate")
	for unit := 2; unit <= 3; unit++ {
		s.strip(unit, fmt.Sprintf("%d号窗口 欢迎您", unit))
	}
}

// waits lets a time go by, and a bit.
func (s *shift) waits(d time.Duration) {
	s.t.Helper()
	end := time.Now().Add(d + 100*time.Millisecond)
	until(s.t, limit, "the time goes by", func() error {
		if left := time.Until(end); left > 0 {
			return fmt.Errorf("%v to go", left)
		}
		return nil
	})
}

// press types digits on a keypad and presses a key.
func (s *shift) press(unit int, digits, key string) {
	s.t.Helper()
	s.house.post(fmt.Sprintf("/keypad/%d/press?digits=%s&key=%s", unit, digits, key))
}

// pad waits until a keypad is as wanted.
func (s *shift) pad(unit int, what string, want func(keypad.Unit) bool) (u keypad.Unit) {
	s.t.Helper()
	until(s.t, limit, fmt.Sprintf("keypad %d: %s", unit, what), func() error {
		var st hardware.State
		if err := getJSON(s.url(controlPort)+"/state", &st); err != nil {
			return err
		}
		units := st.Keypads["keypads"].Units
		i := slices.IndexFunc(units, func(u keypad.Unit) bool { return u.Address == unit })
		if i < 0 {
			return errors.New("it is not there")
		}
		if u = units[i]; want != nil && !want(u) {
			return fmt.Errorf("it shows %+v", u)
		}
		return nil
	})
	return u
}
