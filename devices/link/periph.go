package link

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/spi"
	"periph.io/x/host/v3/sysfs"
)

// Chip is an open I²C bus and the address of one chip on it. Several devices
// may open the same bus: the kernel keeps their transfers apart.
type Chip struct {
	i2c.BusCloser
	Addr uint16
}

// OpenI2C opens the bus of "i2c:/dev/i2c-1?addr=0x3c". Whether the chip is there
// shows with the first transfer. Errors are as those of Open.
func OpenI2C(text string) (*Chip, error) {
	s, err := busSpec(text, "i2c")
	if err != nil {
		return nil, err
	}
	n, _ := i2cNumber(s.Address)
	bus, err := sysfs.NewI2C(n)
	if err != nil {
		return nil, fmt.Errorf("i2c:%s: %w", s.Address, err)
	}
	return &Chip{bus, s.Addr}, nil
}

// OpenSPI opens the port of "spi:/dev/spidev0.0". SPI has no answer of its own:
// an empty port takes everything. Errors are as those of Open.
func OpenSPI(text string) (spi.PortCloser, error) {
	s, err := busSpec(text, "spi")
	if err != nil {
		return nil, err
	}
	bus, chip, _ := spiNumbers(s.Address)
	port, err := sysfs.NewSPI(bus, chip)
	if err != nil {
		return nil, fmt.Errorf("spi:%s: %w", s.Address, err)
	}
	return port, nil
}

// busSpec reads a specification and looks whether its device file can be used:
// the library's errors do not tell why not.
func busSpec(text, scheme string) (Spec, error) {
	s, err := ParseSpec(text)
	if err != nil {
		return s, err
	}
	if s.Scheme != scheme {
		return s, fmt.Errorf("link %q: %w: the scheme is %q, want %s", text, ErrSpec, s.Scheme, scheme)
	}
	f, err := os.OpenFile(s.Address, os.O_RDWR, 0)
	switch {
	case errors.Is(err, os.ErrPermission):
		return s, fmt.Errorf("%s:%s: no right to open the port (is the user in the group %s?): %w", scheme, s.Address, scheme, err)
	case err != nil:
		return s, fmt.Errorf("%s:%s: %w", scheme, s.Address, portError(err))
	}
	return s, f.Close()
}

// i2cNumber is the 1 of /dev/i2c-1.
func i2cNumber(path string) (int, bool) {
	text, ok := strings.CutPrefix(path, "/dev/i2c-")
	n, err := strconv.ParseUint(text, 10, 8)
	return int(n), ok && err == nil
}

// spiNumbers are the bus and the chip select of /dev/spidev0.1.
func spiNumbers(path string) (bus, chip int, ok bool) {
	text, ok := strings.CutPrefix(path, "/dev/spidev")
	first, second, both := strings.Cut(text, ".")
	b, err := strconv.ParseUint(first, 10, 8)
	c, err2 := strconv.ParseUint(second, 10, 8)
	return int(b), int(c), ok && both && err == nil && err2 == nil
}
