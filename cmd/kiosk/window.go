package main

import (
	"context"
	"os"
	"sync/atomic"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"hallward/kiosk/flow"
	"hallward/kiosk/view"
)

// window is the one window of the process.
type window struct {
	app     fyne.App
	win     fyne.Window
	view    *view.View
	latest  atomic.Pointer[flow.State]
	waiting atomic.Bool
}

// openWindow makes the window; nothing is on the screen before show. Full
// screen there is no way out of it: it does not close, it has no shortcuts and
// no menus, and the pointer is hidden (R-KIOSK-27).
func openWindow(cfg *settings, windowed bool, touch func(flow.Touch, string)) *window {
	// Sizes on the screen are this program's own business.
	os.Setenv("FYNE_SCALE", "1")
	os.Setenv("FYNE_DISABLE_DPI_DETECTION", "true")
	w := &window{app: app.NewWithID("hallward.kiosk")}
	w.view = view.New(touch, view.Options{DPI: cfg.Screen.DPI, Pointer: windowed})
	w.app.Settings().SetTheme(w.view.Theme())
	w.win = w.app.NewWindow("Hallward")
	w.win.SetPadded(false)
	w.win.SetContent(w.view.Object())
	w.win.Resize(fyne.NewSize(float32(cfg.Screen.Width), float32(cfg.Screen.Height)))
	if windowed {
		w.win.SetMaster()
		return w
	}
	w.win.SetFullScreen(true)
	w.win.SetCloseIntercept(func() {})
	return w
}

// show draws the newest state; what comes faster than it can be drawn is left
// out. It may be called from any goroutine.
func (w *window) show(s flow.State) {
	w.latest.Store(&s)
	if w.waiting.Swap(true) {
		return
	}
	fyne.Do(func() {
		w.waiting.Store(false)
		w.view.Show(*w.latest.Load())
	})
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
