package strip

import "bytes"

// The frame of a BX font card, after the maker's description ("BX-5K/6K
// 通讯协议用户版本" v1.4, 3 to 5):
//
//	A5 … A5 | to 2 | from 2 | reserved 3 | bar code 1 | check 1 | display 1 | type 1 | version 1 | length 2 | data | check 2 | 5A
//
// Numbers are low byte first. Between the marks A5 is written A6 02, A6 is A6 01,
// 5A is 5B 02 and 5B is 5B 01.

const head = 14

// Offsets in the head.
const (
	atTo      = 0
	atFrom    = 2
	atCheck   = 8
	atDisplay = 9
	atType    = 10
	atVersion = 11
	atLength  = 12
)

// Kinds of check (4).
const (
	checkCRC  = 0
	checkSum  = 1
	checkNone = 2
)

// packet is what stands between the marks, written out.
type packet []byte

func word(b []byte) int { return int(b[0]) | int(b[1])<<8 }

func (p packet) to() int      { return word(p[atTo:]) }
func (p packet) from() int    { return word(p[atFrom:]) }
func (p packet) data() []byte { return p[head : len(p)-2] }

// whole tells whether the lengths agree.
func (p packet) whole() bool {
	return len(p) >= head+2 && word(p[atLength:]) == len(p)-head-2
}

// sound tells whether the check agrees.
func (p packet) sound() bool {
	got := word(p[len(p)-2:])
	switch p[atCheck] {
	case checkCRC:
		return got == int(crc16(p[:len(p)-2]))
	case checkSum:
		sum := 0
		for _, b := range p[:len(p)-2] {
			sum += int(b)
		}
		return got == sum&0xFFFF
	}
	return p[atCheck] == checkNone
}

// nibbles are the CRC of the sixteen half bytes.
var nibbles = func() (t [16]uint16) {
	for n := range t {
		c := uint16(n)
		for range 4 {
			if c&1 == 1 {
				c = c>>1 ^ 0xA001 // X^16 + X^15 + X^2 + 1, backwards
			} else {
				c >>= 1
			}
		}
		t[n] = c
	}
	return t
}()

// crc16 goes over the packet without its check, half a byte at a time.
func crc16(b []byte) (c uint16) {
	for _, x := range b {
		c = c>>4 ^ nibbles[(c^uint16(x))&15]
		c = c>>4 ^ nibbles[(c^uint16(x>>4))&15]
	}
	return c
}

var (
	written = map[byte][]byte{0xA5: {0xA6, 2}, 0xA6: {0xA6, 1}, 0x5A: {0x5B, 2}, 0x5B: {0x5B, 1}}
	read    = map[[2]byte]byte{{0xA6, 2}: 0xA5, {0xA6, 1}: 0xA6, {0x5B, 2}: 0x5A, {0x5B, 1}: 0x5B}
)

// answer is a frame with data from one address to another.
func answer(to, from int, data []byte) []byte {
	p := []byte{byte(to), byte(to >> 8), byte(from), byte(from >> 8), 0, 0, 0, 0, 0, 0, 0xFE, 2, byte(len(data)), byte(len(data) >> 8)}
	p = append(p, data...)
	c := crc16(p)
	return wire(append(p, byte(c), byte(c>>8)))
}

// wire writes a packet with its marks.
func wire(p []byte) []byte {
	out := bytes.Repeat([]byte{0xA5}, 8)
	for _, b := range p {
		if w, ok := written[b]; ok {
			out = append(out, w...)
		} else {
			out = append(out, b)
		}
	}
	return append(out, 0x5A)
}

// most is the longest packet that a card keeps, as it travels.
const most = 2 * (head + 1024 + 2)

// scanner finds packets in a stream. A card waits for one A5 at least, then for
// the first byte that is none (3).
type scanner struct {
	buf  []byte
	in   bool
	lost int
}

func (s *scanner) feed(b []byte, each func(packet)) {
	for _, x := range b {
		switch {
		case x == 0xA5:
			s.lost += len(s.buf)
			s.buf, s.in = nil, true
		case !s.in:
			if x != 0x5A {
				s.lost++
			}
		case x == 0x5A:
			if p := plain(s.buf); p != nil && p.whole() {
				each(p)
			} else {
				s.lost += len(s.buf) + 1
			}
			s.buf, s.in = nil, false
		case len(s.buf) == most:
			s.lost += len(s.buf) + 1
			s.buf, s.in = nil, false
		default:
			s.buf = append(s.buf, x)
		}
	}
}

// plain undoes the escapes; nil when one of them is none.
func plain(b []byte) packet {
	p := make(packet, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != 0xA6 && b[i] != 0x5B {
			p = append(p, b[i])
			continue
		}
		if i++; i == len(b) {
			return nil
		}
		x, ok := read[[2]byte{b[i-1], b[i]}]
		if !ok {
			return nil
		}
		p = append(p, x)
	}
	return p
}
