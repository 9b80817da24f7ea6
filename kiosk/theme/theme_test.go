package theme

import (
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hallward/kiosk/theme/tokens"
)

// Every symbol can be read and drawn, has words' colour in it, and an unknown
// name still shows something.
func TestSymbols(t *testing.T) {
	c := tokens.Light("").Strong
	for _, name := range append(Symbols(), "unheard-of") {
		r := Symbol(name, c)
		d := xml.NewDecoder(strings.NewReader(string(r.Content())))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
		if !strings.Contains(string(r.Content()), tokens.Hex(c)) {
			t.Errorf("%s: not in its colour", name)
		}
	}
	if Symbol("unheard-of", c) != Symbol("document", c) {
		t.Error("an unknown symbol is not the document")
	}
}

// The fonts are really used: a hanzi is as wide as it is high, in both weights.
func TestFonts(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(New(NewLook(tokens.Variant{}, "", 0)))
	for _, bold := range []bool{false, true} {
		got := fyne.MeasureText("镕号", 100, fyne.TextStyle{Bold: bold})
		if got.Width < 199 || got.Width > 201 {
			t.Errorf("bold %v: two hanzi of 100 px are %.1f px wide, want 200", bold, got.Width)
		}
	}
}

// In the locale of a service Fyne finds a language and says nothing.
func TestLocaleC(t *testing.T) {
	if os.Getenv("HALLWARD_LOCALE_CHILD") != "" {
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestLocaleC$")
	cmd.Env = append(os.Environ(), "HALLWARD_LOCALE_CHILD=1", "LANG=C", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Fyne error") {
		t.Errorf("%v: %s", err, out)
	}
}
