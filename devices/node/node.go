package node

import (
	"context"
	"encoding/json"
	"errors"
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

// Node is a node's side of the contract. Make it with New, register the
// handlers, then Run it.
type Node struct {
	cfg    Config
	dial   Dial
	topics contract.Topics
	log    *slog.Logger
	count  counters

	wake chan struct{} // something below has changed
	up   atomic.Bool   // connected, and the host is online

	mu       sync.Mutex
	states   map[string]contract.DeviceState
	dirty    map[string]bool // states to publish
	asks     map[string]*ask
	results  []contract.Answer // of commands, to publish
	commands map[string]func(context.Context, contract.Request) contract.Answer
	done     answered        // commands that were carried out
	running  map[string]bool // commands under way
	views    map[string]func(json.RawMessage)
	online   []func(bool)
	in       inbox

	arrived    chan struct{}              // a view is waiting
	newest     map[string]json.RawMessage // views not yet handed over
	latest     map[string]string          // views that came in this session
	versions   versions
	told       faultLog
	jobs       sync.WaitGroup
	commanding chan struct{} // a place for each command that may run
}

// inbox is what the broker has said since the loop last looked.
type inbox struct {
	host   *contract.HostStatus
	acks   []contract.Ack
	status []contract.Status // own status, as the broker has it
}

// maxAcks and maxCommands bound what a node takes before it looks.
const (
	maxAcks     = 64
	maxCommands = 16
)

// New checks the configuration; it does not connect.
func New(c Config) (*Node, error) {
	dial, err := checkWhere(c.Hall, c.Node, c.Broker, c.TLS, c.Dial)
	if err != nil {
		return nil, err
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Clock == nil {
		c.Clock = func() string { return "free" }
	}
	log := c.Log.With("hall", c.Hall, "node", c.Node)
	return &Node{
		cfg: c, dial: dial, topics: contract.Topics{Hall: c.Hall}, log: log,
		wake:       make(chan struct{}, 1),
		states:     map[string]contract.DeviceState{},
		dirty:      map[string]bool{},
		asks:       map[string]*ask{},
		commands:   map[string]func(context.Context, contract.Request) contract.Answer{},
		running:    map[string]bool{},
		views:      map[string]func(json.RawMessage){},
		arrived:    make(chan struct{}, 1),
		newest:     map[string]json.RawMessage{},
		latest:     map[string]string{},
		told:       faultLog{log: log},
		commanding: make(chan struct{}, maxCommands),
	}, nil
}

// OnView registers the handler of a view; it gets each snapshot that is the
// newest when it is free. Register before Run.
func (n *Node) OnView(name string, f func(json.RawMessage)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.views[name] = f
}

// OnCommand registers the handler of a type of command. ctx ends when the
// command expires. A repeat of the same id is answered without calling it.
func (n *Node) OnCommand(typ string, f func(context.Context, contract.Request) contract.Answer) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.commands[typ] = f
}

// OnOnline registers f, which is called at each change of Online, in order.
// It must return soon. Register before Run.
func (n *Node) OnOnline(f func(bool)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.online = append(n.online, f)
}

// Online tells whether the broker is connected and the host's consumer is
// there: a request made now can be answered.
func (n *Node) Online() bool { return n.up.Load() }

// Stats are counters since New.
func (n *Node) Stats() Stats { return n.count.stats() }

// SetDevice reports the state of a device; it is published when it differs
// from the last one, and again on each connection. Session is filled in.
func (n *Node) SetDevice(id string, s contract.DeviceState) {
	s.Session = ""
	if s.Faults == nil {
		s.Faults = []string{}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	old, known := n.states[id]
	if known && slices.Equal(old.Faults, s.Faults) {
		a, b := old, s
		a.Faults, b.Faults = nil, nil
		if string(marshal(a)) == string(marshal(b)) {
			return
		}
	}
	s.Faults = slices.Clone(s.Faults)
	n.states[id] = s
	n.dirty[id] = true
	n.poke()
}

func (n *Node) poke() {
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// Run keeps the node connected until ctx ends; then it says "stopped", hangs
// up and returns nil.
func (n *Node) Run(ctx context.Context) error {
	views := make(chan struct{})
	go func() { defer close(views); n.serveViews(ctx) }()
	defer func() { <-views; n.jobs.Wait() }()

	pause := newBackoff(n.cfg.RetryMin, n.cfg.RetryMax, n.cfg.Draw)
	for ctx.Err() == nil {
		began := time.Now()
		err := n.once(ctx)
		n.setOnline(false)
		if ctx.Err() != nil {
			return nil
		}
		n.told.fault(err)
		pause.lasted(time.Since(began))
		sleep(ctx, pause.next())
	}
	return nil
}

// once is one session from its connection to its end.
func (n *Node) once(ctx context.Context) error {
	id := ulid.Make().String()
	n.mu.Lock()
	n.in = inbox{}
	clear(n.latest)
	retained := []string{n.topics.Host()}
	for name := range n.views {
		retained = append(retained, n.topics.View(name))
	}
	n.mu.Unlock()
	filters := append(slices.Clone(retained),
		n.topics.Node(n.cfg.Node, "status"),
		n.topics.Node(n.cfg.Node, "ack"),
		n.topics.Node(n.cfg.Node, "answer"),
		n.topics.Node(n.cfg.Node, "cmd"),
	)

	s, err := open(ctx, terms{
		clientID: n.topics.Identity(n.cfg.Node),
		session:  id,
		dial:     n.dial,
		will:     n.statusMessage(contract.Lost, id),
		filters:  filters,
		receive:  n.receive,
	})
	if err != nil {
		return err
	}
	defer s.close()
	n.count.connections.Add(1)
	err = n.serve(ctx, s, retained)
	if ctx.Err() != nil {
		m := n.statusMessage(contract.Stopped, id)
		s.last(m.topic, m.retained, m.payload)
	}
	return err
}

func (n *Node) statusMessage(state, session string) publication {
	return publication{
		topic:    n.topics.Node(n.cfg.Node, "status"),
		retained: true,
		payload:  marshal(contract.Status{State: state, Session: session}),
	}
}

// announce publishes who this is, in the order of HALL-004.
func (n *Node) announce(s *session) error {
	m := n.statusMessage(contract.Ready, s.id)
	if err := n.publish(s, m.topic, true, m.payload); err != nil {
		return err
	}
	b := contract.Birth{
		Session: s.id, Program: n.cfg.Program, Version: n.cfg.Version,
		Contracts: []string{contract.Version}, Role: n.cfg.Role, Clock: n.cfg.Clock(),
		Devices: n.cfg.Devices, Time: stamp(time.Now()),
	}
	if o := n.cfg.Outbox; o != nil {
		b.Outbox = &contract.OutboxRange{Epoch: o.Epoch(), First: o.First(), Last: o.Last()}
	}
	if err := n.publish(s, n.topics.Node(n.cfg.Node, "birth"), true, marshal(b)); err != nil {
		return err
	}
	n.mu.Lock()
	for id := range n.states {
		n.dirty[id] = true
	}
	n.mu.Unlock()
	return n.publishStates(s)
}

func (n *Node) publishStates(s *session) error {
	n.mu.Lock()
	ids := slices.Sorted(maps.Keys(n.dirty))
	states := make([]contract.DeviceState, len(ids))
	for i, id := range ids {
		states[i] = n.states[id]
	}
	clear(n.dirty)
	n.mu.Unlock()
	for i, id := range ids {
		states[i].Session = s.id
		if err := n.publish(s, n.topics.DeviceState(n.cfg.Node, id), true, marshal(states[i])); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) publish(s *session, topic string, retained bool, payload []byte) error {
	n.count.published.Add(1)
	return s.publish(topic, retained, payload)
}

// serve is the one loop that decides what a session publishes.
func (n *Node) serve(ctx context.Context, s *session, retained []string) error {
	if err := n.announce(s); err != nil {
		return err
	}
	l := loop{Node: n, s: s, echo: time.Now().Add(echoLimit), retained: retained, refresh: time.Now().Add(refreshAfter)}
	if o := n.cfg.Outbox; o != nil {
		l.sender = newSender(o.First())
	}
	n.mu.Lock()
	for _, a := range n.asks {
		a.next = time.Time{} // a new session: ask again at once
	}
	n.mu.Unlock()
	t := time.NewTimer(0)
	defer t.Stop()
	for {
		var appended <-chan struct{}
		if n.cfg.Outbox != nil {
			appended = n.cfg.Outbox.Appended() // before looking, so that none is missed
		}
		if err := l.step(ctx); err != nil {
			return err
		}
		t.Reset(l.wait())
		select {
		case <-ctx.Done():
			return nil
		case <-s.lost:
			return s.why
		case <-n.wake:
		case <-appended:
		case <-t.C:
		}
	}
}

func (n *Node) setOnline(v bool) {
	if n.up.Swap(v) == v {
		return
	}
	n.mu.Lock()
	fs := slices.Clone(n.online)
	n.mu.Unlock()
	for _, f := range fs {
		f(v)
	}
}

// serveViews hands the newest snapshots to their handlers.
func (n *Node) serveViews(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.arrived:
		}
		n.mu.Lock()
		got := n.newest
		n.newest = map[string]json.RawMessage{}
		n.mu.Unlock()
		for _, name := range slices.Sorted(maps.Keys(got)) {
			n.mu.Lock()
			f := n.views[name]
			n.mu.Unlock()
			if f != nil {
				f(got[name])
			}
		}
	}
}

// stamp is a time as the contract writes it: UTC, milliseconds (HALL-020).
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// faultLog writes one line when a fault begins, changes or ends, and none for
// its repeats.
type faultLog struct {
	log  *slog.Logger
	mu   sync.Mutex
	last string
}

func (f *faultLog) fault(err error) {
	if err == nil {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	kind := err.Error()
	if errors.Is(err, errLost) {
		kind = "lost" // the words behind it differ from time to time
	}
	if kind == f.last {
		return
	}
	f.last = kind
	f.log.Warn("broker away", "error", err)
}

func (f *faultLog) over(what string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == "" {
		return
	}
	f.last = ""
	f.log.Info(what, args...)
}

func problem(code, zh, en string) *contract.Problem {
	return &contract.Problem{Code: code, Message: zh, MessageEN: en}
}

func expired(id string) contract.Answer {
	return contract.Answer{ID: id, Result: contract.ResultExpired,
		Error: problem("expired", "请求已过期，请重试", "The request came too late. Please try again.")}
}

// fitting is the answer, or, if it is larger than the contract allows, one that
// says so.
func fitting(w contract.Answer) contract.Answer {
	if n := len(marshal(w)); n > contract.MaxPayload {
		return contract.Answer{ID: w.ID, Result: contract.ResultFailed,
			Error: problem("too-large", "回复内容过大", fmt.Sprintf("The answer has %d bytes, which is too many.", n))}
	}
	return w
}

func unknownType(r contract.Request) contract.Answer {
	return contract.Answer{ID: r.ID, Result: contract.ResultRefused,
		Error: problem("unknown-type", "不支持的请求", fmt.Sprintf("This request is not known here: %.60q", r.Type))}
}

// faultText writes a standing trouble once, until it is another or over.
type faultText struct{ last string }

func (f *faultText) say(log *slog.Logger, text string) {
	if f.last != text {
		f.last = text
		log.Error(text)
	}
}

func (f *faultText) over() { f.last = "" }
