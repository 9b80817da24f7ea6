package node_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/node"
)

// wires are the connections of one hall inside a bubble; they can be cut, or
// stay open and carry nothing.
type wires struct {
	mu     sync.Mutex
	broker *broker.Broker // nil while it is down
	open   map[string]net.Conn
}

func (w *wires) dial(identity string) node.Dial {
	return func(ctx context.Context) (net.Conn, error) {
		w.mu.Lock()
		b := w.broker
		w.mu.Unlock()
		if b == nil {
			return nil, fmt.Errorf("connection refused")
		}
		c, err := b.Dial(identity)(ctx)
		if err != nil {
			return nil, err
		}
		h := &hole{Conn: c}
		w.mu.Lock()
		w.open[identity] = h
		w.mu.Unlock()
		return h, nil
	}
}

func (w *wires) get(identity string) *hole {
	w.mu.Lock()
	defer w.mu.Unlock()
	h, _ := w.open[identity].(*hole)
	return h
}

// hole is a connection that may swallow what is written: a cable that is out
// while both ends believe in it.
type hole struct {
	net.Conn
	mu    sync.Mutex
	black bool
}

func (h *hole) Write(p []byte) (int, error) {
	h.mu.Lock()
	black := h.black
	h.mu.Unlock()
	if black {
		return len(p), nil
	}
	return h.Conn.Write(p)
}

func (h *hole) swallow() {
	h.mu.Lock()
	h.black = true
	h.mu.Unlock()
}

// A day of eight hours: three nodes report, ask and show a view while links are
// cut or go dead, the broker dies and the host's consumer is away. At the end
// the host has exactly what stands in the journals, each request had one
// effect, and the views and the statuses are right.
func TestDayOfLinkCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(2026, 3))
		w := &wires{open: map[string]net.Conn{}}
		runBroker := func() (stop func()) {
			b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
			if err != nil {
				t.Fatal(err)
			}
			end := running(t, "broker", b.Run)
			w.mu.Lock()
			w.broker = b
			w.mu.Unlock()
			return func() {
				w.mu.Lock()
				w.broker = nil
				w.mu.Unlock()
				end()
			}
		}
		stopBroker := runBroker()
		s := newStore()
		runHost := func() (*node.Host, func()) {
			return startHost(t, node.HostConfig{Hall: hall, Dial: w.dial(hall + "/hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
		}
		h, stopHost := runHost()

		var boxes []*outbox
		var ns []*node.Node
		var mu sync.Mutex
		shown := map[string]uint64{}
		asked, answered := 0, 0
		var asks sync.WaitGroup
		for _, id := range nodes {
			o := newOutbox(id, "e1")
			boxes = append(boxes, o)
			n, err := node.New(node.Config{Hall: hall, Node: id, Dial: w.dial(hall + "/" + id), Outbox: o, Log: quiet,
				Clock: func() string { return "synced" }})
			if err != nil {
				t.Fatal(err)
			}
			n.OnView(contract.ViewCalls, func(raw json.RawMessage) {
				var v contract.Calls
				if err := json.Unmarshal(raw, &v); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if v.Version < shown[id] {
					t.Errorf("%s went back from version %d to %d", id, shown[id], v.Version)
				}
				shown[id] = v.Version
			})
			ns = append(ns, n)
			running(t, id, n.Run)
		}

		identities := []string{hall + "/hall", hall + "/" + nodes[0], hall + "/" + nodes[1], hall + "/" + nodes[2]}
		version := uint64(0)
		cuts := 0
		for end := time.Now().Add(8 * time.Hour); time.Now().Before(end); {
			time.Sleep(time.Duration(1+rng.IntN(20_000)) * time.Millisecond) // simulated
			switch k := rng.IntN(100); {
			case k < 40:
				boxes[rng.IntN(len(boxes))].add(1 + rng.IntN(40))
			case k < 60:
				version++
				raw, _ := json.Marshal(contract.Calls{Version: version})
				if err := h.PublishView(contract.ViewCalls, raw); err != nil {
					t.Fatal(err)
				}
			case k < 80:
				n := ns[rng.IntN(len(ns))]
				asked++
				asks.Go(func() {
					a, err := n.Ask(t.Context(), "ticket.take/1", nil)
					if err == nil && a.Result == contract.ResultOK {
						mu.Lock()
						answered++
						mu.Unlock()
					}
				})
			case k < 92:
				if c := w.get(identities[rng.IntN(len(identities))]); c != nil {
					cuts++
					_ = c.Conn.Close()
				}
			case k < 97:
				if c := w.get(identities[rng.IntN(len(identities))]); c != nil {
					cuts++
					c.swallow()
				}
			case k < 98:
				stopBroker()
				time.Sleep(time.Duration(rng.IntN(60)) * time.Second)
				stopBroker = runBroker()
			case k < 99:
				stopHost()
				time.Sleep(time.Duration(rng.IntN(600)) * time.Second)
				h, stopHost = runHost()
				raw, _ := json.Marshal(contract.Calls{Version: version})
				if err := h.PublishView(contract.ViewCalls, raw); err != nil {
					t.Fatal(err)
				}
			}
		}
		asks.Wait()
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		s.mu.Lock()
		effects := maps.Clone(s.effects)
		s.mu.Unlock()
		for i, o := range boxes {
			if !o.empty() {
				t.Errorf("%s keeps events %d to %d", nodes[i], o.First(), o.Last())
			}
			if !h.Nodes()[nodes[i]].Ready {
				t.Errorf("%s is not ready: %+v", nodes[i], h.Nodes()[nodes[i]])
			}
			if shown[nodes[i]] != version {
				t.Errorf("%s shows version %d, the newest is %d", nodes[i], shown[nodes[i]], version)
			}
		}
		s.sameAs(t, boxes...)
		for id, n := range effects {
			if n != 1 {
				t.Errorf("request %s had %d effects", id, n)
			}
		}
		if answered < asked*8/10 {
			t.Errorf("only %d of %d requests were answered within their 30 s", answered, asked)
		}
		t.Logf("%d events; %d of %d requests; %d cuts", s.count(), answered, asked, cuts)
	})
}

// A black hole is noticed within keep-alive + ping time-out + 1 s, and a board
// is right within 2 s of the link's return.
func TestBlackHoleIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{open: map[string]net.Conn{}}
		b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		running(t, "broker", b.Run)
		w.broker = b
		s := newStore()
		startHost(t, node.HostConfig{Hall: hall, Dial: w.dial(hall + "/hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
		n, _ := startNode(t, node.Config{Hall: hall, Node: "kiosk-1", Dial: w.dial(hall + "/kiosk-1"), Log: quiet})
		time.Sleep(10 * time.Second)
		if !n.Online() {
			t.Fatal("not online")
		}
		w.mu.Lock()
		w.broker = nil // it can be reached no more
		w.mu.Unlock()
		w.get(hall + "/kiosk-1").swallow()
		time.Sleep(9*time.Second + time.Millisecond)
		if n.Online() {
			t.Error("9 s after the cable was pulled the node believes in its connection")
		}
		time.Sleep(time.Hour)
		w.mu.Lock()
		w.broker = b
		w.mu.Unlock()
		time.Sleep(2 * time.Second)
		if !n.Online() {
			t.Error("not online 2 s after the link's return")
		}
	})
}

// fuse is a connection that breaks at its n-th write.
type fuse struct {
	net.Conn
	left int
}

func (f *fuse) Write(p []byte) (int, error) {
	if f.left--; f.left < 0 {
		_ = f.Conn.Close()
		return 0, net.ErrClosed
	}
	return f.Conn.Write(p)
}

// The connection breaks at each step of the handshake, on the node's side and
// on the host's: CONNECT, SUBSCRIBE, the status, the birth, the states, the
// events. The next connection does everything that the broken one did not.
func TestFaultCutAtEachStep(t *testing.T) {
	for _, side := range []string{"kiosk-1", "hall"} {
		for step := range 16 {
			t.Run(fmt.Sprintf("%s/%d", side, step), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := &wires{open: map[string]net.Conn{}}
					b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
					if err != nil {
						t.Fatal(err)
					}
					running(t, "broker", b.Run)
					w.broker = b
					first := true
					dial := func(id string) node.Dial {
						return func(ctx context.Context) (net.Conn, error) {
							c, err := w.dial(hall + "/" + id)(ctx)
							if err == nil && id == side && first {
								first = false
								return &fuse{Conn: c, left: step}, nil
							}
							return c, err
						}
					}
					s := newStore()
					h, _ := startHost(t, node.HostConfig{Hall: hall, Dial: dial("hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
					o := newOutbox("kiosk-1", "e1")
					o.add(50)
					n, _ := startNode(t, node.Config{Hall: hall, Node: "kiosk-1", Dial: dial("kiosk-1"), Outbox: o, Log: quiet})
					n.SetDevice("printer", contract.DeviceState{Up: true})
					a, err := n.AskID(t.Context(), "01J-once", "ticket.take/1", nil)
					if err != nil || a.Result != contract.ResultOK {
						t.Errorf("the request: %+v, %v", a, err)
					}
					time.Sleep(15 * time.Second)
					synctest.Wait()
					i := h.Nodes()["kiosk-1"]
					if !o.empty() || !i.Ready || !i.Devices["printer"].Up || i.Birth.Session != i.Status.Session || s.effects["01J-once"] != 1 {
						t.Errorf("outbox from %d to %d; node %+v; %d effects", o.First(), o.Last(), i, s.effects["01J-once"])
					}
					s.sameAs(t, o)
				})
			})
		}
	}
}

// HALL-007: a node that died while the broker was down left its last will nowhere: the
// host notices by its silence. One that comes back in time is not declared lost.
func TestHALL007_SilentAfterBrokerRestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wires{open: map[string]net.Conn{}}
		start := func() func() {
			b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
			if err != nil {
				t.Fatal(err)
			}
			stop := running(t, "broker", b.Run)
			w.mu.Lock()
			w.broker = b
			w.mu.Unlock()
			return func() {
				w.mu.Lock()
				w.broker = nil
				w.mu.Unlock()
				stop()
			}
		}
		stop := start()
		s := newStore()
		h, _ := startHost(t, node.HostConfig{Hall: hall, Dial: w.dial(hall + "/hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
		startNode(t, node.Config{Hall: hall, Node: "kiosk-1", Dial: w.dial(hall + "/kiosk-1"), Log: quiet})
		_, kill := startNode(t, node.Config{Hall: hall, Node: "kiosk-2", Dial: w.dial(hall + "/kiosk-2"), Log: quiet})
		time.Sleep(5 * time.Second)
		stop()
		kill()
		start()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if !h.Nodes()["kiosk-1"].Ready || h.Nodes()["kiosk-2"].Ready || s.state("kiosk-2") != contract.Lost {
			t.Errorf("kiosk-1 %+v, kiosk-2 %+v", h.Nodes()["kiosk-1"], h.Nodes()["kiosk-2"])
		}
		if got := s.news["kiosk-1"]; slices.Contains(got, contract.Lost) && got[len(got)-1] != contract.Ready {
			t.Errorf("kiosk-1 was told as %q", got)
		}
	})
}
