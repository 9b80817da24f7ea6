package sqlfile

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var form = Form{What: "notebook", Application: 77, Version: 1, Schema: `CREATE TABLE notes (text TEXT) STRICT`}

// The promise rests on the engine's settings: they are read back, and a file
// that does not sync each commit is refused.
func TestSettings(t *testing.T) {
	f, err := Open(filepath.Join(t.TempDir(), "a.db"), form, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var mode, version string
	var level int
	for query, into := range map[string]any{
		`PRAGMA journal_mode`: &mode, `PRAGMA synchronous`: &level, `SELECT sqlite_version()`: &version,
	} {
		if err := f.One(query, into); err != nil {
			t.Fatal(err)
		}
	}
	if mode != "wal" || level != 2 || older(version, minSQLite) {
		t.Errorf("mode %s, synchronous %d, SQLite %s", mode, level, version)
	}
	weak, err := Open(filepath.Join(t.TempDir(), "weak.db"), form, Options{Synchronous: "NORMAL"})
	if err != nil {
		t.Fatal(err)
	}
	defer weak.Close()
	if err := weak.checkEngine(true); err == nil || !strings.Contains(err.Error(), "synchronous 1") {
		t.Errorf("a file that does not sync was accepted: %v", err)
	}
}

func TestOlder(t *testing.T) {
	for _, c := range []struct {
		version, than string
		want          bool
	}{
		{"3.51.3", "3.51.3", false}, {"3.51.2", "3.51.3", true}, {"3.54.1", "3.51.3", false},
		{"3.9.9", "3.51.3", true}, {"4.0", "3.51.3", false}, {"3.51", "3.51.3", true},
	} {
		if got := older(c.version, c.than); got != c.want {
			t.Errorf("older(%s, %s) = %v", c.version, c.than, got)
		}
	}
}

// Files of others, or of another form, are refused with a word and left as
// they are.
func TestStrangeFiles(t *testing.T) {
	dir := t.TempDir()
	text, other, newer := filepath.Join(dir, "text.db"), filepath.Join(dir, "other.db"), filepath.Join(dir, "newer.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	alter := func(path, query string) {
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	alter(other, `CREATE TABLE recipes (name TEXT)`)
	f, err := Open(newer, form, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	alter(newer, `PRAGMA user_version = 9`)
	for path, want := range map[string]string{
		text: "damaged", other: "not a notebook", newer: "form is 9",
		filepath.Join(dir, "none", "x.db"): "no such file",
	} {
		if _, err := Open(path, form, Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}

// A path may have any letters; the file has that name and is for its owner
// only; a second process is kept out until the first has closed.
func TestOneOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a hall?#100%.db")
	f, err := Open(path, form, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v %v", st, err)
	}
	if _, err := Open(path, form, Options{}); !errors.Is(err, ErrInUse) {
		t.Errorf("opened twice: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	f, err = Open(path, form, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// R-SEC-07: what is deleted is gone from the files after a checkpoint, small
// rows and large ones, and a reader that is in the way is told.
func TestCheckpointForgets(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	f, err := Open(path, form, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	holds := func(text string) bool {
		t.Helper()
		for _, p := range []string{path, path + "-wal"} {
			b, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(b), text) {
				return true
			}
		}
		return false
	}
	large := strings.Repeat("a large secret ", 5000)
	for _, text := range []string{"kept", "a small secret", large, "kept too"} {
		if _, err := f.Run(`INSERT INTO notes VALUES (?)`, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Checkpoint(); err != nil || !holds("a small secret") || !holds("a large secret") {
		t.Fatalf("the secrets are not found where they must be: the search proves nothing (%v)", err)
	}
	if _, err := f.Run(`DELETE FROM notes WHERE text NOT LIKE 'kept%'`); err != nil {
		t.Fatal(err)
	}
	if err := f.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	if holds("small secret") || holds("large secret") || !holds("kept too") {
		t.Errorf("small: %v, large: %v, kept: %v", holds("small secret"), holds("large secret"), holds("kept too"))
	}

	if err := f.Exec(`PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	rows, err := f.Read.Query(`SELECT text FROM notes`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal("no rows")
	}
	if _, err := f.Run(`INSERT INTO notes VALUES ('later')`); err != nil {
		t.Fatal(err)
	}
	if err := f.Checkpoint(); !errors.Is(err, ErrBusy) {
		t.Errorf("a reader is in the way: %v, want %v", err, ErrBusy)
	}
}
