package numpad_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/keypad/numpad"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

// codes are keys by what stands on them.
var codes = map[rune]uint16{'0': 82, '1': 79, '2': 80, '3': 81, '4': 75, '5': 76, '6': 77, '7': 71, '8': 72, '9': 73,
	'E': 96, '+': 78, '-': 74, '*': 55, '/': 98, '.': 83, '<': 14, 'F': 59, 'n': 69}

// bench is a pad with somebody at it, in a bubble.
type bench struct {
	t   *testing.T
	pad link.Link
	dev *numpad.Dev

	mu     sync.Mutex
	said   []string
	refuse int // readings that are not stored
	ran    chan error
}

func withBench(t *testing.T, o *numpad.Opts, do func(*bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		near, far := linktest.NewPipe(0)
		b := &bench{t: t, pad: far, ran: make(chan error, 1)}
		if o == nil {
			o = &numpad.Opts{}
		}
		o.Log = slog.New(slog.DiscardHandler)
		var err error
		if b.dev, err = numpad.New(near, o); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		go func() { b.ran <- b.dev.Run(ctx, b.take) }()
		do(b)
		stop()
		synctest.Wait()
		far.Close()
		near.Close()
		<-b.ran
	})
}

func (b *bench) take(_ context.Context, r devices.Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, fault := r.(devices.Fault); !fault && b.refuse > 0 {
		b.refuse--
		return errors.New("the disk is full")
	}
	switch r := r.(type) {
	case devices.KeyPress:
		b.said = append(b.said, strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Unit, r.Key, r.Digits)))
	case devices.Score:
		b.said = append(b.said, fmt.Sprintf("%d level %d code %d %s", r.Unit, r.Level, r.Code, r.Scale))
	case devices.Fault:
		b.said = append(b.said, fmt.Sprintf("fault %s %v %s", r.Code, r.On, r.Detail))
	}
	return nil
}

// press presses and releases keys.
func (b *bench) press(keys string) {
	b.t.Helper()
	for _, k := range keys {
		b.event(codes[k], link.KeyPressed)
		b.event(codes[k], link.KeyReleased)
	}
	synctest.Wait()
}

func (b *bench) event(code uint16, state link.KeyState) {
	b.t.Helper()
	if _, err := b.pad.Write(link.KeyEvent{Code: code, State: state}.Append(nil)); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) want(readings ...string) {
	b.t.Helper()
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.said, readings) {
		b.t.Errorf("readings %q, want %q", b.said, readings)
	}
	b.said = nil
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() }

func TestKeys(t *testing.T) {
	for _, c := range []struct{ keys, want string }{
		{"E", "1 next"}, {"+", "1 recall"}, {"-", "1 give-up"}, {"*", "1 pause"}, {"/", "1 transfer"}, {".", "1 suspend"},
		{"12/", "1 transfer 12"}, {"037E", "1 next 037"}, {"13<2/", "1 transfer 12"}, {"1<</", "1 transfer"},
		{"1234567/", "1 transfer"}, // somebody leans on the digits: nothing is guessed
		{"nE", "1 next"}, {"F", ""},
	} {
		withBench(t, nil, func(b *bench) {
			b.press(c.keys)
			if c.want == "" {
				b.want()
			} else {
				b.want(c.want)
			}
		})
	}
}

func TestOtherKeysAndUnit(t *testing.T) {
	withBench(t, &numpad.Opts{Unit: 7, Keys: map[uint16]devices.Key{59: devices.KeyEvaluate}}, func(b *bench) {
		b.press("FE")
		b.want("7 evaluate")
		if b.dev.Drops() != 1 {
			t.Errorf("%d drops, want the key without a meaning", b.dev.Drops())
		}
	})
}

// Digits that no key follows are forgotten: the next person begins anew.
func TestDigitsAreForgotten(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.press("12")
		wait(9 * time.Second)
		b.press("3/")
		b.want("1 transfer 123")
		wait(2 * time.Second)
		b.press("12")
		wait(10 * time.Second)
		b.press("/")
		b.want("1 transfer")
	})
}

// A finger that trembles calls one number.
func TestBounce(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.press("EE")
		wait(500 * time.Millisecond)
		b.press("E")
		b.want("1 next")
		wait(numpad.Again)
		b.press("E+E")
		b.want("1 next", "1 recall", "1 next")
	})
}

// A press that could not be stored is tried again, in order, and given up when it
// would surprise everybody.
func TestUnstored(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.refuse = 3
		b.press("E+")
		b.want()
		wait(numpad.Patience)
		b.want("1 next", "1 recall")
		b.refuse = 1000
		b.press("-")
		wait(2 * numpad.Patience)
		b.refuse = 0
		wait(time.Minute)
		b.press("*")
		b.want("1 pause")
		if b.dev.Drops() != 1 {
			t.Errorf("%d drops, want the press that was given up", b.dev.Drops())
		}
	})
}

// R-KEY-05: digits are levels by setting, and code and scale stand beside them.
// R-KEY-15: two together are nobody's answer.
func TestEvaluator(t *testing.T) {
	o := &numpad.Opts{Unit: 3, Levels: map[int]int{1: 5, 2: 4, 3: 3, 4: 2, 5: 1}, Scale: "five"}
	withBench(t, o, func(b *bench) {
		b.press("1")
		b.want() // it waits for a second key
		wait(numpad.Together)
		b.want("3 level 5 code 1 five")
		b.press("5")
		wait(200 * time.Millisecond)
		b.press("1")
		wait(200 * time.Millisecond)
		b.press("5") // a finger that is still on the way
		wait(time.Second)
		b.want()
		b.press("4")
		wait(time.Second)
		b.want("3 level 2 code 4 five")
		drops := b.dev.Drops()
		b.press("9E")
		wait(time.Second)
		b.want()
		if n := b.dev.Drops() - drops; n != 2 {
			t.Errorf("%d drops, want the keys without a meaning", n)
		}
	})
}

// R-KEY-14: a key that is held is one press, and a fault until it is released.
func TestStuck(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.event(96, link.KeyPressed)
		for range 30 {
			wait(500 * time.Millisecond)
			b.event(96, link.KeyHeld)
		}
		b.want("1 next", "fault stuck true key 96: is held down")
		b.event(96, link.KeyReleased)
		b.want("fault stuck false ")
	})
}

// When events are lost, what was typed before is not used: a digit may be
// missing.
func TestLostEvents(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.press("12")
		b.event(78, link.KeyPressed)
		b.want("1 recall 12")
		wait(2 * time.Second)
		b.press("12")
		b.event(0, link.KeysLost)
		b.press("3/")
		b.want("1 transfer 3")
		wait(time.Minute)
		b.want() // the key whose release is lost is not stuck
	})
}

// inputEvent is an input_event of the kernel (linux/input.h), as one was recorded.
func inputEvent(kind, code uint16, value int32) []byte {
	b := make([]byte, bits.UintSize/4+8)
	at := len(b) - 8
	binary.NativeEndian.PutUint16(b[at:], kind)
	binary.NativeEndian.PutUint16(b[at+2:], code)
	binary.NativeEndian.PutUint32(b[at+4:], uint32(value))
	return b
}

// A pad as the kernel shows it, until it is unplugged. A FIFO stands in for the
// device file.
func TestConformance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "event3")
	if err := unix.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	device, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer device.Close()
	enter := slices.Concat(inputEvent(4, 4, 0x70058), inputEvent(1, 96, 1), inputEvent(0, 0, 0), inputEvent(1, 96, 0), inputEvent(0, 0, 0))
	open := func() (devices.Keypad, io.Closer, error) {
		l, err := link.OpenKeys("input:" + path + "?grab=no")
		if err != nil {
			return nil, nil, err
		}
		d, err := numpad.New(l, &numpad.Opts{Log: slog.New(slog.DiscardHandler)})
		return d, l, err
	}
	drivertest.TestKeypad(t, 1, func(context.Context) error { _, err := device.Write(enter); return err }, open)

	d, l, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ran := make(chan error, 1)
	go func() { ran <- d.Run(t.Context(), func(context.Context, devices.Reading) error { return nil }) }()
	device.Close()
	if err := <-ran; !errors.Is(err, unix.ENODEV) || !strings.HasPrefix(err.Error(), "numpad: input:"+path) {
		t.Errorf("Run of a pad that is unplugged = %v", err)
	}
	if err := d.Beep(t.Context(), 2); !errors.Is(err, devices.ErrNoUnit) {
		t.Errorf("unit 2: %v", err)
	}
}

func TestNew(t *testing.T) {
	for _, o := range []numpad.Opts{{Unit: 256}, {Unit: -1}, {Levels: map[int]int{10: 5}}, {Levels: map[int]int{1: 6}}, {Levels: map[int]int{1: 0}}} {
		if _, err := numpad.New(nil, &o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}

func TestCodes(t *testing.T) {
	for name, want := range map[string][]uint16{"enter": {96, 28}, "113": {113}, "79": nil, "14": nil, "0": nil, "return": nil, "5000": nil, "-": nil} {
		if got := numpad.Codes(name); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	if names := numpad.Names(); !slices.Contains(names, "enter") || !slices.IsSorted(names) {
		t.Errorf("%v", names)
	}
}

// Whatever is pressed, digits are reported with at most one press, in their
// order, and nothing is invented.
func TestPresses(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		keys := rapid.SliceOfN(rapid.SampledFrom([]rune("0123456789E/<F")), 0, 20).Draw(r, "keys")
		var want []string
		digits := ""
		for _, k := range keys {
			switch {
			case k >= '0' && k <= '9':
				if digits += string(k); len(digits) > numpad.MaxDigits {
					digits = ""
				}
			case k == '<':
				digits = digits[:max(0, len(digits)-1)]
			case k != 'F':
				want = append(want, strings.TrimSpace(fmt.Sprintf("1 %s %s", numpad.Caller[codes[k]], digits)))
				digits = ""
			}
		}
		withBench(t, nil, func(b *bench) {
			for _, k := range keys {
				b.press(string(k))
				wait(numpad.Again)
			}
			b.want(want...)
		})
	})
}

func FuzzRun(f *testing.F) {
	f.Add([]byte{96, 0, 1, 96, 0, 0})
	f.Add([]byte{79, 0, 1, 79, 0, 0, 98, 0, 1, 0, 0, 3})
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 600 {
			return
		}
		withBench(t, nil, func(b *bench) {
			for len(in) > 0 {
				n := min(7, len(in))
				if _, err := b.pad.Write(in[:n]); err != nil {
					t.Fatal(err)
				}
				in = in[n:]
				synctest.Wait()
			}
			wait(15 * time.Second)
		})
	})
}
