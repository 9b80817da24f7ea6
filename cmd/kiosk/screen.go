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
	Hint    flow.Hint     `json:"hint,omitempty"`   // what was wrong with the last card or entry
	Notice  flow.Reason   `json:"notice,omitempty"` // the line above the choices
	Class   string        `json:"class,omitempty"`  // of priority
	Chosen  []string      `json:"chosen,omitempty"` // services for one ticket
	Number  string        `json:"number,omitempty"` // of the ticket that the page is about
	Words   []string      `json:"words,omitempty"`  // all that can be read
	Touches []view.Target `json:"touches"`
}

func (w *window) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	done := make(chan shown, 1)
	fyne.Do(func() {
		state := w.view.Drawn()
		s := shown{Screen: state.Face(), Lang: state.Lang, Reason: state.Reason, Hint: state.Hint, Notice: state.Notice(), Class: state.Class, Chosen: state.Chosen,
			Words: w.view.Words(), Touches: w.view.Targets()}
		if t := state.Shown(); t != nil {
			s.Number = t.Number
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
