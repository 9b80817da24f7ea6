package node

import (
	"context"
	"time"

	"hallward/devices/contract"
)

// command takes a command of the host: a repeat is answered as before, an
// expired one is refused, an unknown one too; the rest runs beside the loop.
func (n *Node) command(payload []byte) error {
	r, err := decodeRequest(payload)
	if err != nil {
		return err
	}
	now := time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.running[r.ID] {
		n.count.repeated.Add(1)
		return nil
	}
	if w, ok := n.recall(r.ID, now); ok {
		n.count.repeated.Add(1)
		n.result(w)
		return nil
	}
	n.count.commands.Add(1)
	if now.After(r.Expires.Add(clockLeeway)) {
		n.count.expired.Add(1)
		n.result(expired(r.ID))
		return nil
	}
	f := n.commands[r.Type]
	if f == nil {
		n.result(unknownType(r))
		return nil
	}
	select {
	case n.commanding <- struct{}{}:
	default:
		n.count.dropped.Add(1) // the host repeats it
		return nil
	}
	n.running[r.ID] = true
	n.jobs.Go(func() { n.carryOut(f, r) })
	return nil
}

func (n *Node) recall(id string, now time.Time) (contract.Answer, bool) {
	if w, ok := n.done.get(id, now); ok {
		return w, true
	}
	if n.cfg.Answered != nil {
		return n.cfg.Answered(id)
	}
	return contract.Answer{}, false
}

func (n *Node) carryOut(f func(context.Context, contract.Request) contract.Answer, r contract.Request) {
	ctx, cancel := context.WithDeadline(context.Background(), r.Expires.Add(clockLeeway))
	defer cancel()
	w := f(ctx, r)
	w.ID = r.ID
	w = fitting(w)
	until := time.Now().Add(contract.AnswerLife)
	if n.cfg.Remember != nil {
		if err := n.cfg.Remember(ctx, r.ID, w, until); err != nil {
			n.log.Warn("the answer to a command is not stored", "command", r.ID, "error", err)
		}
	}
	n.mu.Lock()
	delete(n.running, r.ID)
	n.done.put(w, until)
	n.result(w)
	n.mu.Unlock()
	<-n.commanding
	n.poke()
}

// result queues the result of a command; the oldest gives way, since a host
// that still wants it repeats the command. Callers hold n.mu.
func (n *Node) result(w contract.Answer) {
	if len(n.results) >= maxAcks {
		n.results = n.results[1:]
		n.count.dropped.Add(1)
	}
	n.results = append(n.results, w)
}

func (l *loop) publishResults() error {
	l.mu.Lock()
	rs := l.results
	l.results = nil
	l.mu.Unlock()
	for _, w := range rs {
		if err := l.publish(l.s, l.topics.Node(l.cfg.Node, "res"), false, marshal(w)); err != nil {
			return err
		}
	}
	return nil
}

// answered remembers the answers of the last 24 hours, at most keepAnswers.
type answered struct {
	by    map[string]contract.Answer
	order []remembered
}

type remembered struct {
	id    string
	until time.Time
}

const keepAnswers = 1024

func (a *answered) put(w contract.Answer, until time.Time) {
	if a.by == nil {
		a.by = map[string]contract.Answer{}
	}
	a.by[w.ID] = w
	a.order = append(a.order, remembered{w.ID, until})
	if len(a.order) > keepAnswers {
		delete(a.by, a.order[0].id)
		a.order = a.order[1:]
	}
}

func (a *answered) get(id string, now time.Time) (contract.Answer, bool) {
	for len(a.order) > 0 && now.After(a.order[0].until) {
		delete(a.by, a.order[0].id)
		a.order = a.order[1:]
	}
	w, ok := a.by[id]
	return w, ok
}
