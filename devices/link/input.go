package link

import (
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// eviocgrab is EVIOCGRAB of linux/input.h, _IOW('E', 0x90, int): from then on
// the events of the device come here and nowhere else.
const eviocgrab = 0x40044590

// errInputTakesNothing is a write to a keyboard.
var errInputTakesNothing = errors.New("an input device takes no data")

// inputLink is a Linux input device, /dev/input/event3: a code scanner that
// plays a keyboard, or a number pad. Its keys are read as the bytes that they
// type, or raw, as key events. It is grabbed so that what is scanned is not
// typed into the screen or the console too.
type inputLink struct {
	spec Spec
	raw  bool // key events (KeyEvent) instead of characters
	keys keyboard
	left []byte // typed, and not yet read

	mu   sync.RWMutex // held for writing while fd is closed
	fd   int
	gone bool // closed
}

// OpenKeys opens an input device ("input:/dev/input/…") whose keys are wanted as
// they are, pressed, held and released: what Read gives is key events
// (ParseKeys). Errors are as those of Open.
func OpenKeys(text string) (Link, error) {
	s, err := ParseSpec(text)
	if err != nil {
		return nil, err
	}
	if s.Scheme != "input" {
		return nil, fmt.Errorf("link %q: %w: the scheme is %q, want input", text, ErrSpec, s.Scheme)
	}
	return openInput(s, true)
}

func openInput(s Spec, raw bool) (Link, error) {
	fd, err := unix.Open(s.Address, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if errors.Is(err, fs.ErrPermission) {
		return nil, fmt.Errorf("input:%s: no right to open the device (is the user in the group input?): %w", s.Address, err)
	}
	if err != nil {
		return nil, fmt.Errorf("input:%s: %w", s.Address, portError(err))
	}
	if err := takeInput(fd, s.Grab); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("input:%s: %w", s.Address, err)
	}
	return &inputLink{spec: s, raw: raw, fd: fd}, nil
}

// takeInput keeps the device for this link.
func takeInput(fd int, grab bool) error {
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return portError(err)
	}
	if !grab {
		return nil
	}
	err := unix.IoctlSetInt(fd, eviocgrab, 1)
	switch {
	case errors.Is(err, unix.EBUSY):
		return ErrBusy
	case err != nil:
		return fmt.Errorf("not an input device, its keys cannot be kept from the screen: %w", err)
	}
	return nil
}

func (l *inputLink) String() string { return "input:" + l.spec.Address }

// Read gives what was typed.
func (l *inputLink) Read(p []byte) (int, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	end := time.Now().Add(readWait)
	for len(l.left) == 0 {
		if l.gone {
			return 0, fs.ErrClosed
		}
		if err := l.typed(); err != nil {
			return 0, fmt.Errorf("%s: read: %w", l, err)
		}
		left := time.Until(end)
		if len(l.left) > 0 || left <= 0 {
			break
		}
		events, err := pollFD(l.fd, unix.POLLIN, left)
		if err != nil {
			return 0, fmt.Errorf("%s: read: %w", l, err)
		}
		if events&(unix.POLLHUP|unix.POLLERR|unix.POLLNVAL) != 0 && events&unix.POLLIN == 0 {
			return 0, fmt.Errorf("%s: port is gone: %w", l, unix.ENODEV)
		}
	}
	if len(l.left) == 0 {
		return 0, ErrTimeout
	}
	n := copy(p, l.left)
	clear(l.left[:n])
	l.left = l.left[n:]
	return n, nil
}

// typed reads the events that are there.
func (l *inputLink) typed() error {
	var buf [64 * eventSize]byte
	defer clear(buf[:])
	n, err := unix.Read(l.fd, buf[:])
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
		return nil
	}
	switch {
	case err != nil:
		return portError(err)
	case n == 0:
		return unix.ENODEV
	}
	for _, e := range parseEvents(buf[:n], eventSize) {
		if l.raw {
			l.left = appendKey(l.left, e)
		} else {
			l.left = l.keys.translate(l.left, e)
		}
	}
	return nil
}

// Write fails: nothing can be said to a keyboard.
func (l *inputLink) Write([]byte) (int, error) {
	return 0, fmt.Errorf("%s: write: %w", l, errInputTakesNothing)
}

// Drain has nothing to wait for.
func (l *inputLink) Drain() error { return nil }

// Close gives the device back.
func (l *inputLink) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.gone {
		return nil
	}
	l.gone = true
	clear(l.left)
	return unix.Close(l.fd) // which ends the grab
}
