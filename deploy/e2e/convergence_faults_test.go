package e2e

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// plan is what goes wrong, by batch.
func (c *calling) plan(batches int) map[int][]func() {
	plan := map[int][]func(){}
	at := func(part float64, after int, do func()) {
		n := int(part*float64(batches)) + after
		plan[n] = append(plan[n], do)
	}
	few := 2
	if c.long {
		few = 5
	}
	killed, cut := c.screens[0], c.screens[2]
	stopped := c.screens[(len(c.screens)-1)/4*4] // the last one that shows the whole hall
	at(0.10, 0, func() { c.gone(killed, "killed"); c.kill(killed.name) })
	at(0.10, few, func() { c.show(killed); c.lit(killed); c.back(killed) })
	at(0.30, 0, func() { c.silent("strip/strips", 2, true) })
	at(0.30, few, func() { c.silent("strip/strips", 2, false) })
	at(0.45, 0, func() { c.gone(cut, "cut off"); cut.wire.cut() })
	at(0.45, few, func() {
		c.meanwhile(cut, 20*time.Second)
		cut.wire.mend()
		c.back(cut)
	})
	at(0.60, 0, c.killHall)
	at(0.70, 0, func() { c.gone(stopped, "stopped"); c.signal(stopped, syscall.SIGSTOP) })
	at(0.70, few, func() {
		c.meanwhile(stopped, 75*time.Second) // longer than a link lasts without a word
		c.signal(stopped, syscall.SIGCONT)
		c.back(stopped)
	})
	at(0.90, 0, func() { c.silent("speech/voice-west", 0, true) })
	at(0.90, 1, func() { c.silent("speech/voice-west", 0, false) })
	return plan
}

// meanwhile lets the hall go on while a display is away, for so long; in a short
// run for a moment.
func (c *calling) meanwhile(s *screen, long time.Duration) {
	c.t.Helper()
	if !c.long {
		long = 4 * time.Second
	}
	for time.Since(s.away[len(s.away)-1][0]) < long && !c.t.Failed() {
		c.together(false)
	}
}

// tell keeps what goes wrong.
func (c *calling) tell(format string, args ...any) {
	s := fmt.Sprintf("%6.1fs batch %d: ", time.Since(c.begin).Seconds(), c.batch) + fmt.Sprintf(format, args...)
	c.faults = append(c.faults, s)
	c.t.Log(s)
}

func (c *calling) gone(s *screen, how string) {
	c.tell("%s (%s) is %s", s.name, s.kind(), how)
	s.dead = true
	s.away = append(s.away, [2]time.Time{time.Now()})
}

// back waits until a display that was away shows the last call, and notes how
// long after the return of its link that was.
func (c *calling) back(s *screen) {
	c.t.Helper()
	last, mended := c.last(s), time.Now()
	until(c.t, 2*time.Minute, s.name+" has its link again", func() error { _, err := s.looks(); return err })
	linked := time.Now()
	until(c.t, 30*time.Second, s.name+" shows "+last, func() error {
		numbers, err := s.looks()
		if err == nil && !strings.Contains(numbers, last) {
			err = fmt.Errorf("it shows %s", numbers)
		}
		return err
	})
	c.tell("%s can come back; it has its link %v later and is right %v after that", s.name,
		linked.Sub(mended).Round(time.Millisecond), time.Since(linked).Round(time.Millisecond))
	s.dead = false
	s.away[len(s.away)-1][1] = time.Now()
}

// last is the number of the newest call that a display should show.
func (c *calling) last(s *screen) string {
	newest, number := uint64(0), ""
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, m := range c.made {
		if m.batch < 0 || !s.shows(m.at) {
			continue
		}
		for _, u := range c.heard[m.at.zone] {
			if u.call > newest && strings.HasPrefix(u.words, inWords(m)) {
				newest, number = u.call, m.number
			}
		}
	}
	return number
}

// looks gives the numbers that stand on a display; an error while it has no link.
func (s *screen) looks() (string, error) {
	var page struct {
		Link, Number string
		Calls        []struct{ Number string }
	}
	path := "/board"
	if s.window != "" {
		path = "/window"
	}
	if err := getJSON("http://"+s.health+path, &page); err != nil {
		return "", err
	}
	if page.Link != "" {
		return "", errors.New(page.Link)
	}
	list := []string{page.Number}
	for _, call := range page.Calls {
		list = append(list, call.Number)
	}
	return strings.Join(list, " "), nil
}

func (c *calling) signal(s *screen, sig syscall.Signal) {
	c.t.Helper()
	if err := c.process(s.name).cmd.Process.Signal(sig); err != nil {
		c.t.Fatal(err)
	}
}

// silent lets a device fall silent, or work again: "strip/strips", and the unit
// where it has several.
func (c *calling) silent(device string, unit int, on bool) {
	c.t.Helper()
	c.tell("%s, unit %d: silent %v", device, unit, on)
	where := fmt.Sprintf("%s/%s/switch?unit=%d&name=silent&on=%v", c.url(controlPort), device, unit, on)
	if _, err := request(http.MethodPost, where); err != nil {
		c.t.Fatal(err)
	}
	c.dark[fmt.Sprintf("%s/%d", strings.TrimPrefix(device, "strip/"), unit)] = on
}

// killHall takes the hall controller with its broker away and starts it again.
func (c *calling) killHall() {
	c.t.Helper()
	c.halls.Lock() // nobody is in the middle of a call
	defer c.halls.Unlock()
	c.voices()
	for _, s := range c.screens {
		s.dead, s.away = true, append(s.away, [2]time.Time{time.Now()})
	}
	c.kill("hall")
	c.start("hall")
	for _, s := range c.screens {
		until(c.t, 2*time.Minute, s.name+" has its link again", func() error { _, err := s.looks(); return err })
		s.dead = false
		s.away[len(s.away)-1][1] = time.Now()
	}
	until(c.t, 30*time.Second, "the desk and the kiosk are connected", func() error {
		if !c.desk.Node.Online() || !c.kiosk.Online() {
			return context.DeadlineExceeded
		}
		return nil
	})
	c.tell("the hall controller with its broker was killed, is back, and so is every display")
}
