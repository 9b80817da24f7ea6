package port

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// look is how often an unopened pseudo-terminal is looked at: the kernel has
// no event for "somebody opened the other side".
const look = 20 * time.Millisecond

// PTY is a pseudo-terminal behind a symbolic link that stays the same.
//
// Every session gets a pseudo-terminal of its own. A used one would keep bytes
// that nobody has read, and the exclusive-use flag of a driver that was killed;
// a real serial port keeps neither. So a driver that closes the port must open
// the link again by its name.
type PTY struct {
	path string

	mu     sync.Mutex
	master *os.File
	change chan struct{}
	closed bool
	fault  error
}

var _ Port = (*PTY)(nil)

// OpenPTY makes a pseudo-terminal, raw and without echo, and a symbolic link to
// it at path. A link that is there already is replaced, any other file is not.
func OpenPTY(path string) (*PTY, error) {
	p := &PTY{path: path, change: make(chan struct{})}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("port pty:%s: %w", path, err)
	}
	if err := p.fresh(); err != nil {
		return nil, err
	}
	return p, nil
}

// Spec implements Port.
func (p *PTY) Spec() string { return "serial:" + p.path }

// Path is the symbolic link.
func (p *PTY) Path() string { return p.path }

// DiesWithDevice implements Port.
func (p *PTY) DiesWithDevice() bool { return false }

// fresh makes the next pseudo-terminal and points the link to it. The caller
// holds mu, or is alone.
func (p *PTY) fresh() error {
	if fi, err := os.Lstat(p.path); err == nil && fi.Mode()&os.ModeSymlink == 0 {
		return fmt.Errorf("port pty:%s: a file that is no symbolic link is there", p.path)
	}
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return fmt.Errorf("port pty:%s: /dev/ptmx: %w", p.path, err)
	}
	f := os.NewFile(uintptr(fd), "/dev/ptmx")
	name, err := unlock(fd)
	if err == nil {
		err = relink(name, p.path)
	}
	if err != nil {
		f.Close()
		return fmt.Errorf("port pty:%s: %w", p.path, err)
	}
	p.master = f
	return nil
}

// unlock makes the other side of a pseudo-terminal usable and raw, and names it.
func unlock(master int) (string, error) {
	if err := unix.IoctlSetPointerInt(master, unix.TIOCSPTLCK, 0); err != nil {
		return "", fmt.Errorf("unlock: %w", err)
	}
	n, err := unix.IoctlGetInt(master, unix.TIOCGPTN)
	if err != nil {
		return "", fmt.Errorf("number: %w", err)
	}
	name := fmt.Sprintf("/dev/pts/%d", n)
	// Opened and closed once: from now on "nobody has it open" reads as a
	// hang-up, and the raw mode stays.
	slave, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	defer unix.Close(slave)
	tio, err := unix.IoctlGetTermios(slave, unix.TCGETS)
	if err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	tio.Iflag = 0
	tio.Oflag = 0
	tio.Lflag = 0
	tio.Cflag = unix.CS8 | unix.CREAD | unix.CLOCAL | unix.B9600
	tio.Cc[unix.VMIN], tio.Cc[unix.VTIME] = 1, 0
	if err := unix.IoctlSetTermios(slave, unix.TCSETS, tio); err != nil {
		return "", fmt.Errorf("%s: raw mode: %w", name, err)
	}
	return name, nil
}

// relink points the link at path to name in one step, so that it is never away.
func relink(name, path string) error {
	next := fmt.Sprintf("%s.%d", path, os.Getpid())
	os.Remove(next)
	if err := os.Symlink(name, next); err != nil {
		return err
	}
	return os.Rename(next, path)
}

// Plug implements Port: the link is gone while the plug is out.
func (p *PTY) Plug(in bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed || in == (p.master != nil):
		return
	case in:
		p.fault = p.fresh()
	default:
		p.drop()
	}
	close(p.change)
	p.change = make(chan struct{})
}

// drop takes link and pseudo-terminal away. The caller holds mu.
func (p *PTY) drop() {
	if p.master != nil {
		os.Remove(p.path)
		p.master.Close()
		p.master = nil
	}
}

// Close implements Port.
func (p *PTY) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		p.drop()
		close(p.change)
	}
	return nil
}

// Run implements Port.
func (p *PTY) Run(ctx context.Context, serve Session) error {
	stop := context.AfterFunc(ctx, func() { p.Close() })
	defer stop()
	for {
		p.mu.Lock()
		master, change, closed, fault := p.master, p.change, p.closed, p.fault
		p.mu.Unlock()
		switch {
		case closed:
			return nil
		case fault != nil:
			return fault
		case master == nil:
			select {
			case <-change:
			case <-ctx.Done():
			}
			continue
		}
		if opened(ctx, master, change) {
			_ = serve(ctx, master) // the end of a session is the driver's affair
			p.renew(master)
		}
	}
}

// renew replaces a used pseudo-terminal, unless it was unplugged meanwhile.
func (p *PTY) renew(used *os.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.master != used {
		return
	}
	p.fault = p.fresh()
	used.Close()
}

// opened waits until the other side of master is open; false when the plug was
// pulled or ctx ended before.
func opened(ctx context.Context, master *os.File, change <-chan struct{}) bool {
	raw, err := master.SyscallConn()
	if err != nil {
		return false
	}
	t := time.NewTicker(look)
	defer t.Stop()
	for {
		open := false
		err := raw.Control(func(fd uintptr) {
			fds := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			_, err := unix.Poll(fds, 0)
			// Bytes that are waiting count even when their sender has left.
			open = err == nil && (fds[0].Revents&unix.POLLHUP == 0 || fds[0].Revents&unix.POLLIN != 0)
		})
		switch {
		case err != nil:
			return false
		case open:
			return true
		}
		select {
		case <-t.C:
		case <-change:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// Gone tells whether err is the plain end of a session: the driver closed the
// port or the plug was pulled.
func Gone(err error) bool {
	return err == nil || errors.Is(err, io.EOF) || errors.Is(err, os.ErrClosed) || errors.Is(err, unix.EIO) ||
		errors.Is(err, unix.ECONNRESET) || errors.Is(err, unix.EPIPE)
}
