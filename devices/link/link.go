// Package link opens the byte links that devices hang on: serial ports, TCP,
// USB printer class nodes. A driver reads and writes bytes here and knows
// nothing of ports, termios or sockets.
package link

import (
	"errors"
	"io"
)

// Link is one open connection to a device. One goroutine reads, one writes.
//
// Read waits for a bounded time (at most half a second) and returns
// (0, ErrTimeout) when nothing came: a reader can look at its context between
// two reads. io.EOF or any other error means that the link is gone.
//
// Write returns when the link has taken all bytes or with an error; it is
// bounded by the link's write time-out, also under flow control.
type Link interface {
	io.ReadWriteCloser
	// Drain waits until the bytes that were written have left this machine.
	Drain() error
	// String names the port for people: "serial:/dev/ttyUSB0@9600".
	String() string
}

// Discarder is a link that can take back what was written and has not left this
// machine: half a job that waits behind flow control must not come out of the
// printer when somebody mends it an hour later.
type Discarder interface {
	// Discard throws those bytes away and tells how many they were. With
	// ErrStalled they are only gone once the link is closed, which then waits
	// for nothing.
	Discard() (int, error)
}

// ErrTimeout is a read that found nothing in its time.
var ErrTimeout = errors.New("nothing received in time")

// ErrStalled is a write that the other end did not take in time (flow control
// held for ever, paper out, a half-open connection).
var ErrStalled = errors.New("the device takes no data")

// ErrSilent is a device that has answered on this link and no longer does: the
// other end of the connection may have gone without a word.
var ErrSilent = errors.New("the device answers nothing any more")
