package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/contract"
)

var ctx = context.Background()

func options() *Options { return &Options{Hall: "luotian", Node: "hall"} }

func open(t testing.TB, path string, o *Options) *Journal {
	t.Helper()
	j, err := Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func fresh(t testing.TB) *Journal {
	return open(t, filepath.Join(t.TempDir(), "hall.db"), options())
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 123_456_789, time.FixedZone("CST", 8*3600))

func event(typ, data string) contract.Event {
	return contract.Event{Type: typ, Time: noon, Data: json.RawMessage(data)}
}

func all(t testing.TB, j *Journal, after uint64) (list []contract.Event) {
	t.Helper()
	if err := j.Replay(ctx, after, func(e contract.Event) error { list = append(list, e); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

// Everything of a commit is there after the file was opened again.
func TestCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a hall?#100%.db")
	j := open(t, path, options())
	c := &Commit{
		Events:  []contract.Event{event("ticket.issued/1", `{"number":"A001"}`), event("ticket.confirmed/1", `{"proof":"已出票"}`)},
		Answers: []Answered{{ID: "01J", Answer: contract.Answer{ID: "01J", Result: contract.ResultOK, Data: json.RawMessage(`{"number":"A001"}`)}, Expires: time.Now().Add(time.Hour)}},
		Inbox:   []InboxMark{{Node: "kiosk-1", Epoch: "E1", Through: 7}},
		Unique:  []string{"number/2026-11-23/A/1"},
		Facts:   []Fact{{Key: "view/queue", Value: []byte{0, 1}}},
	}
	if err := j.Commit(ctx, c); err != nil {
		t.Fatal(err)
	}
	want := contract.Event{
		SpecVersion: "1.0", ID: "hall/" + j.Epoch() + "/2", Source: "/hall/1/luotian/hall", Type: "ticket.confirmed/1",
		Time: time.Date(2026, 11, 23, 4, 0, 0, 123_000_000, time.UTC), ContentType: "application/json", Sequence: 2,
		Data: json.RawMessage(`{"proof":"已出票"}`),
	}
	if !reflect.DeepEqual(c.Events[1], want) {
		t.Errorf("the commit's event is\n%+v, want\n%+v", c.Events[1], want)
	}
	if err := j.SaveSnapshot(ctx, 2, []byte("state")); err != nil {
		t.Fatal(err)
	}
	epoch := j.Epoch()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the file has not the name that was asked for: %v", err)
	}

	j = open(t, path, options())
	if j.Epoch() != epoch || j.Last() != 2 || j.First() != 1 {
		t.Errorf("epoch %s first %d last %d; want %s 1 2", j.Epoch(), j.First(), j.Last(), epoch)
	}
	if got := all(t, j, 0); !reflect.DeepEqual(got, c.Events) {
		t.Errorf("replayed\n%+v, want\n%+v", got, c.Events)
	}
	if a, ok := j.Answered("01J"); !ok || !reflect.DeepEqual(a, c.Answers[0].Answer) {
		t.Errorf("answer %+v %v", a, ok)
	}
	if m, ok := j.Inbox("kiosk-1"); !ok || m != c.Inbox[0] {
		t.Errorf("inbox %+v %v", m, ok)
	}
	if m, ok := j.Inbox("kiosk-2"); ok {
		t.Errorf("inbox of a stranger: %+v", m)
	}
	if v, ok, err := j.Get("view/queue"); err != nil || !ok || string(v) != "\x00\x01" {
		t.Errorf("fact %q %v %v", v, ok, err)
	}
	if through, blob, err := j.Snapshot(); err != nil || through != 2 || string(blob) != "state" {
		t.Errorf("snapshot %d %q %v", through, blob, err)
	}
	st, err := os.Stat(path)
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("file mode %v %v, want 0600", st.Mode(), err)
	}
}

// Never twice is a property of the schema: each kind of repetition is refused,
// and nothing of its commit is written.
func TestDuplicates(t *testing.T) {
	j := fresh(t)
	later := time.Now().Add(time.Hour)
	first := &Commit{
		Unique:  []string{"number/2026-11-23/A/1"},
		Answers: []Answered{{ID: "req-1", Expires: later}, {ID: "old", Expires: time.Now().Add(-time.Second)}},
		Inbox:   []InboxMark{{Node: "kiosk-1", Epoch: "E1", Through: 5}},
	}
	if err := j.Commit(ctx, first); err != nil {
		t.Fatal(err)
	}
	if _, ok := j.Answered("old"); ok {
		t.Error("an expired answer is still given")
	}
	for _, c := range []struct {
		name   string
		commit Commit
		key    string
	}{
		{"unique", Commit{Unique: first.Unique}, "number/2026-11-23/A/1"},
		{"unique within", Commit{Unique: []string{"x", "x"}}, "x"},
		{"answer", Commit{Answers: []Answered{{ID: "req-1", Expires: later}}}, "req-1"},
		{"inbox same", Commit{Inbox: []InboxMark{{"kiosk-1", "E1", 5}}}, "kiosk-1/E1/5"},
		{"inbox lower", Commit{Inbox: []InboxMark{{"kiosk-1", "E1", 4}}}, "kiosk-1/E1/4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.commit.Events = []contract.Event{event("day.opened/1", `{}`)}
			c.commit.Facts = []Fact{{Key: c.name, Value: []byte("v")}}
			err := j.Commit(ctx, &c.commit)
			var dup *DuplicateError
			if !errors.Is(err, ErrDuplicate) || !errors.As(err, &dup) || dup.Key != c.key {
				t.Fatalf("got %v, want a duplicate of %q", err, c.key)
			}
			if _, ok, _ := j.Get(c.name); ok || j.Last() != 0 || c.commit.Events[0].Sequence != 0 {
				t.Error("a part of the refused commit was written")
			}
		})
	}
	good := &Commit{
		Answers: []Answered{{ID: "old", Expires: later}},
		Inbox:   []InboxMark{{"kiosk-1", "E2", 1}, {"kiosk-2", "E1", 1}},
		Unique:  []string{"number/2026-11-23/A/2"},
	}
	if err := j.Commit(ctx, good); err != nil {
		t.Errorf("an expired id, a new epoch and a new node: %v", err)
	}
	if err := j.CommitAll(ctx, []*Commit{{Unique: []string{"n"}}, {Unique: first.Unique}}); !errors.Is(err, ErrDuplicate) || err.(*DuplicateError).Commit != 1 {
		t.Errorf("CommitAll: %v", err)
	}
	if err := j.Commit(ctx, &Commit{Unique: []string{"n"}}); err != nil {
		t.Errorf("the commit beside a duplicate was written: %v", err)
	}
}

// A commit that could not be sent or read back is refused before it is written.
func TestMalformed(t *testing.T) {
	j := fresh(t)
	for want, c := range map[string]Commit{
		"no type":  {Events: []contract.Event{event("", `{}`)}},
		"no time":  {Events: []contract.Event{{Type: "x/1", Data: []byte(`{}`)}}},
		"not JSON": {Events: []contract.Event{event("x/1", `{"a":`)}},
		"fit a":    {Events: []contract.Event{event("x/1", `"`+strings.Repeat("a", 1<<20)+`"`)}},
		"expiry":   {Answers: []Answered{{ID: "x"}}},
		"inbox":    {Inbox: []InboxMark{{Node: "n", Epoch: "e", Through: 1 << 63}}},
		"unique":   {Unique: []string{""}},
		"fact":     {Facts: []Fact{{}}},
	} {
		if err := j.Commit(ctx, &c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
	if err := j.Err(); err != nil || j.Last() != 0 {
		t.Errorf("after refusals: %v, last %d", err, j.Last())
	}
	for _, o := range []*Options{nil, {}, {Hall: "luotian", Node: "Kiosk 1"}} {
		if _, err := Open(filepath.Join(t.TempDir(), "x.db"), o); err == nil {
			t.Errorf("opened for %+v", o)
		}
	}
}

// HALL-008: many callers at once: each commit is whole, sequences are without a
// gap, a duplicate hurts nobody else.
func TestManyCallers(t *testing.T) {
	j := fresh(t)
	const callers, each = 32, 20
	var wg sync.WaitGroup
	var won, lost sync.Map
	for w := range callers {
		wg.Go(func() {
			for i := range each {
				c := &Commit{Events: []contract.Event{event("a/1", fmt.Sprintf(`{"w":%d,"i":%d}`, w, i)), event("b/1", `{}`)},
					Unique: []string{fmt.Sprintf("pair/%d/%d", w/2, i)}}
				switch err := j.Commit(ctx, c); {
				case err == nil:
					won.Store(c.Events[0].Sequence, string(c.Events[0].Data))
					if c.Events[1].Sequence != c.Events[0].Sequence+1 {
						t.Errorf("events of one commit are %d and %d", c.Events[0].Sequence, c.Events[1].Sequence)
					}
				case errors.Is(err, ErrDuplicate):
					lost.Store([2]int{w, i}, true)
				default:
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	list := all(t, j, 0)
	if len(list) != callers*each { // half of the commits, two events each
		t.Fatalf("%d events, want %d", len(list), callers*each)
	}
	for i, e := range list {
		if e.Sequence != uint64(i+1) {
			t.Fatalf("event %d has sequence %d", i+1, e.Sequence)
		}
		if data, ok := won.Load(e.Sequence); ok && data != string(e.Data) {
			t.Errorf("event %d is %s, its caller was told %s", e.Sequence, e.Data, data)
		}
	}
	n := 0
	lost.Range(func(any, any) bool { n++; return true })
	if n != callers*each/2 {
		t.Errorf("%d duplicates, want %d", n, callers*each/2)
	}
}

func TestFacts(t *testing.T) {
	j := fresh(t)
	for _, key := range []string{"print/1", "print/2", "prin", "print%"} {
		if err := j.Put(ctx, key, []byte(key)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Put(ctx, "print/2", nil); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(j.Delete(ctx, "print%"), j.Delete(ctx, "never")); err != nil {
		t.Fatal(err)
	}
	got, err := j.Facts("print/")
	if err != nil || len(got) != 2 || string(got["print/1"]) != "print/1" || len(got["print/2"]) != 0 {
		t.Errorf("facts %q, %v", got, err)
	}
	if v, ok, err := j.Get("print/2"); err != nil || !ok || len(v) != 0 {
		t.Errorf("an empty value: %v %v %v", v, ok, err)
	}
	if _, ok, err := j.Get("print%"); ok || err != nil {
		t.Errorf("a deleted value: %v %v", ok, err)
	}
}

// Two processes with one identity: the second is told so.
func TestInUse(t *testing.T) {
	j := fresh(t)
	if _, err := Open(j.Path(), options()); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), j.Path()) {
		t.Errorf("opened twice: %v", err)
	}
}

func TestClosed(t *testing.T) {
	j := fresh(t)
	if err := errors.Join(j.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"commit": j.Put(ctx, "k", nil), "reopen": j.Reopen(), "err": j.Err(),
		"read": func() error { _, _, err := j.Get("k"); return err }(),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s after Close: %v", name, err)
		}
	}
}

// A caller that gives up before its turn has written nothing.
func TestWithdrawn(t *testing.T) {
	j := fresh(t)
	gone, cancel := context.WithCancel(ctx)
	cancel()
	wrote := 0
	for range 50 {
		if err := j.Put(gone, "k", []byte("v")); err == nil {
			wrote++
		} else if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, ok, _ := j.Get("k"); ok != (wrote > 0) {
			t.Fatal("a withdrawn commit was written, or an acknowledged one was not")
		}
	}
}

// Reopen refuses a file from which events have gone, or that another has
// replaced, and the journal stays broken.
func TestReopenVerifies(t *testing.T) {
	for name, spoil := range map[string]string{
		"are gone":  `DELETE FROM events WHERE sequence > 3`,
		"between":   `DELETE FROM events WHERE sequence = 3`,
		"its place": `UPDATE meta SET value = '01J00000000000000000000000' WHERE key = 'epoch'`,
	} {
		t.Run(name, func(t *testing.T) {
			j := fresh(t)
			for range 5 {
				if err := j.Commit(ctx, &Commit{Events: []contract.Event{event("x/1", `{}`)}}); err != nil {
					t.Fatal(err)
				}
			}
			if err := j.Reopen(); err != nil {
				t.Fatal(err)
			}
			if err := j.file.Exec(spoil); err != nil {
				t.Fatal(err)
			}
			if err := j.Reopen(); !errors.Is(err, ErrBroken) || !strings.Contains(err.Error(), name) {
				t.Errorf("reopened: %v", err)
			}
			if err := j.Put(ctx, "k", nil); !errors.Is(err, ErrBroken) {
				t.Errorf("and it writes: %v", err)
			}
		})
	}
}

// Readers and a replay go on while the writer writes, and see whole commits.
func TestReadersDoNotBlock(t *testing.T) {
	j := fresh(t)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if n := len(all(t, j, 0)); n%2 != 0 {
					t.Errorf("half a commit was seen: %d events", n)
					return
				}
			}
		})
	}
	for range 300 {
		if err := j.Commit(ctx, &Commit{Events: []contract.Event{event("a/1", `{}`), event("b/1", `{}`)}}); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	wg.Wait()
}
