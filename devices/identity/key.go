package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
)

// Key is the secret of a hall's hashes. With it the number of every hash is
// found in minutes, since there are few numbers: it stands in a file that only
// the program can read, and is the same for all kiosks of a hall.
type Key []byte

// KeySize is the length of a key from NewKey, in bytes, and the shortest that
// LoadKey takes.
const KeySize = 32

// String hides the key.
func (Key) String() string { return "person key" }

// Format hides it from every verb of fmt.
func (k Key) Format(f fmt.State, _ rune) { io.WriteString(f, k.String()) }

// LogValue keeps it out of logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }

// NewKey makes a key from the machine's randomness.
func NewKey() Key {
	k := make(Key, KeySize)
	rand.Read(k) // never fails (crypto/rand)
	return k
}

// ErrKey is a key file that cannot be used as it is: a person has to mend it.
var ErrKey = errors.New("person key")

// WriteKey writes a key to a new file with mode 0600. A file that is there
// already is left alone: with another key no ticket of the day is recognised.
func WriteKey(path string, k Key) error {
	if len(k) < KeySize {
		return fmt.Errorf("%w: %d bytes, want at least %d", ErrKey, len(k), KeySize)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%w %s: is there already and is kept", ErrKey, path)
	}
	if err != nil {
		return fmt.Errorf("person key: %w", err)
	}
	_, err = io.WriteString(f, hex.EncodeToString(k)+"\n")
	return errors.Join(err, f.Sync(), f.Close())
}

// largestKey bounds what LoadKey reads, in bytes.
const largestKey = 4096

// LoadKey reads a key file: hexadecimal, at least 64 digits, on one line. The
// file must be a regular one that only its owner can read (mode 0600). Errors
// wrap ErrKey, or the file system's error when there is no such file.
func LoadKey(path string) (Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("person key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fmt.Errorf("person key: %w", err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%w %s: is no file", ErrKey, path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, fmt.Errorf("%w %s: others can read or change it (mode %04o), want 0600", ErrKey, path, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, largestKey))
	if err != nil {
		return nil, fmt.Errorf("person key: %w", err)
	}
	k, err := hex.DecodeString(strings.TrimSpace(string(b)))
	clear(b)
	switch {
	case err != nil: // its text would show a part of the key
		return nil, fmt.Errorf("%w %s: want hexadecimal digits on one line", ErrKey, path)
	case len(k) < KeySize:
		return nil, fmt.Errorf("%w %s: %d bytes, want at least %d", ErrKey, path, len(k), KeySize)
	}
	return k, nil
}

// domain keeps these hashes apart from any other use of the same key.
const domain = "hallward/person/1\x00"

// encoding has no characters that look alike, and fits URLs and topics.
var encoding = base32.StdEncoding.WithPadding(base32.NoPadding)

// Hash is the name by which a hall knows a person for a day: HMAC-SHA256 of the
// number under the key, 52 characters a-z and 2-7. All ways of writing a
// number, and the old form of 15 digits, give the same hash. It panics on a
// key shorter than KeySize, which LoadKey never gives.
func Hash(key Key, n Number) string {
	if len(key) < KeySize {
		panic("identity: hash with a key of " + fmt.Sprint(len(key)) + " bytes")
	}
	m := hmac.New(sha256.New, key)
	io.WriteString(m, domain)
	io.WriteString(m, n.text)
	return strings.ToLower(encoding.EncodeToString(m.Sum(nil)))
}
