package hardware

import (
	"context"
	"net/http"
	"time"

	"hallward/devices/config"
	"hallward/devices/sim/speech"
)

// SpeechConfig is one text-to-speech chip.
type SpeechConfig struct {
	ID   string `yaml:"id" config:"required"`
	Port string `yaml:"port" config:"required"`
	Chip string `yaml:"chip"` // syn6288 or xfs5152; "" is syn6288

	Syllable time.Duration `yaml:"syllable"` // how long one takes; 0 is 200ms
}

func checkSpeech(c *Config, k *config.Checker, id func(config.Spot, string)) {
	for i, p := range c.Speech {
		id(k.Atf("speech[%d].id", i), p.ID)
		if _, err := speech.New(speech.Opts{Chip: p.Chip, Syllable: p.Syllable}); err != nil {
			k.Atf("speech[%d].chip", i).Badf("want syn6288 or xfs5152")
		}
	}
}

// plugSpeech makes the text-to-speech chips.
func (s *Set) plugSpeech() error {
	for _, c := range s.cfg.Speech {
		chip, err := speech.New(speech.Opts{Chip: c.Chip, Syllable: c.Syllable})
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.speech[c.ID] = chip
		s.run = append(s.run, func(ctx context.Context) error { return chip.Run(ctx, at) })
	}
	return nil
}

// handleSpeech adds
//
//	POST /speech/{id}/switch name, on: a fault, see speech.Switches
//	POST /speech/{id}/reset  the chip loses its power and has it again
//	GET  /speech/{id}        the chip, and all that it has said
func (s *Set) handleSpeech(m *http.ServeMux) {
	m.HandleFunc("POST /speech/{id}/switch", do(s.speech, func(c *speech.Chip, r *http.Request) error {
		return c.Set(r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("POST /speech/{id}/reset", do(s.speech, func(c *speech.Chip, _ *http.Request) error {
		c.Reset()
		return nil
	}))
	m.HandleFunc("GET /speech/{id}", func(w http.ResponseWriter, r *http.Request) {
		if c := s.speech[r.PathValue("id")]; c != nil {
			writeJSON(w, c.State())
			return
		}
		http.NotFound(w, r)
	})
}

// onPage is how many of the last texts the page and the state of all devices have.
const onPage = 8

func (s *Set) speechStates(st *State) {
	st.Speech = map[string]speech.State{}
	for id, c := range s.speech {
		state := c.State()
		state.Said = state.Said[max(0, len(state.Said)-onPage):]
		st.Speech[id] = state
	}
}
