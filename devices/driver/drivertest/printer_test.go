package drivertest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
)

// stub is a printer that can break each of its promises.
type stub struct {
	running  chan struct{}
	nameless bool
	deaf     bool // Run returns nil
	sure     bool // says that paper came out when it was never run
	bare     bool // errors are no PrintError
	proof    devices.ProofKind
	repeats  bool
	mute     bool
	stays    bool // Status stays known after Run
	stuck    error
}

func newStub() *stub { return &stub{running: make(chan struct{}), proof: devices.ProofConsumed} }

func (s *stub) on() bool {
	select {
	case <-s.running:
		return true
	default:
		return false
	}
}

func (s *stub) String() string {
	if s.nameless {
		return ""
	}
	return "stub"
}

func (s *stub) Run(ctx context.Context, out devices.Sink) error {
	close(s.running)
	if !s.mute {
		out(ctx, s.Status())
	}
	if s.repeats {
		out(ctx, s.Status())
	}
	<-ctx.Done()
	if !s.stays {
		s.running = make(chan struct{})
	}
	if s.deaf {
		return nil
	}
	return ctx.Err()
}

func (s *stub) Halt() error { return s.stuck }

func (s *stub) Status() devices.PrinterStatus {
	if !s.on() {
		return devices.PrinterStatus{}
	}
	return devices.PrinterStatus{Known: true, Online: true}
}

func (s *stub) Print(ctx context.Context, _ devices.Document) (devices.Proof, error) {
	switch {
	case s.on() && ctx.Err() == nil:
		return devices.Proof{Kind: s.proof, At: time.Now()}, nil
	case s.bare:
		return devices.Proof{}, errors.New("no")
	}
	return devices.Proof{}, &devices.PrintError{Code: devices.FaultMissing, Maybe: s.sure}
}

// findings collects what the suite finds.
type findings []string

func (*findings) Helper()             {}
func (*findings) Logf(string, ...any) {}
func (f *findings) Errorf(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}

func TestSuiteFindsBrokenPromises(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*stub)
		want  string
	}{
		{"a good one", func(*stub) {}, ""},
		{"no name", func(s *stub) { s.nameless = true }, "String is empty"},
		{"ends without a reason", func(s *stub) { s.deaf = true }, "Run returned nil"},
		{"paper out of nothing", func(s *stub) { s.sure = true }, "and no paper"},
		{"other errors", func(s *stub) { s.bare = true }, "want a *devices.PrintError"},
		{"unknown proof", func(s *stub) { s.proof = "surely" }, `proof is "surely"`},
		{"repeats itself", func(s *stub) { s.repeats = true }, "repeats the status"},
		{"says nothing", func(s *stub) { s.mute = true }, "reported no status"},
		{"known for ever", func(s *stub) { s.stays = true }, "after Run the status"},
		{"does not halt", func(s *stub) { s.stuck = errors.New("stuck") }, "Halt: stuck"},
	} {
		s := newStub()
		c.spoil(s)
		var f findings
		drivertest.TestPrinter(&f, func() (devices.Printer, io.Closer, error) { return s, io.NopCloser(nil), nil })
		got := strings.Join(f, "\n")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: found %q, want %q", c.name, got, c.want)
		}
	}
	var f findings
	drivertest.TestPrinter(&f, func() (devices.Printer, io.Closer, error) { return nil, nil, errors.New("port is in use") })
	if len(f) != 1 || f[0] != "open: port is in use" {
		t.Errorf("a port that does not open: %q", f)
	}
}
