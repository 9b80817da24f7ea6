package station

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/kiosk/flow"
)

var errPowerless = errors.New("the power is gone")

// disk is a store in memory that survives a station. After cut writes nothing
// is stored any more, as with a power cut.
type disk struct {
	mu     sync.Mutex
	facts  map[string][]byte
	events []contract.Event
	writes int
	cut    int // 0: never
	dead   func()
}

func newDisk() *disk { return &disk{facts: map[string][]byte{}} }

func (d *disk) Commit(_ context.Context, c *journal.Commit) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cut > 0 && d.writes >= d.cut {
		if d.dead != nil {
			d.dead()
		}
		return errPowerless
	}
	d.writes++
	for _, f := range c.Facts {
		if f.Value == nil {
			delete(d.facts, f.Key)
		} else {
			d.facts[f.Key] = f.Value
		}
	}
	d.events = append(d.events, c.Events...)
	return nil
}

func (d *disk) Put(ctx context.Context, key string, v []byte) error {
	return d.Commit(ctx, &journal.Commit{Facts: []journal.Fact{{Key: key, Value: v}}})
}

func (d *disk) Facts(prefix string) (map[string][]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	out := map[string][]byte{}
	for k, v := range d.facts {
		if strings.HasPrefix(k, prefix) {
			out[k] = v
		}
	}
	return out, nil
}

// log lists the events as "type outcome-or-proof".
func (d *disk) log(t *testing.T) []string {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		var v struct{ Ticket, Proof, Outcome, Fault string }
		if err := json.Unmarshal(e.Data, &v); err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(e.Type+" "+v.Proof+v.Outcome+" "+v.Fault))
	}
	return out
}

// counter is a hall that gives numbers.
type counter struct {
	mu    sync.Mutex
	asked []string // types, but numbers.lend
	lends contract.Numbers
	ids   map[string]int
	err   error
	words *contract.Problem
}

func (c *counter) AskID(ctx context.Context, id, typ string, data any) (contract.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return contract.Answer{}, c.err
	}
	if c.ids == nil {
		c.ids = map[string]int{}
	}
	if typ == contract.AskNumbersLend {
		raw, err := json.Marshal(c.lends)
		return contract.Answer{ID: id, Result: contract.ResultOK, Data: raw}, err
	}
	c.ids[id]++
	c.asked = append(c.asked, typ)
	if c.words != nil {
		return contract.Answer{ID: id, Result: contract.ResultRefused, Error: c.words}, nil
	}
	if q, ok := data.(contract.QuietTicket); ok {
		raw, err := json.Marshal(contract.Ticket{Ticket: q.Ticket, Number: "A001", Silent: q.Silent})
		return contract.Answer{ID: id, Result: contract.ResultOK, Data: raw}, err
	}
	if typ != contract.AskTicketTake {
		return contract.Answer{ID: id, Result: contract.ResultOK}, nil
	}
	raw, err := json.Marshal(contract.Ticket{Ticket: id, Number: "A001", Service: data.(contract.TakeTicket).Service, Ahead: 2, WaitMin: 5, WaitMax: 10})
	return contract.Answer{ID: id, Result: contract.ResultOK, Data: raw}, err
}

// paper is a printer.
type paper struct {
	mu     sync.Mutex
	status devices.PrinterStatus
	err    error
	takes  time.Duration
	slips  []string
}

func good() *paper {
	return &paper{status: devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOK}, takes: time.Second}
}

func (p *paper) Status() devices.PrinterStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.status
}

func (p *paper) set(s devices.PrinterStatus) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = s
}

func (p *paper) Print(ctx context.Context, d devices.Document) (devices.Proof, error) {
	select {
	case <-time.After(p.takes):
	case <-ctx.Done():
		return devices.Proof{}, &devices.PrintError{Code: devices.FaultSilent, Maybe: true, Err: ctx.Err()}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return devices.Proof{}, p.err
	}
	p.slips = append(p.slips, d.ID)
	return devices.Proof{Kind: devices.ProofConsumed}, nil
}

func (p *paper) printed() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.slips)
}

// kiosk is a station at work in a synctest bubble.
type kiosk struct {
	*Station
	t      *testing.T
	stop   context.CancelFunc
	done   chan error
	mu     sync.Mutex
	latest flow.State
}

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

func switchOn(t *testing.T, d *disk, c *counter, p Printer, change ...func(*Config)) *kiosk {
	t.Helper()
	k := &kiosk{t: t, done: make(chan error, 1)}
	cfg := Config{Node: "kiosk-1", Asker: c, Store: d, Printer: p, Log: quiet(), Show: func(s flow.State) {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.latest = s
	}}
	for _, f := range change {
		f(&cfg)
	}
	var err error
	k.Station, err = New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	k.stop = stop
	go func() { k.done <- k.Run(ctx) }()
	return k
}

func (k *kiosk) off() {
	k.stop()
	if err := <-k.done; !errors.Is(err, context.Canceled) {
		k.t.Errorf("ended with %v", err)
	}
}

func (k *kiosk) now() flow.State {
	synctest.Wait()
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.latest
}

func (k *kiosk) on(screen flow.Screen) flow.State {
	k.t.Helper()
	s := k.now()
	if s.Face() != screen {
		k.t.Fatalf("on %s (%s), want %s", s.Face(), s.Reason, screen)
	}
	return s
}

func (k *kiosk) feed() {
	views := map[string]any{
		contract.ViewCatalogue: contract.Catalogue{Version: 1,
			Hall:     contract.HallInfo{ID: "luotian", Name: contract.Text2{ZH: "中心", EN: "Centre"}, ConsultPhone: "0713-555-0100", ComplaintPhone: "0713-555-0110"},
			Units:    []contract.UnitInfo{{ID: "u", Name: contract.Text2{ZH: "单位"}}},
			Services: []contract.ServiceInfo{{ID: "s", Unit: "u", Prefix: "A", Name: contract.Text2{ZH: "事项", EN: "Service"}}}},
		contract.ViewCalendar: contract.Calendar{Day: "2026-03-02", Zone: "Asia/Shanghai", Open: true, Issuing: true},
		contract.ViewQueue:    contract.Queue{Day: "2026-03-02"},
		contract.ViewWindows:  contract.Windows{},
	}
	for _, name := range Views {
		raw, err := json.Marshal(views[name])
		if err != nil {
			k.t.Fatal(err)
		}
		k.View(k.t.Context(), name, raw)
	}
	k.Online(k.t.Context(), true)
	synctest.Wait()
}

func (k *kiosk) take() {
	for _, x := range []struct {
		t   flow.Touch
		arg string
	}{{flow.Start, ""}, {flow.Unit, "u"}, {flow.Service, "s"}} {
		k.Touch(x.t, x.arg)
		synctest.Wait()
	}
}

func TestTicketOnPaper(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c, p := newDisk(), &counter{}, good()
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		k.take()
		k.on(flow.Printing)
		if begun, _ := d.Facts(printKey); len(begun) != 1 {
			t.Errorf("%d notes of a print under way, want 1 before the paper", len(begun))
		}
		time.Sleep(p.takes)
		k.on(flow.Done)
		if got := d.log(t); !slices.Equal(got, []string{"ticket.printed/1 consumed"}) {
			t.Errorf("events %q", got)
		}
		if begun, _ := d.Facts(printKey); len(begun) != 0 {
			t.Errorf("notes left: %v", begun)
		}
		if n := len(p.printed()); n != 1 {
			t.Errorf("%d slips", n)
		}
	})
}

func TestPrinterTrouble(t *testing.T) {
	for _, c := range []struct {
		name   string
		err    error
		event  string
		reason flow.Reason
		maybe  bool
	}{
		{"no byte left", &devices.PrintError{Code: devices.FaultPaperOut}, "ticket.unprinted/1 failed paper-out", flow.PaperOut, false},
		{"cut off in mid-job", &devices.PrintError{Code: devices.FaultCutter, Maybe: true}, "ticket.unprinted/1 unknown cutter", flow.Cutter, true},
		{"another error", io.ErrUnexpectedEOF, "ticket.unprinted/1 unknown broken", flow.NoPrinter, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, p := newDisk(), good()
				p.err = c.err
				k := switchOn(t, d, &counter{}, p)
				defer k.off()
				k.feed()
				k.take()
				time.Sleep(p.takes)
				s := k.on(flow.Unprinted)
				if s.Reason != c.reason || s.Maybe != c.maybe {
					t.Errorf("reason %s, maybe %v", s.Reason, s.Maybe)
				}
				if got := d.log(t); !slices.Equal(got, []string{c.event}) {
					t.Errorf("events %q, want %q", got, c.event)
				}
				k.Touch(flow.Noted, "")
				k.on(flow.Done)
			})
		})
	}
}

// R-PRN-06: what the printer says is on the screen before a number is taken.
func TestPrinterStatusIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, c, p := newDisk(), &counter{}, good()
		k := switchOn(t, d, c, p)
		defer k.off()
		k.feed()
		p.set(devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOut})
		time.Sleep(2 * tick)
		k.take()
		if s := k.on(flow.Trouble); s.Reason != flow.PaperOut {
			t.Errorf("reason %s", s.Reason)
		}
		if len(c.asked) != 0 {
			t.Errorf("asked %v", c.asked)
		}
		p.set(devices.PrinterStatus{Known: true, Online: true, Paper: devices.PaperOK})
		time.Sleep(2 * tick)
		k.Touch(flow.Retry, "")
		k.on(flow.Printing)
	})
}

// R-PRN-07: wherever the power goes, after the restart every number that was
// taken to the printer is told to the hall exactly once, as printed or not.
func TestPowerCut(t *testing.T) {
	for cut := 1; cut <= 12; cut++ {
		t.Run(fmt.Sprint("after write ", cut), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, c, p := newDisk(), &counter{}, good()
				k := switchOn(t, d, c, p)
				d.mu.Lock()
				d.cut, d.dead = cut, k.stop
				d.mu.Unlock()
				k.feed()
				for range 4 {
					k.take()
					time.Sleep(p.takes)
					k.Touch(flow.Finish, "")
					synctest.Wait()
				}
				k.off()

				d.mu.Lock()
				d.cut, d.dead = 0, nil
				d.mu.Unlock()
				again := switchOn(t, d, c, p)
				synctest.Wait()
				again.off()
				told := map[string]int{}
				for _, e := range d.events {
					var v contract.TicketPrinted
					if err := json.Unmarshal(e.Data, &v); err != nil {
						t.Fatal(err)
					}
					told[v.Ticket]++
				}
				for _, id := range p.printed() {
					if told[id] != 1 {
						t.Errorf("ticket %s is on paper and told %d times: %v", id, told[id], d.log(t))
					}
				}
				for id, n := range told {
					if n != 1 {
						t.Errorf("ticket %s told %d times", id, n)
					}
				}
				if left, _ := d.Facts(printKey); len(left) != 0 {
					t.Errorf("notes left: %v", slices.Collect(maps.Keys(left)))
				}
			})
		})
	}
}

// A disk that takes nothing prints nothing.
func TestNoPaperWithoutANote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, p := newDisk(), good()
		k := switchOn(t, d, &counter{}, p)
		defer k.off()
		k.feed()
		d.mu.Lock()
		d.cut = d.writes
		d.mu.Unlock()
		k.take()
		k.on(flow.Unprinted)
		if n := len(p.printed()); n != 0 {
			t.Errorf("%d slips", n)
		}
	})
}

func TestHallAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{err: errors.New("no answer")}
		k := switchOn(t, newDisk(), c, good())
		defer k.off()
		k.feed()
		k.take()
		if s := k.on(flow.Trouble); s.Reason != flow.NoAnswer {
			t.Errorf("reason %s", s.Reason)
		}
		k.Online(t.Context(), false)
		k.Touch(flow.ToHome, "")
		if why := k.now().Notice(); why != flow.Away {
			t.Errorf("the entrance says %q", why)
		}
	})
}

// R-VOICE-03: a forbidden word from a server is not shown.
func TestForbiddenWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &counter{words: &contract.Problem{Code: "limit", Message: "不知道，明天再来", MessageEN: "Please come tomorrow"}}
		k := switchOn(t, newDisk(), c, good())
		defer k.off()
		k.feed()
		k.take()
		s := k.on(flow.Trouble)
		if s.Problem.Message != "" || s.Problem.MessageEN != "Please come tomorrow" {
			t.Errorf("words %+v", s.Problem)
		}
	})
}

// R-VOICE-03: nor is one in the hall's catalogue; the choice stays.
func TestForbiddenWordsInACatalogue(t *testing.T) {
	c := flow.CatalogueView{Services: []contract.ServiceInfo{
		{ID: "a", Name: contract.Text2{ZH: "我不管这事", EN: "Fees"}},
		{ID: "b", Name: contract.Text2{ZH: "不知道", EN: "Go away"}},
		{ID: "c", Name: contract.Text2{ZH: "缴费", EN: "Fees"}},
	}}
	if words := clean(c); len(words) != 3 {
		t.Errorf("found %q, want three", words)
	}
	for i, want := range []contract.Text2{{ZH: "Fees", EN: "Fees"}, {ZH: "b", EN: "b"}, {ZH: "缴费", EN: "Fees"}} {
		if got := c.Services[i].Name; got != want {
			t.Errorf("%s: %+v, want %+v", c.Services[i].ID, got, want)
		}
	}
}

// The last good views are there again after a restart, before the hall answers.
func TestViewsAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		k := switchOn(t, d, &counter{}, good())
		k.feed()
		k.off()
		d.facts[viewKey+"queue"] = []byte("{broken")
		again := switchOn(t, d, &counter{}, good())
		defer again.off()
		again.Online(t.Context(), true)
		again.View(t.Context(), contract.ViewQueue, json.RawMessage("[]")) // not a queue
		again.View(t.Context(), "unheard-of", json.RawMessage("{}"))
		again.take()
		again.on(flow.Printing)
	})
}

func TestDeviceFaultsAreReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk()
		k := switchOn(t, d, &counter{}, nil)
		defer k.off()
		for _, r := range []devices.Reading{devices.Fault{Code: devices.FaultMissing, On: true, Detail: "no such port"}, devices.PrinterStatus{}} {
			if err := k.Reading(t.Context(), "printer", r); err != nil {
				t.Error(err)
			}
		}
		if got := d.log(t); len(got) != 1 || !strings.HasPrefix(got[0], contract.EvDeviceFault) {
			t.Fatalf("events %q", got)
		}
		var f contract.DeviceFault
		if err := json.Unmarshal(d.events[0].Data, &f); err != nil || f != (contract.DeviceFault{Node: "kiosk-1", Device: "printer", Code: "missing", On: true, Detail: "no such port"}) {
			t.Errorf("told %+v, %v", f, err)
		}
	})
}
