package media

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	stdlog "log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hallward/devices/media"
)

func file(t testing.TB, w, h int, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	img.SetGray(0, 0, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// server is a hall with pictures: by path, what it answers.
type server struct {
	*httptest.Server
	asked atomic.Int64

	mu    sync.Mutex
	files map[string]http.HandlerFunc
}

func serve(t *testing.T) *server {
	s := &server{files: map[string]http.HandlerFunc{}}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		s.mu.Lock()
		f := s.files[path.Base(r.URL.Path)]
		s.mu.Unlock()
		if f == nil || !strings.HasPrefix(r.URL.Path, "/media/") {
			http.NotFound(w, r)
			return
		}
		f(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) put(name string, f http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[name] = f
}

func answer(raw []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(raw) }
}

// log collects what is logged.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// start runs a store with the pictures of a hall.
func start(t *testing.T, o Opts, base string) (*Store, *log) {
	t.Helper()
	l := &log{}
	o.Log = slog.New(slog.NewTextHandler(l, nil))
	if o.Folder == "" {
		o.Folder = filepath.Join(t.TempDir(), "media")
	}
	s := New(o)
	s.Base(base)
	var done sync.WaitGroup
	done.Go(func() { s.Run(t.Context()) })
	t.Cleanup(done.Wait) // after the test's context has ended
	return s, l
}

// until waits for something that happens beside the test.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 30 s", what)
		}
		<-time.After(5 * time.Millisecond)
	}
}

// A picture is fetched once, made small enough, kept on the disk, and there at
// once after a restart without the hall (R-WIN-02).
func TestFetch(t *testing.T) {
	h := serve(t)
	raw := file(t, 400, 600, 1)
	name := media.Name(raw)
	h.put(name, answer(raw))
	o := Opts{Folder: filepath.Join(t.TempDir(), "media"), Most: image.Pt(200, 200)}
	s, _ := start(t, o, h.URL+"/media/")
	if s.Picture("nonsense") != nil || s.Picture(name) != nil {
		t.Error("a picture that was never fetched is there")
	}
	<-s.Changed()
	img := s.Picture(name)
	if img == nil || img.Bounds().Dx() != 133 || img.Bounds().Dy() != 200 {
		t.Fatalf("%v", img)
	}
	if s.Picture(name) != img || h.asked.Load() != 1 {
		t.Errorf("asked %d times", h.asked.Load())
	}
	h.Close()
	again, _ := start(t, o, "")
	again.Picture(name)
	until(t, "the copy on the disk", func() bool { return again.Picture(name) != nil })
}

// What is not what its name says, is too large, torn, or no picture at all is
// never decoded nor kept; others come all the same, and the log says it once.
func TestBadPictures(t *testing.T) {
	h := serve(t)
	good, torn, wide := file(t, 30, 40, 1), file(t, 30, 40, 2), file(t, media.MaxSide+1, 1, 0)
	huge := make([]byte, media.MaxBytes+1)
	bad := map[string]string{
		"wrong hash":        media.Name(file(t, 30, 40, 3)),
		"truncated":         media.Name(torn),
		"too many pixels":   media.Name(wide),
		"huge":              media.Name(huge),
		"huge, without end": media.Name([]byte("endless")),
		"page":              media.Name([]byte("<html>")),
		"not there":         media.Name([]byte("nowhere")),
	}
	h.put(media.Name(good), answer(good))
	h.put(bad["wrong hash"], answer(good))
	h.put(bad["truncated"], func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", fmt.Sprint(len(torn)))
		_, _ = w.Write(torn[:len(torn)-5])
	})
	h.put(bad["too many pixels"], answer(wide))
	h.put(bad["huge"], answer(huge))
	h.put(bad["huge, without end"], func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(huge[:1<<20]); err != nil {
				return
			}
		}
	})
	h.put(bad["page"], answer([]byte("<html>")))
	s, l := start(t, Opts{}, h.URL+"/media")
	for _, name := range bad {
		s.Picture(name)
	}
	until(t, "every bad picture was tried", func() bool { return h.asked.Load() >= int64(len(bad)) })
	s.Picture(media.Name(good))
	until(t, "the good picture", func() bool { return s.Picture(media.Name(good)) != nil })
	for what, name := range bad {
		if s.Picture(name) != nil {
			t.Errorf("%s: is shown", what)
		}
		if _, err := os.Stat(filepath.Join(s.o.Folder, name)); err == nil {
			t.Errorf("%s: is kept", what)
		}
		if n := strings.Count(l.String(), "picture="+name[:12]); what != "truncated" && n != 1 {
			t.Errorf("%s: %d lines in the log", what, n)
		}
	}
}

// A server that is away costs nothing but the picture; when it is back the
// picture comes by itself, and the log says both once. A copy on the disk that
// is torn is fetched again.
func TestServerAway(t *testing.T) {
	h := serve(t)
	raw := file(t, 30, 40, 1)
	name := media.Name(raw)
	var ill atomic.Bool
	ill.Store(true)
	h.put(name, func(w http.ResponseWriter, _ *http.Request) {
		if ill.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write(raw)
	})
	o := Opts{Folder: filepath.Join(t.TempDir(), "media")}
	if err := os.MkdirAll(o.Folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(o.Folder, name), raw[:len(raw)-9], 0o644); err != nil {
		t.Fatal(err)
	}
	s, l := start(t, o, h.URL+"/media/")
	s.Picture(name)
	until(t, "it is tried twice", func() bool { return h.asked.Load() >= 2 })
	if s.Picture(name) != nil || !strings.Contains(s.Away(), "503") {
		t.Errorf("away: %q", s.Away())
	}
	ill.Store(false)
	until(t, "the picture", func() bool { return s.Picture(name) != nil })
	if s.Away() != "" || strings.Count(l.String(), "cannot be fetched") != 1 || strings.Count(l.String(), "fetched again") != 1 {
		t.Errorf("away %q; log:\n%s", s.Away(), l)
	}
	if kept, err := os.ReadFile(filepath.Join(o.Folder, name)); err != nil || !bytes.Equal(kept, raw) {
		t.Errorf("the copy: %d bytes, %v", len(kept), err)
	}
}

// Pictures come from the hall by the hall's own certificates, from nowhere else.
func TestOnlyTheHall(t *testing.T) {
	raw := file(t, 30, 40, 1)
	name := media.Name(raw)
	h := httptest.NewUnstartedServer(answer(raw))
	h.Config.ErrorLog = stdlog.New(io.Discard, "", 0) // of the stranger
	h.StartTLS()
	defer h.Close()
	pool := x509.NewCertPool()
	pool.AddCert(h.Certificate())
	s, _ := start(t, Opts{TLS: &tls.Config{RootCAs: pool}}, h.URL+"/media/")
	s.Picture(name)
	until(t, "the picture", func() bool { return s.Picture(name) != nil })
	other, l := start(t, Opts{TLS: &tls.Config{RootCAs: x509.NewCertPool()}}, h.URL+"/media/")
	other.Picture(name)
	until(t, "the stranger is refused", func() bool { return strings.Contains(other.Away(), "certificate") })
	if other.Picture(name) != nil || !strings.Contains(l.String(), "certificate") {
		t.Error("a stranger's picture is shown")
	}
	for _, c := range []struct {
		base   string
		secure bool
		good   bool
	}{
		{"https://hall-1:8443/media/", true, true}, {"https://hall-1:8443/media", true, true}, {"http://127.0.0.1:8080/media/", true, true}, {"http://localhost:8080/media/", false, true},
		{"http://hall-1:8080/media/", true, false}, {"https://hall-1:8443/media/", false, false}, {"ftp://127.0.0.1/", true, false}, {"file:///etc/", true, false}, {"hall-1", true, false}, {":", true, false},
	} {
		if at, err := address(c.base, name, c.secure); (err == nil) != c.good || c.good && !strings.HasSuffix(at, "/media/"+name) {
			t.Errorf("%s: %s, %v", c.base, at, err)
		}
	}
	// A redirection would lead elsewhere.
	away := httptest.NewServer(http.RedirectHandler(h.URL+"/media/"+name, http.StatusFound))
	defer away.Close()
	led, _ := start(t, Opts{TLS: &tls.Config{RootCAs: pool}}, away.URL+"/media/")
	led.Picture(name)
	until(t, "the redirection is refused", func() bool { return strings.Contains(led.Away(), "302") })
}

// Memory and disk are bounded: what was shown last stays.
func TestBounds(t *testing.T) {
	h := serve(t)
	s, _ := start(t, Opts{Most: image.Pt(1024, 1024)}, h.URL+"/media/")
	var names []string
	for i := range 14 { // 4 MiB each in memory
		raw := file(t, 1024, 1024, uint8(i))
		names = append(names, media.Name(raw))
		h.put(names[i], answer(raw))
		s.Picture(names[i])
		until(t, "a picture", func() bool { return s.Picture(names[i]) != nil })
	}
	s.mu.Lock()
	bytes, have := s.bytes, len(s.have)
	s.mu.Unlock()
	if bytes > kept || have != kept/(4<<20) {
		t.Errorf("%d pictures with %d bytes are in memory", have, bytes)
	}
	if s.Picture(names[13]) == nil || s.Picture(names[0]) != nil {
		t.Error("the oldest should have gone, the newest should be there")
	}
	for i := range 2 * mostAsked { // a flood of names that nobody has
		s.Picture(media.Name([]byte(fmt.Sprint(i))))
	}
	s.mu.Lock()
	want := len(s.want)
	s.mu.Unlock()
	if want > mostAsked {
		t.Errorf("%d pictures are wanted at once", want)
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	s := New(Opts{Folder: dir})
	for i := range 4 {
		name := media.Name([]byte{byte(i)})
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, onDisk/3); err != nil { // sparse: takes no room
			t.Fatal(err)
		}
		at := time.Unix(int64(1000+i), 0)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := s.prune(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, media.Name([]byte{0}))); err == nil {
		t.Error("the oldest stays")
	}
	for _, name := range []string{media.Name([]byte{1}), media.Name([]byte{3}), "notes"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
}

// A hall that is away is asked again after 2 s, then later and later, every
// five minutes at last, and screens do not come all at once.
func TestBackoff(t *testing.T) {
	for tries, want := range map[int]time.Duration{1: 2 * time.Second, 2: 4 * time.Second, 5: 32 * time.Second, 8: 256 * time.Second, 9: lastWait, 10: lastWait, 100000: lastWait} {
		seen := map[time.Duration]bool{}
		for range 50 {
			d := backoff(tries)
			seen[d] = true
			if d > want || d < want*3/4 {
				t.Errorf("after %d tries: %v, want up to a quarter less than %v", tries, d, want)
			}
		}
		if len(seen) < 10 {
			t.Errorf("after %d tries: always the same", tries)
		}
	}
	s := New(Opts{})
	name, now := media.Name(nil), time.Now()
	s.Picture(name)
	s.brought(name, "", nil, awayError{os.ErrDeadlineExceeded})
	if n, _ := s.due(now); n != "" {
		t.Error("it is tried again at once")
	}
	if d := s.pause(now); d < firstWait/2 || d > firstWait+time.Minute {
		t.Errorf("nothing is due for %v", d)
	}
	if n, _ := s.due(now.Add(firstWait + time.Minute)); n != name {
		t.Error("it is not tried again")
	}
}
