package main

import (
	"context"
	"flag"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"hallward/devices/config"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	simulated "hallward/devices/sim/people"
)

// people plays the people of a running demonstration: "tour" one citizen, with
// pictures, "day" a morning, with a summary.
func people(what string, args []string) error {
	fs := flag.NewFlagSet("hallsim "+what, flag.ExitOnError)
	hallDir := fs.String("hall", "hall", "folder of the hall")
	certificates := fs.String("certificates", "pki", "folder of the certificates")
	broker := fs.String("broker", "tls://127.0.0.1:8883", "the hall's broker")
	desk := fs.String("node", "desk-1", "node to act as for the windows")
	kiosk := fs.String("kiosk", "http://127.0.0.1:9111", "local address of the kiosk")
	control := fs.String("control", "http://127.0.0.1:8090", "control address of hallsim")
	centre := fs.String("centre", "http://127.0.0.1:8091", "page of the centre")
	printer := fs.String("printer", "kiosk-1", "id of the kiosk's printer in hallsim")
	terminal := fs.String("terminal", "gate", "id of the attendance terminal in hallsim")
	display := fs.String("display", os.Getenv("DISPLAY"), "X display of the kiosk")
	board := fs.String("board-display", os.Getenv("DISPLAY"), "X display of the board")
	window := fs.String("window-display", "", "X display of a window's screen")
	pictures := fs.String("pictures", "pictures", "folder for the tour's pictures")
	citizens := fs.Int("citizens", 60, "how many come in the morning")
	seed := fs.Uint64("seed", uint64(time.Now().UnixNano()), "of what is random")
	if err := fs.Parse(args); err != nil {
		return err
	}
	setup, _, err := config.LoadHall(*hallDir)
	if err != nil {
		return err
	}
	conf, err := pki.NodeTLS(*certificates, *desk)
	if err != nil {
		return err
	}
	n, err := node.New(node.Config{Hall: setup.Hall.ID, Node: *desk, Broker: *broker, TLS: conf, Program: "hallsim",
		Version: service.Version(), Role: "window", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run, end := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- n.Run(run) }()
	defer func() { end(); <-done }()

	m := simulated.Morning{
		Setup: setup, Kiosk: &simulated.Kiosk{URL: *kiosk, Display: *display}, Desk: &simulated.Desk{Node: n},
		Control: *control, Printer: *printer, Terminal: *terminal, Centre: *centre, Citizens: *citizens, Seed: *seed, Out: os.Stdout,
	}
	if what == "tour" {
		t := simulated.Tour{Morning: m, BoardDisplay: *board, WindowDisplay: *window, Pictures: *pictures}
		return t.Run(ctx)
	}
	summary, err := m.Run(ctx)
	if err != nil {
		return err
	}
	summary.Print(os.Stdout)
	return nil
}
