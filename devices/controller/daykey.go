package controller

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// Persons of a day (R-SEC-01, -07). A kiosk sends a keyed hash of an ID number,
// which is the same every day. Before the rules see it, the hash of it under
// the key of the day takes its place, so that only this one is stored, sent to
// the centre or shown. The key of the day is random and stands in the journal
// alone, since a restart must know it; the one of the next day overwrites it,
// and the journal is scrubbed. From then on nobody can tell which tickets of
// different days, or which person and ticket, belong together: not even who has
// the kiosk's key and every number that there is.
//
// The holder of an appointment keeps the kiosk's hash, because it must match on
// a later day; it goes with the appointment. The ticket that it becomes has
// the hash of the day like every other.

// dayKeyFact is where the journal has the key of the day.
const dayKeyFact = "person-key"

// dayKeySize is in bytes.
const dayKeySize = 32

// scrubEvery is the pause between two tries to scrub the journal.
const scrubEvery = time.Minute

// judge lets the rules decide a command. When the decision opens a day, a new
// key takes the place of the old one in the same commit, and whoever asks is
// already known under the new.
func (e *Engine) judge(c hall.Command, now time.Time) (hall.Decision, []journal.Fact) {
	d := e.state.Decide(e.veil(c), now)
	if e.key != nil && !opensDay(d.Events) {
		return d, nil
	}
	e.key = make([]byte, dayKeySize)
	rand.Read(e.key) // never fails (crypto/rand)
	e.scrub = true
	return e.state.Decide(e.veil(c), now), []journal.Fact{{Key: dayKeyFact, Value: e.key}}
}

func opensDay(events []contract.Event) bool {
	for i := range events {
		if events[i].Type == contract.EvDayOpened {
			return true
		}
	}
	return false
}

// veil puts the hash of the day in the place of the person of a command. What
// does not have the form of a hash stays, and the rules refuse it; a ticket that
// was given already is never refused for it, so there it goes.
func (e *Engine) veil(c hall.Command) hall.Command {
	var d struct{ Person, Appointment string }
	switch c.Type {
	case contract.AskTicketTake, contract.AskTicketReprint, contract.EvTicketTaken, contract.AskAppointmentArrive:
		if json.Unmarshal(c.Data, &d) != nil {
			return c
		}
	default:
		return c
	}
	if c.Type == contract.AskAppointmentArrive {
		d.Person = ""
		if a := e.state.Appointments[d.Appointment]; a != nil {
			d.Person = a.Person
		}
	}
	valid := hall.ValidPerson(d.Person)
	switch {
	case valid:
		d.Person = ofDay(e.key, d.Person)
	case c.Type == contract.EvTicketTaken || c.Type == contract.AskAppointmentArrive:
		d.Person = ""
	}
	c.Data = withPerson(c.Data, d.Person)
	return c
}

var plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// ofDay is the hash of a person under the key of a day.
func ofDay(key []byte, person string) string {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("hallward/day/1\x00" + person))
	return strings.ToLower(plain.EncodeToString(m.Sum(nil)))
}

// withPerson replaces the person in the data of a command, however it is
// spelled: the rules read names without regard to case.
func withPerson(data json.RawMessage, person string) json.RawMessage {
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return data
	}
	for name := range fields {
		if strings.EqualFold(name, "person") {
			delete(fields, name)
		}
	}
	raw, err := json.Marshal(person)
	if err == nil && person != "" {
		fields["person"] = raw
	}
	if raw, err = json.Marshal(fields); err != nil {
		return data
	}
	return raw
}

// scrubbed makes the old key unreadable on disk, as soon as the log can be
// emptied.
func (e *Engine) scrubbed(ctx context.Context) {
	now := e.now()
	if !e.scrub || now.Before(e.scrubNext) {
		return
	}
	e.scrubNext = now.Add(scrubEvery)
	err := e.store.Scrub(ctx)
	if err == nil {
		e.scrub, e.scrubNext = false, time.Time{}
	} else if !errors.Is(err, journal.ErrBusy) {
		e.log.Warn("the key of the day before may still be on the disk", "error", err)
	}
}
