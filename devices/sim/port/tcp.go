package port

import (
	"context"
	"fmt"
	"net"
	"sync"
)

// TCP is a listener of the kind that printers have on port 9100: one client at
// a time, while the next one waits unanswered.
type TCP struct {
	addr string

	mu       sync.Mutex
	listener net.Listener
	line     net.Conn
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
		close(t.change)
	}
	return nil
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
	defer conn.Close()
	t.mu.Lock()
	if t.listener != l {
		t.mu.Unlock()
		return
	}
	t.line = conn
	t.mu.Unlock()
	_ = serve(ctx, conn) // the end of a session is the driver's affair
	t.mu.Lock()
	t.line = nil
	t.mu.Unlock()
}
