package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// batchLimit is how many commands share one fsync at most. Beyond it the first
// ones would wait for the last without any gain.
const batchLimit = 256

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
	Last() uint64
	Reopen() error
}

// Engine is the hall's one state machine at work: commands go in, the pure
// rules decide, the journal stores, and only then the answer goes out. One
// goroutine owns the state; commands that arrive together share one fsync.
type Engine struct {
	setup   *hall.Setup
	self    string // id of the controller as a node
	store   Store
	log     *slog.Logger
	now     func() time.Time
	in      chan *call
	stopped chan struct{}

	state *hall.State // of the engine's goroutine; within a batch it is ahead of the disk

	mu     sync.RWMutex
	stored *hall.State // as it is on disk: what everybody sees
	broken error       // the store does not take anything; nil when it does

	births   sync.Map // node → contract.OutboxRange
	watch    watchers
	onEvents func([]contract.Event) // after the commit, in order, on the engine's goroutine
	saved    uint64                 // sequence of the last snapshot
	metrics  *metrics
	pause    time.Duration // between two tries to mend the store, at least
	retry    time.Time     // the next try, not before
}

// mendEvery is the usual pause. A try reads the whole file.
const mendEvery = time.Second

// call is one command on its way through the engine.
type call struct {
	command hall.Command
	expires time.Time          // of a request; zero for events and readings
	inbox   *journal.InboxMark // of a node's event
	answer  contract.Answer    // filled in before done is closed
	err     error              // the store failed: nothing happened
	done    chan struct{}
}

// NewEngine reads the state back from the store.
func NewEngine(setup *hall.Setup, self string, store Store, log *slog.Logger, now func() time.Time) (*Engine, error) {
	e := &Engine{
		setup: setup, self: self, store: store, log: log, now: now,
		in: make(chan *call, 4*batchLimit), stopped: make(chan struct{}),
		onEvents: func([]contract.Event) {}, metrics: newMetrics(), pause: mendEvery,
	}
	if err := e.load(context.Background()); err != nil {
		return nil, err
	}
	return e, nil
}

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
	e.saved = after
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

// Run works until ctx ends, then stores what was accepted and a snapshot.
func (e *Engine) Run(ctx context.Context) error {
	defer close(e.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		var batch []*call
		select {
		case <-ctx.Done():
			e.finish()
			return nil
		case c := <-e.in:
			batch = e.gather(c)
		case <-timer.C:
			batch = []*call{{command: hall.Command{Type: hall.CmdTick, Role: hall.RoleHall, Node: e.self}, done: make(chan struct{})}}
		}
		e.work(ctx, batch)
		timer.Reset(e.untilDue())
	}
}

// untilDue is the time until the rules want a tick, at most a minute: the
// calendar view changes with the clock alone. A broken store is tried again.
func (e *Engine) untilDue() time.Duration {
	now := e.now()
	if e.Broken() != nil {
		return max(e.retry.Sub(now), time.Millisecond)
	}
	if due := e.state.NextDue(now); !due.IsZero() && due.Before(now.Add(time.Minute)) {
		return max(due.Sub(now), time.Millisecond)
	}
	return time.Minute
}

func (e *Engine) gather(first *call) []*call {
	batch := []*call{first}
	for len(batch) < batchLimit {
		select {
		case c := <-e.in:
			batch = append(batch, c)
		default:
			return batch
		}
	}
	return batch
}

// finish answers what was accepted before the stop, and leaves a snapshot.
func (e *Engine) finish() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for len(e.in) > 0 {
		e.work(ctx, e.gather(<-e.in))
	}
	e.snapshot(ctx)
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

// work takes one batch through the rules and the store.
func (e *Engine) work(ctx context.Context, batch []*call) {
	begun := time.Now()
	if e.Broken() != nil {
		e.repair(ctx)
	}
	commits, err := e.settle(ctx, batch)

	changed := false
	for _, c := range commits {
		if err == nil && len(c.Events) > 0 {
			changed = true
			e.metrics.count(c.Events)
			e.onEvents(c.Events)
		}
	}
	for _, c := range batch {
		c.err = err
		close(c.done)
	}
	e.metrics.batch(len(batch), time.Since(begun))
	if changed {
		e.watch.wake()
		if e.store.Last()-e.saved >= snapshotEvery {
			e.snapshot(ctx)
		}
	}
}

// settle decides a batch and stores it. When either fails nothing has happened:
// the state goes back to what is on disk.
func (e *Engine) settle(ctx context.Context, batch []*call) ([]*journal.Commit, error) {
	if err := e.Broken(); err != nil {
		return nil, err
	}
	commits, err := e.decide(batch)
	if err != nil {
		return nil, e.giveUp(ctx, err)
	}
	if len(commits) == 0 {
		return nil, nil
	}
	// The batch was accepted: a stop of the process must not tear it.
	if err := e.store.CommitAll(context.WithoutCancel(ctx), commits); err != nil {
		if errors.Is(err, journal.ErrDuplicate) {
			// The disk knows a number that the state did not: believe the disk.
			return nil, e.giveUp(ctx, fmt.Errorf("a number would have been given twice: %w", err))
		}
		e.storageFailed(err)
		return nil, e.Broken()
	}
	if err := e.show(commits); err != nil {
		_ = e.giveUp(ctx, err) // it is stored: replay has the last word
	}
	return commits, nil
}

// giveUp takes the state back to what is on disk.
func (e *Engine) giveUp(ctx context.Context, why error) error {
	e.log.Error("a batch was given up", "error", why)
	if err := e.load(ctx); err != nil {
		e.storageFailed(err)
	}
	return why
}

// decide carries the commands through the rules, each on the state that the
// former left, and gathers what must be stored together.
func (e *Engine) decide(batch []*call) ([]*journal.Commit, error) {
	var commits []*journal.Commit
	answered := map[string]contract.Answer{}
	marks := map[string]journal.InboxMark{}
	for _, c := range batch {
		now := e.now()
		if c.inbox != nil {
			commit, err := e.decideEvent(c, marks, now)
			if err != nil {
				return nil, err
			}
			if commit != nil {
				commits = append(commits, commit)
			}
			continue
		}
		if c.command.ID != "" {
			if a, ok := e.remembered(c.command.ID, answered); ok {
				c.answer = a
				continue
			}
		}
		if !c.expires.IsZero() && now.After(c.expires) {
			c.answer = expired(c.command.ID)
			continue
		}
		d := e.state.Decide(c.command, now)
		c.answer = answer(c.command.ID, d)
		if err := e.apply(c.command, d.Events); err != nil {
			return nil, err
		}
		commit := &journal.Commit{Events: d.Events}
		for i := range d.Events {
			if d.Events[i].Type == contract.EvTicketIssued {
				commit.Unique = append(commit.Unique, numberKey(d.Events[i]))
			}
		}
		if c.command.ID != "" && !c.expires.IsZero() {
			answered[c.command.ID] = c.answer
			commit.Answers = []journal.Answered{{ID: c.command.ID, Answer: c.answer, Expires: now.Add(contract.AnswerLife)}}
		}
		if len(commit.Events) > 0 || len(commit.Answers) > 0 {
			commits = append(commits, commit)
		}
	}
	return commits, nil
}

// decideEvent takes a node's event once, in its order. An event that the rules
// refuse is still taken: it would come again for ever.
func (e *Engine) decideEvent(c *call, marks map[string]journal.InboxMark, now time.Time) (*journal.Commit, error) {
	node := c.inbox.Node
	mark, seen := marks[node]
	if !seen {
		mark, seen = e.store.Inbox(node)
	}
	expected := mark.Through + 1
	if !seen || mark.Epoch != c.inbox.Epoch {
		expected = e.firstOf(node, c.inbox.Epoch)
	}
	if c.inbox.Through != expected {
		return nil, nil // known already, or a gap: the caller reads the mark and acknowledges that
	}
	marks[node] = *c.inbox
	d := e.state.Decide(c.command, now)
	if d.Refusal != nil {
		e.log.Warn("a node's event was not applied", "node", node, "type", c.command.Type, "event", c.command.ID, "reason", d.Refusal.Code)
	}
	if err := e.apply(c.command, d.Events); err != nil {
		return nil, err
	}
	return &journal.Commit{Events: d.Events, Inbox: []journal.InboxMark{*c.inbox}}, nil
}

// Born tells the engine where the outbox of a node begins: a node whose disk
// is older than this hall's memory does not begin at 1.
func (e *Engine) Born(node string, outbox contract.OutboxRange) {
	e.births.Store(node, outbox)
}

func (e *Engine) firstOf(node, epoch string) uint64 {
	if v, ok := e.births.Load(node); ok {
		if o := v.(contract.OutboxRange); o.Epoch == epoch && o.First > 0 {
			return o.First
		}
	}
	return 1
}

// apply folds events that the rules have just decided. Decide and Apply are one
// set of rules; where they disagree nothing may be stored that cannot be
// replayed.
func (e *Engine) apply(c hall.Command, events []contract.Event) error {
	for _, ev := range events {
		if err := e.state.Apply(ev); err != nil {
			return fmt.Errorf("%s decided %s, which cannot be applied: %w", c.Type, ev.Type, err)
		}
	}
	return nil
}

func (e *Engine) remembered(id string, batch map[string]contract.Answer) (contract.Answer, bool) {
	if a, ok := batch[id]; ok {
		return a, true
	}
	return e.store.Answered(id)
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

// Alive returns when the engine has gone through its loop once.
func (e *Engine) Alive(ctx context.Context) error {
	_, err := e.submit(ctx, &call{command: hall.Command{Type: hall.CmdTick, Role: hall.RoleHall, Node: e.self}})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the engine does not move: %w", err)
	}
	return nil
}

func (e *Engine) submit(ctx context.Context, c *call) (contract.Answer, error) {
	c.done = make(chan struct{})
	select {
	case e.in <- c:
	case <-e.stopped:
		return contract.Answer{}, errStopped
	case <-ctx.Done():
		return contract.Answer{}, ctx.Err()
	}
	select {
	case <-c.done:
		return c.answer, c.err
	case <-e.stopped:
		return contract.Answer{}, errStopped
	case <-ctx.Done():
		return contract.Answer{}, ctx.Err()
	}
}

var errStopped = errors.New("the hall controller is stopping")

// Ask carries out a request of a node or of the console.
func (e *Engine) Ask(ctx context.Context, node, role string, r contract.Request) contract.Answer {
	a, err := e.submit(ctx, &call{
		command: hall.Command{ID: r.ID, Type: r.Type, Node: node, Role: role, Data: r.Data},
		expires: r.Expires,
	})
	if err != nil {
		return failed(r.ID, err)
	}
	return a
}

// Reading carries a reading of one of the hall's own devices into the rules,
// and returns when it is on disk.
func (e *Engine) Reading(ctx context.Context, typ string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("controller: %s: %w", typ, err)
	}
	_, err = e.submit(ctx, &call{command: hall.Command{Type: typ, Role: hall.RoleHall, Node: e.self, Data: raw}})
	return err
}

// Events takes the events of a node, in their order, and returns the sequence
// through which they are stored.
func (e *Engine) Events(ctx context.Context, node, role string, events []contract.Event) (uint64, error) {
	calls := make([]*call, 0, len(events))
	var epoch string
	for _, ev := range events {
		n, ep, seq, err := contract.ParseEventID(ev.ID)
		if err != nil {
			return 0, err
		}
		if n != node {
			return 0, fmt.Errorf("event %q came on the topic of node %q", ev.ID, node)
		}
		epoch = ep
		calls = append(calls, &call{
			command: hall.Command{ID: ev.ID, Type: ev.Type, Node: node, Role: role, Data: ev.Data},
			inbox:   &journal.InboxMark{Node: node, Epoch: ep, Through: seq},
			done:    make(chan struct{}),
		})
	}
	for _, c := range calls {
		select {
		case e.in <- c:
		case <-e.stopped:
			return 0, errStopped
		}
	}
	for _, c := range calls {
		select {
		case <-c.done:
		case <-e.stopped:
			return 0, errStopped
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		if c.err != nil {
			return 0, c.err
		}
	}
	if mark, ok := e.store.Inbox(node); ok && mark.Epoch == epoch {
		return mark.Through, nil
	}
	return 0, nil
}

// Look reads the state as it is on disk; look must not keep it.
func (e *Engine) Look(look func(*hall.State)) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	look(e.stored)
}

func answer(id string, d hall.Decision) contract.Answer {
	if d.Refusal != nil {
		return contract.Answer{ID: id, Result: contract.ResultRefused, Error: d.Refusal}
	}
	a := contract.Answer{ID: id, Result: contract.ResultOK}
	if d.Answer != nil {
		raw, err := json.Marshal(d.Answer)
		if err != nil {
			return failed(id, err)
		}
		a.Data = raw
	}
	return a
}

func failed(id string, err error) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultFailed, Error: &contract.Problem{
		Code:      "storage",
		Message:   "系统暂时无法保存，本次操作没有生效，请稍后再试或到咨询台办理。",
		MessageEN: "The system cannot save right now and nothing was changed. Please try again shortly or ask at the desk.",
	}}
}

func expired(id string) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultExpired, Error: &contract.Problem{
		Code:      "expired",
		Message:   "操作超时，没有生效，请重新操作。",
		MessageEN: "The request came too late and was not carried out. Please try again.",
	}}
}

// numberKey makes "never the same number twice a day" a rule of the disk.
func numberKey(ev contract.Event) string {
	var d contract.TicketIssued
	_ = json.Unmarshal(ev.Data, &d)
	return "number/" + d.Day + "/" + d.Number
}
