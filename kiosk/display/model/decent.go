package model

import (
	"slices"

	"hallward/devices/contract"
	"hallward/devices/hall/polite"
)

// Refusal is a text of the hall that the board does not show, since it holds a
// word that is not used towards citizens (R-VOICE-03).
type Refusal struct {
	View   string
	Where  string // "notice n-7", "window w3"
	Word   string
	Source string // of the word: "S0 L380"
}

// Refused lists what was not shown since the last time it was asked.
func (s *State) Refused() []Refusal {
	r := s.refused
	s.refused = nil
	return r
}

// rough tells whether texts hold a forbidden word, and notes it.
func (s *State) rough(view, where string, texts ...contract.Text2) bool {
	for _, t := range texts {
		for _, words := range []string{t.ZH, t.EN} {
			if hit, ok := polite.Check(words); ok {
				s.refused = append(s.refused, Refusal{view, where, hit.Word, hit.Source})
				return true
			}
		}
	}
	return false
}

// mend puts other words into the place of a text with a forbidden one.
func (s *State) mend(view, where string, t *contract.Text2, instead contract.Text2) {
	if s.rough(view, where, *t) {
		*t = instead
	}
}

// decent takes forbidden words out of a view before anything of it is shown.
// What can be left out is; what people need gets plain words instead.
func (s *State) decent(view string) {
	switch view {
	case contract.ViewCatalogue:
		c := &s.Catalogue
		s.mend(view, "the hall's name", &c.Hall.Name, noName)
		s.mend(view, "the hall's desk", &c.Hall.Desk, anyDesk)
		for i := range c.Services {
			s.mend(view, "service "+c.Services[i].ID, &c.Services[i].Name, anyService)
		}
		for i := range c.Units {
			u := &c.Units[i]
			s.mend(view, "unit "+u.ID, &u.Name, contract.Text2{})
			s.mend(view, "authorisation of unit "+u.ID, &u.Scope, contract.Text2{})
		}
		for i := range c.Zones {
			s.mend(view, "zone "+c.Zones[i].ID, &c.Zones[i].Name, contract.Text2{})
		}
	case contract.ViewCalls:
		for i := range s.Calls.Calls {
			c := &s.Calls.Calls[i]
			s.mend(view, "window "+c.Window, &c.Name, windowName(c.Label, c.Window))
		}
	case contract.ViewWindows:
		for i := range s.Windows.Windows {
			s.decentWindow(&s.Windows.Windows[i])
		}
	case contract.ViewCalendar:
		s.mend(view, "the reason for being closed", &s.Calendar.Reason, contract.Text2{})
	case contract.ViewNotices:
		s.Notices.Notices = slices.DeleteFunc(s.Notices.Notices, func(n contract.Notice) bool {
			return s.rough(view, "notice "+n.ID, n.Text, n.Title, n.Issuer)
		})
	case contract.ViewResults:
		s.Results.Results = slices.DeleteFunc(s.Results.Results, func(r contract.Result) bool {
			return s.rough(view, "result "+r.ID, r.Service, r.Outcome, contract.Text2{ZH: r.Name, EN: r.Case})
		})
	case contract.ViewDuty:
		for i := range s.Duty.Today {
			o := &s.Duty.Today[i]
			s.mend(view, "a post on duty", &o.Post, contract.Text2{})
			s.mend(view, "a place of duty", &o.Place, contract.Text2{})
		}
		for i := range s.Duty.Closed {
			s.mend(view, "the reason for being closed", &s.Duty.Closed[i].Reason, contract.Text2{})
		}
	}
}

func (s *State) decentWindow(w *contract.WindowView) {
	const view = contract.ViewWindows
	s.mend(view, "window "+w.ID, &w.Name, windowName(w.Label, w.ID))
	s.mend(view, "area of window "+w.ID, &w.Area, contract.Text2{})
	s.mend(view, "pause of window "+w.ID, &w.ReasonText, contract.Text2{})
	for what, t := range map[string]*string{"pause of window ": &w.Reason, "post at window ": &w.Post} {
		if s.rough(view, what+w.ID, contract.Text2{ZH: *t}) {
			*t = ""
		}
	}
}

// windowName is what a window is called that has no name.
func windowName(label, id string) contract.Text2 {
	if label == "" {
		label = id
	}
	return contract.Text2{ZH: label + "号窗口", EN: "Window " + label}
}
