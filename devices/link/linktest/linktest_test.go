package linktest_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

func TestPipeCarriesBothWays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := linktest.NewPipe(0)
		a.Write([]byte("there"))
		b.Write([]byte("back"))
		buf := make([]byte, 3)
		if n, err := b.Read(buf); string(buf[:n]) != "the" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		if n, err := a.Read(buf); string(buf[:n]) != "bac" || err != nil {
			t.Errorf("%q, %v", buf[:n], err)
		}
		b.Close()
		if n, err := a.Read(buf); string(buf[:n]) != "k" || err != nil {
			t.Errorf("the rest after close: %q, %v", buf[:n], err)
		}
		if _, err := a.Read(buf); err != io.EOF {
			t.Errorf("then %v, want EOF", err)
		}
		if _, err := a.Write([]byte("x")); err != io.ErrClosedPipe {
			t.Errorf("write to an end that is gone: %v", err)
		}
		if _, err := b.Read(buf); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("read on the closed end: %v", err)
		}
	})
}

func TestPipeTakesTimeLikeALink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := linktest.NewPipe(4)
		begun := time.Now()
		if _, err := b.Read(make([]byte, 1)); err != link.ErrTimeout || time.Since(begun) > 500*time.Millisecond {
			t.Errorf("read with nothing there: %v after %s", err, time.Since(begun))
		}
		if n, err := a.Write([]byte("123456")); n != 4 || err != link.ErrStalled {
			t.Errorf("write without room: %d, %v, want 4 and a stall", n, err)
		}
		done := make(chan error, 1)
		go func() { done <- a.Drain() }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("drain ended with bytes under way: %v", err)
		default:
		}
		io.ReadFull(b, make([]byte, 4))
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestRecordPlaysBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := linktest.NewPipe(0)
		var text strings.Builder
		r := linktest.Record(a, &text)
		r.Write([]byte{0x10, 0x04, 1})
		b.Write([]byte{0x12})
		r.Read(make([]byte, 10))
		if want := "> 10 04 01\n< 12\n"; text.String() != want {
			t.Errorf("record is %q, want %q", text.String(), want)
		}
		ops, err := linktest.ParseExchange(strings.NewReader("# status\n" + text.String()))
		if err != nil {
			t.Fatal(err)
		}

		p := linktest.NewPlayback(ops)
		buf := make([]byte, 10)
		if _, err := p.Read(buf); err != link.ErrTimeout {
			t.Errorf("an answer before the request: %v", err)
		}
		p.Write([]byte{0x10})
		p.Write([]byte{0x04, 1})
		if n, err := p.Read(buf); n != 1 || buf[0] != 0x12 || err != nil {
			t.Errorf("answer % x, %v", buf[:n], err)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestPlaybackComplains(t *testing.T) {
	ops := []linktest.Op{{Out: true, Data: []byte{1, 2}}, {Data: []byte{3}}}
	left := linktest.NewPlayback(ops)
	left.Write([]byte{1, 2})
	if err := left.Close(); err == nil || !strings.Contains(err.Error(), "1 operations left over") {
		t.Errorf("an unread answer: %v", err)
	}
	wrong := linktest.NewPlayback(ops)
	if _, err := wrong.Write([]byte{1, 9}); err == nil {
		t.Error("a wrong write is taken")
	}
	if err := wrong.Close(); err == nil || !strings.Contains(err.Error(), "written: 01 09, recorded: 01 02") {
		t.Errorf("after a wrong write: %v", err)
	}
	more := linktest.NewPlayback(nil)
	more.Write([]byte{7})
	if err := more.Close(); err == nil || !strings.Contains(err.Error(), "unexpected bytes written: 07") {
		t.Errorf("after a write too many: %v", err)
	}
	for _, text := range []string{"10 04", "> 1", "> zz", "<> 10"} {
		if _, err := linktest.ParseExchange(strings.NewReader("# one\n" + text)); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: %v, want an error for line 2", text, err)
		}
	}
}

// A playback does not care how a driver divides its writes and reads.
func TestPlaybackIsIndependentOfDivision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		out := rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "out")
		in := rapid.SliceOfN(rapid.Byte(), 1, 50).Draw(t, "in")
		p := linktest.NewPlayback([]linktest.Op{{Out: true, Data: out}, {Data: in}})
		for rest := out; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "write")
			if _, err := p.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		var got []byte
		for len(got) < len(in) {
			buf := make([]byte, rapid.IntRange(1, 20).Draw(t, "read"))
			n, err := p.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, buf[:n]...)
		}
		if !bytes.Equal(got, in) {
			t.Fatalf("read % x, want % x", got, in)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := linktest.NewPipe(0)
		l := linktest.NewFaulty(a, linktest.Faults{Bytewise: true, Garbage: []byte{0xff}, Cut: 3, Swallow: 2})
		b.Write([]byte("answer"))
		buf := make([]byte, 10)
		var got []byte
		var err error
		for {
			var n int
			if n, err = l.Read(buf); err != nil {
				break
			}
			if n != 1 {
				t.Errorf("%d bytes at once", n)
			}
			got = append(got, buf[:n]...)
		}
		if string(got) != "\xffan" || err != io.EOF {
			t.Errorf("read %q, then %v", got, err)
		}
		if n, err := l.Write([]byte("1234")); n != 4 || err != nil {
			t.Errorf("write: %d, %v", n, err)
		}
		if n, _ := b.Read(buf); string(buf[:n]) != "12" {
			t.Errorf("%q arrived, want 12", buf[:n])
		}
		l.Set(linktest.Faults{Stall: true, Silent: true})
		if _, err := l.Write([]byte("x")); err != link.ErrStalled {
			t.Errorf("write: %v, want a stall", err)
		}
		if _, err := l.Read(buf); err != link.ErrTimeout {
			t.Errorf("read: %v, want a time-out", err)
		}
	})
}
