package speech

// model is what sets the chips apart.
type model struct {
	check   bool // frames end with an XOR of everything before it
	volume  int  // highest level
	rate    byte // letter of the mark for speed
	fastest int
	usual   int
	text    int  // bytes at a time
	english bool // has marks for it, and speaks it
}

var models = map[string]model{
	"syn6288": {check: true, volume: 16, rate: 't', fastest: 5, usual: 4, text: 200},
	"xfs5152": {volume: 10, rate: 's', fastest: 10, usual: 5, text: 4096, english: true},
}

// Commands.
const (
	speak  = 0x01
	stop   = 0x02
	hold   = 0x03
	resume = 0x04
	status = 0x21
	speed  = 0x31
	sleep  = 0x88
	wake   = 0xFF
)

// Answers.
const (
	started    = 0x4A
	understood = 0x41
	mistaken   = 0x45
	speaking   = 0x4E
	idle       = 0x4F
)

const first = 0xFD

// receiver collects the bytes of a frame.
type receiver struct {
	m    model
	buf  []byte
	lost int // bytes that belong to no frame
}

// feed takes a byte. done tells that a frame has ended; it is nil when its check
// is wrong or its length cannot be.
func (r *receiver) feed(b byte) (frame []byte, done bool) {
	if len(r.buf) == 0 && b != first {
		r.lost++
		return nil, false
	}
	r.buf = append(r.buf, b)
	if len(r.buf) < 3 {
		return nil, false
	}
	n := int(r.buf[1])<<8 | int(r.buf[2])
	least := 1
	if r.m.check {
		least = 2
	}
	if n < least || n > r.m.text+3 {
		r.buf = nil
		return nil, true
	}
	if len(r.buf) < 3+n {
		return nil, false
	}
	whole := r.buf
	r.buf = nil
	if !r.m.check {
		return whole[3:], true
	}
	x := byte(0)
	for _, c := range whole {
		x ^= c
	}
	if x != 0 {
		return nil, true
	}
	return whole[3 : len(whole)-1], true
}

// pending tells whether a frame has begun.
func (r *receiver) pending() bool { return len(r.buf) > 0 }

// drop forgets a frame that has begun.
func (r *receiver) drop() {
	r.lost += len(r.buf)
	r.buf = nil
}
