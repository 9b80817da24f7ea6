package template

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/devices"
)

// Encodings of a text.
const (
	ASCII = "ascii"
	GBK   = "gbk"
	UTF8  = "utf-8"
)

// Encodings are all of them.
func Encodings() []string { return []string{ASCII, GBK, UTF8} }

// Check tells whether the template and its form are right.
func (t Text) Check() error {
	if !slices.Contains(Encodings(), t.Encoding) {
		return fmt.Errorf("encoding %q: want one of %s", t.Encoding, strings.Join(Encodings(), ", "))
	}
	if t.Pad < 0 || t.Pad > MaxFrame || t.Most < 0 || t.Most > MaxFrame {
		return fmt.Errorf("pad %d, most %d: want up to %d", t.Pad, t.Most, MaxFrame)
	}
	return devices.CheckSignTemplate(t.Template)
}

// add shortens a text that is too long, see Sign.Squeeze, unless the part is
// the number or the window alone.
func (t Text) add(b *builder) error {
	room := MaxFrame
	if t.Most > 0 {
		room = t.Most
	}
	if t.Pad > 0 {
		room = min(room, t.Pad)
	}
	size := func(r rune) int { return len(t.encode(r)) }
	text := b.sign.Fill(t.Template)
	short := devices.Head(text, room, size)
	switch {
	case short == text:
	case t.Template == "{number}" || t.Template == "{window}":
		return fmt.Errorf("%q in %d bytes: %w", text, room, errRoom)
	case t.Template == "{text}":
		short = b.sign.Squeeze(room, size)
	}
	var out []byte
	for _, r := range short {
		out = append(out, t.encode(r)...)
	}
	fill := t.Fill
	if fill == 0 {
		fill = ' '
	}
	blank := slices.Repeat([]byte{fill}, max(0, t.Pad-len(out)))
	if t.Right {
		out = append(blank, out...)
	} else {
		out = append(out, blank...)
	}
	b.put(false, out...)
	return nil
}

// encode is one character; one that the encoding does not have is a question
// mark, a control character is a space: it would be a command.
func (t Text) encode(r rune) []byte {
	switch {
	case r < ' ' || r == 0x7F || r >= 0x80 && r < 0xA0:
		return []byte{' '}
	case r < 0x7F:
		return []byte{byte(r)}
	case t.Encoding == UTF8:
		return []byte(string(r))
	case t.Encoding == GBK:
		if b, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r))); err == nil && len(b) == 2 {
			return b
		}
	}
	return []byte{'?'}
}
