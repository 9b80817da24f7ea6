package drivertest

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"hallward/devices"
)

// Times of the display suite. Displays with an answer show at once; a person
// beside real hardware looks when asked.
const (
	showIn = 15 * time.Second // one Show, and until what it shows is seen
	failIn = 10 * time.Second // one Show of a unit that does not answer
)

// DisplayLine is what TestDisplay is told of a display, or of a line of them.
// Everything but Open may be left out; what is left out is not tried.
type DisplayLine struct {
	// Unit is one that is there.
	Unit int
	// Absent is an address that the driver must refuse or find silent; 0 is none.
	Absent int
	// Open makes the driver on an open link and gives what is to be closed at
	// the end.
	Open func() (devices.Display, io.Closer, error)
	// Shows looks whether the unit shows the sign, as far as this display can,
	// and says what is wrong. It is asked again for a while, since not every
	// display tells when it is through.
	Shows func(ctx context.Context, sign devices.Sign) error
	// Fault breaks the unit and mends it: "silent" says nothing more, "garble"
	// answers what nobody can read. Without answers on the wire there is
	// nothing to be tried.
	Fault func(name string, on bool) error
	// Look has a person look whether the unit shows what the text says, after
	// all else, and says what is wrong; ErrLacks when it is made without that.
	Look func(ctx context.Context, see string) error
}

// Signs are what every display must take, whatever it can show of them: all
// moods, both ends of brightness, a flash, nothing at all, and texts whose bytes
// in GBK are those that protocols give a meaning to.
func Signs(now time.Time) []devices.Sign {
	return []devices.Sign{
		{State: devices.SignOpen, Window: "3", Text: "3号窗口 欢迎您", English: "Window 3 Welcome"},
		{State: devices.SignCalled, Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001, please go to Window 3", Flash: now.Add(time.Hour)},
		{State: devices.SignCalled, Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001, please go to Window 3", Flash: now.Add(-time.Hour)},
		{State: devices.SignServing, Number: "VB999", Window: "128", Text: "128号窗口 正在为VB999号办理", English: "Window 128 Serving VB999", Waiting: 999},
		{State: devices.SignPaused, Window: "3", Text: "3号窗口 暂停办理，请到其他窗口", English: "Window 3 Paused, please go to another window"},
		{State: devices.SignClosed, Window: "综合1", Text: "综合1号窗口 暂停办理，请到其他窗口", English: "Window 1 Paused, please go to another window"},
		{State: devices.SignCalled, Number: "7", Window: "12", Text: "请7号到12号窗口", English: "7, please go to Window 12", Bright: 1},
		{State: devices.SignCalled, Number: "7", Window: "12", Text: "请7号到12号窗口", English: "7, please go to Window 12", Bright: 100},
		// 0x5C is the second byte of 乗俓塡誠鋅, 5A and 5B of 乑乕奪, A5 and A6 of
		// 哎唉播姜 and 7B of 粄; then the bytes themselves.
		{State: devices.SignMessage, Text: "乗俓塡誠鋅乑乕奪哎唉播宝师鸡粄結", English: "GBK"},
		{State: devices.SignMessage, Text: `C:\C1 \FO000 50% [v9] {number} ZZ[[`, English: `C:\C1 \FO000 50% [v9] {number} ZZ[[`},
		{State: devices.SignMessage, Text: "第一行\n第二行\r\n\x00\x07\x1b[2J\x7f", English: "one\ntwo\r\n\x00\x07\x1b[2J\x7f"},
		{State: devices.SignMessage, Text: "𠮷 😀 ᠮᠣᠩ \xff\xfe", English: "😀 \xff\xfe"},
		{State: devices.SignMessage, Text: long("政务服务大厅", 40), English: long("Service hall ", 40)},
		{State: devices.SignBlank},
	}
}

func long(s string, n int) (all string) {
	for range n {
		all += s
	}
	return all
}

// TestDisplay checks what every devices.Display promises: that the unit shows
// each sign, that the same again is no error, that orders of several callers do
// not mix, that a unit which does not answer is an error in time and shows the
// next sign when it is back, that a person sees what is meant, and that it ends
// as it should.
func TestDisplay(t T, line DisplayLine) {
	t.Helper()
	r, ok := start(t, line.Open)
	if !ok {
		return
	}
	defer r.stop(t)
	d := &displayTest{t: t, line: line, dev: r.dev, ctx: r.ctx}
	for _, s := range Signs(time.Now()) {
		if d.show(s) {
			d.show(s) // nothing changes
		}
	}
	d.together()
	d.refuses()
	for _, fault := range []string{"silent", "garble"} {
		d.breaks(fault)
	}
	d.asks()
}

type displayTest struct {
	t    T
	line DisplayLine
	dev  devices.Display
	ctx  context.Context
}

// name tells signs apart in a report.
func name(s devices.Sign) string { return fmt.Sprintf("%s sign %.40q", s.State, s.Text) }

// show shows a sign and looks at it.
func (d *displayTest) show(s devices.Sign) bool {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, showIn)
	defer cancel()
	if err := d.dev.Show(ctx, d.line.Unit, s); err != nil {
		d.t.Errorf("%s: %v", name(s), err)
		return false
	}
	return d.look(ctx, s)
}

func (d *displayTest) look(ctx context.Context, s devices.Sign) bool {
	d.t.Helper()
	if d.line.Shows == nil {
		return true
	}
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		err := d.line.Shows(ctx, s)
		if err == nil {
			return true
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			d.t.Errorf("%s: %v", name(s), err)
			return false
		}
	}
}

// together has several callers show at a time. Whose sign stands there in the
// end is open, but each was taken whole.
func (d *displayTest) together() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.ctx, 8*showIn)
	defer cancel()
	var all sync.WaitGroup
	var signs [8]devices.Sign
	var errs [len(signs)]error
	for i := range signs {
		signs[i] = devices.Sign{State: devices.SignCalled, Number: fmt.Sprintf("A%03d", i), Window: "3", Text: fmt.Sprintf("请A%03d号到3号窗口", i)}
		all.Go(func() { errs[i] = d.dev.Show(ctx, d.line.Unit, signs[i]) })
	}
	all.Wait()
	for i, err := range errs {
		if err != nil {
			d.t.Errorf("%s beside others: %v", name(signs[i]), err)
		}
	}
	d.show(devices.Sign{State: devices.SignOpen, Window: "3", Text: "3号窗口 欢迎您", English: "Window 3 Welcome"})
}

// refuses wants an error for a unit that is not there and for a context that
// has ended.
func (d *displayTest) refuses() {
	d.t.Helper()
	s := devices.Sign{State: devices.SignOpen, Window: "3", Text: "3号窗口 欢迎您", English: "Window 3 Welcome"}
	if d.line.Absent != 0 {
		d.fails(d.ctx, d.line.Absent, s, "at an address that is not there")
	}
	gone, end := context.WithCancel(d.ctx)
	end()
	d.fails(gone, d.line.Unit, s, "with a context that has ended")
}

func (d *displayTest) fails(ctx context.Context, unit int, s devices.Sign, when string) {
	d.t.Helper()
	begun := time.Now()
	err := d.dev.Show(ctx, unit, s)
	if err == nil {
		d.t.Errorf("%s %s: no error", name(s), when)
	}
	if took := time.Since(begun); took > failIn {
		d.t.Errorf("%s %s took %s, want at most %s", name(s), when, took, failIn)
	}
}

// breaks has the unit fail for a while.
func (d *displayTest) breaks(fault string) {
	d.t.Helper()
	if d.line.Fault == nil {
		return
	}
	if err := d.line.Fault(fault, true); err != nil {
		d.t.Errorf("fault %s: %v", fault, err)
		return
	}
	d.fails(d.ctx, d.line.Unit, devices.Sign{State: devices.SignCalled, Number: "B404", Window: "3", Text: "请B404号到3号窗口"}, "while the unit is "+fault)
	if err := d.line.Fault(fault, false); err != nil {
		d.t.Errorf("fault %s: %v", fault, err)
		return
	}
	d.show(devices.Sign{State: devices.SignCalled, Number: "B405", Window: "3", Text: "请B405号到3号窗口", English: "B405, please go to Window 3"})
}
