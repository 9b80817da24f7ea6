package flow

import (
	"slices"
	"sort"
	"time"

	"hallward/devices/contract"
)

// UnitsShown are the units of the present page of Home, at most PerPage.
func (s State) UnitsShown() []contract.UnitInfo { return page(s.units(), s.Page) }

// ServicesShown are the services of the present page of Top, Services or
// Bookable, at most PerPage, the most used first.
func (s State) ServicesShown() []contract.ServiceInfo { return page(s.services(), s.Page) }

// Pages is how many pages the present screen has, at least 1.
func (s State) Pages() int {
	n := 0
	switch s.Screen {
	case Home:
		n = len(s.units())
	case Top, Services:
		n = len(s.services())
	case Found:
		n = len(s.Found)
	case Bookable:
		n = len(s.bookable())
	case Days:
		n = len(s.days())
	case Hours:
		n = len(s.hours())
	}
	return max(1, (n+PerPage-1)/PerPage)
}

func page[T any](all []T, n int) []T {
	from := min(max(n, 0)*PerPage, len(all))
	return all[from:min(from+PerPage, len(all))]
}

// units are the units that have a service.
func (s State) units() []contract.UnitInfo {
	has := map[string]bool{}
	for _, v := range s.Catalogue.Services {
		has[v.Unit] = true
	}
	var out []contract.UnitInfo
	for _, u := range s.Catalogue.Units {
		if has[u.ID] {
			out = append(out, u)
		}
	}
	return out
}

func (s State) services() []contract.ServiceInfo {
	switch s.Screen {
	case Top:
		return s.mostUsed()
	case Bookable:
		return s.bookable()
	}
	var out []contract.ServiceInfo
	for _, v := range s.Catalogue.Services {
		if v.Unit == s.Unit {
			out = append(out, v)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Top && !out[j].Top })
	return out
}

func (s State) mostUsed() []contract.ServiceInfo {
	var out []contract.ServiceInfo
	for _, v := range s.Catalogue.Services {
		if v.Top {
			out = append(out, v)
		}
	}
	return out
}

func (s State) unit(id string) (contract.UnitInfo, bool) {
	for _, u := range s.units() {
		if u.ID == id {
			return u, true
		}
	}
	return contract.UnitInfo{}, false
}

func (s State) service(id string) (contract.ServiceInfo, bool) {
	for _, v := range s.Catalogue.Services {
		if v.ID == id {
			return v, true
		}
	}
	return contract.ServiceInfo{}, false
}

// ChosenUnit is the unit of the Services page; empty when it has gone.
func (s State) ChosenUnit() contract.UnitInfo {
	u, _ := s.unit(s.Unit)
	return u
}

// Shown is the ticket that the page is about: the one in hand, or the one that
// somebody asked after; nil when there is none.
func (s State) Shown() *contract.Ticket {
	if s.Screen == Holding || s.Screen == Status {
		return s.Look
	}
	return s.Ticket
}

// ChosenService is the service of the ticket, being taken or taken.
func (s State) ChosenService() contract.ServiceInfo {
	id := s.Service
	if t := s.Shown(); t != nil && t.Service != "" {
		id = t.Service
	}
	v, _ := s.service(id)
	return v
}

// QueueOf is the queue of a service; ok is false while nothing is known.
func (s State) QueueOf(service string) (q contract.ServiceQueue, ok bool) {
	for _, q := range s.Queue.Services {
		if q.Service == service {
			return q, true
		}
	}
	return contract.ServiceQueue{WaitMin: -1, WaitMax: -1}, false
}

// settled brings the page back to something that still exists after the
// catalogue has changed under it.
func (s State) settled() State {
	if s.Screen == Services {
		if _, ok := s.unit(s.Unit); !ok {
			return s.atHome(Home)
		}
	}
	known := func(id string) bool { _, ok := s.service(id); return ok }
	if slices.ContainsFunc(s.Chosen, func(id string) bool { return !known(id) }) {
		s.Chosen = slices.DeleteFunc(slices.Clone(s.Chosen), func(id string) bool { return !known(id) })
	}
	s.Page = min(max(s.Page, 0), s.Pages()-1)
	return s
}

// Left is how long until the screen goes by itself, and whether it does: the
// countdown that a person sees.
func (s State) Left() (left time.Duration, shown bool) {
	switch s.Screen {
	case Attract, Taking, Printing, Noting, Asking:
		return 0, false
	case Done:
		left = s.Until.Sub(s.Now)
	default:
		left = s.Touched.Add(s.Times.Idle).Sub(s.Now)
	}
	return max(0, left), true
}

// WindowLabels are the labels ("3") of the windows that may call the ticket; a
// window of which nothing is known shows its id.
func (s State) WindowLabels() []string {
	t := s.Shown()
	if t == nil {
		return nil
	}
	label := map[string]string{}
	for _, w := range s.Windows.Windows {
		label[w.ID] = w.Label
	}
	var out []string
	for _, id := range t.Windows {
		if l := label[id]; l != "" {
			out = append(out, l)
		} else {
			out = append(out, id)
		}
	}
	return out
}
