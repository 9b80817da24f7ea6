package clips

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	pack "hallward/devices/voice/clips"
)

// Between is the silence between two announcements in a file.
const Between = 500 * time.Millisecond

// mostFile is how large a WAV file may become, in bytes; its header counts in 32
// bits.
const mostFile = 1 << 30

// File is a WAV file that takes every announcement. It is valid after each.
type File struct {
	path    string
	instant bool
	rate    int
	mu      sync.Mutex
	wav     *os.File
	labels  *os.File
	samples int
}

var _ Output = (*File)(nil)

// OpenFile opens a WAV file, or makes it, and goes on at its end. With instant
// an announcement does not take its time to be played. A file of another format
// is left as it is: the error says so.
func OpenFile(path string, rate int, instant bool) (*File, error) {
	wav, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	labels, err := os.OpenFile(path+".txt", os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		wav.Close()
		return nil, err
	}
	f := &File{path: path, instant: instant, rate: rate, wav: wav, labels: labels}
	if err := f.resume(); err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

// resume reads how much is in the file. Samples behind the length of the header
// are of an announcement that was cut off: they are written over.
func (f *File) resume() error {
	info, err := f.wav.Stat()
	if err != nil {
		return err
	}
	if info.Size() == 0 {
		return f.header()
	}
	var have [pack.HeaderSize]byte
	if _, err := io.ReadFull(f.wav, have[:]); err != nil {
		return errors.New("is not a WAV file of this voice: take another name, or move it away")
	}
	f.samples = int((uint32(have[40]) | uint32(have[41])<<8 | uint32(have[42])<<16 | uint32(have[43])<<24) / 2)
	if have != pack.Header(f.rate, f.samples) || pack.HeaderSize+2*int64(f.samples) > info.Size() {
		return fmt.Errorf("is not a WAV file of this voice, %d samples a second, mono: take another name, or move it away", f.rate)
	}
	return nil
}

func (f *File) header() error {
	h := pack.Header(f.rate, f.samples)
	_, err := f.wav.WriteAt(h[:], 0)
	return err
}

func (f *File) String() string { return "wav:" + f.path }

// Play appends a sound, first the samples and then the header, and takes as long
// as the sound.
func (f *File) Play(ctx context.Context, s pack.Sound, label string) error {
	if s.Rate != f.rate {
		return fmt.Errorf("%d samples a second, the file has %d", s.Rate, f.rate)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if label != "" { // silence that only tries the output is not kept
		if err := f.append(s.PCM, label); err != nil {
			return err
		}
	}
	if f.instant {
		return nil
	}
	end := time.NewTimer(s.Length())
	defer end.Stop()
	select {
	case <-end.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *File) append(pcm []int16, label string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	quiet := 0
	if f.samples > 0 {
		quiet = int(Between * time.Duration(f.rate) / time.Second)
	}
	at := f.samples + quiet
	end := at + len(pcm)
	if end > mostFile/2 {
		return fmt.Errorf("larger than %d bytes: move the file away", mostFile)
	}
	b := pack.Bytes(append(make([]int16, quiet), pcm...))
	if _, err := f.wav.WriteAt(b, pack.HeaderSize+2*int64(f.samples)); err != nil {
		return err
	}
	f.samples = end
	if err := f.header(); err != nil {
		return err
	}
	seconds := func(n int) float64 { return float64(n) / float64(f.rate) }
	_, err := fmt.Fprintf(f.labels, "%.6f\t%.6f\t%s\n", seconds(at), seconds(end), label)
	return err
}

// Close closes the file.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return errors.Join(f.wav.Close(), f.labels.Close())
}
