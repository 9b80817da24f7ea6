package escpos

import (
	"bytes"
	"sync"
	"testing"
	"testing/synctest"

	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

// paper is a small printer at the other end of a pipe, written from the
// command table: it answers status in real time, takes pictures by their
// length, and answers GS r in its turn.
type paper struct {
	l *linktest.Pipe

	mu       sync.Mutex
	deaf     bool // answers no GS r
	silent   bool // answers nothing
	single   bool // answers every other GS r
	odd      bool
	lost     bool // has forgotten what it was asked: it answers status only
	noise    bool // answers everything with bytes that mean nothing
	stuck    int  // bytes of a picture that a broken job has left open
	held     bool // the mechanism is busy: bytes wait, only status is answered
	backlog  []byte
	outAfter int // paper ends after so many bytes of text; 0 is never
	cover    bool
	out      bool
	low      bool
	cutter   bool
	asb      bool

	text    []byte
	cuts    int
	got     []byte // everything
	ids     bool   // answers GS ( H
	clears  int
	skip    int
	command []byte
	done    chan struct{}
}

func newPaper(t *testing.T) (*paper, link.Link) {
	a, b := linktest.NewPipe(0)
	p := &paper{l: b, done: make(chan struct{})}
	go p.run()
	t.Cleanup(func() {
		a.Close()
		b.Close()
		<-p.done
	})
	return p, a
}

func (p *paper) set(f func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
	p.report()
}

// peek looks at the printer once it has come to rest.
func (p *paper) peek(f func()) {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	f()
}

func (p *paper) printed() string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.text)
}

func (p *paper) run() {
	defer close(p.done)
	buf := make([]byte, 4096)
	for {
		n, err := p.l.Read(buf)
		if err != nil && err != link.ErrTimeout {
			return
		}
		p.mu.Lock()
		for _, b := range buf[:n] {
			p.byte(b)
		}
		p.mu.Unlock()
	}
}

func (p *paper) say(b ...byte) {
	if p.noise {
		b = []byte{0x91, 0xff, 0x80, 0x00, 0x12}
	}
	if !p.silent {
		p.l.Write(b)
	}
}

func (p *paper) byte(b byte) {
	p.got = append(p.got, b)
	if n := len(p.got); n >= 3 && p.got[n-3] == 0x10 && p.got[n-2] == 0x04 && b >= 1 && b <= 4 {
		p.say(p.status(b))
	}
	if bytes.HasSuffix(p.got, cmdClear) {
		p.clears++
	}
	if p.held {
		p.backlog = append(p.backlog, b)
		return
	}
	p.process(b)
}

// release lets the mechanism go on.
func (p *paper) release() {
	p.held = false
	for _, b := range p.backlog {
		p.process(b)
	}
}

// part lets it work through what waits, to the next GS r.
func (p *paper) part() {
	n := bytes.Index(p.backlog, cmdMarker) + len(cmdMarker)
	part := p.backlog[:n]
	p.backlog = p.backlog[n:]
	for _, b := range part {
		p.process(b)
	}
}

func (p *paper) process(b byte) {
	if p.stuck > 0 {
		p.stuck--
		return
	}
	if p.skip > 0 {
		p.skip--
		return
	}
	if len(p.command) == 0 && b >= 0x20 || b == '\n' && len(p.command) == 0 {
		p.text = append(p.text, b)
		if p.outAfter > 0 && len(p.text) == p.outAfter {
			p.out = true
			p.report()
		}
		return
	}
	p.command = append(p.command, b)
	if p.execute(p.command) {
		p.command = p.command[:0]
	}
}

func (p *paper) execute(c []byte) bool {
	switch {
	case c[0] == 0x10:
		return len(c) == 3 && c[1] != 0x14 || len(c) == 10
	case c[0] != 0x1b && c[0] != 0x1c && c[0] != 0x1d:
		return true // NUL and other bytes without meaning
	case len(c) < 2:
		return false
	case c[0] == 0x1b && c[1] == '@', c[0] == 0x1c && c[1] == '&':
		p.asb = p.asb && c[1] != '@'
		return true
	case c[0] == 0x1d && c[1] == 'a' && len(c) == 3:
		p.asb = true
		p.report()
	case c[0] == 0x1d && c[1] == 'r' && len(c) == 3:
		if p.odd = !p.odd; p.single && !p.odd {
			return true
		}
		if !p.deaf && !p.lost && !p.out && !p.cover {
			p.say(p.roll())
		}
	case c[0] == 0x1d && c[1] == 'V':
		if len(c) < 4 {
			return false
		}
		p.cuts++
	case c[0] == 0x1d && c[1] == 'I' && len(c) == 3:
		if !p.lost {
			p.say(append([]byte{0x5f}, "Fake\x00"...)...)
		}
	case c[0] == 0x1d && c[1] == '(' && c[2%len(c)] == 'H':
		if len(c) < 11 {
			return false
		}
		if p.ids && !p.out && !p.cover {
			p.say(append(append([]byte{0x37, 0x22}, c[7:11]...), 0)...)
		}
	case c[0] == 0x1d && c[1] == '(' && len(c) >= 5:
		p.skip = int(c[3]) + int(c[4])<<8
	case c[0] == 0x1d && (c[1] == 'v' || c[1] == '('):
		if len(c) < 8 {
			return false
		}
		p.skip = (int(c[4]) + int(c[5])<<8) * (int(c[6]) + int(c[7])<<8)
	}
	return len(c) >= 3
}

func (p *paper) status(n byte) byte {
	s := byte(0x12)
	bit := func(on bool, m byte) {
		if on {
			s |= m
		}
	}
	switch n {
	case 1:
		bit(p.cover || p.out || p.cutter, 0x08)
	case 2:
		bit(p.cover, 0x04)
		bit(p.out, 0x20)
		bit(p.cutter, 0x40)
	case 3:
		bit(p.cutter, 0x08)
	case 4:
		bit(p.low || p.out, 0x04)
		bit(p.out, 0x40)
	}
	return s
}

// roll is the paper byte of GS r 1 and of ASB.
func (p *paper) roll() (b byte) {
	if p.out {
		b |= 0x0c
	}
	if p.low {
		b |= 0x03
	}
	return b
}

func (p *paper) report() {
	if !p.asb {
		return
	}
	a, b := byte(0x10), byte(0)
	if p.cover {
		a |= 0x28
	}
	if p.out {
		a |= 0x08
	}
	if p.cutter {
		a |= 0x08
		b |= 0x08
	}
	p.say(a, b, p.roll(), 0)
}
