package onbon

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// Charset is what the fonts in a card can show (10.2).
type Charset string

// Character sets.
const (
	GBK    Charset = "gbk"
	GB2312 Charset = "gb2312"
)

// box stands where the card has no character.
const box = '□'

// maxText and maxSpeech keep a frame with both below MaxData, in bytes.
const (
	maxText   = 256
	maxSpeech = 200
)

// encode is one character for the card, or nil where it has none.
func (c Charset) encode(r rune) []byte {
	if r < 0x80 {
		return []byte{byte(r)}
	}
	b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
	if err != nil || len(b) != 2 || c == GB2312 && (b[0] < 0xA1 || b[0] > 0xF7 || b[1] < 0xA1) {
		return nil
	}
	return b
}

// clean makes text safe and showable: no control characters but line breaks,
// nothing that the card takes for an escape, □ for what it does not have.
func (o *Opts) clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r == '\\':
			return '＼'
		case r == '[':
			return '［'
		case unicode.IsControl(r):
			return -1
		}
		b := o.Charset.encode(r)
		if b == nil || o.Quirks.Bytewise && len(b) == 2 && b[1] == '\\' {
			return box
		}
		return r
	}, text)
}

// bytes encodes what clean has let through.
func (o *Opts) bytes(text string) []byte {
	var out []byte
	for _, r := range text {
		out = append(out, o.Charset.encode(r)...)
	}
	return out
}

// clip cuts a text to a number of bytes and says so with an ellipsis.
func (o *Opts) clip(text string, most int) string {
	n := 0
	for i, r := range text {
		if n += len(o.Charset.encode(r)); n > most-2 {
			if len(o.bytes(text)) <= most {
				return text
			}
			return text[:i] + "…"
		}
	}
	return text
}

// width is how wide a text stands, in pixels: a letter takes half of a hanzi.
func width(text string, font int) (w int) {
	for _, r := range text {
		if w += font; r < 0x80 {
			w -= font / 2
		}
	}
	return w
}

// layout breaks a text into the lines of the strip. It fails when the text has
// to run.
func (o *Opts) layout(text string) (lines []string, fits bool) {
	for _, paragraph := range strings.Split(text, "\n") {
		lines = append(lines, wrap(paragraph, o.Width, o.Font)...)
	}
	if len(lines) > o.Height/o.Font {
		return nil, false
	}
	for _, l := range lines {
		if width(l, o.Font) > o.Width {
			return nil, false
		}
	}
	return lines, true
}

// wrap breaks one paragraph. Letters and digits of one word stay together: a
// ticket number is never torn.
func wrap(text string, room, font int) []string {
	var lines []string
	line := ""
	for _, word := range words(text) {
		if line != "" && width(strings.TrimRight(line+word, " "), font) > room {
			lines = append(lines, strings.TrimSpace(line))
			line = ""
		}
		line += word
	}
	return append(lines, strings.TrimSpace(line))
}

// words cuts a text where a line may break: around every hanzi and after every
// space. A mark such as ， stays with what is before it, and so does the 号 of a
// number.
func words(text string) []string {
	var all []string
	joined := false
	for _, r := range text {
		word := r < 0x80 && r != ' '
		if n := len(all) - 1; n >= 0 && (word && joined || r == ' ' || joined && r == '号' || unicode.IsPunct(r) && r >= 0x80) {
			all[n] += string(r)
		} else {
			all = append(all, string(r))
		}
		joined = word
	}
	return all
}

// phrase is what stands on the strip, from the template of the sign's state.
func (o *Opts) phrase(s devices.Sign) string {
	t, ok := o.Templates[s.State]
	switch {
	case s.State == devices.SignBlank:
		return ""
	case !ok && s.Text == "":
		return o.clean(s.Number)
	case !ok:
		return o.clean(s.Text)
	}
	return o.clean(s.Fill(t))
}

// Colours by name, as the escape \C wants them (11.1).
var colours = map[string]byte{
	"red": '1', "green": '2', "yellow": '3', "blue": '4', "cyan": '5', "magenta": '6', "white": '7',
}

// Colours lists the names of the colours.
func Colours() []string { return slices.Sorted(maps.Keys(colours)) }

// standard colours of the states. A strip of one colour shows them all alike.
var standard = map[string]string{
	devices.SignOpen: "green", devices.SignCalled: "red", devices.SignServing: "green",
	devices.SignPaused: "yellow", devices.SignClosed: "yellow", devices.SignMessage: "red",
}

// fonts are the card's own, by height in pixels (11.1).
var fonts = map[int]string{16: "000", 24: "001", 32: "002"}

// style is the escapes that a text begins with: both fonts and the colour.
func (o *Opts) style(state string) string {
	name := o.Colours[state]
	if name == "" {
		name = standard[state]
	}
	c, ok := colours[name]
	if !ok {
		c = colours["red"]
	}
	f := fonts[o.Font]
	return `\FO` + f + `\FE` + f + `\C` + string(c)
}

// area is the dynamic area that shows a sign.
func (o *Opts) area(s devices.Sign, flash bool) area {
	a := area{id: byte(o.Area), x: o.X, y: o.Y, w: o.Width, h: o.Height, align: alignMiddle, show: showStill, stay: 20}
	if o.Forget > 0 {
		a.run, a.timeout = runForget, int(o.Forget.Seconds())
	}
	text := o.clip(o.phrase(s), maxText)
	if strings.TrimSpace(text) == "" {
		text = " "
	}
	lines, fits := o.layout(text)
	switch {
	case !fits:
		a.single, a.show, a.speed, a.stay = true, showLeft, byte(o.Speed), 0
		lines = []string{strings.Join(strings.Fields(text), " ")}
	case flash:
		a.stay = 1 // half a second with the text, half a second without
		for range o.Height/o.Font - len(lines) + 1 {
			lines = append(lines, " ") // fills the first page and makes the second
		}
	}
	a.text = []byte(o.style(s.State))
	for i, l := range lines {
		if i > 0 {
			a.text = append(a.text, `\n`...)
		}
		a.text = append(a.text, o.bytes(cmp.Or(l, " "))...)
	}
	return a
}
