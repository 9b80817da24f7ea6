package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/kiosk/display/model"
)

const base = `hall: luotian
node: board-1
controller: tls://127.0.0.1:8883
certificates: pki
data: data
`

// The board's settings are read strictly, with file and line, and a board
// without any shows the standard pages.
func TestBoardSettings(t *testing.T) {
	path := filepath.Join(t.TempDir(), "board.yaml")
	read := func(more string) (*settings, error) {
		if err := os.WriteFile(path, []byte(base+more), 0o600); err != nil {
			t.Fatal(err)
		}
		return load(path, options{})
	}
	c, err := read("")
	if err != nil || len(c.layout.Panels) != 1 || c.layout.Panels[0].Pages[0].Show != model.PageWaiting || len(c.layout.Panels[0].Pages) < 8 {
		t.Errorf("%+v, %v", c, err)
	}
	c, err = read("board:\n  template: notice\n  zones: [vehicle]\n  slides: slides\n")
	if err != nil || len(c.layout.Panels) != 2 || c.layout.Zones[0] != "vehicle" || len(slideFolders(c.layout)) != 1 || slideFolders(c.layout)[0] != "slides" {
		t.Errorf("%+v, %v", c, err)
	}
	for more, want := range map[string]string{
		"board:\n  template: nice\n":                     `board.yaml:7: board.template: "nice"`,
		"board:\n  pages:\n    - {show: weather}\n":      `board.yaml:8: board.pages[0].show`,
		"board:\n  colour: red\n":                        "board.yaml:7: board.colour: unknown key",
		"board:\n  template: /nowhere/entrance.yaml\n":   "/nowhere/entrance.yaml: cannot be read",
		"board:\n  smoking_area: {zh: 我不管, en: There}\n": "我不管",
	} {
		if _, err := read(more); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", more, err, want)
		}
	}
}
