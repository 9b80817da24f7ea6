package flow

import (
	"regexp"
	"strings"

	"hallward/devices/contract"
)

// States of a ticket that still has something before it.
const (
	ticketIssued      = "issued"
	ticketUnconfirmed = "unconfirmed"
	ticketWaiting     = "waiting"
)

var (
	ticketForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}$`) // a ULID
	codeForm   = regexp.MustCompile(`^[0-9]{6}$`)
)

// scan is a code before the scanner: of a slip, whose last part is the ticket's
// id behind the hall's QRBase, or the six digits of an appointment.
func (s State) scan(e Scan) (State, []Effect) {
	switch s.Screen {
	case Attract, Home, Top, Services, Classes, Basket, Info, Status, Visit, Found, Bookable:
	case Help, Trouble:
		if s.Ticket != nil || s.Return == Unprinted {
			return s.aged(), nil
		}
	default:
		return s.aged(), nil
	}
	lang, large := s.Lang, s.Large
	s = s.wiped()
	s.Lang, s.Large, s.Touched = lang, large, s.Now
	text := strings.TrimSpace(e.Text)
	if codeForm.MatchString(text) {
		s.Purpose = ForArrival
		return s.find(e.Fresh, contract.FindAppointment{Code: text})
	}
	s.Purpose = ForLook
	id := strings.TrimPrefix(text, s.Catalogue.Hall.QRBase)
	id = strings.ToUpper(id[strings.LastIndex(id, "/")+1:])
	switch {
	case !ticketForm.MatchString(id):
		return s.trouble(WrongCode), nil
	case !s.Online:
		return s.trouble(Alone), nil
	}
	return s.ask(e.Fresh, contract.AskTicketLook, contract.TicketRef{Ticket: id})
}

// looked shows how a ticket stands: to who came with its slip, or to who asked
// for another number.
func (s State) looked(t contract.Ticket) State {
	s.Look, s.Screen = &t, Status
	if s.Purpose == ForHolder {
		s.Screen = Holding
	}
	s.Touched, s.Warned = s.Now, false
	return s
}

// CanReprint tells whether the page offers the ticket's paper once more: the
// printer works, and somebody may still need the number.
func (s State) CanReprint() bool {
	t := s.Look
	if s.Screen == Unprinted {
		t = s.Ticket
	}
	if t == nil || !s.Online || !s.Printer.Ready {
		return false
	}
	return s.Screen == Unprinted || toCome(t)
}

// reprint asks for the paper once more, marked as a reprint (R-PRN-07).
func (s State) reprint(fresh string) (State, []Effect) {
	t := s.Look
	if s.Screen == Unprinted {
		t = s.Ticket
	} else {
		s.Service = t.Service
	}
	return s.ask(fresh, contract.AskTicketReprint, contract.TicketRef{Ticket: t.Ticket, Person: s.Person})
}
