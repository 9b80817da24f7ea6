package main

import (
	"encoding/json"
	"net/http"

	"fyne.io/fyne/v2"

	"hallward/kiosk/flow"
	"hallward/kiosk/view"
)

// shown is what GET /screen on the local address tells of the window: the
// page, and where it can be touched. It tells nothing that does not stand on
// the screen, and takes nothing.
type shown struct {
	Screen  flow.Screen   `json:"screen"`
	Lang    string        `json:"lang"`
	Reason  flow.Reason   `json:"reason,omitempty"`
	Number  string        `json:"number,omitempty"`
	Touches []view.Target `json:"touches"`
}

func (w *window) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	done := make(chan shown, 1)
	fyne.Do(func() {
		state := w.view.Drawn()
		s := shown{Screen: state.Face(), Lang: state.Lang, Reason: state.Reason, Touches: w.view.Targets()}
		if state.Ticket != nil {
			s.Number = state.Ticket.Number
		}
		done <- s
	})
	select {
	case s := <-done:
		out.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(out).Encode(s)
	case <-r.Context().Done():
	}
}
