package media

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"
	"time"
)

// MaxFiles bounds a folder: what lies deeper in its listing is left out.
const MaxFiles = 2000

// rescan is how soon a name that is not there makes the folder be read again.
const rescan = 10 * time.Second

// Problem is a file of a folder that is no picture, and why.
type Problem struct {
	File string // relative to the folder, with slashes
	Err  error
}

// Index finds the pictures of one folder by their names. Symbolic links and
// hidden files are left out, and nothing outside the folder is ever opened. Its
// methods may be called from anywhere.
type Index struct {
	root *os.Root

	mu       sync.Mutex
	files    map[string]entry // by path
	names    map[string]string
	problems []Problem
	scanned  time.Time
}

// entry is what is known of a file, and how it was then.
type entry struct {
	name string // "" for a file that is no picture
	kind string
	err  error
	size int64
	at   time.Time
}

// Open reads a folder with all below it.
func Open(folder string) (*Index, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("media: %w", err)
	}
	x := &Index{root: root, files: map[string]entry{}}
	if err := x.scan(time.Now()); err != nil {
		_ = root.Close()
		return nil, err
	}
	return x, nil
}

// Close lets the folder go.
func (x *Index) Close() error { return x.root.Close() }

// Names are the pictures of a folder: the path of each file, relative to it and
// with slashes, and its name.
func Names(folder string) (map[string]string, error) {
	x, err := Open(folder)
	if err != nil {
		return nil, err
	}
	defer x.Close()
	out := map[string]string{}
	for path, e := range x.files {
		if e.name != "" {
			out[path] = e.name
		}
	}
	return out, nil
}

// Problems are the files that are no pictures.
func (x *Index) Problems() []Problem {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.problems
}

// Len is how many pictures there are.
func (x *Index) Len() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.names)
}

// Find opens the picture of a name and tells its media type. Files that have
// come or changed are seen within ten seconds; without one the error is
// fs.ErrNotExist.
func (x *Index) Find(name string, now time.Time) (f *os.File, kind string, err error) {
	if !ValidName(name) {
		return nil, "", fs.ErrNotExist
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if f, kind := x.open(name); f != nil {
		return f, kind, nil
	}
	if since := now.Sub(x.scanned); since >= 0 && since < rescan {
		return nil, "", fs.ErrNotExist
	}
	if err := x.scan(now); err != nil {
		return nil, "", err
	}
	if f, kind := x.open(name); f != nil {
		return f, kind, nil
	}
	return nil, "", fs.ErrNotExist
}

// open is the file of a name, if it still is as it was when it was read.
func (x *Index) open(name string) (*os.File, string) {
	path, ok := x.names[name]
	if !ok {
		return nil, ""
	}
	f, err := x.root.Open(path)
	if err != nil {
		return nil, ""
	}
	info, err := f.Stat()
	if e := x.files[path]; err != nil || !info.Mode().IsRegular() || info.Size() != e.size || !info.ModTime().Equal(e.at) {
		_ = f.Close()
		return nil, ""
	}
	return f, x.files[path].kind
}

// scan reads the folder; a file that is as it was is not read again.
func (x *Index) scan(now time.Time) error {
	files, names := map[string]entry{}, map[string]string{}
	var problems []Problem
	err := fs.WalkDir(x.root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && p == ".":
			return err
		case err != nil:
			problems = append(problems, Problem{p, err})
			return nil
		case p != "." && strings.HasPrefix(path.Base(p), "."):
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case !d.Type().IsRegular():
			return nil
		case len(files) == MaxFiles:
			problems = append(problems, Problem{p, fmt.Errorf("more than %d files", MaxFiles)})
			return fs.SkipAll
		}
		e := x.read(p, d)
		files[p] = e
		if e.err != nil {
			problems = append(problems, Problem{p, e.err})
			return nil
		}
		if _, there := names[e.name]; !there {
			names[e.name] = p
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("media: %w", err)
	}
	x.files, x.names, x.problems, x.scanned = files, names, problems, now
	return nil
}

// read is what a file is now.
func (x *Index) read(path string, d fs.DirEntry) entry {
	info, err := d.Info()
	if err != nil {
		return entry{err: err}
	}
	if e, ok := x.files[path]; ok && e.size == info.Size() && e.at.Equal(info.ModTime()) {
		return e
	}
	e := entry{size: info.Size(), at: info.ModTime()}
	f, err := x.root.Open(path)
	if err != nil {
		e.err = err
		return e
	}
	defer f.Close()
	e.name, e.kind, e.err = sum(f)
	return e
}
