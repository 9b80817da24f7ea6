package journal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sys/unix"

	"hallward/devices/journal/sqlfile"
)

// A journal that was put back from a copy knows less than it once did, and must
// not do a second time what it has forgotten. Two witnesses tell: the file is
// not the one that was written last (its inode and time of birth, as the file
// system gives them), or the lock file beside it has counted more openings than
// the journal. Such a journal gets a new epoch, because its next sequences were
// used before (HALL-008), and Copied is true until its owner has done what that
// asks for.
//
// What cannot be seen: an image of the whole disk, which has the same inodes,
// and on a file system without times of birth (FUSE, NFS) a copy of the whole
// folder.

// Keys of the table meta.
const (
	metaFile   = "file"   // identity of the file, "" where the file system has none
	metaOpened = "opened" // how often the journal was opened
	metaCopied = "copied" // "1": the owner has not heard of it yet
)

// identity names a file for as long as it is the same file, "" if the file
// system cannot.
func identity(path string) (string, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil {
		return "", fmt.Errorf("identity: %w", err)
	}
	if st.Mask&unix.STATX_BTIME == 0 || st.Btime.Sec == 0 {
		return "", nil
	}
	return fmt.Sprintf("%d-%d.%09d", st.Ino, st.Btime.Sec, st.Btime.Nsec), nil
}

// opened reads how many openings the lock file has counted; 0 when it says
// nothing.
func opened(path string) uint64 {
	raw, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(raw)), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// count writes the openings into the lock file.
func count(path string, n uint64) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, fmt.Sprintf("%020d\n", n)) // always as long: never half a number
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	return err
}

// recognize compares the file with what it says of itself, and counts the
// opening. Everything that follows from a copy is one transaction. A full disk
// must not keep anybody from reading the journal: then the opening is not
// counted.
func (f *file) recognize(path string) error {
	is, err := identity(path)
	if err != nil {
		return err
	}
	var was, times string
	var copied int
	if err := f.One(`SELECT coalesce((SELECT value FROM meta WHERE key = '`+metaFile+`'), ''),
		coalesce((SELECT value FROM meta WHERE key = '`+metaOpened+`'), '0'),
		(SELECT count(*) FROM meta WHERE key = '`+metaCopied+`')`, &was, &times, &copied); err != nil {
		return err
	}
	n, err := strconv.ParseUint(times, 10, 64)
	if err != nil {
		return fmt.Errorf("opened: %w", err)
	}
	counted := opened(path + ".lock")
	another := was != "" && is != was || counted > n
	f.copied = copied > 0 || another
	n = max(n, counted) + 1
	meta := map[string]string{metaFile: is, metaOpened: fmt.Sprint(n)}
	if another {
		f.epoch = ulid.Make().String()
		meta[metaCopied], meta[metaEpoch] = "1", f.epoch
	}
	// The lock file comes after the journal: a power cut in between leaves it
	// behind, which proves nothing.
	if err = f.setAll(meta); err == nil {
		err = count(path+".lock", n)
	}
	if !another && errors.Is(sqlfile.Explain(err), ErrDiskFull) {
		return nil
	}
	return err
}

func (f *file) setAll(meta map[string]string) error {
	if err := f.Begin(); err != nil {
		return err
	}
	for key, value := range meta {
		if err := f.setMeta(key, value); err != nil {
			_ = f.Rollback() // the first error is the one that counts
			return err
		}
	}
	if err := f.Commit(); err != nil {
		_ = f.Rollback()
		return err
	}
	return nil
}

// Copied tells that the file was put back from a copy, or moved here by
// copying: what was done after the copy was made is not in it. It stays true,
// over restarts too, until Settle.
func (j *Journal) Copied() bool {
	j.mu.RLock()
	defer j.mu.RUnlock()
	return j.copied
}

// Settle tells that the owner has done what a copy asks for.
func (j *Journal) Settle(ctx context.Context) error {
	err := j.ask(ctx, &request{done: make(chan error, 1), do: func(f *file) error {
		_, err := f.Run(`DELETE FROM meta WHERE key = '` + metaCopied + `'`)
		return err
	}})
	if err != nil {
		return fmt.Errorf("journal: settle: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.copied = false
	return nil
}
