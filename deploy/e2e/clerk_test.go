package e2e

import (
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
)

// clerk is a member of staff at a window who works on whatever happens to the
// house, and remembers what the hall has confirmed.
type clerk struct {
	desk   *node.Node
	window string
	staff  string // number; the sample's PIN is the same
	twin   string // a window with the same services
	rand   *rand.Rand
	done   []confirmed
}

// confirmed is one ok of the hall: the event that must be on its disk.
type confirmed struct{ ticket, event, window string }

// deskAt is desk for an address of the hall's broker, such as that of a wire.
// It does not wait until the hall is there.
func (h *house) deskAt(broker string) (n *node.Node) {
	h.t.Helper()
	conf, err := pki.NodeTLS(filepath.Join(h.dir, "pki"), "desk-1")
	if err != nil {
		h.t.Fatal(err)
	}
	n, err = node.New(node.Config{Hall: hallID, Node: "desk-1", Broker: broker, TLS: conf, Program: "e2e", Role: "window", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = n.Run(ctx) }()
	h.t.Cleanup(func() { cancel(); <-done })
	return n
}

// ask repeats a request under one id until the hall has said yes or no.
func (c *clerk) ask(ctx context.Context, typ string, data any) (contract.Answer, bool) {
	id := ulid.Make().String()
	for ctx.Err() == nil {
		limit, cancel := context.WithTimeout(ctx, 15*time.Second)
		a, err := c.desk.AskID(limit, id, typ, data)
		cancel()
		switch {
		case err != nil:
		case a.Result == contract.ResultOK || a.Result == contract.ResultRefused:
			return a, true
		case a.Result == contract.ResultExpired:
			id = ulid.Make().String()
		default: // the disk: it may be better soon
			rest(ctx, 100*time.Millisecond)
		}
	}
	return contract.Answer{}, false
}

// do asks and remembers; ticket is what the window had in hand.
func (c *clerk) do(ctx context.Context, typ, event, ticket string, data any) (code string) {
	a, ok := c.ask(ctx, typ, data)
	switch {
	case !ok:
		return "stopped"
	case a.Error != nil:
		return a.Error.Code
	}
	if event != "" && ticket != "" {
		c.done = append(c.done, confirmed{ticket, event, c.window})
	}
	return ""
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// work serves until ctx ends.
func (c *clerk) work(ctx context.Context) {
	ref := contract.WindowRef{Window: c.window}
	for ctx.Err() == nil {
		a, ok := c.ask(ctx, contract.AskWindowNext, ref)
		if !ok {
			return
		}
		if a.Error != nil {
			c.sort(ctx, a.Error.Code)
			continue
		}
		var w contract.WindowAnswer
		if err := json.Unmarshal(a.Data, &w); err != nil || w.Ticket == nil {
			continue
		}
		c.done = append(c.done, confirmed{w.Ticket.Ticket, contract.EvTicketCalled, c.window})
		rest(ctx, time.Duration(c.rand.IntN(150))*time.Millisecond)
		c.serve(ctx, w.Ticket.Ticket)
	}
}

// sort does what a refusal of "next" asks for.
func (c *clerk) sort(ctx context.Context, code string) {
	ref := contract.WindowRef{Window: c.window}
	switch code {
	case "sign-in-first":
		c.do(ctx, contract.AskWindowSignIn, "", "", contract.SignIn{Window: c.window, Staff: c.staff, PIN: c.staff})
	case "paused":
		c.do(ctx, contract.AskWindowResume, "", "", ref)
	case "finish-first": // an earlier answer that never came
		c.do(ctx, contract.AskWindowStart, "", "", ref)
		c.do(ctx, contract.AskWindowFinish, "", "", ref)
	default:
		rest(ctx, 80*time.Millisecond)
	}
}

// serve is what becomes of the ticket in hand.
func (c *clerk) serve(ctx context.Context, ticket string) {
	ref := contract.WindowRef{Window: c.window}
	switch n := c.rand.IntN(100); {
	case n < 7:
		c.do(ctx, contract.AskWindowRecall, contract.EvTicketRecalled, ticket, ref)
		c.do(ctx, contract.AskWindowNoShow, contract.EvTicketMissed, ticket, ref)
	case n < 12:
		ref.Reason = "材料"
		c.do(ctx, contract.AskWindowReturn, contract.EvTicketReturned, ticket, ref)
	case n < 18:
		c.do(ctx, contract.AskWindowTransfer, contract.EvTicketTransferred, ticket, contract.Transfer{Window: c.window, ToWindow: c.twin})
	case n < 24:
		ref.Reason = "复印"
		if c.do(ctx, contract.AskWindowHold, contract.EvTicketHeld, ticket, ref) == "" {
			c.do(ctx, contract.AskWindowUnhold, contract.EvTicketResumed, ticket, contract.WindowRef{Window: c.window})
		}
		fallthrough
	default:
		if c.do(ctx, contract.AskWindowStart, contract.EvTicketStarted, ticket, ref) == "" {
			rest(ctx, time.Duration(c.rand.IntN(200))*time.Millisecond)
			c.do(ctx, contract.AskWindowFinish, contract.EvTicketFinished, ticket, ref)
		}
	}
}

// checkConfirmed wants each ok that a clerk was given on the hall's disk.
func checkConfirmed(a *judge.Account, clerks []*clerk, lost func(format string, args ...any)) (n int) {
	for _, c := range clerks {
		for _, d := range c.done {
			n++
			if told := a.Tickets[d.ticket]; told == nil || !told.Verbs[d.event+" "+d.window] {
				lost("the hall has confirmed %s of ticket %s to %s, but has not stored it", d.event, d.ticket, d.window)
			}
		}
	}
	return n
}
