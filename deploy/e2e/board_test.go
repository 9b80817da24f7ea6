package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
)

// board is the call board of the hall in its window.
type board struct{ h *house }

// shown is what the board says that it shows.
type shown struct {
	Calls []struct {
		Number string `json:"number"`
		Window string `json:"window"`
	} `json:"calls"`
	Waiting int    `json:"waiting"`
	Link    string `json:"link"` // "" while the controller is there
}

// startBoard starts the board; the controller must run.
func (h *house) startBoard() board {
	h.t.Helper()
	h.start("board")
	return board{h}
}

// shows waits until the board is as wanted.
func (b board) shows(limit time.Duration, what string, want func(shown) bool) {
	b.h.t.Helper()
	until(b.h.t, limit, what, func() error {
		var s shown
		if err := getJSON(b.h.health("board")+"/board", &s); err != nil {
			return err
		}
		if !want(s) {
			return fmt.Errorf("it shows %+v", s)
		}
		return nil
	})
}

// calls waits until the board shows a number with its window, on top.
func (b board) calls(number, window string) {
	b.h.t.Helper()
	b.shows(5*time.Second, "the board calls "+number, func(s shown) bool {
		return len(s.Calls) > 0 && s.Calls[0].Number == number && s.Calls[0].Window == window
	})
}

// A board that has lost the controller keeps what it showed and says so; after
// a crash of its own it shows the same; when the controller is back it is right
// at once (R-BOARD-06).
func TestBoardWithoutTheHall(t *testing.T) {
	h := newHouse(t)
	h.start("hallsim", "hall", "kiosk")
	b := h.startBoard()
	k := h.citizen("kiosk")
	h.picture("board", "", 0.1)
	desk := h.desk()
	h.signsIn(desk, "w02", "1003")
	h.goTo(k, "housing")
	h.touch(k, "service", "housing-rent")
	first := h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "done" }).Number
	h.call(desk, "w02", first)
	b.calls(first, "2号窗口")
	h.picture("board", "board-called", 0.1)

	h.kill("hall")
	b.shows(15*time.Second, "the board says that the controller is away", func(s shown) bool { return s.Link != "" })
	h.picture("board", "board-away", 0.01)
	kept := func(s shown) bool { return s.Link != "" && len(s.Calls) == 1 && s.Calls[0].Number == first }
	b.shows(time.Second, "the board keeps the call", kept)
	until(t, 5*time.Second, "the call is on the board's disk", func() error {
		b, err := os.ReadFile(filepath.Join(h.dir, "data", "board-1", "board.json"))
		if err == nil && !bytes.Contains(b, []byte(first)) {
			err = errors.New("not in board.json")
		}
		return err
	})
	h.kill("board")
	h.launch("board")
	b.shows(20*time.Second, "the board shows its last good data after a crash", kept)

	h.start("hall")
	b.shows(15*time.Second, "the board is back", func(s shown) bool { return s.Link == "" })
	b.shows(2*time.Second, "the board is right", func(s shown) bool { return len(s.Calls) == 1 && s.Calls[0].Number == first })
}

// call calls the next one at a window, who must be that number.
func (h *house) call(d *people.Desk, window, number string) {
	h.t.Helper()
	a, err := d.Ask(h.t.Context(), contract.AskWindowNext, contract.WindowRef{Window: window})
	if err != nil || a.Window.Number != number {
		h.t.Fatalf("window %s calls %q, %v; want %s", window, a.Window.Number, err, number)
	}
}
