package ff68

import (
	"bytes"
	"encoding/hex"
	"reflect"
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

// golden frames of JackQChen/QueueSystem@50f57ba.
var golden = []struct {
	name  string
	frame Frame
	bytes string
}{
	{"beep", Frame{1, 0x03, nil}, "FF 68 02 02 68 01 03 04 16"},
	{"start evaluation", Frame{1, 0x01, []byte{0x0B}}, "FF 68 03 03 68 01 01 0B 0D 16"},
	{"stars", Frame{1, 0x02, []byte{5}}, "FF 68 03 03 68 01 02 05 08 16"},
	{"ticket 037", Frame{1, 0x02, []byte{0x0A, 0x0A, 0x0A, 0, 3, 7}}, "FF 68 08 08 68 01 02 0A 0A 0A 00 03 07 2B 16"},
	{"waiting 012", Frame{1, 0x02, []byte{0, 1, 2, 0x0A, 0x0A, 0x0A}}, "FF 68 08 08 68 01 02 00 01 02 0A 0A 0A 24 16"},
	{"key call", Frame{1, 0x01, []byte{0x0C}}, "FF 68 03 03 68 01 01 0C 0E 16"},
	{"result 0", Frame{1, 0x11, []byte{0}}, "FF 68 03 03 68 01 11 00 12 16"},
	{"result 1", Frame{1, 0x11, []byte{1}}, "FF 68 03 03 68 01 11 01 13 16"},
	{"result 2", Frame{1, 0x11, []byte{2}}, "FF 68 03 03 68 01 11 02 14 16"},
	{"result 3", Frame{1, 0x11, []byte{3}}, "FF 68 03 03 68 01 11 03 15 16"},
	{"ack of result 3", Frame{1, 0x01, []byte{3}}, "FF 68 03 03 68 01 01 03 05 16"},
}

func TestGoldenFrames(t *testing.T) {
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			want := unhex(t, g.bytes)
			got, err := Encode(g.frame)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("Encode = % X, %v, want % X", got, err, want)
			}
			frames, drops := decode(want)
			if len(frames) != 1 || drops != 0 || !same(frames[0], g.frame) {
				t.Errorf("decoded %v with %d drops, want %v", frames, drops, g.frame)
			}
		})
	}
}

func TestEncodeRefusesTooMuchData(t *testing.T) {
	if _, err := Encode(Frame{Data: make([]byte, MaxData+1)}); err == nil {
		t.Error("no error")
	}
	if _, err := Encode(Frame{Data: make([]byte, MaxData)}); err != nil {
		t.Error(err)
	}
}

// A frame with one wrong byte is no frame, and the next good one is found.
func TestEveryDamagedByteIsDropped(t *testing.T) {
	good := unhex(t, "FF 68 03 03 68 01 11 03 15 16")
	next := unhex(t, "FF 68 03 03 68 02 01 0C 0F 16")
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x40
		var d Decoder
		var got []Frame
		d.Feed(append(bad, next...), func(f Frame) { got = append(got, f) })
		d.Gap(func(f Frame) { got = append(got, f) })
		if len(got) != 1 || got[0].Addr != 2 || d.Drops != uint64(len(bad)) {
			t.Errorf("byte %d damaged: frames %v, %d dropped", i, got, d.Drops)
		}
	}
}

// A damaged length swallows nothing: the frames inside are found when the
// line falls silent at the latest.
func TestFramesInsideABrokenOne(t *testing.T) {
	var d Decoder
	var got []Frame
	found := func(f Frame) { got = append(got, f) }
	d.Feed(unhex(t, "FF 68 20 20 68"+"FF 68 03 03 68 01 01 0C 0E 16"), found)
	if len(got) != 0 || !d.Pending() {
		t.Fatalf("found %v before the length was known to be wrong", got)
	}
	d.Gap(found)
	if len(got) != 1 || got[0].Data[0] != 0x0C || d.Drops != 5 || d.Pending() {
		t.Errorf("found %v, %d dropped", got, d.Drops)
	}
}

func decode(p []byte) (frames []Frame, drops uint64) {
	var d Decoder
	d.Feed(p, func(f Frame) { frames = append(frames, f) })
	d.Gap(func(f Frame) { frames = append(frames, f) })
	return frames, d.Drops
}

func same(a, b Frame) bool {
	return a.Addr == b.Addr && a.Func == b.Func && bytes.Equal(a.Data, b.Data)
}

func anyFrame(t *rapid.T) Frame {
	return Frame{
		Addr: rapid.Byte().Draw(t, "addr"),
		Func: rapid.Byte().Draw(t, "func"),
		Data: rapid.SliceOfN(rapid.Byte(), 0, MaxData).Draw(t, "data"),
	}
}

// Property: what was encoded is decoded, behind garbage that holds no start.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFrame(t)
		b, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		noise := rapid.SliceOfN(rapid.ByteMax(0xFE), 0, 40).Draw(t, "noise")
		frames, drops := decode(append(noise, b...))
		if len(frames) != 1 || !same(frames[0], f) || drops != uint64(len(noise)) {
			t.Fatalf("got %v, %d dropped of %d", frames, drops, len(noise))
		}
	})
}

// bytewise decodes as decode does, one byte at a time.
func bytewise(p []byte) (frames []Frame, drops uint64) {
	var d Decoder
	found := func(f Frame) { frames = append(frames, f) }
	for i := range p {
		d.Feed(p[i:i+1], found)
	}
	d.Gap(found)
	return frames, d.Drops
}

// S20: no panic, nothing held, and the cuts of the stream make no difference.
func FuzzDecoder(f *testing.F) {
	for _, g := range golden {
		f.Add(unhex(f, g.bytes))
	}
	f.Add(unhex(f, "FF 68 20 20 68 FF 68 03 03 68 01 01 0C 0E 16"))
	f.Add(unhex(f, "FF FF 68 03 03 68 01 01 0C 0E 16 FF 68 FF"))
	f.Fuzz(func(t *testing.T, p []byte) {
		whole, drops := decode(p)
		pieces, dropped := bytewise(p)
		if !reflect.DeepEqual(whole, pieces) || drops != dropped {
			t.Fatalf("whole %v (%d dropped), bytewise %v (%d)", whole, drops, pieces, dropped)
		}
		used := drops
		for _, fr := range whole {
			b, err := Encode(fr)
			if err != nil || !bytes.Contains(p, b) {
				t.Fatalf("frame %v is not in the input: %v", fr, err)
			}
			used += uint64(len(b))
		}
		if used != uint64(len(p)) {
			t.Fatalf("%d bytes accounted for, want %d", used, len(p))
		}
	})
}
