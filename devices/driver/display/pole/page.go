package pole

import (
	"fmt"
	"strings"

	"hallward/devices"
)

// page is the two lines of a sign, Cols characters each. A number or a window
// that a line has no room for is an error: half a number is a wrong one. A
// message is broken between words and ends in dots where it is too long.
func (d *Dev) page(s devices.Sign) (page [Rows]string, err error) {
	lines, known := d.lines[s.State]
	if !known {
		return page, fmt.Errorf("state %q of a sign: unknown", s.State)
	}
	texts := [Rows]string{ascii(s.Fill(lines[0])), ascii(s.Fill(lines[1]))}
	if s.State == devices.SignMessage && lines[1] == "" {
		texts = message(texts[0])
	}
	for i, text := range texts {
		text = strings.TrimSpace(text)
		if len(text) > Cols {
			if strings.Contains(lines[i], "{number}") || strings.Contains(lines[i], "{window}") {
				return page, fmt.Errorf("line %d is %q, want at most %d characters", i+1, text, Cols)
			}
			text = text[:Cols]
		}
		page[i] = aligned(text, d.opts.Align)
	}
	return page, nil
}

// message breaks a text over both lines.
func message(text string) (lines [Rows]string) {
	whole := devices.Wrap(text, Cols)
	copy(lines[:], whole)
	if len(whole) > Rows {
		last := lines[Rows-1]
		if room := Cols - 3; len(last) > room {
			if last = last[:room]; strings.Contains(last, " ") {
				last = last[:strings.LastIndex(last, " ")]
			}
		}
		lines[Rows-1] = strings.TrimRight(last, " .,") + "..."
	}
	return lines
}

// ascii leaves what every code page of these displays has in the same place.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r <= '~':
			return r
		case r == '\n', r == '\t', r == '\r':
			return ' '
		}
		return '?'
	}, s)
}

func aligned(text string, at devices.Align) string {
	room := Cols - len(text)
	before := 0
	switch at {
	case devices.Center:
		before = room / 2
	case devices.Right:
		before = room
	}
	return strings.Repeat(" ", before) + text + strings.Repeat(" ", room-before)
}
