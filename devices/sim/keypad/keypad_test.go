package keypad

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
)

// The golden frames of the protocol's description.
func TestGoldenFrames(t *testing.T) {
	for _, c := range []struct {
		name string
		f    frame
		want []byte
	}{
		{"beep", frame{1, funcBeep, nil}, []byte{0xFF, 0x68, 2, 2, 0x68, 1, 3, 4, 0x16}},
		{"start evaluation", frame{1, funcKey, []byte{0x0B}}, []byte{0xFF, 0x68, 3, 3, 0x68, 1, 1, 0x0B, 0x0D, 0x16}},
		{"stars", frame{1, funcShow, []byte{5}}, []byte{0xFF, 0x68, 3, 3, 0x68, 1, 2, 5, 8, 0x16}},
		{"ticket 037", frame{1, funcShow, []byte{10, 10, 10, 0, 3, 7}}, []byte{0xFF, 0x68, 8, 8, 0x68, 1, 2, 10, 10, 10, 0, 3, 7, 0x2B, 0x16}},
		{"waiting 012", frame{1, funcShow, []byte{0, 1, 2, 10, 10, 10}}, []byte{0xFF, 0x68, 8, 8, 0x68, 1, 2, 0, 1, 2, 10, 10, 10, 0x24, 0x16}},
		{"key call", frame{1, funcKey, []byte{0x0C}}, []byte{0xFF, 0x68, 3, 3, 0x68, 1, 1, 0x0C, 0x0E, 0x16}},
		{"result 3", frame{1, funcResult, []byte{3}}, []byte{0xFF, 0x68, 3, 3, 0x68, 1, 0x11, 3, 0x15, 0x16}},
	} {
		if got := c.f.bytes(); !bytes.Equal(got, c.want) {
			t.Errorf("%s: % X, want % X", c.name, got, c.want)
		}
		var s scanner
		var got []frame
		s.feed(append([]byte{0xFF, 0x68, 0x00}, c.want...), func(f frame) { got = append(got, f) })
		if len(got) != 1 || got[0].addr != c.f.addr || got[0].fn != c.f.fn || !bytes.Equal(got[0].data, c.f.data) || s.lost != 3 {
			t.Errorf("%s: read %+v with %d bytes lost", c.name, got, s.lost)
		}
	}
}

// Any bytes in any portions give the same frames, and never a growing buffer.
func FuzzScanner(f *testing.F) {
	f.Add([]byte{0xFF, 0x68, 3, 3, 0x68, 1, 1, 0x0C, 0x0E, 0x16}, 3)
	f.Add([]byte{0xFF, 0x68, 0xFF, 0x68, 3, 3, 0x68, 1, 0x11, 3, 0x15, 0x16}, 1)
	f.Fuzz(func(t *testing.T, b []byte, portion int) {
		portion = 1 + portion&15
		count := func(step int) (frames int) {
			var s scanner
			for i := 0; i < len(b); i += step {
				s.feed(b[i:min(len(b), i+step)], func(frame) { frames++ })
				if len(s.buf) > 5+2+maxData+2 {
					t.Fatalf("%d bytes are kept", len(s.buf))
				}
			}
			return frames
		}
		if a, b := count(max(1, len(b))), count(portion); a != b {
			t.Errorf("%d frames at once, %d in portions of %d", a, b, portion)
		}
	})
}

// host is a hand-made other end that acknowledges as the protocol says.
func host(t *testing.T, line net.Conn, seen chan<- frame, deaf int) {
	t.Helper()
	go func() {
		var s scanner
		buf := make([]byte, 64)
		for {
			n, err := line.Read(buf)
			if err != nil {
				return
			}
			s.feed(buf[:n], func(f frame) {
				seen <- f
				if deaf > 0 {
					deaf--
					return
				}
				if f.fn == funcResult {
					f.fn = funcKey
				}
				_, _ = line.Write(f.bytes())
			})
		}
	}()
}

func served(t *testing.T, deaf int) (*Line, net.Conn, chan frame) {
	t.Helper()
	l, err := New(12)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	opened := make(chan struct{})
	go func() {
		close(opened)
		done <- l.Serve(ctx, near)
	}()
	<-opened
	seen := make(chan frame, 32)
	host(t, far, seen, deaf)
	t.Cleanup(func() { cancel(); _ = far.Close(); <-done })
	for !l.State().Open {
		runtime.Gosched() // the goroutine above opens the line
	}
	return l, far, seen
}

func TestPressAndRateUntilAcknowledged(t *testing.T) {
	l, far, seen := served(t, 1) // the first frame gets no answer
	if err := l.Press(t.Context(), 2, "call"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if f := <-seen; f.addr != 2 || !bytes.Equal(f.data, []byte{0x0C}) {
			t.Errorf("the host saw %+v", f)
		}
	}
	for _, f := range []frame{{2, funcKey, []byte{0x0B}}, {2, funcShow, []byte{0, 1, 2, 0, 3, 7}}, {2, funcBeep, nil}, {99, funcBeep, nil}} {
		if _, err := far.Write(f.bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Rate(t.Context(), 3, 3); err != nil { // after it, the frames before are read
		t.Fatal(err)
	}
	s := l.State()
	if u := s.Units[1]; !u.Prompted || u.Waiting != "012" || u.Number != "037" || u.Beeps != 1 {
		t.Errorf("unit 2 shows %+v", u)
	}
	if s.Strange != 1 {
		t.Errorf("%d frames for nobody, want 1", s.Strange)
	}
	if err := l.Press(t.Context(), 13, "call"); !errors.Is(err, ErrNoUnit) {
		t.Errorf("unit 13: %v", err)
	}
	if err := l.Press(t.Context(), 1, "jump"); err == nil {
		t.Error("a key that is not there was pressed")
	}
}

func TestFaults(t *testing.T) {
	l, _, _ := served(t, 0)
	if err := l.Set("garbage", true); err != nil {
		t.Fatal(err)
	}
	if err := l.Press(t.Context(), 1, "recall"); err != nil {
		t.Errorf("a good frame after noise: %v", err)
	}
	if err := l.Set("smoke", true); err == nil {
		t.Error("an unknown switch was set")
	}
	idle, err := New(1)
	if err != nil {
		t.Fatal(err)
	}
	if err := idle.Rate(t.Context(), 1, 3); !errors.Is(err, ErrNoHost) {
		t.Errorf("a press on a closed line: %v", err)
	}
	if err := idle.Serve(t.Context(), pipeEnd{}); err != io.EOF {
		t.Errorf("a line that ends: %v", err)
	}
}

type pipeEnd struct{}

func (pipeEnd) Read([]byte) (int, error)    { return 0, io.EOF }
func (pipeEnd) Write(b []byte) (int, error) { return len(b), nil }
func (pipeEnd) Close() error                { return nil }

// A citizen who presses nothing is reported with code 1, after a while and once.
func TestNothingPressed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, far, seen := served(t, 0)
		if _, err := far.Write((frame{2, funcKey, []byte{0x0B}}).bytes()); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		f := <-seen
		if f.addr != 2 || f.fn != funcResult || !bytes.Equal(f.data, []byte{1}) || time.Since(begun) < patience {
			t.Errorf("after %v the host heard %+v", time.Since(begun), f)
		}
		synctest.Wait()
		if l.State().Units[1].Prompted {
			t.Error("the unit still asks")
		}
	})
}

// Digits go before the key, verbs of two bytes are a digit and confirm.
func TestTypedKeys(t *testing.T) {
	l, err := New(2)
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	served := make(chan error, 1)
	go func() { served <- l.Serve(t.Context(), near) }()
	seen := make(chan frame, 8)
	host(t, far, seen, 0)
	for !l.State().Open {
		runtime.Gosched()
	}
	for _, c := range []struct {
		digits, key string
		want        []byte
	}{{"", "give-up", []byte{6, 0x0F}}, {"", "suspend", []byte{0, 0x0F}}, {"", "call-back", []byte{3, 0x0F}}, {"12", "transfer", []byte{1, 2, 0x13}}, {"037", "call", []byte{0, 3, 7, 0x0C}}} {
		if err := l.Type(t.Context(), 2, c.digits, c.key); err != nil {
			t.Fatalf("%s %s: %v", c.digits, c.key, err)
		}
		if f := <-seen; f.addr != 2 || f.fn != funcKey || !bytes.Equal(f.data, c.want) {
			t.Errorf("%s %s: %+v, want % X", c.digits, c.key, f, c.want)
		}
	}
	for _, wrong := range []string{"a", "12345678901234567"} {
		if err := l.Type(t.Context(), 2, wrong, "call"); err == nil {
			t.Errorf("%s is typed", wrong)
		}
	}
	far.Close()
	<-served
}

// The last unit without power and the first one that babbles.
func TestDeadAndBabble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, err := New(3)
		if err != nil {
			t.Fatal(err)
		}
		near, far := net.Pipe()
		served := make(chan error, 1)
		go func() { served <- l.Serve(t.Context(), near) }()
		seen := make(chan frame, 1000)
		host(t, far, seen, 0)
		synctest.Wait()
		if err := l.Set("dead", true); err != nil {
			t.Fatal(err)
		}
		if err := l.Press(t.Context(), 3, "call"); !errors.Is(err, ErrNoReply) || len(seen) != 0 {
			t.Errorf("a dead unit: %v, %d frames", err, len(seen))
		}
		l.receive(frame{3, funcBeep, nil})
		l.receive(frame{2, funcBeep, nil})
		if s := l.State(); s.Units[2].Beeps != 0 || s.Units[1].Beeps != 1 {
			t.Errorf("beeps %+v", s.Units)
		}
		if err := l.Set("babble", true); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if err := l.Set("babble", false); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if n := len(seen); n < 50 || n > 80 {
			t.Errorf("%d frames in a second", n)
		}
		n := len(seen)
		time.Sleep(time.Second)
		if len(seen) != n {
			t.Error("it goes on when it is mended")
		}
		far.Close()
		<-served
	})
}
