package flow

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
)

var touches = []Touch{Start, Unit, Service, Units, TopList, NextPage, PrevPage, Back, ToHome, Language,
	TextSize, AskHelp, MoreTime, OnScreen, Noted, GiveUp, Retry, Finish, "nonsense",
	ToClasses, Class, Collect, Single, ToBasket, Remove, AddMore, TakeAll, WithoutID, TypeIt, Key, Enter, Reprint, Quiet,
	ToVisit, ByCode, ByPhone, ByCard, Pick, ToBook, Book, OnDay, AtTime}

var (
	monday = time.Date(2026, 3, 9, 1, 0, 0, 0, time.UTC)
	found  = contract.Appointments{Appointments: []contract.Appointment{
		{Appointment: "B1", Service: "s3", Start: start.Add(time.Hour), State: "booked"},
		{Appointment: "B2", Service: "s4", Start: start.Add(2 * time.Hour), State: "booked"}}}
	slots = contract.Slots{Service: "s3", Slots: []contract.Slot{{Start: monday, Free: 2}, {Start: monday.Add(30 * time.Minute), Free: 0},
		{Start: monday.Add(24 * time.Hour), Free: 1}, {Start: monday.Add(-300 * 24 * time.Hour), Free: 1}}}
)

// reply is what a hall in good order answers to a request.
func reply(a Ask) Answered {
	var data any
	switch a.Type {
	case contract.AskTicketTake, contract.AskAppointmentArrive:
		return Answered{ID: a.ID, Type: a.Type, Fresh: a.ID + "F", Answer: answer(a.ID).Answer}
	case contract.AskTicketLook, contract.AskTicketReprint:
		data = contract.Ticket{Ticket: a.Data.(contract.TicketRef).Ticket, Number: "A001", Service: "s1", State: "waiting", Reprints: 1}
	case contract.AskTicketQuiet:
		q := a.Data.(contract.QuietTicket)
		data = contract.Ticket{Ticket: q.Ticket, Number: "A001", Service: "s1", State: "waiting", Silent: q.Silent}
	case contract.AskAppointmentFind:
		data = found
	case contract.AskAppointmentSlots:
		data = slots
	case contract.AskAppointmentBook:
		data = contract.Appointment{Appointment: a.ID, Code: "123456", Service: "s3", Start: monday, State: "booked"}
	}
	raw, _ := json.Marshal(data)
	return Answered{ID: a.ID, Type: a.Type, Fresh: a.ID + "F", Answer: contract.Answer{ID: a.ID, Result: contract.ResultOK, Data: raw}}
}

// manifold is a hall with everything: classes, ID cards, messages, fees,
// appointments and stops.
func manifold() State {
	s := hall()
	c := s.Catalogue
	c.Services = slices.Clone(c.Services)
	c.Classes = []contract.ClassInfo{{ID: "elderly", Name: contract.Text2{ZH: "老年人", EN: "Elderly"}}}
	c.Services[2].Realname, c.Services[5].Realname = "optional", "required"
	c.Services[3].Appointments, c.Services[4].Appointments = true, true
	c.Services[6].Message = contract.Text2{ZH: "请到二楼", EN: "Please go upstairs"}
	c.Services[7].FeeDue, c.Services[7].Fee = true, "30"
	q := contract.Queue{Services: []contract.ServiceQueue{{Service: "s1", Waiting: 3, Open: 1}, {Service: "s3", Stop: "quota"}, {Service: "s8", Stop: "unheard-of"}}}
	return after(s, CatalogueView(c), QueueView(q), Readers{Card: true, Type: true, Scan: true})
}

// Whatever happens in whatever order: the machine stays on its screens, a way
// out or a person is always there, no page has more than eight choices, a
// number is asked for at most once at a time, and a print belongs to the number
// that was asked for.
func TestAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := manifold()
		s := whole
		ids := 0
		var under string           // the ticket that was asked for last
		asked := Ask{Type: "none"} // the request that waits for its answer
		wish := Ask{Type: "none"}  // for another way of calling
		for range rapid.IntRange(1, 120).Draw(t, "steps") {
			var e Event
			ids++
			fresh := "ID" + string(rune('A'+ids%26)) + string(rune('a'+ids/26))
			now := s.Now
			switch rapid.IntRange(0, 18).Draw(t, "kind") {
			case 0, 1, 2, 3, 4:
				offered := append(slices.Clone(s.Offers()), rapid.SampledFrom(touches).Draw(t, "any"))
				touch := rapid.SampledFrom(offered).Draw(t, "touch")
				e = Tap{Touch: touch, Arg: rapid.SampledFrom(arguments(s, touch)).Draw(t, "arg"), Fresh: fresh}
			case 5:
				now = now.Add(time.Duration(rapid.IntRange(-60, 90).Draw(t, "seconds")) * time.Second)
				e = Tick{}
			case 6:
				e = Online(rapid.Bool().Draw(t, "online"))
			case 7:
				e = Printer{Ready: rapid.Bool().Draw(t, "ready"), Fault: rapid.SampledFrom([]string{"", "paper-out", "cutter", "silent"}).Draw(t, "fault")}
			case 8:
				c := whole.Catalogue
				c.Services = c.Services[:rapid.IntRange(0, len(c.Services)).Draw(t, "services")]
				e = CatalogueView(c)
			case 9:
				a := answer(under)
				a.Answer.Result = rapid.SampledFrom([]string{contract.ResultOK, contract.ResultRefused, contract.ResultFailed}).Draw(t, "result")
				if a.Answer.Result == contract.ResultRefused && rapid.Bool().Draw(t, "holds") {
					a.Answer.Data, a.Answer.Error = nil, &contract.Problem{Code: alreadyHolding, Ticket: "OLD"}
				}
				a.Fresh = fresh
				e = a
			case 12, 13, 14:
				a := reply(asked)
				a.Fresh = fresh
				e = a
			case 18:
				a := reply(wish)
				a.Fresh = fresh
				a.Answer.Result = rapid.SampledFrom([]string{contract.ResultOK, contract.ResultRefused, contract.ResultExpired}).Draw(t, "heard")
				e = a
			case 15:
				e = Card{Person: "HASH", Name: "张*", Typed: rapid.Bool().Draw(t, "typed"), Fresh: fresh}
			case 16:
				e = rapid.SampledFrom([]Event{CardUnread{}, CardUnfit{}, CardUnfit{Typed: true}, CardGone{}, SlipPrinted, SlipFailed,
					Readers{}, whole.Readers}).Draw(t, "card")
			case 17:
				e = Scan{Text: rapid.SampledFrom([]string{"https://hall.example/t/01JD7Q2V8RK4T6W9Y1ZB3C5D7F", "123456", "https://elsewhere"}).Draw(t, "code"), Fresh: fresh}
			case 10:
				e = Printed{Ticket: under}
			case 11:
				e = PrintFailed{Ticket: under, Fault: "paper-out", Maybe: rapid.Bool().Draw(t, "maybe")}
			}
			was := s
			var eff []Effect
			s, eff = s.Next(now, e)
			for _, f := range eff {
				switch f := f.(type) {
				case Ask:
					if f.ID == "" || f.For <= 0 {
						t.Fatalf("%T %+v: request %+v without id or limit", e, e, f)
					}
					switch f.Type {
					case contract.AskTicketTake, contract.AskAppointmentArrive:
						if was.Screen == Taking {
							t.Fatalf("asked for a second number while the first is under way")
						}
						under = f.ID
					case contract.AskTicketReprint:
						under = f.Data.(contract.TicketRef).Ticket
					case contract.AskTicketQuiet:
						if q := f.Data.(contract.QuietTicket); was.Wish != "" || s.Shown() == nil || q.Ticket != s.Shown().Ticket || q.Silent == s.Shown().Silent {
							t.Fatalf("asks for %+v on %+v, with %q under way", q, s.Shown(), was.Wish)
						}
						wish = f
					}
					if f.Type != contract.AskTicketQuiet && f.Type != contract.AskTicketVoid && f.Type != contract.AskAppointmentCancel {
						asked = f
					}
				case Print:
					if f.Ticket.Ticket != under {
						t.Fatalf("prints %s, asked for %s", f.Ticket.Ticket, under)
					}
				}
			}
			if a, told := e.(Answered); !told || a.Answer.Result != contract.ResultOK {
				if before, now := was.Shown(), s.Shown(); before != nil && now != nil && before.Ticket == now.Ticket && before.Silent != now.Silent {
					t.Fatalf("%T %+v: %s is called in another way, and the hall did not say so", e, e, now.Ticket)
				}
			}
			check(t, s)
		}
		// Left alone, every machine comes back to the attract screen.
		for range 4 {
			s = later(s, s.Times.Idle+s.Times.Print)
		}
		wiped := s.Person == "" && s.Name == "" && s.Typed == "" && s.Class == "" && s.Chosen == nil && s.Look == nil && s.Booked == nil && s.Wish == "" && s.Unmet == ""
		if s.Face() != Attract || s.Lang != Chinese || s.Ticket != nil || !wiped {
			t.Fatalf("left alone it stays on %s", s.Face())
		}
	})
}

// arguments are what a touch may carry on the present page, and what it may not.
func arguments(s State, touch Touch) []string {
	out := []string{"u0", "u1", "s1", "s3", "", "zz"}
	switch touch {
	case Service, Book, Remove:
		for _, v := range s.services() {
			out = append(out, v.ID)
		}
	case Class:
		return []string{"", "elderly", "zz"}
	case Key:
		return append(s.Keys(), EraseKey, "12", "")
	case Pick:
		for _, a := range s.Found {
			out = append(out, a.Appointment)
		}
	case OnDay:
		for _, d := range s.days() {
			out = append(out, d.Day)
		}
	case AtTime:
		for _, c := range s.hours() {
			out = append(out, SlotArg(c))
		}
	}
	return out
}

func check(t *rapid.T, s State) {
	face := s.Face()
	if !slices.Contains(Screens, face) {
		t.Fatalf("on %q, which is no screen", face)
	}
	if s.Screen == Trouble && !slices.Contains(Reasons, s.Reason) {
		t.Fatalf("trouble for %q, which is no reason", s.Reason)
	}
	if len(s.UnitsShown()) > PerPage || len(s.ServicesShown()) > PerPage || len(s.FoundShown()) > PerPage || len(s.DaysShown()) > PerPage || len(s.HoursShown()) > PerPage {
		t.Fatal("more than eight choices on a page")
	}
	if len(s.Chosen) > MostServices {
		t.Fatalf("%d services on one ticket", len(s.Chosen))
	}
	if n := strings.Count(s.Typed, "●"); s.Screen == Keypad && s.Entry == EntryID && len([]rune(s.Typed)) > n+1 {
		t.Fatalf("an ID number can be read: %q", s.Typed)
	}
	switch {
	case s.Screen == Booked && s.Booked == nil, (s.Screen == Holding || s.Screen == Status) && s.Look == nil,
		s.Screen == Found && len(s.Found) == 0:
		t.Fatalf("nothing to show on %s", s.Screen)
	}
	list := s.Screen == Home || s.Screen == Top || s.Screen == Services
	if list && (s.Page < 0 || s.Page >= s.Pages()) {
		t.Fatalf("page %d of %d", s.Page, s.Pages())
	}
	if (s.Screen == Done || s.Screen == Unprinted || s.Screen == Printing || s.Screen == Noting) && s.Ticket == nil {
		t.Fatalf("on %s without a ticket", s.Screen)
	}
	if (s.Wish != "" || s.Unmet != "") && s.Ticket == nil && s.Look == nil {
		t.Fatalf("on %s a wish %q %q for no ticket", s.Screen, s.Wish, s.Unmet)
	}
	offers := s.Offers()
	switch face {
	case Taking, Printing, Noting, Asking:
		if s.Until.Sub(s.Now) > s.Times.Print {
			t.Fatalf("%s does not end by itself", face)
		}
	case Attract:
	default:
		out := slices.Contains(offers, ToHome) || slices.Contains(offers, Finish) || slices.Contains(offers, GiveUp) || slices.Contains(offers, Back)
		person := face == Help || face == Idle || slices.Contains(offers, AskHelp)
		if !person {
			t.Fatalf("no person to ask on %s: %v", face, offers)
		}
		if !out {
			t.Fatalf("no way out of %s: %v", face, offers)
		}
	}
	if _, shown := s.Left(); !shown && len(offers) > 0 && face != Attract {
		t.Fatalf("%s shows no countdown", face)
	}
}
