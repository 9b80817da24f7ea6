package display_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display/displaytest"
)

// A new call, from the snapshot to the last text in its place, without the
// painting: what the way from "next" to the board spends here (R-BOARD-01).
func BenchmarkCall(b *testing.B) {
	test.NewTempApp(b)
	sc, h := displaytest.NewScreen(1920, 1080), newHall()
	now := displaytest.Morning
	for b.Loop() {
		now = now.Add(10 * time.Second)
		h.calls++
		v := displaytest.Calls(20, now)
		for k := range v.Calls {
			v.Calls[k].Call = h.calls + 100 - uint64(k)
		}
		h.view(contract.ViewCalls, v, now)
		sc.Board.Show(h.Screen(now, displaytest.Zone))
	}
}

// A look at a board on which nothing has changed, ten times a second.
func BenchmarkLook(b *testing.B) {
	test.NewTempApp(b)
	sc, h := displaytest.NewScreen(1920, 1080), newHall()
	displaytest.View(h.State, contract.ViewResults, displaytest.Published(200), displaytest.Morning)
	for b.Loop() {
		sc.Board.Show(h.Screen(displaytest.Morning, displaytest.Zone))
		sc.Board.Step(0.0001)
	}
}

// A frame of the running line, painted by Fyne's software painter, as parts of
// its floor: filling a picture of the same size in the same run. The painter of
// a window is another (cmd/display, BenchmarkWindow); this one needs no display.
func BenchmarkFrame(b *testing.B) {
	test.NewTempApp(b)
	for _, size := range []struct {
		name string
		w, h int
	}{{"1080p", 1920, 1080}, {"portrait", 1080, 1920}, {"4K", 3840, 2160}} {
		b.Run(size.name, func(b *testing.B) {
			sc, h := displaytest.NewScreen(size.w, size.h), newHall()
			sc.Board.Show(h.Screen(displaytest.Morning, displaytest.Zone))
			sc.Paint()
			var floor time.Duration
			dst := image.NewNRGBA(image.Rect(0, 0, size.w, size.h))
			for b.Loop() {
				sc.Board.Step(0.033)
				sc.Paint()
				b.StopTimer()
				from := time.Now()
				draw.Draw(dst, dst.Rect, image.NewUniform(color.NRGBA{R: 9, A: 255}), image.Point{}, draw.Src)
				floor += time.Since(from)
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(floor), "x-floor")
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

// A week of a busy hall, with a call each half a minute: the heap after the
// first and after the last day.
func BenchmarkWeek(b *testing.B) {
	test.NewTempApp(b)
	for b.Loop() {
		sc, s := displaytest.NewScreen(960, 540), newHall()
		midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, displaytest.Zone)
		var heap []uint64
		for d := range 7 {
			day(sc, s, midnight.AddDate(0, 0, d), 30*time.Second)
			heap = append(heap, used())
		}
		m := mib(heap)
		b.ReportMetric(m[0], "MiB-day1")
		b.ReportMetric(m[6], "MiB-day7")
	}
}
