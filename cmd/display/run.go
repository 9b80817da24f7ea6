package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"fyne.io/fyne/v2"

	"hallward/devices/hall"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	"hallward/kiosk/display/keeper"
	"hallward/kiosk/display/model"
)

// run is the life of the board. It is on the main goroutine, where the window
// system wants to be.
func run(ctx context.Context, s *service.Service, cfg *settings, windowed bool) error {
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return fmt.Errorf("display: %w", err)
	}
	conf, err := pki.NodeTLS(cfg.Certificates, cfg.Node)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{Hall: cfg.Hall, Node: cfg.Node, Broker: cfg.Controller, TLS: conf,
		Program: "display", Version: service.Version(), Role: hall.RoleDisplay, Log: s.Log})
	if err != nil {
		return err
	}
	k := keeper.New(cfg.Data, s.Log)
	k.Lay(cfg.layout)
	for _, name := range model.Views {
		n.OnView(name, func(raw json.RawMessage) { k.View(name, raw) })
	}
	n.OnOnline(k.Link)
	store := pictures(cfg, conf, s.Log)
	var f face = newBoardFace(windowed, k, store)
	if cfg.Window != "" {
		f = newWindowFace(cfg, windowed, k, store)
		s.Page("GET /window", http.HandlerFunc(k.Window))
	}
	w := openWindow(cfg, windowed, f, s.Log)

	s.Health("hall", func() error {
		if !n.Online() {
			return errors.New("the hall controller cannot be reached")
		}
		return nil
	})
	s.Health("disk", k.Disk)
	s.Alive("screen", w.alive)
	s.Page("GET /board", k)
	s.Page("GET /calls", http.HandlerFunc(k.History))
	if err := s.Serve(cfg.Health); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var parts sync.WaitGroup
	w.app.Lifecycle().SetOnStarted(func() {
		parts.Go(func() { _ = n.Run(ctx) })
		parts.Go(func() { store.Run(ctx) })
		if cfg.Window == "" {
			parts.Go(func() { slides(ctx, cfg.layout, k, store, s.Log) })
		}
		parts.Go(func() { w.run(ctx, k) })
		s.Ready(ctx)
	})
	context.AfterFunc(ctx, func() { fyne.Do(w.app.Quit) })
	w.win.ShowAndRun()
	closed := ctx.Err() == nil
	stop()
	parts.Wait()
	k.Save()
	if closed && !windowed {
		return errors.New("display: the window was closed from outside")
	}
	return nil
}
