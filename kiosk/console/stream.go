package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// update is one message of a stream: the regions that now read differently,
// and what the page may do.
type update struct {
	Regions map[string]string `json:"regions,omitempty"`
	State   any               `json:"state,omitempty"`
	At      int64             `json:"at"`             // the hall's clock, Unix milliseconds
	Gone    string            `json:"gone,omitempty"` // the page is over, and why
}

// stream keeps a page live. Render gives all regions and the state; gone, when
// not "", ends the page.
func (s *server) stream(w http.ResponseWriter, r *http.Request, render func(Snapshot) (regions map[string]string, state any, gone string)) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("X-Accel-Buffering", "no")
	out := http.NewResponseController(w)
	changed := s.b.Watch(r.Context())
	pulse := time.NewTicker(beat)
	defer pulse.Stop()

	shown := map[string]string{}
	var lastState []byte
	for first := true; ; first = false {
		snap := s.b.Snapshot()
		regions, state, gone := render(snap)
		u := update{At: snap.At.UnixMilli(), Gone: gone, Regions: map[string]string{}}
		for name, html := range regions {
			if first || shown[name] != html {
				u.Regions[name], shown[name] = html, html
			}
		}
		if now, err := json.Marshal(state); err == nil && (first || !bytes.Equal(now, lastState)) {
			u.State, lastState = json.RawMessage(now), now
		}
		blob, err := json.Marshal(u)
		if err != nil {
			s.o.Log.Error("console: stream", "error", err)
			return
		}
		// For each message anew: the server's own, if it has one, would end the stream.
		out.SetWriteDeadline(time.Now().Add(writeTime))
		if _, err := fmt.Fprintf(w, "data: %s\n\n", blob); err != nil {
			return
		}
		if out.Flush() != nil || gone != "" {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case _, ok := <-changed:
			if !ok {
				return
			}
		case <-pulse.C:
		}
	}
}

// region renders one named block of a page.
func (s *server) region(name string, data any) string {
	var buf bytes.Buffer
	if err := pages.ExecuteTemplate(&buf, name, data); err != nil {
		s.o.Log.Error("console: region not rendered", "region", name, "error", err)
		return ""
	}
	return buf.String()
}

func (s *server) regions(names []string, data any) map[string]string {
	m := make(map[string]string, len(names))
	for _, n := range names {
		m[n] = s.region(n, data)
	}
	return m
}
