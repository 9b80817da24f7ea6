package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/node"
)

// Desk is the way of the staff to their windows: a node with the role window.
type Desk struct{ Node *node.Node }

// Ask carries out a window's request and returns the window after it.
func (d *Desk) Ask(ctx context.Context, typ string, data any) (contract.WindowAnswer, error) {
	var w contract.WindowAnswer
	a, err := d.Node.Ask(ctx, typ, data)
	if err != nil {
		return w, err
	}
	if a.Error != nil {
		return w, a.Error
	}
	return w, json.Unmarshal(a.Data, &w)
}

// Worker is one member of staff at one window.
type Worker struct {
	Desk    *Desk
	Window  hall.Window
	Staff   hall.Staff
	PIN     string
	Mean    time.Duration // of a service, on the wall clock
	NoShow  float64       // share of citizens who do not come
	Rate    float64       // share of citizens who rate
	Control string        // of hallsim, for the keypads
	Rand    *rand.Rand
}

// idle is how long a worker waits when nobody does.
const idle = 300 * time.Millisecond

// Work signs in and serves until ctx ends; then the one in hand is finished.
func (w *Worker) Work(ctx context.Context) error {
	stay := context.WithoutCancel(ctx)
	ref := contract.WindowRef{Window: w.Window.ID}
	if _, err := w.Desk.Ask(stay, contract.AskWindowSignIn, contract.SignIn{Window: w.Window.ID, Staff: w.Staff.Number, PIN: w.PIN}); err != nil {
		return fmt.Errorf("window %s: sign in: %w", w.Window.ID, err)
	}
	for ctx.Err() == nil {
		_, err := w.Desk.Ask(stay, contract.AskWindowNext, ref)
		var no *contract.Problem
		if errors.As(err, &no) {
			pause(ctx, idle)
			continue
		}
		if err != nil {
			return fmt.Errorf("window %s: next: %w", w.Window.ID, err)
		}
		if err := w.serve(stay, ref); err != nil {
			return err
		}
	}
	_, err := w.Desk.Ask(stay, contract.AskWindowSignOut, ref)
	return err
}

func (w *Worker) serve(ctx context.Context, ref contract.WindowRef) error {
	ask := func(typ string) error {
		_, err := w.Desk.Ask(ctx, typ, ref)
		if err != nil {
			return fmt.Errorf("window %s: %s: %w", w.Window.ID, typ, err)
		}
		return nil
	}
	pause(ctx, w.Mean/8) // the citizen walks to the window
	if w.Rand.Float64() < w.NoShow {
		if err := ask(contract.AskWindowRecall); err != nil {
			return err
		}
		pause(ctx, w.Mean/8)
		return ask(contract.AskWindowNoShow)
	}
	if err := ask(contract.AskWindowStart); err != nil {
		return err
	}
	for { // a ticket for several services may go on in the same hands
		pause(ctx, w.length())
		after, err := w.Desk.Ask(ctx, contract.AskWindowFinish, ref)
		if err != nil {
			return fmt.Errorf("window %s: %s: %w", w.Window.ID, contract.AskWindowFinish, err)
		}
		if err := w.rated(ctx); err != nil {
			return err
		}
		if after.Ticket == nil {
			return nil
		}
	}
}

// rated lets the citizen press a key, or not.
func (w *Worker) rated(ctx context.Context) error {
	if w.Window.Keypad == 0 || w.Rand.Float64() >= w.Rate {
		return nil
	}
	code := 3 // 非常满意
	if w.Rand.Float64() < 0.1 {
		code = 2
	}
	return w.rate(ctx, code)
}

// rate waits for the keypad's invitation and presses a key.
func (w *Worker) rate(ctx context.Context, code int) error {
	pause(ctx, 200*time.Millisecond)
	return post(ctx, fmt.Sprintf("%s/keypad/%d/rate?code=%d", w.Control, w.Window.Keypad, code))
}

// length is a service time: log-normal with a coefficient of variation of 0.8,
// cut at four times the mean (requirements 6.2).
func (w *Worker) length() time.Duration {
	const cv = 0.8
	sigma := math.Sqrt(math.Log(1 + cv*cv))
	f := math.Exp(w.Rand.NormFloat64()*sigma - sigma*sigma/2)
	return time.Duration(min(f, 4) * float64(w.Mean))
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
