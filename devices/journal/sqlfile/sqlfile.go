// Package sqlfile opens the SQLite file that a durable store stands on, so that
// a commit which has returned survives a power cut: WAL with synchronous=FULL,
// read back and not only set; one process at a time; one connection that
// writes. The journal of every process and the centre's store use it.
//
// After a failed write nobody knows what the disk holds. The owner closes the
// file, opens it again, which makes durable whatever is found, and looks.
package sqlfile

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"modernc.org/sqlite"
)

// minSQLite is the first version without the WAL-reset corruption
// (reliability.md §2).
const minSQLite = "3.51.3"

// Errors of a file.
var (
	// ErrInUse is a file that another process has open.
	ErrInUse = errors.New("in use by another process")
	// ErrDiskFull is a write for which there is no room.
	ErrDiskFull = errors.New("the disk is full")
	// ErrBusy is a log that a reader keeps from being emptied.
	ErrBusy = errors.New("the log is in use")
)

// Form is what the file is meant to hold.
type Form struct {
	What        string // "journal", for errors
	Application int32  // SQLite's application_id
	Version     int    // SQLite's user_version
	Schema      string // statements that make a new file
}

// Options loosen the promise; the zero value is what production uses.
type Options struct {
	Synchronous string // "" is FULL; less only in tests that must see losses
	TrustCache  bool   // skip Rewrite; only in tests that must see losses
	Checkpoint  int    // pages after which the log is moved into the file; 0 is 1000
	Readers     int    // connections of Read; 0 is 4
}

// File is an open file. Run, One and the transaction are for one goroutine;
// Read is for any.
type File struct {
	// Read answers queries without ever blocking the writer.
	Read *sql.DB

	lock  *os.File
	db    *sql.DB
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
}

// Open opens the file at path, an absolute one, and creates it if need be; the
// folder must exist. Its mode is 0600, and beside it stand path-wal, path-shm
// and path.lock.
func Open(path string, form Form, o Options) (_ *File, err error) {
	f := &File{stmts: map[string]*sql.Stmt{}}
	defer func() {
		if err != nil {
			_ = f.Close()
			err = Explain(err)
		}
	}()
	if f.lock, err = lockFile(path + ".lock"); err != nil {
		return nil, err
	}
	if err = createFile(path); err != nil {
		return nil, err
	}
	if !o.TrustCache {
		if err = Rewrite(path + "-wal"); err != nil {
			return nil, err
		}
	}
	if o.Synchronous == "" {
		o.Synchronous = "FULL"
	}
	if o.Checkpoint == 0 {
		o.Checkpoint = 1000
	}
	if o.Readers == 0 {
		o.Readers = 4
	}
	f.db, err = openDB(path, "journal_mode(WAL)", "synchronous("+o.Synchronous+")", "secure_delete(1)",
		fmt.Sprintf("wal_autocheckpoint(%d)", o.Checkpoint))
	if err != nil {
		return nil, err
	}
	f.db.SetMaxOpenConns(1)
	if f.conn, err = f.db.Conn(context.Background()); err != nil {
		return nil, err
	}
	if err = f.checkEngine(o.Synchronous == "FULL"); err != nil {
		return nil, err
	}
	if err = f.checkForm(form); err != nil {
		return nil, err
	}
	if f.Read, err = openDB(path, "query_only(1)"); err != nil {
		return nil, err
	}
	f.Read.SetMaxOpenConns(o.Readers)
	return f, nil
}

// lockFile keeps a second process out. It is a file of its own, because closing
// any descriptor of the database would drop SQLite's locks on it.
func lockFile(path string) (*os.File, error) {
	l, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(l.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = l.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, ErrInUse
		}
		return nil, fmt.Errorf("lock: %w", err)
	}
	return l, nil
}

// createFile makes an empty file that only its owner reads, and its name
// durable.
func createFile(path string) error {
	n, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer n.Close()
	if err := n.Sync(); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// Rewrite writes SQLite's log once more over itself and syncs it. After a
// failed fsync the kernel may hold pages that it takes for clean and that the
// disk never got; SQLite would find the commits in them, build on them, and the
// next power cut would take them away with everything after them.
func Rewrite(path string) error {
	w, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer w.Close()
	buf := make([]byte, 1<<20)
	for at := int64(0); ; {
		n, err := w.ReadAt(buf, at)
		if n > 0 {
			if _, err := w.WriteAt(buf[:n], at); err != nil {
				return err
			}
			at += int64(n)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
	}
	return w.Sync()
}

func openDB(path string, pragmas ...string) (*sql.DB, error) {
	q := url.Values{"_pragma": append([]string{"busy_timeout(5000)"}, pragmas...)}
	name := (&url.URL{Path: path}).EscapedPath()
	return sql.Open("sqlite", "file:"+name+"?"+q.Encode())
}

// checkEngine asserts what the promise of the package rests on.
func (f *File) checkEngine(full bool) error {
	var version, mode string
	var level int
	if err := f.One(`SELECT sqlite_version()`, &version); err != nil {
		return err
	}
	if older(version, minSQLite) {
		return fmt.Errorf("SQLite %s can lose its log; want %s or later", version, minSQLite)
	}
	if err := f.One(`PRAGMA journal_mode`, &mode); err != nil {
		return err
	}
	if err := f.One(`PRAGMA synchronous`, &level); err != nil {
		return err
	}
	if mode != "wal" || (full && level != 2) {
		return fmt.Errorf("SQLite is in journal mode %s with synchronous %d; want wal and 2", mode, level)
	}
	return nil
}

// older compares dotted version numbers.
func older(version, than string) bool {
	v, t := strings.Split(version, "."), strings.Split(than, ".")
	for i := range t {
		var a, b int
		if i < len(v) {
			a, _ = strconv.Atoi(v[i])
		}
		b, _ = strconv.Atoi(t[i])
		if a != b {
			return a < b
		}
	}
	return false
}

// checkForm makes the tables of a new file, and refuses a file of others.
func (f *File) checkForm(form Form) error {
	var app, version, tables int64
	if err := f.One(`PRAGMA application_id`, &app); err != nil {
		return err
	}
	if err := f.One(`PRAGMA user_version`, &version); err != nil {
		return err
	}
	if err := f.One(`SELECT count(*) FROM sqlite_schema`, &tables); err != nil {
		return err
	}
	switch {
	case app == int64(form.Application) && version == int64(form.Version):
		return nil
	case app == int64(form.Application):
		return fmt.Errorf("its form is %d, this program knows %d", version, form.Version)
	case tables > 0:
		return fmt.Errorf("a database, but not a %s", form.What)
	}
	for _, s := range []string{
		`BEGIN IMMEDIATE`,
		form.Schema,
		fmt.Sprintf(`PRAGMA application_id = %d`, form.Application),
		fmt.Sprintf(`PRAGMA user_version = %d`, form.Version),
		`COMMIT`,
	} {
		if err := f.Exec(s); err != nil {
			return err
		}
	}
	return nil
}

// Check reads every page and finds a damaged file.
func (f *File) Check() error {
	var word string
	if err := f.One(`PRAGMA quick_check(1)`, &word); err != nil {
		return err
	}
	if word != "ok" {
		return fmt.Errorf("damaged: %s", word)
	}
	return nil
}

// Begin starts the writer's transaction.
func (f *File) Begin() error { _, err := f.Run(`BEGIN IMMEDIATE`); return err }

// Commit ends it; when it returns nil, everything in it is on disk. When it
// fails, the outcome is unknown until the file was opened again.
func (f *File) Commit() error { _, err := f.Run(`COMMIT`); return err }

// Rollback undoes it.
func (f *File) Rollback() error { _, err := f.Run(`ROLLBACK`); return err }

// Run executes a statement of the writer, prepared once, and tells how many
// rows it changed.
func (f *File) Run(query string, args ...any) (int64, error) {
	st := f.stmts[query]
	if st == nil {
		var err error
		if st, err = f.conn.PrepareContext(context.Background(), query); err != nil {
			return 0, err
		}
		f.stmts[query] = st
	}
	res, err := st.Exec(args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Exec executes statements once.
func (f *File) Exec(query string) error {
	_, err := f.conn.ExecContext(context.Background(), query)
	return err
}

// One reads one row on the writer's connection.
func (f *File) One(query string, into ...any) error {
	return f.conn.QueryRowContext(context.Background(), query).Scan(into...)
}

// Checkpoint moves the whole log into the file and empties it. SQLite overwrites
// with zeros what is deleted (secure_delete), so that afterwards neither of the
// two holds any of it; what the disk itself keeps of old blocks is the disk's.
// ErrBusy is a reader that is in the way for long.
func (f *File) Checkpoint() error {
	var busy, pages, moved int
	if err := f.One(`PRAGMA wal_checkpoint(TRUNCATE)`, &busy, &pages, &moved); err != nil {
		return err
	}
	if busy != 0 {
		return ErrBusy
	}
	return nil
}

// Close gives everything back, as far as Open came.
func (f *File) Close() error {
	var errs []error
	if f.Read != nil {
		errs = append(errs, f.Read.Close())
	}
	for _, st := range f.stmts {
		errs = append(errs, st.Close())
	}
	if f.conn != nil {
		errs = append(errs, f.conn.Close())
	}
	if f.db != nil {
		errs = append(errs, f.db.Close())
	}
	if f.lock != nil {
		errs = append(errs, f.lock.Close())
	}
	return errors.Join(errs...)
}

// words say for an operator what SQLite says in primary result codes
// (sqlite.org/rescode.html).
var words = map[int]string{
	5:  "another program holds the file",
	8:  "the file cannot be written",
	10: "the disk does not take or give the data",
	11: "the file is damaged",
	14: "the file cannot be opened",
	26: "the file is damaged, or not a database",
}

const codeFull = 13

// Explain puts an operator's words before an error of SQLite or of the disk; no
// room is ErrDiskFull.
func Explain(err error) error {
	var se *sqlite.Error
	coded := errors.As(err, &se)
	if errors.Is(err, ErrDiskFull) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) || coded && se.Code()&0xff == codeFull {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	if coded && words[se.Code()&0xff] != "" {
		return fmt.Errorf("%s: %w", words[se.Code()&0xff], err)
	}
	return err
}
