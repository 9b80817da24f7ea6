// Package bubble runs a whole hall as one simulation: the controller's engine
// and host, the broker, kiosks with their printers, boards, citizens and
// staff, in one testing/synctest bubble, so that a day passes in a fraction of
// a second. The programs' own code runs, from the flow of the screens to the
// bytes of the slip; in memory are the disks, the lines and the network,
// because a bubble's clock does not move while the machine waits for them.
//
// Everything that goes wrong is drawn from a seed: writes fail or succeed
// unheard, processes die between any two steps, links are cut or go dead,
// printers lose paper or power in the middle of a slip. What the hall promises
// is looked at after each event that reaches its disk, and the end of the day
// is held against the papers and against what the citizens were told.
package bubble

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"hallward/deploy/e2e/judge"
	"hallward/devices"
	"hallward/devices/broker"
	"hallward/devices/catalog"
	"hallward/devices/contract"
	"hallward/devices/controller"
	"hallward/devices/driver/printer/escpos"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/host"
	"hallward/devices/node"
	"hallward/devices/sim/printer"
	"hallward/kiosk/display/model"
	"hallward/kiosk/flow"
	"hallward/kiosk/station"
)

const hallID = "sample"

// process is one program of the hall, which can be killed.
type process struct {
	stop context.CancelFunc
	all  sync.WaitGroup
	disk *disk // nil for a board
	fell atomic.Bool
}

func (p *process) run(ctx context.Context, f func(context.Context) error) {
	p.all.Go(func() { _ = f(ctx) })
}

// kill ends a process as a power cut does: first its disk, so that nothing
// orderly is written any more.
func (p *process) kill() {
	if p.disk != nil {
		p.disk.kill()
	}
	p.stop()
	p.all.Wait()
	if p.disk != nil && p.disk.lax > 0 {
		p.disk.forget()
	}
}

// world is one hall on one day.
type world struct {
	t       *testing.T
	seed    uint64
	rng     *rand.Rand // of the one goroutine that lets things happen
	plot    *rand.Rand // of the faults alone: what follows from them draws from rng
	log     *slog.Logger
	wires   *wires
	calm    bool // no more faults
	skew    time.Duration
	planned time.Duration // drawn time that has passed

	mu      sync.Mutex
	account *judge.Account
	trace   []string // what happened, for a failed day
	plan    []string // the faults that were drawn
	faults  []string // what the hall must not do, and did

	brokerStop func()
	hall       *process
	plate      *platter
	engine     *controller.Engine
	kiosks     []*kiosk
	boards     []*board
	queues     int // tickets that wait, as the last event left it
}

// kiosk is a kiosk machine with its printer, and who stands before it.
type kiosk struct {
	id      string
	plate   *platter
	printer *printer.Printer
	socket  *socket
	proc    *process // nil while it is off
	mu      sync.Mutex
	state   flow.State
	touch   func(flow.Touch, string)
	kept    map[string]string // tickets that a citizen left with → number
	end     func()            // of the printer
}

// board is a call board.
type board struct {
	id       string
	proc     *process
	mu       sync.Mutex
	state    *model.State
	saved    []byte
	last     uint64 // call announced last
	newest   uint64 // that it has heard of
	mistakes []string
}

// say notes what happened, with the day's time.
func (w *world) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.trace = append(w.trace, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// setup is a small hall with everything that the queue knows. The bubble's
// clock begins at 08:00 of Beijing.
func setup() *hall.Setup {
	text := func(s string) contract.Text2 { return contract.Text2{ZH: s, EN: s} }
	s := &hall.Setup{
		Hall:  contract.HallInfo{ID: hallID, Name: text("示例"), ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110"},
		Units: []contract.UnitInfo{{ID: "u", Name: text("甲")}, {ID: "v", Name: text("乙")}},
		Nodes: []hall.Node{{ID: "hall", Role: hall.RoleHall}, {ID: "kiosk-1", Role: hall.RoleKiosk}, {ID: "kiosk-2", Role: hall.RoleKiosk},
			{ID: "board-1", Role: hall.RoleDisplay}},
		ConfirmWithin: 40 * time.Second,
		Hours: &calendar.Hours{Zone: time.FixedZone("CST", 8*3600), ZoneName: "Asia/Shanghai", DayStart: 4 * 60, NoHolidays: true,
			Weekdays: [7]bool{true, true, true, true, true, true, true},
			Segments: []calendar.Segment{{From: 7*60 + 30, To: 8*60 + 9}, {From: 8*60 + 11, To: 9 * 60}}},
	}
	for _, v := range []struct{ id, unit, prefix string }{{"s1", "u", "A"}, {"s2", "u", "A"}, {"s3", "v", "B"}} {
		s.Services = append(s.Services, hall.Service{ServiceInfo: contract.ServiceInfo{ID: v.id, Unit: v.unit, Prefix: v.prefix, Name: text(v.id), Fee: "0"}, Mean: 1})
	}
	all := []string{"s1", "s2", "s3"}
	for i, skills := range [][]string{{"s1", "s2"}, {"s2", "s3"}, all} {
		id := fmt.Sprintf("w%d", i+1)
		s.Windows = append(s.Windows, hall.Window{ID: id, Label: fmt.Sprint(i + 1), Name: text(id), Kind: hall.KindDepartment, Services: skills})
		s.Staff = append(s.Staff, hall.Staff{ID: "p" + id, Number: fmt.Sprint(1001 + i), Name: "甄样例", Services: all, PINHash: pin})
	}
	return s
}

// pin is the hash of "1234"; few iterations, as a day has many starts.
var pin = func() string {
	h, err := hall.HashPIN("1234", []byte("salt of bubbles!"), 1)
	if err != nil {
		panic(err)
	}
	return h
}()

func newWorld(t *testing.T, seed uint64, lax time.Duration) *world {
	w := &world{t: t, seed: seed, rng: rand.New(rand.NewPCG(seed, 1)), plot: rand.New(rand.NewPCG(seed, 2)), log: slog.New(slog.DiscardHandler),
		wires: &wires{open: map[string]*wire{}, shut: map[string]bool{}}, account: judge.New()}
	w.account.FIFO = true
	w.plate = newPlatter(hallID, "hall", "hall-1")
	w.plate.stored, w.plate.lax = w.happened, lax
	w.startBroker()
	w.startHall()
	for i := range 2 {
		w.kiosks = append(w.kiosks, w.newKiosk(fmt.Sprintf("kiosk-%d", i+1)))
	}
	w.boards = append(w.boards, &board{id: "board-1", state: model.New()})
	for _, k := range w.kiosks {
		w.pause()
		w.startKiosk(k)
	}
	w.pause()
	w.startBoard(w.boards[0])
	return w
}

// pause keeps apart what is switched on: things that happen in the same moment
// could happen in any order.
func (w *world) pause() { time.Sleep(time.Duration(1_000_000 + w.rng.IntN(900_000_000))) }

// happened looks at each event as soon as it is on the hall's disk.
func (w *world) happened(events []contract.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range events {
		w.account.Take(e)
		w.trace = append(w.trace, time.Now().Format("15:04:05.000 ")+"    "+e.Type+" "+string(e.Data))
	}
}

// fate draws how a write ends.
func (w *world) fate(r *rand.Rand) fate {
	w.mu.Lock()
	calm := w.calm
	w.mu.Unlock()
	if calm {
		return fine
	}
	switch r.IntN(400) {
	case 0:
		return failed
	case 1:
		return uncanny
	case 2:
		return fullDisk
	}
	return fine
}

func (w *world) startBroker() {
	b, err := broker.New(broker.Config{Halls: []string{hallID}, Log: w.log})
	if err != nil {
		w.t.Fatal(err)
	}
	p := &process{}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	p.run(ctx, b.Run)
	w.wires.mu.Lock()
	w.wires.broker = b
	w.wires.mu.Unlock()
	w.brokerStop = func() {
		w.wires.mu.Lock()
		w.wires.broker = nil
		w.wires.mu.Unlock()
		p.kill()
	}
}

// draw is the randomness of one process, from the seed of the day.
func (w *world) draw() node.Draw {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(w.seed, w.rng.Uint64()))
	return func(below time.Duration) time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return time.Duration(r.Int64N(int64(below)))
	}
}

func (w *world) identity(node string) string { return contract.Topics{Hall: hallID}.Identity(node) }

// startHall is cmd/hall without the doors that need files and sockets.
func (w *world) startHall() {
	s := setup()
	p := &process{disk: open(w.plate, rand.New(rand.NewPCG(w.seed, w.rng.Uint64())), w.fate)}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	roles := map[string]string{}
	for _, n := range s.Nodes {
		roles[n.ID] = n.Role
	}
	engine, err := controller.NewEngine(s, "hall", p.disk, w.log, func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return time.Now().Add(w.skew)
	})
	if err != nil {
		w.t.Fatalf("seed %d: the hall does not start: %v", w.seed, err)
	}
	h, err := node.NewHost(node.HostConfig{Hall: hallID, Dial: w.wires.dial(w.identity("hall")), Draw: w.draw(), Log: w.log,
		Events: func(ctx context.Context, n string, evs []contract.Event) (uint64, error) {
			return engine.Events(ctx, n, roles[n], evs)
		},
		Ask: func(ctx context.Context, n string, r contract.Request) contract.Answer {
			return engine.Ask(ctx, n, roles[n], r)
		},
		Node: func(n string, i node.NodeInfo) {
			if i.Birth.Outbox != nil {
				engine.Born(n, *i.Birth.Outbox)
			}
		}})
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := json.Marshal(s.CatalogueView())
	if err == nil {
		err = h.PublishView(contract.ViewCatalogue, raw)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	p.run(ctx, engine.Run)
	p.run(ctx, h.Run)
	p.run(ctx, func(ctx context.Context) error { engine.PublishViews(ctx, h.PublishView); return nil })
	w.hall = p
	w.mu.Lock()
	w.engine = engine
	w.mu.Unlock()
}

func (w *world) newKiosk(id string) *kiosk {
	p, err := printer.New(printer.Opts{Name: id, Speed: 150, Keep: 10_000})
	if err != nil {
		w.t.Fatal(err)
	}
	k := &kiosk{id: id, plate: newPlatter(hallID, id, id+"-1"), printer: p, socket: newSocket(), kept: map[string]string{}}
	k.plate.lax = w.plate.lax
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	all.Go(func() { _ = p.Run(ctx, k.socket) })
	k.end = func() { cancel(); all.Wait() }
	return k
}

// startKiosk is cmd/kiosk without its window.
func (w *world) startKiosk(k *kiosk) {
	p := &process{disk: open(k.plate, rand.New(rand.NewPCG(w.seed, w.rng.Uint64())), w.fate)}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	n, err := node.New(node.Config{Hall: hallID, Node: k.id, Dial: w.wires.dial(w.identity(k.id)), Program: "kiosk", Role: hall.RoleKiosk,
		Outbox: p.disk, Answered: p.disk.Answered, Draw: w.draw(), Log: w.log})
	if err != nil {
		w.t.Fatal(err)
	}
	cabinet := host.New([]catalog.Spec{{ID: "printer", Kind: "printer/escpos", Link: "memory:"}},
		func(context.Context, string, devices.Reading) error { return nil }, w.log,
		host.WithDraw(w.draw()), host.WithOpener(func(ctx context.Context, _ catalog.Spec) (*catalog.Port, error) {
			l, err := k.socket.open(ctx)
			if err != nil {
				return nil, err
			}
			dev, err := escpos.New(l, nil)
			if err != nil {
				return nil, err
			}
			return catalog.NewPort(dev, l), nil
		}))
	paper, _ := cabinet.Printer("printer")
	s, err := station.New(station.Config{Node: k.id, Asker: n, Store: p.disk, Printer: paper, PrinterID: "printer", Log: w.log,
		Times: flow.Times{Idle: 20 * time.Second, Warn: 8 * time.Second, Done: 4 * time.Second},
		Show: func(s flow.State) {
			k.mu.Lock()
			defer k.mu.Unlock()
			if s.Face() == flow.Done && s.Ticket != nil {
				k.kept[s.Ticket.Ticket] = s.Ticket.Number
			}
			k.state = s
		}})
	if err != nil {
		w.t.Fatalf("seed %d: %s does not start: %v", w.seed, k.id, err)
	}
	for _, name := range station.Views {
		n.OnView(name, func(raw json.RawMessage) { s.View(ctx, name, raw) })
	}
	n.OnOnline(func(up bool) { s.Online(ctx, up) })
	k.mu.Lock()
	k.touch = s.Touch
	k.mu.Unlock()
	p.run(ctx, func(ctx context.Context) error {
		err := s.Run(ctx)
		p.fell.Store(ctx.Err() == nil) // its disk failed at the start: the program ends
		return err
	})
	p.run(ctx, n.Run)
	p.run(ctx, cabinet.Run)
	p.run(ctx, func(ctx context.Context) error { return mend(ctx, p.disk) })
	k.proc = p
}

// supervise starts a kiosk's program again that has ended by itself, as systemd
// does.
func (w *world) supervise() {
	for _, k := range w.kiosks {
		if k.proc.fell.Load() {
			w.say("%s has ended and is started again", k.id)
			k.proc.kill()
			w.startKiosk(k)
		}
	}
}

// mend opens a disk again after a failed write, as the kiosk's program does.
func mend(ctx context.Context, d *disk) error {
	t := time.NewTicker(2 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-t.C:
			_ = d.Reopen() // a disk that is dead stays so
		}
	}
}

func (k *kiosk) shows() flow.State {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state
}

func (w *world) startBoard(b *board) {
	p := &process{}
	ctx, cancel := context.WithCancel(context.Background())
	p.stop = cancel
	n, err := node.New(node.Config{Hall: hallID, Node: b.id, Dial: w.wires.dial(w.identity(b.id)), Program: "display", Role: hall.RoleDisplay, Draw: w.draw(), Log: w.log})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{contract.ViewCatalogue, contract.ViewQueue, contract.ViewCalls, contract.ViewWindows, contract.ViewCalendar} {
		n.OnView(name, func(raw json.RawMessage) {
			b.mu.Lock()
			defer b.mu.Unlock()
			if err := b.state.View(name, raw, time.Now()); err != nil {
				b.mistakes = append(b.mistakes, err.Error())
			}
			b.look()
		})
	}
	n.OnOnline(func(up bool) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.state.Link(up, time.Now())
	})
	p.run(ctx, n.Run)
	p.run(ctx, func(ctx context.Context) error {
		t := time.NewTicker(time.Second)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return nil
			case <-t.C:
				b.mu.Lock()
				b.state.Tick(time.Now())
				b.look()
				b.mu.Unlock()
			}
		}
	})
	b.proc = p
}

// look wants each call announced once and in order (HALL-019). The caller holds
// mu.
func (b *board) look() {
	c, on := b.state.OnAirNow()
	if !on || c.Call == b.last {
		return
	}
	if c.Call < b.last {
		b.mistakes = append(b.mistakes, fmt.Sprintf("call %d is announced after call %d", c.Call, b.last))
	}
	b.last = c.Call
	if saved, err := b.state.Keep(time.Now()); err == nil {
		b.saved = saved
	}
}

// restart lets the board begin again from what it kept.
func (w *world) restartBoard(b *board) {
	b.proc.kill()
	b.mu.Lock()
	if s, err := model.Restore(b.saved); err == nil && b.saved != nil {
		b.state = s
	} else {
		b.state = model.New()
	}
	b.mu.Unlock()
	w.startBoard(b)
}
