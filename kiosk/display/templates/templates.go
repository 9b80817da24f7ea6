// Package templates reads how a board is arranged from YAML: the board's own
// settings on top of a template. The templates that come with the program are
// standard, waiting-heavy, notice and portrait, files beside this one; a hall
// may write its own file in the same form.
//
//	board:
//	  template: notice            # or a file: boards/entrance.yaml
//	  zones: [vehicle]            # calls, queues and notices of these only
//	  smoking_area: {zh: 东门外, en: Outside the east door}
//	  slogans: [five-same]
package templates

import (
	"embed"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"hallward/devices/config"
	"hallward/devices/contract"
	"hallward/devices/hall/polite"
	"hallward/kiosk/display/model"
)

// Standard is the template of a board that names none.
const Standard = "standard"

// Names are the templates that come with the program.
var Names = []string{Standard, "waiting-heavy", "notice", "portrait"}

//go:embed *.yaml
var files embed.FS

// Board is the settings of one board.
type Board struct {
	Template    string   `yaml:"template"` // one of Names, or a file
	Zones       []string `yaml:"zones"`    // ids of the hall's zones; none is all
	Arrangement `yaml:",inline"`
}

// Arrangement is what a template and a board can say alike; what the board says
// goes before the template.
type Arrangement struct {
	Side        int      `yaml:"side"`         // percent of the screen for the panels, 20 to 60
	Pages       []Page   `yaml:"pages"`        // of one panel
	Panels      []Panel  `yaml:"panels"`       // or of several, one below the other
	Slogans     []string `yaml:"slogans"`      // sets for the slogans page that names none
	SmokingArea *Text    `yaml:"smoking_area"` // the way there, for the no-smoking page
	Slides      string   `yaml:"slides"`       // folder of pictures for the slides page that names none
}

// Panel is a part of the side area.
type Panel struct {
	Percent int    `yaml:"percent"` // of the side area's height; 0 is an equal share
	Pages   []Page `yaml:"pages" config:"required"`
}

// Page is one page of a playlist.
type Page struct {
	Show    string   `yaml:"show" config:"required"` // one of model.Kinds
	Seconds int      `yaml:"seconds"`                // 0 is 15
	Title   *Text    `yaml:"title"`
	Sets    []string `yaml:"sets"`   // of slogans
	Texts   []Text   `yaml:"texts"`  // of slogans and no-smoking
	Folder  string   `yaml:"folder"` // of slides
}

// Text is a text in both languages.
type Text struct {
	ZH string `yaml:"zh" config:"required"`
	EN string `yaml:"en" config:"required"`
}

// Check refuses words that are not used towards citizens (R-VOICE-03).
func (t *Text) Check(k *config.Checker) {
	for path, words := range map[string]string{"zh": t.ZH, "en": t.EN} {
		if hit, ok := polite.Check(words); ok {
			k.At(path).Badf("holds the word %q, which is not used towards citizens (%s)", hit.Word, hit.Source)
		}
	}
}

// Check says what the types cannot.
func (b *Board) Check(k *config.Checker) {
	b.Arrangement.Check(k)
	if b.Template != "" && !slices.Contains(Names, b.Template) && !own(b.Template) {
		k.At("template").Badf("want one of %s, or a file that ends in .yaml", strings.Join(Names, ", "))
	}
	for i, z := range b.Zones {
		k.Atf("zones[%d]", i).WantID(z)
	}
}

func own(template string) bool { return strings.HasSuffix(template, ".yaml") }

// Check says what the types cannot.
func (a *Arrangement) Check(k *config.Checker) {
	if a.Side != 0 && (a.Side < 20 || a.Side > 60) {
		k.At("side").Badf("want 20 to 60 percent: the calls need the rest")
	}
	if len(a.Pages) > 0 && len(a.Panels) > 0 {
		k.At("pages").Badf("want either pages or panels")
	}
	if len(a.Panels) > 3 {
		k.At("panels").Badf("want three at most: smaller ones cannot be read from afar")
	}
	sum := 0
	for i, p := range a.Panels {
		if sum += p.Percent; p.Percent != 0 && p.Percent < 20 || sum > 100 {
			k.Atf("panels[%d].percent", i).Badf("want 20 percent at least, and 100 together")
		}
	}
	checkSets(k, "slogans", a.Slogans)
}

// Check says what the types cannot.
func (p *Page) Check(k *config.Checker) {
	if p.Show != "" && !slices.Contains(model.Kinds, p.Show) {
		k.At("show").Badf("want one of %s", strings.Join(model.Kinds, ", "))
	}
	if p.Seconds != 0 && (p.Seconds < 5 || p.Seconds > 600) {
		k.At("seconds").Badf("want 5 to 600: faster pages cannot be read")
	}
	checkSets(k, "sets", p.Sets)
	for path, wrong := range map[string]bool{
		"sets":   len(p.Sets) > 0 && p.Show != model.PageSlogans,
		"texts":  len(p.Texts) > 0 && p.Show != model.PageSlogans && p.Show != model.PageNoSmoking,
		"folder": p.Folder != "" && p.Show != model.PageSlides,
	} {
		if wrong {
			k.At(path).Badf("a page of %s has none", p.Show)
		}
	}
}

func checkSets(k *config.Checker, path string, names []string) {
	for i, n := range names {
		if _, ok := sets[n]; !ok {
			k.Atf("%s[%d]", path, i).Badf("want one of %s", strings.Join(Sets(), ", "))
		}
	}
}

// Layout is the board's template with the board's own settings on top. It reads
// the file of an own template, whose name is relative to the working directory,
// like that of a folder of slides.
func (b *Board) Layout() (model.Layout, error) {
	a, err := arrangement(b.Template)
	if err != nil {
		return model.Layout{}, err
	}
	if b.Side != 0 {
		a.Side = b.Side
	}
	if len(b.Pages)+len(b.Panels) > 0 {
		a.Pages, a.Panels = b.Pages, b.Panels
	}
	if len(b.Slogans) > 0 {
		a.Slogans = b.Slogans
	}
	if b.SmokingArea != nil {
		a.SmokingArea = b.SmokingArea
	}
	if b.Slides != "" {
		a.Slides = b.Slides
	}
	l := a.layout()
	l.Zones = b.Zones
	return l, nil
}

// arrangement reads a template.
func arrangement(name string) (Arrangement, error) {
	var a Arrangement
	if name == "" {
		name = Standard
	}
	if own(name) {
		return a, config.Load(name, &a)
	}
	raw, err := files.ReadFile(name + ".yaml")
	if err != nil {
		return a, fmt.Errorf("templates: %q: want one of %s, or a file that ends in .yaml", name, strings.Join(Names, ", "))
	}
	if bad := config.Parse(name+".yaml", raw, &a); len(bad) > 0 {
		return a, config.Problems(bad)
	}
	return a, nil
}

func (a Arrangement) layout() model.Layout {
	panels := a.Panels
	if len(a.Pages) > 0 {
		panels = []Panel{{Pages: a.Pages}}
	}
	l := model.Layout{Side: a.Side}
	if l.Side == 0 {
		l.Side = model.Plain.Side
	}
	for _, p := range panels {
		panel := model.Panel{Percent: p.Percent}
		for _, page := range p.Pages {
			if s, ok := a.page(page); ok {
				panel.Pages = append(panel.Pages, s)
			}
		}
		l.Panels = append(l.Panels, panel)
	}
	return l
}

// page is a page with what the arrangement says for all pages of its kind. A
// template has pages for what not every hall has, such as slides: without it
// the page is left out.
func (a Arrangement) page(p Page) (model.PageSetting, bool) {
	s := model.PageSetting{Show: p.Show, Seconds: p.Seconds, Folder: p.Folder}
	if s.Seconds == 0 {
		s.Seconds = 15
	}
	if p.Title != nil {
		s.Title = contract.Text2(*p.Title)
	}
	for _, t := range p.Texts {
		s.Texts = append(s.Texts, contract.Text2(t))
	}
	switch p.Show {
	case model.PageSlogans:
		names := p.Sets
		if len(names)+len(p.Texts) == 0 {
			names = a.Slogans
		}
		for _, n := range names {
			s.Texts = append(s.Texts, sets[n]...)
		}
	case model.PageNoSmoking:
		if len(s.Texts) == 0 {
			if a.SmokingArea == nil {
				return s, false
			}
			s.Texts = []contract.Text2{contract.Text2(*a.SmokingArea)}
		}
	case model.PageSlides:
		if s.Folder == "" && a.Slides != "" {
			s.Folder = filepath.Clean(a.Slides)
		}
	}
	return s, true
}

// sets are the texts that hang in halls (R-BOARD-08), by name.
var sets = readSets()

// Sets are the names of the sets of slogans.
func Sets() []string {
	var names []string
	for n := range sets {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

func readSets() map[string][]contract.Text2 {
	raw, err := files.ReadFile("slogans.yaml")
	var all struct {
		Sets map[string][]Text `yaml:"sets" config:"required"`
	}
	if bad := config.Parse("slogans.yaml", raw, &all); len(bad) > 0 {
		err = errors.Join(err, config.Problems(bad))
	}
	if err != nil {
		panic(err) // embedded: a test reads it
	}
	out := map[string][]contract.Text2{}
	for name, list := range all.Sets {
		for _, t := range list {
			out[name] = append(out[name], contract.Text2(t))
		}
	}
	return out
}
