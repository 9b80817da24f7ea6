package main

import (
	"crypto/tls"
	"log/slog"
	"path/filepath"

	windows "hallward/kiosk/display/face"
	"hallward/kiosk/display/keeper"
	"hallward/kiosk/display/media"
)

// windowFace is the display of one window of the hall, with the photos of those
// who sit there.
type windowFace struct {
	*windows.Face
	k      *keeper.Keeper
	photos *media.Store
	window string
}

// newWindowFace is the display of cfg.Window.
func newWindowFace(cfg *settings, windowed bool, k *keeper.Keeper, photos *media.Store) windowFace {
	return windowFace{windows.New(windowed, photos.Picture), k, photos, cfg.Window}
}

// Look takes the face of the window from the keeper.
func (f windowFace) Look() func() {
	m, colour := f.k.Face(f.window)
	f.photos.Base(f.k.Media())
	return func() {
		f.Colour(colour)
		f.Show(m)
		f.k.DrewFace(m)
	}
}

// pictures are the hall's pictures, with copies in the data folder.
func pictures(cfg *settings, conf *tls.Config, log *slog.Logger) *media.Store {
	return media.New(media.Opts{Folder: filepath.Join(cfg.Data, "media"), TLS: conf.Clone(), Log: log})
}
