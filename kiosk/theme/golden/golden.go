// Package golden holds pictures of screens against small copies that a person
// has looked at. It is for tests.
package golden

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// Compare holds a picture against its golden one, or writes it anew: the mean difference of a
// channel may be 1.5 of 255, which is less than a moved line or a changed word.
func Compare(t *testing.T, path string, got *image.Paletted, update bool) {
	t.Helper()
	if update {
		Write(t, path, got)
		return
	}
	f, err := os.Open(path)
	if err != nil {
		t.Errorf("%v (make it with -update, and look at it)", err)
		return
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if want.Bounds() != got.Bounds() {
		t.Errorf("%s: %v, want %v", path, got.Bounds(), want.Bounds())
		return
	}
	if d := difference(got, want); d > 1.5 {
		t.Errorf("%s: differs by %.2f a channel", path, d)
		Write(t, filepath.Join(t.ArtifactDir(), filepath.Base(path)), got)
	}
}

func difference(a, b image.Image) float64 {
	r := a.Bounds()
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			ar, ag, ab, _ := a.At(x, y).RGBA()
			br, bg, bb, _ := b.At(x, y).RGBA()
			for _, d := range []int{int(ar) - int(br), int(ag) - int(bg), int(ab) - int(bb)} {
				if d < 0 {
					d = -d
				}
				sum += float64(d) / 257
			}
		}
	}
	return sum / float64(r.Dx()*r.Dy()*3)
}

// Write writes a picture as PNG.
func Write(t *testing.T, path string, img image.Image) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// Shrink makes a picture n times smaller by averaging, in 6×6×6 colours, so
// that a golden picture is a few kilobytes.
func Shrink(src image.Image, n int) *image.Paletted {
	var pal color.Palette
	for r := range 6 {
		for g := range 6 {
			for b := range 6 {
				pal = append(pal, color.RGBA{uint8(r * 51), uint8(g * 51), uint8(b * 51), 255})
			}
		}
	}
	w, h := src.Bounds().Dx()/n, src.Bounds().Dy()/n
	dst := image.NewPaletted(image.Rect(0, 0, w, h), pal)
	for y := range h {
		for x := range w {
			var r, g, b uint32
			for dy := range n {
				for dx := range n {
					cr, cg, cb, _ := src.At(src.Bounds().Min.X+x*n+dx, src.Bounds().Min.Y+y*n+dy).RGBA()
					r, g, b = r+cr>>8, g+cg>>8, b+cb>>8
				}
			}
			k := uint32(n * n)
			q := func(v uint32) uint8 { return uint8((v/k + 25) / 51) }
			dst.SetColorIndex(x, y, q(r)*36+q(g)*6+q(b))
		}
	}
	return dst
}
