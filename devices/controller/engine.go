package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// batchLimit is how many commands share one fsync at most. Beyond it the first
// ones would wait for the last without any gain.
const batchLimit = 256

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

	clock *clock      // of the engine's goroutine
	state *hall.State // of the engine's goroutine; within a batch it is ahead of the disk

	key       []byte    // of the persons of this day, nil before the first
	scrub     bool      // the disk may still have the key of another day
	scrubNext time.Time // not before

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
		clock: newClock(now), in: make(chan *call, 4*batchLimit), stopped: make(chan struct{}),
		onEvents: func([]contract.Event) {}, metrics: newMetrics(), pause: mendEvery,
	}
	if err := e.load(context.Background()); err != nil {
		return nil, err
	}
	return e, nil
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
			// Whoever was answered a moment ago may ask again first: batches
			// would be half as large otherwise.
			runtime.Gosched()
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

// work takes one batch through the rules and the store.
func (e *Engine) work(ctx context.Context, batch []*call) {
	begun := time.Now()
	if e.Broken() != nil {
		e.repair(ctx)
	}
	commits, err := e.settle(ctx, batch)
	e.clock.told(err == nil)

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
	if err == nil {
		e.scrubbed(ctx)
	}
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

// decide carries the commands through the rules, each on the state that the
// former left, and gathers what must be stored together.
func (e *Engine) decide(batch []*call) ([]*journal.Commit, error) {
	var commits []*journal.Commit
	answered := map[string]contract.Answer{}
	marks := map[string]journal.InboxMark{}
	for _, c := range batch {
		now, looked, err := e.lookAtClock(commits)
		if err != nil {
			return nil, err
		}
		commits = looked
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
		d, facts := e.judge(c.command, now)
		c.answer = answer(c.command.ID, d)
		if err := e.apply(c.command, d.Events); err != nil {
			return nil, err
		}
		commit := &journal.Commit{Events: d.Events, Facts: facts}
		for i := range d.Events {
			if d.Events[i].Type == contract.EvTicketIssued {
				commit.Unique = append(commit.Unique, numberKey(d.Events[i]))
			}
		}
		if c.command.ID != "" && !c.expires.IsZero() {
			answered[c.command.ID] = c.answer
			commit.Answers = []journal.Answered{{ID: c.command.ID, Answer: c.answer, Expires: now.Add(contract.AnswerLife)}}
		}
		if len(commit.Events) > 0 || len(commit.Answers) > 0 || len(commit.Facts) > 0 {
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
	if first := e.firstOf(node, c.inbox.Epoch); !seen || mark.Epoch != c.inbox.Epoch {
		expected = first
	} else if first > expected {
		// What is between was acknowledged once, and this journal is older than
		// that. It does not come again; what the node still has must not wait for it.
		e.log.Error("events of a node are gone: the journal was put back from a copy", "node", node, "from", expected, "through", first-1)
		expected = first
	}
	if c.inbox.Through != expected {
		return nil, nil // known already, or a gap: the caller reads the mark and acknowledges that
	}
	marks[node] = *c.inbox
	d, facts := e.judge(c.command, now)
	if d.Refusal != nil {
		e.log.Warn("a node's event was not applied", "node", node, "type", c.command.Type, "event", c.command.ID, "reason", d.Refusal.Code)
	}
	if err := e.apply(c.command, d.Events); err != nil {
		return nil, err
	}
	return &journal.Commit{Events: d.Events, Facts: facts, Inbox: []journal.InboxMark{*c.inbox}}, nil
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

// numberKey makes "never the same number twice a day" a rule of the disk.
func numberKey(ev contract.Event) string {
	var d contract.TicketIssued
	_ = json.Unmarshal(ev.Data, &d)
	return "number/" + d.Day + "/" + d.Number
}
