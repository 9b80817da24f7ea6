package hardware

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
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

// A sign that a process shows on its displays, through catalog and host, stands
// on the simulated ones, and there are pictures of them.
func TestSignsAreShown(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	set, err := New(&Config{Control: "127.0.0.1:0",
		Poles: []PoleConfig{{ID: "pole", Port: "pty:" + at("pole"), Commands: "dmd"}},
		Panels: []PanelConfig{{ID: "panels", Port: "pty:" + at("panels"), Units: 2},
			{ID: "numbers", Port: "tcp:127.0.0.1:0", Protocol: "four-byte", Units: 1}}}, fonts.Regular, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 2)
	go func() { done <- set.Run(ctx) }()
	h := host.New([]catalog.Spec{
		{ID: "pole", Kind: "display/dmd", Link: "serial:" + at("pole")},
		{ID: "panels", Kind: "display/modbus", Link: "serial:" + at("panels"), Settings: map[string]any{
			"units": []any{1, 2}, "answer": "5s", "registers": []any{
				map[string]any{"at": 0, "of": "number", "as": "bcd", "words": 2, "fill": 15},
				map[string]any{"at": 8, "of": "text", "as": "gbk", "words": 8}}}},
	}, func(context.Context, string, devices.Reading) error { return nil }, quiet)
	go func() { done <- h.Run(ctx) }()

	base := "http://" + set.Addr()
	get := func(path string) []byte {
		t.Helper()
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return b
	}
	s := devices.Sign{State: devices.SignCalled, Number: "A037", Window: "3", Text: "请A037号到3号窗"}
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	show := func(id string, unit int) {
		t.Helper()
		d, ok := h.Display(id)
		if !ok {
			t.Fatalf("no display %s", id)
		}
		for {
			err := d.Show(ctx, unit, s)
			if err == nil {
				return
			}
			select {
			case <-look.C: // the host is opening it
			case <-ctx.Done():
				t.Fatalf("%s: %v", id, err)
			}
		}
	}
	show("pole", 0)
	show("panels", 2)
	for {
		var st State
		if err := json.Unmarshal(get("/state"), &st); err != nil {
			t.Fatal(err)
		}
		pole, panel := st.Poles["pole"], st.Panels["panels"]
		if strings.Contains(pole.Lines[0], "A037") && len(panel.Units) == 2 && strings.TrimSpace(panel.Units[1].Number) == "037" && panel.Units[1].Text == "请A037号到3号窗" {
			break
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatalf("%+v %+v", pole, panel)
		}
	}
	for _, path := range []string{"/pole/pole/picture.png", "/panel/panels/2/picture.png", "/panel/numbers/1/picture.png"} {
		if _, err := png.Decode(bytes.NewReader(get(path))); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	page := string(get("/"))
	for _, want := range []string{"Pole display pole", "Panels panels", "Unit 2", "four-byte", `title="the plug is out of the display: nothing reaches it"`, "</html>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	for path, want := range map[string]int{
		"/pole/pole/switch?name=deaf&on=true": http.StatusNoContent, "/pole/pole/switch?name=fire&on=true": http.StatusConflict, "/pole/x/switch?name=deaf": http.StatusNotFound,
		"/panel/panels/switch?name=silent&on=true": http.StatusNoContent, "/panel/panels/switch?name=fire&on=true": http.StatusConflict,
	} {
		res, err := http.PostForm(base+path, url.Values{})
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("POST %s: %s, want %d", path, res.Status, want)
		}
	}
	if got := string(get("/pole/pole")); !strings.Contains(got, `"deaf":true`) {
		t.Errorf("the display says %s", got)
	}
	if got := string(get("/panel/panels")); !strings.Contains(got, `"silent":true`) {
		t.Errorf("the line says %s", got)
	}
	for _, path := range []string{"/pole/x", "/pole/x/picture.png", "/panel/x", "/panel/panels/3/picture.png"} {
		if got := string(get(path)); !strings.Contains(got, "not found") {
			t.Errorf("GET %s: %.40q", path, got)
		}
	}
	cancel()
	for range 2 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// Mistakes in the displays of a set are told with their lines.
func TestSignConfigCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.yaml")
	text := "control: 127.0.0.1:0\npoles:\n  - {id: a, port: \"pty:x\", commands: lcd}\npanels:\n  - {id: a, port: \"pty:y\", units: 1}\n  - {id: b, port: \"pty:z\", protocol: dmx, units: 300}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	err := config.Load(path, &Config{})
	if err == nil {
		t.Fatal("a broken file was accepted")
	}
	for _, want := range []string{"sim.yaml:3: poles[0].commands", "sim.yaml:5: panels[0].id", "sim.yaml:6: panels[1].protocol", "sim.yaml:6: panels[1].units"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}
