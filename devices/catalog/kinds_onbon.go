package catalog

import (
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/onbon"
	"hallward/devices/link"
)

// signStates are the states of a sign that settings may name.
var signStates = []string{
	devices.SignClosed, devices.SignOpen, devices.SignPaused, devices.SignCalled, devices.SignServing, devices.SignMessage,
}

// readOnbon reads the settings of a line of LED strips with BX font cards. They
// come with 57600 or 9600 baud (link serial:/dev/ttyUSB0?baud=57600), or with TCP
// (tcp:192.0.2.7:5005).
//
//	units:         addresses on the line, 1..32767; [0] is the only card, whatever its address; without: every one is taken
//	width, height: of a strip in pixels; 128, 16
//	x, y:          where the text stands on it, in pixels; 0, 0
//	area:          number of the dynamic area, 0..4; 0
//	font:          height in pixels, 16, 24 or 32; 16
//	charset:       of the card's fonts, gbk or gb2312; gbk
//	templates:     state (closed, open, paused, called, serving, message) → what stands there: "{number} 请到{window}号窗"
//	colours:       state → red, green, yellow, blue, cyan, magenta or white
//	speed:         of a text that runs, 1 (fastest)..24; 4
//	steady:        true shows a new call without a flash
//	forget:        the card drops a sign that was not renewed for so long, 90s..18h; never
//	normal:        true leaves the card in normal display mode, beside stored programs
//	sound:         none, shown (it reads out what stands there) or speech; none
//	speaker:       voice of the card, 0..5; 0
//	pace:          of its speech, 1..10; 5
//	answer:        for a card to answer, 50ms..5s; 300ms
//	silence:       of all cards, until the link is opened anew, 5s..10m; 15s
//	bytewise:      true for a card that shows a hanzi with 5C in its code wrong
//	unchecked:     true for a card that answers with the checksum FF FF
func readOnbon(_ *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a serial line or a network port")
	opts := &onbon.Opts{
		Units:     s.wholes("units", 0, 32767),
		Width:     s.whole("width", 128, 16, 4096),
		Height:    s.whole("height", 16, 16, 1024),
		X:         s.whole("x", 0, 0, 4095),
		Y:         s.whole("y", 0, 0, 1023),
		Area:      s.whole("area", 0, 0, 4),
		Font:      s.whole("font", 16, 16, 32),
		Charset:   onbon.Charset(s.text("charset", string(onbon.GBK), string(onbon.GBK), string(onbon.GB2312))),
		Templates: map[string]string{},
		Colours:   map[string]string{},
		Speed:     s.whole("speed", 0, 1, 24),
		Steady:    s.yes("steady", false),
		Forget:    s.span("forget", 0, 90*time.Second, 18*time.Hour),
		Normal:    s.yes("normal", false),
		Speaker:   s.whole("speaker", 0, 0, 5),
		Pace:      s.whole("pace", 0, 1, 10),
		Answer:    s.span("answer", 0, 50*time.Millisecond, 5*time.Second),
		Silence:   s.span("silence", 0, 5*time.Second, 10*time.Minute),
		Quirks:    onbon.Quirks{Bytewise: s.yes("bytewise", false), Unchecked: s.yes("unchecked", false)},
	}
	if sound := s.text("sound", "none", "none", string(onbon.Shown), string(onbon.Speech)); sound != "none" {
		opts.Sound = onbon.Sound(sound)
	}
	s.within("templates", func(s *settings) {
		for _, state := range signStates {
			if t := s.text(state, ""); t != "" {
				if err := devices.CheckSignTemplate(t); err != nil {
					s.bad(s.path(state), t, err.Error())
				}
				opts.Templates[state] = t
			}
		}
	})
	s.within("colours", func(s *settings) {
		for _, state := range signStates {
			if c := s.text(state, "", append(onbon.Colours(), "")...); c != "" {
				opts.Colours[state] = c
			}
		}
	})
	if len(s.errs) == 0 {
		if _, err := onbon.New(nil, opts); err != nil { // what concerns two settings at a time
			s.bad("settings", nil, err.Error())
		}
	}
	return onLink(s.spec, func(l link.Link) (*onbon.Dev, error) { return onbon.New(l, opts) })
}
