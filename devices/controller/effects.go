package controller

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/hall"
)

// keypads works the keypads of the windows (呼叫器, 评价器): the number in hand and
// how many wait on the digits, the invitation to rate when a service is finished,
// the stars when a rating was given, a beep where a key was refused; and the keys
// themselves, see keys.go.
//
// Each line has its own goroutine, so a line that hangs never holds up a call or
// another line. On a line the units take turns, one order each; digits are sent
// as they are when their turn comes, so a unit owes at most one order of a kind,
// and nothing piles up.
type keypads struct {
	engine   *Engine
	node     string
	setup    *hall.Setup
	lines    []*padLine
	byWindow map[string][]*pad
	log      *slog.Logger

	mu      sync.Mutex
	halfway map[padAt]*press   // presses that could not be stored, and overdue holds that were warned of
	strange map[padAt]struct{} // units of no window that were reported
}

// padAt is one keypad: an address on a line.
type padAt struct {
	device string
	unit   int
}

// Times of the orders.
const (
	orderLimit   = 3 * time.Second       // for one order
	digitsEvery  = time.Second           // at least between two digits of a unit when only the queue has changed
	digitsAgain  = 30 * time.Second      // for a pad that was without power
	padRetry     = 5 * time.Second       // after an order that failed, doubled up to padRetryMax
	padRetryMax  = time.Minute           //
	padAwayRetry = time.Second           // the line is not open
	padBreath    = 20 * time.Millisecond // between two looks at the state
)

// padLine is a line of keypads and the units on it that belong to windows.
type padLine struct {
	device string
	keypad devices.Keypad
	wake   chan struct{} // holds one: a unit has something to do

	mu      sync.Mutex
	pads    []*pad
	next    int // where the round begins
	failing bool
}

// pad is one unit at a window. Its line's lock guards it.
type pad struct {
	line    *padLine
	window  string
	address int

	absent              bool // the line says that it has no such unit
	prompt, beep, stars bool // to be done
	wanted, shown       digits
	known               bool      // shown is what stands there
	called              bool      // another number: the digits do not wait
	turned              bool      // the last order was digits
	sent                time.Time // the digits
	again               time.Time // after an order that failed: not before
	pause               time.Duration
}

// digits are what a pad shows; -1 is dark.
type digits struct{ waiting, number int }

func newKeypads(setup *hall.Setup, lines map[string]devices.Keypad, engine *Engine, node string, log *slog.Logger) *keypads {
	k := &keypads{engine: engine, node: node, setup: setup, byWindow: map[string][]*pad{}, log: log,
		halfway: map[padAt]*press{}, strange: map[padAt]struct{}{}}
	for device, keypad := range lines {
		l := &padLine{device: device, keypad: keypad, wake: make(chan struct{}, 1)}
		k.lines = append(k.lines, l)
		for _, w := range setup.Windows {
			if w.Keypad > 0 && windowAt(setup, device, w.Keypad) == w.ID {
				p := &pad{line: l, window: w.ID, address: w.Keypad}
				l.pads = append(l.pads, p)
				k.byWindow[w.ID] = append(k.byWindow[w.ID], p)
			}
		}
	}
	return k
}

// run works the lines until ctx ends.
func (k *keypads) run(ctx context.Context) {
	if len(k.byWindow) == 0 {
		return
	}
	var all sync.WaitGroup
	for _, l := range k.lines {
		all.Go(func() { l.run(ctx, k.log) })
	}
	changed := k.engine.watch.watch(ctx)
	breath := time.NewTimer(0)
	defer breath.Stop()
	for ctx.Err() == nil {
		k.look()
		breath.Reset(padBreath)
		select {
		case <-changed:
			select {
			case <-breath.C:
			case <-ctx.Done():
			}
		case <-ctx.Done():
		}
	}
	all.Wait()
}

// look brings the digits of every pad up to the state.
func (k *keypads) look() {
	k.engine.Look(func(s *hall.State) {
		for window, pads := range k.byWindow {
			d := digitsOf(s, window)
			for _, p := range pads {
				p.show(d)
			}
		}
	})
}

// digitsOf is how many wait for a window and the number in its hand, both as far
// as three digits go. A window where nobody is signed in is dark.
func digitsOf(s *hall.State, window string) digits {
	if s.StaffAt(window) == "" {
		return digits{-1, -1}
	}
	d := digits{min(s.WaitingFor(window), 999), -1}
	if t := s.InHand(window); t != nil {
		d.number = t.Serial % 1000
	}
	return d
}

// follow is called with stored events, in order.
func (k *keypads) follow(events []contract.Event) {
	for _, e := range events {
		var d struct{ Window string }
		if json.Unmarshal(e.Data, &d) != nil {
			continue
		}
		switch e.Type {
		case contract.EvTicketFinished, contract.EvTicketContinued:
			k.order(d.Window, func(p *pad) { p.prompt, p.stars = true, false })
		case contract.EvRatingGiven:
			k.order(d.Window, func(p *pad) { p.stars = true })
		}
	}
}

// order has something done at the pads of a window.
func (k *keypads) order(window string, set func(*pad)) {
	for _, p := range k.byWindow[window] {
		p.order(set)
	}
}

func (p *pad) order(set func(*pad)) {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	set(p)
	p.line.rouse()
}

// show wants other digits. A new number goes out at once; the queue alone changes
// often, and the line is slow.
func (p *pad) show(d digits) {
	p.line.mu.Lock()
	defer p.line.mu.Unlock()
	if p.wanted == d && p.known {
		return
	}
	p.called = p.called || p.wanted.number != d.number
	p.wanted = d
	p.line.rouse()
}

// rouse is called with the line's lock held.
func (l *padLine) rouse() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *padLine) run(ctx context.Context, log *slog.Logger) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := time.Now()
		p, do, wait := l.pick(now)
		if p != nil {
			limit, cancel := context.WithTimeout(ctx, orderLimit)
			err := do(limit)
			cancel()
			if ctx.Err() == nil {
				l.done(p, err, log)
			}
			continue
		}
		timer.Reset(wait)
		select {
		case <-l.wake:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}

// pick takes the next order, or says how long there is none. Invitations go
// first: the citizen is about to leave. The rest goes round.
func (l *padLine) pick(now time.Time) (*pad, func(context.Context) error, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var turn *pad
	at, soonest := 0, now.Add(digitsAgain)
	for i := range l.pads {
		n := (l.next + i) % len(l.pads)
		p := l.pads[n]
		if p.absent {
			continue
		}
		if p.prompt {
			p.prompt = false
			return p, func(ctx context.Context) error { return l.keypad.Prompt(ctx, p.address) }, 0
		}
		due := p.digitsDue()
		if turn == nil && (p.beep || p.stars || !due.After(now)) {
			turn, at = p, n
		}
		if due.Before(soonest) {
			soonest = due
		}
	}
	if turn == nil {
		return nil, nil, soonest.Sub(now)
	}
	l.next = at + 1
	return turn, turn.take(now), 0
}

// digitsDue is when the digits are to be sent, at last to a pad that may have
// been without power.
func (p *pad) digitsDue() time.Time {
	switch {
	case p.pause > 0:
		return p.again
	case !p.known || p.called:
		return time.Time{}
	case p.wanted != p.shown:
		return p.sent.Add(digitsEvery)
	}
	return p.sent.Add(digitsAgain)
}

// take is one order of the pad that is not an invitation. Digits that are due
// take turns with the others.
func (p *pad) take(now time.Time) func(context.Context) error {
	k, due := p.line.keypad, !p.digitsDue().After(now)
	switch {
	case due && !p.turned:
	case p.beep:
		p.beep, p.turned = false, false
		return func(ctx context.Context) error { return k.Beep(ctx, p.address) }
	case p.stars:
		p.stars, p.turned = false, false
		return func(ctx context.Context) error {
			if s, ok := k.(devices.Starred); ok {
				return s.Stars(ctx, p.address)
			}
			return nil
		}
	}
	d := p.wanted
	p.shown, p.known, p.called, p.turned, p.sent = d, true, false, true, now
	return func(ctx context.Context) error { return k.ShowQueue(ctx, p.address, d.waiting, d.number) }
}

// done notes what came of an order. Digits are sent again; a beep or an
// invitation that comes late is worse than none.
func (l *padLine) done(p *pad, err error, log *slog.Logger) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	switch {
	case err == nil:
		p.pause = 0
	case errors.Is(err, devices.ErrNoUnit):
		p.absent = true
		return
	case errors.Is(err, devices.ErrAway):
		for _, other := range l.pads {
			other.known, other.again, other.pause = false, now.Add(padAwayRetry), padAwayRetry
		}
		return // the host has reported it
	default:
		p.pause = min(max(padRetry, 2*p.pause), padRetryMax)
		p.known, p.again = false, now.Add(p.pause)
	}
	if failing := err != nil; failing != l.failing {
		l.failing = failing
		if failing {
			log.Warn("a keypad does not take orders", "device", l.device, "unit", p.address, "error", err)
		} else {
			log.Info("a keypad takes orders again", "device", l.device, "unit", p.address)
		}
	}
}
