package onbon

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// golden are frames that others have written: the maker's document (v1.4, its
// examples 1, 3 and 5; 8.5, 8.7, 8.10, 8.18), an independent implementation, and a
// capture in the field. Between the eight A5 and the 5A.
var golden = []struct {
	name  string
	frame Frame
	data  string
	wire  string
}{
	{"ping", Frame{To: 1, From: host}, "A2 00 01 00 00",
		"01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A2 00 01 00 00 68 F8"},
	{"status", Frame{To: 1, From: host}, "A1 02 01 00 00",
		"01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A1 02 01 00 00 2D 40"},
	{"clear", Frame{To: 1, From: host}, "A3 10 01 00 00",
		"01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A3 10 01 00 00 51 F8"},
	{"format, which erases the fonts", Frame{To: 1, From: host}, "A1 00 01 00 00",
		"01 00 00 80 00 00 00 00 00 00 FE 02 05 00 A1 00 01 00 00 2C F8"},
	{"lock a program", Frame{To: 1, From: host}, "A3 04 01 00 00 00 01 50 30 30 30",
		"01 00 00 80 00 00 00 00 00 00 FE 02 0B 00 A3 04 01 00 00 00 01 50 30 30 30 C2 40"},
	{"set the time", Frame{To: 1, From: host}, "A2 03 01 08 00 13 20 01 25 11 17 26 05",
		"01 00 00 80 00 00 00 00 00 00 FE 02 0D 00 A2 03 01 08 00 13 20 01 25 11 17 26 05 B0 3F"},
	{"ack", Frame{To: host, From: Anybody}, "A0 00 00 00 00",
		"00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 00 00 00 00 14 AC"},
	{"nack: checksum", Frame{To: host, From: Anybody}, "A0 01 05 00 00",
		"00 80 FE FF 00 00 00 00 00 00 FE 02 05 00 A0 01 05 00 00 05 51"},
	{"欢迎光临", Frame{To: Anybody, From: host}, welcome,
		"FE FF 00 80 00 00 00 00 00 00 FE 02 2C 00 " + welcome + " 3C 49"},
	{"text of another implementation", Frame{To: 1, From: host}, ticker,
		"01 00 00 80 00 00 00 00 00 00 FE 02 32 00 " + ticker + " A8 7D"},
	{"capture with a font and a hanzi", Frame{To: 1, From: host}, temper,
		"01 00 00 80 00 00 00 00 00 00 FE 02 35 00 " + temper + " 82 DA"},
}

const (
	welcome = "A3 06 01 00 00 00 01 23 00 00 00 80 00 00 80 80 20 00 00 00 00 0A 00 00 00 00 02 01 01 00 02 0A 08 00 00 00 BB B6 D3 AD B9 E2 C1 D9"
	ticker  = "A3 06 01 2D 00 00 01 29 00 00 00 00 00 00 18 00 20 00 00 00 00 02 00 00 00 00 02 02 03 00 04 05 0E 00 00 00 30 31 32 33 34 35 51 52 53 54 54 56 27 42"
	temper  = "A3 06 02 00 00 00 01 2C 00 00 00 00 0C 00 40 00 0C 00 01 0A 01 02 00 00 00 00 01 01 01 00 17 02 11 00 00 00 5C 46 4F 30 30 30 54 45 4D 50 45 52 3A 32 31 A1 E6"
)

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		g.frame.Data = unhex(t, g.data)
		want := append(append(bytes.Repeat([]byte{mark}, 8), escaped(unhex(t, g.wire))...), end)
		got, err := Encode(g.frame)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %v\n% X, want\n% X", g.name, err, got, want)
		}
		var d Decoder
		var frames []Frame
		d.Feed(append([]byte{0x00, 0x7F, mark}, want...), func(f Frame) { frames = append(frames, f) })
		if len(frames) != 1 || frames[0].To != g.frame.To || frames[0].From != g.frame.From || !bytes.Equal(frames[0].Data, g.frame.Data) || d.Drops() != 2 {
			t.Errorf("%s: read as %+v with %d drops", g.name, frames, d.Drops())
		}
	}
}

// escaped writes the four bytes that have a meaning; none of the golden frames
// above has one, except by chance in a checksum.
func escaped(b []byte) []byte {
	r := strings.NewReplacer("\xA5", "\xA6\x02", "\xA6", "\xA6\x01", "\x5A", "\x5B\x02", "\x5B", "\x5B\x01")
	return []byte(r.Replace(string(b)))
}

// A copy of the text frame that stands on a web page with another width and the
// old checksum is no frame; nor is any golden frame with one bit changed.
func TestWrongFrames(t *testing.T) {
	wrong := strings.Replace(golden[9].wire, "18 00 20 00", "80 00 20 00", 1)
	if wrong == golden[9].wire {
		t.Fatal("the wrong frame is the right one")
	}
	if frames, _ := feed(unhex(t, wrong)); len(frames) != 0 {
		t.Errorf("a frame with a wrong checksum was read: %+v", frames)
	}
	for _, g := range golden {
		b := unhex(t, g.wire)
		for bit := range len(b) * 8 {
			b[bit/8] ^= 1 << (bit % 8)
			if frames, _ := feed(b); len(frames) != 0 {
				t.Errorf("%s with bit %d changed was read: %+v", g.name, bit, frames)
			}
			b[bit/8] ^= 1 << (bit % 8)
		}
	}
}

// feed decodes what stands between the marks.
func feed(body []byte) (frames []Frame, drops uint64) {
	var d Decoder
	d.Feed(append(append([]byte{mark}, escaped(body)...), end), func(f Frame) { frames = append(frames, f) })
	return frames, d.Drops()
}

// A checksum of FF FF is "not calculated": the frame is told apart, and whoever
// has such a card says so.
func TestUncheckedFrame(t *testing.T) {
	b := unhex(t, golden[6].wire)
	b[len(b)-2], b[len(b)-1] = 0xFF, 0xFF
	frames, _ := feed(b)
	if len(frames) != 1 || !frames[0].Unchecked {
		t.Errorf("%+v", frames)
	}
}

// Any data comes back as it was, in any portions, also between noise, and none
// of the marks stands inside.
func TestFramesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := Frame{
			To: rapid.Uint16().Draw(t, "to"), From: rapid.Uint16().Draw(t, "from"), Overlay: rapid.Bool().Draw(t, "overlay"),
			Data: rapid.SliceOfN(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{mark, escMark, end, escEnd})), 0, MaxData).Draw(t, "data"),
		}
		b, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if i := bytes.IndexAny(b[leaders:len(b)-1], "\xA5\x5A"); bytes.IndexByte(b[leaders:len(b)-1], mark) >= 0 || bytes.IndexByte(b[leaders:len(b)-1], end) >= 0 {
			t.Fatalf("a mark at %d", i)
		}
		noise := rapid.SliceOf(rapid.Byte()).Draw(t, "noise")
		stream := append(append([]byte{}, noise...), b...)
		var d Decoder
		var last Frame
		n := 0
		for len(stream) > 0 {
			k := rapid.IntRange(1, len(stream)).Draw(t, "portion")
			d.Feed(stream[:k], func(f Frame) { last, n = f, n+1 })
			stream = stream[k:]
		}
		if n == 0 || last.To != f.To || last.From != f.From || last.Overlay != f.Overlay || !bytes.Equal(last.Data, f.Data) {
			t.Fatalf("read %d frames, the last %+v", n, last)
		}
	})
}

func TestTooLong(t *testing.T) {
	if _, err := Encode(Frame{Data: make([]byte, MaxData+1)}); err == nil {
		t.Error("a frame that the card cannot keep was made")
	}
}

// Bytes of any kind give frames that are right, and never a growing buffer.
func FuzzDecoder(f *testing.F) {
	for _, g := range golden {
		f.Add(append(append([]byte{mark}, escaped(unhex(f, g.wire))...), end), 3)
	}
	f.Add([]byte{mark, escMark, 3, mark, escEnd, end, end}, 1)
	f.Fuzz(func(t *testing.T, b []byte, portion int) {
		portion = 1 + portion&15
		var d Decoder
		for i := 0; i < len(b); i += portion {
			d.Feed(b[i:min(len(b), i+portion)], func(f Frame) {
				if f.Unchecked || len(f.Data) > MaxData {
					return
				}
				back, err := Encode(f)
				if err != nil || len(back) < leaders+headerLen {
					t.Fatalf("%+v: %v", f, err)
				}
			})
			if len(d.body) > maxFrame {
				t.Fatalf("%d bytes are kept", len(d.body))
			}
		}
		if d.Drops() > uint64(2*len(b)) {
			t.Fatalf("%d drops of %d bytes", d.Drops(), len(b))
		}
	})
}
