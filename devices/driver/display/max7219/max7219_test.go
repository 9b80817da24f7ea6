package max7219_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/conntest"
	"periph.io/x/conn/v3/spi/spitest"

	"hallward/devices"
	"hallward/devices/driver/display/max7219"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

const most = 10_000_000 // hertz, of the chip

func on(t testing.TB, chip *chips.MAX7219, o *max7219.Opts) *max7219.Dev {
	t.Helper()
	d, err := max7219.New(linktest.SPI(most, chip.Tx), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The bytes of a sign: no test, no decoding, eight digits, brightness, the
// digits from the left, and then light.
func TestGoldenBytes(t *testing.T) {
	var ops []conntest.IO
	for _, w := range [][]byte{{0x0F, 0x00}, {0x09, 0x00}, {0x0B, 0x07}, {0x0A, 0x0F},
		{8, 0x77}, {7, 0x7E}, {6, 0x7E}, {5, 0x30}, {4, 0}, {3, 0}, {2, 0}, {1, 0x79}, {0x0C, 0x01}, {0x0C, 0x00}} {
		ops = append(ops, conntest.IO{W: w})
	}
	port := &spitest.Playback{Playback: conntest.Playback{Ops: ops, DontPanic: true}}
	d, err := max7219.New(port, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Show(t.Context(), 0, devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Bright: 100}); err != nil {
		t.Fatal(err)
	}
	if err := d.Halt(); err != nil {
		t.Error(err)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
}

// digit is the shape of a character, drawn: three rows of a seven-segment digit.
func draw(lit [8]byte) string {
	var rows [3]strings.Builder
	bar := func(row int, on bool, c byte) {
		if on {
			rows[row].WriteByte(c)
		} else {
			rows[row].WriteByte(' ')
		}
	}
	for _, s := range lit {
		bar(0, false, 0)
		bar(0, s&0x40 != 0, '_')
		bar(0, false, 0)
		bar(1, s&0x02 != 0, '|')
		bar(1, s&0x01 != 0, '_')
		bar(1, s&0x20 != 0, '|')
		bar(2, s&0x04 != 0, '|')
		bar(2, s&0x08 != 0, '_')
		bar(2, s&0x10 != 0, '|')
		for r := range rows {
			bar(r, r == 2 && s&0x80 != 0, '.')
		}
	}
	return rows[0].String() + "\n" + rows[1].String() + "\n" + rows[2].String() + "\n"
}

// Numbers of one to five characters and windows of one to three are whole.
func TestShapes(t *testing.T) {
	for _, c := range []struct {
		sign devices.Sign
		want string
	}{
		{devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}, `
 _   _   _                   _ 
|_| | | | |   |              _|
| | |_| |_|   |              _|
`},
		{devices.Sign{State: devices.SignServing, Number: "PB789", Window: "256"}, `
 _       _   _   _   _   _   _ 
|_| |_    | |_| |_|  _| |_  |_ 
|   |_|   | |_|  _|.|_   _| |_|
`},
		{devices.Sign{State: devices.SignOpen, Window: "12"}, `
                             _ 
                          |  _|
                          | |_ 
`},
		{devices.Sign{State: devices.SignPaused, Window: "4"}, `
 _   _       _   _             
|_| |_| | | |_  |_          |_|
|   | | |_|  _| |_            |
`},
	} {
		got := strings.Split(draw(max7219.Segments(c.sign)), "\n")
		want := strings.Split(c.want[1:], "\n")
		for i := range 3 {
			if strings.TrimRight(got[i], " ") != strings.TrimRight(want[i], " ") {
				t.Errorf("%s %q %q, row %d:\n%s\nwant\n%s", c.sign.State, c.sign.Number, c.sign.Window, i, got[i], want[i])
			}
		}
	}
}

// No two characters look alike but those which do on any such display.
func TestEveryCharacterHasItsShape(t *testing.T) {
	seen := map[byte]string{}
	for _, c := range "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		shape := max7219.Segments(devices.Sign{State: devices.SignCalled, Number: string(c)})[0]
		if other := seen[shape]; shape == 0 || other != "" && !strings.Contains("0O 5S 2Z 9Q HX", other+string(c)) {
			t.Errorf("%c looks like %q", c, other)
		}
		seen[shape] = string(c)
	}
}

func TestConformance(t *testing.T) {
	chip := chips.NewMAX7219()
	drivertest.TestDisplay(t, drivertest.DisplayLine{
		Absent: 1,
		Open: func() (devices.Display, io.Closer, error) {
			port := linktest.SPI(most, chip.Tx)
			d, err := max7219.New(port, nil)
			return d, port, err
		},
		Shows: func(_ context.Context, s devices.Sign) error {
			want, got := max7219.Segments(s), chip.Segments()
			if got != want && !(got == [8]byte{} && s.Flash.After(time.Now())) {
				return fmt.Errorf("there stands\n%swant\n%s", draw(got), draw(want))
			}
			return nil
		},
	})
	if chip.Segments() != [8]byte{} {
		t.Error("after Halt something is lit")
	}
	if n := chip.Strange(); n != 0 {
		t.Errorf("%d transfers that the datasheet does not have", n)
	}
}

// The chip cannot be read: loss of power and sparks are mended by sending
// everything again.
func TestRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := chips.NewMAX7219()
		d := on(t, chip, nil)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- d.Run(ctx, nil) }()
		s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Bright: 25}
		if err := d.Show(ctx, 0, s); err != nil {
			t.Fatal(err)
		}
		for name, harm := range map[string]func(){
			"loss of power": chip.PowerCycle,
			"decoding on":   func() { chip.Disturb(0x9, 0xFF) },
			"fewer digits":  func() { chip.Disturb(0xB, 2) },
			"test on":       func() { chip.Disturb(0xF, 1) },
			"a digit":       func() { chip.Disturb(5, 0x7F) },
		} {
			harm()
			if chip.Segments() == max7219.Segments(s) {
				t.Errorf("%s: harms nothing, this test proves nothing", name)
			}
			time.Sleep(max7219.Refresh + max7219.Blink)
			synctest.Wait()
			if chip.Segments() != max7219.Segments(s) || chip.Intensity() != 3 {
				t.Errorf("%s: later there stands\n%s", name, draw(chip.Segments()))
			}
		}
		stop()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestFlash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := chips.NewMAX7219()
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
			time.Sleep(max7219.Blink)
			synctest.Wait()
			lit = append(lit, fmt.Sprint(chip.Segments() != [8]byte{}))
		}
		if got := strings.Join(lit, " "); got != "false true false true false true true true true true" {
			t.Errorf("it is lit: %s", got)
		}
		stop()
		<-ran
	})
}

// A port that fails ends Run, so that it is opened anew.
func TestPortFails(t *testing.T) {
	fail := errors.New("the port is gone")
	d, err := max7219.New(linktest.SPI(most, func(w, r []byte) error { return fail }), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Show(t.Context(), 0, devices.Sign{State: devices.SignOpen, Window: "3"}); !errors.Is(err, fail) {
		t.Errorf("Show = %v", err)
	}
	if err := d.Run(t.Context(), nil); !errors.Is(err, fail) {
		t.Errorf("Run = %v", err)
	}
	slow, err := max7219.New(linktest.SPI(1000, func(w, r []byte) error { return nil }), nil)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := slow.Show(t.Context(), 0, devices.Sign{}); err == nil || !strings.HasPrefix(err.Error(), "max7219 on simulated SPI: ") {
			t.Errorf("a port that cannot be connected: %v", err)
		}
	}
}

func TestMirrored(t *testing.T) {
	chip := chips.NewMAX7219()
	d := on(t, chip, &max7219.Opts{Quirks: max7219.Quirks{Mirrored: true}})
	s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}
	if err := d.Show(t.Context(), 0, s); err != nil {
		t.Fatal(err)
	}
	want, got := max7219.Segments(s), chip.Segments()
	for i := range want {
		if got[7-i] != want[i] {
			t.Errorf("digit %d: %02X, want %02X", i, got[7-i], want[i])
		}
	}
}

// The picture that people look at, for whoever runs the test with PICTURES set
// to a folder.
func TestPictures(t *testing.T) {
	folder := os.Getenv("PICTURES")
	for name, s := range map[string]devices.Sign{
		"called":   {State: devices.SignCalled, Number: "VB999", Window: "128"},
		"alphabet": {State: devices.SignCalled, Number: "ACEFGHJL"},
		"more":     {State: devices.SignCalled, Number: "BDKMNRTX"},
		"paused":   {State: devices.SignPaused, Window: "3"},
	} {
		chip := chips.NewMAX7219()
		if err := on(t, chip, nil).Show(t.Context(), 0, s); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := chips.WritePNG(&b, chip.Picture()); err != nil || b.Len() < 500 {
			t.Errorf("%s: %d bytes, %v", name, b.Len(), err)
		}
		if folder != "" {
			if err := os.WriteFile(filepath.Join(folder, "digits-"+name+".png"), b.Bytes(), 0o644); err != nil {
				t.Error(err)
			}
		}
	}
}

func FuzzSegments(f *testing.F) {
	for _, s := range drivertest.Signs(time.Time{}) {
		f.Add(s.State, s.Number, s.Window)
	}
	f.Fuzz(func(t *testing.T, state, number, window string) {
		s := devices.Sign{State: state, Number: number, Window: window}
		if max7219.Segments(s) != max7219.Segments(s) {
			t.Error("not the same twice")
		}
	})
}
