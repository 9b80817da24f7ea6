package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/media"
	"hallward/kiosk/display/keeper"
	"hallward/kiosk/display/model"
)

// face waits until the display of window 3 is as wanted, and tells how long it
// took.
func (h *house) face(what string, want func(keeper.WindowPage) bool) time.Duration {
	h.t.Helper()
	begin := time.Now()
	until(h.t, 30*time.Second, "the display of the window: "+what, func() error {
		var p keeper.WindowPage
		if err := getJSON(h.health("window")+"/window", &p); err != nil {
			return err
		}
		if !want(p) {
			return fmt.Errorf("it shows %+v", p)
		}
		return nil
	})
	return time.Since(begin)
}

// The display of a window names who is signed in now: A, then nobody, then B,
// with the photo of each, fetched from the hall (R-WIN-01, -02); it shows the
// call with its caption (R-ACC-06), the pause with its reason, and keeps the
// last number without the hall.
func TestWindowDisplay(t *testing.T) {
	h := newHouse(t)
	h.do("hallctl", "pki", "issue", "--dir", "pki", hallID+"/window-3")
	h.start("hallsim", "hall", "window")
	photo := func(number string) string {
		name, err := media.Sum(h.file(filepath.Join("photos", number+".png")))
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	there := func(name, number string) func(keeper.WindowPage) bool {
		return func(p keeper.WindowPage) bool { return p.Staff == name && p.Photo == photo(number) && p.Link == "" }
	}
	nobody := func(p keeper.WindowPage) bool {
		return p.Condition == model.Unstaffed && p.Staff == "" && p.Photo == "" && p.Number == ""
	}
	h.face("nobody is there", nobody)
	h.picture("window", "window-unstaffed", 0.1)

	desk := h.desk()
	do := func(typ string, data any) {
		t.Helper()
		if a, err := desk.Ask(t.Context(), typ, data); err != nil {
			t.Fatalf("%s: %+v, %v", typ, a, err)
		}
	}
	here := contract.WindowRef{Window: "w03"}
	h.signsIn(desk, "w03", "1003")
	took := h.face("A is there", there("孙样例", "1003"))
	until(t, 30*time.Second, "A's photo is kept", func() error {
		_, err := media.Sum(filepath.Join(h.dir, "data", "window-3", "media", photo("1003")))
		return err
	})
	do(contract.AskWindowSignOut, here)
	h.face("A has left", nobody)
	h.signsIn(desk, "w03", "1004")
	took = max(took, h.face("B has taken over", there("李样例", "1004")))
	t.Logf("a person who signs in is shown after %v at most", took)

	h.picture("window", "window-idle", 0.1)
	kiosk := h.node(t, "kiosk-1", "kiosk")
	h.connect(kiosk)
	a, err := kiosk.Ask(t.Context(), contract.AskTicketTake, contract.TakeTicket{Service: "housing-permit", Lang: "zh-CN"})
	var ticket contract.Ticket
	if err != nil || json.Unmarshal(a.Data, &ticket) != nil || ticket.Ticket == "" {
		t.Fatalf("no number: %+v, %v", a, err)
	}
	if a, err := kiosk.Ask(t.Context(), contract.AskTicketNoted, contract.TicketRef{Ticket: ticket.Ticket}); err != nil || a.Error != nil {
		t.Fatal(a.Error, err)
	}
	h.face("one is waiting", func(p keeper.WindowPage) bool { return p.Waiting == 1 })
	h.call(desk, "w03", ticket.Number)
	h.face("the call", func(p keeper.WindowPage) bool {
		return p.Condition == model.Called && p.Number == ticket.Number && p.Flashing && p.Caption != ""
	})
	h.picture("window", "window-called", 0.1)
	do(contract.AskWindowStart, here)
	serving := func(p keeper.WindowPage) bool {
		return p.Condition == model.Serving && p.Number == ticket.Number && p.Caption == ""
	}
	h.face("the service", serving)

	h.kill("hall")
	h.face("the hall is away", func(p keeper.WindowPage) bool { return p.Link != "" && p.Number == ticket.Number })
	until(t, 30*time.Second, "it is on the display's disk", func() error {
		b, err := os.ReadFile(filepath.Join(h.dir, "data", "window-3", keeper.File))
		if err == nil && !bytes.Contains(b, []byte(`"ticket_state":"serving"`)) {
			err = errors.New("not in the file")
		}
		return err
	})
	h.kill("window")
	h.launch("window")
	h.face("after a crash", func(p keeper.WindowPage) bool { return p.Link != "" && p.Number == ticket.Number })
	h.start("hall")
	h.face("the hall is back", func(p keeper.WindowPage) bool { return p.Link == "" && serving(p) && p.Staff == "李样例" })

	do(contract.AskWindowFinish, here)
	do(contract.AskWindowPause, contract.WindowRef{Window: "w03", Reason: "file"})
	h.face("the pause", func(p keeper.WindowPage) bool {
		return p.Condition == model.Paused && len(p.More) > 0 && p.Number == ""
	})
	h.picture("window", "window-paused", 0.05)
}
