package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"

	"hallward/devices/hall"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	"hallward/kiosk/display"
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
	os.Setenv("FYNE_SCALE", "1") // sizes on the screen are this program's own business
	os.Setenv("FYNE_DISABLE_DPI_DETECTION", "true")
	a := app.NewWithID("hallward.display")
	board := display.New(windowed)
	a.Settings().SetTheme(board.Theme())
	win := a.NewWindow("Hallward")
	win.SetPadded(false)
	win.SetContent(board.Object())
	win.Resize(fyne.NewSize(float32(cfg.Screen.Width), float32(cfg.Screen.Height)))
	if windowed {
		win.SetMaster()
	} else {
		win.SetFullScreen(true)
		win.SetCloseIntercept(func() {})
	}

	k := newKeeper(board, cfg.Data, s.Log)
	for _, name := range model.Views {
		n.OnView(name, func(raw json.RawMessage) { k.view(name, raw) })
	}
	n.OnOnline(k.link)
	s.Health("hall", func() error {
		if !n.Online() {
			return errors.New("the hall controller cannot be reached")
		}
		return nil
	})
	s.Alive("screen", k.alive)
	s.Page("GET /board", k)
	if err := s.Serve(cfg.Health); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var parts sync.WaitGroup
	a.Lifecycle().SetOnStarted(func() {
		parts.Go(func() { _ = n.Run(ctx) })
		parts.Go(func() { k.run(ctx) })
		s.Ready(ctx)
	})
	context.AfterFunc(ctx, func() { fyne.Do(a.Quit) })
	win.ShowAndRun()
	closed := ctx.Err() == nil
	stop()
	parts.Wait()
	k.save()
	if closed && !windowed {
		return errors.New("display: the window was closed from outside")
	}
	return nil
}
