package hardware

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"

	"hallward/devices/config"
	"hallward/devices/sim/panel"
	"hallward/devices/sim/pole"
)

// PoleConfig is one pole display.
type PoleConfig struct {
	ID       string `yaml:"id" config:"required"`
	Port     string `yaml:"port" config:"required"`
	Commands string `yaml:"commands"` // cd5220 or dmd; "" is cd5220
}

// PanelConfig is one line of number panels or strips with frames of their own.
type PanelConfig struct {
	ID       string `yaml:"id" config:"required"`
	Port     string `yaml:"port" config:"required"`
	Protocol string `yaml:"protocol"` // modbus, four-byte or strip; "" is modbus
	Units    int    `yaml:"units" config:"required"`
}

// signs are the simulated displays of calls.
type signs struct {
	poles  map[string]*pole.Display
	panels map[string]*panel.Line

	drawing sync.Mutex // a face is for one at a time
	face    font.Face
}

func checkSigns(c *Config, k *config.Checker, id func(config.Spot, string)) {
	for i, p := range c.Poles {
		id(k.Atf("poles[%d].id", i), p.ID)
		if _, err := pole.New(p.Commands); err != nil {
			k.Atf("poles[%d].commands", i).Badf("want cd5220 or dmd")
		}
	}
	for i, p := range c.Panels {
		id(k.Atf("panels[%d].id", i), p.ID)
		if _, err := panel.New(p.Protocol, 1); err != nil {
			k.Atf("panels[%d].protocol", i).Badf("want modbus, four-byte or strip")
		}
		if p.Units < 1 || p.Units > 247 {
			k.Atf("panels[%d].units", i).Badf("want 1 to 247")
		}
	}
}

// plugSigns makes the pole displays and panels. face is for their Chinese.
func (s *Set) plugSigns(face []byte) error {
	parsed, err := opentype.Parse(face)
	if err != nil {
		return fmt.Errorf("font: %w", err)
	}
	if s.signs.face, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: 40, DPI: 72}); err != nil {
		return fmt.Errorf("font: %w", err)
	}
	s.signs.poles, s.signs.panels = map[string]*pole.Display{}, map[string]*panel.Line{}
	for _, c := range s.cfg.Poles {
		d, err := pole.New(c.Commands)
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.signs.poles[c.ID] = d
		s.run = append(s.run, func(ctx context.Context) error { return d.Run(ctx, at) })
	}
	for _, c := range s.cfg.Panels {
		l, err := panel.New(c.Protocol, c.Units)
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.signs.panels[c.ID] = l
		s.run = append(s.run, func(ctx context.Context) error { return l.Run(ctx, at) })
	}
	return nil
}

// handleSigns adds
//
//	POST /pole/{id}/switch             name, on: a fault, see pole.Switches
//	GET  /pole/{id}                    the display
//	GET  /pole/{id}/picture.png        what it shows
//	POST /panel/{id}/switch            name, on: a fault, see panel.Switches
//	GET  /panel/{id}                   the line
//	GET  /panel/{id}/{unit}/picture.png what a unit shows
func (s *Set) handleSigns(m *http.ServeMux) {
	m.HandleFunc("POST /pole/{id}/switch", do(s.signs.poles, func(d *pole.Display, r *http.Request) error {
		return d.Set(r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("GET /pole/{id}", func(w http.ResponseWriter, r *http.Request) {
		if d := s.signs.poles[r.PathValue("id")]; d != nil {
			writeJSON(w, d.State())
			return
		}
		http.NotFound(w, r)
	})
	m.HandleFunc("GET /pole/{id}/picture.png", func(w http.ResponseWriter, r *http.Request) {
		d := s.signs.poles[r.PathValue("id")]
		if d == nil {
			http.NotFound(w, r)
			return
		}
		picture(w)
		_ = d.WritePNG(w)
	})
	m.HandleFunc("POST /panel/{id}/switch", do(s.signs.panels, func(l *panel.Line, r *http.Request) error {
		return l.Set(r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("GET /panel/{id}", func(w http.ResponseWriter, r *http.Request) {
		if l := s.signs.panels[r.PathValue("id")]; l != nil {
			writeJSON(w, l.State())
			return
		}
		http.NotFound(w, r)
	})
	m.HandleFunc("GET /panel/{id}/{unit}/picture.png", func(w http.ResponseWriter, r *http.Request) {
		l := s.signs.panels[r.PathValue("id")]
		unit, err := strconv.Atoi(r.PathValue("unit"))
		if l == nil || err != nil || unit < 1 || unit > len(l.State().Units) {
			http.NotFound(w, r)
			return
		}
		s.signs.drawing.Lock()
		defer s.signs.drawing.Unlock()
		picture(w)
		_ = l.WritePNG(w, unit, s.signs.face)
	})
}

// picture heads a picture that is another one the next moment.
func picture(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
}

func (s *Set) signStates(st *State) {
	st.Poles, st.Panels = map[string]pole.State{}, map[string]panel.State{}
	for id, d := range s.signs.poles {
		st.Poles[id] = d.State()
	}
	for id, l := range s.signs.panels {
		st.Panels[id] = l.State()
	}
}
