package max7219

import (
	"strings"

	"hallward/devices"
)

// Segments of a digit: A is on top, then clockwise, G in the middle (table 6).
const (
	a  = 0x40
	b  = 0x20
	c  = 0x10
	d  = 0x08
	e  = 0x04
	f  = 0x02
	g  = 0x01
	dp = 0x80
)

// shapes are the characters. O, S and Z are those of 0, 5 and 2: in a number the
// letters stand first.
var shapes = map[rune]byte{
	'0': a | b | c | d | e | f, '1': b | c, '2': a | b | d | e | g, '3': a | b | c | d | g, '4': b | c | f | g,
	'5': a | c | d | f | g, '6': a | c | d | e | f | g, '7': a | b | c, '8': a | b | c | d | e | f | g, '9': a | b | c | d | f | g,
	'A': a | b | c | e | f | g, 'B': c | d | e | f | g, 'C': a | d | e | f, 'D': b | c | d | e | g, 'E': a | d | e | f | g,
	'F': a | e | f | g, 'G': a | c | d | e | f, 'H': b | c | e | f | g, 'I': e | f, 'J': b | c | d | e,
	'K': a | c | e | f | g, 'L': d | e | f, 'M': a | b | c | e | f, 'N': c | e | g, 'O': a | b | c | d | e | f,
	'P': a | b | e | f | g, 'Q': a | b | c | f | g, 'R': e | g, 'S': a | c | d | f | g, 'T': d | e | f | g,
	'U': b | c | d | e | f, 'V': c | d | e, 'W': b | d | f, 'X': b | c | e | f, 'Y': b | c | d | f | g, 'Z': a | b | d | e | g,
	'-': g, ' ': 0,
}

// digits of the row.
const digits = 8

// Segments is what a sign says on eight digits, the leftmost first: the number
// on the left and the window on the right, with a point between them where they
// touch. Numbers of up to five characters and windows of up to three are whole;
// of longer ones the number goes first.
func Segments(s devices.Sign) [digits]byte {
	switch s.State {
	case devices.SignCalled, devices.SignServing:
		return row(plain(s.Number), plain(s.Window))
	case devices.SignOpen:
		return row("", plain(s.Window))
	case devices.SignPaused:
		return row("PAUSE", plain(s.Window))
	case devices.SignClosed:
		return row("----", plain(s.Window))
	}
	return [digits]byte{}
}

func row(left, right string) (lit [digits]byte) {
	left = left[:min(len(left), digits)]
	if right = right[:min(len(right), 3)]; len(left)+len(right) > digits {
		right = ""
	}
	for i, r := range left {
		lit[i] = shapes[r]
	}
	for i, r := range right {
		lit[digits-len(right)+i] = shapes[r]
	}
	if right != "" && left != "" && len(left)+len(right) == digits {
		lit[len(left)-1] |= dp
	}
	return lit
}

// plain keeps the characters that have a shape.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if _, ok := shapes[r]; !ok || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(text))
}
