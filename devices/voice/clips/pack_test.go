package clips

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"hallward/devices/voice"
)

// tone is a clip that no other clip looks like, with silence around it.
func tone(rate, n int) []int16 {
	const silence = 300
	pcm := make([]int16, rate/5+37*n+2*silence)
	hz := 150 + 17*float64(n)
	for i := silence; i < len(pcm)-silence; i++ {
		pcm[i] = int16(12000 * math.Sin(2*math.Pi*hz*float64(i-silence+1)/float64(rate)+0.3))
	}
	return pcm
}

// tones writes a pack of tones with every word of a language.
func tones(t testing.TB, lang string, rate int, more ...string) string {
	t.Helper()
	dir := t.TempDir()
	p, err := Begin(dir, Manifest{Name: "tones", Language: lang, Speaker: "a generator", Licence: "free", Rate: rate})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range voice.Vocabulary(lang) {
		more = append(more, w.ID)
	}
	for n, id := range more {
		file := fmt.Sprintf("%d.wav", n)
		var b bytes.Buffer
		if err := WriteWAV(&b, rate, tone(rate, n)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, file), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		p.Clips[id] = file
	}
	if err := os.WriteFile(filepath.Join(dir, ManifestName), p.manifest(), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func load(t testing.TB, dir string) *Pack {
	t.Helper()
	p, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestLoad(t *testing.T) {
	p := load(t, tones(t, "zh-CN", 22050))
	if len(p.Sound) != len(voice.Vocabulary("zh-CN")) || p.Gap != 120 || p.Missing() != nil {
		t.Errorf("%d clips, gap %d, missing %v", len(p.Sound), p.Gap, p.Missing())
	}
	if got, want := p.Sound["请"], Trim(tone(22050, 0)); !slices.Equal(got, want) || len(got) > 22050/5+1 {
		t.Errorf("%d samples, want %d", len(got), len(want))
	}
	delete(p.Sound, "零")
	delete(p.Sound, voice.Yao) // optional
	if got := p.Missing(); !slices.Equal(got, []string{"零"}) {
		t.Errorf("missing %v", got)
	}
}

const good = "name: x\nlanguage: zh-CN\nspeaker: y\nlicence: z\nrate: 22050\nclips:\n  请: a.wav\n"

// Everything that is wrong with a pack is said, with the file and the clip.
func TestWrongPacks(t *testing.T) {
	wav := func(rate int, pcm []int16) []byte {
		var b bytes.Buffer
		_ = WriteWAV(&b, rate, pcm)
		return b.Bytes()
	}
	sound := wav(22050, tone(22050, 1))
	stereo := slices.Clone(sound)
	stereo[22] = 2
	huge := slices.Clone(sound)
	copy(huge[40:], "\xf0\xff\xff\x7e")
	for name, c := range map[string]struct {
		manifest string
		file     []byte
		want     string
	}{
		"good":        {good, sound, ""},
		"unknown key": {good + "colour: red\n", sound, `unknown field "colour"`},
		"no list":     {strings.Replace(good, "  请: a.wav\n", "", 1), sound, "clips: missing"},
		"twice":       {good + "  请: a.wav\n", sound, "already defined"},
		"language":    {strings.Replace(good, "zh-CN", "tlh", 1), sound, `language: "tlh": want zh-CN, en or yue`},
		"rate":        {strings.Replace(good, "22050", "8000", 1), sound, "rate: 8000: want 22050 or 44100"},
		"gap":         {good + "gap: 90\n", sound, "gap: 90: want 100 to 150 ms"},
		"licence":     {strings.Replace(good, "licence: z\n", "", 1), sound, "licence: missing"},
		"outside":     {strings.Replace(good, "a.wav", "../a.wav", 1), sound, `file "../a.wav": want a file in the folder`},
		"away":        {strings.Replace(good, "a.wav", "b.wav", 1), sound, `clip "请": b.wav: no such file`},
		"a link away": {strings.Replace(good, "a.wav", "link.wav", 1), sound, `clip "请": link.wav: `},
		"a pipe":      {strings.Replace(good, "a.wav", "pipe.wav", 1), sound, `clip "请": pipe.wav: not a file`},
		"other rate":  {good, wav(44100, tone(44100, 1)), `clip "请": a.wav: 44100 samples a second, the pack says 22050`},
		"stereo":      {good, stereo, "format 1, 2 channels, 16 bits: want PCM, mono, 16 bits"},
		"silence":     {good, wav(22050, make([]int16, 9000)), "nothing to hear in it"},
		"short":       {good, wav(22050, tone(22050, 1)[300:500]), "nothing to hear in it"},
		"long":        {good, wav(22050, make([]int16, 21*22050)), "want at most 441000"},
		"cut short":   {good, sound[:2000], "cut short, 1956 of"},
		"no header":   {good, sound[:30], "cut short in its format"},
		"huge":        {good, huge, "want at most 441000"},
		"not a sound": {good, []byte("ID3 and so on, no sound at all"), `begins with "ID3 "`},
		"not YAML":    {"\tname", sound, "pack.yaml: "},
		"not a list":  {strings.Replace(good, "  请: a.wav", "  - a.wav", 1), sound, "pack.yaml: "},
		"large":       {good + strings.Repeat("#", mostManifest), sound, "larger than"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, data := range map[string][]byte{ManifestName: []byte(c.manifest), "a.wav": c.file} {
				if err := os.WriteFile(filepath.Join(dir, file), data, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Symlink("/etc/hostname", filepath.Join(dir, "link.wav")); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(filepath.Join(dir, "pipe.wav"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), dir)):
				t.Errorf("%v; want %q", err, c.want)
			}
		})
	}
	if _, err := Load(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a folder that is not there was loaded")
	}
}

// A pack that is being written is whole after every clip, keeps the names of its
// files, and goes on where it was.
func TestWritePack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "pack")
	m := Manifest{Name: `a "b": c`, Language: "zh-CN", Speaker: "李老师", Licence: "仅限本大厅使用", Rate: 44100}
	p, err := Begin(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	for n, id := range []string{"窗口", "号窗口", "十", "综合", "三十", "散石", "K", "please go to"} {
		if err := p.Put(id, Trim(tone(44100, n))); err != nil {
			t.Fatal(err)
		}
		again := load(t, dir)
		if len(again.Sound) != n+1 || again.Name != m.Name || again.Speaker != m.Speaker || again.Gap != 120 {
			t.Fatalf("%+v", again.Manifest)
		}
	}
	again, err := Begin(dir, m)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"窗口": "chuang1kou3.wav", "号窗口": "hao4chuang1kou3.wav", "十": "shi2.wav", "综合": "zong1he2.wav",
		"三十": "san1shi2.wav", "散石": "word.wav", "K": "k.wav", "please go to": "please-go-to.wav"}
	if fmt.Sprint(again.Clips) != fmt.Sprint(want) {
		t.Errorf("%v", again.Clips)
	}
	if err := again.Put("幺", Trim(tone(44100, 20))); err != nil {
		t.Fatal(err)
	}
	if err := again.Put("散", Trim(tone(44100, 21))); err != nil || again.Clips["散"] != "word-2.wav" {
		t.Errorf("%q, %v", again.Clips["散"], err)
	}
	m.Placeholder = true
	if _, err := Begin(dir, m); err == nil {
		t.Error("a robot may go on with a person's pack")
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "letters.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Begin(other, m); err == nil {
		t.Error("a folder of somebody else was taken")
	}
}

// No manifest, however it is written, brings the reader down or past its limits.
func FuzzManifest(f *testing.F) {
	f.Add([]byte(good))
	f.Add([]byte("clips: &a\n  x: *a\n"))
	f.Add([]byte("name: {{{{[[[["))
	f.Add([]byte("a: &a [x,x]\nb: &b [*a,*a]\nclips: {*b: x}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := parseManifest(raw)
		if err == nil && (len(m.Clips) == 0 || len(m.Clips) > MostClips || m.Gap < minGap || m.Gap > maxGap || !voice.Known(m.Language)) {
			t.Errorf("%q was taken: %+v", raw, m)
		}
	})
}

// No file brings the reader of sounds down, and none makes it hold more than it
// was allowed.
func FuzzReadWAV(f *testing.F) {
	var b bytes.Buffer
	_ = WriteWAV(&b, 22050, tone(22050, 1)[:400])
	f.Add(b.Bytes())
	pipe := slices.Clone(b.Bytes())
	copy(pipe[40:], "\xff\xff\xff\x7f")
	f.Add(pipe)
	f.Add(b.Bytes()[:50])
	f.Add(append(append(slices.Clone(b.Bytes()[:36]), "LIST\xff\xff\xff\xff"...), b.Bytes()[36:]...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		rate, pcm, err := ReadWAV(bytes.NewReader(raw), 1000)
		if len(pcm) > 1000 || err == nil && (rate < 1 || 2*len(pcm) > len(raw)) {
			t.Errorf("%d samples at %d from %d bytes", len(pcm), rate, len(raw))
		}
	})
}
