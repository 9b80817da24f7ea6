package chips

import (
	"image"
	"sync"
)

// MAX7219 is a row of eight seven-segment digits (Maxim MAX7219, 19-4452 Rev 4).
// SPI has no answer: whatever is sent is taken.
type MAX7219 struct {
	mu       sync.Mutex
	register [16]byte
	strange  int
}

// Registers (table 2).
const (
	decodeMode  = 0x9
	intensity   = 0xA
	scanLimit   = 0xB
	shutdown    = 0xC
	displayTest = 0xF
)

// NewMAX7219 is a row that has just been given power: shut down, one digit
// scanned (page 7, initial power-up).
func NewMAX7219() *MAX7219 { return &MAX7219{} }

// PowerCycle takes the power away for a moment.
func (c *MAX7219) PowerCycle() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.register = [16]byte{}
}

// Disturb changes a register, as a spark on the cable does.
func (c *MAX7219) Disturb(register, value byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.register[register&0x0F] = value
}

// Tx shifts bytes in while the chip is selected; the last 16 bits count (page 6).
func (c *MAX7219) Tx(w, r []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(r)
	if len(w) < 2 || len(w)%2 != 0 {
		c.strange++
		return nil
	}
	at := w[len(w)-2] & 0x0F
	switch at {
	case 0xD, 0xE:
		c.strange++
	default:
		c.register[at] = w[len(w)-1]
	}
	return nil
}

// Strange counts the transfers that the datasheet does not have.
func (c *MAX7219) Strange() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.strange
}

// codeB are the segments of decode mode (table 5): 0 to 9, -, E, H, L, P, blank.
var codeB = [16]byte{0x7E, 0x30, 0x6D, 0x79, 0x33, 0x5B, 0x5F, 0x70, 0x7F, 0x7B, 0x01, 0x4F, 0x37, 0x0E, 0x67, 0x00}

// Segments are the lit ones of each digit, the leftmost first: digit 7 of the
// chip. Bits are DP A B C D E F G, the highest first (table 6).
func (c *MAX7219) Segments() (lit [8]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range lit {
		digit := 7 - i
		switch v := c.register[digit+1]; {
		case c.register[displayTest]&1 != 0:
			lit[i] = 0xFF
		case c.register[shutdown]&1 == 0, digit > int(c.register[scanLimit]&7):
		case c.register[decodeMode]&(1<<digit) != 0:
			lit[i] = codeB[v&0x0F] | v&0x80
		default:
			lit[i] = v
		}
	}
	return lit
}

// Intensity is 0 to 15, of 1/32 to 31/32 (table 7).
func (c *MAX7219) Intensity() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int(c.register[intensity] & 0x0F)
}

// Picture is the row of digits.
func (c *MAX7219) Picture() image.Image {
	const w, h, gap, bar = 56, 100, 16, 10
	img := canvas(8*(w+gap)+gap, h+2*gap, glass)
	for i, lit := range c.Segments() {
		x, y := gap+i*(w+gap), gap
		m := y + h/2
		for bit, r := range map[int]image.Rectangle{
			6: image.Rect(x+bar, y, x+w-bar, y+bar),
			5: image.Rect(x+w-bar, y+bar, x+w, m-2),
			4: image.Rect(x+w-bar, m+2, x+w, y+h-bar),
			3: image.Rect(x+bar, y+h-bar, x+w-bar, y+h),
			2: image.Rect(x, m+2, x+bar, y+h-bar),
			1: image.Rect(x, y+bar, x+bar, m-2),
			0: image.Rect(x+bar, m-bar/2, x+w-bar, m+bar/2),
			7: image.Rect(x+w+3, y+h-bar, x+w+13, y+h),
		} {
			shade := pale
			if lit&(1<<bit) != 0 {
				shade = red
			}
			fill(img, r.Min.X, r.Min.Y, r.Max.X, r.Max.Y, shade)
		}
	}
	return img
}
