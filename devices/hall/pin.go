package hall

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// PIN rules: after PINTries wrong ones within PINWindow a person is refused
// until PINWindow after the last.
const (
	PINTries  = 5
	PINWindow = 5 * time.Minute
)

// PINIterations is the work of one hash: some milliseconds, as a sign-in holds
// up the hall for so long. A PIN is short; the throttle protects it, the hash
// only keeps it out of sight.
const PINIterations = 20000

// HashPIN makes the PINHash of a member of staff, for the configuration:
// "pbkdf2-sha256$20000$salt$key". Salt should be 16 random bytes.
func HashPIN(pin string, salt []byte, iterations int) (string, error) {
	key, err := pbkdf2.Key(sha256.New, pin, salt, iterations, sha256.Size)
	if err != nil {
		return "", fmt.Errorf("hall: PIN: %w", err)
	}
	e := base64.RawStdEncoding
	return fmt.Sprintf("pbkdf2-sha256$%d$%s$%s", iterations, e.EncodeToString(salt), e.EncodeToString(key)), nil
}

// CheckPINHash says what is wrong with the form of a PINHash.
func CheckPINHash(hash string) error {
	_, _, _, err := splitHash(hash)
	return err
}

func splitHash(hash string) (iterations int, salt, key []byte, err error) {
	want := fmt.Errorf("want pbkdf2-sha256$iterations$salt$key")
	p := strings.Split(hash, "$")
	if len(p) != 4 || p[0] != "pbkdf2-sha256" {
		return 0, nil, nil, want
	}
	iterations, err = strconv.Atoi(p[1])
	if err != nil || iterations < 1 || iterations > 10_000_000 {
		return 0, nil, nil, want
	}
	if salt, err = base64.RawStdEncoding.DecodeString(p[2]); err != nil {
		return 0, nil, nil, want
	}
	if key, err = base64.RawStdEncoding.DecodeString(p[3]); err != nil || len(key) != sha256.Size {
		return 0, nil, nil, want
	}
	return iterations, salt, key, nil
}

// HashLike is HashPIN with the salt and the iterations of another hash: the
// cards of all staff share them, so that a card is hashed once.
func HashLike(secret, hash string) (string, error) {
	iterations, salt, _, err := splitHash(hash)
	if err != nil {
		return "", fmt.Errorf("hall: %w", err)
	}
	return HashPIN(secret, salt, iterations)
}

func matchPIN(hash, pin string) bool {
	iterations, salt, key, err := splitHash(hash)
	if err != nil || len(pin) > 64 {
		return false
	}
	got, err := pbkdf2.Key(sha256.New, pin, salt, iterations, sha256.Size)
	return err == nil && subtle.ConstantTimeCompare(got, key) == 1
}
