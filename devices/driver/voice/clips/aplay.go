package clips

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	pack "hallward/devices/voice/clips"
)

// Aplay is a sound card, through aplay of alsa-utils.
type Aplay struct {
	Device  string // of ALSA: "default", "plughw:1,0"
	Program string // "" is "aplay" in the path
}

var _ Output = Aplay{}

// leaveIn is how long a child that was killed may hold on to its pipes.
const leaveIn = time.Second

func (a Aplay) String() string { return "aplay:" + a.Device }

// Play starts aplay, feeds it, and waits until it has played all. It is killed
// when ctx ends. Its own words stand in the error.
func (a Aplay) Play(ctx context.Context, s pack.Sound, _ string) error {
	program := a.Program
	if program == "" {
		program = "aplay"
	}
	cmd := exec.CommandContext(ctx, program, "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", strconv.Itoa(s.Rate), "-D", a.Device, "-")
	cmd.Stdin = bytes.NewReader(pack.Bytes(s.PCM))
	said := &firstBytes{}
	cmd.Stderr = said
	cmd.WaitDelay = leaveIn
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("stopped before its end: %w", ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("%w: install alsa-utils", err)
	}
	if words := said.words(); words != "" {
		return fmt.Errorf("%w: %.200q", err, words)
	}
	return err
}

// Close does nothing: no child outlives its announcement.
func (Aplay) Close() error { return nil }

// mostWords bounds what is kept of a child's complaint, in bytes.
const mostWords = 4096

// firstBytes keeps the beginning of what is written.
type firstBytes struct{ kept []byte }

func (f *firstBytes) Write(p []byte) (int, error) {
	f.kept = append(f.kept, p[:min(len(p), mostWords-len(f.kept))]...)
	return len(p), nil
}

// words is the line that says what the matter is: aplay's own, which follows
// those of the ALSA library.
func (f *firstBytes) words() string {
	lines := strings.Split(strings.TrimSpace(string(f.kept)), "\n")
	for _, l := range lines {
		if strings.HasPrefix(l, "aplay:") {
			return l
		}
	}
	return lines[0]
}
