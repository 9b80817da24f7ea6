package samv

// Sizes of frames, in bytes.
const (
	minLength = 4    // SW1 SW2 SW3 XOR
	maxLength = 2314 // text, photo and fingerprints: a frame of 2321 bytes
	headSize  = 7    // preamble and length
)

// preamble begins each frame of either side.
var preamble = [5]byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// strayZeros is how many 00 bytes may stand inside a preamble: readers in the
// field put one after its first byte.
const strayZeros = 3

// mostBegun is how many frames may have begun inside one another. More than
// two are noise; the oldest is given up.
const mostBegun = 4

// encode makes the frame of a command without data.
func encode(command, parameter byte) []byte {
	b := append(preamble[:], 0, 3, command, parameter)
	return append(b, xor(b[len(preamble):]))
}

func xor(p []byte) (x byte) {
	for _, b := range p {
		x ^= b
	}
	return x
}

// Answer is one frame of the SAM.
type Answer struct {
	SW3  byte   // what became of the command
	Size int    // how many bytes of data the frame had
	Data []byte // the first of them, as many as the decoder keeps
}

// Decoder finds the SAM's frames in a stream of bytes. It goes byte by byte, so
// how the stream is cut makes no difference, and it holds no more than Keep
// bytes of any frame: the rest is counted in the XOR and let go. While a frame
// is under way it also looks for the beginning of another, so a frame that was
// cut off takes none of those behind it along. The zero value is ready.
type Decoder struct {
	Keep   int    // bytes of data to keep of each answer
	Drops  uint64 // bytes that were part of no frame, as far as that is settled
	Starts uint64 // preambles so far

	matched int    // bytes of the preamble
	zeros   int    // stray ones between them
	begin   uint64 // where the preamble under way begins
	fed     uint64
	settled uint64 // bytes that are in a frame or in Drops
	begun   []*begun
}

// begun is a frame whose end has not come.
type begun struct {
	at     uint64 // where its preamble begins
	n      int    // bytes after the preamble
	length int
	xor    byte
	status [3]byte
	data   []byte
}

// Feed takes the next bytes and calls found for each frame that they complete.
// The answer's data is wiped when found returns.
func (d *Decoder) Feed(p []byte, found func(Answer)) {
	for _, b := range p {
		if f := d.step(b); f != nil {
			d.Drops += f.at - d.settled
			d.settled = d.fed
			found(Answer{SW3: f.status[2], Size: f.length - minLength, Data: f.data})
			d.forget()
		}
	}
}

// Gap tells the decoder that the line has been quiet for so long that the rest
// of a frame will not come.
func (d *Decoder) Gap() {
	d.Drops += d.fed - d.settled
	d.settled = d.fed
	d.forget()
}

// Pending tells whether a frame, or its preamble, has begun.
func (d *Decoder) Pending() bool { return len(d.begun) > 0 || d.matched > 0 }

func (d *Decoder) forget() {
	wipe(d.begun...)
	d.begun = d.begun[:0]
	d.matched, d.zeros = 0, 0
}

func wipe(frames ...*begun) {
	for _, f := range frames {
		clear(f.data[:cap(f.data)])
	}
}

// step takes one byte and gives the frame that ends with it.
func (d *Decoder) step(b byte) *begun {
	at := d.fed
	d.fed++
	alive := d.begun[:0]
	for i, f := range d.begun {
		switch more, good := f.add(b); {
		case good:
			wipe(d.begun[i+1:]...)
			d.begun = append(alive, f)
			return f
		case more:
			alive = append(alive, f)
		default:
			wipe(f)
		}
	}
	d.begun = alive
	if d.match(b, at) {
		d.Starts++
		if len(d.begun) == mostBegun {
			wipe(d.begun[0])
			d.begun = append(d.begun[:0], d.begun[1:]...)
		}
		d.begun = append(d.begun, &begun{at: d.begin, data: make([]byte, 0, max(0, d.Keep))})
	}
	return nil
}

// match tells whether a preamble is complete.
func (d *Decoder) match(b byte, at uint64) bool {
	switch {
	case d.matched > 0 && b == 0 && d.zeros < strayZeros:
		d.zeros++
	case b == preamble[d.matched]:
		if d.matched == 0 {
			d.begin, d.zeros = at, 0
		}
		d.matched++
	case b == preamble[0] && d.matched == 3: // one more AA than needed
		d.begin++
	case b == preamble[0]:
		d.begin, d.zeros, d.matched = at, 0, 1
	default:
		d.matched = 0
	}
	if d.matched < len(preamble) {
		return false
	}
	d.matched = 0
	return true
}

// add takes the next byte of a frame. more tells that it goes on, good that it
// has ended well; neither, that it was none.
func (f *begun) add(b byte) (more, good bool) {
	place := f.n - 2 // after the length
	f.n++
	switch {
	case place == -2:
		f.length = int(b) << 8
	case place == -1:
		f.length |= int(b)
		if f.length < minLength || f.length > maxLength {
			return false, false
		}
	case place == f.length-1:
		return false, b == f.xor && f.status[0] == 0 && f.status[1] == 0
	case place < len(f.status):
		f.status[place] = b
	case len(f.data) < cap(f.data):
		f.data = append(f.data, b)
	}
	f.xor ^= b
	return true, false
}
