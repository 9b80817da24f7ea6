package flow

import (
	"testing"
	"time"

	"hallward/devices/contract"
)

// finished is a ticket on paper, taken with the hall or from the lent numbers.
func finished(t *testing.T, lent bool) State {
	t.Helper()
	s, _ := taps(hall(), Tap{Touch: Start}, Tap{Touch: Unit, Arg: "u0"}, Tap{Touch: Service, Arg: "s1", Fresh: "T1"})
	s = after(s, answer("T1"), Printed{Ticket: "T1"})
	want(t, s, Done)
	if lent {
		ticket := *s.Ticket
		ticket.Offline = true
		s.Ticket = &ticket
		s = after(s, Online(false))
	}
	return s
}

// One touch, and the number is never spoken; one more, and it is. A lent
// number can be kept quiet without the hall as well.
func TestSilentCall(t *testing.T) {
	for _, lent := range []bool{false, true} {
		s := finished(t, lent)
		for _, silent := range []bool{true, false} {
			var eff []Effect
			s, eff = taps(s, Tap{Touch: Quiet, Fresh: "Q"})
			a := asks(t, eff)
			if a.ID != "Q" || a.Type != contract.AskTicketQuiet || a.Data != (contract.QuietTicket{Ticket: "T1", Silent: silent}) || a.For != s.Times.Answer {
				t.Errorf("lent %v: asked %+v", lent, a)
			}
			if again, eff := taps(s, Tap{Touch: Quiet}); len(eff) != 0 || again.Ticket.Silent == silent {
				t.Errorf("lent %v: two touches ask %+v", lent, eff)
			}
			was := s.Ticket
			s = after(s, reply(a))
			want(t, s, Done)
			if s.Ticket.Silent != silent || s.Wish != "" || s.Unmet != "" || s.Ticket.Number != "A001" || s.Ticket.Ahead != 3 {
				t.Errorf("lent %v: %+v, under way %q, unmet %q", lent, s.Ticket, s.Wish, s.Unmet)
			}
			if was.Silent == silent {
				t.Error("the ticket of an earlier state was changed")
			}
		}
	}
}

// A wish that is not met is said, and may be tried again.
func TestSilentCallUnmet(t *testing.T) {
	for _, c := range []struct {
		result string
		data   string
		want   Unmet
	}{
		{contract.ResultRefused, ``, UnmetRefused},
		{contract.ResultExpired, ``, UnmetUnsure},
		{contract.ResultFailed, `{"ticket":"T1","silent":true}`, UnmetUnsure},
		{contract.ResultOK, `{}`, UnmetUnsure},
		{contract.ResultOK, `[]`, UnmetUnsure},
	} {
		s, _ := taps(finished(t, false), Tap{Touch: Quiet, Fresh: "Q"})
		s = after(s, Answered{ID: "Q", Type: contract.AskTicketQuiet, Answer: contract.Answer{ID: "Q", Result: c.result, Data: []byte(c.data)}})
		want(t, s, Done)
		if s.Unmet != c.want || s.Ticket.Silent || s.Wish != "" {
			t.Errorf("%s %s: %q, silent %v, want %q", c.result, c.data, s.Unmet, s.Ticket.Silent, c.want)
		}
		s, eff := taps(s, Tap{Touch: Quiet, Fresh: "Q2"})
		if s.Unmet != "" || len(eff) != 1 {
			t.Errorf("once more: %q, %+v", s.Unmet, eff)
		}
	}
	s := after(finished(t, false), Online(false))
	s, eff := taps(s, Tap{Touch: Quiet})
	if s.Unmet != UnmetAway || len(eff) != 0 || s.Wish != "" {
		t.Errorf("while the hall is away: %q, %+v", s.Unmet, eff)
	}
}

// The page of a finished ticket gives its time again to whoever touches it, and
// to read the answer; who has gone is not waited for.
func TestSilentCallTakesItsTime(t *testing.T) {
	s := later(finished(t, false), 15*time.Second)
	s, eff := taps(s, Tap{Touch: Quiet, Fresh: "Q"})
	s = later(s, 15*time.Second)
	want(t, s, Done)
	s = later(after(s, reply(asks(t, eff))), 19*time.Second)
	want(t, s, Done)
	want(t, later(s, time.Second), Attract)

	s, eff = taps(finished(t, false), Tap{Touch: Quiet, Fresh: "Q"}, Tap{Touch: Finish})
	s = after(s, reply(asks(t, eff)))
	want(t, s, Attract)
	if s.Wish != "" || s.Ticket != nil {
		t.Errorf("left over: %+v", s)
	}
	s, eff = taps(finished(t, false), Tap{Touch: Quiet, Fresh: "Q"}, Tap{Touch: AskHelp})
	s, _ = taps(after(s, reply(asks(t, eff))), Tap{Touch: Back})
	want(t, s, Done)
	if !s.Ticket.Silent {
		t.Error("the answer that came on the help page is lost")
	}
}

// With the slip before the scanner the way of calling can be changed as long as
// the number is still to be called; the reprint has it too.
func TestSilentCallByItsSlip(t *testing.T) {
	id := "01JD7Q2V8RK4T6W9Y1ZB3C5D7F"
	for state, offered := range map[string]bool{"issued": true, "unconfirmed": true, "waiting": true,
		"called": false, "serving": false, "held": false, "missed": false, "finished": false, "void": false, "late": false} {
		s := hall()
		s, eff := s.Next(s.Now, Scan{Text: id, Fresh: "L"})
		a := reply(asks(t, eff))
		a.Answer.Data = []byte(`{"ticket":"` + id + `","number":"A001","service":"s1","state":"` + state + `"}`)
		s = after(s, a)
		want(t, s, Status)
		s, eff = taps(s, Tap{Touch: Quiet, Fresh: "Q"})
		if (len(eff) == 1) != offered {
			t.Errorf("%s: asked %+v", state, eff)
		}
		if !offered {
			continue
		}
		wish := asks(t, eff)
		s, eff = taps(s, Tap{Touch: Reprint, Fresh: "R"})
		s = after(s, reply(asks(t, eff)), reply(wish))
		want(t, s, Printing)
		if !s.Ticket.Silent || !s.Look.Silent || s.Wish != "" {
			t.Errorf("%s: reprinted %+v", state, s.Ticket)
		}
	}
}
