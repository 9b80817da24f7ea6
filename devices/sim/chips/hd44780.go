package chips

import (
	"fmt"
	"image"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/math/fixed"

	"hallward/devices/sim/switches"
)

// HD44780 is a character LCD (Hitachi HD44780U, ADE-207-272) on the usual I²C
// backpack: a PCF8574 whose pins P0 to P7 are RS, RW, E, the backlight and D4 to
// D7. It is strict about time: what comes while it works is lost, as on the
// glass, and counted.
type HD44780 struct {
	addr       uint16
	cols, rows int

	mu      sync.Mutex
	on      switches.Board
	port    byte      // PCF8574: written last
	busy    time.Time // the controller works until then
	bus     time.Time // the end of the last byte
	hurried int
	lcdRegisters
}

// lcdRegisters are as the internal reset leaves them (page 23).
type lcdRegisters struct {
	four     bool // data length is 4 bits
	two      bool // lines
	lit      bool
	left     bool // entry mode: the address falls
	graphics bool // the address is one of the character generator
	address  byte
	half     bool // the upper half of a byte has come
	upper    byte
	ram      [128]byte
}

// Pins of the backpack.
const (
	pinRS = 1 << iota
	pinRW
	pinE
	pinLight
)

// Times that the controller works (table 6, at 270 kHz), and a byte on a bus of
// 400 kHz: the shortest that may lie between two.
const (
	resetTime = 10 * time.Millisecond
	clearTime = 1520 * time.Microsecond
	shortTime = 37 * time.Microsecond
	writeTime = 41 * time.Microsecond
	byteTime  = 22500 * time.Nanosecond
)

// NewHD44780 is a display that has just been given power, at an address.
func NewHD44780(addr uint16, cols, rows int) *HD44780 {
	c := &HD44780{addr: addr, cols: cols, rows: rows, on: newSwitches()}
	c.PowerCycle()
	return c
}

// PowerCycle takes the power away for a moment. All pins of the expander are high
// then (PCF8574 datasheet, 7.1).
func (c *HD44780) PowerCycle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lcdRegisters = lcdRegisters{}
	c.clear()
	c.port, c.busy = 0xFF, time.Now().Add(resetTime)
}

// Disturb makes the controller see a pulse that nobody sent: from then on it
// takes the halves of bytes the wrong way round.
func (c *HD44780) Disturb() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.half = !c.half
}

// Set turns a fault on or off.
func (c *HD44780) Set(name string, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.on.Set(name, on)
}

// Hurried counts what came while the controller was at work.
func (c *HD44780) Hurried() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hurried
}

// Tx is one transfer on the bus: w is written, then r is read. It takes as long as
// the bytes do.
func (c *HD44780) Tx(addr uint16, w, r []byte) error {
	until, err := c.transfer(addr, w, r)
	if err == nil {
		<-time.After(time.Until(until))
	}
	return err
}

func (c *HD44780) transfer(addr uint16, w, r []byte) (until time.Time, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if addr != c.addr || c.on["silent"] {
		return until, fmt.Errorf("address %#x: %w", addr, ErrNoAnswer)
	}
	if now := time.Now(); c.bus.Before(now) {
		c.bus = now
	}
	c.bus = c.bus.Add(byteTime) // the address
	for _, b := range w {
		c.bus = c.bus.Add(byteTime)
		if c.port&pinE != 0 && b&pinE == 0 {
			c.pulse(c.port, c.bus)
		}
		c.port = b
	}
	for i := range r {
		r[i] = c.port
		if c.on["garble"] {
			r[i] = nonsense
		}
	}
	return c.bus, nil
}

// pulse is the falling edge of E, with the pins as they were before it.
func (c *HD44780) pulse(pins byte, at time.Time) {
	if pins&pinRW != 0 {
		return // a read: the expander sees it, nobody writes
	}
	if at.Before(c.busy) {
		c.hurried++
		return
	}
	b := pins&0xF0 | 0x0F // D0 to D3 are open, and pulled up
	if c.four {
		if c.half = !c.half; c.half {
			c.upper = pins & 0xF0
			return
		}
		b = c.upper | pins>>4
	}
	took := shortTime
	if pins&pinRS != 0 {
		c.data(b)
		took = writeTime
	} else {
		took = c.do(b)
	}
	c.busy = at.Add(took)
}

// do carries out an instruction (table 6) and says how long that takes.
func (c *HD44780) do(b byte) time.Duration {
	switch {
	case b&0x80 != 0:
		c.address, c.graphics = b&0x7F, false
	case b&0x40 != 0:
		c.address, c.graphics = b&0x3F, true
	case b&0x20 != 0:
		c.four, c.two = b&0x10 == 0, b&0x08 != 0
		c.half = false
	case b&0x10 != 0: // shift
	case b&0x08 != 0:
		c.lit = b&0x04 != 0
	case b&0x04 != 0:
		c.left = b&0x02 == 0
	case b&0x02 != 0:
		c.address, c.graphics = 0, false
		return clearTime
	case b == 0x01:
		c.clear()
		return clearTime
	}
	return shortTime
}

func (c *HD44780) clear() {
	for i := range c.ram {
		c.ram[i] = ' '
	}
	c.address, c.graphics, c.left = 0, false, false
}

func (c *HD44780) data(b byte) {
	if !c.graphics {
		c.ram[c.address&0x7F] = b
	}
	if c.left {
		c.address--
	} else {
		c.address++
	}
	switch { // two lines of 40 places: 00 to 27 and 40 to 67 (figure 5)
	case c.two && c.address == 0x28:
		c.address = 0x40
	case c.two && c.address == 0x68:
		c.address = 0
	}
}

// Lines is what stands there. A display that is off shows nothing; one that has
// not been told that it has two lines shows only the first.
func (c *HD44780) Lines() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lines := make([]string, c.rows)
	for row := range lines {
		start := []int{0, 0x40, c.cols, 0x40 + c.cols}[row]
		var b strings.Builder
		for i := range c.cols {
			r := ' '
			if c.lit && (c.two || row == 0) {
				r = glyph(c.ram[start+i])
			}
			b.WriteRune(r)
		}
		lines[row] = b.String()
	}
	return lines
}

// glyph is the character of ROM code A00 (table 4), as far as it is Latin.
func glyph(b byte) rune {
	switch {
	case b == '\\':
		return '¥'
	case b == 0x7E:
		return '→'
	case b == 0x7F:
		return '←'
	case b >= ' ' && b < 0x7E:
		return rune(b)
	}
	return '▯'
}

// Backlight tells whether the light behind the glass is on.
func (c *HD44780) Backlight() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.port&pinLight != 0
}

// Picture is the glass. The shapes of the characters are not those of the chip.
func (c *HD44780) Picture() image.Image {
	const cellW, cellH, zoom, rim = 10, 18, 3, 12
	light := unlit
	if c.Backlight() {
		light = backlight
	}
	img := canvas(c.cols*cellW*zoom+2*rim, c.rows*cellH*zoom+2*rim, light)
	small := canvas(c.cols*cellW, c.rows*cellH, light)
	for row, line := range c.Lines() {
		for i, r := range []rune(line) {
			d := font.Drawer{Dst: small, Src: image.NewUniform(crystal), Face: inconsolata.Bold8x16, Dot: fixed.P(i*cellW+1, row*cellH+14)}
			d.DrawString(string(r))
		}
	}
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			fill(img, rim+x*zoom, rim+y*zoom, rim+(x+1)*zoom, rim+(y+1)*zoom, small.RGBAAt(x, y))
		}
	}
	return img
}
