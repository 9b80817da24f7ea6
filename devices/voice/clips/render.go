package clips

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gopxl/beep/v2"

	"hallward/devices"
	"hallward/devices/voice"
)

// Times of an announcement.
const (
	Lead    = 50 * time.Millisecond  // silence before and after, for amplifiers that have to wake
	Between = 450 * time.Millisecond // between two languages
	Fade    = 2 * time.Millisecond   // at the edges of a clip
)

// Ceiling is the largest sample of a rendered announcement: -1 dBFS.
const Ceiling = 29203

// SetOpts are the settings of a Set; the zero value is usable.
type SetOpts struct {
	Yao  bool    // in Mandarin the digit 1 of a ticket is read 幺
	Gain float64 // dB, -30..20; louder clips are held at the ceiling
}

// Set is the packs that speak together, one for each language, at one rate.
type Set struct {
	rate  int
	packs map[string]*Pack
	chime []int16
	yao   bool
	gain  float64 // factor
}

// NewSet joins packs, at the highest of their rates.
func NewSet(packs []*Pack, o SetOpts) (*Set, error) {
	if o.Gain < -30 || o.Gain > 20 {
		return nil, fmt.Errorf("clips: gain %g: want -30 to 20 dB", o.Gain)
	}
	s := &Set{packs: map[string]*Pack{}, yao: o.Yao, gain: math.Pow(10, o.Gain/20)}
	for _, p := range packs {
		if before := s.packs[p.Language]; before != nil {
			return nil, fmt.Errorf("clips: packs %s and %s both speak %s", before.Dir, p.Dir, p.Language)
		}
		s.packs[p.Language] = p
		s.rate = max(s.rate, p.Rate)
	}
	if s.rate == 0 {
		return nil, errors.New("clips: no pack")
	}
	for _, p := range packs {
		s.packs[p.Language] = p.at(s.rate)
		if own := s.packs[p.Language].Sound[ChimeID]; s.chime == nil && own != nil {
			s.chime = own
		}
	}
	if s.chime == nil {
		s.chime = chime(s.rate)
	}
	return s, nil
}

// Rate is the samples a second of what is rendered.
func (s *Set) Rate() int { return s.rate }

// at is the pack at another rate.
func (p *Pack) at(rate int) *Pack {
	if p.Rate == rate {
		return p
	}
	q := *p
	q.Rate, q.Sound = rate, make(map[string][]int16, len(p.Sound))
	for id, pcm := range p.Sound {
		q.Sound[id] = resample(pcm, p.Rate, rate)
	}
	return &q
}

// resample brings a clip to another rate.
func resample(pcm []int16, from, to int) []int16 {
	at := 0
	source := beep.StreamerFunc(func(out [][2]float64) (int, bool) {
		n := 0
		for ; n < len(out) && at < len(pcm); n++ {
			v := float64(pcm[at]) / 32768
			out[n], at = [2]float64{v, v}, at+1
		}
		return n, n > 0
	})
	r := beep.Resample(4, beep.SampleRate(from), beep.SampleRate(to), source)
	out := make([]int16, 0, len(pcm)*to/from+1)
	buf := make([][2]float64, 512)
	for {
		n, ok := r.Stream(buf)
		for _, v := range buf[:n] {
			out = append(out, int16(max(-32767, min(32767, math.Round(v[0]*32768)))))
		}
		if !ok {
			return out
		}
	}
}

// Sound is an announcement as it is played, 16 bit, mono.
type Sound struct {
	Rate    int
	PCM     []int16
	Spans   []Span
	Missing []Word // what could not be spoken; without a Clip there is no pack
}

// Length is how long it takes.
func (s Sound) Length() time.Duration {
	return time.Duration(len(s.PCM)) * time.Second / time.Duration(max(1, s.Rate))
}

// Span is where a clip stands in a sound, in samples.
type Span struct {
	Lang, Clip string
	Start, End int
	pcm        []int16
}

// Word is a clip of a language.
type Word struct{ Lang, Clip string }

// Render makes an announcement. Volume is percent, 1 to 100; half of it is 12 dB
// less, about half as loud. Words without a clip are left out and listed in
// Missing; the error, an devices.ErrUnspeakable, is an announcement of which
// nothing can be spoken.
func (s *Set) Render(speeches []devices.Speech, withChime bool, volume int) (Sound, error) {
	if volume < 1 || volume > 100 {
		return Sound{}, fmt.Errorf("clips: volume %d: want 1 to 100", volume)
	}
	out := Sound{Rate: s.rate}
	at := s.samples(Lead)
	if withChime {
		out.Spans = append(out.Spans, Span{Clip: ChimeID, Start: at, End: at + len(s.chime), pcm: s.chime})
		at += len(s.chime) + s.samples(Between)/2
	}
	before := len(out.Spans)
	for _, speech := range speeches {
		if spoken := len(out.Spans); s.lay(&out, speech, at) && len(out.Spans) > spoken {
			at = out.Spans[len(out.Spans)-1].End + s.samples(Between)
		}
	}
	if len(out.Spans) == before {
		return out, fmt.Errorf("clips: %w: %s", devices.ErrUnspeakable, wants(out.Missing))
	}
	out.PCM = make([]int16, out.Spans[len(out.Spans)-1].End+s.samples(Lead))
	gain := s.gain * float64(volume*volume) / 10_000
	for _, span := range out.Spans {
		s.mix(out.PCM[span.Start:span.End], span.pcm, gain)
	}
	return out, nil
}

// lay puts the clips of a sentence one behind the other.
func (s *Set) lay(out *Sound, speech devices.Speech, at int) bool {
	p := s.packs[speech.Lang]
	if p == nil {
		out.Missing = append(out.Missing, Word{Lang: speech.Lang})
		return false
	}
	gap := p.Gap * s.rate / 1000
	for _, run := range s.runs(out, speech) {
		at += max(0, run.pause*s.rate/1000-gap)
		for words := run.words; len(words) > 0; {
			id, n := p.longest(words)
			if n == 0 {
				out.Missing = append(out.Missing, Word{Lang: speech.Lang, Clip: words[0]})
				words = words[1:]
				continue
			}
			pcm := p.Sound[id]
			out.Spans = append(out.Spans, Span{Lang: speech.Lang, Clip: id, Start: at, End: at + len(pcm), pcm: pcm})
			at += len(pcm) + gap
			words = words[n:]
		}
	}
	return true
}

// run is words without a pause between them.
type run struct {
	pause int // ms, before them
	words []string
}

// runs spells a sentence. A word that cannot be spelled is missing.
func (s *Set) runs(out *Sound, speech devices.Speech) []run {
	list := []run{{}}
	for _, part := range speech.Parts {
		if part.Kind == devices.PartPause {
			ms, err := strconv.Atoi(part.Text)
			if err == nil {
				list = append(list, run{pause: max(0, min(ms, 5000))})
			}
			continue
		}
		words, err := voice.Spell(part, speech.Lang)
		if err != nil {
			out.Missing = append(out.Missing, Word{Lang: speech.Lang, Clip: part.Text})
			continue
		}
		last := &list[len(list)-1]
		for _, w := range words {
			if s.yao && speech.Lang == voice.Mandarin && part.Kind == devices.PartDigits && w == "一" && s.packs[speech.Lang].Sound[voice.Yao] != nil {
				w = voice.Yao
			}
			last.words = append(last.words, w)
		}
	}
	return list
}

// joint is what stands between two words in the id of a clip that holds both.
func joint(lang string) string {
	if lang == voice.English {
		return " "
	}
	return ""
}

// longestClip bounds the id of a clip that holds several words, in characters.
const longestClip = 24

// longest finds the clip with most of the words, from the first on.
func (p *Pack) longest(words []string) (id string, n int) {
	joined := words[0]
	if p.Sound[joined] != nil {
		id, n = joined, 1
	}
	for i := 1; i < len(words) && utf8.RuneCountInString(joined) < longestClip; i++ {
		joined += joint(p.Language) + words[i]
		if p.Sound[joined] != nil {
			id, n = joined, i+1
		}
	}
	return id, n
}

func (s *Set) samples(d time.Duration) int { return int(d * time.Duration(s.rate) / time.Second) }

// mix writes a clip at a gain, held below the ceiling, with faded edges.
func (s *Set) mix(out, pcm []int16, gain float64) {
	if most := float64(peak(pcm)); most*gain > Ceiling {
		gain = Ceiling / most
	}
	const one = 1 << 16
	g := int64(gain * one)
	for i, v := range pcm {
		out[i] = int16(int64(v) * g >> 16)
	}
	edge := min(s.samples(Fade), len(pcm)/2)
	for i := range edge {
		ramp := func(v int16) int16 { return int16(int(v) * (i + 1) / (edge + 1)) }
		out[i] = ramp(out[i])
		out[len(pcm)-1-i] = ramp(out[len(pcm)-1-i])
	}
}

func wants(missing []Word) string {
	var list []string
	for _, m := range missing {
		switch {
		case m.Clip == "":
			list = append(list, "no pack speaks "+m.Lang)
		default:
			list = append(list, fmt.Sprintf("no clip %.40q in %s", m.Clip, m.Lang))
		}
	}
	if list == nil {
		return "nothing to say"
	}
	return strings.Join(list, ", ")
}
