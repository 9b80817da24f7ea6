package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/kiosk/flow"
)

// visit is one citizen at a kiosk of this house, who goes away with a number.
func (k *headless) visit(unit, service string) (number string) {
	k.h.t.Helper()
	k.choose(unit, service)
	number = k.shows(20*time.Second, "a number on paper", func(s headlessState) bool { return s.Screen == flow.Done }).Number
	k.tap(flow.Finish, "")
	k.shows(5*time.Second, "the next may come", func(s headlessState) bool { return s.Screen == flow.Attract })
	return number
}

// R-KIOSK-26, R-QUE-14: the hall controller is dead, and two kiosks go on
// giving numbers on paper, one of them also after it was killed and started
// again meanwhile; the board says that the hall is away. When the controller is
// back everybody stands in the queue in the order of taking and is called in
// that order, before those who come then.
func TestKiosksWithoutTheHall(t *testing.T) {
	h := newHouse(t)
	h.start("centre", "hallsim", "hall")
	b := h.startBoard()
	services := map[string][]string{"housing": {"housing-rent"}}
	one := h.newHeadless("kiosk-1", h.broker(), "serial:"+h.dir+"/sim/kiosk-1-printer?baud=115200", services)
	two := h.newHeadless("kiosk-2", h.broker(), fmt.Sprintf("tcp:127.0.0.1:%d", h.port(9100)), services)
	var numbers []string
	take := func(kiosks ...*headless) {
		t.Helper()
		for _, k := range kiosks {
			numbers = append(numbers, k.visit("housing", "housing-rent"))
		}
	}
	for _, k := range []*headless{one, two} {
		k.launch()
		k.shows(20*time.Second, "ready", headlessState.well)
	}
	take(one, two)
	regular := len(numbers)

	h.kill("hall")
	cutOff := func(s headlessState) bool { return s.Notice == flow.CutOff && s.Printer.Ready }
	for _, k := range []*headless{one, two} {
		k.shows(15*time.Second, "going on without the hall", cutOff)
	}
	b.shows(15*time.Second, "the board says that the hall is away", func(s shown) bool { return s.Link != "" })
	take(one, two, two, one)
	h.kill(one.process())
	one.launch()
	one.shows(20*time.Second, "going on after it was killed", cutOff)
	take(one, two, one)
	for _, n := range numbers[regular:] {
		if s := strings.TrimLeft(n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"); s < "501" {
			t.Errorf("%s was given without the hall; lent numbers begin at 501", n)
		}
	}

	h.start("hall")
	b.shows(20*time.Second, "the board is back", func(s shown) bool { return s.Link == "" })
	for _, k := range []*headless{one, two} {
		k.shows(20*time.Second, "well again, and everything told", func(s headlessState) bool { return s.well() && s.First > s.Last })
	}
	take(two)
	desk := h.desk()
	h.signsIn(desk, "w02", "1003")
	for _, n := range numbers {
		h.call(desk, "w02", n) // fails with the first who is out of turn
		if _, err := desk.Ask(t.Context(), contract.AskWindowNoShow, contract.WindowRef{Window: "w02"}); err != nil {
			t.Fatal(err)
		}
	}
	var no *contract.Problem
	if _, err := desk.Ask(t.Context(), contract.AskWindowNext, contract.WindowRef{Window: "w02"}); !errors.As(err, &no) || no.Code != "nobody-waiting" {
		t.Errorf("after all of them: %v, want nobody", err)
	}
	a := h.account("all of them were called", func(a *judge.Account) bool { return len(a.In(judge.Missed)) == len(numbers) })
	for _, s := range a.Complaints {
		t.Error(s)
	}
	var papers []string
	for _, k := range []string{"kiosk-1", "kiosk-2"} {
		for _, p := range h.papersOf(k) {
			for _, n := range numbers {
				if slices.Contains(p.Lines, n) {
					papers = append(papers, n)
				}
			}
		}
	}
	slices.Sort(papers)
	want := slices.Sorted(slices.Values(numbers))
	if !slices.Equal(papers, want) {
		t.Errorf("papers of %q, want one of each of %q", papers, want)
	}
}
