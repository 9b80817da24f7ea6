package identity

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMaskName(t *testing.T) {
	for name, want := range map[string]string{
		"张三": "张*", "张样例": "张*", "欧阳样例": "欧阳*", "欧阳": "欧*", "买买提·样例": "买*",
		"SMITH, JANE": "S*", " 李样 ": "李*", "": "*", "\x1b@": "@*", "𠮷野": "𠮷*",
	} {
		if got := MaskName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestMaskNumber(t *testing.T) {
	for _, c := range []struct{ number, loose, strict string }{
		{"11010519491231002X", "110105********002X", "**************002X"},
		{"110105 19491231 002x", "110105********002X", "**************002X"},
		{"FRA110085091201", "FRA110*****1201", "***********1201"},
		{"110105", "******", "******"},
		{"13912345678", "***********", "***********"},
		{"张三", "**", "**"},
		{"", "", ""},
	} {
		if got := MaskNumber(c.number); got != c.loose {
			t.Errorf("%q: %q, want %q", c.number, got, c.loose)
		}
		if got := MaskNumberStrict(c.number); got != c.strict {
			t.Errorf("%q: %q, want %q", c.number, got, c.strict)
		}
	}
}

// R-SEC-07: whatever is put in, at most the allowed characters come out, and
// never those between them.
func TestNoPathShowsMoreThanAllowed(t *testing.T) {
	anything := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9X]{0,24}`), rapid.Custom(drawNumber))
	rapid.Check(t, func(t *rapid.T) {
		s := anything.Draw(t, "text")
		shown := func(masked string) int { return utf8.RuneCountInString(strings.ReplaceAll(masked, "*", "")) }
		if got := MaskNumber(s); shown(got) > 10 {
			t.Fatalf("%q shows %q", s, got)
		}
		if got := MaskNumberStrict(s); shown(got) > 4 {
			t.Fatalf("%q shows %q", s, got)
		}
		if got := MaskName(s); shown(got) > 2 {
			t.Fatalf("%q shows %q", s, got)
		}
		if got := PhoneTail(s); len(got) != 0 && len(got) != 4 {
			t.Fatalf("%q gives %q", s, got)
		}
	})
}

func TestPhoneTail(t *testing.T) {
	for phone, want := range map[string]string{
		"13900001234": "1234", "+86 139-0000-1234": "1234", "０１０-６５５５１２３４": "1234", "5551234": "1234",
		"1234": "", "": "", "139 0000 123x": "", "1390000123456789": "",
	} {
		if got := PhoneTail(phone); got != want {
			t.Errorf("%q: %q, want %q", phone, got, want)
		}
	}
}
