package rtu

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

// with runs a client in a bubble of simulated time against a unit that answers
// each request as said; nil is silence.
func with(t *testing.T, o *Opts, unit func(request []byte) []byte, f func(c *Client, far *linktest.Pipe)) {
	synctest.Test(t, func(t *testing.T) {
		near, far := linktest.NewPipe(0)
		c := NewClient(near, o)
		ctx, stop := context.WithCancel(context.Background())
		ran := make(chan error, 1)
		go func() { ran <- c.Run(ctx) }()
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			buf := make([]byte, MaxFrame)
			for {
				n, err := far.Read(buf)
				if err != nil && !errors.Is(err, link.ErrTimeout) {
					return
				}
				if n > 0 && unit != nil {
					far.Write(unit(buf[:n]))
				}
			}
		}()
		synctest.Wait()
		f(c, far)
		stop()
		if err := <-ran; !errors.Is(err, context.Canceled) && !errors.Is(err, io.EOF) {
			t.Errorf("Run: %v", err)
		}
		far.Close()
		near.Close()
		<-ended
	})
}

func answers(t *testing.T, s string) func([]byte) []byte {
	b := unhex(t, s)
	return func([]byte) []byte { return b }
}

func TestRead(t *testing.T) {
	with(t, nil, answers(t, "11 03 06 AE 41 56 52 43 40 49 AD"), func(c *Client, _ *linktest.Pipe) {
		got, err := c.Read(context.Background(), 0x11, ReadHolding, 0x6B, 3)
		if err != nil || !slices.Equal(got, []uint16{0xAE41, 0x5652, 0x4340}) {
			t.Errorf("%04X, %v", got, err)
		}
	})
}

// R-FWB-01: noise, slow bytes and an answer that is not for this question around
// the one that is.
func TestNoiseAroundAnAnswer(t *testing.T) {
	with(t, nil, func(r []byte) []byte {
		if r[1] != WriteOne {
			t.Errorf("asked % X", r)
		}
		return unhex(t, "FF 00 11 11 06 12 10 00 01 00 02 12 98 11 06 00 01 00 03 9A 9B")
	}, func(c *Client, far *linktest.Pipe) {
		far.Write([]byte{1, 2, 3}) // while nobody asks
		synctest.Wait()
		if err := c.WriteOne(context.Background(), 0x11, 1, 3); err != nil {
			t.Error(err)
		}
		if got := c.Drops(); got != 3+13 {
			t.Errorf("%d bytes dropped, want 16", got)
		}
	})
	with(t, nil, nil, func(c *Client, pipe *linktest.Pipe) {
		go func() {
			for _, b := range unhex(t, "11 06 00 01 00 03 9A 9B") {
				time.Sleep(20 * time.Millisecond) // simulated
				pipe.Write([]byte{b})
			}
		}()
		if err := c.WriteOne(context.Background(), 0x11, 1, 3); err != nil {
			t.Errorf("slow bytes: %v", err)
		}
	})
}

// What a unit refuses, garbles or leaves without a word are three errors, and
// the line is left in peace for a frame's time after the last two.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name, answer, word string
		want               error
	}{
		{"refused", "11 86 02 C3 A4", "unit 17 refuses function 06: it has no such register (exception 2)", nil},
		{"refused for its own reasons", "11 86 63", "exception 99", nil},
		{"no answer", "", "no answer in time", ErrNoAnswer},
		{"CRC", "11 06 00 01 00 03 9A 9C", "cannot be read", ErrGarbled},
		{"another value", "11 06 00 01 00 04 DB 59", "cannot be read", ErrGarbled},
		{"half", "11 06 00 01", "cannot be read", ErrGarbled},
		{"another unit", "12 06 00 01 00 03 9A A8", "cannot be read", ErrGarbled},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer := unhex(t, c.answer)
			if len(answer) == 3 || len(answer) == 5 { // with a CRC of our own
				answer, _ = Encode(Frame{answer[0], answer[1], answer[2:3]})
			}
			with(t, nil, func([]byte) []byte { return answer }, func(cl *Client, _ *linktest.Pipe) {
				begun := time.Now()
				err := cl.WriteOne(context.Background(), 0x11, 1, 3)
				if err == nil || !strings.Contains(err.Error(), c.word) || c.want != nil && !errors.Is(err, c.want) {
					t.Fatalf("%v, want %q", err, c.word)
				}
				var x *Exception
				if refused := errors.As(err, &x); refused != (c.want == nil) || refused && x.Unit != 0x11 {
					t.Errorf("%v as an exception: %+v", err, x)
				}
				if c.want == nil {
					return
				}
				if took := time.Since(begun); took != 300*time.Millisecond {
					t.Errorf("it took %s, want 300ms", took)
				}
				asked := time.Now()
				_ = cl.Write(context.Background(), 0, 1, 1)
				if waited := time.Since(asked); waited < 250*time.Millisecond {
					t.Errorf("the next frame came after %s, want that of 256 characters at 9600 baud", waited)
				}
			})
		})
	}
}

// Frames are kept apart by 3.5 characters, or 1.75 ms on fast lines.
func TestSilenceBetweenFrames(t *testing.T) {
	for baud, want := range map[int]time.Duration{0: 4010416 * time.Nanosecond, 1200: 32083331 * time.Nanosecond, 38400: 1750 * time.Microsecond, 115200: 1750 * time.Microsecond} {
		with(t, &Opts{Baud: baud}, nil, func(c *Client, _ *linktest.Pipe) {
			if err := c.Write(context.Background(), 0, 0, 1); err != nil {
				t.Fatal(err)
			}
			begun := time.Now()
			if err := c.Write(context.Background(), 0, 0, 1); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(begun); got < want-time.Microsecond || got > want+time.Microsecond {
				t.Errorf("%d baud: %s, want %s", baud, got, want)
			}
		})
	}
}

// A line that gives back what is sent: of two equal frames the second is the
// unit's.
func TestEcho(t *testing.T) {
	frame := "11 06 00 01 00 03 9A 9B"
	with(t, &Opts{Echo: true}, answers(t, frame+frame), func(c *Client, _ *linktest.Pipe) {
		if err := c.WriteOne(context.Background(), 0x11, 1, 3); err != nil {
			t.Error(err)
		}
		if c.Drops() != 0 {
			t.Errorf("%d bytes dropped", c.Drops())
		}
	})
	with(t, &Opts{Echo: true}, answers(t, frame), func(c *Client, _ *linktest.Pipe) {
		if err := c.WriteOne(context.Background(), 0x11, 1, 3); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("an echo alone: %v, want no answer", err)
		}
	})
	with(t, &Opts{Echo: true}, func(r []byte) []byte { return r }, func(c *Client, _ *linktest.Pipe) {
		if err := c.Write(context.Background(), 0, 1, 3); err != nil {
			t.Errorf("to everybody: %v", err)
		}
	})
}

// Requests of many callers go one after the other, each with its own answer.
func TestOneAtATime(t *testing.T) {
	with(t, nil, func(r []byte) []byte {
		if len(r) != 8 {
			t.Errorf("two requests at once: % X", r)
			return nil
		}
		b, _ := Encode(Frame{r[0], r[1], []byte{2, 0, r[0]}})
		return b
	}, func(c *Client, _ *linktest.Pipe) {
		got := make(chan string, 20)
		for unit := 1; unit <= 20; unit++ {
			go func() {
				v, err := c.Read(context.Background(), unit, ReadInput, 0, 1)
				if err != nil || int(v[0]) != unit {
					got <- fmt.Sprintf("unit %d: %v, %v", unit, v, err)
					return
				}
				got <- ""
			}()
		}
		for range 20 {
			if word := <-got; word != "" {
				t.Error(word)
			}
		}
	})
}

func TestAContextEndsAWait(t *testing.T) {
	with(t, &Opts{Answer: time.Hour}, nil, func(c *Client, _ *linktest.Pipe) {
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		held := make(chan error, 1)
		go func() { held <- c.WriteOne(ctx, 1, 0, 0) }()
		synctest.Wait()
		second, end := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer end()
		if err := c.WriteOne(second, 2, 0, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for its turn: %v", err)
		}
		if err := <-held; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting for the answer: %v", err)
		}
	})
}

// Without Run a request reads for itself; with it a link that dies is noticed.
func TestWithoutRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := linktest.NewPipe(0)
		c := NewClient(near, nil)
		for range 2 {
			far.Write(unhex(t, "00 00")) // noise of before
			go func() {
				far.Read(make([]byte, 8))
				far.Write(unhex(t, "11 06 00 01 00 03 9A 9B"))
			}()
			if err := c.WriteOne(t.Context(), 0x11, 1, 3); err != nil {
				t.Error(err)
			}
		}
		far.Close()
		if err := c.Run(t.Context()); !errors.Is(err, io.EOF) {
			t.Errorf("Run on a dead link: %v", err)
		}
	})
}

func TestWrongRequests(t *testing.T) {
	c := NewClient(nil, nil)
	ctx := t.Context()
	two := func(_ []uint16, err error) error { return err }
	for want, err := range map[string]error{
		"function 06 does not read":           two(c.Read(ctx, 1, WriteOne, 0, 1)),
		"unit 0 is everybody":                 two(c.Read(ctx, 0, ReadInput, 0, 1)),
		"0 registers from 0 on":               two(c.Read(ctx, 1, ReadInput, 0, 0)),
		"126 registers from 0 on":             two(c.Read(ctx, 1, ReadInput, 0, 126)),
		"2 registers from 65535 on":           two(c.Read(ctx, 1, ReadInput, 65535, 2)),
		"124 registers from 0 on":             c.Write(ctx, 1, 0, make([]uint16, 124)...),
		"0 registers from 5 on: want 1 to 12": c.Write(ctx, 1, 5),
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	near, _ := linktest.NewPipe(0)
	if err := NewClient(near, nil).WriteOne(ctx, 248, 0, 0); err == nil || !strings.Contains(err.Error(), "unit 248: want 1 to 247") {
		t.Errorf("unit 248: %v", err)
	}
}

// What came before a request does not answer it, however well it would fit.
func TestAnOldAnswerIsNone(t *testing.T) {
	with(t, nil, nil, func(c *Client, far *linktest.Pipe) {
		old := unhex(t, "11 06 00 01 00 03 9A 9B")
		c.heard <- old // the end of what the last request had waited for
		far.Write(old)
		synctest.Wait()
		if err := c.WriteOne(context.Background(), 0x11, 1, 3); !errors.Is(err, ErrNoAnswer) {
			t.Errorf("%v, want no answer", err)
		}
		if got := c.Drops(); got != 16 {
			t.Errorf("%d bytes dropped, want 16", got)
		}
	})
}
