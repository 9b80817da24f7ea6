package bubble

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"

	"hallward/devices/broker"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
	"hallward/devices/node"
	"hallward/devices/sim/port"
)

// wires are the hall's network: the way of each identity to the broker. A way
// can be cut, stay open and carry nothing, or be closed for a time.
type wires struct {
	mu     sync.Mutex
	broker *broker.Broker // nil while it is down
	open   map[string]*wire
	shut   map[string]bool // nothing comes through
}

// wire is a connection that may swallow what is written: a cable that is out
// while both ends believe in it.
type wire struct {
	net.Conn
	mu    sync.Mutex
	black bool
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	black := w.black
	w.mu.Unlock()
	if black {
		return len(p), nil
	}
	return w.Conn.Write(p)
}

var errRefused = errors.New("connection refused")

func (w *wires) dial(identity string) node.Dial {
	return func(ctx context.Context) (net.Conn, error) {
		w.mu.Lock()
		b, shut := w.broker, w.shut[identity]
		w.mu.Unlock()
		if b == nil || shut {
			return nil, errRefused
		}
		c, err := b.Dial(identity)(ctx)
		if err != nil {
			return nil, err
		}
		x := &wire{Conn: c}
		w.mu.Lock()
		w.open[identity] = x
		w.mu.Unlock()
		return x, nil
	}
}

func (w *wires) cut(identity string) {
	w.mu.Lock()
	x := w.open[identity]
	w.mu.Unlock()
	if x != nil {
		_ = x.Conn.Close()
	}
}

func (w *wires) swallow(identity string) {
	w.mu.Lock()
	x := w.open[identity]
	w.mu.Unlock()
	if x != nil {
		x.mu.Lock()
		x.black = true
		x.mu.Unlock()
	}
}

func (w *wires) close(identity string, shut bool) {
	w.mu.Lock()
	w.shut[identity] = shut
	w.mu.Unlock()
	if shut {
		w.cut(identity)
	}
}

// socket is a port in memory: the line between a kiosk and its printer.
type socket struct {
	mu      sync.Mutex
	out     bool // pulled
	session *linktest.Pipe
	calls   chan *linktest.Pipe
}

var _ port.Port = (*socket)(nil)

func newSocket() *socket { return &socket{calls: make(chan *linktest.Pipe)} }

// open is the driver's side.
func (s *socket) open(ctx context.Context) (link.Link, error) {
	s.mu.Lock()
	out := s.out
	s.mu.Unlock()
	if out {
		return nil, errRefused
	}
	near, far := linktest.NewPipe(0)
	select {
	case s.calls <- far:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (s *socket) Run(ctx context.Context, serve port.Session) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case far := <-s.calls:
			s.mu.Lock()
			s.session = far
			out := s.out
			s.mu.Unlock()
			if !out {
				_ = serve(ctx, patient{far}) // the end of a session is nothing new to a device
			}
			_ = far.Close()
		}
	}
}

func (s *socket) Plug(in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.out = !in
	if !in && s.session != nil {
		_ = s.session.Close()
	}
}

func (s *socket) DiesWithDevice() bool { return false }
func (s *socket) Spec() string         { return "memory:" }
func (s *socket) Close() error         { s.Plug(false); return nil }

// patient reads until there is something: a device does not know time-outs.
type patient struct{ *linktest.Pipe }

func (p patient) Read(b []byte) (int, error) {
	for {
		n, err := p.Pipe.Read(b)
		if n > 0 || !errors.Is(err, link.ErrTimeout) {
			if err != nil && !errors.Is(err, io.EOF) {
				err = io.EOF
			}
			return n, err
		}
	}
}
