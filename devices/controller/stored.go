package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// snapshotEvery is how many events are replayed at most after a crash.
const snapshotEvery = 20_000

// Store is what the engine keeps its events in; *journal.Journal is one.
type Store interface {
	CommitAll(ctx context.Context, commits []*journal.Commit) error
	Replay(ctx context.Context, after uint64, each func(contract.Event) error) error
	Snapshot() (through uint64, blob []byte, err error)
	SaveSnapshot(ctx context.Context, through uint64, blob []byte) error
	Answered(id string) (contract.Answer, bool)
	Inbox(node string) (journal.InboxMark, bool)
	Get(key string) ([]byte, bool, error)
	Scrub(ctx context.Context) error
	Last() uint64
	Reopen() error
}

// mendEvery is the usual pause. A try reads the whole file.
const mendEvery = time.Second

// load replays the store: the same Apply as in life, from the last snapshot on.
func (e *Engine) load(ctx context.Context) error {
	state := hall.New(e.setup)
	after, blob, err := e.store.Snapshot()
	if err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	if blob != nil {
		if err := json.Unmarshal(blob, state); err != nil {
			// A snapshot is only a short cut: the events are the truth.
			e.log.Warn("the snapshot cannot be read; replaying from the first event", "error", err)
			state, after = hall.New(e.setup), 0
		}
	}
	err = e.store.Replay(ctx, after, state.Apply)
	if err != nil {
		return fmt.Errorf("controller: replay: %w", err)
	}
	if e.key, _, err = e.store.Get(dayKeyFact); err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	e.saved, e.scrub = after, true
	return e.adopt(state)
}

// adopt makes a state that was read back the present one.
func (e *Engine) adopt(state *hall.State) error {
	blob, err := json.Marshal(state)
	if err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	stored := hall.New(e.setup)
	if err := json.Unmarshal(blob, stored); err != nil {
		return fmt.Errorf("controller: %w", err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.state, e.stored = state, stored
	return nil
}

// show lets everybody see what has been stored.
func (e *Engine) show(commits []*journal.Commit) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range commits {
		for _, ev := range c.Events {
			if err := e.stored.Apply(ev); err != nil {
				return fmt.Errorf("%s is stored and cannot be applied: %w", ev.ID, err)
			}
		}
	}
	return nil
}

func (e *Engine) snapshot(ctx context.Context) {
	e.mu.RLock()
	last := e.store.Last()
	blob, err := json.Marshal(e.stored)
	broken := e.broken
	e.mu.RUnlock()
	if broken != nil || last == e.saved {
		return
	}
	if err == nil {
		err = e.store.SaveSnapshot(ctx, last, blob)
	}
	if err != nil {
		e.log.Warn("no snapshot; the next start replays more", "error", err)
		return
	}
	e.saved = last
}

// giveUp takes the state back to what is on disk.
func (e *Engine) giveUp(ctx context.Context, why error) error {
	e.log.Error("a batch was given up", "error", why)
	if err := e.load(ctx); err != nil {
		e.storageFailed(err)
	}
	return why
}

// storageFailed stops the work until repair has taken the state back to what
// is on disk: it holds events that were not stored, which nobody has seen.
func (e *Engine) storageFailed(err error) {
	e.log.Error("the journal takes nothing; no ticket is given until it does", "error", err)
	e.setBroken(fmt.Errorf("the hall's disk takes nothing: %w", err))
	e.metrics.broken.Set(1)
	e.retry = e.now()
}

func (e *Engine) setBroken(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.broken = err
}

// repair tries to mend the store, not too often.
func (e *Engine) repair(ctx context.Context) {
	begun := e.now()
	if begun.Before(e.retry) {
		return
	}
	if err := e.mend(ctx); err != nil {
		e.setBroken(fmt.Errorf("the hall's disk takes nothing: %w", err))
		now := e.now()
		e.retry = now.Add(max(e.pause, 4*now.Sub(begun)))
		return
	}
	e.setBroken(nil)
	e.metrics.broken.Set(0)
	e.log.Info("the journal works again")
}

// room is what must fit the disk again before the hall goes on, in bytes: more
// than a batch takes, so that a nearly full disk does not fail at once.
const (
	room    = 256 << 10
	roomKey = "room"
)

// mend opens the store again, proves that it takes something, and reads the
// state back. A full disk can be read, so only a write tells.
func (e *Engine) mend(ctx context.Context) error {
	if err := e.store.Reopen(); err != nil {
		return err
	}
	for _, value := range [][]byte{make([]byte, room), nil} { // nil deletes it
		if err := e.store.CommitAll(ctx, []*journal.Commit{{Facts: []journal.Fact{{Key: roomKey, Value: value}}}}); err != nil {
			return err
		}
	}
	return e.load(ctx)
}

// Broken says why the store takes nothing, or nil.
func (e *Engine) Broken() error {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.broken
}
