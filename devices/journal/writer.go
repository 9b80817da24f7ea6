package journal

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"hallward/devices/journal/sqlfile"
)

const (
	maxGroup = 256             // requests that share one fsync
	ackDelay = 2 * time.Second // an acknowledgement may stay in memory this long: a repeat is harmless
	tidying  = time.Hour       // between two rounds of housekeeping
)

// request is one call that waits for the writer.
type request struct {
	commits []*Commit
	do      func(*file) error // instead of commits
	reopen  bool              // instead of either
	scrub   bool              // likewise: move the log into the file
	done    chan error
}

// write is the only goroutine that writes. It serves whoever waits in groups.
func (j *Journal) write() {
	defer close(j.done)
	var flush <-chan time.Time
	tidy := time.NewTicker(tidying)
	defer tidy.Stop()
	for {
		select {
		case r := <-j.queue:
			runtime.Gosched() // who was answered a moment ago may come back and share this fsync
			j.serve(j.gather(r))
		case <-j.ackUp:
			if flush == nil {
				flush = time.After(ackDelay)
			}
		case <-flush:
			flush = nil
			j.serve(nil)
		case <-tidy.C:
			go func() { _, _ = j.Prune(context.Background(), time.Now()) }()
		case <-j.quit:
			j.serve(nil)
			return
		}
	}
}

// gather takes those who wait already.
func (j *Journal) gather(first *request) []*request {
	group := []*request{first}
	for len(group) < maxGroup {
		select {
		case r := <-j.queue:
			group = append(group, r)
		default:
			return group
		}
	}
	return group
}

// serve writes a group and answers each of it. A duplicate takes only its own
// request out of the group; a failure of the disk takes everybody.
func (j *Journal) serve(group []*request) {
	rest := group[:0:0]
	for _, r := range group {
		switch {
		case r.reopen:
			r.done <- j.reopen()
		case r.scrub:
			r.done <- j.scrub()
		default:
			rest = append(rest, r)
		}
	}
	for {
		if err := j.Err(); err != nil {
			answer(rest, err)
			return
		}
		bad, err := j.transact(rest)
		if err == nil {
			answer(rest, nil)
			return
		}
		if bad < 0 {
			answer(rest, j.breakDown(err))
			return
		}
		rest[bad].done <- err
		rest = append(rest[:bad], rest[bad+1:]...)
	}
}

// scrub runs on the writer's goroutine, between two transactions.
func (j *Journal) scrub() error {
	if err := j.Err(); err != nil {
		return err
	}
	err := j.file.Checkpoint()
	if err != nil && !errors.Is(err, sqlfile.ErrBusy) {
		return j.breakDown(err)
	}
	return err
}

func answer(group []*request, err error) {
	for _, r := range group {
		r.done <- err
	}
}

// transact writes a group in one transaction. When one request cannot be, it
// undoes all and says which; -1 is a failure of the disk.
func (j *Journal) transact(group []*request) (bad int, err error) {
	f := j.file
	acked := j.acked.Load()
	if len(group) == 0 && acked == j.stored {
		return 0, nil
	}
	if err := f.Begin(); err != nil {
		return -1, err
	}
	undo := func(i int, err error) (int, error) {
		undone := f.Rollback() == nil
		var refused *refusal
		if undone && errors.As(err, &refused) {
			return i, refused.err
		}
		return -1, err
	}
	next := j.last.Load()
	for i, r := range group {
		if r.do != nil {
			if err := r.do(f); err != nil {
				return undo(i, err)
			}
		}
		for k, c := range r.commits {
			if next, err = f.insert(c, k, next); err != nil {
				return undo(i, err)
			}
		}
	}
	if acked != j.stored {
		if err := f.setMeta(metaAcknowledged, fmt.Sprint(acked)); err != nil {
			return undo(-1, err)
		}
	}
	if err := f.Commit(); err != nil {
		_ = f.Rollback() // the handle is given up: whether it still rolls back is of no interest
		return -1, err
	}
	j.stored = acked
	j.known.add(group)
	at := j.last.Load()
	for _, r := range group {
		for _, c := range r.commits {
			at = c.fill(at, j)
		}
	}
	if at != j.last.Load() {
		j.last.Store(at)
		j.wakeUp()
	}
	return 0, nil
}

// refusal is an error of one request, after which the disk is still good.
type refusal struct{ err error }

func (r *refusal) Error() string { return r.err.Error() }
