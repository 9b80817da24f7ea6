package voice

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/voice/heard"
)

// Limits and times of a zone's queue.
const (
	MostCalls   = 200             // calls that wait; with more the oldest is dropped
	MostNotices = 20              // notices that wait; with more the oldest is dropped
	Again       = 5 * time.Second // the same number to the same window again so soon is one call
	usualStale  = 90              // seconds
	usualVolume = 70              // percent
)

// Reasons of a contract.CallUnspoken.
const (
	UnspokenStale = "stale" // too old when its turn came
	UnspokenVoice = "voice" // no voice of the zone spoke it
	UnspokenFull  = "full"  // too many calls were waiting
)

// Opts are the settings of a zone's queue.
type Opts struct {
	Zone     string             // id; only calls of this zone are spoken
	Plan     contract.VoicePlan // how
	Location *time.Location     // of the hall, for the volumes of the day; nil is UTC
	Voices   []Speaker          // all of them speak every announcement
	// Unspoken hears of calls that were dropped. It must not wait for the zone.
	Unspoken func(contract.CallUnspoken)
	Log      *slog.Logger // nil is slog.Default()
}

// Zone is the announcements of one part of the hall, one at a time (R-VOICE-06).
// Recalls go before first calls, and calls before notices; else the order is
// that of the hall. A call whose citizen has come meanwhile, or which was called
// anew, is not spoken any more; one that has waited for too long is dropped with
// a log line.
type Zone struct {
	opts   Opts
	voices []*speaker
	wake   chan struct{}

	mu      sync.Mutex
	ear     heard.Ear
	recalls []item
	firsts  []item
	notices []item
	last    map[string]contract.Call // by ticket number
}

// item is an announcement that waits.
type item struct {
	call contract.Call
	text contract.Text2 // of a notice; call is empty
	came time.Time
	old  time.Duration // of the call, when it came
}

// New makes the queue of a zone. It is silent until Run.
func New(o Opts) *Zone {
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Plan.Stale == 0 {
		o.Plan.Stale = usualStale
	}
	if o.Plan.Volume == 0 {
		o.Plan.Volume = usualVolume
	}
	z := &Zone{opts: o, wake: make(chan struct{}, 1), last: map[string]contract.Call{}}
	for _, v := range o.Voices {
		z.voices = append(z.voices, &speaker{Speaker: v})
	}
	return z
}

// Calls takes a snapshot of the hall's calls. Each call is announced once; the
// first snapshot announces nothing, for its calls are old. now is the hall's
// time.
func (z *Zone) Calls(v contract.Calls, now time.Time) {
	z.mu.Lock()
	defer z.mu.Unlock()
	fresh := z.ear.New(v, now)
	z.follow(v)
	for _, c := range fresh {
		if c.Zone == z.opts.Zone && wanted(c) {
			z.add(item{call: c, came: time.Now(), old: max(0, now.Sub(c.At))})
		}
	}
	z.ring()
}

// wanted tells whether somebody still has to hear a call.
func wanted(c contract.Call) bool {
	return !c.Silent && (c.State == "called" || c.State == "")
}

// follow lets go of the calls that nobody waits for any more.
func (z *Zone) follow(v contract.Calls) {
	over := map[uint64]bool{}
	for _, c := range v.Calls {
		if !wanted(c) {
			over[c.Call] = true
		}
	}
	gone := func(i item) bool { return over[i.call.Call] }
	z.recalls = slices.DeleteFunc(z.recalls, gone)
	z.firsts = slices.DeleteFunc(z.firsts, gone)
	for number, c := range z.last {
		if over[c.Call] {
			c.State = "over"
			z.last[number] = c
		}
	}
}

// add puts a call into the queue.
func (z *Zone) add(i item) {
	c := i.call
	if before, ok := z.last[c.Number]; ok && before.Window == c.Window && wanted(before) &&
		c.At.Sub(before.At) < Again && c.At.Sub(before.At) > -Again {
		z.opts.Log.Debug("called again at once, spoken once", "zone", z.opts.Zone, "call", c.Call, "number", c.Number)
		return
	}
	z.remember(c)
	// An earlier call of the ticket that still waits says nothing any more, or
	// the wrong window.
	same := func(w item) bool { return w.call.Number == c.Number }
	z.recalls = slices.DeleteFunc(z.recalls, same)
	z.firsts = slices.DeleteFunc(z.firsts, same)
	queue := &z.firsts
	if c.Recall > 0 {
		queue = &z.recalls
	}
	*queue = append(*queue, i)
	if len(z.recalls)+len(z.firsts) > MostCalls {
		if len(z.firsts) == 0 {
			queue = &z.recalls
		} else {
			queue = &z.firsts
		}
		z.unspoken((*queue)[0], UnspokenFull)
		*queue = (*queue)[1:]
	}
}

func (z *Zone) remember(c contract.Call) {
	if len(z.last) >= 2*MostCalls {
		for number, old := range z.last {
			if c.At.Sub(old.At) > Again {
				delete(z.last, number)
			}
		}
	}
	z.last[c.Number] = c
}

// Announce reads a text out when no call waits: a notice, or Greeting and
// Farewell. An empty text in a language leaves that language out.
func (z *Zone) Announce(t contract.Text2) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if len(z.notices) == MostNotices {
		z.opts.Log.Warn("too many notices to read out, the oldest is dropped", "zone", z.opts.Zone)
		z.notices = z.notices[1:]
	}
	z.notices = append(z.notices, item{text: t, came: time.Now()})
	z.ring()
}

// Hears tells whether something for these zones is for this one; none is
// everywhere.
func (z *Zone) Hears(zones []string) bool {
	return len(zones) == 0 || slices.Contains(zones, z.opts.Zone)
}

// Waiting is how many announcements wait.
func (z *Zone) Waiting() int {
	z.mu.Lock()
	defer z.mu.Unlock()
	return len(z.recalls) + len(z.firsts) + len(z.notices)
}

func (z *Zone) ring() {
	select {
	case z.wake <- struct{}{}:
	default:
	}
}

// next takes the announcement whose turn it is.
func (z *Zone) next() (i item, ok bool) {
	z.mu.Lock()
	defer z.mu.Unlock()
	for _, queue := range []*[]item{&z.recalls, &z.firsts, &z.notices} {
		if len(*queue) > 0 {
			i, *queue = (*queue)[0], (*queue)[1:]
			return i, true
		}
	}
	return item{}, false
}

// Run speaks until ctx ends.
func (z *Zone) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		i, ok := z.next()
		if !ok {
			select {
			case <-z.wake:
			case <-ctx.Done():
			}
			continue
		}
		z.speak(ctx, i)
	}
	return ctx.Err()
}

// speak gives an item its turn.
func (z *Zone) speak(ctx context.Context, i item) {
	volume := z.volume(time.Now())
	if volume == 0 {
		return
	}
	a := devices.Announcement{Call: i.call.Call, Chime: z.opts.Plan.Chime, Volume: volume}
	if i.call.Call == 0 {
		a.Speeches = Texts(i.text, z.opts.Plan.Languages)
		z.all(ctx, a)
		return
	}
	if i.age() > z.stale() {
		z.unspoken(i, UnspokenStale)
		return
	}
	a.Speeches = Speeches(i.call, z.opts.Plan.Languages)
	a = z.fit(a)
	spoken := z.all(ctx, a)
	if !spoken && ctx.Err() == nil {
		z.unspoken(i, UnspokenVoice)
	}
	a.Chime = false // of a repeat
	for n := 0; n < z.opts.Plan.Repeat && spoken && ctx.Err() == nil && z.stillAlone(i.call); n++ {
		spoken = z.all(ctx, a)
	}
}

// age is how old a call is. Steps of the clock while it waited do not count.
func (i item) age() time.Duration { return i.old + time.Since(i.came) }

// fit shortens an announcement when so many wait that the newest of them would
// become too old: first its chime goes, then every language but the first. A
// call that is heard in one language is worth more than one that is not heard.
func (z *Zone) fit(a devices.Announcement) devices.Announcement {
	z.mu.Lock()
	defer z.mu.Unlock()
	waiting := time.Duration(len(z.recalls) + len(z.firsts))
	if waiting == 0 {
		return a
	}
	left := z.stale()
	for _, queue := range [][]item{z.recalls, z.firsts} {
		if n := len(queue); n > 0 {
			left = min(left, z.stale()-queue[n-1].age())
		}
	}
	tight := func() bool { return (waiting+1)*Estimate(a) > left }
	if tight() {
		a.Chime = false
	}
	if tight() && len(a.Speeches) > 1 {
		a.Speeches = a.Speeches[:1]
	}
	return a
}

// stale is when a call is too old to be spoken.
func (z *Zone) stale() time.Duration { return time.Duration(z.opts.Plan.Stale) * time.Second }

// stillAlone tells whether nobody else waits and the citizen has not come yet.
func (z *Zone) stillAlone(c contract.Call) bool {
	z.mu.Lock()
	defer z.mu.Unlock()
	last := z.last[c.Number]
	return len(z.recalls)+len(z.firsts) == 0 && last.Call == c.Call && wanted(last)
}

// unspoken says that a call was dropped.
func (z *Zone) unspoken(i item, reason string) {
	age := int(i.age() / time.Second)
	z.opts.Log.Warn("call not spoken", "zone", z.opts.Zone, "call", i.call.Call, "number", i.call.Number, "reason", reason, "age", age)
	if z.opts.Unspoken != nil {
		z.opts.Unspoken(contract.CallUnspoken{Call: i.call.Call, Zone: z.opts.Zone, Reason: reason, Age: age})
	}
}

// volume is the volume at a time of day, percent; 0 is quiet. A span may go
// through midnight; where two hold, the first one counts.
func (z *Zone) volume(now time.Time) int {
	clock := now.In(z.opts.Location).Format("15:04")
	for _, s := range z.opts.Plan.Volumes {
		in := s.From <= clock && clock < s.To
		if s.To < s.From {
			in = s.From <= clock || clock < s.To
		}
		if in {
			return s.Volume
		}
	}
	return z.opts.Plan.Volume
}
