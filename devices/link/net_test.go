package link

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"
)

// tcpPair opens a link to a listener and gives the device's end.
func tcpPair(t *testing.T, options string) (Link, *net.TCPConn) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := openOn(t, "tcp:"+ln.Addr().String()+options)
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return l, c.(*net.TCPConn)
}

func TestTCPIsBinarySafeBothWays(t *testing.T) {
	l, c := tcpPair(t, "")
	checkBothWays(t, l, c)
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, ErrTimeout) {
		t.Errorf("read with nothing there: %v", err)
	}
	if err := l.Drain(); err != nil {
		t.Error(err)
	}
}

func TestTCPDeviceThatTakesNothing(t *testing.T) {
	l, c := tcpPair(t, "?timeout=300ms")
	c.SetReadBuffer(4096)
	if _, err := l.Write(make([]byte, 32<<20)); !errors.Is(err, ErrStalled) {
		t.Errorf("write: %v, want a stall", err)
	}
	// What was not taken must not arrive after the job has failed.
	l.Close()
	c.SetReadDeadline(time.Now().Add(3 * time.Second))
	if n, err := io.Copy(io.Discard, c); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the device read %d bytes and %v, want a reset", n, err)
	}
}

func TestTCPDeviceGoes(t *testing.T) {
	l, c := tcpPair(t, "")
	c.Close()
	for end := time.Now().Add(3 * time.Second); ; {
		_, err := l.Read(make([]byte, 1))
		if errors.Is(err, io.EOF) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("read: %v, want EOF", err)
		}
	}
}

// Printers lose the tail of a job, or keep the session, when a connection is
// not taken down in order: half-close, wait, close.
func TestTCPSaysGoodbye(t *testing.T) {
	l, c := tcpPair(t, "")
	data := bytes.Repeat([]byte("tail"), 50_000)
	got := make(chan []byte, 1)
	go func() {
		b, _ := io.ReadAll(c)
		c.Write([]byte{0}) // a last answer, still with the connection open
		c.Close()
		got <- b
	}()
	if _, err := l.Write(data); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if d := time.Since(begun); d >= goodbyeWait {
		t.Errorf("close took %s though the device said goodbye", d)
	}
	if b := <-got; !bytes.Equal(b, data) {
		t.Errorf("the device got %d of %d bytes", len(b), len(data))
	}
}

func TestTCPCloseDoesNotWaitForEver(t *testing.T) {
	l, _ := tcpPair(t, "")
	begun := time.Now()
	l.Close()
	if d := time.Since(begun); d < goodbyeWait || d > 5*goodbyeWait {
		t.Errorf("close took %s, want a little over %s", d, goodbyeWait)
	}
}

func TestTCPNobodyThere(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ln.Close()
	if _, err := Open(t.Context(), "tcp:"+ln.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("%v, want connection refused", err)
	}
}

// A pseudo-terminal stands in for the printer node: poll and non-blocking
// writes are the same.
func TestUSBIsBinarySafeAndKeepsTheTail(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "usblp:"+port)
	checkBothWays(t, l, m)
	if _, err := Open(t.Context(), "usblp:"+port); !errors.Is(err, ErrBusy) {
		t.Errorf("second open: %v, want busy", err)
	}
	data := bytes.Repeat([]byte("0123456789"), 5_000)
	got := make(chan []byte, 1)
	go func() {
		b := make([]byte, len(data))
		n, _ := io.ReadFull(m, b)
		got <- b[:n]
	}()
	if n, err := l.Write(data); n != len(data) || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if b := <-got; !bytes.Equal(b, data) {
		t.Errorf("the device got %d of %d bytes", len(b), len(data))
	}
}

func TestUSBPrinterThatTakesNothing(t *testing.T) {
	_, port := openPty(t)
	l := openOn(t, "usblp:"+port+"?timeout=300ms")
	if _, err := l.Write(make([]byte, 1<<20)); !errors.Is(err, ErrStalled) {
		t.Errorf("write: %v, want a stall", err)
	}
	begun := time.Now()
	l.Close()
	if d := time.Since(begun); d > drainWait {
		t.Errorf("close took %s", d)
	}
}

func TestUSBPrinterGoes(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "usblp:"+port)
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, ErrTimeout) {
		t.Errorf("read with nothing there: %v", err)
	}
	m.Close()
	for end := time.Now().Add(3 * time.Second); ; {
		_, err := l.Read(make([]byte, 1))
		if !errors.Is(err, ErrTimeout) {
			return
		}
		if time.Now().After(end) {
			t.Fatal("the link still says that it is there")
		}
	}
}
