package port

import (
	"context"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// TCP is a listener of the kind that printers have on port 9100: one client at
// a time, while the next one waits unanswered.
type TCP struct {
	addr string

	mu       sync.Mutex
	listener net.Listener
	line     net.Conn
	ghosts   []net.Conn // forgotten: open, and nobody reads them
	change   chan struct{}
	closed   bool
	fault    error // of putting the plug back
}

var _ Port = (*TCP)(nil)

// ListenTCP listens on addr, "host:port".
func ListenTCP(addr string) (*TCP, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("port tcp:%s: %w", addr, err)
	}
	return &TCP{addr: l.Addr().String(), listener: l, change: make(chan struct{})}, nil
}

// Spec implements Port; its port number is the one that is really open.
func (t *TCP) Spec() string { return "tcp:" + t.addr }

// Addr is the address that is listened on, "host:port".
func (t *TCP) Addr() string { return t.addr }

// DiesWithDevice implements Port.
func (t *TCP) DiesWithDevice() bool { return true }

// Plug implements Port.
func (t *TCP) Plug(in bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed || in == (t.listener != nil):
		return
	case in:
		if t.listener, t.fault = net.Listen("tcp", t.addr); t.fault != nil {
			t.listener = nil
		}
	default:
		t.drop()
	}
	close(t.change)
	t.change = make(chan struct{})
}

// drop closes listener and line. The caller holds mu.
func (t *TCP) drop() {
	if t.listener != nil {
		t.listener.Close()
		t.listener = nil
	}
	if t.line != nil {
		t.line.Close()
	}
}

// Close implements Port.
func (t *TCP) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.closed = true
		t.drop()
		for _, g := range t.ghosts {
			g.Close()
		}
		close(t.change)
	}
	return nil
}

// Forget ends the session under way and leaves its connection open, as a device
// does that starts anew behind a network which does not pass that on: the other
// end can write, and nothing ever comes back.
func (t *TCP) Forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.line != nil {
		t.ghosts = append(t.ghosts, t.line)
		t.line.SetReadDeadline(time.Now()) // the session's read returns, see line.Read
		t.line = nil
	}
}

// line is a connection that its session cannot close once it is forgotten.
type line struct {
	net.Conn
	t *TCP
}

func (l line) forgotten() bool {
	l.t.mu.Lock()
	defer l.t.mu.Unlock()
	return slices.Contains(l.t.ghosts, l.Conn)
}

// Read of a forgotten connection says that the device has lost it.
func (l line) Read(b []byte) (int, error) {
	n, err := l.Conn.Read(b)
	if l.forgotten() {
		return 0, os.ErrClosed
	}
	return n, err
}

func (l line) Write(b []byte) (int, error) {
	if l.forgotten() {
		return 0, os.ErrClosed
	}
	return l.Conn.Write(b)
}

func (l line) Close() error {
	if l.forgotten() {
		return nil
	}
	return l.Conn.Close()
}

// Run implements Port.
func (t *TCP) Run(ctx context.Context, serve Session) error {
	stop := context.AfterFunc(ctx, func() { t.Close() })
	defer stop()
	for {
		t.mu.Lock()
		l, change, closed, fault := t.listener, t.change, t.closed, t.fault
		t.mu.Unlock()
		switch {
		case closed:
			return nil
		case fault != nil:
			return fmt.Errorf("port tcp:%s: plugged in again: %w", t.addr, fault)
		case l == nil:
			select {
			case <-change:
			case <-ctx.Done():
			}
			continue
		}
		conn, err := l.Accept()
		if err != nil {
			t.mu.Lock()
			same := t.listener == l
			t.mu.Unlock()
			if same {
				return fmt.Errorf("port tcp:%s: %w", t.addr, err)
			}
			continue
		}
		t.session(ctx, conn, l, serve)
	}
}

func (t *TCP) session(ctx context.Context, conn net.Conn, l net.Listener, serve Session) {
	on := line{conn, t}
	defer on.Close()
	t.mu.Lock()
	if t.listener != l {
		t.mu.Unlock()
		return
	}
	t.line = conn
	t.mu.Unlock()
	_ = serve(ctx, on) // the end of a session is the driver's affair
	t.mu.Lock()
	t.line = nil
	t.mu.Unlock()
}
