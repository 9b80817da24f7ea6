package node

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
)

// Host is the host's side of the contract for one hall. Make it with NewHost,
// then Run it.
type Host struct {
	cfg    HostConfig
	dial   Dial
	topics contract.Topics
	log    *slog.Logger
	count  counters
	told   faultLog
	up     atomic.Bool

	mu      sync.Mutex
	session *session // nil while not connected
	views   map[string][]byte
	dirty   map[string]bool // views to publish
	nodes   map[string]*peer
	waiting map[string]chan contract.Answer // commands under way
	stale   bool                            // somebody published another host status
	closing bool                            // Run ends: nothing new is begun
	jobs    sync.WaitGroup
	wake    chan struct{}
}

// maxNodes bounds how many nodes a host keeps; ids stand in certificates, so
// this is a matter of memory and not of trust.
const maxNodes = 4096

// silence is how long after a new connection a node may stay unheard before
// it counts as lost: its retained status may have gone with the broker.
const silence = 10 * time.Second

// NewHost checks the configuration; it does not connect.
func NewHost(c HostConfig) (*Host, error) {
	if c.Host == "" {
		c.Host = "hall"
	}
	dial, err := checkWhere(c.Hall, c.Host, c.Broker, c.TLS, c.Dial)
	if err != nil {
		return nil, err
	}
	if c.Events == nil || c.Ask == nil {
		return nil, fmt.Errorf("node: host of %s: Events and Ask must be set", c.Hall)
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	log := c.Log.With("hall", c.Hall, "host", c.Host)
	return &Host{
		cfg: c, dial: dial, topics: contract.Topics{Hall: c.Hall}, log: log, told: faultLog{log: log},
		views:   map[string][]byte{},
		dirty:   map[string]bool{},
		nodes:   map[string]*peer{},
		waiting: map[string]chan contract.Answer{},
		wake:    make(chan struct{}, 1),
	}, nil
}

// Online tells whether the host is connected to its broker.
func (h *Host) Online() bool { return h.up.Load() }

// Stats are counters since NewHost.
func (h *Host) Stats() Stats { return h.count.stats() }

// Nodes is what is known of every node.
func (h *Host) Nodes() map[string]NodeInfo {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make(map[string]NodeInfo, len(h.nodes))
	for id, p := range h.nodes {
		out[id] = p.info.clone()
	}
	return out
}

// PublishView makes payload the snapshot of a view, now and on every later
// connection. It does not wait: of snapshots that follow each other closely
// only the newest may go out. The only error is one of more than 64 KiB.
func (h *Host) PublishView(name string, payload []byte) error {
	if len(payload) > contract.MaxPayload {
		return fmt.Errorf("node: view %s: %d bytes, at most %d", name, len(payload), contract.MaxPayload)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.views[name] = payload
	h.dirty[name] = true
	h.poke()
	return nil
}

func (h *Host) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// publishViews sends the views that have changed; only watch calls it.
func (h *Host) publishViews(s *session) error {
	h.mu.Lock()
	names := slices.Sorted(maps.Keys(h.dirty))
	payloads := make([][]byte, len(names))
	for i, name := range names {
		payloads[i] = h.views[name]
	}
	clear(h.dirty)
	h.mu.Unlock()
	for i, name := range names {
		if err := s.publish(h.topics.View(name), true, payloads[i]); err != nil {
			return err
		}
		h.count.published.Add(1)
	}
	return nil
}

// publish sends on the present session; without one the message is gone, and
// whoever needs it asks again.
func (h *Host) publish(topic string, retained bool, payload []byte) {
	h.mu.Lock()
	s := h.session
	h.mu.Unlock()
	if s == nil {
		return
	}
	if err := s.publish(topic, retained, payload); err == nil {
		h.count.published.Add(1)
	}
}

// Run keeps the host connected until ctx ends; then it finishes what has been
// handed to the callbacks, says that it is offline, and returns nil.
func (h *Host) Run(ctx context.Context) error {
	defer h.finish()
	pause := newBackoff(h.cfg.RetryMin, h.cfg.RetryMax, h.cfg.Draw)
	for ctx.Err() == nil {
		began := time.Now()
		err := h.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		h.told.fault(err)
		pause.lasted(time.Since(began))
		sleep(ctx, pause.next())
	}
	return nil
}

// finish waits for what is under way and begins nothing new.
func (h *Host) finish() {
	h.mu.Lock()
	h.closing = true
	h.mu.Unlock()
	h.jobs.Wait()
}

func (h *Host) status(online bool, session string) publication {
	return publication{topic: h.topics.Host(), retained: true,
		payload: marshal(contract.HostStatus{Online: online, Session: session})}
}

func (h *Host) once(ctx context.Context) error {
	id := ulid.Make().String()
	h.mu.Lock()
	h.stale = false
	for _, p := range h.nodes {
		p.heard = false
	}
	h.mu.Unlock()
	retained := []string{
		h.topics.Node("+", "status"),
		h.topics.Node("+", "birth"),
		h.topics.DeviceState("+", "+"),
	}
	s, err := open(ctx, terms{
		clientID: h.topics.Identity(h.cfg.Host),
		session:  id,
		dial:     h.dial,
		will:     h.status(false, id),
		filters: append(slices.Clone(retained),
			h.topics.Host(),
			h.topics.Node("+", "evt"),
			h.topics.Node("+", "ask"),
			h.topics.Node("+", "res"),
		),
		receive: func(topic string, retained bool, payload []byte) { h.receive(ctx, id, topic, retained, payload) },
	})
	if err != nil {
		return err
	}
	defer s.close()
	h.count.connections.Add(1)

	// Online before the views: a node may ask while they are on their way.
	m := h.status(true, id)
	if err := s.publish(m.topic, true, m.payload); err != nil {
		return err
	}
	h.mu.Lock()
	h.session = s
	for name := range h.views {
		h.dirty[name] = true
	}
	h.mu.Unlock()
	defer func() {
		h.up.Store(false)
		h.mu.Lock()
		h.session = nil
		h.mu.Unlock()
	}()
	h.up.Store(true)
	h.told.over("connected", "session", id)
	return h.watch(ctx, s, retained)
}

// watch is the rest of a session: its end, a host status that is not ours, and
// the nodes that did not come back.
func (h *Host) watch(ctx context.Context, s *session, retained []string) error {
	again := time.NewTimer(refreshAfter)
	defer again.Stop()
	quiet := time.NewTimer(silence)
	defer quiet.Stop()
	for {
		if err := h.publishViews(s); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			h.finish() // answers under way still go out
			m := h.status(false, s.id)
			s.last(m.topic, true, m.payload)
			return nil
		case <-s.lost:
			return s.why
		case <-again.C:
			s.refresh(retained)
		case <-quiet.C:
			h.missing()
		case <-h.wake:
			h.mu.Lock()
			stale := h.stale
			h.stale = false
			h.mu.Unlock()
			if stale {
				m := h.status(true, s.id)
				if err := s.publish(m.topic, true, m.payload); err != nil {
					return err
				}
			}
		}
	}
}

// missing declares lost every node that was ready before this connection and
// has not been heard of since.
func (h *Host) missing() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range h.nodes {
		if p.info.Ready && !p.heard {
			p.info.Ready = false
			p.info.Status.State = contract.Lost
			p.changed()
		}
	}
}

// Command sends a command to a node and repeats it, with one id, until the
// result comes or ctx ends (at most 30 s when it has no deadline). A result
// that is not "ok" is no error. ErrNodeAway when the node is not ready.
func (h *Host) Command(ctx context.Context, node, typ string, data any) (contract.Answer, error) {
	return h.CommandID(ctx, node, ulid.Make().String(), typ, data)
}

// CommandID is Command with the caller's id: the same id again gets the same
// result, and the node does nothing twice.
func (h *Host) CommandID(ctx context.Context, node, id, typ string, data any) (contract.Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, requestLife)
	defer cancel()
	expires, _ := ctx.Deadline()
	raw, err := marshalData(data)
	if err != nil {
		return contract.Answer{}, fmt.Errorf("node: command %s to %s: %w", typ, node, err)
	}
	r := contract.Request{ID: id, Type: typ, Issued: stamp(time.Now()), Expires: stamp(expires), Data: raw}
	payload := marshal(r)
	if len(payload) > contract.MaxPayload {
		return contract.Answer{}, fmt.Errorf("node: command %s to %s: %d bytes, at most %d", typ, node, len(payload), contract.MaxPayload)
	}
	result := make(chan contract.Answer, 1)
	h.mu.Lock()
	p := h.nodes[node]
	if p == nil || !p.info.Ready {
		h.mu.Unlock()
		return contract.Answer{}, fmt.Errorf("node: command %s to %s: %w", typ, node, ErrNodeAway)
	}
	h.waiting[node+" "+r.ID] = result
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.waiting, node+" "+r.ID)
		h.mu.Unlock()
	}()
	h.count.commands.Add(1)
	repeat := time.NewTicker(repeatAfter)
	defer repeat.Stop()
	for {
		h.publish(h.topics.Node(node, "cmd"), false, payload)
		select {
		case w := <-result:
			return w, nil
		case <-repeat.C:
			h.count.repeated.Add(1)
		case <-ctx.Done():
			return contract.Answer{}, fmt.Errorf("node: command %s to %s: %w", typ, node, ErrUnanswered)
		}
	}
}
