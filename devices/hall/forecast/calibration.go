package forecast

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Ring is the last errors of the central forecast: actual ÷ forecast in
// thousandths, both with slack added.
type Ring struct {
	Next   int   `json:"next"`
	Values []int `json:"values,omitempty"`

	low, high int  // of these values, as last asked
	asked     bool // since the last change
}

func (r *Ring) add(v, size int) {
	r.asked = false
	if len(r.Values) < size {
		r.Values = append(r.Values, v)
		return
	}
	r.Values[r.Next%size] = v
	r.Next = (r.Next + 1) % size
}

// slack in minutes is added to both sides of the ratio, so that a forecast of
// two minutes is not wrong by a factor when three have passed.
const slack = 5.0

// Level is the share of waits that should fall inside the interval before it is
// rounded, half of the rest on either side. Rounded outwards to whole steps, and
// with those who are called at once, 85 to 90 of 100 come true: more would be
// wide intervals that tell nobody anything.
const Level = 0.7

func ratio(actual, central float64) int {
	return int(math.Round(1000 * min((max(0, actual)+slack)/(max(0, central)+slack), 20)))
}

// tails are the values between which Level of the next errors will fall. Of n
// errors the k-th smallest covers k of n+1 (conformal prediction).
func (r *Ring) tails() (low, high int) {
	if !r.asked {
		sorted := slices.Sorted(slices.Values(r.Values))
		tail := (1 - Level) / 2 * float64(len(sorted)+1)
		r.low = sorted[max(0, int(math.Floor(tail))-1)]
		r.high = sorted[min(len(sorted)-1, int(math.Ceil(float64(len(sorted)+1)-tail))-1)]
		r.asked = true
	}
	return r.low, r.high
}

// Interval is what the central forecast may mean, in minutes: how much longer or
// shorter than forecast the waits for the service were, without the tails; those
// for all services together when it has few. ok is false before there is enough
// history.
func (b *Book) Interval(service string, central float64) (from, to float64, ok bool) {
	errors := &b.Errors
	if s := b.Services[service]; s != nil && len(s.Errors.Values) >= enough {
		errors = &s.Errors
	}
	if len(errors.Values) < enough || !(central >= 0) || math.IsInf(central, 0) {
		return 0, 0, false
	}
	low, high := errors.tails()
	end := func(ratio int) float64 { return max(0, float64(ratio)/1000*(central+slack)-slack) }
	return end(low), end(high), true
}

// Step is what told minutes are rounded to, outwards.
const Step = 5

// MostTold is the longest wait that is told, in minutes.
const MostTold = 600

// UnknownWait is told when no window is open that could serve.
const UnknownWait = -1

// Told rounds an interval to what a citizen is told: whole steps, outwards, at
// least one step wide.
func Told(from, to float64) (int, int) {
	if !(from >= 0 && to >= 0) || math.IsInf(from, 0) || math.IsInf(to, 0) {
		return UnknownWait, UnknownWait
	}
	low := Step * int(math.Floor(min(from, to, MostTold-Step)/Step))
	high := Step * int(math.Ceil(min(max(from, to), MostTold)/Step))
	return low, max(high, low+Step)
}

// Tally counts how told intervals came true.
type Tally struct {
	Inside int `json:"inside"`
	Early  int `json:"early"`
	Late   int `json:"late"`
}

// Day is how the intervals of one business day came true.
type Day struct {
	Day string `json:"day"`
	Tally
	Off map[int]int `json:"off,omitempty"` // minutes later than the middle of what was told, within ±60 → tickets
}

// Wait is one wait that has come to its end.
type Wait struct {
	Service  string
	Day      string
	Central  float64 // minutes as forecast; below 0 is not known
	Open     float64 // minutes of opening hours that it took
	Minutes  float64 // by the clock
	From, To int     // as told; UnknownWait is nothing
}

// Waited learns from a wait.
func (b *Book) Waited(w Wait) {
	if !(w.Open >= 0 && w.Minutes >= 0) {
		return
	}
	s := b.service(w.Service, w.Day)
	if w.Central > 0 && !math.IsInf(w.Central, 0) {
		r := ratio(w.Open, w.Central)
		s.Errors.add(r, errorsKept)
		b.Errors.add(r, pooledKept)
	}
	if w.From < 0 || w.To < w.From {
		return
	}
	d := b.today(w.Day)
	minutes := int(math.Round(min(w.Minutes, 24*60)))
	for _, t := range []*Tally{&s.Told, &d.Tally} {
		switch {
		case minutes < w.From:
			t.Early++
		case minutes > max(w.To, Step): // "at once" is kept within a step
			t.Late++
		default:
			t.Inside++
		}
	}
	off := minutes - (w.From+w.To)/2
	s.Off = append(s.Off, off)
	s.Off = s.Off[max(0, len(s.Off)-errorsKept):]
	d.Off[min(max(off, -60), 60)]++
}

// today is the line of a business day. Days only go forward.
func (b *Book) today(day string) *Day {
	if n := len(b.Days); n == 0 || b.Days[n-1].Day < day {
		b.Days = append(b.Days, Day{Day: day})
		b.Days = slices.Clone(b.Days[max(0, len(b.Days)-daysKept):])
	}
	d := &b.Days[len(b.Days)-1]
	if d.Off == nil {
		d.Off = map[int]int{}
	}
	return d
}

// Line is one line of the report of how often the truth fell inside what was
// told.
type Line struct {
	Service     string // "" is all services together
	Day         string // "" is since the hall began to learn
	Told        int    // waits with a told interval
	Inside      int
	Early       int // called before the interval
	Late        int // and after it
	MedianError int // minutes later than the middle of the interval: of the last 40 of a service, of all of a day
}

// Report has a line for each service that was ever told, then one for each of
// the last days, newest first.
func (b *Book) Report() (services, days []Line) {
	for _, id := range slices.Sorted(maps.Keys(b.Services)) {
		if s := b.Services[id]; len(s.Off) > 0 {
			off := slices.Sorted(slices.Values(s.Off))
			services = append(services, reported(id, "", s.Told, off[len(off)/2]))
		}
	}
	for _, d := range slices.Backward(b.Days) {
		days = append(days, reported("", d.Day, d.Tally, d.median()))
	}
	return services, days
}

func reported(service, day string, t Tally, median int) Line {
	return Line{Service: service, Day: day, Told: t.Inside + t.Early + t.Late,
		Inside: t.Inside, Early: t.Early, Late: t.Late, MedianError: median}
}

func (d *Day) median() int {
	left := (d.Inside + d.Early + d.Late) / 2
	for _, off := range slices.SortedFunc(maps.Keys(d.Off), cmp.Compare) {
		if left -= d.Off[off]; left < 0 {
			return off
		}
	}
	return 0
}
