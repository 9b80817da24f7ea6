package keeper

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func give(t *testing.T, k *Keeper, name string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	k.View(name, raw)
}

// calls are the calls up to last, made now.
func calls(last uint64) contract.Calls {
	v := contract.Calls{Version: last, Calls: []contract.Call{}}
	for c := last; c > 0; c-- {
		v.Calls = append(v.Calls, contract.Call{Call: c, Number: "A00" + string(rune('0'+c)), Window: "w1", Name: contract.Text2{ZH: "1号窗口", EN: "Window 1"}, At: time.Now(), State: "called"})
	}
	return v
}

func page(t *testing.T, k *Keeper) Page {
	t.Helper()
	r := httptest.NewRecorder()
	k.ServeHTTP(r, httptest.NewRequest("GET", "/board", nil))
	var p Page
	if err := json.Unmarshal(r.Body.Bytes(), &p); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	return p
}

// HALL-019, R-BOARD-02: a board that is killed shows its last good data at once
// when it starts again, says that the hall is away, and announces no call twice,
// however young it is.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	k := New(dir, quiet())
	k.Link(true)
	give(t, k, contract.ViewCalls, calls(0))
	give(t, k, contract.ViewCalls, calls(2))
	if s, _ := k.Screen(); !s.Flash || s.Hero.Call != 1 {
		t.Fatalf("call 1 is not announced: %+v", s)
	}
	// No Save: the process is gone.
	k = New(dir, quiet())
	s, _ := k.Screen()
	if s.Hero == nil || s.Hero.Call != 2 || s.Link.ZH == "" || s.Flash {
		t.Errorf("after the start: %+v", s)
	}
	give(t, k, contract.ViewCalls, calls(2))
	if s, _ := k.Screen(); s.Flash {
		t.Errorf("call %d is announced again", s.Hero.Call)
	}
	give(t, k, contract.ViewCalls, calls(3))
	k.Screen()
	if p := page(t, k); len(p.Calls) != 3 || p.Calls[0].Call != 3 || !p.Calls[0].Flashing || p.Calls[0].Window != "1号窗口" || p.Link == "" || p.Seen != 3 {
		t.Errorf("%+v", p)
	}
}

// A board goes on when its copy is torn or its disk is full, and says so once.
func TestDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, File), []byte(`{"calls":`), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	k := New(dir, slog.New(slog.NewTextHandler(&log, nil)))
	if !strings.Contains(log.String(), "is not used") {
		t.Errorf("a torn copy is not told: %s", log.String())
	}
	log.Reset()
	if err := os.Remove(filepath.Join(dir, File)); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, File), 0o700); err != nil { // nothing can be put in its place
		t.Fatal(err)
	}
	give(t, k, contract.ViewCalls, calls(0))
	for last := uint64(1); last < 5; last++ {
		give(t, k, contract.ViewCalls, calls(last))
	}
	if s, _ := k.Screen(); !s.Flash {
		t.Error("without a disk no call is announced")
	}
	if n := strings.Count(log.String(), "is not kept"); n != 1 || k.Disk() == nil {
		t.Errorf("told %d times, health %v", n, k.Disk())
	}
	if err := os.Remove(filepath.Join(dir, File)); err != nil {
		t.Fatal(err)
	}
	k.Save()
	if k.Disk() != nil || !strings.Contains(log.String(), "is kept again") {
		t.Errorf("%v: %s", k.Disk(), log.String())
	}
}

// While new calls are on their way to the disk the board shows what it showed,
// but not for long: people wait for their call (R-BOARD-01).
func TestSlowDisk(t *testing.T) {
	k := New(t.TempDir(), quiet())
	k.Link(true)
	give(t, k, contract.ViewCalls, calls(0))
	k.saving.Lock() // the disk hangs
	raw, err := json.Marshal(calls(1))
	if err != nil {
		t.Fatal(err)
	}
	if !k.take(contract.ViewCalls, raw) {
		t.Fatal("a new call is none")
	}
	if s, _ := k.Screen(); s.Hero != nil {
		t.Error("a call is shown that a crash would show again")
	}
	limit := time.After(5 * time.Second)
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if s, _ := k.Screen(); s.Hero != nil {
			break
		}
		select {
		case <-limit:
			t.Fatal("a disk that hangs keeps the call from the board")
		case <-look.C:
		}
	}
	k.saving.Unlock()
}

// A view that cannot be read is told once and changes nothing; an impolite
// notice is left out (R-VOICE-03).
func TestBadViews(t *testing.T) {
	var log bytes.Buffer
	k := New(t.TempDir(), slog.New(slog.NewTextHandler(&log, nil)))
	give(t, k, contract.ViewQueue, contract.Queue{Version: 1, Waiting: 4})
	for range 3 {
		k.View(contract.ViewQueue, json.RawMessage(`{"waiting":"x"}`))
	}
	if n := strings.Count(log.String(), "cannot be read"); n != 1 {
		t.Errorf("told %d times", n)
	}
	give(t, k, contract.ViewNotices, contract.Notices{Notices: []contract.Notice{{Text: contract.Text2{ZH: "这事我不管"}}}})
	k.Screen()
	if p := page(t, k); p.Waiting != 4 || p.Notice != "" || !strings.Contains(log.String(), "我不管") {
		t.Errorf("%+v", p)
	}
}
