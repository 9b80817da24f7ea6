package ff68

import (
	"bytes"
	"fmt"
)

// Frame is one message of the line.
type Frame struct {
	Addr byte
	Func byte
	Data []byte
}

// MaxData is the most data that either side takes, in bytes. The length byte
// could say 253, but no known frame has more than six, and a short limit keeps
// a damaged length from swallowing the frames behind it.
const MaxData = 32

const (
	start  = 0xFF
	second = 0x68
	end    = 0x16

	headSize = 5            // FF 68 L L 68
	overhead = headSize + 2 // and SUM 16; ADDR and FUNC are counted in L
	minSize  = overhead + 2
)

// Encode makes the bytes of a frame. It fails on more than MaxData bytes.
func Encode(f Frame) ([]byte, error) {
	if len(f.Data) > MaxData {
		return nil, fmt.Errorf("ff68: %d bytes of data, at most %d fit", len(f.Data), MaxData)
	}
	n := byte(2 + len(f.Data))
	b := append([]byte{start, second, n, n, second, f.Addr, f.Func}, f.Data...)
	return append(b, sum(b[headSize:]), end), nil
}

func sum(p []byte) (s byte) {
	for _, b := range p {
		s += b
	}
	return s
}

// Decoder finds the frames in a stream of bytes. What is not a frame is
// skipped byte by byte, so a good frame behind, or inside, a broken one is
// found. The zero value is ready. It never holds more than one frame's bytes
// between calls, and how the stream is cut into pieces makes no difference.
type Decoder struct {
	// Drops counts the bytes that were part of no frame.
	Drops uint64
	buf   []byte
}

// Feed takes the next bytes and calls found for each frame that they complete.
// The frame's data is the callee's to keep.
func (d *Decoder) Feed(p []byte, found func(Frame)) {
	d.buf = append(d.buf, p...)
	d.scan(found)
}

// Gap tells the decoder that the line has been quiet for so long that the
// rest of a frame will not come: what was begun is skipped.
func (d *Decoder) Gap(found func(Frame)) {
	for len(d.buf) > 0 {
		d.skip(1)
		d.scan(found)
	}
}

// Pending tells whether a frame has begun and is not complete.
func (d *Decoder) Pending() bool { return len(d.buf) > 0 }

func (d *Decoder) scan(found func(Frame)) {
	for len(d.buf) > 0 {
		size, ok := check(d.buf)
		switch {
		case !ok:
			d.skip(1)
		case size > len(d.buf):
			return
		default:
			found(Frame{Addr: d.buf[5], Func: d.buf[6], Data: bytes.Clone(d.buf[7 : size-2])})
			d.buf = d.buf[size:]
		}
	}
	d.buf = nil
}

func (d *Decoder) skip(n int) {
	d.Drops += uint64(n)
	d.buf = d.buf[n:]
}

// check looks at the beginning of a frame, as far as it is there. ok is false
// when it cannot become a frame; size is how long it is or must become.
func check(b []byte) (size int, ok bool) {
	if b[0] != start {
		return 0, false
	}
	if len(b) > 1 && b[1] != second {
		return 0, false
	}
	if len(b) > 2 && (b[2] < 2 || b[2] > 2+MaxData) {
		return 0, false
	}
	if len(b) > 3 && b[3] != b[2] {
		return 0, false
	}
	if len(b) > 4 && b[4] != second {
		return 0, false
	}
	if len(b) < headSize {
		return minSize, true
	}
	size = overhead + int(b[2])
	if len(b) >= size && (b[size-2] != sum(b[headSize:size-2]) || b[size-1] != end) {
		return 0, false
	}
	return size, true
}
