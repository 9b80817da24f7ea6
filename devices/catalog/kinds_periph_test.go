package catalog

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"hallward/devices"
)

func TestChipsAndPads(t *testing.T) {
	good := read(t, `
- {id: oled, kind: display/ssd1306, link: "i2c:/dev/i2c-1?addr=0x3d", settings: {turned: true, write_only: true}}
- {id: lcd, kind: display/hd44780, link: "i2c:/dev/i2c-1?addr=0x27", settings: {cols: 20, rows: 4}}
- {id: digits, kind: display/max7219, link: "spi:/dev/spidev0.0", settings: {mirrored: true}}
- {id: pad, kind: keypad/numpad, link: "input:/dev/input/event3"}
- id: staff
  kind: keypad/numpad
  link: input:/dev/input/by-id/usb-Pad-event-kbd
  settings: {unit: 3, keys: {plus: next, "113": evaluate, numlock: resume}, forget: 5s}
- id: citizens
  kind: keypad/numpad
  link: input:/dev/input/by-id/usb-Pad2-event-kbd
  settings: {unit: 3, as: evaluator, levels: {1: 5, 2: 4, 3: 3, 4: 2, 5: 1}, scale: stickers}
`)
	if errs := CheckAll(good); errs != nil {
		t.Error(errs)
	}
	for _, c := range []struct{ yaml, want string }{
		{`[{id: a, kind: display/ssd1306, link: "serial:/dev/ttyUSB0"}]`, `link: "serial:/dev/ttyUSB0": is serial, want i2c:…`},
		{`[{id: a, kind: display/ssd1306, link: "i2c:/dev/i2c-1"}]`, `the address of the chip is missing`},
		{`[{id: a, kind: display/hd44780, link: "i2c:/dev/i2c-1?addr=0x27", settings: {cols: 18}}]`, `settings: "18 × 2": want 16 or 20 cols and 2 or 4 rows`},
		{`[{id: a, kind: display/hd44780, link: "spi:/dev/spidev0.0"}]`, `is spi, want i2c:…`},
		{`[{id: a, kind: display/max7219, link: "spi:/dev/spi"}]`, `the port is "/dev/spi", want one like /dev/spidev0.0`},
		{`[{id: a, kind: display/max7219, link: "spi:/dev/spidev0.0", settings: {digits: 4}}]`, `settings.digits: "4": unknown setting, known are mirrored`},
		{`[{id: a, kind: keypad/numpad, link: "serial:/dev/ttyUSB0"}]`, `is serial, want input:…`},
		{`[{id: a, kind: keypad/numpad, link: "input:/dev/input/event3", settings: {keys: {return: next}}}]`, `settings.keys.return: "next": no such key`},
		{`[{id: a, kind: keypad/numpad, link: "input:/dev/input/event3", settings: {keys: {"79": next}}}]`, `settings.keys.79: "next": no such key`},
		{`[{id: a, kind: keypad/numpad, link: "input:/dev/input/event3", settings: {keys: {enter: call}}}]`, `settings.keys.enter: "call": want one of next, recall, evaluate`},
		{`[{id: a, kind: keypad/numpad, link: "input:/dev/input/event3", settings: {levels: {1: 5}}}]`, `settings.levels: "map[1:5]": unknown setting`},
		{`[{id: a, kind: keypad/numpad, link: "input:/dev/input/event3", settings: {as: evaluator, levels: {1: 0}}}]`, `settings.levels.1: "0": want a whole number from 1 to 5`},
		{`[{id: a, kind: keypad/ff68, link: "i2c:/dev/i2c-1?addr=0x3c"}]`, `is a bus of chips, want a serial port or an address`},
	} {
		var all []string
		for _, err := range CheckAll(read(t, c.yaml)) {
			all = append(all, err.Error())
		}
		if len(all) != 1 || !strings.Contains(all[0], c.want) {
			t.Errorf("%s:\n%q, want\n%s", c.yaml, all, c.want)
		}
	}
	for _, kind := range []string{"display/ssd1306", "display/hd44780", "display/max7219"} {
		if Capability(kind) != "display" || Speaks(kind) {
			t.Errorf("%s is %s", kind, Capability(kind))
		}
	}
	if Capability("keypad/numpad") != "keypad" {
		t.Error("a number pad is no keypad")
	}
}

// What is not there now may come; a mistake in the settings will not.
func TestOpenChipsAndPads(t *testing.T) {
	for _, spec := range []Spec{
		{ID: "oled", Kind: "display/ssd1306", Link: "i2c:/dev/i2c-251?addr=0x3c"},
		{ID: "lcd", Kind: "display/hd44780", Link: "i2c:/dev/i2c-251?addr=0x27"},
		{ID: "digits", Kind: "display/max7219", Link: "spi:/dev/spidev251.0"},
		{ID: "pad", Kind: "keypad/numpad", Link: "input:" + filepath.Join(t.TempDir(), "event0")},
	} {
		_, err := Open(t.Context(), nil, spec)
		var wrong *SettingError
		if !errors.Is(err, fs.ErrNotExist) || errors.As(err, &wrong) {
			t.Errorf("%s: %v", spec.ID, err)
		}
	}
	path := filepath.Join(t.TempDir(), "event3")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	port, err := Open(t.Context(), nil, Spec{ID: "pad", Kind: "keypad/numpad", Link: "input:" + path + "?grab=no"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := port.Device.(devices.Keypad); !ok || port.Device.String() != "numpad on input:"+path {
		t.Errorf("opened is %s", port.Device)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
}
