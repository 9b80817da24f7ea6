package hall

import (
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
)

// The views are what boards, kiosks and consoles see. Their version is the
// count of events applied, so it rises with every change and across restarts.

// CatalogueView is what the hall offers.
func (s *State) CatalogueView() contract.Catalogue { return s.x.catalogue }

// QueueView is how many wait for what.
func (s *State) QueueView(now time.Time) contract.Queue {
	now = s.Now(now)
	v := contract.Queue{Version: s.Applied, Day: s.Day, Serials: maps.Clone(s.Serials), Lent: s.lentTops()}
	waiting := map[string]int{}
	for _, t := range s.pool.Waiting() {
		waiting[t.Service]++
		v.Waiting++
	}
	last := map[string]string{}
	for i := len(s.Calls) - 1; i >= 0; i-- {
		if t := s.Tickets[s.Calls[i].Ticket]; t != nil {
			last[t.Service] = t.Number
		}
	}
	f := s.forecast(now)
	v.Services = make([]contract.ServiceQueue, 0, len(s.x.Services))
	for i := range s.x.Services {
		service := &s.x.Services[i]
		q := contract.ServiceQueue{Service: service.ID, Waiting: waiting[service.ID], Open: f.open[i], Last: last[service.ID]}
		expected := f.Newcomer(service.ID, "")
		q.WaitMin, q.WaitMax, q.After = expected.From, expected.To, expected.After
		q.Stop, q.Reason = s.stop(service, f, now)
		v.Services = append(v.Services, q)
	}
	return v
}

// CallsView is the last calls, newest first.
func (s *State) CallsView(_ time.Time) contract.Calls { return s.lastCalls(s.x.BoardCalls) }

// RecentCalls is all calls that are remembered, newest first: for the hall's own
// voices, which must not miss one however many come together.
func (s *State) RecentCalls() contract.Calls { return s.lastCalls(callsKept) }

func (s *State) lastCalls(n int) contract.Calls {
	v := contract.Calls{Version: s.Applied, Calls: []contract.Call{}}
	for _, c := range s.Calls[:min(len(s.Calls), n)] {
		t := s.Tickets[c.Ticket]
		if t == nil {
			continue
		}
		call := contract.Call{Call: c.Call, Number: t.Number, Window: c.Window, Service: t.Service,
			Name: contract.Text2{ZH: c.Window, EN: c.Window}, Recall: c.Recall, At: c.At, State: string(t.State), Silent: t.Silent}
		if w := s.x.window[c.Window]; w != nil {
			call.Name, call.Label, call.Zone = w.Name, w.Label, s.x.zone(w)
		}
		v.Calls = append(v.Calls, call)
	}
	return v
}

// WindowsView is the state of every window.
func (s *State) WindowsView(_ time.Time) contract.Windows {
	v := contract.Windows{Version: s.Applied, Windows: []contract.WindowView{}}
	for i := range s.x.Windows {
		v.Windows = append(v.Windows, s.WindowNow(s.x.Windows[i].ID))
	}
	return s.x.thin(v)
}

// WindowNow is one window as it is in WindowsView, with everything that the view
// of a very large hall has no room for; an unknown one is the zero value.
func (s *State) WindowNow(id string) contract.WindowView {
	w := s.x.window[id]
	if w == nil {
		return contract.WindowView{}
	}
	v := s.windowView(w, s.desk(id), s.inHand(id))
	v.Waiting = s.WaitingFor(id)
	return v
}

// windowView names who is signed in now, and nobody else (R-WIN-01).
func (s *State) windowView(w *Window, d Desk, t *queue.Ticket) contract.WindowView {
	v := contract.WindowView{ID: w.ID, Label: w.Label, Name: w.Name, Kind: w.Kind, Area: w.Area, State: contract.WindowClosed,
		Zone: s.x.zone(w), Unit: w.Unit, Auto: s.auto(w, d)}
	if d.Staff != "" {
		v.State, v.Staff = contract.WindowOpen, s.x.name(d.Staff)
		if p := s.x.staff[d.Staff]; p != nil {
			v.Post, v.StaffNo, v.Photo, v.Party = p.Post, p.Number, p.Photo, p.Party
		}
	}
	if d.Staff != "" && d.Paused {
		v.State, v.Reason = contract.WindowPaused, d.Reason
		for _, r := range s.x.PauseReasons {
			if r.ID == d.Reason {
				v.Reason, v.ReasonText = r.Name.ZH, r.Name
				v.Until = d.Since.Add(r.Limit).In(s.x.Hours.Zone).Format("15:04")
			}
		}
	}
	if t != nil {
		v.Number, v.Ticket, v.Called, v.Service, v.Silent = t.Number, string(t.State), t.Call, t.Service, t.Silent
	}
	return v
}

// zone is where the calls of a window are heard.
func (x *index) zone(w *Window) string {
	if w.Zone == "" && len(x.Zones) > 0 {
		return x.Zones[0].ID
	}
	return w.Zone
}

// auto tells whether a window calls the next by itself after finish.
func (s *State) auto(w *Window, d Desk) bool {
	if d.Auto != nil {
		return *d.Auto
	}
	return w.Auto
}

// Circling are the open tickets that were transferred as often as is allowed:
// somebody from the desk is to go with the citizen (R-KIOSK-13).
func (s *State) Circling() []queue.Ticket {
	var list []queue.Ticket
	for _, t := range s.today(func(t *queue.Ticket) bool { return t.Hops >= s.x.TransferLimit && openFor(t, t.Service) }) {
		list = append(list, *t)
	}
	return list
}

// TicketsIn are today's tickets in one of these states, in the order of issue:
// the queue in a console, the held ones of a window, the numbers without paper.
func (s *State) TicketsIn(states ...queue.State) []queue.Ticket {
	var list []queue.Ticket
	for _, t := range s.today(func(t *queue.Ticket) bool { return slices.Contains(states, t.State) }) {
		list = append(list, *t)
	}
	return list
}
