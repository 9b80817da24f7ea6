// Package media is the pictures of a hall: photos of its staff and slides of its
// boards. A picture is named by the SHA-256 of its file, in lower-case hex, and
// lies at the hall's media address under that name (HALL-013): what a screen
// asks for never changes, and what arrives can be held against its name.
//
// The controller has a folder of files and finds them by name with an Index; a
// screen uses Check on what it has fetched, before anything of it is decoded.
package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats that a hall's pictures may have
	_ "image/png"
	"io"
	"os"
	"strings"
)

// Limits of one picture.
const (
	MaxBytes = 8 << 20 // of the file
	MaxSide  = 4096    // pixels, both ways
)

// ErrTooLarge is of a file of more than MaxBytes.
var ErrTooLarge = fmt.Errorf("larger than %d MiB", MaxBytes>>20)

// Types are the formats of pictures and their media types.
var Types = map[string]string{"jpeg": "image/jpeg", "png": "image/png"}

// ValidName tells whether a text has the form of a picture's name.
func ValidName(name string) bool {
	if len(name) != 2*sha256.Size {
		return false
	}
	return strings.Trim(name, "0123456789abcdef") == ""
}

// Name is the name of a file's content.
func Name(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

// Sum reads a picture and gives its name. The error says why a file is none.
func Sum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("media: %w", err)
	}
	defer f.Close()
	name, _, err := sum(f)
	if err != nil {
		return "", fmt.Errorf("media: %s: %w", path, err)
	}
	return name, nil
}

// sum is the name and the media type of an open file.
func sum(f *os.File) (name, kind string, err error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return "", "", err
	case !info.Mode().IsRegular():
		return "", "", errors.New("is not a regular file")
	case info.Size() > MaxBytes:
		return "", "", ErrTooLarge
	}
	raw, err := io.ReadAll(io.LimitReader(f, MaxBytes+1))
	if err != nil {
		return "", "", err
	}
	format, err := inspect(raw)
	if err != nil {
		return "", "", err
	}
	return Name(raw), Types[format], nil
}

// Check holds the content of a file against its name and against the limits,
// without decoding its pixels.
func Check(name string, raw []byte) error {
	if got := Name(raw); got != name {
		return fmt.Errorf("media: %d bytes with the SHA-256 %.12s…, want %.12s…", len(raw), got, name)
	}
	if _, err := inspect(raw); err != nil {
		return fmt.Errorf("media: %.12s…: %w", name, err)
	}
	return nil
}

// inspect reads the head of a picture.
func inspect(raw []byte) (format string, err error) {
	if len(raw) > MaxBytes {
		return "", ErrTooLarge
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(raw))
	switch {
	case err != nil:
		return "", fmt.Errorf("no picture: %w", err)
	case Types[format] == "":
		return "", fmt.Errorf("a picture in the format %s: want JPEG or PNG", format)
	case c.Width < 1 || c.Height < 1 || c.Width > MaxSide || c.Height > MaxSide:
		return "", fmt.Errorf("%d×%d pixels: want at most %d×%d", c.Width, c.Height, MaxSide, MaxSide)
	}
	return format, nil
}
