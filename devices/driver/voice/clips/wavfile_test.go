package clips

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	pack "hallward/devices/voice/clips"
)

func sound(n int, v int16) pack.Sound {
	s := pack.Sound{Rate: rate, PCM: make([]int16, n)}
	for i := range s.PCM {
		s.PCM[i] = v
	}
	return s
}

// samples counts them with sox, which knows nothing of this program.
func samples(t *testing.T, file string) int {
	t.Helper()
	out, err := exec.Command("sox", "--i", "-s", file).CombinedOutput()
	if err != nil {
		t.Fatalf("sox (apt-get install sox): %v: %s", err, out)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func open(t *testing.T, path string) *File {
	t.Helper()
	f, err := OpenFile(path, rate, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// The file is whole after each announcement, goes on after a restart, and what a
// power cut left behind its end is written over.
func TestFileGrows(t *testing.T) {
	path := filepath.Join(t.TempDir(), "all.wav")
	f := open(t, path)
	if samples(t, path) != 0 {
		t.Error("a new file is not empty")
	}
	if err := f.Play(t.Context(), sound(1000, 1), "one"); err != nil || samples(t, path) != 1000 {
		t.Error(err, samples(t, path))
	}
	if err := f.Play(t.Context(), sound(100, 0), ""); err != nil || samples(t, path) != 1000 {
		t.Error("silence that only tries the file is in it", err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	torn, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := torn.Write(bytes.Repeat([]byte{9}, 50_001)); err != nil {
		t.Fatal(err)
	}
	torn.Close()
	f = open(t, path)
	if err := f.Play(t.Context(), sound(2000, 2), "two"); err != nil {
		t.Fatal(err)
	}
	between := rate / 2
	if n := samples(t, path); n != 3000+between {
		t.Errorf("%d samples", n)
	}
	raw, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	_, pcm, err := pack.ReadWAV(raw, 1<<20)
	if err != nil || pcm[999] != 1 || pcm[1000] != 0 || pcm[1000+between-1] != 0 || pcm[1000+between] != 2 || pcm[len(pcm)-1] != 2 {
		t.Error("the sounds are not where they were put", err)
	}
	labels, err := os.ReadFile(path + ".txt")
	if want := "0.000000\t0.045351\tone\n0.545351\t0.636054\ttwo\n"; err != nil || string(labels) != want {
		t.Errorf("%q, %v", labels, err)
	}
}

// A file of somebody else is left as it is.
func TestForeignFiles(t *testing.T) {
	other := pack.Header(44100, 2)
	short := pack.Header(rate, 100)
	for name, data := range map[string][]byte{"text": []byte("minutes of a meeting"), "rate": append(other[:], 0, 0, 0, 0), "short": short[:], "large": bytes.Repeat([]byte{1}, 100)} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		if f, err := OpenFile(path, rate, true); err == nil {
			f.Close()
			t.Errorf("%s was opened", name)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, data) {
			t.Errorf("%s was changed", name)
		}
	}
	f := open(t, filepath.Join(t.TempDir(), "a.wav"))
	if err := f.Play(t.Context(), pack.Sound{Rate: 44100, PCM: make([]int16, 10)}, "x"); err == nil {
		t.Error("another rate was taken")
	}
	f.samples = mostFile/2 - 10
	if err := f.Play(t.Context(), sound(100, 1), "x"); err == nil {
		t.Error("the file grew past what its header can say")
	}
	if _, err := OpenFile(filepath.Join(t.TempDir(), "none", "a.wav"), rate, true); err == nil {
		t.Error("a folder that is not there was made")
	}
}

// An announcement takes its time, as on a sound card.
func TestFileTakesItsTime(t *testing.T) {
	f, err := OpenFile(filepath.Join(t.TempDir(), "a.wav"), rate, false)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	begun := time.Now()
	if err := f.Play(t.Context(), sound(rate/5, 1), "x"); err != nil || time.Since(begun) < 200*time.Millisecond {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
}
