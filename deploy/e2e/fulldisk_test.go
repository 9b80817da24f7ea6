package e2e

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// smallDisk puts a disk of its own, in memory, below a folder of the house, and
// gives what fills it and what empties it again.
func (h *house) smallDisk(folder, size string) (fill, empty func()) {
	h.t.Helper()
	dir := filepath.Join(h.dir, folder)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		h.t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		h.t.Fatalf("a small disk at %s: mount: %v (this test needs the right to mount)", folder, err)
	}
	h.t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			h.t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	fill = func() {
		h.t.Helper()
		f, err := os.Create(ballast)
		if err != nil {
			h.t.Fatal(err)
		}
		defer f.Close()
		for block := make([]byte, 64<<10); len(block) > 0; {
			if _, err := f.Write(block); errors.Is(err, unix.ENOSPC) {
				block = block[:len(block)/2]
			} else if err != nil {
				h.t.Fatal(err)
			}
		}
	}
	empty = func() {
		h.t.Helper()
		if err := os.Remove(ballast); err != nil {
			h.t.Fatal(err)
		}
	}
	return fill, empty
}

// A full disk under the hall controller (S62): it gives no number, and nothing
// is called or shown that is not stored; the window and the health page say so,
// and the kiosk too once its lent numbers are used up; and when there is room
// again those join the queue and the next number follows the last.
func TestBadInputFullDisk(t *testing.T) {
	h := newHouse(t)
	fill, empty := h.smallDisk("data/hall", "4m")
	h.start("centre", "hallsim", "hall")
	k := h.kiosk("kiosk-1")
	alive := h.sameProcess("hall", "centre", k.process())
	board := h.mustDialRaw("board-1")
	if !board.subscribe(topics.View(contract.ViewCalls)) {
		t.Fatal("a board may not read the calls")
	}
	desk := h.desk()
	w02 := contract.WindowRef{Window: "w02"}
	if _, err := desk.Ask(t.Context(), contract.AskWindowSignIn, contract.SignIn{Window: "w02", Staff: "1003", PIN: "1003"}); err != nil {
		t.Fatal(err)
	}
	numbers := []string{k.take("housing", "housing-rent"), k.take("housing", "housing-rent")}

	fill()
	// What SQLite has already reserved takes a few numbers more.
	until(t, 60*time.Second, "the kiosk refuses", func() error {
		k.choose("housing", "housing-rent")
		s := k.shows(20*time.Second, "an outcome", func(s headlessState) bool { return s.Screen == flow.Done || s.Screen == flow.Trouble })
		k.leave()
		if s.Screen == flow.Done {
			numbers = append(numbers, s.Number)
			return errors.New("it gives " + s.Number)
		}
		if s.Reason != flow.NoAnswer || s.Number != "" {
			t.Errorf("the page says %q, number %q; want no-answer and none", s.Reason, s.Number)
		}
		return nil
	})
	h.says("hall", "the journal takes nothing.*(full|no space)")
	if said, err := h.report("hall"); err == nil || !strings.Contains(said, "journal") || !strings.Contains(said, "full") {
		t.Errorf("the health page: %v: %s; want the full disk", err, said)
	}
	for range 3 {
		_, err := desk.Ask(t.Context(), contract.AskWindowNext, w02)
		var no *contract.Problem
		if !errors.As(err, &no) || no.Code != "storage" || !strings.Contains(no.Message, "无法保存") || !strings.Contains(no.MessageEN, "cannot save") {
			t.Fatalf("next: %v, want the words of the storage", err)
		}
	}
	// For longer than the hall's own rounds nothing of it gets out by the way.
	called := func() bool {
		return slices.ContainsFunc(board.got, func(m message) bool { return strings.Contains(m.payload, numbers[0]) })
	}
	if board.wait(2500*time.Millisecond, called) {
		t.Errorf("the board shows a call that is not stored: %q", board.messages(topics.View(contract.ViewCalls)))
	}
	if got := strings.Count(h.said("hall"), "the journal takes nothing"); got > 2 {
		t.Errorf("the hall's log says it %d times: one line for one fault", got)
	}

	empty()
	until(t, 20*time.Second, "the hall is well again", func() error { _, err := h.report("hall"); return err })
	numbers = append(numbers, k.take("housing", "housing-rent"))
	until(t, 10*time.Second, "the first is called", func() error {
		a, err := desk.Ask(t.Context(), contract.AskWindowNext, w02)
		if err == nil && (a.Ticket == nil || a.Ticket.Number != numbers[0]) {
			t.Errorf("%+v is called, want %s", a.Ticket, numbers[0])
		}
		return err
	})
	if !board.wait(5*time.Second, called) {
		t.Error("the board does not show the call")
	}
	a := h.account("everything at the centre", func(a *judge.Account) bool { return a.Call == 1 && len(a.Tickets) >= len(numbers) })
	if got, want := a.In(judge.Waiting), slices.Sorted(slices.Values(numbers[1:])); !slices.Equal(got, want) || len(a.Tickets) != len(numbers) {
		t.Errorf("%v, %q waiting; want exactly %q", a, got, want)
	}
	alive()
	h.stop(k.process())
	h.compare(nil)
}

// A full disk under the kiosk: the number that the hall has given is shown for
// the citizen to note, the paper is left alone, and both go on when there is
// room again.
func TestBadInputFullDiskOfTheKiosk(t *testing.T) {
	h := newHouse(t)
	fill, empty := h.smallDisk("data/kiosk-1", "2m")
	h.start("centre", "hallsim", "hall")
	k := h.kiosk("kiosk-1")
	alive := h.sameProcess("hall", "centre", k.process())
	first := k.take("housing", "housing-rent")
	fill()
	noted := ""
	until(t, 60*time.Second, "the kiosk cannot store", func() error {
		k.choose("housing", "housing-rent")
		s := k.shows(20*time.Second, "an outcome", func(s headlessState) bool { return s.Screen == flow.Done || s.Screen == flow.Unprinted })
		if s.Screen == flow.Done {
			k.leave()
			return fmt.Errorf("it prints %s", s.Number)
		}
		noted = s.Number
		k.tap(flow.Noted, "")
		k.shows(20*time.Second, "noted", func(s headlessState) bool { return s.Screen == flow.Done })
		k.leave()
		return nil
	})
	empty()
	last := ""
	until(t, 30*time.Second, "the kiosk prints again", func() error {
		k.choose("housing", "housing-rent")
		s := k.shows(20*time.Second, "an outcome", func(s headlessState) bool { return s.Screen == flow.Done || s.Screen == flow.Unprinted })
		if s.Screen == flow.Done {
			last = s.Number
			k.leave()
			return nil
		}
		k.tap(flow.GiveUp, "")
		k.leave()
		return errors.New(s.Number + " has no paper")
	})
	a := h.account("every number has its end", func(a *judge.Account) bool {
		return len(a.In(judge.Pending)) == 0 && slices.Contains(a.In(judge.Waiting), last)
	})
	for _, n := range []string{first, noted, last} {
		if !slices.Contains(a.In(judge.Waiting), n) {
			t.Errorf("%s does not wait: %v, %q", n, a, a.In(judge.Waiting))
		}
	}
	for _, told := range a.Tickets {
		if told.Issued.Number == noted && told.Proof != "noted" {
			t.Errorf("%s has the proof %q", noted, told.Proof)
		}
	}
	k.shows(10*time.Second, "nothing is left", func(s headlessState) bool { return s.Open == 0 && s.First == s.Last+1 })
	alive()
}
