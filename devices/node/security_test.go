package node_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"hallward/devices/contract"
	"hallward/devices/pki"
)

var topics = contract.Topics{Hall: hall}

// raw is a client that follows no rule of the contract.
type raw struct {
	mqtt.Client
	mu  sync.Mutex
	got []string // "topic payload"
}

func (r *raw) received(part string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, g := range r.got {
		if strings.Contains(g, part) {
			return true
		}
	}
	return false
}

// connect tries to connect with a certificate and a client id.
func (b *testBroker) connect(t testing.TB, tc *tls.Config, clientID string, change func(*mqtt.ClientOptions)) (*raw, error) {
	t.Helper()
	r := &raw{}
	o := mqtt.NewClientOptions().AddBroker("tls://" + b.addr).SetTLSConfig(tc).SetClientID(clientID).
		SetProtocolVersion(4).SetAutoReconnect(false).SetConnectTimeout(5 * time.Second).SetKeepAlive(30 * time.Second).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.got = append(r.got, m.Topic()+" "+string(m.Payload()))
		})
	if change != nil {
		change(o)
	}
	r.Client = mqtt.NewClient(o)
	tok := r.Connect()
	if !tok.WaitTimeout(10 * time.Second) {
		return nil, fmt.Errorf("no answer to CONNECT")
	}
	if err := tok.Error(); err != nil {
		return nil, err
	}
	t.Cleanup(func() { r.Disconnect(10) })
	return r, nil
}

func (b *testBroker) mustConnect(t testing.TB, id string, change func(*mqtt.ClientOptions)) *raw {
	t.Helper()
	r, err := b.connect(t, b.tls(t, id), hall+"/"+id, change)
	if err != nil {
		t.Fatalf("connect as %s: %v", id, err)
	}
	return r
}

func (r *raw) subscribe(t testing.TB, filter string) {
	t.Helper()
	if tok := r.Subscribe(filter, 1, nil); !tok.WaitTimeout(soon) {
		t.Fatalf("no SUBACK for %s", filter)
	}
}

// HALL-022, S03: with the certificate of kiosk-2 nothing can be said in the name
// of kiosk-1 or of the host, and nothing of theirs can be heard. What counts is
// that nothing is delivered: some brokers acknowledge what they throw away.
func TestHALL022_StolenCertificate(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		observer := b.mustConnect(t, "hall", nil)
		observer.subscribe(t, topics.View("+"))
		observer.subscribe(t, topics.Host())
		for _, kind := range []string{"status", "birth", "evt", "ask", "res", "ack", "answer", "cmd"} {
			observer.subscribe(t, topics.Node("+", kind))
		}
		observer.subscribe(t, topics.DeviceState("+", "+"))
		forbidden := []string{
			topics.Node("kiosk-1", "status"), topics.Node("kiosk-1", "birth"), topics.Node("kiosk-1", "evt"),
			topics.Node("kiosk-1", "ask"), topics.Node("kiosk-1", "res"), topics.DeviceState("kiosk-1", "printer"),
			topics.Node("kiosk-1", "cmd"), topics.Node("kiosk-2", "cmd"), topics.Node("kiosk-2", "ack"),
			topics.Host(), topics.View("calls"), topics.View("emergency"),
		}
		for i, topic := range forbidden {
			thief := b.mustConnect(t, "kiosk-2", nil)
			thief.Publish(topic, 1, i%2 == 0, `{"forged":1}`).WaitTimeout(time.Second / 2)
			thief.Disconnect(10)
		}
		// A will is a publication as well.
		for _, topic := range []string{topics.Node("kiosk-1", "status"), topics.Host()} {
			if thief, err := b.connect(t, b.tls(t, "kiosk-2"), hall+"/kiosk-2", func(o *mqtt.ClientOptions) {
				o.SetWill(topic, `{"forged":2}`, 1, true)
				o.SetCustomOpenConnectionFn(dieAfter(t, b, "kiosk-2"))
			}); err == nil {
				thief.Publish(topics.Node("kiosk-2", "evt"), 1, false, `{"last":"words"}`).WaitTimeout(time.Second / 2)
				cut(t, thief)
			}
		}
		// The same client may speak for itself: the proof that the observer hears.
		own := b.mustConnect(t, "kiosk-2", nil)
		own.Publish(topics.Node("kiosk-2", "evt"), 1, false, `{"marker":1}`)
		poll(t, soon, "the marker at the observer", func() bool { return observer.received("marker") })
		if observer.received("forged") {
			t.Errorf("a forged message was delivered: %q", observer.got)
		}

		for _, filter := range []string{
			"#", "hall/#", "$MQTT/sub/#", "$MQTT/#", "$SYS/#", "hall/1/+/+/answer", topics.Node("kiosk-1", "answer"), topics.Node("kiosk-1", "cmd"), topics.Node("+", "cmd"),
			topics.Node("kiosk-1", "evt"), topics.Node("+", "evt"), topics.Node("kiosk-1", "#"), topics.DeviceDesired("+", "+"),
		} {
			own.Subscribe(filter, 1, nil).WaitTimeout(time.Second)
		}
		poll(t, soon, "connected", func() bool {
			if !own.IsConnectionOpen() { // the broker may hang up on a forbidden subscription
				own = b.mustConnect(t, "kiosk-2", nil)
			}
			own.subscribe(t, topics.Node("kiosk-2", "answer"))
			return own.IsConnectionOpen()
		})
		observer.Publish(topics.Node("kiosk-1", "answer"), 1, false, `{"secret":1}`)
		observer.Publish(topics.Node("kiosk-1", "cmd"), 1, false, `{"secret":2}`)
		poll(t, soon, "own answer", func() bool {
			observer.Publish(topics.Node("kiosk-2", "answer"), 1, false, `{"mine":1}`)
			return own.received("mine")
		})
		if own.received("secret") {
			t.Errorf("kiosk-2 reads what is for kiosk-1: %q", own.got)
		}
	})
}

var cuts sync.Map // *raw's options reader → connection

// dieAfter opens a connection that cut closes without a DISCONNECT.
func dieAfter(t testing.TB, b *testBroker, id string) mqtt.OpenConnectionFunc {
	return func(_ *url.URL, o mqtt.ClientOptions) (net.Conn, error) {
		c, err := tls.Dial("tcp", b.addr, b.tls(t, id))
		if err == nil {
			cuts.Store(o.ClientID, c)
		}
		return c, err
	}
}

func cut(t testing.TB, r *raw) {
	o := r.OptionsReader()
	c, ok := cuts.Load(o.ClientID())
	if !ok {
		t.Fatal("no connection to cut")
	}
	_ = c.(net.Conn).Close()
}

// HALL-023, S04: certificate kiosk-2 with the client id of kiosk-1.
func TestHALL023_ForeignClientID(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		b.host(t, s, nil)
		n, _ := b.node(t, "kiosk-1", nil)
		poll(t, soon, "kiosk-1 online", n.Online)
		thief, err := b.connect(t, b.tls(t, "kiosk-2"), hall+"/kiosk-1", nil)
		switch b.kind {
		case "embedded":
			if err == nil {
				t.Error("the broker took the client id of another node")
			}
		default:
			if err != nil {
				t.Fatalf("connect: %v", err)
			}
			thief.Publish(topics.Node("kiosk-1", "status"), 1, true, `{"state":"stopped","session":"forged"}`).WaitTimeout(time.Second)
			thief.Disconnect(10)
		}
		poll(t, soon, "kiosk-1 online", n.Online)
		w, err := n.Ask(shortly(t, soon), "ticket.take/1", nil)
		if err != nil || w.Result != contract.ResultOK {
			t.Errorf("kiosk-1 is not served any more: %+v, %v", w, err)
		}
		if c := n.Stats().Connections; b.kind != "nats" && c != 1 { // NATS: see the comment in its configuration
			t.Errorf("kiosk-1 was thrown out: %d connections", c)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.info["kiosk-1"].Status.Session == "forged" {
			t.Error("the forged status was delivered")
		}
	})
}

// S01, S02: who has no certificate of this authority that is valid today does
// not get in, and a node does not talk to somebody else's server.
func TestStrangersAreRefused(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		pool := b.tls(t, "kiosk-1").RootCAs
		foreign := filepath.Join(t.TempDir(), "pki")
		authority(t, foreign)
		a, err := pki.Open(b.certs)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		for id, at := range map[string]time.Time{"expired-1": now.Add(-48 * time.Hour), "early-1": now.Add(48 * time.Hour)} {
			if err := a.Issue(pki.Request{Hall: hall, Node: id, Life: 24 * time.Hour}, at); err != nil {
				t.Fatal(err)
			}
		}
		withCert := func(dir, id string) *tls.Config {
			c, err := tls.LoadX509KeyPair(filepath.Join(dir, id+".crt"), filepath.Join(dir, id+".key"))
			if err != nil {
				t.Fatal(err)
			}
			return &tls.Config{RootCAs: pool, Certificates: []tls.Certificate{c}}
		}
		old := withCert(b.certs, "kiosk-1")
		old.MaxVersion = tls.VersionTLS11
		old12 := withCert(b.certs, "kiosk-1")
		old12.MaxVersion = tls.VersionTLS12
		for what, c := range map[string]struct {
			id string
			tc *tls.Config
		}{
			"no certificate":    {"kiosk-1", &tls.Config{RootCAs: pool}},
			"foreign authority": {"kiosk-1", withCert(foreign, "kiosk-1")},
			"expired":           {"expired-1", withCert(b.certs, "expired-1")},
			"not yet valid":     {"early-1", withCert(b.certs, "early-1")},
			"revoked":           {"revoked-1", withCert(b.certs, "revoked-1")},
			"TLS 1.1":           {"kiosk-1", old},
			"TLS 1.2":           {"kiosk-1", old12},
		} {
			if _, err := b.connect(t, c.tc, hall+"/"+c.id, nil); err == nil {
				t.Errorf("%s: connected", what)
			}
		}
		if _, err := b.connect(t, withCert(b.certs, "kiosk-1"), hall+"/kiosk-1", nil); err != nil {
			t.Errorf("the valid certificate, for comparison: %v", err)
		}
		// S02: the server is not the one that was dialled, or not ours.
		wrong := b.tls(t, "kiosk-1")
		wrong.ServerName = "other.example"
		if _, err := b.connect(t, wrong, hall+"/kiosk-1", nil); err == nil {
			t.Error("the node took a server with another name")
		}
		theirs, err := pki.NodeTLS(foreign, "kiosk-1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.connect(t, theirs, hall+"/kiosk-1", nil); err == nil {
			t.Error("the node took a server of another authority")
		}
	})
}

// HALL-003: a payload of 1 MiB, one just over the limit, and payloads that are not of the
// contract: refused, counted, and everybody else goes on.
func TestFaultBadPayloads(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		h, _ := b.host(t, s, nil)
		n, _ := b.node(t, "kiosk-1", nil)
		poll(t, soon, "online", n.Online)
		evt := topics.Node("kiosk-2", "evt")
		good := newOutbox("kiosk-2", "e9")
		good.add(2)
		event := func(change func(*contract.Event)) []byte {
			e := good.evs[0]
			change(&e)
			raw, _ := json.Marshal(e)
			return raw
		}
		bad := [][]byte{
			[]byte("noise"), []byte(""), []byte("{"), []byte(`[1,2]`), []byte(`{"id":NaN}`), []byte(`{"id":"a","id":"b"}`), []byte(`{} {}`),
			[]byte(strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)),
			event(func(e *contract.Event) { e.ID = "kiosk-1/e9/1" }),
			event(func(e *contract.Event) { e.Sequence = 7 }),
			event(func(e *contract.Event) { e.SpecVersion = "0.3" }),
			event(func(e *contract.Event) { e.Type = "" }),
			event(func(e *contract.Event) { e.Time = time.Time{} }),
		}
		before := h.Stats()
		for _, p := range [][]byte{bytes.Repeat([]byte(" "), 1<<20), bytes.Repeat([]byte(" "), contract.MaxPayload+5000)} {
			r := b.mustConnect(t, "kiosk-2", nil)
			r.Publish(evt, 1, false, p).WaitTimeout(time.Second / 2)
			r.Disconnect(10)
		}
		r := b.mustConnect(t, "kiosk-2", nil)
		for _, p := range bad {
			r.Publish(evt, 1, false, p).WaitTimeout(soon)
			r.Publish(topics.Node("kiosk-2", "ask"), 1, false, p).WaitTimeout(soon)
		}
		poll(t, soon, "every bad payload is counted", func() bool { return h.Stats().Malformed-before.Malformed >= uint64(2*len(bad)) })
		if s.count() != 0 || len(s.effects) != 0 {
			t.Errorf("something was stored: %q, %v", s.ids, s.effects)
		}
		if got := h.Stats().Connections; got != before.Connections {
			t.Errorf("the host was cut off: %d connections", got)
		}
		// Unknown fields are no fault: a minor version may add some (HALL-024).
		e := event(func(*contract.Event) {})
		r.Publish(evt, 1, false, append([]byte(`{"added_in_a_minor":true,`), e[1:]...)).WaitTimeout(soon)
		poll(t, soon, "the good event", func() bool { return s.count() == 1 })
		if w, err := n.Ask(shortly(t, soon), "ticket.take/1", nil); err != nil || w.Result != contract.ResultOK {
			t.Errorf("the other node: %+v, %v", w, err)
		}
	})
}

// HALL-015, HALL-016: a request whose time is over is answered "expired" and not carried
// out; a retained command is never carried out.
func TestHALL015_Expired(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		s := newStore()
		b.host(t, s, nil)
		r := b.mustConnect(t, "kiosk-2", nil)
		r.subscribe(t, topics.Node("kiosk-2", "answer"))
		past := time.Now().Add(-time.Minute)
		ask, _ := json.Marshal(contract.Request{ID: "01J-late", Type: "ticket.take/1", Issued: past, Expires: past.Add(30 * time.Second)})
		poll(t, soon, "expired", func() bool {
			r.Publish(topics.Node("kiosk-2", "ask"), 1, false, ask).WaitTimeout(time.Second)
			return r.received(`"expired"`)
		})
		if s.effects["01J-late"] != 0 {
			t.Error("the expired request was carried out")
		}
	})
}

// S60: a hundred connections that announce packets of 256 MiB cost little.
func TestMemoryBeforeAuthentication(t *testing.T) {
	forEachBroker(t, func(t *testing.T, b *testBroker) {
		tc := b.tls(t, "kiosk-2")
		before := b.memory(t)
		var peak uint64
		for range 100 {
			c, err := tls.Dial("tcp", b.addr, tc)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = c.Write([]byte{0x10, 0xff, 0xff, 0xff, 0x7f, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 5}) // CONNECT of 268,435,455 bytes
			_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
			_, _ = io.ReadFull(c, make([]byte, 1))
			peak = max(peak, b.memory(t))
		}
		if grown := int64(peak) - int64(before); grown > 50<<20 {
			t.Errorf("%d MiB more memory", grown>>20)
		}
	})
}

// memory is what the broker holds: of its process, or of this one.
func (b *testBroker) memory(t testing.TB) uint64 {
	t.Helper()
	if b.pid == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapInuse
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", b.pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		var kb uint64
		if _, err := fmt.Sscanf(line, "VmSize: %d kB", &kb); err == nil {
			return kb << 10
		}
	}
	t.Fatal("no VmSize")
	return 0
}
