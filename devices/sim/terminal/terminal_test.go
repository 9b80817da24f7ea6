package terminal

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a hand-made other end after the protocol's text.
type server struct {
	mu      sync.Mutex
	fail    int // uploads to refuse
	uploads []string
	paths   []string
	done    []string
	got     chan string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.paths = append(s.paths, r.Method+" "+r.URL.RequestURI())
	switch {
	case strings.HasSuffix(r.URL.Path, "/cdata") && r.Method == http.MethodGet:
		io.WriteString(w, "GET OPTION FROM: "+r.URL.Query().Get("SN")+"\nDelay=1\nRealtime=1\n")
	case strings.HasSuffix(r.URL.Path, "/cdata"):
		if s.fail > 0 {
			s.fail--
			http.Error(w, "later", http.StatusInternalServerError)
			return
		}
		s.uploads = append(s.uploads, string(body))
		io.WriteString(w, "OK: 1")
		s.got <- string(body)
	case strings.HasSuffix(r.URL.Path, "/getrequest"):
		if len(s.done) == 0 {
			io.WriteString(w, "C:7:CHECK\nC:8:DATA QUERY USERINFO\n")
			return
		}
		io.WriteString(w, "OK")
	case strings.HasSuffix(r.URL.Path, "/devicecmd"):
		s.done = append(s.done, string(body))
	}
}

func start(t *testing.T, s *server) *Terminal {
	t.Helper()
	s.got = make(chan string, 16)
	h := httptest.NewServer(s)
	term, err := New(Opts{ID: "gate", Serial: "SIM0001", Server: h.URL, Delay: 20 * time.Millisecond, Retry: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = term.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); h.Close() })
	return term
}

// A punch is uploaded in the form of the text, kept while the server refuses,
// and sent again.
func TestPunchUntilOK(t *testing.T) {
	s := &server{fail: 2}
	term := start(t, s)
	term.Punch("1001", 1, 0)
	line := <-s.got
	if !regexp.MustCompile(`^1001\t\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\t0\t1\t\t0\t0\t\n$`).MatchString(line) {
		t.Errorf("uploaded %q", line)
	}
	for term.State().Waiting != 0 {
		select {
		case again := <-s.got:
			t.Fatalf("uploaded again after OK: %q", again)
		default:
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.Contains(s.paths[0], "options=all") || !strings.Contains(s.paths[0], "SN=SIM0001") {
		t.Errorf("the first request is %s", s.paths[0])
	}
	if got := term.State(); got.Sent != 1 || !got.Greeted {
		t.Errorf("%+v", got)
	}
}

func TestSwitches(t *testing.T) {
	s := &server{}
	term := start(t, s)
	if err := term.Set("duplicate", true); err != nil {
		t.Fatal(err)
	}
	if err := term.Set("crlf", true); err != nil {
		t.Fatal(err)
	}
	term.Punch("1002", 15, 0)
	a, b := <-s.got, <-s.got
	if a != b || !strings.HasSuffix(a, "\r\n") {
		t.Errorf("twice %q and %q", a, b)
	}
	if err := term.Set("nothing", true); err == nil {
		t.Error("an unknown switch was set")
	}
	for len(term.State().Commands) < 2 {
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.done) == 0 || s.done[0] != "ID=7&Return=0&CMD=CHECK\n" {
		t.Errorf("commands were answered with %q", s.done)
	}
	for _, o := range []Opts{{Server: "http://x"}, {Serial: "S", Server: "x"}} {
		if _, err := New(o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
