package escpos

import (
	"context"
	"errors"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/link/linktest"
)

func exchange(t *testing.T) []linktest.Op {
	t.Helper()
	f, err := os.Open("testdata/print.exchange")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ops, err := linktest.ParseExchange(f)
	if err != nil {
		t.Fatal(err)
	}
	return ops
}

// play runs a driver against a recorded exchange and prints its ticket.
func play(t *testing.T, p *linktest.Playback) (st devices.PrinterStatus, proof devices.Proof, err error) {
	t.Helper()
	d, err := New(p, &Opts{Poll: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
	time.Sleep(15 * time.Second)
	st = d.Status()
	proof, err = d.Print(ctx, devices.Document{ID: "t1", Blocks: []devices.Block{devices.Text{S: "请A001号", Size: 2}}})
	stop()
	<-ended
	return st, proof, err
}

func TestRecordedExchange(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := linktest.NewPlayback(exchange(t))
		st, proof, err := play(t, p)
		if err != nil || proof.Kind != devices.ProofConsumed {
			t.Errorf("proof %+v, error %v, want consumed", proof, err)
		}
		if st.Model != "EPSON TM-T82" || st.Paper != devices.PaperLow || !st.Ready() {
			t.Errorf("status is %+v, want the model, paper low, ready", st)
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A printer that falls silent in the middle, wherever that is, has confirmed
// nothing, and nothing waits for it for ever.
func TestTruncatedExchange(t *testing.T) {
	ops := exchange(t)
	for i := range ops {
		for cut := range ops[i].Data {
			if ops[i].Out && cut > 0 {
				break
			}
			synctest.Test(t, func(t *testing.T) {
				short := append([]linktest.Op{}, ops[:i]...)
				short = append(short, linktest.Op{Out: ops[i].Out, Data: ops[i].Data[:cut]})
				_, proof, err := play(t, linktest.NewPlayback(short))
				var pe *devices.PrintError
				if !errors.As(err, &pe) {
					t.Errorf("cut in step %d after %d bytes: proof %+v", i, cut, proof)
				}
			})
		}
	}
}
