package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Times of a TCP link. A printer that was unplugged answers nothing at all:
// keep-alive and TCP_USER_TIMEOUT turn that into an error, which a write alone
// would not see until its buffer is full.
const (
	dialTimeout = 5 * time.Second
	keepIdle    = 10 * time.Second
	userTimeout = 15 * time.Second
	goodbyeWait = 2 * time.Second
)

type tcpLink struct {
	spec    Spec
	conn    *net.TCPConn
	closed  atomic.Bool
	stalled atomic.Bool
	once    sync.Once
	err     error
}

func openTCP(ctx context.Context, s Spec) (Link, error) {
	d := net.Dialer{
		Timeout: dialTimeout,
		KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: keepIdle, Interval: keepIdle / 2, Count: 3,
		},
		Control: func(_, _ string, c syscall.RawConn) error {
			var err error
			ctlErr := c.Control(func(fd uintptr) {
				err = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
			})
			return errors.Join(ctlErr, err)
		},
	}
	conn, err := d.DialContext(ctx, "tcp", s.Address)
	if err != nil {
		return nil, fmt.Errorf("tcp:%s: %w", s.Address, err)
	}
	return &tcpLink{spec: s, conn: conn.(*net.TCPConn)}, nil
}

func (l *tcpLink) String() string { return "tcp:" + l.spec.Address }

func (l *tcpLink) Read(p []byte) (int, error) {
	if err := l.conn.SetReadDeadline(time.Now().Add(readWait)); err != nil {
		return 0, fmt.Errorf("%s: read: %w", l, err)
	}
	n, err := l.conn.Read(p)
	switch {
	case n > 0 || err == nil:
		return n, nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return 0, ErrTimeout
	case errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%s: the device has closed the connection: %w", l, io.EOF)
	}
	return 0, fmt.Errorf("%s: read: %w", l, err)
}

func (l *tcpLink) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		if err := l.conn.SetWriteDeadline(time.Now().Add(l.spec.Timeout)); err != nil {
			return done, fmt.Errorf("%s: write: %w", l, err)
		}
		n, err := l.conn.Write(p[done:])
		done += n
		switch {
		case err == nil || n > 0 && errors.Is(err, os.ErrDeadlineExceeded):
		case errors.Is(err, os.ErrDeadlineExceeded):
			l.stalled.Store(true)
			return done, fmt.Errorf("%s: write: %w", l, ErrStalled)
		default:
			return done, fmt.Errorf("%s: write: %w", l, err)
		}
	}
	return done, nil
}

// Drain waits until the device has acknowledged every byte to the kernel.
func (l *tcpLink) Drain() error {
	raw, err := l.conn.SyscallConn()
	if err != nil {
		return fmt.Errorf("%s: drain: %w", l, err)
	}
	if err := drain(func() (int, error) { return unsent(raw) }, l.spec.Timeout); err != nil {
		return fmt.Errorf("%s: drain: %w", l, err)
	}
	return nil
}

// unsent is how many bytes the device has not acknowledged.
func unsent(raw syscall.RawConn) (n int, err error) {
	ctlErr := raw.Control(func(fd uintptr) { n, err = unix.IoctlGetInt(int(fd), unix.SIOCOUTQ) })
	return n, errors.Join(ctlErr, err)
}

var _ Discarder = (*tcpLink)(nil)

// Discard cannot take bytes out of a connection: Close will cut it off.
func (l *tcpLink) Discard() (int, error) {
	raw, err := l.conn.SyscallConn()
	if err != nil {
		return 0, fmt.Errorf("%s: discard: %w", l, err)
	}
	n, err := unsent(raw)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: discard: %w", l, err)
	case n == 0:
		return 0, nil
	}
	l.stalled.Store(true)
	return n, fmt.Errorf("%s: discard: %w", l, ErrStalled)
}

// Close says goodbye before it goes: many printers serve one connection and
// keep an unclean one for a minute or more, or drop the tail of the job. A
// stalled connection is cut off instead, so that nothing of it is printed
// later.
func (l *tcpLink) Close() error {
	l.once.Do(func() {
		l.closed.Store(true)
		if l.stalled.Load() {
			l.conn.SetLinger(0)
		} else if l.conn.CloseWrite() == nil {
			l.awaitGoodbye()
		}
		l.err = l.conn.Close()
	})
	return l.err
}

func (l *tcpLink) awaitGoodbye() {
	end := time.Now().Add(goodbyeWait)
	buf := make([]byte, 256)
	for time.Now().Before(end) {
		l.conn.SetReadDeadline(time.Now().Add(readWait))
		if _, err := l.conn.Read(buf); err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return
		}
	}
}
