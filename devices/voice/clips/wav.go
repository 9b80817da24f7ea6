package clips

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// HeaderSize is the size of the header that Header makes.
const HeaderSize = 44

// Header is the header of a WAV file with n samples, 16 bit, mono (RIFF WAVE,
// format 1).
func Header(rate, n int) [HeaderSize]byte {
	var h [HeaderSize]byte
	le := binary.LittleEndian
	copy(h[0:], "RIFF")
	le.PutUint32(h[4:], uint32(HeaderSize-8+2*n))
	copy(h[8:], "WAVEfmt ")
	le.PutUint32(h[16:], 16)
	le.PutUint16(h[20:], 1)
	le.PutUint16(h[22:], 1)
	le.PutUint32(h[24:], uint32(rate))
	le.PutUint32(h[28:], uint32(2*rate))
	le.PutUint16(h[32:], 2)
	le.PutUint16(h[34:], 16)
	copy(h[36:], "data")
	le.PutUint32(h[40:], uint32(2*n))
	return h
}

// Bytes are samples as they stand in a file and on a sound card's pipe, little
// endian.
func Bytes(pcm []int16) []byte {
	b := make([]byte, 2*len(pcm))
	for i, s := range pcm {
		binary.LittleEndian.PutUint16(b[2*i:], uint16(s))
	}
	return b
}

// WriteWAV writes a whole WAV file.
func WriteWAV(w io.Writer, rate int, pcm []int16) error {
	h := Header(rate, len(pcm))
	if _, err := w.Write(append(h[:], Bytes(pcm)...)); err != nil {
		return fmt.Errorf("wav: %w", err)
	}
	return nil
}

// unknownSize stands for the length of what is written to a pipe.
const unknownSize = 1<<31 - 1

// ReadWAV reads a WAV file of 16-bit mono samples, at most limit of them, and
// says what is wrong with any other. A length that the file does not have is an
// error; the lengths that programs write to a pipe mean "to the end".
func ReadWAV(r io.Reader, limit int) (rate int, pcm []int16, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, errors.New("wav: the file is shorter than a header")
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return 0, nil, fmt.Errorf("wav: begins with %q, want a RIFF WAVE file", head[:4])
	}
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return 0, nil, errors.New("wav: no sound in it")
		}
		size := binary.LittleEndian.Uint32(chunk[4:])
		switch string(chunk[:4]) {
		case "fmt ":
			if rate, err = readFormat(r, size); err != nil {
				return 0, nil, err
			}
		case "data":
			if rate == 0 {
				return 0, nil, errors.New("wav: the sound comes before its format")
			}
			pcm, err = readSamples(r, size, limit)
			return rate, pcm, err
		default:
			if err := skip(r, size); err != nil {
				return 0, nil, err
			}
		}
	}
}

// readFormat reads a format chunk: 1 is PCM, FFFE is PCM in a longer chunk.
func readFormat(r io.Reader, size uint32) (int, error) {
	if size < 16 || size > 64 {
		return 0, fmt.Errorf("wav: a format of %d bytes, want 16 to 64", size)
	}
	b := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, b); err != nil {
		return 0, errors.New("wav: cut short in its format")
	}
	le := binary.LittleEndian
	format, channels, bits := le.Uint16(b), le.Uint16(b[2:]), le.Uint16(b[14:])
	if format == 0xFFFE && size >= 40 {
		format = le.Uint16(b[24:])
	}
	rate := le.Uint32(b[4:])
	if format != 1 || channels != 1 || bits != 16 {
		return 0, fmt.Errorf("wav: format %d, %d channels, %d bits: want PCM, mono, 16 bits", format, channels, bits)
	}
	if rate == 0 || rate > 192_000 {
		return 0, fmt.Errorf("wav: %d samples a second, want 1 to 192000", rate)
	}
	return int(rate), nil
}

func readSamples(r io.Reader, size uint32, limit int) ([]int16, error) {
	// Programs that write to a pipe round the unknown length down, each in its
	// own way.
	open := size >= unknownSize-1<<16
	if !open && size > uint32(2*limit) {
		return nil, fmt.Errorf("wav: %d samples, want at most %d", size/2, limit)
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(min(size, uint32(2*limit+2)))))
	if err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	if len(b) > 2*limit {
		return nil, fmt.Errorf("wav: more than %d samples", limit)
	}
	if !open && len(b) < int(size) {
		return nil, fmt.Errorf("wav: cut short, %d of %d bytes are there", len(b), size)
	}
	pcm := make([]int16, len(b)/2)
	for i := range pcm {
		pcm[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return pcm, nil
}

// skip passes over a chunk that does not matter. Chunks have an even length.
func skip(r io.Reader, size uint32) error {
	n := int64(size) + int64(size%2)
	if got, err := io.CopyN(io.Discard, r, n); err != nil {
		return fmt.Errorf("wav: cut short, %d of %d bytes are there", got, n)
	}
	return nil
}
