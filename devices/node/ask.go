package node

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// ask is a request under way.
type ask struct {
	payload []byte
	next    time.Time // when to publish it again
	tries   int
	answer  chan contract.Answer // of 1
}

// maxAsks is how many requests of one node may be under way.
const maxAsks = 256

// Ask makes a request of the host and waits for its answer, with a new id.
func (n *Node) Ask(ctx context.Context, typ string, data any) (contract.Answer, error) {
	return n.AskID(ctx, ulid.Make().String(), typ, data)
}

// AskID is Ask with the caller's id: asking again after an error, with the
// same id and data, never has a second effect. The request expires with ctx,
// or after 30 s. An answer that is not "ok" is no error; the error is
// ErrUnanswered when none came.
func (n *Node) AskID(ctx context.Context, id, typ string, data any) (contract.Answer, error) {
	raw, err := json.Marshal(data)
	if err != nil {
		return contract.Answer{}, fmt.Errorf("node: ask %s: %w", typ, err)
	}
	now := time.Now()
	expires := now.Add(requestLife)
	if d, ok := ctx.Deadline(); ok {
		expires = d
	}
	payload := marshal(contract.Request{ID: id, Type: typ, Issued: stamp(now), Expires: stamp(expires), Data: raw})
	if len(payload) > contract.MaxPayload {
		return contract.Answer{}, fmt.Errorf("node: ask %s: %d bytes, at most %d", typ, len(payload), contract.MaxPayload)
	}
	a := &ask{payload: payload, answer: make(chan contract.Answer, 1)}

	n.mu.Lock()
	if len(n.asks) >= maxAsks || n.asks[id] != nil {
		n.mu.Unlock()
		return contract.Answer{}, fmt.Errorf("node: ask %s %s: %d requests are under way, or this very one", typ, id, maxAsks)
	}
	n.asks[id] = a
	n.mu.Unlock()
	n.count.asked.Add(1)
	n.poke()
	defer func() {
		n.mu.Lock()
		delete(n.asks, id)
		n.mu.Unlock()
	}()

	t := time.NewTimer(expires.Sub(now))
	defer t.Stop()
	select {
	case w := <-a.answer:
		return w, nil
	case <-ctx.Done():
		return contract.Answer{}, fmt.Errorf("node: ask %s: %w (%w)", typ, ErrUnanswered, ctx.Err())
	case <-t.C:
		return contract.Answer{}, fmt.Errorf("node: ask %s: %w", typ, ErrUnanswered)
	}
}

func (n *Node) answer(w contract.Answer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if a := n.asks[w.ID]; a != nil {
		select {
		case a.answer <- w:
		default: // the answer to a repeat
		}
	}
}

func (l *loop) publishAsks(now time.Time) error {
	var due [][]byte
	l.mu.Lock()
	for _, a := range l.asks {
		if now.Before(a.next) {
			continue
		}
		if a.tries++; a.tries > 1 {
			l.count.repeated.Add(1)
		}
		a.next = now.Add(repeatAfter)
		due = append(due, a.payload)
	}
	l.mu.Unlock()
	for _, p := range due {
		if err := l.publish(l.s, l.topics.Node(l.cfg.Node, "ask"), false, p); err != nil {
			return err
		}
	}
	return nil
}

// nextAsk is when the next request is to be repeated; zero for never.
func (n *Node) nextAsk() (t time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range n.asks {
		if t.IsZero() || a.next.Before(t) {
			t = a.next
		}
	}
	return t
}
