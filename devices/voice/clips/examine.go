package clips

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Take is how one recording of a word came out.
type Take struct {
	Peak   float64       // dBFS
	Speech float64       // dBFS, mean of what is loud
	Noise  float64       // dBFS, mean of the quietest tenth
	Length time.Duration // of the word, without the silence around it
	Clear  time.Duration // the shorter silence before and after
	Faults []string      // in words for the speaker; none: it can be used
}

// Limits of a good recording.
const (
	tooLow    = -20.0 // dBFS, peak
	tooLoud   = -0.5  // dBFS, peak
	tooNoisy  = 25.0  // dB between speech and noise at least
	frameMS   = 10
	tooShort  = 80 * time.Millisecond
	tooLong   = 6 * time.Second
	tooClose  = 30 * time.Millisecond // to the beginning or end of the recording
	aboveCalm = 4.0                   // times the noise, and it is speech
)

// Examine judges a recording as it came from the microphone.
func Examine(pcm []int16, rate int) Take {
	frames := levels(pcm, rate*frameMS/1000)
	t := Take{Peak: decibels(float64(peak(pcm)))}
	if len(frames) == 0 || peak(pcm) == 0 {
		t.Faults = append(t.Faults, "没有录到声音，请检查麦克风 / nothing was recorded, please check the microphone")
		return t
	}
	calm := quietest(frames)
	t.Noise = decibels(calm)
	from, to, sum, n := -1, 0, 0.0, 0
	floor := max(calm*aboveCalm, float64(peak(pcm))/100)
	for i, f := range frames {
		if f > floor {
			if from < 0 {
				from = i
			}
			to, sum, n = i+1, sum+f*f, n+1
		}
	}
	if n == 0 {
		t.Faults = append(t.Faults, "没有听到说话声，请再录一次 / no speech was heard, please record again")
		return t
	}
	frame := frameMS * time.Millisecond
	t.Speech = decibels(math.Sqrt(sum / float64(n)))
	t.Length = time.Duration(to-from) * frame
	t.Clear = min(time.Duration(from), time.Duration(len(frames)-to)) * frame
	t.judge()
	return t
}

func (t *Take) judge() {
	bad := func(format string, args ...any) { t.Faults = append(t.Faults, fmt.Sprintf(format, args...)) }
	switch {
	case t.Peak > tooLoud:
		bad("音量过大，声音已失真（%.1f dBFS），请离麦克风远一点 / too loud and clipped (%.1f dBFS), please step back", t.Peak, t.Peak)
	case t.Peak < tooLow:
		bad("音量过小（%.1f dBFS），请靠近麦克风 / too quiet (%.1f dBFS), please come closer", t.Peak, t.Peak)
	}
	if t.Speech-t.Noise < tooNoisy {
		bad("环境噪声较大（仅低 %.0f dB），请换安静的地方 / the room is noisy (only %.0f dB below), please find a quiet one", t.Speech-t.Noise, t.Speech-t.Noise)
	}
	if t.Length < tooShort || t.Length > tooLong {
		bad("时长不对（%s），请只读这一个词 / the length is wrong (%s), please read only this word", t.Length, t.Length)
	}
	if t.Clear < tooClose {
		bad("开头或结尾被截断，请稍等再读 / the beginning or end is cut off, please wait a moment before speaking")
	}
}

// levels is the effective value of each frame.
func levels(pcm []int16, frame int) []float64 {
	var list []float64
	for at := 0; at+frame <= len(pcm); at += frame {
		sum := 0.0
		for _, s := range pcm[at : at+frame] {
			sum += float64(s) * float64(s)
		}
		list = append(list, math.Sqrt(sum/float64(frame)))
	}
	return list
}

// quietest is the mean of the quietest tenth of the frames.
func quietest(frames []float64) float64 {
	sorted := slices.Sorted(slices.Values(frames))
	n := max(1, len(sorted)/10)
	sum := 0.0
	for _, f := range sorted[:n] {
		sum += f
	}
	return sum / float64(n)
}

func decibels(v float64) float64 { return 20 * math.Log10(max(v, 0.5)/32768) }
