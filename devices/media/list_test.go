package media

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Slides come in the order of their files, new ones among them, and a picture
// that lies there twice comes once.
func TestList(t *testing.T) {
	folder := t.TempDir()
	put := func(file string, shade uint8) string {
		raw := picture(t, 4, 3, shade)
		write(t, filepath.Join(folder, file), raw)
		return Name(raw)
	}
	b := put("b.png", 20)
	x, err := Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	a, c := put("a.png", 10), put("sub/c.png", 30)
	put("d.png", 20)
	write(t, filepath.Join(folder, "e.txt"), []byte("no picture"))
	list := func(ahead time.Duration) []string {
		names, err := x.List(time.Now().Add(ahead))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	if got := list(0); !slices.Equal(got, []string{b}) {
		t.Errorf("at once: %v", got)
	}
	if got := list(time.Minute); !slices.Equal(got, []string{a, b, c}) {
		t.Errorf("after a while: %v, want %v", got, []string{a, b, c})
	}
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := x.List(time.Now().Add(time.Hour)); err == nil {
		t.Error("a folder that is gone is no error")
	}
}
