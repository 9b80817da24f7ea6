package escpos

import (
	"fmt"
	"image"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/image/font"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// Geometry of font A and of the hanzi font, in dots at 203 dpi.
const (
	cellWidth  = 12 // of an ASCII character; a hanzi has two
	cellHeight = 24
	lineHeight = 30 // default line spacing, ESC 2
)

// placeholder stands for a character that can neither be printed nor drawn:
// a box, which is in every Chinese printer's font. Never "?".
const placeholder = '□'

const (
	defaultModule = 6  // dots of a QR module
	bottomMargin  = 32 // dots below the last line; a QR code needs four modules of them
	tearLines     = 5  // from the head to the tear bar
)

// Encode turns a document into the bytes of a job, from ESC @ to the cut. It
// is pure. Errors name the block that a printer of this profile cannot have:
// an empty or oversized QR code, a size beyond 8.
//
// Characters that the printer's font does not have become a box; a Dev with a
// Face draws the whole line as a picture instead.
func Encode(doc devices.Document, p Profile) ([]byte, error) { return encode(doc, p, nil) }

func encode(doc devices.Document, p Profile, face font.Face) ([]byte, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	s := stream{p: p, face: face, size: 1, enc: simplifiedchinese.GB18030.NewEncoder()}
	s.buf = append(make([]byte, 0, 512), cmdInit...)
	if p.ASB {
		s.put(cmdASB...) // ESC @ has switched it off
	}
	if p.Encoding != UTF8 {
		s.put(cmdHanzi...)
	}
	s.put(0x1c, '!', 0) // on some clones it survives ESC @
	for i, b := range doc.Blocks {
		if err := s.block(b); err != nil {
			return nil, fmt.Errorf("escpos: document %q: block %d: %w", doc.ID, i, err)
		}
	}
	s.style(1, false)
	s.put(p.cut()...)
	return s.buf, nil
}

// cut is what ends a slip.
func (p Profile) cut() []byte {
	switch p.Cut {
	case CutPartial:
		return []byte{0x1d, 'V', 66, bottomMargin}
	case CutFull:
		return []byte{0x1d, 'V', 65, bottomMargin}
	}
	return []byte{0x1b, 'd', tearLines}
}

// stream is a job under way, and the modes that the printer is in.
type stream struct {
	p     Profile
	face  font.Face
	enc   *encoding.Encoder
	buf   []byte
	align devices.Align
	size  int
	bold  bool
}

func (s *stream) put(b ...byte) { s.buf = append(s.buf, b...) }

func (s *stream) block(b devices.Block) error {
	switch b := b.(type) {
	case devices.Text:
		return s.text(b)
	case devices.QR:
		return s.qr(b)
	case devices.Feed:
		if b.Lines < 0 || b.Lines > 255 {
			return fmt.Errorf("feed of %d lines, want 0 to 255", b.Lines)
		}
		if b.Lines > 0 {
			s.put(0x1b, 'd', byte(b.Lines))
		}
		return nil
	}
	return fmt.Errorf("block of type %T is unknown", b)
}

// text prints a headline (size above 1) on one line, in a smaller size if it
// is too long, and wraps what is of normal size.
func (s *stream) text(t devices.Text) error {
	if t.Size < 0 || t.Size > 8 {
		return fmt.Errorf("text %.20q: size %d, want 0 to 8", t.S, t.Size)
	}
	clean := Printable(t.S)
	size := max(t.Size, 1)
	for size > 1 && devices.Columns(clean)*size > s.p.Columns() {
		size--
	}
	if err := s.alignTo(t.Align); err != nil {
		return err
	}
	for _, line := range devices.Wrap(clean, s.p.Columns()/size) {
		if s.face != nil && !s.has(line) {
			s.raster(drawLine(s.face, line, size, t.Bold, s.p.Dots))
			continue
		}
		s.style(size, t.Bold)
		for _, r := range line {
			s.rune(r)
		}
		s.put('\n')
	}
	return nil
}

// style sets size and weight. Some printers scale hanzi by GS !, some only by
// FS !, which knows 1 and 2: both are sent, GS ! last, because where both count
// the last one holds.
func (s *stream) style(size int, bold bool) {
	if size != s.size {
		if (size > 1) != (s.size > 1) {
			m := byte(0)
			if size > 1 {
				m = 0x0c // double width and height
			}
			s.put(0x1c, '!', m)
		}
		s.put(0x1d, '!', byte(size-1)*0x11)
		s.size = size
	}
	if bold != s.bold {
		n := byte(0)
		if bold {
			n = 1
		}
		s.put(0x1b, 'E', n)
		s.bold = bold
	}
}

func (s *stream) alignTo(a devices.Align) error {
	if a < devices.Left || a > devices.Right {
		return fmt.Errorf("alignment %d, want 0 to 2", a)
	}
	if a != s.align {
		s.put(0x1b, 'a', byte(a))
		s.align = a
	}
	return nil
}

func (s *stream) has(line string) bool {
	for _, r := range line {
		if _, n := s.encode(r); n == 0 {
			return false
		}
	}
	return true
}

func (s *stream) rune(r rune) {
	code, n := s.encode(r)
	if n == 0 {
		r = placeholder
		code, n = s.encode(r)
	}
	if s.p.Encoding == UTF8 {
		s.buf = utf8.AppendRune(s.buf, r)
		return
	}
	s.put(code[:n]...)
}

// encode gives the GB 18030 code of a character, and 0 bytes for one that the
// printer's font does not have. A four-byte code on a printer that knows only
// two would come out as wrong hanzi and digits.
func (s *stream) encode(r rune) (code [4]byte, n int) {
	if r < utf8.RuneSelf {
		code[0] = byte(r)
		return code, 1
	}
	if r == utf8.RuneError || unicode.Is(unicode.Co, r) || r == '€' && s.p.Encoding == GBK {
		return code, 0
	}
	var src [utf8.UTFMax]byte
	w := utf8.EncodeRune(src[:], r)
	s.enc.Reset()
	n, _, err := s.enc.Transform(code[:], src[:w], true)
	if err != nil || n != 2 && !(n == 4 && s.p.FourByte) {
		return code, 0
	}
	return code, n
}

// Printable is a text without anything that could be a command or an
// invisible character: control and format characters, line separators,
// variation selectors and broken UTF-8 are dropped. Other spaces than the
// Chinese one become plain spaces.
func Printable(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		plain = plain && s[i] >= 0x20 && s[i] < 0x7f
	}
	if plain {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, w := utf8.DecodeRuneInString(s[i:])
		i += w
		switch {
		case r == utf8.RuneError && w == 1, unicode.IsControl(r),
			unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector):
		case unicode.Is(unicode.Zs, r) && r != '\u3000':
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func (s *stream) qr(q devices.QR) error {
	var data []byte
	for _, b := range []byte(q.Data) {
		if b >= 0x20 && b != 0x7f { // a control byte in a counted block can still be executed in real time
			data = append(data, b)
		}
	}
	if len(data) == 0 {
		return fmt.Errorf("QR code without content")
	}
	if q.Module < 0 || q.Module > 16 {
		return fmt.Errorf("QR code: module of %d dots, want 0 to 16", q.Module)
	}
	modules := qrModules(len(data))
	if modules == 0 {
		return fmt.Errorf("QR code: %d bytes, want at most %d", len(data), qrCapacity[len(qrCapacity)-1])
	}
	module := q.Module
	if module == 0 {
		module = defaultModule
	}
	module = max(1, min(module, s.p.Dots/modules))
	if err := s.alignTo(devices.Center); err != nil {
		return err
	}
	if !s.p.NativeQR {
		picture, err := drawQR(string(data), module)
		if err != nil {
			return err
		}
		s.raster(picture)
		return nil
	}
	n := len(data) + 3
	s.put(0x1d, '(', 'k', 4, 0, '1', 'A', '2', 0)             // model 2
	s.put(0x1d, '(', 'k', 3, 0, '1', 'C', byte(module))       // dots a module
	s.put(0x1d, '(', 'k', 3, 0, '1', 'E', '0')                // correction level L
	s.put(0x1d, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0') // store
	s.put(data...)
	s.put(0x1d, '(', 'k', 3, 0, '1', 'Q', '0') // print
	return nil
}

// qrCapacity is how many bytes versions 1 to 20 of a QR code hold at level L
// (ISO/IEC 18004, table 7). A slip needs version 5 at most.
var qrCapacity = [...]int{
	17, 32, 53, 78, 106, 134, 154, 192, 230, 271,
	321, 367, 425, 458, 520, 586, 644, 718, 792, 858,
}

// qrModules is the edge of the code for so many bytes, 0 when they are too
// many.
func qrModules(bytes int) int {
	for i, capacity := range qrCapacity {
		if bytes <= capacity {
			return 17 + 4*(i+1)
		}
	}
	return 0
}

// raster prints a picture in strips, which the small buffers of clones hold,
// and which one flood fills up when a job breaks off within.
func (s *stream) raster(m *image.Gray) {
	width := (m.Rect.Dx() + 7) / 8
	strip := min(10*cellHeight, floodLength/width)
	for top := 0; top < m.Rect.Dy(); top += strip {
		rows := min(strip, m.Rect.Dy()-top)
		s.put(0x1d, 'v', '0', 0, byte(width), byte(width>>8), byte(rows), byte(rows>>8))
		begin := len(s.buf)
		for y := top; y < top+rows; y++ {
			s.buf = append(s.buf, packRow(m, y)...)
		}
		defuse(s.buf[begin:])
	}
}

// defuse changes one pixel wherever a picture would contain a real-time
// command. Printers execute those inside picture data: DLE EOT sends a status
// byte that nobody asked for, DLE ENQ 2 clears the buffers (Citizen CBM-1000
// p. 50, Custom P80C p. 59).
func defuse(data []byte) {
	for i := 1; i < len(data); i++ {
		if data[i-1] == 0x10 && (data[i] == 0x04 || data[i] == 0x05 || data[i] == 0x14) {
			data[i-1] = 0x18
		}
	}
}
