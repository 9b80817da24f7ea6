package hall_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
)

// holder is a keyed hash of nobody's ID number.
func holder(n int) string { return fmt.Sprintf("%032x", n) }

// bookable is a hall with appointments for service a, two in half an hour, and
// for service c, one.
func bookable() *hall.Setup {
	s := setup()
	s.Classes = []hall.Class{{ClassInfo: contract.ClassInfo{ID: hall.ClassAppointment, Name: contract.Text2{ZH: "预约", EN: "Appointment"}}, Weight: 5}}
	for i := range s.Services {
		switch s.Services[i].ID {
		case "a":
			s.Services[i].Appointments, s.Services[i].Capacity = true, 2
		case "c":
			s.Services[i].Appointments, s.Services[i].Capacity = true, 1
		}
	}
	return s
}

func booking(t failer) *life {
	l := &life{t: t, s: hall.New(bookable()), setup: bookable, now: monday}
	l.do(hall.CmdTick, nil)
	return l
}

func (l *life) book(d contract.BookAppointment) contract.Appointment {
	l.t.Helper()
	return l.must(contract.AskAppointmentBook, d).Answer.(contract.Appointment)
}

func (l *life) free(service string) map[string]int {
	l.t.Helper()
	free := map[string]int{}
	for _, slot := range l.must(contract.AskAppointmentSlots, contract.SlotsOf{Service: service}).Answer.(contract.Slots).Slots {
		free[slot.Start.In(china).Format("01-02 15:04")] = slot.Free
	}
	return free
}

// tuesday is a slot of the next day.
var tuesday = time.Date(2026, 3, 3, 9, 30, 0, 0, china)

// R-KIOSK-10: the slots are the rest of today and the next five working days,
// within the hours.
func TestSlots(t *testing.T) {
	l := booking(t)
	free := l.free("a")
	if len(free) != 2+6+5*(7+6) { // 10:30, 11:00 and the afternoon of today
		t.Errorf("%d slots: %v", len(free), free)
	}
	for slot, want := range map[string]int{"03-02 10:00": 0, "03-02 10:30": 2, "03-02 11:00": 2, "03-02 11:30": 0, "03-02 16:30": 2, "03-02 17:00": 0,
		"03-07 09:00": 0, "03-09 16:30": 2, "03-10 08:00": 0} {
		if free[slot] != want {
			t.Errorf("%s: %d free, want %d", slot, free[slot], want)
		}
	}
	l.book(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	if got := l.free("a")["03-03 09:30"]; got != 1 {
		t.Errorf("after one: %d free", got)
	}
	second := l.book(contract.BookAppointment{Service: "a", Start: tuesday, Person: holder(1)})
	if _, there := l.free("a")["03-03 09:30"]; there {
		t.Error("a full slot is offered")
	}
	l.refused(hall.SlotGone, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0101"})
	l.must(contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: second.Appointment, Code: second.Code})
	if got := l.free("a")["03-03 09:30"]; got != 1 {
		t.Errorf("after a cancellation: %d free", got)
	}
	// Who has checked in before the time still has the place.
	early := l.book(contract.BookAppointment{Service: "c", Start: monday.Add(30 * time.Minute), Phone: "0103"})
	l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: early.Appointment})
	if _, there := l.free("c")["03-02 10:30"]; there {
		t.Error("the place of who has arrived is offered")
	}
	for _, start := range []time.Time{tuesday.Add(time.Minute), monday.Add(-time.Hour), tuesday.AddDate(0, 0, 30), tuesday.Add(3 * time.Hour)} {
		l.refused(hall.SlotGone, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: start, Phone: "0102"})
	}
	l.refused(hall.NoAppointments, contract.AskAppointmentSlots, contract.SlotsOf{Service: "b"})
	l.refused(hall.UnknownService, contract.AskAppointmentSlots, contract.SlotsOf{Service: "?"})
	l.replay()
}

// A holder gives a keyed hash or four digits, and never a whole number.
func TestHolder(t *testing.T) {
	l := booking(t)
	a := l.book(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	if !regexp.MustCompile(`^[0-9]{6}$`).MatchString(a.Code) || a.State != hall.Booked {
		t.Errorf("%+v", a)
	}
	for _, phone := range []string{"010", "01000", "13800000000", "01a0", "０１００"} {
		l.refused(hall.BadRequest, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday, Phone: phone})
		l.refused(hall.BadRequest, contract.AskAppointmentFind, contract.FindAppointment{Phone: phone})
	}
	for _, person := range []string{"1", strings.Repeat("9", 18), strings.Repeat("A", 32), strings.Repeat("a", 129)} {
		l.refused(hall.BadRequest, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday, Person: person})
	}
	l.refused(hall.HolderNeeded, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday})
	// One open appointment for a service and a day, and as many as one likes
	// for others.
	l.refused(hall.AlreadyBooked, contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: tuesday.Add(time.Hour), Phone: "0100"})
	l.book(contract.BookAppointment{Service: "c", Start: tuesday, Phone: "0100"})
	l.book(contract.BookAppointment{Service: "a", Start: tuesday.AddDate(0, 0, 1), Phone: "0100"})
}

// The same request books once, and gives the same code.
func TestBookOnce(t *testing.T) {
	l := booking(t)
	data, err := json.Marshal(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	if err != nil {
		t.Fatal(err)
	}
	c := hall.Command{ID: "01J", Type: contract.AskAppointmentBook, Role: hall.RoleKiosk, Node: "kiosk-1", Data: data}
	one, two := l.command(c), l.command(c)
	if one.Answer != two.Answer || len(two.Events) != 0 {
		t.Errorf("%+v, then %+v", one.Answer, two)
	}
}

// A code is nobody else's: what the id would give goes to the next where it is
// taken.
func TestCodeIsUnique(t *testing.T) {
	data, err := json.Marshal(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	if err != nil {
		t.Fatal(err)
	}
	c := hall.Command{ID: "01J", Type: contract.AskAppointmentBook, Role: hall.RoleKiosk, Node: "kiosk-1", Data: data}
	code := booking(t).command(c).Answer.(contract.Appointment).Code
	l := booking(t)
	l.must(contract.CmdAppointments, contract.ImportAppointments{Appointments: []contract.AppointmentBooked{
		{Appointment: "w-1", Code: code, Service: "a", Start: tuesday}}})
	if got := l.command(c).Answer.(contract.Appointment).Code; got == code || len(got) != 6 {
		t.Errorf("code %s, want another than %s", got, code)
	}
}

// R-KIOSK-10: no-shows are counted by rule: three within thirty days bar from
// booking until the oldest is forgotten; who comes late has come.
func TestNoShows(t *testing.T) {
	l := booking(t)
	key := contract.BookAppointment{Service: "a", Person: holder(7)}
	for n := range 3 {
		key.Start = l.now.Add(30 * time.Minute)
		a := l.book(key)
		if want := a.Start.Add(15*time.Minute + time.Millisecond); !l.s.NextDue(l.now).Equal(want) {
			t.Fatalf("due %s, want %s", l.s.NextDue(l.now), want)
		}
		l.now = a.Start.Add(15*time.Minute + time.Millisecond)
		if d := l.do(hall.CmdTick, nil); l.types(d) != "appointment.missed" {
			t.Fatalf("no-show %d: %q", n, l.types(d))
		}
		if n < 2 {
			l.now = monday.AddDate(0, 0, n+1)
			l.do(hall.CmdTick, nil)
		}
	}
	l.now = monday.AddDate(0, 0, 3)
	key.Start = tuesday.AddDate(0, 0, 3)
	d := l.refused(hall.TooManyMisses, contract.AskAppointmentBook, key)
	if d.Refusal.Message != "近期已3次预约未到，4月1日（周三）10:30之后可再预约；今天可直接取号" {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.book(contract.BookAppointment{Service: "a", Start: key.Start, Person: holder(8)})
	l.take("a")
	l.now = time.Date(2026, 4, 1, 10, 31, 0, 0, china)
	l.do(hall.CmdTick, nil)
	key.Start = l.now.Add(time.Hour).Truncate(time.Hour)
	a := l.book(key)
	// Late, after the no-show was counted: an ordinary ticket, and no no-show.
	l.now = a.Start.Add(20 * time.Minute)
	l.do(hall.CmdTick, nil)
	if got := l.s.Appointments[a.Appointment].State; got != hall.Missed {
		t.Fatalf("after the limit it is %s", got)
	}
	if k := l.must(contract.AskAppointmentArrive, contract.Arrive{Appointment: a.Appointment}).Answer.(contract.Ticket); k.Class != "" {
		t.Errorf("%+v", k)
	}
	if got := l.s.Appointments[a.Appointment].State; got != hall.Arrived {
		t.Errorf("who came late is %s", got)
	}
	// What is too old to count is forgotten.
	l.now = l.now.AddDate(0, 2, 0)
	l.do(hall.CmdTick, nil)
	if len(l.s.Appointments) != 0 {
		t.Errorf("%d appointments are kept", len(l.s.Appointments))
	}
	l.replay()
}

// R-KIOSK-10: found by code, card or the last digits of the phone; a phone's
// tail may be that of several, and shows no code.
func TestFind(t *testing.T) {
	l := booking(t)
	at := monday.Add(time.Hour)
	one := l.book(contract.BookAppointment{Service: "a", Start: at.Add(time.Hour * 3), Phone: "0100"})
	two := l.book(contract.BookAppointment{Service: "c", Start: at, Phone: "0100", Person: holder(1)})
	l.book(contract.BookAppointment{Service: "a", Start: tuesday, Phone: "0100"})
	find := func(d contract.FindAppointment) []contract.Appointment {
		t.Helper()
		return l.must(contract.AskAppointmentFind, d).Answer.(contract.Appointments).Appointments
	}
	if got := find(contract.FindAppointment{Phone: "0100"}); len(got) != 2 || got[0].Appointment != two.Appointment || got[1].Appointment != one.Appointment || got[0].Code != "" {
		t.Errorf("by phone: %+v", got)
	}
	if got := find(contract.FindAppointment{Person: holder(1)}); len(got) != 1 || got[0] != two {
		t.Errorf("by card: %+v", got)
	}
	if got := find(contract.FindAppointment{Code: one.Code}); len(got) != 1 || got[0] != one {
		t.Errorf("by code: %+v", got)
	}
	l.refused(hall.HolderNeeded, contract.AskAppointmentFind, contract.FindAppointment{})
	l.refused(hall.BadRequest, contract.AskAppointmentFind, contract.FindAppointment{Code: "12345"})
}

// Five wrong tries at a kiosk within ten minutes, and it waits: also over a
// restart, and the other kiosks do not.
func TestGuesses(t *testing.T) {
	l := booking(t)
	a := l.book(contract.BookAppointment{Service: "a", Start: monday.Add(time.Hour), Phone: "0100"})
	wrong := "000000"
	if a.Code == wrong {
		wrong = "000001"
	}
	for n := range 5 {
		d := contract.FindAppointment{Code: wrong}
		if n == 1 {
			d = contract.FindAppointment{Phone: "0999"}
		}
		if n == 2 {
			l.refused(hall.UnknownAppointment, contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: a.Appointment, Code: wrong})
			continue
		}
		l.refused(hall.UnknownAppointment, contract.AskAppointmentFind, d)
		if n < 4 { // a right one in between counts for nothing
			l.must(contract.AskAppointmentFind, contract.FindAppointment{Phone: "0100"})
		}
	}
	for _, e := range l.log {
		if strings.Contains(string(e.Data), wrong) || strings.Contains(string(e.Data), "0999") {
			t.Errorf("%s keeps what was typed: %s", e.Type, e.Data)
		}
	}
	l.restart()
	d := l.refused(hall.TooManyTries, contract.AskAppointmentFind, contract.FindAppointment{Code: a.Code})
	if !strings.Contains(d.Refusal.Message, "10分钟后再试") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.refused(hall.TooManyTries, contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: a.Appointment, Code: a.Code})
	raw, err := json.Marshal(contract.FindAppointment{Code: a.Code})
	if err != nil {
		t.Fatal(err)
	}
	if d := l.command(hall.Command{ID: "other", Type: contract.AskAppointmentFind, Role: hall.RoleKiosk, Node: "kiosk-2", Data: raw}); d.Refusal != nil {
		t.Errorf("the other kiosk: %v", d.Refusal)
	}
	l.now = l.now.Add(10 * time.Minute)
	l.must(contract.AskAppointmentFind, contract.FindAppointment{Code: a.Code})
	l.replay()
}

// R-KIOSK-10: what was made elsewhere is imported one by one; what cannot be
// taken is named, and known ids change nothing.
func TestImport(t *testing.T) {
	l := booking(t)
	at := tuesday.UTC()
	good := contract.AppointmentBooked{Appointment: "w-1", Code: "402817", Service: "a", Start: at, Phone: "0100"}
	send := func(list ...contract.AppointmentBooked) contract.Imported {
		t.Helper()
		d := l.do(contract.CmdAppointments, contract.ImportAppointments{Appointments: list})
		if d.Refusal != nil {
			t.Fatal(d.Refusal)
		}
		return d.Answer.(contract.Imported)
	}
	change := func(id string, f func(*contract.AppointmentBooked)) contract.AppointmentBooked {
		a := good
		a.Appointment, a.Code, a.Phone = id, "", "02"+fmt.Sprintf("%02d", len(id))
		f(&a)
		return a
	}
	got := send(good, good, change("w-2", func(a *contract.AppointmentBooked) { a.Start = at.Add(7 * time.Minute) }), // within the slot
		change("w-03", func(a *contract.AppointmentBooked) {}), // full by now
		change("w 4", func(a *contract.AppointmentBooked) {}),
		change("w-005", func(a *contract.AppointmentBooked) { a.Service = "b" }),
		change("w-0006", func(a *contract.AppointmentBooked) { a.Start = at.Add(3 * time.Hour) }),
		change("w-00007", func(a *contract.AppointmentBooked) { a.Start = monday.Add(-time.Hour) }),
		change("w-000008", func(a *contract.AppointmentBooked) { a.Start, a.Code = at.Add(time.Hour), "402817" }),
		change("w-0000009", func(a *contract.AppointmentBooked) { a.Start, a.Phone = at.Add(time.Hour), "13800000000" }),
		change("w-00000010", func(a *contract.AppointmentBooked) { a.Start, a.Phone = at.Add(time.Hour), "0100" }),
		change("w-000000011", func(a *contract.AppointmentBooked) { a.Start, a.Phone = at.Add(time.Hour), "" }),
		change("w-0000000012", func(a *contract.AppointmentBooked) { a.Start, a.Code = at.Add(time.Hour), "1" }),
		change("w-00000000013", func(a *contract.AppointmentBooked) { a.Start = at.Add(time.Hour) }))
	want := []string{"w-03: start 2026-03-03T01:30:00Z is full", "w 4: id: ", `w-005: service "b": no-appointments`,
		"w-0006: start 2026-03-03T04:30:00Z is outside", "w-00007: start 2026-03-02T01:00:00Z is over", "w-000008: the code is taken",
		"w-0000009: phone: ", "w-00000010: the holder has", "w-000000011: a code,", "w-0000000012: code: "}
	if got.Booked != 3 || got.Known != 1 || len(got.Refused) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if !strings.HasPrefix(got.Refused[i], want[i]) {
			t.Errorf("refused %q, want %q", got.Refused[i], want[i])
		}
		if strings.Contains(got.Refused[i], "13800000000") {
			t.Errorf("a phone number is repeated: %q", got.Refused[i])
		}
	}
	if again := send(good); again.Known != 1 || again.Booked != 0 {
		t.Errorf("again: %+v", again)
	}
	if list := l.s.AppointmentsOn("2026-03-03"); len(list) != 3 || list[2].AppointmentBooked.Appointment != "w-00000000013" || len(l.s.AppointmentsOn("2026-03-04")) != 0 {
		t.Errorf("on the day: %+v", list)
	}
	if a := l.s.Appointments["w-1"]; a.Source != "centre" || a.Code != "402817" {
		t.Errorf("%+v", a)
	}
	if a := l.s.Appointments["w-2"]; len(a.Code) != 6 {
		t.Errorf("%+v", a)
	}
	if d := l.do(contract.CmdAppointments, contract.ImportAppointments{Appointments: make([]contract.AppointmentBooked, 201)}); d.Refusal == nil || d.Refusal.Code != hall.ImportTooMany {
		t.Errorf("201 at once: %+v", d)
	}
	l.replay()
}

// Whatever is booked, imported, cancelled, missed and checked in, with restarts
// between: never more in a slot than there is room, no code twice among those
// that are kept, nobody both late and on time, a ticket for each arrival.
func TestAnyAppointments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := booking(t)
		var ids []string
		outcome := map[string]string{}
		judged := 0
		for range rapid.IntRange(1, 50).Draw(t, "steps") {
			l.now = l.now.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 14 * time.Minute, 3 * time.Hour, 20 * time.Hour}).Draw(t, "passes"))
			start := func() time.Time {
				slots := l.must(contract.AskAppointmentSlots, contract.SlotsOf{Service: "a"}).Answer.(contract.Slots).Slots
				if len(slots) == 0 {
					return tuesday
				}
				return slots[rapid.IntRange(0, min(4, len(slots)-1)).Draw(t, "slot")].Start
			}
			any := func() string {
				if len(ids) == 0 {
					return "?"
				}
				return rapid.SampledFrom(ids).Draw(t, "appointment")
			}
			phone := fmt.Sprintf("%04d", rapid.IntRange(0, 9).Draw(t, "phone"))
			switch rapid.IntRange(0, 6).Draw(t, "what") {
			case 0, 1:
				if d := l.do(contract.AskAppointmentBook, contract.BookAppointment{Service: "a", Start: start(), Phone: phone}); d.Refusal == nil {
					ids = append(ids, d.Answer.(contract.Appointment).Appointment)
				}
			case 2:
				var list []contract.AppointmentBooked
				for range rapid.IntRange(1, 4).Draw(t, "list") {
					id := fmt.Sprintf("w-%d", rapid.IntRange(1, 40).Draw(t, "id"))
					list = append(list, contract.AppointmentBooked{Appointment: id, Service: "a", Start: start().Add(5 * time.Minute), Phone: phone})
					ids = append(ids, id)
				}
				l.must(contract.CmdAppointments, contract.ImportAppointments{Appointments: list})
			case 3:
				if a := l.s.Appointments[any()]; a != nil {
					l.do(contract.AskAppointmentCancel, contract.AppointmentRef{Appointment: a.AppointmentBooked.Appointment, Code: a.Code})
				}
			case 4, 5:
				l.do(contract.AskAppointmentArrive, contract.Arrive{Appointment: any()})
			case 6:
				l.restart()
			}
			l.do(hall.CmdTick, nil)
			for ; judged < len(l.log); judged++ {
				var d struct {
					Appointment, Ticket string
					Late                bool
				}
				if err := json.Unmarshal(l.log[judged].Data, &d); err != nil {
					t.Fatal(err)
				}
				switch l.log[judged].Type {
				case contract.EvAppointmentMissed:
					if outcome[d.Appointment] != "" {
						t.Fatalf("%s is missed after %s", d.Appointment, outcome[d.Appointment])
					}
					outcome[d.Appointment] = "missed"
				case contract.EvAppointmentArrived:
					if was := outcome[d.Appointment]; was == "arrived" || was == "missed" && !d.Late {
						t.Fatalf("%s arrives (late %v) after %s", d.Appointment, d.Late, was)
					}
					if k := l.s.Tickets[d.Ticket]; k == nil || k.Appointment != d.Appointment || d.Late != (k.Class == "") {
						t.Fatalf("%s: ticket %+v", d.Appointment, k)
					}
					outcome[d.Appointment] = "arrived"
				}
			}
			taken, codes := map[int64]int{}, map[string]bool{}
			for _, a := range l.s.Appointments {
				if codes[a.Code] {
					t.Fatalf("code %s twice", a.Code)
				}
				codes[a.Code] = true
				if a.State != hall.Withdrawn {
					slot := a.Start.Truncate(30 * time.Minute).Unix()
					if taken[slot]++; taken[slot] > 2 {
						t.Fatalf("%d at %s", taken[slot], a.Start)
					}
				}
			}
		}
		l.replay()
	})
}

// The hours of a service are those of its slots.
func TestSlotsOfAService(t *testing.T) {
	mornings := func() *hall.Setup {
		s := bookable()
		s.Services[0].Hours = &calendar.Part{Segments: []calendar.Segment{{From: 9 * 60, To: 10 * 60}}}
		return s
	}
	l := &life{t: t, s: hall.New(mornings()), setup: mornings, now: monday}
	if free := l.free("a"); len(free) != 5*2 || free["03-03 09:30"] != 2 {
		t.Errorf("%v", free)
	}
}
