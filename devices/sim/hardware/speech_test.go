package hardware

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/config"
	"hallward/devices/host"
	"hallward/devices/sim/speech"
	"hallward/kiosk/theme/fonts"
)

// What a process says through catalog and host, is heard at the simulated chip,
// and stands on the page; a chip without power is down and comes back.
func TestSpeechIsHeard(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "sim.yaml")
	write := func(chips string) {
		t.Helper()
		if err := os.WriteFile(path, []byte("control: 127.0.0.1:0\nspeech:\n"+chips), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("  - {id: hall, port: \"pty:" + dir + "/hall\"}\n  - {id: upstairs, port: \"pty:" + dir + "/up\", chip: xfs5152}\n")
	var cfg Config
	if err := config.Load(path, &cfg); err != nil {
		t.Fatal(err)
	}
	set, err := New(&cfg, fonts.Regular, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	done := make(chan error, 2)
	go func() { done <- set.Run(ctx) }()
	h := host.New([]catalog.Spec{
		{ID: "hall", Kind: "voice/syn6288", Link: "serial:" + dir + "/hall"},
		{ID: "upstairs", Kind: "voice/xfs5152", Link: "serial:" + dir + "/up"},
	}, func(context.Context, string, devices.Reading) error { return nil }, quiet)
	go func() { done <- h.Run(ctx) }()

	a := devices.Announcement{Call: 1, Volume: 50, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{
		{Kind: devices.PartDigits, Text: "A1"}, {Kind: devices.PartWord, Text: "号"}}}}}
	for _, id := range []string{"hall", "upstairs"} {
		v, ok := h.Voice(id)
		if !ok {
			t.Fatalf("%s is no voice", id)
		}
		again := time.NewTicker(20 * time.Millisecond)
		for err := v.Say(ctx, 0, a); err != nil; err = v.Say(ctx, 0, a) {
			select {
			case <-again.C: // its port is being opened
			case <-ctx.Done():
				t.Fatalf("%s: %v", id, err)
			}
		}
		again.Stop()
	}
	get := func(path string) []byte {
		t.Helper()
		res, err := http.Get("http://" + set.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return b
	}
	for id, volume := range map[string]int{"hall": 8, "upstairs": 5} {
		var s speech.State
		if err := json.Unmarshal(get("/speech/"+id), &s); err != nil {
			t.Fatal(err)
		}
		last := s.Said[len(s.Said)-1]
		if last.Words != "A一号" || last.Volume != volume || last.Cut || !last.Over {
			t.Errorf("%s: %+v", id, s)
		}
	}
	post := func(query string, want int) {
		t.Helper()
		res, err := http.Post("http://"+set.Addr()+"/speech/"+query, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("POST %s: %s, want %d", query, res.Status, want)
		}
	}
	post("hall/switch?name=silent&on=true", http.StatusNoContent)
	post("hall/switch?name=smoke&on=true", http.StatusConflict)
	post("hall/reset", http.StatusNoContent)
	post("none/reset", http.StatusNotFound)
	if b := get("/"); !bytes.Contains(b, []byte("A一号")) || !bytes.Contains(b, []byte("Speech chip upstairs")) || !bytes.Contains(b, []byte(`class="on" title="takes nothing`)) {
		t.Errorf("the page has no chips: %s", b)
	}
	v, _ := h.Voice("hall")
	if err := v.Say(ctx, 0, a); err == nil {
		t.Error("a silent chip has spoken")
	}
	cancel()
	<-done
	<-done

	write("  - {id: hall, port: \"pty:x\", chip: wt588}\n")
	if err := config.Load(path, &Config{}); err == nil || !strings.Contains(err.Error(), "sim.yaml:3: speech[0].chip") {
		t.Errorf("a chip that is not there: %v", err)
	}
}
