package linktest

import (
	"fmt"
	"sync/atomic"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/i2c"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// I2C makes a bus of chips: each transfer goes to tx.
func I2C(tx func(addr uint16, w, r []byte) error) i2c.BusCloser { return bus{tx} }

type bus struct {
	tx func(addr uint16, w, r []byte) error
}

func (b bus) String() string                    { return "simulated I²C" }
func (b bus) Tx(addr uint16, w, r []byte) error { return b.tx(addr, w, r) }
func (b bus) SetSpeed(f physic.Frequency) error { return nil }
func (b bus) Close() error                      { return nil }

// SPI makes a port of a chip: each transfer goes to tx. It can be connected once
// and never faster than most, in hertz, as the chip allows.
func SPI(most int64, tx func(w, r []byte) error) spi.PortCloser { return &port{most: most, tx: tx} }

type port struct {
	most int64
	tx   func(w, r []byte) error
	used atomic.Bool
}

func (p *port) String() string                    { return "simulated SPI" }
func (p *port) Close() error                      { return nil }
func (p *port) LimitSpeed(physic.Frequency) error { return nil }

func (p *port) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	switch {
	case p.used.Swap(true):
		return nil, fmt.Errorf("simulated SPI: connected twice")
	case f > physic.Frequency(p.most)*physic.Hertz, mode != spi.Mode0, bits != 8:
		return nil, fmt.Errorf("simulated SPI: %s, mode %s, %d bits: want at most %d Hz, mode 0 and 8 bits", f, mode, bits, p.most)
	}
	return (*selected)(p), nil
}

// selected is a connected port.
type selected port

func (s *selected) String() string               { return "simulated SPI" }
func (s *selected) Tx(w, r []byte) error         { return s.tx(w, r) }
func (s *selected) Duplex() conn.Duplex          { return conn.Full }
func (s *selected) TxPackets([]spi.Packet) error { return fmt.Errorf("simulated SPI: no packets") }
