// Package service is the life of one process: its flags, the check of its
// configuration, what it tells systemd, its health and metrics on a local
// address, its log and its orderly stop. Every program of the house begins in
// Main, so that an operator who knows one knows them all.
package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"sort"
	"sync"
	"syscall"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// StopWithin is how long a process may take to stop in order after a signal.
// systemd's own limit must be longer (deploy/systemd).
const StopWithin = 10 * time.Second

// Run is the work of a program. It returns when ctx is done and everything is
// on disk, or with the error that ends the process.
type Run func(ctx context.Context, s *Service) error

// Program is one program of the house.
type Program struct {
	Name  string // "hall"
	Short string // one line for --help
	// Flags adds flags beyond --config, --check and --version. May be nil.
	Flags func(*flag.FlagSet)
	// Load reads and checks the configuration. It opens no device, socket or
	// store, so that --check can be run beside a living process.
	Load func(config string) (Run, error)
}

// Main runs the program and ends the process: status 0 after an orderly stop, 1
// after an error, 2 for wrong flags or a wrong configuration. Run is called on
// the main goroutine, where window systems want to be.
func Main(p Program) {
	os.Exit(p.main(os.Args[1:], os.Stdout, os.Stderr))
}

func (p Program) main(args []string, stdout, stderr io.Writer) int {
	fs := flag.NewFlagSet(p.Name, flag.ContinueOnError)
	fs.SetOutput(stderr)
	config := fs.String("config", "", "the configuration `file` (YAML)")
	check := fs.Bool("check", false, "check the configuration, say what is wrong with it, and end")
	version := fs.Bool("version", false, "print the version and end")
	verbose := fs.Bool("verbose", false, "log details as well")
	if p.Flags != nil {
		p.Flags(fs)
	}
	fs.Usage = func() {
		fmt.Fprintf(stderr, "%s: %s\n\nusage: %s --config FILE [flags]\n", p.Name, p.Short, p.Name)
		fs.PrintDefaults()
	}
	switch err := fs.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return 2
	}
	if *version {
		fmt.Fprintln(stdout, p.Name, Version())
		return 0
	}
	if fs.NArg() > 0 {
		fmt.Fprintf(stderr, "%s: %q is not a flag; see --help\n", p.Name, fs.Arg(0))
		return 2
	}
	if *config == "" {
		fmt.Fprintf(stderr, "%s: --config FILE is needed; samples stand in deploy/halls\n", p.Name)
		return 2
	}
	run, err := p.Load(*config)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	if *check {
		fmt.Fprintf(stdout, "%s: the configuration is good\n", *config)
		return 0
	}
	level := slog.LevelInfo
	if *verbose {
		level = slog.LevelDebug
	}
	s := New(p.Name, slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level})))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	go s.stopClock(ctx, stop)
	s.Log.Info("starting", "version", Version())
	err = run(ctx, s)
	s.close()
	if err != nil && !errors.Is(err, context.Canceled) {
		s.Log.Error("ended", "error", err)
		return 1
	}
	s.Log.Info("stopped")
	return 0
}

// stopClock ends a process that does not stop in time, and lets a second
// signal kill it at once.
func (s *Service) stopClock(ctx context.Context, stop func()) {
	<-ctx.Done()
	stop()
	_, _ = daemon.SdNotify(false, daemon.SdNotifyStopping)
	t := time.NewTimer(StopWithin)
	defer t.Stop()
	select {
	case <-s.closed:
	case <-t.C:
		s.Log.Error("did not stop in time", "limit", StopWithin)
		os.Exit(1)
	}
}

// Version is the version that was built in, or "devel".
func Version() string {
	if bi, ok := debug.ReadBuildInfo(); ok {
		for _, s := range bi.Settings {
			if s.Key == "vcs.revision" && len(s.Value) >= 12 {
				return s.Value[:12]
			}
		}
		if v := bi.Main.Version; v != "" && v != "(devel)" {
			return v
		}
	}
	return "devel"
}

// Service is one running process.
type Service struct {
	Name    string
	Log     *slog.Logger
	Metrics *prometheus.Registry

	mu     sync.Mutex
	checks map[string]func() error
	alive  map[string]func(context.Context) error
	pages  map[string]http.Handler
	ready  bool
	closed chan struct{}
	once   sync.Once
	server *http.Server
}

// New makes a service without Main, for tests.
func New(name string, log *slog.Logger) *Service {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return &Service{
		Name: name, Log: log, Metrics: r,
		checks: map[string]func() error{}, alive: map[string]func(context.Context) error{}, pages: map[string]http.Handler{},
		closed: make(chan struct{}),
	}
}

// Health adds a part to the health page: nil is well.
func (s *Service) Health(part string, check func() error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checks[part] = check
}

// Alive adds a sign of life. While one fails or hangs, systemd's watchdog is
// not fed and restarts the process: so it must only fail where a restart helps.
func (s *Service) Alive(part string, check func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alive[part] = check
}

// Ready tells systemd and the log that the process serves, and begins to feed
// the watchdog.
func (s *Service) Ready(ctx context.Context) {
	s.mu.Lock()
	s.ready = true
	s.mu.Unlock()
	_, _ = daemon.SdNotify(false, daemon.SdNotifyReady)
	s.Log.Info("ready")
	if every, err := daemon.SdWatchdogEnabled(false); err == nil && every > 0 {
		go s.feed(ctx, every/2)
	}
}

// Page adds a page of the program's own to the local address, before Serve. The
// pattern is that of http.ServeMux.
func (s *Service) Page(pattern string, h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[pattern] = h
}

func (s *Service) feed(ctx context.Context, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		limit, cancel := context.WithTimeout(ctx, every)
		part, err := s.sickPart(limit)
		cancel()
		if err != nil {
			s.Log.Error("no sign of life: the watchdog will restart the process", "part", part, "error", err)
			continue
		}
		_, _ = daemon.SdNotify(false, daemon.SdNotifyWatchdog)
	}
}

func (s *Service) sickPart(ctx context.Context) (string, error) {
	s.mu.Lock()
	alive := make(map[string]func(context.Context) error, len(s.alive))
	for k, f := range s.alive {
		alive[k] = f
	}
	s.mu.Unlock()
	for part, check := range alive {
		done := make(chan error, 1)
		go func() { done <- check(ctx) }()
		select {
		case err := <-done:
			if err != nil {
				return part, err
			}
		case <-ctx.Done():
			return part, ctx.Err()
		}
	}
	return "", nil
}

// Serve answers /healthz and /metrics on a local address until the process
// stops. An empty address serves nothing.
func (s *Service) Serve(addr string) error {
	if addr == "" {
		return nil
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return fmt.Errorf("health: %w", err)
	}
	s.server = &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := s.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.Log.Error("health page ended", "error", err)
		}
	}()
	s.Log.Info("health and metrics", "address", "http://"+ln.Addr().String()+"/healthz")
	return nil
}

// Handler is the health and metrics page.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	s.mu.Lock()
	for pattern, h := range s.pages {
		mux.Handle(pattern, h)
	}
	s.mu.Unlock()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		lines, well := s.report()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if !well {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		for _, l := range lines {
			fmt.Fprintln(w, l)
		}
	})
	return mux
}

// report is one line a part: "ok broker", "bad journal: disk full".
func (s *Service) report() (lines []string, well bool) {
	s.mu.Lock()
	ready := s.ready
	checks := make(map[string]func() error, len(s.checks))
	for k, f := range s.checks {
		checks[k] = f
	}
	s.mu.Unlock()
	well = ready
	if !ready {
		lines = append(lines, "bad "+s.Name+": not ready yet")
	}
	parts := make([]string, 0, len(checks))
	for part := range checks {
		parts = append(parts, part)
	}
	sort.Strings(parts)
	for _, part := range parts {
		if err := checks[part](); err != nil {
			lines, well = append(lines, fmt.Sprintf("bad %s: %v", part, err)), false
			continue
		}
		lines = append(lines, "ok "+part)
	}
	return lines, well
}

func (s *Service) close() {
	s.once.Do(func() {
		if s.server != nil {
			_ = s.server.Close()
		}
		close(s.closed)
	})
}
