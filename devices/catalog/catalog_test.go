package catalog

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"hallward/devices"
	"hallward/devices/driver/printer/escpos"
)

// read takes specs from YAML, as a configuration file has them.
func read(t testing.TB, text string) []Spec {
	t.Helper()
	var specs []Spec
	if err := yaml.Unmarshal([]byte(text), &specs); err != nil {
		t.Fatal(err)
	}
	return specs
}

const good = `
- id: ticket-printer
  kind: printer/escpos
  link: serial:/dev/ttyUSB0?baud=115200&flow=xonxoff
  settings: {profile: 58mm, encoding: gbk, native_qr: true, poll: 3s}
- id: pads
  kind: keypad/ff68
  link: serial:/dev/ttyUSB1
  settings:
    units: [1, 2, 3]
    levels: {1: 5, 2: 4, 3: 3, 4: 2, 5: 1, 0: 0}
    scale: ff68-5
    silent_after: 3
- id: clock
  kind: attendance/adms
  link: "listen:127.0.0.1:0"
  settings:
    delay: 15s
    terminals:
      - {sn: 8765432109, from: 10.0.0.0/24, com_key: 12345}
      - {sn: SN-2, zone: "+06:00", from: 10.0.1.7, offset_zone: true}
- id: reader
  kind: idcard/samv
  link: serial:/dev/ttyUSB2?baud=115200
  settings: {poll: 300ms, answer: 2s, read: 8s, no_probe: true}
- id: scanner
  kind: scanner/line
  link: input:/dev/input/by-id/usb-Scanner-event-kbd
  settings: {idle: 80ms, again: 2s}
`

func TestGoodSpecs(t *testing.T) {
	if errs := CheckAll(read(t, good)); errs != nil {
		t.Error(errs)
	}
}

// Every mistake is told, each with device, key and value, and none is I/O.
func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, yaml string
		want       []string
	}{
		{"unknown kind", `[{id: a, kind: printer/escpos2, link: "tcp:h:1"}]`,
			[]string{`device a: kind: "printer/escpos2": unknown, want one of ` + strings.Join(Kinds(), ", ")}},
		{"id and link", `[{id: "A b", kind: keypad/ff68, link: "serial:ttyUSB0?baud=12345"}]`,
			[]string{`device A b: id: "A b": want 1 to 32`, `device A b: link: "serial:ttyUSB0?baud=12345": `}},
		{"no link", `[{id: a, kind: printer/escpos}]`, []string{`device a: link: "": `}},
		{"unknown settings", `[{id: a, kind: keypad/ff68, link: "tcp:h:1", settings: {unit: [1], speed: 3}}]`, []string{
			`device a: settings.speed: "3": unknown setting, known are levels, scale, silent_after, units`,
			`device a: settings.unit: "[1]": unknown setting`}},
		{"wrong values", `[{id: a, kind: keypad/ff68, link: "tcp:h:1", settings: {units: [1, 300, x, 1], levels: {3: 6, x: 1}, scale: [], silent_after: "5"}}]`, []string{
			`device a: settings.units[1]: "300": want a whole number from 0 to 255`,
			`device a: settings.units[2]: "x": want a whole number`,
			`device a: settings.units[3]: "1": stands twice`,
			`device a: settings.levels.3: "6": want a whole number from 0 to 5`,
			`device a: settings.levels: "x": want a key from 0 to 255`,
			`device a: settings.scale: "[]": want a text`,
			`device a: settings.silent_after: "5": want a whole number from 1 to 100`}},
		{"printer", `[{id: p, kind: printer/escpos, link: "usblp:/dev/usb/lp0", settings: {profile: A4, cut: half, poll: 2, near_end: yes please, presenter: eject, left: 2h, silence: 1s}}]`, []string{
			`device p: settings.profile: "A4": want one of `,
			`device p: settings.cut: "half": want one of partial, full, none`,
			`device p: settings.poll: "2": want a time from 200ms to 1m0s, like 2s`,
			`device p: settings.near_end: "yes please": want true or false`,
			`device p: settings.presenter: "eject": want leave`,
			`device p: settings.left: "2h": want a time from 1s to 1h0m0s`,
			`device p: settings.silence: "1s": want a time from 2s to 10m0s`}},
		{"no terminals", `[{id: c, kind: attendance/adms, link: "listen::8081"}]`,
			[]string{`device c: settings.terminals: missing`}},
		{"terminals", `[{id: c, kind: attendance/adms, link: "tcp:h:8081", settings: {delay: 2h, terminals: [{sn: "a b"}, {sn: x, zone: Mars, from: 10.0.0}, {sn: x, name: y}, 7]}}]`, []string{
			`device c: link: "tcp:h:8081": want listen:host:port`,
			`device c: settings.delay: "2h": want a time from 1s to 1h0m0s`,
			`device c: settings.terminals[0].sn: "a b": want 1 to 32 letters`,
			`device c: settings.terminals[1].zone: "Mars": want a zone`,
			`device c: settings.terminals[1].from: "10.0.0": want an address`,
			`device c: settings.terminals[2].sn: "x": stands twice`,
			`device c: settings.terminals[2].name: "y": unknown setting`,
			`device c: settings.terminals[3]: "7": want a table`}},
		{"readers", `[{id: r, kind: idcard/samv, link: "input:/dev/input/event3", settings: {poll: 1m, read: 10ms, fingers: true}}, {id: s, kind: scanner/line, link: "input:event3", settings: {idle: 2, again: 1h}}, {id: p, kind: printer/escpos, link: "input:/dev/input/event3"}]`, []string{
			`device r: link: "input:/dev/input/event3": is a keyboard, want a card reader`,
			`device r: settings.poll: "1m": want a time from 100ms to 10s`,
			`device r: settings.read: "10ms": want a time from 1s to 30s`,
			`device r: settings.fingers: "true": unknown setting, known are answer, no_probe, poll, read`,
			`device s: link: "input:event3": `,
			`device s: settings.idle: "2": want a time from 10ms to 1s`,
			`device s: settings.again: "1h": want a time from 100ms to 30s`,
			`device p: link: "input:/dev/input/event3": is a keyboard, want a printer's port`}},
		{"one id twice", `[{id: a, kind: keypad/ff68, link: "tcp:h:1"}, {id: a, kind: keypad/ff68, link: "tcp:h:2"}]`,
			[]string{`device a: id: "a": another device has this id`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, err := range CheckAll(read(t, c.yaml)) {
				if c.name == "one id twice" && err.Index != 1 {
					t.Errorf("%v: its index is %d, want 1", err, err.Index)
				}
				got = append(got, err.Error())
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
}

// A wrong setting is told apart from a port that is not there (yet).
func TestOpenTellsWhetherToTryAgain(t *testing.T) {
	var wrong *SettingError
	_, err := Open(t.Context(), nil, Spec{ID: "a", Kind: "keypad/ff68", Link: "serial:/dev/ttyUSB0", Settings: map[string]any{"x": 1}})
	if !errors.As(err, &wrong) {
		t.Errorf("wrong setting: %v", err)
	}
	missing := filepath.Join(t.TempDir(), "ttyUSB9")
	_, err = Open(t.Context(), nil, Spec{ID: "a", Kind: "keypad/ff68", Link: "serial:" + missing})
	if err == nil || errors.As(err, &wrong) || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "device a") {
		t.Errorf("missing port: %v", err)
	}
}

func TestOpenEachKind(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for c, err := ln.Accept(); err == nil; c, err = ln.Accept() {
			go func() { io.Copy(io.Discard, c); c.Close() }()
		}
	}()
	peer := "tcp:" + ln.Addr().String()
	for _, s := range []Spec{
		{ID: "p", Kind: "printer/escpos", Link: peer},
		{ID: "k", Kind: "keypad/ff68", Link: peer},
		{ID: "r", Kind: "idcard/samv", Link: peer},
		{ID: "s", Kind: "scanner/line", Link: peer},
		{ID: "a", Kind: "attendance/adms", Link: "listen:127.0.0.1:0",
			Settings: map[string]any{"terminals": []any{map[string]any{"sn": "X1"}}}},
	} {
		port, err := Open(context.Background(), &Options{}, s)
		if err != nil {
			t.Fatal(err)
		}
		switch _, printer := port.Device.(devices.Printer); Capability(s.Kind) {
		case "printer":
			if !printer {
				t.Errorf("%s is no printer", s.Kind)
			}
		case "keypad":
			if _, ok := port.Device.(devices.Keypad); !ok {
				t.Errorf("%s is no keypad", s.Kind)
			}
		case "idcard":
			if _, ok := port.Device.(devices.CardReader); !ok {
				t.Errorf("%s is no card reader", s.Kind)
			}
		}
		if err := port.Close(); err != nil {
			t.Errorf("%s: %v", s.Kind, err)
		}
	}
	if Capability("none/such") != "" {
		t.Error("an unknown kind has a capability")
	}
}

// Each profile can be named, and changed in single points.
func TestPrinterProfiles(t *testing.T) {
	for _, name := range escpos.Profiles() {
		s := Spec{ID: "p", Kind: "printer/escpos", Link: "tcp:h:9100", Settings: map[string]any{"profile": name, "cut": "none"}}
		if errs := Check(s); errs != nil {
			t.Errorf("%s: %v", name, errs)
		}
	}
}
