package samv

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode"
	"unicode/utf16"

	"hallward/devices"
)

// textSize is the text block of a card in bytes: UTF-16LE, fields padded with
// spaces.
const textSize = 256

// markAt is where the kind of the card stands.
const markAt = 248

// field is a part of the text block, in bytes.
type field struct{ at, size int }

// layout says where a kind of card has what is taken of it. Name counts before
// latin; the parts of latin are one name.
type layout struct {
	kind                     string
	name                     field
	latin                    []field
	sex, birth, number, till field
}

// layouts are the four text blocks by the mark (GA/T 490; the cards for
// foreigners of 2017 and of 2023-12-01).
var layouts = map[uint16]layout{
	' ': {kind: devices.CardResident, name: field{0, 30}, sex: field{30, 2}, birth: field{36, 16}, number: field{122, 36}, till: field{204, 16}},
	'J': {kind: devices.CardPermit, name: field{0, 30}, sex: field{30, 2}, birth: field{36, 16}, number: field{122, 36}, till: field{204, 16}},
	'I': {kind: devices.CardForeigner, name: field{158, 30}, latin: []field{{0, 120}}, sex: field{120, 2}, birth: field{220, 16}, number: field{122, 30}, till: field{204, 16}},
	'Y': {kind: devices.CardForeigner2, name: field{0, 30}, latin: []field{{52, 70}, {220, 22}}, sex: field{30, 2}, birth: field{36, 16}, number: field{122, 36}, till: field{204, 16}},
}

// What is wrong with a text block. The texts name no part of it.
var (
	errTextSize = errors.New("samv: text block: want 256 bytes")
	errTextKind = errors.New("samv: text block: a kind of card that is not known")
	errTextName = errors.New("samv: text block: no name, or no characters of one")
	errTextNum  = errors.New("samv: text block: the number is none")
	errTextDay  = errors.New("samv: text block: a date is none")
)

// ParseText reads the text block of a card, 256 bytes. It does not judge
// whether the number is right (devices/identity does), only that it is one. Its
// errors say nothing of the card.
func ParseText(b []byte) (devices.Card, error) {
	if len(b) != textSize {
		return devices.Card{}, errTextSize
	}
	l, ok := layouts[binary.LittleEndian.Uint16(b[markAt:])]
	if !ok {
		return devices.Card{}, errTextKind
	}
	c := devices.Card{
		Kind: l.kind, Name: l.name.of(b), Number: l.number.of(b),
		Sex: sexes[l.sex.of(b)], Birth: l.birth.of(b), Until: l.till.of(b),
	}
	if c.Name == "" {
		for _, f := range l.latin {
			c.Name += f.raw(b)
		}
		c.Name = strings.TrimSpace(c.Name)
	}
	size := 18
	if l.kind == devices.CardForeigner {
		size = 15
	}
	switch {
	case c.Name == "" || strings.ContainsFunc(c.Name, unicode.IsControl):
		return devices.Card{}, errTextName
	case len(c.Number) != size || strings.Trim(c.Number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return devices.Card{}, errTextNum
	case !day(c.Birth) || c.Until != "长期" && !day(c.Until):
		return devices.Card{}, errTextDay
	}
	return c, nil
}

// sexes are the codes of GB/T 2261.1; 0 unknown and 9 unspecified are "".
var sexes = map[string]string{"1": "M", "2": "F"}

func day(s string) bool { return len(s) == 8 && strings.Trim(s, "0123456789") == "" }

// of is the text of a field without its padding.
func (f field) of(b []byte) string { return strings.TrimSpace(f.raw(b)) }

// raw decodes a field without an intermediate copy that would have to be wiped.
func (f field) raw(b []byte) string {
	var s strings.Builder
	for i := f.at; i < f.at+f.size; i += 2 {
		r := rune(binary.LittleEndian.Uint16(b[i:]))
		if utf16.IsSurrogate(r) && i+2 < f.at+f.size {
			if pair := utf16.DecodeRune(r, rune(binary.LittleEndian.Uint16(b[i+2:]))); pair != unicode.ReplacementChar {
				r = pair
				i += 2
			}
		}
		s.WriteRune(r)
	}
	return s.String()
}
