package powercut

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// The model: what is synced stays, what is not is forgotten, kept or torn, and
// all three happen.
func TestCut(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(200) {
		d := NewDisk(Plan{})
		c, _ := d.create("log")
		d.write("log", c, []byte("synced"), 0)
		d.sync("log", c)
		d.syncNames()
		d.write("log", c, []byte(strings.Repeat("x", 3*sector)), 6)
		if errno := d.write("log", c, []byte("S"), 0); errno != 0 {
			t.Fatal(errno)
		}
		found := d.Cut(rand.New(rand.NewPCG(seed, 1)), Plan{})
		got := string(found.lookup("log").durable)
		if !strings.HasPrefix(got[1:], "ynced") {
			t.Fatalf("seed %d: what was synced is gone: %.20q", seed, got)
		}
		switch body := got[6:]; {
		case got == "synced":
			seen["forgotten"]++
		case got == "Synced"+strings.Repeat("x", 3*sector):
			seen["kept"]++
		case strings.Contains(body, "\x00") && strings.Contains(body, "x"):
			seen["torn"]++
		default:
			seen["part"]++
		}
		if errno := d.write("log", c, []byte("late"), 0); errno != syscall.EIO {
			t.Fatalf("a write after the cut: %v", errno)
		}
	}
	for _, kind := range []string{"forgotten", "kept", "torn", "part"} {
		if seen[kind] == 0 {
			t.Errorf("in 200 cuts nothing was %s: %v", kind, seen)
		}
	}
}

// A name is durable only after its folder was synced, and a rename is whole.
func TestCutNames(t *testing.T) {
	for seed := range uint64(50) {
		d := NewDisk(Plan{})
		a, _ := d.create("a")
		d.write("a", a, []byte("1"), 0)
		d.sync("a", a)
		d.syncNames()
		d.rename("a", "b")
		found := d.Cut(rand.New(rand.NewPCG(seed, 2)), Plan{})
		if names := found.list(); len(names) != 1 || string(found.lookup(names[0]).now) != "1" {
			t.Fatalf("seed %d: a rename left %v", seed, names)
		}
	}
}

// A failed sync reports once, and its data is readable but never durable.
func TestFailSync(t *testing.T) {
	d := NewDisk(Plan{FailSync: 1})
	c, _ := d.create("log")
	d.write("log", c, []byte("gone"), 0)
	if errno := d.sync("log", c); errno != syscall.EIO {
		t.Fatalf("the sync that should fail: %v", errno)
	}
	if errno := d.sync("log", c); errno != 0 {
		t.Fatalf("the sync after it: %v", errno)
	}
	d.syncNames()
	into := make([]byte, 4)
	if n, _ := d.read(c, into, 0); string(into[:n]) != "gone" {
		t.Errorf("read %q", into[:n])
	}
	if got := d.Cut(rand.New(rand.NewPCG(1, 1)), Plan{}).lookup("log").durable; len(got) != 0 {
		t.Errorf("the disk got %q", got)
	}
}

// Another program sees an ordinary directory, and a full disk as such.
func TestMount(t *testing.T) {
	d, dir := NewDisk(Plan{Capacity: 8 << 10}), t.TempDir()
	unmount, err := Mount(d, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unmount(); err != nil {
			t.Error(err)
		}
	})
	script := `set -e; cd "$0"; echo one > a; mv a b; echo two >> b; sync b; cat b; ls; rm b; ls; head -c 9000 /dev/zero > big`
	out, err := exec.Command("sh", "-c", script, dir).CombinedOutput()
	if err == nil || !strings.HasPrefix(string(out), "one\ntwo\nb\n") || !strings.Contains(string(out), "No space left") {
		t.Errorf("%v: %s", err, out)
	}
	if _, err := os.Stat(filepath.Join(dir, "b")); !os.IsNotExist(err) {
		t.Errorf("b: %v", err)
	}
}
