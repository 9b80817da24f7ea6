package view_test

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2/test"

	"hallward/kiosk/flow"
	"hallward/kiosk/theme/golden"
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

// shortest are the pages of the shortest way to a ticket, and its troubles. Of
// the others a picture is kept of one language for each way of hanging the
// screen.
const shortest = " attract home top services help taking printing done unprinted noting idle home-paper-out on-screen" +
	" trouble-paper-out trouble-cover-open trouble-cutter trouble-no-printer trouble-closed trouble-away trouble-paused" +
	" trouble-no-answer trouble-refused trouble-not-noted "

func kept(set, name string, large bool) bool {
	switch {
	case large:
		return showsLarge[name]
	case strings.Contains(shortest, " "+name+" "):
		return true
	}
	return set == "portrait-zh-CN" || set == "landscape-en"
}

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
							golden.Write(t, filepath.Join(*picture, set+"-"+s.Name+".png"), full.Draw(s.State))
							continue
						}
						if !kept(set, s.Name, large) {
							continue
						}
						golden.Compare(t, filepath.Join("testdata", set+"-"+s.Name+".png"), golden.Shrink(sc.Draw(s.State), 3), *update)
					}
				})
			}
		}
	}
}
