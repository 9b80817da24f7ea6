package controller

import (
	"encoding/json"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/console"
)

// figures are what the windows and services did today, counted from the events
// of the day for the manager's page.
type figures struct {
	windows  map[string]*tally
	services map[string]*tally
	service  map[string]string // of a ticket at present
	calls    map[uint64]string // ticket of an announcement
	dropped  []dropped         // announcements that were not spoken, newest first
	silenced int               // how many these were in all
}

// tally is one line of the day's figures. Seconds are sums.
type tally struct {
	taken, called, served, missed int
	wait, waits, seconds          int
	results                       map[string]int
}

type dropped struct {
	contract.CallUnspoken
	at time.Time
}

// droppedKept is how many of them the manager's page shows.
const droppedKept = 50

func newFigures() *figures {
	return &figures{windows: map[string]*tally{}, services: map[string]*tally{}, service: map[string]string{}, calls: map[uint64]string{}}
}

func of(m map[string]*tally, id string) *tally {
	t := m[id]
	if t == nil {
		t = &tally{results: map[string]int{}}
		m[id] = t
	}
	return t
}

// both are the lines of a ticket's service and of a window.
func (f *figures) both(ticket, window string) []*tally {
	return []*tally{of(f.services, f.service[ticket]), of(f.windows, window)}
}

// note follows one event of the day. Events that it does not count leave it as
// it is.
func (f *figures) note(e contract.Event) {
	switch e.Type {
	case contract.EvTicketIssued:
		if d, ok := data[contract.TicketIssued](e); ok {
			f.service[d.Ticket] = d.Service
			of(f.services, d.Service).taken++
		}
	case contract.EvTicketTransferred:
		if d, ok := data[contract.TicketTransferred](e); ok {
			f.service[d.Ticket] = d.Service
		}
	case contract.EvTicketCorrected:
		if d, ok := data[contract.TicketCorrected](e); ok {
			f.service[d.Ticket] = d.Service
		}
	case contract.EvTicketCalled:
		if d, ok := data[contract.TicketCalled](e); ok {
			f.calls[d.Call] = d.Ticket
			for _, t := range f.both(d.Ticket, d.Window) {
				t.called, t.waits, t.wait = t.called+1, t.waits+1, t.wait+d.Waited
			}
		}
	case contract.EvTicketRecalled:
		if d, ok := data[contract.TicketRecalled](e); ok {
			f.calls[d.Call] = d.Ticket
		}
	case contract.EvTicketResumed:
		if d, ok := data[contract.TicketMoved](e); ok {
			f.calls[d.Call] = d.Ticket
		}
	case contract.EvTicketMissed:
		if d, ok := data[contract.TicketMoved](e); ok {
			for _, t := range f.both(d.Ticket, d.Window) {
				t.missed++
			}
		}
	case contract.EvTicketFinished:
		if d, ok := data[contract.TicketFinished](e); ok {
			f.ended(d.Ticket, d.Window, d.Seconds, d.Outcome)
		}
	case contract.EvTicketContinued:
		if d, ok := data[contract.TicketContinued](e); ok {
			f.ended(d.Ticket, d.Window, d.Seconds, d.Outcome)
			f.service[d.Ticket] = d.Service
		}
	case contract.EvCallUnspoken:
		if d, ok := data[contract.CallUnspoken](e); ok {
			f.silenced++
			f.dropped = append([]dropped{{d, e.Time}}, f.dropped[:min(len(f.dropped), droppedKept-1)]...)
		}
	}
}

func data[T any](e contract.Event) (d T, ok bool) {
	return d, json.Unmarshal(e.Data, &d) == nil
}

func (f *figures) ended(ticket, window string, seconds int, o contract.Outcome) {
	for _, t := range f.both(ticket, window) {
		t.served++
		t.seconds += seconds
		if o.Result != "" {
			t.results[o.Result]++
		}
	}
}

// lines are the figures as the page shows them, in the order of the hall.
func (f *figures) lines(s *hall.State, ratings map[string]*console.Rating) (windows, services []console.Figures) {
	for _, w := range s.Setup().Windows {
		line, any := f.windows[w.ID].line(w.ID)
		if r := ratings[w.ID]; r != nil {
			for level, n := range r.Levels {
				line.Rated += n
				if level >= 3 { // 基本满意 and better
					line.Good += n
				}
			}
		}
		if any || line.Rated > 0 {
			windows = append(windows, line)
		}
	}
	for _, v := range s.Setup().Services {
		if line, any := f.services[v.ID].line(v.ID); any {
			services = append(services, line)
		}
	}
	return windows, services
}

func (t *tally) line(id string) (l console.Figures, any bool) {
	l = console.Figures{ID: id, Wait: -1, Service: -1}
	if t == nil {
		return l, false
	}
	l.Taken, l.Called, l.Served, l.Missed, l.Results = t.taken, t.called, t.served, t.missed, map[string]int{}
	for result, n := range t.results {
		l.Results[result] = n
	}
	if t.waits > 0 {
		l.Wait = t.wait / t.waits
	}
	if t.served > 0 {
		l.Service = t.seconds / t.served
	}
	return l, true
}

// unspoken are the announcements that nobody heard (R-VOICE-06).
func (f *figures) unspoken(s *hall.State) []console.Unspoken {
	var list []console.Unspoken
	for _, d := range f.dropped {
		u := console.Unspoken{At: d.at, Zone: d.Zone, Reason: d.Reason}
		if t := s.Tickets[f.calls[d.Call]]; t != nil {
			u.Number = t.Number
		}
		for _, z := range s.Setup().Zones {
			if z.ID == d.Zone {
				u.Zone = z.Name.ZH
			}
		}
		list = append(list, u)
	}
	return list
}

// dutyAhead is how many days of the roster the manager's page shows.
const dutyAhead = 14

// posted are the notices of the boards, with who posted them.
func (d *desk) posted(s *hall.State, now time.Time) []console.Posted {
	var list []console.Posted
	for _, n := range s.NoticesView(now).Notices {
		p := console.Posted{Notice: n}
		if by, ok := s.Notices[n.ID]; ok && n.ID != "" {
			p.Staff = d.Person(by.Staff).Name
		} else {
			p.Fixed = true
		}
		list = append(list, p)
	}
	return slices.Clip(list)
}
