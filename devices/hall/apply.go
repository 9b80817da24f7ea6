package hall

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
	"hallward/devices/hall/rating"
)

// Apply folds an event into the state. It looks at the event alone and never
// at the setup, so that a journal gives the same state under any configuration.
// Events of other types (a journal may hold them) change nothing; an error is
// an event that this journal cannot have held.
func (s *State) Apply(e contract.Event) error {
	if apply, ok := appliers[e.Type]; ok {
		if err := apply(s, e); err != nil {
			return fmt.Errorf("hall: event %s %d: %w", e.Type, e.Sequence, err)
		}
	}
	s.Applied++
	s.Clock.Last = later(s.Clock.Last, e.Time)
	if e.Sequence > 0 {
		s.Through = e.Sequence
	}
	return nil
}

var appliers = map[string]func(*State, contract.Event) error{
	contract.EvDayOpened:         with((*State).dayOpened),
	contract.EvTicketIssued:      with((*State).issued),
	contract.EvTicketConfirmed:   with((*State).confirmed),
	contract.EvTicketUnconfirmed: with((*State).unconfirmed),
	contract.EvTicketVoided:      with((*State).voided),
	contract.EvTicketLate:        with((*State).late),
	contract.EvTicketCalled:      with((*State).called),
	contract.EvTicketRecalled:    with((*State).recalled),
	contract.EvTicketMissed:      with((*State).missed),
	contract.EvTicketReinstated:  with((*State).reinstated),
	contract.EvTicketStarted:     with((*State).started),
	contract.EvTicketFinished:    with((*State).finished),
	contract.EvTicketTransferred: with((*State).transferred),
	contract.EvTicketHeld:        with((*State).held),
	contract.EvTicketResumed:     with((*State).resumed),
	contract.EvTicketReturned:    with((*State).returned),
	contract.EvWindowSignedIn:    with((*State).signedIn),
	contract.EvWindowSignedOut:   with((*State).signedOut),
	contract.EvWindowPaused:      with((*State).paused),
	contract.EvWindowResumed:     with((*State).windowResumed),
	contract.EvStaffRefused:      with((*State).staffRefused),
	contract.EvRatingGiven:       with((*State).ratingGiven),
	contract.EvRatingAbsent:      with((*State).ratingAbsent),
	contract.EvPunchRecorded:     with((*State).punched),
	contract.EvDeviceFault:       with((*State).fault),
}

func init() {
	for _, part := range []map[string]func(*State, contract.Event) error{
		lendAppliers(), orderAppliers(), limitAppliers(), appointmentAppliers(), dayAppliers(),
		deskAppliers(), alarmAppliers(), postAppliers(), voiceAppliers()} {
		maps.Copy(appliers, part)
	}
}

func with[D any](f func(*State, D, time.Time) error) func(*State, contract.Event) error {
	return func(s *State, e contract.Event) error {
		var d D
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return err
		}
		return f(s, d, e.Time)
	}
}

// dayOpened begins a day. It replaces the maps of the old day and does not
// touch what is in them.
func (s *State) dayOpened(d contract.DayOpened, at time.Time) error {
	s.Day = d.Day
	s.Serials, s.Tickets, s.Desks, s.Tries, s.Calls = nil, nil, nil, nil, nil
	s.Lent, s.Given, s.Conflicts, s.Closed = nil, nil, nil, nil
	s.Ratings = rating.Book{}
	s.Attendance.NewDay(d.Day)
	s.Clock.Held = ""
	s.forgetAppointments(d.Forget)
	s.forgetPosts(d.Day, at)
	s.arrange()
	return nil
}

func (s *State) issued(d contract.TicketIssued, at time.Time) error {
	if s.Tickets[d.Ticket] != nil || s.numbers[d.Number] != nil {
		return fmt.Errorf("ticket %s %s is there already", d.Ticket, d.Number)
	}
	t := &queue.Ticket{ID: d.Ticket, Number: d.Number, Prefix: d.Prefix, Serial: d.Serial, Day: d.Day,
		Service: d.Service, Kiosk: d.Kiosk, Lang: d.Lang, State: queue.Issued,
		IssuedAt: d.At, Since: at, WaitMin: d.WaitMin, WaitMax: d.WaitMax, After: d.After, Forecast: d.Forecast,
		Class: d.Class, More: d.More, Person: d.Person, NoCard: d.NoCard, Appointment: d.Appointment, Due: d.Due,
		WalkIn: d.WalkIn, Silent: d.Silent}
	if d.Offline {
		t.Order, t.TakenAt = d.Behind, d.PlacedAt
	} else {
		s.Order++
		t.Order = s.Order
		s.Serials[d.Prefix] = max(s.Serials[d.Prefix], d.Serial)
	}
	s.give(t)
	if t.WalkIn == "" { // who does not wait goes before nobody who does
		s.Waits.Issued(d.Service, d.Class, d.Day)
	}
	s.Tickets[t.ID], s.numbers[t.Number], s.pending[t.ID] = t, t, t
	return nil
}

// move changes a ticket, keeping the lines and lists in step with its state.
func (s *State) move(id string, to queue.State, at time.Time, change func(*queue.Ticket)) error {
	t := s.Tickets[id]
	if t == nil {
		return fmt.Errorf("ticket %q is not known", id)
	}
	s.learn(t, to, at)
	if t.State == queue.Waiting {
		s.pool.Remove(t)
	}
	if t.InHand() || t.State == queue.Held {
		s.letGo(t)
	}
	if t.State == queue.Serving {
		t.Served = t.ServedSeconds(at)
	}
	if t.State == queue.Held {
		t.Keeper, t.Remind = "", time.Time{}
	}
	t.State, t.Since = to, at
	if change != nil {
		change(t)
	}
	delete(s.pending, id)
	switch {
	case t.Pending():
		s.pending[id] = t
	case t.State == queue.Waiting:
		s.pool.Add(t)
	case t.InHand():
		s.open(t.Window).Ticket = id
	case t.State == queue.Held:
		d := s.open(t.Window)
		d.Held = append(d.Held, id)
	}
	return nil
}

// change changes what is not the state of a ticket, nor its place.
func (s *State) change(id string, change func(*queue.Ticket)) error {
	t := s.Tickets[id]
	if t == nil {
		return fmt.Errorf("ticket %q is not known", id)
	}
	change(t)
	return nil
}

// letGo takes a ticket out of its window's hands.
func (s *State) letGo(t *queue.Ticket) {
	d := s.open(t.Window)
	if d.Ticket == t.ID {
		d.Ticket = ""
	}
	d.Held = slices.DeleteFunc(d.Held, func(id string) bool { return id == t.ID })
	if len(d.Held) == 0 {
		d.Held = nil
	}
}

// open is the stored desk of a window.
func (s *State) open(window string) *Desk {
	d := s.Desks[window]
	if d == nil {
		d = &Desk{}
		s.Desks[window] = d
	}
	return d
}

func (s *State) confirmed(d contract.TicketConfirmed, at time.Time) error {
	return s.move(d.Ticket, queue.Waiting, at, func(t *queue.Ticket) { t.Proof, t.Fault, t.WaitingFrom = d.Proof, "", at })
}

func (s *State) unconfirmed(d contract.TicketUnconfirmed, at time.Time) error {
	return s.move(d.Ticket, queue.Unconfirmed, at, func(t *queue.Ticket) { t.Fault = d.Fault })
}

func (s *State) voided(d contract.TicketVoided, at time.Time) error {
	return s.move(d.Ticket, queue.Void, at, func(t *queue.Ticket) {
		t.Reason, t.Window = d.Reason, ""
		s.takeBack(t)
	})
}

func (s *State) late(d contract.TicketConfirmed, at time.Time) error {
	return s.move(d.Ticket, queue.Late, at, func(t *queue.Ticket) { t.Proof = d.Proof })
}

func (s *State) called(d contract.TicketCalled, at time.Time) error {
	s.announce(d.Call, d.Ticket, d.Window, 0, at)
	s.overtake(d.Overtaken, at)
	if t := s.Tickets[d.Ticket]; t != nil {
		s.learnCall(t, d, at)
	}
	return s.move(d.Ticket, queue.Called, at, func(t *queue.Ticket) {
		t.Window, t.Call, t.Recalls, t.RecalledAt = d.Window, d.Call, 0, time.Time{}
		if t.FirstAsked == "" {
			t.FirstAsked, t.FirstStaff = d.Window, d.Staff
		}
	})
}

func (s *State) recalled(d contract.TicketRecalled, at time.Time) error {
	t := s.Tickets[d.Ticket]
	if t == nil {
		return fmt.Errorf("ticket %q is not known", d.Ticket)
	}
	t.Recalls++
	t.Call, t.RecalledAt = d.Call, at
	s.announce(d.Call, d.Ticket, d.Window, t.Recalls, at)
	return nil
}

// announce puts a call on top; an older call of the same ticket goes, as a
// board needs each number once.
func (s *State) announce(call uint64, ticket, window string, recall int, at time.Time) {
	s.Call = max(s.Call, call)
	others := slices.DeleteFunc(s.Calls, func(c Call) bool { return c.Ticket == ticket })
	if len(others) == callsKept {
		others = others[:callsKept-1]
	}
	s.Calls = slices.Insert(others, 0, Call{Call: call, Ticket: ticket, Window: window, Recall: recall, At: at})
}

func (s *State) missed(d contract.TicketMoved, at time.Time) error {
	return s.move(d.Ticket, queue.Missed, at, nil)
}

func (s *State) reinstated(d contract.TicketMoved, at time.Time) error {
	if t := s.Tickets[d.Ticket]; t != nil && t.State == queue.Late {
		s.give(t)
	}
	return s.move(d.Ticket, queue.Waiting, at, func(t *queue.Ticket) {
		t.Window, t.Reason = "", ""
		if d.Place == PlaceEnd {
			s.Order++
			t.Order, t.TakenAt = s.Order, time.Time{}
		}
	})
}

func (s *State) started(d contract.TicketMoved, at time.Time) error {
	return s.move(d.Ticket, queue.Serving, at, func(t *queue.Ticket) {
		t.StartedAt = at
		if t.Window == "" { // a walk-in, that nobody called
			t.Window = d.Window
		}
		if t.FirstAsked == "" {
			t.FirstAsked, t.FirstStaff = d.Window, d.Staff
		}
	})
}

func (s *State) finished(d contract.TicketFinished, at time.Time) error {
	err := s.move(d.Ticket, queue.Finished, at, func(t *queue.Ticket) { t.Served = d.Seconds })
	if err == nil {
		s.Ratings.Begin(rating.Session{ID: d.Session, Ticket: d.Ticket, Number: s.Tickets[d.Ticket].Number,
			Window: d.Window, Staff: d.Staff, Opened: at})
	}
	return err
}

func (s *State) transferred(d contract.TicketTransferred, at time.Time) error {
	return s.move(d.Ticket, queue.Waiting, at, func(t *queue.Ticket) {
		if t.Window != "" {
			t.Hops++
			t.Misdirected = t.Misdirected || d.Service != t.Service
		}
		t.Service, t.Bound, t.Window = d.Service, d.Window, ""
	})
}

func (s *State) held(d contract.TicketMoved, at time.Time) error {
	return s.move(d.Ticket, queue.Held, at, func(t *queue.Ticket) { t.Keeper, t.Remind = d.Staff, d.Remind })
}

func (s *State) resumed(d contract.TicketMoved, at time.Time) error {
	s.announce(d.Call, d.Ticket, d.Window, 0, at)
	return s.move(d.Ticket, queue.Called, at, func(t *queue.Ticket) { t.Call, t.Recalls, t.RecalledAt = d.Call, 0, time.Time{} })
}

func (s *State) returned(d contract.TicketMoved, at time.Time) error {
	return s.move(d.Ticket, queue.Waiting, at, func(t *queue.Ticket) { t.Window = "" })
}

func (s *State) signedIn(d contract.WindowChanged, at time.Time) error {
	w := s.open(d.Window)
	w.Staff, w.Since, w.Paused, w.Reason, w.Left = d.Staff, at, false, "", time.Time{}
	delete(s.Tries, d.Staff)
	return nil
}

func (s *State) signedOut(d contract.WindowChanged, at time.Time) error {
	w := s.open(d.Window)
	w.Staff, w.Since, w.Paused, w.Reason, w.Left = "", at, false, "", at
	return nil
}

func (s *State) paused(d contract.WindowChanged, at time.Time) error {
	w := s.open(d.Window)
	w.Paused, w.Reason, w.Since = true, d.Reason, at
	return nil
}

func (s *State) windowResumed(d contract.WindowChanged, at time.Time) error {
	w := s.open(d.Window)
	w.Paused, w.Reason, w.Since = false, "", at
	return nil
}

func (s *State) staffRefused(d contract.WindowChanged, at time.Time) error {
	who := d.Staff
	if who == "" {
		who = cardTries(d.Window)
	}
	tries := append(slices.Clone(s.Tries[who]), at)
	s.Tries[who] = tries[max(0, len(tries)-PINTries):]
	return nil
}

func (s *State) ratingGiven(d contract.RatingGiven, at time.Time) error {
	return s.Ratings.Give(d.Window, d.Session, d.Level, at)
}

func (s *State) ratingAbsent(d contract.RatingAbsent, _ time.Time) error {
	s.Ratings.Miss(d.Window, d.Session)
	return nil
}

func (s *State) punched(d contract.PunchRecorded, _ time.Time) error {
	return s.Attendance.Record(d)
}

func (s *State) fault(d contract.DeviceFault, at time.Time) error {
	key := faultKey(d)
	if !d.On {
		delete(s.Faults, key)
	} else if _, on := s.Faults[key]; !on {
		s.Faults[key] = Fault{DeviceFault: d, Since: at}
	}
	return nil
}

func faultKey(d contract.DeviceFault) string { return d.Node + "/" + d.Device + "/" + d.Code }
