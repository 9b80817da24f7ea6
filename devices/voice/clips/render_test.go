package clips

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice"
)

func set(t testing.TB, o SetOpts, dirs ...string) *Set {
	t.Helper()
	var packs []*Pack
	for _, d := range dirs {
		packs = append(packs, load(t, d))
	}
	s, err := NewSet(packs, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func call(number, label string, langs ...string) []devices.Speech {
	return voice.Speeches(contract.Call{Number: number, Label: label}, langs)
}

func said(s Sound) string {
	var list []string
	for _, span := range s.Spans {
		list = append(list, span.Clip)
	}
	return strings.Join(list, "|")
}

// A sentence is its clips, sample by sample: in order, 100 to 150 ms of silence
// between two, edges faded, the rest of each as it was recorded.
func TestRender(t *testing.T) {
	s := set(t, SetOpts{}, tones(t, "zh-CN", 22050), tones(t, "en", 22050))
	out, err := s.Render(call("A001", "12", "zh-CN", "en"), true, 100)
	if err != nil || out.Missing != nil || out.Rate != 22050 {
		t.Fatal(err, out.Missing, out.Rate)
	}
	const want = "chime|请|A|零|零|一|号|到|十|二|号窗口|办理|Number|A|zero|zero|one|please go to|window|twelve"
	if said(out) != want {
		t.Errorf("%s, want %s", said(out), want)
	}
	check(t, s, out)
	edge := 22050 * 2 / 1000
	for _, span := range out.Spans[1:] {
		clip, got := s.packs[span.Lang].Sound[span.Clip], out.PCM[span.Start:span.End]
		if !slices.Equal(got[edge:len(got)-edge], clip[edge:len(clip)-edge]) {
			t.Fatalf("%s is not its clip", span.Clip)
		}
		for i := range edge {
			if int(got[i]) != int(clip[i])*(i+1)/(edge+1) || int(got[len(got)-1-i]) != int(clip[len(clip)-1-i])*(i+1)/(edge+1) {
				t.Fatalf("%s is not faded at %d", span.Clip, i)
			}
		}
	}
	comma := out.Spans[17].Start - out.Spans[16].End
	if comma != 150*22050/1000 {
		t.Errorf("the comma is %d samples", comma)
	}
}

// check holds a sound to what every sound is.
func check(t testing.TB, s *Set, out Sound) {
	t.Helper()
	at := 0
	for i, span := range out.Spans {
		for _, v := range out.PCM[at:span.Start] {
			if v != 0 {
				t.Fatalf("a sound before %s", span.Clip)
			}
		}
		gap := float64(span.Start-at) / float64(out.Rate) * 1000
		switch {
		case i == 0 && math.Abs(gap-50) > 0.1,
			i > 0 && out.Spans[i-1].Lang == "" && math.Abs(gap-225) > 0.1,
			i > 0 && out.Spans[i-1].Lang != "" && out.Spans[i-1].Lang != span.Lang && math.Abs(gap-450) > 0.1,
			i > 0 && out.Spans[i-1].Lang == span.Lang && (gap < 99.9 || gap > 150.1):
			t.Fatalf("%.1f ms before clip %d, %s", gap, i, span.Clip)
		}
		at = span.End
	}
	if len(out.PCM)-at != s.samples(Lead) {
		t.Errorf("%d samples behind the last clip", len(out.PCM)-at)
	}
	if peak(out.PCM) > Ceiling {
		t.Errorf("peak %d", peak(out.PCM))
	}
}

// Any call at any volume and gain: every word is there, in order, with its gaps,
// and nothing is louder than -1 dBFS.
func TestRenderAny(t *testing.T) {
	zh, en := tones(t, "zh-CN", 22050), tones(t, "en", 22050)
	packs := []*Pack{load(t, zh), load(t, en)}
	rapid.Check(t, func(r *rapid.T) {
		s, err := NewSet(packs, SetOpts{Gain: float64(rapid.IntRange(-30, 20).Draw(r, "gain")), Yao: rapid.Bool().Draw(r, "yao")})
		if err != nil {
			r.Fatal(err)
		}
		number := rapid.StringMatching(`[A-Z]{0,2}[0-9]{1,4}`).Draw(r, "number")
		label := fmt.Sprint(rapid.IntRange(1, 999).Draw(r, "window"))
		speeches := call(number, label, "zh-CN", "en")
		out, err := s.Render(speeches, rapid.Bool().Draw(r, "chime"), rapid.IntRange(1, 100).Draw(r, "volume"))
		if err != nil || out.Missing != nil {
			r.Fatal(err, out.Missing)
		}
		var want []string
		for _, speech := range speeches {
			for _, p := range speech.Parts {
				words, err := voice.Spell(p, speech.Lang)
				if err != nil {
					r.Fatal(err)
				}
				for _, w := range words {
					if s.yao && speech.Lang == "zh-CN" && p.Kind == devices.PartDigits && w == "一" {
						w = voice.Yao
					}
					want = append(want, w)
				}
			}
		}
		if got := strings.TrimPrefix(said(out), "chime|"); got != strings.Join(want, "|") {
			r.Fatalf("%s, want %s", got, strings.Join(want, "|"))
		}
		check(t, s, out)
	})
}

// Half the volume is 12 dB less; a pack that is louder than the ceiling is held
// there.
func TestVolume(t *testing.T) {
	dir := tones(t, "zh-CN", 22050)
	for _, c := range []struct {
		volume int
		gain   float64
		want   int // peak
	}{{100, 0, 12000}, {50, 0, 3000}, {10, 0, 120}, {1, 0, 1}, {100, -6.0206, 6000}, {100, 20, Ceiling}, {50, 12.0412, 12000}} {
		out, err := set(t, SetOpts{Gain: c.gain}, dir).Render(call("8", "3", "zh-CN"), false, c.volume)
		if err != nil {
			t.Fatal(err)
		}
		if got := int(peak(out.PCM)); got > c.want+1 || got < c.want-c.want/100-2 {
			t.Errorf("volume %d, gain %g dB: peak %d, want %d", c.volume, c.gain, got, c.want)
		}
	}
	s := set(t, SetOpts{}, dir)
	for _, v := range []int{-1, 0, 101} {
		if _, err := s.Render(call("8", "3", "zh-CN"), false, v); err == nil {
			t.Errorf("volume %d was taken", v)
		}
	}
	for _, g := range []float64{-31, 21} {
		if _, err := NewSet([]*Pack{load(t, dir)}, SetOpts{Gain: g}); err == nil {
			t.Errorf("gain %g was taken", g)
		}
	}
}

// What has no clip is left out and named; of what has none at all there is no
// sound.
func TestMissing(t *testing.T) {
	s := set(t, SetOpts{}, tones(t, "zh-CN", 22050))
	delete(s.packs["zh-CN"].Sound, "A")
	out, err := s.Render(call("A01", "综合1", "zh-CN", "en"), false, 100)
	if err != nil || said(out) != "请|零|一|号|到|一|号窗口|办理" {
		t.Errorf("%s, %v", said(out), err)
	}
	if want := []Word{{"zh-CN", "A"}, {"zh-CN", "综合"}, {"en", ""}}; !slices.Equal(out.Missing, want) {
		t.Errorf("missing %v", out.Missing)
	}
	check(t, s, out)
	out, err = s.Render(voice.Texts(contract.Text2{ZH: "今天下午停电", EN: "No power"}, []string{"zh-CN", "en"}), true, 100)
	if !errors.Is(err, devices.ErrUnspeakable) || len(out.PCM) > 0 || !strings.Contains(err.Error(), "今天下午停电") || !strings.Contains(err.Error(), "no pack speaks en") {
		t.Errorf("%d samples, %v", len(out.PCM), err)
	}
	if _, err = s.Render(nil, true, 100); !errors.Is(err, devices.ErrUnspeakable) {
		t.Error(err)
	}
	out, err = s.Render([]devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartValue, Text: "1000"}, {Kind: "song", Text: "x"}, {Kind: devices.PartWord, Text: "号"}}}}, false, 100)
	if err != nil || said(out) != "号" || len(out.Missing) != 2 {
		t.Errorf("%s, %v, %v", said(out), out.Missing, err)
	}
	if out, err = s.Render(voice.Texts(voice.Greeting, []string{"zh-CN"}), false, 100); err != nil || said(out) != voice.Greeting.ZH {
		t.Errorf("%s, %v", said(out), err)
	}
}

// The longest clip that fits is taken, never across a pause; 1 is read 幺 in
// tickets where the hall wants it.
func TestLongerClips(t *testing.T) {
	dir := tones(t, "zh-CN", 22050, "十二号窗口", "号到", "零一号", "综合", "一一")
	s := set(t, SetOpts{}, dir)
	for _, c := range [][3]string{
		{"A001", "12", "请|A|零|零一号|到|十二号窗口|办理"},
		{"A00", "13", "请|A|零|零|号到|十|三|号窗口|办理"},
		{"1-1", "综合2", "请|一|一|号到|综合|二|号窗口|办理"},
		{"11", "2", "请|一一|号到|二|号窗口|办理"},
	} {
		out, err := s.Render(call(c[0], c[1], "zh-CN"), false, 100)
		if err != nil || said(out) != c[2] {
			t.Errorf("%s to %s: %s, want %s; %v", c[0], c[1], said(out), c[2], err)
		}
	}
	s = set(t, SetOpts{Yao: true}, tones(t, "zh-CN", 22050))
	out, err := s.Render(call("A101", "11", "zh-CN"), false, 100)
	if err != nil || said(out) != "请|A|幺|零|幺|号|到|十|一|号窗口|办理" {
		t.Errorf("%s, %v", said(out), err)
	}
}

// Packs of two rates speak together; a clip keeps its pitch and its length.
func TestTwoRates(t *testing.T) {
	zh := tones(t, "zh-CN", 22050)
	s := set(t, SetOpts{}, zh, tones(t, "en", 44100))
	if s.Rate() != 44100 {
		t.Fatal(s.Rate())
	}
	out, err := s.Render(call("A001", "12", "zh-CN", "en"), false, 100)
	if err != nil || out.Missing != nil {
		t.Fatal(err)
	}
	check(t, s, out)
	crossings := func(pcm []int16) (n int) {
		for i := 1; i < len(pcm); i++ {
			if pcm[i-1] < 0 != (pcm[i] < 0) {
				n++
			}
		}
		return n
	}
	for id, pcm := range load(t, zh).Sound {
		got := s.packs["zh-CN"].Sound[id]
		if math.Abs(float64(len(got)-2*len(pcm))) > 8 || math.Abs(float64(crossings(got)-crossings(pcm))) > 2 || math.Abs(float64(peak(got))-float64(peak(pcm))) > 300 {
			t.Errorf("%s: %d samples of %d, %d crossings of %d, peak %d of %d", id, len(got), len(pcm), crossings(got), crossings(pcm), peak(got), peak(pcm))
		}
	}
	if _, err := NewSet([]*Pack{load(t, zh), load(t, zh)}, SetOpts{}); err == nil {
		t.Error("two packs of one language were taken")
	}
	if _, err := NewSet(nil, SetOpts{}); err == nil {
		t.Error("no pack was taken")
	}
}

// The chime is a pack's own, or made: shorter than two seconds, and dying away.
func TestChime(t *testing.T) {
	own := tones(t, "zh-CN", 22050, ChimeID)
	if s := set(t, SetOpts{}, own); !slices.Equal(s.chime, s.packs["zh-CN"].Sound[ChimeID]) {
		t.Error("the pack's chime is not used")
	}
	for _, rate := range []int{22050, 44100} {
		pcm := chime(rate)
		if seconds := float64(len(pcm)) / float64(rate); seconds < 1 || seconds > 2 || peak(pcm) > Ceiling || peak(pcm) < 8000 {
			t.Errorf("%.1f s, peak %d", seconds, peak(pcm))
		}
		if end := pcm[len(pcm)*9/10:]; peak(end) > peak(pcm)/8 {
			t.Errorf("it ends at %d", peak(end))
		}
	}
}

// A recording is judged as a person at the desk would.
func TestExamine(t *testing.T) {
	const rate = 44100
	take := func(level, noise float64, before, word, after int) []int16 { // ms
		pcm := make([]int16, (before+word+after)*rate/1000)
		seed := uint32(1)
		for i := range pcm {
			seed = seed*1664525 + 1013904223
			v := noise * (float64(seed>>8)/float64(1<<23) - 1)
			if ms := i * 1000 / rate; ms >= before && ms < before+word {
				v += level * math.Sin(2*math.Pi*220*float64(i)/rate)
			}
			pcm[i] = int16(max(-32767, min(32767, v)))
		}
		return pcm
	}
	for name, c := range map[string]struct {
		pcm  []int16
		want string
	}{
		"good":      {take(16000, 50, 500, 400, 500), ""},
		"clipped":   {take(40000, 50, 500, 400, 500), "too loud"},
		"quiet":     {take(1500, 5, 500, 400, 500), "too quiet"},
		"noisy":     {take(16000, 3000, 500, 400, 500), "noisy"},
		"cut off":   {take(16000, 50, 10, 400, 500), "cut off"},
		"no word":   {take(16000, 50, 500, 40, 500), "length is wrong"},
		"too much":  {take(16000, 50, 500, 7000, 500), "length is wrong"},
		"silence":   {make([]int16, rate), "nothing was recorded"},
		"nothing":   {nil, "nothing was recorded"},
		"only hiss": {take(0, 200, 500, 400, 500), "no speech"},
	} {
		got := Examine(c.pcm, rate)
		if text := strings.Join(got.Faults, "; "); c.want == "" && text != "" || !strings.Contains(text, c.want) {
			t.Errorf("%s: %q, want %q; %+v", name, text, c.want, got)
		}
		if name == "good" && (got.Length.Milliseconds() < 390 || got.Length.Milliseconds() > 420 || math.Abs(got.Peak+6.2) > 0.3) {
			t.Errorf("%+v", got)
		}
	}
}

// BenchmarkRender is the cost of an announcement, and BenchmarkCopy the floor:
// the same samples copied once.
func BenchmarkRender(b *testing.B) {
	s := set(b, SetOpts{}, tones(b, "zh-CN", 22050), tones(b, "en", 22050))
	speeches := call("A001", "12", "zh-CN", "en")
	for b.Loop() {
		if _, err := s.Render(speeches, true, 70); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCopy(b *testing.B) {
	s := set(b, SetOpts{}, tones(b, "zh-CN", 22050), tones(b, "en", 22050))
	out, err := s.Render(call("A001", "12", "zh-CN", "en"), true, 70)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		again := make([]int16, len(out.PCM))
		copy(again, out.PCM)
	}
}
