package media

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"image"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/image/draw"

	"hallward/devices/media"
)

// awayError is of a server that does not answer, as against a picture that is
// wrong.
type awayError struct{ error }

// client asks no proxy, follows no redirection, and waits for nobody for long.
func client(conf *tls.Config) *http.Client {
	t := &http.Transport{TLSClientConfig: conf, TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 10 * time.Second,
		DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, MaxIdleConns: 1, IdleConnTimeout: time.Minute,
		MaxResponseHeaderBytes: 64 << 10, DisableCompression: true}
	return &http.Client{Transport: t, Timeout: fetchTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// fetch asks the hall for a picture and checks it.
func (s *Store) fetch(ctx context.Context, base, name string) ([]byte, error) {
	if base == "" {
		return nil, awayError{errors.New("the hall names no address of pictures")}
	}
	at, err := address(base, name, s.o.TLS != nil)
	if err != nil {
		return nil, awayError{err}
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return nil, awayError{err}
	}
	a, err := s.client.Do(r)
	if err != nil {
		return nil, awayError{err}
	}
	defer a.Body.Close()
	switch {
	case a.StatusCode == http.StatusNotFound:
		return nil, errors.New("the hall does not have it")
	case a.StatusCode != http.StatusOK:
		return nil, awayError{fmt.Errorf("the answer is %s", a.Status)}
	case a.ContentLength > media.MaxBytes:
		return nil, fmt.Errorf("%d bytes: %w", a.ContentLength, media.ErrTooLarge)
	}
	raw, err := io.ReadAll(io.LimitReader(a.Body, media.MaxBytes+1))
	switch {
	case err != nil:
		return nil, awayError{err}
	case len(raw) > media.MaxBytes:
		return nil, media.ErrTooLarge
	}
	return raw, media.Check(name, raw)
}

// address is where a picture lies. Without encryption it must be this machine:
// whoever listens on the way need not know whose photo is shown where.
func address(base, name string, secure bool) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return "", fmt.Errorf("address of pictures %q: want https://host:port/media/", base)
	}
	ip := net.ParseIP(u.Hostname())
	here := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !here) || u.Scheme == "https" && !secure {
		return "", fmt.Errorf("address of pictures %q: want https, or this machine", base)
	}
	return strings.TrimRight(base, "/") + "/" + name, nil
}

// decode makes a picture of a file that was checked, no larger than most, with
// its own proportions.
func decode(name string, raw []byte, most image.Point) (image.Image, error) {
	src, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", short(name), err)
	}
	r := src.Bounds()
	share := min(1, float64(most.X)/float64(r.Dx()), float64(most.Y)/float64(r.Dy()))
	to := image.Rect(0, 0, max(1, int(float64(r.Dx())*share+0.5)), max(1, int(float64(r.Dy())*share+0.5)))
	dst := image.NewRGBA(to)
	draw.ApproxBiLinear.Scale(dst, to, src, r, draw.Src, nil)
	return dst, nil
}

// size is what a picture takes in memory.
func size(img image.Image) int { return 4 * img.Bounds().Dx() * img.Bounds().Dy() }
