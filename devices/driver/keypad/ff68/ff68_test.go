package ff68

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
)

func TestKeys(t *testing.T) {
	for _, c := range []struct {
		data []byte
		key  devices.Key
	}{
		{[]byte{0x0C}, devices.KeyNext}, {[]byte{0x0D}, devices.KeyRecall},
		{[]byte{0x0B}, devices.KeyEvaluate}, {[]byte{0x0E}, devices.KeyCancel},
		{[]byte{0x12}, devices.KeyPause}, {[]byte{0x13}, devices.KeyTransfer},
		{[]byte{6, 0x0F}, devices.KeyGiveUp}, {[]byte{0, 0x0F}, devices.KeySuspend},
		{[]byte{3, 0x0F}, devices.KeyResume}, {[]byte{0x0F}, devices.KeyOther},
		{[]byte{0x11}, devices.KeyOther},
	} {
		withBench(t, nil, func(b *bench) {
			b.frame(Frame{7, 0x01, c.data})
			b.want([]string{fmt.Sprintf("key 7 %s %02X", c.key, c.data[0])},
				[]string{fmt.Sprintf("7:01:%X", c.data)}) // the frame itself is the acknowledgement
		})
	}
}

// Digits before a key are what was typed; 0F with more than one of its own
// digits is nothing that is known.
func TestDigitsBeforeAKey(t *testing.T) {
	for _, c := range []struct {
		data   []byte
		key    devices.Key
		digits string
	}{
		{[]byte{1, 2, 0x13}, devices.KeyTransfer, "12"}, {[]byte{0, 3, 7, 0x0C}, devices.KeyNext, "037"},
		{[]byte{5, 0x0D}, devices.KeyRecall, "5"}, {[]byte{6, 6, 0x0F}, devices.KeyOther, "66"},
		{[]byte{5, 0x0F}, devices.KeyOther, "5"}, {[]byte{1, 2, 3, 4, 5, 6, 0x0C}, devices.KeyNext, "123456"},
	} {
		withBench(t, nil, func(b *bench) {
			b.frame(Frame{7, 0x01, c.data})
			b.mu.Lock()
			defer b.mu.Unlock()
			if len(b.said) != 1 {
				t.Fatalf("% X: %v", c.data, b.said)
			}
			if p, ok := b.said[0].(devices.KeyPress); !ok || p.Key != c.key || p.Digits != c.digits {
				t.Errorf("% X: %+v, want %s with %q", c.data, p, c.key, c.digits)
			}
		})
	}
	withBench(t, nil, func(b *bench) {
		b.frame(Frame{7, 0x01, []byte{1, 2, 3, 4, 5, 6, 7, 0x0C}})
		b.frame(Frame{7, 0x01, []byte{0x0B, 0x0C}})
		b.frame(Frame{7, 0x01, nil})
		b.want(nil, nil)
		if b.dev.Drops() != 3 {
			t.Errorf("%d drops, want what is no key", b.dev.Drops())
		}
	})
}

// R-KEY-05: the level is stored, with the code and scale of the pad beside it.
func TestResultsAreAcknowledgedWithFunc01(t *testing.T) {
	for code, level := range FourKeys {
		withBench(t, nil, func(b *bench) {
			b.frame(Frame{1, 0x11, []byte{byte(code)}})
			wait(Together)
			b.want([]string{fmt.Sprintf("score 1 level %d code %d ff68-4", level, code)},
				[]string{fmt.Sprintf("1:01:%02X", code)})
		})
	}
}

// R-KEY-05: another pad's keys map to levels by setting.
func TestLevelsBySetting(t *testing.T) {
	o := &Opts{Scale: "ff68-5", Levels: map[int]int{1: 5, 2: 4, 3: 3, 4: 2, 5: 1}}
	withBench(t, o, func(b *bench) {
		b.frame(Frame{1, 0x11, []byte{5}})
		wait(Together)
		b.want([]string{"score 1 level 1 code 5 ff68-5"}, []string{"1:01:05"})
		b.frame(Frame{1, 0x11, []byte{0}})
		wait(Together)
		b.want(nil, nil)
		if b.dev.Drops() != 1 {
			t.Errorf("%d drops, want the unknown code", b.dev.Drops())
		}
	})
}

// Nothing is acknowledged before it is stored; the pad's repeat is the second
// chance, and when it is stored the press counts once.
func TestUnstoredIsNotAcknowledged(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.refuse = 2
		for range 2 {
			b.frame(Frame{1, 0x11, []byte{3}})
			wait(time.Second)
			b.want(nil, nil)
		}
		b.frame(Frame{1, 0x11, []byte{3}})
		wait(time.Second)
		b.want([]string{"score 1 level 5 code 3 ff68-4"}, []string{"1:01:03"})

		b.refuse = 1
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		b.want(nil, nil)
		wait(time.Second)
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		b.want([]string{"key 1 next 0C"}, []string{"1:01:0C"})
	})
}

// R-KEY-07: an acknowledgement that was lost makes the pad repeat; that is
// acknowledged again and counts once. Later the same key is a new press.
func TestRepeatsCountOnce(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range 4 {
			b.frame(Frame{1, 0x11, []byte{2}})
			wait(time.Second)
		}
		b.want([]string{"score 1 level 4 code 2 ff68-4"}, []string{"1:01:02", "1:01:02", "1:01:02", "1:01:02"})
		for range 3 {
			b.frame(Frame{1, 0x01, []byte{0x0C}})
			wait(time.Second)
		}
		b.want([]string{"key 1 next 0C"}, []string{"1:01:0C", "1:01:0C", "1:01:0C"})
		wait(Repeat)
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		b.frame(Frame{2, 0x01, []byte{0x0C}})
		b.want([]string{"key 1 next 0C", "key 2 next 0C"}, []string{"1:01:0C", "2:01:0C"})
	})
}

// A key between a rating and its repeat does not make the repeat a second one.
func TestRepeatBehindAKey(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.frame(Frame{1, 0x11, []byte{3}})
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		wait(time.Second)
		b.frame(Frame{1, 0x11, []byte{3}})
		wait(time.Second)
		b.want([]string{"key 1 next 0C", "score 1 level 5 code 3 ff68-4"}, []string{"1:01:0C", "1:01:03", "1:01:03"})
	})
}

// R-KEY-15: two keys within 300 ms: nothing is guessed, the citizen is asked
// again, and the next press counts.
func TestTwoKeysTogetherAskAgain(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.frame(Frame{1, 0x11, []byte{3}})
		wait(200 * time.Millisecond)
		b.frame(Frame{1, 0x11, []byte{0}})
		wait(200 * time.Millisecond)
		b.frame(Frame{1, 0x11, []byte{3}}) // a finger that is still on the way
		wait(time.Second)
		b.want(nil, []string{"1:01:03", "1:01:00", "1:01:0B", "1:01:03"})
		b.frame(Frame{1, 0x11, []byte{0}})
		wait(time.Second)
		b.want([]string{"score 1 level 2 code 0 ff68-4"}, []string{"1:01:00"})
	})
}

// The pad's own time-out beside a press is no second press.
func TestSilenceGivesWayToAKey(t *testing.T) {
	for _, codes := range [][]byte{{1, 2}, {2, 1}} {
		withBench(t, nil, func(b *bench) {
			b.frame(Frame{1, 0x11, codes[:1]})
			wait(100 * time.Millisecond)
			b.frame(Frame{1, 0x11, codes[1:]})
			wait(time.Second)
			if got, want := b.readings(), []string{"score 1 level 4 code 2 ff68-4"}; !slices.Equal(got, want) {
				t.Errorf("readings %q, want %q", got, want)
			}
		})
	}
}

// R-FWB-01: on a two-wire line everything that the host sends comes back. It
// is no key press, and no acknowledgement answers it.
func TestEchoOfTheLine(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.echo = true
		ctx := b.t.Context()
		for _, err := range []error{b.dev.Prompt(ctx, 1), b.dev.Beep(ctx, 1), b.dev.ShowQueue(ctx, 1, 12, 37), b.dev.Stars(ctx, 1)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		wait(time.Second)
		b.want(nil, []string{"1:01:0B", "1:03:", "1:02:000102000307", "1:02:05"})
		b.frame(Frame{1, 0x01, []byte{0x0C}})
		wait(time.Second)
		b.want([]string{"key 1 next 0C"}, []string{"1:01:0C"})
	})
}

func TestCommands(t *testing.T) {
	withBench(t, &Opts{Units: []int{1, 2}}, func(b *bench) {
		ctx := b.t.Context()
		for _, err := range []error{b.dev.ShowQueue(ctx, 1, -1, 37), b.dev.ShowQueue(ctx, 1, 12, -1), b.dev.Halt()} {
			if err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		b.want(nil, []string{"1:02:0A0A0A000307", "1:02:0001020A0A0A", "1:02:0A0A0A0A0A0A", "2:02:0A0A0A0A0A0A"})
		for _, err := range []error{
			b.dev.Beep(ctx, 3), b.dev.Beep(ctx, -1), b.dev.Beep(ctx, 257),
			b.dev.ShowQueue(ctx, 1, 1000, 0), b.dev.ShowQueue(ctx, 1, 0, -2),
		} {
			if err == nil {
				t.Error("no error")
			}
		}
		ended, stop := context.WithCancel(ctx)
		stop()
		if err := b.dev.Prompt(ended, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("prompt after the end: %v", err)
		}
		b.want(nil, nil)
	})
}

func TestUnknownUnitsAreDropped(t *testing.T) {
	withBench(t, &Opts{Units: []int{1}}, func(b *bench) {
		b.frame(Frame{9, 0x11, []byte{3}})
		wait(time.Second)
		b.want(nil, nil)
		if b.dev.Drops() != 1 {
			t.Errorf("%d drops, want 1", b.dev.Drops())
		}
	})
}
