package link

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// PrinterPort is a link that knows something of the printer without the
// printer's command language: the status lines of the USB printer class.
type PrinterPort interface {
	PortStatus() (PortStatus, error)
}

// PortStatus is the byte of GET_PORT_STATUS (USB printer class 1.1, 4.2.2).
type PortStatus struct {
	Selected bool // bit 4: online
	PaperOut bool // bit 5
	Error    bool // bit 3 is clear
}

// lpGetStatus is LPGETSTATUS of linux/lp.h.
const lpGetStatus = 0x060b

// usbChunk is the transfer buffer of the kernel's usblp driver: a write takes
// at most one of these at a time.
const usbChunk = 8192

// usbLink is a printer class node, /dev/usb/lp0. It is non-blocking: a
// blocking write waits in the kernel for as long as the printer has no paper,
// and neither a signal nor close gets it out. In this mode the kernel accepts
// a chunk before it has been transferred, and kills what is under way on
// close; POLLOUT says that the transfer has ended, so Drain and Close wait for
// it.
type usbLink struct {
	spec   Spec
	fd     int
	closed atomic.Bool
	wasted atomic.Bool // what is under way is of no use any more
	mu     sync.RWMutex
	once   sync.Once
	err    error
}

func openUSB(s Spec) (Link, error) {
	fd, err := unix.Open(s.Address, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("usblp:%s: %w", s.Address, portError(err))
	}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("usblp:%s: %w", s.Address, portError(err))
	}
	return &usbLink{spec: s, fd: fd}, nil
}

func (l *usbLink) String() string { return "usblp:" + l.spec.Address }

// Read treats an empty answer as nothing: some printers send them without end.
func (l *usbLink) Read(p []byte) (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	end := time.Now().Add(readWait)
	for {
		if l.closed.Load() {
			return 0, fs.ErrClosed
		}
		n, err := unix.Read(l.fd, p)
		if n > 0 {
			return n, nil
		}
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return 0, fmt.Errorf("%s: read: %w", l, portError(err))
		}
		left := time.Until(end)
		if left <= 0 {
			return 0, ErrTimeout
		}
		wanted := int16(unix.POLLIN)
		if err == nil {
			wanted = 0 // an empty answer: only a hang-up is of interest now
		}
		events, err := pollFD(l.fd, wanted, left)
		if err != nil {
			return 0, fmt.Errorf("%s: read: %w", l, err)
		}
		if events&(unix.POLLHUP|unix.POLLERR) != 0 && events&unix.POLLIN == 0 {
			return 0, fmt.Errorf("%s: port is gone: %w", l, unix.ENODEV)
		}
	}
}

func (l *usbLink) Write(p []byte) (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	n, err := writeAll(l.fd, p, usbChunk, l.spec.Timeout, &l.closed)
	if err != nil {
		return n, fmt.Errorf("%s: write: %w", l, portError(err))
	}
	return n, nil
}

// Drain waits until the printer has taken the last transfer.
func (l *usbLink) Drain() error {
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

func (l *usbLink) drain(stall time.Duration) error {
	events, err := pollFD(l.fd, unix.POLLOUT, stall)
	switch {
	case err != nil:
		return err
	case events&unix.POLLOUT != 0:
		return nil
	case events == 0:
		return ErrStalled
	}
	return unix.ENODEV
}

var _ Discarder = (*usbLink)(nil)

// Discard cannot recall a transfer: Close will have the kernel kill it. How
// much of it has passed is not known, so all of it counts.
func (l *usbLink) Discard() (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed.Load() {
		return 0, fmt.Errorf("%s: discard: %w", l, fs.ErrClosed)
	}
	switch err := l.drain(0); {
	case err == nil:
		return 0, nil
	case !errors.Is(err, ErrStalled):
		return 0, fmt.Errorf("%s: discard: %w", l, portError(err))
	}
	l.wasted.Store(true)
	return usbChunk, fmt.Errorf("%s: discard: %w", l, ErrStalled)
}

// PortStatus asks the printer's USB interface. It must not be called in the
// middle of a write: some printers then lose data.
func (l *usbLink) PortStatus() (PortStatus, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed.Load() {
		return PortStatus{}, fs.ErrClosed
	}
	b, err := unix.IoctlGetInt(l.fd, lpGetStatus)
	if err != nil {
		return PortStatus{}, fmt.Errorf("%s: port status: %w", l, err)
	}
	return portStatus(byte(b)), nil
}

func portStatus(b byte) PortStatus {
	return PortStatus{Selected: b&0x10 != 0, PaperOut: b&0x20 != 0, Error: b&0x08 == 0}
}

// Close waits for the tail of the last write, at most drainWait, unless that
// was given up.
func (l *usbLink) Close() error {
	l.once.Do(func() {
		l.closed.Store(true)
		l.mu.Lock()
		defer l.mu.Unlock()
		if !l.wasted.Load() {
			l.drain(min(drainWait, l.spec.Timeout))
		}
		l.err = unix.Close(l.fd)
	})
	return l.err
}
