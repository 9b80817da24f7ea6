package e2e

import (
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/chromedp"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// forget leaves behind what becomes an alarm after a minute: a number that is
// put aside at window 8, a pause at window 4, window 12 that its staff have
// left, somebody who waits where nobody has ever signed in, at window 10.
func (s *shift) forget() {
	s.signsIn(s.people, "w08", "1011")
	held := s.takes("vehicle-archive")
	s.call(s.people, "w08", held.Number)
	s.asks(contract.AskWindowHold, contract.WindowRef{Window: "w08", Reason: "复印", Minutes: 1})
	s.records(contract.EvTicketHeld, "ticket", held.Ticket, "staff", "chu", "reason", "复印")

	s.signsIn(s.people, "w04", "1006")
	s.asks(contract.AskWindowPause, contract.WindowRef{Window: "w04", Reason: "handover"})
	s.records(contract.EvWindowPaused, "window", "w04", "staff", "wu", "reason", "handover")

	s.signsIn(s.people, "w12", "1016")
	s.asks(contract.AskWindowSignOut, contract.WindowRef{Window: "w12"})
	s.takes("forestry-cut")
}

// remembered waits for the alarms on the manager's page, does what each of them
// asks for, and sees them go (R-QUE-04, R-WIN-05).
func (s *shift) remembered() {
	s.records(contract.EvAlarmRaised, "alarm", hall.AlarmHold, "subject", "C001", "staff", "chu", "limit", 1)
	s.records(contract.EvAlarmRaised, "alarm", hall.AlarmPausedLong, "subject", "w04", "staff", "wu", "limit", 1)
	s.records(contract.EvAlarmRaised, "alarm", hall.AlarmUnstaffed, "subject", "w12", "limit", 1)
	s.records(contract.EvAlarmRaised, "alarm", hall.AlarmUnstaffed, "subject", "w10", "limit", 1)
	p := s.console
	p.signIn("hall", "1001")
	words := []string{"C001号暂存已超过1分钟，请褚样例继续办理或退回队列", "4号窗口（吴样例）暂停已超过1分钟",
		"12号投诉窗口在办公时间无人值守已超过1分钟", "10号委托窗口在办公时间无人值守已超过1分钟"}
	for _, w := range words {
		s.says(p, w, true)
	}
	p.keep("console-alarms")

	s.refused(hall.HeldOverdue, contract.AskWindowNext, contract.WindowRef{Window: "w08"})
	s.asks(contract.AskWindowUnhold, contract.WindowRef{Window: "w08"})
	s.served(s.people, "w08")
	s.asks(contract.AskWindowResume, contract.WindowRef{Window: "w04"})
	s.signsIn(s.people, "w12", "1016")
	s.signsIn(s.people, "w10", "1014")
	for _, w := range words {
		s.says(p, w, false)
	}
	s.records(contract.EvTicketResumed, "window", "w08", "staff", "chu")
	s.records(contract.EvWindowResumed, "window", "w04", "staff", "wu")
	for alarm, subject := range map[string]string{hall.AlarmHold: "C001", hall.AlarmPausedLong: "w04", hall.AlarmUnstaffed: "w12"} {
		s.records(contract.EvAlarmCleared, "alarm", alarm, "subject", subject)
	}
	s.records(contract.EvAlarmCleared, "alarm", hall.AlarmUnstaffed, "subject", "w10")
}

// says waits until a page says something, or says it no more.
func (s *shift) says(p *page, words string, want bool) {
	s.t.Helper()
	var text string
	until(s.t, limit, fmt.Sprintf("the page says %q: %v", words, want), func() error {
		if err := chromedp.Run(p.ctx, chromedp.Evaluate(`document.body.innerText`, &text)); err != nil {
			return err
		}
		if strings.Contains(text, words) != want {
			return errors.New(text[:min(len(text), 1500)])
		}
		return nil
	})
}

// back waits until the hall can be asked again.
func (s *shift) back() {
	s.t.Helper()
	until(s.t, limit, "the people are connected again", func() error {
		if !s.people.Node.Online() || !s.kiosk.Online() {
			return errors.New("they are not")
		}
		return nil
	})
}
