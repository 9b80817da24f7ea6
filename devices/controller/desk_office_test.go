package controller

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/console"
)

// withOffice gives the hall units, roles, cards, an outcome and a zone.
func withOffice(t *testing.T) func(*hall.Setup) {
	card, err := hall.HashPIN("0004711001", []byte("0123456789abcdef"), 1)
	if err != nil {
		t.Fatal(err)
	}
	return func(s *hall.Setup) {
		s.Units = []contract.UnitInfo{{ID: "u1", Name: contract.Text2{ZH: "示例单位"}, Chief: "甄有礼"}}
		s.Services[0].Unit, s.Services[0].Outcome = "u1", hall.OutcomeOptional
		s.Services = append(s.Services, hall.Service{ServiceInfo: contract.ServiceInfo{ID: "two", Unit: "u2", Prefix: "B", Name: contract.Text2{ZH: "示例事项二"}}, NoClosing: true})
		s.Windows[0].Services, s.Windows[0].Unit = []string{"one", "two"}, "u1"
		s.Staff[0].CardHash, s.Staff[0].Roles = card, []string{hall.StaffWindow, hall.StaffLead}
		s.Staff[0].Services = []string{"one", "two"}
		s.Zones = []hall.Zone{{ZoneInfo: contract.ZoneInfo{ID: "f1", Name: contract.Text2{ZH: "一楼"}}}}
		s.PauseReasons = []hall.PauseReason{{ID: "fetch", Name: contract.Text2{ZH: "取送材料"}, Limit: 15 * time.Minute}}
	}
}

// A card alone proves who somebody is, at the office door and at a window, and
// a lead looks after the units whose services they are qualified for.
func TestCardAndRoles(t *testing.T) {
	f := front{t, running(t, withOffice(t))}
	p, bad := f.c.desk.Check(t.Context(), console.Proof{Card: "0004711001"})
	if bad != nil || p.ID != "s1" || !p.Lead || p.Manager || fmt.Sprint(p.Units) != "[u1 u2]" {
		t.Errorf("the card is %+v %+v", p, bad)
	}
	if _, bad := f.c.desk.Check(t.Context(), console.Proof{Card: "0009999999"}); bad == nil || bad.Code != hall.WrongCard {
		t.Errorf("another card: %+v", bad)
	}
	if p := f.c.desk.Person("s2"); p.Lead || !p.Manager || p.Units != nil {
		t.Errorf("the manager is %+v", p)
	}
	if p := f.c.desk.Person("nobody"); p.ID != "" {
		t.Errorf("nobody is %+v", p)
	}
	f.must(console.Actor{Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Card: "0004711001"})
	if w := f.c.desk.Snapshot().Windows[0]; w.StaffID != "s1" || w.Unit != "u1" || w.Since.IsZero() {
		t.Errorf("the window: %+v", w)
	}
}

// What the desk does reaches the page: the bounds, the hold with its owner and
// time, the pause with its limit, the marks, and the day's figures.
func TestDeskOnThePage(t *testing.T) {
	f := front{t, running(t, withOffice(t))}
	w1 := console.Actor{Staff: "s1", Window: "w1"}
	f.must(console.Actor{Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
	if r := f.c.desk.Snapshot().Desk; r.Recalls != 3 || r.Every != 10*time.Second || r.Remind != 10*time.Minute || fmt.Sprint(r.Outcome) != "map[one:optional]" {
		t.Errorf("bounds: %+v", r)
	}
	f.take()
	f.take()
	f.must(w1, contract.AskTicketQuiet, contract.QuietTicket{Number: "A002", Silent: true, Window: "w1"})
	f.must(w1, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	f.must(w1, contract.AskWindowRecall, contract.WindowRef{Window: "w1"})
	if w := f.c.desk.Snapshot().Windows[0]; w.Present.Recalls != 1 || w.Present.Recalled.IsZero() || !w.Waiting[0].Silent {
		t.Errorf("called: %+v, waiting %+v", w.Present, w.Waiting)
	}
	f.must(w1, contract.AskWindowHold, contract.WindowRef{Window: "w1", Reason: "补充材料", Minutes: 25})
	h := f.c.desk.Snapshot().Windows[0].Held[0]
	if h.Keeper != "甄有礼" || h.Reason != "补充材料" || h.Remind.Sub(h.Since) != 25*time.Minute {
		t.Errorf("held: %+v", h)
	}
	f.must(w1, contract.AskWindowWalkIn, contract.WalkIn{Window: "w1", Service: "two"})
	if p := f.c.desk.Snapshot().Windows[0].Present; !p.WalkIn || p.State != "serving" {
		t.Errorf("walk-in: %+v", p)
	}
	f.must(w1, contract.AskWindowCorrect, contract.Correct{Window: "w1", Service: "one"})
	f.must(w1, contract.AskWindowFinish, contract.WindowRef{Window: "w1", Outcome: contract.Outcome{Result: "done"}})
	f.must(w1, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	f.must(w1, contract.AskWindowNoShow, contract.WindowRef{Window: "w1"})
	f.must(w1, contract.AskWindowPause, contract.WindowRef{Window: "w1", Reason: "取送材料"})
	if w := f.c.desk.Snapshot().Windows[0]; w.Over.Sub(w.Since) != 15*time.Minute || w.Reason != "取送材料" {
		t.Errorf("paused: %+v", w)
	}
	o := f.c.desk.Overview()
	if w := o.WindowDay; len(w) != 1 || w[0].Called != 2 || w[0].Served != 1 || w[0].Missed != 1 || w[0].Results["done"] != 1 || w[0].Service < 0 {
		t.Errorf("the window's day: %+v", w)
	}
	if s := o.ServiceDay; len(s) != 2 || s[0].ID != "one" || s[0].Taken != 2 || s[0].Called != 2 || s[0].Served != 1 || s[1].Taken != 1 || s[1].Served != 0 || s[1].Service != -1 {
		t.Errorf("the services' day: %+v", s)
	}
}

// What is posted stands on the manager's page with who posted it, the roster
// shows the days to come, an alarm is said in words, and a call that was not
// spoken is counted with its number.
func TestOfficeOnThePage(t *testing.T) {
	f := front{t, running(t, withOffice(t), func(s *hall.Setup) {
		s.Notices = []contract.Notice{{Text: contract.Text2{ZH: "一次办好"}}}
		s.Staff[0].Photo = fmt.Sprintf("%064d", 1)
	})}
	boss := console.Actor{Staff: "s2"}
	f.must(boss, contract.AskNoticePost, contract.PostNotice{Staff: "s2", Notice: contract.Notice{ID: "n1", Text: contract.Text2{ZH: "停水通知"}}})
	day := f.c.desk.Overview().Duty[1].Day
	f.must(boss, contract.AskDutySet, contract.SetDuty{Staff: "s2", Days: []contract.DutyDay{{Day: day, Officers: []contract.DutyOfficer{{Name: "范景行", Post: contract.Text2{ZH: "值班主任"}}}}}})
	f.must(console.Actor{Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
	f.take()
	f.must(console.Actor{Staff: "s1", Window: "w1"}, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	if err := f.c.engine.Reading(t.Context(), contract.EvCallUnspoken, contract.CallUnspoken{Call: 1, Zone: "f1", Reason: "voice"}); err != nil {
		t.Fatal(err)
	}
	o := f.c.desk.Overview()
	if n := o.Notices; len(n) != 2 || !n[0].Fixed || n[1].Fixed || n[1].Staff != "甄有序" || n[1].Text.ZH != "停水通知" {
		t.Errorf("notices: %+v", n)
	}
	if len(o.Duty) != dutyAhead || o.Duty[1].Officers[0].Name != "范景行" || len(o.Duty[0].Officers) != 0 {
		t.Errorf("the roster: %+v", o.Duty)
	}
	if u := o.Unspoken; o.Silenced != 1 || len(u) != 1 || u[0].Number != "A001" || u[0].Zone != "一楼" || u[0].Reason != "voice" || u[0].At.IsZero() {
		t.Errorf("unspoken: %d %+v", o.Silenced, u)
	}
	blob, _ := json.Marshal(contract.Alarm{Alarm: hall.AlarmPausedLong, Subject: "w1", Since: time.Now(), Limit: 30, Staff: "s1"})
	f.c.engine.Look(func(s *hall.State) {
		if s.Alarms == nil {
			s.Alarms = map[string]contract.Alarm{}
		}
		var a contract.Alarm
		json.Unmarshal(blob, &a)
		s.Alarms["x"] = a
	})
	if a := f.c.desk.Snapshot().Alarms; len(a) != 1 || a[0].Kind != hall.AlarmPausedLong || a[0].Subject != "w1" || a[0].Limit != 30 || a[0].Words.ZH == "" {
		t.Errorf("alarms: %+v", a)
	}
}

// The figures of the day start anew with the day, and an event that nobody can
// read is no figure.
func TestFiguresOfADay(t *testing.T) {
	d := newDesk(nil)
	d.figures.note(contract.Event{Type: contract.EvTicketIssued, Data: json.RawMessage(`{"ticket":"t","service":"one"}`)})
	d.figures.note(contract.Event{Type: contract.EvTicketCalled, Data: json.RawMessage(`[]`)})
	for range droppedKept + 5 {
		d.figures.note(contract.Event{Type: contract.EvCallUnspoken, Data: json.RawMessage(`{"call":1,"zone":"f1","reason":"stale"}`)})
	}
	if f := d.figures; f.services["one"].taken != 1 || len(f.windows) != 0 || f.silenced != droppedKept+5 || len(f.dropped) != droppedKept {
		t.Errorf("figures: %+v", f)
	}
	d.note([]contract.Event{{Type: contract.EvDayOpened, Data: json.RawMessage(`{"day":"2026-03-10"}`)}})
	if f := d.figures; len(f.services) != 0 || f.silenced != 0 {
		t.Errorf("the next day begins with %+v", f)
	}
}
