package node

import (
	"context"
	"fmt"
	"time"

	"hallward/devices/contract"
)

// peer is one node as its host sees it: what it said of itself, and the queues
// of what it sent.
type peer struct {
	host *Host
	id   string

	// Under Host.mu.
	info      NodeInfo
	heard     bool            // its status has come on this connection
	answering map[string]bool // requests under way
	refused   refusals

	news   chan struct{} // info has changed; of 1
	events chan *incoming
}

// incoming is an event with the epoch of its id.
type incoming struct {
	contract.Event
	epoch string
}

// Queues of one node. Events beyond what may be under way only come from repeats, and a
// dropped one is a gap that mends itself. More requests than that at once are
// a fault of the node, which repeats them.
const (
	maxEvents  = 2 * underWay
	maxAnswers = 64
)

// peer finds or makes the record of a node and starts its workers. Callers
// hold h.mu.
func (h *Host) peer(ctx context.Context, id string) *peer {
	if p := h.nodes[id]; p != nil {
		return p
	}
	if contract.CheckID(id) != nil || len(h.nodes) >= maxNodes || h.closing {
		return nil
	}
	p := &peer{
		host: h, id: id,
		info:      NodeInfo{Devices: map[string]contract.DeviceState{}},
		answering: map[string]bool{},
		news:      make(chan struct{}, 1),
		events:    make(chan *incoming, maxEvents),
	}
	h.nodes[id] = p
	h.jobs.Go(func() { p.serveEvents(ctx) })
	h.jobs.Go(func() { p.serveNews(ctx) })
	return p
}

// changed wakes the worker that tells. Callers hold Host.mu.
func (p *peer) changed() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

func (p *peer) serveNews(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.news:
		}
		p.host.mu.Lock()
		info := p.info.clone()
		p.host.mu.Unlock()
		if p.host.cfg.Node != nil {
			p.host.cfg.Node(p.id, info)
		}
	}
}

// serveEvents hands over events in batches of one epoch, and acknowledges what
// is stored: once for all that has queued up meanwhile, but at least twice in
// a window, so that the node need not stand still.
func (p *peer) serveEvents(ctx context.Context) {
	var next *incoming
	var failing faultText
	unsaid := 0 // events stored since the last acknowledgement
	for {
		if next == nil {
			select {
			case <-ctx.Done():
				return
			case next = <-p.events:
			}
		}
		var batch []contract.Event
		epoch := next.epoch
		batch, next = p.gather(next)
		through, err := p.host.cfg.Events(ctx, p.id, batch)
		if err != nil {
			if ctx.Err() == nil {
				failing.say(p.host.log, fmt.Sprintf("events of %s are not stored: %v", p.id, err))
			}
			continue
		}
		failing.over()
		p.host.count.stored.Add(1)
		unsaid += len(batch)
		if unsaid < contract.Window/2 && next == nil && len(p.events) > 0 {
			continue
		}
		unsaid = 0
		p.host.publish(p.host.topics.Node(p.id, "ack"), false, marshal(contract.Ack{Epoch: epoch, Through: through}))
	}
}

// gather collects what has queued up behind first, up to a window and the end
// of its epoch; rest is the first event of the next batch, if it is there.
func (p *peer) gather(first *incoming) (batch []contract.Event, rest *incoming) {
	batch = []contract.Event{first.Event}
	for len(batch) < contract.Window {
		select {
		case e := <-p.events:
			if e.epoch != first.epoch {
				return batch, e
			}
			batch = append(batch, e.Event)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// serve answers one request. A callback that ends without a result, because
// the program stops, leaves it to be asked again.
func (p *peer) serve(ctx context.Context, r contract.Request, tooLate bool) {
	w := expired(r.ID)
	if !tooLate {
		w = p.host.cfg.Ask(ctx, p.id, r)
		w.ID = r.ID
		w = fitting(w)
	}
	p.host.mu.Lock()
	delete(p.answering, r.ID)
	p.host.mu.Unlock()
	if w.Result != "" {
		p.host.publish(p.host.topics.Node(p.id, "answer"), false, marshal(w))
	}
}

// refusals counts bad messages of a node, and lets one line a minute through.
type refusals struct {
	since time.Time
	held  uint64
}

func (r *refusals) allow(now time.Time) (held uint64, ok bool) {
	if !r.since.IsZero() && now.Sub(r.since) < time.Minute {
		r.held++
		return 0, false
	}
	held, r.held, r.since = r.held, 0, now
	return held, true
}
