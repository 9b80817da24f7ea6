// Package drivertest holds one suite of checks for each capability of a
// device. Every driver's tests run it against a simulator, and a technician's
// probe runs the same one against the device on the desk.
package drivertest

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"hallward/devices"
)

// T takes what the checks find: *testing.T, or a probe's report.
type T interface {
	Helper()
	Logf(format string, args ...any)
	Errorf(format string, args ...any)
}

// Limits of the suite. They are those of real hardware: a printer may have to
// be brought out of an earlier job, and a cutter takes its time.
const (
	readyIn = 15 * time.Second
	printIn = 30 * time.Second
	stopIn  = 8 * time.Second
)

// TestPrinter checks what every devices.Printer promises. The printer must be
// switched on and have paper; three short slips come out. open makes the
// driver on an open link and gives what is to be closed at the end.
func TestPrinter(t T, open func() (devices.Printer, io.Closer, error)) {
	t.Helper()
	p, link, err := open()
	if err != nil {
		t.Errorf("open: %v", err)
		return
	}
	defer link.Close()
	if p.String() == "" {
		t.Errorf("String is empty, want the driver and its port")
	}
	idle(t, p, "before Run")

	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var r readings
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx, r.take) }()

	if !until(readyIn, func() bool { return p.Status().Ready() }) {
		t.Errorf("after %s the printer is not ready: %q, status %+v", readyIn, p.Status().Trouble(), p.Status())
	} else {
		prints(t, p)
	}
	r.check(t)

	stop()
	select {
	case err := <-ended:
		if err == nil {
			t.Errorf("Run returned nil, want why it ended")
		}
	case <-time.After(stopIn):
		t.Errorf("Run goes on %s after its context has ended", stopIn)
		return
	}
	idle(t, p, "after Run")
	if err := p.Halt(); err != nil {
		t.Errorf("Halt: %v", err)
	}
}

// idle checks a printer that nobody runs: it knows nothing and prints nothing.
func idle(t T, p devices.Printer, when string) {
	t.Helper()
	if st := p.Status(); st.Known || st.Ready() {
		t.Errorf("%s the status is %+v, want not known", when, st)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := p.Print(ctx, slip("1"))
	refused(t, err, when)
}

func prints(t T, p devices.Printer) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), printIn)
	defer cancel()
	begun := time.Now()
	proof, err := p.Print(ctx, slip("A001 \x1b@\x10\x04\x01 打印测试 𠮷"))
	switch {
	case err != nil:
		t.Errorf("print: %v", err)
	case proof.Kind != devices.ProofPrinted && proof.Kind != devices.ProofConsumed && proof.Kind != devices.ProofSent:
		t.Errorf("proof is %q, want printed, consumed or sent", proof.Kind)
	case proof.At.Before(begun):
		t.Errorf("proof is of %s, before the print at %s", proof.At, begun)
	default:
		t.Logf("%s: %s after %s", p, proof.Kind, time.Since(begun).Round(time.Millisecond))
	}

	var both sync.WaitGroup
	for _, number := range []string{"A002", "A003"} {
		both.Go(func() {
			if _, err := p.Print(ctx, slip(number)); err != nil {
				t.Errorf("print of two at once: %s: %v", number, err)
			}
		})
	}
	both.Wait()

	gone, cancel := context.WithCancel(ctx)
	cancel()
	_, err = p.Print(gone, slip("never"))
	refused(t, err, "with a context that has ended")
}

func slip(text string) devices.Document {
	return devices.Document{ID: "probe", Blocks: []devices.Block{devices.Text{S: text}}}
}

func refused(t T, err error, when string) {
	t.Helper()
	var pe *devices.PrintError
	if !errors.As(err, &pe) {
		t.Errorf("%s Print gives %v, want a *devices.PrintError", when, err)
	} else if pe.Maybe || pe.Code == "" {
		t.Errorf("%s Print gives %+v, want a code, and no paper", when, pe)
	}
}

// readings is what a device has said.
type readings struct {
	mu  sync.Mutex
	all []devices.Reading
}

func (r *readings) take(_ context.Context, x devices.Reading) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, x)
	return nil
}

// check looks for readings that say nothing new: a fault is told once.
func (r *readings) check(t T) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.all) == 0 {
		t.Errorf("the printer has reported no status")
	}
	var last devices.PrinterStatus
	for i, x := range r.all {
		switch x := x.(type) {
		case devices.PrinterStatus:
			x.At = time.Time{}
			if i > 0 && x == last {
				t.Errorf("reading %d repeats the status %+v", i, x)
			}
			last = x
		case devices.Fault:
		default:
			t.Errorf("reading %d is a %T, want a status or a fault", i, x)
		}
	}
}

// until looks ten times a second whether it is so, for at most d.
func until(d time.Duration, so func() bool) bool {
	tick := time.NewTicker(d / 150)
	defer tick.Stop()
	for end := time.Now().Add(d); time.Now().Before(end); <-tick.C {
		if so() {
			return true
		}
	}
	return so()
}
