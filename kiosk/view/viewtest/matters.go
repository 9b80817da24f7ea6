package viewtest

import (
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// matters are the pages beside the shortest way to a ticket, from the home page
// and from a page of services.
func matters(home, list flow.State) []Sample {
	all := flow.Readers{Card: true, Type: true, Scan: true}
	home, list = next(home, all), next(list, all)
	out := tickets(home, list)
	return append(out, visits(home, list)...)
}

func find(s flow.State, want func(contract.ServiceInfo) bool) string {
	for _, v := range s.Catalogue.Services {
		if want(v) && v.Unit == s.Unit {
			return v.ID
		}
	}
	return ""
}

// tickets are the pages about a ticket.
func tickets(home, list flow.State) []Sample {
	class := press(press(home, flow.ToClasses, ""), flow.Class, home.Catalogue.Classes[0].ID)
	realname := find(list, func(v contract.ServiceInfo) bool { return v.Realname != "" })
	card := press(list, flow.Service, realname)
	unread := next(card, flow.CardUnread{})
	none := next(card, flow.Readers{})
	typing := press(card, flow.TypeIt, "")
	for _, k := range strings.Split("11010519491231002", "") {
		typing = press(typing, flow.Key, k)
	}
	typed := press(typing, flow.Key, "X")
	wrong := next(press(typed, flow.Enter, ""), flow.CardUnfit{Typed: true})
	known := next(card, flow.Card{Person: "hash", Name: "张*", Fresh: "01KJPT8F3M0000000000000008"})
	held := contract.Ticket{Ticket: "01KJPT8F3M0000000000000007", Number: "A012", Service: realname, State: "waiting",
		Ahead: 3, WaitMin: 15, WaitMax: 20, Windows: []string{"w03", "w04"}}
	refused := next(known, flow.Answered{ID: known.Asked, Type: contract.AskTicketTake, Fresh: "01KJPT8F3M0000000000000006",
		Answer: contract.Answer{ID: known.Asked, Result: contract.ResultRefused, Error: &contract.Problem{Code: "already-holding", Ticket: held.Ticket}}})
	refused = replied(refused, contract.AskTicketLook, held)
	status := replied(next(home, flow.Scan{Text: held.Ticket, Fresh: "01KJPT8F3M0000000000000005"}), contract.AskTicketLook, held)
	called := held
	called.State, called.Called = "called", "w03"
	shown := replied(next(home, flow.Scan{Text: held.Ticket, Fresh: "01KJPT8F3M0000000000000005"}), contract.AskTicketLook, called)

	several := press(list, flow.Collect, "")
	few := several
	for _, v := range list.ServicesShown() {
		if v.Message.ZH == "" && len(few.Chosen) < 3 {
			few = press(few, flow.Service, v.ID)
		}
	}
	full := few
	for _, v := range list.ServicesShown() {
		if v.Message.ZH == "" && len(full.Chosen) < flow.MostServices && !strings.Contains(strings.Join(full.Chosen, " "), v.ID) {
			full = press(full, flow.Service, v.ID)
		}
	}
	fee := find(list, func(v contract.ServiceInfo) bool { return v.FeeDue })
	rich := press(next(list, flow.CardGone{}), flow.Service, fee)
	rich = replied(rich, contract.AskTicketTake, contract.Ticket{Ticket: rich.Asked, Number: "B128", Service: fee, Class: "elderly", Ahead: 12,
		WaitMin: 40, WaitMax: 55, Windows: []string{"w03", "w04"}, More: []string{few.Chosen[0], "f-pay"}})
	rich.CardOn = true
	rich = next(rich, flow.Printed{Ticket: rich.Ticket.Ticket})
	lent := press(list, flow.Service, few.Chosen[0])
	lent = replied(lent, contract.AskTicketTake, contract.Ticket{Ticket: lent.Asked, Number: "A501", Service: few.Chosen[0], Ahead: -1,
		WaitMin: -1, WaitMax: -1, Windows: []string{"w03"}, Offline: true})
	lent = next(lent, flow.Printed{Ticket: lent.Ticket.Ticket})
	return []Sample{
		{"classes", press(home, flow.ToClasses, "")},
		{"home-class", class},
		{"card", card}, {"card-unread", unread}, {"card-none", none}, {"card-read", known},
		{"keypad-id", typing}, {"keypad-id-full", typed}, {"keypad-wrong", wrong},
		{"holding", refused}, {"status", status}, {"status-called", shown},
		{"services-several", few}, {"basket", press(few, flow.ToBasket, "")}, {"basket-full", full},
		{"info", press(list, flow.Service, find(list, func(v contract.ServiceInfo) bool { return v.Message.ZH != "" }))},
		{"services-stopped", stopped(list)},
		{"trouble-quota", press(stopped(list), flow.Service, find(list, func(v contract.ServiceInfo) bool { return v.Appointments }))},
		{"trouble-wrong-code", next(home, flow.Scan{Text: "https://elsewhere.example", Fresh: "01KJPT8F3M0000000000000004"})},
		{"trouble-lunch", press(next(list, flow.CalendarView(lunch())), flow.Service, few.Chosen[0])},
		{"home-lunch", next(home, flow.CalendarView(lunch()))},
		{"home-slip-left", next(home, flow.Printer{Ready: true, Left: true})},
		{"done-several", rich}, {"done-offline", lent},
	}
}

// stopped is the page of services when some of them give no numbers.
func stopped(list flow.State) flow.State {
	q := list.Queue
	q.Services = append([]contract.ServiceQueue(nil), q.Services...)
	reasons := []string{"quota", "", "interval-quota", "", "closing", "paused"}
	n := 0
	for i := range q.Services {
		v := list.Catalogue.Services[i]
		if v.Unit != list.Unit || v.Message.ZH != "" {
			continue
		}
		if v.Appointments {
			q.Services[i].Stop = "quota"
			q.Services[i].Reason = contract.Text2{ZH: "今天的 60 个号已经取完。请预约其他时间，或明天 8:00 以后再来。", EN: "All 60 numbers of today are taken. Please book another time, or come tomorrow after 8:00."}
			continue
		}
		q.Services[i].Stop = reasons[n%len(reasons)]
		n++
	}
	return next(list, flow.QueueView(q))
}

// lunch is the calendar between the two halves of the day.
func lunch() contract.Calendar {
	c := calendar(true)
	c.Open, c.Issuing = false, false
	c.Segments = []contract.Segment{{From: "08:00", To: "09:30"}, {From: "14:00", To: "17:00"}}
	c.Begin = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)
	c.Next = c.Begin
	c.Reason = contract.Text2{ZH: "午间休息", EN: "Lunch break"}
	c.Offer = []string{"appointment", "24h"}
	return c
}

// visits are the pages of appointments.
func visits(home, list flow.State) []Sample {
	bookable := func(v contract.ServiceInfo) bool { return v.Appointments }
	service := find(list, bookable)
	visit := press(home, flow.ToVisit, "")
	phone := press(visit, flow.ByPhone, "")
	for _, k := range []string{"0", "1"} {
		phone = press(phone, flow.Key, k)
	}
	typed := press(press(phone, flow.Key, "2"), flow.Key, "3")
	asking := press(typed, flow.Enter, "")
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 3, day, hour-8, minute, 0, 0, time.UTC) }
	found := replied(asking, contract.AskAppointmentFind, contract.Appointments{Appointments: []contract.Appointment{
		{Appointment: "b1", Service: service, Start: at(2, 10, 0), State: "booked"},
		{Appointment: "b2", Service: "m-claim", Start: at(2, 14, 30), State: "booked"}}})
	services := press(visit, flow.ToBook, "")
	slots := contract.Slots{Service: service}
	for day := 3; day <= 6; day++ {
		for half := range 14 {
			slots.Slots = append(slots.Slots, contract.Slot{Start: at(day, 8, 30*half), Free: half % 4})
		}
	}
	days := replied(press(services, flow.Book, service), contract.AskAppointmentSlots, slots)
	hours := press(days, flow.OnDay, "2026-03-04")
	holder := press(hours, flow.AtTime, flow.SlotArg(hours.HoursShown()[2]))
	code := press(holder, flow.ByPhone, "")
	for _, k := range []string{"0", "1", "2", "3"} {
		code = press(code, flow.Key, k)
	}
	code = press(code, flow.Enter, "")
	booked := replied(code, contract.AskAppointmentBook, contract.Appointment{Appointment: "b3", Code: "482913", Service: service, Start: holder.Start, State: "booked"})
	return []Sample{
		{"appointments", visit}, {"keypad-phone", phone}, {"keypad-code", press(visit, flow.ByCode, "")}, {"asking", asking},
		{"found", found}, {"bookable", services}, {"days", days}, {"hours", hours}, {"holder", holder},
		{"booked", next(booked, flow.SlipPrinted)}, {"booked-no-paper", next(booked, flow.SlipFailed)},
		{"trouble-alone", press(next(visit, flow.Online(false)), flow.ToBook, "")},
		{"trouble-not-found", replied(asking, contract.AskAppointmentFind, contract.Appointments{})},
	}
}
