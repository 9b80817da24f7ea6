package ssd1306

import (
	"image"
	"image/color"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/inconsolata"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"periph.io/x/devices/v3/ssd1306/image1bit"

	"hallward/devices"
)

//go:generate go run ./gen

// Width and Height of the display, in dots.
const (
	Width  = 128
	Height = 64
)

// Lines of text: a hanzi is 16 dots wide, anything else 8.
const (
	lineHeight = 16
	narrow     = 8
	wide       = 16
	rows       = Height / lineHeight
)

// Render draws what a sign says. Two lines of words stand below the large
// number, or the state.
func Render(s devices.Sign) *image1bit.VerticalLSB {
	img := image1bit.NewVerticalLSB(image.Rect(0, 0, Width, Height))
	window := plain(s.Window)
	switch s.State {
	case devices.SignCalled:
		place := window + "号窗口"
		page(img, s.Number, fit("请到"+place, place), fit("Go to window "+ascii(s.Window), ascii(s.Window)))
	case devices.SignServing:
		place := window + "号窗口"
		page(img, s.Number, fit(place+"办理中", place), fit("At window "+ascii(s.Window), ascii(s.Window)))
	case devices.SignOpen:
		page(img, s.Window, "欢迎您", "Welcome")
	case devices.SignPaused:
		state(img, "暂停办理", "请到其他窗口", "Paused")
	case devices.SignClosed:
		state(img, "暂停办理", "请到其他窗口", "Closed")
	case devices.SignMessage:
		message(img, s)
	}
	return img
}

// page is a large number with a line in each language below it.
func page(img *image1bit.VerticalLSB, number, zh, en string) {
	large(img, plain(number), Height-2*lineHeight-2)
	centred(img, Height-2*lineHeight, 1, zh)
	centred(img, Height-lineHeight, 1, en)
}

// state is a word in double size with a line in each language below it.
func state(img *image1bit.VerticalLSB, word, zh, en string) {
	centred(img, 0, 2, word)
	centred(img, Height-2*lineHeight, 1, zh)
	centred(img, Height-lineHeight, 1, en)
}

// message fills the display with the text, in English where a hanzi is missing.
func message(img *image1bit.VerticalLSB, s devices.Sign) {
	text := plain(s.Text)
	if !known(text) && ascii(s.English) != "" {
		text = ascii(s.English)
	}
	for i, line := range wrap(text) {
		if i < rows {
			words(img, 0, i*lineHeight, 1, line)
		}
	}
}

// plain is text without what cannot be seen, and with spaces for line ends.
func plain(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)), " ")
}

// ascii is what the English line can show of a text.
func ascii(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, text)), " ")
}

func known(text string) bool {
	for _, r := range text {
		if _, ok := hanzi[r]; width(r) == wide && !ok {
			return false
		}
	}
	return text != ""
}

// marks of Chinese are drawn as the narrow ones.
var marks = map[rune]rune{'，': ',', '。': '.', '：': ':', '！': '!', '、': ',', '？': '?', '（': '(', '）': ')'}

// width is how many dots a character takes.
func width(r rune) int {
	if r <= '~' || marks[r] != 0 {
		return narrow
	}
	return wide
}

func span(text string) (dots int) {
	for _, r := range text {
		dots += width(r)
	}
	return dots
}

// fit is the text, or the short one where that is too wide, cut where even that
// is.
func fit(text, short string) string {
	if span(text) > Width {
		text = short
	}
	for span(text) > Width {
		_, n := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-n]
	}
	return text
}

// wrap breaks a text into lines of the display, after a space where one is near.
func wrap(text string) (lines []string) {
	for text != "" {
		dots, end, space := 0, len(text), 0
		for i, r := range text {
			if dots += width(r); dots > Width {
				end = i
				break
			}
			if r == ' ' {
				space = i + 1
			}
		}
		if end < len(text) && space > end/2 {
			end = space
		}
		lines = append(lines, strings.TrimSpace(text[:end]))
		text = strings.TrimLeft(text[end:], " ")
	}
	return lines
}

func centred(img *image1bit.VerticalLSB, y, scale int, text string) {
	words(img, (Width-span(text)*scale)/2, y, scale, text)
}

// words draws a line with its left upper corner at x, y.
func words(img *image1bit.VerticalLSB, x, y, scale int, text string) {
	for _, r := range text {
		for dy := range lineHeight {
			for dx := range width(r) {
				if lit(r, dx, dy) {
					dot(img, x+dx*scale, y+dy*scale, scale)
				}
			}
		}
		x += width(r) * scale
	}
}

func dot(img *image1bit.VerticalLSB, x, y, scale int) {
	for i := range scale * scale {
		img.SetBit(x+i%scale, y+i/scale, image1bit.On)
	}
}

// lit tells whether a dot of a character is on. What has no shape is a box.
func lit(r rune, x, y int) bool {
	if width(r) == narrow {
		if mark := marks[r]; mark != 0 {
			r = mark
		}
		return inked(r, x, y)
	}
	if rows, ok := hanzi[r]; ok {
		return rows[y]&(0x8000>>x) != 0
	}
	inside := x >= 2 && x <= 13 && y >= 2 && y <= 13
	return inside && (x == 2 || x == 13 || y == 2 || y == 13)
}

// inked looks into the narrow font.
func inked(r rune, x, y int) bool {
	f := inconsolata.Bold8x16
	dr, mask, mp, _, ok := f.Glyph(fixed.P(0, f.Ascent), r)
	at := image.Pt(x, y)
	if !ok || !at.In(dr) {
		return false
	}
	_, _, _, a := mask.At(mp.X+x-dr.Min.X, mp.Y+y-dr.Min.Y).RGBA()
	return a >= 0x8000
}

// bold is the outline of the large number.
var bold = sync.OnceValue(func() *opentype.Font {
	f, err := opentype.Parse(gobold.TTF)
	if err != nil {
		panic("ssd1306: the built-in font: " + err.Error())
	}
	return f
})

// large draws a text as high as its strip, or as wide as the display.
func large(img *image1bit.VerticalLSB, text string, height int) {
	for size := 44; size >= 8; size-- {
		face, err := opentype.NewFace(bold(), &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingFull})
		if err != nil {
			return
		}
		box, _ := font.BoundString(face, text)
		w, h := (box.Max.X - box.Min.X).Ceil(), (box.Max.Y - box.Min.Y).Ceil()
		if w > Width || h > height {
			continue
		}
		grey := image.NewAlpha(image.Rect(0, 0, Width, height))
		d := font.Drawer{Dst: grey, Src: image.NewUniform(color.Alpha{0xFF}), Face: face,
			Dot: fixed.P((Width-w)/2-box.Min.X.Floor(), (height-h)/2-box.Min.Y.Floor())}
		d.DrawString(text)
		for y := range height {
			for x := range Width {
				if grey.AlphaAt(x, y).A >= 0x80 {
					img.SetBit(x, y, image1bit.On)
				}
			}
		}
		return
	}
}
