package clips

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"time"
)

// Microphone records from an ALSA device with arecord of alsa-utils, in whole
// seconds.
func Microphone(device string) func(ctx context.Context, rate int, length time.Duration) ([]int16, error) {
	return func(ctx context.Context, rate int, length time.Duration) ([]int16, error) {
		seconds := max(1, int(length/time.Second))
		cmd := exec.CommandContext(ctx, "arecord", "-q", "-D", device, "-t", "wav", "-f", "S16_LE", "-c", "1",
			"-r", strconv.Itoa(rate), "-d", strconv.Itoa(seconds), "-")
		var complaint bytes.Buffer
		cmd.Stderr = &complaint
		cmd.WaitDelay = time.Second
		out, err := cmd.Output()
		if errors.Is(err, exec.ErrNotFound) {
			return nil, fmt.Errorf("%w: install the package alsa-utils", err)
		}
		if err != nil {
			return nil, fmt.Errorf("arecord on %s: %w: %.300q", device, err, complaint.String())
		}
		got, pcm, err := ReadWAV(bytes.NewReader(out), (seconds+1)*rate)
		if err != nil {
			return nil, fmt.Errorf("arecord on %s: %w", device, err)
		}
		if got != rate {
			return nil, fmt.Errorf("arecord on %s: %d samples a second, want %d", device, got, rate)
		}
		return pcm, nil
	}
}
