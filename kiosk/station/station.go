// Package station runs the kiosk's screens without drawing them: it owns the
// flow.State in one goroutine, feeds it with touches, views and time, and
// carries out its effects through the hall controller, the printer and the
// kiosk's own journal.
//
// Ticket and paper are one transaction (design §4). Before the first byte goes
// to the printer the station writes down that a print has begun; when the
// printer has proved the paper, that note goes and ticket.printed/1 comes, in
// one commit. Whatever was begun and not ended when the process starts again
// is reported as ticket.unprinted/1 with the outcome "unknown", so no number
// prints twice and none vanishes (R-PRN-07).
package station

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/kiosk/flow"
	"hallward/kiosk/text"
)

// Asker asks the hall controller; *node.Node is one.
type Asker interface {
	// AskID repeats the request under its id until it is answered or ctx ends.
	AskID(ctx context.Context, id, typ string, data any) (contract.Answer, error)
}

// Store is the kiosk's disk; *journal.Journal is one. Its events are the
// outbox to the hall.
type Store interface {
	Commit(ctx context.Context, c *journal.Commit) error
	Put(ctx context.Context, key string, value []byte) error
	Facts(prefix string) (map[string][]byte, error)
}

var _ Store = (*journal.Journal)(nil)

// Printer is the kiosk's ticket printer; devices.Printer is one.
type Printer interface {
	Status() devices.PrinterStatus
	Print(ctx context.Context, doc devices.Document) (devices.Proof, error)
}

// Config is what a station works with.
type Config struct {
	Node      string // id of this kiosk, for its fault reports
	Asker     Asker
	Store     Store
	Printer   Printer // nil: a kiosk without one gives numbers on the screen
	PrinterID string  // the printer's id among the kiosk's devices
	People    People  // ID cards and codes
	Times     flow.Times
	Show      func(flow.State) // called in the station's goroutine after each change
	Log       *slog.Logger     // nil: slog.Default
}

// Keys of facts in the journal.
const (
	printKey = "print/" // + ticket: a print that has begun
	viewKey  = "view/"  // + name: the last good view
)

// tick is how often the time and the printer are looked at.
const tick = 250 * time.Millisecond

// Station is one running kiosk.
type Station struct {
	cfg    Config
	log    *slog.Logger
	events chan flow.Event
	state  flow.State
	times  flow.Times // with the defaults filled in
	typist typist

	stock *stock         // lent numbers
	link  *link          // to the hall
	zone  *time.Location // of the hall, once it is known

	serving atomic.Int32 // requests and prints of citizens under way
}

// New reads the last good views from the journal; a view that cannot be read
// is left out and comes again from the hall.
func New(cfg Config) (*Station, error) {
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Show == nil {
		cfg.Show = func(flow.State) {}
	}
	s := &Station{cfg: cfg, log: cfg.Log, events: make(chan flow.Event, 64), state: flow.New(cfg.Times, time.Now())}
	s.times = s.state.Times
	s.link = newLink()
	var err error
	if s.stock, err = openStock(cfg.Store, s.log); err != nil {
		return nil, err
	}
	views, err := cfg.Store.Facts(viewKey)
	if err != nil {
		return nil, fmt.Errorf("station: last views: %w", err)
	}
	for key, raw := range views {
		e, err := decode(key[len(viewKey):], raw)
		if err != nil {
			s.log.Warn("a stored view cannot be read and is left out", "view", key, "error", err)
			continue
		}
		clean(e)
		if q, ok := e.(flow.QueueView); ok {
			if err := s.stock.see(context.Background(), contract.Queue(q)); err != nil {
				return nil, err
			}
		}
		s.state, _ = s.state.Next(time.Now(), e)
	}
	return s, nil
}

// Views are the names of the hall's views that a kiosk needs.
var Views = []string{contract.ViewCatalogue, contract.ViewQueue, contract.ViewCalendar, contract.ViewWindows}

func decode(name string, raw []byte) (flow.Event, error) {
	var err error
	switch name {
	case contract.ViewCatalogue:
		var v flow.CatalogueView
		err = json.Unmarshal(raw, &v)
		return v, err
	case contract.ViewQueue:
		var v flow.QueueView
		err = json.Unmarshal(raw, &v)
		return v, err
	case contract.ViewCalendar:
		var v flow.CalendarView
		err = json.Unmarshal(raw, &v)
		return v, err
	case contract.ViewWindows:
		var v flow.WindowsView
		err = json.Unmarshal(raw, &v)
		return v, err
	}
	return nil, fmt.Errorf("view %q is not for a kiosk", name)
}

// View takes a new snapshot of the hall, keeps it for the next start and shows
// it. It may wait for the disk.
func (s *Station) View(ctx context.Context, name string, raw json.RawMessage) {
	e, err := decode(name, raw)
	if err != nil {
		s.log.Warn("a view of the hall cannot be read", "view", name, "error", err)
		return
	}
	for _, word := range clean(e) {
		s.log.Error("the hall's view holds a forbidden word, which is not shown", "view", name, "word", word)
	}
	if q, ok := e.(flow.QueueView); ok {
		if err := s.stock.see(ctx, contract.Queue(q)); err != nil && ctx.Err() == nil {
			s.log.Warn("numbers that were seen are not kept", "error", err)
		}
		s.newDay(q.Day)
	}
	if err := s.cfg.Store.Put(ctx, viewKey+name, raw); err != nil && ctx.Err() == nil {
		s.log.Warn("a view is shown but not kept", "view", name, "error", err)
	}
	s.send(ctx, e)
}

// Online tells that the hall controller can be reached, or no longer.
func (s *Station) Online(ctx context.Context, up bool) {
	s.link.set(up)
	s.send(ctx, flow.Online(up))
}

// Touch is a finger on something that the screen offers. It never waits: a
// touch that comes faster than the station works is dropped.
func (s *Station) Touch(t flow.Touch, arg string) {
	select {
	case s.events <- flow.Tap{Touch: t, Arg: arg, Fresh: ulid.Make().String()}:
	default:
	}
}

// Reading stores the faults of the kiosk's devices for the hall
// (device.fault/1), and brings cards and codes to the screens. What a printer says of itself is taken from its Status.
func (s *Station) Reading(ctx context.Context, device string, r devices.Reading) error {
	if s.reading(ctx, r) {
		return nil
	}
	f, ok := r.(devices.Fault)
	if !ok {
		return nil
	}
	return s.report(ctx, nil, contract.EvDeviceFault, contract.DeviceFault{Node: s.cfg.Node, Device: device, Code: string(f.Code), On: f.On, Detail: f.Detail})
}

func (s *Station) send(ctx context.Context, e flow.Event) {
	select {
	case s.events <- e:
	case <-ctx.Done():
	}
}

// Run reports what the last life left open and then serves until ctx ends. A
// print under way is finished first.
func (s *Station) Run(ctx context.Context) error {
	if err := s.recover(ctx); err != nil {
		return err
	}
	t := time.NewTicker(tick)
	defer t.Stop()
	jobs := &sync.WaitGroup{} // effects under way
	defer jobs.Wait()
	jobs.Go(func() { s.keepNumbers(ctx) })
	s.look(ctx, jobs)
	shown := time.Time{}
	for {
		var e flow.Event
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e = <-s.events:
			if _, touched := e.(flow.Tap); touched {
				s.look(ctx, jobs) // a fault of this moment is said before a number is taken
			}
		case <-t.C:
			s.look(ctx, jobs)
			e = flow.Tick{}
		}
		before := s.state.Face()
		s.step(ctx, jobs, e)
		now := s.state.Now.Truncate(time.Second)
		if _, idle := e.(flow.Tick); idle && before == s.state.Face() && now.Equal(shown) {
			continue // nothing that a person could see
		}
		shown = now
		s.cfg.Show(s.state)
	}
}

// look asks the printer's last word, which costs no I/O.
func (s *Station) look(ctx context.Context, jobs *sync.WaitGroup) {
	p := flow.Printer{Fault: string(devices.FaultMissing)}
	if s.cfg.Printer != nil {
		st := s.cfg.Printer.Status()
		p = flow.Printer{Ready: st.Ready(), Low: st.Paper == devices.PaperLow, Left: st.Left}
		if !p.Ready {
			p.Fault = string(st.Trouble())
		}
	}
	r := s.cfg.People.readers()
	l := s.alone()
	if p == s.state.Printer && r == s.state.Readers && same(l, s.state.Lent) {
		return
	}
	s.step(ctx, jobs, p)
	s.step(ctx, jobs, r)
	s.step(ctx, jobs, l)
	s.cfg.Show(s.state)
}

func (s *Station) step(ctx context.Context, jobs *sync.WaitGroup, e flow.Event) {
	var effects []flow.Effect
	s.state, effects = s.state.Next(time.Now(), e)
	for _, f := range effects {
		switch f := f.(type) {
		case flow.Ask:
			at := atAsking{s.state.Catalogue, s.state.Calendar.Day, s.state.Paper}
			s.serve(jobs, func() { s.ask(ctx, f, at) })
		case flow.Print:
			views := printViews{s.state.Catalogue, s.state.Calendar, s.state.Windows}
			s.serve(jobs, func() { s.print(ctx, f, views) })
		case flow.PrintAppointment:
			views := printViews{s.state.Catalogue, s.state.Calendar, s.state.Windows}
			s.serve(jobs, func() { s.printAppointment(ctx, f, views) })
		case flow.TypeID:
			s.typist.key(f.Key)
		case flow.CheckID:
			s.step(ctx, jobs, s.typist.check(s.cfg.People, s.state.Now))
		}
	}
	if s.state.Screen != flow.Keypad || s.state.Entry != flow.EntryID {
		s.typist.wipe()
	}
}

func (s *Station) serve(jobs *sync.WaitGroup, f func()) {
	s.serving.Add(1)
	jobs.Go(func() {
		defer s.serving.Add(-1)
		f()
	})
}

// ask carries a request to the hall and brings the answer back; none in time is
// an expired one. What can be answered with the lent numbers never is. Words
// that a citizen must not read are taken out (R-VOICE-03).
func (s *Station) ask(ctx context.Context, f flow.Ask, at atAsking) {
	var a contract.Answer
	var later func()
	ref, _ := f.Data.(contract.TicketRef)
	wish, quiet := f.Data.(contract.QuietTicket)
	switch word := f.Type == contract.AskTicketNoted || f.Type == contract.AskTicketVoid; {
	case f.Type == contract.AskTicketTake:
		a, later = s.number(ctx, f, at)
	case quiet && s.stock.gave(wish.Ticket):
		a = s.hush(ctx, f, wish)
	case word && s.stock.gave(ref.Ticket):
		a = s.word(ctx, f, ref.Ticket)
	default:
		a = s.asked(ctx, f, f.For)
	}
	if a.Error != nil {
		p := *a.Error
		for _, m := range []*string{&p.Message, &p.MessageEN} {
			var word string
			if *m, word = text.Decent(*m, ""); word != "" {
				s.log.Error("the hall's answer holds a forbidden word and is not shown", "word", word, "request", f.Type, "code", p.Code)
			}
		}
		a.Error = &p
	}
	s.send(ctx, flow.Answered{ID: f.ID, Type: f.Type, Answer: a, Fresh: ulid.Make().String()})
	if later != nil {
		later()
	}
}

// asked is the hall's answer, or an expired one when there is none in time. A
// hall that was not told yet what this kiosk knows is told before it gives a
// number.
func (s *Station) asked(ctx context.Context, f flow.Ask, wait time.Duration) contract.Answer {
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var a contract.Answer
	var err error
	if f.Type == contract.AskTicketTake {
		err = s.borrow(limited)
	}
	if err == nil {
		a, err = s.cfg.Asker.AskID(limited, f.ID, f.Type, f.Data)
	}
	if err != nil {
		if ctx.Err() == nil {
			s.log.Warn("the hall did not answer", "request", f.Type, "id", f.ID, "error", err)
		}
		a = contract.Answer{ID: f.ID, Result: contract.ResultExpired}
	}
	return a
}
