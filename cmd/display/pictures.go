package main

import (
	"fmt"
	"image/png"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/test"

	"hallward/kiosk/display/displaytest"
)

// draw makes a picture of the board of a made-up hall in every situation.
func draw(folder string, cfg *settings) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("display: pictures: %w", err)
	}
	test.NewApp()
	done := make(chan error, 1)
	go func() { done <- drawAll(folder, cfg) }() // Fyne's test driver wants to be left alone on the main goroutine
	return <-done
}

func drawAll(folder string, cfg *settings) error {
	sc := displaytest.NewScreen(cfg.Screen.Width, cfg.Screen.Height)
	for _, s := range displaytest.Samples() {
		path := filepath.Join(folder, "board-"+s.Name+".png")
		f, err := os.Create(path)
		if err != nil {
			return fmt.Errorf("display: pictures: %w", err)
		}
		err = png.Encode(f, sc.Draw(s.Screen))
		if cerr := f.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			return fmt.Errorf("display: pictures: %s: %w", path, err)
		}
	}
	return nil
}
