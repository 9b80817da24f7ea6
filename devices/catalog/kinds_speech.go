package catalog

import (
	"time"

	"hallward/devices/driver/voice/speech"
	"hallward/devices/link"
)

// readSpeech reads the settings of a text-to-speech chip on a serial line of 9600
// baud (XFS5152CE: what its pins say).
//
//	baud:    19200 or 38400: a SYN6288 is told to be so fast, and the port follows; 9600
//	speed:   how fast it speaks, 1..5 (XFS5152CE: 1..10); the chip's own, 4 or 5
//	chime:   name of the tone before an announcement; soundk (XFS5152CE: none)
//	one:     yi or yao: how the digit 1 of a ticket is read; yi
//	english: skip or spell (XFS5152CE: skip or words); skip (XFS5152CE: words)
//	answer:  for the chip to answer, 100ms..5s; 500ms
//	poll:    between two questions whether it is there, 2s..10m; 10s
//	silence: until the link is opened anew, 5s..10m; 30s
//	one_way: true for a board without a line back: no fault is noticed
func readSpeech(m speech.Model) func(*Options, *settings) opener {
	return func(o *Options, s *settings) opener {
		checkLink(s)
		s.noInput("a serial line")
		opts := &speech.Opts{
			Baud:    s.whole("baud", 0, 9600, 38400),
			Speed:   s.whole("speed", 0, 1, 10),
			Chime:   s.text("chime", ""),
			Yao:     s.text("one", "yi", "yi", "yao") == "yao",
			English: speech.English(s.text("english", "", string(speech.Skip), string(speech.Spell), string(speech.Words))),
			Answer:  s.span("answer", 0, 100*time.Millisecond, 5*time.Second),
			Poll:    s.span("poll", 0, 2*time.Second, 10*time.Minute),
			Silence: s.span("silence", 0, 5*time.Second, 10*time.Minute),
			Quirks:  speech.Quirks{OneWay: s.yes("one_way", false)},
			Log:     o.Log,
		}
		if len(s.errs) == 0 {
			if _, err := speech.New(nil, m, opts); err != nil { // what depends on the chip
				s.bad("settings", nil, err.Error())
			}
		}
		if l, err := link.ParseSpec(s.spec.Link); err == nil && opts.Baud > 0 && (l.Scheme != "serial" || l.Baud != 9600) {
			s.bad("settings.baud", opts.Baud, "want a serial link with 9600 baud, at which the chip starts")
		}
		return onLink(s.spec, func(l link.Link) (*speech.Dev, error) { return speech.New(l, m, opts) })
	}
}
