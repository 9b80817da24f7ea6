package flow

import (
	"strings"

	"hallward/devices/contract"
)

// Entry is what is typed on the Keypad page.
type Entry string

// Entries.
const (
	EntryID    Entry = "id"    // an ID number: 18 characters, or 15 of an old one
	EntryCode  Entry = "code"  // of an appointment: 6 digits
	EntryPhone Entry = "phone" // the last 4 digits of a phone number
)

// Hint is what was wrong with the last card or entry.
type Hint string

// Hints.
const (
	HintUnread Hint = "unread" // the card could not be read: lay it down again
	HintUnfit  Hint = "unfit"  // its number fails the check
	HintWrong  Hint = "wrong"  // the typed number fails the check
)

// Realname levels of contract.ServiceInfo.
const (
	required = "required"
	optional = "optional"
)

// EraseKey is the key that takes the last character back.
const EraseKey = "erase"

// Keys are the keys of the Keypad page in their order; X only stands at the end
// of an ID number (GB 11643-1999).
func (s State) Keys() []string {
	keys := []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}
	if s.Entry == EntryID {
		keys = append(keys, "X")
	}
	return append(keys, "0")
}

// Length is how many characters the entry has.
func (s State) Length() int {
	switch s.Entry {
	case EntryID:
		return 18
	case EntryCode:
		return 6
	}
	return 4
}

// Entered tells whether what is typed can be looked at.
func (s State) Entered() bool {
	n := len([]rune(s.Typed))
	return n == s.Length() || s.Entry == EntryID && n == 15
}

// Realname is whether the ticket being taken asks for an ID card: "required",
// "optional" or "".
func (s State) Realname() string {
	level := ""
	for _, id := range append([]string{s.Service}, s.more()...) {
		switch v, _ := s.service(id); v.Realname {
		case required:
			return required
		case optional:
			level = optional
		}
	}
	return level
}

// wantsPerson tells whether the page for the card comes before the number. A
// kiosk that can read no card leaves it out where the service does not insist.
func (s State) wantsPerson() bool {
	if s.Arrival != "" || s.Person != "" || s.NoCard {
		return false
	}
	level := s.Realname()
	return level == required || level == optional && (s.Readers.Card || s.Readers.Type)
}

func (s State) laying(why Purpose) State {
	s.Screen, s.Purpose, s.Hint = Laying, why, ""
	s.Touched, s.Warned = s.Now, false
	return s
}

func (s State) keypad(e Entry) (State, []Effect) {
	s.Screen, s.Entry, s.Typed, s.Hint = Keypad, e, "", ""
	return s, s.typing("")
}

// typing tells the station of a key of an ID number.
func (s State) typing(key string) []Effect {
	if s.Entry != EntryID {
		return nil
	}
	return []Effect{TypeID{Key: key}}
}

// key is one touch of the keypad. Of an ID number the state keeps the last
// character, so that a wrong touch is seen, and a dot for each other one.
func (s State) key(k string) (State, []Effect) {
	typed := []rune(s.Typed)
	n := len(typed)
	switch {
	case k == EraseKey && n == 0:
		return s, nil
	case k == EraseKey:
		s.Typed = string(typed[:n-1])
	case !contains(s.Keys(), k) || n == s.Length() || k == "X" && n != 17:
		return s, nil
	case s.Entry == EntryID:
		s.Typed = strings.Repeat("●", n) + k
	default:
		s.Typed += k
	}
	s.Hint = ""
	return s, s.typing(k)
}

func contains(all []string, s string) bool {
	for _, a := range all {
		if a == s {
			return true
		}
	}
	return false
}

// enter is the end of typing.
func (s State) enter(fresh string) (State, []Effect) {
	switch s.Entry {
	case EntryID:
		s.Typed = ""
		return s, []Effect{CheckID{}}
	case EntryCode:
		return s.find(fresh, contract.FindAppointment{Code: s.Typed})
	}
	tail := s.Typed
	if s.Purpose == ForBooking {
		return s.book(fresh, contract.BookAppointment{Phone: tail})
	}
	return s.find(fresh, contract.FindAppointment{Phone: tail})
}

// card is a person who is known now. A page that waited for it goes on; on the
// entrance pages it is remembered for this visit; a page on which something is
// under way only knows that a card lies there.
func (s State) card(e Card) (State, []Effect) {
	if !e.Typed {
		s.CardOn = true
	}
	switch s.Screen {
	case Taking, Printing, Noting, Asking, Done, Unprinted, Holding, Booked:
		return s.aged(), nil
	}
	s.Person, s.Name, s.NoCard = e.Person, e.Name, false
	s.Hint, s.Touched, s.Warned = "", s.Now, false
	switch s.Screen {
	case Attract:
		s.Screen, s.Page = Home, 0
	case Laying:
		return s.goOn(e.Fresh)
	case Keypad:
		s.Typed = ""
		if s.Entry == EntryID {
			return s.goOn(e.Fresh)
		}
	case Visit:
		return s.find(e.Fresh, contract.FindAppointment{Person: s.Person})
	case Holder:
		return s.book(e.Fresh, contract.BookAppointment{Person: s.Person})
	}
	return s, nil
}

// goOn continues what the card was asked for.
func (s State) goOn(fresh string) (State, []Effect) {
	if s.Purpose == ForBooking {
		return s.book(fresh, contract.BookAppointment{Person: s.Person})
	}
	return s.take(fresh, s.Paper)
}

func (s State) unread() State {
	if s.Screen == Laying || s.Screen == Visit || s.Screen == Holder {
		s.Hint, s.Touched, s.Warned = HintUnread, s.Now, false
	}
	return s.aged()
}

func (s State) unfit(typed bool) State {
	switch {
	case typed && s.Screen == Keypad:
		s.Typed, s.Hint = "", HintWrong
	case !typed:
		s.CardOn = true
		if s.Screen == Laying || s.Screen == Visit || s.Screen == Holder {
			s.Hint, s.Touched, s.Warned = HintUnfit, s.Now, false
		}
	}
	return s.aged()
}

// holding is the refusal "already holding": which number that is comes with it,
// or is asked for.
func (s State) holding(e Answered) (State, []Effect) {
	s.Purpose = ForHolder
	if t, ok := ticketIn(e.Answer); ok {
		return s.looked(t), nil
	}
	if s.Problem.Ticket == "" {
		s.Purpose = ForTicket
		return s.trouble(Refused), nil
	}
	return s.ask(e.Fresh, contract.AskTicketLook, contract.TicketRef{Ticket: s.Problem.Ticket, Person: s.Person})
}
