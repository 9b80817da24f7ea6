package hardware

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallward/devices/sim/idcard"
	"hallward/devices/sim/keypad"
	"hallward/devices/sim/panel"
	"hallward/devices/sim/pole"
	"hallward/devices/sim/printer"
	"hallward/devices/sim/scanner"
	"hallward/devices/sim/speech"
	"hallward/devices/sim/strip"
	"hallward/devices/sim/terminal"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// Handler is the page and the control interface:
//
//	GET  /                              the devices, with buttons
//	GET  /state                         all of them as JSON
//	POST /printer/{id}/switch           name, on: a fault, see printer.Switches
//	POST /printer/{id}/paper-out-after  lines: the paper ends after so many more
//	POST /printer/{id}/after            bytes, name: a fault comes after so many more bytes
//	POST /printer/{id}/power-loss       bytes, seconds: the power fails after so many more bytes
//	POST /printer/{id}/tear             the paper is torn off
//	GET  /printer/{id}/papers           the slips, the oldest first
//	GET  /printer/{id}/paper/latest.png the last slip
//	POST /keypad/{unit}/press           key, after digits if any (of the first line, or of ?line=ID)
//	POST /keypad/{unit}/rate            code 0..3
//	POST /keypad/switch                 name, on
//	GET  /keypad                        the lines
//	POST /terminal/{id}/punch           person, verify, state
//	POST /terminal/{id}/switch          name, on
//	POST /terminal/{id}/clock           seconds: how far the clock is off
//	GET  /terminal/{id}                 the terminal
//	POST /reader/{id}/lay               card: one of idcard.Samples
//	POST /reader/{id}/take              the card is taken away
//	POST /reader/{id}/switch            name, on: a fault, see idcard.Switches
//	GET  /reader/{id}                   the reader
//	POST /scanner/{id}/scan             text: a code is held before it
//	POST /scanner/{id}/switch           name, on: a fault, see scanner.Switches
//
// and what handleSigns and handleStrips have for displays, and handleSpeech for
// voices.
func (s *Set) Handler() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /{$}", s.page)
	m.HandleFunc("GET /state", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.state()) })
	m.HandleFunc("POST /printer/{id}/switch", s.printerDo(func(p *printer.Printer, r *http.Request) error {
		return p.Set(r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("POST /printer/{id}/paper-out-after", s.printerDo(func(p *printer.Printer, r *http.Request) error {
		n, err := strconv.Atoi(r.FormValue("lines"))
		if err == nil {
			p.PaperOutAfter(n)
		}
		return err
	}))
	m.HandleFunc("POST /printer/{id}/after", s.printerDo(func(p *printer.Printer, r *http.Request) error {
		n, err := strconv.Atoi(r.FormValue("bytes"))
		if err != nil {
			return err
		}
		return p.After(n, r.FormValue("name"))
	}))
	m.HandleFunc("POST /printer/{id}/power-loss", s.printerDo(func(p *printer.Printer, r *http.Request) error {
		n, err := strconv.Atoi(r.FormValue("bytes"))
		if err != nil {
			return err
		}
		d, err := strconv.ParseFloat(r.FormValue("seconds"), 64)
		if err == nil {
			p.PowerLoss(n, time.Duration(d*float64(time.Second)))
		}
		return err
	}))
	m.HandleFunc("POST /printer/{id}/tear", s.printerDo(func(p *printer.Printer, _ *http.Request) error {
		p.Tear()
		return nil
	}))
	m.HandleFunc("GET /printer/{id}/papers", s.papers)
	m.HandleFunc("GET /printer/{id}/paper/latest.png", s.latest)
	m.HandleFunc("POST /keypad/{unit}/press", s.keypadDo(func(l *keypad.Line, unit int, r *http.Request) error {
		return l.Type(r.Context(), unit, r.FormValue("digits"), r.FormValue("key"))
	}))
	m.HandleFunc("POST /keypad/{unit}/rate", s.keypadDo(func(l *keypad.Line, unit int, r *http.Request) error {
		code, err := strconv.Atoi(r.FormValue("code"))
		if err != nil {
			return err
		}
		return l.Rate(r.Context(), unit, code)
	}))
	m.HandleFunc("POST /keypad/switch", func(w http.ResponseWriter, r *http.Request) {
		l := s.line(r)
		if l == nil {
			http.NotFound(w, r)
			return
		}
		reply(w, r, l.Set(r.FormValue("name"), r.FormValue("on") == "true"))
	})
	m.HandleFunc("GET /keypad", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, s.state().Keypads) })
	m.HandleFunc("POST /terminal/{id}/punch", s.terminalDo(func(t *terminal.Terminal, r *http.Request) error {
		verify, err := strconv.Atoi(or(r.FormValue("verify"), "1"))
		if err != nil {
			return err
		}
		state, err := strconv.Atoi(or(r.FormValue("state"), "0"))
		if err == nil {
			t.Punch(r.FormValue("person"), verify, state)
		}
		return err
	}))
	m.HandleFunc("POST /terminal/{id}/switch", s.terminalDo(func(t *terminal.Terminal, r *http.Request) error {
		return t.Set(r.FormValue("name"), r.FormValue("on") == "true")
	}))
	m.HandleFunc("POST /terminal/{id}/clock", s.terminalDo(func(t *terminal.Terminal, r *http.Request) error {
		n, err := strconv.Atoi(r.FormValue("seconds"))
		if err == nil {
			t.SetClock(time.Duration(n) * time.Second)
		}
		return err
	}))
	m.HandleFunc("GET /terminal/{id}", func(w http.ResponseWriter, r *http.Request) {
		if t := s.terminals[r.PathValue("id")]; t != nil {
			writeJSON(w, t.State())
			return
		}
		http.NotFound(w, r)
	})
	s.handleReaders(m)
	s.handleSigns(m)
	s.handleStrips(m)
	s.handleSpeech(m)
	return http.NewCrossOriginProtection().Handler(m)
}

func or(v, standard string) string {
	if v == "" {
		return standard
	}
	return v
}

// State is all devices.
type State struct {
	Printers  map[string]printer.State  `json:"printers"`
	Keypads   map[string]keypad.State   `json:"keypads"`
	Terminals map[string]terminal.State `json:"terminals"`
	Readers   map[string]idcard.State   `json:"readers"`
	Scanners  map[string]scanner.State  `json:"scanners"`
	Poles     map[string]pole.State     `json:"poles"`
	Panels    map[string]panel.State    `json:"panels"`
	Strips    map[string]strip.State    `json:"strips"`
	Speech    map[string]speech.State   `json:"speech"`
}

func (s *Set) state() State {
	st := State{Printers: map[string]printer.State{}, Keypads: map[string]keypad.State{}, Terminals: map[string]terminal.State{},
		Readers: map[string]idcard.State{}, Scanners: map[string]scanner.State{}}
	for id, p := range s.printers {
		st.Printers[id] = p.State()
	}
	for id, l := range s.keypads {
		st.Keypads[id] = l.State()
	}
	for id, t := range s.terminals {
		st.Terminals[id] = t.State()
	}
	for id, r := range s.readers {
		st.Readers[id] = r.State()
	}
	for id, c := range s.scanners {
		st.Scanners[id] = c.State()
	}
	s.signStates(&st)
	s.stripStates(&st)
	s.speechStates(&st)
	return st
}

func (s *Set) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_ = page.Execute(w, map[string]any{
		"State": s.state(), "Now": time.Now().UnixNano(),
		"PrinterSwitches": slices.Sorted(maps.Keys(printer.Switches)), "SwitchWords": printer.Switches,
		"KeypadSwitches": keypad.Switches, "TerminalSwitches": terminal.Switches,
		"Keys":  slices.Sorted(maps.Keys(keypad.Keys)),
		"Cards": slices.Sorted(maps.Keys(idcard.Samples)), "CardNames": idcard.Samples,
		"ReaderSwitches": slices.Sorted(maps.Keys(idcard.Switches)), "ReaderWords": idcard.Switches,
		"ScannerSwitches": slices.Sorted(maps.Keys(scanner.Switches)), "ScannerWords": scanner.Switches,
		"PoleSwitches": slices.Sorted(maps.Keys(pole.Switches)), "PoleWords": pole.Switches,
		"PanelSwitches": slices.Sorted(maps.Keys(panel.Switches)), "PanelWords": panel.Switches,
		"StripSwitches": slices.Sorted(maps.Keys(strip.Switches)), "StripWords": strip.Switches,
		"SpeechSwitches": slices.Sorted(maps.Keys(speech.Switches)), "SpeechWords": speech.Switches,
	})
}

func (s *Set) printerDo(do func(*printer.Printer, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		p := s.printers[r.PathValue("id")]
		if p == nil {
			http.NotFound(w, r)
			return
		}
		reply(w, r, do(p, r))
	}
}

func (s *Set) terminalDo(do func(*terminal.Terminal, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t := s.terminals[r.PathValue("id")]
		if t == nil {
			http.NotFound(w, r)
			return
		}
		reply(w, r, do(t, r))
	}
}

// line is the line of keypads that a request means: ?line=ID, or the first.
func (s *Set) line(r *http.Request) *keypad.Line {
	if id := r.FormValue("line"); id != "" {
		return s.keypads[id]
	}
	for _, id := range slices.Sorted(maps.Keys(s.keypads)) {
		return s.keypads[id]
	}
	return nil
}

func (s *Set) keypadDo(do func(*keypad.Line, int, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		l := s.line(r)
		unit, err := strconv.Atoi(r.PathValue("unit"))
		if l == nil || err != nil {
			http.NotFound(w, r)
			return
		}
		reply(w, r, do(l, unit, r))
	}
}

func (s *Set) papers(w http.ResponseWriter, r *http.Request) {
	p := s.printers[r.PathValue("id")]
	if p == nil {
		http.NotFound(w, r)
		return
	}
	writeJSON(w, p.Papers())
}

func (s *Set) latest(w http.ResponseWriter, r *http.Request) {
	p := s.printers[r.PathValue("id")]
	if p == nil || len(p.Papers()) == 0 {
		http.NotFound(w, r)
		return
	}
	papers := p.Papers()
	w.Header().Set("Content-Type", "image/png")
	w.Header().Set("Cache-Control", "no-store")
	_ = papers[len(papers)-1].WritePNG(w)
}

// reply answers a command; a browser goes back to the page.
func reply(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	if r.Header.Get("Sec-Fetch-Mode") == "navigate" {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}
