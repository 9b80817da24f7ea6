// Package linktest stands in for byte links in tests: an in-memory pair of
// links, a recorder that writes down an exchange with real hardware, a
// playback of such a record, and a link that breaks things.
//
// Nothing here opens a file or a socket, so it all works inside a
// testing/synctest bubble.
package linktest

import (
	"io"
	"io/fs"
	"sync"
	"time"

	"hallward/devices/link"
)

// Times of a Pipe, those of a real link.
const (
	readWait  = 100 * time.Millisecond
	writeWait = 5 * time.Second
)

// NewPipe returns the two ends of a link in memory. Each direction holds up to
// room bytes (0 is 64 KiB); a writer that finds no room waits, and after five
// seconds without progress gets link.ErrStalled.
func NewPipe(room int) (a, b *Pipe) {
	if room <= 0 {
		room = 64 << 10
	}
	there, back := newLine(room), newLine(room)
	return &Pipe{name: "pipe:a", in: back, out: there}, &Pipe{name: "pipe:b", in: there, out: back}
}

// Pipe is one end of a link in memory.
type Pipe struct {
	name    string
	in, out *line
}

var _ link.Link = (*Pipe)(nil)

// Read returns link.ErrTimeout after 100 ms without a byte, io.EOF when the
// other end was closed, fs.ErrClosed when this one was.
func (p *Pipe) Read(b []byte) (int, error) { return p.in.take(b) }

// Write returns when the line has taken every byte.
func (p *Pipe) Write(b []byte) (int, error) { return p.out.put(b) }

// Drain waits until the other end has read everything.
func (p *Pipe) Drain() error { return p.out.drain() }

// Close ends both directions. What was written before can still be read.
func (p *Pipe) Close() error {
	p.out.end()
	p.in.shut()
	return nil
}

func (p *Pipe) String() string { return p.name }

// line is one direction.
type line struct {
	mu     sync.Mutex
	buf    []byte
	room   int
	ended  bool          // no more is written
	closed bool          // the reader is gone
	moved  chan struct{} // closed and renewed at each change
}

func newLine(room int) *line { return &line{room: room, moved: make(chan struct{})} }

// signal wakes all who wait. The caller holds mu.
func (l *line) signal() {
	close(l.moved)
	l.moved = make(chan struct{})
}

func (l *line) take(b []byte) (int, error) {
	timer := time.NewTimer(readWait)
	defer timer.Stop()
	for {
		l.mu.Lock()
		switch {
		case l.closed:
			l.mu.Unlock()
			return 0, fs.ErrClosed
		case len(l.buf) > 0:
			n := copy(b, l.buf)
			l.buf = l.buf[n:]
			l.signal()
			l.mu.Unlock()
			return n, nil
		case l.ended:
			l.mu.Unlock()
			return 0, io.EOF
		}
		moved := l.moved
		l.mu.Unlock()
		select {
		case <-moved:
		case <-timer.C:
			return 0, link.ErrTimeout
		}
	}
}

func (l *line) put(b []byte) (int, error) {
	done := 0
	timer := time.NewTimer(writeWait)
	defer timer.Stop()
	for {
		l.mu.Lock()
		switch {
		case l.ended:
			l.mu.Unlock()
			return done, fs.ErrClosed
		case l.closed:
			l.mu.Unlock()
			return done, io.ErrClosedPipe
		case len(b) == 0:
			l.mu.Unlock()
			return done, nil
		case len(l.buf) < l.room:
			n := min(len(b), l.room-len(l.buf))
			l.buf = append(l.buf, b[:n]...)
			b = b[n:]
			done += n
			timer.Reset(writeWait)
			l.signal()
			l.mu.Unlock()
			continue
		}
		moved := l.moved
		l.mu.Unlock()
		select {
		case <-moved:
		case <-timer.C:
			return done, link.ErrStalled
		}
	}
}

func (l *line) drain() error {
	timer := time.NewTimer(writeWait)
	defer timer.Stop()
	for {
		l.mu.Lock()
		empty, closed, moved := len(l.buf) == 0, l.closed, l.moved
		l.mu.Unlock()
		switch {
		case empty:
			return nil
		case closed:
			return io.ErrClosedPipe
		}
		select {
		case <-moved:
		case <-timer.C:
			return link.ErrStalled
		}
	}
}

func (l *line) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.ended {
		l.ended = true
		l.signal()
	}
}

func (l *line) shut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		l.signal()
	}
}
