package centre

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"time"
)

//go:embed page.html
var pageHTML string

var page = template.Must(template.New("page").Parse(pageHTML))

// Hall is what the page says of one hall's link.
type Hall struct {
	ID     string
	Online bool // the centre is at its broker
	Ready  bool // the hall's controller is connected
}

// Handler is the centre's page for people, GET /, and its events for programs:
// GET /events?hall=&node=&type=&after=&limit= answers with a JSON list, the
// oldest first, or with order=newest the newest first; GET /count?hall= answers
// with the number of events by type. Events name staff: serve it on a local
// address only.
func Handler(s *Store, halls func() []Hall) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("GET /count", func(w http.ResponseWriter, r *http.Request) {
		count, err := s.Count(r.Context(), r.FormValue("hall"))
		reply(w, count, err)
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.servePage(w, r, halls()) })
	return mux
}

func reply(w http.ResponseWriter, v any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the reader has gone: nobody to tell
}

func (s *Store) serveEvents(w http.ResponseWriter, r *http.Request) {
	q := Query{Hall: r.FormValue("hall"), Node: r.FormValue("node"), Type: r.FormValue("type"), Newest: r.FormValue("order") == "newest"}
	for name, set := range map[string]func(int64){
		"after": func(n int64) { q.After = n },
		"limit": func(n int64) { q.Limit = int(min(n, MaxQuery)) },
	} {
		text := r.FormValue(name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			http.Error(w, name+": want a number from 0", http.StatusBadRequest)
			return
		}
		set(n)
	}
	list, err := s.Find(r.Context(), q)
	reply(w, list, err)
}

func (s *Store) servePage(w http.ResponseWriter, r *http.Request, halls []Hall) {
	var data struct {
		Now     time.Time
		Fault   error
		Halls   []Hall
		Streams []Stream
		Count   map[string]int
		Newest  []Record
	}
	var err error
	data.Now, data.Fault, data.Halls = time.Now().UTC(), s.Err(), halls
	if data.Streams, err = s.Streams(r.Context()); err == nil {
		if data.Count, err = s.Count(r.Context(), ""); err == nil {
			data.Newest, err = s.Find(r.Context(), Query{Newest: true, Limit: 50})
		}
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	_ = page.Execute(w, data) // the reader has gone: nobody to tell
}
