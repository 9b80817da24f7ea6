package hall_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/queue"
)

// offering is a hall that has everything to offer when it gives no tickets.
func offering() *hall.Setup {
	s := setup()
	s.Hall.SelfService = contract.Text2{ZH: "大厅东门24小时自助区", EN: "the self-service area at the east gate, open day and night"}
	s.Hall.DutyPhone = "555-0199"
	s.Hours.IssueBefore = 10
	for i := range s.Services {
		if s.Services[i].ID == "a" {
			s.Services[i].Appointments, s.Services[i].Capacity = true, 2
		}
		if s.Services[i].ID == "c" {
			s.Services[i].Name = contract.Text2{ZH: "缴费证明", EN: "Proof of payment"}
			s.Services[i].Hours = &calendar.Part{Segments: []calendar.Segment{{From: 8 * 60, To: 10*60 + 30}}}
		}
	}
	return s
}

func offeringAt(t failer, now time.Time) *life {
	return &life{t: t, s: hall.New(offering()), setup: offering, now: now}
}

// R-KIOSK-08, R-CAL-06, R-QUE-12: at each position of the clock the kiosk knows
// when tickets are given and what there is instead; it is never a bare "closed".
func TestNeverABareClosed(t *testing.T) {
	day := func(date, clock string) time.Time {
		at, err := time.ParseInLocation("2006-01-02 15:04", date+" "+clock, china)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	const usual, off = "appointment 24h", "appointment 24h duty"
	for _, c := range []struct {
		name             string
		now              time.Time
		open, issuing    bool
		begin, end, why  string
		offer, refusalZH string
	}{
		{"night", day("2026-03-02", "06:00"), false, false, "03-02 07:50", "", "尚未到办公时间", usual, "尚未到办公时间，今天07:50开始取号。可在本机预约其他时间；也可使用大厅东门24小时自助区；如有急事，请拨打555-0100"},
		{"before opening", day("2026-03-02", "07:50"), false, true, "", "", "尚未到办公时间", "", ""},
		{"open", day("2026-03-02", "08:00"), true, true, "", "03-02 11:30", "", "", ""},
		{"the last minute", day("2026-03-02", "11:29"), true, true, "", "03-02 11:30", "", "", ""},
		{"lunch", day("2026-03-02", "11:30"), false, false, "03-02 13:50", "", "午间休息", usual, "午间休息，今天13:50开始取号。"},
		{"after lunch", day("2026-03-02", "14:00"), true, true, "", "03-02 17:00", "", "", ""},
		{"after closing", day("2026-03-02", "17:00"), false, false, "03-03 07:50", "", "今日办公时间已结束", usual, "今日办公时间已结束，3月3日（周二）07:50开始取号。"},
		{"weekend", day("2026-03-07", "10:00"), false, false, "03-09 07:50", "", "休息日", off, "休息日，3月9日（周一）07:50开始取号。可在本机预约其他时间；也可使用大厅东门24小时自助区；急事请拨打值班电话555-0199"},
		{"holiday", day("2026-05-01", "10:00"), false, false, "05-06 07:50", "", "劳动节放假", off, "劳动节放假，5月6日（周三）07:50开始取号。"},
	} {
		l := offeringAt(t, c.now)
		l.do(hall.CmdTick, nil)
		v := l.s.CalendarView(l.now)
		say := func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.In(china).Format("01-02 15:04")
		}
		if v.Open != c.open || v.Issuing != c.issuing || say(v.Begin) != c.begin || say(v.End) != c.end || v.Reason.ZH != c.why || strings.Join(v.Offer, " ") != c.offer {
			t.Errorf("%s: open %v, issuing %v, begin %q, end %q, %q, offer %v", c.name, v.Open, v.Issuing, say(v.Begin), say(v.End), v.Reason.ZH, v.Offer)
		}
		if want := l.s.Setup().Hours.NextDay(c.now); !v.DayEnd.Equal(want) || v.Doubt {
			t.Errorf("%s: the day ends %s, want %s; doubt %v", c.name, v.DayEnd, want, v.Doubt)
		}
		if c.issuing {
			l.take("a")
			continue
		}
		d := l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "a"})
		if !strings.HasPrefix(d.Refusal.Message, c.refusalZH) || !strings.Contains(d.Refusal.MessageEN, "You can book a time") {
			t.Errorf("%s: words %q, %q", c.name, d.Refusal.Message, d.Refusal.MessageEN)
		}
	}
}

// R-KIOSK-08, -09: beyond the hours tickets are given where somebody is ready to
// serve, for as long as the hall has set; on a day off for urgent matters
// (R-CAL-06).
func TestExtendedService(t *testing.T) {
	for _, c := range []struct {
		now      string
		extended time.Duration
		staffed  bool
		takes    bool
	}{
		{"2026-03-02 17:30", time.Hour, true, true},
		{"2026-03-02 17:30", time.Hour, false, false},
		{"2026-03-02 17:30", 0, true, false},
		{"2026-03-02 18:01", time.Hour, true, false},
		{"2026-03-02 07:00", time.Hour, true, true},
		{"2026-03-02 06:59", time.Hour, true, false},
		{"2026-03-02 12:00", time.Hour, true, true},
		{"2026-03-07 12:00", time.Hour, true, true}, // a Saturday
		{"2026-03-07 12:00", time.Hour, false, false},
	} {
		special := func() *hall.Setup {
			s := offering()
			s.Hours.IssueBefore, s.Extended = 0, c.extended
			return s
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", c.now, china)
		if err != nil {
			t.Fatal(err)
		}
		l := &life{t: t, s: hall.New(special()), setup: special, now: at}
		if c.staffed {
			l.signIn("w1", "s1")
		}
		v := l.s.CalendarView(l.now)
		if v.Open || v.Issuing != c.takes || c.takes != reflect.DeepEqual(v.Offer, []string{hall.OfferExtended}) {
			t.Errorf("%+v: open %v, issuing %v, offer %v", c, v.Open, v.Issuing, v.Offer)
		}
		if d := l.do(contract.AskTicketTake, contract.TakeTicket{Service: "a"}); (d.Refusal == nil) != c.takes {
			t.Errorf("%+v: %+v", c, d.Refusal)
		}
		// Nobody is there for another service.
		l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "z"})
		if c.takes {
			l.must(contract.AskWindowPause, ref{Window: "w1", Reason: "meeting"})
			l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "a"})
		}
	}
}

// R-QUE-12, R-KIOSK-09: who took a number before lunch or closing keeps the
// place and is called after it; nothing but the day's end or the duty officer
// ends the queue.
func TestNumbersOutliveTheHours(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.now = monday.Add(89 * time.Minute) // 11:29
	before := l.printed("a")
	l.now = monday.Add(4 * time.Hour)
	after := l.printed("a")
	for _, want := range []string{before.Number, after.Number} {
		if got := l.next("w1").Ticket.Number; got != want {
			t.Errorf("called %s, want %s", got, want)
		}
		l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	}
	late := l.printed("a")
	l.now = monday.Add(7*time.Hour + time.Minute)
	l.do(hall.CmdTick, nil)
	if got := l.next("w1").Ticket.Number; got != late.Number {
		t.Errorf("after closing %s was called, want %s", got, late.Number)
	}
}

// R-KIOSK-09: the duty officer ends the queue with a reason, which is kept;
// what is in hand is finished.
func TestDayClose(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.printed("a")
	l.next("w1")
	waiting, issued := l.printed("a"), l.take("b")
	l.refused(hall.CloseReason, contract.AskDayClose, contract.CloseDay{Staff: "s1", Reason: " "})
	l.refused(hall.UnknownStaff, contract.AskDayClose, contract.CloseDay{Staff: "nobody", Reason: "停电"})
	raw, err := json.Marshal(contract.CloseDay{Staff: "s1", Reason: "停电"})
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{hall.RoleKiosk, hall.RoleWindow} {
		if d := l.command(hall.Command{ID: "x", Type: contract.AskDayClose, Role: role, Data: raw}); d.Refusal == nil || d.Refusal.Code != hall.NotAllowed {
			t.Errorf("a %s may end the day", role)
		}
	}
	d := l.must(contract.AskDayClose, contract.CloseDay{Staff: "1001", Reason: "停电"})
	if got := l.types(d); got != "ticket.voided ticket.voided day.closed" {
		t.Errorf("events %q", got)
	}
	for _, n := range []string{waiting.Number, issued.Number} {
		if l.state(n) != queue.Void || l.s.Tickets[waiting.Ticket].Reason != "day-closed" {
			t.Errorf("%s is %s", n, l.state(n))
		}
	}
	if *l.s.Closed != (contract.DayClosed{Day: "2026-03-02", Staff: "s1", Reason: "停电"}) {
		t.Errorf("kept was %+v", l.s.Closed)
	}
	if d := l.must(contract.AskDayClose, contract.CloseDay{Staff: "s1", Reason: "停电"}); len(d.Events) != 0 {
		t.Errorf("again: %q", l.types(d))
	}
	v := l.s.CalendarView(l.now)
	if v.Open || v.Issuing || v.Reason.ZH != "今日业务已提前结束：停电" || !v.Begin.Equal(time.Date(2026, 3, 3, 8, 0, 0, 0, china)) {
		t.Errorf("%+v", v)
	}
	if d := l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "a"}); !strings.HasPrefix(d.Refusal.Message, "今日业务已提前结束：停电，3月3日（周二）08:00开始取号。") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1"})
	l.replay()
	l.now = monday.Add(22 * time.Hour)
	if n := l.take("a"); n.Number != "A001" || n.Day != "2026-03-03" {
		t.Errorf("the next morning: %+v", n)
	}
}

// A service has hours of its own within those of the hall, and says so, not
// that the hall is closed.
func TestHoursOfAService(t *testing.T) {
	l := offeringAt(t, monday)
	l.signIn("w3", "s3")
	l.take("c")
	l.now = monday.Add(30 * time.Minute) // 10:30
	d := l.refused(hall.OffHours, contract.AskTicketTake, contract.TakeTicket{Service: "c"})
	if d.Refusal.Message != "“缴费证明”此时不受理，3月3日（周二）07:50开始取号。也可使用大厅东门24小时自助区；如有急事，请拨打555-0100" {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.take("e")
	for _, q := range l.s.QueueView(l.now).Services {
		if (q.Stop == "hours") != (q.Service == "c") {
			t.Errorf("%s stops: %q", q.Service, q.Stop)
		}
	}
	l.now = monday.Add(2 * time.Hour) // lunch: of the hall
	l.refused(hall.Closed, contract.AskTicketTake, contract.TakeTicket{Service: "c"})
	l.replay()
}

// R-CAL-08: from November on, staff see that next year's holidays are not
// known, until they are; the fault is told once.
func TestCalendarMissing(t *testing.T) {
	l := &life{t: t, s: hall.New(setup()), setup: setup, now: time.Date(2026, 10, 31, 12, 0, 0, 0, china)}
	if d := l.do(hall.CmdTick, nil); l.types(d) != "day.opened" {
		t.Errorf("in October: %q", l.types(d))
	}
	l.now = time.Date(2026, 11, 15, 12, 0, 0, 0, china)
	d := l.do(hall.CmdTick, nil)
	if got := l.types(d); got != "day.opened device.fault" {
		t.Fatalf("in November: %q", got)
	}
	var f contract.DeviceFault
	if err := json.Unmarshal(d.Events[1].Data, &f); err != nil || f != (contract.DeviceFault{Node: "hall", Device: "calendar", Code: hall.CalendarMissing, On: true, Detail: "2027"}) {
		t.Errorf("%+v, %v", f, err)
	}
	if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 {
		t.Errorf("again: %q", l.types(d))
	}
	l.replay()

	// A hall that knows no holidays needs no calendar.
	special := func() *hall.Setup { s := setup(); s.Hours.NoHolidays = true; return s }
	l = &life{t: t, s: hall.New(special()), setup: special, now: time.Date(2026, 11, 15, 12, 0, 0, 0, china)}
	if d := l.do(hall.CmdTick, nil); l.types(d) != "day.opened" {
		t.Errorf("without holidays: %q", l.types(d))
	}
}
