package view_test

import (
	"image"
	"image/color"
)

// shrink makes a picture n times smaller by averaging, in 6×6×6 colours, so
// that a golden picture is a few kilobytes.
func shrink(src image.Image, n int) *image.Paletted {
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
