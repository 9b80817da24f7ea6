package hall

import (
	"time"

	"hallward/devices/contract"
)

// CmdCheckPIN proves who somebody is without putting them at a window: its data
// is contract.SignIn, its answer Checked. Wrong PINs count as at a window.
const CmdCheckPIN = "staff.check"

// Checked is the answer of CmdCheckPIN.
type Checked struct {
	Staff string `json:"staff"` // id
}

func (s *State) checkPIN(_ Command, d contract.SignIn, now time.Time) Decision {
	person, r := s.prove(d, now)
	if r != nil {
		return *r
	}
	return Decision{Answer: Checked{Staff: person.ID}}
}

// prove finds the person that a number and a PIN belong to, or says why not.
func (s *State) prove(d contract.SignIn, now time.Time) (*Staff, *Decision) {
	no := func(r Decision) (*Staff, *Decision) { return nil, &r }
	person := s.x.person(d.Staff)
	if person == nil {
		return no(s.refuse(WrongPIN, about{}))
	}
	if wait := s.blocked(person.ID, now); wait > 0 {
		return no(s.refuse(PINBlocked, about{Minutes: int((wait + time.Minute - 1) / time.Minute)}))
	}
	if !matchPIN(person.PINHash, d.PIN) {
		r := s.refuse(WrongPIN, about{})
		r.Events = []contract.Event{event(contract.EvStaffRefused, now, contract.WindowChanged{Window: d.Window, Staff: person.ID, Reason: WrongPIN})}
		return no(r)
	}
	return person, nil
}
