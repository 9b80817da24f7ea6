package onbon

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Addresses of a header (clause 4).
const (
	Anybody = 0xFFFE // every card takes it and answers; for one card alone on its line
	host    = 0x8000 // this program
	maxUnit = 0x7FFF // the highest address of a card (8.11)
)

// Sizes.
const (
	leaders   = 8
	headerLen = 14
	// MaxData is the most that goes into one frame: the receive buffer of the
	// older cards (8.1.2).
	MaxData = 512
	// maxFrame bounds what a decoder keeps: a frame of the newer cards.
	maxFrame = headerLen + 1024 + 2
)

// Marks and escapes of a frame (3.3).
const (
	mark    = 0xA5
	end     = 0x5A
	escMark = 0xA6 // A5 is A6 02, A6 is A6 01
	escEnd  = 0x5B // 5A is 5B 02, 5B is 5B 01
)

// Frame is one packet between the host and a card.
type Frame struct {
	To, From uint16
	// Overlay asks for dynamic display mode: areas cover the stored programs (4).
	Overlay bool
	Data    []byte
	// Unchecked is a received frame whose CRC is FF FF, which some cards send
	// for "not calculated".
	Unchecked bool
}

// Encode is the frame as it travels.
func Encode(f Frame) ([]byte, error) {
	if len(f.Data) > MaxData {
		return nil, fmt.Errorf("onbon: %d bytes of data, want at most %d", len(f.Data), MaxData)
	}
	body := make([]byte, 0, headerLen+len(f.Data)+2)
	body = binary.LittleEndian.AppendUint16(body, f.To)
	body = binary.LittleEndian.AppendUint16(body, f.From)
	display := byte(0)
	if f.Overlay {
		display = 1
	}
	// three reserved, no bar code, CRC-16, display mode, any card, font cards
	body = append(body, 0, 0, 0, 0, 0, display, 0xFE, 0x02)
	body = binary.LittleEndian.AppendUint16(body, uint16(len(f.Data)))
	body = append(body, f.Data...)
	body = binary.LittleEndian.AppendUint16(body, crc(body))

	out := make([]byte, leaders, leaders+len(body)+len(body)/8+1)
	for i := range out {
		out[i] = mark
	}
	for _, b := range body {
		switch b {
		case mark:
			out = append(out, escMark, 2)
		case escMark:
			out = append(out, escMark, 1)
		case end:
			out = append(out, escEnd, 2)
		case escEnd:
			out = append(out, escEnd, 1)
		default:
			out = append(out, b)
		}
	}
	return append(out, end), nil
}

// crc is CRC-16/ARC: polynomial A001 reflected, from 0 (appendix).
func crc(p []byte) uint16 {
	var c uint16
	for _, b := range p {
		c ^= uint16(b)
		for range 8 {
			if c&1 != 0 {
				c = c>>1 ^ 0xA001
			} else {
				c >>= 1
			}
		}
	}
	return c
}

// Decoder finds frames in a stream. The zero value is ready.
type Decoder struct {
	body   []byte
	inside bool // after at least one leader
	escape byte // the escape whose second byte is awaited, or 0
	drops  uint64
}

// Drops counts the bytes that were part of no frame.
func (d *Decoder) Drops() uint64 { return d.drops }

// Feed takes bytes in any portions and hands on the frames that are whole. Data
// of a frame is the caller's.
func (d *Decoder) Feed(p []byte, each func(Frame)) {
	for _, b := range p {
		d.one(b, each)
	}
}

func (d *Decoder) one(b byte, each func(Frame)) {
	switch {
	case b == mark: // never inside a frame: a new one begins
		d.drops += uint64(len(d.body))
		d.body, d.inside, d.escape = d.body[:0], true, 0
	case !d.inside:
		if b != end { // extra ends are sent and mean nothing
			d.drops++
		}
	case b == end:
		f, err := parse(d.body)
		if err == nil && d.escape == 0 {
			each(f)
		} else {
			d.drops += uint64(len(d.body)) + 1
		}
		d.body, d.inside, d.escape = d.body[:0], false, 0
	case d.escape != 0:
		plain, ok := unescape(d.escape, b)
		d.escape = 0
		if !ok {
			d.lose()
			return
		}
		d.add(plain)
	case b == escMark || b == escEnd:
		d.escape = b
	default:
		d.add(b)
	}
}

func (d *Decoder) add(b byte) {
	if len(d.body) == maxFrame {
		d.lose()
		return
	}
	d.body = append(d.body, b)
}

// lose gives up the frame under way.
func (d *Decoder) lose() {
	d.drops += uint64(len(d.body)) + 1
	d.body, d.inside, d.escape = d.body[:0], false, 0
}

func unescape(escape, b byte) (byte, bool) {
	switch {
	case b == 1:
		return escape, true
	case b == 2 && escape == escMark:
		return mark, true
	case b == 2:
		return end, true
	}
	return 0, false
}

var errFrame = errors.New("onbon: not a frame")

// parse reads what stood between the leaders and the end, without escapes.
func parse(body []byte) (Frame, error) {
	if len(body) < headerLen+2 {
		return Frame{}, errFrame
	}
	data, sum := body[:len(body)-2], binary.LittleEndian.Uint16(body[len(body)-2:])
	f := Frame{
		To: binary.LittleEndian.Uint16(body), From: binary.LittleEndian.Uint16(body[2:]),
		Overlay: body[9] == 1, Unchecked: sum == 0xFFFF,
	}
	if int(binary.LittleEndian.Uint16(body[12:])) != len(data)-headerLen {
		return Frame{}, errFrame
	}
	if real := crc(data); real != sum && !f.Unchecked {
		return Frame{}, errFrame
	} else if real == sum {
		f.Unchecked = false
	}
	f.Data = append([]byte(nil), data[headerLen:]...)
	return f, nil
}
