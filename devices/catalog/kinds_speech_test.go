package catalog

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/sim/port"
	"hallward/devices/sim/speech"
)

const goodChips = `
- id: chip
  kind: voice/syn6288
  link: serial:/dev/ttyUSB6
  settings: {baud: 38400, speed: 5, chime: soundg, one: yao, english: spell, answer: 1s, poll: 30s, silence: 2m, one_way: true}
- {id: better, kind: voice/xfs5152, link: "serial:/dev/ttyUSB7?baud=115200", settings: {speed: 10, english: words, chime: sound301}}
- {id: far, kind: voice/syn6288, link: "tcp:192.0.2.7:4001"}
`

func TestChipSpecs(t *testing.T) {
	if errs := CheckAll(read(t, goodChips)); errs != nil {
		t.Error(errs)
	}
	for _, kind := range []string{"voice/syn6288", "voice/xfs5152"} {
		if !Speaks(kind) || Capability(kind) != "voice" {
			t.Errorf("%s is no voice", kind)
		}
	}
}

func TestChipMistakes(t *testing.T) {
	for _, c := range []struct{ kind, link, settings, want string }{
		{"voice/syn6288", "serial:/dev/ttyS1", "{speed: 7}", "device s: settings: speech: speed 7: want 1 to 5"},
		{"voice/syn6288", "serial:/dev/ttyS1", "{english: words}", `device s: settings: speech: english "words": want skip or spell`},
		{"voice/syn6288", "serial:/dev/ttyS1", "{english: sing, speed: 0}", `device s: settings.english: "sing": want one of skip, spell, words`},
		{"voice/syn6288", "serial:/dev/ttyS1?baud=19200", "{baud: 19200}", `device s: settings.baud: "19200": want a serial link with 9600 baud`},
		{"voice/syn6288", "tcp:192.0.2.7:4001", "{baud: 19200}", `device s: settings.baud: "19200": want a serial link`},
		{"voice/syn6288", "serial:/dev/ttyS1", "{baud: 14400}", "device s: settings: speech: baud 14400: want 9600, 19200 or 38400"},
		{"voice/xfs5152", "serial:/dev/ttyS1", "{baud: 19200}", "device s: settings: speech: baud 19200"},
		{"voice/xfs5152", "serial:/dev/ttyS1", "{chime: '叮咚'}", `device s: settings: speech: chime "叮咚": want the name of a tone`},
		{"voice/xfs5152", "input:/dev/input/event1", "{packs: []}", "device s: link:"},
	} {
		var got []string
		for _, err := range Check(read(t, "- {id: s, kind: "+c.kind+", link: \""+c.link+"\", settings: "+c.settings+"}")[0]) {
			got = append(got, err.Error())
		}
		if !strings.Contains(strings.Join(got, "\n"), c.want) {
			t.Errorf("%s %s: %q, want %s", c.kind, c.settings, got, c.want)
		}
	}
}

// A chip that a process opens speaks what it is told.
func TestChipSpeaks(t *testing.T) {
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "chip"))
	if err != nil {
		t.Fatal(err)
	}
	chip, err := speech.New(speech.Opts{Syllable: 5 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	simulated := make(chan error, 1)
	go func() { simulated <- chip.Run(ctx, p) }()
	defer func() { stop(); <-simulated }()
	opened, err := Open(ctx, &Options{Log: slog.New(slog.DiscardHandler)}, Spec{ID: "chip", Kind: "voice/syn6288", Link: p.Spec(), Settings: map[string]any{"baud": 38400, "answer": "5s"}})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	go opened.Device.Run(ctx, func(context.Context, devices.Reading) error { return nil })
	a := devices.Announcement{Volume: 100, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartWord, Text: "请稍等"}}}}}
	if err := opened.Device.(devices.Voice).Say(ctx, 0, a); err != nil {
		t.Error(err)
	}
	if s := chip.State(); len(s.Said) != 1 || s.Said[0].Words != "请稍等" || s.Said[0].Volume != 16 {
		t.Errorf("%+v", s)
	}
}
