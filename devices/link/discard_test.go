package link

import (
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Half a job that waits behind a stopped line is thrown away, and the line goes
// on even if the device's XON was lost.
func TestSerialDiscardsWhatWaits(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port+"?flow=xonxoff&timeout=300ms").(*serialLink)
	if n, err := l.Discard(); n != 0 || err != nil {
		t.Errorf("an idle line: %d, %v", n, err)
	}
	if _, err := m.Write([]byte{0x13}); err != nil {
		t.Fatal(err)
	}
	// The line is stopped as soon as the kernel has seen the byte.
	for end := time.Now().Add(5 * time.Second); ; {
		if _, err := l.Write([]byte("A001")); errors.Is(err, ErrStalled) {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the line does not stop")
		}
	}
	got := make(chan byte, 1)
	go func() {
		b := make([]byte, 1)
		for {
			if _, err := io.ReadFull(m, b); err != nil {
				return
			}
			if b[0] == 'B' {
				got <- b[0]
				return
			}
		}
	}()
	if _, err := l.Write([]byte("B")); err != nil {
		t.Errorf("after the stall: %v", err)
	}
	select {
	case <-got:
	case <-time.After(5 * time.Second):
		t.Error("the line has not gone on")
	}
}

// Bytes that a network printer has not taken go with the connection.
func TestTCPDiscardCutsTheConnectionOff(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	l := openOn(t, "tcp:"+ln.Addr().String()+"?timeout=300ms").(*tcpLink)
	peer, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	if n, err := l.Discard(); n != 0 || err != nil {
		t.Errorf("an idle connection: %d, %v", n, err)
	}
	if _, err := l.Write(make([]byte, 16<<20)); !errors.Is(err, ErrStalled) {
		t.Fatalf("write: %v, want a stall", err)
	}
	n, err := l.Discard()
	if n == 0 || !errors.Is(err, ErrStalled) {
		t.Errorf("discard: %d, %v, want bytes and a stall", n, err)
	}
	begun := time.Now()
	l.Close()
	if d := time.Since(begun); d > time.Second {
		t.Errorf("close took %s", d)
	}
	if _, err := io.Copy(io.Discard, peer); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the printer sees %v, want a reset", err)
	}
}

// A transfer that the printer does not take is killed with the node, without
// waiting for it.
func TestUSBDiscardWaitsForNothing(t *testing.T) {
	_, port := openPty(t)
	l := openOn(t, "usblp:"+port+"?timeout=300ms").(*usbLink)
	if n, err := l.Discard(); n != 0 || err != nil {
		t.Errorf("an idle printer: %d, %v", n, err)
	}
	if _, err := l.Write(make([]byte, 1<<20)); !errors.Is(err, ErrStalled) {
		t.Fatalf("write: %v, want a stall", err)
	}
	if n, err := l.Discard(); n == 0 || !errors.Is(err, ErrStalled) {
		t.Errorf("discard: %d, %v, want bytes and a stall", n, err)
	}
	begun := time.Now()
	l.Close()
	if d := time.Since(begun); d > 250*time.Millisecond {
		t.Errorf("close took %s", d)
	}
}
