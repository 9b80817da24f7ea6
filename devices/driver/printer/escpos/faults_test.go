package escpos_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/host"
	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
)

// bench is a simulated printer, and the driver as a process runs it: under a
// host that opens a dead link again.
type bench struct {
	sim     *printer.Printer
	host    *host.Host
	printer devices.Printer
	path    string // of the serial port
	stop    func()
}

func newBench(t *testing.T, o printer.Opts, where, options, profile string, settings map[string]any) (*bench, error) {
	b := &bench{}
	if where == "pty" {
		b.path = filepath.Join(t.TempDir(), "printer0")
		where = "pty:" + b.path
	}
	var err error
	if b.sim, err = printer.New(o); err != nil {
		return nil, err
	}
	on, err := port.Open(where)
	if err != nil {
		return nil, err
	}
	all := map[string]any{"profile": profile, "poll": "300ms", "answer": "500ms", "confirm": "2s", "silence": "3s", "left": "1s"}
	for k, v := range settings {
		all[k] = v
	}
	link := on.Spec()
	if strings.HasPrefix(options, "usblp") { // the printer class, with a pseudo-terminal in the node's place
		link, options = strings.Replace(link, "serial:", "usblp:", 1), strings.TrimPrefix(options, "usblp")
	}
	spec := catalog.Spec{ID: "printer", Kind: "printer/escpos", Link: link + options, Settings: all}
	if err := errors.Join(catalog.Check(spec)...); err != nil {
		return nil, err
	}
	b.host = host.New([]catalog.Spec{spec}, func(context.Context, string, devices.Reading) error { return nil }, slog.New(slog.DiscardHandler))
	b.printer, _ = b.host.Printer("printer")
	ctx, stop := context.WithCancel(context.Background())
	var both sync.WaitGroup
	both.Go(func() { _ = b.sim.Run(ctx, on) })
	both.Go(func() { _ = b.host.Run(ctx) })
	b.stop = func() { stop(); both.Wait() }
	t.Cleanup(b.stop)
	return b, b.ready()
}

func (b *bench) ready() error {
	return b.until("the printer is ready", func() bool { return b.printer.Status().Ready() })
}

// until waits for a state, and says what is the matter otherwise.
func (b *bench) until(what string, so func() bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	late := time.After(40 * time.Second)
	for !so() {
		select {
		case <-tick.C:
		case <-late:
			return fmt.Errorf("40 s have passed: not yet: %s: status %+v, health %+v, simulator %+v",
				what, b.printer.Status(), b.host.Health(), b.sim.State())
		}
	}
	return nil
}

// numbered is a slip with a picture in the middle of its text.
func numbered(number string) devices.Document {
	return devices.Document{ID: number, Blocks: []devices.Block{
		devices.Text{S: "罗田县行政服务中心", Align: devices.Center},
		devices.Text{S: number, Align: devices.Center, Size: 6},
		devices.Text{S: "建筑工程施工许可证 Construction permit"},
		devices.QR{Data: "https://hall.example/t/" + number},
		devices.Text{S: "前面等候3人 号 " + number},
	}}
}

// prints gives the lines of the paper that a number came out on, which must be
// one, with nothing else on it.
func (b *bench) prints(number string, like []string) ([]string, error) {
	had := len(b.sim.Papers())
	if _, err := b.printer.Print(context.Background(), numbered(number)); err != nil {
		return nil, err
	}
	var lines []string
	for i, p := range b.sim.Papers() {
		switch of := strings.Contains(strings.Join(p.Lines, "\n"), number); {
		case of && lines != nil:
			return nil, fmt.Errorf("%s came out twice: %q", number, p.Lines)
		case of && i < had:
			return nil, fmt.Errorf("%s came out on a paper from before it was printed: %q", number, p.Lines)
		case of:
			lines = p.Lines
		}
	}
	var want []string
	for _, l := range like {
		want = append(want, strings.ReplaceAll(l, "A000", number))
	}
	if lines == nil || like != nil && !slices.Equal(lines, want) {
		return nil, fmt.Errorf("the paper of %s reads %q, want %q", number, lines, want)
	}
	return lines, nil
}

// trouble is one way in which a printer fails, and how a person mends it.
type trouble struct {
	name    string // of the simulator's switch
	where   []string
	options string
	codes   []devices.FaultCode
	mend    func(b *bench) error
}

func off(name string) func(*bench) error {
	return func(b *bench) error { return b.sim.Set(name, false) }
}

func byPowerCycle(b *bench) error {
	return errors.Join(b.sim.Set("power-off", true), b.sim.Set("power-off", false))
}

var both = []string{"pty", "tcp:127.0.0.1:0"}

var troubles = []trouble{
	{"cutter", both, "", []devices.FaultCode{devices.FaultCutter}, off("cutter")},
	{"cutter-once", both, "", []devices.FaultCode{devices.FaultCutter}, func(*bench) error { return nil }},
	{"paper-out", both, "", []devices.FaultCode{devices.FaultPaperOut}, off("paper-out")},
	{"cover", both, "", []devices.FaultCode{devices.FaultCoverOpen}, off("cover")},
	{"power-off", both[:1], "", []devices.FaultCode{devices.FaultSilent}, off("power-off")},
	{"power-off", both[1:], "", []devices.FaultCode{devices.FaultMissing}, off("power-off")},
	{"unplug", both, "", []devices.FaultCode{devices.FaultMissing}, off("unplug")},
	{"unplug", both[:1], "usblp", []devices.FaultCode{devices.FaultMissing}, off("unplug")},
	{"xoff", both[:1], "?flow=xonxoff&timeout=1s", []devices.FaultCode{devices.FaultSilent, devices.FaultOffline}, off("xoff")},
	{"freeze", both, "?timeout=1s", []devices.FaultCode{devices.FaultSilent}, byPowerCycle},
	{"freeze", both, "?timeout=1s", []devices.FaultCode{devices.FaultSilent}, off("freeze")},
	{"half-open", both[1:], "", []devices.FaultCode{devices.FaultSilent}, func(*bench) error { return nil }},
}

// R-PRN-06, R-PRN-07: each fault, at each place of a slip, on each kind of line.
// The slip ends in time, with the fault's name and the doubt whether paper is
// out; when the fault is mended the next slips come out whole, by themselves,
// and once, and the broken one at most once.
func TestEveryFaultAtEveryPlaceOfASlip(t *testing.T) {
	profile, _ := escpos.Lookup("80mm-raster")
	job, err := escpos.Encode(numbered("A001"), profile)
	if err != nil {
		t.Fatal(err)
	}
	picture := bytes.Index(job, []byte{0x1d, 'v', '0'})
	places := map[string]int{
		"at the beginning": 12, "in the text": 50, "at the head of the picture": picture + 5,
		"in the picture": (picture + len(job)) / 2, "before the cut": len(job) - 5, "in the cut": len(job) - 1,
	}
	var all sync.WaitGroup
	turn := make(chan struct{}, 12) // most of a case is waiting
	for _, c := range troubles {
		for _, where := range c.where {
			for place, at := range places {
				all.Go(func() {
					turn <- struct{}{}
					defer func() { <-turn }()
					if err := c.strike(t, where, at); err != nil {
						t.Errorf("%s on %s %s (%d of %d bytes): %v", c.name, where, place, at, len(job), err)
					}
				})
			}
		}
	}
	all.Wait()
}

func (c trouble) strike(t *testing.T, where string, at int) error {
	b, err := newBench(t, printer.Opts{}, where, c.options, "80mm-raster", nil)
	if err != nil {
		return err
	}
	defer b.stop()
	like, err := b.prints("A000", nil)
	if err != nil {
		return err
	}
	if err := b.sim.After(at, c.name); err != nil {
		return err
	}
	begun := time.Now()
	proof, err := b.printer.Print(t.Context(), numbered("A001"))
	var pe *devices.PrintError
	if !errors.As(err, &pe) || !pe.Maybe || !slices.Contains(c.codes, pe.Code) {
		return fmt.Errorf("the broken slip: proof %+v, error %v, want maybe and one of %v", proof, err, c.codes)
	}
	if d := time.Since(begun); d > 15*time.Second {
		return fmt.Errorf("the broken slip took %s", d)
	}
	if c.name != "cutter-once" { // which is cleared by the driver itself
		if err := b.until("the fault is noticed", func() bool { return !b.printer.Status().Ready() }); err != nil {
			return err
		}
	}
	if err := errors.Join(c.mend(b), b.ready()); err != nil {
		return err
	}
	for _, number := range []string{"A002", "A003"} {
		if _, err := b.prints(number, like); err != nil {
			return err
		}
	}
	of := 0
	for _, p := range b.sim.Papers() {
		text := strings.Join(p.Lines, "\n")
		of += strings.Count(text, "\nA001")
	}
	if of > 1 {
		return fmt.Errorf("the broken slip came out %d times", of)
	}
	for head := range b.sim.Stats().Unknown {
		if strings.Contains(head, " ") && !strings.HasSuffix(head, " 00") { // the driver ends a broken head with NULs
			return fmt.Errorf("a part of the broken slip was taken for the command %s", head)
		}
	}
	return nil
}

// R-PRN-06: a fault that is there before the slip costs neither paper nor
// number: Print refuses, and says so without doubt.
func TestEveryFaultBeforeASlip(t *testing.T) {
	var all sync.WaitGroup
	for _, c := range troubles {
		if c.name == "cutter-once" || c.name == "half-open" { // come with the slip, or are mended by then
			continue
		}
		for _, where := range c.where {
			all.Go(func() {
				if err := c.stand(t, where); err != nil {
					t.Errorf("%s on %s: %v", c.name, where, err)
				}
			})
		}
	}
	all.Wait()
}

func (c trouble) stand(t *testing.T, where string) error {
	b, err := newBench(t, printer.Opts{}, where, c.options, "80mm-raster", nil)
	if err != nil {
		return err
	}
	defer b.stop()
	if err := b.sim.Set(c.name, true); err != nil {
		return err
	}
	if err := b.until("the fault is noticed", func() bool { return !b.printer.Status().Ready() }); err != nil {
		return err
	}
	_, err = b.printer.Print(t.Context(), numbered("A001"))
	var pe *devices.PrintError
	if !errors.As(err, &pe) || pe.Maybe || pe.Code == "" {
		return fmt.Errorf("print: %v, want a refusal before the first byte", err)
	}
	if err := b.until("the health names a fault", func() bool { return len(b.host.Health()[0].Faults) > 0 }); err != nil {
		return err
	}
	if err := errors.Join(c.mend(b), b.ready()); err != nil {
		return err
	}
	if _, err := b.prints("A002", nil); err != nil {
		return err
	}
	for _, p := range b.sim.Papers() {
		if strings.Contains(strings.Join(p.Lines, "\n"), "A001") {
			return fmt.Errorf("the refused slip came out: %q", p.Lines)
		}
	}
	return nil
}

// A USB adapter that comes back as another device file: the printer is
// configured by a name that stays (/dev/serial/by-id, /dev/hallward), and is
// found behind it. In between the health says that it is missing.
func TestPortIsRenamed(t *testing.T) {
	b, err := newBench(t, printer.Opts{}, "pty", "", "80mm-raster", nil)
	if err != nil {
		t.Fatal(err)
	}
	like, err := b.prints("A000", nil)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.Readlink(b.path)
	if err != nil {
		t.Fatal(err)
	}
	b.sim.After(900, "unplug")
	_, err = b.printer.Print(t.Context(), numbered("A001"))
	var pe *devices.PrintError
	if !errors.As(err, &pe) || pe.Code != devices.FaultMissing || !pe.Maybe {
		t.Errorf("print: %v, want maybe and missing", err)
	}
	if err := b.until("the health says that the port is missing", func() bool {
		h := b.host.Health()[0]
		return !h.Up && slices.Contains(h.Faults, devices.FaultMissing)
	}); err != nil {
		t.Fatal(err)
	}
	taken, slave, err := pty.Open() // has the old name now
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	defer slave.Close()
	if slave.Name() != before {
		t.Logf("%s went to somebody else than %s", before, slave.Name())
	}
	b.sim.Set("unplug", false)
	if err := b.ready(); err != nil {
		t.Fatal(err)
	}
	if after, err := os.Readlink(b.path); err != nil || after == before {
		t.Errorf("the port is %s again (%v), the test has shown nothing", after, err)
	}
	if _, err := b.prints("A002", like); err != nil {
		t.Error(err)
	}
	if h := b.host.Health()[0]; !h.Up || len(h.Faults) > 0 {
		t.Errorf("health %+v, want up and well", h)
	}
}

// A slip that nobody takes from the presenter is reported after its time, and
// no longer when it is taken. A module that can moves it out of the next
// citizen's way.
func TestSlipLeftInThePresenter(t *testing.T) {
	for _, does := range []string{"leave", "eject", "retract"} {
		t.Run(does, func(t *testing.T) {
			t.Parallel()
			b, err := newBench(t, printer.Opts{Quirks: printer.Quirks{FullStatus: true, Presenter: true}}, "pty", "", "kiosk-80mm",
				map[string]any{"presenter": does})
			if err != nil {
				t.Fatal(err)
			}
			left := func() bool { return slices.Contains(b.host.Health()[0].Faults, devices.FaultSlipLeft) }
			if _, err := b.prints("A001", nil); err != nil {
				t.Fatal(err)
			}
			if err := b.until("the slip waits", func() bool { return b.printer.Status().Waiting }); err != nil {
				t.Fatal(err)
			}
			if left() {
				t.Error("a slip that has just come out counts as left")
			}
			if err := b.until("it is reported", left); err != nil {
				t.Fatal(err)
			}
			if st := b.printer.Status(); !st.Ready() || st.Trouble() != "" {
				t.Errorf("a slip in the presenter keeps the printer from printing: %+v", st)
			}
			b.sim.Set("slip-waiting", false)
			if err := b.until("it is taken", func() bool { return !left() && !b.printer.Status().Waiting }); err != nil {
				t.Fatal(err)
			}
			b.prints("A002", nil)
			if err := b.until("the next one waits", func() bool { return b.printer.Status().Waiting }); err != nil {
				t.Fatal(err)
			}
			if _, err := b.prints("A003", nil); err != nil {
				t.Fatal(err)
			}
			if n := b.sim.Stats().Cleared; n != map[string]int{"leave": 0, "eject": 1, "retract": 1}[does] {
				t.Errorf("%d slips were moved out of the next one's way", n)
			}
		})
	}
}
