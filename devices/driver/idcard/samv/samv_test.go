package samv_test

import (
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/idcard/samv"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/idcard"
)

// R-KIOSK-19: a card is reported once while it lies there, and once more when
// it is laid again; its removal is noticed.
func TestCardIsReportedOnce(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.want(3 * time.Second)
		b.lay("zhang")
		b.want(2*time.Second, resident)
		want := idcard.Samples["zhang"]
		if c := b.card; c.Name != want.Name || c.Number != want.Number || c.Sex != "M" || c.Birth != want.Birth || c.Until != want.To {
			t.Error("the card was read wrong")
		}
		b.want(time.Minute)
		b.reader.Take()
		b.want(2*time.Second, "gone")
		b.want(time.Minute)
		b.lay("zhang")
		b.want(2*time.Second, resident)
		b.lay("li") // in place of the other, as by a quick hand
		b.want(3*time.Second, "gone", resident)
		if b.card.Number != idcard.Samples["li"].Number {
			t.Error("the second card was read wrong")
		}
		if got := b.dev.String(); !strings.Contains(got, "SAM 05.03-20110191-0000000001-0000000002") {
			t.Errorf("the driver is %q", got)
		}
		if b.dev.Drops() != 0 {
			t.Errorf("%d drops", b.dev.Drops())
		}
	})
}

// The four kinds, and a card with a new address, whose presence is seen all the
// same.
func TestKindsOfCards(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		for name, kind := range map[string]string{"li": devices.CardResident, "ho": devices.CardPermit, "smith": devices.CardForeigner, "durand": devices.CardForeigner2} {
			b.lay(name)
			b.want(5*time.Second, "card of kind "+kind)
			if b.card.Number != idcard.Samples[name].Number {
				t.Errorf("%s was read wrong", name)
			}
			b.reader.Take()
			b.want(2*time.Second, "gone")
		}
	})
}

// 41 and 33: another try, then the person is asked to lay the card again; a
// card that stays unreadable does not nag all the time.
func TestUnreadableCards(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.lay("scratched")
		b.want(2*time.Second, resident)
		b.reader.Take()
		b.want(2*time.Second, "gone")
		for name, said := range map[string]string{"read-41": "unread 41", "read-33": "unread 33", "read-31": "unread 31"} {
			b.set(name, true)
			b.lay("zhang")
			b.want(2500*time.Millisecond, said)
			b.reader.Take()
			b.want(5 * time.Second)
			b.set(name, false)
		}
		b.lay("broken")
		time.Sleep(time.Minute)
		synctest.Wait()
		b.mu.Lock()
		n := len(b.said)
		if n < 2 || n > 21 || slices.ContainsFunc(b.said, func(s string) bool { return s != "unread 41" }) {
			t.Errorf("in a minute: %q", b.said)
		}
		b.said = nil
		b.mu.Unlock()
	})
}

// A card whose answer is damaged, or makes no sense, has been read for the SAM:
// it must be laid again.
func TestAnswersThatMakeNoSense(t *testing.T) {
	for _, fault := range []string{"checksum", "kind", "fingers"} {
		t.Run(fault, func(t *testing.T) {
			withBench(t, samv.Opts{}, func(b *bench) {
				b.want(2 * time.Second)
				b.set(fault, true)
				b.lay("zhang")
				b.want(10*time.Second, "unread 00")
				if b.dev.Drops() == 0 {
					t.Error("nothing was counted")
				}
				b.reader.Take()
				b.set(fault, false)
				b.want(2 * time.Second)
				b.lay("zhang")
				b.want(2*time.Second, resident)
			})
		})
	}
}

// Noise around each answer, and a stray 00 in each preamble, cost nothing.
func TestNoisyReader(t *testing.T) {
	for _, fault := range []string{"garbage", "zero"} {
		t.Run(fault, func(t *testing.T) {
			withBench(t, samv.Opts{}, func(b *bench) {
				b.set(fault, true)
				b.lay("zhang")
				b.want(5*time.Second, resident)
				b.reader.Take()
				b.want(3*time.Second, "gone")
			})
		})
	}
}

// A reader that loses its power: one fault, the card that lay there is gone, and
// the next one is read when the power is back.
func TestSilentReader(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.lay("zhang")
		b.want(2*time.Second, resident)
		b.set("silent", true)
		b.want(30*time.Second, "gone", "silent true")
		if b.dev.Ready() {
			t.Error("a reader that is silent is ready")
		}
		b.want(10 * time.Minute)
		b.reader.Take()
		resets := b.reader.State().Commands["10 FF"]
		b.set("silent", false)
		b.want(10*time.Second, "silent false")
		if n := b.reader.State().Commands["10 FF"]; n != resets+1 {
			t.Errorf("%d resets after the power came back, want 1", n-resets)
		}
		b.lay("zhang")
		b.want(2*time.Second, resident)
		if !b.dev.Ready() {
			t.Error("a reader that reads is not ready")
		}
	})
}

func TestGarbledReader(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.set("half", true)
		b.want(20*time.Second, "garbled true")
		b.set("half", false)
		b.want(10*time.Second, "garbled false")
		b.lay("zhang")
		b.want(2*time.Second, resident)
	})
}

func TestBrokenModule(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.want(time.Second)
		b.set("selftest", true)
		b.want(10*time.Second, "broken true")
		b.set("selftest", false)
		b.want(10*time.Second, "broken false")
	})
}

// A reader that cannot be asked for the new address: the card is gone after a
// while, and is still reported once only.
func TestReaderWithoutProbe(t *testing.T) {
	for _, o := range []samv.Opts{{}, {Quirks: samv.Quirks{NoProbe: true}}} {
		withBench(t, o, func(b *bench) {
			b.set("no-probe", true)
			b.lay("zhang")
			b.want(2*time.Second, resident)
			b.want(samv.HoldFor, "gone")
			b.want(time.Minute)
			b.reader.Take()
			b.want(time.Second)
			b.lay("zhang")
			b.want(2*time.Second, resident)
			if n := b.reader.State().Commands["30 03"]; n > 1 || o.Quirks.NoProbe && n > 0 {
				t.Errorf("asked %d times for the new address", n)
			}
		})
	}
}

// S24: a line full of noise gives no card and no growth, and a card is read when
// it is over.
func TestNoise(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		r := rand.New(rand.NewPCG(1, 2))
		for range 2000 {
			p := make([]byte, 200)
			for i := range p {
				p[i] = []byte{0, 0xAA, 0x96, 0x69, 0x90, byte(r.Uint32())}[r.IntN(6)]
			}
			if err := b.reader.Raw(p); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		b.mu.Lock()
		for _, s := range b.said {
			if strings.HasPrefix(s, "card") {
				t.Errorf("noise became a %s", s)
			}
		}
		b.said = nil
		b.mu.Unlock()
		if b.dev.Drops() < 300_000 {
			t.Errorf("%d drops of 400,000 bytes", b.dev.Drops())
		}
		b.lay("zhang")
		b.want(3*time.Second, resident)
	})
}

// A reader that is unplugged ends Run, and the card that lay there is gone.
func TestUnplugged(t *testing.T) {
	withBench(t, samv.Opts{}, func(b *bench) {
		b.lay("zhang")
		b.want(2*time.Second, resident)
		b.line.Close()
		err := <-b.ends
		if !errors.Is(err, io.EOF) {
			t.Errorf("Run = %v", err)
		}
		b.want(0, "gone")
		b.ends <- err
	})
}

// The dialogue at the start and one reading, byte by byte.
func TestDialogue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ops, err := linktest.ParseExchange(strings.NewReader(`
			> aa aa aa 96 69 00 03 10 ff ec
			< aa aa aa 96 69 00 04 00 00 90 94
			> aa aa aa 96 69 00 03 11 ff ed
			< aa aa aa 96 69 00 04 00 00 90 94
			> aa aa aa 96 69 00 03 12 ff ee
			< aa aa aa 96 69 00 14 00 00 90 05 00 03 00 6f db 32 01 01 00 00 00 02 00 00 00 06
			> aa aa aa 96 69 00 03 20 01 22
			< aa 00 aa aa 96 69 00 08 00 00 9f 00 00 00 00 97
			> aa aa aa 96 69 00 03 20 02 21
			< aa aa aa 96 69 00 0c 00 00 90 00 00 00 00 00 00 00 00 9c
			> aa aa aa 96 69 00 03 30 01 32
			< aa aa aa 96 69 00 04 00 00 41 45
			> aa aa aa 96 69 00 03 20 01 22
			< aa aa aa 96 69 00 04 00 00 80 84
			> aa aa aa 96 69 00 03 20 01 22
		`))
		if err != nil {
			t.Fatal(err)
		}
		p := linktest.NewPlayback(ops)
		replay(t, p, "unread 41")
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for _, o := range []*samv.Opts{{Poll: time.Millisecond}, {Answer: time.Hour}, {Read: time.Millisecond}, {Poll: -1}} {
		if _, err := samv.New(nil, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
