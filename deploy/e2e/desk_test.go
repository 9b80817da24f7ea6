package e2e

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/sim/people"
)

// desk connects as the node desk-1, whose people may work every window, and
// waits until the hall controller is there.
func (h *house) desk() *people.Desk {
	h.t.Helper()
	conf, err := pki.NodeTLS(filepath.Join(h.dir, "pki"), "desk-1")
	if err != nil {
		h.t.Fatal(err)
	}
	n, err := node.New(node.Config{Hall: hallID, Node: "desk-1", Broker: h.broker(), TLS: conf,
		Program: "e2e", Version: "test", Role: "window", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		h.t.Fatal(err)
	}
	ctx, end := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = n.Run(ctx) }()
	h.t.Cleanup(func() { end(); <-done })
	until(h.t, 20*time.Second, "the desk is connected", func() error {
		if !n.Online() {
			return context.DeadlineExceeded
		}
		return nil
	})
	return &people.Desk{Node: n}
}

// broker is the address of the hall's broker.
func (h *house) broker() string { return "tls://" + h.url(brokerPort)[len("http://"):] }
