package template

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Pattern is what an answer looks like: bytes in hexadecimal, ".." for any byte
// and "@@" for the unit's address, "3A @@ 06 .. 0A".
type Pattern []place

type place struct {
	any, unit bool
	b         byte
}

// ParsePattern reads a pattern. One of ".." alone would take noise for an answer.
func ParsePattern(text string) (Pattern, error) {
	var p Pattern
	fixed := false
	for _, w := range strings.Fields(text) {
		switch {
		case w == "..":
			p = append(p, place{any: true})
		case w == "@@":
			p = append(p, place{unit: true})
		default:
			b, err := hex.DecodeString(w)
			if err != nil || len(b) != 1 {
				return nil, fmt.Errorf("%.20q: want two hexadecimal digits, .. or @@", w)
			}
			fixed = true
			p = append(p, place{b: b[0]})
		}
	}
	if !fixed || len(p) > 64 {
		return nil, fmt.Errorf("%d bytes: want 1 to 64, one of them fixed", len(p))
	}
	return p, nil
}

// Find tells whether the answer of a unit is somewhere in b.
func (p Pattern) Find(b []byte, unit int) bool {
	for at := 0; at+len(p) <= len(b); at++ {
		if p.begins(b[at:], unit) {
			return true
		}
	}
	return false
}

func (p Pattern) begins(b []byte, unit int) bool {
	for i, w := range p {
		if !w.any && (w.unit && b[i] != byte(unit) || !w.unit && b[i] != w.b) {
			return false
		}
	}
	return true
}
