package adms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"hallward/devices"
)

// Limits against a terminal gone mad, or something that only says it is one.
const (
	MaxBody    = 2 << 20          // bytes of an upload; terminals stop at 1 MiB (MaxPostSize)
	MaxConns   = 64               // connections at a time
	headerTime = 10 * time.Second // for the head of a request
	bodyTime   = 30 * time.Second // for all of it
	answerTime = 2 * time.Minute  // for storing an upload and answering
	idleTime   = time.Minute
	closeTime  = 2 * time.Second // for requests under way when Run ends
)

const strangerTime = 10 * time.Minute // without a rejected request: the fault is over

// Quirks are what some firmware wants differently.
type Quirks struct {
	OffsetZone bool // TimeZone as "+08:00" instead of 8
}

// Terminal is one terminal that may report here.
type Terminal struct {
	SN     string         // serial number, letters and digits
	Zone   *time.Location // that its clock shows; nil is UTC
	ComKey string         // PushComKey of the terminal; "" is not asked for
	From   netip.Prefix   // where it must call from; the zero value is anywhere
	Quirks Quirks
}

// Stamps keeps, over a restart, how far each terminal has uploaded. The stamp
// is the terminal's own word, at most 32 letters and digits; "" is unknown.
type Stamps interface {
	Stamp(terminal, table string) string
	SetStamp(terminal, table, stamp string)
}

// Opts are the settings; Terminals must not be empty.
type Opts struct {
	Terminals []Terminal
	Delay     time.Duration // between heartbeats, whole seconds; 0 is 10 s. Offline after three of them
	Stamps    Stamps        // nil keeps them in memory: after a restart everything is sent again
	Synced    func() bool   // is this machine's clock right? nil: yes. When not, terminals get no time from here
	Log       *slog.Logger  // for the audit; nil is slog.Default()
}

// Dev is the server for a group of terminals.
type Dev struct {
	ln        net.Listener
	opts      Opts
	drops     atomic.Uint64
	terminals map[string]*terminal
	saying    chan struct{} // one reading at a time; a lock that a context can give up on

	mu     sync.Mutex
	nextID int
}

// terminal is what is known of one terminal; Dev.mu guards it.
type terminal struct {
	Terminal
	uploading chan struct{} // one upload at a time keeps the order
	seen      time.Time
	told      bool // that it sends what it should not
	stamps    map[string]string
	orders    []*order
}

var serialForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// IsSerial tells whether text can be the serial number of a terminal: 1 to 32
// letters, digits, - or _.
func IsSerial(text string) bool { return serialForm.MatchString(text) }

var _ devices.Device = (*Dev)(nil)

// New makes the driver. It does no I/O; a wrong setting is an error. Run
// closes ln when it ends.
func New(ln net.Listener, o *Opts) (*Dev, error) {
	if o == nil || len(o.Terminals) == 0 {
		return nil, errors.New("adms: no terminals: name the serial numbers that may report here")
	}
	d := &Dev{ln: ln, opts: *o, terminals: map[string]*terminal{}, saying: make(chan struct{}, 1)}
	if d.opts.Delay == 0 {
		d.opts.Delay = 10 * time.Second
	}
	if d.opts.Delay < time.Second || d.opts.Delay > time.Hour {
		return nil, fmt.Errorf("adms: delay %s: want 1s to 1h", d.opts.Delay)
	}
	if d.opts.Log == nil {
		d.opts.Log = slog.Default()
	}
	for _, t := range o.Terminals {
		if !IsSerial(t.SN) {
			return nil, fmt.Errorf("adms: serial number %.40q: want 1 to 32 letters, digits, - or _", t.SN)
		}
		if d.terminals[t.SN] != nil {
			return nil, fmt.Errorf("adms: serial number %s stands twice", t.SN)
		}
		if t.Zone == nil {
			t.Zone = time.UTC
		}
		d.terminals[t.SN] = &terminal{Terminal: t, uploading: make(chan struct{}, 1), stamps: map[string]string{}}
	}
	d.nextID = 100_000 + int(time.Now().Unix()%900_000) // an answer to a command of an earlier life finds none
	return d, nil
}

func (d *Dev) String() string { return "adms on " + d.ln.Addr().String() }

// Drops counts lines and requests that could not be used.
func (d *Dev) Drops() uint64 { return d.drops.Load() }

// Halt has nothing to do: terminals keep their records and wait.
func (d *Dev) Halt() error { return nil }

// Run serves the terminals until ctx ends or the listener dies.
func (d *Dev) Run(ctx context.Context, out devices.Sink) error {
	s := &session{dev: d, ctx: ctx, out: out, started: time.Now()}
	var conns atomic.Int64
	server := &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       bodyTime,
		WriteTimeout:      answerTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(d.opts.Log.Handler(), slog.LevelDebug), // strangers' bad requests
		ConnState: func(c net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				if conns.Add(1) > MaxConns {
					d.drops.Add(1)
					c.Close()
				}
			case http.StateClosed, http.StateHijacked:
				conns.Add(-1)
			}
		},
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(d.ln) }()
	watch := time.NewTicker(min(d.opts.Delay, 5*time.Second))
	defer watch.Stop()
	for {
		select {
		case err := <-served:
			return fmt.Errorf("adms: %s: %w", d.ln.Addr(), err)
		case <-watch.C:
			s.watch(time.Now())
		case <-ctx.Done():
			closing, cancel := context.WithTimeout(context.Background(), closeTime)
			defer cancel()
			if server.Shutdown(closing) != nil {
				server.Close()
			}
			<-served
			return ctx.Err()
		}
	}
}

// stamp is how far a terminal has uploaded a table, "None" when not known.
func (d *Dev) stamp(t *terminal, table string) string {
	stamp := ""
	if d.opts.Stamps != nil {
		stamp = d.opts.Stamps.Stamp(t.SN, table)
	} else {
		d.mu.Lock()
		stamp = t.stamps[table]
		d.mu.Unlock()
	}
	if !serialForm.MatchString(stamp) {
		return "None"
	}
	return stamp
}

func (d *Dev) setStamp(t *terminal, table, stamp string) {
	if !serialForm.MatchString(stamp) {
		return
	}
	if d.opts.Stamps != nil {
		d.opts.Stamps.SetStamp(t.SN, table, stamp)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t.stamps[table] = stamp
}
