package numpad

import (
	"context"
	"fmt"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// session is one Run, all in one goroutine.
type session struct {
	dev *Dev
	ctx context.Context
	out devices.Sink

	digits string
	typed  time.Time // the last of them
	last   uint16    // key that was reported last
	lastAt time.Time
	rating *rating
	deaf   time.Time            // ratings are ignored until then: two came together
	down   map[uint16]time.Time // keys that are held
	owed   []owed
	retry  time.Time
	ticked time.Time
	faults devices.UnitFaults
	silent bool // a press was given up, and it is in the log
}

// rating waits for Together to pass.
type rating struct {
	score devices.Score
	at    time.Time
}

// owed is a reading that is not stored yet.
type owed struct {
	reading devices.Reading
	until   time.Time
}

func newSession(d *Dev, ctx context.Context, out devices.Sink) *session {
	return &session{dev: d, ctx: ctx, out: out, down: map[uint16]time.Time{}, ticked: time.Now()}
}

func (s *session) take(e event) {
	switch e.State {
	case link.KeyPressed:
		s.down[e.Code] = e.at
		s.pressed(e.Code, e.at)
	case link.KeyReleased:
		delete(s.down, e.Code)
		s.stuck(e.Code, false, e.at)
	case link.KeysLost:
		s.digits, s.rating = "", nil // which digit is missing is not known
		for code := range s.down {
			s.stuck(code, false, e.at)
		}
		clear(s.down)
		s.dev.drops.Add(1)
	}
}

func (s *session) pressed(code uint16, at time.Time) {
	digit, isDigit := digits[code]
	key, isKey := s.dev.opts.Keys[code]
	switch {
	case s.dev.opts.Levels != nil:
		if level := s.dev.opts.Levels[digit]; isDigit && level > 0 {
			s.rated(digit, level, at)
			return
		}
		s.dev.drops.Add(1)
	case isDigit:
		s.digits += string(rune('0' + digit))
		s.typed = at
		if len(s.digits) > MaxDigits { // somebody leans on it
			s.digits = ""
			s.dev.drops.Add(1)
		}
	case code == codeBackspace:
		s.digits = s.digits[:max(0, len(s.digits)-1)]
	case !isKey:
		s.dev.drops.Add(1)
	case code == s.last && at.Sub(s.lastAt) < Again && s.digits == "":
		s.lastAt = at
	default:
		s.last, s.lastAt = code, at
		press := devices.KeyPress{Unit: s.dev.opts.Unit, Key: key, Code: byte(code), Digits: s.digits, At: at}
		s.digits = ""
		s.owe(press, at)
	}
}

// rated holds a rating for a moment, to see whether it is the only one.
func (s *session) rated(digit, level int, at time.Time) {
	switch {
	case at.Before(s.deaf):
		s.dev.drops.Add(1)
	case s.rating == nil:
		s.rating = &rating{devices.Score{Unit: s.dev.opts.Unit, Level: level, Code: digit, Scale: s.dev.opts.Scale, At: at}, at}
	case s.rating.score.Code != digit:
		s.rating, s.deaf = nil, at.Add(Together)
		s.dev.drops.Add(2)
	}
}

// owe reports a reading now, or as soon as those before it are stored.
func (s *session) owe(r devices.Reading, at time.Time) {
	if len(s.owed) == maxOwed {
		s.dev.drops.Add(1)
		return
	}
	s.owed = append(s.owed, owed{r, at.Add(Patience)})
	if len(s.owed) == 1 {
		s.pay(at)
	}
}

// pay tries to store what is owed, in its order.
func (s *session) pay(now time.Time) {
	for len(s.owed) > 0 && s.ctx.Err() == nil {
		o := s.owed[0]
		switch {
		case now.After(o.until):
			s.dev.drops.Add(1)
			if !s.silent {
				s.dev.opts.Log.Warn("a key press could not be stored and was given up", "device", s.dev.String())
			}
			s.silent = true
		case s.out(s.ctx, o.reading) != nil:
			s.retry = time.Now().Add(TryAgain)
			return
		default:
			s.silent = false
		}
		s.owed = s.owed[1:]
	}
}

// tick does what time has made due.
func (s *session) tick(now time.Time) {
	s.ticked = now
	if s.digits != "" && now.Sub(s.typed) >= s.dev.opts.Forget {
		s.digits = ""
	}
	if s.rating != nil && now.Sub(s.rating.at) >= Together {
		score := s.rating.score
		s.rating = nil
		s.owe(score, now)
	}
	for code, since := range s.down {
		if now.Sub(since) >= Held {
			s.stuck(code, true, now)
		}
	}
	if len(s.owed) > 0 && !now.Before(s.retry) {
		s.pay(now)
	}
}

// next is when tick has something to do.
func (s *session) next() time.Time {
	due := s.ticked.Add(time.Second)
	if s.rating != nil {
		due = earlier(due, s.rating.at.Add(Together))
	}
	if len(s.owed) > 0 {
		due = earlier(due, s.retry)
	}
	return due
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// stuck hands a change of the fault to the sink. The host keeps it when it cannot
// be stored now.
func (s *session) stuck(code uint16, on bool, at time.Time) {
	f, changed := s.faults.Set(devices.FaultStuck, fmt.Sprintf("key %d", code), "is held down", on, at)
	if changed {
		_ = s.out(s.ctx, f)
	}
}
