package speech_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/voice/speech"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
	sim "hallward/devices/sim/speech"
)

// bench is a driver at work with a simulated chip, inside a synctest bubble.
type bench struct {
	t     *testing.T
	c     *sim.Chip
	d     *speech.Dev
	near  *linktest.Pipe
	far   *linktest.Pipe
	ended chan error

	mu   sync.Mutex
	said []devices.Fault
}

func newBench(t *testing.T, m speech.Model, o speech.Opts) *bench {
	t.Helper()
	c, err := sim.New(sim.Opts{Chip: string(m)})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, c: c, ended: make(chan error, 1)}
	near, far := linktest.NewPipe(0)
	b.near, b.far = near, far
	go c.Serve(t.Context(), patientEnd{far})
	b.run(m, o)
	return b
}

// run makes a driver and runs it.
func (b *bench) run(m speech.Model, o speech.Opts) {
	b.t.Helper()
	if o.Log == nil {
		o.Log = silent
	}
	var err error
	if b.d, err = speech.New(b.near, m, &o); err != nil {
		b.t.Fatal(err)
	}
	d := b.d
	go func() {
		b.ended <- d.Run(b.t.Context(), func(_ context.Context, r devices.Reading) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.said = append(b.said, r.(devices.Fault))
			return nil
		})
	}()
}

func (b *bench) faults() (list []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.said {
		list = append(list, map[bool]string{true: "+", false: "-"}[f.On]+string(f.Code))
	}
	return list
}

func (b *bench) set(name string, on bool) {
	b.t.Helper()
	if err := b.c.Set(name, on); err != nil {
		b.t.Fatal(err)
	}
}

// notice is a short announcement, about a second and a half.
func notice(text string) devices.Announcement {
	return devices.Announcement{Volume: 50, Speeches: []devices.Speech{{Lang: "zh-CN", Parts: []devices.Part{{Kind: devices.PartText, Text: text}}}}}
}

// A lost word of the chip changes nothing that people hear: it speaks each text
// once, and whole.
func TestLostAnswers(t *testing.T) {
	for _, fault := range []string{"no-ack", "no-end", "deaf"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, speech.SYN6288, speech.Opts{})
			<-time.After(time.Second)
			b.set(fault, true)
			for range 3 {
				if err := b.d.Say(t.Context(), 0, notice("今天下午三点停止取号")); err != nil {
					t.Errorf("%s: %v", fault, err)
				}
			}
			s := b.c.State()
			if len(s.Said) != 3 {
				t.Errorf("%s: spoken %d times, want 3", fault, len(s.Said))
			}
			for i, said := range s.Said {
				if said.Cut || !said.Over || i > 0 && said.At.Before(s.Said[i-1].At.Add(said.Took)) {
					t.Errorf("%s: %+v", fault, said)
				}
			}
		})
	}
}

// An idle that came too late, for an earlier text, is not taken for the end.
func TestStrayIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.SYN6288, speech.Opts{})
		<-time.After(time.Second)
		time.AfterFunc(100*time.Millisecond, func() { b.far.Write([]byte{0x4F}) })
		if err := b.d.Say(t.Context(), 0, notice("今天下午三点停止取号")); err != nil || !b.c.State().Said[0].Over {
			t.Errorf("%v, %+v", err, b.c.State().Said)
		}
	})
}

// Announcements of several callers never overlap, and keep their distance.
func TestOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.SYN6288, speech.Opts{Poll: 200 * time.Millisecond})
		var all sync.WaitGroup
		for range 5 {
			all.Go(func() {
				if err := b.d.Say(t.Context(), 0, notice("请大家稍等，马上就好")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s := b.c.State()
		if len(s.Said) != 5 || s.Crowded+s.Torn+s.Wrong > 0 {
			t.Errorf("%+v", s)
		}
		for _, said := range s.Said {
			if said.Cut {
				t.Errorf("cut off: %+v", said)
			}
		}
	})
}

// A call stops the chip when nobody wants it any more, at once; a driver that
// finds a chip in the middle of a text stops it before it speaks.
func TestStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.SYN6288, speech.Opts{})
		<-time.After(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		begun := time.Now()
		if err := b.d.Say(ctx, 0, notice(strings.Repeat("请大家稍等", 10))); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		<-time.After(20 * time.Millisecond)
		if s := b.c.State(); time.Since(begun) > 600*time.Millisecond || s.Speaking || !s.Said[0].Cut {
			t.Errorf("after %s: %+v", time.Since(begun), s)
		}
		gone, cancel2 := context.WithCancel(t.Context())
		cancel2()
		if err := b.d.Say(gone, 0, notice("请稍等")); !errors.Is(err, context.Canceled) || len(b.c.State().Said) != 1 {
			t.Errorf("with a context that has ended: %v", err)
		}
		go b.d.Say(t.Context(), 0, notice(strings.Repeat("请大家稍等", 10)))
		<-time.After(time.Second)
		if !b.c.State().Speaking {
			t.Fatal("it should speak")
		}
		after, err := speech.New(b.near, speech.SYN6288, &speech.Opts{Log: silent}) // of a controller that starts again
		if err != nil {
			t.Fatal(err)
		}
		if err := after.Halt(); err != nil {
			t.Error(err)
		}
		<-time.After(time.Second)
		if s := b.c.State(); s.Speaking || !s.Said[1].Cut {
			t.Errorf("Halt has left %+v", s)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c, err := sim.New(sim.Opts{})
		if err != nil {
			t.Fatal(err)
		}
		near, far := linktest.NewPipe(0)
		go c.Serve(t.Context(), patientEnd{far})
		before := "FD 00 29 01 00" + strings.Repeat(" C7 EB", 19) // nineteen syllables, spoken for an earlier driver
		frame := unhex(t, before)
		x := byte(0)
		for _, v := range frame {
			x ^= v
		}
		if _, err := near.Write(append(frame, x, x)[:len(frame)+1]); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Second)
		if !c.State().Speaking {
			t.Fatalf("%+v", c.State())
		}
		b := &bench{t: t, c: c, near: near, ended: make(chan error, 1)}
		b.run(speech.SYN6288, speech.Opts{})
		if err := b.d.Say(t.Context(), 0, notice("请稍等")); err != nil {
			t.Error(err)
		}
		if s := c.State(); len(s.Said) != 2 || !s.Said[0].Cut || s.Said[1].Cut {
			t.Errorf("%+v", s)
		}
	})
}

// A chip that loses its power in mid-speech fails that announcement, soon, and
// speaks the next one.
func TestPowerLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.XFS5152, speech.Opts{})
		<-time.After(time.Second)
		time.AfterFunc(time.Second, b.c.Reset)
		begun := time.Now()
		err := b.d.Say(t.Context(), 0, notice(strings.Repeat("请大家稍等", 5)))
		if err == nil || !strings.Contains(err.Error(), "4A") || errors.Is(err, devices.ErrUnspeakable) || time.Since(begun) > 1100*time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		if err := b.d.Say(t.Context(), 0, notice("请稍等")); err != nil {
			t.Error(err)
		}
	})
}

// The fault of a chip is reported when it begins and when it is over, once; one
// that stays silent has its link opened anew.
func TestFaults(t *testing.T) {
	for fault, code := range map[string]string{"silent": "silent", "reject": "rejected", "garble": "garbled", "one-way": "silent"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, speech.SYN6288, speech.Opts{Silence: 5 * time.Minute})
			<-time.After(time.Minute)
			b.set(fault, true)
			<-time.After(time.Minute)
			<-time.After(1500 * time.Millisecond) // between two polls
			begun := time.Now()
			if err := b.d.Say(t.Context(), 0, notice("请稍等")); err == nil || time.Since(begun) > 1100*time.Millisecond { // two questions
				t.Errorf("%s: %v after %s, want an error without a try to speak", fault, err, time.Since(begun))
			}
			b.set(fault, false)
			<-time.After(10 * time.Second)
			if err := b.d.Say(t.Context(), 0, notice("请稍等")); err != nil {
				t.Errorf("%s: %v", fault, err)
			}
			if got, want := strings.Join(b.faults(), " "), "-silent +"+code+" -"+code; got != want {
				t.Errorf("%s: %s, want %s", fault, got, want)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.SYN6288, speech.Opts{})
		<-time.After(time.Minute)
		b.set("silent", true)
		begun := time.Now()
		if err := <-b.ended; !errors.Is(err, link.ErrSilent) || time.Since(begun) > time.Minute {
			t.Errorf("%v after %s", err, time.Since(begun))
		}
		if err := b.d.Say(t.Context(), 0, notice("请稍等")); !errors.Is(err, devices.ErrAway) {
			t.Errorf("after Run has ended: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) { // a link that was never any good is not opened again and again
		b := newBench(t, speech.SYN6288, speech.Opts{})
		b.set("silent", true)
		<-time.After(time.Hour)
		if got := b.faults(); len(got) != 1 || got[0] != "+silent" || len(b.ended) > 0 {
			t.Errorf("%v, ended %d", got, len(b.ended))
		}
	})
}

// A board without a line back is spoken to all the same, one text after the other.
func TestOneWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, speech.SYN6288, speech.Opts{Quirks: speech.Quirks{OneWay: true}})
		b.set("one-way", true)
		for range 3 {
			if err := b.d.Say(t.Context(), 0, notice("今天下午三点停止取号")); err != nil {
				t.Error(err)
			}
		}
		for _, said := range b.c.State().Said {
			if said.Cut {
				t.Errorf("%+v", said)
			}
		}
		<-time.After(time.Hour)
		if got := b.faults(); len(b.c.State().Said) != 3 || len(got) != 1 || got[0] != "-silent" {
			t.Errorf("%v, %+v", got, b.c.State())
		}
	})
}

// A language that the chip does not have is told once, and is no fault.
func TestLanguages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		b := newBench(t, speech.SYN6288, speech.Opts{Log: slog.New(slog.NewTextHandler(&log, nil))})
		for _, lang := range []string{"en", "yue", "en", "yue"} {
			a := devices.Announcement{Volume: 50, Speeches: []devices.Speech{{Lang: lang, Parts: []devices.Part{{Kind: devices.PartWord, Text: "Welcome"}}}}}
			if err := b.d.Say(t.Context(), 0, a); !errors.Is(err, devices.ErrUnspeakable) {
				t.Errorf("%s: %v", lang, err)
			}
		}
		<-time.After(time.Minute)
		if n := strings.Count(log.String(), "\n"); n != 2 || len(b.c.State().Said) != 0 {
			t.Errorf("%d lines: %s", n, log.String())
		}
		if got := b.faults(); len(got) != 1 {
			t.Errorf("%v", got)
		}
	})
}

func TestSettings(t *testing.T) {
	for _, c := range []struct {
		m    speech.Model
		o    speech.Opts
		want string
	}{
		{"wt588", speech.Opts{}, `chip "wt588"`},
		{speech.SYN6288, speech.Opts{Baud: 57600}, "baud 57600"},
		{speech.XFS5152, speech.Opts{Baud: 9600}, "baud 9600"},
		{speech.SYN6288, speech.Opts{Speed: 6}, "speed 6: want 1 to 5"},
		{speech.SYN6288, speech.Opts{Chime: "sound，k"}, "want the name of a tone"},
		{speech.SYN6288, speech.Opts{English: speech.Words}, `english "words": want skip or spell`},
		{speech.XFS5152, speech.Opts{English: speech.Spell}, `english "spell": want skip or words`},
	} {
		if _, err := speech.New(nil, c.m, &c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %s", c.o, err, c.want)
		}
	}
}

// Noise does not hold the driver up, and without an idle or busy among it nothing
// counts as spoken.
func FuzzNoise(f *testing.F) {
	for _, s := range []string{"O", "J", "E", "N", "A", "AO", "AJ", "\x00\xff", "AANO"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, noise []byte) {
		if len(noise) > 200 {
			return
		}
		synctest.Test(t, func(t *testing.T) {
			near, far := linktest.NewPipe(0)
			d, err := speech.New(near, speech.SYN6288, &speech.Opts{Log: silent})
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			ran := make(chan error, 1)
			go func() { ran <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
			go func() {
				for _, c := range noise {
					<-time.After(70 * time.Millisecond)
					far.Write([]byte{c})
				}
			}()
			begun := time.Now()
			err = d.Say(ctx, 0, notice("请大家稍等"))
			if !bytes.ContainsAny(noise, "NO") && err == nil {
				t.Errorf("% X: spoken", noise)
			}
			if took := time.Since(begun); took > time.Minute {
				t.Errorf("% X: %s", noise, took)
			}
			stop()
			<-ran
			<-time.After(20 * time.Second)
		})
	})
}
