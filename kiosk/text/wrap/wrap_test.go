package wrap

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// cells measures a hanzi as 2 and everything else as 1.
func cells(s string) float32 {
	var n float32
	for _, r := range s {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		s     string
		width float32
		want  []string
	}{
		{"请取走号票", 20, []string{"请取走号票"}},
		{"请取走号票", 6, []string{"请取走", "号票"}},
		{"请取走，谢谢", 6, []string{"请取", "走，谢", "谢"}},
		{"一（二）三", 6, []string{"一", "（二）", "三"}},
		{"Please take your ticket", 11, []string{"Please take", "your ticket"}},
		{"Housing and Urban-Rural Development", 11, []string{"Housing and", "Urban-Rural", "Development"}},
		{"donaudampfschiff", 6, []string{"donaud", "ampfsc", "hiff"}},
		{"A区 2、3 号窗口", 8, []string{"A区 2、3", "号窗口"}},
		{"一\n二", 20, []string{"一", "二"}},
		{"", 20, []string{""}},
	} {
		if got := Lines(c.s, c.width, cells); !slices.Equal(got, c.want) {
			t.Errorf("Lines(%q, %v) = %q, want %q", c.s, c.width, got, c.want)
		}
	}
}

// Nothing is lost but spaces, no line is too long but one of a single unit, and
// no line begins with a closing sign.
func TestLinesKeepEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.SampledFrom([]rune("请取号A1 ，。（）“”b-"))).Draw(t, "s")
		width := float32(rapid.IntRange(4, 30).Draw(t, "width"))
		lines := Lines(s, width, cells)
		squeeze := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got := squeeze(strings.Join(lines, "")); got != squeeze(s) {
			t.Fatalf("%q became %q", s, lines)
		}
		for _, l := range lines {
			if cells(l) > width {
				t.Fatalf("%q: %q is wider than %v", s, l, width)
			}
			if !utf8.ValidString(l) {
				t.Fatalf("%q: cut inside a character: %q", s, l)
			}
		}
	})
}

func TestShorten(t *testing.T) {
	if got := Shorten("对外贸易经营者", 9, cells); got != "对外贸易…" {
		t.Errorf("got %q", got)
	}
	if got := Shorten("对外", 9, cells); got != "对外" {
		t.Errorf("got %q", got)
	}
}
