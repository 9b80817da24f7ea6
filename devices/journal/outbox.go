package journal

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hallward/devices/contract"
)

// page is how many events one query reads: short queries let the writer tidy
// its log in between.
const page = 512

// Epoch names this file for ever; it changes with the disk.
func (j *Journal) Epoch() string { return j.epoch }

// First is the first event that the host has not acknowledged; Last()+1 when
// there is none.
func (j *Journal) First() uint64 { return min(j.acked.Load(), j.last.Load()) + 1 }

// Last is the newest event on disk, 0 when there never was one.
func (j *Journal) Last() uint64 { return j.last.Load() }

// Appended receives a value after events were appended, or the journal was
// reopened. It is for one reader, holds at most one value, and is never closed:
// read what there is, then wait.
func (j *Journal) Appended() <-chan struct{} { return j.wake }

func (j *Journal) wakeUp() {
	select {
	case j.wake <- struct{}{}:
	default:
	}
}

// Unacknowledged reads at most max events after the given one, in sequence,
// never one that the host has acknowledged.
func (j *Journal) Unacknowledged(after uint64, max int) ([]contract.Event, error) {
	if acked := j.acked.Load(); after < acked {
		after = acked
	}
	return j.events(context.Background(), after, max)
}

// Acknowledge notes the host's word that everything through this sequence is
// stored there. It is cumulative, and a lower one is ignored. It reaches the
// disk within 2 s: if a crash is faster, the host gets some events twice and
// knows them. ErrAhead means that the file is not the one the host knows.
func (j *Journal) Acknowledge(_ context.Context, through uint64) error {
	if last := j.last.Load(); through > last {
		return fmt.Errorf("journal: acknowledged through %d, the newest is %d: %w", through, last, ErrAhead)
	}
	for {
		was := j.acked.Load()
		if through <= was {
			return nil
		}
		if j.acked.CompareAndSwap(was, through) {
			break
		}
	}
	select {
	case j.ackUp <- struct{}{}:
	default:
	}
	return nil
}

// Replay hands every event after the given one to f, in sequence, through the
// newest at the time it ends. It stops with f's error. The journal can be
// written meanwhile.
func (j *Journal) Replay(ctx context.Context, after uint64, f func(contract.Event) error) error {
	for {
		events, err := j.events(ctx, after, page)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return nil
		}
		for _, e := range events {
			if err := f(e); err != nil {
				return err
			}
			after = e.Sequence
		}
	}
}

// events reads at most max events after the given one.
func (j *Journal) events(ctx context.Context, after uint64, max int) ([]contract.Event, error) {
	if after >= j.last.Load() || max <= 0 {
		return nil, j.Err()
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var list []contract.Event
	err := j.reading(func(f *file) error {
		rows, err := f.Read.Query(`SELECT sequence, type, time, data FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?`, int64(after), max)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var sequence uint64
			var at string
			var e contract.Event
			var data []byte
			if err := rows.Scan(&sequence, &e.Type, &at, &data); err != nil {
				return err
			}
			if e.Time, err = time.Parse(timeForm, at); err != nil {
				return fmt.Errorf("event %d: time %q: %w", sequence, at, err)
			}
			e.Data = json.RawMessage(data)
			j.complete(&e, sequence)
			list = append(list, e)
		}
		return rows.Err()
	})
	return list, err
}
