package devices

import (
	"strings"
	"unicode/utf8"
)

// Columns is the width of a text on a device with a fixed grid (a ticket
// printer, a window strip): 1 for each ASCII character, 2 for any other, as
// their GB fonts have it (12×24 and 24×24 dots).
func Columns(s string) int {
	n := 0
	for _, r := range s {
		n += columnsOf(r)
	}
	return n
}

func columnsOf(r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	return 2
}

// Wrap divides a text into lines of at most width columns. It breaks at
// spaces and between Chinese characters, keeps closing marks on the line of
// what they close, and breaks a word only when it is longer than a line. A
// width below 2 counts as 2. An empty text is one empty line.
func Wrap(s string, width int) []string {
	width = max(width, 2)
	var lines []string
	line, used, gap := "", 0, ""
	for _, p := range pieces(s) {
		if p == " " {
			gap += p
			continue
		}
		w := Columns(p)
		if used > 0 && used+len(gap)+w > width {
			lines, line, used, gap = append(lines, line), "", 0, ""
		}
		line, used, gap = line+gap+p, used+len(gap)+w, ""
		for used > width {
			var full string
			full, line = split(line, width)
			lines, used = append(lines, full), Columns(line)
		}
	}
	return append(lines, line)
}

// Widest is the width of the widest part of a text that Wrap keeps together.
func Widest(s string) int {
	n := 0
	for _, p := range pieces(s) {
		n = max(n, Columns(p))
	}
	return n
}

// Marks that do not begin a line, and marks that do not end one.
const (
	closing = "，。、；：？！）》」』】〉…—·％℃,.;:?!)%]}"
	opening = "（《「『【〈([{"
)

// pieces cuts a text into what must stay together: words, single Chinese
// characters with the marks around them, single spaces.
func pieces(s string) []string {
	var out []string
	var last rune // of the piece under way, 0 for none
	for _, r := range s {
		if r == ' ' {
			out, last = append(out, " "), 0
			continue
		}
		if last != 0 && (columnsOf(last) == 1 && columnsOf(r) == 1 ||
			strings.ContainsRune(closing, r) || strings.ContainsRune(opening, last)) {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		last = r
	}
	return out
}

// split cuts a text after at most width columns, and after one character at
// least.
func split(s string, width int) (head, tail string) {
	used := 0
	for i, r := range s {
		used += columnsOf(r)
		if used > width && i > 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
