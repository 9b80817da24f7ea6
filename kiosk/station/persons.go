package station

import (
	"context"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices"
	"hallward/devices/identity"
	"hallward/kiosk/flow"
)

// People is what the kiosk knows persons by. A zero one knows nobody.
type People struct {
	// Key makes the hash of an ID number, the only thing that leaves this
	// process of it; nil: no card is read and no number typed.
	Key identity.Key
	// Card and Scan tell whether the ID card reader and the scanner of codes
	// work now; nil: there is none. They are asked often and do no I/O.
	Card, Scan func() bool
}

// readers are the ways that work now.
func (p People) readers() flow.Readers {
	works := func(f func() bool) bool { return f != nil && f() }
	return flow.Readers{Card: p.Key != nil && works(p.Card), Type: p.Key != nil, Scan: works(p.Scan)}
}

// cardKinds maps the kinds of cards to the rule of their number.
var cardKinds = map[string]identity.Kind{
	devices.CardResident: identity.Resident, devices.CardPermit: identity.Permit,
	devices.CardForeigner: identity.Foreigner2017, devices.CardForeigner2: identity.Foreigner,
}

// person makes of a reading what the screens may know of it: a hash and a
// masked name. The card itself ends here, and a number that fails the check is
// not even hashed (R-KIOSK-19, R-SEC-07). ok is false for any other reading.
func (p People) person(r devices.Reading, today time.Time) (e flow.Event, ok bool) {
	switch r := r.(type) {
	case devices.Card:
		if p.Key == nil {
			return flow.CardUnread{}, true
		}
		n, err := identity.CheckCard(cardKinds[r.Kind], r.Number, r.Sex, r.Birth, today)
		if err != nil {
			return flow.CardUnfit{}, true
		}
		return flow.Card{Person: identity.Hash(p.Key, n), Name: identity.MaskName(r.Name), Fresh: ulid.Make().String()}, true
	case devices.CardUnread:
		return flow.CardUnread{}, true
	case devices.CardGone:
		return flow.CardGone{}, true
	case devices.Scan:
		return flow.Scan{Text: r.Text, Fresh: ulid.Make().String()}, true
	}
	return nil, false
}

// typist keeps an ID number while somebody types it, and no longer: the screens
// see the last character of it.
type typist struct{ number []byte }

// mostTyped is the longest number, in characters.
const mostTyped = 18

func (t *typist) key(k string) {
	switch n := len(t.number); {
	case k == "":
		t.wipe()
	case k == flow.EraseKey && n > 0:
		t.number[n-1] = 0
		t.number = t.number[:n-1]
	case len(k) == 1 && n < mostTyped:
		if t.number == nil {
			t.number = make([]byte, 0, mostTyped) // never moved, so that wiping finds all of it
		}
		t.number = append(t.number, k[0])
	}
}

func (t *typist) wipe() {
	clear(t.number[:cap(t.number)])
	t.number = t.number[:0]
}

// check is the end of typing.
func (t *typist) check(p People, today time.Time) flow.Event {
	defer t.wipe()
	n, err := identity.Parse(string(t.number), today)
	if err != nil || p.Key == nil {
		return flow.CardUnfit{Typed: true}
	}
	return flow.Card{Person: identity.Hash(p.Key, n), Typed: true, Fresh: ulid.Make().String()}
}

// reading takes what a person does at the readers; ok is false for any other
// reading.
func (s *Station) reading(ctx context.Context, r devices.Reading) (ok bool) {
	e, ok := s.cfg.People.person(r, time.Now())
	if ok {
		s.send(ctx, e)
	}
	return ok
}
