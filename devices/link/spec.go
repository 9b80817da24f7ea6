package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path"
	"sort"
	"strconv"
	"strings"
	"time"
)

// ErrSpec is a link specification that cannot be right: opening it again does
// not help, a person has to mend the configuration.
var ErrSpec = errors.New("wrong link specification")

// ErrBusy is a port that another program or another part of this one uses.
var ErrBusy = errors.New("port is in use by another program")

// Spec is a link specification that was read without a mistake.
type Spec struct {
	Scheme  string        // "serial", "tcp", "usblp", "input", "i2c" or "spi"
	Address string        // device file, or host:port
	Timeout time.Duration // a write that moves nothing for so long is ErrStalled

	// Serial ports only.
	Baud   int
	Parity byte // 'N', 'E' or 'O'
	Bits   int  // 7 or 8
	Stop   int  // 1 or 2
	Flow   Flow

	Grab bool // input devices only: nobody else gets the keys

	Addr uint16 // I²C only: 7-bit address of the chip, 0x08 to 0x77
}

// Bus tells whether the link leads to a chip (OpenI2C, OpenSPI) and not to a
// stream of bytes (Open).
func (s Spec) Bus() bool { return s.Scheme == "i2c" || s.Scheme == "spi" }

// Flow is the flow control of a serial port.
type Flow string

// Flow controls.
const (
	FlowNone Flow = "none"
	FlowRTS  Flow = "rtscts"  // the device holds CTS while it is busy
	FlowXON  Flow = "xonxoff" // the device sends XOFF and XON; never for binary answers
)

// writeTimeout is how long a device may take nothing before it counts as
// stalled: longer than a cutter stroke, shorter than a citizen's patience.
const writeTimeout = 5 * time.Second

// ParseSpec reads "scheme:address?option=value&…" without any I/O. Every error
// wraps ErrSpec.
//
//	serial:/dev/ttyUSB0?baud=9600&flow=none|rtscts|xonxoff&parity=none|even|odd&bits=8|7&stop=1|2
//	tcp:192.0.2.7:9100
//	usblp:/dev/usb/lp0
//	input:/dev/input/by-id/usb-…-event-kbd?grab=yes|no
//	i2c:/dev/i2c-1?addr=0x3c
//	spi:/dev/spidev0.0
//
// Serial ports default to 9600 baud, 8N1, no flow control. All but the buses
// take timeout=5s, 100ms to 5m: how long a write may be held up. An input
// device is a code scanner that plays a keyboard, or a number pad, with
// grab=yes unless told otherwise.
func ParseSpec(text string) (Spec, error) {
	bad := func(format string, args ...any) (Spec, error) {
		return Spec{}, fmt.Errorf("link %q: %w: %s", text, ErrSpec, fmt.Sprintf(format, args...))
	}
	body, query, _ := strings.Cut(text, "?")
	scheme, address, _ := strings.Cut(body, ":")
	s := Spec{Scheme: scheme, Address: address, Timeout: writeTimeout}
	options := map[string]func(string) bool{}
	if !s.Bus() {
		options["timeout"] = s.setTimeout
	}
	switch scheme {
	case "serial":
		s.Baud, s.Parity, s.Bits, s.Stop, s.Flow = 9600, 'N', 8, 1, FlowNone
		options["baud"], options["flow"] = s.setBaud, s.setFlow
		options["parity"], options["bits"], options["stop"] = s.setParity, s.setBits, s.setStop
	case "input":
		s.Grab = true
		options["grab"] = s.setGrab
	case "i2c":
		options["addr"] = s.setAddr
	case "tcp", "usblp", "spi":
	default:
		return bad("the scheme is %q, want serial, tcp, usblp, input, i2c or spi", scheme)
	}
	if problem := checkAddress(scheme, address); problem != "" {
		return bad("%s", problem)
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return bad("%v", err)
	}
	keys := make([]string, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	for _, key := range keys {
		set, known := options[key]
		switch value := values.Get(key); {
		case !known:
			return bad("unknown option %q", key)
		case len(values[key]) > 1:
			return bad("option %s stands twice", key)
		case !set(value):
			return bad("%s=%q, want %s", key, value, wanted[key])
		}
	}
	if scheme == "i2c" && s.Addr == 0 {
		return bad("the address of the chip is missing, want addr=0x3c or another one")
	}
	return s, nil
}

// Check tells what is wrong with a specification, without any I/O.
func Check(text string) error {
	_, err := ParseSpec(text)
	return err
}

// Open opens the link that text describes (see ParseSpec). An error that is
// ErrSpec will not go away by itself; any other may: nothing is plugged in,
// another program has the port, the printer is switched off.
func Open(ctx context.Context, text string) (Link, error) {
	s, err := ParseSpec(text)
	if err != nil {
		return nil, err
	}
	switch s.Scheme {
	case "serial":
		return openSerial(s)
	case "usblp":
		return openUSB(s)
	case "input":
		return openInput(s, false)
	case "i2c", "spi":
		return nil, fmt.Errorf("link %q: %w: a chip on a bus is no stream of bytes", text, ErrSpec)
	default:
		return openTCP(ctx, s)
	}
}

func checkAddress(scheme, address string) string {
	if scheme == "i2c" {
		if _, ok := i2cNumber(address); !ok {
			return fmt.Sprintf("the bus is %q, want one like /dev/i2c-1", address)
		}
		return ""
	}
	if scheme == "spi" {
		if _, _, ok := spiNumbers(address); !ok {
			return fmt.Sprintf("the port is %q, want one like /dev/spidev0.0", address)
		}
		return ""
	}
	if scheme != "tcp" {
		if !path.IsAbs(address) {
			return fmt.Sprintf("the port is %q, want the path of a device file", address)
		}
		return ""
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Sprintf("the address is %q, want host:port", address)
	}
	n, err := strconv.Atoi(port)
	if host == "" || err != nil || n < 1 || n > 65535 {
		return fmt.Sprintf("the address is %q, want host:port with a port of 1 to 65535", address)
	}
	return ""
}

// wanted are the words for a wrong option.
var wanted = map[string]string{
	"baud":    "one of 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600",
	"flow":    "none, rtscts or xonxoff",
	"parity":  "none, even or odd",
	"bits":    "8 or 7",
	"stop":    "1 or 2",
	"grab":    "yes or no",
	"addr":    "0x08 to 0x77",
	"timeout": "100ms to 5m",
}

func (s *Spec) setTimeout(v string) bool {
	d, err := time.ParseDuration(v)
	s.Timeout = d
	return err == nil && d >= 100*time.Millisecond && d <= 5*time.Minute
}

// setBaud takes the speeds that the serial library and the adapters of the
// field both know: an unknown one (14400, 28800) would fail on opening.
func (s *Spec) setBaud(v string) bool {
	n, err := strconv.Atoi(v)
	s.Baud = n
	switch n {
	case 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600, 115200, 230400, 460800, 921600:
		return err == nil
	}
	return false
}

func (s *Spec) setFlow(v string) bool {
	s.Flow = Flow(v)
	return s.Flow == FlowNone || s.Flow == FlowRTS || s.Flow == FlowXON
}

func (s *Spec) setParity(v string) bool {
	s.Parity = map[string]byte{"none": 'N', "even": 'E', "odd": 'O'}[v]
	return s.Parity != 0
}

func (s *Spec) setBits(v string) bool {
	s.Bits = map[string]int{"8": 8, "7": 7}[v]
	return s.Bits != 0
}

func (s *Spec) setStop(v string) bool {
	s.Stop = map[string]int{"1": 1, "2": 2}[v]
	return s.Stop != 0
}

func (s *Spec) setGrab(v string) bool {
	s.Grab = v == "yes"
	return s.Grab || v == "no"
}

// setAddr takes what the maker prints, 0x3c or 3c; 0x00 to 0x07 and 0x78 and
// above are reserved (NXP UM10204, 3.1.12).
func (s *Spec) setAddr(v string) bool {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(v), "0x"), 16, 16)
	s.Addr = uint16(n)
	return err == nil && n >= 0x08 && n <= 0x77
}
