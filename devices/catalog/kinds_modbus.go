package catalog

import (
	"time"

	"hallward/devices/driver/display/modbus"
	"hallward/devices/link"
	"hallward/firmware-bridge/rtu"
)

// readModbus reads the settings of a line of number panels that are tables of
// Modbus registers.
//
//	units:     addresses on the line, 1..247
//	registers: a list of
//	  at:    register, 0..65535, as it travels (40001 of a manual is 0)
//	  of:    number, window, waiting, state, text, english or staff
//	  as:    value, bcd, ascii, gbk or segments
//	  words: registers, 1..123; 1
//	  fill:  digit of empty places with bcd, 0..15, or the value that stands for nothing; 0
//	  left:  true puts characters and segments at the left
//	blink:    {at, on, off}: register that makes it blink; on 1, off 0
//	bright:   {at, max}: register for the brightness, 1..max
//	function: 16 writes neighbouring registers at once, 6 one by one; 16
//	verify:   true reads back what was written
//	answer:   for a unit to answer, 20ms..5s; 300ms
//	echo:     true for a two-wire adapter that gives back what is sent
func readModbus(_ *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a serial line")
	opts := &modbus.Opts{
		Units:  s.wholes("units", 1, rtu.MaxUnit),
		Verify: s.yes("verify", false),
		Line: rtu.Opts{
			Answer: s.span("answer", 0, 20*time.Millisecond, 5*time.Second),
			Echo:   s.yes("echo", false),
		},
	}
	function := s.whole("function", 16, 6, 16)
	if function != 6 && function != 16 {
		s.bad(s.path("function"), function, "want 16, or 6 for a panel that knows nothing else")
	}
	opts.One = function == 6
	s.each("registers", func(s *settings) {
		opts.Registers = append(opts.Registers, modbus.Register{
			At:    s.whole("at", 0, 0, 0xFFFF),
			Of:    s.text("of", modbus.OfNumber, modbus.Ofs()...),
			As:    s.text("as", modbus.AsValue, modbus.Forms()...),
			Words: s.whole("words", 1, 1, rtu.MaxWrite),
			Fill:  s.whole("fill", 0, 0, 0xFFFF),
			Left:  s.yes("left", false),
		})
	})
	s.within("blink", func(s *settings) {
		opts.Blink = &modbus.Blink{At: s.whole("at", 0, 0, 0xFFFF), On: s.whole("on", 1, 0, 0xFFFF), Off: s.whole("off", 0, 0, 0xFFFF)}
	})
	s.within("bright", func(s *settings) {
		opts.Bright = &modbus.Bright{At: s.whole("at", 0, 0, 0xFFFF), Max: s.whole("max", 100, 1, 0xFFFF)}
	})
	if len(s.errs) == 0 && len(opts.Units) == 0 {
		s.bad("settings.units", nil, "missing: list the addresses of the panels")
	}
	if len(s.errs) == 0 && len(opts.Registers) == 0 {
		s.bad("settings.registers", nil, "missing: list what the panel's manual calls its register table")
	}
	if l, err := link.ParseSpec(s.spec.Link); err == nil {
		opts.Line.Baud = l.Baud
	}
	if len(s.errs) == 0 { // what concerns more than one value
		if _, err := modbus.New(nil, opts); err != nil {
			s.bad("settings.registers", nil, err.Error())
		}
	}
	return onLink(s.spec, func(l link.Link) (*modbus.Dev, error) { return modbus.New(l, opts) })
}
