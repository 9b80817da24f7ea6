package link

import (
	"errors"
	"io/fs"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// pollFD waits up to wait for events on a descriptor and returns those that
// came, with POLLHUP and POLLERR among them.
func pollFD(fd int, events int16, wait time.Duration) (int16, error) {
	fds := []unix.PollFd{{Fd: int32(fd), Events: events}}
	end := time.Now().Add(wait)
	for {
		n, err := unix.Poll(fds, int(max(0, wait).Milliseconds()))
		if errors.Is(err, unix.EINTR) {
			wait = time.Until(end)
			continue
		}
		if err != nil || n == 0 {
			return 0, err
		}
		return fds[0].Revents, nil
	}
}

// again does something once more as long as a signal interrupts it. The runtime
// sends its threads signals of its own all the time.
func again(do func() error) error {
	for {
		if err := do(); !errors.Is(err, unix.EINTR) {
			return err
		}
	}
}

// writeAll writes to a non-blocking descriptor, chunk bytes at a time, and
// fails with ErrStalled when it takes nothing for the time of stall. It looks
// at closed ten times a second.
func writeAll(fd int, p []byte, chunk int, stall time.Duration, closed *atomic.Bool) (int, error) {
	done := 0
	moved := time.Now()
	for done < len(p) {
		if closed.Load() {
			return done, fs.ErrClosed
		}
		n, err := unix.Write(fd, p[done:min(done+chunk, len(p))])
		if n > 0 {
			done += n
			moved = time.Now()
			continue
		}
		if err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EINTR) {
			return done, err
		}
		left := stall - time.Since(moved)
		if left <= 0 {
			return done, ErrStalled
		}
		events, err := pollFD(fd, unix.POLLOUT, min(left, readWait))
		if err != nil {
			return done, err
		}
		if events&(unix.POLLERR|unix.POLLNVAL|unix.POLLHUP) != 0 {
			return done, unix.EIO
		}
	}
	return done, nil
}

// drain waits until nothing is pending, and gives up with ErrStalled when the
// number does not fall for the time of stall.
func drain(pending func() (int, error), stall time.Duration) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	least := -1
	moved := time.Now()
	for {
		n, err := pending()
		if err != nil || n <= 0 {
			return err
		}
		if least < 0 || n < least {
			least, moved = n, time.Now()
		}
		if time.Since(moved) >= stall {
			return ErrStalled
		}
		<-tick.C
	}
}
