package broker

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// pipeBuffer is how much one direction of a Pipe holds, in bytes.
const pipeBuffer = 1 << 20

// Pipe is a connection inside the process. Unlike net.Pipe it has a buffer in
// each direction: an MQTT client and its broker both write while they read, and
// would wait for each other for ever.
func Pipe() (net.Conn, net.Conn) {
	a, b := newStream(), newStream()
	return &pipeEnd{in: a, out: b}, &pipeEnd{in: b, out: a}
}

type pipeEnd struct{ in, out *stream }

func (p *pipeEnd) Read(b []byte) (int, error)  { return p.in.read(b) }
func (p *pipeEnd) Write(b []byte) (int, error) { return p.out.write(b) }

func (p *pipeEnd) Close() error {
	p.in.close()
	p.out.close()
	return nil
}

func (p *pipeEnd) LocalAddr() net.Addr  { return pipeAddr{} }
func (p *pipeEnd) RemoteAddr() net.Addr { return pipeAddr{} }

func (p *pipeEnd) SetDeadline(t time.Time) error {
	p.in.deadline(&p.in.readBy, t)
	p.out.deadline(&p.out.writeBy, t)
	return nil
}

func (p *pipeEnd) SetReadDeadline(t time.Time) error {
	p.in.deadline(&p.in.readBy, t)
	return nil
}

func (p *pipeEnd) SetWriteDeadline(t time.Time) error {
	p.out.deadline(&p.out.writeBy, t)
	return nil
}

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }

// stream is one direction.
type stream struct {
	mu     sync.Mutex
	change *sync.Cond
	buf    []byte
	closed bool

	readBy, writeBy limit
}

// limit is a deadline; its timer wakes those who wait.
type limit struct {
	at    time.Time
	timer *time.Timer
}

func newStream() *stream {
	s := &stream{}
	s.change = sync.NewCond(&s.mu)
	return s
}

func (s *stream) deadline(l *limit, t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.at = t
	if d := time.Until(t); !t.IsZero() && d > 0 {
		l.timer = time.AfterFunc(d, func() {
			s.mu.Lock()
			s.change.Broadcast()
			s.mu.Unlock()
		})
	}
	s.change.Broadcast()
}

func (l *limit) over() bool { return !l.at.IsZero() && !time.Now().Before(l.at) }

func (s *stream) read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case len(s.buf) > 0:
			n := copy(p, s.buf)
			s.buf = s.buf[n:]
			s.change.Broadcast()
			return n, nil
		case s.closed:
			return 0, io.EOF
		case s.readBy.over():
			return 0, os.ErrDeadlineExceeded
		}
		s.change.Wait()
	}
}

func (s *stream) write(p []byte) (n int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		switch {
		case s.closed:
			return n, io.ErrClosedPipe
		case s.writeBy.over():
			return n, os.ErrDeadlineExceeded
		case len(p) == 0:
			return n, nil
		}
		if room := pipeBuffer - len(s.buf); room > 0 {
			k := min(room, len(p))
			s.buf = append(s.buf, p[:k]...)
			p, n = p[k:], n+k
			s.change.Broadcast()
			continue
		}
		s.change.Wait()
	}
}

func (s *stream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, l := range []*limit{&s.readBy, &s.writeBy} {
		if l.timer != nil {
			l.timer.Stop()
		}
	}
	s.change.Broadcast()
}
