package journal

import (
	"fmt"
	"sync"
)

// answerIDs is which requests have an answer on disk, and until when (Unix
// milliseconds). Nearly every request is a new one: that it has no answer is
// known without reading the file. It holds what the table answers holds, which
// is what was asked within the life of an answer.
type answerIDs struct {
	mu      sync.RWMutex
	expires map[string]int64
}

// read takes the place of what was known with what the file has.
func (a *answerIDs) read(f *file) error {
	rows, err := f.Read.Query(`SELECT id, expires FROM answers`)
	if err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	defer rows.Close()
	all := map[string]int64{}
	for rows.Next() {
		var id string
		var expires int64
		if err := rows.Scan(&id, &expires); err != nil {
			return fmt.Errorf("answers: %w", err)
		}
		all[id] = expires
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("answers: %w", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.expires = all
	return nil
}

// add takes in what a transaction has written.
func (a *answerIDs) add(group []*request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, r := range group {
		for _, c := range r.commits {
			for _, answered := range c.Answers {
				a.expires[answered.ID] = answered.Expires.UnixMilli()
			}
		}
	}
}

// forget drops what has expired at now.
func (a *answerIDs) forget(now int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, expires := range a.expires {
		if expires <= now {
			delete(a.expires, id)
		}
	}
}

// has tells whether the file has an answer that is still good at now.
func (a *answerIDs) has(id string, now int64) bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	expires, ok := a.expires[id]
	return ok && expires > now
}
