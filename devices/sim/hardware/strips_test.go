package hardware

import (
	"bytes"
	"context"
	"image/png"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/config"
	"hallward/kiosk/theme/fonts"
)

// A line of strips in a set: its file, its faults and its pictures.
func TestStrips(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sim.yaml")
	write := func(s string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("control: 127.0.0.1:0\nstrips:\n  - {id: hall, port: \"tcp:127.0.0.1:0\", units: [1, 7], width: 96}\n")
	var cfg Config
	if err := config.Load(path, &cfg); err != nil {
		t.Fatal(err)
	}
	s, err := New(&cfg, fonts.Regular, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	defer func() { cancel(); <-done }()

	card, err := net.Dial("tcp", strings.TrimPrefix(s.ports[0].Spec(), "tcp:"))
	if err != nil {
		t.Fatal(err)
	}
	defer card.Close()
	ping := []byte{0xA5, 1, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0xFE, 2, 5, 0, 0xA2, 0, 1, 0, 0, 0x68, 0xF8, 0x5A}
	if _, err := card.Write(ping); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, 30)
	if _, err := io.ReadFull(card, answer); err != nil || !bytes.Equal(answer[:8], bytes.Repeat([]byte{0xA5}, 8)) {
		t.Errorf("answer % X, %v", answer, err)
	}
	post := func(query string, want int) {
		t.Helper()
		res, err := http.Post("http://"+s.Addr()+"/strip/"+query, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("POST %s: %s, want %d", query, res.Status, want)
		}
	}
	post("hall/switch?unit=7&name=silent&on=true", http.StatusNoContent)
	post("hall/switch?name=garble&on=true", http.StatusNoContent)
	post("hall/switch?unit=2&name=silent&on=true", http.StatusConflict)
	post("hall/switch?unit=x&name=silent&on=true", http.StatusConflict)
	post("none/switch?name=silent&on=true", http.StatusNotFound)
	get := func(path string, want int) []byte {
		t.Helper()
		res, err := http.Get("http://" + s.Addr() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != want {
			t.Errorf("GET %s: %s, want %d", path, res.Status, want)
		}
		return b
	}
	if b := get("/strip/hall", http.StatusOK); !bytes.Contains(b, []byte(`"address":7`)) || !bytes.Contains(b, []byte(`"silent":true`)) {
		t.Errorf("%s", b)
	}
	img, err := png.Decode(bytes.NewReader(get("/strip/hall/7/picture.png", http.StatusOK)))
	if err != nil || img.Bounds().Dx() != 96*6 {
		t.Errorf("the picture: %v", err)
	}
	get("/strip/hall/3/picture.png", http.StatusNotFound)
	get("/strip/hall/7/picture.png?page=-1", http.StatusNotFound)
	get("/strip/none/7/picture.png", http.StatusNotFound)
	if b := get("/", http.StatusOK); !bytes.Contains(b, []byte("LED strips hall")) || !bytes.Contains(b, []byte(`<button class="on" title="answers noise">`)) {
		t.Errorf("the page has no strips, or not their faults")
	}

	write("control: 127.0.0.1:0\nstrips:\n  - {id: hall, port: \"tcp:127.0.0.1:0\", units: [1, 1]}\n")
	if err := config.Load(path, &Config{}); err == nil || !strings.Contains(err.Error(), "sim.yaml:3") || !strings.Contains(err.Error(), "address 1") {
		t.Errorf("two cards at one address: %v", err)
	}
}
