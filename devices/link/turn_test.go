package link

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Who waits for a line gives up with its context, and gets it when it is left.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turn := NewTurn()
		if err := turn.Take(t.Context()); err != nil {
			t.Fatal(err)
		}
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := turn.Take(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a taken line: %v", err)
		}
		time.AfterFunc(time.Minute, turn.Leave)
		start := time.Now()
		if err := turn.Take(t.Context()); err != nil || time.Since(start) != time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		turn.Leave()
		if err := turn.Take(short); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("with a context that is over: %v", err)
		}
		if err := Pause(t.Context(), time.Hour); err != nil || time.Since(start) != time.Minute+time.Hour {
			t.Errorf("a pause: %v after %v", err, time.Since(start))
		}
		if err := Pause(short, time.Hour); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a pause with a context that is over: %v", err)
		}
	})
}
