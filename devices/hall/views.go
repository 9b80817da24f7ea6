package hall

import (
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
func (s *State) QueueView(_ time.Time) contract.Queue {
	v := contract.Queue{Version: s.Applied, Day: s.Day, Services: []contract.ServiceQueue{}}
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
	f := s.forecast()
	for _, service := range s.x.Services {
		windows := s.x.windowsOf[service.ID]
		q := contract.ServiceQueue{Service: service.ID, Waiting: waiting[service.ID], Open: f.Open(windows), Last: last[service.ID]}
		q.WaitMin, q.WaitMax = f.Wait(windows)
		v.Services = append(v.Services, q)
	}
	return v
}

// CallsView is the last calls, newest first.
func (s *State) CallsView(_ time.Time) contract.Calls {
	v := contract.Calls{Version: s.Applied, Calls: []contract.Call{}}
	for _, c := range s.Calls[:min(len(s.Calls), s.x.BoardCalls)] {
		t := s.Tickets[c.Ticket]
		if t == nil {
			continue
		}
		call := contract.Call{Call: c.Call, Number: t.Number, Window: c.Window, Service: t.Service,
			Name: contract.Text2{ZH: c.Window, EN: c.Window}, Recall: c.Recall, At: c.At, State: string(t.State)}
		if w := s.x.window[c.Window]; w != nil {
			call.Name = w.Name
		}
		v.Calls = append(v.Calls, call)
	}
	return v
}

// WindowsView is the state of every window.
func (s *State) WindowsView(_ time.Time) contract.Windows {
	v := contract.Windows{Version: s.Applied, Windows: []contract.WindowView{}}
	for i := range s.x.Windows {
		w := &s.x.Windows[i]
		v.Windows = append(v.Windows, s.windowView(w, s.desk(w.ID), s.inHand(w.ID)))
	}
	return v
}

// windowView names who is signed in now, and nobody else (R-WIN-01).
func (s *State) windowView(w *Window, d Desk, t *queue.Ticket) contract.WindowView {
	v := contract.WindowView{ID: w.ID, Label: w.Label, Name: w.Name, Kind: w.Kind, Area: w.Area, State: contract.WindowClosed}
	if d.Staff != "" {
		v.State, v.Staff = contract.WindowOpen, s.x.name(d.Staff)
		if p := s.x.staff[d.Staff]; p != nil {
			v.Post = p.Post
		}
	}
	if d.Staff != "" && d.Paused {
		v.State, v.Reason = contract.WindowPaused, d.Reason
		for _, r := range s.x.PauseReasons {
			if r.ID == d.Reason {
				v.Reason = r.Name.ZH
			}
		}
	}
	if t != nil {
		v.Number, v.Ticket = t.Number, string(t.State)
	}
	return v
}

// CalendarView is today's hours. Its version is the time in seconds, as it
// changes by itself.
func (s *State) CalendarView(now time.Time) contract.Calendar {
	status := s.x.Hours.At(now)
	v := contract.Calendar{Version: uint64(max(0, now.Unix())), Day: s.x.Hours.Day(now), Zone: s.x.Hours.ZoneName,
		Open: status.Open, Issuing: status.Issuing, Segments: []contract.Segment{}, Reason: status.Reason}
	if !status.Next.IsZero() {
		v.Next = status.Next.UTC()
	}
	for _, g := range status.Segments {
		v.Segments = append(v.Segments, contract.Segment{From: g.From.String(), To: g.To.String()})
	}
	return v
}

// NoticesView is the lines for the boards.
func (s *State) NoticesView(_ time.Time) contract.Notices {
	v := contract.Notices{Version: s.x.CatalogueVersion, Notices: s.x.Notices}
	if v.Notices == nil {
		v.Notices = []contract.Notice{}
	}
	return v
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

// Waiting are the tickets that a window may call, in the order in which it
// would call them.
func (s *State) Waiting(window string) []queue.Ticket {
	w := s.x.window[window]
	if w == nil {
		return nil
	}
	var list []queue.Ticket
	for _, t := range s.pool.Bound(window) {
		list = append(list, *t)
	}
	for _, t := range s.pool.Waiting() {
		for _, service := range w.Services {
			if t.Bound == "" && t.Service == service {
				list = append(list, *t)
			}
		}
	}
	return list
}
