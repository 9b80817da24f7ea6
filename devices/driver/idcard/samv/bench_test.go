package samv_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/driver/idcard/samv"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
	"hallward/devices/sim/idcard"
)

// far is the reader's end of a link in memory: its reads wait.
type far struct{ *linktest.Pipe }

func (f far) Read(p []byte) (int, error) {
	for {
		if n, err := f.Pipe.Read(p); !errors.Is(err, link.ErrTimeout) {
			return n, err
		}
	}
}

// wiped is the driver's end of a link. It wants every buffer to be empty again
// before the next read into it.
type wiped struct {
	*linktest.Pipe
	t *testing.T
}

func (w wiped) Read(p []byte) (int, error) {
	if len(bytes.Trim(p, "\x00")) > 0 {
		w.t.Error("the buffer still holds what was read before")
	}
	return w.Pipe.Read(p)
}

// bench is a running driver with a simulated reader at its other end.
type bench struct {
	t      *testing.T
	dev    *samv.Dev
	reader *idcard.Reader
	line   far // the reader's end
	ends   chan error
	log    bytes.Buffer

	mu   sync.Mutex
	said []string
	card devices.Card // the last one
}

// withBench runs a test in a bubble of simulated time.
func withBench(t *testing.T, o samv.Opts, f func(b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		host, reader := linktest.NewPipe(0)
		b := &bench{t: t, reader: idcard.New(), line: far{reader}, ends: make(chan error, 1)}
		o.Log = slog.New(slog.NewTextHandler(&b.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		dev, err := samv.New(wiped{host, t}, &o)
		if err != nil {
			t.Fatal(err)
		}
		b.dev = dev
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- b.reader.Serve(ctx, b.line) }()
		go func() { b.ends <- dev.Run(ctx, b.sink) }()
		synctest.Wait()
		f(b)
		stop()
		if err := <-b.ends; err == nil {
			t.Error("Run returned nil")
		}
		<-served
		host.Close()
		for _, secret := range []string{"样例", "1980", "1949", "34052419", "罗田"} {
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the log says %s:\n%s", secret, b.log.String())
			}
		}
		if n := b.reader.State().Fingers; n != 0 {
			t.Errorf("fingerprints were asked for %d times", n)
		}
	})
}

func (b *bench) sink(_ context.Context, r devices.Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := fmt.Sprint(r)
	switch v := r.(type) {
	case devices.Card:
		b.card = v
		if v.At.IsZero() {
			b.t.Error("a card without a time")
		}
	case devices.CardGone:
		text = "gone"
	case devices.CardUnread:
		text = fmt.Sprintf("unread %02X", v.Code)
	case devices.Fault:
		text = fmt.Sprintf("%s %v", v.Code, v.On)
	}
	b.said = append(b.said, text)
	return nil
}

// want lets d pass and says what was read meanwhile.
func (b *bench) want(d time.Duration, said ...string) {
	b.t.Helper()
	time.Sleep(d) // simulated time
	synctest.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.said, said) {
		b.t.Errorf("readings %q, want %q", b.said, said)
	}
	b.said = nil
}

func (b *bench) lay(name string) {
	b.t.Helper()
	if err := b.reader.Lay(name); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) set(name string, on bool) {
	b.t.Helper()
	if err := b.reader.Set(name, on); err != nil {
		b.t.Fatal(err)
	}
}

const resident = "card of kind resident"
