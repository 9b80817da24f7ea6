package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/oklog/ulid/v2"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/node"
)

// tap is a connection that keeps what its client has said.
type tap struct {
	net.Conn
	mu   sync.Mutex
	said bytes.Buffer
}

func (c *tap) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.Conn.Write(p)
	c.said.Write(p[:n])
	return n, err
}

// packets are those that were written whole.
func (c *tap) packets(t *testing.T) []packets.ControlPacket {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	r := bytes.NewReader(c.said.Bytes())
	var all []packets.ControlPacket
	for {
		p, err := packets.ReadPacket(r)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// conversation is everything that a host and a node say in two sessions of the
// node: the first is cut, the second ends in order.
func conversation(t *testing.T) (ofNode, ofHost [][]packets.ControlPacket) {
	t.Helper()
	b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	running(t, "broker", b.Run)
	var mu sync.Mutex
	taps := map[string][]*tap{}
	dial := func(id string) node.Dial {
		return func(ctx context.Context) (net.Conn, error) {
			c, err := b.Dial(hall + "/" + id)(ctx)
			if err != nil {
				return nil, err
			}
			k := &tap{Conn: c}
			mu.Lock()
			defer mu.Unlock()
			taps[id] = append(taps[id], k)
			return k, nil
		}
	}
	s := newStore()
	h, stopHost := startHost(t, node.HostConfig{Hall: hall, Dial: dial("hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
	view, _ := json.Marshal(contract.Calls{Version: 1})
	if err := h.PublishView(contract.ViewCalls, view); err != nil {
		t.Fatal(err)
	}
	o := newOutbox("kiosk-1", "e1")
	o.add(5)
	n, err := node.New(node.Config{Hall: hall, Node: "kiosk-1", Dial: dial("kiosk-1"), Outbox: o, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	n.OnView(contract.ViewCalls, func(json.RawMessage) {})
	n.OnCommand(contract.CmdPrinterTest, func(_ context.Context, r contract.Request) contract.Answer {
		return contract.Answer{Result: contract.ResultOK}
	})
	n.SetDevice("printer", contract.DeviceState{Up: true, Paper: "ok"})
	n.SetDevice("scanner", contract.DeviceState{})
	stopNode := running(t, "kiosk-1", n.Run)
	for round := range 2 {
		if _, err := n.Ask(t.Context(), contract.AskTicketTake, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Command(t.Context(), "kiosk-1", contract.CmdPrinterTest, nil); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if round == 0 {
			mu.Lock()
			_ = taps["kiosk-1"][0].Conn.Close()
			mu.Unlock()
			time.Sleep(5 * time.Second) // of the bubble's time
			o.add(3)
		}
	}
	if !o.empty() {
		t.Fatalf("the outbox keeps %d to %d", o.First(), o.Last())
	}
	stopNode()
	stopHost()
	for _, k := range taps["kiosk-1"] {
		ofNode = append(ofNode, k.packets(t))
	}
	for _, k := range taps["hall"] {
		ofHost = append(ofHost, k.packets(t))
	}
	if len(ofNode) != 2 || len(ofHost) != 1 {
		t.Fatalf("%d sessions of the node and %d of the host, want 2 and 1", len(ofNode), len(ofHost))
	}
	return ofNode, ofHost
}

// HALL-002: nobody asks for a persistent session, and everything is published,
// asked for and left behind as a will at QoS 1.
func TestHALL002_CleanSessionsAndQoS1(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ofNode, ofHost := conversation(t)
		kinds := map[string]int{}
		for _, session := range append(ofNode, ofHost...) {
			for _, p := range session {
				switch p := p.(type) {
				case *packets.ConnectPacket:
					kinds["connect"]++
					if !p.CleanSession || !p.WillFlag || p.WillQos != 1 {
						t.Errorf("%s: clean %v, will %v at QoS %d", p.ClientIdentifier, p.CleanSession, p.WillFlag, p.WillQos)
					}
				case *packets.PublishPacket:
					a, _ := contract.ParseTopic(p.TopicName)
					kinds[a.Kind]++
					if p.Qos != 1 {
						t.Errorf("%s at QoS %d", p.TopicName, p.Qos)
					}
					if p.Retain != contract.Kind(a.Kind).Retained() {
						t.Errorf("%s: retained %v", p.TopicName, p.Retain)
					}
				case *packets.SubscribePacket:
					for i, q := range p.Qoss {
						kinds["subscribe"]++
						if q != 1 {
							t.Errorf("%s is asked for at QoS %d", p.Topics[i], q)
						}
					}
				}
			}
		}
		for _, k := range []string{"connect", "subscribe", "status", "birth", "state", "evt", "ack", "ask", "answer", "cmd", "res", "host", "view"} {
			if kinds[k] == 0 {
				t.Errorf("no %s was seen: this test proves nothing about it", k)
			}
		}
	})
}

// HALL-004: each connection has a session of its own, which stands in the will;
// ready comes first, then the birth, then every device, then the rest.
func TestHALL004_OrderOfASession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ofNode, _ := conversation(t)
		seen := map[string]bool{}
		for _, session := range ofNode {
			var will contract.Status
			var order []string
			for _, p := range session {
				switch p := p.(type) {
				case *packets.ConnectPacket:
					if err := json.Unmarshal(p.WillMessage, &will); err != nil || will.State != contract.Lost || p.WillTopic != topics.Node("kiosk-1", "status") || !p.WillRetain {
						t.Errorf("will %s on %s, retained %v", p.WillMessage, p.WillTopic, p.WillRetain)
					}
					if _, err := ulid.ParseStrict(will.Session); err != nil || seen[will.Session] {
						t.Errorf("session %q: %v, used before %v", will.Session, err, seen[will.Session])
					}
					seen[will.Session] = true
				case *packets.PublishPacket:
					var said struct{ State, Session string }
					if err := json.Unmarshal(p.Payload, &said); err != nil {
						t.Fatal(err)
					}
					if a, _ := contract.ParseTopic(p.TopicName); contract.Kind(a.Kind).Retained() {
						if said.Session != will.Session {
							t.Errorf("%s says session %q, the will %q", p.TopicName, said.Session, will.Session)
						}
						order = append(order, strings.TrimSpace(a.Kind+" "+a.Name+said.State))
					} else {
						order = append(order, "other")
					}
				}
			}
			if got, want := strings.Join(order[:min(5, len(order))], ", "), "status ready, birth, state printer, state scanner, other"; got != want {
				t.Errorf("said first: %s\nwant: %s", got, want)
			}
		}
	})
}

// HALL-005: an orderly stop publishes "stopped" and only then disconnects, with
// a DISCONNECT, so that the will does not follow.
func TestHALL005_OrderlyStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ofNode, ofHost := conversation(t)
		for name, c := range map[string]struct {
			session []packets.ControlPacket
			topic   string
			want    string
		}{
			"node": {ofNode[1], topics.Node("kiosk-1", "status"), `"state":"stopped"`},
			"host": {ofHost[0], topics.Host(), `"online":false`},
		} {
			var last *packets.PublishPacket
			ended := false
			for _, p := range c.session {
				switch p := p.(type) {
				case *packets.PublishPacket:
					last = p
					if ended {
						t.Errorf("%s: %s after DISCONNECT", name, p.TopicName)
					}
				case *packets.DisconnectPacket:
					ended = true
				}
			}
			if last == nil || last.TopicName != c.topic || !strings.Contains(string(last.Payload), c.want) || !last.Retain || !ended {
				t.Errorf("%s: last word %v, disconnected %v; want %s on %s", name, last, ended, c.want, c.topic)
			}
		}
		for _, p := range ofNode[0] {
			if _, ok := p.(*packets.DisconnectPacket); ok {
				t.Error("the session that was cut said DISCONNECT: this test proves nothing")
			}
		}
	})
}

// HALL-011: what the host has not acknowledged for 10 seconds is sent again,
// from the first event on, and not before.
func TestHALL011_ResendAfterTenSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := broker.New(broker.Config{Halls: []string{hall}, Log: quiet})
		if err != nil {
			t.Fatal(err)
		}
		running(t, "broker", b.Run)
		s := newStore()
		h, _ := startHost(t, node.HostConfig{Hall: hall, Dial: b.Dial(hall + "/hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet})
		o := newOutbox("kiosk-1", "e1")
		n, _ := startNode(t, node.Config{Hall: hall, Node: "kiosk-1", Dial: b.Dial(hall + "/kiosk-1"), Outbox: o, Log: quiet})
		time.Sleep(5 * time.Second) // of the bubble's time
		s.mu.Lock()
		s.fail = true // takes the events and stores nothing
		s.mu.Unlock()
		o.add(3)
		synctest.Wait()
		if got := h.Stats().Events; got != 3 {
			t.Fatalf("%d events came, want 3", got)
		}
		s.mu.Lock()
		s.fail = false
		s.mu.Unlock()
		time.Sleep(resend - time.Millisecond)
		synctest.Wait()
		if got := n.Stats().Events; got != 3 || s.count() != 0 {
			t.Errorf("%d events were sent and %d stored before the ten seconds were over", got, s.count())
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if got := n.Stats().Events; got != 6 || !o.empty() {
			t.Errorf("after ten seconds %d events were sent, want 6; outbox from %d to %d", got, o.First(), o.Last())
		}
		s.sameAs(t, o)
	})
}

const resend = 10 * time.Second
