package media

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// picture is a PNG of a size, another one for each shade.
func picture(t testing.TB, w, h int, shade uint8) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, w, h))
	img.SetGray(0, 0, color.Gray{Y: shade})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func write(t testing.TB, path string, raw []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 40)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// HALL-013: only what its name says, within the limits, is taken for a picture.
func TestCheck(t *testing.T) {
	var g bytes.Buffer
	if err := gif.Encode(&g, image.NewPaletted(image.Rect(0, 0, 2, 2), color.Palette{color.Black, color.White}), nil); err != nil {
		t.Fatal(err)
	}
	good := picture(t, 30, 40, 1)
	for name, c := range map[string]struct {
		raw  []byte
		as   string
		want string
	}{
		"png":       {good, Name(good), ""},
		"jpeg":      {photo(t), Name(photo(t)), ""},
		"torn":      {good[:20], Name(good), "SHA-256"},
		"exchanged": {picture(t, 30, 40, 2), Name(good), "SHA-256"},
		"torn head": {good[:20], Name(good[:20]), "no picture"},
		"gif":       {g.Bytes(), Name(g.Bytes()), "format gif"},
		"text":      {[]byte("<html>"), Name([]byte("<html>")), "no picture"},
		"too wide":  {picture(t, MaxSide+1, 1, 0), Name(picture(t, MaxSide+1, 1, 0)), "4097×1"},
		"too large": {make([]byte, MaxBytes+1), Name(make([]byte, MaxBytes+1)), "larger than"},
		"empty":     {nil, Name(nil), "no picture"},
	} {
		switch err := Check(c.as, c.raw); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestValidName(t *testing.T) {
	name := Name(nil)
	if !ValidName(name) {
		t.Error(name)
	}
	for _, n := range []string{"", name[1:], name + "0", strings.ToUpper(name), "../" + name[3:], name[:63] + "g"} {
		if ValidName(n) {
			t.Errorf("%q is a name", n)
		}
	}
}

// The pictures of a folder are found by their names; links, hidden files and
// what is no picture are not given out.
func TestIndex(t *testing.T) {
	dir := t.TempDir()
	inside, outside := filepath.Join(dir, "pictures"), filepath.Join(dir, "secret.png")
	one, two := picture(t, 30, 40, 1), photo(t)
	write(t, filepath.Join(inside, "1003.png"), one)
	write(t, filepath.Join(inside, "slides", "a.jpg"), two)
	write(t, filepath.Join(inside, ".hidden.png"), picture(t, 3, 4, 3))
	write(t, filepath.Join(inside, "notes.txt"), []byte("no picture"))
	write(t, outside, picture(t, 3, 4, 4))
	if err := os.Symlink(outside, filepath.Join(inside, "link.png")); err != nil {
		t.Fatal(err)
	}
	names, err := Names(inside)
	if err != nil || !maps.Equal(names, map[string]string{"1003.png": Name(one), "slides/a.jpg": Name(two)}) {
		t.Errorf("%v, %v", names, err)
	}
	if n, err := Sum(filepath.Join(inside, "1003.png")); err != nil || n != Name(one) {
		t.Errorf("%s, %v", n, err)
	}
	for path, want := range map[string]string{filepath.Join(inside, "notes.txt"): "notes.txt", filepath.Join(inside, "none.png"): "none.png", inside: "regular"} {
		if _, err := Sum(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
	x, err := Open(inside)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	if p := x.Problems(); x.Len() != 2 || len(p) != 1 || p[0].File != "notes.txt" {
		t.Errorf("%d pictures, problems %v", x.Len(), p)
	}
	f, kind, err := x.Find(Name(two), time.Now())
	if err != nil || kind != "image/jpeg" {
		t.Fatalf("%s, %v", kind, err)
	}
	defer f.Close()
	if raw, err := io.ReadAll(f); err != nil || !slices.Equal(raw, two) {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
	for _, name := range []string{Name(picture(t, 3, 4, 3)), Name(picture(t, 3, 4, 4)), "", "../secret.png"} {
		if _, _, err := x.Find(name, time.Now().Add(time.Hour)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := Open(filepath.Join(dir, "none")); err == nil {
		t.Error("a folder that is not there was opened")
	}
}

// A picture that has come is found within ten seconds, one that was exchanged is
// no longer given out under its old name, and a flood of wrong names does not
// read the folder again and again.
func TestIndexFollows(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "1003.png")
	one, two := picture(t, 30, 40, 1), picture(t, 31, 40, 2)
	write(t, path, one)
	x, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	found := func(raw []byte, now time.Time) bool {
		f, _, err := x.Find(Name(raw), now)
		if err == nil {
			f.Close()
		}
		return err == nil
	}
	now := time.Now()
	if !found(one, now) {
		t.Error("the first picture is not found")
	}
	write(t, path, two)
	if err := os.Chtimes(path, now, now.Add(-time.Minute)); err != nil {
		t.Fatal(err)
	}
	if found(one, now) {
		t.Error("the old picture is given out, with other bytes")
	}
	if found(two, now) {
		t.Error("the folder was read again at once")
	}
	if !found(two, now.Add(rescan)) || found(one, now.Add(rescan)) {
		t.Error("the new picture is not found after a while")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if found(two, now.Add(3*rescan)) || x.Len() != 0 {
		t.Error("a picture that is gone is found")
	}
}

// Whatever bytes come, Check neither panics nor takes a picture beyond its
// limits.
func FuzzCheck(f *testing.F) {
	f.Add(picture(f, 3, 4, 1))
	f.Add(photo(f))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x02\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if Check(Name(raw), raw) != nil {
			return
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(raw)); err != nil || c.Width > MaxSide || c.Height > MaxSide {
			t.Errorf("%d×%d, %v", c.Width, c.Height, err)
		}
	})
}
