package controller

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
)

// keypads follows the events and works the evaluation keypads of the windows:
// the number in hand on the digits, and the invitation to rate when a service
// is finished. Each line of keypads has its own goroutine, so a line that
// hangs never holds up a call.
type keypads struct {
	lines  []*line
	byUnit map[string]*unit // by window
	log    *slog.Logger
}

// unit is one keypad: an address on a line.
type unit struct {
	line    *line
	address int
}

type line struct {
	device string
	pad    devices.Keypad
	todo   chan func(context.Context, devices.Keypad) error
}

// backlog is how many orders wait for one line. More are dropped: digits and
// prompts that come late are worse than none.
const backlog = 64

// orderLimit is how long one order may take.
const orderLimit = 3 * time.Second

func newKeypads(setup *hall.Setup, pads map[string]devices.Keypad, log *slog.Logger) *keypads {
	k := &keypads{byUnit: map[string]*unit{}, log: log}
	for device, pad := range pads {
		l := &line{device: device, pad: pad, todo: make(chan func(context.Context, devices.Keypad) error, backlog)}
		k.lines = append(k.lines, l)
		for _, w := range setup.Windows {
			if w.Keypad > 0 {
				k.byUnit[w.ID] = &unit{line: l, address: w.Keypad}
			}
		}
	}
	return k
}

func (k *keypads) run(ctx context.Context, l *line) {
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case order := <-l.todo:
			limit, cancel := context.WithTimeout(ctx, orderLimit)
			err := order(limit, l.pad)
			cancel()
			if err != nil && !failing && ctx.Err() == nil {
				k.log.Warn("a keypad does not take orders", "device", l.device, "error", err)
			}
			failing = err != nil
		}
	}
}

func (k *keypads) order(window string, f func(context.Context, devices.Keypad, int) error) {
	u := k.byUnit[window]
	if u == nil {
		return
	}
	select {
	case u.line.todo <- func(ctx context.Context, p devices.Keypad) error { return f(ctx, p, u.address) }:
	default:
		k.log.Warn("a keypad's order was dropped", "device", u.line.device, "window", window)
	}
}

// follow is called with stored events, in order. number and waiting look up
// what the digits show.
func (k *keypads) follow(events []contract.Event, digits func(window string) (waiting, number int)) {
	for _, e := range events {
		var d struct{ Window, From string }
		if json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		switch e.Type {
		case contract.EvTicketCalled, contract.EvTicketResumed:
			waiting, number := digits(d.Window)
			k.order(d.Window, func(ctx context.Context, p devices.Keypad, unit int) error {
				return p.ShowQueue(ctx, unit, waiting, number)
			})
		case contract.EvTicketFinished, contract.EvTicketContinued:
			k.order(d.Window, func(ctx context.Context, p devices.Keypad, unit int) error {
				return p.Prompt(ctx, unit)
			})
		}
	}
}
