package adms

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
)

const sn = "SERIAL87654321"

var china = time.FixedZone("Asia/Shanghai", 8*3600)

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	once  sync.Once
	gone  chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), gone: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.gone:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { p.once.Do(func() { close(p.gone) }); return nil }

type from string

func (from) Network() string  { return "tcp" }
func (f from) String() string { return string(f) }

func (p *pipes) Addr() net.Addr { return from("10.0.0.2:8081") }

// caller is a connection that comes from an address.
type caller struct {
	net.Conn
	addr from
}

func (c caller) RemoteAddr() net.Addr { return c.addr }

// bench is a running driver and a hand-written terminal.
type bench struct {
	t   *testing.T
	ln  *pipes
	dev *Dev
	log bytes.Buffer

	mu     sync.Mutex
	said   []devices.Reading
	refuse func(devices.Reading) bool // what the sink does not store
}

// withBench runs a test in a bubble of simulated time, which begins at
// 2000-01-01 00:00 UTC.
func withBench(t *testing.T, o *Opts, f func(b *bench)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := &bench{t: t, ln: newPipes()}
		if o == nil {
			o = &Opts{}
		}
		if o.Terminals == nil {
			o.Terminals = []Terminal{{SN: sn, Zone: china}}
		}
		o.Log = slog.New(slog.NewTextHandler(&b.log, nil))
		var err error
		if b.dev, err = New(b.ln, o); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- b.dev.Run(ctx, b.sink) }()
		f(b)
		stop()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run = %v", err)
		}
	})
}

func (b *bench) sink(_ context.Context, r devices.Reading) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil && b.refuse(r) {
		return errors.New("disk full")
	}
	b.said = append(b.said, r)
	return nil
}

// send makes one connection, writes a request as it stands, and reads the
// answer.
func (b *bench) send(request string) (*http.Response, string) {
	return b.sendFrom("10.0.0.7:40000", request)
}

func (b *bench) sendFrom(addr from, request string) (*http.Response, string) {
	b.t.Helper()
	near, far := net.Pipe()
	b.ln.conns <- caller{far, addr}
	go func() {
		io.WriteString(near, request)
	}()
	answer, err := http.ReadResponse(bufio.NewReader(near), nil)
	if err != nil {
		b.t.Fatalf("%.60q: %v", request, err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	near.Close()
	synctest.Wait()
	return answer, string(body)
}

func get(target string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: h\r\nUser-Agent: iClock Proxy/1.09\r\nConnection: close\r\n\r\n"
}

func post(target, body string) string {
	return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: h\r\nUser-Agent: iClock Proxy/1.09\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s", target, len(body), body)
}

func (b *bench) expect(request string, code int, want string) {
	b.t.Helper()
	answer, body := b.send(request)
	if answer.StatusCode != code || code == 200 && body != want {
		b.t.Errorf("%.80q: %d %q, want %d %q", request, answer.StatusCode, body, code, want)
	}
}

// readings are what was stored since the last call.
func (b *bench) readings() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var s []string
	for _, r := range b.said {
		switch v := r.(type) {
		case devices.Punch:
			s = append(s, fmt.Sprintf("punch %s %s %s state %d verify %d", v.Terminal, v.Person, v.Local, v.State, v.Verify))
		case devices.Fault:
			s = append(s, fmt.Sprintf("fault %s %v %s", v.Code, v.On, v.Detail))
		default:
			s = append(s, fmt.Sprintf("%T", r))
		}
	}
	b.said = nil
	return s
}

func (b *bench) want(readings ...string) {
	b.t.Helper()
	if got := b.readings(); !slices.Equal(got, readings) {
		b.t.Errorf("readings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(readings, "\n"))
	}
}
