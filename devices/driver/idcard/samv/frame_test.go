package samv

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
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

// The commands as the manuals print them.
func TestGoldenCommands(t *testing.T) {
	for _, c := range []struct {
		cmd  command
		want string
	}{
		{reset, "AA AA AA 96 69 00 03 10 FF EC"},
		{status, "AA AA AA 96 69 00 03 11 FF ED"},
		{number, "AA AA AA 96 69 00 03 12 FF EE"},
		{find, "AA AA AA 96 69 00 03 20 01 22"},
		{choose, "AA AA AA 96 69 00 03 20 02 21"},
		{read, "AA AA AA 96 69 00 03 30 01 32"},
		{probe, "AA AA AA 96 69 00 03 30 03 30"},
	} {
		if got := encode(c.cmd.code, c.cmd.parameter); !bytes.Equal(got, unhex(t, c.want)) {
			t.Errorf("%s: % X, want %s", c.cmd.name, got, c.want)
		}
		if c.cmd.code == 0x30 && c.cmd.parameter == 0x10 {
			t.Errorf("%s asks for fingerprints", c.cmd.name)
		}
	}
}

// An answer with fingerprints is no answer to what was asked.
func TestAnswersToRead(t *testing.T) {
	for size, want := range map[int]bool{4 + 256 + 1024: true, 6 + 256 + 1024: false, 6 + 256 + 1024 + 512: false, 6 + 256 + 1024 + 1024: false, 4 + 256: false, 0: false} {
		if read.answer(swDone, size) != want || read.answer(swFound, size) {
			t.Errorf("%d bytes: %v, want %v", size, !want, want)
		}
	}
}

// decode gives what a decoder finds in pieces of a stream.
func decode(keep int, pieces ...[]byte) (found []string, drops uint64) {
	d := Decoder{Keep: keep}
	for _, p := range pieces {
		d.Feed(p, func(a Answer) { found = append(found, fmt.Sprintf("%02X %d %X", a.SW3, a.Size, a.Data)) })
	}
	d.Gap()
	return found, d.Drops
}

func TestGoldenAnswers(t *testing.T) {
	for _, c := range []struct{ frame, want string }{
		{"AA AA AA 96 69 00 04 00 00 90 94", "90 0 "},
		{"AA AA AA 96 69 00 08 00 00 9F 00 00 00 00 97", "9F 4 0000"},
		{"AA AA AA 96 69 00 04 00 00 80 84", "80 0 "},
		{"AA AA AA 96 69 00 0C 00 00 90 00 00 00 00 00 00 00 00 9C", "90 8 0000"},
		{"AA AA AA 96 69 00 04 00 00 81 85", "81 0 "},
		{"AA AA AA 96 69 00 04 00 00 41 45", "41 0 "},
		{"AA AA AA 96 69 00 04 00 00 91 95", "91 0 "},
		{"AA AA AA 96 69 00 04 00 00 31 35", "31 0 "},
		{"AA 00 AA AA 96 69 00 04 00 00 90 94", "90 0 "}, // a stray 00, as in the field
		{"AA 00 AA 00 AA 96 69 00 04 00 00 90 94", "90 0 "},
		{"AA AA AA AA AA 96 69 00 04 00 00 90 94", "90 0 "},
	} {
		found, drops := decode(2, unhex(t, c.frame))
		if len(found) != 1 || found[0] != c.want || drops > 2 {
			t.Errorf("%s: %q with %d drops, want %q", c.frame, found, drops, c.want)
		}
	}
}

func TestBrokenAnswers(t *testing.T) {
	for name, frame := range map[string]string{
		"wrong XOR":        "AA AA AA 96 69 00 04 00 00 90 95",
		"too short":        "AA AA AA 96 69 00 03 00 90 93",
		"too long":         "AA AA AA 96 69 09 0B 00 00 90 94",
		"SW1 is not 00":    "AA AA AA 96 69 00 04 01 00 90 95",
		"two AA only":      "00 AA AA 96 69 00 04 00 00 90 94",
		"cut off":          "AA AA AA 96 69 00 08 00 00 9F 00",
		"many stray zeros": "AA 00 00 00 00 AA AA 96 69 00 04 00 00 90 94",
	} {
		b := unhex(t, frame)
		if found, drops := decode(8, b); len(found) != 0 || drops != uint64(len(b)) {
			t.Errorf("%s: found %q, %d drops of %d bytes", name, found, drops, len(b))
		}
	}
}

var good = []byte{0xAA, 0xAA, 0xAA, 0x96, 0x69, 0, 4, 0, 0, 0x91, 0x95}

// S20: how the stream is cut makes no difference.
func TestSplitInvariance(t *testing.T) {
	card := cardAnswer(t)
	rapid.Check(t, func(t *rapid.T) {
		var stream []byte
		for range rapid.IntRange(1, 6).Draw(t, "parts") {
			switch rapid.IntRange(0, 3).Draw(t, "part") {
			case 0:
				stream = append(stream, good...)
			case 1:
				stream = append(stream, card...)
			case 2:
				stream = append(stream, card[:rapid.IntRange(0, len(card)).Draw(t, "cut")]...)
			default:
				stream = append(stream, rapid.SliceOfN(rapid.SampledFrom([]byte{0, 0xAA, 0x96, 0x69, 5, 8}), 0, 40).Draw(t, "noise")...)
			}
		}
		whole, drops := decode(260, stream)
		var pieces [][]byte
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
			pieces, rest = append(pieces, rest[:n]), rest[n:]
		}
		cut, cutDrops := decode(260, pieces...)
		if fmt.Sprint(whole) != fmt.Sprint(cut) || drops != cutDrops {
			t.Fatalf("%d and %d drops\n%q\n%q", drops, cutDrops, whole, cut)
		}
	})
}

// S20: after garbage, also a frame that was cut off anywhere, the next good
// frame is found: none is lost with it.
func TestResync(t *testing.T) {
	card := cardAnswer(t)
	for cut := range card {
		found, drops := decode(4, card[:cut], good)
		if len(found) != 1 || found[0] != "91 0 " || drops != uint64(cut) {
			t.Fatalf("after %d bytes of a frame: %q, %d drops", cut, found, drops)
		}
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		noise := make([]byte, r.IntN(3000))
		for i := range noise {
			noise[i] = []byte{0, 0xAA, 0x96, 0x69, byte(r.Uint32())}[r.IntN(5)]
		}
		found, _ := decode(4, noise, good)
		if len(found) == 0 || found[len(found)-1] != "91 0 " {
			t.Fatalf("not found after % X", noise)
		}
	}
}

// The photo is let go byte by byte, and what was kept is wiped.
func TestNothingIsKept(t *testing.T) {
	card := cardAnswer(t)
	for i := 5 + 2 + 3 + 4 + textSize; i < len(card)-1; i++ {
		card[i] = 0x5A // the photo
	}
	card[len(card)-1] = xor(card[5 : len(card)-1])
	d := Decoder{Keep: 4 + textSize}
	var kept []byte
	d.Feed(card, func(a Answer) {
		if a.Size != 4+textSize+photoSize || len(a.Data) != 4+textSize || bytes.IndexByte(a.Data, 0x5A) >= 0 {
			t.Errorf("%d bytes of %d are kept", len(a.Data), a.Size)
		}
		kept = a.Data[:cap(a.Data)]
	})
	if len(kept) == 0 || bytes.Trim(kept, "\x00") != nil {
		t.Errorf("kept after use: % X", kept)
	}
	d.Feed(card[:200], func(Answer) {})
	kept = d.begun[0].data
	d.Gap()
	if len(kept) == 0 || bytes.Trim(kept, "\x00") != nil {
		t.Error("a frame that was cut off is still in memory")
	}
}

// Any bytes give no panic, no growth and no drop that was not fed.
func FuzzDecoder(f *testing.F) {
	f.Add(good, 3)
	f.Add(append([]byte{0xAA, 0, 0xAA, 0xAA, 0x96, 0x69, 9, 0x0A, 0, 0, 0x90}, good...), 1)
	f.Add(bytes.Repeat(preamble[:], 20), 2)
	f.Fuzz(func(t *testing.T, b []byte, step int) {
		step = 1 + step&15
		d := Decoder{Keep: 8}
		frames := 0
		for i := 0; i < len(b); i += step {
			d.Feed(b[i:min(len(b), i+step)], func(a Answer) {
				frames++
				if len(a.Data) > 8 || len(a.Data) > a.Size || a.Size > maxLength {
					t.Errorf("%d bytes of %d are kept", len(a.Data), a.Size)
				}
			})
			if len(d.begun) > mostBegun {
				t.Fatalf("%d frames have begun", len(d.begun))
			}
		}
		d.Gap()
		if d.Pending() || d.Drops+uint64(frames)*(headSize+minLength) > uint64(len(b)) {
			t.Errorf("%d drops and %d frames of %d bytes", d.Drops, frames, len(b))
		}
		whole, _ := decode(8, b)
		if len(whole) != frames {
			t.Errorf("%d frames at once, %d in pieces of %d", len(whole), frames, step)
		}
	})
}
