package hall_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// positions are the four positions of the clock (R-KIOSK-08) on a working
// Monday.
var positions = map[string]time.Time{
	"before opening": monday.Add(-2*time.Hour - 30*time.Minute), // 07:30
	"open":           monday,
	"at lunch":       monday.Add(2 * time.Hour),
	"after closing":  monday.Add(8 * time.Hour),
}

// lateSetup gives tickets at any hour where a window is staffed.
func lateSetup() *hall.Setup {
	s := setup()
	s.Extended = 12 * time.Hour
	return s
}

// late is a hall with lateSetup at a moment.
func late(t failer, now time.Time) *life {
	l := &life{t: t, s: hall.New(lateSetup()), setup: lateSetup, now: now}
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	return l
}

// jump steps the machine's clock while the hall runs.
func (l *life) jump(by time.Duration) hall.Decision {
	l.t.Helper()
	l.now = l.now.Add(by)
	return l.must(hall.CmdClock, hall.ClockStep{By: by})
}

// restart lets the hall live on from its snapshot.
func (l *life) restart() {
	l.t.Helper()
	blob, err := json.Marshal(l.s)
	if err != nil {
		l.t.Fatal(err)
	}
	l.s = hall.New(l.setup())
	if err := json.Unmarshal(blob, l.s); err != nil {
		l.t.Fatal(err)
	}
	l.must(hall.CmdClock, hall.ClockStep{Start: true})
}

// R-CAL-09, R-QUE-14: the clock jumps while the hall runs, there and back.
// Nothing runs out by it, who waits is served, no number comes twice, the
// business day neither goes back nor rolls to a day that cannot be.
func TestClockSteps(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for where, start := range positions {
		for _, c := range []struct {
			by      time.Duration
			doubted bool // between there and back
		}{
			{10 * time.Minute, false}, {-10 * time.Minute, false}, {24 * time.Hour, false}, {-24 * time.Hour, false},
			{year, true}, {-year, true},
		} {
			t.Run(fmt.Sprint(where, " ", c.by), func(t *testing.T) {
				l := late(t, start)
				waiting := l.printed("a")
				l.serve("w1") // its rating is open now
				waiting = l.printed("a")
				unconfirmed := l.take("a")
				l.now = l.now.Add(20 * time.Second)
				day := l.s.Day

				for range 2 { // there and back
					if got := l.types(l.jump(c.by)); got != "clock.stepped" && got != "clock.doubted" && got != "clock.trusted" {
						t.Errorf("the jump: %q", got)
					}
					c.by = -c.by
					if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 {
						t.Errorf("after the jump: %q", l.types(d))
					}
					if due := l.s.NextDue(l.now); due.Sub(l.now) > 11*time.Second {
						t.Errorf("the rating is due in %s, want 10 s", due.Sub(l.now))
					}
					if got := l.state(unconfirmed.Number); got != queue.Issued {
						t.Errorf("the unconfirmed ticket is %s", got)
					}
					if l.s.Day != day {
						t.Errorf("day %s, want %s while somebody waits", l.s.Day, day)
					}
					if v := l.s.CalendarView(l.now); v.Doubt != c.doubted {
						t.Errorf("doubt %v, want %v", v.Doubt, c.doubted)
					}
					c.doubted = false
				}
				if got := l.next("w2").Ticket.Number; got != waiting.Number {
					t.Errorf("called was %s, want %s", got, waiting.Number)
				}
				if n := l.take("a"); n.Number != "A004" || n.Day != day {
					t.Errorf("the next ticket is %s of %s", n.Number, n.Day)
				}
				// Time goes on as ever.
				l.now = l.now.Add(11 * time.Second)
				if d := l.do(hall.CmdTick, nil); l.types(d) != "rating.absent" {
					t.Errorf("the rating ends with %q", l.types(d))
				}
				l.now = l.now.Add(2 * time.Minute)
				if d := l.do(hall.CmdTick, nil); l.types(d) != "ticket.voided ticket.voided" {
					t.Errorf("the unconfirmed end with %q", l.types(d))
				}
				l.replay()
			})
		}
	}
}

// A jump that reaches another day waits for the queue; then the day begins, and
// everybody stays at the windows.
func TestHeldDay(t *testing.T) {
	l := late(t, monday)
	first := l.printed("a")
	l.jump(24 * time.Hour)
	second := l.printed("b")
	if first.Day != "2026-03-02" || second.Day != "2026-03-02" || second.Number != "A002" {
		t.Errorf("%+v, want the number after %s", second, first.Number)
	}
	if v := l.s.CalendarView(l.now); v.Day != "2026-03-02" {
		t.Errorf("the calendar says %s", v.Day)
	}
	l.serve("w1")
	if due := l.s.NextDue(l.now); !due.After(l.now) {
		t.Errorf("due at once, while somebody waits")
	}
	l.serve("w1")
	if due := l.s.NextDue(l.now); due.After(l.now) {
		t.Errorf("the new day is due in %s, want now", due.Sub(l.now))
	}
	d := l.do(hall.CmdTick, nil)
	if got := l.types(d); got != "rating.absent window.signed-out window.signed-out day.opened window.signed-in window.signed-in" {
		t.Errorf("events %q", got)
	}
	if n := l.printed("a"); n.Number != "A001" || n.Day != "2026-03-03" {
		t.Errorf("the first of the new day: %+v", n)
	}
	if got := l.next("w1").Ticket.Number; got != "A001" {
		t.Errorf("called was %s", got)
	}
	l.replay()

	// At most until the next day.
	l = late(t, monday)
	left := l.printed("a")
	l.jump(24 * time.Hour)
	l.now = l.now.Add(24 * time.Hour)
	l.do(hall.CmdTick, nil)
	if l.s.Day != "2026-03-04" || l.s.Tickets[left.Ticket] != nil {
		t.Errorf("day %s, %v", l.s.Day, l.s.Tickets[left.Ticket])
	}
}

// An empty clock battery at the start: the hall keeps its business day, is open
// when somebody is at work, and time passes. When the clock is put right, who
// waits stays, and the new day follows when they are served. At each of the
// four positions of the real clock.
func TestDeadBattery(t *testing.T) {
	for where, morning := range positions {
		t.Run(where, func(t *testing.T) {
			friday := monday.AddDate(0, 0, -3)
			l := late(t, friday)
			l.printed("a")
			l.serve("w1")
			l.must(hall.CmdScore, hall.Score{Window: "w1", Level: 5})
			for _, w := range []string{"w1", "w2"} {
				l.must(contract.AskWindowSignOut, ref{Window: w})
			}
			battery := time.Date(1970, 1, 1, 0, 0, 10, 0, time.UTC)
			real := morning.Sub(battery) // what the clock is behind by, on Monday
			l.now = battery
			l.restart()
			v := l.s.CalendarView(l.now)
			if !v.Doubt || v.Open || v.Issuing || v.Day != "2026-02-27" || v.Reason.ZH != "工作人员尚未到岗" {
				t.Errorf("at the start: %+v", v)
			}
			if d := l.refused(hall.NobodyAtWork, contract.AskTicketTake, contract.TakeTicket{Service: "a"}); d.Refusal.Message != "工作人员尚未到岗，到岗后即可取号。如有急事，请拨打555-0100" {
				t.Errorf("words %q", d.Refusal.Message)
			}
			l.signIn("w1", "s1")
			if v := l.s.CalendarView(l.now); !v.Doubt || !v.Open || !v.Issuing {
				t.Errorf("with somebody at work: %+v", v)
			}
			ghost := l.take("a")
			l.now = l.now.Add(time.Minute)
			l.restart() // again, and the battery is as empty as before
			l.now = l.now.Add(61 * time.Second)
			if d := l.do(hall.CmdTick, nil); l.types(d) != "ticket.voided" {
				t.Errorf("two minutes after %s: %q", ghost.Number, l.types(d))
			}
			kept := l.printed("a")
			pending := l.take("a")
			if kept.Number != "A003" || kept.Day != "2026-02-27" {
				t.Errorf("%+v, want the numbers to go on", kept)
			}
			l.now = battery.Add(30 * time.Second) // a second power cut: behind once more
			l.restart()
			if v := l.s.CalendarView(l.now); !v.Doubt || !v.Open {
				t.Errorf("after the second power cut: %+v", v)
			}

			d := l.jump(real)
			if l.types(d) != "clock.trusted" || l.s.Clock.Held == "" {
				t.Errorf("put right: %q, held %q", l.types(d), l.s.Clock.Held)
			}
			if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 {
				t.Errorf("put right: %q", l.types(d))
			}
			if l.s.CalendarView(l.now).Doubt {
				t.Error("the clock is right and in doubt")
			}
			if got := l.next("w1").Ticket.Number; got != kept.Number {
				t.Errorf("called was %s, want %s", got, kept.Number)
			}
			l.must(contract.AskWindowStart, ref{Window: "w1"})
			l.must(contract.AskWindowFinish, ref{Window: "w1"})
			l.must(contract.AskTicketVoid, contract.TicketRef{Ticket: pending.Ticket})
			l.do(hall.CmdTick, nil)
			if n := l.take("a"); n.Day != "2026-03-02" || n.Number != "A001" {
				t.Errorf("the new day: %+v", n)
			}
			l.replay()
		})
	}
}

// A clock that runs ahead of its journal at the start is believed: the hall may
// have been closed for long. One that jumped ahead while the hall ran is not,
// until it comes back or the controller is started again.
func TestFarAhead(t *testing.T) {
	l := late(t, monday)
	l.now = l.now.AddDate(0, 1, 0)
	l.restart()
	if l.s.Day != "2026-04-02" || l.s.Clock.By != 0 {
		t.Errorf("after a month off: day %s, %+v", l.s.Day, l.s.Clock)
	}
	l.jump(37 * time.Hour)
	if l.s.Day != "2026-04-02" || !l.s.CalendarView(l.now).Doubt {
		t.Errorf("37 hours ahead: day %s, %+v", l.s.Day, l.s.Clock)
	}
	l.now = l.now.Add(time.Hour)
	if got := l.s.Now(l.now); !got.Equal(time.Date(2026, 4, 2, 11, 0, 0, 0, china)) {
		t.Errorf("the hall's time is %s, want an hour later", got)
	}
	l.restart()
	if l.s.Day != "2026-04-03" || l.s.CalendarView(l.now).Doubt {
		t.Errorf("started again: day %s, %+v", l.s.Day, l.s.Clock)
	}
	l.replay()
}

// A clock that was hours ahead before a restart and is right now is behind the
// journal. In the night it is believed again, and the day does not go back.
func TestBehindUntilNight(t *testing.T) {
	l := late(t, monday.Add(3*time.Hour)) // really 10:00
	l.now = monday
	l.restart()
	if v := l.s.CalendarView(l.now); !v.Doubt || l.s.Clock.By != 3*3600 {
		t.Errorf("%+v", l.s.Clock)
	}
	for range 6 { // there is work until 22:00, by the hall 01:00
		l.now = l.now.Add(2 * time.Hour)
		l.printed("a")
	}
	l.now = monday.Add(14 * time.Hour) // 24:00, by the hall 03:00
	if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 || !l.s.CalendarView(l.now).Doubt {
		t.Errorf("in the evening: %q", l.types(d))
	}
	l.now = monday.Add(15*time.Hour + time.Minute)
	if d := l.do(hall.CmdTick, nil); l.types(d) != "clock.trusted" || l.s.Day != "2026-03-02" {
		t.Errorf("at the hall's 04:01: %q, day %s", l.types(d), l.s.Day)
	}
	l.now = monday.Add(18 * time.Hour)
	l.do(hall.CmdTick, nil)
	if l.s.Day != "2026-03-03" || l.s.CalendarView(l.now).Doubt {
		t.Errorf("at the real 04:00: day %s", l.s.Day)
	}
	l.replay()
}

// A little behind is no doubt: the hall's time stands still until the clock has
// caught up.
func TestSlack(t *testing.T) {
	l := late(t, monday)
	l.take("a")
	l.now = monday.Add(-2 * time.Minute)
	if got := l.s.Now(l.now); !got.Equal(monday) {
		t.Errorf("the hall's time is %s", got)
	}
	if n := l.do(contract.AskTicketTake, contract.TakeTicket{Service: "a"}); l.types(n) != "ticket.issued" || !n.Events[0].Time.Equal(monday) {
		t.Errorf("%q at %s", l.types(n), n.Events[0].Time)
	}
	l.now = monday.Add(-2*time.Minute - time.Millisecond)
	if d := l.do(hall.CmdTick, nil); l.types(d) != "clock.doubted" {
		t.Errorf("a millisecond more: %q", l.types(d))
	}
}

// R-KIOSK-09: midnight and a restart change nothing; the day ends at its hour,
// the next day.
func TestMidnight(t *testing.T) {
	l := late(t, monday.Add(8*time.Hour))
	left := l.printed("a")
	for _, at := range []time.Duration{13*time.Hour + 59*time.Minute, 14 * time.Hour, 17*time.Hour + 59*time.Minute} {
		l.now = monday.Add(at)
		l.restart()
		l.do(hall.CmdTick, nil)
		if l.s.Day != "2026-03-02" || l.state(left.Number) != queue.Waiting {
			t.Errorf("%s: day %s, ticket %s", l.now, l.s.Day, l.state(left.Number))
		}
	}
	if n := l.take("a"); n.Number != "A002" {
		t.Errorf("before the day's end: %s", n.Number)
	}
	l.now = monday.Add(18 * time.Hour)
	l.restart()
	if l.s.Day != "2026-03-03" || len(l.s.Tickets) != 0 {
		t.Errorf("at the day's beginning: day %s, %d tickets", l.s.Day, len(l.s.Tickets))
	}
	l.replay()
}

// Any jumps, restarts and work: no number twice on a day, the day never goes
// back, the hall's time only where an event of the clock says so, nothing
// unconfirmed runs out early, and a tick is never due for ever.
func TestAnyClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := late(t, monday)
		real := monday // time that passed, whatever the clock says
		issued := map[string]time.Time{}
		numbers := map[string]bool{}
		day, last := "", time.Time{}
		seen := 0
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			pass := rapid.SampledFrom([]time.Duration{0, time.Second, 50 * time.Second, 10 * time.Minute, 5 * time.Hour}).Draw(t, "passes")
			real, l.now = real.Add(pass), l.now.Add(pass)
			switch rapid.IntRange(0, 7).Draw(t, "what") {
			case 0:
				l.jump(rapid.SampledFrom([]time.Duration{time.Minute, -time.Minute, 10 * time.Minute, -10 * time.Minute, 24 * time.Hour, -24 * time.Hour,
					40 * time.Hour, -40 * time.Hour, 9000 * time.Hour, -9000 * time.Hour, real.Sub(l.now)}).Draw(t, "jump"))
			case 1: // off for a while; the clock may have lost all
				off := rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 60 * time.Hour}).Draw(t, "off")
				real = real.Add(off)
				l.now = rapid.SampledFrom([]time.Time{l.now.Add(off), real, time.Unix(10, 0)}).Draw(t, "clock")
				l.restart()
				clear(issued) // how long it was nobody knows
			case 2, 3:
				if !l.s.CalendarView(l.now).Issuing {
					l.signIn("w1", "s1")
				}
				if d := l.do(contract.AskTicketTake, contract.TakeTicket{Service: "a"}); d.Refusal == nil {
					issued[d.Answer.(contract.Ticket).Ticket] = real
				}
			case 4:
				for _, k := range l.s.TicketsIn(queue.Issued) {
					l.do(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: k.ID, Proof: "printed"})
				}
			case 5:
				l.do(contract.AskWindowNext, ref{Window: "w1"})
				l.do(contract.AskWindowNoShow, ref{Window: "w1"})
			}
			for i := range 4 {
				due := l.s.NextDue(l.now)
				if due.After(l.now) {
					break
				}
				if d := l.do(hall.CmdTick, nil); i == 3 {
					t.Fatalf("due again and again at %s: %q, %+v", l.now, l.types(d), l.s.Clock)
				}
			}
			for ; seen < len(l.log); seen++ {
				e := l.log[seen]
				var d struct{ Day, Number, Ticket, Reason string }
				if err := json.Unmarshal(e.Data, &d); err != nil {
					t.Fatal(err)
				}
				if e.Time.Before(last) && e.Type != contract.EvClockStepped && e.Type != contract.EvClockTrusted {
					t.Fatalf("%s at %s, after %s", e.Type, e.Time, last)
				}
				last = e.Time
				switch e.Type {
				case contract.EvDayOpened:
					if d.Day <= day {
						t.Fatalf("day %s after %s", d.Day, day)
					}
					day = d.Day
				case contract.EvTicketIssued:
					if numbers[d.Day+d.Number] {
						t.Fatalf("%s twice on %s", d.Number, d.Day)
					}
					numbers[d.Day+d.Number] = true
				case contract.EvTicketVoided:
					if at, ok := issued[d.Ticket]; ok && d.Reason == "unconfirmed" && real.Sub(at) < 2*time.Minute-5*time.Second {
						t.Fatalf("%s ran out after %s", d.Ticket, real.Sub(at))
					}
				}
			}
		}
		l.replay()
	})
}
