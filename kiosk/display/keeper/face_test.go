package keeper

import (
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"testing"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

// The face of a window comes from the same views, and its page tells what was
// drawn last.
func TestFace(t *testing.T) {
	k := New(t.TempDir(), slog.New(slog.DiscardHandler))
	k.Link(true)
	give := func(name string, v any) {
		t.Helper()
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		k.View(name, raw)
	}
	give(contract.ViewCatalogue, contract.Catalogue{Version: 1, Hall: contract.HallInfo{Colour: "#8b1f1f", Media: "https://hall-1:8443/media/"}})
	give(contract.ViewWindows, contract.Windows{Version: 1, Windows: []contract.WindowView{
		{ID: "w1", Label: "1", State: contract.WindowOpen, Staff: "甲样例", Photo: "p", Number: "A001", Ticket: "serving", Waiting: 2}, {ID: "w2", Label: "2", State: contract.WindowClosed}}})
	if f, colour := k.Face("w1"); f.Number != "A001" || f.Person == nil || colour != "#8b1f1f" {
		t.Errorf("%+v in %s", f, colour)
	}
	if k.Media() != "https://hall-1:8443/media/" {
		t.Errorf("media %q", k.Media())
	}
	w := httptest.NewRecorder()
	k.Window(w, httptest.NewRequest("GET", "/window", nil))
	var p WindowPage
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Window != "1" || p.Condition != model.Serving || p.Number != "A001" || p.Staff != "甲样例" || p.Photo != "p" || p.Waiting != 2 || p.Link != "" {
		t.Errorf("%+v, %v", p, err)
	}
	if f, _ := k.Face("w2"); f.Condition != model.Unstaffed || f.Label != "2" {
		t.Errorf("another window: %+v", f)
	}
}
