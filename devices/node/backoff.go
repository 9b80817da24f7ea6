package node

import (
	"context"
	"math/rand/v2"
	"time"
)

// backoff spaces the attempts to connect. Each pause is random between half
// and all of a span that doubles, so that a hall full of nodes whose broker
// returns does not come all at once.
type backoff struct {
	min, max, span time.Duration
	draw           Draw
}

// Draw is a random time from 0 to below the one given; nil is the machine's own
// randomness. Simulations bring theirs, so that a seed gives the same day again.
type Draw func(below time.Duration) time.Duration

// steady is how long a session must have lasted to count as a success: two
// processes that throw each other out never get there.
const steady = 10 * time.Second

func newBackoff(lo, hi time.Duration, draw Draw) *backoff {
	if draw == nil {
		draw = rand.N[time.Duration]
	}
	if lo <= 0 {
		lo = 100 * time.Millisecond
	}
	if hi < lo {
		hi = max(lo, 1500*time.Millisecond)
	}
	return &backoff{min: lo, max: hi, draw: draw}
}

func (b *backoff) next() time.Duration {
	if b.span == 0 {
		b.span = b.min
	} else {
		b.span = min(2*b.span, b.max)
	}
	return b.span/2 + b.draw(b.span/2+1)
}

func (b *backoff) lasted(d time.Duration) {
	if d >= steady {
		b.span = 0
	}
}

// sleep waits or returns false at the end of ctx.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
