package rtu

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// Functions (Application Protocol V1.1b3, section 6).
const (
	ReadHolding = 0x03 // 6.3
	ReadInput   = 0x04 // 6.4
	WriteOne    = 0x06 // 6.6
	WriteMany   = 0x10 // 6.12
	refused     = 0x80 // set in the answer of a unit that will not (7)
)

// Limits.
const (
	MaxUnit  = 247 // the highest address; 0 is everybody
	MaxFrame = 256 // bytes, with unit and CRC
	MaxRead  = 125 // registers in one request
	MaxWrite = 123
)

const (
	minFrame     = 4 // unit, function, CRC
	refusalFrame = 5
	writtenFrame = 8
)

// Frame is one message, of the master or of a unit.
type Frame struct {
	Unit byte
	Func byte
	Data []byte
}

// Errors of frames.
var (
	ErrShort = errors.New("the frame is too short")
	ErrLong  = errors.New("the frame is too long")
	ErrCRC   = errors.New("wrong CRC")
)

// crcTable is the CRC of each byte: x^16 + x^15 + x^2 + 1, the bits of a byte
// from the lowest up (over Serial Line V1.02, 6.2.2).
var crcTable = func() (table [256]uint16) {
	for i := range table {
		crc := uint16(i)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xA001
			} else {
				crc >>= 1
			}
		}
		table[i] = crc
	}
	return table
}()

// CRC is the checksum of a frame without its last two bytes. On the wire its low
// byte comes first.
func CRC(b []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, c := range b {
		crc = crc>>8 ^ crcTable[byte(crc)^c]
	}
	return crc
}

// Encode is a frame as it travels.
func Encode(f Frame) ([]byte, error) {
	if n := minFrame + len(f.Data); n > MaxFrame {
		return nil, fmt.Errorf("rtu: %d bytes: %w, want at most %d", n, ErrLong, MaxFrame)
	}
	b := append([]byte{f.Unit, f.Func}, f.Data...)
	return binary.LittleEndian.AppendUint16(b, CRC(b)), nil
}

// Decode reads one whole frame. Data is a part of b.
func Decode(b []byte) (Frame, error) {
	switch {
	case len(b) < minFrame:
		return Frame{}, fmt.Errorf("rtu: %d bytes: %w", len(b), ErrShort)
	case len(b) > MaxFrame:
		return Frame{}, fmt.Errorf("rtu: %d bytes: %w", len(b), ErrLong)
	}
	body := b[:len(b)-2]
	if want, got := CRC(body), binary.LittleEndian.Uint16(b[len(b)-2:]); want != got {
		return Frame{}, fmt.Errorf("rtu: %w: %04X, want %04X", ErrCRC, got, want)
	}
	return Frame{Unit: b[0], Func: b[1], Data: body[2:]}, nil
}

// question is what an answer is held against.
type question struct {
	unit, fn byte
	length   int    // of the whole answer, unless it is a refusal
	begins   []byte // its first bytes of data: the count of a read, what a write gives back
}

// candidate tells how long the answer is that b may begin with; 0 when none
// begins so.
func (q question) candidate(b []byte) int {
	switch {
	case b[0] != q.unit:
		return 0
	case len(b) == 1:
		return refusalFrame
	case b[1] == q.fn|refused:
		return refusalFrame
	case b[1] != q.fn:
		return 0
	}
	data := b[2:]
	n := min(len(data), len(q.begins))
	if !bytes.Equal(data[:n], q.begins[:n]) {
		return 0
	}
	return q.length
}

// find looks for the answer in what the line has brought, behind noise and what
// other units said. A head without its end does not hide an answer behind it:
// noise looks like that too. Keep is where the bytes begin that may still become
// the answer.
func (q question) find(b []byte) (f Frame, found bool, keep int) {
	keep = len(b)
	for at := range b {
		n := q.candidate(b[at:])
		if n == 0 {
			continue
		}
		if len(b)-at < n {
			keep = min(keep, at)
			continue
		}
		if f, err := Decode(b[at : at+n]); err == nil {
			return f, true, at
		}
	}
	return Frame{}, false, keep
}
