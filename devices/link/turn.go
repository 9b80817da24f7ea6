package link

import (
	"context"
	"time"
)

// Turn is the lock of a line that many want to speak on: who waits for it gives
// up with its context, which a mutex cannot. NewTurn makes one.
type Turn chan struct{}

// NewTurn is a free line.
func NewTurn() Turn { return make(Turn, 1) }

// Take waits for the line. With an error of the context it was not taken.
func (t Turn) Take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Leave gives the line to the next.
func (t Turn) Leave() { <-t }

// Pause lets time pass between two things on a line, for as long as ctx lasts.
func Pause(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); d <= 0 || err != nil {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
