package hall

import (
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall/attendance"
	"hallward/devices/hall/rating"
)

// score takes a press of an evaluation keypad. It counts once, for the service
// that its window has just finished, and for nothing else (R-KEY-07, -09).
func (s *State) score(_ Command, d Score, now time.Time) Decision {
	if d.Level != 0 && rating.CheckLevel(d.Level) != nil {
		return s.refuse(BadRequest, about{})
	}
	open, ok := s.Ratings.Open[d.Window]
	if !ok {
		return s.refuse(NoRatingOpen, about{})
	}
	if open.Expired(now, s.x.RatingFor) {
		r := s.refuse(NoRatingOpen, about{})
		r.Events = s.closeRating(d.Window, now)
		return r
	}
	if d.Level == 0 {
		return Decision{Events: s.closeRating(d.Window, now)}
	}
	return Decision{Events: []contract.Event{event(contract.EvRatingGiven, now, contract.RatingGiven{
		Session: open.ID, Ticket: open.Ticket, Window: open.Window, Staff: open.Staff,
		Level: d.Level, Code: d.Code, Scale: short(d.Scale)})}}
}

// closeRating ends an open rating of a window as "not rated".
func (s *State) closeRating(window string, now time.Time) []contract.Event {
	if _, open := s.Ratings.Open[window]; !open {
		return nil
	}
	return []contract.Event{s.ratingAbsentEvent(window, now)}
}

func (s *State) ratingAbsentEvent(window string, now time.Time) contract.Event {
	r := s.Ratings.Open[window]
	return event(contract.EvRatingAbsent, now, contract.RatingAbsent{Session: r.ID, Ticket: r.Ticket, Window: r.Window, Staff: r.Staff})
}

// punch records a punch once. One that is recorded already, or too old to tell,
// is refused without an event; the terminal may be told that it is safe.
func (s *State) punch(_ Command, d contract.PunchRecorded, now time.Time) Decision {
	date, err := attendance.Date(d)
	if err != nil || d.Terminal == "" || d.Person == "" || len(d.Terminal) > 64 || len(d.Person) > 64 {
		return s.refuse(BadRequest, about{})
	}
	if date < attendance.Oldest(s.Day) {
		return s.refuse(TooOld, about{})
	}
	if s.Attendance.Known(d) {
		return Decision{}
	}
	if d.Received.IsZero() {
		d.Received = now
	}
	d.Suspect = attendance.Suspect(d)
	d.Staff = ""
	if p := s.x.number[d.Person]; p != nil {
		d.Staff = p.ID
	}
	d.At, d.Received = d.At.UTC().Truncate(time.Millisecond), d.Received.UTC().Truncate(time.Millisecond)
	return Decision{Events: []contract.Event{event(contract.EvPunchRecorded, d.Received, d)}}
}

// faultsKept bounds the faults that one node can report at a time.
const faultsKept = 100

// deviceFault records a change of a device's health; a repetition is nothing
// new.
func (s *State) deviceFault(c Command, d contract.DeviceFault, now time.Time) Decision {
	if c.Role != RoleHall || d.Node == "" {
		d.Node = c.Node
	}
	if contract.CheckID(d.Device) != nil || d.Code == "" || len(d.Code) > 40 || strings.ContainsRune(d.Code, '/') {
		return s.refuse(BadRequest, about{})
	}
	if _, on := s.Faults[faultKey(d)]; on == d.On {
		return Decision{}
	}
	d.Detail = short(d.Detail)
	if d.On {
		n := 0
		for _, f := range s.Faults {
			if f.Node == d.Node {
				n++
			}
		}
		if n >= faultsKept {
			return s.refuse(BadRequest, about{})
		}
	}
	return Decision{Events: []contract.Event{event(contract.EvDeviceFault, now, d)}}
}
