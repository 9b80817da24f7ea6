package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	"hallward/devices/contract"
)

// maxData is the largest data of an event, in bytes: with the envelope around
// it the event must still fit a message, or it would block the outbox for ever.
const maxData = contract.MaxPayload - 1024

// Commit is what changes together: all of it, or nothing.
type Commit struct {
	// Events to append: Type, Time and Data are set by the caller, the rest is
	// filled in. Data is JSON of at most 63 KiB.
	Events []contract.Event
	// Answers to remember. An id that was answered and has not expired is a
	// duplicate.
	Answers []Answered
	// Inbox marks of nodes. Within one epoch a mark must rise, or it is a
	// duplicate.
	Inbox []InboxMark
	// Unique are keys that no other commit may ever claim, such as
	// "number/2026-11-21/A/1".
	Unique []string
	// Facts to set or, with a nil Value, to delete.
	Facts []Fact
}

// Answered is an answer to remember until Expires, so that the same request
// gets it again.
type Answered struct {
	ID      string
	Answer  contract.Answer
	Expires time.Time
}

// InboxMark tells that the events of a node's epoch are stored through this
// sequence.
type InboxMark struct {
	Node, Epoch string
	Through     uint64
}

// Fact is a small durable value under a key.
type Fact struct {
	Key   string
	Value []byte
}

// DuplicateError is a commit that would repeat something; nothing of it is
// written.
type DuplicateError struct {
	Commit int    // its index in CommitAll
	What   string // "unique", "answer" or "inbox"
	Key    string // the key, the request's id, or node/epoch/through
}

func (e *DuplicateError) Error() string {
	return fmt.Sprintf("%s %q: %v", e.What, e.Key, ErrDuplicate)
}

// Is makes it an ErrDuplicate.
func (e *DuplicateError) Is(target error) bool { return target == ErrDuplicate }

func (c *Commit) empty() bool {
	return len(c.Events)+len(c.Answers)+len(c.Inbox)+len(c.Unique)+len(c.Facts) == 0
}

// check finds what SQLite would not, or would only find in mid-transaction.
func (c *Commit) check() error {
	for i := range c.Events {
		switch e := &c.Events[i]; {
		case e.Type == "":
			return fmt.Errorf("event %d: no type", i)
		case e.Time.IsZero():
			return fmt.Errorf("event %d (%s): no time", i, e.Type)
		case len(e.Data) > maxData:
			return fmt.Errorf("event %d (%s): data of %d bytes, at most %d fit a message", i, e.Type, len(e.Data), maxData)
		case !json.Valid(e.Data):
			return fmt.Errorf("event %d (%s): data is not JSON: %.40q", i, e.Type, e.Data)
		}
	}
	for i, a := range c.Answers {
		if a.ID == "" || a.Expires.IsZero() {
			return fmt.Errorf("answer %d: no id or no expiry", i)
		}
	}
	for _, m := range c.Inbox {
		if m.Node == "" || m.Epoch == "" || m.Through > math.MaxInt64 {
			return fmt.Errorf("inbox mark %s/%s/%d: not possible", m.Node, m.Epoch, m.Through)
		}
	}
	for _, k := range c.Unique {
		if k == "" {
			return errors.New("empty unique key")
		}
	}
	for _, f := range c.Facts {
		if f.Key == "" {
			return errors.New("empty fact key")
		}
	}
	return nil
}

// fill completes the events after they were written as base+1….
func (c *Commit) fill(base uint64, j *Journal) uint64 {
	for i := range c.Events {
		e := &c.Events[i]
		base++
		j.complete(e, base)
		e.Time = stamp(e.Time)
	}
	return base
}

// complete sets what every event of this journal has in common.
func (j *Journal) complete(e *contract.Event, sequence uint64) {
	e.SpecVersion, e.ContentType = "1.0", "application/json"
	e.Sequence = sequence
	e.ID = contract.EventID(j.opt.Node, j.epoch, sequence)
	e.Source = "/hall/" + contract.Version + "/" + j.opt.Hall + "/" + j.opt.Node
}

// stamp is a time as the journal and the wire have it (HALL-020).
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

const timeForm = "2006-01-02T15:04:05.000Z"
