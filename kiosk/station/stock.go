package station

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall/queue"
	"hallward/devices/journal"
)

// stockKey is the fact that holds the lent numbers.
const stockKey = "lent/stock"

// block is a block of lent numbers and how far it is used.
type block struct {
	contract.NumberBlock
	Next int `json:"next"` // From to To+1
}

func (b block) left() int { return b.To + 1 - b.Next }

// lot is what stands on the disk of the lent numbers. A new disk, or one that
// was put back from a copy, begins with a new ID and nothing else.
type lot struct {
	ID     string        `json:"id"`
	Day    string        `json:"day"`            // of the blocks
	Ends   time.Time     `json:"ends,omitzero"`  // of that day, by the hall's clock
	Ahead  time.Duration `json:"ahead"`          // of the hall's clock before this machine's
	At     time.Time     `json:"at,omitzero"`    // the last time that was used: none before it ever is
	Last   string        `json:"last,omitempty"` // the ticket that was given last, from whatever number
	Blocks []block       `json:"blocks,omitempty"`

	// The highest serials that this kiosk has known on SeenDay: a hall that
	// has lost its disk learns them from here.
	SeenDay string         `json:"seen_day,omitempty"`
	Seen    map[string]int `json:"seen,omitempty"`
	Lent    map[string]int `json:"lent,omitempty"`
}

// stock keeps the lent numbers. Its methods may be called from any goroutine.
type stock struct {
	store Store
	log   *slog.Logger
	clock func() time.Time // of this machine; it may step

	doubt   bool // the last write failed; of whoever holds writing
	writing turn // one change at a time; taken before mu, which never waits for the disk

	mu    sync.Mutex
	lot   lot
	hall  time.Time // the hall's clock, and
	since time.Time // this process' monotonic one at the same moment
	given map[string]bool
	noted map[string]bool // tickets whose first print is noted on the disk already
}

// turn is a lock that is held over a wait for the disk or the hall. It is a
// channel, and not a sync.Mutex, because the clock of a testing/synctest bubble
// goes on while somebody waits for it.
type turn chan struct{}

func newTurn() turn { return make(turn, 1) }

func (t turn) Lock()   { t <- struct{}{} }
func (t turn) Unlock() { <-t }

// copier is a journal that knows whether its file was put back from a copy.
type copier interface {
	Copied() bool
	Settle(ctx context.Context) error
}

var _ copier = (*journal.Journal)(nil)

// openStock reads what is on the disk. Of a copy nothing is used: the numbers
// may have been given since it was made.
func openStock(store Store, log *slog.Logger) (*stock, error) {
	k := &stock{writing: newTurn(), store: store, log: log, clock: time.Now, given: map[string]bool{}, noted: map[string]bool{}}
	facts, err := store.Facts(stockKey)
	if err != nil {
		return nil, fmt.Errorf("station: lent numbers: %w", err)
	}
	if raw := facts[stockKey]; raw != nil {
		if err := json.Unmarshal(raw, &k.lot); err != nil {
			log.Warn("the lent numbers cannot be read and are not used", "error", err)
			k.lot = lot{}
		}
	}
	if c, ok := store.(copier); ok && c.Copied() {
		log.Warn("the journal was put back from a copy: its lent numbers are not used")
		k.lot.ID, k.lot.Blocks = "", nil
		if err := k.settle(c); err != nil {
			return nil, fmt.Errorf("station: lent numbers of a copy: %w", err)
		}
	}
	if k.lot.ID == "" {
		k.lot.ID = ulid.Make().String()
	}
	return k, nil
}

// settle forgets the numbers of a copy, and then that it is one.
func (k *stock) settle(c copier) error {
	ctx, cancel := context.WithTimeout(context.Background(), endWithin)
	defer cancel()
	if err := k.store.Commit(ctx, &journal.Commit{Facts: []journal.Fact{{Key: stockKey}}}); err != nil {
		return err
	}
	return c.Settle(ctx)
}

// now is the hall's time as far as it is known. It never goes back, and a step
// of this machine's clock does not move it while the process lives. The caller
// holds mu.
func (k *stock) now() time.Time {
	t := k.clock().Add(k.lot.Ahead)
	if !k.since.IsZero() {
		t = k.hall.Add(time.Since(k.since))
	}
	if t.Before(k.lot.At) {
		t = k.lot.At
	}
	return t.UTC().Truncate(time.Millisecond)
}

// look is a consistent picture of what is there and when it is.
func (k *stock) look() (lot, time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.lot, k.now()
}

func (k *stock) set(l lot) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lot = l
}

// put stores a changed lot together with what must not be apart from it, and
// takes it over when that is on disk. The caller holds mu.
func (k *stock) put(ctx context.Context, l lot, c *journal.Commit) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("station: lent numbers: %w", err)
	}
	c.Facts = append(c.Facts, journal.Fact{Key: stockKey, Value: raw})
	if err := k.store.Commit(ctx, c); err != nil {
		k.doubt = true
		return fmt.Errorf("station: lent numbers: %w", err)
	}
	k.set(l)
	return nil
}

// settled reads the lot back after a write that failed: it may be on the disk
// all the same, and a number that it gave must not be given again. The caller
// holds writing.
func (k *stock) settled() error {
	if !k.doubt {
		return nil
	}
	facts, err := k.store.Facts(stockKey)
	if err != nil {
		return fmt.Errorf("station: lent numbers: %w", err)
	}
	l, _ := k.look()
	if raw := facts[stockKey]; raw != nil {
		var was lot
		if err := json.Unmarshal(raw, &was); err != nil {
			return fmt.Errorf("station: lent numbers: %w", err)
		}
		if was.ID == l.ID {
			l.Day, l.Ends, l.Blocks = was.Day, was.Ends, was.Blocks
		}
	}
	k.set(l)
	k.doubt = false
	return nil
}

// see remembers numbers that are given or lent, from a view of the hall. The
// last view is on the disk anyway; what was seen is written there only before a
// view of a hall that knows less takes its place.
func (k *stock) see(ctx context.Context, q contract.Queue) error {
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.settled(); err != nil {
		return err
	}
	l, _ := k.look()
	if q.Day == "" || q.Day < l.SeenDay {
		return nil
	}
	if q.Day > l.SeenDay {
		l.SeenDay, l.Seen, l.Lent = q.Day, nil, nil
	}
	less := false
	for prefix, n := range l.Seen {
		less = less || q.Serials[prefix] < n
	}
	l.Seen, l.Lent = higher(l.Seen, q.Serials), higher(l.Lent, q.Lent)
	if less {
		return k.put(ctx, l, &journal.Commit{})
	}
	k.set(l)
	return nil
}

// higher is the higher of two serials for each prefix; neither map is changed.
func higher(a, b map[string]int) map[string]int {
	out := maps.Clone(a)
	for prefix, n := range b {
		if out == nil {
			out = map[string]int{}
		}
		out[prefix] = max(out[prefix], n)
	}
	return out
}

// report is what the hall is told and asked.
func (k *stock) report() contract.LendNumbers {
	l, _ := k.look()
	d := contract.LendNumbers{Day: max(l.Day, l.SeenDay), Stock: l.ID}
	if d.Day == l.Day {
		d.Left = map[string]int{}
		for _, b := range l.Blocks {
			d.Holds = append(d.Holds, b.NumberBlock)
			d.Left[b.Prefix] += b.left()
		}
	}
	if d.Day == l.SeenDay {
		d.Seen, d.Lent = l.Seen, l.Lent
	}
	return d
}

// lend takes over the hall's answer: what is lent, how far it was used here,
// and what time it was there, half way between the asking and now.
func (k *stock) lend(ctx context.Context, n contract.Numbers, asked time.Time) error {
	since := asked.Add(time.Since(asked) / 2)
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.settled(); err != nil {
		return err
	}
	was, _ := k.look()
	if n.Day < was.Day {
		return fmt.Errorf("station: the hall lends numbers of %s, which is over: they were of %s already", n.Day, was.Day)
	}
	l := was
	l.Day, l.Ends, l.Blocks = n.Day, n.Ends, nil
	if !n.Now.IsZero() {
		l.Ahead = n.Now.Sub(k.clock().Add(-time.Since(since)))
		if n.Now.After(l.At) {
			l.At = n.Now
		}
	}
	for _, b := range n.Blocks {
		at := slices.IndexFunc(was.Blocks, func(o block) bool { return o.NumberBlock == b && was.Day == n.Day })
		if at >= 0 {
			l.Blocks = append(l.Blocks, was.Blocks[at])
		} else {
			l.Blocks = append(l.Blocks, block{NumberBlock: b, Next: b.From})
		}
	}
	if !slices.Equal(l.Blocks, was.Blocks) || l.Day != was.Day || !l.Ends.Equal(was.Ends) {
		if err := k.put(ctx, l, &journal.Commit{}); err != nil {
			return err
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lot = l // the clocks alone need no write
	if !n.Now.IsZero() {
		k.hall, k.since = n.Now, since
	}
	return nil
}

// left counts what may be given on the hall's day without the hall; nil when
// nothing was lent. over says that the numbers' business day has ended.
func (k *stock) left(day string) (left map[string]int, over bool) {
	l, now := k.look()
	if l.Day == "" || l.Day != day || len(l.Blocks) == 0 {
		return nil, false
	}
	left = map[string]int{}
	if !now.Before(l.Ends) {
		return left, true
	}
	for _, b := range l.Blocks {
		left[b.Prefix] += b.left()
	}
	return left, false
}

// give takes the next number of a prefix. The number, the event of it and the
// note of its print are on disk together, or none of them is (design §4).
// lost is the id of a request for the same ticket that the hall did not answer:
// whatever came of it is given up.
func (k *stock) give(ctx context.Context, t contract.TicketTaken, day, lost string) (contract.TicketTaken, error) {
	k.writing.Lock()
	defer k.writing.Unlock()
	if err := k.settled(); err != nil {
		return t, err
	}
	l, now := k.look()
	l.Blocks = slices.Clone(l.Blocks)
	at := slices.IndexFunc(l.Blocks, func(b block) bool { return b.Prefix == t.Prefix && b.left() > 0 })
	if l.Day != day || at < 0 || !now.Before(l.Ends) {
		return t, fmt.Errorf("station: no lent number of %q is left for %s", t.Prefix, day)
	}
	t.Serial, t.Day, t.At, t.After = l.Blocks[at].Next, l.Day, now, l.Last
	t.Number = queue.Number(t.Prefix, t.Serial)
	if l.SeenDay == l.Day {
		t.Seen = l.Seen[t.Prefix]
	}
	l.Blocks[at].Next++
	l.At, l.Last = now, t.Ticket
	c := &journal.Commit{Unique: []string{"number/" + t.Day + "/" + t.Number}}
	if t.Paper {
		note, err := json.Marshal(begun{Number: t.Number, At: now})
		if err != nil {
			return t, fmt.Errorf("station: %w", err)
		}
		c.Facts = append(c.Facts, journal.Fact{Key: printKey + t.Ticket, Value: note})
	}
	for _, e := range []struct {
		typ  string
		data any
	}{{contract.EvTicketGivenUp, contract.TicketRef{Ticket: lost}}, {contract.EvTicketTaken, t}} {
		if e.typ == contract.EvTicketGivenUp && lost == "" {
			continue
		}
		raw, err := json.Marshal(e.data)
		if err != nil {
			return t, fmt.Errorf("station: %w", err)
		}
		c.Events = append(c.Events, contract.Event{Type: e.typ, Time: now, Data: raw})
	}
	if err := k.put(ctx, l, c); err != nil {
		return t, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.given[t.Ticket], k.noted[t.Ticket] = true, t.Paper
	return t, nil
}

// hasNote tells, once, that the note of a ticket's print is on the disk since it
// was given.
func (k *stock) hasNote(ticket string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	noted := k.noted[ticket]
	delete(k.noted, ticket)
	return noted
}

// took remembers a ticket that the hall gave: what comes from the stock comes
// after it.
func (k *stock) took(ticket string) {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.mu.Lock()
	defer k.mu.Unlock()
	k.lot.Last = ticket
}

// gave tells whether this process gave a ticket from the stock.
func (k *stock) gave(ticket string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.given[ticket]
}
