package console

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// visitor is a browser without a screen.
type visitor struct {
	t    *testing.T
	url  string
	http http.Client // follows no redirect
}

func visit(t *testing.T, url string) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{t, url, http.Client{Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func site(t *testing.T, b Backend, o Options) string {
	t.Helper()
	s := httptest.NewServer(New(b, o))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// page is an answer with its text.
type page struct {
	*http.Response
	body string
}

func (v *visitor) send(r *http.Request) page {
	v.t.Helper()
	resp, err := v.http.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return page{resp, string(body)}
}

func (v *visitor) get(path string) page {
	v.t.Helper()
	r, _ := http.NewRequest("GET", v.url+path, nil)
	return v.send(r)
}

func (v *visitor) post(path string, form url.Values) page {
	v.t.Helper()
	r, _ := http.NewRequest("POST", v.url+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return v.send(r)
}

// hidden reads a hidden field of a page's form.
func (p page) hidden(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("the page has no field %s: %.300s", name, p.body)
	}
	return m[1]
}

func (v *visitor) signIn(window, number, pin string) page {
	v.t.Helper()
	p := v.get("/")
	return v.post("/sign-in", url.Values{"window": {window}, "number": {number}, "pin": {pin}, "id": {p.hidden(v.t, "id")}, "token": {p.hidden(v.t, "token")}})
}

// at signs in at window 1 and gives the token of its page.
func (v *visitor) at(window, number string) (token string) {
	v.t.Helper()
	if p := v.signIn(window, number, number); p.StatusCode != http.StatusSeeOther {
		v.t.Fatalf("sign-in: %s %.200s", p.Status, p.body)
	}
	m := regexp.MustCompile(`data-token="([^"]+)"`).FindStringSubmatch(v.get("/window/" + window).body)
	if m == nil {
		v.t.Fatal("the window's page has no token")
	}
	return m[1]
}

func (v *visitor) act(window, token string, a act) (int, contract.Answer) {
	v.t.Helper()
	blob, _ := json.Marshal(a)
	r, _ := http.NewRequest("POST", v.url+"/window/"+window+"/do", bytes.NewReader(blob))
	r.Header.Set("X-Token", token)
	p := v.send(r)
	var answer contract.Answer
	if err := json.Unmarshal([]byte(p.body), &answer); err != nil {
		v.t.Fatalf("%s: %v: %.200s", p.Status, err, p.body)
	}
	return p.StatusCode, answer
}

func newID() string { return ulid.Make().String() }

// stream reads the server-sent events of a page.
type stream struct {
	t     *testing.T
	lines chan string
}

func (v *visitor) stream(path string) *stream {
	v.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	v.t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", v.url+path, nil)
	endless := v.http
	endless.Timeout = 0
	resp, err := endless.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	s := &stream{v.t, make(chan string)}
	go func() {
		defer close(s.lines)
		defer resp.Body.Close()
		in := bufio.NewScanner(resp.Body)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			if data, ok := strings.CutPrefix(in.Text(), "data: "); ok {
				select {
				case s.lines <- data:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return s
}

// next is the next message, "" at the end of the stream.
func (s *stream) next() string {
	s.t.Helper()
	select {
	case line := <-s.lines:
		return line
	case <-time.After(15 * time.Second):
		s.t.Fatal("the stream is silent")
		return ""
	}
}
