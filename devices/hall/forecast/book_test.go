package forecast_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"hallward/devices/hall/forecast"
)

// lognormal draws a time with this mean and a variation of about 0.6.
func lognormal(r *rand.Rand, mean float64) float64 {
	const sigma = 0.55
	return mean * math.Exp(r.NormFloat64()*sigma-sigma*sigma/2)
}

// Known means are found again from a few days, by hour where the hours differ,
// also when now and then a window forgets to finish a service.
func TestMinutesAreLearned(t *testing.T) {
	for seed := range uint64(5) {
		r := rand.New(rand.NewPCG(seed, 1))
		var b forecast.Book
		for day := range 20 {
			for i := range 40 {
				hour, mean := 1, 6.0 // nine o'clock in China
				if i%2 == 1 {
					hour, mean = 7, 12
				}
				seconds := 60 * lognormal(r, mean)
				if i == 7 && day%3 == 0 {
					seconds = 4 * 3600
				}
				date := fmt.Sprintf("2026-03-%02d", day+1)
				b.Served("a", date, hour, seconds)
				b.Served("short", date, hour, 60*lognormal(r, 2))
				b.Served("long", date, hour, 60*lognormal(r, 55))
			}
		}
		for _, c := range []struct {
			service string
			hour    int
			want    float64
		}{{"a", 1, 6}, {"a", 7, 12}, {"a", 3, 9}, {"short", 1, 2}, {"long", 1, 55}} {
			got, spread := b.Minutes(c.service, c.hour, 10)
			if math.Abs(got-c.want) > 0.3*c.want {
				t.Errorf("seed %d: service %s at %d h takes %.1f minutes, want %.1f", seed, c.service, c.hour, got, c.want)
			}
			if spread <= 0 || spread > c.want {
				t.Errorf("seed %d: service %s spreads by %.1f minutes about %.1f", seed, c.service, spread, c.want)
			}
		}
	}
}

// Without data the configured minutes stand; a few observations move them a
// little only; without any of them it is ten.
func TestMinutesStartConfigured(t *testing.T) {
	var b forecast.Book
	if got, _ := b.Minutes("a", 1, 25); got != 25 {
		t.Errorf("nothing known: %g minutes, want the configured 25", got)
	}
	for _, configured := range []float64{0, -4, math.NaN(), math.Inf(1)} {
		if got, _ := b.Minutes("a", 1, configured); got != 10 {
			t.Errorf("configured %g: %g minutes, want 10", configured, got)
		}
	}
	b.Served("a", "2026-03-02", 1, 60*5)
	if got, _ := b.Minutes("a", 1, 25); got < 18 || got >= 25 {
		t.Errorf("one observation of 5 minutes makes %g of 25", got)
	}
}

func TestNoShowsAndTurns(t *testing.T) {
	var b forecast.Book
	for i := range 400 {
		if i%4 == 0 {
			b.Missed("a", "2026-03-02", 60)
		} else {
			b.Served("a", "2026-03-02", 1, 600)
		}
		b.Turned(30)
		b.Turned(7200) // a break
	}
	if got := b.Services["a"].NoShowShare(); math.Abs(got-0.25) > 0.05 {
		t.Errorf("no-show share %g, want about a quarter", got)
	}
	// Three quarters of 10 minutes, a quarter of one, half a minute of turning.
	if got, _ := b.Minutes("a", 1, 10); math.Abs(got-8.25) > 0.5 {
		t.Errorf("the next citizen takes %g minutes, want about 8.25", got)
	}
	for i := range 300 {
		class := ""
		if i%5 == 0 {
			class = "senior"
		}
		b.Issued("c", class, "2026-03-02")
	}
	if got := b.ClassShare("c", "senior"); math.Abs(got-0.2) > 0.05 {
		t.Errorf("share of the class %g, want about a fifth", got)
	}
	if b.ClassShare("a", "nobody") != 0 || b.ClassShare("z", "senior") != 0 {
		t.Error("a class or service without tickets has a share")
	}
}

// The interval leaves 15 of 100 errors on either side, of the service alone when
// it has enough of them.
func TestInterval(t *testing.T) {
	var b forecast.Book
	wait := func(service string, central, open float64) {
		b.Waited(forecast.Wait{Service: service, Day: "2026-03-02", Central: central, Open: open, Minutes: open, From: -1, To: -1})
	}
	for i := range 19 {
		wait("a", 15, 15*float64(i)/10)
		if _, _, ok := b.Interval("a", 20); ok {
			t.Fatalf("%d errors make an interval", i+1)
		}
	}
	wait("a", 15, 28.5)
	for _, service := range []string{"a", "seldom"} {
		// Of 20 errors the 3rd and the 18th: 3 and 25.5 for 15 minutes.
		from, to, ok := b.Interval(service, 15)
		if !ok || math.Abs(from-3) > 0.1 || math.Abs(to-25.5) > 0.1 {
			t.Errorf("%s: %.2f to %.2f (%v), want 3 to 25.5", service, from, to, ok)
		}
	}
	for range 40 {
		wait("sure", 20, 20)
	}
	if from, to, _ := b.Interval("sure", 20); math.Abs(from-20) > 0.1 || math.Abs(to-20) > 0.1 {
		t.Errorf("a service that is always right: %.1f to %.1f, want 20", from, to)
	}
	if from, to, _ := b.Interval("sure", 0); from != 0 || to != 0 {
		t.Errorf("nobody waits: %g to %g", from, to)
	}
	for _, central := range []float64{math.NaN(), math.Inf(1), -1} {
		if _, _, ok := b.Interval("sure", central); ok {
			t.Errorf("%g minutes make an interval", central)
		}
	}
	for i := range 60 { // the new errors push out the old
		wait("sure", 20, 40+float64(i%2))
	}
	if from, _, _ := b.Interval("sure", 20); from < 35 {
		t.Errorf("after forty waits of double length the interval begins at %.1f", from)
	}
}

func TestTold(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		from, to  float64
		low, high int
	}{
		{0, 0, 0, 5}, {0, 5, 0, 5}, {15, 15, 15, 20}, {16, 30, 15, 30}, {16, 30.1, 15, 35}, {14.9, 20, 10, 20},
		{30, 16, 15, 30}, {0, 1e9, 0, 600}, {1e9, 1e9, 595, 600},
		{-1, 5, -1, -1}, {math.NaN(), 5, -1, -1}, {5, math.NaN(), -1, -1}, {5, inf, -1, -1}, {inf, inf, -1, -1},
	} {
		if low, high := forecast.Told(c.from, c.to); low != c.low || high != c.high {
			t.Errorf("%g to %g is told as %d to %d, want %d to %d", c.from, c.to, low, high, c.low, c.high)
		}
	}
}

func TestReport(t *testing.T) {
	var b forecast.Book
	wait := func(service, day string, minutes float64, from, to int) {
		b.Waited(forecast.Wait{Service: service, Day: day, Central: 15, Open: minutes, Minutes: minutes, From: from, To: to})
	}
	wait("a", "2026-03-02", 17, 15, 20)
	wait("a", "2026-03-02", 14.2, 15, 20)
	wait("a", "2026-03-02", 14.6, 15, 20) // fifteen on any clock
	wait("b", "2026-03-03", 26, 15, 20)
	wait("b", "2026-03-03", 4, 0, 0)
	wait("b", "2026-03-03", 6, 0, 0)
	wait("c", "2026-03-03", 30, -1, -1) // was told nothing
	services, days := b.Report()
	if want := []forecast.Line{
		{Service: "a", Told: 3, Inside: 2, Early: 1, MedianError: -2},
		{Service: "b", Told: 3, Inside: 1, Late: 2, MedianError: 6},
	}; !reflect.DeepEqual(services, want) {
		t.Errorf("services %+v, want %+v", services, want)
	}
	if want := []forecast.Line{
		{Day: "2026-03-03", Told: 3, Inside: 1, Late: 2, MedianError: 6},
		{Day: "2026-03-02", Told: 3, Inside: 2, Early: 1, MedianError: -2},
	}; !reflect.DeepEqual(days, want) {
		t.Errorf("days %+v, want %+v", days, want)
	}
}

// anything is a duration as a broken device or clock might make it.
func anything(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.Float64Range(0, 5000), rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), -1, 0})).Draw(t, name)
}

// Whatever is fed in: what is told is -1 and -1, or steps of five between 0 and
// 600 in the right order; means stay positive numbers; the book goes through
// JSON unchanged.
func TestBookProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var b forecast.Book
		for range rapid.IntRange(0, 80).Draw(t, "events") {
			service := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "service")
			day := fmt.Sprintf("2026-03-%02d", rapid.IntRange(1, 20).Draw(t, "day"))
			switch rapid.IntRange(0, 4).Draw(t, "event") {
			case 0:
				b.Served(service, day, rapid.Int().Draw(t, "hour"), anything(t, "seconds"))
			case 1:
				b.Missed(service, day, anything(t, "seconds"))
			case 2:
				b.Turned(anything(t, "seconds"))
			case 3:
				b.Issued(service, rapid.SampledFrom([]string{"", "senior", "army"}).Draw(t, "class"), day)
			case 4:
				b.Waited(forecast.Wait{Service: service, Day: day, Central: anything(t, "central"), Open: anything(t, "open"),
					Minutes: anything(t, "minutes"), From: rapid.IntRange(-5, 100).Draw(t, "from"), To: rapid.IntRange(-5, 100).Draw(t, "to")})
			}
		}
		mean, spread := b.Minutes("a", 3, 10)
		if !(mean > 0) || math.IsInf(mean, 0) || !(spread >= 0) || math.IsInf(spread, 0) {
			t.Fatalf("%g ± %g minutes", mean, spread)
		}
		from, to, ok := b.Interval("a", anything(t, "central"))
		if low, high := forecast.Told(from, to); ok && (low < 0 || high > forecast.MostTold || high <= low || low%forecast.Step != 0 || high%forecast.Step != 0) {
			t.Fatalf("%g to %g is told as %d to %d", from, to, low, high)
		}
		one, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var again forecast.Book
		if err := json.Unmarshal(one, &again); err != nil {
			t.Fatal(err)
		}
		two, err := json.Marshal(again)
		if err != nil || string(one) != string(two) {
			t.Fatalf("%s became %s (%v)", one, two, err)
		}
	})
}

// A book stays small: 1000 services over a year of days leave 256 services and
// 14 days.
func TestBookIsBounded(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var b forecast.Book
	for i := range 12_000 {
		service := fmt.Sprintf("s%d", r.IntN(1000))
		day := fmt.Sprintf("2026-%02d-%02d", 1+i/1000, 1+i%1000/36)
		b.Issued(service, fmt.Sprintf("class%d", r.IntN(100)), day)
		b.Served(service, day, r.IntN(24), 60*lognormal(r, 10))
		b.Waited(forecast.Wait{Service: service, Day: day, Central: 10, Open: r.Float64() * 500, Minutes: r.Float64() * 500, From: 5, To: 15})
	}
	size, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(b.Services) > 256 || len(b.Days) > 14 || len(size) > 2_000_000 {
		t.Errorf("%d services, %d days, %d bytes", len(b.Services), len(b.Days), len(size))
	}
	if b.Days[0].Day >= b.Days[13].Day {
		t.Errorf("days from %s to %s", b.Days[0].Day, b.Days[13].Day)
	}
}
