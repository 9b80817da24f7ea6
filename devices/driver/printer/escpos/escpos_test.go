package escpos

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

// rig is a driver that runs against a small printer, in a bubble of time.
type rig struct {
	*paper
	dev  *Dev
	stop context.CancelFunc
	end  chan error

	mu   sync.Mutex
	seen []devices.PrinterStatus
}

func newRig(t *testing.T, profile string, prepare func(*paper)) *rig {
	t.Helper()
	p, l := newPaper(t)
	if prepare != nil {
		prepare(p)
	}
	return startRig(t, p, l, profile)
}

func startRig(t *testing.T, p *paper, l link.Link, profile string) *rig {
	t.Helper()
	prof, _ := Lookup(profile)
	d, err := New(l, &Opts{Profile: prof})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	r := &rig{paper: p, dev: d, stop: stop, end: make(chan error, 1)}
	go func() { r.end <- d.Run(ctx, r.sink) }()
	synctest.Wait()
	t.Cleanup(func() { stop(); <-r.end; r.end <- nil })
	return r
}

func (r *rig) sink(_ context.Context, x devices.Reading) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	st := x.(devices.PrinterStatus)
	st.At = time.Time{}
	r.seen = append(r.seen, st)
	return nil
}

func ticket(text string) devices.Document {
	return devices.Document{ID: "t1", Blocks: []devices.Block{devices.Text{S: text}}}
}

func wantError(t *testing.T, err error, code devices.FaultCode, maybe bool) {
	t.Helper()
	var pe *devices.PrintError
	if !errors.As(err, &pe) || pe.Code != code || pe.Maybe != maybe {
		t.Errorf("error is %v, want code %s, maybe %v", err, code, maybe)
	}
}

func TestTicketIsPrintedAndConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		proof, err := r.dev.Print(t.Context(), ticket("A001"))
		if err != nil || proof.Kind != devices.ProofConsumed {
			t.Fatalf("proof %+v, error %v, want consumed", proof, err)
		}
		r.peek(func() {
			if string(r.text) != "A001\n" || r.cuts != 1 {
				t.Errorf("printed %q with %d cuts, want A001 with one", r.text, r.cuts)
			}
		})
		st := r.dev.Status()
		if !st.Ready() || st.Paper != devices.PaperOK || st.Model != "Fake Fake" {
			t.Errorf("status is %+v, want ready, paper ok and the model", st)
		}
	})
}

// R-PRN-06: paper end, near end, cover, cutter and offline are seen and told
// within 5 s, each once.
func TestEveryFaultIsSeenAndToldOnce(t *testing.T) {
	for _, asb := range []bool{true, false} {
		for _, c := range []struct {
			name string
			set  func(*paper)
			code devices.FaultCode
		}{
			{"cover", func(p *paper) { p.cover = true }, devices.FaultCoverOpen},
			{"paper out", func(p *paper) { p.out = true }, devices.FaultPaperOut},
			{"cutter", func(p *paper) { p.cutter = true }, devices.FaultCutter},
			{"near end", func(p *paper) { p.low = true }, ""},
			{"silence", func(p *paper) { p.silent = true }, devices.FaultSilent},
			{"noise", func(p *paper) { p.noise = true }, devices.FaultSilent},
		} {
			t.Run(c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					profile := "80mm"
					if !asb {
						profile = "kiosk-80mm" // its full status goes unanswered by this printer
					}
					prof, _ := Lookup(profile)
					prof.FullStatus = false
					p, l := newPaper(t)
					profiles["test"] = prof
					defer delete(profiles, "test")
					r := startRig(t, p, l, "test")
					time.Sleep(3 * time.Second)
					r.mu.Lock()
					before := len(r.seen)
					r.mu.Unlock()
					p.set(func() { c.set(p) })
					time.Sleep(5 * time.Second)
					st := r.dev.Status()
					if st.Trouble() != c.code {
						t.Errorf("trouble is %q in %+v, want %q", st.Trouble(), st, c.code)
					}
					if c.name == "near end" && (st.Paper != devices.PaperLow || !st.Ready()) {
						t.Errorf("status is %+v, want paper low and ready", st)
					}
					time.Sleep(15 * time.Second)
					r.mu.Lock()
					defer r.mu.Unlock()
					if n := len(r.seen) - before; n != 1 && c.name != "noise" {
						t.Errorf("reported %d times, want once: %+v", n, r.seen[before:])
					}
				})
			})
		}
	}
}

// R-PRN-06: a printer that cannot print refuses before the first byte.
func TestNothingIsSentToAPrinterInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.out = true })
		time.Sleep(time.Second)
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultPaperOut, false)
		r.set(func() { r.out = false })
		if _, err := r.dev.Print(t.Context(), ticket("A002")); err != nil {
			t.Errorf("with new paper: %v", err)
		}
		if r.printed() != "A002\n" {
			t.Errorf("printed %q, want A002", r.printed())
		}
	})
}

func TestCancelledBeforeTheFirstByte(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := r.dev.Print(ctx, ticket("A001"))
		wantError(t, err, devices.FaultOffline, false)
		if r.printed() != "" {
			t.Errorf("printed %q", r.printed())
		}
	})
}

func TestNothingIsWrittenWithinAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if _, err := r.dev.Print(t.Context(), ticket("A001 is a long line of text")); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		job, _ := Encode(ticket("A001 is a long line of text"), r.dev.o.Profile)
		r.peek(func() {
			if n := bytes.Count(r.got, append(job, cmdMarker...)); n != 20 {
				t.Errorf("%d jobs arrived in one piece, want 20", n)
			}
		})
	})
}

func TestHaltEndsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(time.Second)
		if err := r.dev.Halt(); err != nil {
			t.Fatal(err)
		}
		if err := <-r.end; !errors.Is(err, errStopped) {
			t.Errorf("Run returned %v", err)
		}
		r.end <- nil
		r.peek(func() {
			if !bytes.HasSuffix(r.got, cmdInit) {
				t.Errorf("the last bytes are % x, want ESC @", r.got[max(0, len(r.got)-4):])
			}
		})
	})
}

// Design 7: between Print and the first byte stands no I/O when the status is
// fresh: in a bubble, no time passes.
func TestFirstByteFollowsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3500 * time.Millisecond)
		begun := time.Now()
		if _, err := r.dev.Print(t.Context(), ticket("A001")); err != nil {
			t.Fatal(err)
		}
		if d := time.Since(begun); d != 0 {
			t.Errorf("printing took %s, want no waiting", d)
		}
	})
}

func TestWrongSettingsAreRefused(t *testing.T) {
	a, _ := linktest.NewPipe(0)
	for _, o := range []*Opts{{Poll: -1}, {Profile: Profile{Name: "x", Dots: 7}}} {
		if _, err := New(a, o); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
