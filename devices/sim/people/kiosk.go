// Package people plays the people of a hall, for the demonstration and for
// whole-house tests: citizens who touch the real kiosk window with the pointer,
// staff who work their windows through the broker, and a technician who mends
// the simulated devices. Nothing here reaches into a program: it looks at what
// each one shows on its local address and does what a person would do.
package people

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// Screen is what a kiosk says of its window: the page, and where it can be
// touched, in pixels of the window.
type Screen struct {
	Screen  string  `json:"screen"`
	Lang    string  `json:"lang"`
	Reason  string  `json:"reason,omitempty"`
	Number  string  `json:"number,omitempty"`
	Touches []Touch `json:"touches"`
}

// Touch is one target of a screen.
type Touch struct {
	Touch string `json:"touch"`
	Arg   string `json:"arg,omitempty"`
	X     int    `json:"x"`
	Y     int    `json:"y"`
	W     int    `json:"w"`
	H     int    `json:"h"`
}

// Find is the target of that name.
func (s Screen) Find(touch, arg string) (Touch, bool) {
	for _, t := range s.Touches {
		if t.Touch == touch && (arg == "" || t.Arg == arg) {
			return t, true
		}
	}
	return Touch{}, false
}

// Kiosk is a kiosk as a citizen has it: a window to look at and to touch.
type Kiosk struct {
	URL     string // of its local address, "http://127.0.0.1:9111"
	Display string // X display of its window, ":1"
}

// Look reads the present screen.
func (k *Kiosk) Look(ctx context.Context) (Screen, error) {
	var s Screen
	err := getJSON(ctx, k.URL+"/screen", &s)
	return s, err
}

// look is how often a waiting person looks again.
const look = 40 * time.Millisecond

// Until looks until the screen is as wanted, or ctx ends.
func (k *Kiosk) Until(ctx context.Context, want func(Screen) bool) (Screen, error) {
	t := time.NewTicker(look)
	defer t.Stop()
	var last Screen
	for {
		s, err := k.Look(ctx)
		if err == nil && want(s) {
			return s, nil
		}
		if err == nil {
			last = s
		}
		select {
		case <-ctx.Done():
			return last, fmt.Errorf("the kiosk at %s shows %q %q: %w", k.URL, last.Screen, last.Reason, context.Cause(ctx))
		case <-t.C:
		}
	}
}

// Showing waits for a screen by its name.
func (k *Kiosk) Showing(ctx context.Context, names ...string) (Screen, error) {
	return k.Until(ctx, func(s Screen) bool {
		for _, n := range names {
			if s.Screen == n {
				return true
			}
		}
		return false
	})
}

// Touch puts a finger on the middle of a target, through the X server.
func (k *Kiosk) Touch(ctx context.Context, touch, arg string) error {
	s, err := k.Until(ctx, func(s Screen) bool { _, ok := s.Find(touch, arg); return ok })
	if err != nil {
		return fmt.Errorf("touch %s %s: %w", touch, arg, err)
	}
	t, _ := s.Find(touch, arg)
	return k.Click(ctx, t.X+t.W/2, t.Y+t.H/2)
}

// Click moves the pointer and presses it, as a touch screen does.
func (k *Kiosk) Click(ctx context.Context, x, y int) error {
	cmd := exec.CommandContext(ctx, "xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", "1")
	cmd.Env = append(os.Environ(), "DISPLAY="+k.Display)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("xdotool on %s: %w: %s", k.Display, err, out)
	}
	return nil
}

// Take walks from wherever the kiosk stands to a ticket of the service, and
// returns its number. trouble is called on a page of trouble and says whether
// to try on. Like a person it looks again after each touch: a page may go away
// by itself.
func (k *Kiosk) Take(ctx context.Context, unit, service string, trouble func(Screen) bool) (string, error) {
	asked := false // the service was touched: what comes is the answer
	for {
		s, err := k.Showing(ctx, "attract", "home", "top", "services", "done", "trouble", "unprinted", "idle", "help")
		if err != nil {
			return "", err
		}
		switch {
		case s.Screen == "done" && asked:
			return s.Number, k.leave(ctx)
		case (s.Screen == "trouble" || s.Screen == "unprinted") && asked:
			again := trouble != nil && trouble(s)
			if err := k.leave(ctx); err != nil {
				return "", err
			}
			if again {
				return "", ErrTrouble
			}
			return "", fmt.Errorf("no ticket: the kiosk shows %s %s", s.Screen, s.Reason)
		}
		touch, arg, err := k.way(s, unit, service)
		if err != nil {
			return "", err
		}
		asked = touch == "service"
		if err := k.click(ctx, s, touch, arg); err != nil {
			return "", err
		}
		if asked {
			_, err = k.Showing(ctx, "done", "trouble", "unprinted", "attract")
		} else {
			err = k.moved(ctx, s)
		}
		if err != nil {
			return "", err
		}
	}
}

// way is what somebody touches next who wants this service.
func (k *Kiosk) way(s Screen, unit, service string) (touch, arg string, err error) {
	wants := map[string][][2]string{
		"attract":  {{"start", ""}},
		"home":     {{"unit", unit}, {"next-page", ""}, {"prev-page", ""}},
		"services": {{"service", service}, {"next-page", ""}, {"home", ""}},
		"top":      {{"units", ""}},
		"idle":     {{"more-time", ""}},
	}[s.Screen]
	for _, w := range append(wants, leaving...) {
		if _, ok := s.Find(w[0], w[1]); ok {
			return w[0], w[1], nil
		}
	}
	return "", "", fmt.Errorf("the kiosk offers no way from %s to %s of %s", s.Screen, service, unit)
}

// click touches a target of a screen that was just looked at.
func (k *Kiosk) click(ctx context.Context, s Screen, touch, arg string) error {
	t, _ := s.Find(touch, arg)
	return k.Click(ctx, t.X+t.W/2, t.Y+t.H/2)
}

// ErrTrouble is a ticket that was not given because of a fault that a citizen
// can wait for.
var ErrTrouble = fmt.Errorf("the kiosk shows a page of trouble")

// leaving are the ways back to the beginning.
var leaving = [][2]string{{"finish", ""}, {"give-up", ""}, {"home", ""}, {"back", ""}}

// leave goes back to the beginning for the next person.
func (k *Kiosk) leave(ctx context.Context) error {
	for {
		s, err := k.Look(ctx)
		if err != nil {
			return err
		}
		if s.Screen == "attract" || s.Screen == "home" {
			return nil
		}
		for _, w := range leaving {
			if _, ok := s.Find(w[0], ""); ok {
				if err := k.click(ctx, s, w[0], ""); err != nil {
					return err
				}
				break
			}
		}
		if err := k.moved(ctx, s); err != nil {
			return err
		}
	}
}

// moved waits until the screen is another than the one that was touched.
func (k *Kiosk) moved(ctx context.Context, was Screen) error {
	limit, cancel := context.WithTimeoutCause(ctx, 10*time.Second, fmt.Errorf("the touch did nothing"))
	defer cancel()
	before, _ := json.Marshal(was)
	_, err := k.Until(limit, func(s Screen) bool {
		now, _ := json.Marshal(s)
		return string(now) != string(before)
	})
	return err
}

func getJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("%s: %s: %s", url, res.Status, b)
	}
	return json.NewDecoder(res.Body).Decode(into)
}

func post(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode/100 != 2 {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		return fmt.Errorf("%s: %s: %s", url, res.Status, b)
	}
	return nil
}
