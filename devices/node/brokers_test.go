package node_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"hallward/devices/broker"
	"hallward/devices/node"
	"hallward/devices/pki"
)

const hall = "luotian"

// nodes are the identities that every test's authority has signed.
var nodes = []string{"kiosk-1", "kiosk-2", "board-1"}

// testBroker is one kind of broker with the hall's certificates, which can be
// killed and started again at the same address.
type testBroker struct {
	kind  string
	certs string
	addr  string
	pid   int // of a broker in a process of its own
	start func() (stop func())
	stop  func()
}

// forEachBroker runs a test against the embedded broker, Debian's Mosquitto
// and a NATS server.
func forEachBroker(t *testing.T, f func(t *testing.T, b *testBroker)) {
	for _, kind := range []string{"embedded", "mosquitto", "nats"} {
		t.Run(kind, func(t *testing.T) { f(t, startBroker(t, kind)) })
	}
}

func startBroker(t testing.TB, kind string) *testBroker {
	t.Helper()
	dir := t.TempDir()
	b := &testBroker{kind: kind, certs: authority(t, filepath.Join(dir, "pki")), addr: freeAddress(t)}
	switch kind {
	case "embedded":
		b.start = func() func() { return b.embedded(t) }
	case "mosquitto":
		b.start = func() func() { return b.mosquitto(t, dir) }
	case "nats":
		b.start = func() func() { return b.nats(t, dir) }
	}
	b.stop = b.start()
	t.Cleanup(func() { b.stop() })
	return b
}

// restart kills the broker and starts it again, empty.
func (b *testBroker) restart(t testing.TB) {
	t.Helper()
	b.stop()
	b.stop = b.start()
}

func authority(t testing.TB, dir string) string {
	t.Helper()
	a, err := pki.Create(dir, "Test hall", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	issue(t, a, pki.Request{Hall: hall, Node: "hall", Hosts: []string{"127.0.0.1", "localhost"}})
	for _, n := range nodes {
		issue(t, a, pki.Request{Hall: hall, Node: n})
	}
	issue(t, a, pki.Request{Hall: hall, Node: "revoked-1"})
	if _, err := a.Revoke(hall+"/revoked-1", false, time.Now()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func issue(t testing.TB, a *pki.Authority, r pki.Request) {
	t.Helper()
	if err := a.Issue(r, time.Now()); err != nil {
		t.Fatal(err)
	}
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (b *testBroker) url() string { return "tls://" + b.addr }

// tls is the client setting with the certificate of a node.
func (b *testBroker) tls(t testing.TB, name string) *tls.Config {
	t.Helper()
	c, err := pki.NodeTLS(b.certs, name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (b *testBroker) external(dir string) broker.External {
	e := broker.External{Listen: b.addr, Certs: b.certs, Halls: []string{hall}, Store: filepath.Join(dir, "nats"), Client: "127.0.0.1:-1", User: "root"}
	for _, n := range nodes {
		e.Nodes = append(e.Nodes, hall+"/"+n)
	}
	return e
}

func (b *testBroker) embedded(t testing.TB) func() {
	tc, err := pki.ServerTLS(b.certs, "hall")
	if err != nil {
		t.Fatal(err)
	}
	br, err := broker.New(broker.Config{Listen: b.addr, TLS: tc, Halls: []string{hall}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- br.Run(ctx) }()
	b.reachable(t)
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func (b *testBroker) mosquitto(t testing.TB, dir string) func() {
	bin, err := exec.LookPath("mosquitto")
	if err != nil {
		bin = "/usr/sbin/mosquitto" // not in everybody's PATH
	}
	if err := b.external(dir).Write("mosquitto", dir); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(dir, "mosquitto.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(bin, "-c", filepath.Join(dir, "mosquitto.conf"))
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatalf("this test needs Debian's mosquitto: %v", err)
	}
	stop := sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = out.Close()
		if t.Failed() {
			text, _ := os.ReadFile(out.Name())
			t.Logf("mosquitto: %s", text)
		}
	})
	t.Cleanup(stop)
	b.pid = cmd.Process.Pid
	b.reachable(t)
	return stop
}

func (b *testBroker) nats(t testing.TB, dir string) func() {
	if err := b.external(dir).Write("nats", dir); err != nil {
		t.Fatal(err)
	}
	o, err := server.ProcessConfigFile(filepath.Join(dir, "nats.conf"))
	if err != nil {
		t.Fatal(err)
	}
	o.NoSigs = true
	o.LogFile = filepath.Join(dir, "nats.log")
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.ConfigureLogger()
	s.Start()
	b.reachable(t)
	return func() {
		s.Shutdown()
		s.WaitForShutdown()
		if t.Failed() {
			text, _ := os.ReadFile(o.LogFile)
			t.Logf("nats: %s", text)
		}
	}
}

// reachable waits until the broker takes a TLS connection.
func (b *testBroker) reachable(t testing.TB) {
	t.Helper()
	tc := b.tls(t, "hall")
	poll(t, 10*time.Second, b.kind+" takes connections", func() bool {
		c, err := tls.Dial("tcp", b.addr, tc)
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	})
}

// poll waits for a condition that another process or goroutine makes true.
func poll(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(limit)
	defer end.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-end.C:
			t.Fatalf("after %v still not: %s", limit, what)
		}
	}
}

// node starts a node on this broker; it ends with the test or with stop.
func (b *testBroker) node(t testing.TB, id string, change func(*node.Config)) (n *node.Node, stop func()) {
	t.Helper()
	c := node.Config{Hall: hall, Node: id, Broker: b.url(), TLS: b.tls(t, id), Program: "kiosk", Role: "kiosk", Log: quiet}
	if change != nil {
		change(&c)
	}
	return startNode(t, c)
}

func (b *testBroker) host(t testing.TB, s *store, change func(*node.HostConfig)) (h *node.Host, stop func()) {
	t.Helper()
	c := node.HostConfig{Hall: hall, Broker: b.url(), TLS: b.tls(t, "hall"), Events: s.events, Ask: s.ask, Node: s.node, Log: quiet}
	if change != nil {
		change(&c)
	}
	return startHost(t, c)
}

func startNode(t testing.TB, c node.Config) (*node.Node, func()) {
	t.Helper()
	n, err := node.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return n, running(t, "node "+c.Node, n.Run)
}

func startHost(t testing.TB, c node.HostConfig) (*node.Host, func()) {
	t.Helper()
	h, err := node.NewHost(c)
	if err != nil {
		t.Fatal(err)
	}
	return h, running(t, "host", h.Run)
}

func running(t testing.TB, what string, run func(context.Context) error) func() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- run(ctx) }()
	stopped := false
	stop := func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		case <-time.After(15 * time.Second):
			panic(fmt.Sprintf("%s does not stop", what))
		}
	}
	t.Cleanup(stop)
	return stop
}
