package catalog

import (
	"encoding/hex"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"

	"hallward/devices/driver/display/template"
	"hallward/devices/link"
)

// readTemplate reads the settings of displays whose frame stands here.
//
//	units:  addresses on the line, 0..65535; without: 0 alone
//	table:  ready-made frames, see template.Tables; frames replaces single ones
//	frames: show and, where they differ, flash, clear, bright, closed, open, paused,
//	        called, serving, message, each a list of parts:
//	  {hex: "3A", raw: true}                               fixed; raw is never escaped
//	  {addr: 1}                                            the unit's address
//	  {len: 1, of: [parts], plus: 0}                       how long the parts are
//	  {text: "{number}", encoding: gbk, pad: 8}            encoding ascii, gbk or utf-8;
//	                                                       also most, fill: "20", align: right
//	  {value: "{number}", size: 2}                         its digits; none: "FF FF" without
//	  {bright: 1, max: 16}                                 the brightness
//	  {sum: xor8, from: 1}                                 add8, neg8, xor8, add16, crc16-arc,
//	                                                       crc16-modbus, from that byte on
//	        numbers (addr, len, value, bright, sum) take their size in bytes, as: bin, bcd,
//	        hex or dec, and low: true for the low byte first
//	escape: a list of {byte: "A5", as: "A6 02"}
//	answer: "3A @@ 06 .. 0A", bytes, any byte (..) and the address (@@); without: none
//	within: time for the answer, 20ms..5s; 300ms
//	gap:    silence after a frame, 1ms..1s; 20ms
func readTemplate(_ *Options, s *settings) opener {
	checkLink(s)
	s.noInput("a serial line")
	opts := &template.Opts{
		Units:  s.wholes("units", 0, 0xFFFF),
		Within: s.span("within", 0, 20*time.Millisecond, 5*time.Second),
		Gap:    s.span("gap", 0, time.Millisecond, time.Second),
		Frames: map[string][]template.Part{},
	}
	if name := s.text("table", "", append(template.Tables(), "")...); name != "" {
		opts.Frames = template.Table(name)
	}
	s.within("frames", func(s *settings) {
		for _, name := range template.Names() {
			if parts := s.parts(name); parts != nil {
				opts.Frames[name] = parts
			}
		}
	})
	s.each("escape", func(s *settings) {
		b, as := s.hex("byte"), s.hex("as")
		if len(b) != 1 || len(as) == 0 {
			s.bad(strings.TrimSuffix(s.at, "."), nil, `want one byte and what stands for it, {byte: "A5", as: "A6 02"}`)
			return
		}
		opts.Escapes = append(opts.Escapes, template.Escape{Byte: b[0], As: as})
	})
	if text, ok := s.quoted("answer"); ok {
		p, err := template.ParsePattern(text)
		if err != nil {
			s.bad("settings.answer", text, err.Error())
		}
		opts.Answer = p
	}
	if len(s.errs) == 0 && len(opts.Frames[template.FrameShow]) == 0 {
		s.bad("settings.frames.show", nil, "missing: write the frame down, or name a table: "+strings.Join(template.Tables(), ", "))
	}
	return onLink(s.spec, func(l link.Link) (*template.Dev, error) { return template.New(l, opts) })
}

// parts is a list of parts of a frame; nil when there is none.
func (s *settings) parts(key string) []template.Part {
	var parts []template.Part
	s.each(key, func(s *settings) {
		at := strings.TrimSuffix(s.at, ".")
		var names []string
		for name := range partReaders {
			if _, has := s.left[name]; has {
				names = append(names, name)
			}
		}
		sort.Strings(names)
		if len(names) != 1 {
			s.bad(at, strings.Join(names, " and "), "want one of hex, addr, len, text, value, bright, sum")
			s.left = nil
			return
		}
		before := len(s.errs)
		p := partReaders[names[0]](s)
		if len(s.errs) > before {
			return
		}
		if err := p.Check(); err != nil {
			s.bad(at, nil, err.Error())
			return
		}
		parts = append(parts, p)
	})
	return parts
}

var partReaders map[string]func(*settings) template.Part

func init() { // a length has parts inside
	partReaders = map[string]func(*settings) template.Part{
		"hex":  func(s *settings) template.Part { return template.Hex{Bytes: s.hex("hex"), Raw: s.yes("raw", false)} },
		"addr": func(s *settings) template.Part { return template.Address{Form: s.form("addr")} },
		"len": func(s *settings) template.Part {
			return template.Length{Form: s.form("len"), Of: s.parts("of"), Plus: s.whole("plus", 0, -255, 255)}
		},
		"text": func(s *settings) template.Part {
			t := template.Text{
				Template: s.text("text", ""),
				Encoding: s.text("encoding", template.GBK, template.Encodings()...),
				Pad:      s.whole("pad", 0, 1, template.MaxFrame),
				Most:     s.whole("most", 0, 1, template.MaxFrame),
				Right:    s.text("align", "left", "left", "right") == "right",
			}
			if fill := s.hex("fill"); len(fill) > 0 {
				t.Fill = fill[0]
			}
			return t
		},
		"value": func(s *settings) template.Part {
			return template.Value{Template: s.text("value", ""), Form: s.form("size"), None: s.hex("none")}
		},
		"bright": func(s *settings) template.Part {
			return template.Bright{Form: s.form("bright"), Max: s.whole("max", 100, 1, 255)}
		},
		"sum": func(s *settings) template.Part {
			return template.Sum{Kind: s.text("sum", "", template.Sums()...), Form: s.form("size"), From: s.whole("from", 0, 0, template.MaxFrame)}
		},
	}
}

// form is a number on the wire; key holds its size.
func (s *settings) form(key string) template.Form {
	return template.Form{
		Size: s.whole(key, 0, 1, 8),
		As:   s.text("as", template.AsBinary, template.Forms()...),
		Low:  s.yes("low", false),
	}
}

// quoted is a text that must not be taken for a number: 0A is one, 10 is not.
func (s *settings) quoted(key string) (string, bool) {
	value, ok := s.take(key)
	if !ok {
		return "", false
	}
	text, ok := value.(string)
	if !ok {
		s.bad(s.path(key), value, `want bytes in hexadecimal, in quotes: "0A 10"`)
	}
	return text, ok
}

// hex is bytes in hexadecimal; nil when there are none.
func (s *settings) hex(key string) []byte {
	text, ok := s.quoted(key)
	if !ok {
		return nil
	}
	b, err := hex.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil || len(b) == 0 || len(b) > template.MaxFrame {
		s.bad(s.path(key), text, fmt.Sprintf(`want 1 to %d bytes in hexadecimal, in quotes: "0A 10"`, template.MaxFrame))
		return nil
	}
	return slices.Clip(b)
}
