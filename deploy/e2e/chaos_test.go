package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/sim/printer"
)

// Environment of TestKilledAtRandomPoints, beside the go command's own flags.
const (
	seedVariable    = "HALLWARD_SEED"  // repeats a run's faults and their times
	secondsVariable = "HALLWARD_CHAOS" // how long the faults go on; 45
)

// chaos is a running morning and what happens to it.
type chaos struct {
	*house
	t      *testing.T
	rand   *rand.Rand
	due    []later         // what will be mended, by time
	down   map[string]bool // who is dead or cut now
	wires  map[string]*wire
	kiosks map[string]*headless // by process
	clerks []*clerk

	life    int // of hallsim
	papers  map[string]printer.Paper
	blind   [][2]time.Time // when papers may have gone unseen
	count   map[string]int // faults, by kind
	stories []string
}

// later is something to do at a time.
type later struct {
	at time.Time
	do func()
}

// A running morning: two kiosks give tickets as fast as citizens touch them,
// four windows work, and meanwhile the hall controller with its broker, the
// kiosks, the printers and the centre are killed and the cables between them
// cut, at random points. Afterwards no number is there twice, no acknowledged
// ticket is lost, no ghost was called, no ticket was at two windows, and the
// centre has the events of the hall's disk, each once and in order.
func TestKilledAtRandomPoints(t *testing.T) {
	c := newChaos(t)
	seconds := 45
	if s := os.Getenv(secondsVariable); s != "" {
		var err error
		if seconds, err = strconv.Atoi(s); err != nil {
			t.Fatalf("%s: %v", secondsVariable, err)
		}
	}
	stopClerks := c.openWindows()
	for _, k := range c.kiosks {
		k.shows(20*time.Second, "ready", headlessState.well)
		c.order(k, "go")
	}
	c.faults(time.Duration(seconds) * time.Second)
	c.recover()
	stopClerks()
	events := c.drain()
	a := give(events)
	c.judge(a)
	c.judgePapers(a)
	t.Logf("seed %s: %v; faults %v; %d papers; %d events", c.seed(), a, c.count, len(c.papers), len(events))
	if len(a.tickets) < 2*seconds || a.call == 0 || len(c.papers) == 0 {
		t.Errorf("that was no running morning: %v", a)
	}
	if t.Failed() {
		t.Logf("the faults were:\n%s", strings.Join(c.stories, "\n"))
	}
}

var chaosSeed uint64

func (c *chaos) seed() string { return strconv.FormatUint(chaosSeed, 10) }

func newChaos(t *testing.T) *chaos {
	chaosSeed = uint64(time.Now().UnixNano())
	if s := os.Getenv(seedVariable); s != "" {
		var err error
		if chaosSeed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("%s: %v", seedVariable, err)
		}
	}
	t.Logf("%s=%d", seedVariable, chaosSeed)
	c := &chaos{house: newHouse(t), t: t, rand: rand.New(rand.NewPCG(chaosSeed, 1)),
		down: map[string]bool{}, wires: map[string]*wire{}, kiosks: map[string]*headless{}, papers: map[string]printer.Paper{}, count: map[string]int{}}
	c.edit("hall.yaml", "confirm_within: 2m", "confirm_within: 10s")
	c.edit("hall.yaml", "rating_for: 30s", "rating_for: 5s")
	// One printer takes its time, so that much happens while it prints.
	c.edit("sim.yaml", "papers: sim/papers/kiosk-1", "papers: \"\"\n    speed: 250\n    pace: true")
	c.edit("sim.yaml", "papers: sim/papers/kiosk-2", `papers: ""`)
	hallAt, centreAt := fmt.Sprintf("127.0.0.1:%d", c.port(brokerPort)), fmt.Sprintf("127.0.0.1:%d", c.port(centreMQTT))
	for name, target := range map[string]string{"kiosk-1": hallAt, "kiosk-2": hallAt, "desk": hallAt, "centre": centreAt} {
		c.wires[name] = newWire(t, target)
	}
	c.edit("controller.yaml", "url: tls://"+centreAt, "url: tls://"+c.wires["centre"].addr())
	c.start("centre", "hallsim", "hall")
	c.life = 1
	services := map[string][]string{"housing": {"housing-rent", "housing-permit"}, "vehicle": {"vehicle-register", "licence-renew"}}
	c.checkServices(services)
	for name, link := range map[string]string{
		"kiosk-1": "serial:" + c.dir + "/sim/kiosk-1-printer?baud=115200",
		"kiosk-2": fmt.Sprintf("tcp:127.0.0.1:%d", c.port(9100)),
	} {
		k := c.newHeadless(name, "tls://"+c.wires[name].addr(), link, services)
		c.kiosks[k.process()] = k
		k.launch()
	}
	return c
}

// openWindows puts a clerk at four windows, two and two with the same services.
func (c *chaos) openWindows() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	n := c.deskAt("tls://" + c.wires["desk"].addr())
	for i, p := range []struct{ window, staff, twin string }{{"w02", "1003", "w03"}, {"w03", "1004", "w02"}, {"w06", "1010", "w07"}, {"w07", "1011", "w06"}} {
		k := &clerk{desk: n, window: p.window, staff: p.staff, twin: p.twin, rand: rand.New(rand.NewPCG(chaosSeed, uint64(i+2)))}
		c.clerks = append(c.clerks, k)
		all.Go(func() { k.work(ctx) })
	}
	stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	c.t.Cleanup(stop)
	return stop
}

// checkServices fails when the sample hall has been given other services.
func (c *chaos) checkServices(services map[string][]string) {
	c.t.Helper()
	b, err := os.ReadFile(c.file("services.yaml"))
	if err != nil {
		c.t.Fatal(err)
	}
	for unit, list := range services {
		for _, s := range append(slices.Clone(list), unit) {
			if !strings.Contains(string(b), "id: "+s) {
				c.t.Fatalf("the sample hall has no %s", s)
			}
		}
	}
}

func (c *chaos) tell(kind, format string, args ...any) {
	c.count[kind]++
	c.stories = append(c.stories, time.Now().UTC().Format("15:04:05.000  ")+fmt.Sprintf(format, args...))
}

// after plans to mend what was broken.
func (c *chaos) after(d time.Duration, do func()) {
	c.due = append(c.due, later{time.Now().Add(d), do})
	slices.SortStableFunc(c.due, func(a, b later) int { return a.at.Compare(b.at) })
}

// upTo is a random time below a limit.
func (c *chaos) upTo(d time.Duration) time.Duration { return time.Duration(c.rand.Int64N(int64(d))) }

// faults makes one fault after the other, some on top of others, for so long.
func (c *chaos) faults(long time.Duration) {
	end := time.Now().Add(long)
	next := time.NewTimer(0)
	defer next.Stop()
	for fault := time.Now().Add(time.Second); ; {
		now := time.Now()
		if now.After(end) {
			return
		}
		for len(c.due) > 0 && !c.due[0].at.After(now) {
			do := c.due[0].do
			c.due = c.due[1:]
			do()
		}
		c.look()
		if !fault.After(now) {
			c.fault()
			fault = now.Add(100*time.Millisecond + c.upTo(1600*time.Millisecond))
		}
		// Often enough to see every paper: the printers keep the last ones only.
		next.Reset(200 * time.Millisecond)
		<-next.C
	}
}

// fault breaks one thing at random that is not broken already.
func (c *chaos) fault() {
	all := []struct {
		weight int
		do     func()
	}{
		{4, func() { c.killProgram("hall") }},
		{2, func() { c.killProgram("hallsim") }},
		{2, func() { c.killProgram("centre") }},
		{3, func() { c.killKiosk("headless-kiosk-1") }},
		{3, func() { c.killKiosk("headless-kiosk-2") }},
		{4, c.cutWire},
		{2, c.holeWire},
		{5, c.troublePrinter},
	}
	sum := 0
	for _, f := range all {
		sum += f.weight
	}
	n := c.rand.IntN(sum)
	for _, f := range all {
		if n -= f.weight; n < 0 {
			f.do()
			return
		}
	}
}

func (c *chaos) killProgram(name string) {
	if c.down[name] {
		return
	}
	c.mustRun(name)
	if name == "hallsim" {
		from := time.Now()
		c.look() // what has been printed goes with the process
		c.kill(name)
		c.blind = append(c.blind, [2]time.Time{from.Add(-time.Second), time.Now().Add(time.Second)})
		c.life++
	} else {
		c.kill(name)
	}
	c.down[name] = true
	c.tell("kill "+name, "%s is killed", name)
	c.after(c.upTo(1500*time.Millisecond), func() {
		c.launch(name)
		c.tell("", "%s starts", name)
		// A program that has just been started may be killed again before it is ready.
		delete(c.down, name)
	})
}

func (c *chaos) killKiosk(process string) {
	if c.down[process] {
		return
	}
	c.mustRun(process)
	c.kill(process)
	c.down[process] = true
	c.tell("kill kiosk", "%s is killed", process)
	c.after(c.upTo(800*time.Millisecond), func() {
		k := c.kiosks[process]
		k.launch()
		delete(c.down, process)
		c.tell("", "%s starts", process)
		c.order(k, "go")
	})
}

// order waits until the control of a kiosk takes an order.
func (c *chaos) order(k *headless, order string) {
	c.t.Helper()
	until(c.t, 20*time.Second, k.name+" takes orders", func() error { return k.order(order) })
}

// mustRun fails when a program has ended without having been killed.
func (c *chaos) mustRun(name string) {
	c.t.Helper()
	if p := c.process(name); p.over() {
		c.t.Fatalf("%s has ended by itself: %v", name, p.err)
	}
}

func (c *chaos) oneWire() (string, *wire) {
	names := []string{"kiosk-1", "kiosk-2", "desk", "centre"}
	name := names[c.rand.IntN(len(names))]
	return name, c.wires[name]
}

func (c *chaos) cutWire() {
	name, w := c.oneWire()
	w.cut()
	c.tell("cut", "the cable of %s is cut", name)
	c.after(c.upTo(2*time.Second), w.mend)
}

// holeWire lets a connection fall silent, rarely for longer than the keep-alive
// lets it live.
func (c *chaos) holeWire() {
	name, w := c.oneWire()
	long := c.upTo(3 * time.Second)
	if c.rand.IntN(5) == 0 {
		long = 11 * time.Second
	}
	w.hole()
	c.tell("hole", "the cable of %s is silent for %v", name, long)
	c.after(long, w.mend)
}

func (c *chaos) troublePrinter() {
	id := []string{"kiosk-1", "kiosk-2"}[c.rand.IntN(2)]
	if c.rand.IntN(2) == 0 {
		bytes := 1 + c.rand.IntN(400)
		c.sim(fmt.Sprintf("/printer/%s/power-loss?bytes=%d&seconds=0.7", id, bytes))
		c.tell("printer power", "the power of printer %s fails after %d bytes", id, bytes)
		return
	}
	names := []string{"paper-out", "cover", "silence", "garbage", "unplug", "cutter-once"}
	name := names[c.rand.IntN(len(names))]
	c.sim(fmt.Sprintf("/printer/%s/switch?name=%s&on=true", id, name))
	c.tell("printer "+name, "printer %s: %s", id, name)
	c.after(c.upTo(2500*time.Millisecond), func() { c.sim(fmt.Sprintf("/printer/%s/switch?name=%s&on=false", id, name)) })
}

// sim is a command to the simulated devices, which may be dead.
func (c *chaos) sim(path string) { _, _ = request(http.MethodPost, c.url(controlPort)+path) }

// look fetches the papers that have come out.
func (c *chaos) look() {
	if c.down["hallsim"] {
		return
	}
	for _, id := range []string{"kiosk-1", "kiosk-2"} {
		var papers []printer.Paper
		if getJSON(c.url(controlPort)+"/printer/"+id+"/papers", &papers) != nil {
			return // it is starting
		}
		for _, p := range papers {
			c.papers[fmt.Sprintf("%s/%d/%d", id, c.life, p.Number)] = p
		}
	}
}
