package forecast

import (
	"cmp"
	"math"
	"strconv"
)

// Sizes of what a Book keeps. A hall of 41 services stays below 100 KiB.
const (
	servicesKept = 256 // the one unused for longest goes
	daysKept     = 14
	errorsKept   = 40  // of one service; one busy day
	pooledKept   = 200 // of all services
	enough       = 20  // errors before they make an interval
)

// Weights of what is believed without data, in observations.
const (
	trustMean = 5  // of the configured minutes against a service's own
	trustHour = 10 // of the service's mean against that of one hour
)

// Book is what a hall has learned about waiting. The zero value knows nothing.
// It is part of the hall's snapshot and survives days and restarts.
type Book struct {
	Services map[string]*Service `json:"services,omitempty"`
	Errors   Ring                `json:"errors,omitzero"` // of all services
	Turn     Mean                `json:"turn,omitzero"`   // seconds between one citizen and the next while people wait
	Days     []Day               `json:"days,omitempty"`  // oldest first
}

// Service is what the hall has learned about one service.
type Service struct {
	Used    string           `json:"used"`            // last business day
	Served  Mean             `json:"served,omitzero"` // seconds at the window, from the call on
	Hours   map[string]*Mean `json:"hours,omitempty"` // the same by hour of the day, in UTC: a journal knows no zone
	Missed  Mean             `json:"missed,omitzero"` // seconds lost by a no-show
	NoShow  Mean             `json:"no_show,omitzero"`
	Classes map[string]*Mean `json:"classes,omitempty"` // share of each class of priority among the tickets
	Errors  Ring             `json:"errors,omitzero"`
	Told    Tally            `json:"told,omitzero"`
	Off     []int            `json:"off,omitempty"` // minutes later than the middle of what was told, the last of them
}

// Mean is a mean that forgets slowly, with the mean distance from it.
type Mean struct {
	N      int     `json:"n"` // observations, at most the memory
	Mean   float64 `json:"mean"`
	Spread float64 `json:"spread,omitempty"`
}

// memory is how many observations count; older ones fade.
const memory = 200

// add folds an observation in.
func (m *Mean) add(v float64, memory int) {
	m.N = min(m.N+1, memory)
	share := 1 / float64(m.N)
	if m.N > 1 {
		m.Spread += (math.Abs(v-m.Mean) - m.Spread) * share
	}
	m.Mean += (v - m.Mean) * share
}

// toward is the mean, drawn to a prior that weighs as much as n observations.
func (m *Mean) toward(prior float64, n int) float64 {
	return (prior*float64(n) + m.Mean*float64(m.N)) / float64(n+m.N)
}

func (b *Book) service(id, day string) *Service {
	s := b.Services[id]
	if s == nil {
		if b.Services == nil {
			b.Services = map[string]*Service{}
		}
		if len(b.Services) >= servicesKept {
			oldest := ""
			for other, s := range b.Services {
				if o := b.Services[oldest]; o == nil || cmp.Or(cmp.Compare(s.Used, o.Used), cmp.Compare(other, oldest)) < 0 {
					oldest = other
				}
			}
			delete(b.Services, oldest)
		}
		s = &Service{}
		b.Services[id] = s
	}
	s.Used = max(s.Used, day)
	return s
}

// standard is the minutes of a service that nobody has configured or seen.
const standard = 10

func prior(minutes float64) float64 {
	if minutes > 0 && !math.IsInf(minutes, 0) {
		return minutes
	}
	return standard
}

// clip keeps a broken observation (a window that forgot to finish) from
// spoiling a mean: it counts as six times the mean, or a sixth.
func clip(v, mean float64) float64 { return min(max(v, mean/6), mean*6) }

// Issued counts a ticket of a class of priority ("" is ordinary).
func (b *Book) Issued(service, class, day string) {
	s := b.service(service, day)
	if class != "" && s.Classes[class] == nil {
		if s.Classes == nil {
			s.Classes = map[string]*Mean{}
		}
		if len(s.Classes) < 16 {
			s.Classes[class] = &Mean{N: s.NoShow.N}
		}
	}
	for id, m := range s.Classes {
		m.add(oneIf(id == class), memory)
		m.Spread = 0
	}
}

// Served learns how long a citizen kept a window busy, from the call to the
// end of the service. hour is that of the call, UTC.
func (b *Book) Served(service, day string, hour int, seconds float64) {
	if !(seconds >= 0) {
		return
	}
	s := b.service(service, day)
	s.NoShow.add(0, memory)
	seconds = s.usual(seconds)
	s.Served.add(seconds, memory)
	if s.Hours == nil {
		s.Hours = map[string]*Mean{}
	}
	key := strconv.Itoa(((hour % 24) + 24) % 24)
	if s.Hours[key] == nil {
		s.Hours[key] = &Mean{}
	}
	s.Hours[key].add(seconds, memory/4)
}

// usual clips a time to what the service has shown so far.
func (s *Service) usual(seconds float64) float64 {
	return clip(seconds, s.Served.toward(standard*60, trustMean))
}

// Missed learns how long a window waited for a citizen who did not come.
func (b *Book) Missed(service, day string, seconds float64) {
	if !(seconds >= 0) {
		return
	}
	s := b.service(service, day)
	s.NoShow.add(1, memory)
	s.Missed.add(min(seconds, 1800), memory)
}

// Turned learns how long a window took from one citizen to the next, while
// somebody waited for it. A longer gap than ten minutes is a break, not a turn.
func (b *Book) Turned(seconds float64) {
	if seconds >= 0 && seconds <= 600 {
		b.Turn.add(seconds, memory)
	}
}

// Minutes is how long the next citizen of a service keeps a window busy, the
// chance of a no-show and the turn to the next citizen included: the mean of
// this hour (UTC) as far as there is data, drawn to that of the service and
// then to the configured one. spread is the mean distance from it.
func (b *Book) Minutes(service string, hour int, configured float64) (mean, spread float64) {
	own := prior(configured)
	turn := b.Turn.toward(0, trustMean) / 60
	s := b.Services[service]
	if s == nil {
		return own + turn, own / 2
	}
	own = s.Served.toward(own*60, trustMean)
	if h := s.Hours[strconv.Itoa(hour)]; h != nil {
		own = h.toward(own, trustHour)
	}
	spread = own / 2
	if s.Served.N > trustMean {
		spread = s.Served.Spread
	}
	gone := s.NoShowShare()
	return ((1-gone)*own+gone*s.Missed.Mean)/60 + turn, spread / 60
}

// NoShowShare is the share of those called who do not come, 0 to 1.
func (s *Service) NoShowShare() float64 { return s.NoShow.toward(0, trustMean) }

// ClassShare is the share of a class of priority among the tickets of a
// service, 0 to 1.
func (b *Book) ClassShare(service, class string) float64 {
	if s := b.Services[service]; s != nil && s.Classes[class] != nil {
		return s.Classes[class].toward(0, trustHour)
	}
	return 0
}

// Overtaken lengthens a central forecast by those who will come later and be
// called first: while people wait, share of the desks' time goes to them. The
// rule of the queue lets at most so many pass.
func Overtaken(central, share, minutes float64, desks, most int) float64 {
	if !(share > 0) || desks < 1 {
		return central
	}
	return min(central/(1-min(share, 0.5)), central+float64(most)*minutes/float64(desks))
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
