package display_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"hallward/devices/contract"
	"hallward/kiosk/display/displaytest"
	"hallward/kiosk/display/model"
)

// hall is what a board knows, and the number of the last call.
type hall struct {
	*model.State
	calls uint64
}

func newHall() *hall { return &hall{State: displaytest.Busy(displaytest.Lay("notice"))} }

func (h *hall) view(name string, v any, now time.Time) { displaytest.View(h.State, name, v, now) }

// day drives a board through one day of a hall: calls from eight to five with the queue moving, notices, results and a roster posted, and
// the screen drawn and painted again and again. It starts at midnight.
func day(sc *displaytest.Screen, s *hall, midnight time.Time, every time.Duration) {
	at := func(d time.Duration) time.Time { return midnight.Add(d) }
	duty := displaytest.OnDuty(2)
	duty.Day = midnight.Format(time.DateOnly)
	duty.Version = uint64(midnight.Unix())
	s.view(contract.ViewDuty, duty, at(0))
	for n := range int(9 * time.Hour / every) {
		now := at(8*time.Hour + time.Duration(n)*every)
		s.calls++
		v := contract.Calls{Version: s.calls}
		for k := uint64(0); k < min(20, s.calls); k++ {
			c := s.calls - k
			v.Calls = append(v.Calls, contract.Call{Call: c, Number: fmt.Sprintf("%c%03d", 'A'+c%6, c%1000), Window: fmt.Sprint("w", c%12), Label: fmt.Sprint(c%12 + 1),
				Name: contract.Text2{ZH: fmt.Sprintf("%d号窗口", c%12+1), EN: fmt.Sprintf("Window %d", c%12+1)}, At: now.Add(-time.Duration(k) * every), State: "called"})
		}
		s.view(contract.ViewCalls, v, now)
		q := displaytest.Queue(s.Catalogue, 19)
		q.Services[n%19].Waiting += n % 50
		s.view(contract.ViewQueue, q, now)
		if n%50 == 0 {
			p := displaytest.Posted()
			p.Notices[0].Text.ZH = fmt.Sprintf("%s 第%d次更新", now.Format("15:04"), s.calls)
			p.Notices[1].Title.ZH = fmt.Sprintf("公告 %d", s.calls)
			s.view(contract.ViewNotices, p, now)
			s.view(contract.ViewResults, displaytest.Published(n%200), now)
		}
		for k := range 4 { // flashes, clock, pages
			later := now.Add(time.Duration(k) * 7 * time.Second)
			s.Tick(later)
			sc.Board.Show(s.Screen(later, displaytest.Zone))
			sc.Board.Step(0.2)
			sc.Board.Step(7)
		}
		if n%60 == 0 {
			sc.Paint()
		}
	}
}

// used is the heap after everything that can go is gone.
func used() uint64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Memory is flat over a week: what the seventh day leaves is hardly more than
// what the first left, and no object is made after it.
func TestWeek(t *testing.T) {
	test.NewTempApp(t)
	sc, s := displaytest.NewScreen(960, 540), newHall()
	midnight := time.Date(2026, 3, 2, 0, 0, 0, 0, displaytest.Zone)
	var heap, objects [7]uint64
	days := 7
	if testing.Short() {
		days = 2
	}
	for d := range days {
		day(sc, s, midnight.AddDate(0, 0, d), 4*time.Minute)
		heap[d], objects[d] = used(), uint64(count(sc.Board.Object()))
	}
	last := days - 1
	t.Logf("MiB after each day: %.2f", mib(heap[:days]))
	if grown := int64(heap[last]) - int64(heap[0]); grown > 6<<20 {
		t.Errorf("%d bytes more after day %d than after day 1", grown, days)
	}
	if objects[last] > objects[1]+2 {
		t.Errorf("objects after each day: %v", objects[:days])
	}
}

func mib(bytes []uint64) []float64 {
	out := make([]float64, len(bytes))
	for i, b := range bytes {
		out[i] = float64(b) / (1 << 20)
	}
	return out
}
