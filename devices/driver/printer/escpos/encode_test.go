package escpos

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/image/font/gofont/goregular"
	"pgregory.net/rapid"

	"hallward/devices"
)

func profile(t *testing.T, name string) Profile {
	t.Helper()
	p, ok := Lookup(name)
	if !ok {
		t.Fatalf("no profile %q", name)
	}
	return p
}

// R-PRN-01: Chinese text is GB 18030 or GBK as the profile says, golden
// vectors of the protocol notes.
func TestTextIsEncodedForThePrinter(t *testing.T) {
	for _, c := range []struct {
		encoding Encoding
		text     string
		want     string
	}{
		{GB18030, "请A001号到3号窗口办理", "c7eb41303031bac5b5bd33bac5b4b0bfdab0ecc0ed"},
		{GBK, "请A001号到3号窗口办理", "c7eb41303031bac5b5bd33bac5b4b0bfdab0ecc0ed"},
		{GB18030, "龘䶮①", "fd93fe9fa2d9"},
		{GB18030, "€", "a2e3"},
		{GBK, "€", "a1f5"}, // GBK's single byte 80 is no character of a printer: a box
		{GB18030, "𠮷㐀", "a1f5a1f5"},
		{UTF8, "号", "e58fb7"},
	} {
		p := profile(t, "80mm")
		p.Encoding = c.encoding
		got, err := Encode(devices.Document{Blocks: []devices.Block{devices.Text{S: c.text}}}, p)
		if err != nil {
			t.Fatal(err)
		}
		want, _ := hex.DecodeString(c.want + "0a")
		if !bytes.Contains(got, want) {
			t.Errorf("%s %q: % x does not contain % x", c.encoding, c.text, got, want)
		}
	}
	p := profile(t, "epson-80mm")
	got, _ := Encode(devices.Document{Blocks: []devices.Block{devices.Text{S: "𠮷㐀"}}}, p)
	if want, _ := hex.DecodeString("9534b2358139ee39"); !bytes.Contains(got, want) {
		t.Errorf("four-byte characters on a printer that has them: % x", got)
	}
}

// R-PRN-01: a character outside the printer's set is drawn as a line of dots,
// never printed as "?", and the lines around it stay text.
func TestRareCharactersAreDrawn(t *testing.T) {
	face, err := NewFace(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	doc := devices.Document{Blocks: []devices.Block{
		devices.Text{S: "before"}, devices.Text{S: "张𠮷 y", Size: 2}, devices.Text{S: "after"},
	}}
	got, err := encode(doc, profile(t, "80mm"), face)
	if err != nil {
		t.Fatal(err)
	}
	header := []byte{0x1d, 'v', '0', 0, (6 * 12 * 2) / 8, 0, lineHeight * 2, 0}
	i := bytes.Index(got, header)
	if i < 0 {
		t.Fatalf("no picture of 144x60 dots in % x", got)
	}
	picture := got[i+len(header):][:18*60]
	if bytes.Count(picture, []byte{0}) == len(picture) {
		t.Error("the picture is empty")
	}
	if !bytes.Contains(got, []byte("before\n")) || !bytes.Contains(got[i:], []byte("after\n")) {
		t.Error("the other lines are not text")
	}
	if bytes.Contains(got[:i], []byte("?")) || bytes.Contains(got[i+len(header)+len(picture):], []byte("?")) {
		t.Error("a ? stands for a character")
	}
}

// Field variance: some printers scale hanzi by GS !, some by FS !; both are
// sent and both are taken back.
func TestSizesAreSetTwiceAndTakenBack(t *testing.T) {
	got, err := Encode(devices.Document{Blocks: []devices.Block{
		devices.Text{S: "A001", Size: 4, Bold: true}, devices.Text{S: "x"},
	}}, profile(t, "80mm"))
	if err != nil {
		t.Fatal(err)
	}
	want := append([]byte{0x1c, '!', 0x0c, 0x1d, '!', 0x33, 0x1b, 'E', 1}, "A001\n"...)
	want = append(want, 0x1c, '!', 0, 0x1d, '!', 0, 0x1b, 'E', 0, 'x', '\n')
	if !bytes.Contains(got, want) {
		t.Errorf("% x does not contain % x", got, want)
	}
}

func TestHeadlinesShrinkAndParagraphsWrap(t *testing.T) {
	got, err := Encode(devices.Document{Blocks: []devices.Block{
		devices.Text{S: "一二三四五六七八九十一二三", Size: 2}, // 52 columns of 48
		devices.Text{S: strings.Repeat("中", 25)},
	}}, profile(t, "80mm"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(got, []byte{0x1d, '!', 0x11}) {
		t.Error("a headline that does not fit is not set smaller")
	}
	line := bytes.Repeat([]byte{0xd6, 0xd0}, 24)
	if !bytes.Contains(got, append(line, '\n', 0xd6, 0xd0, '\n')) {
		t.Errorf("25 hanzi are not wrapped after 24: % x", got)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, c := range []struct {
		block devices.Block
		want  string
	}{
		{devices.Text{S: "x", Size: 9}, "block 1: text \"x\": size 9"},
		{devices.Text{S: "x", Align: 5}, "block 1: alignment 5"},
		{devices.QR{}, "block 1: QR code without content"},
		{devices.QR{Data: strings.Repeat("x", 900)}, "block 1: QR code: 900 bytes, want at most 858"},
		{devices.QR{Data: "x", Module: 17}, "block 1: QR code: module of 17 dots"},
		{devices.Feed{Lines: 256}, "block 1: feed of 256 lines"},
	} {
		_, err := Encode(devices.Document{ID: "t1", Blocks: []devices.Block{devices.Feed{}, c.block}}, profile(t, "80mm"))
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), `"t1"`) {
			t.Errorf("%#v: error %v, want %q in it", c.block, err, c.want)
		}
	}
	for _, p := range []Profile{{Dots: 100, Encoding: GBK, Cut: CutNone}, {Dots: 384, Cut: CutNone}, {Dots: 384, Encoding: GBK}} {
		if _, err := Encode(devices.Document{}, p); err == nil {
			t.Errorf("profile %+v is taken", p)
		}
	}
}

func TestEveryProfileIsWhole(t *testing.T) {
	for _, name := range Profiles() {
		if err := profile(t, name).check(); err != nil {
			t.Error(err)
		}
	}
	if _, ok := Lookup("90mm"); ok {
		t.Error("a profile that is not there is found")
	}
}

// No text can forge a command: after the text and QR data are taken away, the
// same bytes are left whatever the text was.
func TestNoTextForgesACommand(t *testing.T) {
	p := profile(t, "80mm")
	hostile := rapid.StringOf(rapid.OneOf(
		rapid.RuneFrom([]rune("\x00\x04\x05\x0a\x0d\x10\x14\x1b\x1c\x1d\x7f\u0085\u200b\u202e\u2028\ufeffA1中𠮷\ufffd")),
		rapid.Rune()))
	rapid.Check(t, func(t *rapid.T) {
		text := hostile.Draw(t, "text") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		got, err := Encode(devices.Document{Blocks: []devices.Block{devices.Text{S: text}, devices.QR{Data: "q" + text}}}, p)
		if err != nil {
			return // a QR code that is too long
		}
		frame, _ := Encode(devices.Document{Blocks: []devices.Block{devices.Text{S: ""}, devices.QR{Data: "q"}}}, p)
		if strip(got, t) != strip(frame, t) {
			t.Fatalf("%q gives other commands:\n% x\n% x", text, got, frame)
		}
	})
}

// strip is a printer of its own: it reads a job by the command table of the
// manual and names the commands, without text and line feeds.
func strip(b []byte, t interface{ Fatalf(string, ...any) }) string {
	var names strings.Builder
	for i := 0; i < len(b); {
		rest := b[i:]
		n := 0
		switch {
		case rest[0] == '\n' || rest[0] >= 0x20 && rest[0] < 0x7f:
			i++
			continue
		case rest[0] >= 0x81:
			i += 2
			continue
		case bytes.HasPrefix(rest, []byte{0x1b, '@'}), bytes.HasPrefix(rest, []byte{0x1c, '&'}):
			n = 2
		case bytes.HasPrefix(rest, []byte{0x1d, '(', 'k'}):
			n = 5 + int(rest[3]) + int(rest[4])<<8
			names.WriteString("(k")
			names.WriteByte(rest[6])
			i += n
			continue
		case bytes.HasPrefix(rest, []byte{0x1d, 'V'}):
			n = 4
		case rest[0] == 0x1b, rest[0] == 0x1c, rest[0] == 0x1d:
			n = 3
		default:
			t.Fatalf("byte %d of the job is %#x, no command: % x", i, rest[0], b)
		}
		names.Write(rest[:n])
		i += n
	}
	return names.String()
}

// Real-time commands are executed inside picture data too (Citizen CBM-1000
// p. 50): no job contains one.
func TestNoPictureContainsARealTimeCommand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.SliceOf(rapid.SampledFrom([]byte{0x10, 0x04, 0x05, 0x14, 0x01, 0xff})).Draw(t, "dots")
		before := bytes.Clone(data)
		defuse(data)
		for _, c := range []byte{0x04, 0x05, 0x14} {
			if bytes.Contains(data, []byte{0x10, c}) {
				t.Fatalf("% x still contains 10 %02x", data, c)
			}
		}
		for i := range data {
			if x := data[i] ^ before[i]; x&(x-1) != 0 {
				t.Fatalf("byte %d: %#x became %#x, want one pixel at most", i, before[i], data[i])
			}
		}
	})
}

func TestTallPicturesAreDividedIntoStrips(t *testing.T) {
	p := profile(t, "80mm-raster")
	got, err := Encode(devices.Document{Blocks: []devices.Block{devices.QR{Data: strings.Repeat("x", 100), Module: 8}}}, p)
	if err != nil {
		t.Fatal(err)
	}
	const edge = 37 * 8 // version 5
	const rows = floodLength / (edge / 8)
	first := []byte{0x1d, 'v', '0', 0, edge / 8, 0, rows, 0}
	second := []byte{0x1d, 'v', '0', 0, edge / 8, 0, edge - rows, 0}
	i, j := bytes.Index(got, first), bytes.Index(got, second)
	if i < 0 || j != i+8+edge/8*rows {
		t.Errorf("strips at %d and %d", i, j)
	}
}

func FuzzEncode(f *testing.F) {
	f.Add("请A001号\x1b@", "01HZX", 2, true)
	f.Add("𠮷\x10\x04\x01", "https://example.invalid/?t=1", 8, false)
	f.Fuzz(func(t *testing.T, text, code string, size int, native bool) {
		p, _ := Lookup("58mm")
		p.NativeQR = native
		doc := devices.Document{Blocks: []devices.Block{devices.Text{S: text, Size: size}, devices.QR{Data: code}}}
		b, err := Encode(doc, p)
		if err == nil && bytes.Contains(b, []byte{0x10, 0x04}) {
			t.Errorf("a real-time command in % x", b)
		}
	})
}
