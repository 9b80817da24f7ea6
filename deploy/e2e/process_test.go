package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"hallward/devices/service"
)

// programs are what a house can start: its program of cmd, its configuration
// and the size of its window, if it has one.
var programs = map[string]struct{ binary, config, window string }{
	"centre":  {"centre", "centre.yaml", ""},
	"hallsim": {"hallsim", "sim.yaml", ""},
	"hall":    {"hall", "controller.yaml", ""},
	"kiosk":   {"kiosk", "kiosk-1.yaml", "1080x1920"},
	"kiosk-2": {"kiosk", "kiosk-2.yaml", "1920x1080"},
	"board":   {"display", "board-1.yaml", "1920x1080"},
	"window":  {"display", "window-3.yaml", "1024x600"},
}

// process is one process of a house, or what is left of it.
type process struct {
	cmd  *exec.Cmd
	log  *os.File
	done chan struct{} // closed when it has ended
	err  error         // of Wait, after done
}

// start runs a program and waits until it says that it and its parts are well.
func (h *house) start(names ...string) {
	h.t.Helper()
	for _, name := range names {
		h.launch(name)
		h.well(name)
	}
}

// launch runs a program and waits for nothing. One with a window gets a virtual
// screen, which stays when the program is started again.
func (h *house) launch(name string) {
	h.t.Helper()
	p, ok := programs[name]
	if !ok {
		h.t.Fatalf("no program %q", name)
	}
	cmd := exec.Command(binary(h.t, p.binary), "--config", "hall/"+p.config)
	cmd.Dir = h.dir
	cmd.Env = os.Environ()
	if p.window != "" {
		cmd.Env = append(cmd.Env, "DISPLAY="+h.display(name), "LIBGL_ALWAYS_SOFTWARE=1")
	}
	h.run(name, cmd)
}

// run starts a process under a name, with its output in logs/NAME.
func (h *house) run(name string, cmd *exec.Cmd) *process {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if was := h.runs[name]; was != nil && !was.over() {
		h.t.Fatalf("%s runs already", name)
	}
	log, err := os.OpenFile(filepath.Join(h.dir, "logs", name), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		h.t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	// The process dies with the test, even with one that is killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	if err := fork(cmd); err != nil {
		h.t.Fatalf("%s: %v", name, err)
	}
	h.runs[name] = p
	go func() {
		p.err = cmd.Wait()
		log.Close()
		close(p.done)
	}()
	return p
}

type forking struct {
	cmd  *exec.Cmd
	done chan error
}

var forks = make(chan forking)

func init() {
	// A parent's death is that of the thread that forked: one thread for all,
	// which lives as long as the process.
	go func() {
		runtime.LockOSThread()
		for f := range forks {
			f.done <- f.cmd.Start()
		}
	}()
}

func fork(cmd *exec.Cmd) error {
	f := forking{cmd, make(chan error)}
	forks <- f
	return <-f.done
}

func (p *process) over() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

func (h *house) process(name string) *process {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.runs[name]
	if p == nil {
		h.t.Fatalf("%s was not started", name)
	}
	return p
}

// running says whether the program is alive.
func (h *house) running(name string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.runs[name] != nil && !h.runs[name].over()
}

var healthLine = regexp.MustCompile(`(?m)^health: *(127\.0\.0\.1:\d+)`)

// health is the local address of a program, "http://127.0.0.1:20123".
func (h *house) health(name string) string {
	h.t.Helper()
	b, err := os.ReadFile(h.file(programs[name].config))
	if err != nil {
		h.t.Fatal(err)
	}
	m := healthLine.FindSubmatch(b)
	if m == nil {
		h.t.Fatalf("%s has no health address", programs[name].config)
	}
	return "http://" + string(m[1])
}

// report is the health page of a program; an error while it is not well.
func (h *house) report(name string) (string, error) {
	res, err := http.Get(h.health(name) + "/healthz")
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, bytes.TrimSpace(b))
	}
	return string(b), err
}

// well waits until a program that runs is well.
func (h *house) well(name string) {
	h.t.Helper()
	p := h.process(name)
	until(h.t, 40*time.Second, name+" is well", func() error {
		if p.over() {
			h.t.Fatalf("%s has ended: %v", name, p.err)
		}
		_, err := h.report(name)
		return err
	})
}

// kill takes a process away without a word (SIGKILL) and waits for its end.
func (h *house) kill(name string) {
	h.t.Helper()
	p := h.process(name)
	_ = p.cmd.Process.Kill()
	<-p.done
}

// stop asks a process to stop (SIGTERM); it must end in time, in order.
func (h *house) stop(name string) {
	h.t.Helper()
	p := h.process(name)
	if p.over() {
		h.t.Fatalf("%s has ended before it was asked to: %v", name, p.err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		h.t.Fatal(err)
	}
	limit := time.NewTimer(service.StopWithin + 2*time.Second)
	defer limit.Stop()
	select {
	case <-p.done:
		if p.err != nil {
			h.t.Errorf("%s was asked to stop: %v", name, p.err)
		}
	case <-limit.C:
		h.t.Errorf("%s does not stop", name)
		h.kill(name)
	}
}

// restart stops a program in order and starts it again.
func (h *house) restart(name string) {
	h.t.Helper()
	h.stop(name)
	h.start(name)
}

// end kills what still runs, the newest first, and tells what the programs have
// said if the test has failed.
func (h *house) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	var left []*process
	for _, p := range h.runs {
		left = append(left, p)
	}
	slices.SortFunc(left, func(a, b *process) int { return b.cmd.Process.Pid - a.cmd.Process.Pid })
	for _, p := range left {
		if !p.over() {
			_ = p.cmd.Process.Kill()
			<-p.done
		}
	}
	if !h.t.Failed() {
		return
	}
	for name := range h.runs {
		if said := h.said(name); said != "" {
			h.t.Logf("---- %s said:\n%s", name, said)
		}
	}
}

// said is the end of what a program has written to its log.
func (h *house) said(name string) string {
	b, err := os.ReadFile(filepath.Join(h.dir, "logs", name))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err.Error()
	}
	const tail = 6000
	if len(b) > tail {
		b = b[len(b)-tail:]
	}
	return strings.TrimSpace(string(b))
}
