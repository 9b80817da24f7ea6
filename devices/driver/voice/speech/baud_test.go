package speech_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"hallward/devices"
	"hallward/devices/driver/voice/speech"
	"hallward/devices/link/linktest"
	sim "hallward/devices/sim/speech"
)

// slowLine is a link on which nothing is understood at another speed than the
// chip's.
type slowLine struct {
	*linktest.Pipe
	c    *sim.Chip
	mu   sync.Mutex
	baud int
}

func (l *slowLine) SetBaud(baud int) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.baud = baud
	return nil
}

func (l *slowLine) right() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.baud == l.c.State().Baud
}

func (l *slowLine) Write(p []byte) (int, error) {
	if !l.right() {
		return len(p), nil
	}
	return l.Pipe.Write(p)
}

func (l *slowLine) Read(p []byte) (int, error) {
	n, err := l.Pipe.Read(p)
	if n > 0 && !l.right() {
		p[0] = 0xF8
		return 1, nil
	}
	return n, err
}

// A chip is made faster, found again by a controller that starts anew, and made
// faster once more when it has lost its power.
func TestBaud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := sim.New(sim.Opts{})
		if err != nil {
			t.Fatal(err)
		}
		near, far := linktest.NewPipe(0)
		go c.Serve(t.Context(), patientEnd{far})
		l := &slowLine{Pipe: near, c: c, baud: 9600}
		say := func(when string) {
			t.Helper()
			d, err := speech.New(l, speech.SYN6288, &speech.Opts{Baud: 38400, Log: silent})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ran := make(chan error, 1)
			go func() { ran <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
			for range 2 {
				if err := d.Say(ctx, 0, notice("请稍等")); err != nil || c.State().Baud != 38400 {
					t.Errorf("%s: %v, %d baud", when, err, c.State().Baud)
				}
			}
			if when == "power" {
				c.Reset()
				if err := d.Say(ctx, 0, notice("请稍等")); err == nil {
					t.Errorf("%s: it cannot have heard that", when)
				}
				if err := d.Say(ctx, 0, notice("请稍等")); err != nil || c.State().Baud != 38400 {
					t.Errorf("%s: %v, %d baud", when, err, c.State().Baud)
				}
			}
			stop()
			<-ran
			l.SetBaud(9600) // the port is opened anew
		}
		say("first")
		say("again")
		say("power")
	})
	near, _ := linktest.NewPipe(0)
	if _, err := speech.New(near, speech.SYN6288, &speech.Opts{Baud: 19200}); err == nil || !strings.Contains(err.Error(), "no speed to change") {
		t.Error(err)
	}
}
