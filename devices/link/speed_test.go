package link

import (
	"testing"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// The speed of an open port changes, and nothing else of it.
func TestSetBaud(t *testing.T) {
	m, s, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	defer s.Close()
	l, err := Open(t.Context(), "serial:"+s.Name()+"?baud=9600&parity=even")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	before, err := unix.IoctlGetTermios(int(s.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	for baud, rate := range map[int]uint32{19200: unix.B19200, 38400: unix.B38400, 9600: unix.B9600} {
		if err := l.(Paced).SetBaud(baud); err != nil {
			t.Fatal(err)
		}
		after, err := unix.IoctlGetTermios(int(s.Fd()), unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if after.Cflag&unix.CBAUD != rate || after.Cflag&^unix.CBAUD != before.Cflag&^unix.CBAUD || after.Iflag != before.Iflag {
			t.Errorf("%d: flags %x %x, before %x %x", baud, after.Cflag, after.Iflag, before.Cflag, before.Iflag)
		}
	}
	if err := l.(Paced).SetBaud(12345); err == nil {
		t.Error("12345 baud")
	}
}
