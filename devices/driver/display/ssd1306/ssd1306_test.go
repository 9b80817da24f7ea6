package ssd1306_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/i2c/i2ctest"

	"hallward/devices"
	"hallward/devices/driver/display/ssd1306"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/chips"
)

var update = flag.Bool("update", false, "write the pictures anew")

// on makes the driver of a simulated display.
func on(t testing.TB, chip *chips.SSD1306, o *ssd1306.Opts) *ssd1306.Dev {
	t.Helper()
	d, err := ssd1306.New(linktest.I2C(chip.Tx), o)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The bytes of the first sign: set-up (datasheet, application note 3), the
// status that says "on", then the eight pages.
func TestGoldenBytes(t *testing.T) {
	ops := []i2ctest.IO{
		{Addr: 0x3D, W: []byte{0x00, 0xAE, 0xD3, 0x00, 0x40, 0xA1, 0xC8, 0xDA, 0x12, 0x81, 0xFF, 0xA4, 0xA6, 0xD5, 0xF0,
			0x8D, 0x14, 0xD9, 0xF1, 0xDB, 0x40, 0x2E, 0xA8, 0x3F, 0x20, 0x00, 0x21, 0x00, 0x7F, 0x22, 0x00, 0x07, 0xAF}},
		{Addr: 0x3D, R: []byte{0x00}},
		{Addr: 0x3D, W: []byte{0x00, 0x81, 0x80}},
	}
	for page := range 8 {
		ops = append(ops, i2ctest.IO{Addr: 0x3D, W: []byte{0x00, 0xB0 | byte(page), 0x00, 0x10}},
			i2ctest.IO{Addr: 0x3D, W: append([]byte{0x40}, make([]byte, 128)...)})
	}
	ops = append(ops, i2ctest.IO{Addr: 0x3D, R: []byte{0x00}}) // the same again: it is asked whether it is on
	ops = append(ops, i2ctest.IO{Addr: 0x3D, W: []byte{0x00, 0xAE}})
	bus := &i2ctest.Playback{Ops: ops, DontPanic: true}
	d, err := ssd1306.New(bus, &ssd1306.Opts{Addr: 0x3D})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := d.Show(t.Context(), 0, devices.Sign{Bright: 50}); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Halt(); err != nil {
		t.Error(err)
	}
	if err := bus.Close(); err != nil {
		t.Error(err)
	}
}

// What stands on the display, as pictures that people have looked at. Numbers of
// one to five characters and windows of one to three are whole.
func TestPictures(t *testing.T) {
	for name, s := range map[string]devices.Sign{
		"called":       {State: devices.SignCalled, Number: "A001", Window: "3"},
		"called-long":  {State: devices.SignCalled, Number: "VB999", Window: "128"},
		"called-short": {State: devices.SignCalled, Number: "7", Window: "综合1"},
		"serving":      {State: devices.SignServing, Number: "W888", Window: "128"},
		"open":         {State: devices.SignOpen, Window: "3"},
		"paused":       {State: devices.SignPaused, Window: "3"},
		"closed":       {State: devices.SignClosed, Window: "3"},
		"message":      {State: devices.SignMessage, Text: "欢迎您，请留意叫号", English: "Welcome"},
		"message-en":   {State: devices.SignMessage, Text: "囧", English: "Welcome, please watch for your number"},
		"blank":        {},
	} {
		t.Run(name, func(t *testing.T) {
			chip := chips.NewSSD1306(0x3C)
			if err := on(t, chip, nil).Show(t.Context(), 0, s); err != nil {
				t.Fatal(err)
			}
			if n := chip.Strange(); n != 0 {
				t.Errorf("%d commands that the datasheet does not have", n)
			}
			if n := lit(chip); (n == 0) != (name == "blank") || n > 128*64/2 {
				t.Errorf("%d dots are lit", n)
			}
			picture(t, name, chip)
		})
	}
}

func lit(chip *chips.SSD1306) (n int) {
	for _, row := range chip.Dots() {
		for _, on := range row {
			if on {
				n++
			}
		}
	}
	return n
}

func picture(t *testing.T, name string, chip *chips.SSD1306) {
	t.Helper()
	var b bytes.Buffer
	if err := chips.WritePNG(&b, chip.Picture()); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name+".png")
	if *update {
		if err := errors.Join(os.MkdirAll("testdata", 0o755), os.WriteFile(path, b.Bytes(), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	got := chip.Picture()
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			if got.At(x, y) != want.At(x, y) {
				t.Fatalf("%s differs at %d, %d; look at it and write it anew with -update", path, x, y)
			}
		}
	}
}

// dots is a sign as it must stand on a display that is set up right.
func dots(s devices.Sign) (d [64][128]bool) {
	img := ssd1306.Render(s)
	for y := range d {
		for x := range d[y] {
			d[y][x] = bool(img.BitAt(x, y))
		}
	}
	return d
}

func TestConformance(t *testing.T) {
	chip := chips.NewSSD1306(0x3C)
	drivertest.TestDisplay(t, drivertest.DisplayLine{
		Absent: 5,
		Open: func() (devices.Display, io.Closer, error) {
			bus := linktest.I2C(chip.Tx)
			d, err := ssd1306.New(bus, nil)
			return d, bus, err
		},
		Shows: func(_ context.Context, s devices.Sign) error {
			want, got := dots(s), chip.Dots()
			turned := want
			for y := range turned {
				for x := range turned[y] {
					turned[y][x] = !turned[y][x]
				}
			}
			if got != want && !(got == turned && s.Flash.After(time.Now())) {
				return errors.New("the dots are not those of the sign")
			}
			return nil
		},
		Fault: chip.Set,
	})
	if lit(chip) != 0 {
		t.Error("after Halt something is lit")
	}
}

// A display that has lost its power answers, and is dark: the next order brings
// all of it back.
func TestPowerLoss(t *testing.T) {
	s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3"}
	for _, o := range []*ssd1306.Opts{nil, {Turned: true}} {
		chip := chips.NewSSD1306(0x3C)
		d := on(t, chip, o)
		show := func() {
			t.Helper()
			if err := d.Show(t.Context(), 0, s); err != nil {
				t.Fatal(err)
			}
		}
		show()
		before := chip.Dots()
		if upright := dots(s); (before == upright) != (o == nil) {
			t.Errorf("%+v: upright is %v", o, before == upright)
		}
		chip.PowerCycle()
		if lit(chip) != 0 {
			t.Fatal("it is not dark")
		}
		show()
		if chip.Dots() != before {
			t.Error("the same sign after a loss of power is another picture")
		}
	}
}

// A module that cannot be read is drawn on without being asked.
func TestWriteOnly(t *testing.T) {
	chip := chips.NewSSD1306(0x3C)
	d := on(t, chip, &ssd1306.Opts{Quirks: ssd1306.Quirks{WriteOnly: true}})
	if err := chip.Set("garble", true); err != nil {
		t.Fatal(err)
	}
	s := devices.Sign{State: devices.SignOpen, Window: "3", Bright: 1}
	if err := d.Show(t.Context(), 0, s); err != nil || chip.Dots() != dots(s) || chip.Contrast() != 3 {
		t.Errorf("%v, contrast %d", err, chip.Contrast())
	}
}

// A call flashes until its time, then stands still.
func TestFlash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		chip := chips.NewSSD1306(0x3C)
		d := on(t, chip, nil)
		ctx, stop := context.WithCancel(t.Context())
		ran := make(chan error)
		go func() { ran <- d.Run(ctx, nil) }()
		s := devices.Sign{State: devices.SignCalled, Number: "A001", Window: "3", Flash: time.Now().Add(3 * time.Second)}
		if err := d.Show(ctx, 0, s); err != nil {
			t.Fatal(err)
		}
		still := lit(chip)
		var changes []string
		for range 12 {
			time.Sleep(ssd1306.Blink)
			synctest.Wait()
			changes = append(changes, fmt.Sprint(lit(chip) == still))
		}
		if got := strings.Join(changes, " "); got != "false true false true false true true true true true true true" {
			t.Errorf("the picture stands upright: %s", got)
		}
		stop()
		if err := <-ran; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

func TestNew(t *testing.T) {
	if _, err := ssd1306.New(nil, &ssd1306.Opts{Addr: 0x80}); err == nil {
		t.Error("address 0x80 is taken")
	}
	chip := chips.NewSSD1306(0x3D)
	err := on(t, chip, nil).Show(t.Context(), 0, devices.Sign{})
	if err == nil || !strings.Contains(err.Error(), "ssd1306 at 0x3c on simulated I²C: ") {
		t.Errorf("nobody at the address: %v", err)
	}
	if err := on(t, chip, nil).Show(t.Context(), 1, devices.Sign{}); !errors.Is(err, devices.ErrNoUnit) {
		t.Errorf("unit 1: %v", err)
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range drivertest.Signs(time.Time{}) {
		f.Add(s.State, s.Number, s.Window, s.Text, s.English)
	}
	f.Fuzz(func(t *testing.T, state, number, window, text, english string) {
		img := ssd1306.Render(devices.Sign{State: state, Number: number, Window: window, Text: text, English: english})
		if len(img.Pix) != 128*8 {
			t.Errorf("%d bytes", len(img.Pix))
		}
	})
}
