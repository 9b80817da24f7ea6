package line

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/link/linktest"
)

// bench is a running driver and the scanner's end of its link.
type bench struct {
	t       *testing.T
	dev     *Dev
	scanner *linktest.Pipe
	ends    chan error
	mu      sync.Mutex
	said    []string
}

// withBench runs a test in a bubble of simulated time.
func withBench(t *testing.T, o *Opts, f func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		host, scanner := linktest.NewPipe(1 << 20)
		dev, err := New(host, o)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, dev: dev, scanner: scanner, ends: make(chan error, 1)}
		ctx, stop := context.WithCancel(context.Background())
		go func() { b.ends <- dev.Run(ctx, b.sink) }()
		synctest.Wait()
		f(b)
		stop()
		if err := <-b.ends; err == nil {
			t.Error("Run returned nil")
		}
		host.Close()
	})
}

func (b *bench) sink(_ context.Context, r devices.Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch v := r.(type) {
	case devices.Scan:
		b.said = append(b.said, v.Text)
		if v.At.IsZero() {
			b.t.Error("a scan without a time")
		}
	case devices.Fault:
		b.said = append(b.said, fmt.Sprintf("fault %s %v", v.Code, v.On))
	}
	return nil
}

// send writes pieces with the scanner's own speed between them: none.
func (b *bench) send(pieces ...string) {
	b.t.Helper()
	for _, p := range pieces {
		if _, err := b.scanner.Write([]byte(p)); err != nil {
			b.t.Fatal(err)
		}
		synctest.Wait()
	}
}

func (b *bench) want(d time.Duration, said ...string) {
	b.t.Helper()
	time.Sleep(d) // simulated time
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.said, said) {
		b.t.Errorf("readings %.200q, want %q", b.said, said)
	}
	b.said = nil
}

const code = "HW1:luotian:20261123:A001:7QK2"

func TestLineEnds(t *testing.T) {
	for name, end := range map[string]string{"CR": "\r", "LF": "\n", "CR LF": "\r\n", "none": ""} {
		t.Run(name, func(t *testing.T) {
			withBench(t, nil, func(b *bench) {
				for i := range 3 {
					text := fmt.Sprint(code, i)
					b.send(text[:7], text[7:]+end)
					b.want(200*time.Millisecond, text)
				}
				if b.dev.Drops() != 0 {
					t.Errorf("%d drops", b.dev.Drops())
				}
			})
		})
	}
}

// A code that is held before the scanner counts once, however long it is held.
func TestTheSameAgain(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range 8 {
			b.send(code + "\r")
			time.Sleep(500 * time.Millisecond) // simulated time
		}
		b.want(0, code)
		b.want(600 * time.Millisecond)
		b.send(code + "\r")
		b.want(200*time.Millisecond, code)
		b.send("another\r")
		b.want(200*time.Millisecond, "another")
		b.send(code + "\r")
		b.want(200*time.Millisecond, code)
	})
}

// A scanner that ends its lines: what stands without an end is noise, and is not
// glued to the code that follows.
func TestHalfALine(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("first\r\n")
		b.want(time.Second, "first")
		b.send("HW1:luo")
		b.want(900 * time.Millisecond)
		b.want(300 * time.Millisecond)
		b.send(code + "\r\n")
		b.want(200*time.Millisecond, code)
		if b.dev.Drops() != 1 {
			t.Errorf("%d drops, want the half line", b.dev.Drops())
		}
	})
}

// A slow scanner that ends its lines is waited for.
func TestSlowScanner(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("first\r\n")
		b.want(time.Second, "first")
		for _, c := range code {
			b.send(string(c))
			time.Sleep(600 * time.Millisecond) // simulated time
		}
		b.send("\r\n")
		b.want(200*time.Millisecond, code)
	})
}

// S22: nothing that could command a printer or a terminal comes through.
func TestWhatNoScannerSends(t *testing.T) {
	for name, text := range map[string]string{
		"ESC": "A\x1b@B", "NUL": "A\x00B", "DEL": "A\x7f", "C1": "A\u009bB", "GBK": "\xd1\xf9\xc0\xfd", "half a character": "样\xe4\xbe",
		"bidi": "A\u202eB", "BOM": "\ufeffA", "line separator": "A\u2028B", "spaces": "   ", "too long": strings.Repeat("A", MaxCode+1), "much too long": strings.Repeat("A", 100_000),
	} {
		t.Run(name, func(t *testing.T) {
			withBench(t, nil, func(b *bench) {
				b.send(text + "\r")
				b.want(2 * time.Second)
				if b.dev.Drops() != 1 {
					t.Errorf("%d drops, want 1", b.dev.Drops())
				}
				longest := strings.Repeat("B", MaxCode)
				b.send(longest + "\r")
				b.want(time.Second, longest)
			})
		})
	}
}

// A code of several lines is one code: its first line.
func TestLinesOfOneCode(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("BEGIN:VCARD\r\nN:样例\r\nEND:VCARD\r\n")
		b.want(time.Second, "BEGIN:VCARD")
		if b.dev.Drops() != 2 {
			t.Errorf("%d drops, want 2", b.dev.Drops())
		}
	})
}

func TestFaultBeginsAndEnds(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		for range BadInARow - 1 {
			b.send("\xff\xff\r")
		}
		b.want(time.Second)
		b.send("\xff\xff\r", "\xff\xff\r")
		b.want(time.Second, "fault garbled true")
		b.send(code + "\r")
		b.want(time.Second, "fault garbled false", code)
		for range 2 * BadInARow {
			b.send("\xff\xff\r")
		}
		b.want(time.Second, "fault garbled true")
		b.want(CalmBefore, "fault garbled false")
	})
}

func TestUnplugged(t *testing.T) {
	withBench(t, nil, func(b *bench) {
		b.send("HW1:luo")
		b.scanner.Close()
		err := <-b.ends
		if !errors.Is(err, io.EOF) {
			t.Errorf("Run = %v", err)
		}
		b.want(0)
		b.ends <- err
	})
}

// How the stream is cut makes no difference.
func TestSplitInvariance(t *testing.T) {
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	run := func(pieces [][]byte) (said []string, drops uint64) {
		d, err := New(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := &session{dev: d, ctx: context.Background(), last: now, out: func(_ context.Context, r devices.Reading) error {
			if c, ok := r.(devices.Scan); ok {
				said = append(said, c.Text)
			}
			return nil
		}}
		for _, p := range pieces {
			for _, c := range p {
				s.take(c, now)
			}
		}
		return said, d.Drops()
	}
	rapid.Check(t, func(t *rapid.T) {
		stream := []byte(strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.String(), rapid.Just(code)), 0, 6).Draw(t, "lines"), "\r\n") + "\r")
		cut := rapid.IntRange(0, len(stream)).Draw(t, "cut")
		whole, drops := run([][]byte{stream})
		parts, partDrops := run([][]byte{stream[:cut], stream[cut:]})
		if !slices.Equal(whole, parts) || drops != partDrops {
			t.Fatalf("%q, %d drops; in pieces %q, %d", whole, drops, parts, partDrops)
		}
	})
}

func FuzzTake(f *testing.F) {
	f.Add([]byte(code + "\r\n样例\r"))
	f.Add([]byte("\x1b@\xff\r\r\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := New(nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
		s := &session{dev: d, ctx: t.Context(), last: at, out: func(_ context.Context, r devices.Reading) error {
			c, ok := r.(devices.Scan)
			if ok && (c.Text == "" || len(c.Text) > MaxCode || !utf8.ValidString(c.Text) || strings.ContainsAny(c.Text, "\x00\x1b\r\n\x7f")) {
				t.Errorf("%q came through", c.Text)
			}
			return nil
		}}
		for i, c := range b {
			at = at.Add(time.Duration(i%7) * 40 * time.Millisecond)
			s.quiet(at)
			s.take(c, at)
			if len(s.buf) > MaxCode {
				t.Fatal("the line grows")
			}
		}
	})
}

func TestNewRefusesWrongSettings(t *testing.T) {
	for _, o := range []*Opts{{Idle: time.Millisecond}, {Idle: time.Minute}, {Again: time.Hour}, {Again: -1}} {
		if _, err := New(nil, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
