package flow

// Lent is what the kiosk may give by itself while the hall controller cannot be
// reached (R-KIOSK-26); the station tells it whenever it changes.
type Lent struct {
	Left    map[string]int // unused numbers of today by prefix; nil: none were ever lent
	Issuing bool           // by the hours, numbers are given now
	Over    bool           // the business day of the numbers has ended
}

func (Lent) event() {}

// cutOff is what keeps a number of a service from being taken without the
// hall, or "".
func (s State) cutOff(service string) Reason {
	v, _ := s.service(service)
	if why := s.cutOffAll(); why != "" {
		return why
	}
	if s.Lent.Left[v.Prefix] == 0 {
		return UsedUp
	}
	return ""
}

// cutOffAll is what keeps every number from being taken without the hall.
func (s State) cutOffAll() Reason {
	left := 0
	for _, n := range s.Lent.Left {
		left += n
	}
	switch {
	case s.Lent.Over:
		return UsedUp
	case s.Lent.Left == nil:
		return Away
	case !s.Lent.Issuing:
		return Closed
	case left == 0:
		return UsedUp
	}
	return ""
}
