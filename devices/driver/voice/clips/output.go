package clips

import (
	"fmt"
	"path/filepath"
	"strings"
)

// CheckLink tells what is wrong with an output's name, without any I/O.
func CheckLink(text string) error {
	scheme, rest, _ := strings.Cut(text, ":")
	switch {
	case scheme == "aplay" && rest != "" && !strings.ContainsAny(rest, " \t\n\x00"):
		return nil
	case scheme == "wav" && filepath.IsAbs(rest):
		return nil
	}
	return fmt.Errorf("want aplay:DEVICE, such as aplay:default or aplay:plughw:1,0, or wav:/PATH")
}

// OpenOutput opens what a link names, for sound of a rate. With instant a WAV
// file does not take the time of an announcement.
func OpenOutput(text string, rate int, instant bool) (Output, error) {
	if err := CheckLink(text); err != nil {
		return nil, fmt.Errorf("clips: output %q: %w", text, err)
	}
	scheme, rest, _ := strings.Cut(text, ":")
	if scheme == "aplay" {
		return Aplay{Device: rest}, nil
	}
	return OpenFile(rest, rate, instant)
}
