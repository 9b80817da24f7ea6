package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
	"hallward/devices/sim/printer"
)

// What a citizen can do at the window beside the shortest way to a ticket, end
// to end: newways_cards_test.go with an ID card, newways_order_test.go before
// others and with several services, newways_appointments_test.go by
// appointment, newways_stops_test.go where no number is given. Here is what
// they have in common.

// opened starts the hall with the window of the first kiosk, and gives who
// stands before it.
func (h *house) opened() *people.Kiosk {
	h.t.Helper()
	h.start("centre", "hallsim", "hall", "kiosk")
	return h.citizen("kiosk")
}

// walk touches one thing after another: "start", "unit medical".
func (h *house) walk(k *people.Kiosk, steps ...string) {
	h.t.Helper()
	for _, step := range steps {
		touch, arg, _ := strings.Cut(step, " ")
		h.touch(k, touch, arg)
	}
}

// typed touches keys one by one.
func (h *house) typed(k *people.Kiosk, keys string) {
	h.t.Helper()
	h.on(k, "keypad")
	for _, key := range strings.Split(keys, "") {
		h.touch(k, "key", key)
	}
	h.touch(k, "enter", "")
}

// on waits for a page.
func (h *house) on(k *people.Kiosk, screen string) people.Screen {
	h.t.Helper()
	return h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == screen })
}

// reads waits until a page says each of these words.
func (h *house) reads(k *people.Kiosk, screen string, words ...string) people.Screen {
	h.t.Helper()
	var s people.Screen
	until(h.t, 15*time.Second, fmt.Sprintf("the page %s with %q", screen, words), func() (err error) {
		if s, err = k.Look(h.t.Context()); err != nil {
			return err
		}
		for _, w := range words {
			if s.Screen != screen || !s.Reads(w) {
				return fmt.Errorf("%s without %q: %q", s.Screen, w, s.Words)
			}
		}
		return nil
	})
	return s
}

// homeward leaves the kiosk to the next person.
func (h *house) homeward(k *people.Kiosk) {
	h.t.Helper()
	for range 5 {
		s := h.shows(k, 10*time.Second, func(s people.Screen) bool { return s.Screen != "asking" && s.Screen != "taking" })
		switch s.Screen {
		case "attract":
			return
		case "done", "booked", "idle":
			h.touch(k, "finish", "")
		case "home":
			h.touch(k, "back", "")
		default:
			h.touch(k, "home", "")
		}
		h.shows(k, 10*time.Second, func(now people.Screen) bool { return now.Screen != s.Screen })
	}
	h.t.Fatal("the kiosk does not go back to its first page")
}

// ends waits for a number on paper, goes, and gives the paper as well.
func (h *house) ends(k *people.Kiosk) (number string, p printer.Paper) {
	h.t.Helper()
	number = h.on(k, "done").Number
	p = h.paper(number)
	h.homeward(k)
	return number, p
}

// paper is the last paper, which must have this line.
func (h *house) paper(line string) printer.Paper {
	h.t.Helper()
	all := h.papersOf("kiosk-1")
	if len(all) == 0 {
		h.t.Fatalf("no paper; want one with %q", line)
	}
	p := all[len(all)-1]
	if !says(p, line) {
		h.t.Errorf("the last paper does not say %q: %q", line, p.Lines)
	}
	return p
}

// says tells whether a paper says something.
func says(p printer.Paper, words string) bool {
	return strings.Contains(strings.Join(p.Lines, "\n"), words)
}

// arrived waits until as many events of a type are at the centre, and gives
// their data in the order of their coming.
func arrived[D any](h *house, typ string, many int) (list []D) {
	h.t.Helper()
	until(h.t, 15*time.Second, fmt.Sprintf("%d of %s at the centre", many, typ), func() error {
		all, err := h.events()
		if err != nil {
			return err
		}
		list = nil
		for _, e := range all {
			if e.Type != typ {
				continue
			}
			var d D
			if err := json.Unmarshal(e.Data, &d); err != nil {
				return err
			}
			list = append(list, d)
		}
		if len(list) != many {
			return fmt.Errorf("%d", len(list))
		}
		return nil
	})
	return list
}

// watch keeps all that a kiosk's GET /screen says until the test is over.
func (h *house) watch(k *people.Kiosk) (seen func() string) {
	h.t.Helper()
	var mu sync.Mutex
	var text strings.Builder
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		again := time.NewTicker(50 * time.Millisecond)
		defer again.Stop()
		last := ""
		for {
			if b, err := request("GET", k.URL+"/screen"); err == nil && string(b) != last {
				last = string(b)
				mu.Lock()
				text.WriteString(last)
				mu.Unlock()
			}
			select {
			case <-again.C:
			case <-stop:
				return
			}
		}
	}()
	h.t.Cleanup(func() { close(stop); <-done })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return text.String()
	}
}

// hallctl works a window from the shell, as desk-1, and gives what it says.
func (h *house) hallctl(input string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(binary(h.t, "hallctl"), args...)
	cmd.Dir = h.dir
	cmd.Env = append(os.Environ(), "HALLWARD_BROKER="+h.broker(), "HALLWARD_CERTIFICATES=pki", "HALLWARD_HALL="+hallID)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("hallctl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// next calls the next at a window and gives the number and why it was called;
// the number "" when nobody waits.
func (h *house) next(d *people.Desk, window string) (number, why string) {
	h.t.Helper()
	a, err := d.Ask(h.t.Context(), contract.AskWindowNext, contract.WindowRef{Window: window})
	var no *contract.Problem
	switch {
	case errors.As(err, &no) && no.Code == "nobody-waiting":
		return "", ""
	case err != nil || a.Ticket == nil:
		h.t.Fatalf("next at %s: %+v, %v", window, a, err)
	}
	return a.Ticket.Number, a.Why
}

// served starts and finishes what a window has in hand, and gives the window
// after it.
func (h *house) served(d *people.Desk, window string) contract.WindowAnswer {
	h.t.Helper()
	var a contract.WindowAnswer
	for _, typ := range []string{contract.AskWindowStart, contract.AskWindowFinish} {
		var err error
		if a, err = d.Ask(h.t.Context(), typ, contract.WindowRef{Window: window}); err != nil {
			h.t.Fatalf("%s at %s: %v", typ, window, err)
		}
	}
	return a
}

// atNoon sets the hall where it is about noon now, so that its day does not end
// within the test.
func (h *house) atNoon() *time.Location {
	h.t.Helper()
	east := 12 - time.Now().UTC().Hour() // -11 to 12
	name := fmt.Sprintf("Etc/GMT%+d", -east)
	if east == 0 {
		name = "Etc/GMT"
	}
	h.edit("hall.yaml", "zone: Asia/Shanghai", "zone: "+name)
	zone, err := time.LoadLocation(name)
	if err != nil {
		h.t.Fatal(err)
	}
	return zone
}
