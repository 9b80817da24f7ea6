package hall_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/text"
)

// alarmed is setup with a roster, photos, and a lead who pauses for a quarter
// of an hour at most.
func alarmed() *hall.Setup {
	s := setup()
	s.PauseReasons = []hall.PauseReason{{ID: "meeting", Name: contract.Text2{ZH: "会议", EN: "Meeting"}, Limit: 15 * time.Minute}}
	s.Staff[0].Photo = strings.Repeat("ab", 32)
	s.Staff[1].Photo = strings.Repeat("cd", 32)
	s.Roster = []contract.DutyDay{{Day: "2026-03-02", Officers: []contract.DutyOfficer{{Name: "样例", Post: contract.Text2{ZH: "值班领导"}}}}}
	return s
}

func beginWith(t failer, setup func() *hall.Setup) *life {
	return &life{t: t, s: hall.New(setup()), setup: setup, now: monday}
}

// keys are the alarms that last, "kind/subject", in order.
func (l *life) keys() string {
	var list []string
	for _, a := range l.s.AlarmList(l.now) {
		list = append(list, a.Alarm+"/"+a.Subject)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// wait lets time pass as the controller does: with a tick whenever the rules
// want one.
func (l *life) wait(d time.Duration) {
	l.t.Helper()
	for end := l.now.Add(d); ; {
		due := l.s.NextDue(l.now)
		if due.After(end) {
			l.now = end
			return
		}
		l.now = later(l.now, due)
		if events := l.must(hall.CmdTick, struct{}{}).Events; len(events) == 0 && !l.s.NextDue(l.now).After(l.now) {
			l.t.Fatalf("a tick at %s does nothing and wants another", l.now)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func at(hour, minute int) time.Time { return time.Date(2026, 3, 2, hour, minute, 0, 0, china) }

// R-QUE-04: a window that its staff left in working time is an alarm after the
// grace, and none when somebody takes over. Lunch does not count.
func TestAbandonedWindow(t *testing.T) {
	l := beginWith(t, alarmed)
	l.signIn("w1", "s1")
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	l.wait(10*time.Minute - time.Millisecond)
	if got := l.keys(); got != "" {
		t.Fatalf("before the grace is over: %s", got)
	}
	l.wait(time.Millisecond)
	if got := l.keys(); got != "window.unstaffed/w1" {
		t.Fatalf("after the grace: %q", got)
	}
	a := l.s.AlarmList(l.now)[0]
	if !a.Since.Equal(monday) || a.Limit != 10 {
		t.Errorf("alarm %+v", a)
	}
	l.signIn("w1", "s2")
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("s2 was there, if only for a moment: %s", got)
	}
	l.wait(10 * time.Minute)
	l.signIn("w1", "s2")
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("s2 is there: %s", got)
	}
	l.now = at(11, 25)
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	l.wait(at(14, 10).Sub(l.now) - time.Millisecond)
	if got := l.keys(); got != "" {
		t.Errorf("over lunch: %s", got)
	}
	l.wait(time.Millisecond)
	if got := l.keys(); got != "window.unstaffed/w1" {
		t.Errorf("after lunch: %q", got)
	}
	l.wait(at(17, 0).Sub(l.now))
	if got := l.keys(); got != "" {
		t.Errorf("after hours: %s", got)
	}
	l.replay()
}

// R-QUE-04: people wait for a service that nobody serves.
func TestServiceWithoutStaff(t *testing.T) {
	l := beginWith(t, alarmed)
	l.signIn("w1", "s1")
	l.printed("a") // w1 serves it
	l.wait(time.Hour)
	if got := l.keys(); got != "" {
		t.Fatalf("w1 is staffed: %s", got)
	}
	l.printed("c")
	l.wait(10 * time.Minute)
	if got := l.keys(); got != "window.unstaffed/w3" {
		t.Fatalf("nobody serves c: %q", got)
	}
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	l.wait(10 * time.Minute)
	if got := l.keys(); got != "window.unstaffed/w1 window.unstaffed/w2 window.unstaffed/w3" {
		t.Errorf("nobody serves a either: %q", got)
	}
	l.signIn("w2", "s2")
	l.wait(0)
	if got := l.keys(); got != "window.unstaffed/w1 window.unstaffed/w3" {
		t.Errorf("w2 serves a; w1 was left: %q", got)
	}
	l.replay()
}

// R-WIN-05: a pause that lasts longer than its reason allows raises
// window.paused-long, once.
func TestPausedLong(t *testing.T) {
	l := beginWith(t, alarmed)
	l.signIn("w1", "s1")
	l.must(contract.AskWindowPause, ref{Window: "w1", Reason: "meeting"})
	l.wait(15*time.Minute - time.Millisecond)
	if got := l.keys(); got != "" {
		t.Fatalf("within the limit: %s", got)
	}
	before := len(l.log)
	l.wait(time.Hour)
	if got := l.keys(); got != "window.paused-long/w1" {
		t.Fatalf("beyond the limit: %q", got)
	}
	if n := len(l.log) - before; n != 1 {
		t.Errorf("%d events in an hour, want the alarm alone", n)
	}
	var a contract.Alarm
	if err := json.Unmarshal(l.log[len(l.log)-1].Data, &a); err != nil || a.Staff != "s1" || a.Limit != 15 || !a.Since.Equal(monday) {
		t.Errorf("%+v, %v", a, err)
	}
	l.must(contract.AskWindowResume, ref{Window: "w1"})
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("after the pause: %s", got)
	}
	l.replay()
}

// A ticket that was put aside is an alarm from the time of its reminder until
// it is taken up again.
func TestForgottenHold(t *testing.T) {
	l := beginWith(t, alarmed)
	l.signIn("w1", "s1")
	l.printed("a")
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowHold, ref{Window: "w1", Reason: "缺材料", Minutes: 5})
	l.wait(5*time.Minute - time.Millisecond)
	if got := l.keys(); got != "" {
		t.Fatalf("before the reminder: %s", got)
	}
	l.wait(time.Millisecond)
	if got := l.keys(); got != "hold.overdue/A001" {
		t.Fatalf("after it: %q", got)
	}
	if a := l.s.AlarmList(l.now)[0]; a.Staff != "s1" || a.Limit != 5 {
		t.Errorf("alarm %+v", a)
	}
	l.must(contract.AskWindowUnhold, ref{Window: "w1"})
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("taken up: %s", got)
	}
	l.replay()
}

// R-BOARD-06: a day without a duty officer is an alarm to the office, not an
// empty box; a hall without a roster has none.
func TestNobodyOnDuty(t *testing.T) {
	l := beginWith(t, alarmed)
	l.must(hall.CmdTick, struct{}{})
	l.wait(21 * time.Hour) // Tuesday, 7:00
	if got := l.keys(); got != "" {
		t.Fatalf("before hours: %s", got)
	}
	l.wait(time.Hour)
	if got := l.keys(); got != "duty.empty/2026-03-03" {
		t.Fatalf("Tuesday has no officer: %q", got)
	}
	l.must(contract.AskDutySet, contract.SetDuty{Staff: "s1", Days: []contract.DutyDay{{Day: "2026-03-03",
		Officers: []contract.DutyOfficer{{Name: "何静", Post: contract.Text2{ZH: "值班领导", EN: "Duty officer"}}}}}})
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("with an officer: %s", got)
	}
	l.wait(4 * 24 * time.Hour) // Saturday: closed
	if got := l.keys(); got != "" {
		t.Errorf("on a day off: %s", got)
	}
	l.replay()

	plain := begin(t)
	plain.must(hall.CmdTick, struct{}{})
	plain.wait(24 * time.Hour)
	if got := plain.keys(); got != "" {
		t.Errorf("a hall without a roster: %s", got)
	}
}

// R-WIN-02: a missing photo is a work item while the person is at a window.
func TestMissingPhoto(t *testing.T) {
	l := beginWith(t, alarmed)
	l.signIn("w1", "s1")
	l.signIn("w2", "s3")
	l.wait(0)
	if got := l.keys(); got != "photo.missing/s3" {
		t.Errorf("got %q", got)
	}
	l.must(contract.AskWindowSignOut, ref{Window: "w2"})
	l.wait(0)
	if got := l.keys(); got != "" {
		t.Errorf("s3 went: %s", got)
	}
}

// Every kind of alarm is said in both languages, politely, without gaps.
func TestAlarmWords(t *testing.T) {
	s := hall.New(alarmed())
	for _, kind := range []string{hall.AlarmUnstaffed, hall.AlarmPausedLong, hall.AlarmHold, hall.AlarmDuty, hall.AlarmPhoto} {
		words := s.AlarmWords(contract.Alarm{Alarm: kind, Subject: "w1", Staff: "s1", Limit: 10})
		for _, w := range []string{words.ZH, words.EN} {
			if w == kind || w == "" || strings.ContainsAny(w, "{}") || text.Offends(w) != "" {
				t.Errorf("%s: %q", kind, w)
			}
		}
	}
}

// book knows which alarms of windows and holds there are at a moment, from the
// views and the times of the test's own book, not from the rules.
type book struct {
	left, paused map[string]time.Time // window → since
}

func (b *book) shouldBe(l *life) string {
	from := at(8, 0)
	if !l.now.Before(at(14, 0)) {
		from = at(14, 0)
	}
	open := !l.now.Before(at(8, 0)) && l.now.Before(at(11, 30)) || !l.now.Before(at(14, 0)) && l.now.Before(at(17, 0))
	on := map[string]bool{}
	beyond := func(since time.Time, limit time.Duration) bool {
		return open && !l.now.Before(later(since, from).Add(limit))
	}
	staffed := map[string]bool{}
	for _, w := range l.s.WindowsView(l.now).Windows {
		staffed[w.ID] = w.State != contract.WindowClosed
	}
	for w, since := range b.left {
		if beyond(since, 10*time.Minute) {
			on["window.unstaffed/"+w] = true
		}
	}
	for w, since := range b.paused {
		if beyond(since, 15*time.Minute) {
			on["window.paused-long/"+w] = true
		}
	}
	for _, service := range []struct {
		id      string
		windows []string
	}{{"a", []string{"w1", "w2"}}, {"c", []string{"w3"}}} {
		var since time.Time
		for _, t := range l.s.TicketsIn("waiting") {
			if t.Service == service.id && (since.IsZero() || t.WaitingFrom.Before(since)) {
				since = t.WaitingFrom
			}
		}
		if since.IsZero() || slices.ContainsFunc(service.windows, func(w string) bool { return staffed[w] }) {
			continue
		}
		for _, w := range service.windows {
			since = later(since, b.left[w])
		}
		if beyond(since, 10*time.Minute) {
			for _, w := range service.windows {
				on["window.unstaffed/"+w] = true
			}
		}
	}
	for _, t := range l.s.TicketsIn("held") {
		if !l.now.Before(t.Since.Add(10 * time.Minute)) {
			on["hold.overdue/"+t.Number] = true
		}
	}
	var list []string
	for key := range on {
		list = append(list, key)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// At every step of a random day exactly those alarms are on whose condition
// holds, each was raised once and cleared once, and replay gives the same.
func TestAlarmsOfARandomDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		quiet := func() *hall.Setup {
			s := alarmed()
			s.Roster = nil
			for i := range s.Staff {
				s.Staff[i].Photo = ""
			}
			return s
		}
		l := beginWith(t, quiet)
		b := &book{left: map[string]time.Time{}, paused: map[string]time.Time{}}
		l.now = at(7, 50)
		l.must(hall.CmdTick, struct{}{})
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			w := rapid.SampledFrom([]string{"w1", "w2", "w3"}).Draw(t, "window")
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1:
				if d := l.do(contract.AskWindowSignIn, contract.SignIn{Window: w, Staff: "s" + w[1:], PIN: "1111"}); d.Refusal == nil {
					delete(b.left, w)
				}
			case 2:
				if l.s.StaffAt(w) != "" && l.do(contract.AskWindowSignOut, ref{Window: w}).Refusal == nil {
					b.left[w] = l.now
					delete(b.paused, w)
				}
			case 3:
				if _, paused := b.paused[w]; !paused && l.do(contract.AskWindowPause, ref{Window: w, Reason: "meeting"}).Refusal == nil {
					b.paused[w] = l.now
				}
			case 4:
				if l.do(contract.AskWindowResume, ref{Window: w}).Refusal == nil {
					delete(b.paused, w)
				}
			case 5:
				service := rapid.SampledFrom([]string{"a", "c"}).Draw(t, "service")
				l.ids++
				if d := l.do(contract.AskTicketTake, contract.TakeTicket{Service: service}); d.Refusal == nil {
					l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: d.Answer.(contract.Ticket).Ticket, Proof: "printed"})
				}
			case 6:
				if l.do(contract.AskWindowNext, ref{Window: w}).Refusal == nil {
					l.must(contract.AskWindowStart, ref{Window: w})
					l.must(contract.AskWindowHold, ref{Window: w, Reason: "缺材料"})
				}
			}
			l.wait(0)
			if got, want := l.keys(), b.shouldBe(l); got != want {
				t.Fatalf("%s: alarms %q, want %q", l.now.In(china).Format("15:04:05"), got, want)
			}
			pause := rapid.SampledFrom([]time.Duration{0, time.Second, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, time.Hour}).Draw(t, "time")
			if l.now.Add(pause).After(at(17, 30)) {
				break
			}
			l.wait(pause)
			if got, want := l.keys(), b.shouldBe(l); got != want {
				t.Fatalf("%s: alarms %q, want %q", l.now.In(china).Format("15:04:05"), got, want)
			}
		}
		on := map[string]bool{}
		for _, e := range l.log {
			var a contract.Alarm
			if e.Type != contract.EvAlarmRaised && e.Type != contract.EvAlarmCleared {
				continue
			}
			if err := json.Unmarshal(e.Data, &a); err != nil {
				t.Fatal(err)
			}
			key := a.Alarm + "/" + a.Subject
			if on[key] == (e.Type == contract.EvAlarmRaised) {
				t.Fatalf("%s of %s twice in a row", e.Type, key)
			}
			on[key] = e.Type == contract.EvAlarmRaised
		}
		l.replay()
	})
}
