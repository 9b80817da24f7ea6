package keeper

import (
	"context"
	"encoding/json"
	"net"
	"sync"
	"testing"
	"time"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/node"
)

// line is a board and its hall with a broker between them that can be stopped.
type line struct {
	t    *testing.T
	host *node.Host
	k    *Keeper

	mu     sync.Mutex
	broker *broker.Broker
}

// dial reaches the broker of the moment.
func (l *line) dial(identity string) node.Dial {
	return func(ctx context.Context) (net.Conn, error) {
		l.mu.Lock()
		b := l.broker
		l.mu.Unlock()
		if b == nil {
			return nil, net.ErrClosed
		}
		return b.Dial(identity)(ctx)
	}
}

// serve starts a broker and returns what stops it.
func (l *line) serve() (stop func()) {
	l.t.Helper()
	b, err := broker.New(broker.Config{Halls: []string{"sample"}, Log: quiet()})
	if err != nil {
		l.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	l.mu.Lock()
	l.broker = b
	l.mu.Unlock()
	return func() {
		l.mu.Lock()
		l.broker = nil
		l.mu.Unlock()
		cancel()
		if err := <-done; err != nil {
			l.t.Error(err)
		}
	}
}

func (l *line) publish(name string, v any) {
	l.t.Helper()
	raw, err := json.Marshal(v)
	if err == nil {
		err = l.host.PublishView(name, raw)
	}
	if err != nil {
		l.t.Fatal(err)
	}
}

// shows waits until the board is as wanted and says how long that took.
func (l *line) shows(what string, want func(Page) bool) time.Duration {
	l.t.Helper()
	begin := time.Now()
	limit := time.After(20 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for {
		l.k.Screen()
		p := page(l.t, l.k)
		if want(p) {
			return time.Since(begin)
		}
		select {
		case <-limit:
			l.t.Fatalf("%s: the board shows %+v", what, p)
		case <-look.C:
		}
	}
}

// The broker goes, calls are made, the broker comes back: the board
// says that it is cut off, keeps what it has, is right within 2 s of the link's
// return, and announces the calls that it missed once (HALL-018, HALL-019).
func TestRightWithinTwoSeconds(t *testing.T) {
	l := &line{t: t, k: New(t.TempDir(), quiet())}
	var parts sync.WaitGroup
	defer parts.Wait()
	ctx, end := context.WithCancel(context.Background())
	defer end()
	host, err := node.NewHost(node.HostConfig{Hall: "sample", Dial: l.dial("sample/hall"), Log: quiet(),
		Events: func(context.Context, string, []contract.Event) (uint64, error) { return 0, nil },
		Ask: func(_ context.Context, _ string, r contract.Request) contract.Answer {
			return contract.Answer{ID: r.ID}
		}})
	if err != nil {
		t.Fatal(err)
	}
	l.host = host
	n, err := node.New(node.Config{Hall: "sample", Node: "board-1", Dial: l.dial("sample/board-1"), Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{contract.ViewCalls, contract.ViewQueue} {
		n.OnView(name, func(raw json.RawMessage) { l.k.View(name, raw) })
	}
	n.OnOnline(l.k.Link)

	stop := l.serve()
	parts.Go(func() { _ = host.Run(ctx) })
	parts.Go(func() { _ = n.Run(ctx) })
	l.publish(contract.ViewCalls, calls(2))
	l.publish(contract.ViewQueue, contract.Queue{Version: 2, Waiting: 5})
	l.shows("at first", func(p Page) bool { return p.Link == "" && len(p.Calls) == 2 && p.Waiting == 5 })

	for last := uint64(3); last < 6; last++ {
		stop()
		l.shows("cut off", func(p Page) bool { return p.Link != "" && uint64(len(p.Calls)) == last-1 && p.Waiting == 5 })
		l.publish(contract.ViewCalls, calls(last)) // it waits with the host
		stop = l.serve()
		l.shows("the link is back", func(p Page) bool { return p.Link == "" })
		took := l.shows("after the return", func(p Page) bool {
			return p.Link == "" && uint64(len(p.Calls)) == last && p.Seen == last
		})
		if took > 2*time.Second {
			t.Errorf("right %v after the link's return, want 2s", took)
		}
		l.shows("the missed call", func(p Page) bool { return p.Calls[0].Call == last && p.Calls[0].Flashing })
	}
	stop()
}
