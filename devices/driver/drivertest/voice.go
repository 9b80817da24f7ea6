package drivertest

import (
	"context"
	"errors"
	"io"
	"time"

	"hallward/devices"
)

// Times of the voice suite: a sentence in two languages, and how soon a voice
// must stop when it is told to.
const (
	sayIn  = 45 * time.Second
	hushIn = 10 * time.Second
)

// VoiceLine is what TestVoice is told of a voice. Everything but Open may be
// left out; what is left out is not tried.
type VoiceLine struct {
	Unit int
	// Open makes the driver on an open link and gives what is to be closed at
	// the end.
	Open func() (devices.Voice, io.Closer, error)
	// Heard looks whether the announcement was spoken, as far as this voice can
	// tell, and says what is wrong. It is asked when Say has returned.
	Heard func(a devices.Announcement) error
	// Fault breaks the voice so that it cannot speak, and mends it.
	Fault func(on bool) error
}

// Announcements are what every voice must take: a call with a chime, in two
// languages, in the loudest and the quietest; a recall without a chime; and a
// number with letters to a window above 100.
func Announcements() []devices.Announcement {
	zh := func(number, window string) devices.Speech {
		return devices.Speech{Lang: "zh-CN", Parts: []devices.Part{
			{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: number}, {Kind: devices.PartWord, Text: "号"}, {Kind: devices.PartWord, Text: "到"},
			{Kind: devices.PartValue, Text: window}, {Kind: devices.PartWord, Text: "号窗口"}, {Kind: devices.PartWord, Text: "办理"}}}
	}
	en := devices.Speech{Lang: "en", Parts: []devices.Part{
		{Kind: devices.PartWord, Text: "Number"}, {Kind: devices.PartDigits, Text: "A001"}, {Kind: devices.PartPause, Text: "150"},
		{Kind: devices.PartWord, Text: "please go to"}, {Kind: devices.PartWord, Text: "window"}, {Kind: devices.PartValue, Text: "12"}}}
	return []devices.Announcement{
		{Call: 1, Chime: true, Volume: 100, Speeches: []devices.Speech{zh("A001", "12"), en}},
		{Call: 2, Volume: 1, Speeches: []devices.Speech{zh("7", "3")}},
		{Call: 3, Volume: 70, Speeches: []devices.Speech{zh("VB999", "128")}},
	}
}

// TestVoice checks what every devices.Voice promises: that it speaks each
// announcement to its end, stops when it is told to, says when it could not
// speak, and speaks the next one all the same.
func TestVoice(t T, line VoiceLine) {
	t.Helper()
	r, ok := start(t, line.Open)
	if !ok {
		return
	}
	defer r.stop(t)
	v := &voiceTest{t: t, line: line, dev: r.dev, ctx: r.ctx}
	for _, a := range Announcements() {
		v.say(a)
	}
	v.stops()
	v.say(Announcements()[1])
	v.breaks()
}

type voiceTest struct {
	t    T
	line VoiceLine
	dev  devices.Voice
	ctx  context.Context
}

// say speaks an announcement to its end.
func (v *voiceTest) say(a devices.Announcement) {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(v.ctx, sayIn)
	defer cancel()
	if err := v.dev.Say(ctx, v.line.Unit, a); err != nil {
		v.t.Errorf("announcement of call %d: %v", a.Call, err)
		return
	}
	if v.line.Heard == nil {
		return
	}
	if err := v.line.Heard(a); err != nil {
		v.t.Errorf("announcement of call %d: %v", a.Call, err)
	}
}

// stops ends an announcement before its time, and one before it begins.
func (v *voiceTest) stops() {
	v.t.Helper()
	for _, after := range []time.Duration{0, 300 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(v.ctx, after)
		begun := time.Now()
		err := v.dev.Say(ctx, v.line.Unit, Announcements()[0])
		cancel()
		if took := time.Since(begun); took > hushIn {
			v.t.Errorf("stopped after %s, it went on for %s, want at most %s", after, took, hushIn)
		}
		if after == 0 && err == nil {
			v.t.Errorf("it spoke with a context that had ended")
		}
		if errors.Is(err, devices.ErrUnspeakable) {
			v.t.Errorf("stopped after %s: %v", after, err)
		}
	}
}

// breaks has the voice fail for a while.
func (v *voiceTest) breaks() {
	v.t.Helper()
	if v.line.Fault == nil {
		return
	}
	if err := v.line.Fault(true); err != nil {
		v.t.Errorf("fault: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(v.ctx, sayIn)
	defer cancel()
	switch err := v.dev.Say(ctx, v.line.Unit, Announcements()[2]); {
	case err == nil:
		v.t.Errorf("no error from a voice that cannot speak")
	case errors.Is(err, devices.ErrUnspeakable):
		v.t.Errorf("a voice that cannot speak blames the announcement: %v", err)
	}
	if err := v.line.Fault(false); err != nil {
		v.t.Errorf("fault: %v", err)
		return
	}
	v.say(Announcements()[2])
}
