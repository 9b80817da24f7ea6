package hall_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// R-KIOSK-10: check-in from 30 minutes before to 15 minutes after the time, at
// each minute around the limits; later is without priority, earlier says from
// when.
func TestArrive(t *testing.T) {
	for minute := -35; minute <= 25; minute++ {
		for _, ms := range []int{-1, 0, 1} {
			l := booking(t)
			a := l.book(contract.BookAppointment{Service: "a", Start: monday.Add(time.Hour), Phone: "0100"})
			l.now = a.Start.Add(time.Duration(minute)*time.Minute + time.Duration(ms)*time.Millisecond)
			off := l.now.Sub(a.Start)
			if minute%2 == 0 { // whether a tick came before makes no difference
				l.do(hall.CmdTick, nil)
			}
			if off < -30*time.Minute {
				d := l.refused(hall.TooEarly, contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment})
				if d.Refusal.Message != "您预约的时间是今天11:00，今天10:30起可签到，请稍后再来" {
					t.Errorf("words %q", d.Refusal.Message)
				}
				continue
			}
			d := l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment})
			k := l.s.Tickets[d.Answer.(contract.Ticket).Ticket]
			late := off > 15*time.Minute
			if late != (k.Class == "") || late != k.Due.IsZero() || k.Appointment != a.Appointment || k.Number != "A001" {
				t.Errorf("%s: %+v", off, k)
			}
			var changed contract.AppointmentChanged
			if err := json.Unmarshal(d.Events[len(d.Events)-1].Data, &changed); err != nil || changed.Late != late || changed.Ticket != k.ID {
				t.Errorf("%s: %+v, %v", off, changed, err)
			}
			if got := l.s.Appointments[a.Appointment]; got.State != hall.Arrived || got.Ticket != k.ID {
				t.Errorf("%s: %+v", off, got)
			}
			if d := l.refused(hall.AlreadyArrived, contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment}); d.Refusal.Ticket != k.ID {
				t.Errorf("%s: again: %+v", off, d.Refusal)
			}
			l.replay()
		}
	}
}

// A check-in is idempotent, only for today, and not for what was given up.
func TestArriveOnce(t *testing.T) {
	l := booking(t)
	a := l.book(contract.BookAppointment{Service: "a", Start: monday.Add(30 * time.Minute), Phone: "0100"})
	data, err := json.Marshal(contract.Arrive{Appointment: a.Appointment, Lang: "en"})
	if err != nil {
		t.Fatal(err)
	}
	c := hall.Command{ID: "01K", Type: contract.AskAppointmentArrive, Role: hall.RoleKiosk, Node: "kiosk-1", Data: data}
	one, two := l.command(c), l.command(c)
	if len(two.Events) != 0 || fmt.Sprint(one.Answer) != fmt.Sprint(two.Answer) || l.s.Tickets["01K"].Lang != "en" {
		t.Errorf("%+v, then %+v", one, two)
	}
	c.Node = "kiosk-2"
	if d := l.command(c); d.Refusal == nil || d.Refusal.Code != hall.NotYours {
		t.Errorf("another kiosk: %+v", d)
	}
	other := l.book(contract.BookAppointment{Service: "c", Start: tuesday, Phone: "0100"})
	l.refused(hall.OtherDay, contract.AskAppointmentArrive, contract.Arrive{Appointment: other.Appointment})
	l.must(contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: other.Appointment, Code: other.Code})
	l.must(contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: other.Appointment, Code: other.Code})
	l.refused(hall.Cancelled, contract.AskAppointmentArrive, contract.Arrive{Appointment: other.Appointment})
	l.refused(hall.AlreadyArrived, contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: a.Appointment, Code: a.Code})
	l.refused(hall.UnknownAppointment, contract.AskAppointmentArrive, contract.Arrive{Appointment: "?"})
	// Quotas and the paper are as with every ticket.
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: "01K", Proof: "printed"})
	l.signIn("w1", "s1")
	if got := l.next("w1").Ticket.Ticket; got != "01K" {
		t.Errorf("called was %s", got)
	}
	l.replay()
}

// Who is there before the hall opens may check in; when the hall has closed, a
// late holder is told as everybody else.
func TestArriveBeyondTheHours(t *testing.T) {
	l := booking(t)
	early := l.book(contract.BookAppointment{Service: "a", Start: time.Date(2026, 3, 3, 8, 0, 0, 0, china), Phone: "0100"})
	late := l.book(contract.BookAppointment{Service: "a", Start: time.Date(2026, 3, 3, 16, 30, 0, 0, china), Phone: "0101"})
	l.now = time.Date(2026, 3, 3, 7, 40, 0, 0, china)
	if k := l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: early.Appointment}).Answer.(contract.Ticket); k.Class != hall.ClassAppointment {
		t.Errorf("%+v", k)
	}
	l.now = time.Date(2026, 3, 3, 17, 1, 0, 0, china)
	l.refused(hall.Closed, contract.AskAppointmentArrive, contract.Arrive{Appointment: late.Appointment})
	l.must(contract.AskDayClose, contract.CloseDay{Staff: "s1", Reason: "停电"})
}

// A no-show of the queue is nothing to an appointment that was checked in.
func TestAppointmentInTheQueue(t *testing.T) {
	l := booking(t)
	l.signIn("w1", "s1")
	a := l.book(contract.BookAppointment{Service: "a", Start: monday.Add(30 * time.Minute), Phone: "0100"})
	k := l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: k.Ticket, Proof: "printed"})
	ordinary := l.printed("a")
	if got := l.next("w1").Ticket.Number; got != ordinary.Number {
		t.Errorf("before its time %s was called, want the ordinary ticket", got)
	}
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	later := l.printed("a")
	l.now = monday.Add(30 * time.Minute)
	if got := l.next("w1").Ticket.Number; got != k.Number {
		t.Errorf("at its time %s was called before %s", got, k.Number)
	}
	l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	if l.state(k.Number) != queue.Missed || l.s.Appointments[a.Appointment].State != hall.Arrived || l.state(later.Number) != queue.Waiting {
		t.Errorf("%s, %s, %s", l.state(k.Number), l.s.Appointments[a.Appointment].State, l.state(later.Number))
	}
}

// While nobody knows what time it is, nothing is booked, and who has an
// appointment comes in in the order of coming.
func TestAppointmentsInDoubt(t *testing.T) {
	l := booking(t)
	a := l.book(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	l.now = time.Unix(10, 0)
	l.restart()
	l.signIn("w1", "s1")
	l.refused(hall.ClockDoubt, contract.AskAppointmentSlots, contract.SlotsOf{Service: "a"})
	l.refused(hall.ClockDoubt, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0101"})
	if k := l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment}).Answer.(contract.Ticket); k.Class != "" || !k.Due.IsZero() {
		t.Errorf("%+v", k)
	}
	l.replay()
}
