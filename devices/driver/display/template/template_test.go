package template

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var called = devices.Sign{State: devices.SignCalled, Number: "A037", Window: "3", Text: "请A037号到3号窗口", English: "A037 to window 3", Waiting: 12}

// The ready-made tables, byte for byte.
func TestTables(t *testing.T) {
	for _, c := range []struct {
		table, frame string
		unit         int
		sign         devices.Sign
		want         string
	}{
		{"id-hi-lo-sum", FrameShow, 5, called, "05 00 25 2A"},
		{"id-hi-lo-sum", FrameShow, 200, devices.Sign{Number: "B999"}, "C8 03 E7 B2"},
		{"id-hi-lo-sum", FrameShow, 5, devices.Sign{}, "05 00 00 05"},
		// NUL×5 SOH Z "00" STX A 0 ESC 0 b "A037 3" EOT
		{"alpha", FrameShow, 0, called, "00 00 00 00 00 01 5A 30 30 02 41 30 1B 30 62 41 30 33 37 20 33 04"},
		{"alpha", FrameFlash, 0x1C, called, "00 00 00 00 00 01 5A 31 43 02 41 30 1B 30 63 41 30 33 37 20 33 04"},
		{"alpha", FrameClear, 0, devices.Sign{}, "00 00 00 00 00 01 5A 30 30 02 41 30 04"},
		// The sum of STX to ETX: 02+41+30+03 = 76, +1B+30+62+41+30+33+37+20+33 = 0251
		{"alpha-sum", FrameClear, 0, devices.Sign{}, "00 00 00 00 00 01 5A 30 30 02 41 30 03 30 30 37 36 04"},
		{"alpha-sum", FrameShow, 0, called, "00 00 00 00 00 01 5A 30 30 02 41 30 1B 30 62 41 30 33 37 20 33 03 30 32 35 31 04"},
	} {
		got, err := Encode(Table(c.table)[c.frame], nil, c.unit, c.sign)
		if err != nil || !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%s %s: % X, %v, want %s", c.table, c.frame, got, err, c.want)
		}
	}
	for _, name := range Tables() {
		if _, err := New(nil, &Opts{Frames: Table(name)}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if Table("none") != nil {
		t.Error("a table that there is none of")
	}
}

// Each part by itself.
func TestParts(t *testing.T) {
	for _, c := range []struct {
		name string
		part Part
		want string
		err  string
	}{
		{"hex", Hex{Bytes: []byte{0x3A, 0x01}}, "3A 01", ""},
		{"address", Address{Form{Size: 1}}, "07", ""},
		{"address in two bytes, low first", Address{Form{Size: 2, Low: true}}, "07 00", ""},
		{"address in hexadecimal", Address{Form{Size: 2, As: AsHex}}, "30 37", ""},
		{"value", Value{Form: Form{Size: 2}, Template: "{number}"}, "00 25", ""},
		{"value in BCD", Value{Form: Form{Size: 2, As: AsBCD}, Template: "{number}"}, "00 37", ""},
		{"value in BCD, low first", Value{Form: Form{Size: 2, As: AsBCD, Low: true}, Template: "{number}"}, "37 00", ""},
		{"value in decimal", Value{Form: Form{Size: 4, As: AsDec}, Template: "{number}"}, "30 30 33 37", ""},
		{"value of several", Value{Form: Form{Size: 2}, Template: "{window}{waiting}"}, "01 38", ""},
		{"no value", Value{Form: Form{Size: 2}, Template: "{staff}", None: []byte{0xFF, 0xFF}}, "FF FF", ""},
		{"a value without room", Value{Form: Form{Size: 1, As: AsBCD}, Template: "{number}{waiting}"}, "", "3712 in 1 bytes of BCD: there is no room"},
		{"a number without room", Value{Form: Form{Size: 1}, Template: "9{number}9"}, "", "no room"},
		{"a number beyond all", Value{Form: Form{Size: 8}, Template: "{number}" + strings.Repeat("9", 30)}, "", "no room"},
		{"text", Text{Template: "{number}", Encoding: ASCII}, "41 30 33 37", ""},
		{"padded", Text{Template: "{number}", Encoding: ASCII, Pad: 6}, "41 30 33 37 20 20", ""},
		{"padded at the left with zeros", Text{Template: "{window}", Encoding: ASCII, Pad: 3, Fill: '0', Right: true}, "30 30 33", ""},
		{"GBK", Text{Template: "请{number}", Encoding: GBK}, "C7 EB 41 30 33 37", ""},
		{"a sentence without room", Text{Template: "{text}", Encoding: GBK, Most: 5}, "41 30 33 37", ""},
		{"no half of a number", Text{Template: "{text}", Encoding: GBK, Most: 3}, "C7 EB", ""},
		{"a hanzi is not cut in two", Text{Template: "A{text}", Encoding: GBK, Most: 2}, "41", ""},
		{"UTF-8", Text{Template: "请", Encoding: UTF8}, "E8 AF B7", ""},
		{"what ASCII does not have", Text{Template: "请1\n", Encoding: ASCII}, "3F 31 20", ""},
		{"a number alone is not cut", Text{Template: "{number}", Encoding: ASCII, Pad: 3}, "", `"A037" in 3 bytes: there is no room`},
		{"brightness", Bright{Form: Form{Size: 1}, Max: 16}, "10", ""},
		{"length", Length{Form: Form{Size: 1}, Of: []Part{Hex{Bytes: []byte{1, 2, 3}}}}, "03 01 02 03", ""},
		{"length with more", Length{Form: Form{Size: 2, Low: true}, Of: []Part{Hex{Bytes: []byte{1, 2, 3}}}, Plus: 2}, "05 00 01 02 03", ""},
		{"length with its sum", Length{Form: Form{Size: 1}, Of: []Part{Hex{Bytes: []byte{1}}, Sum{Kind: SumAdd8}}}, "02 01 03", ""},
		{"a length below nothing", Length{Form: Form{Size: 1}, Of: []Part{Hex{Bytes: []byte{1}}}, Plus: -2}, "", "length -1"},
		{"a sum of what is not there", Sum{Kind: SumAdd8, From: 1}, "", "sum from byte 1 on, but only 0 stand"},
	} {
		if err := c.part.Check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := Encode([]Part{c.part}, nil, 7, called)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: % X, %v, want %q", c.name, got, err, c.err)
			}
		} else if err != nil || !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%s: % X, %v, want %s", c.name, got, err, c.want)
		}
	}
}

// The check values of "123456789", as the catalogues of checksums have them.
func TestSums(t *testing.T) {
	for kind, want := range map[string]string{
		SumAdd8: "DD", SumNeg8: "23", SumXor8: "31", SumAdd16: "01 DD", SumARC: "BB 3D", SumModbus: "4B 37",
	} {
		got, err := Encode([]Part{Hex{Bytes: []byte("x123456789")}, Sum{Kind: kind, From: 1}}, nil, 0, called)
		if err != nil || !bytes.Equal(got[10:], unhex(t, want)) {
			t.Errorf("%s: % X, %v, want %s", kind, got, err, want)
		}
	}
	got, err := Encode([]Part{Hex{Bytes: []byte("123456789")}, Sum{Kind: SumARC, Form: Form{Low: true, As: AsHex}}}, nil, 0, called)
	if err != nil || string(got[9:]) != "D3BB" {
		t.Errorf("hexadecimal, low first: %q, %v", got, err)
	}
}

func TestChecks(t *testing.T) {
	for want, part := range map[string]Part{
		"no bytes":                          Hex{},
		"size 0: want 1 to 8":               Address{},
		"size 9":                            Value{Form: Form{Size: 9}},
		`as "octal"`:                        Address{Form{Size: 1, As: "octal"}},
		`encoding "": want one of`:          Text{},
		`encoding "big5"`:                   Text{Encoding: "big5"},
		`"{nobody}" is no place`:            Text{Encoding: GBK, Template: "{nobody}"},
		"pad 2000":                          Text{Encoding: GBK, Pad: 2000},
		`"{x}" is no place`:                 Value{Form: Form{Size: 1}, Template: "{x}"},
		"none is 1 bytes, want 2":           Value{Form: Form{Size: 2}, None: []byte{0}},
		"max 0: want 1 to 255":              Bright{Form: Form{Size: 1}},
		`sum "md5": want one of add16, add`: Sum{Kind: "md5"},
		"from -1":                           Sum{Kind: SumXor8, From: -1},
		"size 0: want 1 to 8 ":              Sum{Kind: SumXor8, Form: Form{As: AsDec}},
		"length of nothing":                 Length{Form: Form{Size: 1}},
		"plus 300":                          Length{Form: Form{Size: 1}, Plus: 300, Of: []Part{Hex{}}},
		"part 0: no bytes":                  Length{Form: Form{Size: 1}, Of: []Part{Hex{}}},
	} {
		if err := part.Check(); err == nil || !strings.Contains(err.Error(), strings.TrimSpace(want)) {
			t.Errorf("%#v: %v, want %q", part, err, want)
		}
	}
	show := map[string][]Part{FrameShow: {Hex{Bytes: []byte{1}}}}
	for want, o := range map[string]*Opts{
		"show is missing":               {},
		`frames: "shwo": unknown`:       {Frames: map[string][]Part{FrameShow: show[FrameShow], "shwo": nil}},
		"frames: clear: part 0: no byt": {Frames: map[string][]Part{FrameShow: show[FrameShow], FrameClear: {Hex{}}}},
		"unit 70000":                    {Frames: show, Units: []int{70000}},
	} {
		if _, err := New(nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// strip is a frame with everything: head, length, text, sum, end, escapes.
var strip = []Part{
	Hex{Bytes: []byte{0xA5}, Raw: true},
	Address{Form{Size: 1}},
	Length{Form: Form{Size: 1}, Of: []Part{Text{Template: "{text}", Encoding: GBK, Most: 200}}},
	Sum{Kind: SumXor8, From: 1},
	Hex{Bytes: []byte{0x5A}, Raw: true},
}

var escapes = []Escape{{0xA5, []byte{0xAA, 0x05}}, {0x5A, []byte{0xAA, 0x0A}}, {0xAA, []byte{0xAA, 0x00}}}

// Hanzi whose bytes are those of the frame: 奪 is 8A 5A, 哎 is B0 A5.
func TestEscapes(t *testing.T) {
	got, err := Encode(strip, escapes, 3, devices.Sign{Text: "奪哎"})
	if want := unhex(t, "A5 03 04 8A AA 0A B0 AA 05 C2 5A"); err != nil || !bytes.Equal(got, want) {
		t.Errorf("% X, %v, want % X", got, err, want)
	}
}

// Property: whatever the text, the head and the end of a frame stand at its ends
// only, and behind the escapes is the text that was meant.
func TestAnyTextArrives(t *testing.T) {
	hanzi := []rune("请号到窗口奪哎乑姜粄誠a0 \\{}[ZＺ")
	rapid.Check(t, func(t *rapid.T) {
		text := string(rapid.SliceOfN(rapid.SampledFrom(hanzi), 0, 60).Draw(t, "text"))
		unit := rapid.IntRange(0, 255).Draw(t, "unit")
		b, err := Encode(strip, escapes, unit, devices.Sign{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		inside := b[1 : len(b)-1]
		if b[0] != 0xA5 || b[len(b)-1] != 0x5A || bytes.ContainsRune(inside, 'Z') || bytes.IndexByte(inside, 0xA5) >= 0 {
			t.Fatalf("% X", b)
		}
		var plain []byte
		for i := 0; i < len(inside); i++ {
			if c := inside[i]; c == 0xAA {
				i++
				c = map[byte]byte{5: 0xA5, 10: 0x5A, 0: 0xAA}[inside[i]]
				plain = append(plain, c)
			} else {
				plain = append(plain, c)
			}
		}
		want, _ := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
		if plain[0] != byte(unit) || int(plain[1]) != len(want) || !bytes.Equal(plain[2:len(plain)-1], want) || xor(plain) != 0 {
			t.Fatalf("%q is % X", text, plain)
		}
	})
}

// The codec takes any text of any sign: it gives a frame within its bounds, or
// says why not.
func FuzzEncode(f *testing.F) {
	f.Add("A001", "3", "请到3号窗口", 3, 4)
	f.Add("", "", "\xff\x00\x1b", 0, 0)
	f.Fuzz(func(t *testing.T, number, window, text string, unit, size int) {
		size = 1 + size&7
		parts := append(slices.Clone(strip), Value{Form: Form{Size: size, As: AsBCD}, Template: "{number}"}, Text{Template: "{window}", Encoding: UTF8, Pad: size}, Sum{Kind: SumModbus})
		s := devices.Sign{Number: number, Window: window, Text: text}
		b, err := Encode(parts, escapes, unit&0xFF, s)
		if err == nil && (len(b) > 2*MaxFrame || b[0] != 0xA5) {
			t.Errorf("%d bytes: % X", len(b), b)
		}
	})
}

func TestPattern(t *testing.T) {
	p, err := ParsePattern("A5 @@ .. 06")
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]bool{
		"A5 03 00 06": true, "FF A5 03 99 06 5A": true, "A5 04 00 06": false, "A5 03 06": false, "A5 A5 03 00 06": true, "": false,
	} {
		if got := p.Find(unhex(t, in), 3); got != want {
			t.Errorf("%s: %v", in, got)
		}
	}
	for _, bad := range []string{"", "..", "@@ ..", "A", "A5 6", "xx", strings.Repeat("00 ", 65)} {
		if _, err := ParsePattern(bad); err == nil {
			t.Errorf("%q is taken for a pattern", bad)
		}
	}
}

// far is the other end of a line: it keeps frames and answers as said.
func far(t *testing.T, o *Opts, answer string, f func(d *Dev, heard func() string)) {
	synctest.Test(t, func(t *testing.T) {
		near, end := linktest.NewPipe(0)
		d, err := New(near, o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran, ended := make(chan error, 1), make(chan struct{})
		go func() { ran <- d.Run(ctx, nil) }()
		got := make(chan []byte, 100)
		go func() {
			defer close(ended)
			buf := make([]byte, 4096)
			for {
				n, err := end.Read(buf)
				if err != nil && !errors.Is(err, link.ErrTimeout) {
					return
				}
				if n > 0 {
					got <- slices.Clone(buf[:n])
					if answer != "" {
						end.Write(unhex(t, answer))
					}
				}
			}
		}()
		synctest.Wait()
		f(d, func() (all string) {
			synctest.Wait()
			for len(got) > 0 {
				all += string(<-got) + "|"
			}
			return all
		})
		stop()
		<-ran
		end.Close()
		<-ended
	})
}

func word(s string) []Part { return []Part{Text{Template: s, Encoding: ASCII}} }

// Which frame a sign takes.
func TestFrames(t *testing.T) {
	o := &Opts{Units: []int{1, 2}, Frames: map[string][]Part{
		FrameShow: word("show {number}"), FrameFlash: word("flash {number}"), FrameClear: word("clear"),
		FrameBright: {Hex{Bytes: []byte("B")}, Bright{Form: Form{Size: 1, As: AsDec}, Max: 8}}, devices.SignPaused: word("paused {window}"),
	}}
	far(t, o, "", func(d *Dev, heard func() string) {
		flash := called
		flash.Flash = time.Now().Add(time.Second)
		bright := called
		bright.Bright = 50
		for _, c := range []struct {
			s    devices.Sign
			want string
		}{
			{called, "show A037|"}, {flash, "flash A037|"}, {bright, "B4|show A037|"}, {devices.Sign{}, "clear|"},
			{devices.Sign{State: devices.SignPaused, Window: "3"}, "paused 3|"}, {devices.Sign{State: devices.SignOpen}, "show |"},
		} {
			if err := d.Show(context.Background(), 1, c.s); err != nil {
				t.Fatal(err)
			}
			if got := heard(); got != c.want {
				t.Errorf("%+v: %q, want %q", c.s, got, c.want)
			}
		}
		begun := time.Now()
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
		if got := heard(); got != "clear|clear|" {
			t.Errorf("at the end: %q", got)
		}
		if took := time.Since(begun); took < 20*time.Millisecond {
			t.Errorf("no silence between frames: %s", took)
		}
		if err := d.Show(context.Background(), 3, called); err == nil || !strings.Contains(err.Error(), "no unit 3") {
			t.Errorf("another unit: %v", err)
		}
	})
}

// A display that answers is waited for; another answer, another unit's and none
// are errors.
func TestAnswers(t *testing.T) {
	p, err := ParsePattern("A5 @@ 06 5A")
	if err != nil {
		t.Fatal(err)
	}
	for answer, want := range map[string]error{
		"00 FF A5 01 06 5A": nil, "A5 01 15 5A": ErrGarbled, "A5 02 06 5A": ErrGarbled, "A5 01 06": ErrGarbled, "": ErrNoAnswer,
	} {
		o := &Opts{Units: []int{1}, Frames: map[string][]Part{FrameShow: word("x")}, Answer: p}
		far(t, o, answer, func(d *Dev, _ func() string) {
			begun := time.Now()
			err := d.Show(context.Background(), 1, called)
			if !errors.Is(err, want) || (want == nil) != (err == nil) {
				t.Errorf("%q: %v, want %v", answer, err, want)
			}
			if took := time.Since(begun); want != nil && took != 300*time.Millisecond {
				t.Errorf("%q: after %s", answer, took)
			}
		})
	}
	far(t, &Opts{Units: []int{1}, Frames: map[string][]Part{FrameShow: word("x")}, Answer: p}, "", func(d *Dev, _ func() string) {
		d.heard <- unhex(t, "A5 01 06 5A") // of the frame before
		if err := d.Show(context.Background(), 1, called); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("an old answer: %v, want none", err)
		}
	})
	far(t, &Opts{Frames: map[string][]Part{FrameShow: word("x")}, Answer: p, Within: time.Hour}, "", func(d *Dev, _ func() string) {
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		held := make(chan error, 1)
		go func() { held <- d.Show(ctx, 0, called) }()
		synctest.Wait()
		second, end := context.WithTimeout(context.Background(), time.Millisecond)
		defer end()
		if err := d.Show(second, 0, called); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for its turn: %v", err)
		}
		if err := <-held; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for the answer: %v", err)
		}
	})
}
