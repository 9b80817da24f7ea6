package controller

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
)

// Born tells the engine where the outbox of a node begins: a node whose disk
// is older than this hall's memory does not begin at 1.
func (e *Engine) Born(node string, outbox contract.OutboxRange) {
	e.births.Store(node, outbox)
}

// Alive returns when the engine has gone through its loop once.
func (e *Engine) Alive(ctx context.Context) error {
	_, err := e.submit(ctx, &call{command: hall.Command{Type: hall.CmdTick, Role: hall.RoleHall, Node: e.self}})
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the engine does not move: %w", err)
	}
	return nil
}

func (e *Engine) submit(ctx context.Context, c *call) (contract.Answer, error) {
	c.done = make(chan struct{})
	select {
	case e.in <- c:
	case <-e.stopped:
		return contract.Answer{}, errStopped
	case <-ctx.Done():
		return contract.Answer{}, ctx.Err()
	}
	select {
	case <-c.done:
		return c.answer, c.err
	case <-e.stopped:
		return contract.Answer{}, errStopped
	case <-ctx.Done():
		return contract.Answer{}, ctx.Err()
	}
}

var errStopped = errors.New("the hall controller is stopping")

// Ask carries out a request of a node or of the console.
func (e *Engine) Ask(ctx context.Context, node, role string, r contract.Request) contract.Answer {
	a, err := e.submit(ctx, &call{
		command: hall.Command{ID: r.ID, Type: r.Type, Node: node, Role: role, Data: r.Data},
		expires: r.Expires,
	})
	if err != nil {
		return failed(r.ID, err)
	}
	return a
}

// Reading carries a reading of one of the hall's own devices into the rules,
// and returns when it is on disk.
func (e *Engine) Reading(ctx context.Context, typ string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("controller: %s: %w", typ, err)
	}
	_, err = e.submit(ctx, &call{command: hall.Command{Type: typ, Role: hall.RoleHall, Node: e.self, Data: raw}})
	return err
}

// Events takes the events of a node, in their order, and returns the sequence
// through which they are stored.
func (e *Engine) Events(ctx context.Context, node, role string, events []contract.Event) (uint64, error) {
	calls := make([]*call, 0, len(events))
	var epoch string
	for _, ev := range events {
		n, ep, seq, err := contract.ParseEventID(ev.ID)
		if err != nil {
			return 0, err
		}
		if n != node {
			return 0, fmt.Errorf("event %q came on the topic of node %q", ev.ID, node)
		}
		epoch = ep
		calls = append(calls, &call{
			command: hall.Command{ID: ev.ID, Type: ev.Type, Node: node, Role: role, Data: ev.Data},
			inbox:   &journal.InboxMark{Node: node, Epoch: ep, Through: seq},
			done:    make(chan struct{}),
		})
	}
	for _, c := range calls {
		select {
		case e.in <- c:
		case <-e.stopped:
			return 0, errStopped
		}
	}
	for _, c := range calls {
		select {
		case <-c.done:
		case <-e.stopped:
			return 0, errStopped
		case <-ctx.Done():
			return 0, ctx.Err()
		}
		if c.err != nil {
			return 0, c.err
		}
	}
	if mark, ok := e.store.Inbox(node); ok && mark.Epoch == epoch {
		return mark.Through, nil
	}
	return 0, nil
}

// Look reads the state as it is on disk; look must not keep it.
func (e *Engine) Look(look func(*hall.State)) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	look(e.stored)
}

func answer(id string, d hall.Decision) contract.Answer {
	if d.Refusal != nil {
		return contract.Answer{ID: id, Result: contract.ResultRefused, Error: d.Refusal}
	}
	a := contract.Answer{ID: id, Result: contract.ResultOK}
	if d.Answer != nil {
		raw, err := json.Marshal(d.Answer)
		if err != nil {
			return failed(id, err)
		}
		a.Data = raw
	}
	return a
}

func failed(id string, err error) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultFailed, Error: &contract.Problem{
		Code:      "storage",
		Message:   "系统暂时无法保存，本次操作没有生效，请稍后再试或到咨询台办理。",
		MessageEN: "The system cannot save right now and nothing was changed. Please try again shortly or ask at the desk.",
	}}
}

func expired(id string) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultExpired, Error: &contract.Problem{
		Code:      "expired",
		Message:   "操作超时，没有生效，请重新操作。",
		MessageEN: "The request came too late and was not carried out. Please try again.",
	}}
}
