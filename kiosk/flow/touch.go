package flow

import (
	"slices"

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

	ToClasses Touch = "classes"     // who goes first
	Class     Touch = "class"       // one of them; "" is ordinary
	Collect   Touch = "collect"     // begin to choose several services
	Single    Touch = "single"      // only one after all
	ToBasket  Touch = "basket"      // what was chosen
	Remove    Touch = "remove"      // one of it
	AddMore   Touch = "add-more"    // one more
	TakeAll   Touch = "take-all"    // one number for all of it
	WithoutID Touch = "without-id"  // go on without a card
	TypeIt    Touch = "type-id"     // type the ID number
	Key       Touch = "key"         // of the keypad, EraseKey too
	Enter     Touch = "enter"       // what is typed is right
	Reprint   Touch = "reprint"     // the paper once more
	Quiet     Touch = "quiet"       // called by eye only, or with a voice again
	ToVisit   Touch = "appointment" // check in or book
	ByCode    Touch = "by-code"     //
	ByPhone   Touch = "by-phone"    //
	ByCard    Touch = "by-card"     //
	Pick      Touch = "pick"        // one of the appointments found
	ToBook    Touch = "to-book"     // the services with appointments
	Book      Touch = "book"        // times of a service; "" is the chosen one
	OnDay     Touch = "day"         //
	AtTime    Touch = "time"        // SlotArg
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
		return slices.Concat(s.lists(), s.turns(), nav)
	case Found, Bookable, Days, Hours:
		own := map[Screen]Touch{Found: Pick, Bookable: Book, Days: OnDay, Hours: AtTime}[s.Screen]
		return slices.Concat([]Touch{own}, s.turns(), nav)
	case Help:
		if s.Return == Unprinted { // the number there must be noted or given up first
			return []Touch{Back, TextSize, Language}
		}
		return []Touch{Back, ToHome, TextSize, Language}
	case Unprinted:
		own := []Touch{Noted, GiveUp}
		if s.CanReprint() {
			own = append(own, Reprint)
		}
		return append(own, AskHelp, TextSize, Language)
	case Done:
		return []Touch{Finish, Quiet, ToHome, AskHelp, TextSize, Language}
	case Booked:
		return []Touch{Finish, ToHome, AskHelp, TextSize, Language}
	case Taking, Printing, Noting, Asking:
		return nil // they end by themselves
	}
	return append(s.matters(), nav...)
}

// lists are the touches of the pages with units and services.
func (s State) lists() []Touch {
	var own []Touch
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
	switch {
	case s.Several && len(s.Chosen) > 0:
		return append(own, Single, ToBasket)
	case s.Several:
		return append(own, Single)
	}
	when := func(ok bool, t Touch) {
		if ok {
			own = append(own, t)
		}
	}
	when(s.Screen == Home && len(s.Catalogue.Classes) > 0, ToClasses)
	when(s.Screen == Home && s.HasAppointments(), ToVisit)
	when(s.Screen == Services && len(s.Catalogue.Services) > 1, Collect)
	return own
}

// turns are the touches that turn pages.
func (s State) turns() []Touch {
	var own []Touch
	if s.Page > 0 {
		own = append(own, PrevPage)
	}
	if s.Page+1 < s.Pages() {
		own = append(own, NextPage)
	}
	return own
}

// matters are the touches of the pages between the choice and the ticket.
func (s State) matters() []Touch {
	var own []Touch
	when := func(ok bool, t Touch) {
		if ok {
			own = append(own, t)
		}
	}
	switch s.Screen {
	case Trouble:
		when(s.CanRetry(), Retry)
		when(s.CanShowNumber(), OnScreen)
		when(s.CanBook(), Book)
	case Info:
		when(s.CanBook(), Book)
	case Classes:
		own = append(own, Class)
	case Basket:
		when(len(s.Chosen) > 0, Remove)
		when(len(s.Chosen) > 0, TakeAll)
		when(len(s.Chosen) < MostServices, AddMore)
	case Laying:
		when(s.Readers.Type, TypeIt)
		when(s.Purpose == ForTicket, WithoutID)
	case Keypad:
		own = append(own, Key)
		when(s.Entered(), Enter)
	case Holding, Status:
		when(s.CanReprint(), Reprint)
		when(s.Look != nil && toCome(s.Look), Quiet)
	case Visit:
		own = append(own, ByCode, ByPhone, ToBook)
	case Holder:
		own = append(own, ByPhone)
		when(s.Readers.Card || s.Readers.Type || s.Person != "", ByCard)
	}
	return own
}

func (s State) offers(t Touch) bool {
	return slices.Contains(s.Offers(), t)
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
		s.Several = false
		s = s.atHome(Home)
	case Units:
		s = s.atHome(Home)
	case TopList:
		s = s.atHome(Top)
	case Back:
		return s.back()
	case NextPage:
		s.Page++
	case PrevPage:
		s.Page--
	case Unit:
		if _, ok := s.unit(t.Arg); ok {
			s.Screen, s.Unit, s.Page = Services, t.Arg, 0
		}
	case Service:
		return s.choose(t.Arg, t.Fresh)
	case Retry:
		if s.Reason == NotNoted {
			return s.note(t.Fresh)
		}
		return s.take(t.Fresh, true)
	case OnScreen:
		return s.take(t.Fresh, false)
	case Noted:
		return s.note(t.Fresh)
	case Reprint:
		return s.reprint(t.Fresh)
	case GiveUp:
		id := s.Ticket.Ticket
		s.Several = false
		return s.atHome(Home), []Effect{Ask{ID: t.Fresh, Type: contract.AskTicketVoid,
			Data: contract.TicketRef{Ticket: id}, For: s.Times.Idle}}
	}
	if next, effects, ok := s.matter(t); ok {
		return next, effects
	}
	return s, nil
}

// matter is a touch of the pages between the choice and the ticket.
func (s State) matter(t Tap) (next State, effects []Effect, ok bool) {
	next = s
	switch t.Touch {
	case ToClasses:
		next.Screen = Classes
	case Class:
		if _, known := (State{Catalogue: s.Catalogue, Class: t.Arg}).ChosenClass(); known || t.Arg == "" {
			next.Class = t.Arg
			next = next.atHome(Home)
		}
	case Collect:
		next.Several, next.Chosen = true, nil
	case Single:
		next.Several, next.Chosen = false, nil
	case ToBasket:
		next.Screen = Basket
	case Remove:
		next = s.collect(t.Arg)
	case AddMore:
		next = s.atHome(Home)
	case TakeAll:
		next, effects = s.takeAll(t.Fresh)
	case WithoutID:
		next.NoCard = true
		next, effects = next.take(t.Fresh, s.Paper)
	case Quiet:
		next, effects = s.quiet(t.Fresh)
	case TypeIt:
		next, effects = s.keypad(EntryID)
	case Key:
		next, effects = s.key(t.Arg)
	case Enter:
		next, effects = s.enter(t.Fresh)
	case ToVisit:
		next = s.atVisit()
	case ByCode:
		next, effects = s.keypad(EntryCode)
	case ByPhone:
		next, effects = s.keypad(EntryPhone)
	case ByCard:
		if s.Person != "" {
			next, effects = s.book(t.Fresh, contract.BookAppointment{Person: s.Person})
		} else {
			next = s.laying(ForBooking)
		}
	case Pick:
		next, effects = s.pick(t.Arg, t.Fresh)
	case ToBook:
		next.Purpose, next.Screen, next.Page = ForBooking, Bookable, 0
	case Book:
		if t.Arg == "" {
			t.Arg = s.Service
		}
		if v, known := s.service(t.Arg); known && v.Appointments {
			next, effects = s.bookOf(t.Arg, t.Fresh)
		}
	case OnDay:
		next = s.onDay(t.Arg)
	case AtTime:
		next = s.atTime(t.Arg)
	default:
		return s, nil, false
	}
	return next, effects, true
}

// take asks for a number, if the hall, the service, the controller and the
// printer let it; otherwise it says which of them does not.
func (s State) take(id string, paper bool) (State, []Effect) {
	s.Paper = paper
	if why := s.obstacle(paper); why != "" {
		return s.trouble(why), nil
	}
	if s.wantsPerson() {
		return s.laying(ForTicket), nil
	}
	if paper {
		s.Reason = ""
	}
	s.Screen, s.Asked, s.Ticket, s.Warned = Taking, id, nil, false
	s.Until = s.Now.Add(s.Times.Answer)
	s.Problem = contract.Problem{}
	if s.Arrival != "" {
		return s, []Effect{Ask{ID: id, Type: contract.AskAppointmentArrive, For: s.Times.Answer,
			Data: contract.Arrive{Appointment: s.Arrival, Lang: s.Lang}}}
	}
	t := contract.TakeTicket{Service: s.Service, Lang: s.Lang, Class: s.Class, More: s.more()}
	switch level := s.Realname(); { // a card that nobody asks for stays unknown to the hall
	case level != "" && s.Person != "":
		t.Person = s.Person
	case level == required:
		t.NoCard = true
	}
	return s, []Effect{Ask{ID: id, Type: contract.AskTicketTake, For: s.Times.Answer, Data: t}}
}

// note tells the hall that the citizen keeps the number without paper.
func (s State) note(id string) (State, []Effect) {
	s.Screen, s.Asked = Noting, id
	s.Until = s.Now.Add(s.Times.Answer)
	return s, []Effect{Ask{ID: id, Type: contract.AskTicketNoted, For: s.Times.Answer,
		Data: contract.TicketRef{Ticket: s.Ticket.Ticket}}}
}
