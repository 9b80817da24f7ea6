package flow

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

// R-KIOSK-10: checked in by card, by code typed or scanned, by the end of a
// phone number; one is taken at once, of several the person chooses.
func TestCheckIn(t *testing.T) {
	visit, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: ToVisit})
	want(t, visit, Visit)
	typed := func(s State, keys string) (State, []Effect) {
		for _, k := range strings.Split(keys, "") {
			s, _ = taps(s, Tap{Touch: Key, Arg: k})
		}
		return taps(s, Tap{Touch: Enter, Fresh: "F1"})
	}
	byCode, _ := taps(visit, Tap{Touch: ByCode})
	byPhone, _ := taps(visit, Tap{Touch: ByPhone})
	for name, c := range map[string]struct {
		begin func() (State, []Effect)
		find  contract.FindAppointment
	}{
		"card":    {func() (State, []Effect) { return visit.Next(visit.Now, Card{Person: "HASH", Fresh: "F1"}) }, contract.FindAppointment{Person: "HASH"}},
		"code":    {func() (State, []Effect) { return typed(byCode, "123456") }, contract.FindAppointment{Code: "123456"}},
		"phone":   {func() (State, []Effect) { return typed(byPhone, "0123") }, contract.FindAppointment{Phone: "0123"}},
		"scanned": {func() (State, []Effect) { return manifold().Next(start, Scan{Text: "123456", Fresh: "F1"}) }, contract.FindAppointment{Code: "123456"}},
	} {
		s, eff := c.begin()
		want(t, s, Asking)
		ask := asks(t, eff)
		if ask.ID != "F1" || ask.Data != c.find {
			t.Fatalf("%s: asked %+v", name, ask)
		}
		none := ask
		none.Type = contract.AskAppointmentFind
		empty, _ := json.Marshal(contract.Appointments{})
		lost := after(s, Answered{ID: "F1", Type: none.Type, Answer: contract.Answer{Result: contract.ResultOK, Data: empty}})
		if lost.Screen != Trouble || lost.Reason != NotFound {
			t.Errorf("%s: %s %s when there is none", name, lost.Screen, lost.Reason)
		}
		one, _ := json.Marshal(contract.Appointments{Appointments: found.Appointments[:1]})
		single, eff := s.Next(s.Now, Answered{ID: "F1", Type: none.Type, Fresh: "A1", Answer: contract.Answer{Result: contract.ResultOK, Data: one}})
		if name == "phone" { // four digits may be somebody else's
			want(t, single, Found)
			single, eff = taps(single, Tap{Touch: Pick, Arg: "B1", Fresh: "A1"})
		}
		want(t, single, Taking)
		if a := asks(t, eff); a.ID != "A1" || a.Type != contract.AskAppointmentArrive || a.Data != (contract.Arrive{Appointment: "B1", Lang: Chinese}) {
			t.Errorf("%s: asked %+v", name, a)
		}
		several := after(s, reply(ask))
		want(t, several, Found)
		late, eff := taps(several, Tap{Touch: Pick, Arg: "B2", Fresh: "A2"})
		no := after(late, refusal("A2", contract.AskAppointmentArrive, "too-early", ""))
		if no.Screen != Trouble || no.Problem.Message == "" {
			t.Errorf("%s: too early is %s with %+v", name, no.Screen, no.Problem)
		}
		ok, eff := late.Next(late.Now, reply(asks(t, eff)))
		want(t, ok, Printing)
		if eff[0].(Print).Ticket.Ticket != "A2" {
			t.Errorf("%s: prints %+v", name, eff)
		}
		// The printer is looked at before, as for any ticket.
		if out, eff := taps(after(several, Printer{Fault: "cutter"}), Tap{Touch: Pick, Arg: "B1"}); out.Reason != Cutter || len(eff) != 0 || !out.CanShowNumber() {
			t.Errorf("%s: with a stuck cutter on %s %s, %+v", name, out.Screen, out.Reason, eff)
		}
	}
	if away, eff := typed(after(byCode, Online(false)), "123456"); away.Reason != Alone || len(eff) != 0 {
		t.Errorf("without the hall: %s %s, %+v", away.Screen, away.Reason, eff)
	}
}

// Booking: service, day, time, phone or card, and the code on screen and paper.
func TestBooking(t *testing.T) {
	s, _ := taps(manifold(), Tap{Touch: Start}, Tap{Touch: ToVisit}, Tap{Touch: ToBook})
	want(t, s, Bookable)
	s, eff := taps(s, Tap{Touch: Book, Arg: "s3", Fresh: "S1"})
	s = after(s, reply(asks(t, eff)))
	want(t, s, Days)
	if days := s.DaysShown(); !slices.Equal(days, []FreeDay{{"2026-03-09", 1}, {"2026-03-10", 1}}) {
		t.Errorf("days %+v: those that are over or full do not count", days)
	}
	s, _ = taps(s, Tap{Touch: OnDay, Arg: "2026-03-09"})
	want(t, s, Hours)
	s, _ = taps(s, Tap{Touch: AtTime, Arg: SlotArg(s.HoursShown()[0])})
	want(t, s, Holder)
	byCard, eff := taps(s, Tap{Touch: ByCard})
	want(t, byCard, Laying)
	if slices.Contains(byCard.Offers(), WithoutID) {
		t.Error("an appointment of nobody is offered")
	}
	byCard, eff = byCard.Next(byCard.Now, Card{Person: "HASH", Fresh: "B1"})
	if got := asks(t, eff); got.Data != (contract.BookAppointment{Service: "s3", Start: monday, Person: "HASH"}) {
		t.Errorf("asked %+v", got)
	}
	s, _ = taps(s, Tap{Touch: ByPhone}, Tap{Touch: Key, Arg: "0"}, Tap{Touch: Key, Arg: "1"}, Tap{Touch: Key, Arg: "2"}, Tap{Touch: Key, Arg: "3"})
	s, eff = taps(s, Tap{Touch: Enter, Fresh: "B2"})
	ask := asks(t, eff)
	if ask.Data != (contract.BookAppointment{Service: "s3", Start: monday, Phone: "0123"}) || s.Typed != "" {
		t.Errorf("asked %+v, typed %q", ask, s.Typed)
	}
	done, eff := s.Next(s.Now, reply(ask))
	want(t, done, Booked)
	if p, ok := eff[0].(PrintAppointment); !ok || p.Appointment.Code != "123456" || done.Slip != SlipPrinting {
		t.Errorf("effects %+v, slip %s", eff, done.Slip)
	}
	if after(done, SlipPrinted).Slip != SlipPrinted {
		t.Error("the paper is out, and the page does not say so")
	}
	dry, eff := after(s, Printer{Fault: "paper-out"}).Next(s.Now, reply(ask))
	if len(eff) != 0 || dry.Slip != SlipFailed {
		t.Errorf("without paper: %+v, slip %s", eff, dry.Slip)
	}
	// What comes after "no answer" is given up again, so that nobody holds a
	// time that he does not know of.
	lost := later(s, s.Times.Answer)
	want(t, lost, Trouble)
	if _, eff := lost.Next(lost.Now, reply(ask)); len(eff) != 1 || eff[0].(Ask).Type != contract.AskAppointmentCancel ||
		eff[0].(Ask).Data != (contract.AppointmentRef{Appointment: "B2", Code: "123456"}) {
		t.Errorf("effects %+v", eff)
	}
}

// A time in Beijing is not a day in London.
func TestDaysAreTheHalls(t *testing.T) {
	s := after(hall(), CalendarView{Day: "2026-03-02", Issuing: true, Zone: "Asia/Shanghai"})
	s.Slots = contract.Slots{Slots: []contract.Slot{{Start: time.Date(2026, 3, 8, 17, 0, 0, 0, time.UTC), Free: 1}}}
	if d := s.days(); len(d) != 1 || d[0].Day != "2026-03-09" {
		t.Errorf("days %+v", d)
	}
}
