package escpos_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"hallward/devices"
	"hallward/devices/driver/drivertest"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/link"
	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
)

// simulated is a simulated printer on a real port, and its link specification.
func simulated(t *testing.T, where string, o printer.Opts) (*printer.Printer, string) {
	t.Helper()
	p, err := printer.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if where == "pty" {
		where = "pty:" + filepath.Join(t.TempDir(), "printer0")
	}
	on, err := port.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, on) }()
	t.Cleanup(func() { stop(); <-done })
	return p, on.Spec()
}

// driver runs a driver for the specification and waits until it is ready.
func driver(t *testing.T, spec string, o *escpos.Opts) *escpos.Dev {
	t.Helper()
	l, err := link.Open(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	d, err := escpos.New(l, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
	t.Cleanup(func() { stop(); <-done; l.Close() })
	await(t, "the printer is ready", func() bool { return d.Status().Ready() })
	return d
}

func await(t testing.TB, what string, so func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("20 s have passed: not yet: %s", what)
		}
	}
}

func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name, profile, where string
		o                    printer.Opts
	}{
		{"80 mm on a serial line", "80mm", "pty", printer.Opts{}},
		{"80 mm on the network", "80mm", "tcp:127.0.0.1:0", printer.Opts{}},
		{"80 mm that answers no GS r", "80mm", "tcp:127.0.0.1:0", printer.Opts{Quirks: printer.Quirks{NoProof: true}}},
		{"58 mm", "58mm", "pty", printer.Opts{Dots: 384, Encoding: printer.GBK, Quirks: printer.Quirks{NoQR: true, OneBitPaper: true}}},
		{"Epson class", "epson-80mm", "pty", printer.Opts{Quirks: printer.Quirks{PrintProof: true}}},
		{"kiosk module", "kiosk-80mm", "pty", printer.Opts{Quirks: printer.Quirks{FullStatus: true}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, spec := simulated(t, c.where, c.o)
			drivertest.TestPrinter(t, func() (devices.Printer, io.Closer, error) {
				l, err := link.Open(t.Context(), spec)
				if err != nil {
					return nil, nil, err
				}
				profile, _ := escpos.Lookup(c.profile)
				d, err := escpos.New(l, &escpos.Opts{Profile: profile})
				return d, l, err
			})
		})
	}
}

// R-PRN-01: the paper shows what the slip says, and the code is whole.
func TestSlipOnPaper(t *testing.T) {
	p, spec := simulated(t, "pty", printer.Opts{})
	d := driver(t, spec, nil)
	if _, err := d.Print(t.Context(), standardDocument(t, "zh-CN")); err != nil {
		t.Fatal(err)
	}
	papers := p.Papers()
	if len(papers) != 1 {
		t.Fatalf("%d slips, want one", len(papers))
	}
	text := strings.Join(papers[0].Lines, "\n")
	for _, want := range []string{"A001", "建筑工程施工许可证", "Construction permit", "前面等候3人", "约15-20分钟", "0713-5550100", "0713-5550199", "1-3号窗口"} {
		if !strings.Contains(text, want) {
			t.Errorf("the slip does not say %q:\n%s", want, text)
		}
	}
	if !slices.Equal(papers[0].Codes, []string{"01JD7Q2V8RK4T6W9Y1ZB3C5D7F"}) {
		t.Errorf("the codes are %q", papers[0].Codes)
	}
	if n := p.Stats().Unknown; len(n) > 0 {
		t.Errorf("the printer does not know these commands: %v", n)
	}
}

// R-PRN-07: paper that ends, a cover that opens and power that goes within a
// slip each leave it uncertain, and the next slip is whole.
func TestBrokenSlipsAreUncertainAndTheNextIsWhole(t *testing.T) {
	for _, c := range []struct {
		name        string
		breaks      func(*printer.Printer)
		mends       func(*printer.Printer)
		wantOneOfMe []devices.FaultCode
	}{
		{"paper out", func(p *printer.Printer) { p.PaperOutAfter(3) }, func(p *printer.Printer) { p.Set("paper-out", false) },
			[]devices.FaultCode{devices.FaultPaperOut}},
		{"power", func(p *printer.Printer) { p.PowerLoss(150, 0) }, func(p *printer.Printer) { p.Set("power-off", false) },
			[]devices.FaultCode{devices.FaultSilent}},
		{"cutter", func(p *printer.Printer) { p.Set("cutter-once", true) }, func(p *printer.Printer) { p.Set("cutter-once", false) },
			[]devices.FaultCode{devices.FaultCutter}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, spec := simulated(t, "pty", printer.Opts{})
			raster, _ := escpos.Lookup("80mm-raster")
			d := driver(t, spec, &escpos.Opts{Profile: raster, Confirm: 3 * time.Second})
			c.breaks(p)
			_, err := d.Print(t.Context(), standardDocument(t, "zh-CN"))
			var pe *devices.PrintError
			if !errors.As(err, &pe) || !pe.Maybe || !slices.Contains(c.wantOneOfMe, pe.Code) {
				t.Errorf("the broken slip: %v, want maybe and %v", err, c.wantOneOfMe)
			}
			c.mends(p)
			await(t, "the printer is ready again", func() bool { return d.Status().Ready() })
			doc := devices.Document{ID: "t2", Blocks: []devices.Block{devices.Text{S: "A002"}}}
			if _, err := d.Print(t.Context(), doc); err != nil {
				t.Fatalf("the next slip: %v", err)
			}
			papers := p.Papers()
			last := papers[len(papers)-1]
			if !slices.Contains(last.Lines, "A002") {
				t.Errorf("the next slip reads %q", last.Lines)
			}
		})
	}
}

func TestGarbageIsNamed(t *testing.T) {
	p, spec := simulated(t, "pty", printer.Opts{})
	d := driver(t, spec, nil)
	p.Set("garbage", true)
	await(t, "the driver believes nothing", func() bool { return !d.Status().Known })
	_, err := d.Print(t.Context(), standardDocument(t, "en"))
	var pe *devices.PrintError
	if !errors.As(err, &pe) || pe.Maybe {
		t.Errorf("print: %v, want a refusal before the first byte", err)
	}
	if len(p.Papers()) != 0 {
		t.Error("a slip came out")
	}
	p.Set("garbage", false)
	await(t, "the printer is ready again", func() bool { return d.Status().Ready() })
}

// Budget: from Print to the first byte at the printer, over a real line, with
// a bare write on the same line as the floor.
func BenchmarkFirstByte(b *testing.B) {
	first := make(chan time.Time, 1)
	p, err := printer.New(printer.Opts{OnBytes: func(_ int, at time.Time) {
		select {
		case first <- at:
		default:
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	on, err := port.Open("pty:" + filepath.Join(b.TempDir(), "printer0"))
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	served := make(chan error, 1)
	go func() { served <- p.Run(ctx, on) }()
	l, err := link.Open(ctx, on.Spec())
	if err != nil {
		b.Fatal(err)
	}
	d, err := escpos.New(l, &escpos.Opts{Poll: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	ran := make(chan error, 1)
	go func() { ran <- d.Run(ctx, func(context.Context, devices.Reading) error { return nil }) }()
	await(b, "the printer is ready", func() bool { return d.Status().Ready() })
	doc := standardDocument(b, "zh-CN")
	reach := func(write func() error) time.Duration {
		select {
		case <-first:
		default:
		}
		begun := time.Now()
		if err := write(); err != nil {
			b.Fatal(err)
		}
		return (<-first).Sub(begun)
	}
	// The same bytes without reports and proof: nothing is answered.
	quiet, _ := escpos.Lookup("80mm-silent")
	bare, err := escpos.Encode(doc, quiet)
	if err != nil {
		b.Fatal(err)
	}
	var floor, total time.Duration
	for b.Loop() {
		slips := p.Stats().Papers
		floor += reach(func() error { _, err := l.Write(bare); return err })
		await(b, "the bare slip is cut", func() bool { return p.Stats().Papers > slips }) // a busy printer does not read
		total += reach(func() error { _, err := d.Print(ctx, doc); return err })
	}
	b.ReportMetric(float64(floor.Microseconds())/float64(b.N), "µs/bare-write")
	b.ReportMetric(float64(total.Microseconds())/float64(b.N), "µs/first-byte")
	stop()
	<-ran
	l.Close()
	<-served
}
