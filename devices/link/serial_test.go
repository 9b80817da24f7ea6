package link

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/sys/unix"
)

// openPty gives the device's end of a pseudo-terminal and the name of the
// port.
func openPty(t *testing.T) (master *os.File, port string) {
	t.Helper()
	m, s, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	port = s.Name()
	// The kernel ends a terminal with its last descriptor: raw mode must hold
	// until the link has it.
	tio, err := unix.IoctlGetTermios(int(s.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	tio.Lflag, tio.Oflag, tio.Iflag = 0, 0, 0
	if err := unix.IoctlSetTermios(int(s.Fd()), unix.TCSETS, tio); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); m.Close() })
	return m, port
}

func openOn(t *testing.T, text string) Link {
	t.Helper()
	l, err := Open(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// everyByte is binary data that a terminal would change if it were not raw.
func everyByte() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestSerialIsBinarySafeBothWays(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port+"?baud=115200")
	if want := "serial:" + port + "@115200"; l.String() != want {
		t.Errorf("name is %s, want %s", l, want)
	}
	checkBothWays(t, l, m)
}

func checkBothWays(t *testing.T, l Link, device io.ReadWriter) {
	t.Helper()
	if _, err := l.Write(everyByte()); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 256)
	if _, err := io.ReadFull(device, got); err != nil || !bytes.Equal(got, everyByte()) {
		t.Errorf("the device got % x, %v", got, err)
	}
	if _, err := device.Write(everyByte()); err != nil {
		t.Fatal(err)
	}
	if got, err := readN(l, 256); err != nil || !bytes.Equal(got, everyByte()) {
		t.Errorf("the link got % x, %v", got, err)
	}
}

// readN reads n bytes over any number of time-outs, for three seconds.
func readN(l Link, n int) ([]byte, error) {
	var got []byte
	buf := make([]byte, 4096)
	for end := time.Now().Add(3 * time.Second); len(got) < n && time.Now().Before(end); {
		k, err := l.Read(buf)
		got = append(got, buf[:k]...)
		if err != nil && !errors.Is(err, ErrTimeout) {
			return got, err
		}
	}
	return got, nil
}

// Notes 0.2: a time-out and a hang-up are both EOF in the serial library.
func TestSerialTellsTimeoutFromHangUp(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port)
	buf := make([]byte, 1)
	for range 3 {
		begun := time.Now()
		if n, err := l.Read(buf); n != 0 || !errors.Is(err, ErrTimeout) {
			t.Fatalf("read with nothing there: %d, %v, want a time-out", n, err)
		}
		if d := time.Since(begun); d > 5*time.Second {
			t.Errorf("a read takes %s", d)
		}
	}
	m.Close()
	for end := time.Now().Add(3 * time.Second); ; {
		_, err := l.Read(buf)
		if errors.Is(err, io.EOF) || errors.Is(err, unix.EIO) {
			break
		}
		if !errors.Is(err, ErrTimeout) || time.Now().After(end) {
			t.Fatalf("read after the port is gone: %v", err)
		}
	}
	if _, err := l.Write([]byte("x")); err == nil {
		t.Error("a port that is gone takes data")
	}
}

func TestSerialPortIsExclusive(t *testing.T) {
	_, port := openPty(t)
	l := openOn(t, "serial:"+port)
	if _, err := Open(t.Context(), "serial:"+port); !errors.Is(err, ErrBusy) || err.Error() != "serial:"+port+": port is in use by another program" {
		t.Errorf("second open: %v", err)
	}
	l.Close()
	again, err := Open(t.Context(), "serial:"+port)
	if err != nil {
		t.Fatalf("after close: %v", err)
	}
	again.Close()
}

func TestSerialFlowControlIsSet(t *testing.T) {
	for flow, want := range map[string][2]uint32{"none": {0, 0}, "rtscts": {unix.CRTSCTS, 0}, "xonxoff": {0, unix.IXON}} {
		_, port := openPty(t)
		l := openOn(t, "serial:"+port+"?flow="+flow).(*serialLink)
		tio, err := unix.IoctlGetTermios(l.fd, unix.TCGETS)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]uint32{tio.Cflag & unix.CRTSCTS, tio.Iflag & (unix.IXON | unix.IXOFF | unix.IXANY)}; got != want {
			t.Errorf("%s: %#x, want %#x", flow, got, want)
		}
		if tio.Iflag&unix.IGNBRK == 0 {
			t.Errorf("%s: a break on the line is read as a byte", flow)
		}
	}
}

// Notes 1.3: under flow control a write of the serial library blocks for ever,
// and so does its close.
func TestSerialWriteUnderXOFFIsBounded(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port+"?flow=xonxoff&timeout=300ms")
	if _, err := m.Write([]byte{0x13}); err != nil { // XOFF
		t.Fatal(err)
	}
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, ErrTimeout) {
		t.Errorf("XOFF comes through as data: %v", err)
	}
	begun := time.Now()
	_, err := l.Write(bytes.Repeat([]byte("x"), 100_000))
	if !errors.Is(err, ErrStalled) {
		t.Errorf("write under XOFF: %v, want a stall", err)
	}
	l.Close()
	if d := time.Since(begun); d > 15*time.Second {
		t.Errorf("write and close took %s", d)
	}
}

func TestSerialGoesOnAfterXON(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port+"?flow=xonxoff&timeout=5s")
	m.Write([]byte{0x13})
	l.Read(make([]byte, 1))
	data := bytes.Repeat([]byte("0123456789"), 10_000)
	done := make(chan error, 1)
	go func() { _, err := l.Write(data); done <- err }()
	select {
	case err := <-done:
		t.Fatalf("write of 100 kB under XOFF ended: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	m.Write([]byte{0x11}) // XON
	got := make([]byte, len(data))
	if _, err := io.ReadFull(m, got); err != nil || !bytes.Equal(got, data) {
		t.Errorf("data is not whole: %v", err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := l.Drain(); err != nil {
		t.Error(err)
	}
}

// The tail of the last write reaches the device though the link is closed at
// once.
func TestSerialCloseKeepsTheTail(t *testing.T) {
	m, port := openPty(t)
	l := openOn(t, "serial:"+port)
	data := bytes.Repeat([]byte("tail"), 500)
	if _, err := l.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	got := make([]byte, len(data))
	if _, err := io.ReadFull(m, got); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%v, %d bytes", err, len(got))
	}
	if _, err := l.Read(got); !errors.Is(err, os.ErrClosed) {
		t.Errorf("read after close: %v", err)
	}
	if _, err := l.Write(data); !errors.Is(err, os.ErrClosed) {
		t.Errorf("write after close: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
}

func TestSerialCloseFreesAReader(t *testing.T) {
	_, port := openPty(t)
	l := openOn(t, "serial:"+port)
	done := make(chan error, 1)
	go func() {
		for {
			if _, err := l.Read(make([]byte, 1)); !errors.Is(err, ErrTimeout) {
				done <- err
				return
			}
		}
	}()
	l.Close()
	select {
	case err := <-done:
		if err == nil {
			t.Error("read after close: no error")
		}
	case <-time.After(3 * time.Second):
		t.Error("the reader is still there")
	}
}

func TestNotASerialPort(t *testing.T) {
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), "serial:"+file); err == nil {
		t.Error("a file is taken for a serial port")
	}
}
