package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"hallward/kiosk/display"
	"hallward/kiosk/display/model"
)

// Frames of the board.
const (
	frame     = time.Second / 30       // of the running line
	redraw    = 100 * time.Millisecond // of everything else
	slow      = 50 * time.Millisecond  // a frame that takes longer than this on average is too slow
	judged    = 60                     // frames
	tryAgain  = 5 * time.Minute        // when the line changed to pages
	saveEvery = 2 * time.Second
)

// keeper owns the board's state: views and link go in from any goroutine, the
// window is drawn from it, and a copy stands on the disk.
type keeper struct {
	board *display.Board
	path  string
	log   *slog.Logger

	mu     sync.Mutex
	state  *model.State
	zone   *time.Location
	shown  model.Screen
	dirty  bool // since the last save
	refuse string
}

func newKeeper(board *display.Board, folder string, log *slog.Logger) *keeper {
	k := &keeper{board: board, path: filepath.Join(folder, "board.json"), log: log, zone: time.Local}
	now := time.Now()
	k.state = model.New(now)
	switch raw, err := os.ReadFile(k.path); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		log.Warn("the last picture cannot be read", "file", k.path, "error", err)
	default:
		if k.state, err = model.Restore(raw, now); err != nil {
			log.Warn("the last picture is not used", "file", k.path, "error", err)
		}
	}
	k.inZone()
	return k
}

func (k *keeper) inZone() {
	if name := k.state.Calendar.Zone; name != "" && name != k.zone.String() {
		if z, err := time.LoadLocation(name); err == nil {
			k.zone = z
		}
	}
}

func (k *keeper) view(name string, raw json.RawMessage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if err := k.state.View(name, raw, time.Now()); err != nil {
		if k.refuse != err.Error() {
			k.log.Warn("a view was not taken", "view", name, "error", err)
		}
		k.refuse = err.Error()
		return
	}
	k.refuse, k.dirty = "", true
	k.inZone()
}

func (k *keeper) link(up bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Link(up, time.Now())
}

// screen is what to show now.
func (k *keeper) screen() (model.Screen, string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	k.state.Tick(now)
	k.shown = k.state.Screen(now, k.zone)
	return k.shown, k.state.Catalogue.Hall.Colour
}

// run draws until ctx ends: the running line in frames while it runs, the rest
// a few times a second.
func (k *keeper) run(ctx context.Context) {
	t := time.NewTicker(frame)
	defer t.Stop()
	var lastDraw, lastSave, paged time.Time
	var spent time.Duration
	frames, moving := 0, true
	last := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := time.Now()
		full := now.Sub(lastDraw) >= redraw
		if !full && !moving {
			continue
		}
		if full {
			lastDraw = now
		}
		seconds := min(float32(now.Sub(last).Seconds()), 0.2)
		last = now
		if !k.draw(ctx, full, seconds, &moving) {
			return
		}
		spent += time.Since(now)
		if frames++; frames == judged {
			if moving && paged.IsZero() && spent/judged > slow {
				k.log.Warn("drawing is too slow for a running line: it changes page by page", "frame", spent/judged)
				paged = now
				fyne.Do(func() { k.board.Page(true) })
			}
			spent, frames = 0, 0
		}
		if !paged.IsZero() && now.Sub(paged) > tryAgain {
			paged = time.Time{}
			fyne.Do(func() { k.board.Page(false) })
		}
		if now.Sub(lastSave) > saveEvery {
			lastSave = now
			k.save()
		}
	}
}

// draw draws one frame on Fyne's goroutine and waits for it; false is the end.
func (k *keeper) draw(ctx context.Context, full bool, seconds float32, moving *bool) bool {
	done := make(chan bool, 1)
	fyne.Do(func() {
		if full {
			s, colour := k.screen()
			k.board.Colour(colour)
			k.board.Show(s)
		}
		done <- k.board.Step(seconds)
	})
	select {
	case *moving = <-done:
		return true
	case <-ctx.Done():
		return false
	}
}

// save writes what the board knows, if it has changed, so that a power cut
// leaves either the old picture or the new one.
func (k *keeper) save() {
	k.mu.Lock()
	if !k.dirty {
		k.mu.Unlock()
		return
	}
	k.dirty = false
	raw, err := json.Marshal(k.state)
	k.mu.Unlock()
	if err == nil {
		if err = os.WriteFile(k.path+".part", raw, 0o600); err == nil {
			err = os.Rename(k.path+".part", k.path)
		}
	}
	if err != nil {
		k.log.Warn("the picture is not kept; after a restart the board begins empty", "file", k.path, "error", err)
	}
}

// alive is the sign of life of the drawing goroutine: it answers.
func (k *keeper) alive(ctx context.Context) error {
	done := make(chan struct{})
	fyne.Do(func() { close(done) })
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ServeHTTP tells what the board shows, for remote help and for tests.
func (k *keeper) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	type call struct {
		Number   string `json:"number"`
		Window   string `json:"window"`
		State    string `json:"state"`
		Flashing bool   `json:"flashing"`
	}
	var out struct {
		Calls   []call `json:"calls"`
		Waiting int    `json:"waiting"`
		Link    string `json:"link"`
		Notice  string `json:"notice"`
		Seen    uint64 `json:"seen"`
	}
	k.mu.Lock()
	s := k.shown
	out.Seen = k.state.Seen
	k.mu.Unlock()
	if s.Hero != nil {
		out.Calls = append(out.Calls, call{s.Hero.Number, s.Hero.Window.ZH, s.Hero.State.ZH, s.Flash})
	}
	for _, l := range s.Lines {
		out.Calls = append(out.Calls, call{l.Number, l.Window.ZH, l.State.ZH, false})
	}
	out.Waiting, out.Link, out.Notice = s.Total, s.Link, s.Notice
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out)
}
