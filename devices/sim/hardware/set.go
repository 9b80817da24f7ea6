package hardware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"hallward/devices/sim/idcard"
	"hallward/devices/sim/keypad"
	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
	"hallward/devices/sim/scanner"
	"hallward/devices/sim/speech"
	"hallward/devices/sim/strip"
	"hallward/devices/sim/terminal"
)

// Set is the devices, plugged in.
type Set struct {
	cfg       *Config
	log       *slog.Logger
	printers  map[string]*printer.Printer
	keypads   map[string]*keypad.Line
	terminals map[string]*terminal.Terminal
	readers   map[string]*idcard.Reader
	scanners  map[string]*scanner.Scanner
	signs     signs
	strips    map[string]*strip.Line
	speech    map[string]*speech.Chip
	run       []func(context.Context) error
	ports     []port.Port
	listener  net.Listener
}

// New makes the devices and opens their ports. face is a TrueType or OpenType
// font with Chinese for the paper.
func New(cfg *Config, face []byte, log *slog.Logger) (*Set, error) {
	s := &Set{cfg: cfg, log: log, printers: map[string]*printer.Printer{}, keypads: map[string]*keypad.Line{}, terminals: map[string]*terminal.Terminal{},
		readers: map[string]*idcard.Reader{}, scanners: map[string]*scanner.Scanner{}, strips: map[string]*strip.Line{}, speech: map[string]*speech.Chip{}}
	if err := s.plug(face); err != nil {
		s.close()
		return nil, err
	}
	var err error
	if s.listener, err = net.Listen("tcp", cfg.Control); err != nil {
		s.close()
		return nil, fmt.Errorf("control: %w", err)
	}
	return s, nil
}

func (s *Set) plug(face []byte) error {
	font, err := printer.ParseFont(face)
	if err != nil {
		return err
	}
	for _, c := range s.cfg.Printers {
		p, err := printer.New(printer.Opts{Name: c.ID, Dots: c.Dots, Encoding: printer.Encoding(c.Encoding), Baud: c.Baud, Pace: c.Pace,
			Speed: c.Speed, Font: font, Dir: c.Papers, Quirks: c.Quirks})
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.printers[c.ID] = p
		s.run = append(s.run, func(ctx context.Context) error { return p.Run(ctx, at) })
	}
	for _, c := range s.cfg.Keypads {
		l, err := keypad.New(c.Units)
		if err != nil {
			return err
		}
		at, err := s.port(c.Port)
		if err != nil {
			return err
		}
		s.keypads[c.ID] = l
		s.run = append(s.run, func(ctx context.Context) error { return l.Run(ctx, at) })
	}
	for _, c := range s.cfg.Terminals {
		t, err := terminal.New(terminal.Opts{ID: c.ID, Serial: c.Serial, Server: c.Server, Delay: c.Delay})
		if err != nil {
			return err
		}
		s.terminals[c.ID] = t
		s.run = append(s.run, t.Run)
	}
	if err := s.plugSigns(face); err != nil {
		return err
	}
	if err := s.plugStrips(font); err != nil {
		return err
	}
	if err := s.plugSpeech(); err != nil {
		return err
	}
	return s.plugReaders()
}

func (s *Set) port(spec string) (port.Port, error) {
	p, err := port.Open(spec)
	if err != nil {
		return nil, err
	}
	s.ports = append(s.ports, p)
	s.log.Info("port", "spec", p.Spec())
	return p, nil
}

func (s *Set) close() {
	for _, p := range s.ports {
		_ = p.Close()
	}
	if s.listener != nil {
		_ = s.listener.Close()
	}
}

// Addr is where the page is.
func (s *Set) Addr() string { return s.listener.Addr().String() }

// Run plays all devices and serves the page until ctx ends. The ports are gone
// when it returns.
func (s *Set) Run(ctx context.Context) error {
	defer s.close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var wg sync.WaitGroup
	fail := make(chan error, len(s.run)+1)
	for _, run := range s.run {
		wg.Go(func() {
			if err := run(ctx); err != nil && ctx.Err() == nil {
				fail <- err
			}
		})
	}
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second}
	wg.Go(func() {
		if err := srv.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			fail <- fmt.Errorf("control: %w", err)
		}
	})
	var err error
	select {
	case <-ctx.Done():
	case err = <-fail:
	}
	cancel()
	_ = srv.Close()
	wg.Wait()
	return err
}
