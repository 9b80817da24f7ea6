// Package chips simulates the small displays that hang on I²C and SPI: an OLED
// with an SSD1306, a character LCD with an HD44780 behind a PCF8574 port
// expander, and eight seven-segment digits with a MAX7219. Each is written from
// its datasheet, takes the bytes of the bus, and draws what a person in front
// of it sees.
//
// A chip does not know the library that a driver uses: package linktest makes a
// bus of it.
package chips

import (
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"hallward/devices/sim/switches"
)

// Switches of a chip on I²C: "silent" answers to its address no more, as when it
// is unplugged, "garble" says nonsense when it is read.
var Switches = []string{"silent", "garble"}

// ErrNoAnswer is a transfer to an address where nobody answers.
var ErrNoAnswer = errors.New("remote I/O error: nobody answers at this address")

// nonsense is what a chip says whose line is disturbed: no status of any of
// them, since all bits are set.
const nonsense = 0xFF

func newSwitches() switches.Board { return switches.New(Switches...) }

// Colours of the pictures.
var (
	glass     = color.RGBA{0x0A, 0x0A, 0x12, 0xFF}
	oled      = color.RGBA{0x9F, 0xE8, 0xFF, 0xFF}
	backlight = color.RGBA{0x9B, 0xD4, 0x3C, 0xFF}
	unlit     = color.RGBA{0x4A, 0x5A, 0x2C, 0xFF}
	crystal   = color.RGBA{0x1C, 0x2A, 0x12, 0xFF}
	red       = color.RGBA{0xFF, 0x30, 0x20, 0xFF}
	pale      = color.RGBA{0x38, 0x10, 0x10, 0xFF}
)

func canvas(w, h int, c color.Color) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(img, img.Rect, image.NewUniform(c), image.Point{}, draw.Src)
	return img
}

func fill(img *image.RGBA, x0, y0, x1, y1 int, c color.Color) {
	draw.Draw(img, image.Rect(x0, y0, x1, y1), image.NewUniform(c), image.Point{}, draw.Src)
}

// WritePNG writes a picture of a chip.
func WritePNG(w io.Writer, picture image.Image) error { return png.Encode(w, picture) }
