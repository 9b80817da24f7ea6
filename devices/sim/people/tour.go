package people

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// Tour walks one citizen through the house and takes a picture of each screen;
// then every window with a display of its own, for pictures of these.
type Tour struct {
	Morning
	BoardDisplay  string // X display of the board
	WindowDisplay string // X display of a window's screen; "" is none
	Pictures      string // folder
}

// Run makes the tour.
func (t *Tour) Run(ctx context.Context) error {
	if err := os.MkdirAll(t.Pictures, 0o755); err != nil {
		return err
	}
	limit, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	unit, service, window, staff, err := t.choose()
	if err != nil {
		return err
	}
	// One walk, each step with its picture; the first that fails ends it.
	steps := []func() error{
		t.see("attract", "kiosk-attract"),
		t.touch("start", "", "home", "kiosk-home"),
		t.touch("language", "", "home", "kiosk-home-en"),
		t.touch("language", "", "home", ""),
		t.touch("text-size", "", "home", "kiosk-home-large"),
		t.touch("text-size", "", "home", ""),
		t.touch("help", "", "help", "kiosk-help"),
		t.touch("home", "", "home", ""),
		t.touch("unit", unit, "services", "kiosk-services"),
		func() error {
			number, err := t.Kiosk.Take(limit, Wish{Unit: unit, Service: service}, nil)
			fmt.Fprintf(t.Out, "a citizen takes %s for %s\n", number, service)
			return err
		},
		func() error { return t.fetch(limit, "/printer/"+t.Printer+"/paper/latest.png", "slip.png") },
		func() error { return t.set(limit, "paper-out", true) },
		t.touch("start", "", "home", ""),
		t.touch("unit", unit, "services", ""),
		t.touch("service", service, "trouble", "kiosk-paper-out"),
		t.touch("on-screen", "", "unprinted", "kiosk-number-on-screen"),
		t.touch("noted", "", "done", "kiosk-done-noted"),
		t.touch("finish", "", "attract", ""),
		func() error { return t.set(limit, "paper-out", false) },
		func() error { return t.call(limit, window, staff) },
		func() error { return t.board(limit) },
		func() error { return t.serve(limit, window) },
		func() error { return t.displays(limit) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// choose finds a service that needs a number and nothing else, a window for it
// that has a keypad, and somebody who may sit there.
func (t *Tour) choose() (unit, service string, window hall.Window, staff hall.Staff, err error) {
	for _, w := range t.Setup.Windows {
		for _, p := range t.Setup.Staff {
			if w.Kind != hall.KindDepartment || w.Keypad == 0 || !qualified(p, w) || len(w.Services) == 0 {
				continue
			}
			for _, s := range t.Setup.Services {
				plain := s.Paused == "" && s.Message.ZH == "" && s.Realname == "" && !s.FeeDue
				if plain && slices.Contains(w.Services, s.ID) {
					return s.Unit, s.ID, w, p, nil
				}
			}
		}
	}
	return "", "", hall.Window{}, hall.Staff{}, errors.New("this hall has no department window with a keypad and staff")
}

func (t *Tour) see(screen, picture string) func() error {
	return func() error {
		limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if _, err := t.Kiosk.Showing(limit, screen); err != nil {
			return err
		}
		return t.picture(limit, t.Kiosk.Display, picture)
	}
}

func (t *Tour) touch(touch, arg, screen, picture string) func() error {
	return func() error {
		limit, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		was, err := t.Kiosk.Look(limit)
		if err != nil {
			return err
		}
		if err := t.Kiosk.Touch(limit, touch, arg); err != nil {
			return err
		}
		if err := t.Kiosk.moved(limit, was); err != nil {
			return fmt.Errorf("touch %s %s: %w", touch, arg, err)
		}
		return t.see(screen, picture)()
	}
}

// picture takes the whole screen, after it has had time to draw. No name, no
// picture.
func (t *Tour) picture(ctx context.Context, display, name string) error {
	if name == "" {
		return nil
	}
	pause(ctx, 400*time.Millisecond)
	return Picture(ctx, display, filepath.Join(t.Pictures, name+".png"))
}

// Picture writes what an X display shows to a file.
func Picture(ctx context.Context, display, path string) error {
	cmd := exec.CommandContext(ctx, "import", "-display", display, "-window", "root", path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("picture of %s: %w: %s", display, err, out)
	}
	return nil
}

func (t *Tour) call(ctx context.Context, w hall.Window, p hall.Staff) error {
	if _, err := t.Desk.Ask(ctx, contract.AskWindowSignIn, contract.SignIn{Window: w.ID, Staff: p.Number, PIN: p.Number}); err != nil {
		return err
	}
	a, err := t.Desk.Ask(ctx, contract.AskWindowNext, contract.WindowRef{Window: w.ID})
	fmt.Fprintf(t.Out, "%s calls %s\n", w.Name.ZH, a.Window.Number)
	return err
}

func (t *Tour) board(ctx context.Context) error {
	pause(ctx, time.Second)
	return t.picture(ctx, t.BoardDisplay, "board")
}

func (t *Tour) serve(ctx context.Context, w hall.Window) error {
	for _, typ := range []string{contract.AskWindowStart, contract.AskWindowFinish} {
		if _, err := t.Desk.Ask(ctx, typ, contract.WindowRef{Window: w.ID}); err != nil {
			return err
		}
	}
	pause(ctx, 300*time.Millisecond)
	if err := post(ctx, fmt.Sprintf("%s/keypad/%d/rate?code=3", t.Control, w.Keypad)); err != nil {
		return err
	}
	fmt.Fprintln(t.Out, "served, and rated on the keypad")
	_, err := t.Desk.Ask(ctx, contract.AskWindowSignOut, contract.WindowRef{Window: w.ID})
	return err
}
