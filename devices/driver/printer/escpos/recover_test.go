package escpos

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/link"
	"hallward/devices/link/linktest"
)

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

// A printer that falls silent for long has its link given up, so that a
// connection whose other end has gone without a word is opened anew; one that
// never answered is waited for.
func TestALongSilenceEndsTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", nil)
		time.Sleep(3 * time.Second)
		r.set(func() { r.silent = true })
		begun := time.Now()
		err := <-r.end
		r.end <- nil
		if !errors.Is(err, link.ErrSilent) {
			t.Errorf("Run returned %v, want silence", err)
		}
		if d := time.Since(begun); d < 13*time.Second || d > 20*time.Second {
			t.Errorf("given up after %s, want about 15 s", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "80mm", func(p *paper) { p.silent = true })
		time.Sleep(10 * time.Minute)
		select {
		case err := <-r.end:
			t.Errorf("Run returned %v", err)
			r.end <- nil
		default:
		}
	})
}

// Half a slip hangs in the printer when its line is pulled: the driver that
// comes next cuts it off before anything else is printed, once.
func TestRemainsAreCutOffByTheNextDriver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, l := newPaper(t)
		f := linktest.NewFaulty(l, linktest.Faults{})
		r := startRig(t, p, f, "80mm")
		time.Sleep(3 * time.Second)
		p.set(func() { p.held = true }) // the ticket's end does not come
		time.AfterFunc(time.Second, func() { f.Set(linktest.Faults{Cut: 1, Silent: true}); p.set(func() { p.low = true }); p.l.Close() })
		_, err := r.dev.Print(t.Context(), ticket("A001"))
		wantError(t, err, devices.FaultMissing, true)
		<-r.end
		r.end <- nil

		next, l2 := newPaper(t)
		prof, _ := Lookup("80mm")
		d, err := New(l2, &Opts{Profile: prof})
		if err != nil {
			t.Fatal(err)
		}
		d.Inherit(r.dev)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
		time.Sleep(3 * time.Second)
		next.peek(func() {
			if next.cuts != 1 || len(next.text) != 0 {
				t.Errorf("%d cuts and the text %q before the next ticket, want one cut", next.cuts, next.text)
			}
		})
		if _, err := d.Print(t.Context(), ticket("A002")); err != nil {
			t.Error(err)
		}
		next.peek(func() {
			if next.cuts != 2 {
				t.Errorf("%d cuts, want one for the remains and one for the ticket", next.cuts)
			}
		})
		stop()
		<-ended
	})
}

// A broken job may end within the head of a picture. The status requests that
// follow must not become its size.
func TestAStatusRequestIsNoSizeOfAPicture(t *testing.T) {
	for cut := 1; cut < 8; cut++ {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t, "80mm", func(p *paper) { p.command = append(p.command, []byte{0x1d, 'v', '0', 0, 72, 0, 200, 0}[:cut]...) })
			if _, err := r.dev.Print(t.Context(), ticket("A001")); err != nil {
				t.Errorf("after %d bytes of the head: %v", cut, err)
			}
			if s := r.printed(); !strings.HasSuffix(s, "A001\n") {
				t.Errorf("after %d bytes of the head: printed %q", cut, s)
			}
		})
	}
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
