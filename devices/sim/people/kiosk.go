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
	"slices"
	"strconv"
	"strings"
	"time"
)

// Screen is what a kiosk says of its window: the page, and where it can be
// touched, in pixels of the window.
type Screen struct {
	Screen  string   `json:"screen"`
	Lang    string   `json:"lang"`
	Reason  string   `json:"reason,omitempty"`
	Hint    string   `json:"hint,omitempty"` // what was wrong with the last card or entry
	Class   string   `json:"class,omitempty"`
	Chosen  []string `json:"chosen,omitempty"` // services for one ticket
	Number  string   `json:"number,omitempty"`
	Words   []string `json:"words,omitempty"` // all that can be read
	Touches []Touch  `json:"touches"`
}

// Reads tells whether a text can be read on the screen.
func (s Screen) Reads(text string) bool {
	return slices.ContainsFunc(s.Words, func(w string) bool { return strings.Contains(w, text) })
}

// Touch is one target of a screen.
type Touch struct {
	Touch string `json:"touch"`
	Arg   string `json:"arg,omitempty"`
	X     int    `json:"x"`
	Y     int    `json:"y"`
	W     int    `json:"w"`
	H     int    `json:"h"`
	Dim   bool   `json:"dim,omitempty"` // drawn grey
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

// Wish is what a citizen comes for.
type Wish struct {
	Unit    string   // of the services
	Service string   //
	More    []string // further services of the same unit for one ticket, in the kiosk's order
	Class   string   // of priority; "" is ordinary
}

// Take walks from wherever the kiosk stands to a ticket, and returns its number.
// Who is asked for an ID card has none here. trouble is called on a page of
// trouble and says whether to try on. Like a person it looks again after each
// touch: a page may go away by itself.
func (k *Kiosk) Take(ctx context.Context, wish Wish, trouble func(Screen) bool) (string, error) {
	asked := false // a number was asked for: what comes is the answer
	for {
		s, err := k.Showing(ctx, "attract", "home", "top", "services", "classes", "basket", "card", "info", "holding",
			"done", "trouble", "unprinted", "idle", "help")
		if err != nil {
			return "", err
		}
		switch {
		case s.Screen == "done" && asked:
			return s.Number, k.leave(ctx)
		case (s.Screen == "trouble" || s.Screen == "unprinted") && (asked || len(s.Chosen) > 0):
			again := trouble != nil && trouble(s)
			if err := k.leave(ctx); err != nil {
				return "", err
			}
			switch {
			case again:
				return "", ErrTrouble
			case turnedAway[s.Reason]:
				return "", ErrTurnedAway
			}
			return "", fmt.Errorf("no ticket: the kiosk shows %s %s", s.Screen, s.Reason)
		case s.Screen == "attract" || s.Screen == "home":
			asked = false
		}
		touch, arg, err := wish.way(s)
		if err != nil {
			return "", err
		}
		if err := k.click(ctx, s, touch, arg); err != nil {
			return "", err
		}
		if touch == "service" && len(wish.More) == 0 || touch == "take-all" {
			asked = true
			_, err = k.Showing(ctx, "done", "trouble", "unprinted", "card", "attract")
		} else {
			err = k.moved(ctx, s)
		}
		if err != nil {
			return "", err
		}
	}
}

// way is what somebody touches next who wants this.
func (w Wish) way(s Screen) (touch, arg string, err error) {
	services := append([]string{w.Service}, w.More...)
	chosen := len(s.Chosen)
	wants := map[string][][2]string{
		"attract":  {{"start", ""}},
		"home":     {{"unit", w.Unit}, {"next-page", ""}, {"prev-page", ""}},
		"services": {{"service", services[min(chosen, len(services)-1)]}, {"next-page", ""}, {"home", ""}},
		"top":      {{"units", ""}},
		"classes":  {{"class", w.Class}},
		"basket":   {{"take-all", ""}},
		"card":     {{"without-id", ""}},
		"idle":     {{"more-time", ""}},
	}[s.Screen]
	switch {
	case s.Screen == "home" && s.Class != "" && s.Class != w.Class:
		wants = [][2]string{{"back", ""}} // somebody else's choice
	case s.Screen == "home" && s.Class != w.Class:
		wants = [][2]string{{"classes", ""}}
	case s.Screen == "services" && len(w.More) > 0 && chosen == len(services):
		wants = [][2]string{{"basket", ""}}
	case s.Screen == "services" && len(w.More) > 0:
		wants = append([][2]string{{"collect", ""}}, wants...) // offered as long as one service is to be chosen
	}
	for _, w := range append(wants, leaving...) {
		if _, ok := s.Find(w[0], w[1]); ok {
			return w[0], w[1], nil
		}
	}
	return "", "", fmt.Errorf("the kiosk offers no way from %s to %v of %s", s.Screen, services, w.Unit)
}

// click touches a target of a screen that was just looked at.
func (k *Kiosk) click(ctx context.Context, s Screen, touch, arg string) error {
	t, _ := s.Find(touch, arg)
	return k.Click(ctx, t.X+t.W/2, t.Y+t.H/2)
}

// ErrTrouble is a ticket that was not given because of a fault that a citizen
// can wait for.
var ErrTrouble = fmt.Errorf("the kiosk shows a page of trouble")

// ErrTurnedAway is a ticket that a rule of the hall does not allow now: the page
// says what to do instead.
var ErrTurnedAway = fmt.Errorf("the kiosk gives no number for this now")

// turnedAway are the reasons of such pages.
var turnedAway = map[string]bool{"quota": true, "interval": true, "closing": true, "off-hours": true}

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
	was.Words = nil // a clock goes on by itself
	before, _ := json.Marshal(was)
	_, err := k.Until(limit, func(s Screen) bool {
		s.Words = nil
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
