package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"hallward/deploy/e2e/judge"
	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/sim/people"
	"hallward/kiosk/flow"
)

// broken is a fault of the printer while a citizen waits for a slip, how it is
// mended, and what the page says meanwhile.
type broken struct {
	name   string // of the simulator's switch; "renamed" is a plug that comes back as another port
	reason flow.Reason
	faults []devices.FaultCode // that the journal may name
	mend   func(f *printerFaults)
}

func (f *printerFaults) off(name string) { f.set(f.kiosk.name, name, false) }

func (f *printerFaults) cycle() {
	f.set(f.kiosk.name, "power-off", true)
	f.set(f.kiosk.name, "power-off", false)
}

var silent = []devices.FaultCode{devices.FaultSilent, devices.FaultOffline}

// brokenOn are the faults of each kiosk: the first has its printer on a serial
// line with software flow control, the second on the network.
var brokenOn = map[string][]broken{
	"kiosk-1": {
		{"cutter", flow.Cutter, []devices.FaultCode{devices.FaultCutter}, func(f *printerFaults) { f.off("cutter") }},
		{"paper-out", flow.PaperOut, []devices.FaultCode{devices.FaultPaperOut}, func(f *printerFaults) { f.off("paper-out") }},
		{"cover", flow.CoverOpen, []devices.FaultCode{devices.FaultCoverOpen}, func(f *printerFaults) { f.off("cover") }},
		{"power-off", flow.NoPrinter, silent, func(f *printerFaults) { f.off("power-off") }},
		{"unplug", flow.NoPrinter, []devices.FaultCode{devices.FaultMissing}, func(f *printerFaults) { f.off("unplug") }},
		{"renamed", flow.NoPrinter, []devices.FaultCode{devices.FaultMissing}, (*printerFaults).rename},
		{"xoff", flow.NoPrinter, silent, func(f *printerFaults) { f.off("xoff") }},
	},
	"kiosk-2": {
		{"half-open", flow.NoPrinter, silent, func(*printerFaults) {}}, // the kiosk connects anew
		{"freeze", flow.NoPrinter, silent, (*printerFaults).cycle},
		{"unplug", flow.NoPrinter, []devices.FaultCode{devices.FaultMissing}, func(f *printerFaults) { f.off("unplug") }},
	},
}

// printerFaults is one kiosk of a running hall, and the only window.
type printerFaults struct {
	*house
	kiosk *headless
	desk  *people.Desk
	port  string // name of the printer's port, where it has one
}

// Each fault of a printer in the middle of a slip (R-PRN-06, -07):
// the citizen sees the number and what is wrong; the number is no ghost: nobody
// calls it until the citizen says that it is noted, and after "I do not want
// it" it is void; when the printer is mended the next citizen's paper comes out
// whole, once, with the next number.
func TestPrinterFailsInTheSlip(t *testing.T) {
	h := newHouse(t)
	h.edit("sim.yaml", "papers: sim/papers/kiosk-1", `papers: ""`)
	h.edit("sim.yaml", "papers: sim/papers/kiosk-2", "papers: \"\"\n    quirks: {full-status: true, presenter: true}")
	h.start("centre", "hallsim", "hall")
	desk := h.desk()
	h.signsIn(desk, "w02", "1003")
	port := h.dir + "/sim/kiosk-1-printer"
	for _, c := range []struct {
		name, link string
		settings   map[string]any
	}{
		{"kiosk-1", "serial:" + port + "?flow=xonxoff&timeout=1s", map[string]any{"profile": "80mm-raster", "silence": "3s"}},
		{"kiosk-2", fmt.Sprintf("tcp:127.0.0.1:%d", h.port(9100)), map[string]any{"profile": "kiosk-80mm", "native_qr": false, "silence": "3s", "left": "2s"}},
	} {
		k := h.newHeadless(c.name, h.broker(), c.link, nil)
		k.settings(c.settings)
		k.launch()
		f := &printerFaults{house: h, kiosk: k, desk: desk, port: port}
		for i, b := range brokenOn[c.name] {
			f.run(t, b.name, func(t *testing.T) { f.breaks(t, b, i%2 == 0) })
		}
		if c.name == "kiosk-2" {
			f.run(t, "slip left", f.slipLeft)
		}
	}
}

// run is one part of the test, which ends alone when the house fails in it.
func (f *printerFaults) run(t *testing.T, name string, part func(*testing.T)) {
	t.Run(f.kiosk.name+" "+name, func(t *testing.T) {
		f.house.t = t
		part(t)
	})
	f.house.t = t
}

// settings are put into the file of a kiosk that has not been launched.
func (k *headless) settings(settings map[string]any) {
	k.h.t.Helper()
	var c headlessConfig
	raw, err := os.ReadFile(k.conf)
	if err == nil {
		err = json.Unmarshal(raw, &c)
	}
	c.Settings, c.Confirm = settings, 2*time.Second
	if raw, e := json.Marshal(c); err == nil && e == nil {
		err = os.WriteFile(k.conf, raw, 0o644)
	}
	if err != nil {
		k.h.t.Fatal(err)
	}
}

func (f *printerFaults) breaks(t *testing.T, b broken, noted bool) {
	f.kiosk.shows(30*time.Second, "everything works", headlessState.well)
	name := b.name
	if name == "renamed" {
		name = "unplug"
	}
	f.post(fmt.Sprintf("/printer/%s/after?bytes=1500&name=%s", f.kiosk.name, name)) // in the picture of the code
	f.kiosk.choose("housing", "housing-rent")
	page := f.kiosk.shows(20*time.Second, "the number without paper", func(s headlessState) bool { return s.Screen == flow.Unprinted })
	if page.Reason != b.reason || page.Number == "" {
		t.Errorf("the page says %q of number %q, want %q", page.Reason, page.Number, b.reason)
	}
	if called := f.calls(t); called != "" {
		t.Errorf("%s was called without paper", called)
	}
	want := judge.Void
	if noted {
		want = judge.Waiting
		f.kiosk.tap(flow.Noted, "")
	} else {
		f.kiosk.tap(flow.GiveUp, "")
	}
	a := f.account("the journal knows the end of "+page.Number, func(a *judge.Account) bool { return slices.Contains(a.In(want), page.Number) })
	for _, told := range a.Tickets {
		if told.Issued.Number != page.Number {
			continue
		}
		if len(told.Unproved) != 1 || told.Unproved[0].Outcome != "unknown" || !slices.Contains(b.faults, devices.FaultCode(told.Unproved[0].Fault)) {
			t.Errorf("%s: %+v, want one report of an unknown outcome by one of %v", page.Number, told.Unproved, b.faults)
		}
	}
	f.toAttract()
	b.mend(f)
	f.kiosk.shows(30*time.Second, "everything works again", headlessState.well)

	next := f.takes(t)
	if noted {
		if called := f.calls(t); called != page.Number {
			t.Errorf("the window calls %q, want the noted %s", called, page.Number)
		}
	}
	if called := f.calls(t); called != next {
		t.Errorf("the window calls %q, want %s", called, next)
	}
	if called := f.calls(t); called != "" {
		t.Errorf("%s was called, want nobody", called)
	}
}

// takes is a citizen who takes a number, and whose paper has it and no other.
func (f *printerFaults) takes(t *testing.T) (number string) {
	t.Helper()
	f.kiosk.choose("housing", "housing-rent")
	done := f.kiosk.shows(20*time.Second, "a slip", func(s headlessState) bool { return s.Screen == flow.Done || s.Screen == flow.Unprinted })
	if done.Screen != flow.Done {
		t.Errorf("no slip came out: %+v", done)
	}
	papers := 0
	for _, p := range f.papersOf(f.kiosk.name) {
		if !slices.Contains(p.Lines, done.Number) {
			continue
		}
		papers++
		numbers := 0
		for _, line := range p.Lines {
			if len(line) == 4 && strings.HasPrefix(line, "A0") {
				numbers++
			}
		}
		if numbers != 1 {
			t.Errorf("the paper of %s has other numbers too: %q", done.Number, p.Lines)
		}
	}
	if papers != 1 {
		t.Errorf("%s is on %d papers, want one", done.Number, papers)
	}
	f.toAttract()
	return done.Number
}

// toAttract walks back to the first page.
func (f *printerFaults) toAttract() {
	f.t.Helper()
	until(f.t, 20*time.Second, f.kiosk.name+": the first page", func() error {
		s, err := f.kiosk.look()
		if err != nil || s.Screen == flow.Attract {
			return err
		}
		switch s.Screen {
		case flow.Done:
			f.kiosk.tap(flow.Finish, "")
		case flow.Home:
			f.kiosk.tap(flow.Back, "")
		}
		return fmt.Errorf("%+v", s)
	})
}

// calls has the window call and serve the next one; "" is nobody.
func (f *printerFaults) calls(t *testing.T) string {
	t.Helper()
	ref := contract.WindowRef{Window: "w02"}
	a, err := f.desk.Ask(t.Context(), contract.AskWindowNext, ref)
	var no *contract.Problem
	if errors.As(err, &no) && no.Code == "nobody-waiting" {
		return ""
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{contract.AskWindowStart, contract.AskWindowFinish} {
		if _, err := f.desk.Ask(t.Context(), verb, ref); err != nil {
			t.Fatal(err)
		}
	}
	return a.Window.Number
}

// rename puts the plug back while another device has the port's old name.
func (f *printerFaults) rename() {
	f.t.Helper()
	master, slave, err := pty.Open()
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { master.Close(); slave.Close() })
	f.off("unplug")
	until(f.t, 5*time.Second, "the port has another name", func() error {
		now, err := filepath.EvalSymlinks(f.port)
		if err == nil && now == slave.Name() {
			err = fmt.Errorf("it is still %s", now)
		}
		return err
	})
}

// slipLeft is a slip that nobody takes: the staff are told, printing goes on,
// and it is over when somebody takes it.
func (f *printerFaults) slipLeft(t *testing.T) {
	told := func(on bool) func() error {
		return func() error {
			events, err := f.events()
			if err != nil {
				return err
			}
			last := contract.DeviceFault{}
			for _, e := range events {
				var d contract.DeviceFault
				if e.Type == contract.EvDeviceFault && json.Unmarshal(e.Data, &d) == nil && d.Code == string(devices.FaultSlipLeft) {
					last = d
				}
			}
			if last.Node != "kiosk-2" || last.On != on {
				return fmt.Errorf("the last report is %+v", last)
			}
			return nil
		}
	}
	f.takes(t)
	until(t, 15*time.Second, "the staff are told of the slip that was left", told(true))
	f.takes(t)
	f.off("slip-waiting")
	until(t, 15*time.Second, "it is over", told(false))
}
