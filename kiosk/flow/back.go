package flow

import "hallward/devices/contract"

// atHome goes to one of the two entrance pages and forgets what was chosen. It
// is the same person still: language, text size, class and card stay, and what
// is collected for one ticket.
func (s State) atHome(page Screen) State {
	fresh := s.wiped()
	fresh.Screen, fresh.Lang, fresh.Large, fresh.Touched = page, s.Lang, s.Large, s.Now
	fresh.Class, fresh.Person, fresh.Name = s.Class, s.Person, s.Name
	if s.Several {
		fresh.Several, fresh.Chosen = true, s.Chosen
	}
	return fresh
}

// atVisit is the first page of appointments.
func (s State) atVisit() State {
	s.Several = false
	s = s.atHome(Visit)
	s.Purpose = ForArrival
	return s
}

func (s State) back() (State, []Effect) {
	switch s.Screen {
	case Home:
		return s.wiped(), nil
	case Help:
		return s.backTo(s.Return), nil
	case Trouble:
		return s.backFromTrouble(), nil
	case Laying, Info:
		switch {
		case s.Purpose == ForBooking:
			s.Screen, s.Hint = Holder, ""
			return s, nil
		case s.List != "":
			s.Screen, s.Hint, s.Service = s.List, "", ""
			return s.settled(), nil
		}
	case Keypad:
		s.Typed, s.Hint = "", ""
		switch {
		case s.Entry == EntryID:
			s.Screen = Laying
		case s.Purpose == ForBooking:
			s.Screen = Holder
		default:
			s.Screen = Visit
		}
		return s, s.typing("")
	case Found, Bookable:
		return s.atVisit(), nil
	case Days:
		s.Screen, s.Page = Bookable, 0
		return s, nil
	case Hours:
		s.Page, s.Screen = 0, Days
		if len(s.days()) < 2 {
			s.Screen = Bookable
		}
		return s, nil
	case Holder:
		s.Screen, s.Page, s.Hint = Hours, 0, ""
		return s.settled(), nil
	}
	return s.atHome(Home), nil
}

// backTo is the page from which help was asked for, as it was.
func (s State) backTo(page Screen) State {
	switch page {
	case "":
		return s.atHome(Home)
	case Home, Top:
		n := s.Page
		s = s.atHome(page)
		s.Page = n
	case Done:
		return s.done()
	default:
		s.Screen = page
	}
	return s.settled()
}

// backFromTrouble leads to where the matter was begun, for another choice.
func (s State) backFromTrouble() State {
	switch to := s.Return; to {
	case Services, Basket:
		s.Screen, s.Reason, s.Problem, s.Service = to, "", contract.Problem{}, ""
		return s.settled()
	case Visit:
		return s.atVisit()
	default:
		return s.backTo(to)
	}
}
