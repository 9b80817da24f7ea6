package identity

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var testKey = Key(bytes.Repeat([]byte{7}, KeySize))

func hashOf(t interface{ Fatal(...any) }, key Key, text string) string {
	n, err := Parse(text, today)
	if err != nil {
		t.Fatal(err)
	}
	return Hash(key, n)
}

// R-SEC-07: the stored form is one for one person, another under another key,
// and says nothing of the number. The expected value was computed with OpenSSL.
func TestHash(t *testing.T) {
	const want = "wujt7ydbmtrsgw6purzivcug45ezdc75pi75oxsz2bnixcjedauq"
	got := hashOf(t, testKey, "34052419800101001X")
	if got != want {
		t.Errorf("hash is %s, want %s", got, want)
	}
	for _, same := range []string{"34052419800101001x", "340524 19800101 001X", "340524800101001"} {
		if hashOf(t, testKey, same) != got {
			t.Errorf("%q has another hash", same)
		}
	}
	other := bytes.Clone(testKey)
	other[0]++
	if hashOf(t, other, "34052419800101001X") == got || hashOf(t, testKey, "11010519491231002X") == got {
		t.Error("two keys or two persons have one hash")
	}
}

func TestHashForm(t *testing.T) {
	form := regexp.MustCompile(`^[a-z2-7]{52}$`)
	rapid.Check(t, func(t *rapid.T) {
		s := drawNumber(t)
		h := hashOf(t, testKey, s)
		if !form.MatchString(h) || strings.Contains(h, s) {
			t.Fatalf("hash %q", h)
		}
	})
}

func TestKeyFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "person.key")
	k := NewKey()
	if bytes.Equal(k, NewKey()) || len(k) != KeySize {
		t.Fatal("two new keys are the same, or short")
	}
	if err := WriteKey(path, k); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if got, err := LoadKey(path); err != nil || !bytes.Equal(got, k) {
		t.Errorf("the key comes back as another: %v", err)
	}
	if err := WriteKey(path, NewKey()); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), path+": is there already") {
		t.Errorf("written over: %v", err)
	}
	if err := WriteKey(filepath.Join(dir, "short"), k[:8]); !errors.Is(err, ErrKey) {
		t.Errorf("a short key: %v", err)
	}
}

// Each mistake is said with the file and what is wanted, and without the key.
func TestKeyFileMistakes(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		name, text string
		mode       fs.FileMode
		want       string
	}{
		{"short", strings.Repeat("ab", 16), 0o600, "16 bytes, want at least 32"},
		{"empty", "", 0o600, "0 bytes, want at least 32"},
		{"words", "correct horse battery staple\n", 0o600, "want hexadecimal digits on one line"},
		{"group", strings.Repeat("ab", 32), 0o640, "mode 0640), want 0600"},
		{"world", strings.Repeat("ab", 32), 0o604, "mode 0604), want 0600"},
	} {
		path := filepath.Join(dir, c.name)
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := LoadKey(path)
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "abab") || strings.Contains(err.Error(), "horse")) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	if _, err := LoadKey(dir); !errors.Is(err, ErrKey) {
		t.Errorf("a folder: %v", err)
	}
	if _, err := LoadKey(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestHashRefusesAShortKey(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a hash was made with an empty key")
		}
	}()
	Hash(nil, Number{text: "34052419800101001X"})
}
