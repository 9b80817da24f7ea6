// Package broker is the MQTT broker that a hall controller or a centre carries
// inside itself, and the configuration files that make Mosquitto or a NATS
// server do the same work under the same rights.
//
// The embedded broker keeps everything in memory. That is enough, because the
// contract never relies on a broker's memory: what must survive stands on the
// disks of the nodes and of the host (devices/node).
//
// Who is who is decided by the certificate alone: its common name is the
// node's identity, "luotian/kiosk-1". The client id must be the same, so no
// certificate can throw out somebody else's connection, and Rights says what
// an identity may publish and read. Limits are set explicitly: nobody can make
// the broker reserve memory before it is known who they are.
package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"

	"hallward/devices/contract"
)

// Limits of the embedded broker.
const (
	maxPacket      = contract.MaxPayload + 1024 // payload, topic and header
	maxQueued      = 2048                       // messages to one client that are not written yet; each client has 8 bytes for each
	maxUnconfirmed = 4096                       // QoS 1 messages to one client without its PUBACK
	maxConnections = 2048                       // at a time, known or not
	helloLimit     = 10 * time.Second           // for the TLS handshake and CONNECT together
	maxKeepAlive   = 120                        // seconds; a client without one is refused
	forever        = math.MaxInt32              // seconds that a retained message may live
	takeOverLimit  = 5 * time.Second            // for the old connection of an identity to end
)

// Config is what a broker serves, and to whom.
type Config struct {
	// Listen is the TCP address for nodes, "0.0.0.0:8883"; "" is none, then
	// only Dial reaches the broker.
	Listen string
	// TLS is needed with Listen and must demand client certificates
	// (pki.ServerTLS).
	TLS *tls.Config

	Halls []string // ids of the halls that meet here
	Host  string   // id of the host in each of them; "" is "hall"
	// Nodes are the identities that may connect, "luotian/kiosk-1". Nil is
	// everybody in Halls with a certificate of the authority.
	Nodes []string

	Log *slog.Logger // nil: slog.Default
}

// Broker is an MQTT 3.1.1 broker in this process.
type Broker struct {
	cfg    Config
	rights Rights
	log    *slog.Logger
	server *mqtt.Server
	gate   *gate
}

// New checks the configuration and binds the address; Run serves it.
func New(c Config) (*Broker, error) {
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Host == "" {
		c.Host = "hall"
	}
	if len(c.Halls) == 0 {
		return nil, errors.New("broker: no hall is configured")
	}
	for _, id := range append(slices.Clone(c.Halls), c.Host) {
		if err := contract.CheckID(id); err != nil {
			return nil, fmt.Errorf("broker: %w", err)
		}
	}
	for _, n := range c.Nodes {
		if _, _, ok := splitIdentity(n); !ok {
			return nil, fmt.Errorf("broker: node %q: want hall/node", n)
		}
	}
	b := &Broker{cfg: c, rights: Rights{Host: c.Host}, log: c.Log}
	b.gate = newGate(c.Log)
	if c.Listen != "" {
		if c.TLS == nil || c.TLS.ClientAuth != tls.RequireAndVerifyClientCert {
			return nil, errors.New("broker: a listener needs TLS that demands client certificates")
		}
		l, err := net.Listen("tcp", c.Listen)
		if err != nil {
			return nil, fmt.Errorf("broker: %w", err)
		}
		b.gate.tcp, b.gate.tls = l, c.TLS
	}
	b.server = mqtt.New(&mqtt.Options{
		Capabilities: &mqtt.Capabilities{
			MaximumClients:               maxConnections,
			MaximumMessageExpiryInterval: forever,
			MaximumClientWritesPending:   maxQueued,
			MaximumSessionExpiryInterval: 0,
			MaximumPacketSize:            maxPacket,
			ReceiveMaximum:               1024,
			MaximumInflight:              maxUnconfirmed,
			TopicAliasMaximum:            0,
			SharedSubAvailable:           0,
			MinimumProtocolVersion:       4,
			MaximumQos:                   1,
			RetainAvailable:              1,
			WildcardSubAvailable:         1,
		},
		SysTopicResendInterval: 86400,
		// Its log quotes payloads, which may name people; what matters is
		// logged by door and gate.
		Logger: slog.New(slog.DiscardHandler),
	})
	if err := b.server.AddHook(&door{b: b, present: map[string]*guest{}, devices: map[string]map[string]bool{}}, nil); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	if err := b.server.AddListener(b.gate); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	return b, nil
}

// Addr is the address that is listened on, or "".
func (b *Broker) Addr() string {
	if b.gate.tcp == nil {
		return ""
	}
	return b.gate.tcp.Addr().String()
}

// Run serves until ctx ends, then hangs up on everybody and returns nil.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.server.Serve(); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	<-ctx.Done()
	defer b.gate.all.Wait()
	if err := b.server.Close(); err != nil {
		return fmt.Errorf("broker: %w", err)
	}
	return nil
}

// Dial connects inside the process, without TLS, as the given identity: the
// way in for the host itself ("luotian/hall"). It fails when Run has ended.
func (b *Broker) Dial(identity string) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) {
		near, far := Pipe()
		if err := b.gate.take(ctx, &guest{Conn: far, identity: identity}); err != nil {
			_ = near.Close()
			return nil, err
		}
		return near, nil
	}
}

// Stats are the broker's counters.
type Stats struct {
	Clients  int64 // connected now
	Messages int64 // published to the broker since it began
	Dropped  int64 // not delivered, because a client's queue was full
	Refused  int64 // connections that were turned away
}

// Stats reads the counters.
func (b *Broker) Stats() Stats {
	i := b.server.Info.Clone()
	return Stats{Clients: i.ClientsConnected, Messages: i.MessagesReceived,
		Dropped: i.MessagesDropped + i.InflightDropped, Refused: b.gate.refused.Load()}
}

func splitIdentity(identity string) (hall, node string, ok bool) {
	hall, node, ok = strings.Cut(identity, "/")
	return hall, node, ok && contract.CheckID(hall) == nil && contract.CheckID(node) == nil
}

// guest is one connection and, once it has said who it is, its identity.
type guest struct {
	net.Conn
	identity string        // of an in-process connection: given; else from the certificate
	gone     chan struct{} // closed when the broker is through with it
	leave    func()        // called then, when set
	release  func()        // called at Close, when set
	looking  bool          // holds door.keeping; only its reading goroutine knows
	once     sync.Once
}

// Close is told once to the gate, however often it is called.
func (g *guest) Close() error {
	err := g.Conn.Close()
	g.once.Do(func() {
		if g.release != nil {
			g.release()
		}
	})
	return err
}
