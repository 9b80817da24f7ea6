package link

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
)

func TestBusSpecs(t *testing.T) {
	for _, c := range []struct {
		text, want string
	}{
		{"i2c:/dev/i2c-1?addr=0x3c", ""},
		{"i2c:/dev/i2c-0?addr=3F", ""},
		{"spi:/dev/spidev0.0", ""},
		{"spi:/dev/spidev10.1", ""},
		{"i2c:/dev/i2c-1", "the address of the chip is missing, want addr=0x3c or another one"},
		{"i2c:/dev/i2c-1?addr=0x03", `addr="0x03", want 0x08 to 0x77`},
		{"i2c:/dev/i2c-1?addr=60x", `addr="60x", want 0x08 to 0x77`},
		{"i2c:/dev/i2c?addr=0x3c", `the bus is "/dev/i2c", want one like /dev/i2c-1`},
		{"i2c:/dev/ttyUSB0?addr=0x3c", `the bus is "/dev/ttyUSB0", want one like /dev/i2c-1`},
		{"spi:/dev/spidev0", `the port is "/dev/spidev0", want one like /dev/spidev0.0`},
		{"spi:/dev/spidev0.x", `the port is "/dev/spidev0.x", want one like /dev/spidev0.0`},
		{"spi:/dev/spidev0.0?addr=0x3c", `unknown option "addr"`},
		{"i2c:/dev/i2c-1?addr=0x3c&timeout=1s", `unknown option "timeout"`},
	} {
		err := Check(c.text)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrSpec) || !strings.HasSuffix(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", c.text, err, c.want)
		}
	}
	s, err := ParseSpec("i2c:/dev/i2c-1?addr=0x3c")
	if err != nil || s.Addr != 0x3C || !s.Bus() {
		t.Errorf("%+v, %v", s, err)
	}
	if s, _ := ParseSpec("tcp:h:1"); s.Bus() {
		t.Error("a connection is a bus")
	}
}

// A bus that is not there may come; one that is meant for something else will
// not.
func TestOpenBus(t *testing.T) {
	_, err := OpenI2C("i2c:/dev/i2c-251?addr=0x3c")
	if !errors.Is(err, fs.ErrNotExist) || errors.Is(err, ErrSpec) {
		t.Errorf("a bus that is not there: %v", err)
	}
	if _, err := OpenSPI("spi:/dev/spidev251.0"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a port that is not there: %v", err)
	}
	if _, err := OpenSPI("i2c:/dev/i2c-1?addr=0x3c"); !errors.Is(err, ErrSpec) {
		t.Errorf("I²C as SPI: %v", err)
	}
	if _, err := OpenI2C("tcp:h:1"); !errors.Is(err, ErrSpec) {
		t.Errorf("TCP as I²C: %v", err)
	}
	if _, err := Open(t.Context(), "spi:/dev/spidev0.0"); !errors.Is(err, ErrSpec) {
		t.Errorf("a bus as a stream: %v", err)
	}
}
