package e2e

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/devices/node"
)

// note is one line of a kiosk's diary. The diary is written with a plain
// write, which a killed process cannot take back.
type note struct {
	At             time.Time
	What           string // "took": the hall's ok, or a lent number; "begun": a print; "kept": the citizen left with the number
	Ticket, Number string
}

func (k *headless) notes(t testing.TB) (list []note) {
	t.Helper()
	b, err := os.ReadFile(k.diary)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		var n note
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatalf("%s: %q: %v", k.diary, line, err)
		}
		list = append(list, n)
	}
	return list
}

type diary struct{ f *os.File }

func (d diary) note(what, ticket, number string) {
	raw, _ := json.Marshal(note{time.Now(), what, ticket, number}) // plain strings
	if _, err := d.f.Write(append(raw, '\n')); err != nil {
		panic(err) // the test would believe less than has happened
	}
}

// toldAsker notes each number that the hall has acknowledged, before anybody
// acts on it.
type toldAsker struct {
	*node.Node
	diary diary
}

func (a toldAsker) AskID(ctx context.Context, id, typ string, data any) (contract.Answer, error) {
	w, err := a.Node.AskID(ctx, id, typ, data)
	if err == nil && typ == contract.AskTicketTake && w.Result == contract.ResultOK {
		var t contract.Ticket
		if err := json.Unmarshal(w.Data, &t); err != nil {
			return w, err
		}
		a.diary.note("took", t.Ticket, t.Number)
	}
	return w, err
}

// notingStore notes each lent number that is on the kiosk's disk, and each print
// that has begun.
type notingStore struct {
	*journal.Journal
	diary diary
	late  chan written // not nil: a store that breaks its promise
}

// written is a commit that is said to be on disk, and when it will be.
type written struct {
	c  *journal.Commit
	at time.Time
}

// lateBy is how much later a store that breaks its promise writes.
const lateBy = 500 * time.Millisecond

func (s notingStore) Put(ctx context.Context, key string, value []byte) error {
	return s.Commit(ctx, &journal.Commit{Facts: []journal.Fact{{Key: key, Value: append([]byte{}, value...)}}})
}

func (s notingStore) Commit(ctx context.Context, c *journal.Commit) error {
	if s.late != nil {
		s.late <- written{c, time.Now().Add(lateBy)}
	} else if err := s.Journal.Commit(ctx, c); err != nil {
		return err
	}
	for _, e := range c.Events {
		var t contract.TicketTaken
		if e.Type == contract.EvTicketTaken && json.Unmarshal(e.Data, &t) == nil {
			s.diary.note("took", t.Ticket, t.Number)
		}
	}
	for _, f := range c.Facts {
		if ticket, ok := strings.CutPrefix(f.Key, "print/"); ok && f.Value != nil {
			s.diary.note("begun", ticket, "")
		}
	}
	return nil
}

// writeLate writes what was said to be written long ago.
func (s notingStore) writeLate(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case w := <-s.late:
			rest(ctx, time.Until(w.at))
			if err := s.Journal.Commit(ctx, w.c); err != nil && ctx.Err() == nil {
				return err
			}
		}
	}
}
