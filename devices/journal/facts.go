package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"hallward/devices/contract"
)

// Answered is the answer that a request was given, while it is remembered. On a
// broken journal it is false: the commit that would repeat the request fails.
func (j *Journal) Answered(id string) (contract.Answer, bool) {
	var a contract.Answer
	var text string
	now := time.Now().UnixMilli()
	if !j.known.has(id, now) {
		return a, false
	}
	found, err := j.find(&text, `SELECT answer FROM answers WHERE id = ? AND expires > ?`, id, now)
	if err != nil || !found {
		return a, false
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		_ = j.breakDown(fmt.Errorf("answer %s: %w", id, err))
		return contract.Answer{}, false
	}
	return a, true
}

// Inbox is how far the events of a node were taken in; false when none ever
// was.
func (j *Journal) Inbox(node string) (InboxMark, bool) {
	m := InboxMark{Node: node}
	err := j.reading(func(f *file) error {
		return f.Read.QueryRow(`SELECT epoch, through FROM inbox WHERE node = ?
			UNION ALL SELECT '', 0 LIMIT 1`, node).Scan(&m.Epoch, &m.Through)
	})
	return m, err == nil && m.Epoch != ""
}

// Snapshot is the last saved state and the event through which it stands; 0 and
// nil when there is none.
func (j *Journal) Snapshot() (through uint64, blob []byte, err error) {
	err = j.reading(func(f *file) error {
		err := f.Read.QueryRow(`SELECT through, state FROM snapshot`).Scan(&through, &blob)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return through, blob, err
}

// SaveSnapshot replaces the snapshot. Through must be an event on disk, since a
// state that knows more than the log would hide a loss.
func (j *Journal) SaveSnapshot(ctx context.Context, through uint64, blob []byte) error {
	if last := j.last.Load(); through > last {
		return fmt.Errorf("journal: snapshot through %d, the newest event is %d", through, last)
	}
	if blob == nil {
		blob = []byte{}
	}
	return j.ask(ctx, &request{done: make(chan error, 1), do: func(f *file) error {
		_, err := f.Run(sqlSnapshot, int64(through), blob)
		return err
	}})
}

// Put stores a value under a key. It is a Commit with one Fact.
func (j *Journal) Put(ctx context.Context, key string, value []byte) error {
	if value == nil {
		value = []byte{}
	}
	return j.Commit(ctx, &Commit{Facts: []Fact{{Key: key, Value: value}}})
}

// Delete removes a key; one that is not there is no error.
func (j *Journal) Delete(ctx context.Context, key string) error {
	return j.Commit(ctx, &Commit{Facts: []Fact{{Key: key}}})
}

// Get is the value under a key.
func (j *Journal) Get(key string) ([]byte, bool, error) {
	var value []byte
	found, err := j.find(&value, `SELECT value FROM facts WHERE key = ?`, key)
	return value, found, err
}

// Facts is every value whose key begins with prefix.
func (j *Journal) Facts(prefix string) (map[string][]byte, error) {
	all := map[string][]byte{}
	err := j.reading(func(f *file) error {
		rows, err := f.Read.Query(`SELECT key, value FROM facts WHERE substr(key, 1, length(?1)) = ?1`, prefix)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var key string
			var value []byte
			if err := rows.Scan(&key, &value); err != nil {
				return err
			}
			all[key] = value
		}
		return rows.Err()
	})
	return all, err
}

// find reads one column of at most one row.
func (j *Journal) find(into any, query string, args ...any) (found bool, err error) {
	err = j.reading(func(f *file) error {
		err := f.Read.QueryRow(query, args...).Scan(into)
		found = err == nil
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return found, err
}
