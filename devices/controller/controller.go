package controller

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"hallward/devices"
	"hallward/devices/broker"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/host"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	"hallward/kiosk/console"
)

// Controller is one hall controller, wired.
type Controller struct {
	cfg     *Config
	log     *slog.Logger
	journal *journal.Journal
	engine  *Engine
	broker  *broker.Broker // nil with another broker
	nodes   *node.Host
	centre  *node.Node // nil without a centre
	devices *host.Host
	keypads *keypads
	signs   *signs
	voices  *voices
	desk    *desk
	roles   map[string]string
	faults  chan contract.DeviceFault
	free    sync.Map // nodes whose clocks run free
	centreUp
}

// centreUp remembers since when the centre is reached or not.
type centreUp struct {
	mu     sync.Mutex
	online bool
	since  time.Time
}

// New opens the journal and wires everything; Run works.
func New(cfg *Config, log *slog.Logger) (*Controller, error) {
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("controller: data: %w", err)
	}
	j, err := journal.Open(filepath.Join(cfg.Data, "hall.db"), &journal.Options{Hall: cfg.Setup.Hall.ID, Node: cfg.Node, Keep: keep})
	if err != nil {
		return nil, err
	}
	c := &Controller{cfg: cfg, log: log, journal: j, roles: map[string]string{}, faults: make(chan contract.DeviceFault, 256)}
	for _, n := range cfg.Setup.Nodes {
		c.roles[n.ID] = n.Role
	}
	if err := c.wire(); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return c, nil
}

func (c *Controller) wire() error {
	engine, err := NewEngine(c.cfg.Setup, c.cfg.Node, c.journal, c.log, time.Now)
	if err != nil {
		return err
	}
	c.engine = engine
	engine.clock.elapsed = sinceBoot
	c.desk = newDesk(c)
	if err := c.wireNodes(); err != nil {
		return err
	}
	if err := c.wireCentre(); err != nil {
		return err
	}
	c.devices = host.New(c.cfg.Devices, c.reading, c.log, host.WithOptions(catalog.Options{Stamps: stamps{c.journal}, Log: c.log}))
	c.devices.OnChange(c.deviceChanged)
	pads := map[string]devices.Keypad{}
	for _, d := range c.cfg.Devices {
		if p, ok := c.devices.Keypad(d.ID); ok {
			pads[d.ID] = p
		}
	}
	c.keypads = newKeypads(c.cfg.Setup, pads, engine, c.cfg.Node, c.log)
	c.signs, c.voices = newSigns(c), newVoices(c)
	engine.onEvents = func(events []contract.Event) {
		c.desk.note(events)
		c.keypads.follow(events)
		for _, e := range events {
			switch e.Type {
			case contract.EvDayOpened:
				c.lookAhead(time.Now())
			case contract.EvAlarmRaised, contract.EvAlarmCleared:
				c.tellAlarm(e)
			}
		}
	}
	return c.desk.recall(c.journal)
}

func (c *Controller) wireNodes() error {
	h := c.cfg.Setup.Hall.ID
	hc := node.HostConfig{Hall: h, Host: c.cfg.Node, Events: c.nodeEvents, Ask: c.nodeAsk, Node: c.nodeChanged, Log: c.log}
	if c.cfg.Broker.URL != "" {
		conf, err := pki.NodeTLS(c.cfg.Certificates, c.cfg.Node)
		if err != nil {
			return err
		}
		hc.Broker, hc.TLS = c.cfg.Broker.URL, conf
	} else {
		conf, err := pki.ServerTLS(c.cfg.Certificates, c.cfg.Node)
		if err != nil {
			return err
		}
		var names []string
		for _, n := range c.cfg.Setup.Nodes {
			names = append(names, contract.Topics{Hall: h}.Identity(n.ID))
		}
		b, err := broker.New(broker.Config{Listen: c.cfg.Broker.Listen, TLS: conf, Halls: []string{h}, Host: c.cfg.Node, Nodes: names, Log: c.log})
		if err != nil {
			return err
		}
		c.broker, hc.Dial = b, b.Dial(contract.Topics{Hall: h}.Identity(c.cfg.Node))
	}
	var err error
	c.nodes, err = node.NewHost(hc)
	return err
}

func (c *Controller) wireCentre() error {
	if c.cfg.Centre.URL == "" {
		return nil
	}
	conf, err := pki.NodeTLS(c.cfg.Certificates, c.cfg.Node)
	if err != nil {
		return err
	}
	c.centre, err = node.New(node.Config{
		Hall: c.cfg.Setup.Hall.ID, Node: c.cfg.Node, Broker: c.cfg.Centre.URL, TLS: conf,
		Program: "hall", Version: service.Version(), Role: hall.RoleHall, Outbox: c.journal, Log: c.log.With("to", "centre"),
	})
	if err != nil {
		return err
	}
	for _, typ := range centreCommands {
		c.centre.OnCommand(typ, func(ctx context.Context, r contract.Request) contract.Answer {
			r.Expires = time.Now().Add(time.Minute) // it came in time, by the clocks of both
			return c.blocked("centre", r, c.engine.Ask(ctx, c.cfg.Node, hall.RoleHall, r))
		})
	}
	c.centreUp.since = time.Now()
	c.centre.OnOnline(func(up bool) {
		c.centreUp.mu.Lock()
		c.centreUp.online, c.centreUp.since = up, time.Now()
		c.centreUp.mu.Unlock()
		c.engine.watch.wake()
	})
	return nil
}

// Run works until ctx ends, then stops in an order that loses nothing: first
// those who bring commands, then the engine, then the journal.
func (c *Controller) Run(ctx context.Context, s *service.Service) error {
	c.observe(s)
	inner, stopInner := context.WithCancel(context.WithoutCancel(ctx))
	defer stopInner()
	var outer, core sync.WaitGroup
	core.Go(func() { _ = c.engine.Run(inner) })
	if err := c.restored(inner); err != nil {
		c.log.Error("numbers that the backup does not know may be given again until a kiosk tells of them", "error", err)
	}

	fail := make(chan error, 8)
	run := func(name string, f func(context.Context) error) {
		outer.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				fail <- fmt.Errorf("%s: %w", name, err)
			}
		})
	}
	var brokerDone sync.WaitGroup
	if c.broker != nil {
		brokerDone.Go(func() { _ = c.broker.Run(inner) })
	}
	run("nodes", c.nodes.Run)
	if c.centre != nil {
		run("centre", c.centre.Run)
	}
	run("devices", c.devices.Run)
	outer.Go(func() { c.keypads.run(ctx) })
	c.lookAhead(time.Now())
	c.publishFixed()
	outer.Go(func() { c.engine.PublishViews(ctx, c.nodes.PublishView) })
	outer.Go(func() { c.storeFaults(ctx) })
	outer.Go(func() { _ = c.signs.work.Run(ctx) })
	outer.Go(func() { c.signs.run(ctx, c.engine) })
	for _, z := range c.voices.zones {
		outer.Go(func() { _ = z.Run(ctx) })
	}
	outer.Go(func() { c.voices.run(ctx, c.engine) })
	outer.Go(func() { c.voices.storeUnspoken(ctx, c.engine) })
	stopConsole, err := c.serveConsole(ctx)
	if err == nil {
		err = s.Serve(c.cfg.Health)
	}
	if err == nil {
		s.Ready(ctx)
		select {
		case <-ctx.Done():
		case err = <-fail:
		}
	}
	stopConsole()
	outer.Wait()
	stopInner()
	core.Wait()
	brokerDone.Wait()
	return errors.Join(err, c.journal.Close())
}

// restored jumps over the numbers that a journal from a backup cannot know. The
// kiosks tell what they have seen when they come (R-QUE-14).
func (c *Controller) restored(ctx context.Context) error {
	if !c.journal.Copied() {
		return nil
	}
	c.log.Warn("the journal was put back from a copy: numbers are left out, and what happened since the copy is not known here")
	if err := c.engine.Reading(ctx, hall.CmdCopied, struct{}{}); err != nil {
		return err
	}
	return c.journal.Settle(ctx)
}

// lookAhead warns, from November on, when next year's holidays are not known
// (R-CAL-08): they are never guessed.
func (c *Controller) lookAhead(now time.Time) {
	if year := calendar.Missing(now.In(c.cfg.Setup.Hours.Zone)); year != 0 {
		c.log.Warn("the official holidays of a year are not known; deadlines in it are provisional", "year", year)
	}
}

// publishFixed gives out the view that only changes with the configuration.
func (c *Controller) publishFixed() {
	raw, err := json.Marshal(c.cfg.Setup.CatalogueView())
	if err == nil {
		err = c.nodes.PublishView(contract.ViewCatalogue, raw)
	}
	if err != nil {
		c.log.Error("a view cannot be published", "view", contract.ViewCatalogue, "error", err)
	}
}

func (c *Controller) serveConsole(ctx context.Context) (stop func(), err error) {
	ln, err := net.Listen("tcp", c.cfg.Console.Listen)
	if err != nil {
		return func() {}, fmt.Errorf("console: %w", err)
	}
	scheme, secure := "http", !local(ln.Addr())
	if secure {
		conf, err := pki.ServerTLS(c.cfg.Certificates, c.cfg.Node)
		if err != nil {
			_ = ln.Close()
			return func() {}, fmt.Errorf("console: %w", err)
		}
		// Browsers bring no certificate: people prove themselves by their PIN.
		conf.ClientAuth, conf.ClientCAs, conf.VerifyConnection = tls.NoClientCert, nil, nil
		scheme, ln = "https", tls.NewListener(ln, conf)
	}
	var reasons []console.PauseReason
	for _, r := range c.cfg.Setup.PauseReasons {
		reasons = append(reasons, console.PauseReason{Name: r.Name.ZH, Limit: r.Limit})
	}
	pages, closeMedia := withMedia(c.cfg.mediaFolder(), console.New(c.desk, console.Options{Facts: c.journal, Secure: secure, PauseReasons: reasons, Log: c.log}), c.log)
	srv := &http.Server{
		Handler:           pages,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }, // live streams end with the process
	}
	go func() {
		if err := srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			c.log.Error("console ended", "error", err)
		}
	}()
	c.log.Info("console", "address", scheme+"://"+ln.Addr().String()+"/")
	return func() {
		limit, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		if srv.Shutdown(limit) != nil {
			_ = srv.Close()
		}
		closeMedia()
	}, nil
}

func local(a net.Addr) bool {
	t, ok := a.(*net.TCPAddr)
	return ok && t.IP.IsLoopback()
}

// observe adds the controller's parts to health and metrics.
func (c *Controller) observe(s *service.Service) {
	for _, m := range c.engine.metrics.collectors() {
		s.Metrics.MustRegister(m)
	}
	s.Metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "hallward_outbox_events", Help: "Events that the centre has not yet acknowledged.",
	}, func() float64 { return float64(c.backlog()) }))
	s.Health("journal", c.engine.Broken)
	s.Health("nodes", func() error {
		if !c.nodes.Online() {
			return errors.New("not connected to the hall's broker")
		}
		return nil
	})
	s.Alive("engine", c.engine.Alive)
}

func (c *Controller) backlog() uint64 { return c.journal.Last() + 1 - c.journal.First() }

func (c *Controller) nodeEvents(ctx context.Context, node string, events []contract.Event) (uint64, error) {
	return c.engine.Events(ctx, node, c.roles[node], events)
}

func (c *Controller) nodeAsk(ctx context.Context, node string, r contract.Request) contract.Answer {
	if r.Type == contract.AskDeviceTest {
		return testDevice(ctx, c.nodes, c.roles[node], r)
	}
	if _, free := c.free.Load(node); free {
		// Its expiry is by a clock that nobody sets: how long it lasts counts.
		r.Expires = time.Now().Add(r.Expires.Sub(r.Issued))
	}
	return c.engine.Ask(ctx, node, c.roles[node], r)
}

func (c *Controller) nodeChanged(node string, info node.NodeInfo) {
	if info.Birth.Outbox != nil {
		c.engine.Born(node, *info.Birth.Outbox)
	}
	if info.Birth.Clock == "free" {
		c.free.Store(node, true)
	} else {
		c.free.Delete(node)
	}
	c.engine.watch.wake()
}

// reading takes what one of the hall's own devices said.
func (c *Controller) reading(ctx context.Context, device string, r devices.Reading) error {
	switch r := r.(type) {
	case devices.Score:
		w := c.keypads.windowOf(device, r.Unit)
		if w == "" {
			return nil
		}
		return c.engine.Reading(ctx, hall.CmdScore, hall.Score{Window: w, Level: r.Level, Code: r.Code, Scale: r.Scale})
	case devices.KeyPress:
		return c.keypads.press(ctx, device, r)
	case devices.Punch:
		return c.engine.Reading(ctx, hall.CmdPunch, contract.PunchRecorded{
			Terminal: r.Terminal, Person: r.Person, Local: r.Local, Zone: r.Zone, At: r.At, Received: r.Received,
			Verify: r.Verify, State: r.State, Source: r.Source,
		})
	}
	return nil
}

// deviceChanged turns the health of one of the hall's own devices into events.
func (c *Controller) deviceChanged(h devices.Health) {
	for _, f := range c.desk.health(h) {
		c.note(f)
	}
	c.engine.watch.wake()
}

// note has a change of a device's health stored.
func (c *Controller) note(f contract.DeviceFault) {
	select {
	case c.faults <- f:
	default:
		c.log.Warn("a fault was not stored: too many at a time", "device", f.Device, "code", f.Code)
	}
}

// storeFaults stores the changes one after the other, in their order.
func (c *Controller) storeFaults(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case f := <-c.faults:
			if err := c.engine.Reading(ctx, contract.EvDeviceFault, f); err != nil && ctx.Err() == nil {
				c.log.Warn("a fault was not stored", "device", f.Device, "code", f.Code, "error", err)
			}
		}
	}
}

// stamps keeps the upload cursors of attendance terminals in the journal.
type stamps struct{ j *journal.Journal }

func (s stamps) Stamp(terminal, table string) string {
	v, _, err := s.j.Get("stamp/" + terminal + "/" + table)
	if err != nil {
		return "" // then the terminal sends everything again, and nothing is doubled
	}
	return string(v)
}

func (s stamps) SetStamp(terminal, table, stamp string) {
	_ = s.j.Put(context.Background(), "stamp/"+terminal+"/"+table, []byte(stamp))
}
