package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// settled is how long the displays of a hall take for a change on all windows:
// lines of 9600 baud, and several units on each.
const settled = 2 * time.Second

// sign is one simulated display of the hall.
type sign struct {
	name string // of its pictures: "strips-2"
	path string // of its picture at hallsim's control interface
}

// simulated are the kinds of displays that hallsim has pictures of, by their
// place in its state; the path takes the device and its unit.
var simulated = map[string]string{
	"strips": "/strip/%s/%d/picture.png",
	"panels": "/panel/%s/%d/picture.png",
	"poles":  "/pole/%s/picture.png",
}

// signs are the displays of windows and zones that hallsim plays. It knows a
// device by the id that the hall controller has for it.
func (t *Tour) signs(ctx context.Context) ([]sign, error) {
	var state map[string]json.RawMessage
	if err := getJSON(ctx, t.Control+"/state", &state); err != nil {
		return nil, err
	}
	paths := map[string]string{}
	for kind, path := range simulated {
		var devices map[string]json.RawMessage
		if err := json.Unmarshal(state[kind], &devices); err != nil {
			return nil, fmt.Errorf("hallsim's %s: %w", kind, err)
		}
		for id := range devices {
			paths[id] = path
		}
	}
	var all []sign
	add := func(at []hall.Place) {
		for _, p := range at {
			switch path := paths[p.Device]; {
			case path == simulated["poles"]:
				all = append(all, sign{p.Device, fmt.Sprintf(path, p.Device)})
			case path != "":
				all = append(all, sign{fmt.Sprintf("%s-%d", p.Device, p.Unit), fmt.Sprintf(path, p.Device, p.Unit)})
			}
		}
	}
	for _, w := range t.Setup.Windows {
		add(w.Displays)
	}
	for _, z := range t.Setup.Zones {
		add(z.Displays)
	}
	return all, nil
}

// displays has every window with a display open, call, serve and pause, and
// takes a picture of each display and of the window's screen in between.
func (t *Tour) displays(ctx context.Context) error {
	signs, err := t.signs(ctx)
	if err != nil || len(signs) == 0 {
		return err
	}
	var reason string
	if len(t.Setup.PauseReasons) > 0 {
		reason = t.Setup.PauseReasons[0].ID
	}
	at := t.seated()
	ref := func(w hall.Window) any { return contract.WindowRef{Window: w.ID} }
	for _, step := range []struct {
		ask  string
		data func(hall.Window) any
		see  string
	}{
		{"", nil, "closed"},
		{contract.AskWindowSignIn, func(w hall.Window) any {
			return contract.SignIn{Window: w.ID, Staff: at[w.ID].Number, PIN: at[w.ID].Number}
		}, "open"},
		{contract.AskWindowWalkIn, func(w hall.Window) any {
			return contract.WalkIn{Window: w.ID, Service: w.Services[0], Call: true}
		}, "called"},
		{contract.AskWindowStart, ref, "serving"},
		{contract.AskWindowFinish, ref, ""},
		{contract.AskWindowPause, func(w hall.Window) any {
			return contract.WindowRef{Window: w.ID, Reason: reason}
		}, "paused"},
		{contract.AskWindowSignOut, ref, ""},
	} {
		for _, w := range t.Setup.Windows {
			if _, seated := at[w.ID]; !seated || step.ask == "" {
				continue
			}
			if _, err := t.Desk.Ask(ctx, step.ask, step.data(w)); err != nil {
				return fmt.Errorf("window %s: %s: %w", w.ID, step.ask, err)
			}
		}
		if err := t.displaysNow(ctx, signs, step.see); err != nil {
			return err
		}
	}
	fmt.Fprintf(t.Out, "pictures of %d strips, poles and panels, by turns closed, open, called, serving and paused\n", len(signs))
	return nil
}

// seated puts somebody at each window that has a display, as far as there are
// people for it.
func (t *Tour) seated() map[string]hall.Staff {
	at, taken := map[string]hall.Staff{}, map[string]bool{}
	for _, w := range t.Setup.Windows {
		if len(w.Displays) == 0 || len(w.Services) == 0 {
			continue
		}
		for _, p := range t.Setup.Staff {
			if !taken[p.ID] && qualified(p, w) {
				at[w.ID], taken[p.ID] = p, true
				break
			}
		}
	}
	return at
}

// displaysNow takes a picture of each display, after it has had time to show
// what is new. No word, no picture.
func (t *Tour) displaysNow(ctx context.Context, signs []sign, word string) error {
	if word == "" {
		return nil
	}
	pause(ctx, settled)
	for _, s := range signs {
		if err := t.fetch(ctx, s.path, fmt.Sprintf("%s-%s.png", s.name, word)); err != nil {
			return err
		}
	}
	if t.WindowDisplay == "" {
		return nil
	}
	return t.picture(ctx, t.WindowDisplay, "window-"+word)
}

// fetch keeps a picture of hallsim's control interface.
func (t *Tour) fetch(ctx context.Context, path, name string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.Control+path, nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	f, err := os.Create(filepath.Join(t.Pictures, name))
	if err != nil {
		return err
	}
	_, err = io.Copy(f, res.Body)
	return errors.Join(err, f.Close())
}
