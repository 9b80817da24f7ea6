package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"hallward/kiosk/display"
	"hallward/kiosk/display/keeper"
	"hallward/kiosk/display/media"
)

// redraw is how often the board is looked at when the running line stands still.
const redraw = 100 * time.Millisecond

// face is what the window of the process shows: the board of a hall, or the
// display of one window. Its methods run on Fyne's goroutine, but for Look.
type face interface {
	Theme() fyne.Theme
	Object() fyne.CanvasObject
	// Look finds what there is to show now and answers with the drawing of it.
	// It does not run on Fyne's goroutine: it may wait for others.
	Look() (show func())
	// Step moves what moves on by so many seconds; it says whether it wants the
	// next frame soon.
	Step(seconds float32) bool
	// Page shows running lines page by page instead of moving them.
	Page(on bool)
}

// boardFace is the board of a hall.
type boardFace struct {
	*display.Board
	k        *keeper.Keeper
	pictures *media.Store
}

// newBoardFace is the board with its slides and photos.
func newBoardFace(windowed bool, k *keeper.Keeper, pictures *media.Store) boardFace {
	b := display.New(windowed)
	b.Pictures(pictures)
	return boardFace{b, k, pictures}
}

// Look takes a screen from the keeper.
func (f boardFace) Look() func() {
	s, colour := f.k.Screen()
	f.pictures.Base(f.k.Media())
	return func() {
		f.Colour(colour)
		f.Show(s)
		f.k.Drew(s)
	}
}

// window is the one window of the process.
type window struct {
	app  fyne.App
	win  fyne.Window
	face face
	log  *slog.Logger
}

// openWindow makes the window. Full screen there is no way out of it: it does
// not close, has no menus, and the pointer is hidden.
func openWindow(cfg *settings, windowed bool, f face, log *slog.Logger) *window {
	// Sizes on the screen are this program's own business, and Fyne finds no
	// language in the locale that services run with.
	os.Setenv("FYNE_SCALE", "1")
	os.Setenv("FYNE_DISABLE_DPI_DETECTION", "true")
	if l := os.Getenv("LANG"); l == "" || l == "C" || l == "POSIX" || l == "C.UTF-8" {
		os.Setenv("LANG", "zh_CN.UTF-8")
	}
	os.Unsetenv("LC_ALL")
	w := &window{app: app.NewWithID("hallward.display"), face: f, log: log}
	w.app.Settings().SetTheme(f.Theme())
	w.win = w.app.NewWindow("Hallward")
	w.win.SetPadded(false)
	w.win.SetContent(f.Object())
	w.win.Resize(fyne.NewSize(float32(cfg.Screen.Width), float32(cfg.Screen.Height)))
	if windowed {
		w.win.SetMaster()
		return w
	}
	w.win.SetFullScreen(true)
	w.win.SetCloseIntercept(func() {})
	return w
}

// run draws what the keeper knows until ctx ends: at once when something is
// new, in frames while the running line moves, else a few times a second.
func (w *window) run(ctx context.Context, k *keeper.Keeper) {
	t := time.NewTimer(0)
	defer t.Stop()
	var pace display.Pace
	var lastLook time.Time
	last, moving, paging := time.Now(), false, false
	for {
		fresh := false
		select {
		case <-ctx.Done():
			return
		case <-k.Changed():
			fresh = true
		case <-t.C:
		}
		now := time.Now()
		seconds := float32(min(now.Sub(last), 200*time.Millisecond).Seconds())
		last = now
		look := fresh || now.Sub(lastLook) >= redraw
		if look {
			lastLook = now
		}
		if moving = w.draw(ctx, look, seconds, paging); ctx.Err() != nil {
			return
		}
		average, pages := pace.Step(time.Now(), moving)
		if average > 0 {
			w.log.Warn("drawing is too slow for a running line: it changes page by page for a while", "frame", average)
		}
		paging = pages
		k.SaveIfDue()
		t.Reset(map[bool]time.Duration{true: display.Frame, false: redraw}[moving])
	}
}

// draw draws one frame on Fyne's goroutine, waits for it, and says whether the
// running line wants another.
func (w *window) draw(ctx context.Context, look bool, seconds float32, paging bool) bool {
	var show func()
	if look {
		show = w.face.Look()
	}
	done := make(chan bool, 1)
	fyne.Do(func() {
		if show != nil {
			show()
		}
		w.face.Page(paging)
		done <- w.face.Step(seconds)
	})
	select {
	case moving := <-done:
		return moving
	case <-ctx.Done():
		return false
	}
}

// alive is the sign of life of the drawing goroutine: it answers.
func (w *window) alive(ctx context.Context) error {
	done := make(chan struct{})
	fyne.Do(func() { close(done) })
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
