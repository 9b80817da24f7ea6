package catalog

import (
	"bytes"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"hallward/devices"
	"hallward/devices/driver/display/template"
)

const goodSigns = `
- id: pole
  kind: display/cd5220
  link: serial:/dev/ttyUSB0?baud=9600
  settings: {align: left, bright: 3, settle: 300ms, lines: {called: ["{number} > {window}", ""]}}
- id: till
  kind: display/dmd
  link: serial:/dev/ttyUSB1
  settings: {select: true, steady: true}
- id: panels
  kind: display/modbus
  link: serial:/dev/ttyUSB2?baud=38400
  settings:
    units: [1, 2, 3]
    registers:
      - {at: 0, of: number, as: bcd, words: 2, fill: 15}
      - {at: 2, of: window, as: segments}
      - {at: 8, of: text, as: gbk, words: 8}
    blink: {at: 4, on: 1, off: 0}
    bright: {at: 5, max: 8}
    function: 6
    verify: true
    answer: 200ms
    echo: true
- id: strips
  kind: display/template
  link: tcp:192.0.2.7:4001
  settings:
    units: [1, 2]
    frames:
      show:
        - {hex: "A5", raw: true}
        - {addr: 1}
        - {len: 1, of: [{text: "{text}", most: 200}]}
        - {sum: xor8, from: 1}
        - {hex: "5A", raw: true}
      bright: [{hex: "A5", raw: true}, {addr: 2, as: hex}, {bright: 1, max: 16}, {sum: crc16-modbus, low: true}]
      clear: [{value: "{number}", size: 2, as: bcd, none: "FF FF"}, {text: "", pad: 8, fill: "30", align: right, encoding: ascii}]
    escape:
      - {byte: "A5", as: "AA 05"}
      - {byte: "5A", as: "AA 0A"}
      - {byte: "AA", as: "AA 00"}
    answer: "A5 @@ 06 5A"
    within: 400ms
    gap: 30ms
- {id: numbers, kind: display/template, link: "serial:/dev/ttyUSB3", settings: {table: id-hi-lo-sum, units: [1]}}
`

func TestGoodSigns(t *testing.T) {
	if errs := CheckAll(read(t, goodSigns)); errs != nil {
		t.Error(errs)
	}
}

// Every mistake is told with the path of the value.
func TestMistakesInSigns(t *testing.T) {
	for name, c := range map[string]struct {
		kind, settings string
		want           []string
	}{
		"pole": {"display/cd5220", `{bright: 5, align: middle, settle: 1m, select: 1, lines: {called: ["{nummer}", 7], open: [WELCOME], gone: ["", ""]}, x: 1}`, []string{
			`settings.align: "middle": want one of left, center, right`,
			`settings.bright: "5": want a whole number from 1 to 4`,
			`settings.settle: "1m": want a time from 1ms to 5s`,
			`settings.select: "1": want true or false`,
			`settings.lines.called[0]: "{nummer}": "{nummer}" is no place for anything, known are {number}`,
			`settings.lines.called[1]: "7": want a text`,
			`settings.lines.open: "[WELCOME]": want a list of 2 lines`,
			`settings.lines.gone: "[ ]": unknown setting, known are called, closed, message, open, paused, serving`,
			`settings.x: "1": unknown setting`}},
		"pole, lines": {"display/dmd", `{lines: [a, b]}`, []string{`settings.lines: "[a b]": want a table`}},
		"modbus, nothing": {"display/modbus", `{}`, []string{
			`settings.units: missing: list the addresses`}},
		"modbus, no registers": {"display/modbus", `{units: [1]}`, []string{`settings.registers: missing`}},
		"modbus": {"display/modbus", `{units: [0, 1], function: 7, answer: 1ms, registers: [{at: 70000, of: name, as: BCD, words: 0, fil: 1}], blink: {on: 70000}, bright: {max: 0}}`, []string{
			`settings.units[0]: "0": want a whole number from 1 to 247`,
			`settings.function: "7": want 16, or 6`,
			`settings.answer: "1ms": want a time from 20ms to 5s`,
			`settings.registers[0].at: "70000": want a whole number from 0 to 65535`,
			`settings.registers[0].of: "name": want one of number, window`,
			`settings.registers[0].as: "BCD": want one of value, bcd`,
			`settings.registers[0].words: "0": want a whole number from 1 to 123`,
			`settings.registers[0].fil: "1": unknown setting, known are as, at, fill, left, of, words`,
			`settings.blink.on: "70000": want a whole number`,
			`settings.bright.max: "0": want a whole number from 1 to 65535`}},
		"modbus, one register twice": {"display/modbus", `{units: [1], registers: [{at: 3, of: number}], blink: {at: 3}}`, []string{
			`settings.registers: modbus: register 3 is used twice`}},
		"template, nothing":     {"display/template", `{}`, []string{`settings.frames.show: missing: write the frame down, or name a table: alpha, alpha-sum, id-hi-lo-sum`}},
		"template, wrong table": {"display/template", `{table: beta}`, []string{`settings.table: "beta": want one of alpha, alpha-sum, id-hi-lo-sum`}},
		"template": {"display/template", `{units: [70000], within: 1m, gap: 2s, answer: "..", escape: [{byte: "A5"}, {byte: "A5 5A", as: "01"}], frames: {shwo: [], show: [{hex: 10}, {hex: "1"}, {hex: "1G"}, {}, {hex: "01", sum: xor8}, {add: 1}, {addr: 9}, {sum: md5}, {text: "{nr}"}, {value: "{number}", size: 1, none: "0000"}, {len: 1, of: [{hex: "0x"}]}, {len: 1}, {bright: 1, max: 300}, {text: x, encoding: big5, pad: 0}, 7]}}`, []string{
			`settings.units[0]: "70000": want a whole number`,
			`settings.within: "1m": want a time`,
			`settings.gap: "2s": want a time`,
			`settings.answer: "..": 1 bytes: want 1 to 64, one of them fixed`,
			`settings.escape[0]: want one byte and what stands for it`,
			`settings.escape[1]: want one byte and what stands for it`,
			`settings.frames.shwo: "[]": unknown setting, known are bright, called, clear`,
			`settings.frames.show[0].hex: "10": want bytes in hexadecimal, in quotes`,
			`settings.frames.show[1].hex: "1": want 1 to 1024 bytes`,
			`settings.frames.show[2].hex: "1G": want 1 to 1024 bytes`,
			`settings.frames.show[3]: "": want one of hex, addr, len, text, value, bright, sum`,
			`settings.frames.show[4]: "hex and sum": want one of`,
			`settings.frames.show[5]: "": want one of hex`,
			`settings.frames.show[6].addr: "9": want a whole number from 1 to 8`,
			`settings.frames.show[7].sum: "md5": want one of add16`,
			`settings.frames.show[8]: "{nr}" is no place for anything`,
			`settings.frames.show[9]: none is 2 bytes, want 1`,
			`settings.frames.show[10].of[0].hex: "0x": want 1 to 1024 bytes`,
			`settings.frames.show[11]: length of nothing`,
			`settings.frames.show[12].max: "300": want a whole number from 1 to 255`,
			`settings.frames.show[13].encoding: "big5": want one of ascii, gbk, utf-8`,
			`settings.frames.show[13].pad: "0": want a whole number from 1 to 1024`,
			`settings.frames.show[14]: "7": want a table of settings`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, err := range CheckAll(read(t, `[{id: d, kind: `+c.kind+`, link: "tcp:h:1", settings: `+c.settings+`}]`)) {
				got = append(got, strings.TrimPrefix(err.Error(), "device d: "))
			}
			for _, want := range c.want {
				if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, want) }) {
					t.Errorf("missing %s", want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("%d mistakes, want %d:\n%s", len(got), len(c.want), strings.Join(got, "\n"))
			}
		})
	}
	for _, kind := range []string{"display/cd5220", "display/dmd", "display/modbus", "display/template"} {
		errs := Check(Spec{ID: "d", Kind: kind, Link: "input:/dev/input/event0"})
		if len(errs) == 0 || !strings.Contains(errs[0].Error(), "is a keyboard") {
			t.Errorf("%s on a keyboard: %v", kind, errs)
		}
	}
}

// Each is a display when it is opened, and what stands in the file is what goes
// over the line.
func TestSignsAreOpened(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	heard := make(chan []byte, 16)
	go func() {
		for c, err := ln.Accept(); err == nil; c, err = ln.Accept() {
			go func() { b, _ := io.ReadAll(c); c.Close(); heard <- b }()
		}
	}()
	for _, s := range read(t, goodSigns) {
		if Capability(s.Kind) != "display" || Speaks(s.Kind) {
			t.Errorf("%s is a %q", s.Kind, Capability(s.Kind))
		}
		s.Link = "tcp:" + ln.Addr().String()
		if s.ID == "strips" {
			delete(s.Settings, "answer") // nobody is there to answer
		}
		port, err := Open(t.Context(), nil, s)
		if err != nil {
			t.Fatal(err)
		}
		d, ok := port.Device.(devices.Display)
		if !ok {
			t.Errorf("%s is no display", s.Kind)
			continue
		}
		sign := devices.Sign{State: devices.SignCalled, Number: "A037", Window: "3", Text: "奪哎", Bright: 50}
		want := map[string][]byte{
			"pole":    []byte("\x1b@\x1b*\x02\x1b_\x00\x1b\x11\x1bl\x01\x01A037 > 3            \x1bl\x01\x02                    \x1fE\x00"),
			"strips":  []byte("\xA502\x08\x36\x41" + "\xA5\x02\x04\x8A\xAA\x0A\xB0\xAA\x05\xC3\x5A"),
			"numbers": {1, 0, 37, 38},
		}[s.ID]
		if want != nil {
			unit := map[string]int{"strips": 2, "numbers": 1}[s.ID]
			if err := d.Show(t.Context(), unit, sign); err != nil {
				t.Errorf("%s: %v", s.ID, err)
			}
		}
		if err := port.Close(); err != nil {
			t.Errorf("%s: %v", s.ID, err)
		}
		if got := <-heard; want != nil && !bytes.Equal(got, want) {
			t.Errorf("%s: % X, want % X", s.ID, got, want)
		}
	}
	for _, name := range template.Tables() {
		if errs := Check(Spec{ID: "d", Kind: "display/template", Link: "tcp:h:1", Settings: map[string]any{"table": name}}); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
