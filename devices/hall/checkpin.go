package hall

import (
	"bytes"
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"

	"hallward/devices/contract"
)

// CmdCheckPIN proves who somebody is without putting them at a window: its data
// is contract.SignIn, its answer Checked. Wrong PINs and cards count as at a
// window.
const CmdCheckPIN = "staff.check"

// Checked is the answer of CmdCheckPIN.
type Checked struct {
	Staff string `json:"staff"` // id; RolesOf tells what they may do
}

func (s *State) checkPIN(_ Command, d contract.SignIn, now time.Time) Decision {
	person, r := s.prove(d, now)
	if r != nil {
		return *r
	}
	return Decision{Answer: Checked{Staff: person.ID}}
}

// RolesOf are the roles of a member of staff, StaffWindow where none is
// configured; none for somebody who is not known.
func (s *State) RolesOf(staff string) []string {
	p := s.x.staff[staff]
	switch {
	case p == nil:
		return nil
	case len(p.Roles) == 0:
		return []string{StaffWindow}
	}
	return slices.Clone(p.Roles)
}

// prove finds the person that a number and a PIN, or a card, belong to, or says
// why not. A card may come with a number or a PIN, which must be right as well.
func (s *State) prove(d contract.SignIn, now time.Time) (*Staff, *Decision) {
	no := func(r Decision) (*Staff, *Decision) { return nil, &r }
	if s.x.window[d.Window] == nil {
		d.Window = "" // the manager's door, and whatever is none of the windows
	}
	person := s.x.person(d.Staff)
	if d.Card != "" {
		if wait := s.blocked(cardTries(d.Window), now); wait > 0 {
			return no(s.refuse(PINBlocked, about{Minutes: wholeMinutes(wait)}))
		}
		holder := s.x.holder(d.Card)
		if holder == nil || d.Staff != "" && holder != person {
			return no(s.wrong(WrongCard, d.Window, "", now))
		}
		if person = holder; d.PIN == "" {
			return person, nil
		}
	}
	if person == nil {
		return no(s.refuse(WrongPIN, about{}))
	}
	if wait := s.blocked(person.ID, now); wait > 0 {
		return no(s.refuse(PINBlocked, about{Minutes: wholeMinutes(wait)}))
	}
	if !matchPIN(person.PINHash, d.PIN) {
		return no(s.wrong(WrongPIN, d.Window, person.ID, now))
	}
	return person, nil
}

// wrong refuses and counts a wrong PIN of a person, or a wrong card at a
// window.
func (s *State) wrong(code, window, staff string, now time.Time) Decision {
	r := s.refuse(code, about{})
	r.Events = []contract.Event{event(contract.EvStaffRefused, now, contract.WindowChanged{Window: window, Staff: staff, Reason: code})}
	return r
}

func wholeMinutes(d time.Duration) int { return int((d + time.Minute - 1) / time.Minute) }

// cardTries is the key of State.Tries for cards at a window, which belong to
// nobody; "" is the manager's door.
func cardTries(window string) string { return "card/" + window }

// holder is whose card this is, or nil. It compares with every card, so that
// the time tells nothing. Hashes with one salt share the work: a hall salts all
// its cards alike, or a sign-in takes a hash for every one of its staff.
func (x *index) holder(card string) *Staff {
	if len(card) > 64 {
		return nil
	}
	type work struct {
		iterations int
		salt, key  []byte
	}
	var done []work
	var found *Staff
	for i := range x.Staff {
		iterations, salt, want, err := splitHash(x.Staff[i].CardHash)
		if err != nil {
			continue // no card
		}
		at := slices.IndexFunc(done, func(w work) bool { return w.iterations == iterations && bytes.Equal(w.salt, salt) })
		if at < 0 {
			key, err := pbkdf2.Key(sha256.New, card, salt, iterations, sha256.Size)
			if err != nil {
				continue
			}
			at, done = len(done), append(done, work{iterations, salt, key})
		}
		if subtle.ConstantTimeCompare(done[at].key, want) == 1 && found == nil {
			found = &x.Staff[i]
		}
	}
	return found
}
