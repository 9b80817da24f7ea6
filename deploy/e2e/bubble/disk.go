package bubble

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal"
)

// platter is what is durable of one process's journal. It outlives every
// process that has it open.
type platter struct {
	hall, node string

	mu       sync.Mutex
	epoch    string
	events   []contract.Event
	answers  map[string]journal.Answered
	inbox    map[string]journal.InboxMark
	unique   map[string]bool
	facts    map[string][]byte
	through  uint64
	snapshot []byte
	acked    uint64
	stored   func([]contract.Event) // told under mu, in order: what is on disk now
	lax      time.Duration          // what was written within this before a kill is gone: for the positive control
	past     []memory
}

// memory is a platter as it was, for one that does not sync what it writes.
type memory struct {
	at      time.Time
	events  int
	answers map[string]journal.Answered
	inbox   map[string]journal.InboxMark
	unique  map[string]bool
	facts   map[string][]byte
}

// remember keeps how the platter is before a write. The caller holds mu.
func (p *platter) remember() {
	for len(p.past) > 1 && time.Since(p.past[1].at) > p.lax {
		p.past = p.past[1:]
	}
	p.past = append(p.past, memory{time.Now(), len(p.events), maps.Clone(p.answers), maps.Clone(p.inbox), maps.Clone(p.unique), maps.Clone(p.facts)})
}

// forget loses what was not synced.
func (p *platter) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.past {
		if time.Since(m.at) <= p.lax {
			p.events, p.answers, p.inbox, p.unique, p.facts = p.events[:m.events:m.events], m.answers, m.inbox, m.unique, m.facts
			p.acked = min(p.acked, uint64(m.events))
			if p.through > uint64(m.events) {
				p.through, p.snapshot = 0, nil
			}
			break
		}
	}
	p.past = nil
}

func newPlatter(hall, node, epoch string) *platter {
	return &platter{hall: hall, node: node, epoch: epoch, answers: map[string]journal.Answered{}, inbox: map[string]journal.InboxMark{},
		unique: map[string]bool{}, facts: map[string][]byte{}, stored: func([]contract.Event) {}}
}

// disk is a platter as one process has it open: a journal in memory with the
// promises of package journal, the time that a write takes, and its faults. It
// stands in for the file because a bubble's clock does not move while a file
// is waited for; the file itself is tried under power cuts in devices/journal.
type disk struct {
	*platter
	rng     *rand.Rand
	failing func(*rand.Rand) fate // drawn for each write

	writing chan struct{} // holds one writer at a time
	state   sync.Mutex
	broken  bool
	dead    bool // the process was killed
	wake    chan struct{}
}

// fate is how a write ends.
type fate int

const (
	fine     fate = iota
	failed        // nothing is on disk, and the caller hears of it
	uncanny       // everything is on disk, and the caller hears of a failure
	fullDisk      // nothing fits
)

func open(p *platter, rng *rand.Rand, failing func(*rand.Rand) fate) *disk {
	return &disk{platter: p, rng: rng, failing: failing, writing: make(chan struct{}, 1), wake: make(chan struct{}, 1)}
}

// kill takes the disk from its process: a write under way is stored or not, as
// it falls, and nobody hears of it.
func (d *disk) kill() {
	d.state.Lock()
	defer d.state.Unlock()
	d.dead = true
}

func (d *disk) fault() error {
	d.state.Lock()
	defer d.state.Unlock()
	switch {
	case d.dead:
		return journal.ErrClosed
	case d.broken:
		return journal.ErrBroken
	}
	return nil
}

func (d *disk) Commit(ctx context.Context, c *journal.Commit) error {
	return d.CommitAll(ctx, []*journal.Commit{c})
}

func (d *disk) CommitAll(_ context.Context, cs []*journal.Commit) error {
	d.writing <- struct{}{}
	defer func() { <-d.writing }()
	if err := d.fault(); err != nil {
		return err
	}
	d.mu.Lock()
	err := d.duplicate(cs)
	takes, fate, coin := time.Duration(200_000+d.rng.IntN(3_000_000))*time.Nanosecond, d.failing(d.rng), d.rng.IntN(2) == 0
	d.mu.Unlock()
	if err != nil {
		return err
	}
	time.Sleep(takes)
	killed := d.fault() != nil
	if killed && coin || !killed && (fate == failed || fate == fullDisk) {
		d.breakDown()
		return journal.ErrBroken
	}
	d.store(cs)
	if killed || fate == uncanny {
		d.breakDown()
		return journal.ErrBroken
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
	return nil
}

func (d *disk) breakDown() {
	d.state.Lock()
	defer d.state.Unlock()
	d.broken = true
}

// duplicate finds what the schema of the journal would refuse.
func (p *platter) duplicate(cs []*journal.Commit) error {
	claimed := map[string]bool{}
	for i, c := range cs {
		for _, k := range c.Unique {
			if p.unique[k] || claimed[k] {
				return &journal.DuplicateError{Commit: i, What: "unique", Key: k}
			}
			claimed[k] = true
		}
		for _, a := range c.Answers {
			if old, ok := p.answers[a.ID]; ok && old.Expires.After(time.Now()) {
				return &journal.DuplicateError{Commit: i, What: "answer", Key: a.ID}
			}
		}
		for _, m := range c.Inbox {
			if old := p.inbox[m.Node]; old.Epoch == m.Epoch && m.Through <= old.Through {
				return &journal.DuplicateError{Commit: i, What: "inbox", Key: fmt.Sprint(m)}
			}
		}
	}
	return nil
}

func (p *platter) store(cs []*journal.Commit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lax > 0 {
		p.remember()
	}
	for _, c := range cs {
		for i := range c.Events {
			e := &c.Events[i]
			e.SpecVersion, e.ContentType = "1.0", "application/json"
			e.Sequence = uint64(len(p.events) + 1)
			e.ID = contract.EventID(p.node, p.epoch, e.Sequence)
			e.Source = "/hall/" + contract.Version + "/" + p.hall + "/" + p.node
			e.Time = e.Time.UTC().Truncate(time.Millisecond)
			p.events = append(p.events, *e)
		}
		for _, a := range c.Answers {
			p.answers[a.ID] = a
		}
		for _, m := range c.Inbox {
			p.inbox[m.Node] = m
		}
		for _, k := range c.Unique {
			p.unique[k] = true
		}
		for _, f := range c.Facts {
			if f.Value == nil {
				delete(p.facts, f.Key)
			} else {
				p.facts[f.Key] = f.Value
			}
		}
		p.stored(c.Events)
	}
}

func (d *disk) Reopen() error {
	d.state.Lock()
	defer d.state.Unlock()
	if d.dead {
		return journal.ErrClosed
	}
	d.broken = false
	return nil
}

// Scrub has nothing to do: a map forgets at once.
func (d *disk) Scrub(context.Context) error { return d.fault() }

// Copied is false: nobody puts a platter back from a copy here.
func (p *platter) Copied() bool { return false }

func (d *disk) Settle(context.Context) error { return d.fault() }

func (d *disk) Err() error { return d.fault() }

func (d *disk) Replay(_ context.Context, after uint64, each func(contract.Event) error) error {
	if err := d.fault(); err != nil {
		return err
	}
	d.mu.Lock()
	list := d.events[min(after, uint64(len(d.events))):]
	d.mu.Unlock()
	for _, e := range list {
		if err := each(e); err != nil {
			return err
		}
	}
	return nil
}

func (p *platter) Snapshot() (uint64, []byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.through, p.snapshot, nil
}

func (d *disk) SaveSnapshot(_ context.Context, through uint64, blob []byte) error {
	if err := d.fault(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.through, d.snapshot = through, blob
	return nil
}

func (p *platter) Answered(id string) (contract.Answer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a, ok := p.answers[id]
	return a.Answer, ok && a.Expires.After(time.Now())
}

func (p *platter) Inbox(node string) (journal.InboxMark, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, ok := p.inbox[node]
	return m, ok
}

func (d *disk) Put(ctx context.Context, key string, value []byte) error {
	return d.Commit(ctx, &journal.Commit{Facts: []journal.Fact{{Key: key, Value: append([]byte{}, value...)}}})
}

func (d *disk) Delete(ctx context.Context, key string) error {
	return d.Commit(ctx, &journal.Commit{Facts: []journal.Fact{{Key: key}}})
}

func (p *platter) Get(key string) ([]byte, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	v, ok := p.facts[key]
	return v, ok, nil
}

func (p *platter) Facts(prefix string) (map[string][]byte, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := maps.Clone(p.facts)
	maps.DeleteFunc(all, func(k string, _ []byte) bool { return !strings.HasPrefix(k, prefix) })
	return all, nil
}

func (p *platter) Epoch() string { return p.epoch }

func (p *platter) Last() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return uint64(len(p.events))
}

func (p *platter) First() uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.acked + 1
}

func (d *disk) Unacknowledged(after uint64, limit int) ([]contract.Event, error) {
	if err := d.fault(); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	from := min(max(after, d.acked), uint64(len(d.events)))
	list := d.events[from:]
	return append([]contract.Event{}, list[:min(limit, len(list))]...), nil
}

// Acknowledge reaches the disk in its own time, so a crash may forget it; the
// host then gets some events twice.
func (d *disk) Acknowledge(_ context.Context, through uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if through > uint64(len(d.events)) {
		return journal.ErrAhead
	}
	if d.rng.IntN(8) > 0 {
		d.acked = max(d.acked, through)
	}
	return nil
}

func (d *disk) Appended() <-chan struct{} { return d.wake }

// data reads an event's data.
func data[D any](e contract.Event) (d D) {
	if err := json.Unmarshal(e.Data, &d); err != nil {
		panic(fmt.Sprintf("%s: %v", e.Type, err)) // the hall wrote it
	}
	return d
}
