package linktest

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"time"

	"hallward/devices/link"
)

// Op is one step of an exchange: bytes that the driver wrote (Out) or that the
// device answered.
type Op struct {
	Out  bool
	Data []byte
}

// ParseExchange reads a record: "> 10 04 01" is written by the driver, "< 12"
// answered by the device, "#" begins a comment. An error names the line.
func ParseExchange(r io.Reader) ([]Op, error) {
	var ops []Op
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		data, err := hex.DecodeString(strings.ReplaceAll(text[1:], " ", ""))
		if err != nil || text[0] != '>' && text[0] != '<' {
			return nil, fmt.Errorf("exchange line %d: %.60q: want > or < and bytes in hexadecimal", n, text)
		}
		ops = append(ops, Op{Out: text[0] == '>', Data: data})
	}
	return ops, lines.Err()
}

// Recorder passes a link through and writes the exchange down.
type Recorder struct {
	link.Link
	mu sync.Mutex
	w  io.Writer
}

// Record returns a link that writes all that passes over l to w, in the form
// that ParseExchange reads.
func Record(l link.Link, w io.Writer) *Recorder { return &Recorder{Link: l, w: w} }

// Read reads from the recorded link.
func (r *Recorder) Read(p []byte) (int, error) {
	n, err := r.Link.Read(p)
	r.note("<", p[:n])
	return n, err
}

// Write writes to the recorded link.
func (r *Recorder) Write(p []byte) (int, error) {
	n, err := r.Link.Write(p)
	r.note(">", p[:n])
	return n, err
}

func (r *Recorder) note(mark string, p []byte) {
	if len(p) == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.w, "%s % x\n", mark, p)
}

// Playback is the device of a recorded exchange. A write must continue the
// record byte by byte, however it is divided; an answer can be read once all
// that stands before it has been written.
type Playback struct {
	mu    sync.Mutex
	ops   []Op
	err   error
	shut  bool
	moved chan struct{}
}

var _ link.Link = (*Playback)(nil)

// NewPlayback plays ops.
func NewPlayback(ops []Op) *Playback {
	p := &Playback{moved: make(chan struct{})}
	for _, op := range ops {
		if len(op.Data) > 0 {
			p.ops = append(p.ops, Op{op.Out, bytes.Clone(op.Data)})
		}
	}
	return p
}

// Read gives the next answer, or link.ErrTimeout when the device waits for
// something to be written first.
func (p *Playback) Read(b []byte) (int, error) {
	timer := time.NewTimer(readWait)
	defer timer.Stop()
	for {
		p.mu.Lock()
		if p.shut {
			p.mu.Unlock()
			return 0, fs.ErrClosed
		}
		if len(p.ops) > 0 && !p.ops[0].Out {
			n := copy(b, p.ops[0].Data)
			p.used(n)
			p.mu.Unlock()
			return n, nil
		}
		moved := p.moved
		p.mu.Unlock()
		select {
		case <-moved:
		case <-timer.C:
			return 0, link.ErrTimeout
		}
	}
}

// Write fails when b is not what the record says; so does Close then.
func (p *Playback) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shut {
		return 0, fs.ErrClosed
	}
	for done := 0; done < len(b); {
		if len(p.ops) == 0 || !p.ops[0].Out {
			return done, p.fail("unexpected bytes written: % x", b[done:])
		}
		want := p.ops[0].Data
		n := min(len(want), len(b)-done)
		if !bytes.Equal(want[:n], b[done:done+n]) {
			return done, p.fail("written: % x, recorded: % x", b[done:done+n], want[:n])
		}
		done += n
		p.used(n)
	}
	return len(b), nil
}

// used takes n bytes of the first operation away. The caller holds mu.
func (p *Playback) used(n int) {
	p.ops[0].Data = p.ops[0].Data[n:]
	if len(p.ops[0].Data) == 0 {
		p.ops = p.ops[1:]
	}
	close(p.moved)
	p.moved = make(chan struct{})
}

func (p *Playback) fail(format string, args ...any) error {
	err := fmt.Errorf("playback: "+format, args...)
	if p.err == nil {
		p.err = err
	}
	return err
}

// Drain has nothing to wait for.
func (p *Playback) Drain() error { return nil }

func (p *Playback) String() string { return "playback" }

// Close fails when an operation of the record was not used, or a write was not
// in the record.
func (p *Playback) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.shut {
		p.shut = true
		close(p.moved)
		p.moved = make(chan struct{})
	}
	var left error
	if len(p.ops) > 0 {
		left = fmt.Errorf("playback: %d operations left over, the first: % x", len(p.ops), p.ops[0].Data)
	}
	return errors.Join(p.err, left)
}
