package escpos

import (
	"bytes"
	"context"
	"errors"
	"strings"
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

func TestASilentPrinterComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", func(p *paper) { p.silent = true })
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultSilent, false)
		r.set(func() { r.silent = false })
		time.Sleep(5 * time.Second)
		if _, err := r.dev.Print(t.Context(), ticket("A002")); err != nil {
			t.Errorf("after it came back: %v", err)
		}
		if strings.Contains(r.printed(), "A001") {
			t.Error("the refused ticket was printed")
		}
	})
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

// R-PRN-07: paper that ends within a ticket leaves it uncertain, and the next
// one is not printed into its rest.
func TestPaperEndWithinATicketIsUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "epson-80mm", func(p *paper) { p.ids = true })
		time.Sleep(3 * time.Second)
		r.set(func() { r.outAfter = 3 })
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultPaperOut, true)
		r.peek(func() {
			if r.clears != 1 {
				t.Errorf("buffers cleared %d times, want once: the rest would come out with the new paper", r.clears)
			}
		})
		r.set(func() { r.outAfter, r.out, r.got = 0, false, nil })
		time.Sleep(3 * time.Second)
		r.peek(func() {
			if n := bytes.Count(r.got, []byte{0}); n < floodLength {
				t.Errorf("%d NULs after a broken job, want %d", n, floodLength)
			}
		})
		proof, err := r.dev.Print(t.Context(), ticket("A002"))
		if err != nil || proof.Kind != devices.ProofPrinted {
			t.Errorf("proof %+v, error %v, want printed", proof, err)
		}
	})
}

// ESC-POS-.NET 227: a printer that a broken job left inside a picture takes
// the next ticket for pixels.
func TestPrinterIsBroughtOutOfAPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", func(p *paper) { p.stuck = 5000 })
		if _, err := r.dev.Print(t.Context(), ticket("A001")); err != nil {
			t.Fatal(err)
		}
		r.peek(func() {
			if r.stuck != 0 || string(r.text) != "A001\n" {
				t.Errorf("%d bytes of the picture are left, printed %q", r.stuck, r.text)
			}
		})
	})
}

func TestProofIsAsStrongAsThePrinterGivesIt(t *testing.T) {
	for _, c := range []struct {
		profile string
		prepare func(*paper)
		want    devices.ProofKind
	}{
		{"epson-80mm", func(p *paper) { p.ids = true }, devices.ProofPrinted},
		{"epson-80mm", nil, devices.ProofConsumed}, // it knows no GS ( H after all
		{"80mm", nil, devices.ProofConsumed},
		{"80mm", func(p *paper) { p.deaf = true }, devices.ProofSent},
		{"80mm-silent", func(p *paper) { p.silent = true }, devices.ProofSent},
	} {
		t.Run(c.profile+" "+string(c.want), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, c.profile, c.prepare)
				time.Sleep(5 * time.Second)
				proof, err := r.dev.Print(t.Context(), ticket("A001"))
				if err != nil || proof.Kind != c.want {
					t.Errorf("proof %+v, error %v, want %s", proof, err, c.want)
				}
			})
		})
	}
}

func TestConfirmationThatDoesNotComeIsUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.deaf = true })
		begun := time.Now()
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultSilent, true)
		if d := time.Since(begun); d < 10*time.Second || d > 12*time.Second {
			t.Errorf("gave up after %s, want 10 s", d)
		}
	})
}

// Late answers to a job that was given up, and to the attempts to bring the
// printer back, must not confirm the next job. The printer here was busy for
// some seconds, answers all of them at once, and then no more.
func TestLateConfirmationConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := newPaper(t)
		r := startRig(t, p, linktest.NewFaulty(l, linktest.Faults{Bytewise: true}), "80mm")
		time.Sleep(3 * time.Second)
		r.set(func() { r.held = true })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.dev.Print(ctx, ticket("A001"))
		wantError(t, err, devices.FaultSilent, true)
		time.AfterFunc(2500*time.Millisecond, func() {
			r.set(func() {
				r.release()
				r.deaf = true
			})
		})
		_, err = r.dev.Print(t.Context(), ticket("A002"))
		wantError(t, err, devices.FaultSilent, true)
	})
}

// The answer to a job that was given up comes first, and that to the attempt
// to bring the printer back only when it is through with the flood of NULs
// before it. Neither confirms the next job.
func TestSlowFloodConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.held = true })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := r.dev.Print(ctx, ticket("A001"))
		wantError(t, err, devices.FaultSilent, true)
		time.AfterFunc(50*time.Millisecond, func() { r.set(r.part) })
		time.AfterFunc(750*time.Millisecond, func() {
			r.set(func() {
				r.part()
				r.deaf = true
				r.release()
			})
		})
		_, err = r.dev.Print(t.Context(), ticket("A002"))
		wantError(t, err, devices.FaultSilent, true)
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

// Noise is never a confirmation, whatever it looks like.
func TestNoiseConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.noise = true; r.asb = false })
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		var pe *devices.PrintError
		if !errors.As(err, &pe) {
			t.Errorf("noise has confirmed a ticket")
		}
		if r.dev.Drops() == 0 {
			t.Error("no byte was counted as unreadable")
		}
	})
}

// A printer whose power fails within a ticket and that comes back with noise:
// its first byte looks like the answer to GS r (R-PRN-07).
func TestNoiseAfterAPowerCutConfirmsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.asb = false })
		time.AfterFunc(10*time.Millisecond, func() { r.set(func() { r.silent = true }) })
		r.set(func() { r.deaf = true }) // what was under way is lost
		time.AfterFunc(1700*time.Millisecond, func() { r.l.Write([]byte{0x00}) })
		time.AfterFunc(1800*time.Millisecond, func() { r.set(func() { r.silent, r.noise = false, true }) })
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		var pe *devices.PrintError
		if !errors.As(err, &pe) || !pe.Maybe {
			t.Errorf("%v: want an error, and that paper may have come out", err)
		}
	})
}

// A printer that answers no status while it is busy is believed afterwards.
func TestConfirmationAfterALostStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.held, r.silent = true, true })
		time.AfterFunc(1700*time.Millisecond, func() {
			r.set(func() {
				r.silent = false
				r.release()
			})
		})
		if proof, err := r.dev.Print(t.Context(), ticket("A001")); err != nil || proof.Kind != devices.ProofConsumed {
			t.Errorf("proof %+v, error %v", proof, err)
		}
	})
}

// A fault among noise is none: the printer is asked before it is believed.
func TestNoiseIsNoFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.l.Write([]byte{0x91, 0xff, 0x18, 0x08, 0x0c, 0x00})
		time.Sleep(10 * time.Millisecond)
		if st := r.dev.Status(); !st.Ready() {
			t.Errorf("status is %+v, want ready", st)
		}
		if _, err := r.dev.Print(t.Context(), ticket("A001")); err != nil {
			t.Error(err)
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

func TestTheLinkDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := newPaper(t)
		f := linktest.NewFaulty(l, linktest.Faults{})
		r := startRig(t, p, f, "80mm")
		time.Sleep(3 * time.Second)
		p.set(func() { p.deaf = true })
		go func() {
			time.Sleep(300 * time.Millisecond)
			f.Set(linktest.Faults{Cut: 1, Silent: true})
			p.set(func() { p.low = true })
			p.l.Close()
		}()
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultMissing, true)
		if err := <-r.end; err == nil {
			t.Error("Run returned no error")
		}
		r.end <- nil
		if st := r.dev.Status(); st.Known || st.Reason == "" {
			t.Errorf("status is %+v, want unknown with a reason", st)
		}
		_, err = r.dev.Print(t.Context(), ticket("A002"))
		wantError(t, err, devices.FaultMissing, false)
	})
}

func TestAPrinterThatTakesNoData(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := newPaper(t)
		f := linktest.NewFaulty(l, linktest.Faults{})
		r := startRig(t, p, f, "80mm")
		time.Sleep(3 * time.Second)
		f.Set(linktest.Faults{Stall: true})
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultOffline, false)
		f.Set(linktest.Faults{})
		time.Sleep(10 * time.Second)
		if _, err := r.dev.Print(t.Context(), ticket("A002")); err != nil {
			t.Errorf("after it took data again: %v", err)
		}
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
