package hardware

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/config"
	"hallward/kiosk/theme/fonts"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func running(t *testing.T) (*Set, string) {
	t.Helper()
	dir := t.TempDir()
	cfg := &Config{Control: "127.0.0.1:0",
		Printers:  []PrinterConfig{{ID: "p", Port: "tcp:127.0.0.1:0"}},
		Keypads:   []KeypadConfig{{ID: "pads", Port: "pty:" + filepath.Join(dir, "pads"), Units: 2}},
		Terminals: []TerminalConfig{{ID: "gate", Serial: "S1", Server: "http://127.0.0.1:1"}}}
	s, err := New(cfg, fonts.Regular, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if _, err := os.Lstat(filepath.Join(dir, "pads")); !os.IsNotExist(err) {
			t.Error("the port's link is still there after the end")
		}
	})
	return s, "http://" + s.Addr()
}

// The control interface does what a person beside the devices would do, and
// says what cannot be done.
func TestControl(t *testing.T) {
	_, url := running(t)
	post := func(path string, status int) {
		t.Helper()
		res, err := http.Post(url+path, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != status {
			b, _ := io.ReadAll(res.Body)
			t.Errorf("POST %s: %s %s, want %d", path, res.Status, b, status)
		}
	}
	get := func(path string) string {
		t.Helper()
		res, err := http.Get(url + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return string(b)
	}
	post("/printer/p/switch?name=paper-out&on=true", http.StatusNoContent)
	post("/printer/p/switch?name=smoke&on=true", http.StatusConflict)
	post("/printer/x/switch?name=cover&on=true", http.StatusNotFound)
	post("/printer/p/paper-out-after?lines=3", http.StatusNoContent)
	post("/printer/p/paper-out-after?lines=many", http.StatusConflict)
	post("/printer/p/tear", http.StatusNoContent)
	post("/keypad/1/press?key=call", http.StatusConflict) // nobody has opened the line
	post("/keypad/9/rate?code=3", http.StatusConflict)
	post("/keypad/x/rate?code=3", http.StatusNotFound)
	post("/keypad/switch?name=silent&on=true", http.StatusNoContent)
	post("/terminal/gate/punch?person=1001", http.StatusNoContent)
	post("/terminal/gate/clock?seconds=-600", http.StatusNoContent)
	post("/terminal/gate/switch?name=offline&on=true", http.StatusNoContent)
	post("/terminal/gone/punch?person=1001", http.StatusNotFound)

	var s State
	if err := json.Unmarshal([]byte(get("/state")), &s); err != nil {
		t.Fatal(err)
	}
	if p := s.Printers["p"]; len(p.Switches) != 1 || p.Switches[0] != "paper-out" || p.Online {
		t.Errorf("%+v", p)
	}
	if k := s.Keypads["pads"]; !k.Switches["silent"] || k.Open || len(k.Units) != 2 {
		t.Errorf("%+v", k)
	}
	if g := s.Terminals["gate"]; g.Waiting != 1 || !g.Switches["offline"] {
		t.Errorf("%+v", g)
	}
	page := get("/")
	for _, want := range []string{"Printer p", "Keypads pads", "Attendance terminal gate", `class="on" title="no paper;`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	if got := get("/printer/p/paper/latest.png"); !strings.Contains(got, "not found") {
		t.Errorf("a printer without paper gave %.40q", got)
	}
}

// Each mistake of a set is told with its line.
func TestConfigCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.yaml")
	text := "control: nowhere\nprinters:\n  - {id: A, port: \"tcp:127.0.0.1:0\"}\nkeypads:\n  - {id: pads, port: \"pty:x\", units: 300}\n  - {id: pads, port: \"pty:y\", units: 1}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err := config.Load(path, &Config{})
	if err == nil {
		t.Fatal("a broken file was accepted")
	}
	for _, want := range []string{"sim.yaml:1: control", "sim.yaml:3: printers[0].id", "sim.yaml:5: keypads[0].units", "sim.yaml:6: keypads[1].id"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}
