package display_test

import (
	"math"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"hallward/kiosk/display"
	"hallward/kiosk/display/displaytest"
)

// The board's ruler agrees with what Fyne draws to a hundredth, so that lines
// broken by it fit.
func TestWidth(t *testing.T) {
	test.NewTempApp(t)
	displaytest.NewScreen(960, 540) // its theme has the fonts
	for _, words := range []string{"请A001号到12号窗口办理", "Number A001, please go to window 12", "0713-555-0110", "AVATAR Type. Windows", "，。（）●　", "15–20"} {
		for _, size := range []float32{13.3, 18, 36, 40.5, 112} {
			got, want := display.Width(words, size), fyne.MeasureText(words, size, fyne.TextStyle{}).Width
			if d := math.Abs(float64(got-want)) / float64(want); d > 0.01 {
				t.Errorf("%q in %v is %.1f wide, Fyne says %.1f", words, size, got, want)
			}
		}
	}
}
