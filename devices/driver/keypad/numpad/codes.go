package numpad

import (
	"maps"
	"slices"
	"strconv"

	"hallward/devices"
)

// Codes of the keys that are not digits (linux/input-event-codes.h).
const (
	codeEsc       = 1
	codeMinus     = 12
	codeEqual     = 13
	codeBackspace = 14
	codeTab       = 15
	codeEnter     = 28
	codePadStar   = 55
	codeNumLock   = 69
	codePadMinus  = 74
	codePadPlus   = 78
	codePadDot    = 83
	codePadEnter  = 96
	codePadSlash  = 98
	codeDelete    = 111
	codePadEqual  = 117
	codePadComma  = 121
)

// names are what a configuration may call a key, and the codes that it has on
// the pads of the field.
var names = map[string][]uint16{
	"enter": {codePadEnter, codeEnter}, "plus": {codePadPlus}, "minus": {codePadMinus, codeMinus}, "star": {codePadStar},
	"slash": {codePadSlash}, "dot": {codePadDot, codeDelete}, "comma": {codePadComma}, "equal": {codePadEqual, codeEqual},
	"tab": {codeTab}, "esc": {codeEsc}, "numlock": {codeNumLock},
}

// Caller are the keys of a call keypad. A window needs no more: next ends the
// service before.
var Caller = keysOf(map[string]devices.Key{"enter": devices.KeyNext, "plus": devices.KeyRecall, "minus": devices.KeyGiveUp,
	"star": devices.KeyPause, "slash": devices.KeyTransfer, "dot": devices.KeySuspend})

// Stars are the levels of a citizens' keypad whose digits are the stars: 5 is
// 非常满意.
var Stars = map[int]int{1: 1, 2: 2, 3: 3, 4: 4, 5: 5}

// Names lists the words for keys, in alphabetical order. A code as a number is
// understood too.
func Names() []string { return slices.Sorted(maps.Keys(names)) }

// Codes are the codes of a key by its name or its number; nil for an unknown
// one, a digit, and the key that takes a digit back.
func Codes(name string) []uint16 {
	if codes, ok := names[name]; ok {
		return codes
	}
	n, err := strconv.ParseUint(name, 10, 10)
	if _, digit := digits[uint16(n)]; err != nil || n == 0 || digit || n == codeBackspace {
		return nil
	}
	return []uint16{uint16(n)}
}

func keysOf(table map[string]devices.Key) map[uint16]devices.Key {
	keys := map[uint16]devices.Key{}
	for name, key := range table {
		for _, code := range names[name] {
			keys[code] = key
		}
	}
	return keys
}

// digits are those of the number pad, also without num lock, and of the row above
// the letters.
var digits = map[uint16]int{82: 0, 79: 1, 80: 2, 81: 3, 75: 4, 76: 5, 77: 6, 71: 7, 72: 8, 73: 9,
	11: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 5, 7: 6, 8: 7, 9: 8, 10: 9}
