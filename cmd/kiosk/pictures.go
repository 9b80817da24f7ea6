package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/test"

	"hallward/kiosk/flow"
	"hallward/kiosk/view"
	"hallward/kiosk/view/viewtest"
)

// draw makes a picture of every screen, in both languages, of a made-up hall.
// Fyne's test driver keeps the main goroutine for itself.
func draw(folder string, cfg *settings) error {
	done := make(chan error, 1)
	go func() { done <- drawAll(folder, cfg) }()
	return <-done
}

func drawAll(folder string, cfg *settings) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("kiosk: pictures: %w", err)
	}
	test.NewApp()
	sc := viewtest.NewScreen(nil, cfg.Screen.Width, cfg.Screen.Height, view.Options{DPI: cfg.Screen.DPI})
	for _, lang := range []string{flow.Chinese, flow.English} {
		for _, s := range viewtest.Samples(viewtest.Hall(), lang, false) {
			path := filepath.Join(folder, s.Name+"-"+lang+".png")
			f, err := os.Create(path)
			if err != nil {
				return fmt.Errorf("kiosk: pictures: %w", err)
			}
			err = png.Encode(f, sc.Draw(s.State))
			if cerr := f.Close(); err == nil {
				err = cerr
			}
			if err != nil {
				return fmt.Errorf("kiosk: pictures: %s: %w", path, err)
			}
		}
	}
	return nil
}
