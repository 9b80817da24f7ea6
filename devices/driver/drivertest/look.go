package drivertest

import (
	"errors"
	"time"

	"hallward/devices"
)

// Look is a sign, and what a person before the display should see then. A
// display without hanzi, letters, a flash or brightness has its part of it.
type Look struct {
	Sign devices.Sign
	See  string
}

// Looks are what somebody in front of a display is asked about, one after the
// other: numbers, both languages, a flash and its end, brightness, a pause,
// nothing at all.
func Looks(now time.Time) []Look {
	called := devices.Sign{State: devices.SignCalled, Number: "A037", Window: "12", Text: "请A037号到12号窗口", English: "A037, please go to Window 12"}
	flashing, faint, bright := called, called, called
	flashing.Flash = now.Add(time.Hour)
	faint.Bright, bright.Bright = 1, 100
	return []Look{
		{called, "number A037 and window 12, whole and steady"},
		{flashing, "the same, and it flashes"},
		{faint, "the same, steady again and at its faintest"},
		{bright, "the same, at its brightest"},
		{devices.Sign{State: devices.SignMessage, Text: "罗田县义水路镕塬窗口", English: "Service Hall"}, "罗田县义水路镕塬窗口 or Service Hall, no boxes, no question marks"},
		{devices.Sign{State: devices.SignServing, Number: "VB999", Window: "128", Text: "128号窗口 正在为VB999号办理", English: "Window 128 Serving VB999"}, "number VB999 and window 128, nothing cut off"},
		{devices.Sign{State: devices.SignPaused, Window: "12", Text: "12号窗口 暂停办理，请到其他窗口", English: "Window 12 Paused, please go to another window"}, "window 12 has paused, and no number"},
		{devices.Sign{State: devices.SignBlank}, "nothing, it is dark"},
	}
}

// ErrLacks is the answer of somebody who looks at a display without a flash, or
// without hanzi. It is no fault.
var ErrLacks = errors.New("this display has no such thing")

// asks has somebody look at each of the signs. A display that does not take one
// is asked nothing about it.
func (d *displayTest) asks() {
	d.t.Helper()
	if d.line.Look == nil {
		return
	}
	for _, l := range Looks(time.Now()) {
		if !d.show(l.Sign) {
			continue
		}
		switch err := d.line.Look(d.ctx, l.See); {
		case err == nil:
			d.t.Logf("seen: %s", l.See)
		case errors.Is(err, ErrLacks):
			d.t.Logf("%v: %s", err, l.See)
		default:
			d.t.Errorf("%v: %s", err, l.See)
		}
	}
}
