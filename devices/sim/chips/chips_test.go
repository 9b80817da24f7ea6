package chips_test

import (
	"bytes"
	"errors"
	"image/png"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/sim/chips"
)

func send(t *testing.T, tx func(uint16, []byte, []byte) error, addr uint16, parts ...[]byte) {
	t.Helper()
	for _, w := range parts {
		if err := tx(addr, w, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// An OLED by hand, from the datasheet: what is written is dark until the pump and
// the display are on, and stands where segments and rows say.
func TestSSD1306(t *testing.T) {
	c := chips.NewSSD1306(0x3C)
	status := make([]byte, 1)
	if err := c.Tx(0x3C, nil, status); err != nil || status[0] != 0x40 {
		t.Errorf("status %02X, %v: want 40, off", status, err)
	}
	if err := c.Tx(0x3D, []byte{0, 0xAF}, nil); !errors.Is(err, chips.ErrNoAnswer) {
		t.Errorf("another address: %v", err)
	}
	// Horizontal mode, the whole panel; the first column of page 0 is the upper
	// left corner with segment remap and reversed rows.
	send(t, c.Tx, 0x3C, []byte{0x00, 0x20, 0x00, 0x21, 0x00, 0x7F, 0x22, 0x00, 0x07},
		append([]byte{0x40, 0x81}, make([]byte, 128*8-1)...))
	if c.Dots() != [64][128]bool{} {
		t.Error("something is lit, and it is off")
	}
	send(t, c.Tx, 0x3C, []byte{0x80, 0x8D, 0x80, 0x14, 0x80, 0xA1, 0x80, 0xC8, 0x80, 0xAF}) // one command byte after each control byte
	var want [64][128]bool
	want[0][0], want[7][0] = true, true
	if c.Dots() != want {
		t.Error("81 in the first column is not its first and eighth dot")
	}
	send(t, c.Tx, 0x3C, []byte{0x00, 0xA0, 0xC0})
	want = [64][128]bool{}
	want[63][127], want[56][127] = true, true
	if c.Dots() != want {
		t.Error("without remap it is not turned by half")
	}
	send(t, c.Tx, 0x3C, []byte{0x00, 0xA7})
	if d := c.Dots(); d[63][127] || !d[0][0] {
		t.Error("A7 does not invert")
	}
	send(t, c.Tx, 0x3C, []byte{0x00, 0xA5})
	if d := c.Dots(); !d[63][127] || !d[0][0] {
		t.Error("A5 does not light every dot")
	}
	if c.Strange() != 0 {
		t.Errorf("%d strange commands", c.Strange())
	}
	send(t, c.Tx, 0x3C, []byte{0x00, 0xFF})
	if c.Strange() != 1 {
		t.Error("FF is a command")
	}
}

// An LCD by hand, half a byte at a time. Hurrying is not forgiven.
func TestHD44780(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := chips.NewHD44780(0x27, 16, 2)
		half := func(pins byte) { send(t, c.Tx, 0x27, []byte{pins | 0x0C, pins | 0x08}) }
		whole := func(v, rs byte) { half(v&0xF0 | rs); half(v<<4 | rs) }
		pins := make([]byte, 1)
		if err := c.Tx(0x27, nil, pins); err != nil || pins[0] != 0xFF {
			t.Errorf("pins after power %02X, %v", pins, err)
		}
		send(t, c.Tx, 0x27, []byte{0x08})
		half(0x30)
		if c.Hurried() != 1 {
			t.Errorf("%d hurried, want the one before the reset is over", c.Hurried())
		}
		time.Sleep(20 * time.Millisecond)
		half(0x20) // 8 bits until now
		whole(0x28, 0)
		whole(0x0C, 0)
		whole(0x01, 0)
		whole('x', 1)
		if n := c.Hurried(); n != 3 {
			t.Errorf("%d hurried, want both halves of what came while it clears", n)
		}
		time.Sleep(2 * time.Millisecond)
		for _, b := range []byte("A001") {
			whole(b, 1)
		}
		whole(0x80|0x4E, 0)
		for _, b := range []byte{'3', 0x5C, 0x7E} {
			whole(b, 1)
		}
		if got, want := c.Lines(), []string{"A001            ", "              3¥"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		if !c.Backlight() || c.Hurried() != 3 {
			t.Errorf("light %v, hurried %d", c.Backlight(), c.Hurried())
		}
	})
}

// Digits by hand: decoded and not.
func TestMAX7219(t *testing.T) {
	c := chips.NewMAX7219()
	tx := func(parts ...[]byte) {
		t.Helper()
		for _, w := range parts {
			if err := c.Tx(w, nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	tx([]byte{8, 0x77}, []byte{1, 5})
	if c.Segments() != [8]byte{} {
		t.Error("it is lit, and shut down")
	}
	tx([]byte{0x0C, 1}, []byte{0x09, 0x01})
	if got := c.Segments(); got != [8]byte{7: 0x5B} {
		t.Errorf("% X: want one digit scanned, decoded as 5", got)
	}
	tx([]byte{0x0B, 7})
	if got := c.Segments(); got != [8]byte{0: 0x77, 7: 0x5B} {
		t.Errorf("% X", got)
	}
	tx([]byte{0x0F, 1})
	if got := c.Segments(); got[3] != 0xFF {
		t.Errorf("% X: want everything in the test", got)
	}
	tx([]byte{0x0D, 0}, []byte{1})
	if c.Strange() != 2 {
		t.Errorf("%d strange, want 2", c.Strange())
	}
}

func TestPictures(t *testing.T) {
	var b bytes.Buffer
	if err := chips.WritePNG(&b, chips.NewHD44780(0x27, 20, 4).Picture()); err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(&b); err != nil || img.Bounds().Dx() < 200 {
		t.Errorf("%v, %v", img.Bounds(), err)
	}
}

func TestUnknownSwitch(t *testing.T) {
	if err := chips.NewSSD1306(0x3C).Set("loud", true); err == nil {
		t.Error("a switch that is not there")
	}
}

// Whatever bytes come, a chip takes them.
func FuzzChips(f *testing.F) {
	f.Add([]byte{0x00, 0x21, 0x10})
	f.Add([]byte{0x40, 1, 2, 3})
	f.Add([]byte{0x80})
	f.Add([]byte{0x3C, 0x38, 0x3C, 0x38})
	f.Fuzz(func(t *testing.T, w []byte) {
		oled, lcd, digits := chips.NewSSD1306(0x3C), chips.NewHD44780(0x27, 20, 4), chips.NewMAX7219()
		if len(w) > 64 {
			return
		}
		for range 3 {
			_, _, _ = oled.Tx(0x3C, w, nil), lcd.Tx(0x27, w, nil), digits.Tx(w, nil)
		}
		_, _, _ = oled.Dots(), lcd.Lines(), digits.Segments()
	})
}
