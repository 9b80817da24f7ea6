// Package centre is the reference centre server: the host of many hall
// controllers. It stores every event of every hall exactly once, acknowledges
// what is on its disk, and shows it on a small page. A centre of somebody else
// needs nothing of this package but the contract (devices/contract); this one
// is there so that the contract has a working other end, and so that a small
// city needs no other.
package centre

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal/sqlfile"
)

// ErrBroken is the answer while the store cannot write; the nodes keep their
// events and send them again.
var ErrBroken = errors.New("the store cannot write")

// A stream is the events of one disk of one node; its sequence is complete
// through "through". The unique key makes "never twice" a property of the
// schema. A hole is what a node had already deleted when this store first, or
// again, heard of it.
const schema = `
CREATE TABLE streams (
	id INTEGER PRIMARY KEY, hall TEXT NOT NULL, node TEXT NOT NULL, epoch TEXT NOT NULL,
	through INTEGER NOT NULL, UNIQUE (hall, node, epoch)
) STRICT;
CREATE TABLE events (
	id INTEGER PRIMARY KEY, stream INTEGER NOT NULL REFERENCES streams (id), sequence INTEGER NOT NULL,
	type TEXT NOT NULL, time TEXT NOT NULL, received TEXT NOT NULL, data TEXT NOT NULL,
	UNIQUE (stream, sequence)
) STRICT;
CREATE INDEX events_type ON events (type, id);
CREATE TABLE holes (
	stream INTEGER NOT NULL REFERENCES streams (id), first INTEGER NOT NULL, last INTEGER NOT NULL, found TEXT NOT NULL
) STRICT;
`

var form = sqlfile.Form{What: "centre's store", Application: 0x48776331, Version: 1, Schema: schema}

const (
	sqlStream  = `INSERT INTO streams (hall, node, epoch, through) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING`
	sqlThrough = `UPDATE streams SET through = ? WHERE hall = ? AND node = ? AND epoch = ?`
	sqlEvent   = `INSERT INTO events (stream, sequence, type, time, received, data)
		SELECT id, ?, ?, ?, ?, ? FROM streams WHERE hall = ? AND node = ? AND epoch = ?`
	sqlHole = `INSERT INTO holes (stream, first, last, found)
		SELECT id, ?, ?, ? FROM streams WHERE hall = ? AND node = ? AND epoch = ?`
)

const timeForm = "2006-01-02T15:04:05.000Z"

// Store is the centre's store. All methods may be called from any goroutine.
type Store struct {
	path string
	log  *slog.Logger

	mu      sync.Mutex    // of the writer
	through map[key]int64 // what is on disk, by stream
	told    bool          // the log knows of the present fault

	files sync.RWMutex // readers hold it while they use file
	file  *sqlfile.File
	fault error
	shut  bool
}

type key struct{ hall, node, epoch string }

// Open opens the store in the file at path, which it creates if need be; the
// folder must exist. One process at a time.
func Open(path string, log *slog.Logger) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("centre: %w", err)
	}
	s := &Store{path: path, log: log}
	if err := s.open(); err != nil {
		return nil, err
	}
	return s, nil
}

// open opens the file and reads how far each stream is. Callers hold mu or are
// alone.
func (s *Store) open() error {
	f, err := sqlfile.Open(s.path, form, sqlfile.Options{})
	if err != nil {
		return fmt.Errorf("centre: store %s: %w", s.path, err)
	}
	through := map[key]int64{}
	rows, err := f.Read.Query(`SELECT hall, node, epoch, through FROM streams`)
	if err == nil {
		defer rows.Close()
		for rows.Next() {
			var k key
			var n int64
			if err = rows.Scan(&k.hall, &k.node, &k.epoch, &n); err != nil {
				break
			}
			through[k] = n
		}
		err = errors.Join(err, rows.Err())
	}
	if err != nil {
		_ = f.Close()
		return fmt.Errorf("centre: store %s: %w", s.path, sqlfile.Explain(err))
	}
	s.files.Lock()
	defer s.files.Unlock()
	s.file, s.fault, s.through = f, nil, through
	return nil
}

// Close closes the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files.Lock()
	defer s.files.Unlock()
	s.shut = true
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// Err tells why the store cannot write, or nil while it can.
func (s *Store) Err() error {
	s.files.RLock()
	defer s.files.RUnlock()
	switch {
	case s.shut:
		return errors.New("centre: the store is closed")
	case s.fault != nil:
		return fmt.Errorf("centre: %w: %w", ErrBroken, s.fault)
	}
	return nil
}

// Events stores events of one node, in order and of one epoch, and returns the
// highest sequence through which that epoch is on disk. It skips what it has
// and stops at a gap. It is what a node.HostConfig wants as Events.
func (s *Store) Events(_ context.Context, hall, node string, events []contract.Event) (through uint64, err error) {
	if len(events) == 0 {
		return 0, errors.New("centre: no events")
	}
	var k key
	for i, e := range events {
		from, epoch, sequence, err := contract.ParseEventID(e.ID)
		switch {
		case err != nil:
			return 0, fmt.Errorf("centre: %w", err)
		case from != node || sequence != e.Sequence || sequence == 0 || sequence > 1<<62:
			return 0, fmt.Errorf("centre: event %.80q with sequence %d came from node %s", e.ID, e.Sequence, node)
		case i > 0 && epoch != k.epoch:
			return 0, fmt.Errorf("centre: events of the epochs %.40q and %.40q in one batch", k.epoch, epoch)
		}
		k = key{hall, node, epoch}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.write(k, func(f *sqlfile.File, at int64) (int64, error) {
		now := time.Now().UTC().Format(timeForm)
		for _, e := range events {
			if int64(e.Sequence) <= at {
				continue
			}
			if int64(e.Sequence) > at+1 {
				break
			}
			_, err := f.Run(sqlEvent, int64(e.Sequence), e.Type, e.Time.UTC().Format(timeForm), now, string(e.Data), k.hall, k.node, k.epoch)
			if err != nil {
				return at, err
			}
			at++
		}
		return at, nil
	})
}

// Announce takes what a node says in its birth of its outbox. Events before
// First are no longer on the node: if they are not here either, they are lost
// to the centre, which notes the hole, says so once in the log, and goes on
// with First instead of waiting for ever.
func (s *Store) Announce(hall, node string, o contract.OutboxRange) error {
	k := key{hall, node, o.Epoch}
	if o.Epoch == "" || o.First == 0 || o.First > 1<<62 {
		return fmt.Errorf("centre: node %s/%s announces epoch %.40q from %d", hall, node, o.Epoch, o.First)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var hole bool
	before := s.through[k]
	_, err := s.write(k, func(f *sqlfile.File, at int64) (int64, error) {
		if int64(o.First) <= at+1 {
			return at, nil
		}
		hole = true
		_, err := f.Run(sqlHole, at+1, int64(o.First)-1, time.Now().UTC().Format(timeForm), k.hall, k.node, k.epoch)
		return int64(o.First) - 1, err
	})
	if err == nil && hole {
		s.log.Error("events are lost to the centre: the node no longer has them",
			"hall", hall, "node", node, "epoch", o.Epoch, "first", before+1, "last", o.First-1)
	}
	return err
}

// write runs one transaction on a stream, from where it stands to where f says.
// Nothing is written when f does not move it. Callers hold mu.
func (s *Store) write(k key, f func(f *sqlfile.File, at int64) (int64, error)) (uint64, error) {
	if err := s.mend(); err != nil {
		return 0, err
	}
	file, at := s.file, s.through[k]
	next, err := at, file.Begin()
	if err == nil {
		_, err = file.Run(sqlStream, k.hall, k.node, k.epoch)
	}
	if err == nil {
		next, err = f(file, at)
	}
	if err == nil && next == at {
		return uint64(at), s.gone(file.Rollback())
	}
	if err == nil {
		_, err = file.Run(sqlThrough, next, k.hall, k.node, k.epoch)
	}
	if err == nil {
		err = file.Commit()
	}
	if err != nil {
		_ = file.Rollback() // the file is given up: whether it still rolls back is of no interest
		return 0, s.gone(err)
	}
	s.through[k] = next
	if s.told {
		s.told = false
		s.log.Info("the store writes again", "path", s.path)
	}
	return uint64(next), nil
}

// gone notes that the file can no longer be trusted. Callers hold mu.
func (s *Store) gone(cause error) error {
	if cause == nil {
		return nil
	}
	s.files.Lock()
	s.fault = sqlfile.Explain(cause)
	s.files.Unlock()
	if !s.told {
		s.told = true
		s.log.Error("the store cannot write", "path", s.path, "error", s.fault)
	}
	return s.Err()
}

// mend opens a broken store again: the disk may be back, or have room again.
func (s *Store) mend() error {
	s.files.Lock()
	broken, shut := s.fault != nil, s.shut
	if broken && s.file != nil {
		_ = s.file.Close() // it is being given up: what Close says adds nothing
		s.file = nil
	}
	s.files.Unlock()
	if shut || !broken {
		return s.Err()
	}
	if err := s.open(); err != nil {
		return fmt.Errorf("centre: %w: %w", ErrBroken, err)
	}
	return nil
}

// stored adds up how far the streams of a hall are.
func (s *Store) stored(hall string) (n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for k, through := range s.through {
		if k.hall == hall {
			n += through
		}
	}
	return n
}
