package hardware

import (
	"context"
	"net/http"
	"strconv"

	"hallward/devices/config"
	"hallward/devices/sim/printer"
	"hallward/devices/sim/strip"
)

// StripConfig is one line of LED strips.
type StripConfig struct {
	ID     string `yaml:"id" config:"required"`
	Port   string `yaml:"port" config:"required"`
	Units  []int  `yaml:"units"`  // addresses of the cards, 1..32767; none is 1
	Width  int    `yaml:"width"`  // pixels; 0 is 128
	Height int    `yaml:"height"` // 0 is 16
}

func (c StripConfig) opts(font *printer.Font) strip.Opts {
	return strip.Opts{Addresses: c.Units, Width: c.Width, Height: c.Height, Font: font}
}

func checkStrips(c *Config, k *config.Checker, id func(config.Spot, string)) {
	for i, p := range c.Strips {
		id(k.Atf("strips[%d].id", i), p.ID)
		if _, err := strip.New(p.opts(nil)); err != nil {
			k.Atf("strips[%d]", i).Badf("%v", err)
		}
	}
}

// plugStrips makes the LED strips, which are drawn with the printers' font.
func (s *Set) plugStrips(font *printer.Font) error {
	for _, c := range s.cfg.Strips {
		l, err := strip.New(c.opts(font))
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.strips[c.ID] = l
		s.run = append(s.run, func(ctx context.Context) error { return l.Run(ctx, at) })
	}
	return nil
}

// handleStrips adds
//
//	POST /strip/{id}/switch             unit (0 or none: all), name, on: a fault, see strip.Switches
//	GET  /strip/{id}                    the line, and what each card was told to speak
//	GET  /strip/{id}/{unit}/picture.png the dots of a strip; ?page=1 is the second of a flash
func (s *Set) handleStrips(m *http.ServeMux) {
	m.HandleFunc("POST /strip/{id}/switch", do(s.strips, func(l *strip.Line, r *http.Request) error {
		unit, err := strconv.Atoi(or(r.FormValue("unit"), "0"))
		if err != nil {
			return err
		}
		return l.Set(unit, r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("GET /strip/{id}", func(w http.ResponseWriter, r *http.Request) {
		if l := s.strips[r.PathValue("id")]; l != nil {
			writeJSON(w, l.State())
			return
		}
		http.NotFound(w, r)
	})
	m.HandleFunc("GET /strip/{id}/{unit}/picture.png", func(w http.ResponseWriter, r *http.Request) {
		l := s.strips[r.PathValue("id")]
		unit, err := strconv.Atoi(r.PathValue("unit"))
		page, err2 := strconv.Atoi(or(r.FormValue("page"), "0"))
		if l == nil || err != nil || err2 != nil || page < 0 {
			http.NotFound(w, r)
			return
		}
		if _, there := l.Card(unit); !there {
			http.NotFound(w, r)
			return
		}
		picture(w)
		_ = l.WritePNG(w, unit, page)
	})
}

func (s *Set) stripStates(st *State) {
	st.Strips = map[string]strip.State{}
	for id, l := range s.strips {
		st.Strips[id] = l.State()
	}
}
