package modbus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
	"hallward/firmware-bridge/rtu"
)

// Forms of a value. The high byte of a register comes first, and the register
// with the lower address holds what stands further left.
const (
	AsValue    = "value"    // the digits as one number: 37 is 0025
	AsBCD      = "bcd"      // four digits a register: 37 is 0037
	AsASCII    = "ascii"    // two characters a register
	AsGBK      = "gbk"      // the same, with hanzi
	AsSegments = "segments" // two digits a register, a bit for each segment
)

// Forms are all of them.
func Forms() []string { return []string{AsValue, AsBCD, AsASCII, AsGBK, AsSegments} }

var errRoom = errors.New("the registers have no room for it")

func (r *Register) check() error {
	switch {
	case r.At < 0 || r.At > 0xFFFF || r.At+r.Words > 0x10000:
		return fmt.Errorf("%d registers from %d on: want them within 0 to 65535", r.Words, r.At)
	case r.Words > rtu.MaxWrite:
		return fmt.Errorf("%d registers: want at most %d", r.Words, rtu.MaxWrite)
	case !isOne(r.Of, Ofs()):
		return fmt.Errorf("of %q: want one of %s", r.Of, strings.Join(Ofs(), ", "))
	case !isOne(r.As, Forms()):
		return fmt.Errorf("as %q: want one of %s", r.As, strings.Join(Forms(), ", "))
	case r.As == AsValue && r.Words > 2:
		return fmt.Errorf("%d registers for a value: want 1 or 2", r.Words)
	case r.Fill < 0 || r.As == AsBCD && r.Fill > 15 || r.Fill > 0xFFFF:
		return fmt.Errorf("fill %d: want 0 to 15 with bcd, to 65535 with value", r.Fill)
	}
	return nil
}

func isOne(s string, of []string) bool {
	for _, o := range of {
		if s == o {
			return true
		}
	}
	return false
}

// of is what the register shows, as text.
func (r *Register) of(s devices.Sign) string {
	switch r.Of {
	case OfNumber:
		return s.Number
	case OfWindow:
		return s.Window
	case OfWaiting:
		if s.State == devices.SignBlank {
			return ""
		}
		return strconv.Itoa(s.Waiting)
	case OfState:
		return states[s.State]
	case OfEnglish:
		return s.English
	case OfStaff:
		return s.Staff
	}
	return s.Text
}

// cut tells that a part of it is better than nothing: it is no number.
func (r *Register) cut() bool { return r.Of == OfText || r.Of == OfEnglish || r.Of == OfStaff }

func (r *Register) encode(s devices.Sign) ([]uint16, error) {
	text := r.of(s)
	switch r.As {
	case AsValue:
		return r.value(text)
	case AsBCD:
		return r.bcd(text)
	case AsSegments:
		return r.segments(text)
	}
	return r.text(s)
}

// digits are the digits of a text: a panel without letters shows A001 as 001.
func digits(text string) string {
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, text)
}

func (r *Register) value(text string) ([]uint16, error) {
	d := digits(text)
	n := uint64(r.Fill)
	if d != "" {
		var err error
		if n, err = strconv.ParseUint(d, 10, 16*r.Words); err != nil {
			return nil, errRoom
		}
	}
	if r.Words == 1 {
		return []uint16{uint16(n)}, nil
	}
	return []uint16{uint16(n >> 16), uint16(n)}, nil
}

func (r *Register) bcd(text string) ([]uint16, error) {
	d := digits(text)
	if len(d) > 4*r.Words {
		return nil, errRoom
	}
	words := make([]uint16, r.Words)
	for place := range 4 * r.Words {
		digit := uint16(r.Fill)
		if i := place - (4*r.Words - len(d)); i >= 0 {
			digit = uint16(d[i] - '0')
		}
		words[place/4] = words[place/4]<<4 | digit
	}
	return words, nil
}

// text is ASCII or GBK. Text without room is shortened, see Sign.Squeeze.
func (r *Register) text(s devices.Sign) ([]uint16, error) {
	room := 2 * r.Words
	size := func(c rune) int { return len(r.piece(c)) }
	text := r.of(s)
	short := devices.Head(text, room, size)
	switch {
	case short == text:
	case !r.cut():
		return nil, errRoom
	case r.Of == OfText:
		short = s.Squeeze(room, size)
	}
	var b []byte
	for _, c := range short {
		b = append(b, r.piece(c)...)
	}
	return r.pack(b, ' '), nil
}

// piece is one character; what the panel does not have is a question mark.
func (r *Register) piece(c rune) []byte {
	if c >= ' ' && c <= '~' {
		return []byte{byte(c)}
	}
	if r.As == AsGBK {
		if g, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(c))); err == nil && len(g) == 2 {
			return g
		}
	}
	return []byte{'?'}
}

// pack fills registers with bytes, two each.
func (r *Register) pack(b []byte, fill byte) []uint16 {
	blank := make([]byte, 2*r.Words-len(b))
	for i := range blank {
		blank[i] = fill
	}
	if r.Left || r.cut() {
		b = append(b, blank...)
	} else {
		b = append(blank, b...)
	}
	words := make([]uint16, r.Words)
	for i := range words {
		words[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	return words
}

// segments a to g of a digit are the bits 0 to 6:
//
//	 a
//	f b
//	 g
//	e c
//	 d
var segments = map[rune]byte{
	'0': 0x3F, '1': 0x06, '2': 0x5B, '3': 0x4F, '4': 0x66, '5': 0x6D, '6': 0x7D, '7': 0x07, '8': 0x7F, '9': 0x6F,
	'A': 0x77, 'B': 0x7C, 'C': 0x39, 'D': 0x5E, 'E': 0x79, 'F': 0x71, 'G': 0x3D, 'H': 0x76, 'J': 0x1E, 'L': 0x38,
	'N': 0x54, 'O': 0x5C, 'P': 0x73, 'R': 0x50, 'S': 0x6D, 'T': 0x78, 'U': 0x3E, 'Y': 0x6E, '-': 0x40, ' ': 0,
}

// missing is three bars, for a letter that seven segments cannot show.
const missing = 0x49

func (r *Register) segments(text string) ([]uint16, error) {
	var b []byte
	for _, c := range strings.ToUpper(text) {
		if len(b) == 2*r.Words {
			if !r.cut() {
				return nil, errRoom
			}
			break
		}
		bits, known := segments[c]
		if !known {
			bits = missing
		}
		b = append(b, bits)
	}
	return r.pack(b, 0), nil
}
