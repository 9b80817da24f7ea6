package hall_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// serve brings one citizen through a window.
func (l *life) serve(window string) {
	l.t.Helper()
	l.next(window)
	l.must(contract.AskWindowStart, ref{Window: window})
	l.must(contract.AskWindowFinish, ref{Window: window})
}

// R-KEY-07, -08, -09: one press rates the service that its window has just
// finished, once; silence is "not rated".
func TestRating(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	for range 4 {
		l.printed("a")
	}
	press := func(level int) hall.Score {
		return hall.Score{Window: "w1", Level: level, Code: 5 - level, Scale: "ff68-4"}
	}
	l.refused(hall.NoRatingOpen, hall.CmdScore, press(5))
	l.next("w1")
	l.refused(hall.NoRatingOpen, hall.CmdScore, press(5)) // not while serving
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	l.refused(hall.BadRequest, hall.CmdScore, press(6))
	d := l.must(hall.CmdScore, press(4))
	var given contract.RatingGiven
	if err := json.Unmarshal(d.Events[0].Data, &given); err != nil || given.Level != 4 || given.Staff != "s1" || given.Code != 1 || given.Scale != "ff68-4" {
		t.Errorf("given %+v (%v)", given, err)
	}
	l.refused(hall.NoRatingOpen, hall.CmdScore, press(1)) // the second press

	l.serve("w1") // silence: the tick says so after 30 s
	if due := l.s.NextDue(l.now); !due.Equal(l.now.Add(30 * time.Second)) {
		t.Errorf("due %s", due)
	}
	l.now = l.now.Add(30 * time.Second)
	if d := l.do(hall.CmdTick, nil); l.types(d) != "rating.absent" {
		t.Errorf("tick: %s", l.types(d))
	}

	l.serve("w1") // a press after the time counts for nothing, even before the tick
	l.now = l.now.Add(31 * time.Second)
	if d := l.refused(hall.NoRatingOpen, hall.CmdScore, press(5)); l.types(d) != "rating.absent" {
		t.Errorf("late press: %s", l.types(d))
	}

	l.printed("a")
	l.serve("w1") // the next service closes the former session
	l.next("w1")
	if d := l.must(contract.AskWindowStart, ref{Window: "w1"}); l.types(d) != "rating.absent ticket.started" {
		t.Errorf("start: %s", l.types(d))
	}
	if r := l.s.Ratings; r.Given() != 1 || r.Absent != 3 || r.Levels[4] != 1 {
		t.Errorf("ratings %+v, want 1 given and 3 not rated", r)
	}
	l.replay()
}

func TestPunch(t *testing.T) {
	l := begin(t)
	at := time.Date(2026, 3, 2, 7, 55, 0, 0, china)
	p := contract.PunchRecorded{Terminal: "T1", Person: "1001", Local: "2026-03-02 07:55:00", Zone: "Asia/Shanghai", At: at, Received: at, Verify: 1, Source: "push"}
	if d := l.must(hall.CmdPunch, p); l.types(d) != "day.opened punch.recorded" {
		t.Errorf("punch: %s", l.types(d))
	}
	if d := l.must(hall.CmdPunch, p); len(d.Events) != 0 {
		t.Errorf("the same punch again: %s", l.types(d))
	}
	p.Person, p.Verify, p.Staff = "7777", 16, "s1"
	l.must(hall.CmdPunch, p)
	today := l.s.Attendance.Today
	if len(today) != 2 || today[0].Staff != "s1" || today[1].Staff != "" || today[1].Suspect != "unverified" {
		t.Errorf("today %+v", today)
	}
	p.Local = "2025-01-01 08:00:00"
	l.refused(hall.TooOld, hall.CmdPunch, p)
	p.Local = "soon"
	l.refused(hall.BadRequest, hall.CmdPunch, p)
	l.replay()
}

func TestDeviceFault(t *testing.T) {
	l := begin(t)
	f := contract.DeviceFault{Node: "kiosk-9", Device: "printer", Code: "paper-out", On: true, Detail: strings.Repeat("卷纸用完", 500)}
	raw, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	c := hall.Command{Type: contract.EvDeviceFault, Role: hall.RoleKiosk, Node: "kiosk-1", Data: raw}
	l.command(c)
	if d := l.command(c); len(d.Events) != 0 {
		t.Error("a fault that lasts was recorded twice")
	}
	kept, ok := l.s.Faults["kiosk-1/printer/paper-out"]
	if !ok || len(l.s.Faults) != 1 {
		t.Errorf("faults %v: a kiosk reports its own only", l.s.Faults)
	}
	if n := len([]rune(kept.Detail)); n != 200 {
		t.Errorf("%d characters of detail are kept, want 200", n)
	}
	c.Data = json.RawMessage(`{"device":"printer","code":"paper-out","on":false}`)
	if d := l.command(c); l.types(d) != "device.fault" || len(l.s.Faults) != 0 {
		t.Errorf("the end of a fault: %s, %v", l.types(d), l.s.Faults)
	}
}

// Each role may give its own commands and no others.
func TestRoles(t *testing.T) {
	l := begin(t)
	for _, c := range []struct {
		role, typ string
		allowed   bool
	}{
		{hall.RoleKiosk, contract.AskTicketTake, true},
		{hall.RoleKiosk, contract.AskWindowNext, false},
		{hall.RoleKiosk, hall.CmdScore, false},
		{hall.RoleKiosk, hall.CmdTick, false},
		{hall.RoleWindow, contract.AskWindowNext, true},
		{hall.RoleWindow, contract.AskTicketTake, false},
		{hall.RoleWindow, hall.CmdScore, false}, // staff cannot rate themselves (R-KEY-08)
		{hall.RoleDisplay, contract.EvDeviceFault, true},
		{hall.RoleDisplay, contract.AskWindowNext, false},
		{hall.RoleBridge, hall.CmdScore, true},
		{"", contract.AskTicketTake, false},
		{"manager", contract.AskTicketTake, false},
		{hall.RoleHall, contract.AskWindowNext, true},
		{hall.RoleHall, "ticket.forge/1", false},
	} {
		d := l.command(hall.Command{ID: "x", Type: c.typ, Role: c.role, Node: "n", Data: json.RawMessage(`{}`)})
		if got := d.Refusal == nil || d.Refusal.Code != hall.NotAllowed; got != c.allowed {
			t.Errorf("%q may %s: %v, want %v", c.role, c.typ, got, c.allowed)
		}
	}
}

func TestCalendarView(t *testing.T) {
	l := begin(t)
	v := l.s.CalendarView(monday)
	if !v.Open || !v.Issuing || v.Day != "2026-03-02" || v.Zone != "Asia/Shanghai" || len(v.Segments) != 2 || v.Segments[0] != (contract.Segment{From: "08:00", To: "11:30"}) {
		t.Errorf("calendar %+v", v)
	}
	v = l.s.CalendarView(monday.Add(2 * time.Hour))
	if v.Open || v.Reason.ZH != "午间休息" || !v.Next.Equal(monday.Add(4*time.Hour)) {
		t.Errorf("at noon %+v", v)
	}
}
