package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/node"
)

var quiet = slog.New(slog.DiscardHandler)

// outbox is a node's disk in memory.
type outbox struct {
	node  string
	epoch string

	mu    sync.Mutex
	evs   []contract.Event
	acked uint64
	wake  chan struct{}
}

var _ node.Outbox = (*outbox)(nil)

func newOutbox(node, epoch string) *outbox {
	return &outbox{node: node, epoch: epoch, wake: make(chan struct{}, 1)}
}

func (o *outbox) add(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for range n {
		seq := uint64(len(o.evs) + 1)
		o.evs = append(o.evs, contract.Event{
			SpecVersion: "1.0", ID: contract.EventID(o.node, o.epoch, seq), Source: "/hall/1/" + hall + "/" + o.node,
			Type: "ticket.printed/1", Time: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), ContentType: "application/json",
			Sequence: seq, Data: json.RawMessage(fmt.Sprintf(`{"ticket":"T%d","proof":"printed"}`, seq)),
		})
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) Epoch() string { return o.epoch }

func (o *outbox) First() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.acked + 1
}

func (o *outbox) Last() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return uint64(len(o.evs))
}

func (o *outbox) Unacknowledged(after uint64, max int) ([]contract.Event, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	end := min(int(after)+max, len(o.evs))
	return slices.Clone(o.evs[min(int(after), end):end]), nil
}

func (o *outbox) Acknowledge(_ context.Context, through uint64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if through > uint64(len(o.evs)) {
		return fmt.Errorf("acknowledged %d of %d", through, len(o.evs))
	}
	o.acked = max(o.acked, through)
	return nil
}

func (o *outbox) Appended() <-chan struct{} { return o.wake }

func (o *outbox) empty() bool { return o.First() > o.Last() }

// store is what a host keeps: events in order, once each, and answers.
type store struct {
	mu      sync.Mutex
	through map[string]uint64 // by node and epoch
	ids     []string
	twice   int // events that came again
	gaps    int // batches that began too late
	fail    bool
	lie     func(through uint64) uint64 // alters what is acknowledged
	answers map[string]contract.Answer
	effects map[string]int // by request id
	info    map[string]node.NodeInfo
	news    map[string][]string // status states that were told, by node
}

func newStore() *store {
	return &store{through: map[string]uint64{}, answers: map[string]contract.Answer{}, effects: map[string]int{},
		info: map[string]node.NodeInfo{}, news: map[string][]string{}}
}

func (s *store) events(_ context.Context, _ string, evs []contract.Event) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail {
		return 0, fmt.Errorf("the disk is full")
	}
	n, epoch, _, _ := contract.ParseEventID(evs[0].ID)
	key := n + "/" + epoch
	for _, e := range evs {
		switch {
		case e.Sequence <= s.through[key]:
			s.twice++
		case e.Sequence == s.through[key]+1:
			s.through[key]++
			s.ids = append(s.ids, e.ID)
		default:
			s.gaps++
		}
	}
	if s.lie != nil {
		return s.lie(s.through[key]), nil
	}
	return s.through[key], nil
}

func (s *store) ask(_ context.Context, node string, r contract.Request) contract.Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w, ok := s.answers[r.ID]; ok {
		return w
	}
	s.effects[r.ID]++
	data, _ := json.Marshal(map[string]any{"node": node, "count": len(s.answers) + 1})
	w := contract.Answer{ID: r.ID, Result: contract.ResultOK, Data: data}
	s.answers[r.ID] = w
	return w
}

func (s *store) node(id string, i node.NodeInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.info[id] = i
	s.news[id] = append(s.news[id], i.Status.State)
}

func (s *store) state(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.info[id].Status.State
}

func (s *store) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.ids)
}

// sameAs compares what the host has with the journals of the nodes: every
// event once, in order, and none that no journal knows.
func (s *store) sameAs(t testing.TB, boxes ...*outbox) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	want := map[string]bool{}
	for _, o := range boxes {
		for _, e := range o.evs {
			want[e.ID] = true
		}
	}
	for _, id := range s.ids {
		if !want[id] {
			t.Errorf("the host has %s, which is in no journal or was stored before", id)
		}
		delete(want, id)
	}
	if len(want) > 0 {
		t.Errorf("the host lacks %d events", len(want))
	}
}
