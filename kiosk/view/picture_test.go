package view_test

import (
	"flag"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"hallward/kiosk/flow"
	"hallward/kiosk/theme/tokens"
	"hallward/kiosk/view"
	"hallward/kiosk/view/viewtest"
)

var (
	update  = flag.Bool("update", false, "write the pictures of testdata again")
	picture = flag.String("pictures", "", "write full-size pictures to this `folder` instead of comparing")
	only    = flag.String("only", "", "with these samples only, a `list` with commas")
)

// showsLarge are the screens of which a large-text picture is kept; the others
// are measured in TestTree.
var showsLarge = map[string]bool{"home": true, "services": true, "done": true, "unprinted": true, "trouble-paper-out": true}

type size struct {
	name string
	w, h int
}

var (
	portrait  = size{"portrait", 1080, 1920}
	landscape = size{"landscape", 1920, 1080}
)

// Each screen in both languages and both ways of hanging the screen, and in
// large text. A small copy stands in testdata.
func TestPictures(t *testing.T) {
	test.NewTempApp(t)
	for _, sz := range []size{portrait, landscape} {
		for _, lang := range []string{flow.Chinese, flow.English} {
			for _, large := range []bool{false, true} {
				set := sz.name + "-" + lang
				if large {
					set += "-large"
				}
				t.Run(set, func(t *testing.T) {
					// Half the pixels of the reference screen at half its dpi: the same
					// page in a quarter of the time.
					sc := viewtest.NewScreen(nil, sz.w/2, sz.h/2, view.Options{DPI: tokens.ReferenceDPI / 2})
					for _, s := range viewtest.Samples(viewtest.Hall(), lang, large) {
						if *only != "" && !strings.Contains(*only+",", s.Name+",") {
							continue
						}
						if *picture != "" {
							full := viewtest.NewScreen(nil, sz.w, sz.h, view.Options{})
							write(t, filepath.Join(*picture, set+"-"+s.Name+".png"), full.Draw(s.State))
							continue
						}
						if large && !showsLarge[s.Name] {
							continue
						}
						compare(t, filepath.Join("testdata", set+"-"+s.Name+".png"), shrink(sc.Draw(s.State), 3))
					}
				})
			}
		}
	}
}

// compare holds a picture against its golden one: the mean difference of a
// channel may be 1.5 of 255, which is less than a moved line or a changed word.
func compare(t *testing.T, path string, got *image.Paletted) {
	t.Helper()
	if *update {
		write(t, path, got)
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
		write(t, filepath.Join(t.ArtifactDir(), filepath.Base(path)), got)
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

func write(t *testing.T, path string, img image.Image) {
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
