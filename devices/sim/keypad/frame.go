package keypad

// The frame of the line, after the one deployed system whose protocol is
// public (caller and evaluator, 9600 8N1):
//
//	FF 68 | L | L | 68 | ADDR | FUNC | DATA… | SUM | 16
//
// L is 2 + the number of data bytes, sent twice; SUM is the sum of ADDR, FUNC
// and DATA modulo 256.

// Functions of a frame.
const (
	funcKey    = 0x01 // device: a key; host: acknowledgement, or start of a rating (0B)
	funcShow   = 0x02 // host: six digits, or 05 for the stars
	funcBeep   = 0x03
	funcResult = 0x11 // device: the citizen's key
)

// maxData is more than any frame of the protocol carries.
const maxData = 16

// frame is one message on the line.
type frame struct {
	addr, fn byte
	data     []byte
}

func sum(addr, fn byte, data []byte) byte {
	s := addr + fn
	for _, b := range data {
		s += b
	}
	return s
}

// bytes is the frame as it travels.
func (f frame) bytes() []byte {
	l := byte(2 + len(f.data))
	b := append([]byte{0xFF, 0x68, l, l, 0x68, f.addr, f.fn}, f.data...)
	return append(b, sum(f.addr, f.fn, f.data), 0x16)
}

// scanner finds frames in a stream of bytes; what is no frame is counted and
// passed over.
type scanner struct {
	buf  []byte
	lost int
}

// feed takes bytes and hands on the frames that are whole.
func (s *scanner) feed(b []byte, each func(frame)) {
	s.buf = append(s.buf, b...)
	for len(s.buf) > 0 {
		f, n := parse(s.buf)
		if n == 0 {
			return // the beginning of a frame
		}
		if n > 0 {
			each(f)
			s.buf = s.buf[n:]
			continue
		}
		s.buf = s.buf[1:]
		s.lost++
	}
}

// parse reads the frame at the beginning of b and says how long it is: 0 when
// more bytes are needed, -1 when no frame begins here.
func parse(b []byte) (frame, int) {
	head := []byte{0xFF, 0x68}
	for i, h := range head {
		if i >= len(b) {
			return frame{}, 0
		}
		if b[i] != h {
			return frame{}, -1
		}
	}
	if len(b) < 5 {
		return frame{}, 0
	}
	l := int(b[2])
	if b[3] != b[2] || b[4] != 0x68 || l < 2 || l > 2+maxData {
		return frame{}, -1
	}
	whole := 5 + l + 2
	if len(b) < whole {
		return frame{}, 0
	}
	f := frame{addr: b[5], fn: b[6], data: append([]byte(nil), b[7:5+l]...)}
	if b[whole-2] != sum(f.addr, f.fn, f.data) || b[whole-1] != 0x16 {
		return frame{}, -1
	}
	return f, whole
}
