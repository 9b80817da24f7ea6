package keeper

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"hallward/kiosk/display/model"
)

// MostDrawn is how many calls the history holds.
const MostDrawn = 512

// Drawn is when a call came onto the screen: the answer to "was it really
// shown?". Times are those of this machine.
type Drawn struct {
	Call      uint64    `json:"call"`
	Number    string    `json:"number"`
	Window    string    `json:"window"`             // "3号窗口"
	Drawn     time.Time `json:"drawn"`              // it stood there for the first time
	Announced time.Time `json:"announced,omitzero"` // it began to flash; zero: it never has
}

// history is the calls that were drawn since the start, the oldest first.
type history struct {
	calls []Drawn
}

// Drew notes what of a board's screen has been drawn just now.
func (k *Keeper) Drew(s model.Screen) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	for i := len(s.Lines) - 1; i >= 0; i-- { // newest first there
		k.history.add(s.Lines[i].Call, s.Lines[i].Number, s.Lines[i].Window.ZH, false, now)
	}
	if s.Hero != nil {
		k.history.add(s.Hero.Call, s.Hero.Number, s.Hero.Window.ZH, s.Flash, now)
	}
}

// DrewFace notes the same of the display of a window.
func (k *Keeper) DrewFace(f model.Face) {
	if f.Call == 0 {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.history.add(f.Call, f.Number, f.Name.ZH, f.Flash, time.Now())
}

// add notes that a call stands on the screen.
func (h *history) add(call uint64, number, window string, flashing bool, now time.Time) {
	d := h.find(call)
	if d == nil {
		if len(h.calls) == MostDrawn {
			h.calls = append(h.calls[:0], h.calls[1:]...)
		}
		h.calls = append(h.calls, Drawn{Call: call, Number: number, Window: window, Drawn: now})
		d = &h.calls[len(h.calls)-1]
	}
	if flashing && d.Announced.IsZero() {
		d.Announced = now
	}
}

func (h *history) find(call uint64) *Drawn {
	for i := len(h.calls) - 1; i >= 0; i-- {
		if h.calls[i].Call == call {
			return &h.calls[i]
		}
	}
	return nil
}

// History answers with the last calls that were drawn, the oldest first, as
// JSON: for remote help and for tests. ?after=N leaves out the calls up to N.
func (k *Keeper) History(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.ParseUint(r.FormValue("after"), 10, 64)
	list := []Drawn{}
	k.mu.Lock()
	for _, d := range k.history.calls {
		if d.Call > after {
			list = append(list, d)
		}
	}
	k.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(list)
}
