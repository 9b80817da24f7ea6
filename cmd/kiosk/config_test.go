package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/kiosk/theme/tokens"
)

// The samples of the two kiosks are good.
func TestSamples(t *testing.T) {
	for _, name := range []string{"kiosk-1", "kiosk-2"} {
		c, err := load(filepath.Join("../../deploy/halls/luotian", name+".yaml"), options{})
		if err != nil {
			t.Error(err)
			continue
		}
		if c.Node != name || c.Printer != "printer" || c.Times.flow().Idle != time.Minute {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

const good = `hall: luotian
node: kiosk-1
controller: tls://127.0.0.1:8883
certificates: pki
data: data
`

// Every mistake is told, with its line.
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{strings.Replace(good, "luotian", "Luo Tian", 1), `:1: hall: "Luo Tian": want 1 to 32`},
		{strings.Replace(good, "tls:", "tcp:", 1), ":3: controller: "},
		{strings.Replace(good, "certificates: pki\n", "", 1), "certificates: want the folder"},
		{good + "screen: {width: 100}\n", `:6: screen.width: "100": `},
		{good + "screen:\n  dpi: 5\n", ":7: screen.dpi: "},
		{good + "times: {idle: 10s, warn: 10s}\n", ":6: times.warn: "},
		{good + "times: {done: 1h}\n", ":6: times.done: "},
		{good + "health: 9111\n", ":6: health: "},
		{good + "printer: nowhere\n", ":6: printer: \"nowhere\": want the id"},
		{good + "printer: pads\ndevices:\n  - {id: pads, kind: keypad/ff68, link: \"tcp:h:1\"}\n", `not a printer`},
		{good + "devices:\n  - {id: p, kind: printer/unheard-of, link: \"tcp:h:1\"}\n", "unheard-of"},
		{good + "devices:\n  - {id: reader, kind: idcard/samv, link: \"tcp:h:1\"}\n", `person_key`},
		{good + "colour: red\n", ":6: colour: unknown key"},
	} {
		path := filepath.Join(t.TempDir(), "kiosk.yaml")
		if err := os.WriteFile(path, []byte(c.yaml), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := load(path, options{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s\ngot %v, want %q", c.yaml, err, c.want)
		}
	}
}

// A smaller window shows the same page: the dpi shrinks with it.
func TestSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kiosk.yaml")
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		size string
		dpi  float64
	}{{"", tokens.ReferenceDPI}, {"540x960", tokens.ReferenceDPI / 2}, {"960x540", tokens.ReferenceDPI / 2}, {"1080x1920", tokens.ReferenceDPI}} {
		cfg, err := load(path, options{size: c.size})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(cfg.Screen.DPI-c.dpi) > 0.01 {
			t.Errorf("--size %q: %v dpi, want %v", c.size, cfg.Screen.DPI, c.dpi)
		}
	}
	for _, bad := range []string{"x", "540", "10x10", "99999x99999"} {
		if _, err := load(path, options{size: bad}); err == nil {
			t.Errorf("--size %q was taken", bad)
		}
	}
}
