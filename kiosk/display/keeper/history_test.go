package keeper

import (
	"encoding/json"
	"net/http/httptest"
	"testing"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

func drawn(t *testing.T, k *Keeper, query string) (list []Drawn) {
	t.Helper()
	r := httptest.NewRecorder()
	k.History(r, httptest.NewRequest("GET", "/calls"+query, nil))
	if err := json.Unmarshal(r.Body.Bytes(), &list); err != nil {
		t.Fatalf("%v: %s", err, r.Body)
	}
	return list
}

// The history names each call once, with the time at which it came onto the
// screen; announced is one that flashed. It does not grow without bound.
func TestHistory(t *testing.T) {
	k := New(t.TempDir(), quiet())
	k.Link(true)
	give(t, k, contract.ViewCalls, calls(0))
	give(t, k, contract.ViewCalls, calls(3))
	for range 2 {
		s, _ := k.Screen()
		k.Drew(s)
	}
	list := drawn(t, k, "")
	if len(list) != 3 {
		t.Fatalf("drawn are %+v", list)
	}
	for _, d := range list {
		if d.Drawn.IsZero() || d.Window != "1号窗口" || d.Announced.IsZero() != (d.Call != 1) {
			t.Errorf("%+v", d)
		}
	}
	if list := drawn(t, k, "?after=2"); len(list) != 1 || list[0].Call != 3 {
		t.Errorf("after call 2: %+v", list)
	}
	for call := uint64(4); call < 4+2*MostDrawn; call++ {
		k.DrewFace(model.Face{Call: call, Number: "A009", Name: contract.Text2{ZH: "9号窗口"}, Flash: call%2 == 0})
	}
	k.DrewFace(model.Face{Number: "A009"}) // nobody is called
	if list := drawn(t, k, ""); len(list) != MostDrawn || list[MostDrawn-1].Call != 3+2*MostDrawn || !list[MostDrawn-1].Announced.IsZero() || list[MostDrawn-2].Announced.IsZero() {
		t.Errorf("%d calls, the last are %+v", len(list), list[len(list)-2:])
	}
}
