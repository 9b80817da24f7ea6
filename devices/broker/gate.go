package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// gate is where connections come in, over TCP or from inside the process. It
// bounds how many there are and how long they may take to say who they are,
// and knows when the broker is entirely through with each.
type gate struct {
	tcp net.Listener // nil without one
	tls *tls.Config
	log *slog.Logger

	inside  chan *guest
	end     chan struct{}
	once    sync.Once
	all     sync.WaitGroup
	mu      sync.Mutex
	guests  map[*guest]bool // all that are inside; nil after Close
	open    atomic.Int64
	refused atomic.Int64
}

var _ listeners.Listener = (*gate)(nil)

func newGate(log *slog.Logger) *gate {
	return &gate{log: log, inside: make(chan *guest), end: make(chan struct{}), guests: map[*guest]bool{}}
}

func (g *gate) ID() string              { return "gate" }
func (g *gate) Protocol() string        { return "mqtt" }
func (g *gate) Init(*slog.Logger) error { return nil }

func (g *gate) Address() string {
	if g.tcp == nil {
		return ""
	}
	return g.tcp.Addr().String()
}

// Serve accepts until Close.
func (g *gate) Serve(establish listeners.EstablishFn) {
	if g.tcp != nil {
		g.all.Go(func() { g.accept(establish) })
	}
	for {
		select {
		case <-g.end:
			return
		case c := <-g.inside:
			g.all.Go(func() { g.attend(establish, c) })
		}
	}
}

func (g *gate) accept(establish listeners.EstablishFn) {
	for {
		c, err := g.tcp.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // out of descriptors, mostly: some will come free
			select {
			case <-g.end:
				return
			case <-time.After(100 * time.Millisecond):
			}
			continue
		}
		if g.open.Add(1) > maxConnections {
			g.open.Add(-1)
			g.refused.Add(1)
			_ = c.Close()
			continue
		}
		_ = c.SetDeadline(time.Now().Add(helloLimit))
		guest := &guest{Conn: tls.Server(c, g.tls), release: func() { g.open.Add(-1) }}
		g.all.Go(func() { g.attend(establish, guest) })
	}
}

// attend serves one connection to its end. The handshake is done here, so that
// a stranger never gets as far as the MQTT code.
func (g *gate) attend(establish listeners.EstablishFn, c *guest) {
	if !g.enter(c) {
		_ = c.Close()
		return
	}
	defer g.leave(c)
	if t, ok := c.Conn.(*tls.Conn); ok {
		if err := t.Handshake(); err != nil {
			g.refused.Add(1)
			if !errors.Is(err, io.EOF) {
				g.log.Warn("connection refused", "remote", c.RemoteAddr().String(), "error", err)
			}
			return
		}
		c.identity = t.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	err := establish(g.ID(), c)
	var code packets.Code
	if errors.As(err, &code) && !slices.Contains(ordinary, code) {
		g.refused.Add(1)
		g.log.Warn("hung up on a client", "remote", c.RemoteAddr().String(), "certificate", c.identity, "error", err)
	}
}

// ordinary are the codes with which a connection ends that door has spoken of,
// or that say nothing of the client.
var ordinary = []packets.Code{packets.ErrBadUsernameOrPassword, packets.ErrSessionTakenOver, packets.ErrServerShuttingDown, packets.ErrKeepAliveTimeout}

func (g *gate) enter(c *guest) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.guests == nil {
		return false
	}
	c.gone = make(chan struct{})
	g.guests[c] = true
	return true
}

func (g *gate) leave(c *guest) {
	_ = c.Close()
	g.mu.Lock()
	delete(g.guests, c)
	g.mu.Unlock()
	if c.leave != nil {
		c.leave()
	}
	close(c.gone)
}

// take brings a connection in from inside the process.
func (g *gate) take(ctx context.Context, c *guest) error {
	select {
	case g.inside <- c:
		return nil
	case <-g.end:
		return errors.New("broker: stopped")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close ends everything; it returns when every connection is gone.
func (g *gate) Close(closeClients listeners.CloseFn) {
	g.once.Do(func() {
		close(g.end)
		if g.tcp != nil {
			_ = g.tcp.Close()
		}
		closeClients(g.ID())
		g.mu.Lock()
		guests := g.guests
		g.guests = nil
		g.mu.Unlock()
		for c := range guests {
			_ = c.Close()
		}
	})
}
