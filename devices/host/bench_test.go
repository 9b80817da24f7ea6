package host

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
)

// fake is a device whose life the test decides.
type fake struct {
	name   string
	lives  func(ctx context.Context, out devices.Sink) error
	halts  func() error
	drops  uint64
	status devices.PrinterStatus
}

var _ devices.Printer = (*fake)(nil)

func (f *fake) String() string { return f.name }
func (f *fake) Drops() uint64  { return f.drops }
func (f *fake) Halt() error {
	if f.halts != nil {
		return f.halts()
	}
	return nil
}
func (f *fake) Status() devices.PrinterStatus { return f.status }
func (f *fake) Print(context.Context, devices.Document) (devices.Proof, error) {
	return devices.Proof{Kind: devices.ProofPrinted}, nil
}
func (f *fake) Run(ctx context.Context, out devices.Sink) error {
	if f.lives == nil {
		<-ctx.Done()
		return ctx.Err()
	}
	return f.lives(ctx, out)
}

// closer counts.
type closer struct{ n *atomic.Int32 }

func (c closer) Close() error { c.n.Add(1); return nil }

// bench is a host that runs, and everything it said.
type bench struct {
	t      *testing.T
	host   *Host
	log    bytes.Buffer
	ended  chan error
	mu     sync.Mutex
	said   []string
	health []string
	full   bool // the sink stores nothing
}

// withHost runs f beside a running host. The caller is in a bubble of
// simulated time, and makes its channels there.
func withHost(t *testing.T, specs []catalog.Spec, open Opener, f func(b *bench)) {
	t.Helper()
	b := &bench{t: t, ended: make(chan error, 1)}
	b.host = New(specs, b.sink, slog.New(slog.NewTextHandler(&b.log, nil)), WithOpener(open))
	b.host.OnChange(func(h devices.Health) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.health = append(b.health, fmt.Sprintf("%s up %v %v", h.Device, h.Up, h.Faults))
	})
	ctx, stop := context.WithCancel(context.Background())
	go func() { b.ended <- b.host.Run(ctx) }()
	synctest.Wait()
	f(b)
	stop()
	if err := <-b.ended; err != nil {
		t.Errorf("Run = %v", err)
	}
}

func (b *bench) sink(_ context.Context, device string, r devices.Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.full {
		return errors.New("disk full")
	}
	text := fmt.Sprintf("%s %T", device, r)
	if f, ok := r.(devices.Fault); ok {
		text = fmt.Sprintf("%s %s %v", f.Device, f.Code, f.On)
		if f.At.IsZero() {
			b.t.Error("a fault without a time")
		}
	}
	b.said = append(b.said, text)
	return nil
}

func (b *bench) want(said ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.Equal(b.said, said) {
		b.t.Errorf("the sink got %q, want %q", b.said, said)
	}
	b.said = nil
}

func (b *bench) setFull(full bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.full = full
}

func wait(d time.Duration) { time.Sleep(d); synctest.Wait() } // simulated time

func one(kind string) []catalog.Spec { return []catalog.Spec{{ID: "dev", Kind: kind, Link: "test:1"}} }
