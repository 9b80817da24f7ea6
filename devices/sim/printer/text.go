package printer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/width"
)

// line is the line being composed.
type line struct {
	x     int // where the next character goes
	cells []cell
}

// cell is one character or picture of a line, standing on the base line.
type cell struct {
	x, w int
	dots *bitmap
	text string
}

func (l *line) extent() (height, width int) {
	for _, c := range l.cells {
		height = max(height, c.dots.h)
		width = max(width, c.x+c.w)
	}
	return height, width
}

// string is the line as text; a jump to the right shows as a space.
func (l *line) string() string {
	var s strings.Builder
	at := 0
	for _, c := range l.cells {
		if c.x >= at+12 && s.Len() > 0 {
			s.WriteByte(' ')
		}
		s.WriteString(c.text)
		at = c.x + c.w
	}
	return strings.TrimRight(s.String(), " ")
}

func (m *machine) tab() {
	step := 8 * 12 * m.mode.w
	m.line.x = (m.line.x/step + 1) * step
}

// unmapped stands for a character that the ROM does not have.
const unmapped = utf8.RuneError

// text interprets one character at the front of b; 0 while it is incomplete.
func (m *machine) text(b []byte) int {
	if b[0] == 0x7F {
		return 1
	}
	if b[0] < 0x80 {
		m.put(rune(b[0]), false)
		return 1
	}
	if m.p.o.Encoding == UTF8 {
		if !utf8.FullRune(b) {
			return 0
		}
		r, n := utf8.DecodeRune(b)
		m.put(r, r == unmapped || isWide(r))
		return n
	}
	if !m.mode.hanzi {
		m.put(m.codePage(b[0]), false)
		return 1
	}
	return m.double(b)
}

// double interprets one GBK or GB18030 character.
func (m *machine) double(b []byte) int {
	if b[0] == 0x80 || b[0] == 0xFF {
		if m.p.o.Encoding == GBK && b[0] == 0x80 {
			m.put('€', true)
		} else {
			m.put(unmapped, true)
		}
		return 1
	}
	if len(b) < 2 {
		return 0
	}
	n := 2
	switch t := b[1]; {
	case t >= 0x40 && t != 0x7F && t != 0xFF:
	case t >= 0x30 && t <= 0x39 && m.p.o.Encoding == GB18030:
		n = 4
	default: // no trailing byte: the lead alone is rubbish
		m.put(unmapped, true)
		return 1
	}
	if len(b) < n {
		return 0
	}
	s, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b[:n])
	r, size := utf8.DecodeRune(s)
	if err != nil || size != len(s) {
		r = unmapped
	}
	m.put(r, true)
	return n
}

func isWide(r rune) bool {
	k := width.LookupRune(r).Kind()
	return k == width.EastAsianWide || k == width.EastAsianFullwidth
}

// pages are the single-byte code pages of ESC t.
var pages = map[byte]*charmap.Charmap{
	0: charmap.CodePage437, 2: charmap.CodePage850, 3: charmap.CodePage860, 4: charmap.CodePage863,
	5: charmap.CodePage865, 16: charmap.Windows1252, 17: charmap.CodePage866, 18: charmap.CodePage852, 19: charmap.CodePage858,
}

// rules are 0x90..0x9F of page 1 (katakana): the strokes that receipts rule
// their tables with.
var rules = []rune("┴┬┤├▔─│▕┌┐└┘╭╮╰╯")

func (m *machine) codePage(c byte) rune {
	if m.mode.page == 1 {
		if c >= 0x90 && c <= 0x9F {
			return rules[c-0x90]
		}
		return unmapped
	}
	page, ok := pages[m.mode.page]
	if !ok {
		page = charmap.CodePage437
	}
	return page.DecodeByte(c)
}

// put adds a character to the line and breaks it where the paper ends.
func (m *machine) put(r rune, wide bool) {
	w, h, gap := 12*m.mode.w, 24*m.mode.h, m.mode.charGap*m.mode.w
	switch {
	case wide:
		w, h, gap = 24*m.mode.hw, 24*m.mode.hh, m.mode.hanziGap*m.mode.hw
	case m.mode.fontB:
		w, h = 9*m.mode.w, 17*m.mode.h
	}
	if m.line.x+w > m.area() && m.line.x > 0 {
		m.printLine(m.mode.spacing)
	}
	text := string(r)
	if r == unmapped {
		text = "□"
		m.p.stats.Boxes++
	}
	m.add(cell{m.line.x, w, m.draw(r, w, h, wide), text})
	m.line.x += gap
}

// draw makes the dots of one character in the present mode.
func (m *machine) draw(r rune, w, h int, wide bool) *bitmap {
	var b *bitmap
	switch {
	case r == ' ' || r == 0x3000:
		b = newBitmap(w, h)
	case m.p.o.Font != nil && r != unmapped:
		b = m.p.o.Font.glyph(r, w, h, wide)
	}
	if b == nil {
		b = box(w, h)
	}
	if !m.mode.bold && m.mode.under == 0 && !m.mode.reverse {
		return b
	}
	b = b.clone()
	if m.mode.bold { // struck twice, one dot aside
		src := b.clone()
		b.draw(src, max(1, w/24), 0)
	}
	if m.mode.under > 0 {
		b.fill(0, h-m.mode.under, w, m.mode.under)
	}
	if m.mode.reverse {
		b.invert()
	}
	return b
}
