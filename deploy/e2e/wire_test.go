package e2e

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"
)

// wire is a network cable between two programs that a test can cut.
type wire struct {
	ln     net.Listener
	target string
	all    sync.WaitGroup

	mu      sync.Mutex
	conns   map[*net.TCPConn]bool
	refuse  bool
	holding chan struct{} // closed while bytes may pass
	end     bool
}

// newWire listens at a port of its own and passes everything on to the target.
func newWire(t testing.TB, target string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", freePort(t)))
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{ln: ln, target: target, conns: map[*net.TCPConn]bool{}, holding: make(chan struct{})}
	close(w.holding)
	w.all.Go(w.accept)
	t.Cleanup(w.close)
	return w
}

func (w *wire) addr() string { return w.ln.Addr().String() }

func (w *wire) accept() {
	for {
		c, err := w.ln.Accept()
		if err != nil {
			return
		}
		near := c.(*net.TCPConn)
		if !w.enter(near) {
			continue
		}
		w.all.Go(func() { w.join(near) })
	}
}

// enter takes a connection into the wire; a cut wire resets it.
func (w *wire) enter(c *net.TCPConn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuse || w.end {
		reset(c)
		return false
	}
	w.conns[c] = true
	return true
}

func (w *wire) leave(c *net.TCPConn) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.conns, c)
	reset(c)
}

func reset(c *net.TCPConn) {
	_ = c.SetLinger(0)
	_ = c.Close()
}

func (w *wire) join(near *net.TCPConn) {
	defer w.leave(near)
	c, err := net.DialTimeout("tcp", w.target, 2*time.Second)
	if err != nil {
		return
	}
	far := c.(*net.TCPConn)
	if !w.enter(far) {
		return
	}
	defer w.leave(far)
	var both sync.WaitGroup
	both.Go(func() { w.pass(far, near) })
	both.Go(func() { w.pass(near, far) })
	both.Wait()
}

// pass moves bytes while the wire is whole. One side's end is that of both: no
// program here half-closes.
func (w *wire) pass(to, from *net.TCPConn) {
	defer reset(to)
	defer reset(from)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			w.mu.Lock()
			holding := w.holding
			w.mu.Unlock()
			<-holding
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// cut resets every connection, in the middle of whatever it carries, and
// refuses new ones until mend.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = true
	for c := range w.conns {
		reset(c)
	}
}

// hole lets bytes disappear from sight until mend: connections stay open and
// silent, as behind a dead switch.
func (w *wire) hole() {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case <-w.holding:
		w.holding = make(chan struct{})
	default:
	}
}

func (w *wire) mend() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = false
	select {
	case <-w.holding:
	default:
		close(w.holding)
	}
}

func (w *wire) close() {
	w.mu.Lock()
	w.end = true
	w.mu.Unlock()
	_ = w.ln.Close()
	w.mend()
	w.cut()
	w.all.Wait()
}
