package journal

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
)

// model is a journal in memory, without a disk.
type model struct {
	events   []contract.Event // without the pruned
	last     uint64
	acked    uint64
	unique   map[string]bool
	answers  map[string]bool // true while remembered
	inbox    map[string]InboxMark
	facts    map[string][]byte
	snapshot uint64
	blob     []byte
}

// apply is what a transaction of several commits must do; false is a duplicate,
// and the model is not changed.
func (m *model) apply(cs []*Commit, epoch string) bool {
	unique, answers, inbox, facts := maps.Clone(m.unique), maps.Clone(m.answers), maps.Clone(m.inbox), maps.Clone(m.facts)
	events := slices.Clone(m.events)
	last := m.last
	for _, c := range cs {
		for _, k := range c.Unique {
			if unique[k] {
				return false
			}
			unique[k] = true
		}
		for _, a := range c.Answers {
			if answers[a.ID] {
				return false
			}
			answers[a.ID] = a.Expires.After(time.Now())
		}
		for _, mark := range c.Inbox {
			if was, ok := inbox[mark.Node]; ok && was.Epoch == mark.Epoch && mark.Through <= was.Through {
				return false
			}
			inbox[mark.Node] = mark
		}
		for _, f := range c.Facts {
			facts[f.Key] = f.Value
			if f.Value == nil {
				delete(facts, f.Key)
			}
		}
		for _, e := range c.Events {
			last++
			e.Sequence, e.ID = last, contract.EventID("hall", epoch, last)
			events = append(events, e)
		}
	}
	m.unique, m.answers, m.inbox, m.facts, m.events, m.last = unique, answers, inbox, facts, events, last
	return true
}

// prune drops the oldest events up to the first that must stay.
func (m *model) prune(before time.Time) int {
	n := 0
	for n < len(m.events) && m.events[n].Sequence <= min(m.acked, m.snapshot) && stamp(m.events[n].Time).Before(stamp(before)) {
		n++
	}
	m.events = m.events[n:]
	return n
}

var (
	genKey  = rapid.SampledFrom([]string{"a", "b", "c", "d/1", "d/2", "号"})
	genTime = rapid.Custom(func(t *rapid.T) time.Time {
		return noon.Add(time.Duration(rapid.IntRange(0, 10_000_000).Draw(t, "ms")) * time.Millisecond)
	})
	genEvent = rapid.Custom(func(t *rapid.T) contract.Event {
		return contract.Event{Type: "x/" + genKey.Draw(t, "type"), Time: genTime.Draw(t, "time"),
			Data: fmt.Appendf(nil, "%q", rapid.StringMatching(`[a-z号 ]{0,20}`).Draw(t, "data"))}
	})
	genCommit = rapid.Custom(func(t *rapid.T) *Commit {
		c := &Commit{Events: rapid.SliceOfN(genEvent, 0, 4).Draw(t, "events")}
		if rapid.Bool().Draw(t, "unique?") {
			c.Unique = []string{genKey.Draw(t, "unique") + fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "n"))}
		}
		if rapid.Bool().Draw(t, "answer?") {
			years := rapid.SampledFrom([]int{-1, 100}).Draw(t, "life")
			c.Answers = []Answered{{ID: genKey.Draw(t, "id"), Expires: time.Now().AddDate(years, 0, 0)}}
		}
		if rapid.Bool().Draw(t, "inbox?") {
			c.Inbox = []InboxMark{{genKey.Draw(t, "node"), genKey.Draw(t, "epoch"), rapid.Uint64Range(0, 20).Draw(t, "through")}}
		}
		if rapid.Bool().Draw(t, "fact?") {
			c.Facts = []Fact{{genKey.Draw(t, "fact"), rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "value")}}
			if rapid.Bool().Draw(t, "delete?") {
				c.Facts[0].Value = nil
			}
		}
		return c
	})
)

// Whatever is done to a journal, in whatever order, it is what the model is;
// closing, opening and reopening change nothing.
func TestModel(t *testing.T) {
	root := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(root, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		o := options()
		o.Keep, o.sql.Checkpoint = time.Hour, 10
		path := filepath.Join(dir, "hall.db")
		must := func(err error) {
			if err != nil {
				t.Fatal(err)
			}
		}
		j, err := Open(path, o)
		must(err)
		defer func() { _ = j.Close() }()
		epoch := j.Epoch()
		m := &model{unique: map[string]bool{}, answers: map[string]bool{}, inbox: map[string]InboxMark{}, facts: map[string][]byte{}}
		t.Repeat(map[string]func(*rapid.T){
			"commit": func(t *rapid.T) {
				cs := rapid.SliceOfN(genCommit, 1, 3).Draw(t, "commits")
				want := m.apply(cs, epoch)
				if err := j.CommitAll(ctx, cs); (err == nil) != want || err != nil && !errors.Is(err, ErrDuplicate) {
					t.Fatalf("commit: %v, the model says %v", err, want)
				}
			},
			"acknowledge": func(t *rapid.T) {
				through := rapid.Uint64Range(0, m.last+2).Draw(t, "through")
				if err := j.Acknowledge(ctx, through); (err != nil) != (through > m.last) {
					t.Fatalf("acknowledge %d of %d: %v", through, m.last, err)
				}
				if through <= m.last {
					m.acked = max(m.acked, through)
				}
			},
			"snapshot": func(t *rapid.T) {
				m.snapshot, m.blob = rapid.Uint64Range(0, m.last).Draw(t, "through"), []byte(genKey.Draw(t, "blob"))
				must(j.SaveSnapshot(ctx, m.snapshot, m.blob))
			},
			"prune": func(t *rapid.T) {
				at := genTime.Draw(t, "now").Add(o.Keep)
				want := m.prune(at.Add(-o.Keep))
				if n, err := j.Prune(ctx, at); err != nil || n != want {
					t.Fatalf("pruned %d, %v; want %d", n, err, want)
				}
			},
			"reopen": func(t *rapid.T) { must(j.Reopen()) },
			"restart": func(t *rapid.T) {
				must(j.Close())
				var err error
				j, err = Open(path, o)
				must(err)
			},
			"compare": func(t *rapid.T) { m.compare(t, j, epoch) },
		})
		m.compare(t, j, epoch)
	})
}

func (m *model) compare(t *rapid.T, j *Journal, epoch string) {
	if j.Epoch() != epoch || j.Last() != m.last || j.First() != m.acked+1 {
		t.Fatalf("epoch %s first %d last %d; want %s %d %d", j.Epoch(), j.First(), j.Last(), epoch, m.acked+1, m.last)
	}
	after := rapid.Uint64Range(0, m.last).Draw(t, "after")
	i := 0
	for i < len(m.events) && m.events[i].Sequence <= after {
		i++
	}
	err := j.Replay(ctx, after, func(e contract.Event) error {
		if i == len(m.events) {
			return fmt.Errorf("event %d is not in the model", e.Sequence)
		}
		want := m.events[i]
		i++
		if e.ID != want.ID || e.Type != want.Type || !e.Time.Equal(stamp(want.Time)) || !bytes.Equal(e.Data, want.Data) {
			return fmt.Errorf("event %+v, want %+v", e, want)
		}
		return nil
	})
	if err != nil || i != len(m.events) {
		t.Fatalf("replay after %d: %v, %d of %d", after, err, i, len(m.events))
	}
	for id, want := range m.answers {
		if _, ok := j.Answered(id); ok != want {
			t.Fatalf("answer %s: %v, want %v", id, ok, want)
		}
	}
	for node, want := range m.inbox {
		if got, _ := j.Inbox(node); got != want {
			t.Fatalf("inbox %+v, want %+v", got, want)
		}
	}
	facts, err := j.Facts("")
	if err != nil || !maps.EqualFunc(facts, m.facts, bytes.Equal) {
		t.Fatalf("facts %q, want %q, %v", facts, m.facts, err)
	}
	if through, blob, err := j.Snapshot(); err != nil || through != m.snapshot || !bytes.Equal(blob, m.blob) {
		t.Fatalf("snapshot %d %q %v, want %d %q", through, blob, err, m.snapshot, m.blob)
	}
}
