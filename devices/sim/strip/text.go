package strip

import (
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// style is how the following characters are drawn.
type style struct {
	font   int  // height in pixels
	colour byte // '1' red … '7' white
}

// glyph is one character on the strip.
type glyph struct {
	r rune
	style
}

// wide: a hanzi fills a square, a letter half of one.
func (g glyph) width() int {
	if g.r < 0x80 {
		return g.font / 2
	}
	return g.font
}

// heights of the fonts that a card is delivered with (11.1).
var heights = map[string]int{"000": 16, "001": 24, "002": 32}

// Errors of a text.
const (
	errFont = 12 // the font is not in the card
)

// read is a text of the card's writing (11.1), broken into lines where it says
// so. strange counts escapes and codes that are none; code is an error number.
func readText(b []byte, bytewise bool) (lines [][]glyph, strange int, code byte) {
	now := style{16, '1'}
	lines = [][]glyph{nil}
	put := func(r rune) {
		n := len(lines) - 1
		lines[n] = append(lines[n], glyph{r, now})
	}
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\':
			n, ok := 0, true
			switch rest := b[i+1:]; {
			case len(rest) >= 5 && rest[0] == 'F' && (rest[1] == 'O' || rest[1] == 'E' || rest[1] == 'K'):
				h, known := heights[string(rest[2:5])]
				if !known {
					return nil, strange, errFont
				}
				now.font, n = h, 5
			case len(rest) >= 2 && rest[0] == 'C' && rest[1] >= '1' && rest[1] <= '7':
				now.colour, n = rest[1], 2
			case len(rest) >= 1 && rest[0] == 'n':
				lines, n = append(lines, nil), 1
			default:
				ok = false
			}
			if i += n; !ok {
				strange++
			}
		case isMark(b[i:]):
			i += 3
		case b[i] < 0x80:
			if b[i] < ' ' || b[i] == 0x7F {
				strange++
				continue
			}
			put(rune(b[i]))
		case i+1 == len(b) || bytewise && b[i+1] == '\\': // the backslash begins an escape
			strange++
		default:
			u, err := simplifiedchinese.GBK.NewDecoder().Bytes(b[i : i+2])
			r := []rune(string(u))
			if i++; err != nil || len(r) != 1 || r[0] == '�' {
				strange++
				continue
			}
			put(r[0])
		}
	}
	return lines, strange, 0
}

// isMark is a mark for speech: [n1], [g2], [h0].
func isMark(b []byte) bool {
	return len(b) >= 4 && b[0] == '[' && strings.IndexByte("ngh", b[1]) >= 0 && b[2] >= '0' && b[2] <= '2' && b[3] == ']'
}

// speech is the words of a text to be spoken, with its marks.
func speech(b []byte) string {
	u, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return "�"
	}
	return string(u)
}

// page is what stands on the strip at one time.
type page [][]glyph

func (p page) string() string {
	var s strings.Builder
	for i, line := range p {
		if i > 0 {
			s.WriteByte('\n')
		}
		for _, g := range line {
			s.WriteRune(g.r)
		}
	}
	return s.String()
}

func (p page) blank() bool { return strings.TrimSpace(p.string()) == "" }

func lineWidth(line []glyph) (w int) {
	for _, g := range line {
		w += g.width()
	}
	return w
}

// paginate breaks lines into the pages of an area. Wrapped lines break anywhere.
func paginate(lines [][]glyph, w, h int, single, wrap bool) []page {
	if single {
		var one []glyph
		for _, l := range lines {
			one = append(one, l...)
		}
		return []page{{one}}
	}
	if wrap {
		var broken [][]glyph
		for _, l := range lines {
			room, from := w, 0
			for i, g := range l {
				if room -= g.width(); room < 0 {
					broken, from, room = append(broken, l[from:i]), i, w-g.width()
				}
			}
			broken = append(broken, l[from:])
		}
		lines = broken
	}
	tall := 16
	for _, l := range lines {
		for _, g := range l {
			tall = max(tall, g.font)
		}
	}
	each := max(1, h/tall)
	var pages []page
	for len(lines) > 0 {
		n := min(each, len(lines))
		pages = append(pages, page(lines[:n]))
		lines = lines[n:]
	}
	return pages
}
