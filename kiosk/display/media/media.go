// Package media brings the hall's pictures to a screen: photos of the staff and
// slides, named by the SHA-256 of their files. What a drawing asks for and is
// not there yet is fetched from the hall, held against its name and its limits
// before a pixel is decoded, kept on the screen's disk and handed out made
// small. A drawing never waits: until a picture is there it gets none and shows
// a placeholder (R-WIN-02).
//
// A server that is away, a file that is torn or too large, a disk that is full
// cost a picture and nothing else; each is tried again, later and later.
package media

import (
	"context"
	"crypto/tls"
	"image"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"hallward/devices/media"
)

// Limits of a Store.
const (
	fetchTime = 30 * time.Second // for one picture
	firstWait = 2 * time.Second  // until a fetch that failed is tried again
	lastWait  = 5 * time.Minute
	mostAsked = 256      // pictures that are wanted at once
	kept      = 48 << 20 // bytes of decoded pictures in memory
	onDisk    = 256 << 20
)

// Opts are the settings of a Store. The zero value of each but Folder is the
// ordinary one.
type Opts struct {
	Folder string      // where copies are kept
	Most   image.Point // larger pictures are made smaller; 0 is 1920×1080
	TLS    *tls.Config // the node's own (pki.NodeTLS); nil: only addresses of this machine are asked
	Log    *slog.Logger
}

// Store is the pictures of one screen. Its methods may be called from anywhere.
type Store struct {
	o       Opts
	client  *http.Client
	changed chan struct{}
	wake    chan struct{}

	mu    sync.Mutex
	base  string
	have  map[string]*picture
	want  map[string]*wanted
	bytes int // of have
	clock uint64
	own   []*media.Index
	away  string // why the hall's pictures cannot be fetched
	bad   map[string]bool
}

// picture is one that can be shown.
type picture struct {
	img  image.Image
	used uint64 // by the Store's clock
}

// wanted is one that a drawing has asked for.
type wanted struct {
	tries int
	next  time.Time // not before
	used  uint64
}

// New is a Store; Run works for it.
func New(o Opts) *Store {
	if o.Most == (image.Point{}) {
		o.Most = image.Pt(1920, 1080)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Store{o: o, client: client(o.TLS), changed: make(chan struct{}, 1), wake: make(chan struct{}, 1),
		have: map[string]*picture{}, want: map[string]*wanted{}, bad: map[string]bool{}}
}

// Base tells where the hall's pictures lie, as the catalogue says.
func (s *Store) Base(address string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if address == s.base {
		return
	}
	s.base, s.away = address, ""
	for _, w := range s.want {
		*w = wanted{used: w.used}
	}
	poke(s.wake)
}

// Picture is the picture of a name, or nil while it is not there; then it is
// fetched.
func (s *Store) Picture(name string) image.Image {
	if !media.ValidName(name) {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clock++
	if p := s.have[name]; p != nil {
		p.used = s.clock
		return p.img
	}
	if w := s.want[name]; w != nil {
		w.used = s.clock
		return nil
	}
	if len(s.want) >= mostAsked {
		s.forget()
	}
	s.want[name] = &wanted{used: s.clock}
	poke(s.wake)
	return nil
}

// forget gives up the picture that nobody has asked for the longest.
func (s *Store) forget() {
	oldest, at := "", s.clock
	for name, w := range s.want {
		if w.used < at {
			oldest, at = name, w.used
		}
	}
	delete(s.want, oldest)
}

// Changed receives when a picture has come.
func (s *Store) Changed() <-chan struct{} { return s.changed }

// Away is why the hall's pictures cannot be fetched now, or "".
func (s *Store) Away() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.away
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run fetches what is wanted, one after the other, until ctx ends.
func (s *Store) Run(ctx context.Context) {
	if err := os.MkdirAll(s.o.Folder, 0o750); err != nil {
		s.o.Log.Warn("pictures are not kept on the disk", "folder", s.o.Folder, "error", err)
	}
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			s.client.CloseIdleConnections()
			return
		case <-s.wake:
		case <-t.C:
		}
		for {
			name, base := s.due(time.Now())
			if name == "" || ctx.Err() != nil {
				break
			}
			s.bring(ctx, name, base)
		}
		t.Reset(s.pause(time.Now()))
	}
}

// due is the picture to bring next: of those whose time has come the one that
// was asked for last.
func (s *Store) due(now time.Time) (name, base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var at uint64
	for n, w := range s.want {
		if !w.next.After(now) && (name == "" || w.used > at) {
			name, at = n, w.used
		}
	}
	return name, s.base
}

// pause is how long nothing is due.
func (s *Store) pause(now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	d := lastWait
	for _, w := range s.want {
		d = min(d, w.next.Sub(now))
	}
	return max(d, 0)
}

// bring takes a picture from the disk or from the hall.
func (s *Store) bring(ctx context.Context, name, base string) {
	if s.bringOwn(name) {
		return
	}
	raw, err := s.fromDisk(name)
	fresh := err != nil
	if fresh {
		raw, err = s.fetch(ctx, base, name)
	}
	var img image.Image
	if err == nil {
		img, err = decode(name, raw, s.o.Most)
	}
	if err == nil && fresh {
		if err := s.toDisk(name, raw); err != nil {
			s.o.Log.Warn("a picture is not kept on the disk", "picture", short(name), "error", err)
		}
	}
	if ctx.Err() != nil {
		return
	}
	s.brought(name, base, img, err)
}

// brought takes what came of it.
func (s *Store) brought(name, base string, img image.Image, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tell(name, base, err); err != nil {
		if w := s.want[name]; w != nil && base == s.base {
			w.tries++
			w.next = time.Now().Add(backoff(w.tries))
		}
		return
	}
	s.keep(name, img)
}

// keep is for a picture that has come. The lock is held.
func (s *Store) keep(name string, img image.Image) {
	delete(s.want, name)
	s.clock++
	s.have[name] = &picture{img, s.clock}
	s.bytes += size(img)
	for s.bytes > kept && len(s.have) > 1 {
		s.drop(name)
	}
	poke(s.changed)
}

// drop lets the picture go that was not shown for the longest, but never that
// which has just come.
func (s *Store) drop(but string) {
	oldest, at := "", s.clock
	for name, p := range s.have {
		if name != but && p.used <= at {
			oldest, at = name, p.used
		}
	}
	s.bytes -= size(s.have[oldest].img)
	delete(s.have, oldest)
}

// tell logs a change: that the hall cannot be reached, that a picture is not
// what its name says.
func (s *Store) tell(name, base string, err error) {
	if base != s.base {
		return
	}
	switch e, gone := err.(awayError); {
	case gone && s.away == "":
		s.away = e.Error()
		s.o.Log.Warn("the hall's pictures cannot be fetched; placeholders stand in their place", "address", base, "error", err)
	case gone:
		s.away = e.Error()
	case err != nil:
		if !s.bad[name] && len(s.bad) < mostAsked {
			s.bad[name] = true
			s.o.Log.Warn("a picture is not shown; a placeholder stands in its place", "picture", short(name), "error", err)
		}
	case s.away != "":
		s.away = ""
		s.o.Log.Info("the hall's pictures can be fetched again", "address", base)
	default:
		delete(s.bad, name)
	}
}

// backoff is how long to wait after so many failures, with a quarter of chance
// so that screens that lost the hall together do not come back together.
func backoff(tries int) time.Duration {
	d := lastWait
	if tries < 10 {
		d = min(firstWait<<(tries-1), lastWait)
	}
	return d - time.Duration(rand.Int64N(int64(d/4)))
}

func short(name string) string { return name[:12] }

// fromDisk reads a copy; one that is torn or not what its name says is as good
// as none.
func (s *Store) fromDisk(name string) ([]byte, error) {
	path := filepath.Join(s.o.Folder, name)
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > media.MaxBytes {
		return nil, media.ErrTooLarge
	}
	raw, err := os.ReadFile(path)
	if err == nil {
		err = media.Check(name, raw)
	}
	if err != nil {
		return nil, err
	}
	_ = os.Chtimes(path, time.Time{}, time.Now()) // the oldest are deleted first
	return raw, nil
}

// toDisk keeps a copy. It need not survive a power cut: a torn one is fetched
// again.
func (s *Store) toDisk(name string, raw []byte) error {
	path := filepath.Join(s.o.Folder, name)
	if err := os.WriteFile(path+".part", raw, 0o640); err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	return s.prune()
}

// prune deletes the oldest copies where there are too many.
func (s *Store) prune() error {
	list, err := os.ReadDir(s.o.Folder)
	if err != nil {
		return err
	}
	var files []os.FileInfo
	var all int64
	for _, d := range list {
		if info, err := d.Info(); err == nil && media.ValidName(d.Name()) && info.Mode().IsRegular() {
			files = append(files, info)
			all += info.Size()
		}
	}
	slices.SortFunc(files, func(a, b os.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, f := range files {
		if all <= onDisk {
			return nil
		}
		if err := os.Remove(filepath.Join(s.o.Folder, f.Name())); err != nil {
			return err
		}
		all -= f.Size()
	}
	return nil
}
