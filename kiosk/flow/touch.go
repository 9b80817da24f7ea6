package flow

import (
	"hallward/devices/contract"
)

// Touch is something that a screen offers to a finger.
type Touch string

// Touches. Unit and Service carry the id of what is touched.
const (
	Start    Touch = "start"     // anywhere on the attract screen
	Unit     Touch = "unit"      // a unit of the hall
	Service  Touch = "service"   // a service
	Units    Touch = "units"     // tab: by unit
	TopList  Touch = "top-list"  // tab: the most used
	NextPage Touch = "next-page" //
	PrevPage Touch = "prev-page" //
	Back     Touch = "back"      //
	ToHome   Touch = "home"      //
	Language Touch = "language"  // to the other language
	TextSize Touch = "text-size" // larger text and back
	AskHelp  Touch = "help"      // ask a person
	MoreTime Touch = "more-time" //
	OnScreen Touch = "on-screen" // take the number without paper
	Noted    Touch = "noted"     // "I have noted it"
	GiveUp   Touch = "give-up"   //
	Retry    Touch = "retry"     //
	Finish   Touch = "finish"    // leave at once
)

// Face is the screen that is shown: the page, or the question "more time?"
// that covers it.
func (s State) Face() Screen {
	if s.Warned {
		return Idle
	}
	return s.Screen
}

// Offers lists what can be touched now, without the ids of units and services.
// A touch that is not offered does nothing.
func (s State) Offers() []Touch {
	nav := []Touch{Back, ToHome, AskHelp, TextSize, Language}
	switch s.Face() {
	case Attract:
		return []Touch{Start, Language}
	case Idle:
		return []Touch{MoreTime, Finish}
	case Home, Top, Services:
		own := []Touch{}
		switch s.Screen {
		case Home:
			own = append(own, Unit)
			if len(s.mostUsed()) > 0 {
				own = append(own, TopList)
			}
		case Top:
			own = append(own, Service, Units)
		case Services:
			own = append(own, Service)
		}
		if s.Page > 0 {
			own = append(own, PrevPage)
		}
		if s.Page+1 < s.Pages() {
			own = append(own, NextPage)
		}
		return append(own, nav...)
	case Help:
		if s.Return == Unprinted { // the number there must be noted or given up first
			return []Touch{Back, TextSize, Language}
		}
		return []Touch{Back, ToHome, TextSize, Language}
	case Trouble:
		own := []Touch{}
		if s.CanRetry() {
			own = append(own, Retry)
		}
		if s.CanShowNumber() {
			own = append(own, OnScreen)
		}
		return append(own, nav...)
	case Unprinted:
		return []Touch{Noted, GiveUp, AskHelp, TextSize, Language}
	case Done:
		return []Touch{Finish, ToHome, AskHelp, TextSize, Language}
	}
	return nil // Taking, Printing, Noting: they end by themselves
}

func (s State) offers(t Touch) bool {
	for _, o := range s.Offers() {
		if o == t {
			return true
		}
	}
	return false
}

func (s State) tap(t Tap) (State, []Effect) {
	if !s.offers(t.Touch) {
		return s.aged(), nil
	}
	s.Touched, s.Warned = s.Now, false
	switch t.Touch {
	case Start:
		s.Screen, s.Page = Home, 0
	case Language:
		if s.Lang == English {
			s.Lang = Chinese
		} else {
			s.Lang = English
		}
		if s.Screen == Attract {
			s.Screen, s.Page = Home, 0
		}
	case TextSize:
		s.Large = !s.Large
	case MoreTime:
		// The touch itself is all: the page is there again.
	case Finish:
		return s.wiped(), nil
	case AskHelp:
		s.Return, s.Screen = s.Screen, Help
		if s.Return == Trouble {
			s.Return = Home
		}
	case ToHome:
		s = s.atHome(Home)
	case Units:
		s = s.atHome(Home)
	case TopList:
		s = s.atHome(Top)
	case Back:
		return s.back(), nil
	case NextPage:
		s.Page++
	case PrevPage:
		s.Page--
	case Unit:
		if _, ok := s.unit(t.Arg); ok {
			s.Screen, s.Unit, s.Page = Services, t.Arg, 0
		}
	case Service:
		if _, ok := s.service(t.Arg); ok {
			s.Return, s.Service = s.Screen, t.Arg
			return s.take(t.Fresh, true)
		}
	case Retry:
		if s.Reason == NotNoted {
			return s.note(t.Fresh)
		}
		return s.take(t.Fresh, true)
	case OnScreen:
		return s.take(t.Fresh, false)
	case Noted:
		return s.note(t.Fresh)
	case GiveUp:
		id := s.Ticket.Ticket
		return s.atHome(Home), []Effect{Ask{ID: t.Fresh, Type: contract.AskTicketVoid,
			Data: contract.TicketRef{Ticket: id}, For: s.Times.Idle}}
	}
	return s, nil
}

// atHome goes to one of the two entrance pages and forgets what was chosen;
// language and text size stay, for it is the same person.
func (s State) atHome(page Screen) State {
	fresh := s.wiped()
	fresh.Screen, fresh.Lang, fresh.Large, fresh.Touched = page, s.Lang, s.Large, s.Now
	return fresh
}

func (s State) back() State {
	switch s.Screen {
	case Home:
		return s.wiped()
	case Help, Trouble:
		to := s.Return
		if to == "" {
			to = Home
		}
		if to == Home || to == Top {
			page := s.Page
			s = s.atHome(to)
			s.Page = page
			return s.settled()
		}
		switch to {
		case Unprinted:
			s.Screen = Unprinted
			return s
		case Done:
			return s.done()
		}
		s.Screen, s.Reason, s.Problem, s.Service = to, "", contract.Problem{}, ""
		return s.settled()
	}
	return s.atHome(Home)
}

// take asks for a number, if the hall, the service, the controller and the
// printer let it; otherwise it says which of them does not.
func (s State) take(id string, paper bool) (State, []Effect) {
	s.Paper = paper
	if why := s.obstacle(paper); why != "" {
		return s.trouble(why), nil
	}
	if paper {
		s.Reason = ""
	}
	s.Screen, s.Asked, s.Ticket = Taking, id, nil
	s.Until = s.Now.Add(s.Times.Answer)
	s.Problem = contract.Problem{}
	return s, []Effect{Ask{ID: id, Type: contract.AskTicketTake, For: s.Times.Answer,
		Data: contract.TakeTicket{Service: s.Service, Lang: s.Lang}}}
}

// note tells the hall that the citizen keeps the number without paper.
func (s State) note(id string) (State, []Effect) {
	s.Screen, s.Asked = Noting, id
	s.Until = s.Now.Add(s.Times.Answer)
	return s, []Effect{Ask{ID: id, Type: contract.AskTicketNoted, For: s.Times.Answer,
		Data: contract.TicketRef{Ticket: s.Ticket.Ticket}}}
}
