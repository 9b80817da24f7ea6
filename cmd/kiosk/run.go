package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"hallward/devices"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/host"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	"hallward/kiosk/flow"
	"hallward/kiosk/station"
	"hallward/kiosk/theme/fonts"
)

// keep is how long events stay in the kiosk's journal after the hall has them.
const keep = 30 * 24 * time.Hour

// run is the life of the kiosk. It is on the main goroutine, where the window
// system wants to be.
func run(ctx context.Context, s *service.Service, cfg *settings, windowed bool) error {
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return fmt.Errorf("kiosk: %w", err)
	}
	j, err := journal.Open(filepath.Join(cfg.Data, "kiosk.db"), &journal.Options{Hall: cfg.Hall, Node: cfg.Node, Keep: keep, Outbox: true})
	if err != nil {
		return err
	}
	defer j.Close()
	tlsConfig, err := pki.NodeTLS(cfg.Certificates, cfg.Node)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{
		Hall: cfg.Hall, Node: cfg.Node, Broker: cfg.Controller, TLS: tlsConfig,
		Program: "kiosk", Version: service.Version(), Role: "kiosk", Devices: births(cfg.Devices),
		Outbox: j, Answered: j.Answered,
		Remember: func(ctx context.Context, id string, a contract.Answer, until time.Time) error {
			return j.Commit(ctx, &journal.Commit{Answers: []journal.Answered{{ID: id, Answer: a, Expires: until}}})
		},
		Log: s.Log,
	})
	if err != nil {
		return err
	}
	face, err := catalog.NewFace(fonts.Regular)
	if err != nil {
		return fmt.Errorf("kiosk: font: %w", err)
	}
	var st *station.Station
	h := host.New(cfg.Devices, func(ctx context.Context, device string, r devices.Reading) error {
		return st.Reading(ctx, device, r)
	}, s.Log, host.WithOptions(catalog.Options{Face: face, Log: s.Log}))
	var printer station.Printer
	if cfg.Printer != "" {
		printer, _ = h.Printer(cfg.Printer) // its kind is checked with the configuration
	}
	key, keyErr := personKey(cfg.PersonKey)
	if keyErr != nil { // tickets come first: without the key cards are not read
		s.Log.Error("ID cards and typed numbers are not taken", "error", keyErr)
	}
	up := newWorking()
	var w *window
	st, err = station.New(station.Config{Node: cfg.Node, Asker: n, Store: j, Printer: printer, PrinterID: cfg.Printer,
		People: station.People{Key: key, Card: up.of(cfg.device(capIDCard)), Scan: up.of(cfg.device(capScanner))}, Times: cfg.Times.flow(), Log: s.Log,
		Show: func(state flow.State) { w.show(state) }})
	if err != nil {
		return err
	}
	w = openWindow(cfg, windowed, st.Touch)

	parts, stop := newParts(ctx)
	defer stop()
	for _, name := range station.Views {
		n.OnView(name, func(raw json.RawMessage) { st.View(parts.ctx, name, raw) })
	}
	n.OnOnline(func(up bool) { st.Online(parts.ctx, up) })
	n.OnCommand(contract.CmdPrinterTest, st.TestPrinter)
	h.OnChange(up.change)
	h.OnChange(func(d devices.Health) { n.SetDevice(d.Device, deviceState(d, printer, cfg.Printer)) })

	s.Health("journal", j.Err)
	s.Health("person key", func() error { return keyErr })
	s.Health("hall", func() error {
		if !n.Online() {
			return errors.New("the hall controller cannot be reached")
		}
		return nil
	})
	for _, d := range cfg.Devices {
		s.Health("device "+d.ID, func() error { return deviceHealth(h, d.ID) })
	}
	s.Alive("screen", w.alive)
	s.Page("GET /screen", w)
	if err := s.Serve(cfg.Health); err != nil {
		return err
	}
	w.app.Lifecycle().SetOnStarted(func() {
		// The devices outlive the station, which ends a print that has begun.
		parts.last(h.Run)
		parts.add(st.Run)
		parts.add(n.Run)
		parts.add(func(ctx context.Context) error { return mend(ctx, j) })
		s.Ready(parts.ctx)
	})
	context.AfterFunc(parts.ctx, func() { fyne.Do(w.app.Quit) })
	w.win.ShowAndRun()
	if windowed {
		stop()
	}
	if err := parts.wait(); err != nil {
		return err
	}
	if ctx.Err() == nil && !windowed {
		return errors.New("kiosk: the window was closed from outside")
	}
	return nil
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
				_ = j.Reopen() // the reason stays in j.Err, and on the health page
			}
		}
	}
}

// parts are the goroutines of the process. The first that fails ends them all;
// the last ones end after the others.
type parts struct {
	ctx   context.Context
	stop  context.CancelFunc
	first sync.WaitGroup
	rest  sync.WaitGroup
	late  context.Context
	end   context.CancelFunc
	mu    sync.Mutex
	err   error
}

func newParts(ctx context.Context) (*parts, context.CancelFunc) {
	p := &parts{}
	p.ctx, p.stop = context.WithCancel(ctx)
	p.late, p.end = context.WithCancel(context.WithoutCancel(ctx))
	return p, p.stop
}

func (p *parts) add(f func(context.Context) error)  { p.first.Go(func() { p.done(f(p.ctx)) }) }
func (p *parts) last(f func(context.Context) error) { p.rest.Go(func() { p.done(f(p.late)) }) }

func (p *parts) done(err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		p.mu.Lock()
		if p.err == nil {
			p.err = err
		}
		p.mu.Unlock()
	}
	p.stop()
}

func (p *parts) wait() error {
	p.stop()
	p.first.Wait()
	p.end()
	p.rest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
