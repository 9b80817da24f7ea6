package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/journal/sqlfile"
)

// schema is form 1 of the file.
const schema = `
CREATE TABLE meta     (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE events   (sequence INTEGER PRIMARY KEY, type TEXT NOT NULL, time TEXT NOT NULL, data TEXT NOT NULL) STRICT;
CREATE TABLE answers  (id TEXT PRIMARY KEY, answer TEXT NOT NULL, expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE inbox    (node TEXT PRIMARY KEY, epoch TEXT NOT NULL, through INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE claims   (key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE facts    (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot (id INTEGER PRIMARY KEY CHECK (id = 1), through INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
`

// Keys of the table meta.
const (
	metaEpoch        = "epoch"
	metaAcknowledged = "acknowledged"
	metaHigh         = "high" // the newest sequence when events were last pruned
)

// Statements of the writer.
const (
	sqlEvent = `INSERT INTO events (sequence, type, time, data) VALUES (?, ?, ?, ?)`
	sqlClaim = `INSERT INTO claims (key) VALUES (?) ON CONFLICT DO NOTHING`
	sqlReply = `INSERT INTO answers (id, answer, expires) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET answer = excluded.answer, expires = excluded.expires WHERE expires <= ?`
	sqlInbox = `INSERT INTO inbox (node, epoch, through) VALUES (?, ?, ?)
		ON CONFLICT (node) DO UPDATE SET epoch = excluded.epoch, through = excluded.through
		WHERE epoch <> excluded.epoch OR through < excluded.through`
	sqlFact     = `INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	sqlForget   = `DELETE FROM facts WHERE key = ?`
	sqlMeta     = `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
	sqlSnapshot = `INSERT INTO snapshot (id, through, state) VALUES (1, ?, ?)
		ON CONFLICT (id) DO UPDATE SET through = excluded.through, state = excluded.state`
	sqlPrune   = `DELETE FROM events WHERE sequence <= ?`
	sqlExpired = `DELETE FROM answers WHERE expires <= ?`
)

// form marks the file as a journal ("Hwj1"). A new one gets a new epoch.
func form() sqlfile.Form {
	return sqlfile.Form{What: "journal", Application: 0x48776a31, Version: 1,
		Schema: schema + fmt.Sprintf(`INSERT INTO meta VALUES ('%s', '%s'), ('%s', '0');`, metaEpoch, ulid.Make(), metaAcknowledged)}
}

// file is the open database and where it stood when it was opened.
type file struct {
	*sqlfile.File
	epoch  string
	last   uint64
	acked  uint64
	copied bool
}

func openFile(path string, o *Options) (*file, error) {
	db, err := sqlfile.Open(path, form(), o.sql)
	if err != nil {
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	f := &file{File: db}
	if err := f.load(); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("journal %s: %w", path, sqlfile.Explain(err))
	}
	return f, nil
}

// load reads where the journal stands.
func (f *file) load() error {
	var high, newest uint64
	var acked, top string
	if err := f.One(`SELECT value FROM meta WHERE key = '`+metaEpoch+`'`, &f.epoch); err != nil {
		return fmt.Errorf("epoch: %w", err)
	}
	if err := f.One(`SELECT value FROM meta WHERE key = '`+metaAcknowledged+`'`, &acked); err != nil {
		return fmt.Errorf("acknowledged: %w", err)
	}
	if err := f.One(`SELECT coalesce((SELECT value FROM meta WHERE key = '`+metaHigh+`'), '0')`, &top); err != nil {
		return err
	}
	if err := f.One(`SELECT coalesce(max(sequence), 0) FROM events`, &newest); err != nil {
		return err
	}
	var err error
	if f.acked, err = strconv.ParseUint(acked, 10, 64); err != nil {
		return fmt.Errorf("acknowledged: %w", err)
	}
	if high, err = strconv.ParseUint(top, 10, 64); err != nil {
		return fmt.Errorf("high: %w", err)
	}
	f.last = max(high, newest)
	return nil
}

// verify finds a file that is damaged, or that is not the one which was open:
// another epoch, or events gone that were reported as stored.
func (f *file) verify(epoch string, last uint64) error {
	if err := f.Check(); err != nil {
		return err
	}
	if f.epoch != epoch {
		return fmt.Errorf("another journal has taken its place: epoch %s, was %s", f.epoch, epoch)
	}
	if f.last < last {
		return fmt.Errorf("events are gone: the newest is %d, was %d", f.last, last)
	}
	var count, first, newest uint64
	if err := f.One(`SELECT count(*), coalesce(min(sequence), 1), coalesce(max(sequence), 0) FROM events`, &count, &first, &newest); err != nil {
		return err
	}
	if newest+1-first != count {
		return fmt.Errorf("events are gone: %d between %d and %d", count, first, newest)
	}
	return nil
}

// insert writes one commit, index k of its request, after sequence last.
func (f *file) insert(c *Commit, k int, last uint64) (uint64, error) {
	duplicate := func(what, key string) error {
		return &refusal{&DuplicateError{Commit: k, What: what, Key: key}}
	}
	now := time.Now().UnixMilli()
	for _, key := range c.Unique {
		if n, err := f.Run(sqlClaim, key); err != nil {
			return last, err
		} else if n == 0 {
			return last, duplicate("unique", key)
		}
	}
	for _, a := range c.Answers {
		text, err := json.Marshal(a.Answer)
		if err != nil {
			return last, &refusal{fmt.Errorf("journal: answer %s: %w", a.ID, err)}
		}
		if n, err := f.Run(sqlReply, a.ID, string(text), a.Expires.UnixMilli(), now); err != nil {
			return last, err
		} else if n == 0 {
			return last, duplicate("answer", a.ID)
		}
	}
	for _, m := range c.Inbox {
		if n, err := f.Run(sqlInbox, m.Node, m.Epoch, int64(m.Through)); err != nil {
			return last, err
		} else if n == 0 {
			return last, duplicate("inbox", contract.EventID(m.Node, m.Epoch, m.Through))
		}
	}
	for _, fact := range c.Facts {
		query, args := sqlFact, []any{fact.Key, fact.Value}
		if fact.Value == nil {
			query, args = sqlForget, args[:1]
		}
		if _, err := f.Run(query, args...); err != nil {
			return last, err
		}
	}
	for i := range c.Events {
		if last == math.MaxInt64 {
			return last, &refusal{errors.New("journal: no sequence is left")}
		}
		last++
		e := &c.Events[i]
		if _, err := f.Run(sqlEvent, int64(last), e.Type, stamp(e.Time).Format(timeForm), string(e.Data)); err != nil {
			return last, err
		}
	}
	return last, nil
}

func (f *file) setMeta(key, value string) error {
	_, err := f.Run(sqlMeta, key, value)
	return err
}
