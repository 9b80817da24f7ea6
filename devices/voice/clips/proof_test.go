package clips

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"hallward/devices/contract"
	"hallward/devices/voice"
)

// tool runs a program that the proof needs.
func tool(t *testing.T, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is not there: apt-get install %s", name, name)
	}
	cmd := exec.Command(name, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, complaint.String())
	}
	return out.String() + complaint.String()
}

// raw reads a WAV file through sox.
func raw(t *testing.T, file string) []float64 {
	t.Helper()
	out := filepath.Join(t.TempDir(), "raw")
	tool(t, "sox", file, "-t", "raw", "-e", "signed", "-b", "16", "-L", out)
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]float64, len(b)/2)
	for i := range pcm {
		pcm[i] = float64(int16(binary.LittleEndian.Uint16(b[2*i:])))
	}
	return pcm
}

// stretch is sound between two silences.
type stretch struct{ start, end int }

// stretches cuts a recording wherever it is silent for so many samples.
func stretches(pcm []float64, silence int) []stretch {
	var list []stretch
	quiet := silence
	for i, v := range pcm {
		switch {
		case v == 0:
			quiet++
		case quiet >= silence:
			list = append(list, stretch{i, i + 1})
			quiet = 0
		default:
			list[len(list)-1].end = i + 1
			quiet = 0
		}
	}
	return list
}

// alike is how much two sounds are the same, up to their loudness: 1 for the
// same, about 0 for others. It looks for the best place within a few samples.
func alike(a, b []float64) float64 {
	best := 0.0
	for shift := -30; shift <= 30; shift++ {
		var ab, aa, bb float64
		for i, x := range a {
			if j := i + shift; j >= 0 && j < len(b) {
				ab += x * b[j]
				bb += b[j] * b[j]
			}
			aa += x * x
		}
		if aa > 0 && bb > 0 {
			best = max(best, ab/math.Sqrt(aa*bb))
		}
	}
	return best
}

// R-VOICE-05, R-VOICE-06: an announcement in a synthesised voice, looked at with
// sox alone: its length, no clipping, the gaps, and that each stretch of it is
// the clip that the grammar wants, in order.
func TestAnnouncementProof(t *testing.T) {
	dir := t.TempDir()
	zh, en, wav := filepath.Join(dir, "zh"), filepath.Join(dir, "en"), filepath.Join(dir, "call.wav")
	tool(t, "espeak-ng", "--version")
	for lang, folder := range map[string]string{"zh-CN": zh, "en": en} {
		p, err := Synthesise(t.Context(), lang, folder, nil)
		if err != nil {
			t.Fatal(err)
		}
		if again := load(t, folder); !again.Placeholder || again.Missing() != nil || len(again.Sound) != len(p.Sound) {
			t.Errorf("%s: placeholder %t, missing %v", lang, again.Placeholder, again.Missing())
		}
	}
	s := set(t, SetOpts{}, zh, en)
	c := contract.Call{Number: "A001", Label: "12"}
	if got := voice.Caption(c, "zh-CN"); got != "请A001号到12号窗口办理" {
		t.Error(got)
	}
	out, err := s.Render(voice.Speeches(c, []string{"zh-CN", "en"}), true, 100)
	if err != nil || out.Missing != nil {
		t.Fatal(err, out.Missing)
	}
	f, err := os.Create(wav)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteWAV(f, out.Rate, out.PCM); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	info := map[string]string{}
	for _, flag := range []string{"-r", "-c", "-b", "-s"} {
		info[flag] = strings.TrimSpace(tool(t, "sox", "--i", flag, wav))
	}
	if info["-r"] != "22050" || info["-c"] != "1" || info["-b"] != "16" || info["-s"] != strconv.Itoa(len(out.PCM)) {
		t.Errorf("sox --i: %v, want %d samples", info, len(out.PCM))
	}
	stats := tool(t, "sox", wav, "-n", "stats")
	if peak := stat(t, stats, "Pk lev dB"); peak > -1 || peak < -6 {
		t.Errorf("peak %.2f dBFS", peak)
	}
	if flat := stat(t, stats, "Flat factor"); flat > 0 {
		t.Errorf("flat factor %.2f: the sound is clipped", flat)
	}

	want := strings.Split("chime|请|A|零|零|一|号|到|十|二|号窗口|办理|Number|A|zero|zero|one|please go to|window|twelve", "|")
	pcm := raw(t, wav)
	parts := stretches(pcm, 95*22050/1000)
	if len(parts) != len(want) {
		t.Fatalf("%d stretches of sound, want %d", len(parts), len(want))
	}
	names := map[string][]float64{}
	for lang, folder := range map[string]string{"zh-CN": zh, "en": en} {
		for id, file := range load(t, folder).Clips {
			names[lang+" "+id] = raw(t, filepath.Join(folder, file))
		}
	}
	for i, p := range parts {
		lang := "zh-CN"
		if i >= 12 {
			lang = "en"
		}
		best, name := 0.0, ""
		for n, clip := range names {
			if d := len(clip) - (p.end - p.start); d > 200 || d < -200 || !strings.HasPrefix(n, lang) {
				continue
			}
			if like := alike(pcm[p.start:p.end], clip); like > best {
				best, name = like, n
			}
		}
		if name != lang+" "+want[i] || best < 0.99 {
			t.Errorf("stretch %d is %q (%.3f), want %q", i, name, best, want[i])
		}
		if i == 0 {
			continue
		}
		gap := float64(p.start-parts[i-1].end) / 22.05
		// Faded edges and quiet onsets add a little to what is silent.
		if i != 1 && i != 12 && (gap < 99.9 || gap > 152) {
			t.Errorf("%.1f ms between %s and %s, want 100 to 150", gap, want[i-1], want[i])
		}
	}
	t.Logf("%.2f s, %d stretches, peak %.2f dBFS", out.Length().Seconds(), len(parts), stat(t, stats, "Pk lev dB"))
}

// stat reads one line of sox's stats.
func stat(t *testing.T, stats, name string) float64 {
	t.Helper()
	_, rest, _ := strings.Cut(stats, name)
	line, _, _ := strings.Cut(rest, "\n")
	v, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
	if err != nil {
		t.Fatalf("no %s in %q", name, stats)
	}
	return v
}

// R-VOICE-05: what espeak-ng is given comes out as Mandarin syllables with their
// tones (214 the third, 51 the fourth …), not as English.
func TestEspeakSpeaksMandarin(t *testing.T) {
	for id, tones := range map[string][]string{"请": {"214"}, "号": {"51"}, "号窗口": {"51", "55", "214"}, "零": {"35"}, "七": {"55"}, "二十": {"51", "35"}} {
		name, text, err := espeakText("zh-CN", id)
		if err != nil {
			t.Fatal(err)
		}
		rest := tool(t, "espeak-ng", "-q", "-x", "-v", name, text)
		for _, tone := range tones {
			_, after, ok := strings.Cut(rest, tone)
			if !ok {
				t.Errorf("%s: no tone %s in %q", id, tone, rest)
			}
			rest = after
		}
	}
	for _, id := range []string{"A", "W"} {
		if name, text, err := espeakText("zh-CN", id); name != "en" || text != id || err != nil {
			t.Errorf("%s: %s %s %v", id, name, text, err)
		}
	}
}

// A robot speaks no Cantonese and no word without a reading, and never over a
// person's recording.
func TestSynthesiseRefuses(t *testing.T) {
	if _, err := Synthesise(t.Context(), "yue", t.TempDir(), nil); err == nil {
		t.Error("yue was made")
	}
	if _, err := Synthesise(t.Context(), "zh-CN", t.TempDir(), []string{"饕餮"}); err == nil || !strings.Contains(err.Error(), "饕") {
		t.Error(err)
	}
	if _, err := Synthesise(t.Context(), "zh-CN", tones(t, "zh-CN", 22050), nil); err == nil {
		t.Error("a person's pack was written over")
	}
}
