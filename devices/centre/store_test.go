package centre

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/config"
	"hallward/devices/contract"
)

var ctx = context.Background()

var noon = time.Date(2026, 11, 23, 4, 0, 0, 123_000_000, time.UTC)

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func fresh(t testing.TB) *Store { return open(t, filepath.Join(t.TempDir(), "centre.db")) }

// batch is the events first to last of an epoch of a node.
func batch(node, epoch string, first, last uint64) (list []contract.Event) {
	for n := first; n <= last; n++ {
		list = append(list, contract.Event{
			SpecVersion: "1.0", ID: contract.EventID(node, epoch, n), Source: "/hall/1/luotian/" + node, ContentType: "application/json",
			Type: "ticket.issued/1", Time: noon, Sequence: n, Data: json.RawMessage(fmt.Sprintf(`{"number":"A%03d"}`, n)),
		})
	}
	return list
}

// Each event is stored once, in sequence; a gap is not jumped; the answer is
// always how far the disk is (HALL-009, HALL-012).
func TestEvents(t *testing.T) {
	path := filepath.Join(t.TempDir(), "centre.db")
	s := open(t, path)
	for i, c := range []struct {
		hall, node, epoch string
		first, last, want uint64
	}{
		{"luotian", "hall", "E1", 1, 3, 3},
		{"luotian", "hall", "E1", 1, 3, 3}, // repeated whole
		{"luotian", "hall", "E1", 2, 5, 5}, // repeated in part
		{"luotian", "hall", "E1", 7, 9, 5}, // a gap
		{"luotian", "hall", "E1", 6, 6, 6},
		{"luotian", "hall", "E2", 2, 3, 0}, // a new disk must begin at 1
		{"luotian", "hall", "E2", 1, 2, 2},
		{"town", "hall", "E1", 1, 1, 1}, // another hall
		{"luotian", "kiosk-1", "E1", 1, 1, 1},
	} {
		if through, err := s.Events(ctx, c.hall, c.node, batch(c.node, c.epoch, c.first, c.last)); err != nil || through != c.want {
			t.Fatalf("step %d: through %d, %v; want %d", i, through, err, c.want)
		}
		if i == 4 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, path)
		}
	}
	list, err := s.Find(ctx, Query{Hall: "luotian", Node: "hall"})
	if err != nil || len(list) != 8 {
		t.Fatalf("%d events, %v; want 8", len(list), err)
	}
	want := batch("hall", "E1", 4, 4)[0]
	if got := list[3].Event; got.ID != want.ID || got.Source != want.Source || string(got.Data) != string(want.Data) || !got.Time.Equal(want.Time) {
		t.Errorf("found %+v, want %+v", got, want)
	}
	if n, err := s.Count(ctx, "luotian"); err != nil || n["ticket.issued/1"] != 9 {
		t.Errorf("count %v, %v", n, err)
	}
}

// What cannot be an event of that node is refused, and nothing is stored.
func TestEventsRefused(t *testing.T) {
	s := fresh(t)
	wrong := batch("hall", "E1", 1, 1)
	wrong[0].Sequence = 2
	for name, events := range map[string][]contract.Event{
		"none": nil, "another node": batch("kiosk-1", "E1", 1, 1), "sequence": wrong,
		"two epochs": append(batch("hall", "E1", 1, 1), batch("hall", "E2", 1, 1)...),
		"no id":      {{Type: "x/1"}}, "zero": batch("hall", "E1", 0, 0),
	} {
		if _, err := s.Events(ctx, "luotian", "hall", events); err == nil || errors.Is(err, ErrBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n, _ := s.Count(ctx, ""); len(n) != 0 || s.Err() != nil {
		t.Errorf("stored %v, %v", n, s.Err())
	}
}

// A node that comes with less than the store has never seen is not waited for
// for ever, and the hole is on record.
func TestAnnounce(t *testing.T) {
	s := fresh(t)
	say := func(first uint64) {
		t.Helper()
		if err := s.Announce("luotian", "hall", contract.OutboxRange{Epoch: "E1", First: first, Last: 100}); err != nil {
			t.Fatal(err)
		}
	}
	say(1)
	if list, _ := s.Streams(ctx); len(list) != 0 {
		t.Errorf("a node with nothing missing has left %+v", list)
	}
	say(41)
	say(41)
	if through, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 41, 43)); err != nil || through != 43 {
		t.Errorf("through %d, %v; want 43", through, err)
	}
	say(44)
	say(10)
	list, err := s.Streams(ctx)
	if want := (Stream{"luotian", "hall", "E1", 43, 40}); err != nil || len(list) != 1 || list[0] != want {
		t.Errorf("streams %+v, %v; want %+v", list, err, want)
	}
	if err := s.Announce("luotian", "hall", contract.OutboxRange{Epoch: "", First: 1}); err == nil {
		t.Error("an outbox without an epoch was taken")
	}
}

// Whatever arrives in whatever order, the store has a prefix of what was sent,
// each once, and its word is the length of that prefix.
func TestEventsModel(t *testing.T) {
	s := fresh(t)
	halls := 0
	rapid.Check(t, func(t *rapid.T) {
		halls++
		hall := fmt.Sprintf("hall-%d", halls)
		through := uint64(0)
		for range rapid.IntRange(1, 20).Draw(t, "batches") {
			first := rapid.Uint64Range(1, 30).Draw(t, "first")
			last := first + rapid.Uint64Range(0, 10).Draw(t, "more")
			if first <= through+1 {
				through = max(through, last)
			}
			if got, err := s.Events(ctx, hall, "hall", batch("hall", "E", first, last)); err != nil || got != through {
				t.Fatalf("batch %d to %d: through %d, %v; want %d", first, last, got, err, through)
			}
		}
		list, err := s.Find(ctx, Query{Hall: hall})
		if err != nil || uint64(len(list)) != through {
			t.Fatalf("%d events, %v; want %d", len(list), err, through)
		}
		for i, r := range list {
			if r.Event.Sequence != uint64(i+1) {
				t.Fatalf("event %d is %d", i+1, r.Event.Sequence)
			}
		}
	})
}

// Halls do not disturb each other.
func TestManyHalls(t *testing.T) {
	s := fresh(t)
	var wg sync.WaitGroup
	for h := range 16 {
		wg.Go(func() {
			hall := fmt.Sprint("hall-", h)
			for n := uint64(1); n <= 60; n += 3 {
				if through, err := s.Events(ctx, hall, "hall", batch("hall", "E", n, n+2)); err != nil || through != n+2 {
					t.Errorf("%s: through %d, %v", hall, through, err)
				}
			}
		})
	}
	wg.Wait()
	if n, err := s.Count(ctx, ""); err != nil || n["ticket.issued/1"] != 16*60 {
		t.Errorf("count %v, %v", n, err)
	}
}

// A store that fails acknowledges nothing, says so once, and mends itself.
func TestBroken(t *testing.T) {
	var log strings.Builder
	s := fresh(t)
	s.log = slog.New(slog.NewTextHandler(&log, nil))
	if _, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 1, 2)); err != nil {
		t.Fatal(err)
	}
	if err := s.file.Close(); err != nil { // the disk goes away under the store
		t.Fatal(err)
	}
	path := s.path
	s.path = filepath.Join(filepath.Dir(path), "away", "centre.db")
	for range 3 {
		if through, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 3, 4)); !errors.Is(err, ErrBroken) || through != 0 {
			t.Fatalf("through %d, %v", through, err)
		}
	}
	if err := s.Err(); !errors.Is(err, ErrBroken) {
		t.Errorf("health: %v", err)
	}
	s.path = path
	if through, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 3, 4)); err != nil || through != 4 || s.Err() != nil {
		t.Errorf("after the disk came back: through %d, %v", through, err)
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("%d lines, want one for the fault and one for its end:\n%s", n, log.String())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 5, 5)); err == nil {
		t.Error("a closed store has stored")
	}
}

func TestHandler(t *testing.T) {
	s := fresh(t)
	if _, err := s.Events(ctx, "luotian", "hall", batch("hall", "E1", 1, 5)); err != nil {
		t.Fatal(err)
	}
	evil := batch("hall", "E1", 6, 6)
	evil[0].Data = json.RawMessage(`{"note":"<script>alert(1)</script>"}`)
	if _, err := s.Events(ctx, "luotian", "hall", evil); err != nil {
		t.Fatal(err)
	}
	h := Handler(s, func() []Hall { return []Hall{{ID: "luotian", Online: true}} })
	get := func(url string) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		return w.Code, w.Body.String()
	}
	for url, want := range map[string]string{
		"/events?hall=luotian&after=1&limit=2": "[2 3]",
		"/events?order=newest&limit=2":         "[6 5]",
		"/events?type=window.paused/1":         "[]",
		"/events?node=kiosk-1":                 "[]",
	} {
		code, body := get(url)
		var list []Record
		if err := json.Unmarshal([]byte(body), &list); err != nil || code != 200 || list == nil {
			t.Errorf("%s: %d %s", url, code, body)
		}
		got := []uint64{}
		for _, r := range list {
			got = append(got, r.Event.Sequence)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: %v, want %s", url, got, want)
		}
	}
	if code, body := get("/count?hall=luotian"); code != 200 || strings.TrimSpace(body) != `{"ticket.issued/1":6}` {
		t.Errorf("count: %d %s", code, body)
	}
	for _, url := range []string{"/events?after=x", "/events?limit=-1"} {
		if code, _ := get(url); code != http.StatusBadRequest {
			t.Errorf("%s: %d", url, code)
		}
	}
	code, body := get("/")
	if code != 200 || !strings.Contains(body, "luotian") || strings.Contains(body, "<script>") || !strings.Contains(body, "&lt;script&gt;") {
		t.Errorf("page: %d %s", code, body)
	}
}

// Every mistake of a configuration is told at once, with its line.
func TestConfig(t *testing.T) {
	text := "node: Centre 1\nhalls: [luotian, Town, luotian]\ndata: data\nbroker:\n  listen: nowhere\nhealth: 9102\npages: x\n"
	var said []string
	for _, p := range config.Parse("centre.yaml", []byte(text), &Config{}) {
		said = append(said, fmt.Sprint(p))
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"centre.yaml:1: node", "centre.yaml:2: halls[1]", "centre.yaml:2: halls[2]", "certificates", "centre.yaml:5: broker.listen", "centre.yaml:6: health", "centre.yaml:7: pages"} {
		if !strings.Contains(all, want) {
			t.Errorf("nothing of %q in:\n%s", want, all)
		}
	}
	for _, text := range []string{
		"halls: [a]\ndata: d\ncertificates: c\nbroker: {listen: '127.0.0.1:1', url: 'tls://b:1'}\nnode: c\n",
		"halls: [a]\ndata: d\ncertificates: c\nbroker: {url: 'tcp://b:1'}\nnode: c\n",
	} {
		if ps := config.Parse("centre.yaml", []byte(text), &Config{}); len(ps) != 1 {
			t.Errorf("%s: %v", text, ps)
		}
	}
	if _, err := Load("../../deploy/halls/luotian/centre.yaml"); err != nil {
		t.Error(err)
	}
}
