package hd44780

import (
	"strings"

	"hallward/devices"
)

// Lines is what a sign says on a display of so many places: rows texts, each
// cols characters of the chip's ROM (A00) wide.
func Lines(s devices.Sign, cols, rows int) []string {
	var text []string
	window := "Window " + latin(s.Window)
	switch s.State {
	case devices.SignCalled:
		text = []string{"Number " + latin(s.Number), "Go to " + strings.ToLower(window)}
	case devices.SignServing:
		text = []string{"Number " + latin(s.Number), "At " + strings.ToLower(window)}
	case devices.SignOpen:
		text = []string{window, "Welcome"}
	case devices.SignPaused:
		text = []string{window, "Paused"}
	case devices.SignClosed:
		text = []string{window, "Closed"}
	case devices.SignMessage:
		if text = wrap(latin(s.English), cols); s.English == "" {
			text = wrap(latin(s.Text), cols)
		}
	}
	lines := make([]string, rows)
	for i := range lines {
		line := ""
		if i < len(text) {
			line = text[i]
		}
		lines[i] = centred(line, cols)
	}
	return lines
}

// latin is what the chip can show of a text. Its ROM has a yen sign and an arrow
// in the place of \ and ~.
func latin(text string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		switch {
		case r == '\\':
			return '/'
		case r == '~':
			return '-'
		case r < ' ' || r > '~':
			return ' '
		}
		return r
	}, text)), " ")
}

// wrap breaks a text into lines, between words where it can.
func wrap(text string, cols int) (lines []string) {
	for len(text) > cols {
		end := strings.LastIndexByte(text[:cols+1], ' ')
		if end <= cols/2 {
			end = cols
		}
		lines = append(lines, strings.TrimSpace(text[:end]))
		text = strings.TrimSpace(text[end:])
	}
	return append(lines, text)
}

func centred(text string, cols int) string {
	text = text[:min(len(text), cols)]
	left := (cols - len(text)) / 2
	return strings.Repeat(" ", left) + text + strings.Repeat(" ", cols-left-len(text))
}
