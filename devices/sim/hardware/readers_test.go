package hardware

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/config"
	"hallward/devices/host"
	"hallward/kiosk/theme/fonts"
)

// A card that is laid on the page, and a code that is scanned there, reach a
// process that has the devices among its own, through catalog and host.
func TestCardsAndCodesReachAHost(t *testing.T) {
	dir := t.TempDir()
	set, err := New(&Config{Control: "127.0.0.1:0",
		Readers:  []ReaderConfig{{ID: "reader", Port: "pty:" + filepath.Join(dir, "reader")}},
		Scanners: []ScannerConfig{{ID: "scanner", Port: "pty:" + filepath.Join(dir, "scanner"), End: "crlf"}}}, fonts.Regular, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 2)
	go func() { done <- set.Run(ctx) }()

	said := make(chan devices.Reading, 16)
	h := host.New([]catalog.Spec{
		{ID: "reader", Kind: "idcard/samv", Link: "serial:" + filepath.Join(dir, "reader") + "?baud=115200"},
		{ID: "scanner", Kind: "scanner/line", Link: "serial:" + filepath.Join(dir, "scanner")},
	}, func(_ context.Context, _ string, r devices.Reading) error { said <- r; return nil }, quiet)
	go func() { done <- h.Run(ctx) }()

	base := "http://" + set.Addr()
	post := func(path string, form url.Values) int {
		t.Helper()
		res, err := http.PostForm(base+path, form)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode
	}
	state := func() (s State) {
		t.Helper()
		res, err := http.Get(base + "/state")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	reading := func() devices.Reading {
		t.Helper()
		select {
		case r := <-said:
			return r
		case <-ctx.Done():
			t.Fatal("no reading")
			return nil
		}
	}
	if code := post("/reader/reader/lay", url.Values{"card": {"ouyang"}}); code != http.StatusNoContent {
		t.Errorf("a card is laid: %d", code)
	}
	if c, ok := reading().(devices.Card); !ok || c.Name != "欧阳样例" {
		t.Error("another card was read")
	}
	if s := state().Readers["reader"]; s.Card != "ouyang" || !s.Read || s.Fingers != 0 {
		t.Errorf("%+v", s)
	}
	if code := post("/reader/reader/take", nil); code != http.StatusNoContent {
		t.Errorf("the card is taken: %d", code)
	}
	if r, ok := reading().(devices.CardGone); !ok {
		t.Errorf("%T", r)
	}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for !state().Scanners["scanner"].Open {
		<-look.C
	}
	if code := post("/scanner/scanner/scan", url.Values{"text": {"HW1 样例"}}); code != http.StatusNoContent {
		t.Errorf("a code is scanned: %d", code)
	}
	if c, ok := reading().(devices.Scan); !ok || c.Text != "HW1 样例" {
		t.Error("another code was read")
	}
	for path, want := range map[string]int{
		"/reader/reader/lay?card=nobody": http.StatusConflict, "/reader/other/lay?card=zhang": http.StatusNotFound,
		"/reader/reader/switch?name=silent&on=true": http.StatusNoContent, "/reader/reader/switch?name=fire&on=true": http.StatusConflict,
		"/scanner/scanner/scan?text=": http.StatusConflict, "/scanner/other/scan?text=x": http.StatusNotFound,
		"/scanner/scanner/switch?name=gbk&on=true": http.StatusNoContent, "/scanner/scanner/switch?name=fire&on=true": http.StatusConflict,
	} {
		if code := post(path, nil); code != want {
			t.Errorf("POST %s: %d, want %d", path, code, want)
		}
	}
	res, err := http.Get(base + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	page, _ := io.ReadAll(res.Body)
	for _, want := range []string{"Card reader reader", "Code scanner scanner", `class="on" title="takes everything, says nothing"`, `value="durand"`, "</html>"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	cancel()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Mistakes in the readers and scanners of a set are told with their lines.
func TestReaderConfigCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.yaml")
	text := "control: 127.0.0.1:0\nreaders:\n  - {id: a, port: \"pty:x\"}\n  - {id: a, port: \"pty:y\"}\nscanners:\n  - {id: b, port: \"pty:z\", end: tab}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err := config.Load(path, &Config{})
	if err == nil {
		t.Fatal("a broken file was accepted")
	}
	for _, want := range []string{"sim.yaml:4: readers[1].id", "sim.yaml:6: scanners[0].end"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}
