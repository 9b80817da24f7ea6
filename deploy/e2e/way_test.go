package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/hardware"
	"hallward/devices/sim/people"
	"hallward/devices/sim/printer"
)

// The whole way: a finger on the kiosk, the number on paper and in its code,
// the call from a window's page, the number on the board, start and end of the
// service, a key on the keypad, the rating before the manager; a punch at the
// terminal, shown with the person; and each step once at the centre
// (R-KIOSK-07, R-QUE-01, R-PRN-01, R-KEY-08, R-ATT-13).
func TestTheWholeWay(t *testing.T) {
	const unit, service, window, keypad = "housing", "housing-rent", "w02", 2
	h := newHouse(t)
	h.start("centre", "hallsim", "hall", "kiosk")
	board := h.startBoard()
	k := h.citizen("kiosk")

	// The staff come first: one punches in at the terminal and sits down.
	h.post("/terminal/gate/punch?person=1003&verify=1")
	manager := h.browser()
	manager.signIn("hall", "1001")
	manager.do(unfold("punches"), unfold("ratings"), reads("#punches", "孙样例"), reads("#punches", "1003"))
	desk := h.browser()
	desk.signIn(window, "1003")

	number := h.takeByTouch(k, unit, service)
	slip := h.lastSlip("kiosk-1")
	ticket := h.readSlip(slip, number)
	desk.do(reads("#queue", number))

	board.shows(5*time.Second, "one is waiting", func(s shown) bool { return s.Waiting == 1 })
	h.picture("board", "board-before", 0.1)
	desk.do(offered("next"), key("n"), reads("#number", number), offered("start"))
	board.calls(number, "2号窗口")
	h.picture("board", "board", 0.1) // the called number fills a good part of it
	desk.keep("console-called")
	desk.do(key("s"), reads("#present", "办理中"), offered("finish"))
	desk.keep("console")
	desk.do(key("f"), offered("next"))

	h.rate(keypad, 3)
	manager.do(reads("#ratings [data-window=w02]", "1"),
		holds(`document.querySelector("#ratings [data-window=w02]").cells[1].innerText === "1"`))
	manager.keep("console-hall")

	h.arrivesOnce(ticket)
}

// takeByTouch walks from the first screen to a ticket with the pointer.
func (h *house) takeByTouch(k *people.Kiosk, unit, service string) (number string) {
	h.t.Helper()
	on := func(screen string) people.Screen {
		h.t.Helper()
		return h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == screen })
	}
	on("attract")
	h.picture("kiosk", "kiosk-attract", 0.1)
	h.touch(k, "start", "")
	on("home")
	h.picture("kiosk", "kiosk-home", 0.05)
	h.touch(k, "unit", unit)
	on("services")
	h.picture("kiosk", "kiosk-services", 0.02)
	h.touch(k, "service", service)
	done := on("done")
	h.picture("kiosk", "kiosk-done", 0.05)
	if done.Number == "" {
		h.t.Fatal("the kiosk shows no number")
	}
	h.touch(k, "finish", "")
	on("attract")
	return done.Number
}

// slip is one paper that came out of a simulated printer, and its picture.
type slip struct {
	printer.Paper
	picture string
}

// lastSlip fetches the last paper of a printer.
func (h *house) lastSlip(id string) slip {
	h.t.Helper()
	var papers []printer.Paper
	h.get(h.url(controlPort)+"/printer/"+id+"/papers", &papers)
	if len(papers) == 0 {
		h.t.Fatalf("nothing came out of %s", id)
	}
	s := slip{papers[len(papers)-1], h.picturePath("slip")}
	b, err := request(http.MethodGet, h.url(controlPort)+"/printer/"+id+"/paper/latest.png")
	if err == nil {
		err = os.WriteFile(s.picture, b, 0o644)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// readSlip checks the paper against the number on the screen, and gives the
// ticket that an independent reader finds in the picture of its code.
func (h *house) readSlip(s slip, number string) (ticket string) {
	h.t.Helper()
	if !slices.Contains(s.Lines, number) {
		h.t.Errorf("the number %s is not a line of the paper: %q", number, s.Lines)
	}
	for _, want := range []string{"0713-555-0100", "0713-555-0123", "房屋租赁登记备案", "Filing of a lease"} {
		if !strings.Contains(strings.Join(s.Lines, "\n"), want) {
			h.t.Errorf("the paper does not say %q: %q", want, s.Lines)
		}
	}
	if s.Cut == "" || s.Cut == "torn" {
		h.t.Errorf("the paper is cut %q", s.Cut)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", s.picture).Output()
	if err != nil {
		h.t.Fatalf("zbarimg reads no code from the paper: %v", err)
	}
	code := strings.TrimSpace(string(out))
	ticket, ok := strings.CutPrefix(code, "https://hall.example/t/")
	if !ok || ticket == "" {
		h.t.Fatalf("the code says %q", code)
	}
	return ticket
}

// rate presses a key of a keypad as soon as it invites to.
func (h *house) rate(unit, code int) {
	h.t.Helper()
	until(h.t, 10*time.Second, "the keypad invites to rate", func() error {
		var s hardware.State
		if err := getJSON(h.url(controlPort)+"/state", &s); err != nil {
			return err
		}
		for _, u := range s.Keypads["keypads"].Units {
			if u.Address == unit && u.Prompted {
				return nil
			}
		}
		return errors.New("it is dark")
	})
	h.post(fmt.Sprintf("/keypad/%d/rate?code=%d", unit, code))
}

// about is what the data of the events of this test have in common.
type about struct {
	Ticket   string `json:"ticket"`
	Number   string `json:"number"`
	Window   string `json:"window"`
	Level    int    `json:"level"`
	Terminal string `json:"terminal"`
	Person   string `json:"person"`
	Staff    string `json:"staff"`
}

// arrivesOnce waits until the last step is at the centre, and looks at the
// chain: in order, each once, and the punch beside it.
func (h *house) arrivesOnce(ticket string) {
	h.t.Helper()
	want := []string{contract.EvTicketIssued, contract.EvTicketConfirmed, contract.EvTicketCalled,
		contract.EvTicketStarted, contract.EvTicketFinished, contract.EvRatingGiven}
	var all []contract.Event
	until(h.t, 15*time.Second, "the rating is at the centre", func() (err error) {
		if all, err = h.events(); err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(e contract.Event) bool { return e.Type == contract.EvRatingGiven }) {
			return fmt.Errorf("%d events, none of them", len(all))
		}
		return nil
	})
	var chain []string
	var punches []about
	ids := map[string]bool{}
	for i, e := range all {
		if ids[e.ID] {
			h.t.Errorf("event %s came twice", e.ID)
		}
		ids[e.ID] = true
		if e.Sequence != uint64(i+1) {
			h.t.Errorf("event %d has the sequence %d", i+1, e.Sequence)
		}
		var a about
		if err := json.Unmarshal(e.Data, &a); err != nil {
			h.t.Fatalf("%s: %v", e.ID, err)
		}
		if a.Ticket == ticket {
			chain = append(chain, e.Type)
		}
		switch {
		case e.Type == contract.EvPunchRecorded:
			punches = append(punches, a)
		case e.Type == contract.EvRatingGiven && (a.Level != 5 || a.Window != "w02"):
			h.t.Errorf("the rating is %+v", a)
		}
	}
	if !slices.Equal(chain, want) {
		h.t.Errorf("the ticket's events at the centre:\n got %q\nwant %q", chain, want)
	}
	if len(punches) != 1 || punches[0].Person != "1003" || punches[0].Staff != "sun" {
		h.t.Errorf("punches at the centre: %+v", punches)
	}
}
