package fonts_test

import (
	"testing"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/encoding/simplifiedchinese"

	"hallward/kiosk/theme/fonts"
)

// The whole of GBK is there, so that no name on a screen becomes an empty box.
func TestRepertoire(t *testing.T) {
	for name, data := range map[string][]byte{"Regular": fonts.Regular, "Bold": fonts.Bold} {
		f, err := sfnt.Parse(data)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var buf sfnt.Buffer
		missing := 0
		for _, r := range gbk(t) {
			g, err := f.GlyphIndex(&buf, r)
			if err != nil {
				t.Fatalf("%s: %U: %v", name, r, err)
			}
			if g == 0 {
				missing++
				if missing < 10 {
					t.Logf("%s: %U %c has no glyph", name, r, r)
				}
			}
		}
		if missing > 0 {
			t.Errorf("%s: %d characters of GBK have no glyph", name, missing)
		}
		for _, r := range "A001您好号窗口镕喆珺堃" {
			g, err := f.GlyphIndex(&buf, r)
			if err != nil || g == 0 {
				t.Errorf("%s: %c: glyph %d, %v", name, r, g, err)
				continue
			}
			if _, err := f.LoadGlyph(&buf, g, 64<<6, nil); err != nil {
				t.Errorf("%s: outline of %c: %v", name, r, err)
			}
		}
	}
}

// gbk lists the hanzi of GBK: two bytes, lead 0x81..0xFE.
func gbk(t *testing.T) []rune {
	t.Helper()
	dec := simplifiedchinese.GBK.NewDecoder()
	var all []rune
	for hi := 0x81; hi <= 0xFE; hi++ {
		for lo := 0x40; lo <= 0xFE; lo++ {
			s, err := dec.String(string([]byte{byte(hi), byte(lo)}))
			if err != nil {
				continue
			}
			r := []rune(s)
			if len(r) == 1 && r[0] >= 0x4E00 && r[0] <= 0x9FA5 {
				all = append(all, r[0])
			}
		}
	}
	if len(all) < 20902 {
		t.Fatalf("only %d hanzi decoded", len(all))
	}
	return all
}
