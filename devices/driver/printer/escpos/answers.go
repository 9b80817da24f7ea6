package escpos

// kind is what an answer of the printer is.
type kind int

const (
	realtime   kind = iota // one byte: DLE EOT 1 to 4
	automatic              // four bytes: ASB
	fullStatus             // six bytes: DLE EOT 20
	marker                 // one byte: GS r
	block                  // GS I, GS ( H and their like, without the final NUL
)

// answer is one thing that the printer said.
type answer struct {
	kind kind
	data []byte
}

// maxBlock bounds a block answer; a maker's or model's name is shorter.
const maxBlock = 80

// demux cuts the printer's bytes into answers. The printer mixes answers to
// requests with reports of its own; the fixed bits of the first byte tell them
// apart. It knows no time and no order of requests, and the same bytes give
// the same answers however they arrive.
type demux struct {
	kiosk   bool // 10 0F begins a full status
	xonxoff bool // the line has software flow control: XON and XOFF are no answers
	buf     []byte
	dropped uint64 // bytes that were part of no answer
}

// feed takes one byte and hands over the answers that it completes. data is
// only valid during the call.
func (d *demux) feed(b byte, emit func(answer)) {
	if d.xonxoff && (b == 0x11 || b == 0x13) {
		return
	}
	d.buf = append(d.buf, b)
	for len(d.buf) > 0 {
		n, k, state := classify(d.buf, d.kiosk)
		switch state {
		case partial:
			return
		case whole:
			data := d.buf[:n]
			if k == block {
				data = data[:n-1]
			}
			emit(answer{k, data})
		case noise:
			d.dropped++
			n = 1
		}
		d.buf = append(d.buf[:0], d.buf[n:]...)
	}
}

// quiet tells that nothing came for a while: what is incomplete stays so.
func (d *demux) quiet() {
	d.dropped += uint64(len(d.buf))
	d.buf = d.buf[:0]
}

type state int

const (
	partial state = iota
	whole
	noise
)

// classify says what the bytes begin with, and how many belong to it.
func classify(b []byte, kiosk bool) (n int, k kind, s state) {
	switch first := b[0]; {
	case first&0x93 == 0x12:
		return 1, realtime, whole
	case kiosk && first == 0x10 && (len(b) < 2 || b[1] == 0x0f):
		if len(b) < 6 {
			return 0, fullStatus, partial
		}
		return 6, fullStatus, whole
	case first&0x93 == 0x10:
		for _, c := range b[1:] {
			if c&0x90 != 0 {
				return 0, automatic, noise
			}
		}
		if len(b) < 4 {
			return 0, automatic, partial
		}
		return 4, automatic, whole
	case first == 0x35, first == 0x37, first == 0x3b, first == 0x3d, first == 0x5f:
		last := b[len(b)-1]
		switch {
		case len(b) > 1 && last == 0:
			return len(b), block, whole
		case len(b) > maxBlock, last < 0x20, last >= 0x7f:
			return 0, block, noise
		}
		return 0, block, partial
	case first&0x90 == 0:
		return 1, marker, whole
	}
	return 0, 0, noise
}
