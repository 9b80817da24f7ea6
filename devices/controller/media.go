package controller

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"hallward/devices/media"
)

// mediaPath is where the hall's pictures lie on the console's server. Their
// address, with the name under which the screens know this machine, stands in
// the catalogue (contract.HallInfo.Media).
const mediaPath = "/media/"

// mediaFolder is the folder of the hall's pictures; "" is none.
func (c *Config) mediaFolder() string {
	if c.Media == "" || filepath.IsAbs(c.Media) {
		return c.Media
	}
	return filepath.Join(c.Hall, c.Media)
}

// mediaAddress is under what address the screens find the pictures; "" is none,
// or not known.
func (c *Config) mediaAddress() string {
	if c.Media == "" {
		return ""
	}
	if c.Console.Address != "" {
		return strings.TrimRight(c.Console.Address, "/") + mediaPath
	}
	host, port, err := net.SplitHostPort(c.Console.Listen)
	ip := net.ParseIP(host)
	switch {
	case err != nil, host == "", ip != nil && ip.IsUnspecified():
		return ""
	case host == "localhost", ip != nil && ip.IsLoopback(): // served without encryption: see serveConsole
		return "http://" + net.JoinHostPort(host, port) + mediaPath
	}
	return "https://" + net.JoinHostPort(host, port) + mediaPath
}

// withMedia puts the hall's pictures before another handler. A folder that
// cannot be read costs the pictures, never the hall. done lets the folder go.
func withMedia(folder string, next http.Handler, log *slog.Logger) (h http.Handler, done func()) {
	if folder == "" {
		return next, func() {}
	}
	x, err := media.Open(folder)
	if err != nil {
		log.Error("pictures are not given out: screens show placeholders", "folder", folder, "error", err)
		return next, func() {}
	}
	for _, p := range x.Problems() {
		log.Warn("a file of the pictures' folder is not given out", "file", filepath.Join(folder, p.File), "error", p.Err)
	}
	log.Info("pictures", "folder", folder, "count", x.Len())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, ok := strings.CutPrefix(r.URL.Path, mediaPath)
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		picture(w, r, x, name, log)
	}), func() { _ = x.Close() }
}

// picture answers with a picture under its name. What a name stands for never
// changes, so a screen or a browser may keep it for ever.
func picture(w http.ResponseWriter, r *http.Request, x *media.Index, name string, log *slog.Logger) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "want GET", http.StatusMethodNotAllowed)
		return
	}
	f, kind, err := x.Find(name, time.Now())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		h.Set("Cache-Control", "no-store")
		http.Error(w, "没有这张图片 There is no such picture.", http.StatusNotFound)
		return
	case err != nil:
		log.Warn("the folder of pictures cannot be read", "error", err)
		h.Set("Cache-Control", "no-store")
		http.Error(w, "图片暂时无法读取 The pictures cannot be read now.", http.StatusServiceUnavailable)
		return
	}
	defer f.Close()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", `"`+name+`"`)
	http.ServeContent(w, r, "", time.Time{}, f)
}
