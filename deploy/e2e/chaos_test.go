package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices/sim/printer"
)

// Environment of TestKilledAtRandomPoints, beside the go command's own flags.
const (
	seedVariable    = "HALLWARD_SEED"    // repeats a run's faults and their times
	killsVariable   = "HALLWARD_KILLS"   // how many processes are killed; 25
	controlVariable = "HALLWARD_CONTROL" // who breaks the promise, so that the judge can be judged: "kiosk" or "hall"
)

// chaos is a running morning and what happens to it.
type chaos struct {
	*house
	t      *testing.T
	rand   *rand.Rand
	broken string          // the control, if this is one
	due    []later         // what will be mended, by time
	down   map[string]bool // who is dead now, and whose cable is cut ("cable of kiosk-1")
	wires  map[string]*wire
	kiosks map[string]*headless // by process
	clerks []*clerk

	life    int // of hallsim
	papers  map[string]printer.Paper
	looked  time.Time      // when papers were last fetched
	newest  map[string]int // number of the last one seen, by printer, in this life
	blind   [][2]time.Time // when papers may have gone unseen
	kills   int
	count   map[string]int // faults, by kind
	wrongs  map[string]int // what the judge complains of, by kind
	stories []string
}

// later is something to do at a time.
type later struct {
	at time.Time
	do func()
}

// A running morning: two kiosks give tickets as fast as citizens touch them,
// four windows work, and meanwhile the hall controller with its broker, the
// kiosks, the printers and the centre are killed with SIGKILL and the cables
// between them cut, at random points; often the kiosks are without the hall
// for seconds, give lent numbers, and are killed over that (R-KIOSK-26).
// Afterwards no number is there twice, no acknowledged ticket is lost, no ghost
// was called, no ticket was at two windows, nobody who waited for the same was
// passed by, and the centre has the events of the hall's disk, each once and in
// order.
func TestKilledAtRandomPoints(t *testing.T) {
	c := newChaos(t)
	kills := 25
	if s := os.Getenv(killsVariable); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil || kills < 1 {
			t.Fatalf("%s: %q is no number of kills", killsVariable, s)
		}
	}
	stopClerks := c.openWindows()
	for _, k := range c.kiosks {
		k.shows(20*time.Second, "ready", headlessState.well)
		c.order(k, "go")
		k.busy = true
	}
	c.faults(kills)
	c.recover()
	stopClerks()
	events := c.drain()
	a := judge.New()
	a.FIFO = true
	for _, e := range events {
		a.Take(e)
	}
	confirmed := c.judge(a)
	c.judgePapers(a)
	c.result(a, confirmed, len(events))
	if len(a.Tickets) < 2*kills || a.Call == 0 || len(c.papers) == 0 {
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
	c := &chaos{house: newHouse(t), t: t, rand: rand.New(rand.NewPCG(chaosSeed, 1)), broken: os.Getenv(controlVariable),
		down: map[string]bool{}, wires: map[string]*wire{}, kiosks: map[string]*headless{}, papers: map[string]printer.Paper{},
		count: map[string]int{}, wrongs: map[string]int{}, newest: map[string]int{}}
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
	services := map[string][]string{"housing": {"housing-register", "housing-permit"}, "vehicle": {"vehicle-register", "licence-renew"}}
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

// faults makes one fault after the other, some on top of others, until so many
// processes have been killed.
func (c *chaos) faults(kills int) {
	next := time.NewTimer(0)
	defer next.Stop()
	for fault := time.Now().Add(time.Second); c.kills < kills; {
		now := time.Now()
		for len(c.due) > 0 && !c.due[0].at.After(now) {
			do := c.due[0].do
			c.due = c.due[1:]
			do()
		}
		c.look()
		if !fault.After(now) {
			c.fault()
			fault = now.Add(100*time.Millisecond + c.upTo(1200*time.Millisecond))
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
		{5, func() { c.killProgram("hall") }},
		{2, func() { c.killProgram("hallsim") }},
		{2, func() { c.killProgram("centre") }},
		{5, func() { c.killKiosk("headless-kiosk-1") }},
		{5, func() { c.killKiosk("headless-kiosk-2") }},
		{3, c.cutWire},
		{2, c.holeWire},
		{4, c.troublePrinter},
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

// outage is how long the hall, or the way to it, is away: often so long that
// the kiosks go on alone.
func (c *chaos) outage() time.Duration {
	if c.rand.IntN(2) == 0 {
		return c.upTo(1500 * time.Millisecond)
	}
	return 1500*time.Millisecond + c.upTo(4*time.Second)
}

func (c *chaos) killProgram(name string) {
	if c.down[name] {
		return
	}
	c.mustRun(name)
	down := c.upTo(1500 * time.Millisecond)
	switch name {
	case "hallsim":
		from := time.Now()
		c.look() // what has been printed goes with the process
		c.unplug()
		c.kill(name)
		c.blind = append(c.blind, [2]time.Time{from.Add(-time.Second), time.Now().Add(time.Second)})
		c.life++
		clear(c.newest)
	case "hall":
		down = c.outage()
		c.kill(name)
		if c.broken == "hall" { // a disk that had not yet written what it said it had
			_ = os.Remove(filepath.Join(c.dir, "data/hall/hall.db-wal"))
		}
	default:
		c.kill(name)
	}
	c.kills++
	c.down[name] = true
	c.tell("kill "+name, "%s is killed", name)
	c.after(down, func() {
		c.launch(name)
		c.tell("start", "%s starts", name)
		// A program that has just been started may be killed again before it is ready.
		delete(c.down, name)
	})
}

// unplug takes away the names of the simulated devices. Without that they would
// lead to the next pseudo-terminal of the same number: that of another house on
// this machine.
func (c *chaos) unplug() {
	c.t.Helper()
	names, err := filepath.Glob(filepath.Join(c.dir, "sim/*"))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, name := range names {
		if to, err := os.Readlink(name); err == nil && strings.HasPrefix(to, "/dev/pts/") {
			_ = os.Remove(name)
		}
	}
}

func (c *chaos) killKiosk(process string) {
	if c.down[process] {
		return
	}
	c.mustRun(process)
	c.kill(process)
	c.kills++
	c.down[process] = true
	k := c.kiosks[process]
	c.tell("kill kiosk", "%s is killed", process)
	if c.down["hall"] || c.down["cable of "+k.name] {
		c.tell("alone", "that was without the hall")
	}
	c.after(c.upTo(800*time.Millisecond), func() {
		k.launch()
		delete(c.down, process)
		c.tell("start", "%s starts", process)
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
	if c.down["cable of "+name] {
		return
	}
	w.cut()
	c.tell("cable", "the cable of %s is cut", name)
	c.mendLater(name, c.outage())
}

func (c *chaos) mendLater(name string, after time.Duration) {
	c.down["cable of "+name] = true
	c.after(after, func() {
		c.wires[name].mend()
		delete(c.down, "cable of "+name)
	})
}

// holeWire lets a connection fall silent, rarely for longer than the keep-alive
// lets it live.
func (c *chaos) holeWire() {
	name, w := c.oneWire()
	if c.down["cable of "+name] {
		return
	}
	long := c.upTo(3 * time.Second)
	if c.rand.IntN(5) == 0 {
		long = 11 * time.Second
	}
	w.hole()
	c.tell("cable", "the cable of %s is silent for %v", name, long)
	c.mendLater(name, long)
}

func (c *chaos) troublePrinter() {
	id := []string{"kiosk-1", "kiosk-2"}[c.rand.IntN(2)]
	if c.rand.IntN(2) == 0 {
		bytes := 1 + c.rand.IntN(400)
		c.sim(fmt.Sprintf("/printer/%s/power-loss?bytes=%d&seconds=0.7", id, bytes))
		c.tell("printer", "the power of printer %s fails after %d bytes", id, bytes)
		return
	}
	names := []string{"paper-out", "cover", "silence", "garbage", "unplug", "cutter-once"}
	name := names[c.rand.IntN(len(names))]
	c.sim(fmt.Sprintf("/printer/%s/switch?name=%s&on=true", id, name))
	c.tell("printer", "printer %s: %s", id, name)
	c.after(c.upTo(2500*time.Millisecond), func() { c.sim(fmt.Sprintf("/printer/%s/switch?name=%s&on=false", id, name)) })
}

// sim is a command to the simulated devices, which may be dead.
func (c *chaos) sim(path string) { _, _ = request(http.MethodPost, c.url(controlPort)+path) }

// look fetches the papers that have come out.
func (c *chaos) look() {
	if c.down["hallsim"] {
		return
	}
	now := time.Now()
	for _, id := range []string{"kiosk-1", "kiosk-2"} {
		var papers []printer.Paper
		if getJSON(c.url(controlPort)+"/printer/"+id+"/papers", &papers) != nil {
			return // it is starting
		}
		for _, p := range papers {
			c.papers[fmt.Sprintf("%s/%d/%d", id, c.life, p.Number)] = p
		}
		if n := len(papers); n > 0 {
			if papers[0].Number > c.newest[id]+1 { // this machine was too busy to look in time
				c.blind = append(c.blind, [2]time.Time{c.looked.Add(-time.Second), now.Add(time.Second)})
			}
			c.newest[id] = papers[n-1].Number
		}
	}
	c.looked = now
}
