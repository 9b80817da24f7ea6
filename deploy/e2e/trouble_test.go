package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/sim/people"
)

// Each trouble has its page before a number is taken, within seconds, and the
// page offers to go on by itself when the trouble is over (R-PRN-06).
func TestKioskTroublePages(t *testing.T) {
	const unit, service = "housing", "housing-rent"
	h := newHouse(t)
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	paper := func(name string) func(bool) {
		return func(on bool) { h.set("kiosk-1", name, on) }
	}
	for i, c := range []struct {
		name   string
		set    func(on bool)
		part   string // line of the health page that tells of it
		reason string
		number bool // the number is offered on the screen
	}{
		{"paper out", paper("paper-out"), "device printer", "paper-out", true},
		{"cover open", paper("cover"), "device printer", "cover-open", true},
		{"unplugged", paper("unplug"), "device printer", "no-printer", true},
	} {
		h.goTo(k, unit)
		c.set(true)
		until(t, 10*time.Second, c.name+" is noticed", func() error { return h.sick("kiosk", c.part) })
		h.picture("kiosk", "", 0)
		h.touch(k, "service", service)
		page := h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Screen == "trouble" })
		if page.Reason != c.reason {
			t.Errorf("%s: the page says %q, want %q", c.name, page.Reason, c.reason)
		}
		if _, again := page.Find("retry", ""); again {
			t.Errorf("%s: the page offers to try again in vain", c.name)
		}
		if _, number := page.Find("on-screen", ""); number != c.number {
			t.Errorf("%s: the number on the screen is offered: %v, want %v", c.name, number, c.number)
		}
		h.picture("kiosk", "kiosk-trouble-"+c.reason, 0.02)

		c.set(false)
		h.shows(k, 20*time.Second, func(s people.Screen) bool { _, again := s.Find("retry", ""); return again })
		h.touch(k, "retry", "")
		done := h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "done" })
		// No number was spent on the trouble: the next one follows the last.
		if want := fmt.Sprintf("A%03d", i+1); done.Number != want {
			t.Errorf("after %s the number is %s, want %s", c.name, done.Number, want)
		}
		h.touch(k, "finish", "")
	}
}

// The controller is killed (R-KIOSK-26): the window gives the one number that it
// was lent, on paper, then says that none is left; when the controller is back
// the next number follows the hall's last.
func TestKioskPagesWithoutTheHall(t *testing.T) {
	h := newHouse(t)
	h.edit("hall.yaml", "least: 20", "least: 1")
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	take := func(screen string) people.Screen {
		t.Helper()
		h.goTo(k, "housing")
		h.touch(k, "service", "housing-rent")
		return h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == screen })
	}
	if got := take("done").Number; got != "A001" {
		t.Errorf("number %s", got)
	}
	h.touch(k, "finish", "")
	h.kill("hall")
	until(t, 10*time.Second, "the end of the controller is noticed", func() error { return h.sick("kiosk", "hall") })
	if got := take("done").Number; got != "A501" {
		t.Errorf("without the hall number %s, want A501", got)
	}
	h.picture("kiosk", "kiosk-cut-off", 0.02)
	h.touch(k, "finish", "")
	page := take("trouble")
	if _, again := page.Find("retry", ""); page.Reason != "used-up" || again {
		t.Errorf("the page says %q and offers to try again: %v", page.Reason, again)
	}
	h.picture("kiosk", "kiosk-trouble-used-up", 0.02)
	h.start("hall")
	h.shows(k, 20*time.Second, func(s people.Screen) bool { _, again := s.Find("retry", ""); return again })
	h.touch(k, "retry", "")
	if got := h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "done" }).Number; got != "A002" {
		t.Errorf("with the hall again number %s, want A002", got)
	}
}

// A roll that ends in the middle of a slip: the citizen sees the number, may
// note it, and it is called only then; the paper is never taken for one that is
// out (R-PRN-06, R-KIOSK-07).
func TestPaperEndsInTheSlip(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	h.goTo(k, "housing")
	h.picture("kiosk", "", 0.1)
	h.post("/printer/kiosk-1/paper-out-after?lines=3")
	h.touch(k, "service", "housing-rent")
	page := h.shows(k, 60*time.Second, func(s people.Screen) bool { return s.Screen == "unprinted" })
	if page.Reason != "paper-out" || page.Number != "A001" {
		t.Errorf("the page says %q of number %q", page.Reason, page.Number)
	}
	h.picture("kiosk", "kiosk-unprinted", 0.05)
	desk := h.desk()
	h.signsIn(desk, "w02", "1003")
	ref := contract.WindowRef{Window: "w02"}
	if a, err := desk.Ask(t.Context(), contract.AskWindowNext, ref); err == nil {
		t.Errorf("a number without paper was called: %+v", a.Window)
	}
	h.touch(k, "noted", "")
	h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "done" })
	a, err := desk.Ask(t.Context(), contract.AskWindowNext, ref)
	if err != nil || a.Window.Number != page.Number {
		t.Errorf("the noted number is not called: %+v, %v", a.Window, err)
	}
}

// Somebody who walks away leaves nothing behind: the question, then the first
// screen, in Chinese (R-KIOSK-27).
func TestIdleReturn(t *testing.T) {
	h := newHouse(t)
	h.edit("kiosk-1.yaml", "idle: 60s", "idle: 5s")
	h.edit("kiosk-1.yaml", "warn: 20s", "warn: 3s")
	h.edit("kiosk-1.yaml", "done: 20s", "done: 2s")
	h.start("centre", "hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	h.goTo(k, "housing")
	h.touch(k, "language", "")
	h.shows(k, 5*time.Second, func(s people.Screen) bool { return s.Lang == "en" })
	h.shows(k, 10*time.Second, func(s people.Screen) bool { return s.Screen == "idle" })
	h.touch(k, "more-time", "")
	h.shows(k, 2*time.Second, func(s people.Screen) bool { return s.Screen == "services" && s.Lang == "en" })
	h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "attract" && s.Lang == "zh-CN" })

	h.goTo(k, "housing")
	h.touch(k, "service", "housing-rent")
	h.shows(k, 20*time.Second, func(s people.Screen) bool { return s.Screen == "done" && s.Number != "" })
	h.shows(k, 10*time.Second, func(s people.Screen) bool { return s.Screen == "attract" && s.Number == "" })
}

// goTo walks from the first screen to the services of a unit.
func (h *house) goTo(k *people.Kiosk, unit string) {
	h.t.Helper()
	h.shows(k, 30*time.Second, func(s people.Screen) bool { return s.Screen == "attract" })
	h.touch(k, "start", "")
	h.touch(k, "unit", unit)
	h.shows(k, 10*time.Second, func(s people.Screen) bool { return s.Screen == "services" })
}

// sick is nil as soon as a program's health page says that the part is bad.
func (h *house) sick(name, part string) error {
	report, _ := h.report(name)
	if !strings.Contains(report, "bad "+part+":") {
		return fmt.Errorf("the health page says %q", report)
	}
	return nil
}

// signsIn seats a member of staff at a window.
func (h *house) signsIn(d *people.Desk, window, number string) {
	h.t.Helper()
	if _, err := d.Ask(h.t.Context(), contract.AskWindowSignIn, contract.SignIn{Window: window, Staff: number, PIN: number}); err != nil {
		h.t.Fatal(err)
	}
}
