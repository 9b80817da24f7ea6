package journal

import (
	"context"
	"fmt"
	"time"
)

// Prune deletes answers that have expired at now, and events older than
// Options.Keep that the host has acknowledged and that no replay needs: those
// from the oldest up to the first that must stay. It tells how many events
// went. The journal does it by itself every hour.
func (j *Journal) Prune(ctx context.Context, now time.Time) (events int, err error) {
	err = j.ask(ctx, &request{done: make(chan error, 1), do: func(f *file) error {
		_, err := f.Run(sqlExpired, now.UnixMilli())
		return err
	}})
	if err != nil {
		return 0, err
	}
	j.known.forget(now.UnixMilli())
	if j.opt.Keep <= 0 {
		return 0, nil
	}
	for {
		through, n, err := j.prunable(now.Add(-j.opt.Keep))
		if err != nil || n == 0 {
			return events, err
		}
		err = j.ask(ctx, &request{done: make(chan error, 1), do: func(f *file) error {
			// The newest sequence outlives its event, so that none is used twice.
			if err := f.setMeta(metaHigh, fmt.Sprint(j.last.Load())); err != nil {
				return err
			}
			_, err := f.Run(sqlPrune, int64(through))
			return err
		}})
		if err != nil {
			return events, err
		}
		events += n
	}
}

// prunable looks at one page of the oldest events and tells through which they
// may go, and how many these are.
func (j *Journal) prunable(before time.Time) (through uint64, n int, err error) {
	limit := j.acked.Load()
	err = j.reading(func(f *file) error {
		if !j.opt.Outbox {
			var snapshot uint64
			if err := f.Read.QueryRow(`SELECT coalesce((SELECT through FROM snapshot), 0)`).Scan(&snapshot); err != nil {
				return err
			}
			limit = min(limit, snapshot)
		}
		rows, err := f.Read.Query(`SELECT sequence, time FROM events WHERE sequence <= ? ORDER BY sequence LIMIT ?`, int64(limit), page)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sequence uint64
			var at string
			if err := rows.Scan(&sequence, &at); err != nil {
				return err
			}
			if at >= stamp(before).Format(timeForm) {
				break
			}
			through, n = sequence, n+1
		}
		return rows.Err()
	})
	return through, n, err
}
