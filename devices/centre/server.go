package centre

import (
	"context"
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

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
)

// Server is a running centre: its broker or its way to one, a host for each
// hall, the store and the page.
type Server struct {
	cfg    *Config
	log    *slog.Logger
	store  *Store
	broker *broker.Broker // nil with another broker
	hosts  map[string]*node.Host
	page   net.Listener // nil without
}

// New opens the store and binds the addresses; Run serves them.
func New(c *Config, log *slog.Logger) (_ *Server, err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("centre: %w", err)
	}
	store, err := Open(filepath.Join(c.Data, "centre.db"), log)
	if err != nil {
		return nil, err
	}
	s := &Server{cfg: c, log: log, store: store, hosts: map[string]*node.Host{}}
	if c.Page != "" {
		if s.page, err = net.Listen("tcp", c.Page); err != nil {
			return nil, errors.Join(fmt.Errorf("centre: page: %w", err), store.Close())
		}
	}
	if err := s.connect(); err != nil {
		if s.page != nil {
			_ = s.page.Close()
		}
		return nil, errors.Join(err, store.Close())
	}
	return s, nil
}

// connect makes the broker and the hosts.
func (s *Server) connect() error {
	for _, hall := range s.cfg.Halls {
		hc := node.HostConfig{
			Hall: hall, Host: s.cfg.Node, Log: s.log, Ask: refuse,
			Events: func(ctx context.Context, node string, events []contract.Event) (uint64, error) {
				return s.store.Events(ctx, hall, node, events)
			},
			Node: func(node string, n node.NodeInfo) { s.announced(hall, node, n) },
		}
		if s.cfg.Broker.URL != "" {
			dir := s.cfg.Certificates
			if len(s.cfg.Halls) > 1 {
				dir = filepath.Join(dir, hall)
			}
			conf, err := pki.NodeTLS(dir, s.cfg.Node)
			if err != nil {
				return fmt.Errorf("centre: %w", err)
			}
			hc.Broker, hc.TLS = s.cfg.Broker.URL, conf
		} else {
			if err := s.embed(); err != nil {
				return err
			}
			hc.Dial = s.broker.Dial(contract.Topics{Hall: hall}.Identity(s.cfg.Node))
		}
		h, err := node.NewHost(hc)
		if err != nil {
			return fmt.Errorf("centre: %w", err)
		}
		s.hosts[hall] = h
	}
	return nil
}

// embed makes the embedded broker, once for all halls.
func (s *Server) embed() error {
	if s.broker != nil {
		return nil
	}
	conf, err := pki.ServerTLS(s.cfg.Certificates, s.cfg.Node)
	if err != nil {
		return fmt.Errorf("centre: %w", err)
	}
	s.broker, err = broker.New(broker.Config{Listen: s.cfg.Broker.Listen, TLS: conf, Halls: s.cfg.Halls, Host: s.cfg.Node, Log: s.log})
	if err != nil {
		return fmt.Errorf("centre: %w", err)
	}
	return nil
}

// announced looks for events that a node no longer has.
func (s *Server) announced(hall, node string, n node.NodeInfo) {
	if n.Birth.Outbox == nil {
		return
	}
	if err := s.store.Announce(hall, node, *n.Birth.Outbox); err != nil && !errors.Is(err, ErrBroken) {
		s.log.Warn("birth refused", "hall", hall, "node", node, "error", err)
	}
}

// refuse answers requests: the reference centre has nothing to be asked for.
func refuse(_ context.Context, _ string, r contract.Request) contract.Answer {
	return contract.Answer{ID: r.ID, Result: contract.ResultRefused, Error: &contract.Problem{
		Code: "unknown-request", Message: "中心服务器不受理此请求", MessageEN: "The centre does not take this request",
	}}
}

// Addresses are where the embedded broker and the page listen, "" for none.
func (s *Server) Addresses() (broker, page string) {
	if s.broker != nil {
		broker = s.broker.Addr()
	}
	if s.page != nil {
		page = s.page.Addr().String()
	}
	return broker, page
}

// Run serves until ctx ends: then it takes in nothing more, finishes what it
// has, and closes the store.
func (s *Server) Run(ctx context.Context, svc *service.Service) error {
	s.observe(svc)
	inner, stopBroker := context.WithCancel(context.WithoutCancel(ctx))
	defer stopBroker()
	outer, stop := context.WithCancel(ctx)
	defer stop()
	fail := make(chan error, len(s.hosts)+2)
	var hosts, others sync.WaitGroup
	for hall, h := range s.hosts {
		hosts.Go(func() {
			if err := h.Run(outer); err != nil {
				fail <- fmt.Errorf("hall %s: %w", hall, err)
			}
		})
	}
	if s.broker != nil {
		others.Go(func() {
			if err := s.broker.Run(inner); err != nil {
				fail <- err
			}
		})
	}
	pages := http.NewServeMux()
	pages.Handle("/", Handler(s.store, s.halls))
	pages.Handle("/appointments", appointmentsHandler(s.cfg.Halls, s.controllerOf))
	pages.Handle("/boards", boardsHandler(s.store, s.cfg.Halls, s.controllerOf))
	web := &http.Server{Handler: pages, ReadHeaderTimeout: 5 * time.Second}
	if s.page != nil {
		s.log.Info("page and queries", "address", "http://"+s.page.Addr().String()+"/")
		others.Go(func() {
			if err := web.Serve(s.page); !errors.Is(err, http.ErrServerClosed) {
				fail <- fmt.Errorf("page: %w", err)
			}
		})
	}
	err := svc.Serve(s.cfg.Health)
	if err == nil {
		svc.Ready(ctx)
		select {
		case <-ctx.Done():
		case err = <-fail:
		}
	}
	stop()
	hosts.Wait()
	stopBroker()
	_ = web.Close() // readers of the page can ask again
	others.Wait()
	if err != nil {
		err = fmt.Errorf("centre: %w", err)
	}
	return errors.Join(err, s.store.Close())
}

// halls is the state of each link, in the order of the configuration.
func (s *Server) halls() []Hall {
	var list []Hall
	for _, id := range s.cfg.Halls {
		h := Hall{ID: id, Online: s.hosts[id].Online()}
		for _, n := range s.hosts[id].Nodes() {
			h.Ready = h.Ready || n.Ready
		}
		list = append(list, h)
	}
	return list
}

// observe adds the centre to the health page and the metrics.
func (s *Server) observe(svc *service.Service) {
	svc.Health("store", s.store.Err)
	for _, id := range s.cfg.Halls {
		h := s.hosts[id]
		svc.Health("hall "+id, func() error {
			if !h.Online() {
				return errors.New("not connected to the broker")
			}
			return nil
		})
		label := prometheus.Labels{"hall": id}
		svc.Metrics.MustRegister(
			prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "hallward_centre_events_received_total",
				Help: "Events that came from the hall, with repeats.", ConstLabels: label},
				func() float64 { return float64(h.Stats().Events) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hallward_centre_stored_through",
				Help: "Events of the hall that are on disk, over all epochs.", ConstLabels: label},
				func() float64 { return float64(s.store.stored(id)) }),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "hallward_centre_hall_online",
				Help: "1 while the centre is connected to the broker of the hall.", ConstLabels: label},
				func() float64 {
					if h.Online() {
						return 1
					}
					return 0
				}),
		)
	}
}
