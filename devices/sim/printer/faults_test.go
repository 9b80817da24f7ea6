package printer

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"hallward/devices/sim/port"
)

// onTCP is a printer on a TCP port, and a driver's connection to it.
func onTCP(t *testing.T, o Opts) (*Printer, func() net.Conn) {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	on, err := port.ListenTCP("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, on) }()
	t.Cleanup(func() { stop(); <-done })
	return p, func() net.Conn {
		t.Helper()
		c, err := net.Dial("tcp", on.Addr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
}

// asks sends DLE EOT 1 and tells whether it is answered within limit.
func asks(t *testing.T, c net.Conn, limit time.Duration) bool {
	t.Helper()
	if _, err := c.Write([]byte{dle, eot, 1}); err != nil {
		t.Fatal(err)
	}
	c.SetReadDeadline(time.Now().Add(limit))
	_, err := io.ReadFull(c, make([]byte, 1))
	return err == nil
}

// A half-open connection takes what is written and answers nothing, without an
// end; the next one is served, by a printer that has forgotten the slip.
func TestHalfOpen(t *testing.T) {
	p, dial := onTCP(t, Opts{})
	old := dial()
	if !asks(t, old, 5*time.Second) {
		t.Fatal("the printer does not answer")
	}
	if err := p.After(4, "half-open"); err != nil {
		t.Fatal(err)
	}
	if _, err := old.Write([]byte("A001\n\x1dV\x42\x00")); err != nil {
		t.Fatal(err)
	}
	if !asks(t, dial(), 5*time.Second) {
		t.Error("the new connection is not served")
	}
	if asks(t, old, 200*time.Millisecond) {
		t.Error("the old connection is answered")
	}
	if n := len(p.Papers()); n != 0 {
		t.Errorf("%d slips came out of what was forgotten", n)
	}
}

// A printer that hangs answers nothing and prints what it was sent when it goes
// on; switched off and on, it has lost that.
func TestFreeze(t *testing.T) {
	for _, cycled := range []bool{false, true} {
		p, dial := onTCP(t, Opts{})
		c := dial()
		if !asks(t, c, 5*time.Second) {
			t.Fatal("the printer does not answer")
		}
		p.Set("freeze", true)
		if asks(t, c, 200*time.Millisecond) {
			t.Error("a frozen printer answers")
		}
		if _, err := c.Write([]byte("A001\n\x1dV\x42\x00")); err != nil {
			t.Fatal(err)
		}
		if cycled {
			p.Set("power-off", true)
			p.Set("power-off", false)
			c = dial()
		} else {
			p.Set("freeze", false)
		}
		if !asks(t, c, 5*time.Second) {
			t.Error("the printer does not go on")
		}
		if n, want := len(p.Papers()), map[bool]int{false: 1, true: 0}[cycled]; n != want {
			t.Errorf("switched off and on %v: %d slips, want %d", cycled, n, want)
		}
	}
}

// A fault comes with its byte; status requests do not count.
func TestAFaultComesWithItsByte(t *testing.T) {
	p, err := New(Opts{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.After(3, "cover"); err != nil {
		t.Fatal(err)
	}
	p.Receive([]byte{dle, eot, 1, dle, eot, 2, 'A', 'B'})
	if !p.State().Online {
		t.Error("the cover opens too early")
	}
	p.Receive([]byte{'C'})
	if p.State().Online {
		t.Error("the cover does not open")
	}
	if p.After(1, "earthquake") == nil {
		t.Error("a fault that does not exist is taken")
	}
}

// A slip stands in the presenter until it is taken, ejected or retracted.
func TestPresenter(t *testing.T) {
	p, err := New(Opts{Quirks: Quirks{FullStatus: true, Presenter: true}})
	if err != nil {
		t.Fatal(err)
	}
	waits := func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.sw.on["slip-waiting"]
	}
	for _, take := range []func(){
		func() { p.Set("slip-waiting", false) },
		func() { p.Receive([]byte{gs, 'e', 5}) },
		func() { p.Receive([]byte{gs, 'e', 2}) },
	} {
		p.Receive([]byte("A001\n\x1dV\x42\x00"))
		if !waits() {
			t.Error("the slip does not stand in the presenter")
		}
		if take(); waits() {
			t.Error("the slip stands there still")
		}
	}
	if n := p.Stats().Cleared; n != 2 {
		t.Errorf("%d slips were cleared away, want 2", n)
	}
}
