package panel

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"image/color"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/simonvetter/modbus"

	"hallward/devices/sim/port"
)

func line(t testing.TB, protocol string, units int) *Line {
	t.Helper()
	l, err := New(protocol, units)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// says feeds bytes to a line and gives what it answers.
func says(l *Line, b []byte) []byte {
	var out bytes.Buffer
	l.plug(&out)
	l.hear(b)
	l.plug(nil)
	return out.Bytes()
}

// The exchanges of the documents; 11 is hexadecimal.
func TestGoldenFrames(t *testing.T) {
	for _, c := range []struct{ name, protocol, in, out string }{
		{"read 3 registers from 6B on, which are not there", Modbus, "11 03 00 6B 00 03 76 87", "11 83 02 C1 34"},
		{"write register 1", Modbus, "11 06 00 01 00 03 9A 9B", "11 06 00 01 00 03 9A 9B"},
		{"write 2 registers", Modbus, "11 10 00 01 00 02 04 00 0A 01 02 C6 F0", "11 10 00 01 00 02 12 98"},
		{"another function", Modbus, "11 04 00 08 00 01 B2 98", "11 84 01 83 05"},
		{"wrong CRC", Modbus, "11 06 00 01 00 03 9A 9C", ""},
		{"behind noise", Modbus, "00 11 06 00 FF 11 06 00 01 00 03 9A 9B", "11 06 00 01 00 03 9A 9B"},
		{"four bytes", Four, "05 00 25 2A", ""},
		{"a strip", Strip, "A5 03 04 41 30 30 31 77 5A", "A5 03 06 5A"},
		{"a strip, wrong sum", Strip, "A5 03 04 41 30 30 31 78 5A", "A5 03 15 5A"},
		// 奪 is 8A 5A and 哎 is B0 A5: bytes that the frame keeps for itself.
		{"a strip, escapes", Strip, "A5 03 04 8A AA 0A B0 AA 05 C2 5A", "A5 03 06 5A"},
		{"a strip, a frame within a frame", Strip, "A5 03 04 41 A5 03 01 41 43 5A", "A5 03 06 5A"},
	} {
		l := line(t, c.protocol, 20)
		if got := says(l, unhex(t, c.in)); !bytes.Equal(got, unhex(t, c.out)) {
			t.Errorf("%s: % X, want %s", c.name, got, c.out)
		}
		s := l.State()
		switch c.name {
		case "four bytes":
			if s.Units[4].Number != "   37" {
				t.Errorf("%s: %+v", c.name, s.Units[4])
			}
		case "a strip":
			if s.Units[2].Text != "A001" {
				t.Errorf("%s: %+v", c.name, s.Units[2])
			}
		case "a strip, escapes":
			if s.Units[2].Text != "奪哎" {
				t.Errorf("%s: %+v", c.name, s.Units[2])
			}
		case "behind noise":
			if s.Lost != 5 {
				t.Errorf("%s: %d bytes lost", c.name, s.Lost)
			}
		}
	}
}

// A client of somebody else writes and reads a panel as its manual says.
func TestSimonvetterClient(t *testing.T) {
	l := line(t, Modbus, 9)
	on, err := port.ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, on) }()
	defer func() { stop(); <-done }()
	c, err := modbus.NewClient(&modbus.ClientConfiguration{URL: "rtuovertcp://" + strings.TrimPrefix(on.Spec(), "tcp:"), Speed: 9600, Timeout: 30 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(c.Open(), c.SetUnitId(7)); err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := errors.Join(c.WriteRegisters(0, []uint16{0xFFFF, 0xF001, 0xFFF3, 12, 1, 4}), c.WriteRegister(8, 0xC7EB)); err != nil {
		t.Fatal(err)
	}
	got, err := c.ReadRegisters(0, 6, modbus.HOLDING_REGISTER)
	if err != nil || got[1] != 0xF001 || got[5] != 4 {
		t.Errorf("%04X, %v", got, err)
	}
	if err := c.WriteRegister(5, 9); err != modbus.ErrIllegalDataValue {
		t.Errorf("brightness 9: %v", err)
	}
	if err := c.WriteRegister(19, 1); err != modbus.ErrIllegalDataAddress {
		t.Errorf("register 19: %v", err)
	}
	if _, err := c.ReadCoil(0); err != modbus.ErrIllegalFunction {
		t.Errorf("a coil: %v", err)
	}
	u := l.State().Units[6]
	if u.Number != "     001" || u.Window != "   3" || u.Waiting != 12 || !u.Blink || u.Bright != 4 || u.Text != "请" || u.Frames != 6 {
		t.Errorf("%+v", u)
	}
	if err := c.WriteRegisters(16, []uint16{0x773F, 0x3F06, 0}); err != nil {
		t.Fatal(err)
	}
	if u := l.State().Units[6]; u.Number != "A001  " {
		t.Errorf("segments read %q", u.Number)
	}
}

func TestBroadcastAndStrangers(t *testing.T) {
	l := line(t, Modbus, 2)
	if got := says(l, seal([]byte{0, writeOne, 0, 3, 0, 5})); len(got) != 0 {
		t.Errorf("somebody answered a broadcast: % X", got)
	}
	if got := says(l, seal([]byte{3, writeOne, 0, 3, 0, 6})); len(got) != 0 {
		t.Errorf("a unit that is not there answered % X", got)
	}
	if s := l.State(); s.Units[0].Waiting != 5 || s.Units[1].Waiting != 5 || s.Strange != 1 {
		t.Errorf("%+v", s)
	}
}

func TestSwitches(t *testing.T) {
	write := seal([]byte{1, writeOne, 0, 3, 0, 5})
	for name, want := range map[string]string{
		"off": "", "silent": "", "garble": "01 06 00 03 00 05 B9 96", "busy": "01 86 06 C2 62",
		"noise": "00 FF 01 7F 01 06 00 03 00 05 B9 C9", "echo": "01 06 00 03 00 05 B9 C9 01 06 00 03 00 05 B9 C9", "another": "41 06 00 03 00 05 B7 09",
	} {
		l := line(t, Modbus, 1)
		if err := l.Set(name, true); err != nil {
			t.Fatal(err)
		}
		got := says(l, write)
		if !bytes.Equal(got, unhex(t, want)) {
			t.Errorf("%s: % X, want %s", name, got, want)
		}
	}
	l := line(t, "", 1)
	says(l, write)
	if err := errors.Join(l.Set("off", true), l.Set("off", false)); err != nil {
		t.Fatal(err)
	}
	if u := l.State().Units[0]; u.Waiting != 0 || strings.TrimSpace(u.Number) != "" {
		t.Errorf("after power: %+v", u)
	}
	if err := l.Set("fire", true); err == nil {
		t.Error("an unknown switch was set")
	}
	for _, c := range []struct {
		protocol string
		units    int
	}{{"profibus", 1}, {Modbus, 0}, {Modbus, 248}} {
		if _, err := New(c.protocol, c.units); err == nil {
			t.Errorf("%+v was taken", c)
		}
	}
}

// A slow panel answers when nobody waits any more.
func TestSlow(t *testing.T) {
	l := line(t, Modbus, 1)
	if err := l.Set("slow", true); err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	done := make(chan error, 1)
	go func() { done <- l.Serve(t.Context(), near) }()
	if _, err := far.Write(seal([]byte{1, writeOne, 0, 3, 0, 5})); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if _, err := io.ReadFull(far, make([]byte, 8)); err != nil || time.Since(begun) < 900*time.Millisecond {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
	far.Close()
	<-done
}

// Any bytes, in any pieces: the same units show the same, and little is kept.
func FuzzHear(f *testing.F) {
	f.Add(seal([]byte{1, writeMany, 0, 0, 0, 1, 2, 0, 5}), 3, 0)
	f.Add([]byte{1, 0, 37, 38, 1, 0, 37}, 1, 1)
	f.Add([]byte{0xA5, 1, 1, 0x41, 0x41, 0x5A, 0xA5, 0xAA}, 2, 2)
	f.Fuzz(func(t *testing.T, b []byte, step, protocol int) {
		p := Protocols[(protocol&0xFF)%len(Protocols)]
		step = 1 + step&7
		whole, pieces := line(t, p, 3), line(t, p, 3)
		whole.hear(b)
		for at := 0; at < len(b); at += step {
			pieces.hear(b[at:min(at+step, len(b))])
			if len(pieces.in) > 1024 {
				t.Fatalf("%d bytes are kept", len(pieces.in))
			}
		}
		for i := range whole.units {
			a, b := whole.State().Units[i], pieces.State().Units[i]
			if a != b {
				t.Errorf("%s: at once %+v, in pieces %+v", p, a, b)
			}
		}
	})
}

// A lit segment is bright, a dark one is still to be seen.
func TestPicture(t *testing.T) {
	l := line(t, Modbus, 1)
	says(l, seal([]byte{1, writeMany, 0, 0, 0, 2, 4, 0xFF, 0xFF, 0xFF, 0xF8}))
	img := l.Picture(1, nil)
	at := func(digit, segment int) color.Color {
		box := segmentBoxes[segment]
		x := edge + digit*(digitW+space)
		return img.At(x+(box.Min.X+box.Max.X)/2, edge+(box.Min.Y+box.Max.Y)/2)
	}
	for segment := range segmentBoxes {
		if at(7, segment) == color.Color(faint) || at(6, segment) != color.Color(faint) {
			t.Errorf("segment %d: %v lit, %v dark", segment, at(7, segment), at(6, segment))
		}
	}
	if err := l.Set("off", true); err != nil {
		t.Fatal(err)
	}
	img = l.Picture(1, nil)
	if at(7, 0) != color.Color(faint) {
		t.Error("a digit is lit without power")
	}
	if b := l.Picture(2, nil).Bounds(); b.Dx() != 1 {
		t.Errorf("a unit that is not there: %v", b)
	}
}
