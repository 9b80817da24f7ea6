package main

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/test"

	"hallward/kiosk/display/displaytest"
)

// draw makes a picture of the board of a made-up hall in every situation, and of
// the display of one of its windows; with a window in cfg only of that.
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
	if cfg.Window == "" {
		sc := displaytest.NewScreen(cfg.Screen.Width, cfg.Screen.Height)
		for _, s := range displaytest.Samples() {
			if err := write(filepath.Join(folder, "board-"+s.Name+".png"), sc.Draw(s.Screen)); err != nil {
				return err
			}
		}
	}
	sc := displaytest.NewFaceScreen(cfg.Screen.Width, cfg.Screen.Height)
	for _, s := range displaytest.Faces() {
		if err := write(filepath.Join(folder, "window-"+s.Name+".png"), sc.Draw(s.Face)); err != nil {
			return err
		}
	}
	return nil
}

func write(path string, img image.Image) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("display: pictures: %w", err)
	}
	err = png.Encode(f, img)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("display: pictures: %s: %w", path, err)
	}
	return nil
}
