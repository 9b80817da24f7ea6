package keeper

import (
	"encoding/json"
	"net/http"
	"time"

	"hallward/kiosk/display/model"
)

// Face is what the display of a window shows now, in the hall's strong colour.
func (k *Keeper) Face(window string) (f model.Face, colour string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); !now.Before(k.hold) || k.window != window {
		k.window, k.face = window, k.state.Face(window, now, k.zone)
	}
	return k.face, k.state.Catalogue.Hall.Colour
}

// Media is the address of the hall's pictures.
func (k *Keeper) Media() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state.Catalogue.Hall.Media
}

// WindowPage is what the display of a window has drawn last, as JSON: for
// remote help and for tests.
type WindowPage struct {
	Window    string          `json:"window"` // label
	Condition model.Condition `json:"condition"`
	Title     string          `json:"title"`
	More      []string        `json:"more,omitempty"`
	Number    string          `json:"number"`
	Flashing  bool            `json:"flashing"`
	Caption   string          `json:"caption"`
	Staff     string          `json:"staff"` // who is named as being there
	Photo     string          `json:"photo"`
	Waiting   int             `json:"waiting"`
	Link      string          `json:"link"` // "" while the hall is connected
}

// Window answers with the WindowPage of the last Face.
func (k *Keeper) Window(w http.ResponseWriter, _ *http.Request) {
	k.mu.Lock()
	f := k.face
	k.mu.Unlock()
	out := WindowPage{Window: f.Label, Condition: f.Condition, Title: f.Title.ZH, Number: f.Number, Flashing: f.Flash,
		Caption: f.Caption, Waiting: f.Wait, Link: f.Link.ZH}
	for _, m := range f.More {
		out.More = append(out.More, m.ZH)
	}
	if f.Person != nil {
		out.Staff, out.Photo = f.Person.Name, f.Person.Photo
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}
