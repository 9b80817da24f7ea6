package linktest

import (
	"bytes"
	"io"
	"sync"

	"hallward/devices/link"
)

// Faults say what goes wrong on a link. The zero value is a healthy one.
type Faults struct {
	Bytewise bool   // answers arrive one byte at a time
	Cut      int    // after so many bytes the answers end with io.EOF; 0 is never
	Swallow  int    // after so many bytes nothing more is written, and nobody is told; 0 is never
	Garbage  []byte // comes before the first answer
	Stall    bool   // the device takes nothing: each write is link.ErrStalled
	Silent   bool   // the device answers nothing
}

// Faulty is a link on which things go wrong.
type Faulty struct {
	link.Link
	mu      sync.Mutex
	f       Faults
	pending []byte
	read    int
	written int
}

// NewFaulty returns l with faults.
func NewFaulty(l link.Link, f Faults) *Faulty {
	return &Faulty{Link: l, f: f, pending: bytes.Clone(f.Garbage)}
}

// Set changes the faults of a link in use. Counts begin anew.
func (l *Faulty) Set(f Faults) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.f, l.read, l.written = f, 0, 0
	l.pending = append(l.pending, f.Garbage...)
}

// Read gives garbage first, and then what the faults let through.
func (l *Faulty) Read(p []byte) (int, error) {
	l.mu.Lock()
	f, read := l.f, l.read
	if f.Bytewise && len(p) > 1 {
		p = p[:1]
	}
	if f.Cut > 0 {
		if read >= f.Cut {
			l.mu.Unlock()
			return 0, io.EOF
		}
		p = p[:min(len(p), f.Cut-read)]
	}
	if len(l.pending) > 0 {
		n := copy(p, l.pending)
		l.pending = l.pending[n:]
		l.read += n
		l.mu.Unlock()
		return n, nil
	}
	l.mu.Unlock()
	n, err := l.Link.Read(p)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f.Silent && n > 0 {
		return 0, link.ErrTimeout
	}
	l.read += n
	return n, err
}

// Write passes on what the faults let through.
func (l *Faulty) Write(p []byte) (int, error) {
	l.mu.Lock()
	f, written := l.f, l.written
	l.mu.Unlock()
	if f.Stall {
		return 0, link.ErrStalled
	}
	through := p
	if f.Swallow > 0 {
		through = p[:min(len(p), max(0, f.Swallow-written))]
	}
	if len(through) > 0 {
		if n, err := l.Link.Write(through); err != nil {
			return n, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written += len(p)
	return len(p), nil
}
