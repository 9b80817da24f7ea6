package flow

import (
	"encoding/json"

	"hallward/devices/contract"
)

// Silent call (静默叫号): whoever asks for it is called on the screens only. The
// wish can be spoken as long as the number is still to be called, and be taken
// back.

// Unmet is why a wish for a silent call, or for a voice again, is not known to
// be met. The words stand in kiosk/text.
type Unmet string

// Why a wish is not met.
const (
	UnmetAway    Unmet = "away"    // the hall cannot be reached, and was not asked
	UnmetUnsure  Unmet = "unsure"  // it did not answer: it may have heard
	UnmetRefused Unmet = "refused" // it answered no
)

// toCome tells whether somebody may still need the number of a ticket.
func toCome(t *contract.Ticket) bool {
	return t.State == ticketIssued || t.State == ticketUnconfirmed || t.State == ticketWaiting
}

// quiet asks for the other way of calling than the page shows. The page stays,
// for as long as somebody needs to read what came of it. A lent number waits for
// nobody: the kiosk's word on it goes after it.
func (s State) quiet(id string) (State, []Effect) {
	if s.Wish != "" {
		return s, nil
	}
	s = s.read()
	t := s.Shown()
	if s.Unmet = ""; !s.Online && !t.Offline {
		s.Unmet = UnmetAway
		return s, nil
	}
	s.Wish = id
	return s, []Effect{Ask{ID: id, Type: contract.AskTicketQuiet, For: s.Times.Answer,
		Data: contract.QuietTicket{Ticket: t.Ticket, Silent: !t.Silent}}}
}

// quieted is what came of the wish.
func (s State) quieted(e Answered) State {
	s.Wish = ""
	s = s.read()
	var t contract.Ticket
	switch {
	case e.Answer.Result == contract.ResultRefused:
		s.Unmet = UnmetRefused
	case e.Answer.Result != contract.ResultOK || json.Unmarshal(e.Answer.Data, &t) != nil || t.Ticket == "":
		s.Unmet = UnmetUnsure
	default:
		s.Ticket, s.Look = told(s.Ticket, t), told(s.Look, t)
	}
	return s
}

// told is a ticket with the way of calling that was told of it.
func told(have *contract.Ticket, t contract.Ticket) *contract.Ticket {
	if have == nil || have.Ticket != t.Ticket {
		return have
	}
	now := *have
	now.Silent = t.Silent
	return &now
}

// read gives the page of a finished ticket its time once more.
func (s State) read() State {
	if s.Screen == Done {
		s.Until = s.Now.Add(s.Times.Done)
	}
	return s
}
