package modbus

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
	"hallward/firmware-bridge/rtu"
)

var called = devices.Sign{
	State: devices.SignCalled, Number: "A001", Window: "3", Text: "请A001号到3号窗口", English: "A001 to window 3", Staff: "王样例", Waiting: 12,
}

// What stands in the registers, as panels' manuals print it.
func TestForms(t *testing.T) {
	empty := devices.Sign{State: devices.SignOpen}
	for _, c := range []struct {
		name string
		r    Register
		s    devices.Sign
		want []uint16
		err  string
	}{
		{"number as a value", Register{Of: OfNumber, As: AsValue, Words: 1}, called, []uint16{1}, ""},
		{"waiting as a value", Register{Of: OfWaiting, As: AsValue, Words: 1}, called, []uint16{12}, ""},
		{"a long value", Register{Of: OfNumber, As: AsValue, Words: 2}, devices.Sign{Number: "70000"}, []uint16{1, 4464}, ""},
		{"too much for one word", Register{Of: OfNumber, As: AsValue, Words: 1}, devices.Sign{Number: "70000"}, nil, "no room"},
		{"no number, as a value", Register{Of: OfNumber, As: AsValue, Words: 1, Fill: 0xFFFF}, empty, []uint16{0xFFFF}, ""},
		{"state", Register{Of: OfState, As: AsValue, Words: 1}, called, []uint16{4}, ""},
		{"dark", Register{Of: OfWaiting, As: AsValue, Words: 1, Fill: 999}, devices.Sign{}, []uint16{999}, ""},
		{"BCD", Register{Of: OfNumber, As: AsBCD, Words: 1}, called, []uint16{0x0001}, ""},
		{"BCD with dark places", Register{Of: OfNumber, As: AsBCD, Words: 2, Fill: 15}, called, []uint16{0xFFFF, 0xF001}, ""},
		{"BCD without a number", Register{Of: OfNumber, As: AsBCD, Words: 1, Fill: 10}, empty, []uint16{0xAAAA}, ""},
		{"five digits of BCD", Register{Of: OfNumber, As: AsBCD, Words: 1}, devices.Sign{Number: "12345"}, nil, "no room"},
		{"ASCII at the right", Register{Of: OfNumber, As: AsASCII, Words: 3}, called, []uint16{0x2020, 0x4130, 0x3031}, ""},
		{"ASCII at the left", Register{Of: OfNumber, As: AsASCII, Words: 3, Left: true}, called, []uint16{0x4130, 0x3031, 0x2020}, ""},
		{"ASCII too long", Register{Of: OfNumber, As: AsASCII, Words: 1}, called, nil, "no room"},
		{"hanzi in ASCII", Register{Of: OfWindow, As: AsASCII, Words: 1}, devices.Sign{Window: "综1"}, []uint16{0x3F31}, ""},
		{"GBK", Register{Of: OfStaff, As: AsGBK, Words: 4}, called, []uint16{0xCDF5, 0xD1F9, 0xC0FD, 0x2020}, ""},
		{"a hanzi is not cut in two", Register{Of: OfText, As: AsGBK, Words: 2}, devices.Sign{Text: "A请号"}, []uint16{0x41C7, 0xEB20}, ""},
		{"a sentence without room", Register{Of: OfText, As: AsGBK, Words: 6}, called, []uint16{0x4130, 0x3031, 0x2033, 0xBAC5, 0xB4B0, 0xBFDA}, ""},
		{"nor for the window", Register{Of: OfText, As: AsGBK, Words: 3}, called, []uint16{0x4130, 0x3031, 0x2020}, ""},
		{"no half of a number", Register{Of: OfText, As: AsGBK, Words: 1}, called, []uint16{0xC7EB}, ""},
		{"what GBK does not have", Register{Of: OfText, As: AsGBK, Words: 1}, devices.Sign{Text: "😀\n"}, []uint16{0x3F3F}, ""},
		{"segments", Register{Of: OfNumber, As: AsSegments, Words: 2}, called, []uint16{0x773F, 0x3F06}, ""},
		{"segments at the right", Register{Of: OfWindow, As: AsSegments, Words: 1}, called, []uint16{0x004F}, ""},
		{"a letter that seven segments do not have", Register{Of: OfNumber, As: AsSegments, Words: 1}, devices.Sign{Number: "w1"}, []uint16{0x4906}, ""},
		{"no number in segments", Register{Of: OfNumber, As: AsSegments, Words: 1}, empty, []uint16{0}, ""},
	} {
		if err := c.r.check(); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		got, err := c.r.encode(c.s)
		if c.err != "" {
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s: %04X, %v, want %q", c.name, got, err, c.err)
			}
			continue
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: %04X, %v, want %04X", c.name, got, err, c.want)
		}
	}
}

// Property: a number is shown whole or not at all, in every form.
func TestANumberIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{1,6}`).Draw(t, "digits")
		s := devices.Sign{Number: rapid.StringMatching(`[A-C]{0,2}`).Draw(t, "letters") + digits}
		words := rapid.IntRange(1, 3).Draw(t, "words")
		if got, err := (&Register{Of: OfNumber, As: AsBCD, Words: words, Fill: 15}).encode(s); err == nil {
			text := ""
			for _, w := range got {
				text += fmt.Sprintf("%04X", w)
			}
			if strings.TrimLeft(text, "F") != digits {
				t.Fatalf("%s in BCD is %s", s.Number, text)
			}
		} else if len(digits) <= 4*words {
			t.Fatalf("%s: %v", s.Number, err)
		}
		if got, err := (&Register{Of: OfNumber, As: AsASCII, Words: words}).encode(s); err == nil {
			text := ""
			for _, w := range got {
				text += string([]byte{byte(w >> 8), byte(w)})
			}
			if strings.TrimLeft(text, " ") != s.Number {
				t.Fatalf("%s in ASCII is %q", s.Number, text)
			}
		} else if len(s.Number) <= 2*words {
			t.Fatalf("%s: %v", s.Number, err)
		}
	})
}

func opts() *Opts {
	return &Opts{
		Units: []int{5, 6},
		Registers: []Register{
			{At: 0, Of: OfNumber, As: AsBCD, Words: 2, Fill: 15},
			{At: 2, Of: OfWindow, As: AsBCD, Fill: 15},
			{At: 8, Of: OfText, As: AsGBK, Words: 2},
		},
		Blink:  &Blink{At: 4, On: 1},
		Bright: &Bright{At: 5, Max: 8},
	}
}

func TestWrongSettings(t *testing.T) {
	for want, change := range map[string]func(*Opts){
		"want units and registers":   func(o *Opts) { o.Units = nil },
		"unit 248":                   func(o *Opts) { o.Units = []int{248} },
		"unit 0":                     func(o *Opts) { o.Units = []int{0} },
		"register 2 is used twice":   func(o *Opts) { o.Registers[1].At, o.Registers[0].At = 2, 1 },
		"register 4 is used twice":   func(o *Opts) { o.Bright.At = 4 },
		"register 8 is used twice":   func(o *Opts) { o.Blink.At = 8 },
		`of "name": want one of`:     func(o *Opts) { o.Registers[0].Of = "name" },
		`as "BCD": want one of`:      func(o *Opts) { o.Registers[0].As = "BCD" },
		"3 registers for a value":    func(o *Opts) { o.Registers[0].As, o.Registers[0].Words = AsValue, 3 },
		"2 registers from 65535 on":  func(o *Opts) { o.Registers[0].At = 65535 },
		"124 registers: want at":     func(o *Opts) { o.Registers[2].Words = 124 },
		"fill 16":                    func(o *Opts) { o.Registers[0].Fill = 16 },
		"register -1: 2 registers f": func(o *Opts) { o.Registers[0].At = -1 },
	} {
		o := opts()
		change(o)
		if _, err := New(nil, o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := New(nil, nil); err == nil {
		t.Error("a line without settings was taken")
	}
}

// panel is a hand-written unit: it answers what it is told and keeps the frames.
func panel(t *testing.T, o *Opts, answer func(rtu.Frame) *rtu.Frame, f func(d *Dev, heard func() []string)) {
	synctest.Test(t, func(t *testing.T) {
		near, far := linktest.NewPipe(0)
		d, err := New(near, o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ran, ended := make(chan error, 1), make(chan struct{})
		go func() { ran <- d.Run(ctx, nil) }()
		frames := make(chan string, 100)
		go func() {
			defer close(ended)
			buf := make([]byte, rtu.MaxFrame)
			for {
				n, err := far.Read(buf)
				if err != nil && !errors.Is(err, link.ErrTimeout) {
					return
				}
				if n == 0 {
					continue
				}
				frames <- fmt.Sprintf("% X", buf[:n])
				f, err := rtu.Decode(buf[:n])
				if err != nil {
					t.Error(err)
				} else if a := answer(f); a != nil {
					b, _ := rtu.Encode(*a)
					far.Write(b)
				}
			}
		}()
		synctest.Wait()
		f(d, func() (all []string) {
			synctest.Wait()
			for len(frames) > 0 {
				all = append(all, <-frames)
			}
			return all
		})
		stop()
		<-ran
		far.Close()
		<-ended
	})
}

// obeys is the answer of a unit that does what it is told.
func obeys(f rtu.Frame) *rtu.Frame {
	if f.Unit != 5 && f.Unit != 6 {
		return nil
	}
	return &rtu.Frame{Unit: f.Unit, Func: f.Func, Data: f.Data[:4]}
}

// R-WIN-09: neighbouring registers travel in one frame, so that a number and its
// window change together; brightness and blinking with them.
func TestShow(t *testing.T) {
	panel(t, opts(), obeys, func(d *Dev, heard func() []string) {
		s := called
		s.Flash, s.Bright = time.Now().Add(time.Second), 50
		if err := d.Show(context.Background(), 5, s); err != nil {
			t.Fatal(err)
		}
		want := []string{
			"05 10 00 00 00 03 06 FF FF F0 01 FF F3 8B 6A",
			"05 10 00 04 00 02 04 00 01 00 04 B7 6F",
			"05 10 00 08 00 02 04 41 30 30 31 26 DE",
		}
		if got := heard(); !slices.Equal(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
		time.Sleep(2 * time.Second) // simulated: the flash is over
		if err := d.Show(context.Background(), 6, s); err != nil {
			t.Fatal(err)
		}
		if got := heard(); len(got) != 3 || !strings.HasPrefix(got[1], "06 10 00 04 00 02 04 00 00 00 04") {
			t.Errorf("after the flash: %q", got)
		}
		if err := d.Halt(); err != nil {
			t.Error(err)
		}
		got := heard()
		if len(got) != 6 || !strings.HasPrefix(got[0], "05 10 00 00 00 03 06 FF FF FF FF FF FF") || !strings.HasPrefix(got[5], "06 10 00 08 00 02 04 20 20 20 20") {
			t.Errorf("dark: %q", got)
		}
		if err := d.Show(context.Background(), 7, s); err == nil || !strings.Contains(err.Error(), "no unit 7") {
			t.Errorf("another unit: %v", err)
		}
	})
}

// Function 06 for panels that know nothing else; one unit may be called 0.
func TestOneByOne(t *testing.T) {
	o := opts()
	o.Units, o.One, o.Bright, o.Blink, o.Registers = []int{5}, true, nil, nil, o.Registers[:2]
	panel(t, o, obeys, func(d *Dev, heard func() []string) {
		if err := d.Show(context.Background(), 0, called); err != nil {
			t.Fatal(err)
		}
		want := []string{"05 06 00 00 FF FF 89 FE", "05 06 00 01 F0 01 5C 4E", "05 06 00 02 FF F3 28 3B"}
		if got := heard(); !slices.Equal(got, want) {
			t.Errorf("heard %q, want %q", got, want)
		}
	})
}

// What was written is read back, and another value is an error.
func TestVerify(t *testing.T) {
	o := opts()
	o.Verify, o.Registers, o.Blink, o.Bright = true, o.Registers[:2], nil, nil
	right := true
	panel(t, o, func(f rtu.Frame) *rtu.Frame {
		if f.Func != rtu.ReadHolding {
			return obeys(f)
		}
		last := byte(0xF3)
		if !right {
			last = 0xF4
		}
		return &rtu.Frame{Unit: f.Unit, Func: f.Func, Data: []byte{6, 0xFF, 0xFF, 0xF0, 0x01, 0xFF, last}}
	}, func(d *Dev, _ func() []string) {
		if err := d.Show(context.Background(), 5, called); err != nil {
			t.Error(err)
		}
		right = false
		if err := d.Show(context.Background(), 5, called); err == nil || !strings.Contains(err.Error(), "register 2 says FFF4, was told FFF3") {
			t.Errorf("another value: %v", err)
		}
	})
}

// A dead panel is an error after one try of 300 ms; the host's driver goes on.
func TestDeadPanel(t *testing.T) {
	panel(t, opts(), func(f rtu.Frame) *rtu.Frame {
		if f.Unit == 6 {
			return obeys(f)
		}
		return nil
	}, func(d *Dev, heard func() []string) {
		begun := time.Now()
		err := d.Show(context.Background(), 5, called)
		if !errors.Is(err, rtu.ErrNoAnswer) || time.Since(begun) != 300*time.Millisecond {
			t.Errorf("%v after %s, want no answer after 300ms", err, time.Since(begun))
		}
		if n := len(heard()); n != 1 {
			t.Errorf("%d tries, want one", n)
		}
		if err := d.Show(context.Background(), 6, called); err != nil {
			t.Errorf("the other panel: %v", err)
		}
	})
}
