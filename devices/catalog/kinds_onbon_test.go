package catalog

import (
	"io"
	"net"
	"slices"
	"strings"
	"testing"

	"hallward/devices"
)

const goodStrips = `
- id: strips
  kind: display/onbon
  link: serial:/dev/ttyUSB4?baud=57600
  settings:
    units: [1, 2, 3]
    width: 192
    height: 32
    x: 8
    y: 0
    area: 1
    font: 32
    charset: gb2312
    templates: {called: "{number} 请到{window}号窗", open: "{text}\n{english}"}
    colours: {called: yellow, closed: red}
    speed: 6
    steady: true
    forget: 3m
    normal: true
    sound: speech
    speaker: 3
    pace: 6
    answer: 500ms
    silence: 30s
    bytewise: true
    unchecked: true
- {id: one, kind: display/onbon, link: "tcp:192.0.2.7:5005", settings: {units: [0]}}
- {id: plain, kind: display/onbon, link: "serial:/dev/ttyUSB5"}
`

func TestStripSpecs(t *testing.T) {
	if errs := CheckAll(read(t, goodStrips)); errs != nil {
		t.Error(errs)
	}
	if !Speaks("display/onbon") || Capability("display/onbon") != "display" {
		t.Error("strips are displays that may speak")
	}
}

func TestStripMistakes(t *testing.T) {
	for yaml, want := range map[string][]string{
		`{units: [40000, 1, 1], font: 20, charset: big5, sound: loud}`: {
			`device s: settings.units[0]: "40000": want a whole number from 0 to 32767`,
			`device s: settings.units[2]: "1": stands twice`,
			`device s: settings.charset: "big5": want one of gbk, gb2312`,
			`device s: settings.sound: "loud": want one of none, shown, speech`,
		},
		`{templates: {called: "{name}", busy: "x"}, colours: {open: pink}}`: {
			`device s: settings.templates.called: "{name}": `,
			`device s: settings.templates.busy: "x": unknown setting`,
			`device s: settings.colours.open: "pink": want one of blue, cyan, green`,
		},
		`{font: 24}`:                 {`device s: settings: onbon: font 24: want 16, 24 or 32, and not higher than the strip (16)`},
		`{units: [0, 1]}`:            {`device s: settings: onbon: unit 0 is every card`},
		`{forget: 10s, answer: 10s}`: {`device s: settings.forget: "10s": want a time from 1m30s`, `device s: settings.answer: "10s": want a time from 50ms to 5s`},
	} {
		var got []string
		for _, err := range CheckAll(read(t, `[{id: s, kind: display/onbon, link: "tcp:h:5005", settings: `+yaml+`}]`)) {
			got = append(got, err.Error())
		}
		for _, w := range want {
			if !slices.ContainsFunc(got, func(g string) bool { return strings.HasPrefix(g, w) }) {
				t.Errorf("%s: missing %s in\n%s", yaml, w, strings.Join(got, "\n"))
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d mistakes, want %d:\n%s", yaml, len(got), len(want), strings.Join(got, "\n"))
		}
	}
}

func TestOpenStrips(t *testing.T) {
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
	port, err := Open(t.Context(), nil, Spec{ID: "s", Kind: "display/onbon", Link: "tcp:" + ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	_, shows := port.Device.(devices.Display)
	_, speaks := port.Device.(devices.Voice)
	if !shows || !speaks {
		t.Errorf("%T is no display with a voice", port.Device)
	}
}
