package controller

import (
	"bytes"
	"image"
	"image/png"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/media"
)

// The hall's pictures are given out under the SHA-256 of their files, to be kept
// for ever; nothing else of the folder or of the machine is (HALL-013).
func TestMedia(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "photos")
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 40))); err != nil {
		t.Fatal(err)
	}
	for path, raw := range map[string][]byte{filepath.Join(folder, "1003.png"): b.Bytes(), filepath.Join(folder, "list.txt"): []byte("names"), filepath.Join(dir, "hall.yaml"): []byte("hall")} {
		if err := os.WriteFile(path, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var told bytes.Buffer
	console := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("console")) })
	h, done := withMedia((&Config{Hall: dir, Media: "photos"}).mediaFolder(), console, slog.New(slog.NewTextHandler(&told, nil)))
	defer done()
	ask := func(h http.Handler, method, path string, head http.Header) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://hall/", nil)
		r.URL.Path = path
		for k, v := range head {
			r.Header[k] = v
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	name := media.Name(b.Bytes())
	a := ask(h, http.MethodGet, "/media/"+name, nil)
	if a.Code != http.StatusOK || !bytes.Equal(a.Body.Bytes(), b.Bytes()) || a.Header().Get("Content-Type") != "image/png" ||
		!strings.Contains(a.Header().Get("Cache-Control"), "immutable") || a.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", a.Code, a.Header())
	}
	if a := ask(h, http.MethodHead, "/media/"+name, nil); a.Code != http.StatusOK || a.Body.Len() != 0 {
		t.Errorf("HEAD: %d", a.Code)
	}
	if a := ask(h, http.MethodGet, "/media/"+name, http.Header{"If-None-Match": {`"` + name + `"`}}); a.Code != http.StatusNotModified {
		t.Errorf("known already: %d", a.Code)
	}
	if a := ask(h, http.MethodPost, "/media/"+name, nil); a.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", a.Code)
	}
	for _, path := range []string{"/media/", "/media/1003.png", "/media/list.txt", "/media/../hall.yaml", "/media/" + media.Name([]byte("names")), "/media/" + strings.ToUpper(name), "/media/x/" + name} {
		if a := ask(h, http.MethodGet, path, nil); a.Code != http.StatusNotFound || strings.Contains(a.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d %v", path, a.Code, a.Header())
		}
	}
	if a := ask(h, http.MethodGet, "/window/w02", nil); a.Body.String() != "console" {
		t.Errorf("the console: %q", a.Body)
	}
	if !strings.Contains(told.String(), "list.txt") || !strings.Contains(told.String(), "count=1") {
		t.Errorf("log:\n%s", told.String())
	}
	// Without a folder, or without that which is named, the console is there.
	for _, c := range []Config{{}, {Hall: dir, Media: "none"}} {
		h, done := withMedia(c.mediaFolder(), console, quiet)
		if a := ask(h, http.MethodGet, "/window/w02", nil); a.Body.String() != "console" {
			t.Errorf("%q: %q", c.Media, a.Body)
		}
		done()
	}
}

// The address of the pictures is the console's, as others reach it.
func TestMediaAddress(t *testing.T) {
	for _, c := range []struct{ media, listen, address, want string }{
		{"", "127.0.0.1:8080", "", ""},
		{"photos", "127.0.0.1:8080", "", "http://127.0.0.1:8080/media/"},
		{"photos", "localhost:8080", "", "http://localhost:8080/media/"},
		{"photos", "10.1.1.2:8443", "", "https://10.1.1.2:8443/media/"},
		{"photos", "[fd00::2]:8443", "", "https://[fd00::2]:8443/media/"},
		{"photos", "0.0.0.0:8443", "", ""},
		{"photos", ":8443", "", ""},
		{"photos", "0.0.0.0:8443", "https://hall-1:8443/", "https://hall-1:8443/media/"},
	} {
		cfg := Config{Media: c.media, Console: ConsoleConfig{Listen: c.listen, Address: c.address}}
		if got := cfg.mediaAddress(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
