package catalog

import (
	"time"

	"hallward/devices/driver/idcard/samv"
	"hallward/devices/driver/scanner/line"
	"hallward/devices/link"
)

// readSAMV reads the settings of an identity-card reader. Readers are delivered
// with 115200 baud: link serial:/dev/ttyUSB0?baud=115200.
//
//	poll:     between two looks for a card, 100ms..10s; 400ms
//	answer:   for a short answer, 100ms..10s; 1s
//	read:     for a card to be read, 1s..30s; 5s
//	no_probe: true for a reader that does not know command 30 03
func readSAMV(o *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a card reader on a serial port")
	opts := &samv.Opts{
		Poll:   s.span("poll", 0, 100*time.Millisecond, 10*time.Second),
		Answer: s.span("answer", 0, 100*time.Millisecond, 10*time.Second),
		Read:   s.span("read", 0, time.Second, 30*time.Second),
		Quirks: samv.Quirks{NoProbe: s.yes("no_probe", false)},
		Log:    o.Log,
	}
	return onLink(s.spec, func(l link.Link) (*samv.Dev, error) { return samv.New(l, opts) })
}

// readScanner reads the settings of a code scanner. Its link is a serial port,
// or input:/dev/input/by-id/… for a scanner that plays a keyboard.
//
//	idle:  quiet that ends a code without CR or LF, 10ms..1s; 50ms
//	again: the same code counts once for so long, 100ms..30s; 1s
func readScanner(_ *Options, s *settings) opener {
	checkLink(s)
	opts := &line.Opts{
		Idle:  s.span("idle", 0, 10*time.Millisecond, time.Second),
		Again: s.span("again", 0, 100*time.Millisecond, 30*time.Second),
	}
	return onLink(s.spec, func(l link.Link) (*line.Dev, error) { return line.New(l, opts) })
}

// noInput refuses a keyboard where a device has to be written to.
func (s *settings) noInput(want string) {
	if l, err := link.ParseSpec(s.spec.Link); err == nil && l.Scheme == "input" {
		s.bad("link", s.spec.Link, "is a keyboard, want "+want)
	}
}
