package link

import (
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

func TestSpecs(t *testing.T) {
	for _, c := range []struct {
		text string
		want Spec
	}{
		{"serial:/dev/ttyUSB0", Spec{Scheme: "serial", Address: "/dev/ttyUSB0", Timeout: 5 * time.Second, Baud: 9600, Parity: 'N', Bits: 8, Stop: 1, Flow: FlowNone}},
		{"serial:/dev/ttyS1?baud=115200&flow=rtscts&parity=even&bits=7&stop=2&timeout=1s", Spec{Scheme: "serial", Address: "/dev/ttyS1", Timeout: time.Second, Baud: 115200, Parity: 'E', Bits: 7, Stop: 2, Flow: FlowRTS}},
		{"tcp:192.0.2.7:9100", Spec{Scheme: "tcp", Address: "192.0.2.7:9100", Timeout: 5 * time.Second}},
		{"tcp:[2001:db8::7]:9100", Spec{Scheme: "tcp", Address: "[2001:db8::7]:9100", Timeout: 5 * time.Second}},
		{"usblp:/dev/usb/lp0", Spec{Scheme: "usblp", Address: "/dev/usb/lp0", Timeout: 5 * time.Second}},
		{"input:/dev/input/event3", Spec{Scheme: "input", Address: "/dev/input/event3", Timeout: 5 * time.Second, Grab: true}},
		{"input:/dev/input/event3?grab=no", Spec{Scheme: "input", Address: "/dev/input/event3", Timeout: 5 * time.Second}},
	} {
		got, err := ParseSpec(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.text, got, err, c.want)
		}
	}
}

// Every mistake names the specification, the option and the value.
func TestWrongSpecs(t *testing.T) {
	for text, want := range map[string]string{
		"":                                         `the scheme is ""`,
		"usb:/dev/usb/lp0":                         `the scheme is "usb"`,
		"serial:ttyUSB0":                           `the port is "ttyUSB0"`,
		"serial:/dev/ttyUSB0?baud=14400":           `baud="14400", want one of 300`,
		"serial:/dev/ttyUSB0?baud=fast":            `baud="fast"`,
		"serial:/dev/ttyUSB0?flow=dtrdsr":          `flow="dtrdsr", want none, rtscts or xonxoff`,
		"serial:/dev/ttyUSB0?parity=mark":          `parity="mark"`,
		"serial:/dev/ttyUSB0?bits=9":               `bits="9"`,
		"serial:/dev/ttyUSB0?stop=1.5":             `stop="1.5"`,
		"serial:/dev/ttyUSB0?timeout=1h":           `timeout="1h", want 100ms to 5m`,
		"serial:/dev/ttyUSB0?speed=9600":           `unknown option "speed"`,
		"serial:/dev/ttyUSB0?baud=9600&baud=19200": `option baud stands twice`,
		"tcp:printer":                              `the address is "printer", want host:port`,
		"tcp:printer:0":                            `the address is "printer:0"`,
		"tcp::9100":                                `the address is ":9100"`,
		"tcp:printer:9100?baud=9600":               `unknown option "baud"`,
		"usblp:lp0":                                `the port is "lp0"`,
		"input:event3":                             `the port is "event3"`,
		"input:/dev/input/event3?grab=1":           `grab="1", want yes or no`,
		"usblp:/dev/usb/lp0?grab=yes":              `unknown option "grab"`,
	} {
		_, err := Open(t.Context(), text)
		if !errors.Is(err, ErrSpec) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q in it", text, err, want)
		}
	}
}

func FuzzParseSpec(f *testing.F) {
	f.Add("serial:/dev/ttyUSB0?baud=9600&flow=rtscts")
	f.Add("tcp:[::1]:9100?timeout=5s")
	f.Add("?%zz")
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseSpec(text); err == nil && (s.Address == "" || s.Timeout <= 0) {
			t.Errorf("%q gives %+v", text, s)
		}
	})
}

func TestMissingPortIsNamed(t *testing.T) {
	for _, text := range []string{"serial:/dev/tty-no-such-port", "usblp:/dev/usb/no-such-port", "input:/dev/input/no-such-port"} {
		_, err := Open(t.Context(), text)
		if !errors.Is(err, os.ErrNotExist) || !strings.HasPrefix(err.Error(), text+": port is not there") {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A wait that a signal of the runtime interrupts is no failure of the port.
func TestInterruptedWaitGoesOn(t *testing.T) {
	answers := []error{unix.EINTR, unix.EINTR, unix.EIO}
	err := again(func() (err error) {
		err, answers = answers[0], answers[1:]
		return err
	})
	if !errors.Is(err, unix.EIO) || len(answers) != 0 {
		t.Errorf("%v, %d answers left", err, len(answers))
	}
}

// The queue of a port is waited for as long as it moves, and no longer.
func TestDrainWaitsWhileBytesLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		err := drain(func() (int, error) { return max(0, 1000-int(time.Since(begun)/(10*time.Millisecond))), nil }, time.Second)
		if d := time.Since(begun); err != nil || d < 10*time.Second || d > 10*time.Second+10*time.Millisecond {
			t.Errorf("%v after %s, want nil after 10 s", err, d)
		}
		begun = time.Now()
		err = drain(func() (int, error) { return 7, nil }, time.Second)
		if d := time.Since(begun); !errors.Is(err, ErrStalled) || d > 1010*time.Millisecond {
			t.Errorf("%v after %s, want a stall after 1 s", err, d)
		}
		broken := errors.New("broken")
		if err := drain(func() (int, error) { return 7, broken }, time.Second); !errors.Is(err, broken) {
			t.Errorf("%v, want the port's error", err)
		}
	})
}

func TestPortStatusBits(t *testing.T) {
	for b, want := range map[byte]PortStatus{
		0x18: {Selected: true},
		0x38: {Selected: true, PaperOut: true},
		0x08: {},
		0x10: {Selected: true, Error: true},
	} {
		if got := portStatus(b); got != want {
			t.Errorf("%#x: %+v, want %+v", b, got, want)
		}
	}
}
