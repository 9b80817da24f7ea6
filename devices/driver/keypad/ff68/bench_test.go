package ff68

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/link"
)

// wire is a link over an in-memory connection.
type wire struct{ net.Conn }

func (w wire) Read(p []byte) (int, error) {
	w.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	n, err := w.Conn.Read(p)
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		err = link.ErrTimeout
	}
	return n, err
}

func (wire) Drain() error   { return nil }
func (wire) String() string { return "test wire" }

// bench is a running driver with a hand-written line of pads at its other end.
type bench struct {
	t    *testing.T
	dev  *Dev
	pads net.Conn
	ends chan error

	mu     sync.Mutex
	heard  []Frame // what the pads heard
	echo   bool    // the line is two-wire: what the host sends comes back
	said   []devices.Reading
	refuse int           // how many readings the sink does not store
	slow   time.Duration // how long the sink takes
}

// withBench runs a test in a bubble of simulated time.
func withBench(t *testing.T, o *Opts, f func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		host, pads := net.Pipe()
		if o == nil {
			o = &Opts{}
		}
		o.Log = slog.New(slog.DiscardHandler)
		dev, err := New(wire{host}, o)
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, dev: dev, pads: pads, ends: make(chan error, 1)}
		go b.listen()
		ctx, stop := context.WithCancel(context.Background())
		go func() { b.ends <- dev.Run(ctx, b.sink) }()
		f(b)
		stop()
		pads.Close()
		<-b.ends
		host.Close()
	})
}

func (b *bench) listen() {
	var d Decoder
	buf := make([]byte, 64)
	for {
		n, err := b.pads.Read(buf)
		if err != nil {
			return
		}
		d.Feed(buf[:n], func(f Frame) {
			b.mu.Lock()
			b.heard = append(b.heard, f)
			echo := b.echo
			b.mu.Unlock()
			if echo {
				p, _ := Encode(f)
				go b.pads.Write(p)
			}
		})
	}
}

func (b *bench) sink(_ context.Context, r devices.Reading) error {
	time.Sleep(b.slow)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse > 0 {
		b.refuse--
		return errors.New("disk full")
	}
	b.said = append(b.said, r)
	return nil
}

func (b *bench) send(s string) {
	b.t.Helper()
	if _, err := b.pads.Write(unhex(b.t, s)); err != nil {
		b.t.Fatal(err)
	}
	synctest.Wait()
}

func (b *bench) frame(f Frame) {
	b.t.Helper()
	p, err := Encode(f)
	if err != nil {
		b.t.Fatal(err)
	}
	b.send(fmt.Sprintf("%X", p))
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() } // simulated time

// acks are the frames that the pads heard since the last call.
func (b *bench) acks() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var s []string
	for _, f := range b.heard {
		s = append(s, fmt.Sprintf("%d:%02X:%X", f.Addr, f.Func, f.Data))
	}
	b.heard = nil
	return s
}

// readings are what the sink stored since the last call, without times.
func (b *bench) readings() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var s []string
	for _, r := range b.said {
		switch v := r.(type) {
		case devices.KeyPress:
			s = append(s, fmt.Sprintf("key %d %s %02X", v.Unit, v.Key, v.Code))
		case devices.Score:
			s = append(s, fmt.Sprintf("score %d level %d code %d %s", v.Unit, v.Level, v.Code, v.Scale))
		case devices.Fault:
			s = append(s, fmt.Sprintf("fault %s %v %s", v.Code, v.On, v.Detail))
		default:
			s = append(s, fmt.Sprintf("%T", r))
		}
	}
	b.said = nil
	return s
}

func (b *bench) want(readings []string, acks []string) {
	b.t.Helper()
	if got := b.readings(); !slices.Equal(got, readings) {
		b.t.Errorf("readings %q, want %q", got, readings)
	}
	if got := b.acks(); !slices.Equal(got, acks) {
		b.t.Errorf("pads heard %q, want %q", got, acks)
	}
}
