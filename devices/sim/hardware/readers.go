package hardware

import (
	"context"
	"net/http"

	"hallward/devices/sim/idcard"
	"hallward/devices/sim/scanner"
)

// plugReaders makes the card readers and scanners.
func (s *Set) plugReaders() error {
	for _, c := range s.cfg.Readers {
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		r := idcard.New()
		s.readers[c.ID] = r
		s.run = append(s.run, func(ctx context.Context) error { return r.Run(ctx, at) })
	}
	for _, c := range s.cfg.Scanners {
		sc, err := scanner.New(c.End)
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.scanners[c.ID] = sc
		s.run = append(s.run, func(ctx context.Context) error { return sc.Run(ctx, at) })
	}
	return nil
}

func (s *Set) handleReaders(m *http.ServeMux) {
	m.HandleFunc("POST /reader/{id}/lay", do(s.readers, func(r *idcard.Reader, q *http.Request) error { return r.Lay(q.FormValue("card")) }))
	m.HandleFunc("POST /reader/{id}/take", do(s.readers, func(r *idcard.Reader, _ *http.Request) error { r.Take(); return nil }))
	m.HandleFunc("POST /reader/{id}/switch", do(s.readers, func(r *idcard.Reader, q *http.Request) error {
		return r.Set(q.FormValue("name"), q.FormValue("on") == "true")
	}))
	m.HandleFunc("GET /reader/{id}", func(w http.ResponseWriter, q *http.Request) {
		if r := s.readers[q.PathValue("id")]; r != nil {
			writeJSON(w, r.State())
			return
		}
		http.NotFound(w, q)
	})
	m.HandleFunc("POST /scanner/{id}/scan", do(s.scanners, func(c *scanner.Scanner, q *http.Request) error { return c.Scan(q.FormValue("text")) }))
	m.HandleFunc("POST /scanner/{id}/switch", do(s.scanners, func(c *scanner.Scanner, q *http.Request) error {
		return c.Set(q.FormValue("name"), q.FormValue("on") == "true")
	}))
}

// do finds the device of a request and has something done with it.
func do[D any](all map[string]*D, what func(*D, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d := all[r.PathValue("id")]
		if d == nil {
			http.NotFound(w, r)
			return
		}
		reply(w, r, what(d, r))
	}
}
