package hd44780_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c/i2ctest"
	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/driver/display/hd44780"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

func on(t testing.TB, chip *chips.HD44780, o *hd44780.Opts) *hd44780.Dev {
	t.Helper()
	d, err := hd44780.New(linktest.I2C(chip.Tx), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// half is half a byte on the backpack with the light on: the pins, E, no E.
func half(pins byte) []byte { return []byte{pins | 8, pins | 8 | 4, pins | 8} }

// whole is a byte in two halves; rs is 1 for data.
func whole(v, rs byte) []byte { return append(half(v&0xF0|rs), half(v<<4|rs)...) }

// The bytes of the first sign: three times "8 bits", "4 bits", then the
// instructions of figure 24, and both lines.
func TestGoldenBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := func(parts ...[]byte) i2ctest.IO { return i2ctest.IO{Addr: 0x27, W: slices.Concat(parts...)} }
		line := func(address byte, text string) i2ctest.IO {
			b := whole(0x80|address, 0)
			for i := range len(text) {
				b = append(b, whole(text[i], 1)...)
			}
			return w(b, []byte{0x08})
		}
		bus := &i2ctest.Playback{DontPanic: true, Ops: []i2ctest.IO{
			w([]byte{0x08}),
			w([]byte{0x38, 0x3C, 0x38}), w(half(0x30)), w(half(0x30)), w(half(0x20)),
			w(whole(0x28, 0), whole(0x08, 0), whole(0x01, 0)),
			w(whole(0x06, 0), whole(0x0C, 0)),
			line(0x00, "  Number A001   "), line(0x40, " Go to window 3 "),
			{Addr: 0x27, R: []byte{0x08}},
		}}
		d, err := hd44780.New(bus, nil)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		if err := d.Show(t.Context(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took < 40*time.Millisecond+4100*time.Microsecond+100*time.Microsecond+1520*time.Microsecond {
			t.Errorf("set-up took %s: shorter than the datasheet", took)
		}
		if err := bus.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		sign       devices.Sign
		cols, rows int
		want       string
	}{
		{devices.Sign{State: devices.SignCalled, Number: "VB999", Window: "128"}, 16, 2, "  Number VB999  |Go to window 128"},
		{devices.Sign{State: devices.SignServing, Number: "7", Window: "综合1"}, 16, 2, "    Number 7    |  At window 1   "},
		{devices.Sign{State: devices.SignOpen, Window: "3"}, 16, 2, "    Window 3    |    Welcome     "},
		{devices.Sign{State: devices.SignPaused, Window: "3"}, 20, 4, "      Window 3      |       Paused       |                    |                    "},
		{devices.Sign{State: devices.SignClosed, Window: "3"}, 16, 2, "    Window 3    |     Closed     "},
		{devices.Sign{State: devices.SignMessage, Text: "欢迎", English: "Welcome, please watch for your number"}, 16, 2, "Welcome, please | watch for your "},
		{devices.Sign{State: devices.SignMessage, Text: `a\b~c`}, 16, 2, "     a/b-c      |                "},
		{devices.Sign{}, 16, 2, "                |                "},
	} {
		if got := strings.Join(hd44780.Lines(c.sign, c.cols, c.rows), "|"); got != c.want {
			t.Errorf("%+v:\n%q, want\n%q", c.sign, got, c.want)
		}
	}
}

// Every line fills the display exactly, whatever the sign.
func TestLinesFill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := devices.Sign{State: rapid.SampledFrom([]string{"", "closed", "open", "paused", "called", "serving", "message"}).Draw(t, "state"),
			Number: rapid.String().Draw(t, "number"), Window: rapid.String().Draw(t, "window"), English: rapid.String().Draw(t, "english")}
		lines := hd44780.Lines(s, 16, 2)
		for _, l := range lines {
			if len(l) != 16 || strings.IndexFunc(l, func(r rune) bool { return r < ' ' || r > '}' || r == '\\' }) >= 0 {
				t.Errorf("%q", lines)
			}
		}
	})
}

func shows(chip *chips.HD44780, s devices.Sign, cols, rows int) error {
	want, got := hd44780.Lines(s, cols, rows), chip.Lines()
	switch dark := s.State == devices.SignBlank; {
	case !slices.Equal(got, want):
		return fmt.Errorf("there stands %q, want %q", got, want)
	case chip.Backlight() == dark && !s.Flash.After(time.Now()):
		return fmt.Errorf("the light is on: %v", !dark)
	}
	return nil
}

func TestConformance(t *testing.T) {
	for _, size := range [][2]int{{16, 2}, {20, 4}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			chip := chips.NewHD44780(0x3F, size[0], size[1])
			drivertest.TestDisplay(t, drivertest.DisplayLine{
				Absent: 1,
				Open: func() (devices.Display, io.Closer, error) {
					bus := linktest.I2C(chip.Tx)
					d, err := hd44780.New(bus, &hd44780.Opts{Addr: 0x3F, Cols: size[0], Rows: size[1]})
					return d, bus, err
				},
				Shows: func(_ context.Context, s devices.Sign) error { return shows(chip, s, size[0], size[1]) },
				Fault: chip.Set,
			})
			if n := chip.Hurried(); n != 0 {
				t.Errorf("%d orders came while the display was at work", n)
			}
			if chip.Backlight() || strings.TrimSpace(strings.Join(chip.Lines(), "")) != "" {
				t.Errorf("after Halt there stands %q", chip.Lines())
			}
		})
	}
}

// Loss of power is over with the same sign; a disturbed count of halves with the
// next one.
func TestDisturbances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := chips.NewHD44780(0x27, 16, 2)
		d := on(t, chip, nil)
		show := func(number string) error {
			t.Helper()
			s := devices.Sign{State: devices.SignCalled, Number: number, Window: "3"}
			if err := d.Show(t.Context(), 0, s); err != nil {
				t.Fatal(err)
			}
			return shows(chip, s, 16, 2)
		}
		if err := show("A001"); err != nil {
			t.Fatal(err)
		}
		chip.PowerCycle()
		if err := show("A001"); err != nil {
			t.Errorf("after a loss of power: %v", err)
		}
		chip.Disturb()
		if err := show("A001"); err == nil {
			t.Error("the disturbance changes nothing: this test proves nothing")
		}
		if err := show("A002"); err != nil {
			t.Errorf("after a disturbance: %v", err)
		}
		if n := chip.Hurried(); n != 0 {
			t.Errorf("%d orders came while the display was at work", n)
		}
	})
}

// A call flashes by its light until its time.
func TestFlash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := chips.NewHD44780(0x27, 16, 2)
		d := on(t, chip, nil)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- d.Run(ctx, nil) }()
		s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Flash: time.Now().Add(3 * time.Second)}
		if err := d.Show(ctx, 0, s); err != nil {
			t.Fatal(err)
		}
		var lit []string
		for range 10 {
			time.Sleep(hd44780.Blink)
			synctest.Wait()
			lit = append(lit, fmt.Sprint(chip.Backlight()))
		}
		if got := strings.Join(lit, " "); got != "false true false true false true true true true true" {
			t.Errorf("the light is on: %s", got)
		}
		stop()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestNew(t *testing.T) {
	for _, o := range []hd44780.Opts{{Addr: 0x07}, {Cols: 17}, {Rows: 3}} {
		if _, err := hd44780.New(nil, &o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	chip := chips.NewHD44780(0x3F, 16, 2)
	err := on(t, chip, nil).Show(t.Context(), 0, devices.Sign{})
	if err == nil || !strings.Contains(err.Error(), "hd44780 at 0x27 on simulated I²C: ") {
		t.Errorf("nobody at the address: %v", err)
	}
}

// The picture that people look at, for whoever runs the test with PICTURES set
// to a folder.
func TestPictures(t *testing.T) {
	folder := os.Getenv("PICTURES")
	for name, s := range map[string]devices.Sign{
		"called": {State: devices.SignCalled, Number: "VB999", Window: "128"},
		"paused": {State: devices.SignPaused, Window: "3"},
		"blank":  {},
	} {
		chip := chips.NewHD44780(0x27, 16, 2)
		if err := on(t, chip, nil).Show(t.Context(), 0, s); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := chips.WritePNG(&b, chip.Picture()); err != nil || b.Len() < 500 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
		if folder != "" {
			if err := os.WriteFile(filepath.Join(folder, "lcd-"+name+".png"), b.Bytes(), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzLines(f *testing.F) {
	for _, s := range drivertest.Signs(time.Time{}) {
		f.Add(s.State, s.Number, s.Window, s.Text, s.English)
	}
	f.Fuzz(func(t *testing.T, state, number, window, text, english string) {
		s := devices.Sign{State: state, Number: number, Window: window, Text: text, English: english}
		for _, l := range hd44780.Lines(s, 20, 4) {
			if len(l) != 20 {
				t.Errorf("%q", l)
			}
		}
	})
}
