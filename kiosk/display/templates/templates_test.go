package templates

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices/config"
	"hallward/devices/contract"
	"hallward/devices/hall/polite"
	"hallward/kiosk/display/model"
)

// boardFile is a process configuration with a board in it.
type boardFile struct {
	Board Board `yaml:"board"`
}

func mistakes(yaml string) []config.Problem {
	return config.Parse("board.yaml", []byte(yaml), &boardFile{})
}

// Every template that comes with the program is good, keeps the calls at least
// as large as all else, and shows what every hall owes.
func TestTemplates(t *testing.T) {
	for _, name := range Names {
		b := Board{Template: name, Zones: []string{"a"}, Arrangement: Arrangement{SmokingArea: &Text{"东门外", "Outside the east door"}}}
		l, err := b.Layout()
		if err != nil {
			t.Fatal(err)
		}
		if l.Side < 20 || l.Side > 60 || len(l.Panels) == 0 || len(l.Zones) != 1 {
			t.Errorf("%s: %+v", name, l)
		}
		shows := map[string]bool{}
		for _, p := range l.Panels {
			for _, page := range p.Pages {
				shows[page.Show] = true
				if page.Seconds < 5 {
					t.Errorf("%s: %s stays for %d s", name, page.Show, page.Seconds)
				}
			}
		}
		for _, kind := range []string{model.PageWaiting, model.PageNotices, model.PageResults, model.PageDuty, model.PageClosed, model.PagePhones} {
			if !shows[kind] {
				t.Errorf("%s has no page of %s", name, kind)
			}
		}
	}
}

// What the board says goes before its template; what no hall has said is left
// out.
func TestBoardBeforeTemplate(t *testing.T) {
	var f boardFile
	bad := config.Parse("board.yaml", []byte(`board:
  side: 30
  zones: [vehicle]
  slides: pictures/hall
  pages:
    - {show: slogans, sets: [five-same], texts: [{zh: 请排队, en: Please queue}]}
    - {show: no-smoking}
    - {show: slides, seconds: 7}
    - {show: phones, title: {zh: 电话, en: Phones}}
`), &f)
	if len(bad) > 0 {
		t.Fatal(bad)
	}
	l, err := f.Board.Layout()
	if err != nil {
		t.Fatal(err)
	}
	if l.Side != 30 || len(l.Panels) != 1 || len(l.Panels[0].Pages) != 3 {
		t.Fatalf("%+v", l)
	}
	p := l.Panels[0].Pages
	if len(p[0].Texts) != 6 || p[0].Texts[0].ZH != "请排队" || p[0].Seconds != 15 || p[1].Folder != "pictures/hall" || p[1].Seconds != 7 || p[2].Title.EN != "Phones" {
		t.Errorf("%+v", p)
	}
}

// A hall's own template is a file of the same form; its mistakes are told with
// its name and line.
func TestOwnTemplate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "entrance.yaml")
	write := func(yaml string) {
		if err := os.WriteFile(path, []byte(yaml), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := Board{Template: path}
	write("side: 25\npages:\n  - {show: duty}\n")
	if l, err := b.Layout(); err != nil || l.Side != 25 || l.Panels[0].Pages[0].Show != model.PageDuty {
		t.Errorf("%+v, %v", l, err)
	}
	write("side: 25\npages:\n  - {show: weather}\n")
	if _, err := b.Layout(); err == nil || !strings.Contains(err.Error(), "entrance.yaml:3: pages[0].show") {
		t.Errorf("%v", err)
	}
	b.Template = filepath.Join(t.TempDir(), "none.yaml")
	if _, err := b.Layout(); err == nil || !strings.Contains(err.Error(), "none.yaml") {
		t.Errorf("%v", err)
	}
}

// Mistakes are told with line, value and what is wanted (R-VOICE-03: so are
// words that are not used towards citizens, with their source).
func TestMistakes(t *testing.T) {
	for _, c := range []struct{ yaml, want string }{
		{"board: {template: nice}", `board.yaml:1: board.template: "nice": want one of standard`},
		{"board: {zones: [East Wing]}", "board.zones[0]"},
		{"board: {side: 90}", "board.side"},
		{"board:\n  pages:\n    - {show: weather}", `board.yaml:3: board.pages[0].show: "weather"`},
		{"board: {pages: [{seconds: 20}]}", "board.pages[0].show: is missing"},
		{"board: {pages: [{show: duty, seconds: 1}]}", "board.pages[0].seconds"},
		{"board: {pages: [{show: duty, folder: x}]}", "board.pages[0].folder"},
		{"board: {pages: [{show: slogans, sets: [none]}]}", "board.pages[0].sets[0]"},
		{"board: {slogans: [none]}", "board.slogans[0]"},
		{"board: {pages: [{show: duty}], panels: [{pages: [{show: duty}]}]}", "want either pages or panels"},
		{"board: {panels: [{percent: 90, pages: [{show: duty}]}, {percent: 30, pages: [{show: duty}]}]}", "board.panels[1].percent"},
		{"board: {panels: [{percent: 50}]}", "board.panels[0].pages: is missing"},
		{"board: {smoking_area: {zh: 东门外}}", "board.smoking_area.en: is missing"},
		{"board: {smoking_area: {zh: 自己去看, en: x}}", "自己"},
		{"board: {colour: red}", "unknown key"},
	} {
		all := config.Problems(mistakes(c.yaml)).Error()
		if !strings.Contains(all, c.want) {
			t.Errorf("%s\n gives %q, want %q", c.yaml, all, c.want)
		}
	}
	if bad := mistakes("board: {template: notice, zones: [a], slogans: [purpose]}"); len(bad) > 0 {
		t.Error(bad)
	}
}

// R-BOARD-08: the sets are in both languages, polite, and short enough for a
// board.
func TestSets(t *testing.T) {
	if len(Sets()) < 4 {
		t.Errorf("only %v", Sets())
	}
	for _, name := range Sets() {
		for _, w := range sets[name] {
			for _, words := range []string{w.ZH, w.EN} {
				if _, bad := polite.Check(words); bad || words == "" || len([]rune(words)) > 80 {
					t.Errorf("%s: %q", name, words)
				}
			}
		}
		if len(sets[name]) == 0 || sets[name][0] == (contract.Text2{}) {
			t.Errorf("%s is empty", name)
		}
	}
}
