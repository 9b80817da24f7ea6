package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/sim/keypad"
	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
)

// plugged runs a simulated device on a port of its own and gives its link.
func plugged(t *testing.T, where string, run func(context.Context, port.Port) error) string {
	t.Helper()
	if where == "pty" {
		where = "pty:" + filepath.Join(t.TempDir(), "port0")
	}
	on, err := port.Open(where)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- run(ctx, on) }()
	t.Cleanup(func() { stop(); <-done })
	return on.Spec()
}

func simulatedPrinter(t *testing.T, o printer.Opts) *printer.Printer {
	t.Helper()
	p, err := printer.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// A good printer passes, and each line says what was tried.
func TestProbePrinter(t *testing.T) {
	p := simulatedPrinter(t, printer.Opts{Dots: 384, Encoding: printer.GBK, Quirks: printer.Quirks{NoQR: true, OneBitPaper: true}})
	link := plugged(t, "pty", p.Run)
	out, err := hallctl(t, "probe", "printer/escpos", link, "--set", "profile=58mm")
	if err != nil || !strings.Contains(out, "PASS") || !strings.Contains(out, "ok    escpos(") {
		t.Errorf("%v\n%s", err, out)
	}
	p.Tear() // it has no cutter
	papers := p.Papers()
	if len(papers) != 1 || len(papers[0].Lines) != 3 {
		t.Errorf("%d pieces of paper, want one with three slips", len(papers))
	}
}

// A printer that keeps silent fails, with a line and an exit for scripts.
func TestProbeFindsASilentPrinter(t *testing.T) {
	t.Parallel()
	p := simulatedPrinter(t, printer.Opts{})
	if err := p.Set("silence", true); err != nil {
		t.Fatal(err)
	}
	out, err := hallctl(t, "probe", "printer/escpos", plugged(t, "tcp:127.0.0.1:0", p.Run))
	if err == nil || !strings.Contains(err.Error(), "checks failed") || !strings.Contains(out, "FAIL  ") || strings.Contains(out, "PASS") {
		t.Errorf("%v\n%s", err, out)
	}
}

// presser presses a key when the probe asks a person to.
type presser struct {
	strings.Builder
	press func()
}

func (p *presser) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "press a key of unit 2") {
		go p.press()
	}
	return p.Builder.Write(b)
}

func TestProbeKeypad(t *testing.T) {
	pads, err := keypad.New(3)
	if err != nil {
		t.Fatal(err)
	}
	pressed := make(chan error, 1)
	p := &presser{press: func() {
		look := time.NewTicker(5 * time.Millisecond)
		defer look.Stop()
		for !pads.State().Open { // the other end of a pty is seen a moment later
			<-look.C
		}
		pressed <- pads.Press(context.WithoutCancel(t.Context()), 2, "call")
	}}
	c := rootCommand()
	c.SetArgs([]string{"probe", "keypad/ff68", plugged(t, "pty", pads.Run), "--unit", "2", "--set", "units=[1,2,3]"})
	c.SetOut(p)
	if err := c.Execute(); err != nil || !strings.Contains(p.String(), "PASS") {
		t.Errorf("%v\n%s", err, p.String())
	}
	// The probe may hang up before the pad has read its acknowledgement.
	if err := <-pressed; err != nil && !errors.Is(err, keypad.ErrNoHost) {
		t.Errorf("the press: %v", err)
	}
}

// The test slip shows rare characters whole, and its code can be read.
func TestPrint(t *testing.T) {
	p := simulatedPrinter(t, printer.Opts{})
	link := plugged(t, "tcp:127.0.0.1:0", p.Run)
	out, err := hallctl(t, "print", link)
	if err != nil || !strings.Contains(out, "has printed its test slip (consumed)") {
		t.Fatalf("%v\n%s", err, out)
	}
	papers := p.Papers()
	if len(papers) != 1 {
		t.Fatalf("%d slips, want 1", len(papers))
	}
	text := strings.Join(papers[0].Lines, "\n")
	for _, want := range []string{"打印测试", link, "123456789012345678901234567890123456789012345678", "政务服务大厅", "不是号票"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q on\n%s", want, text)
		}
	}
	if fmt.Sprint(papers[0].Codes) != "[hallward test "+link+"]" {
		t.Errorf("codes %q", papers[0].Codes)
	}
	if boxes := p.Stats().Boxes; boxes != 0 {
		t.Errorf("%d characters came out as boxes", boxes)
	}
}

// What is wrong is said before or without a print.
func TestPrintAndProbeMistakes(t *testing.T) {
	t.Parallel()
	open := simulatedPrinter(t, printer.Opts{})
	if err := open.Set("cover", true); err != nil {
		t.Fatal(err)
	}
	covered := plugged(t, "tcp:127.0.0.1:0", open.Run)
	missing := "serial:" + filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"probe", "printer/zebra", "tcp:127.0.0.1:1"}, "want one of " + strings.Join(testable(), ", ")},
		{[]string{"probe", "attendance/adms", "listen:127.0.0.1:0"}, "want one of " + strings.Join(testable(), ", ")},
		{[]string{"probe", "printer/escpos", "usb0"}, `link: "usb0"`},
		{[]string{"probe", "printer/escpos", missing, "--set", "profile=9mm", "--set", "colour=red"}, "settings.profile"},
		{[]string{"probe", "printer/escpos", missing, "--set", "profile"}, "want KEY=VALUE"},
		{[]string{"print", missing}, "none"},
		{[]string{"print", missing, "--kind", "keypad/ff68"}, "want a printer"},
		{[]string{"print", covered}, "cover-open"},
	} {
		began := time.Now()
		if out, err := hallctl(t, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v after %v, want %q\n%s", c.args, err, time.Since(began).Round(time.Second), c.want, out)
		}
	}
	if n := len(open.Papers()); n != 0 {
		t.Errorf("%d slips from a printer with its cover open", n)
	}
}
