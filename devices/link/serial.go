package link

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tarm/serial"
	"golang.org/x/sys/unix"
)

// readWait is the read time-out of every link. The serial library knows only
// tenths of a second and blocks for ever without one.
const readWait = 100 * time.Millisecond

// drainWait is how long Close waits for the tail of the last write.
const drainWait = 2 * time.Second

// serialLink is a serial port. The serial library opens it, sets its speed and
// reads. It has no flow control, drain, write time-out or exclusive use, so
// the port is open a second time: the terminal settings and the output queue
// belong to the port, and the second descriptor alone is non-blocking.
type serialLink struct {
	spec   Spec
	port   *serial.Port
	fd     int // the second descriptor
	closed atomic.Bool
	mu     sync.RWMutex // held for writing while fd is closed
	once   sync.Once
	err    error
}

func openSerial(s Spec) (Link, error) {
	l := &serialLink{spec: s, fd: -1}
	if err := l.open(); err != nil {
		l.abandon()
		return nil, fmt.Errorf("serial:%s: %w", s.Address, err)
	}
	return l, nil
}

func (l *serialLink) open() error {
	// The lock comes before the library's open, which sets the speed of the
	// port at once: another program's transfer must not suffer.
	fd, err := unix.Open(l.spec.Address, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return portError(err)
	}
	l.fd = fd
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return portError(err)
	}
	l.port, err = serial.OpenPort(&serial.Config{
		Name: l.spec.Address, Baud: l.spec.Baud, ReadTimeout: readWait,
		Size: byte(l.spec.Bits), Parity: serial.Parity(l.spec.Parity), StopBits: serial.StopBits(l.spec.Stop),
	})
	if err != nil {
		return portError(err)
	}
	if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
		return fmt.Errorf("exclusive use: %w", err)
	}
	return l.setFlow()
}

func (l *serialLink) setFlow() error {
	t, err := unix.IoctlGetTermios(l.fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("terminal settings: %w", err)
	}
	t.Cflag &^= unix.CRTSCTS
	t.Iflag &^= unix.IXON | unix.IXOFF | unix.IXANY
	// A device that loses its power pulls the line low. The kernel would read
	// that break as a NUL, which to a printer's driver is "all is printed".
	t.Iflag |= unix.IGNBRK
	switch l.spec.Flow {
	case FlowRTS:
		t.Cflag |= unix.CRTSCTS
	case FlowXON:
		t.Iflag |= unix.IXON
		t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
	}
	if err := unix.IoctlSetTermios(l.fd, unix.TCSETS, t); err != nil {
		return fmt.Errorf("flow control %s: %w", l.spec.Flow, err)
	}
	return nil
}

// abandon gives up a port that did not open fully.
func (l *serialLink) abandon() {
	if l.port != nil {
		l.port.Close()
	}
	if l.fd >= 0 {
		unix.IoctlSetInt(l.fd, unix.TIOCNXCL, 0)
		unix.Close(l.fd)
	}
}

func (l *serialLink) String() string {
	return fmt.Sprintf("serial:%s@%d", l.spec.Address, l.spec.Baud)
}

// Read tells a time-out and a hang-up apart, which are both io.EOF in the
// library: a time-out takes its time, an unplugged port answers at once.
func (l *serialLink) Read(p []byte) (int, error) {
	if l.closed.Load() {
		return 0, fs.ErrClosed
	}
	begun := time.Now()
	n, err := l.port.Read(p)
	switch {
	case n > 0:
		return n, nil
	case l.closed.Load():
		return 0, fs.ErrClosed
	case err == nil:
		return 0, ErrTimeout
	case !errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%s: read: %w", l, portError(err))
	case time.Since(begun) < readWait/2 || l.hungUp():
		return 0, fmt.Errorf("%s: port is gone: %w", l, io.EOF)
	}
	return 0, ErrTimeout
}

func (l *serialLink) hungUp() bool {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed.Load() {
		return true
	}
	events, err := pollFD(l.fd, 0, 0)
	return err == nil && events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0
}

// Write never blocks in the kernel, where nothing could free it under flow
// control. What a stalled port has not sent is thrown away: it must not come
// out of the printer after the job has been declared failed.
func (l *serialLink) Write(p []byte) (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n, err := writeAll(l.fd, p, len(p), l.spec.Timeout, &l.closed)
	if errors.Is(err, ErrStalled) {
		l.flush()
	}
	if err != nil {
		return n, fmt.Errorf("%s: write: %w", l, portError(err))
	}
	return n, nil
}

// flush throws away what waits for the line, and lets the line go on: an XON
// that was lost would otherwise hold it for ever. The kernel only goes on from
// a stop of our own, so that comes first.
func (l *serialLink) flush() {
	unix.IoctlSetInt(l.fd, unix.TCFLSH, unix.TCOFLUSH)
	unix.IoctlSetInt(l.fd, unix.TCXONC, unix.TCOOFF)
	unix.IoctlSetInt(l.fd, unix.TCXONC, unix.TCOON)
}

var _ Discarder = (*serialLink)(nil)

// Discard empties the output queue of the port.
func (l *serialLink) Discard() (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed.Load() {
		return 0, fmt.Errorf("%s: discard: %w", l, fs.ErrClosed)
	}
	n, err := unix.IoctlGetInt(l.fd, unix.TIOCOUTQ)
	if err != nil {
		return 0, fmt.Errorf("%s: discard: %w", l, portError(err))
	}
	if n > 0 {
		l.flush()
	}
	return n, nil
}

// Drain waits until the output queue is empty and the hardware has sent its
// last byte.
func (l *serialLink) Drain() error {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed.Load() {
		return fmt.Errorf("%s: drain: %w", l, fs.ErrClosed)
	}
	if err := l.drain(l.spec.Timeout); err != nil {
		return fmt.Errorf("%s: drain: %w", l, err)
	}
	return nil
}

func (l *serialLink) drain(stall time.Duration) error {
	err := drain(func() (int, error) { return unix.IoctlGetInt(l.fd, unix.TIOCOUTQ) }, stall)
	if err != nil {
		return err
	}
	// TCSBRK(1) is tcdrain: it waits for the transmitter's own buffer, with no
	// time-out of its own when CTS is held.
	sent := make(chan error, 1)
	go func() { sent <- again(func() error { return unix.IoctlSetInt(l.fd, unix.TCSBRK, 1) }) }()
	timer := time.NewTimer(stall)
	defer timer.Stop()
	select {
	case err := <-sent:
		return err
	case <-timer.C:
		l.flush()
		<-sent
		return ErrStalled
	}
}

// Close lets the tail of the last write out, at most drainWait without
// progress, and gives the port free. It may be called more than once.
func (l *serialLink) Close() error {
	l.once.Do(func() {
		l.closed.Store(true)
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.drain(min(drainWait, l.spec.Timeout)) != nil {
			// Without this the kernel would wait for half a minute in close.
			unix.IoctlSetInt(l.fd, unix.TCFLSH, unix.TCOFLUSH)
		}
		unix.IoctlSetInt(l.fd, unix.TIOCNXCL, 0)
		l.err = errors.Join(l.port.Close(), unix.Close(l.fd))
	})
	return l.err
}

// portError puts the usual failures of a port into words.
func portError(err error) error {
	switch {
	case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EWOULDBLOCK):
		return ErrBusy
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("port is not there: %w", fs.ErrNotExist)
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV):
		return fmt.Errorf("nothing is plugged in: %w", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("no right to open the port (is the user in the groups dialout and lp?): %w", err)
	case errors.Is(err, unix.ENOTTY):
		return fmt.Errorf("not a serial port: %w", err)
	case strings.Contains(err.Error(), "baud rate"):
		return fmt.Errorf("the port does not know this speed: %w", err)
	}
	return err
}
