package template

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"hallward/devices"
)

// MaxFrame is the longest frame in bytes, before escapes. Strips take 500 bytes
// of text at most.
const MaxFrame = 1024

// Part is a part of a frame: Hex, Address, Length, Text, Value, Bright or Sum.
type Part interface {
	Check() error
	add(b *builder) error
}

// Forms of a number. Sizes are in bytes on the wire.
const (
	AsBinary = "bin"
	AsBCD    = "bcd" // two digits a byte
	AsHex    = "hex" // a character for each hexadecimal digit, "0A"
	AsDec    = "dec" // a character for each decimal digit
)

// Forms are all of them.
func Forms() []string { return []string{AsBinary, AsBCD, AsHex, AsDec} }

// Form is how a number stands in a frame.
type Form struct {
	Size int    // bytes on the wire, 1..8
	As   string // one of Forms; "" is AsBinary
	Low  bool   // low byte first
}

// Hex is fixed bytes. Raw ones are never escaped: heads and ends.
type Hex struct {
	Bytes []byte
	Raw   bool
}

// Address is the unit's address.
type Address struct{ Form }

// Length is how many bytes the parts in Of are, before escapes, and Plus more.
type Length struct {
	Form
	Of   []Part
	Plus int // -255..255
}

// Text is a template of Sign.Fill. Pad is a fixed size, Most a highest one; 0
// is neither.
type Text struct {
	Template string
	Encoding string // one of Encodings
	Pad      int
	Most     int
	Fill     byte // for Pad; 0 is a space
	Right    bool // for Pad: it stands at the right
}

// Value is the digits of a template of Sign.Fill as a number.
type Value struct {
	Form
	Template string
	None     []byte // in its place when there are no digits; nil is the number 0
}

// Bright is the brightness, 1..Max.
type Bright struct {
	Form
	Max int
}

// Sum is a checksum of the frame's bytes from From on to here, before escapes.
type Sum struct {
	Form        // Size 0 is that of the sum
	Kind string // one of Sums
	From int
}

// builder is a frame under way.
type builder struct {
	unit  int
	sign  devices.Sign
	bytes []byte
	raw   []bool
}

func (b *builder) put(raw bool, bytes ...byte) {
	b.bytes = append(b.bytes, bytes...)
	for range bytes {
		b.raw = append(b.raw, raw)
	}
}

// Encode is a frame as it travels.
func Encode(parts []Part, escapes []Escape, unit int, s devices.Sign) ([]byte, error) {
	b := &builder{unit: unit, sign: s}
	if err := b.all(parts); err != nil {
		return nil, err
	}
	if len(b.bytes) > MaxFrame {
		return nil, fmt.Errorf("%d bytes, want at most %d", len(b.bytes), MaxFrame)
	}
	var out []byte
	for i, c := range b.bytes {
		at := -1
		if !b.raw[i] {
			at = slices.IndexFunc(escapes, func(e Escape) bool { return e.Byte == c })
		}
		if at < 0 {
			out = append(out, c)
		} else {
			out = append(out, escapes[at].As...)
		}
	}
	return out, nil
}

func (b *builder) all(parts []Part) error {
	for _, p := range parts {
		if err := p.add(b); err != nil {
			return err
		}
	}
	return nil
}

func checkParts(parts []Part) error {
	for i, p := range parts {
		if err := p.Check(); err != nil {
			return fmt.Errorf("part %d: %w", i, err)
		}
	}
	return nil
}

// Check tells whether the form can hold anything.
func (f Form) Check() error {
	if f.Size < 1 || f.Size > 8 {
		return fmt.Errorf("size %d: want 1 to 8", f.Size)
	}
	if f.As != "" && !slices.Contains(Forms(), f.As) {
		return fmt.Errorf("as %q: want one of %s", f.As, strings.Join(Forms(), ", "))
	}
	return nil
}

var errRoom = errors.New("there is no room for it")

// encode is a number in this form.
func (f Form) encode(n uint64) ([]byte, error) {
	b := make([]byte, f.Size)
	var digits string
	switch f.As {
	case AsBCD:
		digits = fmt.Sprintf("%0*d", 2*f.Size, n)
		if len(digits) > 2*f.Size {
			return nil, fmt.Errorf("%d in %d bytes of BCD: %w", n, f.Size, errRoom)
		}
		for i := range b {
			b[i] = digits[2*i]<<4 | digits[2*i+1]&0x0F
		}
	case AsHex, AsDec:
		if digits = fmt.Sprintf("%0*d", f.Size, n); f.As == AsHex {
			digits = fmt.Sprintf("%0*X", f.Size, n)
		}
		if len(digits) > f.Size {
			return nil, fmt.Errorf("%d in %d characters: %w", n, f.Size, errRoom)
		}
		copy(b, digits)
	default:
		for i, rest := f.Size-1, n; i >= 0; i, rest = i-1, rest>>8 {
			b[i] = byte(rest)
		}
		if f.Size < 8 && n>>(8*f.Size) != 0 {
			return nil, fmt.Errorf("%d in %d bytes: %w", n, f.Size, errRoom)
		}
	}
	if f.Low {
		slices.Reverse(b)
	}
	return b, nil
}

// Check tells whether there is something to send.
func (h Hex) Check() error {
	if len(h.Bytes) == 0 {
		return errors.New("no bytes")
	}
	return nil
}

func (h Hex) add(b *builder) error {
	b.put(h.Raw, h.Bytes...)
	return nil
}

func (a Address) add(b *builder) error {
	bytes, err := a.encode(uint64(b.unit))
	if err != nil {
		return fmt.Errorf("address %w", err)
	}
	b.put(false, bytes...)
	return nil
}

// Check tells whether the length and the parts inside it are right.
func (l Length) Check() error {
	if err := l.Form.Check(); err != nil {
		return err
	}
	if l.Plus < -255 || l.Plus > 255 {
		return fmt.Errorf("plus %d: want -255 to 255", l.Plus)
	}
	if len(l.Of) == 0 {
		return errors.New("length of nothing")
	}
	return checkParts(l.Of)
}

// add measures the parts first, and builds them again behind their length: a
// checksum among them may cover it.
func (l Length) add(b *builder) error {
	begin := len(b.bytes)
	b.put(false, make([]byte, l.Size)...)
	if err := b.all(l.Of); err != nil {
		return err
	}
	n := len(b.bytes) - begin - l.Size + l.Plus
	if n < 0 {
		return fmt.Errorf("length %d", n)
	}
	bytes, err := l.encode(uint64(n))
	if err != nil {
		return fmt.Errorf("length %w", err)
	}
	b.bytes, b.raw = b.bytes[:begin], b.raw[:begin]
	b.put(false, bytes...)
	return b.all(l.Of)
}

// Check tells whether the template and its form are right.
func (v Value) Check() error {
	if err := v.Form.Check(); err != nil {
		return err
	}
	if v.None != nil && len(v.None) != v.Size {
		return fmt.Errorf("none is %d bytes, want %d", len(v.None), v.Size)
	}
	return devices.CheckSignTemplate(v.Template)
}

func (v Value) add(b *builder) error {
	digits := strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, b.sign.Fill(v.Template))
	if digits == "" && v.None != nil {
		b.put(false, v.None...)
		return nil
	}
	n := uint64(0)
	if digits != "" {
		var err error
		if n, err = strconv.ParseUint(digits, 10, 64); err != nil {
			return fmt.Errorf("%.20q: %w", digits, errRoom)
		}
	}
	bytes, err := v.encode(n)
	if err != nil {
		return err
	}
	b.put(false, bytes...)
	return nil
}

// Check tells whether the brightness and its form are right.
func (p Bright) Check() error {
	if p.Max < 1 || p.Max > 255 {
		return fmt.Errorf("max %d: want 1 to 255", p.Max)
	}
	return p.Form.Check()
}

func (p Bright) add(b *builder) error {
	bytes, err := p.encode(uint64(devices.Shade(b.sign.Bright, p.Max, p.Max)))
	if err != nil {
		return err
	}
	b.put(false, bytes...)
	return nil
}
