package journal

import (
	"os"
	"path/filepath"
	"testing"

	"hallward/devices/contract"
)

// life opens the journal at path, stores an event, and closes it.
func life(t *testing.T, path string) (epoch string, copied bool) {
	t.Helper()
	j, err := Open(path, options())
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Commit(ctx, &Commit{Events: []contract.Event{event("day.opened/1", `{}`)}}); err != nil {
		t.Fatal(err)
	}
	epoch, copied = j.Epoch(), j.Copied()
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return epoch, copied
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// R-QUE-14: a journal that was put back is noticed however it came back, and
// has a new epoch; one that was only opened again, or moved, is itself.
func TestCopied(t *testing.T) {
	for _, c := range []struct {
		name string
		back func(t *testing.T, path string, backup []byte) (now string)
		want bool
	}{
		{"opened again", func(t *testing.T, path string, _ []byte) string { return path }, false},
		{"moved", func(t *testing.T, path string, _ []byte) string {
			to := filepath.Join(filepath.Dir(path), "other.db")
			if err := os.Rename(path, to); err != nil {
				t.Fatal(err)
			}
			return to
		}, false},
		{"copied to another folder", func(t *testing.T, path string, _ []byte) string {
			to := filepath.Join(t.TempDir(), "hall.db")
			write(t, to, read(t, path))
			return to
		}, true},
		{"a backup in place of a file that is gone", func(t *testing.T, path string, backup []byte) string {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			write(t, path, backup)
			return path
		}, true},
		{"a backup written over the file", func(t *testing.T, path string, backup []byte) string {
			write(t, path, backup)
			return path
		}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hall.db")
			first, copied := life(t, path)
			if copied {
				t.Fatal("a new journal is a copy")
			}
			backup := read(t, path)
			if again, copied := life(t, path); copied || again != first {
				t.Fatalf("the same file: epoch %s, was %s, copied %v", again, first, copied)
			}
			path = c.back(t, path, backup)
			epoch, copied := life(t, path)
			if copied != c.want || (epoch != first) != c.want {
				t.Errorf("copied %v, epoch %s, was %s", copied, epoch, first)
			}
			again, copied := life(t, path) // nobody has settled it: it stays a copy
			if copied != c.want || again != epoch {
				t.Errorf("the next opening: copied %v, epoch %s, was %s", copied, again, epoch)
			}
			if !c.want {
				return
			}
			j := open(t, path, options())
			if !j.Copied() {
				t.Error("not a copy any more, though nobody has settled it")
			}
			if err := j.Settle(ctx); err != nil || j.Copied() {
				t.Errorf("settled: %v, copied %v", err, j.Copied())
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if j := open(t, path, options()); j.Copied() {
				t.Error("a copy again")
			}
		})
	}
}
