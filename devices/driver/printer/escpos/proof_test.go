package escpos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"hallward/devices"
	"hallward/devices/link/linktest"
)

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

// Stray bytes of a printer that has lost its power in a ticket, followed by a
// well-behaved one: every status request is answered, and nothing is dropped.
// They look like the answer to GS r, and are none (R-PRN-07).
func TestStrayBytesAndACleanStatusConfirmNothing(t *testing.T) {
	for _, c := range []struct {
		profile string
		stray   []byte
	}{
		{"80mm", []byte{0x00}},
		{"80mm", []byte{0x00, 0x00}},
		{"80mm", []byte{0x03, 0x0c, 0x60}},
		{"80mm", []byte("\x00\x5fOther\x00")},
		{"80mm", []byte("\x00\x5f\x00")},
		{"58mm", []byte{0x00}}, // has no name: two answers must be the same
		{"58mm", []byte{0x00, 0x03}},
		{"epson-80mm", []byte("\x00\x00\x37\x2299999\x00")},
	} {
		t.Run(fmt.Sprintf("%s % x", c.profile, c.stray), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, c.profile, func(p *paper) { p.ids = true })
				time.Sleep(3 * time.Second)
				r.set(func() { r.asb, r.lost, r.ids = false, true, false })
				time.AfterFunc(100*time.Millisecond, func() { r.l.Write(c.stray) })
				_, err := r.dev.Print(t.Context(), ticket("A001"))
				var pe *devices.PrintError
				if !errors.As(err, &pe) || !pe.Maybe {
					t.Errorf("%v: want an error, and that paper may have come out", err)
				}
			})
		})
	}
}

// No bytes at all confirm a ticket that the printer has lost, as long as they
// do not spell its name.
func TestNoNoiseSpellsAProof(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		stray := rapid.SliceOfN(rapid.SampledFrom([]byte{0x00, 0x03, 0x0c, 0x12, 0x10, 0x5f, 'F', 'a', 'k', 0x37, 0x22, '0', 0xff}), 1, 12).Draw(rt, "stray")
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, "80mm", nil)
			time.Sleep(3 * time.Second)
			r.set(func() { r.asb, r.lost = false, true })
			time.AfterFunc(100*time.Millisecond, func() { r.l.Write(stray) })
			if proof, err := r.dev.Print(t.Context(), ticket("A001")); err == nil {
				rt.Errorf("% x has proved %q", stray, proof.Kind)
			}
		})
	})
}

// A printer that answers only one of two GS r is not asked for both: its
// tickets would all be uncertain.
func TestProofOfAPrinterWithoutANameIsLearned(t *testing.T) {
	for _, single := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, "58mm", func(p *paper) { p.single = single })
			time.Sleep(5 * time.Second)
			r.set(func() { r.got = nil })
			if proof, err := r.dev.Print(t.Context(), ticket("A001")); err != nil || proof.Kind != devices.ProofConsumed {
				t.Errorf("single %v: proof %+v, error %v", single, proof, err)
			}
			r.peek(func() {
				if n, want := bytes.Count(r.got, cmdMarker), map[bool]int{false: 2, true: 1}[single]; n != want {
					t.Errorf("single %v: %d GS r behind the ticket, want %d", single, n, want)
				}
			})
		})
	}
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
