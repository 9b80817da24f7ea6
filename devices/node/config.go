package node

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"time"

	"hallward/devices/contract"
)

// Times of the session. Keep-alive and ping time-out are those of
// reliability.md §3: a black hole is noticed after their sum plus one second.
const (
	keepAlive    = 5 * time.Second
	pingTimeout  = 3 * time.Second
	writeTimeout = 5 * time.Second
	connectLimit = 10 * time.Second
	pubackLimit  = 10 * time.Second
	echoLimit    = 5 * time.Second  // own "ready" must come back within
	resendAfter  = 10 * time.Second // nothing acknowledged for so long: send again (HALL-011)
	refreshAfter = 2 * time.Second  // retained messages are asked for once more
	missingAfter = 30 * time.Second // and again while one that is wanted is missing
	repeatAfter  = 2 * time.Second  // a request without an answer is repeated
	clockLeeway  = 5 * time.Second  // between two clocks that both call themselves synced
	requestLife  = 30 * time.Second // of a request whose context has no deadline
)

// Dial opens the byte stream to the broker.
type Dial func(ctx context.Context) (net.Conn, error)

// Config is what a Node is and where its broker is.
type Config struct {
	Hall string // id of the hall
	Node string // id of this node

	Broker string      // "tls://192.0.2.7:8883", or "tcp://127.0.0.1:1883" without TLS
	TLS    *tls.Config // for tls://, with the node's certificate (pki.NodeTLS)
	Dial   Dial        // instead of Broker, when set

	Program string // "kiosk", "display", "hall" …
	Version string
	Role    string                 // "kiosk", "display", "window" …
	Devices []contract.DeviceBirth // what stands in the birth
	Clock   func() string          // "synced" or "free"; nil: "free"

	Outbox Outbox // events on disk; nil when the node has none

	// Answered and Remember keep the answers to commands across a restart
	// (HALL-014). Without them they are kept in memory only.
	Answered func(id string) (contract.Answer, bool)
	Remember func(ctx context.Context, id string, a contract.Answer, until time.Time) error

	RetryMin time.Duration // pause after the first failure; 0 is 100 ms
	RetryMax time.Duration // longest pause between two attempts; 0 is 1.5 s
	Draw     Draw          // spreads these pauses

	Log *slog.Logger // nil: slog.Default
}

// Outbox is the part of a journal that a node drains; *journal.Journal is one.
type Outbox interface {
	// Epoch is the life of this disk; sequences belong to it.
	Epoch() string
	// First is the lowest event that is not acknowledged, Last the highest
	// that is stored; with nothing to send First is Last+1.
	First() uint64
	Last() uint64
	// Unacknowledged reads up to max stored events above after, in order.
	Unacknowledged(after uint64, max int) ([]contract.Event, error)
	// Acknowledge lets go of everything through the sequence.
	Acknowledge(ctx context.Context, through uint64) error
	// Appended is closed, or receives, when an event has been stored.
	Appended() <-chan struct{}
}

// HostConfig is what a Host is. Its callbacks run concurrently for different
// nodes; for one node, Events and Node are each called in order.
type HostConfig struct {
	Hall string
	Host string // id of the host itself in its hall; "" is "hall"

	Broker string
	TLS    *tls.Config
	Dial   Dial

	// Events stores events of one node, in order and of one epoch, and returns
	// the highest sequence of that epoch through which everything is stored.
	// It skips what it has and stops at a gap. Nothing is acknowledged on error.
	Events func(ctx context.Context, node string, evs []contract.Event) (through uint64, err error)
	// Ask answers a request. The same id must get the same answer without a
	// second effect; an id that is being answered is not handed in again.
	Ask func(ctx context.Context, node string, r contract.Request) contract.Answer
	// Node tells that a node's status, birth or device states have changed.
	Node func(node string, n NodeInfo)

	RetryMin time.Duration
	RetryMax time.Duration
	Draw     Draw

	Log *slog.Logger
}

// NodeInfo is what a host knows of a node.
type NodeInfo struct {
	// Ready is false also when the node's devices say that they are up: a
	// device is offline when its node is not ready (HALL-007).
	Ready   bool
	Status  contract.Status
	Birth   contract.Birth
	Devices map[string]contract.DeviceState
}

func (i NodeInfo) clone() NodeInfo {
	d := make(map[string]contract.DeviceState, len(i.Devices))
	for k, v := range i.Devices {
		d[k] = v
	}
	i.Devices = d
	return i
}

func checkWhere(hall, node, broker string, tc *tls.Config, dial Dial) (Dial, error) {
	if err := contract.CheckID(hall); err != nil {
		return nil, fmt.Errorf("node: hall: %w", err)
	}
	if err := contract.CheckID(node); err != nil {
		return nil, fmt.Errorf("node: node: %w", err)
	}
	if dial != nil {
		return dial, nil
	}
	return dialer(broker, tc)
}

// dialer makes the Dial of a broker's address.
func dialer(broker string, tc *tls.Config) (Dial, error) {
	u, err := url.Parse(broker)
	if err != nil || u.Port() == "" {
		return nil, fmt.Errorf("node: broker %q: want tls://host:port or tcp://host:port", broker)
	}
	d := &net.Dialer{Timeout: connectLimit, KeepAlive: 15 * time.Second}
	switch u.Scheme {
	case "tcp":
		return func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", u.Host) }, nil
	case "tls":
		if tc == nil {
			return nil, fmt.Errorf("node: broker %q: no certificate is configured", broker)
		}
		td := &tls.Dialer{NetDialer: d, Config: tc}
		return func(ctx context.Context) (net.Conn, error) { return td.DialContext(ctx, "tcp", u.Host) }, nil
	}
	return nil, fmt.Errorf("node: broker %q: scheme %q: want tls or tcp", broker, u.Scheme)
}

// ErrUnanswered is the error of a request that expired, or whose context
// ended, before an answer came. Whether it was carried out is not known;
// asking again with the same id tells.
var ErrUnanswered = errors.New("not answered in time")

// ErrNodeAway is the error of a command to a node that is not ready.
var ErrNodeAway = errors.New("the node is not connected")

func marshal(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil { // only the contract's own types come here
		panic(fmt.Sprintf("node: %T: %v", v, err))
	}
	return b
}
