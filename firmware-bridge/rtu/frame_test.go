package rtu

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are published exchanges with unit 11 (hexadecimal), and the CRC of the
// protocol notes.
var golden = []struct {
	name, bytes string
	frame       Frame
}{
	{"read 3 holding registers from 6B on", "11 03 00 6B 00 03 76 87", Frame{0x11, ReadHolding, []byte{0, 0x6B, 0, 3}}},
	{"their values", "11 03 06 AE 41 56 52 43 40 49 AD", Frame{0x11, ReadHolding, []byte{6, 0xAE, 0x41, 0x56, 0x52, 0x43, 0x40}}},
	{"read input register 8", "11 04 00 08 00 01 B2 98", Frame{0x11, ReadInput, []byte{0, 8, 0, 1}}},
	{"write register 1", "11 06 00 01 00 03 9A 9B", Frame{0x11, WriteOne, []byte{0, 1, 0, 3}}},
	{"write 2 registers", "11 10 00 01 00 02 04 00 0A 01 02 C6 F0", Frame{0x11, WriteMany, []byte{0, 1, 0, 2, 4, 0, 0x0A, 1, 2}}},
	{"they are written", "11 10 00 01 00 02 12 98", Frame{0x11, WriteMany, []byte{0, 1, 0, 2}}},
	{"a refusal", "0A 81 02 B0 53", Frame{0x0A, 0x81, []byte{2}}},
}

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		b, err := Encode(g.frame)
		if err != nil || !bytes.Equal(b, unhex(t, g.bytes)) {
			t.Errorf("%s: % X, %v, want %s", g.name, b, err, g.bytes)
		}
		f, err := Decode(unhex(t, g.bytes))
		if err != nil || f.Unit != g.frame.Unit || f.Func != g.frame.Func || !bytes.Equal(f.Data, g.frame.Data) {
			t.Errorf("%s: %+v, %v", g.name, f, err)
		}
	}
	if got := CRC([]byte("123456789")); got != 0x4B37 {
		t.Errorf("CRC of 123456789 is %04X, want 4B37", got)
	}
}

func TestFramesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  error
	}{
		{"", ErrShort}, {"11 03 76", ErrShort}, {"11 03 00 6B 00 03 76 88", ErrCRC}, {"11 03 00 6B 00 03 87 76", ErrCRC},
		{strings.Repeat("00", MaxFrame+1), ErrLong},
	} {
		if _, err := Decode(unhex(t, c.bytes)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.bytes, err, c.want)
		}
	}
	if _, err := Encode(Frame{Data: make([]byte, MaxFrame-3)}); !errors.Is(err, ErrLong) {
		t.Errorf("a frame of 257 bytes: %v", err)
	}
}

// Property: one changed bit is always noticed, and what was encoded is decoded.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Frame{rapid.Byte().Draw(t, "unit"), rapid.Byte().Draw(t, "func"), rapid.SliceOfN(rapid.Byte(), 0, MaxFrame-minFrame).Draw(t, "data")}
		b, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Decode(b); err != nil || got.Unit != f.Unit || got.Func != f.Func || !bytes.Equal(got.Data, f.Data) {
			t.Fatalf("%+v, %v", got, err)
		}
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		b[at] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if _, err := Decode(b); !errors.Is(err, ErrCRC) {
			t.Fatalf("a changed bit: %v", err)
		}
	})
}

// S20: whatever the line brings, only a whole answer with the right CRC counts,
// however the bytes are divided, and nothing that may become one is dropped.
func FuzzFind(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(f, g.bytes), byte(0x11), byte(ReadHolding), 3, 2)
	}
	f.Add(unhex(f, "00 11 03 11 10 00 11 03 06 AE 41 56 52 43 40 49 AD FF"), byte(0x11), byte(ReadHolding), 3, 5)
	f.Add(unhex(f, "11 83 02 C1 34"), byte(0x11), byte(ReadHolding), 3, 1)
	f.Fuzz(func(t *testing.T, in []byte, unit, fn byte, n, step int) {
		n, step = 1+n&0x3F, 1+step&0x0F
		q := question{unit: unit, fn: fn & 0x7F, length: 5 + 2*n, begins: []byte{byte(2 * n)}}
		whole, found, keep := q.find(in)
		if keep > len(in) {
			t.Fatalf("%d bytes dropped of %d", keep, len(in))
		}
		if found {
			b, err := Encode(whole)
			if err != nil || !bytes.HasPrefix(in[keep:], b) {
				t.Fatalf("%+v is not in the input: %v", whole, err)
			}
			if whole.Unit != unit || whole.Func&0x7F != fn&0x7F {
				t.Fatalf("%+v is not what was asked", whole)
			}
		}
		var held []byte
		pieces := false
		for at := 0; at < len(in) && !pieces; at += step {
			held = append(held, in[at:min(at+step, len(in))]...)
			_, ok, drop := q.find(held)
			if held = held[drop:]; ok {
				pieces = true
			} else if len(held) > q.length {
				t.Fatalf("%d bytes are held for an answer of %d", len(held), q.length)
			}
		}
		if pieces != found {
			t.Fatalf("whole: %v, in pieces of %d: %v", found, step, pieces)
		}
	})
}
