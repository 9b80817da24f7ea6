package main

import (
	"strings"
	"sync"
	"testing"

	"hallward/devices/sim/idcard"
	"hallward/devices/sim/scanner"
)

// hand does what the probe asks a person to do.
type hand struct {
	mu   sync.Mutex
	text strings.Builder
	does map[string]func() error
	err  error
}

func (h *hand) Write(b []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for what, do := range h.does {
		if strings.HasPrefix(string(b), "now") && strings.Contains(string(b), what) {
			if err := do(); err != nil {
				h.err = err
			}
		}
	}
	return h.text.Write(b)
}

func (h *hand) run(args ...string) (string, error) {
	c := rootCommand()
	c.SetArgs(args)
	c.SetOut(h)
	err := c.Execute()
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String(), err
}

// The reader passes, and the report says nothing of the card (R-SEC-01).
func TestProbeCardReader(t *testing.T) {
	t.Parallel()
	r := idcard.New()
	h := &hand{does: map[string]func() error{
		"lay a card":    func() error { return r.Lay("zhang") },
		"take the card": func() error { r.Take(); return nil },
	}}
	out, err := h.run("probe", "idcard/samv", plugged(t, "pty", r.Run)+"?baud=115200")
	if err != nil || h.err != nil || !strings.Contains(out, "PASS") || strings.Count(out, "taken away: card of kind resident") != 2 {
		t.Errorf("%v, %v\n%s", err, h.err, out)
	}
	for _, secret := range []string{"样例", "19800101", "001X"} {
		if strings.Contains(out, secret) {
			t.Errorf("the report says %s", secret)
		}
	}
}

// A reader that says nothing fails, also with nobody there.
func TestProbeFindsASilentReader(t *testing.T) {
	t.Parallel()
	r := idcard.New()
	if err := r.Set("silent", true); err != nil {
		t.Fatal(err)
	}
	out, err := (&hand{}).run("probe", "idcard/samv", plugged(t, "pty", r.Run), "--no-press")
	if err == nil || !strings.Contains(out, "FAIL  after 15s the reader is not ready") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestProbeScanner(t *testing.T) {
	t.Parallel()
	s, err := scanner.New("crlf")
	if err != nil {
		t.Fatal(err)
	}
	h := &hand{does: map[string]func() error{"hold a code": func() error { return s.Scan("HW1:luotian:A001") }}}
	out, err := h.run("probe", "scanner/line", plugged(t, "pty", s.Run))
	if err != nil || h.err != nil || !strings.Contains(out, "PASS") || strings.Contains(out, "luotian") {
		t.Errorf("%v, %v\n%s", err, h.err, out)
	}
}
