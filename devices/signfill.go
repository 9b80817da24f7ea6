package devices

import (
	"fmt"
	"strconv"
	"strings"
)

// signPlaces are the places that a template of a display may have.
var signPlaces = []struct {
	name string
	of   func(Sign) string
}{
	{"number", func(s Sign) string { return s.Number }},
	{"window", func(s Sign) string { return s.Window }},
	{"text", func(s Sign) string { return s.Text }},
	{"english", func(s Sign) string { return s.English }},
	{"staff", func(s Sign) string { return s.Staff }},
	{"post", func(s Sign) string { return s.Post }},
	{"waiting", func(s Sign) string { return strconv.Itoa(s.Waiting) }},
}

// Fill puts what the sign says into the places of a template: "{number} 请到{window}号窗".
// Places are {number}, {window}, {text}, {english}, {staff}, {post} and
// {waiting}; CheckSignTemplate finds any other, Fill leaves it as it is. What is
// put in is not looked at again.
func (s Sign) Fill(template string) string {
	pairs := make([]string, 0, 2*len(signPlaces))
	for _, p := range signPlaces {
		pairs = append(pairs, "{"+p.name+"}", p.of(s))
	}
	return strings.NewReplacer(pairs...).Replace(template)
}

// CheckSignTemplate tells what is wrong with a template for Sign.Fill. A brace
// that is meant as one cannot be written.
func CheckSignTemplate(template string) error {
	rest := template
	var known []string
	for _, p := range signPlaces {
		known = append(known, "{"+p.name+"}")
		rest = strings.ReplaceAll(rest, "{"+p.name+"}", "")
	}
	if i := strings.IndexAny(rest, "{}"); i >= 0 {
		return fmt.Errorf("%.20q is no place for anything, known are %s", rest[i:], strings.Join(known, ", "))
	}
	return nil
}

// Squeeze is what a display with little room shows in the place of Text: all of
// it, or the number and the window of a call, or the number, or as much of Text
// as Head leaves. Size is what one character takes of the room.
func (s Sign) Squeeze(room int, size func(rune) int) string {
	words := []string{s.Text}
	if s.Number != "" && (s.State == SignCalled || s.State == SignServing) {
		words = append(words, s.Number+" "+s.Window+"号窗口", s.Number)
	}
	for _, w := range words {
		if Head(w, room, size) == w {
			return w
		}
	}
	return Head(s.Text, room, size)
}

// Head is as much of the beginning of a text as there is room for: no part of a
// number, since half a number is a wrong one. Size is what one character takes
// of the room.
func Head(text string, room int, size func(rune) int) string {
	run, inside := 0, false // where the present run of letters and digits begins
	for i, r := range text {
		if inWord(r) && !inside {
			run = i
		}
		inside = inWord(r)
		if room -= size(r); room >= 0 {
			continue
		}
		word := text[run:]
		if end := strings.IndexFunc(word, func(r rune) bool { return !inWord(r) }); end >= 0 {
			word = word[:end]
		}
		if inside && strings.ContainsAny(word, "0123456789") {
			return text[:run]
		}
		return text[:i]
	}
	return text
}

func inWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

// Shade is one of a display's levels of brightness, 1..levels, for Sign.Bright
// in percent: the lowest that is not darker. 0, the display's own, gives own.
func Shade(percent, levels, own int) int {
	if percent <= 0 {
		return own
	}
	return min(levels, (percent*levels+99)/100)
}
