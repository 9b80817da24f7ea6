package template

import "slices"

// tables are the frames that stand in the package's documentation.
var tables = map[string]func() map[string][]Part{
	"id-hi-lo-sum": func() map[string][]Part {
		return map[string][]Part{FrameShow: {
			Address{Form{Size: 1}},
			Value{Form: Form{Size: 2}, Template: "{number}"},
			Sum{Kind: SumAdd8},
		}}
	},
	"alpha":     func() map[string][]Part { return alpha(false) },
	"alpha-sum": func() map[string][]Part { return alpha(true) },
}

// Tables are the names of the ready-made frames, in alphabetical order.
func Tables() []string {
	names := make([]string, 0, len(tables))
	for name := range tables {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Table is ready-made frames; nil for a name that there is none of.
func Table(name string) map[string][]Part {
	if t := tables[name]; t != nil {
		return t()
	}
	return nil
}

// alpha is the Alpha Sign Communications Protocol of Adaptive Micro Systems:
// five NUL to find the speed, SOH, type Z (all signs), address, STX, write text
// file (A), the priority file (0), ESC, position 30 (fill), mode, text, EOT. The
// sum, where there is one, is of STX to ETX. A priority file without text gives
// the sign back to its own programme.
func alpha(sum bool) map[string][]Part {
	frame := func(content ...Part) []Part {
		parts := []Part{
			Hex{Bytes: []byte{0, 0, 0, 0, 0, 0x01, 'Z'}},
			Address{Form{Size: 2, As: AsHex}},
			Hex{Bytes: []byte{0x02, 'A', '0'}},
		}
		parts = append(parts, content...)
		if sum {
			parts = append(parts, Hex{Bytes: []byte{0x03}}, Sum{Kind: SumAdd16, Form: Form{As: AsHex}, From: stx})
		}
		return append(parts, Hex{Bytes: []byte{0x04}})
	}
	text := func(mode byte, template string) []Part {
		return frame(Hex{Bytes: []byte{0x1B, 0x30, mode}}, Text{Template: template, Encoding: ASCII, Most: 125})
	}
	const hold, flash = 'b', 'c'
	return map[string][]Part{
		FrameShow:  text(hold, "{number} {window}"),
		FrameFlash: text(flash, "{number} {window}"),
		"open":     text(hold, "WINDOW {window}"),
		"closed":   text(hold, "CLOSED"),
		"paused":   text(hold, "PAUSED"),
		"message":  text('a', "{english}"), // it runs through
		FrameClear: frame(),
	}
}

// stx is where STX stands in a frame of alpha.
const stx = 9
