package devices_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hallward/devices"
)

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 10, []string{""}},
		{"A001", 10, []string{"A001"}},
		{"营业执照", 8, []string{"营业执照"}},
		{"营业执照", 7, []string{"营业执", "照"}},
		{"请到三楼。", 8, []string{"请到三", "楼。"}},
		{"申请（变更）", 6, []string{"申请", "（变", "更）"}},
		{"Fire safety permit", 11, []string{"Fire safety", "permit"}},
		{"aaaaaaaaaa", 4, []string{"aaaa", "aaaa", "aa"}},
		{"到3号窗口", 4, []string{"到3", "号窗", "口"}},
		{"二二二", 0, []string{"二", "二", "二"}},
	} {
		if got := devices.Wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestWrapKeepsTheTextAndTheWidth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("ab 1。，（）中文𠮷é"))).Draw(t, "text")
		width := rapid.IntRange(2, 48).Draw(t, "width")
		lines := devices.Wrap(text, width)
		for _, l := range lines {
			if devices.Columns(l) > width {
				t.Fatalf("line %q is %d columns, want at most %d", l, devices.Columns(l), width)
			}
		}
		bare := func(s string) string { return strings.ReplaceAll(s, " ", "") }
		if got, want := bare(strings.Join(lines, "")), bare(text); got != want {
			t.Fatalf("lines hold %q, text is %q", got, want)
		}
	})
}
