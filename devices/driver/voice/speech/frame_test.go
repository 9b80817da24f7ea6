package speech

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"
)

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The frames of the SYN6288 datasheet, and those of the XFS5152CE guide, which
// are the same without the last byte.
func TestGoldenFrames(t *testing.T) {
	gb := "D3 EE D2 F4 CC EC CF C2" // 宇音天下
	for _, g := range []struct {
		name, frame string
		model       Model
		command     byte
		data        string
	}{
		{"GB2312", "FD 00 0B 01 00 D3 EE D2 F4 CC EC CF C2 C1", SYN6288, cmdSpeak, "00" + gb},
		{"GBK", "FD 00 0B 01 01 D3 EE D2 F4 CC EC CF C2 C0", SYN6288, cmdSpeak, "01" + gb},
		{"BIG5", "FD 00 0B 01 02 A6 74 AD B5 A4 D1 A4 55 BB", SYN6288, cmdSpeak, "02 A6 74 AD B5 A4 D1 A4 55"},
		{"Unicode", "FD 00 0B 01 03 8B ED 97 F3 59 29 4E 0B C3", SYN6288, cmdSpeak, "03 8B ED 97 F3 59 29 4E 0B"},
		{"GBK with music 1", "FD 00 0B 01 09 D3 EE D2 F4 CC EC CF C2 C8", SYN6288, cmdSpeak, "09" + gb},
		{"GBK with music 15", "FD 00 0B 01 79 D3 EE D2 F4 CC EC CF C2 B8", SYN6288, cmdSpeak, "79" + gb},
		{"[v11]", "FD 00 08 01 01 5B 76 31 31 5D 85", SYN6288, cmdSpeak, "01" + hex.EncodeToString([]byte("[v11]"))},
		{"stop", "FD 00 02 02 FD", SYN6288, cmdStop, ""},
		{"pause", "FD 00 02 03 FC", SYN6288, 3, ""},
		{"resume", "FD 00 02 04 FB", SYN6288, 4, ""},
		{"status", "FD 00 02 21 DE", SYN6288, cmdStatus, ""},
		{"sleep", "FD 00 02 88 77", SYN6288, 0x88, ""},
		{"XFS status", "FD 00 01 21", XFS5152, cmdStatus, ""},
		{"XFS speak", "FD 00 0A 01 01 D3 EE D2 F4 CC EC CF C2", XFS5152, cmdSpeak, "01" + gb},
	} {
		if got, err := Encode(g.model, g.command, unhex(t, g.data)...); err != nil || !bytes.Equal(got, unhex(t, g.frame)) {
			t.Errorf("%s: % X, %v, want %s", g.name, got, err, g.frame)
		}
	}
	for baud, want := range map[int]string{9600: "FD 00 03 31 00 CF", 19200: "FD 00 03 31 01 CE", 38400: "FD 00 03 31 02 CD"} {
		if got, err := Encode(SYN6288, cmdBaud, speeds[baud]); err != nil || !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("%d: % X, %v", baud, got, err)
		}
	}
	if _, err := Encode(SYN6288, cmdSpeak, make([]byte, MaxText+2)...); err == nil {
		t.Error("more than a frame holds")
	}
	whole, err := Encode(SYN6288, cmdSpeak, make([]byte, MaxText+1)...)
	if err != nil || !slices.Equal(whole[:3], []byte{0xFD, 0, 203}) {
		t.Errorf("the longest frame: % X, %v", whole[:3], err)
	}
}
