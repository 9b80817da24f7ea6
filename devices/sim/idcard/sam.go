package idcard

import (
	"bytes"
	"fmt"
	"io"
)

// head is the preamble of each frame.
var head = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69}

// longest is the most that a host sends: no command of the protocol has more
// than a few bytes.
const longest = 64

// take answers the commands in what has come and gives back what is left over.
func (r *Reader) take(in []byte, line io.Writer) []byte {
	for {
		i := bytes.Index(in, head)
		if i < 0 {
			keep := min(len(in), len(head)-1)
			r.lost(len(in) - keep)
			return bytes.Clone(in[len(in)-keep:])
		}
		r.lost(i)
		in = in[i:]
		if len(in) < len(head)+2 {
			return in
		}
		length := int(in[5])<<8 | int(in[6])
		if length < 3 || length > longest {
			r.lost(len(head))
			in = in[len(head):]
			continue
		}
		whole := len(head) + 2 + length
		if len(in) < whole {
			return in
		}
		frame := in[:whole]
		in = in[whole:]
		if fold(frame[5:]) != 0 { // the XOR of a frame and its own XOR
			r.send(line, answer(0x10, nil))
			continue
		}
		r.command(frame[7], frame[8], line)
	}
}

func (r *Reader) lost(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.strange += n
}

func fold(b []byte) (x byte) {
	for _, c := range b {
		x ^= c
	}
	return x
}

// answer is a frame with a status and data.
func answer(sw3 byte, data []byte) []byte {
	n := 4 + len(data)
	b := append(bytes.Clone(head), byte(n>>8), byte(n), 0, 0, sw3)
	b = append(b, data...)
	return append(b, fold(b[5:]))
}

// command does what the host says.
func (r *Reader) command(code, parameter byte, line io.Writer) {
	r.mu.Lock()
	r.commands[fmt.Sprintf("%02X %02X", code, parameter)]++
	b := r.reply(code, parameter)
	r.mu.Unlock()
	r.send(line, b)
}

// reply makes the answer. The caller holds mu.
func (r *Reader) reply(code, parameter byte) []byte {
	switch [2]byte{code, parameter} {
	case [2]byte{0x10, 0xFF}:
		r.found, r.selected = false, false
		return answer(0x90, nil)
	case [2]byte{0x11, 0xFF}:
		if r.on["selftest"] {
			return answer(0x60, nil)
		}
		return answer(0x90, nil)
	case [2]byte{0x12, 0xFF}:
		return answer(0x90, r.sam[:])
	case [2]byte{0x20, 0x01}:
		return r.find()
	case [2]byte{0x20, 0x02}:
		if !r.found {
			return answer(0x81, nil)
		}
		r.selected = true
		return answer(0x90, make([]byte, 8))
	case [2]byte{0x30, 0x01}:
		return r.read()
	case [2]byte{0x30, 0x03}:
		return r.later()
	}
	r.strange++
	return answer(0x21, nil)
}

func (r *Reader) find() []byte {
	switch {
	case r.on["selftest"]:
		return answer(0x60, nil)
	case r.card == nil || r.done:
		return answer(0x80, nil)
	}
	r.found = true
	return answer(0x9F, make([]byte, 4))
}

func (r *Reader) read() []byte {
	if r.card == nil || !r.selected {
		return answer(0x41, nil)
	}
	r.found, r.selected = false, false
	for name, sw3 := range map[string]byte{"read-41": 0x41, "read-33": 0x33, "read-31": 0x31} {
		if r.on[name] {
			return answer(sw3, nil)
		}
	}
	if r.failed < r.card.Scratched {
		r.failed++
		return answer(0x41, nil)
	}
	text, err := r.card.text()
	if err != nil {
		return answer(0x40, nil)
	}
	if r.on["kind"] {
		text[248] = 'Z'
	}
	r.done = true
	sizes := []byte{textSize >> 8, textSize & 0xFF, photoSize >> 8, photoSize & 0xFF}
	rest := make([]byte, photoSize)
	if r.on["fingers"] {
		sizes = append(sizes, fingerSize>>8, fingerSize&0xFF)
		rest = make([]byte, photoSize+fingerSize)
	}
	b := answer(0x90, append(append(sizes, text...), rest...))
	if r.on["checksum"] {
		b[len(b)-1] ^= 0xFF
	}
	return b
}

// later reads the address that was written to the card after its issue.
func (r *Reader) later() []byte {
	switch {
	case r.on["no-probe"]:
		return answer(0x21, nil)
	case r.card == nil || !r.done:
		return answer(0x41, nil)
	case r.card.NewAddress == "":
		return answer(0x91, nil)
	}
	return answer(0x90, r.card.address())
}

// noise is what an open line picks up, with parts that look like a frame.
var noise = []byte{0x00, 0xFF, 0xAA, 0xAA, 0x96, 0x69, 0xAA, 0xAA, 0xAA, 0x96, 0x69, 0x05, 0x08, 0x00}

// send puts an answer on the line, as the faults make it. A host that has gone
// is not told.
func (r *Reader) send(line io.Writer, b []byte) {
	r.mu.Lock()
	silent, half, garbage, zero := r.on["silent"], r.on["half"], r.on["garbage"], r.on["zero"]
	r.mu.Unlock()
	switch {
	case silent:
		return
	case half:
		b = b[:len(b)/2]
	case garbage:
		b = append(bytes.Clone(noise), b...)
	case zero:
		b = append([]byte{b[0], 0}, b[1:]...)
	}
	_, _ = line.Write(b)
}
