package voice

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"hallward/devices"
)

// Speaker is one voice of a zone.
type Speaker struct {
	ID    string // of the device, for the log
	Voice devices.Voice
	Unit  int
}

// A voice has three times as long as an announcement should take; one that did
// not end in that time has half of it the next time, until it does again. One
// that does not even stop when it is told to is left behind after grace.
const (
	patience = 3
	grace    = 500 * time.Millisecond
)

// speaker is a voice and how it fares. Only busy is touched by another
// goroutine than the zone's.
type speaker struct {
	Speaker
	busy   atomic.Bool // an announcement has not come back
	failed bool        // the last one failed
	hung   bool        // the last one had to be cut off
}

// said is the end of one voice's announcement.
type said struct {
	by  *speaker
	err error
}

var errBusy = errors.New("it still holds an earlier announcement")

// all has every voice speak an announcement, together, and waits for the last of
// them. It tells whether one at least spoke it. A voice that fails takes nothing
// from the others, and nothing from the next announcement.
func (z *Zone) all(ctx context.Context, a devices.Announcement) bool {
	if len(a.Speeches) == 0 {
		return false
	}
	limit := patience * Estimate(a)
	ends := make(chan said, len(z.voices))
	speaking := map[*speaker]bool{}
	longest := time.Duration(0)
	for _, s := range z.voices {
		if s.busy.Load() {
			z.note(s, errBusy)
			continue
		}
		within := limit
		if s.hung {
			within /= 2
		}
		longest = max(longest, within)
		speaking[s] = true
		s.busy.Store(true)
		go func() {
			ctx, stop := context.WithTimeout(ctx, within)
			defer stop()
			err := s.Voice.Say(ctx, s.Unit, a)
			s.busy.Store(false)
			ends <- said{s, err}
		}()
	}
	late := time.NewTimer(longest + grace)
	defer late.Stop()
	spoken := false
	for len(speaking) > 0 {
		select {
		case end := <-ends:
			delete(speaking, end.by)
			if ctx.Err() == nil {
				z.note(end.by, end.err)
			}
			spoken = spoken || end.err == nil
		case <-late.C:
			for s := range speaking {
				z.note(s, context.DeadlineExceeded)
			}
			return spoken
		}
	}
	return spoken
}

// note keeps how a voice fares, with one log line for each change.
func (z *Zone) note(s *speaker, err error) {
	if errors.Is(err, devices.ErrUnspeakable) {
		z.opts.Log.Info("not spoken by this voice", "zone", z.opts.Zone, "device", s.ID, "err", err)
		return
	}
	s.hung = errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errBusy)
	switch {
	case err != nil && !s.failed:
		z.opts.Log.Warn("the voice has failed, the others go on", "zone", z.opts.Zone, "device", s.ID, "unit", s.Unit, "err", err)
	case err == nil && s.failed:
		z.opts.Log.Info("the voice speaks again", "zone", z.opts.Zone, "device", s.ID, "unit", s.Unit)
	}
	s.failed = err != nil
}
