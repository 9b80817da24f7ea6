package chips

import (
	"fmt"
	"image"
	"sync"

	"hallward/devices/sim/switches"
)

// SSD1306 is an OLED display of 128 × 64 dots (Solomon Systech SSD1306 Rev 1.1).
type SSD1306 struct {
	addr uint16

	mu      sync.Mutex
	on      switches.Board
	ram     [8][128]byte // pages of 8 rows, the lowest bit on top (8.7)
	command []byte       // a command whose operands are not all there
	strange int          // commands that the datasheet does not have
	oledRegisters
}

// oledRegisters are what commands set; powered says how they begin (table 9-1).
type oledRegisters struct {
	lit       bool // display on
	inverse   bool
	all       bool // A5: every dot is on
	contrast  byte
	pump      bool // charge pump: without it the panel has no voltage
	mode      byte // 0 horizontal, 1 vertical, 2 page
	colFirst  int
	colLast   int
	pageFirst int
	pageLast  int
	col, page int
	remapped  bool // segments run from the right
	reversed  bool // rows run from the bottom
	startLine int
	multiplex int
	offset    int
	pins      byte
}

var powered = oledRegisters{contrast: 0x7F, mode: 2, colLast: 127, pageLast: 7, multiplex: 64, pins: 0x12}

// operands is how many bytes follow a command (table 9-1).
var operands = map[byte]int{0x20: 1, 0x21: 2, 0x22: 2, 0x26: 6, 0x27: 6, 0x29: 5, 0x2A: 5, 0x81: 1, 0x8D: 1,
	0xA3: 2, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1, 0xDA: 1, 0xDB: 1}

// NewSSD1306 is a display that has just been given power, at an address.
func NewSSD1306(addr uint16) *SSD1306 {
	c := &SSD1306{addr: addr, on: newSwitches()}
	c.PowerCycle()
	return c
}

// PowerCycle takes the power away for a moment. The memory holds anything then.
func (c *SSD1306) PowerCycle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.oledRegisters, c.command = powered, nil
	for p := range c.ram {
		for x := range c.ram[p] {
			c.ram[p][x] = byte(x*37 + p*91)
		}
	}
}

// Set turns a fault on or off.
func (c *SSD1306) Set(name string, on bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.on.Set(name, on)
}

// Strange counts the commands that the datasheet does not have.
func (c *SSD1306) Strange() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.strange
}

// Tx is one transfer on the bus: w is written, then r is read.
func (c *SSD1306) Tx(addr uint16, w, r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if addr != c.addr || c.on["silent"] {
		return fmt.Errorf("address %#x: %w", addr, ErrNoAnswer)
	}
	c.write(w)
	for i := range r {
		switch {
		case c.on["garble"]:
			r[i] = nonsense
		case c.lit:
			r[i] = 0
		default:
			r[i] = 0x40 // table 9-2: display is off
		}
	}
	return nil
}

// write reads control bytes: Co says that another one follows behind the next
// byte, D/C# whether it is data (8.1.5.2).
func (c *SSD1306) write(w []byte) {
	for len(w) > 1 {
		control := w[0]
		bytes := w[1:]
		if control&0x80 != 0 {
			bytes, w = w[1:2], w[2:]
		} else {
			w = nil
		}
		for _, b := range bytes {
			if control&0x40 != 0 {
				c.data(b)
			} else {
				c.take(b)
			}
		}
	}
}

// data stores a column of 8 dots and moves on (10.1.3).
func (c *SSD1306) data(b byte) {
	c.ram[c.page][c.col] = b
	switch c.mode {
	case 0:
		if c.col++; c.col > c.colLast {
			c.col = c.colFirst
			if c.page++; c.page > c.pageLast {
				c.page = c.pageFirst
			}
		}
	case 1:
		if c.page++; c.page > c.pageLast {
			c.page = c.pageFirst
			if c.col++; c.col > c.colLast {
				c.col = c.colFirst
			}
		}
	default:
		c.col = (c.col + 1) % 128
	}
	c.col, c.page = c.col&127, c.page&7
}

func (c *SSD1306) take(b byte) {
	c.command = append(c.command, b)
	if len(c.command) <= operands[c.command[0]] {
		return
	}
	c.do(c.command[0], c.command[1:])
	c.command = nil
}

// do carries out a command. The pointer commands 00…1F and B0…B7 are described
// for the page mode, and work in the others too, as drivers of the field count on.
func (c *SSD1306) do(b byte, o []byte) {
	switch {
	case b <= 0x0F:
		c.col = c.col&0x70 | int(b)
	case b <= 0x1F:
		c.col = c.col&0x0F | int(b&7)<<4
	case b == 0x20:
		c.mode = o[0] & 3
	case b == 0x21:
		c.colFirst, c.colLast = int(o[0]&127), int(o[1]&127)
		c.col = c.colFirst
	case b == 0x22:
		c.pageFirst, c.pageLast = int(o[0]&7), int(o[1]&7)
		c.page = c.pageFirst
	case b >= 0x40 && b <= 0x7F:
		c.startLine = int(b & 63)
	case b == 0x81:
		c.contrast = o[0]
	case b == 0x8D:
		c.pump = o[0]&4 != 0
	case b&^1 == 0xA0:
		c.remapped = b&1 != 0
	case b&^1 == 0xA4:
		c.all = b&1 != 0
	case b&^1 == 0xA6:
		c.inverse = b&1 != 0
	case b == 0xA8:
		c.multiplex = int(o[0]&63) + 1
	case b&^1 == 0xAE:
		c.lit = b&1 != 0
	case b >= 0xB0 && b <= 0xB7:
		c.page = int(b & 7)
	case b&^0x0F == 0xC0:
		c.reversed = b&8 != 0
	case b == 0xD3:
		c.offset = int(o[0] & 63)
	case b == 0xDA:
		c.pins = o[0]
	case b == 0xD5, b == 0xD9, b == 0xDB, b == 0x2E, b == 0xE3: // clocks and voltages, no scrolling, nothing
	default:
		c.strange++
	}
}

// Dots is the panel as a person sees it, on a module whose glass is mounted as
// usual: segment remap and reversed rows are the upright picture. Dark is all
// false.
func (c *SSD1306) Dots() (dots [64][128]bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lit || !c.pump {
		return dots
	}
	for y := range c.multiplex {
		for x := range 128 {
			line := (y + c.startLine + c.offset) & 63
			bit := c.ram[line/8][x]>>(line%8)&1 != 0
			col, row := x, y
			if !c.remapped {
				col = 127 - x
			}
			if !c.reversed {
				row = 63 - y
			}
			dots[row][col] = c.all || bit != c.inverse
		}
	}
	return dots
}

// Contrast is what the panel was set to, 0 to 255.
func (c *SSD1306) Contrast() byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.contrast
}

// Picture is the panel, four points a dot.
func (c *SSD1306) Picture() image.Image {
	const dot = 4
	dots := c.Dots()
	img := canvas(128*dot+2*8, 64*dot+2*8, glass)
	for y := range dots {
		for x, on := range dots[y] {
			if on {
				fill(img, 8+x*dot, 8+y*dot, 8+x*dot+dot-1, 8+y*dot+dot-1, oled)
			}
		}
	}
	return img
}
