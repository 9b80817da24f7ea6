package clips

import "math"

// chime is two notes of a bell, E5 and C5, each with an octave and dying away;
// for packs without a chime of their own.
func chime(rate int) []int16 {
	const (
		first, second = 659.26, 523.25 // Hz
		apart         = 0.45           // s
		length        = 1.5
		fall          = 5.5 // 1/s
		level         = 11000
	)
	pcm := make([]int16, int(length*float64(rate)))
	for i := range pcm {
		t := float64(i) / float64(rate)
		v := bell(first, t, fall) + bell(second, t-apart, fall)
		pcm[i] = int16(level * v)
	}
	return Trim(pcm)
}

// bell is a struck note at t seconds after the stroke.
func bell(hz, t, fall float64) float64 {
	if t < 0 {
		return 0
	}
	attack := min(1, t/0.004)
	return attack * math.Exp(-fall*t) * (math.Sin(2*math.Pi*hz*t) + 0.3*math.Exp(-fall*t)*math.Sin(4*math.Pi*hz*t))
}
