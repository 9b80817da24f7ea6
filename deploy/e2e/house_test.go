// Package e2e runs the whole house as it stands in a hall: the real programs as
// processes, the devices at the other end of real pseudo-terminals and sockets,
// the kiosk and the board in real windows on virtual screens, the console in a
// real browser. Nothing in it reaches into a program.
//
// A test begins with newHouse, which lays out a copy of the sample hall in a
// folder of its own with free ports, and starts the programs that it needs.
// Whatever was started is gone when the test is over.
package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// children are what the test's own binary does in a process of its own, named
// by the environment variable childVariable.
var children = map[string]func() int{}

const childVariable = "HALLWARD_E2E_CHILD"

func TestMain(m *testing.M) {
	if run, ok := children[os.Getenv(childVariable)]; ok {
		os.Exit(run())
	}
	code := m.Run()
	if binaries != "" {
		os.RemoveAll(binaries)
	}
	os.Exit(code)
}

// module is the folder of go.mod, seen from this package.
var module = func() string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		panic(err)
	}
	return dir
}()

var (
	building sync.Mutex
	binaries string
	built    = map[string]error{}
)

// programsVariable is a folder of programs that were built before.
const programsVariable = "HALLWARD_PROGRAMS"

// binary builds a program of cmd once, and gives its path.
func binary(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv(programsVariable); dir != "" {
		return filepath.Join(dir, name)
	}
	building.Lock()
	defer building.Unlock()
	if binaries == "" {
		dir, err := os.MkdirTemp("", "hallward-e2e-")
		if err != nil {
			t.Fatal(err)
		}
		binaries = dir
		lookAtSources(t)
	}
	path := filepath.Join(binaries, name)
	if _, done := built[name]; !done {
		cmd := exec.Command("go", "build", "-o", path, "./cmd/"+name)
		cmd.Dir = module
		if out, err := cmd.CombinedOutput(); err != nil {
			built[name] = fmt.Errorf("go build ./cmd/%s: %w\n%s", name, err, out)
		} else {
			built[name] = nil
		}
	}
	if built[name] != nil {
		t.Fatal(built[name])
	}
	return path
}

// lookAtSources lets the go command see what this test depends on, so that it
// runs again when a program has changed, and only then.
func lookAtSources(t testing.TB) {
	for _, top := range []string{"cmd", "devices", "kiosk", "deploy/halls", "go.mod"} {
		err := filepath.WalkDir(filepath.Join(module, top), func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && !strings.HasSuffix(path, "_test.go") {
				_, err = os.Stat(path)
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Ports of the sample hall. Each house has others in their place: see port.
const (
	consolePort = 8080
	pushPort    = 8081 // attendance terminals
	controlPort = 8090 // of hallsim
	centrePort  = 8091 // page of the centre
	brokerPort  = 8883 // of the hall
	centreMQTT  = 8884
)

// hallID is the hall of the sample.
const hallID = "luotian"

// house is one hall with its programs.
type house struct {
	t     testing.TB
	dir   string // working directory of the programs; hall/ has the YAML files
	ports map[int]int
	mu    sync.Mutex
	runs  map[string]*process
	shots map[string]*image.NRGBA // the last picture of each screen
}

// newHouse lays out the sample hall, open at all hours, with certificates, and
// starts nothing.
func newHouse(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, dir: t.TempDir(), ports: map[int]int{}, runs: map[string]*process{}, shots: map[string]*image.NRGBA{}}
	for _, d := range []string{"data", "sim", "logs", "hall"} {
		if err := os.Mkdir(filepath.Join(h.dir, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	h.copySample()
	h.edit("hall.yaml", "hours:\n", "hours:\n  overrides:\n"+alwaysOpen(time.Now()))
	h.edit("hall.yaml", `day_start: "04:00"`, `day_start: "00:00"`)
	h.do("hallctl", "pki", "init", "--dir", "pki", "--name", "Hallward test")
	h.do("hallctl", "pki", "issue", "--dir", "pki", "--host", "127.0.0.1", "--host", "localhost", hallID+"/hall", hallID+"/centre")
	h.do("hallctl", "pki", "issue", "--dir", "pki", hallID+"/kiosk-1", hallID+"/kiosk-2", hallID+"/board-1", hallID+"/desk-1")
	h.do("hallctl", "personkey", "pki/person.key")
	t.Cleanup(h.end)
	return h
}

var address = regexp.MustCompile(`127\.0\.0\.1:(\d+)`)

// copySample copies the YAML files of the sample with free ports and with the
// device files in this house's own folder.
func (h *house) copySample() {
	h.t.Helper()
	files, err := filepath.Glob(filepath.Join(module, "deploy/halls/luotian/*.yaml"))
	if err != nil || len(files) == 0 {
		h.t.Fatalf("the sample hall: %d files, %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			h.t.Fatal(err)
		}
		text := address.ReplaceAllStringFunc(string(b), func(a string) string {
			n, _ := strconv.Atoi(address.FindStringSubmatch(a)[1])
			return fmt.Sprintf("127.0.0.1:%d", h.port(n))
		})
		text = strings.ReplaceAll(text, "/dev/hallward/", h.dir+"/sim/")
		text = strings.ReplaceAll(text, "/var/lib/hallward/", h.dir+"/sim/")
		if err := os.WriteFile(h.file(filepath.Base(f)), []byte(text), 0o644); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := os.CopyFS(h.file("photos"), os.DirFS(filepath.Join(module, "deploy/halls/luotian/photos"))); err != nil {
		h.t.Fatal(err)
	}
}

// alwaysOpen is an exception to the hours for the days around now.
func alwaysOpen(now time.Time) string {
	var b strings.Builder
	zone := time.FixedZone("Asia/Shanghai", 8*60*60)
	for _, days := range []int{-1, 0, 1} {
		fmt.Fprintf(&b, "    %q: {segments: [{from: \"00:00\", to: \"24:00\"}], reason: {zh: 测试, en: Test}}\n",
			now.In(zone).AddDate(0, 0, days).Format(time.DateOnly))
	}
	return b.String()
}

// file is the path of a YAML file of this house.
func (h *house) file(name string) string { return filepath.Join(h.dir, "hall", name) }

// edit changes a YAML file, before its program is started.
func (h *house) edit(name, old, text string) {
	h.t.Helper()
	b, err := os.ReadFile(h.file(name))
	if err != nil {
		h.t.Fatal(err)
	}
	if !bytes.Contains(b, []byte(old)) {
		h.t.Fatalf("%s has no %q", name, old)
	}
	if err := os.WriteFile(h.file(name), bytes.Replace(b, []byte(old), []byte(text), 1), 0o644); err != nil {
		h.t.Fatal(err)
	}
}

var (
	takenPorts = map[int]bool{}
	portsMu    sync.Mutex
)

// portsVariable is the first of the 5,000 ports of this run, so that two runs at
// once do not take each other's while a program is dead.
const portsVariable = "HALLWARD_PORTS"

// freePort is a port that nobody listens at, below those that the kernel gives
// to outgoing connections, so that it stays free while its program restarts.
func freePort(t testing.TB) int {
	t.Helper()
	portsMu.Lock()
	defer portsMu.Unlock()
	first, many := 20000, 12000
	if s := os.Getenv(portsVariable); s != "" {
		var err error
		if first, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", portsVariable, err)
		}
		many = 5000
	}
	for range 1000 {
		p := first + rand.IntN(many)
		if takenPorts[p] {
			continue
		}
		ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", p))
		if err != nil {
			continue
		}
		ln.Close()
		takenPorts[p] = true
		return p
	}
	t.Fatal("no port is free")
	return 0
}

// port is what this house has in place of a port of the sample.
func (h *house) port(sample int) int {
	if h.ports[sample] == 0 {
		h.ports[sample] = freePort(h.t)
	}
	return h.ports[sample]
}

// url is the address of what listens at that port in the sample.
func (h *house) url(sample int) string { return fmt.Sprintf("http://127.0.0.1:%d", h.port(sample)) }

// do runs a program of cmd to its end, in the house's folder, and gives what it
// says.
func (h *house) do(name string, args ...string) string {
	h.t.Helper()
	cmd := exec.Command(binary(h.t, name), args...)
	cmd.Dir = h.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		h.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// until asks again and again until there is no error, and fails after limit
// with the last one.
func until(t testing.TB, limit time.Duration, what string, try func() error) {
	t.Helper()
	if err := within(limit, try); err != nil {
		t.Fatalf("%s: not within %v: %v", what, limit, err)
	}
}

// within asks again and again until there is no error, and gives the last one
// after limit.
func within(limit time.Duration, try func() error) error {
	again := time.NewTicker(30 * time.Millisecond)
	defer again.Stop()
	end := time.Now().Add(limit)
	for {
		err := try()
		if err == nil || time.Now().After(end) {
			return err
		}
		<-again.C
	}
}
