package node_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
)

const soon = 15 * time.Second

// HALL-004, HALL-005: first "ready", then the birth, then every device; an orderly stop
// says "stopped", a broken connection "lost".
func TestSession(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		h, _ := b.host(t, s, nil)
		poll(t, soon, "host online", h.Online)
		n, stop := b.node(t, "kiosk-1", func(c *node.Config) { c.Version = "1.2.3" })
		n.SetDevice("printer", contract.DeviceState{Up: true, Paper: "ok"})
		poll(t, soon, "node ready with its printer", func() bool {
			i := h.Nodes()["kiosk-1"]
			return i.Ready && i.Birth.Version == "1.2.3" && i.Devices["printer"].Up
		})
		i := h.Nodes()["kiosk-1"]
		if i.Status.Session == "" || i.Birth.Session != i.Status.Session || i.Devices["printer"].Session != i.Status.Session {
			t.Errorf("three sessions: status %q, birth %q, device %q", i.Status.Session, i.Birth.Session, i.Devices["printer"].Session)
		}
		n.SetDevice("printer", contract.DeviceState{Up: true, Paper: "out", Faults: []string{"paper-out"}})
		poll(t, soon, "paper out at the host", func() bool { return h.Nodes()["kiosk-1"].Devices["printer"].Paper == "out" })
		stop()
		poll(t, soon, "stopped", func() bool { return s.state("kiosk-1") == contract.Stopped })
	})
}

// HALL-009, HALL-010: every event arrives once and in order, and leaves the disk
// only then.
func TestHALL010_EndToEndAcknowledgement(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		o := newOutbox("kiosk-1", "e1")
		o.add(100)
		b.node(t, "kiosk-1", func(c *node.Config) { c.Outbox = o })
		b.host(t, s, nil)
		poll(t, soon, "outbox empty", o.empty)
		o.add(300)
		poll(t, soon, "outbox empty again", o.empty)
		s.sameAs(t, o)
	})
}

// HALL-013: without a host the node keeps its events.
func TestHALL013_HostOffline(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		o := newOutbox("kiosk-1", "e1")
		n, _ := b.node(t, "kiosk-1", func(c *node.Config) { c.Outbox = o })
		h, stop := b.host(t, s, nil)
		poll(t, soon, "node online", n.Online)
		stop()
		poll(t, soon, "node sees the host go", func() bool { return !n.Online() })
		sent := n.Stats().Events
		o.add(50)
		n.SetDevice("printer", contract.DeviceState{Up: true}) // is published all the same
		_, err := n.Ask(shortly(t, 300*time.Millisecond), "ticket.take/1", nil)
		if err == nil {
			t.Error("an answer without a host")
		}
		if got := n.Stats().Events; got != sent {
			t.Errorf("%d events were sent while the host was offline", got-sent)
		}
		_ = h
		h2, _ := b.host(t, s, nil)
		poll(t, soon, "outbox empty", o.empty)
		poll(t, soon, "the printer is known", func() bool { return h2.Nodes()["kiosk-1"].Devices["printer"].Up })
		s.sameAs(t, o)
	})
}

func shortly(t testing.TB, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

// HALL-014: a request is answered; the same id again gets the same answer and no
// second effect.
func TestHALL014_Ask(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		b.host(t, s, nil)
		n, _ := b.node(t, "kiosk-1", nil)
		first, err := n.AskID(shortly(t, soon), "01J-same", "ticket.take/1", contract.TakeTicket{Service: "s1"})
		if err != nil || first.Result != contract.ResultOK {
			t.Fatalf("%+v, %v", first, err)
		}
		again, err := n.AskID(shortly(t, soon), "01J-same", "ticket.take/1", contract.TakeTicket{Service: "s1"})
		if err != nil || string(again.Data) != string(first.Data) {
			t.Fatalf("the second answer is %s, the first was %s (%v)", again.Data, first.Data, err)
		}
		if s.effects["01J-same"] != 1 {
			t.Errorf("%d effects", s.effects["01J-same"])
		}
	})
}

// HALL-014, the other way: a command is carried out once and its result returns.
func TestHALL014_Command(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		h, _ := b.host(t, s, nil)
		var did atomic.Int32
		b.node(t, "kiosk-1", func(c *node.Config) {})
		if _, err := h.Command(shortly(t, soon), "kiosk-2", contract.CmdPrinterTest, nil); err == nil {
			t.Error("a command to a node that is not there succeeded")
		}
		n, _ := b.node(t, "board-1", nil)
		n.OnCommand(contract.CmdPrinterTest, func(_ context.Context, r contract.Request) contract.Answer {
			did.Add(1)
			return contract.Answer{Result: contract.ResultOK, Data: r.Data}
		})
		poll(t, soon, "board ready", func() bool { return h.Nodes()["board-1"].Ready })
		w, err := h.Command(shortly(t, soon), "board-1", contract.CmdPrinterTest, contract.PrinterTest{Device: "printer"})
		if err != nil || w.Result != contract.ResultOK || string(w.Data) != `{"device":"printer"}` || did.Load() != 1 {
			t.Fatalf("%+v, %v, carried out %d times", w, err, did.Load())
		}
		w, err = h.Command(shortly(t, soon), "board-1", "door.open/1", nil)
		if err != nil || w.Result != contract.ResultRefused || w.Error == nil || w.Error.Code != "unknown-type" {
			t.Fatalf("an unknown command: %+v, %v", w, err)
		}
	})
}

// HALL-018: views reach a node that was there, one that comes later, and one whose broker
// has forgotten everything.
func TestViews(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		h, _ := b.host(t, s, nil)
		seen := make([]atomic.Uint64, 2)
		board := func(i int, id string) {
			c := node.Config{Hall: hall, Node: id, Broker: b.url(), TLS: b.tls(t, id), Log: quiet}
			n, err := node.New(c)
			if err != nil {
				t.Fatal(err)
			}
			n.OnView(contract.ViewCalls, func(raw json.RawMessage) {
				var v contract.Calls
				if err := json.Unmarshal(raw, &v); err != nil {
					t.Error(err)
				}
				seen[i].Store(v.Version)
			})
			running(t, id, n.Run)
		}
		board(0, "board-1")
		publish := func(v uint64) {
			raw, _ := json.Marshal(contract.Calls{Version: v})
			if err := h.PublishView(contract.ViewCalls, raw); err != nil {
				t.Fatal(err)
			}
		}
		publish(1)
		poll(t, soon, "version 1", func() bool { return seen[0].Load() == 1 })
		publish(2)
		board(1, "kiosk-2")
		poll(t, soon, "version 2 on both", func() bool { return seen[0].Load() == 2 && seen[1].Load() == 2 })
		seen[0].Store(0)
		b.restart(t)
		poll(t, soon, "version 2 after the broker's restart", func() bool { return seen[0].Load() == 2 })
		if err := h.PublishView("calls", make([]byte, contract.MaxPayload+1)); err == nil {
			t.Error("a view of more than 64 KiB was taken")
		}
	})
}

// The broker is killed and started again, empty, while events flow.
func TestFaultBrokerKilled(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		h, _ := b.host(t, s, nil)
		var boxes []*outbox
		for _, id := range nodes {
			o := newOutbox(id, "e1")
			boxes = append(boxes, o)
			n, _ := b.node(t, id, func(c *node.Config) { c.Outbox = o })
			n.SetDevice("printer", contract.DeviceState{Up: true})
		}
		for i := range 3 {
			for _, o := range boxes {
				o.add(100)
			}
			poll(t, soon, "something has arrived", func() bool { return s.count() > 300*i })
			b.restart(t)
		}
		for _, o := range boxes {
			poll(t, 2*soon, "outbox empty", o.empty)
		}
		s.sameAs(t, boxes...)
		poll(t, soon, "all nodes ready", func() bool {
			for _, id := range nodes {
				if i := h.Nodes()[id]; !i.Ready || !i.Devices["printer"].Up {
					return false
				}
			}
			return true
		})
	})
}

// HALL-010: acknowledgements that are lost, old, or of another disk do no harm, and a
// host that cannot store acknowledges nothing.
func TestFaultAcknowledgements(t *testing.T) {
	b := startBroker(t, "embedded")
	s := newStore()
	o := newOutbox("kiosk-1", "e1")
	n, _ := b.node(t, "kiosk-1", func(c *node.Config) { c.Outbox = o })
	s.fail = true
	h, _ := b.host(t, s, nil)
	o.add(1000)
	poll(t, soon, "a window of events is at the host", func() bool { return h.Stats().Events >= contract.Window })
	if got := n.Stats().Events; got >= 1000 {
		t.Errorf("all %d events are under way, with none of them stored", got)
	}
	if o.First() != 1 {
		t.Fatalf("the node let go of events that are stored nowhere: first is %d", o.First())
	}
	s.mu.Lock()
	s.fail = false
	calls := 0
	s.lie = func(through uint64) uint64 { // every other word is an old one
		if calls++; calls%2 == 0 {
			return through / 2
		}
		return through
	}
	s.mu.Unlock()
	poll(t, 2*soon, "outbox empty", func() bool { o.add(1); return o.First() > 1000 })
	s.mu.Lock()
	s.lie = nil
	s.mu.Unlock()
	o.add(1)
	poll(t, 2*soon, "outbox empty", o.empty)
	s.sameAs(t, o)
}

// Two processes with one identity take turns; no event is lost or doubled by
// it, and each of them slows down.
func TestFaultTwoProcessesOneIdentity(t *testing.T) {
	b := startBroker(t, "embedded")
	s := newStore()
	b.host(t, s, nil)
	o := newOutbox("kiosk-1", "e1")
	one, _ := b.node(t, "kiosk-1", func(c *node.Config) { c.Outbox = o })
	poll(t, soon, "first online", one.Online)
	two, stop := b.node(t, "kiosk-1", nil)
	poll(t, soon, "the first is thrown out and comes back", func() bool { return one.Stats().Connections >= 3 && two.Stats().Connections >= 2 })
	o.add(10)
	stop()
	poll(t, soon, "outbox empty", o.empty)
	s.sameAs(t, o)
	poll(t, soon, "ready", func() bool { return s.state("kiosk-1") == contract.Ready })
	if !slices.Contains(s.news["kiosk-1"], contract.Ready) {
		t.Error("never ready")
	}
}

// HALL-006: the will of an earlier session that comes late is put right by the
// node itself. NATS is the broker on which this test can put it there: it does
// not bind the client id to the certificate.
func TestHALL006_StaleLost(t *testing.T) {
	b := startBroker(t, "nats")
	s := newStore()
	h, _ := b.host(t, s, nil)
	b.node(t, "kiosk-1", nil)
	poll(t, soon, "ready", func() bool { return h.Nodes()["kiosk-1"].Ready })
	session := h.Nodes()["kiosk-1"].Status.Session
	late, err := b.connect(t, b.tls(t, "kiosk-1"), "an-earlier-connection", nil)
	if err != nil {
		t.Fatal(err)
	}
	stale, _ := json.Marshal(contract.Status{State: contract.Lost, Session: "01J-earlier"})
	late.Publish(topics.Node("kiosk-1", "status"), 1, true, stale).WaitTimeout(soon)
	poll(t, soon, "the retained status is the node's again", func() bool {
		r := b.mustConnect(t, "hall", func(o *mqtt.ClientOptions) { o.SetClientID("observer") })
		defer r.Disconnect(10)
		r.subscribe(t, topics.Node("kiosk-1", "status"))
		poll(t, soon, "a retained status", func() bool { return r.received(`"state"`) })
		return r.received(session) && !r.received("01J-earlier")
	})
	if i := h.Nodes()["kiosk-1"]; !i.Ready || i.Status.Session != session {
		t.Errorf("the host believes the stale will: %+v", i)
	}
}

// S05: a certificate is renewed and the old one revoked while the node runs.
// The node comes back with the new one, and no event is lost.
func TestRotationWhileRunning(t *testing.T) {
	b := startBroker(t, "embedded")
	s := newStore()
	b.host(t, s, nil)
	o := newOutbox("kiosk-1", "e1")
	n, _ := b.node(t, "kiosk-1", func(c *node.Config) { c.Outbox = o })
	o.add(20)
	poll(t, soon, "online", n.Online)
	old, err := tls.LoadX509KeyPair(filepath.Join(b.certs, "kiosk-1.crt"), filepath.Join(b.certs, "kiosk-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	a, err := pki.Open(b.certs)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Renew("kiosk-1", time.Now().Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Revoke(hall+"/kiosk-1", true, time.Now()); err != nil {
		t.Fatal(err)
	}
	o.add(20)
	b.restart(t)
	o.add(20)
	poll(t, soon, "outbox empty", o.empty)
	poll(t, soon, "online again", n.Online)
	s.sameAs(t, o)
	if _, err := b.connect(t, &tls.Config{RootCAs: b.tls(t, "hall").RootCAs, Certificates: []tls.Certificate{old}}, hall+"/kiosk-1", nil); err == nil {
		t.Error("the revoked certificate was taken")
	}
}

// HALL-015: the asker repeats the same id until it is answered.
func TestHALL015_Repeat(t *testing.T) {
	b := startBroker(t, "embedded")
	s := newStore()
	var tries atomic.Int32
	b.host(t, s, func(c *node.HostConfig) {
		c.Ask = func(ctx context.Context, id string, r contract.Request) contract.Answer {
			if tries.Add(1) < 3 {
				return contract.Answer{} // the program is about to stop
			}
			return s.ask(ctx, id, r)
		}
	})
	n, _ := b.node(t, "kiosk-1", nil)
	w, err := n.AskID(shortly(t, soon), "01J-again", "ticket.take/1", nil)
	if err != nil || w.ID != "01J-again" || tries.Load() != 3 || n.Stats().Repeated != 2 {
		t.Errorf("%+v, %v after %d tries, %d repeats", w, err, tries.Load(), n.Stats().Repeated)
	}
}
