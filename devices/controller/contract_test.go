package controller

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/host"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/kiosk/console"
)

// meeting is the controller's side of the hall's nodes, on a broker in memory.
type meeting struct {
	*Controller
	t      *testing.T
	broker *broker.Broker
}

func meet(t *testing.T) *meeting {
	t.Helper()
	b, err := broker.New(broker.Config{Halls: []string{"sample"}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	m := &meeting{t: t, broker: b, Controller: &Controller{
		cfg: &Config{Setup: sampleSetup(t), Node: "hall"}, log: quiet,
		devices: host.New(nil, func(context.Context, string, devices.Reading) error { return nil }, quiet),
		roles:   map[string]string{"kiosk-1": hall.RoleKiosk, "desk-1": hall.RoleWindow},
	}}
	m.signs = newSigns(m.Controller)
	m.run(b.Run)
	m.nodes, err = node.NewHost(node.HostConfig{Hall: "sample", Dial: b.Dial("sample/hall"), Ask: m.nodeAsk, Log: quiet,
		Events: func(context.Context, string, []contract.Event) (uint64, error) { return 0, nil }})
	if err != nil {
		t.Fatal(err)
	}
	m.run(m.nodes.Run)
	return m
}

// run runs a part; stop ends it, at the latest with the test.
func (m *meeting) run(f func(context.Context) error) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			m.t.Error(err)
		}
	})
	m.t.Cleanup(stop)
	return stop
}

func (m *meeting) join(id string, births ...contract.DeviceBirth) (*node.Node, func()) {
	m.t.Helper()
	n, err := node.New(node.Config{Hall: "sample", Node: id, Dial: m.broker.Dial("sample/" + id), Devices: births, Log: quiet})
	if err != nil {
		m.t.Fatal(err)
	}
	return n, m.run(n.Run)
}

// A technician at a desk has a kiosk's printer tested through the controller,
// and is told in words when it cannot be. HALL-014: the same request again
// prints nothing more.
func TestDeviceTestThroughTheHall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		kiosk, _ := m.join("kiosk-1",
			contract.DeviceBirth{ID: "printer", Kind: "printer/escpos", Capabilities: []string{"printer"}},
			contract.DeviceBirth{ID: "pad", Kind: "keypad/ff68", Capabilities: []string{"keypad"}})
		desk, _ := m.join("desk-1")
		var slips atomic.Int32
		var deaf atomic.Bool
		kiosk.OnCommand(contract.CmdPrinterTest, func(ctx context.Context, r contract.Request) contract.Answer {
			if deaf.Load() {
				<-ctx.Done()
				return contract.Answer{}
			}
			slips.Add(1)
			if string(r.Data) != `{"device":"printer"}` {
				t.Errorf("the kiosk was told %s", r.Data)
			}
			return contract.Answer{Result: contract.ResultOK, Data: json.RawMessage(`{"proof":"consumed"}`)}
		})
		time.Sleep(5 * time.Second) // of the bubble's time: everybody is there

		ask := func(n *node.Node, id, at, device string) contract.Answer {
			t.Helper()
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			a, err := n.AskID(ctx, id, contract.AskDeviceTest, contract.DeviceTest{Node: at, Device: device})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		for range 2 {
			if a := ask(desk, "01J-test", "kiosk-1", "printer"); a.Result != contract.ResultOK || string(a.Data) != `{"proof":"consumed"}` || a.ID != "01J-test" {
				t.Errorf("%+v %v", a, a.Error)
			}
		}
		if slips.Load() != 1 {
			t.Errorf("%d slips, want 1", slips.Load())
		}
		for _, c := range []struct {
			asker        *node.Node
			at, device   string
			result, code string
		}{
			{desk, "kiosk-9", "printer", contract.ResultRefused, "node-away"},
			{desk, "kiosk-1", "door", contract.ResultRefused, "unknown-device"},
			{desk, "kiosk-1", "pad", contract.ResultRefused, "no-test"},
			{kiosk, "kiosk-1", "printer", contract.ResultRefused, hall.NotAllowed},
		} {
			a := ask(c.asker, "01J-"+c.code, c.at, c.device)
			if a.Result != c.result || a.Error == nil || a.Error.Code != c.code || a.Error.Message == "" || a.Error.MessageEN == "" {
				t.Errorf("%s/%s: %s %v, want %s %s", c.at, c.device, a.Result, a.Error, c.result, c.code)
			}
		}
		deaf.Store(true)
		if a := ask(desk, "01J-deaf", "kiosk-1", "printer"); a.Result != contract.ResultFailed || a.Error.Code != "no-answer" {
			t.Errorf("a kiosk that does not answer: %s %v", a.Result, a.Error)
		}
		time.Sleep(time.Minute) // its handler ends with the command
	})
}

// HALL-007: a device is offline when its node is, whatever the retained state
// of the device says.
func TestDeviceOfAnAbsentNode(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := meet(t)
		kiosk, leave := m.join("kiosk-1", contract.DeviceBirth{ID: "printer", Kind: "printer/escpos", Capabilities: []string{"printer"}})
		kiosk.SetDevice("printer", contract.DeviceState{Up: true, Paper: "ok"})
		time.Sleep(5 * time.Second) // of the bubble's time
		printer := func() console.Device {
			list := newDesk(m.Controller).devices()
			i := slices.IndexFunc(list, func(d console.Device) bool { return d.Node == "kiosk-1" && d.Device == "printer" })
			if i < 0 {
				t.Fatalf("no printer in %+v", list)
			}
			return list[i]
		}
		if d := printer(); !d.Up || len(d.Faults) != 0 {
			t.Fatalf("while its node is there: %+v", d)
		}
		leave()
		synctest.Wait()
		if !m.nodes.Nodes()["kiosk-1"].Devices["printer"].Up {
			t.Fatal("the retained state has gone: this test proves nothing")
		}
		if d := printer(); d.Up || !slices.Equal(d.Faults, []devices.FaultCode{devices.FaultOffline}) {
			t.Errorf("when its node has gone: %+v", d)
		}
	})
}

// HALL-020: every time in events, answers and views is in UTC to the
// millisecond, whatever the clock gives, and a punch keeps the terminal's own
// text and zone beside the receive time.
func TestTimesAreUTCMilliseconds(t *testing.T) {
	zone := time.FixedZone("CST", 8*3600)
	clock := time.Date(2026, 11, 23, 9, 5, 30, 123_456_789, zone)
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	e, err := NewEngine(sampleSetup(t), "hall", j, quiet, func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = j.Close() })
	ask := func(id, role, typ string, data any) json.RawMessage {
		t.Helper()
		raw, err := json.Marshal(data)
		if err != nil {
			t.Fatal(err)
		}
		a := e.Ask(ctx, "desk-1", role, contract.Request{ID: id, Type: typ, Issued: clock, Expires: clock.Add(time.Minute), Data: raw})
		if a.Error != nil {
			t.Fatal(typ, a.Error)
		}
		return a.Data
	}
	times := map[string]int{} // by where
	times["answer"] += checkTimes(t, ask("t1", hall.RoleKiosk, contract.AskTicketTake, contract.TakeTicket{Service: "one"}))
	ask("n1", hall.RoleKiosk, contract.AskTicketNoted, contract.TicketRef{Ticket: "t1"})
	ask("w1", hall.RoleWindow, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
	ask("w2", hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	ask("w3", hall.RoleWindow, contract.AskWindowStart, contract.WindowRef{Window: "w1"})
	if err := e.Reading(ctx, hall.CmdPunch, contract.PunchRecorded{Terminal: "SIM0001", Person: "1001", Local: "2026-11-23 07:52:10", Zone: "Asia/Shanghai",
		At: clock.Add(-time.Hour), Received: clock, Verify: 1, Source: "push"}); err != nil {
		t.Fatal(err)
	}
	if err := j.Replay(ctx, 0, func(ev contract.Event) error {
		raw, err := json.Marshal(ev)
		if err != nil {
			return err
		}
		times["event"] += checkTimes(t, raw)
		if ev.Type == contract.EvPunchRecorded {
			var p contract.PunchRecorded
			if err := json.Unmarshal(ev.Data, &p); err != nil || p.Local != "2026-11-23 07:52:10" || p.Zone != "Asia/Shanghai" || p.Received.IsZero() {
				t.Errorf("punch %+v, %v", p, err)
			}
			times["punch"]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	e.Look(func(s *hall.State) {
		for _, v := range []any{s.CallsView(clock), s.QueueView(clock), s.WindowsView(clock), s.CalendarView(clock)} {
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			times["view"] += checkTimes(t, raw)
		}
	})
	if times["answer"] < 1 || times["event"] < 8 || times["view"] < 1 || times["punch"] != 1 {
		t.Errorf("too few times were seen: %v", times)
	}
}

// checkTimes finds the times in JSON and counts them.
func checkTimes(t *testing.T, raw []byte) (found int) {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		case string:
			at, err := time.Parse(time.RFC3339Nano, v)
			if err != nil || v == "0001-01-01T00:00:00Z" {
				return
			}
			found++
			if !strings.HasSuffix(v, "Z") || at.Nanosecond()%int(time.Millisecond) != 0 {
				t.Errorf("%s in %s", v, raw)
			}
		}
	}
	walk(v)
	return found
}

// What could not be stored is shown to nobody: neither on a view nor on the
// console.
func TestNothingUnstoredIsShown(t *testing.T) {
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	f := &failing{Store: j}
	e, err := NewEngine(sampleSetup(t), "hall", f, quiet, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = e.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = j.Close() })
	h := &house{Engine: e, t: t, j: j}
	h.open("w1", "1001")
	ticket := h.take()
	h.printed(1, ticket.Ticket)
	before := fingerprint(h)
	f.set(true)
	if a := h.ask("next", hall.RoleWindow, contract.AskWindowNext, contract.WindowRef{Window: "w1"}); a.Result != contract.ResultFailed {
		t.Fatalf("%+v", a)
	}
	if after := fingerprint(h); after != before {
		t.Errorf("a call that was not stored can be seen:\n%s\n%s", before, after)
	}
	h.Look(func(s *hall.State) {
		if n := len(s.CallsView(time.Now()).Calls); n != 0 {
			t.Errorf("%d calls on the board", n)
		}
	})
}

// HALL-018: the versions of the views rise although the clock steps back: after
// a step the hours that are shown are those of the new time.
func TestHALL018_CalendarAfterAStepOfTheClock(t *testing.T) {
	clock := time.Date(2026, 11, 23, 8, 1, 0, 0, time.FixedZone("CST", 8*3600))
	j, err := journal.Open(filepath.Join(t.TempDir(), "hall.db"), &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	setup := sampleSetup(t)
	setup.Hours.Segments = []calendar.Segment{{From: 8 * 60, To: 17 * 60}}
	e, err := NewEngine(setup, "hall", j, quiet, func() time.Time { return clock })
	if err != nil {
		t.Fatal(err)
	}
	var shown []contract.Calendar
	p := publisher{engine: e, last: map[string]any{}, publish: func(name string, raw []byte) error {
		if name == contract.ViewCalendar {
			shown = append(shown, read[contract.Calendar](t, contract.Answer{Data: raw}))
		}
		return nil
	}}
	p.others()
	clock = clock.Add(-10 * time.Minute)
	p.others()
	if len(shown) != 2 || !shown[0].Open || shown[1].Open || shown[1].Version < shown[0].Version {
		t.Errorf("shown were %+v", shown)
	}
}
