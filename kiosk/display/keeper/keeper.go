// Package keeper owns what a call board knows: the hall's views and the state of
// the link go in from any goroutine, screens come out, and a copy stands on the
// board's disk, so that a restart shows the last good data at once (R-BOARD-02)
// and announces no call again. It draws nothing.
package keeper

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/kiosk/display/model"
)

// File is the board's copy in its data folder.
const File = "board.json"

// Saving. New calls are saved before they are shown, unless the disk is slower
// than people may wait for their call (R-BOARD-01: 0.5 s); all else may be a
// little late, which spares the disk.
const (
	holdFor   = 300 * time.Millisecond
	saveAfter = 2 * time.Second
	saveEvery = time.Minute // also when nothing changes: until when the hall was there
)

// Keeper is one board's knowledge. Its methods may be called from anywhere.
type Keeper struct {
	path    string
	log     *slog.Logger
	changed chan struct{}
	saving  sync.Mutex // one save at a time; taken before mu

	mu      sync.Mutex
	state   *model.State
	zone    *time.Location
	shown   model.Screen
	face    model.Face // of window
	window  string
	hold    time.Time // shown stays until then: new calls are being saved
	dirty   bool
	saved   time.Time
	saveBad string                     // why the last save failed
	viewBad map[string]string          // view → why its last snapshot was not taken
	refused map[string][]model.Refusal // view → texts of it that are not shown
	strange []string                   // zones of the board that the hall does not have
	history history
}

// New reads what the folder holds; a copy that cannot be read is left out.
func New(folder string, log *slog.Logger) *Keeper {
	k := &Keeper{path: filepath.Join(folder, File), log: log, changed: make(chan struct{}, 1), viewBad: map[string]string{}, refused: map[string][]model.Refusal{},
		state: model.New(), zone: time.FixedZone("CST", 8*60*60)} // Beijing time, until the hall says otherwise
	switch raw, err := os.ReadFile(k.path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		log.Warn("the last picture cannot be read", "file", k.path, "error", err)
	default:
		if k.state, err = model.Restore(raw); err != nil {
			log.Warn("the last picture is not used", "file", k.path, "error", err)
		}
	}
	k.inZone()
	k.tellRefused("")
	k.Screen()
	return k
}

func (k *Keeper) inZone() {
	if name := k.state.Calendar.Zone; name != "" && name != k.zone.String() {
		if z, err := time.LoadLocation(name); err == nil {
			k.zone = z
		}
	}
}

// Changed receives when there is something new to show.
func (k *Keeper) Changed() <-chan struct{} { return k.changed }

func (k *Keeper) poke() {
	select {
	case k.changed <- struct{}{}:
	default:
	}
}

// View takes a snapshot of the hall. New calls are on the disk when it returns.
func (k *Keeper) View(name string, raw json.RawMessage) {
	if k.take(name, raw) {
		k.Save()
	}
	k.poke()
}

// take says whether there are new calls.
func (k *Keeper) take(name string, raw json.RawMessage) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	seen := k.state.Seen
	if err := k.state.View(name, raw, time.Now()); err != nil {
		if k.viewBad[name] != err.Error() {
			k.log.Warn("a view of the hall cannot be read", "view", name, "error", err)
		}
		k.viewBad[name] = err.Error()
		return false
	}
	delete(k.viewBad, name)
	k.dirty = true
	k.inZone()
	k.tellRefused(name)
	if strange := k.state.StrangeZones(); name == contract.ViewCatalogue && !slices.Equal(strange, k.strange) {
		if k.strange = strange; len(strange) > 0 {
			k.log.Warn("the board is for zones that the hall does not have", "zones", strange)
		}
	}
	if k.state.Seen == seen {
		return false
	}
	k.hold = time.Now().Add(holdFor)
	return true
}

// tellRefused logs the texts of a view that are not shown, each once while it
// stands there (R-VOICE-03).
func (k *Keeper) tellRefused(view string) {
	now := k.state.Refused()
	for _, r := range now {
		if !slices.Contains(k.refused[view], r) {
			k.log.Warn("a text of the hall is not shown: it holds a word that is not used towards citizens",
				"view", r.View, "where", r.Where, "word", r.Word, "source", r.Source)
		}
	}
	k.refused[view] = now
}

// Lay arranges the board.
func (k *Keeper) Lay(l model.Layout) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Lay(l)
	k.shown = k.state.Screen(time.Now(), k.zone)
}

// Pictures tells what pictures a folder of slides holds now.
func (k *Keeper) Pictures(folder string, names []string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Pictures(folder, names)
}

// Link tells whether the hall is connected.
func (k *Keeper) Link(up bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Link(up, time.Now())
	k.dirty = true
	k.poke()
}

// Screen is what to show now, in the hall's strong colour.
func (k *Keeper) Screen() (s model.Screen, colour string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if now := time.Now(); !now.Before(k.hold) {
		k.state.Tick(now)
		k.shown = k.state.Screen(now, k.zone)
	}
	return k.shown, k.state.Catalogue.Hall.Colour
}

// SaveIfDue writes the copy when it is time to.
func (k *Keeper) SaveIfDue() {
	k.mu.Lock()
	ago := time.Since(k.saved)
	due := k.dirty && ago >= saveAfter || k.state.Up() && ago >= saveEvery
	k.mu.Unlock()
	if due {
		k.Save()
	}
}

// Save writes the copy now.
func (k *Keeper) Save() {
	k.saving.Lock()
	defer k.saving.Unlock()
	k.mu.Lock()
	k.saved, k.dirty = time.Now(), false
	raw, err := k.state.Keep(k.saved)
	hold := k.hold
	k.mu.Unlock()
	if err == nil {
		err = replace(k.path, raw)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.hold.Equal(hold) {
		k.hold = time.Time{}
	}
	switch {
	case err == nil && k.saveBad != "":
		k.saveBad = ""
		k.log.Info("what the board shows is kept again", "file", k.path)
	case err != nil:
		k.dirty = true
		if k.saveBad != err.Error() {
			k.log.Warn("what the board shows is not kept: after a restart it begins with older data", "file", k.path, "error", err)
		}
		k.saveBad = err.Error()
	}
}

// replace writes a file so that a power cut leaves either the old one or the
// new one.
func replace(path string, raw []byte) error {
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(raw)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	if err := os.Rename(path+".part", path); err != nil {
		return err
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Disk is nil while the copy can be written, for the health page.
func (k *Keeper) Disk() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.saveBad != "" {
		return errors.New(k.saveBad)
	}
	return nil
}

// Page is what the board has drawn last, as JSON: for remote help and for tests.
type Page struct {
	Calls   []Call `json:"calls"` // as they stand on the screen
	Waiting int    `json:"waiting"`
	Link    string `json:"link"`  // "" while the hall is connected
	Quiet   string `json:"quiet"` // what stands in the place of the calls
	Notice  string `json:"notice"`
	Seen    uint64 `json:"seen"` // the last call that was announced

	Captions []string   `json:"captions,omitempty"` // of what is being announced
	Pages    [][]string `json:"pages,omitempty"`    // kinds of pages that take turns in each panel
}

// Call is one call of the Page.
type Call struct {
	Call     uint64 `json:"call"`
	Number   string `json:"number"`
	Window   string `json:"window"`
	State    string `json:"state"`
	Flashing bool   `json:"flashing"`
}

// ServeHTTP answers with the Page.
func (k *Keeper) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	k.mu.Lock()
	s := k.shown
	out := Page{Calls: []Call{}, Waiting: s.Total, Link: s.Link.ZH, Quiet: s.Quiet.Title.ZH, Notice: s.Notice, Seen: k.state.Seen}
	if out.Link == "" && !k.state.Up() {
		out.Link = out.Quiet
	}
	k.mu.Unlock()
	if s.Hero != nil {
		out.Calls = append(out.Calls, callOf(*s.Hero, s.Flash))
	}
	for _, l := range s.Lines {
		out.Calls = append(out.Calls, callOf(l, false))
	}
	for _, c := range s.Captions {
		if len(c.Texts) > 0 {
			out.Captions = append(out.Captions, strings.Join(c.Texts, " "))
		}
	}
	for _, side := range s.Sides {
		var kinds []string
		for _, p := range side.Pages {
			kinds = append(kinds, p.Kind)
		}
		out.Pages = append(out.Pages, kinds)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}

func callOf(l model.Line, flashing bool) Call {
	return Call{Call: l.Call, Number: l.Number, Window: l.Window.ZH, State: l.State.ZH, Flashing: flashing}
}
