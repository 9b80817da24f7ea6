package link

import (
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// event writes an input_event as a machine of 64 or 32 bits has it.
func event(size int, kind, code uint16, value int32) []byte {
	b := make([]byte, size)
	for i := range size - 8 {
		b[i] = 0xEE // the time
	}
	binary.NativeEndian.PutUint16(b[size-8:], kind)
	binary.NativeEndian.PutUint16(b[size-6:], code)
	binary.NativeEndian.PutUint32(b[size-4:], uint32(value))
	return b
}

// stroke is a key pressed and released, with the events between as the kernel
// sends them.
func stroke(size int, codes ...uint16) []byte {
	var b []byte
	for _, c := range codes {
		b = append(b, event(size, 4, 4, 458756)...) // the scan code
		b = append(b, event(size, evKey, c, keyPressed)...)
		b = append(b, event(size, evSyn, 0, 0)...)
		b = append(b, event(size, evKey, c, keyReleased)...)
		b = append(b, event(size, evSyn, 0, 0)...)
	}
	return b
}

func down(size int, c uint16) []byte { return event(size, evKey, c, keyPressed) }
func up(size int, c uint16) []byte   { return event(size, evKey, c, keyReleased) }

func TestEventSize(t *testing.T) {
	if want := int(2*unix.SizeofPtr) + 8; eventSize != want {
		t.Errorf("an event has %d bytes, want %d", eventSize, want)
	}
}

// What scanners type, on machines of either size.
func TestKeys(t *testing.T) {
	join := func(parts ...[]byte) (b []byte) {
		for _, p := range parts {
			b = append(b, p...)
		}
		return b
	}
	for _, size := range []int{24, 16} {
		s := func(codes ...uint16) []byte { return stroke(size, codes...) }
		shifted := func(code uint16) []byte { return join(down(size, 42), s(code), up(size, 42)) }
		for _, c := range []struct {
			name string
			in   []byte
			want string
		}{
			{"digits", s(2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 28), "1234567890\r"},
			{"letters", s(30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44), "abcdefghijklmnopqrstuvwxyz"},
			{"capitals", join(shifted(35), down(size, 54), s(17), up(size, 54), s(2)), "HW1"},
			{"an address", join(s(35, 20, 20, 25, 31), shifted(39), s(53, 53), s(23, 52), shifted(53), s(30, 13, 12), shifted(8), shifted(12), shifted(43), shifted(41)), "https://i.?a=-&_|~"},
			{"other marks", join(s(26, 27, 39, 40, 41, 43, 51, 57), shifted(26), shifted(27), shifted(40), shifted(51), shifted(52)), "[];'`\\, {}\"<>"},
			{"caps lock", join(s(58), s(30, 2), shifted(30), s(58), s(30)), "A1aa"},
			{"number pad", join(s(69), s(82, 79, 80, 81, 75, 76, 77, 71, 72, 73, 74, 78, 55, 98, 83, 96)), "0123456789-+*/.\r"},
			{"a key that is held", join(down(size, 30), event(size, evKey, 30, 2), event(size, evKey, 30, 2), up(size, 30)), "a"},
			{"Ctrl-J", join(down(size, 29), s(36), up(size, 29), s(36)), "\x00j"},
			{"Alt", join(down(size, 56), s(79), up(size, 56)), "\x00"},
			{"a function key", s(59), "\x00"},
			{"a mouse", join(event(size, 2, 0, 5), event(size, evSyn, 0, 0)), ""},
			{"events are lost", join(down(size, 42), event(size, evSyn, synDropped, 0), s(30)), "\x00a"},
		} {
			var k keyboard
			var got []byte
			for _, e := range parseEvents(c.in, size) {
				got = k.translate(got, e)
			}
			if string(got) != c.want {
				t.Errorf("%s, %d bytes an event: %q, want %q", c.name, size, got, c.want)
			}
		}
	}
}

// Every printable character of ASCII can be typed, by one key alone, and by the
// number pad.
func TestEveryCharacterHasAKey(t *testing.T) {
	seen := map[byte]bool{}
	for _, c := range usKeys {
		seen[c[0]], seen[c[1]] = true, true
	}
	for c := byte(' '); c <= '~'; c++ {
		if !seen[c] {
			t.Errorf("no key types %q", c)
		}
	}
}

// A FIFO stands in for the device: it can be polled and read like one. What it
// cannot do is be grabbed.
func TestInputLink(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event3")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "input:"+path); !errors.Is(err, unix.ENOTTY) || !strings.Contains(err.Error(), "input:"+path+": not an input device") {
		t.Errorf("what cannot be grabbed: %v", err)
	}
	l := openOn(t, "input:"+path+"?grab=no")
	if _, err := Open(t.Context(), "input:"+path+"?grab=no"); !errors.Is(err, ErrBusy) {
		t.Errorf("second open: %v, want busy", err)
	}
	begun := time.Now()
	if n, err := l.Read(make([]byte, 8)); n != 0 || !errors.Is(err, ErrTimeout) || time.Since(begun) < readWait/2 {
		t.Errorf("read with nothing typed: %d, %v after %s", n, err, time.Since(begun))
	}
	if _, err := device.Write(stroke(eventSize, 35, 17, 2, 28)); err != nil {
		t.Fatal(err)
	}
	got, err := readN(l, 4)
	if err != nil || string(got) != "hw1\r" {
		t.Errorf("typed %q, %v", got, err)
	}
	if _, err := l.Write([]byte("x")); err == nil {
		t.Error("a keyboard takes data")
	}
	if err := l.Drain(); err != nil {
		t.Error(err)
	}
	device.Close()
	for end := time.Now().Add(3 * time.Second); ; {
		_, err := l.Read(make([]byte, 8))
		if errors.Is(err, unix.ENODEV) {
			break
		}
		if !errors.Is(err, ErrTimeout) || time.Now().After(end) {
			t.Fatalf("read after it was unplugged: %v", err)
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if _, err := l.Read(make([]byte, 8)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

// A number pad's keys come as events: pressed, held and released.
func TestRawKeys(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event4")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	if _, err := OpenKeys("serial:/dev/ttyUSB0"); !errors.Is(err, ErrSpec) {
		t.Errorf("a serial port: %v", err)
	}
	if _, err := OpenKeys("input:pad"); !errors.Is(err, ErrSpec) {
		t.Errorf("no path: %v", err)
	}
	l, err := OpenKeys("input:" + path + "?grab=no")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, b := range [][]byte{stroke(eventSize, 96), down(eventSize, 300), event(eventSize, evKey, 300, 2),
		event(eventSize, evSyn, synDropped, 0), event(eventSize, evKey, 300, 9), event(eventSize, 2, 0, 1)} {
		if _, err := device.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	want := []KeyEvent{{96, KeyPressed}, {96, KeyReleased}, {300, KeyPressed}, {300, KeyHeld}, {0, KeysLost}}
	var got []KeyEvent
	var left []byte
	for len(got) < len(want) {
		b, err := readN(l, 1) // a reader may cut an event in pieces
		if err != nil {
			t.Fatalf("after %v: %v", got, err)
		}
		var events []KeyEvent
		events, left = ParseKeys(append(left, b...))
		got = append(got, events...)
	}
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	var again []byte
	for _, e := range want {
		again = e.Append(again)
	}
	if events, rest := ParseKeys(again); !slices.Equal(events, want) || len(rest) != 0 {
		t.Errorf("written and read: %v, % X", events, rest)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add(stroke(24, 35, 17, 2, 28))
	f.Add(event(24, evSyn, synDropped, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		var k keyboard
		var typed []byte
		events := parseEvents(b, 24)
		for _, e := range events {
			typed = k.translate(typed, e)
		}
		if len(events) != len(b)/24 || len(typed) > len(events) || len(k.held) > len(modifiers) {
			t.Errorf("%d bytes typed by %d events of %d bytes, %d keys held", len(typed), len(events), len(b), len(k.held))
		}
	})
}
