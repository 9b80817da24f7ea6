package people

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"hallward/devices/hall"
)

// Each display of a window or a zone that hallsim plays has its pictures; one of
// another maker's hardware has none.
func TestSigns(t *testing.T) {
	m := http.NewServeMux()
	m.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"strips":{"strips":{}},"panels":{"numbers":{"open":true}},"poles":{"pole":{}},"printers":{"oled":{}}}`))
	})
	m.HandleFunc("GET /strip/strips/2/picture.png", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("dots")) })
	srv := httptest.NewServer(m)
	defer srv.Close()
	tour := Tour{Morning: Morning{Control: srv.URL, Setup: &hall.Setup{
		Windows: []hall.Window{
			{ID: "w1", Services: []string{"one"}, Displays: []hall.Place{{Device: "pole"}}},
			{ID: "w2", Services: []string{"one"}, Displays: []hall.Place{{Device: "strips", Unit: 2}, {Device: "oled"}}},
			{ID: "w3", Services: []string{"one"}, Displays: []hall.Place{{Device: "numbers", Unit: 3}}},
			{ID: "w4", Services: []string{"one"}},
		},
		Zones: []hall.Zone{{Displays: []hall.Place{{Device: "strips", Unit: 20}}}},
		Staff: []hall.Staff{{ID: "a", Services: []string{"one"}}, {ID: "b"}, {ID: "c", Services: []string{"two", "one"}}},
	}}, Pictures: t.TempDir()}
	signs, err := tour.signs(t.Context())
	want := []sign{{"pole", "/pole/pole/picture.png"}, {"strips-2", "/strip/strips/2/picture.png"},
		{"numbers-3", "/panel/numbers/3/picture.png"}, {"strips-20", "/strip/strips/20/picture.png"}}
	if err != nil || !slices.Equal(signs, want) {
		t.Errorf("%v, %v", signs, err)
	}
	if at := tour.seated(); len(at) != 2 || at["w1"].ID != "a" || at["w2"].ID != "c" {
		t.Errorf("seated %v", at)
	}
	if err := tour.fetch(t.Context(), signs[1].path, "a.png"); err != nil {
		t.Error(err)
	}
	if b, err := os.ReadFile(filepath.Join(tour.Pictures, "a.png")); err != nil || string(b) != "dots" {
		t.Errorf("%q, %v", b, err)
	}
	if err := tour.fetch(t.Context(), signs[0].path, "b.png"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a picture that is not there: %v", err)
	}
}
