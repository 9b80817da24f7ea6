package panel

import (
	"fmt"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// four is a frame of four bytes: address, high, low, sum.
func (l *Line) four(b []byte) (n int, whole bool) {
	if len(b) < 4 {
		return 0, false
	}
	if b[0]+b[1]+b[2] != b[3] {
		return 1, false
	}
	if u := l.unit(int(b[0])); u != nil {
		u.number = int(b[1])<<8 | int(b[2])
	}
	return 4, true
}

// Bytes of a strip's frame.
const (
	head   = 0xA5
	tail   = 0x5A
	mask   = 0xAA
	taken  = 0x06
	reject = 0x15
)

var masked = map[byte]byte{0x05: head, 0x0A: tail, 0x00: mask}

// strip is a frame of a strip.
func (l *Line) strip(b []byte) (n int, whole bool) {
	if b[0] != head {
		return 1, false
	}
	var body []byte
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == head:
			return i, false // another one begins
		case c == tail:
			l.stripSays(body)
			return i + 1, true
		case c == mask && i+1 == len(b):
			return 0, false
		case c == mask:
			i++
			c, known := masked[b[i]]
			if !known {
				return i, false
			}
			body = append(body, c)
		default:
			body = append(body, c)
		}
		if len(body) > 300 {
			return i, false
		}
	}
	return 0, false
}

// stripSays takes the content of a frame.
func (l *Line) stripSays(body []byte) {
	if len(body) < 3 {
		l.strange++
		return
	}
	u := l.unit(int(body[0]))
	if u == nil {
		return
	}
	text, sum := body[2:len(body)-1], byte(0)
	for _, c := range body[:len(body)-1] {
		sum ^= c
	}
	word := byte(taken)
	switch {
	case int(body[1]) != len(text) || sum != body[len(body)-1] || l.on["busy"]:
		word = reject
	default:
		u.text = append([]byte(nil), text...)
	}
	address := body[0]
	if l.on["another"] {
		address ^= 0x40
	}
	l.answer([]byte{head, address, word, tail})
}

// shows is what a unit shows, as text.
func (u *unit) shows(protocol string, address int) Unit {
	s := Unit{Address: address, Bright: 8, Frames: u.frames}
	switch protocol {
	case Four:
		if u.number >= 0 {
			s.Number = fmt.Sprintf("%5d", u.number)
		}
	case Strip:
		s.Text = fromGBK(u.text)
	default:
		s.Number, s.Window = bcd(u.regs[0], u.regs[1]), bcd(u.regs[2])
		s.Waiting, s.Blink, s.Bright = int(u.regs[3]), u.regs[4] != 0, int(u.regs[5])
		var text []byte
		for _, r := range u.regs[8:16] {
			text = append(text, byte(r>>8), byte(r))
		}
		s.Text = strings.TrimRight(fromGBK(text), " ")
		if lit := u.segments(); lit != nil {
			s.Number = read(lit)
		}
	}
	return s
}

func bcd(regs ...uint16) string {
	var out []byte
	for _, r := range regs {
		for shift := 12; shift >= 0; shift -= 4 {
			c := byte(' ')
			if d := byte(r >> shift & 15); d <= 9 {
				c = '0' + d
			}
			out = append(out, c)
		}
	}
	return string(out)
}

func fromGBK(b []byte) string {
	text, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return "\uFFFD"
	}
	return string(text)
}

// segments are the digits of the registers 16 to 18; nil when none is lit.
func (u *unit) segments() []byte {
	var lit []byte
	any := false
	for _, r := range u.regs[16:19] {
		lit = append(lit, byte(r>>8), byte(r))
		any = any || r != 0
	}
	if !any {
		return nil
	}
	return lit
}

// shapes are the digits that people read in seven segments, a in the lowest bit.
var shapes = [...]byte{
	0b0111111, 0b0000110, 0b1011011, 0b1001111, 0b1100110,
	0b1101101, 0b1111101, 0b0000111, 0b1111111, 0b1101111,
}

// read says what segments look like: digits, a few letters, and a star.
func read(lit []byte) string {
	letters := map[byte]byte{0: ' ', 0b1110111: 'A', 0b1111100: 'B', 0b0111001: 'C', 0b1011110: 'D', 0b1111001: 'E', 0b1110001: 'F', 0b1000000: '-'}
	out := make([]byte, len(lit))
	for i, b := range lit {
		out[i] = '*'
		if c, known := letters[b&0x7F]; known {
			out[i] = c
		}
		for d, s := range shapes {
			if s == b&0x7F {
				out[i] = '0' + byte(d)
			}
		}
	}
	return string(out)
}
