package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallward/devices/sim/people"
)

// ways are what people try on a kiosk to get out of it: keys of a keyboard that
// somebody has plugged in, and what a finger or a mouse can do beside a touch.
var ways = []string{
	"key Escape", "key alt+F4", "key ctrl+q", "key ctrl+w", "key ctrl+c", "key ctrl+v", "key ctrl+p", "key ctrl+o", "key ctrl+s",
	"key ctrl+n", "key ctrl+t", "key ctrl+shift+i", "key ctrl+alt+Delete", "key ctrl+alt+BackSpace", "key ctrl+alt+t",
	"key ctrl+alt+F2", "key alt+Tab", "key alt+space", "key alt+F2", "key super", "key super+r", "key super+d", "key super+l",
	"key Menu", "key Print", "key alt+Print", "key Help", "key F1", "key F5", "key F10", "key F11", "key F12",
	"key shift+F10", "key ctrl+Escape", "key XF86PowerOff", "key XF86HomePage", "key XF86WWW",
	"key shift key shift key shift key shift key shift", // sticky keys
	"key Tab key Tab key Tab key Return", "key Tab key space", "key BackSpace", "key Delete", "type admin",
	"mousemove 540 900 click 3", "mousemove 540 900 click 2", "mousemove 300 700 click 3", "click 4 click 5 click 6 click 7", "click 8 click 9",
	"mousemove 0 0 mousedown 1 mousemove 540 900 mouseup 1",         // a swipe from a corner
	"mousemove 540 0 mousedown 1 mousemove 540 1000 mouseup 1",      // from the top edge
	"mousemove 1079 960 mousedown 1 mousemove 200 960 mouseup 1",    // from the side
	"mousemove 540 1919 mousedown 1 mousemove 540 800 mouseup 1",    // from below
	"mousemove 0 0 click 1 mousemove 1079 0 click 1",                // the corners
	"mousemove 0 1919 click 1 mousemove 1079 1919 click 1",          //
	"keydown ctrl mousemove 540 900 click 3 click 4 keyup ctrl",     // zoom
	"keydown alt mousedown 3 mousemove 600 950 mouseup 3 keyup alt", // move and resize
}

// Nothing that is plugged in or pressed leads out of the kiosk: the same
// screen, the same single window, no other process (S30; R-KIOSK-27).
func TestKioskHasNoWayOut(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "attract" })
	h.touch(k, "start", "")
	h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "home" })
	h.picture("kiosk", "", 0.1)
	was := h.outline(k)
	windows := h.windows("kiosk")
	if windows == 0 {
		t.Fatal("xwininfo finds no window of the kiosk")
	}
	for _, way := range ways {
		cmd := exec.Command("xdotool", strings.Fields(way)...)
		cmd.Env = append(cmd.Environ(), "DISPLAY="+k.Display)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("xdotool %s: %v: %s", way, err, out)
		}
		// What comes late is seen at the next way.
		if now := h.outline(k); now != was {
			t.Fatalf("%s: the kiosk shows\n%s\nand before\n%s", way, now, was)
		}
	}
	h.picture("kiosk", "kiosk-after-escapes", 0)
	if now := h.outline(k); now != was {
		t.Fatalf("after all of them the kiosk shows\n%s\nand before\n%s", now, was)
	}
	if !h.running("kiosk") {
		t.Fatalf("the kiosk has ended: %v", h.process("kiosk").err)
	}
	if n := h.windows("kiosk"); n != windows {
		t.Errorf("%d windows stand on the screen, before %d", n, windows)
	}
	if kids := childrenOf(t, h.process("kiosk").cmd.Process.Pid); len(kids) > 0 {
		t.Errorf("the kiosk has started %q", kids)
	}
	// It still works.
	h.touch(k, "unit", "housing")
	h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Screen == "services" })
}

// outline is all that the kiosk tells of its window.
func (h *house) outline(k *people.Kiosk) string {
	h.t.Helper()
	s, err := k.Look(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	s.Words = nil // the clock and the countdown are among them
	b, err := json.Marshal(s)
	if err != nil {
		h.t.Fatal(err)
	}
	return string(b)
}

// windows counts what stands on the screen of a program.
func (h *house) windows(name string) (n int) {
	h.t.Helper()
	out, err := exec.Command("xwininfo", "-display", h.display(name), "-root", "-children").Output()
	if err != nil {
		h.t.Fatalf("xwininfo: %v", err)
	}
	for _, line := range strings.Split(string(out), "\n") {
		if rest, ok := strings.CutSuffix(strings.TrimSpace(line), " children:"); ok {
			n, _ = strconv.Atoi(rest)
		} else if strings.HasSuffix(line, " child:") {
			n = 1
		}
	}
	return n
}

// childrenOf lists the processes whose parent is pid.
func childrenOf(t *testing.T, pid int) []string {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		t.Fatalf("/proc: %d processes, %v", len(stats), err)
	}
	var found []string
	for _, s := range stats {
		b, err := os.ReadFile(s)
		if err != nil {
			continue // it has ended
		}
		// pid (command) state ppid …; the command may hold anything.
		end := strings.LastIndexByte(string(b), ')')
		var state string
		var parent int
		if n, _ := fmt.Sscan(string(b)[end+1:], &state, &parent); n == 2 && parent == pid {
			found = append(found, string(b[:end+1]))
		}
	}
	return found
}
