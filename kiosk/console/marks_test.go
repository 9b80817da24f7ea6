package console

import (
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

func TestMarks(t *testing.T) {
	s := newFakeHall().Snapshot()
	for _, c := range []struct {
		name string
		t    Ticket
		want string
	}{
		{"ordinary", Ticket{}, ""},
		{"a class, without what stands in brackets", Ticket{Class: "elderly"}, "老年人"},
		{"a class that is no more", Ticket{Class: "old"}, "old"},
		{"an appointment", Ticket{Class: "appointment", Due: morning.Add(18 * time.Minute)}, "预约 09:30"},
		{"an appointment that was given the head", Ticket{Class: "urgent", Due: morning}, "预约 09:12 特事特办"},
		{"an appointment's class alone", Ticket{Class: "appointment"}, "预约"},
		{"without the card, while cut off", Ticket{NoCard: true, Offline: true}, "!请核对身份 离线取号"},
		{"called by eye only, and taken in at a window", Ticket{Silent: true, WalkIn: true}, "静音 无号办理"},
		{"several services", Ticket{ForWindow: true, More: []string{"deed", "fee"}, Owed: true, Reprints: 2}, "转至本窗口 还有 2 项 待缴费 补打 2 次"},
	} {
		var got []string
		for _, m := range marks(s, c.t) {
			if m.Strong {
				m.Text = "!" + m.Text
			}
			got = append(got, m.Text)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s: %q, want %q", c.name, g, c.want)
		}
	}
}

func TestBecause(t *testing.T) {
	for _, c := range []struct {
		p    Present
		want string
	}{
		{Present{Why: "按取号先后"}, "按取号先后"},
		{Present{Why: "特事特办（授权：林青禾）", Ticket: Ticket{Granted: "林青禾", GrantReason: "急病"}}, "特事特办（授权：林青禾），理由：急病"},
		{Present{Why: "本窗口绿色通道优先", Ticket: Ticket{Granted: "林青禾", GrantReason: "重点项目"}}, "本窗口绿色通道优先，林青禾授权，理由：重点项目"},
	} {
		if got := c.p.Because(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// What staff may give: the head of the queue first, then what citizens cannot
// choose, and no appointment, which is checked in.
func TestGrantable(t *testing.T) {
	d := windowData{Snapshot: Snapshot{Classes: []Class{{ID: "elderly"}, {ID: "appointment"}, {ID: "green", Grant: true}, {ID: "urgent", Grant: true, Head: true}}}}
	var got []string
	for _, c := range d.grantable() {
		got = append(got, c.ID)
	}
	if g := strings.Join(got, " "); g != "urgent green elderly" {
		t.Errorf("offered: %s", g)
	}
}

// The window's page lists the numbers of its own services that nobody may hold.
func TestUnheld(t *testing.T) {
	d := windowData{W: Window{Services: []string{"deed"}}, Snapshot: Snapshot{
		Unconfirmed: []Ticket{{Number: "C001", Service: "plate"}, {Number: "A001", Service: "deed"}},
		Voided:      []Ticket{{Number: "A002", Service: "deed", State: "late"}}}}
	if list := d.Unheld(); len(list) != 2 || list[0].Number != "A001" || list[1].Number != "A002" {
		t.Errorf("%+v", list)
	}
}

// A service that the manager paused may be resumed, one that the configuration
// stops may not, and one that a quota stops may be paused.
func TestQueueLines(t *testing.T) {
	hall := newFakeHall()
	hall.change(func(s *Snapshot) {
		s.Catalogue.Services[1].Paused = "系统升级"
		s.Queue.Services[0].Stop, s.Queue.Services[0].Reason = "paused", contract.Text2{ZH: "该事项暂停办理：停电。请到咨询台咨询"}
		s.Queue.Services[1].Stop = "paused"
		s.Queue.Services[2].Stop, s.Queue.Services[2].Reason = "quota", contract.Text2{ZH: "今天的号已发完"}
	})
	hall.over.Paused["deed"] = "停电"
	d := (&server{b: hall}).hallOf(hall.Snapshot(), session{Manager: true})
	var got []string
	for _, l := range d.Queues {
		word := l.Service + " " + l.Stop + " " + l.Why
		if l.Paused {
			word += " resume"
		}
		if l.Fixed {
			word += " fixed"
		}
		got = append(got, word)
	}
	if g := strings.Join(got, "; "); g != "deed 已暂停 停电 resume; permit 已暂停  fixed; plate 今日已满 今天的号已发完" || d.Stopped != 3 {
		t.Errorf("%d stopped: %s", d.Stopped, g)
	}
}
