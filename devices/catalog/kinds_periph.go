package catalog

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/hd44780"
	"hallward/devices/driver/display/max7219"
	"hallward/devices/driver/display/ssd1306"
	"hallward/devices/driver/keypad/numpad"
	"hallward/devices/link"
)

// readSSD1306 reads the settings of an OLED display. Its link is
// "i2c:/dev/i2c-1?addr=0x3c".
//
//	turned:     true for a display that is mounted upside down
//	write_only: true for a module whose status cannot be read
func readSSD1306(_ *Options, s *settings) opener {
	addr := s.chip()
	opts := &ssd1306.Opts{Addr: addr, Turned: s.yes("turned", false), Quirks: ssd1306.Quirks{WriteOnly: s.yes("write_only", false)}}
	return onI2C(s.spec, func(bus *link.Chip) (*ssd1306.Dev, error) { return ssd1306.New(bus, opts) })
}

// readHD44780 reads the settings of a character LCD on an I²C backpack. Its link
// is "i2c:/dev/i2c-1?addr=0x27".
//
//	cols: 16 or 20; 16
//	rows: 2 or 4; 2
func readHD44780(_ *Options, s *settings) opener {
	addr := s.chip()
	opts := &hd44780.Opts{Addr: addr, Cols: s.whole("cols", 16, 16, 20), Rows: s.whole("rows", 2, 2, 4)}
	if _, err := hd44780.New(nil, opts); err != nil && addr != 0 {
		s.bad("settings", fmt.Sprintf("%d × %d", opts.Cols, opts.Rows), "want 16 or 20 cols and 2 or 4 rows")
	}
	return onI2C(s.spec, func(bus *link.Chip) (*hd44780.Dev, error) { return hd44780.New(bus, opts) })
}

// readMAX7219 reads the settings of a row of eight digits. Its link is
// "spi:/dev/spidev0.0".
//
//	mirrored: true for a module whose leftmost digit is the chip's first
func readMAX7219(_ *Options, s *settings) opener {
	s.onBus("spi")
	opts := &max7219.Opts{Quirks: max7219.Quirks{Mirrored: s.yes("mirrored", false)}}
	return func(context.Context) (*Port, error) {
		port, err := link.OpenSPI(s.spec.Link)
		if err != nil {
			return nil, err
		}
		d, err := max7219.New(port, opts)
		return made(s.spec, d, port, err)
	}
}

// readNumpad reads the settings of a USB number pad. Its link is
// "input:/dev/input/by-id/usb-…-event-kbd".
//
//	unit:   address of the windows' setting keypad, 1..255; 1
//	as:     caller (staff) or evaluator (citizens); caller
//	keys:   of a caller: name or code of a key → next, recall, evaluate, cancel, pause, transfer,
//	        give-up, suspend or resume; enter next, plus recall, minus give-up, star pause,
//	        slash transfer, dot suspend
//	levels: of an evaluator: digit → level 5..1; the digit itself
//	scale:  of an evaluator, in the records; "numpad-5"
//	forget: typed digits, when no key follows, 2s..1m; 10s
func readNumpad(o *Options, s *settings) opener {
	s.onBus("input")
	opts := &numpad.Opts{Unit: s.whole("unit", 1, 1, 255), Forget: s.span("forget", 0, 2*time.Second, time.Minute), Log: o.Log}
	if s.text("as", "caller", "caller", "evaluator") == "evaluator" {
		opts.Scale = s.text("scale", "")
		if opts.Levels = s.table("levels", 0, 9, 1, 5); opts.Levels == nil {
			opts.Levels = numpad.Stars
		}
	} else {
		opts.Keys = s.padKeys("keys")
	}
	return func(context.Context) (*Port, error) {
		l, err := link.OpenKeys(s.spec.Link)
		if err != nil {
			return nil, err
		}
		d, err := numpad.New(l, opts)
		return made(s.spec, d, l, err)
	}
}

// padVerbs are the keys that a configuration may put on a number pad.
var padVerbs = []devices.Key{devices.KeyNext, devices.KeyRecall, devices.KeyEvaluate, devices.KeyCancel, devices.KeyPause,
	devices.KeyTransfer, devices.KeyGiveUp, devices.KeySuspend, devices.KeyResume}

// padKeys is a table of keys and what they mean; nil is the usual one. What is
// not in the table keeps its usual meaning.
func (s *settings) padKeys(key string) map[uint16]devices.Key {
	keys := maps.Clone(numpad.Caller)
	s.within(key, func(s *settings) {
		for _, name := range slices.Sorted(maps.Keys(s.left)) {
			value, _ := s.take(name)
			text, _ := value.(string)
			codes := numpad.Codes(name)
			switch {
			case codes == nil:
				s.bad(s.path(name), value, "no such key, want the code of one that is no digit, or one of "+strings.Join(numpad.Names(), ", "))
			case !slices.Contains(padVerbs, devices.Key(text)):
				s.bad(s.path(name), value, "want one of "+verbNames())
			}
			for _, c := range codes {
				keys[c] = devices.Key(text)
			}
		}
	})
	return keys
}

func verbNames() string {
	var names []string
	for _, k := range padVerbs {
		names = append(names, string(k))
	}
	return strings.Join(names, ", ")
}

// onI2C opens a bus and makes a driver on it.
func onI2C[D devices.Device](spec Spec, make func(*link.Chip) (D, error)) opener {
	return func(context.Context) (*Port, error) {
		bus, err := link.OpenI2C(spec.Link)
		if err != nil {
			return nil, err
		}
		d, err := make(bus)
		return made(spec, d, bus, err)
	}
}

// made joins a new driver and what it was made on, or closes that.
func made(spec Spec, d devices.Device, on io.Closer, err error) (*Port, error) {
	if err != nil {
		on.Close()
		return nil, &SettingError{Device: spec.ID, Key: "settings", Problem: err.Error()}
	}
	return NewPort(d, on), nil
}

// chip checks a link to a chip on I²C and returns its address.
func (s *settings) chip() uint16 {
	s.onBus("i2c")
	l, _ := link.ParseSpec(s.spec.Link)
	return l.Addr
}

// onBus checks a link that must have this scheme.
func (s *settings) onBus(scheme string) {
	l, err := link.ParseSpec(s.spec.Link)
	switch {
	case err != nil:
		s.bad("link", s.spec.Link, strings.TrimPrefix(err.Error(), "link "+strconv.Quote(s.spec.Link)+": "))
	case l.Scheme != scheme:
		s.bad("link", s.spec.Link, "is "+l.Scheme+", want "+scheme+":…")
	}
}
