package media

import (
	"os"
	"path/filepath"
	"testing"

	"hallward/devices/media"
)

// A slide of this machine's own folder is shown without the hall, and without
// asking it.
func TestOwn(t *testing.T) {
	h := serve(t)
	folder := t.TempDir()
	raw := file(t, 40, 30, 9)
	if err := os.WriteFile(filepath.Join(folder, "a.png"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	x, err := media.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	s, _ := start(t, Opts{}, h.URL+"/media/")
	s.Own(x)
	s.Picture(media.Name(raw))
	<-s.Changed()
	if img := s.Picture(media.Name(raw)); img == nil || img.Bounds().Dx() != 40 || h.asked.Load() != 0 {
		t.Errorf("%v, asked %d times", img, h.asked.Load())
	}
}
