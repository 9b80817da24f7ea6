package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"hallward/devices/contract"
)

// The outbox gives what is not acknowledged, in order, and keeps the rest.
func TestOutbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.db")
	j := open(t, path, options())
	for i := range 10 {
		if err := j.Commit(ctx, &Commit{Events: []contract.Event{event("x/1", fmt.Sprint(i))}}); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-j.Appended():
	default:
		t.Error("no wake-up after ten events")
	}
	sequences := func(after uint64, max int) (s []uint64) {
		list, err := j.Unacknowledged(after, max)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range list {
			s = append(s, e.Sequence)
		}
		return s
	}
	if got := sequences(0, 3); !reflect.DeepEqual(got, []uint64{1, 2, 3}) {
		t.Errorf("first three: %v", got)
	}
	for _, through := range []uint64{4, 2} { // a late, lower one changes nothing
		if err := j.Acknowledge(ctx, through); err != nil {
			t.Fatal(err)
		}
	}
	if got := sequences(0, 3); !reflect.DeepEqual(got, []uint64{5, 6, 7}) || j.First() != 5 {
		t.Errorf("after 4: %v, first %d", got, j.First())
	}
	if got := sequences(8, 32); !reflect.DeepEqual(got, []uint64{9, 10}) {
		t.Errorf("after 8: %v", got)
	}
	if err := j.Acknowledge(ctx, 11); !errors.Is(err, ErrAhead) {
		t.Errorf("acknowledged what was never written: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, path, options())
	if j.First() != 5 {
		t.Errorf("after Close and Open first is %d, want 5", j.First())
	}
	if err := j.Acknowledge(ctx, 10); err != nil || j.First() != 11 || sequences(0, 1) != nil {
		t.Errorf("all acknowledged: %v, first %d", err, j.First())
	}
}

// Pruning takes old acknowledged events that the snapshot covers, never others,
// and no sequence comes back.
func TestPrune(t *testing.T) {
	o := options()
	o.Keep = 24 * time.Hour
	path := filepath.Join(t.TempDir(), "hall.db")
	j := open(t, path, o)
	put := func(n int, at time.Time) {
		for range n {
			c := &Commit{Events: []contract.Event{{Type: "x/1", Time: at, Data: []byte(`{}`)}}}
			if err := j.Commit(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	prune := func(at time.Time, want int) {
		t.Helper()
		if n, err := j.Prune(ctx, at); err != nil || n != want {
			t.Fatalf("pruned %d, %v; want %d", n, err, want)
		}
	}
	put(page+10, noon)
	put(5, noon.Add(48*time.Hour))
	put(5, noon) // the clock was set back: they stay behind newer ones
	late := noon.Add(60 * time.Hour)
	prune(late, 0) // nothing is acknowledged
	if err := j.Acknowledge(ctx, page+20); err != nil {
		t.Fatal(err)
	}
	prune(late, 0) // no snapshot
	if err := j.SaveSnapshot(ctx, 3, []byte("s")); err != nil {
		t.Fatal(err)
	}
	prune(late, 3)
	if err := j.SaveSnapshot(ctx, page+20, []byte("s")); err != nil {
		t.Fatal(err)
	}
	prune(late, page+7)
	prune(noon.Add(240*time.Hour), 10)
	if err := j.SaveSnapshot(ctx, page+21, nil); err == nil {
		t.Error("a snapshot of the future was taken")
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = open(t, path, o)
	if j.Last() != page+20 || j.First() != page+21 {
		t.Errorf("first %d last %d after all was pruned", j.First(), j.Last())
	}
	c := &Commit{Events: []contract.Event{event("x/1", `{}`)}}
	if err := j.Commit(ctx, c); err != nil || c.Events[0].Sequence != page+21 {
		t.Errorf("sequence %d, %v: used twice", c.Events[0].Sequence, err)
	}
	if err := j.Reopen(); err != nil {
		t.Errorf("a pruned journal does not verify: %v", err)
	}
}

// An outbox without replay needs no snapshot, and expired answers always go.
func TestPruneOutbox(t *testing.T) {
	o := options()
	o.Keep, o.Outbox = time.Hour, true
	j := open(t, filepath.Join(t.TempDir(), "kiosk.db"), o)
	if err := j.Commit(ctx, &Commit{Events: []contract.Event{event("x/1", `{}`)}, Answers: []Answered{{ID: "a", Expires: noon}}}); err != nil {
		t.Fatal(err)
	}
	if err := j.Acknowledge(ctx, 1); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Prune(ctx, noon.Add(2*time.Hour)); err != nil || n != 1 {
		t.Errorf("pruned %d, %v", n, err)
	}
	var left int
	if err := j.file.One(`SELECT count(*) FROM answers`, &left); err != nil || left != 0 {
		t.Errorf("%d expired answers left, %v", left, err)
	}
}
