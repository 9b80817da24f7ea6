// Package port is the far end of a line: the pseudo-terminal or the TCP
// listener behind which a simulated device stands, and which a driver opens as
// if it were a serial port or a network printer.
//
// A port serves one session at a time, as real devices do, and can be pulled
// out and put back while the simulation runs.
package port

import (
	"context"
	"fmt"
	"io"
	"strings"
)

// Session serves one driver that has opened the port. It returns when the line
// is gone or ctx ends; the port closes the line after it.
type Session func(ctx context.Context, line io.ReadWriteCloser) error

// Port is a line that a simulated device is plugged into.
type Port interface {
	// Run serves sessions one after the other until ctx ends. Its error is the
	// port's own (no pty left, address in use), never a session's.
	Run(ctx context.Context, serve Session) error
	// Plug pulls the plug out (false: the driver sees a hang-up, then nothing
	// to open) or puts it back (true).
	Plug(in bool)
	// DiesWithDevice tells whether the line disappears when the device loses
	// its power: yes for a network printer, no for a serial port, which stays
	// with the computer.
	DiesWithDevice() bool
	// Spec is what a driver's configuration calls the port, as link.Open takes
	// it: "serial:/tmp/printer0", "tcp:127.0.0.1:9100".
	Spec() string
	// Close takes the port away for good.
	Close() error
}

// Open opens a port by its description: "pty:PATH" makes a pseudo-terminal
// with a symbolic link at PATH, "tcp:HOST:PORT" listens there (port 0 takes a
// free one, see Spec).
func Open(spec string) (Port, error) {
	kind, rest, _ := strings.Cut(spec, ":")
	switch {
	case rest == "":
	case kind == "pty":
		return OpenPTY(rest)
	case kind == "tcp":
		return ListenTCP(rest)
	}
	return nil, fmt.Errorf("port %q: want pty:PATH or tcp:HOST:PORT", spec)
}
