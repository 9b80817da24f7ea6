package centre

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"hallward/devices/contract"
	"hallward/devices/journal/sqlfile"
)

// MaxQuery is the most events that one query gives.
const MaxQuery = 10_000

// Record is a stored event. ID rises with the order of arrival.
type Record struct {
	ID       int64          `json:"id"`
	Hall     string         `json:"hall"`
	Node     string         `json:"node"`
	Received time.Time      `json:"received"`
	Event    contract.Event `json:"event"`
}

// Query chooses events; an empty field chooses all.
type Query struct {
	Hall, Node, Type string
	After            int64 // only those that arrived after this ID
	Limit            int   // at most so many, the oldest first; 0 is 100
	Newest           bool  // the newest instead, newest first
}

// Find gives the chosen events.
func (s *Store) Find(ctx context.Context, q Query) ([]Record, error) {
	order := "ASC"
	if q.Newest {
		order = "DESC"
	}
	list := []Record{}
	err := s.reading(func(f *sqlfile.File) error {
		rows, err := f.Read.QueryContext(ctx, `SELECT e.id, s.hall, s.node, s.epoch, e.sequence, e.type, e.time, e.received, e.data
			FROM events e JOIN streams s ON s.id = e.stream
			WHERE e.id > ?1 AND (?2 = '' OR s.hall = ?2) AND (?3 = '' OR s.node = ?3) AND (?4 = '' OR e.type = ?4)
			ORDER BY e.id `+order+` LIMIT ?5`, q.After, q.Hall, q.Node, q.Type, min(cmp.Or(q.Limit, 100), MaxQuery))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var r Record
			var epoch, at, received string
			var data []byte
			e := &r.Event
			if err := rows.Scan(&r.ID, &r.Hall, &r.Node, &epoch, &e.Sequence, &e.Type, &at, &received, &data); err != nil {
				return err
			}
			if e.Time, err = time.Parse(timeForm, at); err != nil {
				return err
			}
			if r.Received, err = time.Parse(timeForm, received); err != nil {
				return err
			}
			e.SpecVersion, e.ContentType = "1.0", "application/json"
			e.ID = contract.EventID(r.Node, epoch, e.Sequence)
			e.Source = "/hall/" + contract.Version + "/" + r.Hall + "/" + r.Node
			e.Data = json.RawMessage(data)
			list = append(list, r)
		}
		return rows.Err()
	})
	return list, err
}

// Count tells how many events there are of each type, in one hall or, with "",
// in all.
func (s *Store) Count(ctx context.Context, hall string) (map[string]int, error) {
	count := map[string]int{}
	err := s.reading(func(f *sqlfile.File) error {
		rows, err := f.Read.QueryContext(ctx, `SELECT e.type, count(*) FROM events e JOIN streams s ON s.id = e.stream
			WHERE ?1 = '' OR s.hall = ?1 GROUP BY e.type`, hall)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var typ string
			var n int
			if err := rows.Scan(&typ, &n); err != nil {
				return err
			}
			count[typ] = n
		}
		return rows.Err()
	})
	return count, err
}

// Stream is the events of one disk of one node: complete from 1 through
// Through, but for Missing that the node had deleted before.
type Stream struct {
	Hall    string `json:"hall"`
	Node    string `json:"node"`
	Epoch   string `json:"epoch"`
	Through uint64 `json:"through"`
	Missing uint64 `json:"missing"`
}

// Streams gives every stream, by hall and node.
func (s *Store) Streams(ctx context.Context) ([]Stream, error) {
	list := []Stream{}
	err := s.reading(func(f *sqlfile.File) error {
		rows, err := f.Read.QueryContext(ctx, `SELECT hall, node, epoch, through,
			(SELECT coalesce(sum(last - first + 1), 0) FROM holes WHERE stream = streams.id)
			FROM streams ORDER BY hall, node, id`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var t Stream
			if err := rows.Scan(&t.Hall, &t.Node, &t.Epoch, &t.Through, &t.Missing); err != nil {
				return err
			}
			list = append(list, t)
		}
		return rows.Err()
	})
	return list, err
}

// reading runs a query on the open file.
func (s *Store) reading(f func(*sqlfile.File) error) error {
	s.files.RLock()
	defer s.files.RUnlock()
	if s.file == nil {
		return fmt.Errorf("centre: %w", ErrBroken)
	}
	if err := f(s.file); err != nil {
		return fmt.Errorf("centre: %w", sqlfile.Explain(err))
	}
	return nil
}
