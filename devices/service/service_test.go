package service

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// Flags and configuration are judged before anything runs.
func TestMainJudgesTheCommandLine(t *testing.T) {
	ran := 0
	extra := ""
	p := Program{
		Name: "probe", Short: "a test",
		Flags: func(fs *flag.FlagSet) { fs.StringVar(&extra, "extra", "", "more") },
		Load: func(config string) (Run, error) {
			if config != "good.yaml" {
				return nil, errors.New(config + ":3: broker.listen: \"x\": want host:port")
			}
			return func(context.Context, *Service) error { ran++; return nil }, nil
		},
	}
	for _, c := range []struct {
		name     string
		args     []string
		code     int
		ran      int
		out, err string
	}{
		{"no configuration", nil, 2, 0, "", "--config FILE is needed"},
		{"wrong configuration", []string{"--config", "bad.yaml"}, 2, 0, "", "bad.yaml:3: broker.listen"},
		{"wrong flag", []string{"--nonsense"}, 2, 0, "", "nonsense"},
		{"stray word", []string{"--config", "good.yaml", "start"}, 2, 0, "", `"start" is not a flag`},
		{"check", []string{"--config", "good.yaml", "--check"}, 0, 0, "the configuration is good", ""},
		{"check of a wrong one", []string{"--config", "bad.yaml", "--check"}, 2, 0, "", "want host:port"},
		{"version", []string{"--version"}, 0, 0, "probe ", ""},
		{"run", []string{"--config", "good.yaml", "--extra", "x"}, 0, 1, "", "stopped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ran = 0
			var out, err bytes.Buffer
			if code := p.main(c.args, &out, &err); code != c.code {
				t.Errorf("status %d, want %d; %s", code, c.code, err.String())
			}
			if ran != c.ran {
				t.Errorf("ran %d times, want %d", ran, c.ran)
			}
			if !strings.Contains(out.String(), c.out) || !strings.Contains(err.String(), c.err) {
				t.Errorf("said %q and %q, want %q and %q", out.String(), err.String(), c.out, c.err)
			}
		})
	}
	if extra != "x" {
		t.Errorf("the program's own flag got %q", extra)
	}
}

func TestMainReportsTheEnd(t *testing.T) {
	p := Program{Name: "probe", Load: func(string) (Run, error) {
		return func(context.Context, *Service) error { return errors.New("the disk is gone") }, nil
	}}
	var out, err bytes.Buffer
	if code := p.main([]string{"--config", "x"}, &out, &err); code != 1 || !strings.Contains(err.String(), "the disk is gone") {
		t.Errorf("status %d, said %q", code, err.String())
	}
}

// R-NET-06: the health page names the part that is sick.
func TestHealthNamesTheSickPart(t *testing.T) {
	s := New("probe", quiet())
	var sick error
	s.Health("journal", func() error { return sick })
	s.Health("broker", func() error { return nil })
	get := func() (int, string) {
		r := httptest.NewRecorder()
		s.Handler().ServeHTTP(r, httptest.NewRequest("GET", "/healthz", nil))
		return r.Code, r.Body.String()
	}
	if code, body := get(); code != 503 || !strings.Contains(body, "not ready") {
		t.Errorf("before ready: %d %q", code, body)
	}
	s.Ready(t.Context())
	if code, body := get(); code != 200 || body != "ok broker\nok journal\n" {
		t.Errorf("well: %d %q", code, body)
	}
	sick = errors.New("disk full")
	if code, body := get(); code != 503 || !strings.Contains(body, "bad journal: disk full\n") {
		t.Errorf("sick: %d %q", code, body)
	}
	r := httptest.NewRecorder()
	s.Handler().ServeHTTP(r, httptest.NewRequest("GET", "/metrics", nil))
	if !strings.Contains(r.Body.String(), "go_goroutines") {
		t.Error("no metrics")
	}
}

// systemd hears READY, then WATCHDOG while the signs of life are there, and
// nothing more once one of them fails.
func TestWatchdogIsFedOnlyByTheLiving(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify")
	sock, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer sock.Close()
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "40000")
	t.Setenv("WATCHDOG_PID", "")
	os.Unsetenv("WATCHDOG_PID")
	hear := func() string {
		b := make([]byte, 200)
		n, err := sock.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	s := New("probe", quiet())
	asked := make(chan error)
	s.Alive("engine", func(ctx context.Context) error {
		select {
		case e := <-asked:
			return e
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Ready(ctx)
	if got := hear(); got != "READY=1" {
		t.Fatalf("heard %q", got)
	}
	asked <- nil
	if got := hear(); got != "WATCHDOG=1" {
		t.Fatalf("heard %q", got)
	}
	asked <- errors.New("stuck")
	asked <- errors.New("stuck")
	asked <- nil
	if got := hear(); got != "WATCHDOG=1" {
		t.Fatalf("heard %q", got)
	}
	cancel()
	_ = sock.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := sock.Read(make([]byte, 200)); err == nil {
		t.Errorf("%d bytes more: the watchdog was fed while the engine was stuck", n)
	}
}
