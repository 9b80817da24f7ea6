package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each program ends in order when it is asked to, in any order of the programs,
// and leaves no process and no device file behind.
func TestOrderlyStop(t *testing.T) {
	h := newHouse(t)
	all := []string{"centre", "hallsim", "hall", "kiosk", "board"}
	h.start(all...)
	if n := len(processesIn(t, h.dir)); n < len(all) {
		t.Fatalf("%d processes work in the house's folder, want %d", n, len(all))
	}
	// The controller goes first: the others must not wait for it.
	for _, name := range []string{"hall", "board", "kiosk", "hallsim", "centre"} {
		h.stop(name)
		if said := h.said(name); !strings.HasSuffix(said, "msg=stopped") {
			t.Errorf("%s did not say that it stopped:\n%s", name, said)
		}
	}
	if left := processesIn(t, h.dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	ports, _ := filepath.Glob(filepath.Join(h.dir, "sim", "*"))
	for _, p := range ports {
		if info, err := os.Lstat(p); err == nil && !info.IsDir() {
			t.Errorf("%s is left behind", p)
		}
	}
}

// processesIn lists the commands of the processes whose working directory is
// dir: the programs of a house, and whatever they have started.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil || len(links) == 0 {
		t.Fatalf("/proc: %d processes, %v", len(links), err)
	}
	var found []string
	for _, l := range links {
		if to, err := os.Readlink(l); err != nil || to != dir {
			continue // another's, or it has ended
		}
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(l), "cmdline"))
		found = append(found, strings.ReplaceAll(string(command), "\x00", " "))
	}
	return found
}
