package ff68

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// R-FWB-01: half frames, slow bytes and garbage around a good frame.
func TestHalfFramesAndSlowBytes(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("FF 68 03 03")
		wait(GapAfter + 10*time.Millisecond)
		for _, c := range unhex(t, "FF 68 03 03 68 01 01 0C 0E 16") {
			b.send(fmt.Sprintf("%02X", c))
			wait(400 * time.Millisecond)
		}
		b.want([]string{"key 1 next 0C"}, []string{"1:01:0C"})
		if b.dev.Drops() != 4 {
			t.Errorf("%d drops, want the 4 of the half frame", b.dev.Drops())
		}
		b.send("FF 68 FF 68 00 FF 68 03 03 68 02 01 0D 10 16 FF")
		wait(GapAfter)
		b.want([]string{"key 2 recall 0D"}, []string{"2:01:0D"})
	})
}

// While the sink is slow the line is still read, and what was sent with a
// pause is not taken for one frame.
func TestSlowSink(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.slow = 3 * time.Second
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		b.send("FF 68 03 03 68 03 01")
		wait(GapAfter + time.Millisecond)
		b.send("0C 10 16")
		b.frame(Frame{2, 0x01, []byte{0x0D}})
		wait(2*b.slow - GapAfter - time.Millisecond)
		b.want([]string{"key 1 next 0C", "key 2 recall 0D"}, []string{"1:01:0C", "2:01:0D"})
	})
}

// R-KEY-14: a key that is held is one press, then a fault which ends with it.
func TestStuckKey(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range 120 {
			b.frame(Frame{4, 0x01, []byte{0x0C}})
			wait(100 * time.Millisecond)
		}
		got := b.readings()
		if n := len(got); n == 0 || got[0] != "key 4 next 0C" || !slices.Contains(got, "fault stuck true unit 4: sends 0C again and again") {
			t.Fatalf("readings %q", got)
		}
		for _, r := range got[1:] {
			if bytes.HasPrefix([]byte(r), []byte("key")) {
				t.Errorf("held key counted again: %s", r)
			}
		}
		wait(10 * time.Second)
		if got := b.readings(); !slices.Contains(got, "fault stuck false ") {
			t.Errorf("readings %q, want the end of the fault", got)
		}
	})
}

// A unit that babbles is cut off after Burst presses and reported; another one on
// the same line is heard. When it has been calm it is heard again.
func TestBabblingUnit(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for i := range 200 {
			b.frame(Frame{5, 0x01, []byte{byte(i%2) + 0x0C}})
			wait(10 * time.Millisecond)
		}
		got := b.readings()
		if keys := len(got) - 1; keys < Burst || keys > Burst+1 || !slices.Contains(got, "fault garbled true unit 5: sends too much") {
			t.Errorf("%d readings: %q", len(got), got)
		}
		if b.dev.Drops() < 150 {
			t.Errorf("%d drops", b.dev.Drops())
		}
		b.acks()
		b.frame(Frame{6, 0x01, []byte{0x0C}})
		b.want([]string{"key 6 next 0C"}, []string{"6:01:0C"})
		wait(4 * time.Second)
		b.frame(Frame{5, 0x01, []byte{0x0D}})
		b.want(nil, nil)
		wait(10 * time.Second)
		b.want([]string{"fault garbled false "}, nil)
		b.frame(Frame{5, 0x01, []byte{0x0D}})
		b.want([]string{"key 5 recall 0D"}, []string{"5:01:0D"})
	})
}

// Somebody who holds a key for a while may press another one right after it.
func TestHeldKeyIsNoBabbling(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range 30 {
			b.frame(Frame{5, 0x01, []byte{0x0D}})
			wait(50 * time.Millisecond)
		}
		wait(time.Second)
		b.readings()
		b.acks()
		b.frame(Frame{5, 0x01, []byte{0x0C}})
		b.want([]string{"key 5 next 0C"}, []string{"5:01:0C"})
	})
}

// S24: a line full of noise gives a fault, no press, and no growth.
func TestNoise(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		r := rand.New(rand.NewPCG(1, 2))
		for range 1000 {
			p := make([]byte, 100)
			for i := range p {
				p[i] = byte(r.Uint32())
			}
			b.send(fmt.Sprintf("%X", p))
			wait(20 * time.Millisecond)
		}
		b.want([]string{"fault garbled true line: noise"}, nil)
		wait(2 * noiseWindow)
		b.want([]string{"fault garbled false "}, nil)
		if b.dev.Drops() != 100_000 {
			t.Errorf("%d drops, want every byte", b.dev.Drops())
		}
	})
}

// R-KEY-14: a unit that leaves its prompts without an answer is reported.
func TestUnpluggedUnit(t *testing.T) {
	withBench(t, &Opts{SilentAfter: 2}, func(b *bench) {
		prompt := func() {
			if err := b.dev.Prompt(b.t.Context(), 3); err != nil {
				t.Fatal(err)
			}
			wait(30 * time.Second)
		}
		prompt()
		prompt()
		if got := b.readings(); got != nil {
			t.Fatalf("readings %q after two prompts", got)
		}
		prompt()
		if got := b.readings(); !slices.Equal(got, []string{"fault silent true unit 3: answers no prompt"}) {
			t.Fatalf("readings %q", got)
		}
		b.frame(Frame{3, 0x11, []byte{1}})
		wait(time.Second)
		if got := b.readings(); !slices.Equal(got, []string{"fault silent false ", "score 3 level 0 code 1 ff68-4"}) {
			t.Fatalf("readings %q", got)
		}
	})
}

func TestRunEndsWithTheLink(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("FF 68 03") // unplugged in the middle of a frame
		b.pads.Close()
		err := <-b.ends
		if !errors.Is(err, io.EOF) {
			t.Errorf("Run = %v", err)
		}
		b.ends <- err
	})
}

// counted is a link that knows whether somebody reads it.
type counted struct {
	wire
	reading *atomic.Int32
}

func (c counted) Read(p []byte) (int, error) {
	c.reading.Add(1)
	defer c.reading.Add(-1)
	return c.wire.Read(p)
}

// Who has seen Run return may close the link: nobody reads there any more.
func TestRunLeavesNobodyReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host, pads := net.Pipe()
		defer pads.Close()
		l := counted{wire{host}, &atomic.Int32{}}
		dev, err := New(l, nil)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer stop()
		if err := dev.Run(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run = %v", err)
		}
		if l.reading.Load() != 0 {
			t.Error("the line is still read")
		}
	})
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for _, o := range []*Opts{{Units: []int{256}}, {Units: []int{-1}}, {Levels: map[int]int{1: 6}}, {Levels: map[int]int{300: 1}}} {
		if _, err := New(wire{}, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
