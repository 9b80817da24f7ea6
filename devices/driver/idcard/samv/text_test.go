package samv

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"hallward/devices"
)

// block writes fields into a text block, from offset to text.
func block(mark rune, fields map[int]string) []byte {
	b := bytes.Repeat([]byte{' ', 0}, textSize/2)
	binary.LittleEndian.PutUint16(b[markAt:], uint16(mark))
	for at, s := range fields {
		for i, u := range utf16.Encode([]rune(s)) {
			binary.LittleEndian.PutUint16(b[at+2*i:], u)
		}
	}
	return b
}

// goldenText is the test card of the protocol notes.
func goldenText() []byte {
	return block(' ', map[int]string{0: "张三", 30: "1", 32: "01", 36: "19491231", 52: "北京市朝阳区测试路1号", 122: "11010519491231002X",
		158: "北京市公安局朝阳分局", 188: "20200101", 204: "长期"})
}

// cardAnswer is the whole answer to a read of the golden card, photo zero.
func cardAnswer(t testing.TB) []byte {
	b := append(unhex(t, "AA AA AA 96 69 05 08 00 00 90 01 00 04 00"), goldenText()...)
	b = append(b, make([]byte, photoSize)...)
	return append(b, xor(b[5:]))
}

func TestGoldenCard(t *testing.T) {
	text := goldenText()
	sum := sha256.Sum256(text)
	if got := hex.EncodeToString(sum[:]); got != "1d0db9bfa07dbff6a81ddd1c495707d7f5d57c44ea1325f8ec540e31ed0a183b" {
		t.Fatalf("SHA-256 of the text block is %s", got)
	}
	b := cardAnswer(t)
	if len(b) != 1295 || b[1294] != 0x31 {
		t.Fatalf("%d bytes, the last %02X", len(b), b[len(b)-1])
	}
	found, drops := decode(4+textSize, b)
	if len(found) != 1 || drops != 0 {
		t.Fatalf("%d frames, %d drops", len(found), drops)
	}
	c, err := ParseText(text)
	want := devices.Card{Kind: devices.CardResident, Number: "11010519491231002X", Name: "张三", Sex: "M", Birth: "19491231", Until: "长期"}
	if err != nil || c != want {
		t.Errorf("%s %s %s %s %s %s, %v", c.Kind, c.Number, c.Name, c.Sex, c.Birth, c.Until, err)
	}
}

// The four layouts.
func TestLayouts(t *testing.T) {
	for _, c := range []struct {
		name string
		text []byte
		want devices.Card
	}{
		{"permit", block('J', map[int]string{0: "何样例", 30: "2", 36: "19900101", 122: "810000199001010019", 188: "20240101", 204: "20290101", 220: "H00000000", 238: "01"}),
			devices.Card{Kind: devices.CardPermit, Number: "810000199001010019", Name: "何样例", Sex: "F", Birth: "19900101", Until: "20290101"}},
		{"2017", block('I', map[int]string{0: "SAMPLE, JOHN", 120: "1", 122: "GBR110085091201", 152: "GBR", 158: "样约翰", 188: "20180101", 204: "20280101", 220: "19850912", 236: "01", 240: "1500"}),
			devices.Card{Kind: devices.CardForeigner, Number: "GBR110085091201", Name: "样约翰", Sex: "M", Birth: "19850912", Until: "20280101"}},
		{"2017 without a Chinese name", block('I', map[int]string{0: "SAMPLE, JOHN", 120: "9", 122: "GBR110085091201", 204: "20280101", 220: "19850912"}),
			devices.Card{Kind: devices.CardForeigner, Number: "GBR110085091201", Name: "SAMPLE, JOHN", Birth: "19850912", Until: "20280101"}},
		{"2023", block('Y', map[int]string{52: "ECHANTILLON, MARIE ALEXANDRA DOROTH", 220: "EA", 30: "2", 32: "00", 36: "19900307", 122: "911840199003070022", 204: "20340101", 242: "FRA"}),
			devices.Card{Kind: devices.CardForeigner2, Number: "911840199003070022", Name: "ECHANTILLON, MARIE ALEXANDRA DOROTHEA", Sex: "F", Birth: "19900307", Until: "20340101"}},
		{"2023 with a Chinese name", block('Y', map[int]string{0: "样玛丽", 52: "ECHANTILLON, MARIE", 30: "2", 36: "19900307", 122: "911840199003070022", 204: "20340101"}),
			devices.Card{Kind: devices.CardForeigner2, Number: "911840199003070022", Name: "样玛丽", Sex: "F", Birth: "19900307", Until: "20340101"}},
		{"a rare character", block(' ', map[int]string{0: "样𠮷", 30: "0", 36: "19800101", 122: "34052419800101001X", 204: "长期"}),
			devices.Card{Kind: devices.CardResident, Number: "34052419800101001X", Name: "样𠮷", Birth: "19800101", Until: "长期"}},
	} {
		got, err := ParseText(c.text)
		if err != nil || got != c.want {
			t.Errorf("%s: %q %q %q %q %q %q, %v", c.name, got.Kind, got.Number, got.Name, got.Sex, got.Birth, got.Until, err)
		}
	}
}

func TestTextsThatMakeNoSense(t *testing.T) {
	good := map[int]string{0: "张三", 30: "1", 36: "19491231", 122: "11010519491231002X", 204: "长期"}
	with := func(at int, s string) []byte {
		b := block(' ', good)
		copy(b[at:], block(' ', map[int]string{0: s + strings.Repeat(" ", 8)})[:16])
		return b
	}
	for _, c := range []struct {
		name string
		text []byte
		want error
	}{
		{"short", make([]byte, 255), errTextSize},
		{"zeros", make([]byte, 256), errTextKind},
		{"another kind", block('Z', good), errTextKind},
		{"no name", with(0, "  "), errTextName},
		{"ESC in the name", with(0, "张\x1b@"), errTextName},
		{"short number", with(122, "1"), errTextNum},
		{"no number", with(122, "样例"), errTextNum},
		{"no birth date", with(36, ""), errTextDay},
		{"no expiry", with(204, "明天"), errTextDay},
	} {
		card, err := ParseText(c.text)
		if !errors.Is(err, c.want) || card != (devices.Card{}) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// R-SEC-01: neither the card nor an error about it says who it is.
func TestCardIsNotPrinted(t *testing.T) {
	c, err := ParseText(goldenText())
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, s := range []string{fmt.Sprintf(verb, c), fmt.Sprintf(verb, &c), fmt.Sprintf(verb, []any{c}), fmt.Sprintf(verb, devices.Reading(c))} {
			if strings.Contains(s, "1949") || strings.Contains(s, "张") || strings.Contains(s, "e5bca0") {
				t.Errorf("%s shows %s", verb, s)
			}
		}
	}
	if b, err := c.MarshalJSON(); err == nil {
		t.Errorf("the card becomes %s", b)
	}
}

func FuzzParseText(f *testing.F) {
	f.Add(goldenText())
	f.Add(block('I', map[int]string{0: "SAMPLE", 122: "GBR110085091201", 204: "20280101", 220: "19850912"}))
	f.Add(block('Y', map[int]string{0: "\xff", 122: "911840199003070022"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseText(b)
		if err != nil {
			return
		}
		if !utf8.ValidString(c.Name) || strings.ContainsAny(c.Name, "\x00\x1b\r\n") || len(c.Number) != 15 && len(c.Number) != 18 {
			t.Errorf("a card of kind %q, %d characters of number, name %q", c.Kind, len(c.Number), c.Name)
		}
	})
}
