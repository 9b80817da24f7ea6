package onbon_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/display/onbon"
	"hallward/devices/driver/drivertest"
	"hallward/devices/link"
	"hallward/devices/sim/port"
	"hallward/devices/sim/strip"
)

// strips plays a line of cards on a port.
func strips(t *testing.T, on port.Port, o strip.Opts) *strip.Line {
	t.Helper()
	l, err := strip.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx, on) }()
	t.Cleanup(func() { stop(); <-done })
	return l
}

func pty(t *testing.T) port.Port {
	t.Helper()
	p, err := port.OpenPTY(filepath.Join(t.TempDir(), "strips"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// what a strip should show of a sign, in the simulator's words.
func expected(s devices.Sign) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return ' '
		case r < ' ' || r == 0x7F:
			return -1
		case r == '\\':
			return '＼'
		case r == '[':
			return '［'
		case strings.ContainsRune("𠮷😀ᠮᠣᠩ�", r):
			return '□'
		}
		return r
	}, s.Text)
}

// R-WIN-09, the suite that a technician's probe runs: over a serial line with
// three cards, and over TCP with one whose address nobody knows. The simulator
// was written from the maker's document and shares no code with the driver.
func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		on     func(*testing.T) port.Port
		sim    strip.Opts
		opts   onbon.Opts
		unit   int
		absent int
	}{
		{"RS-485", pty, strip.Opts{Addresses: []int{1, 2, 0xA5}, Width: 192, Height: 32}, onbon.Opts{Units: []int{1, 2, 3, 0xA5}, Width: 192, Height: 32}, 0xA5, 3},
		{"TCP", func(t *testing.T) port.Port {
			p, err := port.ListenTCP("127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}, strip.Opts{Addresses: []int{7}}, onbon.Opts{Units: []int{0}, Quirks: onbon.Quirks{}}, 0, 9},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := c.on(t)
			sim := strips(t, p, c.sim)
			address := c.unit
			if address == 0 {
				address = c.sim.Addresses[0]
			}
			c.opts.Answer = 2 * time.Second // of a loaded machine
			var dev *onbon.Dev
			drivertest.TestDisplay(t, drivertest.DisplayLine{
				Unit: c.unit, Absent: c.absent,
				Open: func() (devices.Display, io.Closer, error) {
					l, err := link.Open(t.Context(), p.Spec())
					if err != nil {
						return nil, nil, err
					}
					dev, err = onbon.New(l, &c.opts)
					return dev, l, err
				},
				Shows: func(_ context.Context, s devices.Sign) error {
					card, _ := sim.Card(address)
					got, want := strings.ReplaceAll(card.Text, "\n", " "), expected(s)
					if s.State == devices.SignBlank {
						want = ""
					}
					squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
					got, want = squeeze(got), squeeze(want)
					if head, cut := strings.CutSuffix(got, "…"); cut && strings.HasPrefix(want, head) {
						want = got // more than a card takes
					}
					switch {
					case got != want:
						return fmt.Errorf("the strip shows %q, want %q", got, want)
					case !card.Whole || card.Strange > 0:
						return fmt.Errorf("the strip cuts something off, or did not understand: %+v", card)
					case s.Flash.After(time.Now()) && !card.Runs && !card.Flashes, s.Flash.Before(time.Now()) && card.Flashes:
						return fmt.Errorf("flashes %v", card.Flashes)
					case s.Bright == 1 && card.Level != 1, s.Bright == 100 && card.Level != 15:
						return fmt.Errorf("brightness %d", card.Level)
					}
					return nil
				},
				Fault: func(name string, on bool) error { return sim.Set(address, name, on) },
			})
			deadline := time.Now().Add(30 * time.Second)
			for { // the last frames want no answer
				card, _ := sim.Card(address)
				if card.Areas == 0 {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("Halt has left %+v", card)
				}
				look := time.NewTimer(5 * time.Millisecond)
				<-look.C
			}
			if st := sim.State(); st.Lost != 0 {
				t.Errorf("the cards lost %d bytes", st.Lost)
			}
		})
	}
}

// line is a driver that runs against simulated cards.
func line(t *testing.T, so strip.Opts, do onbon.Opts) (*strip.Line, *onbon.Dev, chan error) {
	t.Helper()
	p := pty(t)
	sim := strips(t, p, so)
	l, err := link.Open(t.Context(), p.Spec())
	if err != nil {
		t.Fatal(err)
	}
	dev, err := onbon.New(l, &do)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- dev.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
	t.Cleanup(func() {
		stop()
		ran <- <-ran
		l.Close()
	})
	return sim, dev, ran
}

// R-WIN-09: every way in which a card can fail is an error, and the next sign
// comes through when it is well again.
func TestFaults(t *testing.T) {
	sim, dev, _ := line(t, strip.Opts{Addresses: []int{1, 2}}, onbon.Opts{Units: []int{1, 2}, Answer: 500 * time.Millisecond})
	show := func(unit int, text string) error {
		return dev.Show(t.Context(), unit, devices.Sign{State: devices.SignCalled, Text: text})
	}
	for i, c := range []struct {
		fault, want string
	}{
		{"silent", "does not answer"}, {"garble", "cannot be read"}, {"crc", "cannot be read"}, {"nack", "refused: busy (3)"},
		{"slow", "does not answer"}, {"power-off", "does not answer"}, {"unchecked", "cannot be read"},
	} {
		if err := sim.Set(1, c.fault, true); err != nil {
			t.Fatal(err)
		}
		if err := show(1, "坏"); err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "unit 1") {
			t.Errorf("%s: %v, want %q", c.fault, err, c.want)
		}
		if err := show(2, fmt.Sprint("好", i)); err != nil {
			t.Errorf("%s: the other card: %v", c.fault, err)
		}
		if err := sim.Set(1, c.fault, false); err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint("好", i)
		err := show(1, text)
		for tries := 0; err != nil && tries < 20; tries++ { // late answers of the slow one
			err = show(1, text)
		}
		if card, _ := sim.Card(1); err != nil || card.Text != text {
			t.Errorf("after %s: %v, it shows %q", c.fault, err, card.Text)
		}
	}
	if card, _ := sim.Card(2); card.Text != "好6" || card.Refused != 0 {
		t.Errorf("the other card: %+v", card)
	}
}

// Cards that know only the usual source address, or send no checksum, are driven
// all the same.
func TestQuirks(t *testing.T) {
	sim, dev, _ := line(t, strip.Opts{Addresses: []int{1, 2}}, onbon.Opts{Quirks: onbon.Quirks{Unchecked: true}})
	for _, s := range []struct {
		unit int
		name string
	}{{1, "fixed"}, {2, "unchecked"}} {
		if err := sim.Set(s.unit, s.name, true); err != nil {
			t.Fatal(err)
		}
		err := errors.New("not shown")
		for tries := 0; err != nil && tries < 30; tries++ {
			err = dev.Show(t.Context(), s.unit, devices.Sign{State: devices.SignCalled, Text: s.name})
		}
		if card, _ := sim.Card(s.unit); err != nil || card.Text != s.name {
			t.Errorf("%s: %v, it shows %q", s.name, err, card.Text)
		}
	}
}

// A card that babbles all the time makes noise in every answer of its line;
// still both are told what to show.
func TestBabble(t *testing.T) {
	sim, dev, _ := line(t, strip.Opts{Addresses: []int{1, 2}}, onbon.Opts{Units: []int{1, 2}, Answer: 2 * time.Second})
	if err := sim.Set(2, "babble", true); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		for unit := 1; unit <= 2; unit++ {
			text := fmt.Sprint(unit, "-", i)
			if err := dev.Show(t.Context(), unit, devices.Sign{State: devices.SignCalled, Text: text}); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			if card, _ := sim.Card(unit); card.Text != text {
				t.Errorf("unit %d shows %q, want %q", unit, card.Text, text)
			}
		}
	}
}

// A line on which everybody has fallen silent is given up, so that it is opened
// anew: a network may have forgotten the connection.
func TestSilentLineEndsRun(t *testing.T) {
	sim, dev, ran := line(t, strip.Opts{}, onbon.Opts{Answer: 20 * time.Millisecond, Silence: 50 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	sign := devices.Sign{State: devices.SignOpen, Text: "x"}
	for dev.Show(ctx, 1, sign) != nil && ctx.Err() == nil { // until the first answer comes in time
	}
	if err := sim.Set(1, "silent", true); err != nil {
		t.Fatal(err)
	}
	for {
		err := dev.Show(ctx, 1, sign)
		if errors.Is(err, devices.ErrAway) {
			break
		}
		if ctx.Err() != nil {
			t.Fatalf("the driver goes on: %v", err)
		}
	}
	err := <-ran
	ran <- err
	if !errors.Is(err, link.ErrSilent) {
		t.Errorf("Run = %v", err)
	}
}

// A card that says that it is on, and how bright; and one that is cleared.
func TestStatusAndClear(t *testing.T) {
	sim, dev, _ := line(t, strip.Opts{Addresses: []int{5}}, onbon.Opts{Answer: 2 * time.Second})
	if err := dev.Ping(t.Context(), 5); err != nil {
		t.Error(err)
	}
	if err := dev.Show(t.Context(), 5, devices.Sign{State: devices.SignOpen, Text: "开", Bright: 40}); err != nil {
		t.Error(err)
	}
	if s, err := dev.Status(t.Context(), 5); err != nil || s != (onbon.Status{On: true, Level: 6}) {
		t.Errorf("%+v %v", s, err)
	}
	if err := dev.Clear(t.Context(), 5); err != nil {
		t.Error(err)
	}
	if card, _ := sim.Card(5); card.Text != "" || card.Areas != 0 {
		t.Errorf("after clear it shows %+v", card)
	}
}

// R-VOICE-05: the suite of voices, with a card that speaks.
func TestVoiceConformance(t *testing.T) {
	t.Parallel()
	p := pty(t)
	sim := strips(t, p, strip.Opts{Addresses: []int{4}})
	drivertest.TestVoice(t, drivertest.VoiceLine{
		Unit: 4,
		Open: func() (devices.Voice, io.Closer, error) {
			l, err := link.Open(t.Context(), p.Spec())
			if err != nil {
				return nil, nil, err
			}
			d, err := onbon.New(l, &onbon.Opts{Answer: 2 * time.Second, Sound: onbon.Speech, Pace: 10})
			return d, l, err
		},
		Heard: func(a devices.Announcement) error {
			card, _ := sim.Card(4)
			if len(card.Said) < len(a.Speeches) {
				return fmt.Errorf("it was told %d sentences", len(card.Said))
			}
			for i, said := range card.Said[len(card.Said)-len(a.Speeches):] {
				for _, part := range a.Speeches[i].Parts {
					if part.Kind != devices.PartPause && !strings.Contains(said.Text, part.Text) {
						return fmt.Errorf("%q is missing in %q", part.Text, said.Text)
					}
				}
				if said.Volume != min(10, (a.Volume+9)/10) {
					return fmt.Errorf("volume %d for %d percent", said.Volume, a.Volume)
				}
			}
			return nil
		},
		Fault: func(on bool) error { return sim.Set(4, "silent", on) },
	})
}

// A speaking card speaks the announcement, while it goes on showing its sign,
// and Say ends when the words should have been heard.
func TestSay(t *testing.T) {
	sim, dev, _ := line(t, strip.Opts{Width: 192}, onbon.Opts{Width: 192, Answer: 2 * time.Second, Sound: onbon.Speech, Speaker: 2, Pace: 10})
	sign := devices.Sign{State: devices.SignCalled, Text: "请A001号到3号窗口"}
	if err := dev.Show(t.Context(), 1, sign); err != nil {
		t.Fatal(err)
	}
	parts := []devices.Part{{Kind: devices.PartWord, Text: "请"}, {Kind: devices.PartDigits, Text: "A001"}, {Kind: devices.PartWord, Text: "号到"}, {Kind: devices.PartValue, Text: "3"}, {Kind: devices.PartWord, Text: "号窗口"}}
	begun := time.Now()
	err := dev.Say(t.Context(), 1, devices.Announcement{Volume: 65, Speeches: []devices.Speech{{Lang: "yue", Parts: parts}, {Lang: "zh-CN", Parts: parts}}})
	if err != nil {
		t.Fatal(err)
	}
	if took := time.Since(begun); took < onbon.Spoken(devices.Speech{Lang: "zh-CN", Parts: parts}, 10) {
		t.Errorf("Say came back after %s", took)
	}
	card, _ := sim.Card(1)
	if len(card.Said) != 1 || card.Said[0].Text != "请[n1]A001号到[n2]3号窗口" || card.Said[0].Volume != 7 || card.Said[0].Pace != 10 || card.Said[0].Speaker != 2 || card.Text != sign.Text {
		t.Errorf("%+v", card)
	}
	err = dev.Say(t.Context(), 1, devices.Announcement{Volume: 65, Speeches: []devices.Speech{{Lang: "yue", Parts: parts}}})
	if !errors.Is(err, devices.ErrUnspeakable) {
		t.Errorf("Cantonese alone: %v", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := dev.Say(gone, 1, devices.Announcement{Speeches: []devices.Speech{{Lang: "zh-CN", Parts: parts}}}); err == nil {
		t.Error("it spoke for a context that has ended")
	}
}
