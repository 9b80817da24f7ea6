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

// Shade is one of a display's levels of brightness, 1..levels, for Sign.Bright
// in percent: the lowest that is not darker. 0, the display's own, gives own.
func Shade(percent, levels, own int) int {
	if percent <= 0 {
		return own
	}
	return min(levels, (percent*levels+99)/100)
}
