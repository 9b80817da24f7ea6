package link

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Paced is a link whose speed can be changed while it is open, for devices that
// start slowly and are told to be faster.
type Paced interface {
	// SetBaud changes the speed, once what was written has left.
	SetBaud(baud int) error
}

// rates are the speeds that a port can be changed to.
var rates = map[int]uint32{
	1200: unix.B1200, 2400: unix.B2400, 4800: unix.B4800, 9600: unix.B9600, 19200: unix.B19200,
	38400: unix.B38400, 57600: unix.B57600, 115200: unix.B115200,
}

var _ Paced = (*serialLink)(nil)

// SetBaud changes the speed of the port.
func (l *serialLink) SetBaud(baud int) error {
	rate, ok := rates[baud]
	if !ok {
		return fmt.Errorf("%s: %d baud: the port does not know this speed", l, baud)
	}
	if err := l.Drain(); err != nil {
		return err
	}
	l.mu.RLock()
	defer l.mu.RUnlock()
	t, err := unix.IoctlGetTermios(l.fd, unix.TCGETS)
	if err != nil {
		return fmt.Errorf("%s: %d baud: %w", l, baud, portError(err))
	}
	t.Cflag = t.Cflag&^unix.CBAUD | rate
	t.Ispeed, t.Ospeed = rate, rate
	if err := unix.IoctlSetTermios(l.fd, unix.TCSETS, t); err != nil {
		return fmt.Errorf("%s: %d baud: %w", l, baud, portError(err))
	}
	return nil
}
