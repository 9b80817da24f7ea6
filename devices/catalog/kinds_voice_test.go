package catalog

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallward/devices"
	pack "hallward/devices/voice/clips"
)

// voicePack writes a pack with one word.
func voicePack(t *testing.T, lang string, placeholder bool) string {
	t.Helper()
	dir := t.TempDir()
	p, err := pack.Begin(dir, pack.Manifest{Name: "one word", Language: lang, Licence: "free", Rate: 22050, Placeholder: placeholder})
	if err != nil {
		t.Fatal(err)
	}
	word := make([]int16, 4410)
	for i := range word {
		word[i] = int16(9000 * math.Sin(float64(i)/20))
	}
	if err := p.Put("请", word); err != nil {
		t.Fatal(err)
	}
	return dir
}

func voiceSpec(t *testing.T, settings map[string]any) Spec {
	return Spec{ID: "voice", Kind: "voice/clips", Link: "wav:" + filepath.Join(t.TempDir(), "a.wav"), Settings: settings}
}

// A hall's voice is a person's: a placeholder speaks only where that was allowed.
func TestPlaceholderVoiceIsRefused(t *testing.T) {
	dir := voicePack(t, "zh-CN", true)
	settings := map[string]any{"packs": []any{dir}, "instant": true, "gain": -1.5, "one": "yao"}
	spec := voiceSpec(t, settings)
	var wrong *SettingError
	if _, err := Open(t.Context(), nil, spec); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "placeholder voice, not to be used in a hall") {
		t.Error(err)
	}
	settings["placeholder"] = "allowed"
	port, err := Open(t.Context(), nil, spec)
	if err != nil {
		t.Fatal(err)
	}
	v, ok := port.Device.(devices.Voice)
	if !ok || Capability(spec.Kind) != "voice" || !Speaks(spec.Kind) {
		t.Fatalf("%s is no voice", port.Device)
	}
	a := devices.Announcement{Volume: 100, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartWord, Text: "请"}}}}}
	if err := v.Say(t.Context(), 0, a); err != nil {
		t.Error(err)
	}
	if err := port.Close(); err != nil {
		t.Error(err)
	}
	if raw, err := os.ReadFile(strings.TrimPrefix(spec.Link, "wav:")); err != nil || len(raw) < 8000 || !bytes.HasPrefix(raw, []byte("RIFF")) {
		t.Errorf("%d bytes, %v", len(raw), err)
	}
}

// Mistakes in a voice are told: those of the file without any I/O, those of the
// packs when it is opened.
func TestVoiceMistakes(t *testing.T) {
	for _, c := range []struct {
		spec Spec
		want []string
	}{
		{Spec{ID: "v", Kind: "voice/clips", Link: "alsa:default"}, []string{`link: "alsa:default": want aplay:DEVICE`}},
		{Spec{ID: "v", Kind: "voice/clips", Link: "aplay:default"}, []string{"settings.packs: missing"}},
		{Spec{ID: "v", Kind: "voice/clips", Link: "aplay:default", Settings: map[string]any{"packs": []any{"a", "a", 1, ""}, "gain": 40, "one": "ein", "placeholder": true, "speed": 1}},
			[]string{`settings.packs[1]: "a": stands twice`, `settings.packs[2]: "1": want a folder`, `settings.packs[3]: "": want a folder`, `settings.gain: "40": want dB from -30 to 20`,
				`settings.one: "ein": want one of yi, yao`, `settings.placeholder: "true": want a text`, `settings.speed: "1": unknown setting`}},
		{Spec{ID: "v", Kind: "voice/clips", Link: "aplay:default", Settings: map[string]any{"packs": "a"}}, []string{`settings.packs: "a": want a list of folders`}},
	} {
		var got []string
		for _, err := range Check(c.spec) {
			got = append(got, err.Error())
		}
		for _, want := range c.want {
			if !strings.Contains(strings.Join(got, "\n"), "device v: "+want) {
				t.Errorf("missing %s in %q", want, got)
			}
		}
	}
	zh := voicePack(t, "zh-CN", false)
	for want, packs := range map[string][]any{
		"no such file":     {filepath.Join(zh, "none")},
		"both speak zh-CN": {zh, voicePack(t, "zh-CN", false)},
	} {
		var wrong *SettingError
		if _, err := Open(t.Context(), nil, voiceSpec(t, map[string]any{"packs": packs})); !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	away := voiceSpec(t, map[string]any{"packs": []any{zh}})
	away.Link = "wav:/no/such/folder/a.wav"
	var wrong *SettingError
	if _, err := Open(t.Context(), nil, away); err == nil || errors.As(err, &wrong) {
		t.Errorf("a folder that is not there: %v", err)
	}
}
