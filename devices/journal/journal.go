// Package journal is the durable memory of one process: an append-only log of
// events, which is also the outbox towards the host, together with the few
// facts that must change in the same instant as the log: the answers that were
// given to requests, how far each node's events were taken in, keys that may be
// used only once, and small values such as a print job under way.
//
// It is one SQLite file in WAL mode with synchronous=FULL. Whatever changes
// together is one Commit, and a Commit is one transaction: when it returns nil,
// all of it survives a power cut; when it returns a *DuplicateError, none of it
// is there. Commits of several goroutines that arrive together share one fsync.
//
// Sequences rise by one and are never used twice, also after old events were
// pruned. A new file has a new epoch, so (node, epoch, sequence) names one
// event for ever (HALL-008). So has a file that was put back from a copy, which
// Open notices (Copied) as far as it can be seen: an image of the whole disk
// looks like the disk itself.
//
// A write that fails breaks the journal, because nobody can know what a disk
// holds after a failed fsync: every later call answers ErrBroken until Reopen
// has read the file again. The outcome of the commit that failed is unknown
// until then; replay from the last event that was applied tells.
package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal/sqlfile"
)

// Errors of a journal.
var (
	// ErrBroken stands in every answer after a failed write, until Reopen.
	ErrBroken = errors.New("journal is broken until it is reopened")
	// ErrClosed is the answer after Close.
	ErrClosed = errors.New("journal is closed")
	// ErrDuplicate is a commit that would do something a second time. The
	// error is a *DuplicateError.
	ErrDuplicate = errors.New("already in the journal")
	// ErrDiskFull stands beside ErrBroken when that is the cause.
	ErrDiskFull = sqlfile.ErrDiskFull
	// ErrAhead is an acknowledgement of an event that was never written here:
	// the file is older than what the host has seen, such as a restored backup.
	ErrAhead = errors.New("the host has events that this journal never had")
	// ErrInUse is a file that another process has open.
	ErrInUse = sqlfile.ErrInUse
	// ErrBusy is a log that cannot be emptied while somebody reads it.
	ErrBusy = sqlfile.ErrBusy
)

// Options say whose journal it is, and how long it keeps things.
type Options struct {
	Hall string // id of the hall, for Source of the events
	Node string // id of the node, for ID and Source of the events

	// Keep is how long an event stays after the host has acknowledged it; 0
	// keeps every event. Events after the last snapshot are kept in any case.
	Keep time.Duration
	// Outbox says that the events are not replayed after a restart, so that
	// they may go although there is no snapshot.
	Outbox bool

	sql sqlfile.Options // less than the promise, in tests that must see losses
}

// Journal is an open journal. All methods may be called from any goroutine.
type Journal struct {
	path string
	opt  Options

	queue chan *request
	quit  chan struct{}
	done  chan struct{}
	once  sync.Once
	wake  chan struct{}
	ackUp chan struct{}

	epoch  string
	last   atomic.Uint64 // sequence of the newest event on disk
	acked  atomic.Uint64 // the host's word
	stored uint64        // the part of acked that is on disk; writer only
	known  answerIDs

	mu     sync.RWMutex // readers hold it while they use file; the writer to replace it
	file   *file
	fault  error // why the journal is broken
	copied bool  // the file was put back from a copy
}

// Open opens the journal in the file at path, which it creates if need be; the
// folder must exist. Beside it stand path-wal and path-shm (SQLite's) and
// path.lock. It fails with ErrInUse when another process has the journal, and
// when SQLite would not sync each commit.
func Open(path string, o *Options) (*Journal, error) {
	if o == nil {
		o = &Options{}
	}
	for _, id := range []string{o.Hall, o.Node} {
		if err := contract.CheckID(id); err != nil {
			return nil, fmt.Errorf("journal %s: %w", path, err)
		}
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	j := &Journal{
		path: path, opt: *o,
		queue: make(chan *request), quit: make(chan struct{}), done: make(chan struct{}),
		wake: make(chan struct{}, 1), ackUp: make(chan struct{}, 1),
	}
	f, err := openFile(path, o)
	if err != nil {
		return nil, err
	}
	if err := f.recognize(path); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("journal %s: %w", path, sqlfile.Explain(err))
	}
	if err := j.known.read(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("journal %s: %w", path, sqlfile.Explain(err))
	}
	j.copied = f.copied
	j.adopt(f)
	j.acked.Store(f.acked)
	go j.write()
	return j, nil
}

// adopt makes an opened file the present one. The caller holds mu or is alone.
func (j *Journal) adopt(f *file) {
	j.file, j.fault, j.epoch = f, nil, f.epoch
	j.last.Store(f.last)
	j.stored = f.acked
}

// Close waits for the commit under way, writes down what is still in memory and
// closes the file.
func (j *Journal) Close() error {
	j.once.Do(func() { close(j.quit) })
	<-j.done
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// Reopen mends a broken journal: it closes the file, opens it again, checks its
// pages and that no event which was ever reported as stored has gone, and goes
// on. Events of a commit that had failed may be there now; Replay after the
// last one that was applied finds them. When it fails, the journal stays
// broken, and Reopen may be called again.
func (j *Journal) Reopen() error {
	r := &request{reopen: true, done: make(chan error, 1)}
	select {
	case j.queue <- r:
		return <-r.done
	case <-j.quit:
		return ErrClosed
	}
}

// Scrub makes what was deleted or overwritten unreadable in the journal's files:
// the log is moved into the file, where SQLite has put zeros in its place.
// ErrBusy is a log that is being read; Scrub may be tried again.
func (j *Journal) Scrub(ctx context.Context) error {
	return j.ask(ctx, &request{scrub: true, done: make(chan error, 1)})
}

// reopen runs on the writer's goroutine.
func (j *Journal) reopen() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file != nil {
		// The file is being given up: what Close says of it adds nothing.
		_ = j.file.Close()
		j.file = nil
	}
	if j.fault == nil {
		j.fault = errors.New("reopening")
	}
	f, err := openFile(j.path, &j.opt)
	if err == nil {
		if err = f.verify(j.epoch, j.last.Load()); err == nil {
			err = j.known.read(f)
		}
		if err != nil {
			_ = f.Close()
		}
	}
	if err != nil {
		j.fault = err
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	j.adopt(f)
	j.wakeUp()
	return nil
}

// Err tells why the journal is broken, or nil while it works.
func (j *Journal) Err() error {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.state()
}

// state is Err for a caller that holds mu.
func (j *Journal) state() error {
	switch {
	case j.fault != nil:
		return fmt.Errorf("journal %s: %w: %w", filepath.Base(j.path), ErrBroken, j.fault)
	case j.file == nil:
		return fmt.Errorf("journal %s: %w", filepath.Base(j.path), ErrClosed)
	}
	return nil
}

// breakDown notes the first failure; the cause is told in every later answer.
func (j *Journal) breakDown(cause error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.fault == nil && j.file != nil {
		j.fault = sqlfile.Explain(cause)
	}
	return j.state()
}

// reading runs f on the open file; a failure of the disk breaks the journal.
func (j *Journal) reading(f func(*file) error) error {
	j.mu.RLock()
	err := j.state()
	var failed error
	if err == nil {
		failed = f(j.file)
	}
	j.mu.RUnlock()
	switch {
	case err != nil:
		return err
	case failed != nil:
		return j.breakDown(failed)
	}
	return nil
}

// Path is the file's absolute path.
func (j *Journal) Path() string { return j.path }

// Size is how many bytes the journal takes on disk, with SQLite's log.
func (j *Journal) Size() int64 {
	var n int64
	for _, p := range []string{j.path, j.path + "-wal"} {
		if st, err := os.Stat(p); err == nil {
			n += st.Size()
		}
	}
	return n
}

// Commit writes c in one transaction and returns when it is on disk; then the
// events carry their ID, Sequence and Source, and Time in UTC to the
// millisecond. A context that ends before the writer takes c withdraws it; from
// then on the answer is always the outcome.
//
// Errors: a *DuplicateError (nothing is written), ErrBroken (the outcome is
// unknown until Reopen, or nothing was tried), ErrClosed, or a plain error for
// a commit that is not well-formed.
func (j *Journal) Commit(ctx context.Context, c *Commit) error {
	return j.CommitAll(ctx, []*Commit{c})
}

// CommitAll writes several commits in one transaction: all or none.
func (j *Journal) CommitAll(ctx context.Context, cs []*Commit) error {
	empty := true
	for i, c := range cs {
		if err := c.check(); err != nil {
			return fmt.Errorf("journal: commit %d: %w", i, err)
		}
		empty = empty && c.empty()
	}
	if empty {
		return nil
	}
	return j.ask(ctx, &request{commits: cs, done: make(chan error, 1)})
}

// ask hands a request to the writer and waits for the outcome.
func (j *Journal) ask(ctx context.Context, r *request) error {
	select {
	case j.queue <- r:
		return <-r.done
	case <-ctx.Done():
		return fmt.Errorf("journal: not written: %w", ctx.Err())
	case <-j.quit:
		return ErrClosed
	}
}
