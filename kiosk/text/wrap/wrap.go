// Package wrap breaks texts in Chinese and English into lines. It measures
// nothing itself: whoever draws says how wide a text is.
package wrap

import (
	"strings"
	"unicode"
)

// Signs that must not begin a line, and signs that must not end one (GB/T 15834
// on Chinese punctuation).
const (
	closing = "，。、；：？！）》”’」』】…·％%,.;:?!)]}—–"
	opening = "（《“‘「『【([{"
)

// Lines breaks a text into lines of at most width, as measure tells it: Chinese
// between any two characters but before closing and after opening signs,
// everything else at spaces. A word that is longer than a line is cut.
func Lines(s string, width float32, measure func(string) float32) []string {
	var lines []string
	for _, part := range strings.Split(s, "\n") {
		lines = append(lines, wrapLine(part, width, measure)...)
	}
	return lines
}

func wrapLine(s string, width float32, measure func(string) float32) []string {
	var lines []string
	line := ""
	for _, u := range units(s) {
		switch {
		case measure(strings.TrimRight(line+u, " ")) <= width:
			line += u
			continue
		case strings.TrimSpace(line) != "":
			lines = append(lines, strings.TrimRight(line, " "))
		}
		line = strings.TrimLeft(u, " ")
		for measure(strings.TrimRight(line, " ")) > width {
			n := fitting(line, width, measure)
			lines = append(lines, line[:n])
			line = line[n:]
		}
	}
	return append(lines, strings.TrimRight(line, " "))
}

// Longest is the width of the widest part that may not be broken.
func Longest(s string, measure func(string) float32) float32 {
	var widest float32
	for _, u := range units(s) {
		widest = max(widest, measure(strings.TrimRight(u, " \n")))
	}
	return widest
}

// fitting is how many bytes of s fit into width, at least one character.
func fitting(s string, width float32, measure func(string) float32) int {
	last := 0
	for i, r := range s {
		end := i + len(string(r))
		if last > 0 && measure(s[:end]) > width {
			return last
		}
		last = end
	}
	return last
}

// units cuts a text into what may not be broken: a Chinese character with the
// signs that cling to it, or a word with the space behind it.
func units(s string) []string {
	var out []string
	cur := ""
	var prev rune
	for _, r := range s {
		if cur != "" && breakable(prev, r) {
			out = append(out, cur)
			cur = ""
		}
		cur += string(r)
		prev = r
	}
	if cur != "" {
		out = append(out, cur)
	}
	return out
}

func breakable(before, after rune) bool {
	switch {
	case strings.ContainsRune(closing, after) || strings.ContainsRune(opening, before):
		return false
	case after == ' ':
		return false
	case before == ' ':
		return true
	}
	return wide(before) || wide(after)
}

// wide tells Chinese characters and full-width signs.
func wide(r rune) bool {
	return unicode.Is(unicode.Han, r) || (r >= 0x3000 && r <= 0x303f) || (r >= 0xff00 && r <= 0xffef)
}

// Shorten cuts s to width with an ellipsis.
func Shorten(s string, width float32, measure func(string) float32) string {
	if measure(s) <= width {
		return s
	}
	r := []rune(s)
	for len(r) > 1 && measure(string(r)+"…") > width {
		r = r[:len(r)-1]
	}
	return strings.TrimRight(string(r), " ") + "…"
}
