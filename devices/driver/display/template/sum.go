package template

import (
	"fmt"
	"slices"
	"strings"
)

// Sums.
const (
	SumAdd8   = "add8" // modulo 256
	SumXor8   = "xor8"
	SumNeg8   = "neg8" // what makes add8 with it zero
	SumAdd16  = "add16"
	SumARC    = "crc16-arc"    // 0xA001 reflected, from 0
	SumModbus = "crc16-modbus" // the same, from 0xFFFF
)

var sums = map[string]struct {
	size int
	of   func([]byte) uint64
}{
	SumAdd8:   {1, func(b []byte) uint64 { return add(b) & 0xFF }},
	SumNeg8:   {1, func(b []byte) uint64 { return -add(b) & 0xFF }},
	SumXor8:   {1, xor},
	SumAdd16:  {2, func(b []byte) uint64 { return add(b) & 0xFFFF }},
	SumARC:    {2, func(b []byte) uint64 { return crc16(0, b) }},
	SumModbus: {2, func(b []byte) uint64 { return crc16(0xFFFF, b) }},
}

// Sums are all of them, in alphabetical order.
func Sums() []string {
	names := make([]string, 0, len(sums))
	for name := range sums {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Check tells whether the sum is known and its form can hold it.
func (s Sum) Check() error {
	if _, known := sums[s.Kind]; !known {
		return fmt.Errorf("sum %q: want one of %s", s.Kind, strings.Join(Sums(), ", "))
	}
	if s.From < 0 || s.From > MaxFrame {
		return fmt.Errorf("from %d: want 0 to %d", s.From, MaxFrame)
	}
	return s.form().Check()
}

// form is as many bytes as the sum needs where that is not told. In decimal
// digits it has to be.
func (s Sum) form() Form {
	f := s.Form
	if f.Size == 0 {
		switch f.As {
		case "", AsBinary:
			f.Size = sums[s.Kind].size
		case AsHex:
			f.Size = 2 * sums[s.Kind].size
		}
	}
	return f
}

func (s Sum) add(b *builder) error {
	if s.From > len(b.bytes) {
		return fmt.Errorf("sum from byte %d on, but only %d stand before it", s.From, len(b.bytes))
	}
	bytes, err := s.form().encode(sums[s.Kind].of(b.bytes[s.From:]))
	if err != nil {
		return fmt.Errorf("sum %w", err)
	}
	b.put(false, bytes...)
	return nil
}

func add(b []byte) (n uint64) {
	for _, c := range b {
		n += uint64(c)
	}
	return n
}

func xor(b []byte) (n uint64) {
	for _, c := range b {
		n ^= uint64(c)
	}
	return n
}

func crc16(crc uint64, b []byte) uint64 {
	for _, c := range b {
		crc ^= uint64(c)
		for range 8 {
			low := crc & 1
			if crc >>= 1; low != 0 {
				crc ^= 0xA001
			}
		}
	}
	return crc
}
