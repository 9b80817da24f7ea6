package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/driver/drivertest"
	"hallward/kiosk/slip"
	"hallward/kiosk/theme/fonts"
)

// bench is a device on the technician's desk, and how it is tried.
type bench struct {
	spec    catalog.Spec
	set     []string // settings, key=value
	unit    int      // of a line with several
	noPress bool
	in      io.Reader // a person's answers
}

// suites are the conformance suites by what a device can do.
var suites = map[string]func(context.Context, *bench, *report){
	"printer": func(ctx context.Context, b *bench, r *report) {
		drivertest.TestPrinter(r, func() (devices.Printer, io.Closer, error) { return open[devices.Printer](ctx, b.spec) })
	},
	"keypad": func(ctx context.Context, b *bench, r *report) {
		press := func(context.Context) error {
			r.line("now", "press a key of unit %d; once more if it does not repeat itself", b.unit)
			return nil
		}
		if b.noPress {
			press = nil
		}
		drivertest.TestKeypad(r, b.unit, press, func() (devices.Keypad, io.Closer, error) { return open[devices.Keypad](ctx, b.spec) })
	},
	"idcard": func(ctx context.Context, b *bench, r *report) {
		drivertest.TestCardReader(r, b.ask(r, "lay a card on the reader and leave it there"), b.ask(r, "take the card away"),
			func() (devices.CardReader, io.Closer, error) { return open[devices.CardReader](ctx, b.spec) })
	},
	"voice":   tryVoice,
	"display": tryDisplay,
	"scanner": func(ctx context.Context, b *bench, r *report) {
		drivertest.TestScanner(r, "", b.ask(r, "hold a code before the scanner"),
			func() (devices.Device, io.Closer, error) { return open[devices.Device](ctx, b.spec) })
	},
}

func tryVoice(ctx context.Context, b *bench, r *report) {
	drivertest.TestVoice(r, drivertest.VoiceLine{Unit: b.unit,
		Open: func() (devices.Voice, io.Closer, error) { return open[devices.Voice](ctx, b.spec) }})
}

// ask has a person do something; nobody, when there is none.
func (b *bench) ask(r *report, what string) func(context.Context) error {
	if b.noPress {
		return nil
	}
	return func(context.Context) error {
		r.line("now", "%s", what)
		return nil
	}
}

// probeCommand runs a driver's own conformance suite on real hardware.
func probeCommand() *cobra.Command {
	b := &bench{}
	cmd := &cobra.Command{
		Use: "probe KIND LINK", Short: "try a device on a port with the suite that its driver is tested with",
		Long: "Tries a device with the suite that its driver is tested with. A printer prints three short slips; a keypad\n" +
			"shows numbers, beeps and wants a key; a card reader wants a card, of which nothing is shown; a scanner wants\n" +
			"a code; a voice speaks five times; a display shows signs, and you are asked what you see. Nobody else may have the port open.\n\nKinds: " + strings.Join(testable(), ", "),
		Example: "  hallctl probe printer/escpos serial:/dev/ttyUSB0?baud=115200 --set profile=58mm\n" +
			"  hallctl probe keypad/ff68 serial:/dev/ttyUSB1 --unit 3\n" +
			"  hallctl probe idcard/samv serial:/dev/ttyUSB2?baud=115200\n" +
			"  hallctl probe display/onbon serial:/dev/ttyUSB3?baud=57600 --unit 3 --set width=192\n" +
			"  hallctl probe display/ssd1306 i2c:/dev/i2c-1?addr=0x3c\n" +
			"  hallctl probe scanner/line input:/dev/input/by-id/usb-Scanner-event-kbd",
		Args: cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
			suite := suites[catalog.Capability(args[0])]
			if suite == nil {
				return fmt.Errorf("kind %q: want one of %s", args[0], strings.Join(testable(), ", "))
			}
			if err := b.prepare(args[0], args[1]); err != nil {
				return err
			}
			b.in = cmd.InOrStdin()
			r := &report{out: cmd.OutOrStdout()}
			suite(cmd.Context(), b, r)
			if r.failed > 0 {
				return fmt.Errorf("%s on %s: %d of the suite's checks failed", args[0], args[1], r.failed)
			}
			r.line("PASS", "%s on %s keeps every promise of its capability, %s", args[0], args[1], catalog.Capability(args[0]))
			return nil
		},
	}
	b.flags(cmd)
	b.unitFlag(cmd)
	cmd.Flags().BoolVar(&b.noPress, "no-press", false, "nobody is there to press a key, lay a card, hold a code or look")
	return cmd
}

// printCommand prints the test slip on a port, without a hall.
func printCommand() *cobra.Command {
	b := &bench{}
	var kind string
	cmd := &cobra.Command{
		Use: "print LINK", Short: "print a test slip on a printer's port, without the hall",
		Example: "  hallctl print tcp:192.0.2.9:9100\n  hallctl print usblp:/dev/usb/lp0 --set encoding=gbk",
		Args:    cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
			if catalog.Capability(kind) != "printer" {
				return fmt.Errorf("kind %q: want a printer", kind)
			}
			if err := b.prepare(kind, args[0]); err != nil {
				return err
			}
			proof, err := b.print(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has printed its test slip (%s)\n", args[0], proof.Kind)
			return nil
		},
	}
	b.flags(cmd)
	cmd.Flags().StringVar(&kind, "kind", "printer/escpos", "kind of the printer")
	return cmd
}

func (b *bench) flags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&b.set, "set", nil, "`KEY=VALUE`: a setting as in a configuration file, such as profile=58mm or units=[1,2]")
}

// anyUnit is where no unit was named.
const anyUnit = -1

func (b *bench) unitFlag(cmd *cobra.Command) {
	cmd.Flags().IntVar(&b.unit, "unit", anyUnit, "address of the unit on a line with several; without it the first of the setting units,\nor 0 for a display that is alone on its port and 1 for all else")
}

// alone are the displays that have their port for themselves, unless the setting
// units says something else. Their unit is 0.
var alone = []string{"display/cd5220", "display/dmd", "display/hd44780", "display/max7219", "display/ssd1306", "display/template"}

// firstUnit is the unit that is meant when none was named.
func (b *bench) firstUnit() int {
	if units, ok := b.spec.Settings["units"].([]any); ok && len(units) > 0 {
		if n, err := strconv.Atoi(fmt.Sprint(units[0])); err == nil {
			return n
		}
	}
	if slices.Contains(alone, b.spec.Kind) {
		return 0
	}
	return 1
}

// prepare checks kind, link and settings without any I/O.
func (b *bench) prepare(kind, link string) error {
	b.spec = catalog.Spec{ID: "probe", Kind: kind, Link: link, Settings: map[string]any{}}
	for _, s := range b.set {
		key, text, ok := strings.Cut(s, "=")
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil || !ok || key == "" {
			return fmt.Errorf("--set %q: want KEY=VALUE", s)
		}
		b.spec.Settings[key] = value
	}
	var problems []string
	for _, err := range catalog.Check(b.spec) {
		problems = append(problems, strings.TrimPrefix(err.Error(), "device probe: "))
	}
	if len(problems) > 0 {
		return fmt.Errorf("%s", strings.Join(problems, "\n"))
	}
	if b.unit == anyUnit {
		b.unit = b.firstUnit()
	}
	return nil
}

// Times of a test slip.
const (
	readyIn = 15 * time.Second
	printIn = 30 * time.Second
)

// print brings the printer up, prints the test slip and lets go of the port.
func (b *bench) print(ctx context.Context) (devices.Proof, error) {
	p, link, err := open[devices.Printer](ctx, b.spec)
	if err != nil {
		return devices.Proof{}, err
	}
	defer link.Close()
	run, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- p.Run(run, func(context.Context, devices.Reading) error { return nil }) }()
	defer func() { stop(); <-ended }()

	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(readyIn)
	defer late.Stop()
	for !p.Status().Ready() {
		select {
		case err := <-ended:
			ended <- err
			return devices.Proof{}, err
		case <-late.C:
			s := p.Status()
			return devices.Proof{}, fmt.Errorf("%s is not ready after %s: %s %s", p, readyIn, s.Trouble(), s.Reason)
		case <-look.C:
		}
	}
	limit, cancel := context.WithTimeout(ctx, printIn)
	defer cancel()
	return p.Print(limit, slip.SelfTest(b.spec.Link, time.Now()))
}

// open opens a device that can do what D says.
func open[D devices.Device](ctx context.Context, spec catalog.Spec) (device D, link io.Closer, err error) {
	face, err := catalog.NewFace(fonts.Regular)
	if err != nil {
		return device, nil, fmt.Errorf("font: %w", err)
	}
	port, err := catalog.Open(ctx, &catalog.Options{Face: face, Log: slog.New(slog.DiscardHandler)}, spec)
	if err != nil {
		return device, nil, err
	}
	device, ok := port.Device.(D)
	if !ok {
		return device, nil, fmt.Errorf("%s is no %s", port.Device, catalog.Capability(spec.Kind))
	}
	return device, port, nil
}

// testable are the kinds that a suite exists for.
func testable() []string {
	return slices.DeleteFunc(catalog.Kinds(), func(kind string) bool { return suites[catalog.Capability(kind)] == nil })
}

// report writes what a suite finds, a line each.
type report struct {
	mu     sync.Mutex
	out    io.Writer
	failed int
}

func (*report) Helper() {}

// Logf is a check that went well.
func (r *report) Logf(format string, args ...any) { r.line("ok", format, args...) }

// Errorf is one that did not.
func (r *report) Errorf(format string, args ...any) {
	r.line("FAIL", format, args...)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed++
}

func (r *report) line(how, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.out, "%-4s  %s\n", how, fmt.Sprintf(format, args...))
}
