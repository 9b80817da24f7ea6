package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/host"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/kiosk/flow"
	"hallward/kiosk/station"
	"hallward/kiosk/theme/fonts"
)

// headless is a kiosk without its window: station, node, host and journal in a
// process of its own, wired as cmd/kiosk does it, with citizens who never look.
// It starts in tens of milliseconds, so it can be killed often.
type headless struct {
	h       *house
	name    string // of the node
	conf    string // file of its headlessConfig
	address string // of its control
	diary   string
	data    string
	busy    bool // citizens come as soon as it has started
}

// headlessConfig is what the child reads.
type headlessConfig struct {
	Node, Controller, Certificates, Data, Printer, Control, Diary string
	Services                                                      map[string][]string // by unit: what its citizens come for
	Pace                                                          time.Duration       // between two touches
	Confirm                                                       time.Duration       // of the printer's word
	Settings                                                      map[string]any      // of the printer, beside poll and confirm
}

const (
	headlessVariable = "HALLWARD_E2E_KIOSK" // file of the headlessConfig
	busyVariable     = "HALLWARD_E2E_BUSY"  // "true": citizens come at once
)

func init() { children["kiosk"] = func() int { return headlessMain(os.Getenv(headlessVariable)) } }

// newHeadless lays out a kiosk of this house that reaches the hall's broker at
// an address of its own, and does not start it.
func (h *house) newHeadless(name, controller, printer string, services map[string][]string) *headless {
	h.t.Helper()
	k := &headless{h: h, name: name, conf: h.file(name + "-headless.json"), address: fmt.Sprintf("127.0.0.1:%d", freePort(h.t)),
		diary: filepath.Join(h.dir, "data", name+".diary"), data: filepath.Join(h.dir, "data", name)}
	raw, err := json.Marshal(headlessConfig{Node: name, Controller: controller, Certificates: filepath.Join(h.dir, "pki"), Data: k.data,
		Printer: printer, Control: k.address, Diary: k.diary, Services: services, Pace: 20 * time.Millisecond, Confirm: 3 * time.Second})
	if err == nil {
		err = os.WriteFile(k.conf, raw, 0o644)
	}
	if err != nil {
		h.t.Fatal(err)
	}
	return k
}

// process is its name among the house's processes: that of the node is the
// window program's.
func (k *headless) process() string { return "headless-" + k.name }

func (k *headless) launch() {
	k.h.t.Helper()
	self, err := os.Executable()
	if err != nil {
		k.h.t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"=kiosk", headlessVariable+"="+k.conf, busyVariable+"="+strconv.FormatBool(k.busy))
	k.h.run(k.process(), cmd)
}

// headlessState is what GET / of its control tells.
type headlessState struct {
	Screen      flow.Screen
	Notice      flow.Reason // what stands above the choices: "" when everything works
	Reason      flow.Reason
	Problem     contract.Problem
	Number      string
	Printer     flow.Printer
	First, Last uint64 // of its outbox
	Open        int    // prints that have begun and not ended
}

// well tells that a number could be taken now.
func (s headlessState) well() bool { return s.Screen != "" && s.Notice == "" }

func (k *headless) look() (s headlessState, err error) {
	res, err := http.Get("http://" + k.address + "/")
	if err != nil {
		return s, err
	}
	defer res.Body.Close()
	return s, json.NewDecoder(res.Body).Decode(&s)
}

// shows waits for a state.
func (k *headless) shows(limit time.Duration, what string, want func(headlessState) bool) (s headlessState) {
	k.h.t.Helper()
	until(k.h.t, limit, k.name+": "+what, func() (err error) {
		if s, err = k.look(); err == nil && !want(s) {
			err = fmt.Errorf("%+v", s)
		}
		return err
	})
	return s
}

// order is "go", "rest" or "tap?touch=…&arg=…".
func (k *headless) order(order string) error {
	res, err := http.Post("http://"+k.address+"/"+order, "", nil)
	if err != nil {
		return err
	}
	return res.Body.Close()
}

func (k *headless) tap(touch flow.Touch, arg string) {
	k.h.t.Helper()
	if err := k.order(fmt.Sprintf("tap?touch=%s&arg=%s", touch, arg)); err != nil {
		k.h.t.Fatal(err)
	}
}

// choose walks from the attract screen to a service and touches it.
func (k *headless) choose(unit, service string) {
	k.h.t.Helper()
	for _, step := range []struct {
		at    flow.Screen
		touch flow.Touch
		arg   string
	}{{flow.Attract, flow.Start, ""}, {flow.Home, flow.Unit, unit}, {flow.Services, flow.Service, service}} {
		k.shows(10*time.Second, "the page "+string(step.at), func(s headlessState) bool { return s.Screen == step.at })
		k.tap(step.touch, step.arg)
	}
}

func headlessMain(conf string) int {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := headlessRun(conf, log); err != nil {
		log.Error("ended", "error", err)
		return 1
	}
	return 0
}

// headlessRun is the life of cmd/kiosk (run.go) without a window.
func headlessRun(conf string, log *slog.Logger) error {
	raw, err := os.ReadFile(conf)
	if err != nil {
		return err
	}
	var c headlessConfig
	if err := json.Unmarshal(raw, &c); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	f, err := os.OpenFile(c.Diary, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.MkdirAll(c.Data, 0o750); err != nil {
		return err
	}
	j, err := journal.Open(filepath.Join(c.Data, "kiosk.db"), &journal.Options{Hall: hallID, Node: c.Node, Keep: time.Hour, Outbox: true})
	if err != nil {
		return err
	}
	defer j.Close()
	tlsConfig, err := pki.NodeTLS(c.Certificates, c.Node)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{Hall: hallID, Node: c.Node, Broker: c.Controller, TLS: tlsConfig, Program: "kiosk", Role: "kiosk",
		Devices: []contract.DeviceBirth{{ID: "printer", Kind: "printer/escpos", Capabilities: []string{"printer"}}}, Outbox: j, Log: log})
	if err != nil {
		return err
	}
	face, err := catalog.NewFace(fonts.Regular)
	if err != nil {
		return err
	}
	spec := catalog.Spec{ID: "printer", Kind: "printer/escpos", Link: c.Printer, Settings: map[string]any{"poll": "300ms", "confirm": c.Confirm.String()}}
	maps.Copy(spec.Settings, c.Settings)
	if err := errors.Join(catalog.Check(spec)...); err != nil {
		return err
	}
	var st *station.Station
	h := host.New([]catalog.Spec{spec}, func(ctx context.Context, device string, r devices.Reading) error {
		return st.Reading(ctx, device, r)
	}, log, host.WithOptions(catalog.Options{Face: face, Log: log}))
	printer, _ := h.Printer("printer")
	d := diary{f}
	store := notingStore{Journal: j, diary: d}
	if os.Getenv(controlVariable) == "kiosk" {
		store.late = make(chan written, 1000)
	}
	v := &visitors{cfg: c, diary: d}
	if os.Getenv(busyVariable) == "true" {
		v.mood.Store(coming)
	}
	st, err = station.New(station.Config{Node: c.Node, Asker: toldAsker{n, d}, Store: store, Printer: printer, Log: log, Show: v.show,
		Times: flow.Times{Done: 5 * time.Second, Print: 12 * time.Second}})
	if err != nil {
		return err
	}
	v.touch = st.Touch
	for _, name := range station.Views {
		n.OnView(name, func(raw json.RawMessage) { st.View(ctx, name, raw) })
	}
	n.OnOnline(func(up bool) { st.Online(ctx, up) })
	control := &http.Server{Addr: c.Control, Handler: v.handler(j), ReadHeaderTimeout: time.Second}
	defer control.Close()

	parts := []func(context.Context) error{h.Run, st.Run, n.Run, v.run,
		store.writeLate,
		func(ctx context.Context) error { return mend(ctx, j) },
		func(context.Context) error { return control.ListenAndServe() }}
	done := make(chan error, len(parts))
	for _, part := range parts {
		go func() { done <- part(ctx) }()
	}
	select {
	case <-ctx.Done():
	case err = <-done:
	}
	control.Close()
	stop()
	for range len(parts) - 1 {
		<-done
	}
	return err
}

// mend opens the journal again after a failed write, until it holds.
func mend(ctx context.Context, j *journal.Journal) error {
	t := time.NewTicker(2 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			if j.Err() != nil {
				_ = j.Reopen()
			}
		}
	}
}

// visitors are the citizens: they touch whatever leads to a number.
type visitors struct {
	cfg    headlessConfig
	diary  diary
	touch  func(flow.Touch, string)
	latest atomic.Pointer[flow.State]
	mood   atomic.Int32
	kept   string // ticket of the last "kept"
}

// Moods of the visitors.
const (
	byHand  = iota // the test touches
	coming         // one after the other takes a number
	leaving        // whoever is there goes on to the attract screen, and nobody comes
)

// show is called in the station's goroutine.
func (v *visitors) show(s flow.State) {
	v.latest.Store(&s)
	if s.Screen == flow.Done && s.Ticket != nil && s.Ticket.Ticket != v.kept {
		v.kept = s.Ticket.Ticket
		v.diary.note("kept", s.Ticket.Ticket, s.Ticket.Number)
	}
}

func (v *visitors) run(ctx context.Context) error {
	t := time.NewTicker(v.cfg.Pace)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
		}
		s, mood := v.latest.Load(), v.mood.Load()
		if s == nil || mood == byHand {
			continue
		}
		if touch, arg := v.next(s, mood == coming); touch != "" {
			v.touch(touch, arg)
		}
	}
}

// next is what the person in front of a page does.
func (v *visitors) next(s *flow.State, coming bool) (flow.Touch, string) {
	switch s.Face() {
	case flow.Attract:
		if coming {
			return flow.Start, ""
		}
	case flow.Home:
		if !coming {
			return flow.Back, ""
		}
		for unit := range v.cfg.Services { // in the map's own random order
			return flow.Unit, unit
		}
	case flow.Services:
		if list := v.cfg.Services[s.Unit]; coming && len(list) > 0 {
			return flow.Service, list[rand.IntN(len(list))]
		}
		return flow.ToHome, ""
	case flow.Trouble:
		if coming && s.CanShowNumber() && rand.IntN(4) == 0 {
			return flow.OnScreen, ""
		}
		return flow.ToHome, ""
	case flow.Unprinted:
		if rand.IntN(3) == 0 {
			return flow.GiveUp, ""
		}
		return flow.Noted, ""
	case flow.Done, flow.Idle:
		return flow.Finish, ""
	case flow.Help, flow.Top:
		return flow.Back, ""
	}
	return "", ""
}

func (v *visitors) handler(j *journal.Journal) http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /go", func(http.ResponseWriter, *http.Request) { v.mood.Store(coming) })
	m.HandleFunc("POST /rest", func(http.ResponseWriter, *http.Request) { v.mood.Store(leaving) })
	m.HandleFunc("POST /tap", func(_ http.ResponseWriter, r *http.Request) {
		v.touch(flow.Touch(r.FormValue("touch")), r.FormValue("arg"))
	})
	m.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		s := headlessState{First: j.First(), Last: j.Last()}
		if open, err := j.Facts("print/"); err == nil {
			s.Open = len(open)
		}
		if f := v.latest.Load(); f != nil {
			s.Screen, s.Notice, s.Reason, s.Problem, s.Printer = f.Face(), f.Notice(), f.Reason, f.Problem, f.Printer
			if f.Ticket != nil {
				s.Number = f.Ticket.Number
			}
		}
		_ = json.NewEncoder(w).Encode(s)
	})
	return m
}
