package station_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallward/devices"
	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/controller"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/journal"
	"hallward/devices/link"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/sim/port"
	"hallward/devices/sim/printer"
	"hallward/kiosk/flow"
	"hallward/kiosk/station"
)

// BenchmarkTapToByte is the time from the touch of a service to the first byte
// of the slip at the printer: touch, request over the broker, number on the
// hall's disk, answer, note on the kiosk's disk, slip, pseudo-terminal. Only the
// window is left out. Budget (design §7): p99 ≤ 30 ms, and ≤ 3 × the floor,
// which is one durable append and two MQTT hops, taken by turns with the taps
// so that both see the same load. The path itself has two durable appends: the
// kiosk's note "a print has begun" is the second.
func BenchmarkTapToByte(b *testing.B) {
	for _, way := range []string{"in process", "TLS"} {
		b.Run(way, func(b *testing.B) {
			h := openHall(b, way == "TLS")
			k := h.kiosk(b)
			echo := h.connect(b, h.config(b, "kiosk-2"))
			disk := newRecord(b)
			k.take(b, true) // before the clock runs: everything is open then
			taps, appends, hops := make([]time.Duration, b.N), make([]time.Duration, b.N), make([]time.Duration, b.N)
			b.ResetTimer()
			for i := range b.N {
				taps[i] = k.take(b, true)
				appends[i] = disk.append(b)
				hops[i] = twoHops(b, echo)
			}
			b.StopTimer()
			floor := func(q float64) time.Duration { return quantile(appends, q) + quantile(hops, q) }
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(micros(quantile(taps, 0.5)), "p50-µs")
			b.ReportMetric(micros(quantile(taps, 0.99)), "p99-µs")
			b.ReportMetric(micros(floor(0.5)), "floor-p50-µs")
			b.ReportMetric(micros(floor(0.99)), "floor-p99-µs")
			b.ReportMetric(float64(quantile(taps, 0.5))/float64(floor(0.5)), "p50/floor")
			b.ReportMetric(float64(quantile(taps, 0.99))/float64(floor(0.99)), "p99/floor")
		})
	}
}

// BenchmarkLentTapToByte is the same touch at a kiosk that is cut off from the
// hall: the number is one of those that the hall has lent, and everything that
// must be durable is one commit on the kiosk's own disk (R-KIOSK-26). The floor
// is one durable append.
func BenchmarkLentTapToByte(b *testing.B) {
	h := openHall(b, true)
	k := h.kiosk(b)
	disk := newRecord(b)
	k.take(b, true)
	k.until(b, "holding lent numbers", func(s flow.State) bool { return s.Lent.Left["A"] > b.N })
	k.cut()
	k.until(b, "cut off", func(s flow.State) bool { return !s.Online })
	k.take(b, false)
	taps, appends := make([]time.Duration, b.N), make([]time.Duration, b.N)
	b.ResetTimer()
	for i := range b.N {
		taps[i] = k.take(b, false)
		appends[i] = disk.append(b)
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(micros(quantile(taps, 0.5)), "p50-µs")
	b.ReportMetric(micros(quantile(taps, 0.99)), "p99-µs")
	b.ReportMetric(micros(quantile(appends, 0.5)), "floor-p50-µs")
	b.ReportMetric(float64(quantile(taps, 0.5))/float64(quantile(appends, 0.5)), "p50/floor")
	b.ReportMetric(float64(quantile(taps, 0.99))/float64(quantile(appends, 0.99)), "p99/floor")
}

var (
	silent = slog.New(slog.NewTextHandler(io.Discard, nil))
	topics = contract.Topics{Hall: "sample"}
)

func micros(d time.Duration) float64 { return float64(d.Microseconds()) }

func quantile(d []time.Duration, q float64) time.Duration {
	s := slices.Clone(d)
	slices.Sort(s)
	return s[min(len(s)-1, int(float64(len(s))*q))]
}

// record is a file whose appends are made durable one by one.
type record struct{ *os.File }

func newRecord(b *testing.B) record {
	b.Helper()
	f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { f.Close() })
	return record{f}
}

// append writes as many bytes as an event has, and waits until the disk has them.
func (f record) append(b *testing.B) time.Duration {
	begin := time.Now()
	if _, err := f.Write(make([]byte, 208)); err != nil {
		b.Fatal(err)
	}
	if err := unix.Fdatasync(int(f.Fd())); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// echoType is a request that the host answers without doing anything: one hop
// there and one back.
const echoType = "echo/1"

func twoHops(b *testing.B, n *node.Node) time.Duration {
	begin := time.Now()
	if _, err := n.Ask(b.Context(), echoType, struct{}{}); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// house is a hall with its engine, journal, broker and host.
type house struct {
	engine *controller.Engine
	broker *broker.Broker
	certs  string // empty: nodes are inside the process
	ctx    context.Context
	stop   context.CancelFunc
	all    sync.WaitGroup
}

func setup() *hall.Setup {
	return &hall.Setup{
		Hall: contract.HallInfo{ID: "sample", Name: contract.Text2{ZH: "示例政务服务中心", EN: "Sample Service Centre"},
			ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110"},
		Units: []contract.UnitInfo{{ID: "u", Name: contract.Text2{ZH: "住房和城乡建设局", EN: "Housing and Construction"}}},
		Services: []hall.Service{{ServiceInfo: contract.ServiceInfo{ID: "s", Unit: "u", Prefix: "A",
			Name: contract.Text2{ZH: "商品房预售许可", EN: "Presale permit"}}}},
		Windows: []hall.Window{{ID: "w1", Label: "1", Name: contract.Text2{ZH: "1号窗口", EN: "Window 1"}, Services: []string{"s"}}},
		Nodes:   []hall.Node{{ID: "kiosk-1", Role: hall.RoleKiosk}, {ID: "kiosk-2", Role: hall.RoleKiosk}},
		Lending: hall.Lending{From: 50_001, Least: 20_000, Most: 20_000},
		Hours: &calendar.Hours{Zone: time.FixedZone("CST", 8*3600), ZoneName: "Asia/Shanghai", Weekdays: [7]bool{true, true, true, true, true, true, true},
			Segments: []calendar.Segment{{From: 0, To: 24 * 60}}, NoHolidays: true},
	}
}

func openHall(b *testing.B, overTLS bool) *house {
	b.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h := &house{ctx: ctx, stop: cancel}
	j := openJournal(b, "hall", false)
	b.Cleanup(h.end)
	var err error
	if h.engine, err = controller.NewEngine(setup(), "hall", j, silent, time.Now); err != nil {
		b.Fatal(err)
	}
	c := broker.Config{Halls: []string{"sample"}, Log: silent}
	if overTLS {
		h.certs = certificates(b)
		c.Listen = "127.0.0.1:0"
		if c.TLS, err = pki.ServerTLS(h.certs, "hall"); err != nil {
			b.Fatal(err)
		}
	}
	if h.broker, err = broker.New(c); err != nil {
		b.Fatal(err)
	}
	host, err := node.NewHost(node.HostConfig{Hall: "sample", Dial: h.broker.Dial(topics.Identity("hall")), Log: silent,
		Events: func(ctx context.Context, n string, evs []contract.Event) (uint64, error) {
			return h.engine.Events(ctx, n, hall.RoleKiosk, evs)
		},
		Ask: func(ctx context.Context, n string, r contract.Request) contract.Answer {
			if r.Type == echoType {
				return contract.Answer{Result: contract.ResultOK}
			}
			return h.engine.Ask(ctx, n, hall.RoleKiosk, r)
		},
		Node: func(n string, i node.NodeInfo) {
			if i.Birth.Outbox != nil {
				h.engine.Born(n, *i.Birth.Outbox)
			}
		}})
	if err != nil {
		b.Fatal(err)
	}
	raw, err := json.Marshal(hall.New(setup()).CatalogueView())
	if err == nil {
		err = host.PublishView(contract.ViewCatalogue, raw)
	}
	if err != nil {
		b.Fatal(err)
	}
	h.run(h.engine.Run)
	h.run(h.broker.Run)
	h.run(host.Run)
	h.run(func(ctx context.Context) error { h.engine.PublishViews(ctx, host.PublishView); return nil })
	return h
}

func (h *house) end() { h.stop(); h.all.Wait() }

// run keeps f alive until the benchmark ends.
func (h *house) run(f func(context.Context) error) { h.all.Go(func() { _ = f(h.ctx) }) }

// openJournal opens a journal on disk; it is closed after everything that uses it.
func openJournal(b *testing.B, n string, outbox bool) *journal.Journal {
	b.Helper()
	j, err := journal.Open(filepath.Join(b.TempDir(), n+".db"), &journal.Options{Hall: "sample", Node: n, Outbox: outbox})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = j.Close() })
	return j
}

func certificates(b *testing.B) string {
	b.Helper()
	dir := filepath.Join(b.TempDir(), "pki")
	a, err := pki.Create(dir, "Sample hall", time.Now())
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range []pki.Request{{Node: "hall", Hosts: []string{"127.0.0.1"}}, {Node: "kiosk-1"}, {Node: "kiosk-2"}} {
		r.Hall = "sample"
		if err := a.Issue(r, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	return dir
}

func (h *house) config(b *testing.B, id string) node.Config {
	b.Helper()
	c := node.Config{Hall: "sample", Node: id, Program: "kiosk", Role: hall.RoleKiosk, Log: silent}
	if h.certs == "" {
		c.Dial = h.broker.Dial(topics.Identity(id))
		return c
	}
	tc, err := pki.NodeTLS(h.certs, id)
	if err != nil {
		b.Fatal(err)
	}
	c.Broker, c.TLS = "tls://"+h.broker.Addr(), tc
	return c
}

// connect brings a node up that only asks.
func (h *house) connect(b *testing.B, c node.Config) *node.Node {
	b.Helper()
	n, err := node.New(c)
	if err != nil {
		b.Fatal(err)
	}
	up := make(chan struct{})
	first := sync.OnceFunc(func() { close(up) })
	n.OnOnline(func(bool) { first() }) // the first change is to online
	h.run(n.Run)
	<-up
	return n
}

// machine is a kiosk without its window: station, journal, node, driver, and a
// simulated printer on a pseudo-terminal.
type machine struct {
	*station.Station
	bytes chan time.Time  // when the first bytes of a slip came
	seen  chan flow.State // the newest state that was shown
	cut   func()          // ends the connection to the hall for good
}

// slipPart is more than any status request and less than any slip, in bytes.
const slipPart = 64

func (h *house) kiosk(b *testing.B) *machine {
	b.Helper()
	k := &machine{bytes: make(chan time.Time, 1), seen: make(chan flow.State, 1)}
	dev := h.printer(b, k)
	j := openJournal(b, "kiosk-1", true)
	c := h.config(b, "kiosk-1")
	c.Outbox, c.Answered = j, j.Answered
	n, err := node.New(c)
	if err != nil {
		b.Fatal(err)
	}
	k.Station, err = station.New(station.Config{Node: "kiosk-1", Asker: n, Store: j, Printer: dev, Log: silent, Show: k.show})
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range station.Views {
		n.OnView(name, func(raw json.RawMessage) { k.View(h.ctx, name, raw) })
	}
	n.OnOnline(func(up bool) { k.Online(h.ctx, up) })
	b.Cleanup(h.end) // before the kiosk's journal is closed
	online, cut := context.WithCancel(h.ctx)
	k.cut = cut
	h.run(k.Run)
	h.run(func(context.Context) error { return n.Run(online) })
	return k
}

func (h *house) printer(b *testing.B, k *machine) *escpos.Dev {
	b.Helper()
	p, err := printer.New(printer.Opts{OnBytes: func(n int, at time.Time) {
		if n < slipPart {
			return
		}
		select {
		case k.bytes <- at:
		default: // the rest of the slip
		}
	}})
	if err != nil {
		b.Fatal(err)
	}
	on, err := port.Open("pty:" + filepath.Join(b.TempDir(), "printer"))
	if err != nil {
		b.Fatal(err)
	}
	h.run(func(ctx context.Context) error { return p.Run(ctx, on) })
	l, err := link.Open(b.Context(), on.Spec()+"?baud=115200")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = l.Close() })
	dev, err := escpos.New(l, nil)
	if err != nil {
		b.Fatal(err)
	}
	h.run(func(ctx context.Context) error {
		return dev.Run(ctx, func(context.Context, devices.Reading) error { return nil })
	})
	return dev
}

// show keeps the newest state for whoever waits.
func (k *machine) show(s flow.State) {
	select {
	case <-k.seen:
	default:
	}
	k.seen <- s
}

// until waits for a state.
func (k *machine) until(b *testing.B, what string, so func(flow.State) bool) {
	b.Helper()
	late := time.NewTimer(20 * time.Second)
	defer late.Stop()
	var s flow.State
	for {
		select {
		case s = <-k.seen:
			if so(s) {
				return
			}
		case <-late.C:
			b.Fatalf("20 s have passed: not yet %s; on %s %s", what, s.Face(), s.Reason)
		}
	}
}

func (k *machine) touch(b *testing.B, t flow.Touch, arg string, to flow.Screen) {
	b.Helper()
	k.Touch(t, arg)
	k.until(b, string(to), func(s flow.State) bool { return s.Face() == to })
}

// take takes one ticket as a citizen does and measures it.
func (k *machine) take(b *testing.B, online bool) time.Duration {
	b.Helper()
	k.until(b, "ready", func(s flow.State) bool {
		return s.Face() == flow.Attract && s.Online == online && s.Printer.Ready && s.Calendar.Issuing && len(s.Catalogue.Services) > 0
	})
	k.touch(b, flow.Start, "", flow.Home)
	k.touch(b, flow.Unit, "u", flow.Services)
	select {
	case <-k.bytes: // of the greeting, long ago
	default:
	}
	begin := time.Now()
	k.Touch(flow.Service, "s")
	k.until(b, "done", func(s flow.State) bool { return s.Face() == flow.Done })
	at := <-k.bytes
	k.Touch(flow.Finish, "")
	return at.Sub(begin)
}
