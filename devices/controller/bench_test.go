package controller

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"
	"golang.org/x/sys/unix"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
	"hallward/devices/node"
)

// record is a file whose appends are made durable one by one: the floor of
// every durable path.
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

// appends is n of them.
func (f record) appends(b *testing.B, n int) []time.Duration {
	b.Helper()
	took := make([]time.Duration, n)
	for i := range took {
		took[i] = f.append(b)
	}
	return took
}

func quantile(d []time.Duration, q float64) time.Duration {
	s := slices.Clone(d)
	slices.Sort(s)
	return s[min(len(s)-1, int(float64(len(s))*q))]
}

// BenchmarkCommands is durable commands (ticket.take and ticket.void: counter,
// ticket, answer and outbox in one transaction) with 1, 8 and 32 callers, beside a
// bare write+fdatasync loop, half of it before and half of it after. Budget: 5,000 a second and p99 ≤ 20 ms
// with 32 callers; p50 of one caller ≤ 3 × the floor.
func BenchmarkCommands(b *testing.B) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			h := build(b, filepath.Join(b.TempDir(), "hall.db"))
			disk := newRecord(b)
			bare := disk.appends(b, 500)
			took := make([]time.Duration, b.N)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			begin := time.Now()
			for range callers {
				wg.Go(func() {
					mine := "" // a caller takes a ticket and gives it up, in turn
					for {
						i := int(next.Add(1)) - 1
						if i >= b.N {
							return
						}
						typ, data := contract.AskTicketTake, any(contract.TakeTicket{Service: "one"})
						if mine != "" {
							typ, data = contract.AskTicketVoid, contract.TicketRef{Ticket: mine}
						}
						id := ulid.Make().String()
						t := time.Now()
						if a := h.ask(id, hall.RoleKiosk, typ, data); a.Error != nil {
							b.Error(a.Error)
							return
						}
						took[i] = time.Since(t)
						if mine == "" {
							mine = id
						} else {
							mine = ""
						}
					}
				})
			}
			wg.Wait()
			all := time.Since(begin)
			b.StopTimer()
			p50, floor := quantile(took, 0.5), quantile(append(bare, disk.appends(b, 500)...), 0.5)
			b.ReportMetric(float64(b.N)/all.Seconds(), "commands/s")
			b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
			b.ReportMetric(float64(quantile(took, 0.99).Microseconds()), "p99-µs")
			b.ReportMetric(float64(floor.Microseconds()), "floor-µs")
			b.ReportMetric(float64(p50)/float64(floor), "p50/floor")
		})
	}
}

// BenchmarkStart is the start of the engine on a journal of 500,000 events:
// after an orderly stop, and after a crash that left the last snapshot
// snapshotEvery events behind. Budget: 3 s.
func BenchmarkStart(b *testing.B) {
	const events = 500_000
	path := filepath.Join(b.TempDir(), "hall.db")
	fillJournal(b, path, events)
	for _, c := range []struct {
		name   string
		behind int
	}{{"after a stop", 0}, {"after a crash", snapshotEvery}} {
		b.Run(c.name, func(b *testing.B) {
			j, err := journal.Open(path, &journal.Options{Hall: "sample", Node: "hall"})
			if err != nil {
				b.Fatal(err)
			}
			snapshotAt(b, j, events-uint64(c.behind))
			if err := j.Close(); err != nil {
				b.Fatal(err)
			}
			setup := sampleSetup(b)
			b.ResetTimer()
			for range b.N {
				j, err := journal.Open(path, &journal.Options{Hall: "sample", Node: "hall"})
				if err != nil {
					b.Fatal(err)
				}
				if _, err := NewEngine(setup, "hall", j, quiet, time.Now); err != nil {
					b.Fatal(err)
				}
				if err := j.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// fillJournal writes days of tickets, each issued, confirmed, called, started
// and finished.
func fillJournal(b *testing.B, path string, events int) {
	b.Helper()
	j, err := journal.Open(path, &journal.Options{Hall: "sample", Node: "hall"})
	if err != nil {
		b.Fatal(err)
	}
	defer j.Close()
	at := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	var batch []contract.Event
	n, serial, call := 0, 0, uint64(0)
	add := func(typ string, data any) {
		raw, _ := json.Marshal(data)
		batch = append(batch, contract.Event{Type: typ, Time: at, Data: raw})
		n++
	}
	day := ""
	for n < events {
		if d := at.Format(time.DateOnly); d != day {
			day, serial = d, 0
			add(contract.EvDayOpened, contract.DayOpened{Day: day})
		}
		serial++
		call++
		id := fmt.Sprintf("T%s-%d", day, serial)
		add(contract.EvTicketIssued, contract.TicketIssued{Ticket: id, Number: fmt.Sprintf("A%03d", serial), Prefix: "A", Serial: serial, Day: day, Service: "one", Kiosk: "kiosk-1", Lang: "zh-CN", At: at})
		add(contract.EvTicketConfirmed, contract.TicketConfirmed{Ticket: id, Proof: "consumed"})
		add(contract.EvTicketCalled, contract.TicketCalled{Ticket: id, Window: "w1", Staff: "s1", Call: call})
		add(contract.EvTicketStarted, contract.TicketMoved{Ticket: id, Window: "w1", Staff: "s1"})
		add(contract.EvTicketFinished, contract.TicketFinished{Ticket: id, Window: "w1", Staff: "s1", Session: id + "/1", Seconds: 300})
		at = at.Add(50 * time.Second)
		if len(batch) > 5000 || n >= events {
			if err := j.CommitAll(context.Background(), []*journal.Commit{{Events: batch}}); err != nil {
				b.Fatal(err)
			}
			batch = nil
		}
	}
}

func snapshotAt(b *testing.B, j *journal.Journal, through uint64) {
	b.Helper()
	s := hall.New(sampleSetup(b))
	stop := fmt.Errorf("enough")
	err := j.Replay(context.Background(), 0, func(e contract.Event) error {
		if e.Sequence > through {
			return stop
		}
		return s.Apply(e)
	})
	if err != nil && err != stop {
		b.Fatal(err)
	}
	raw, err := json.Marshal(s)
	if err == nil {
		err = j.SaveSnapshot(context.Background(), through, raw)
	}
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkNextToBoards is the time from the request of a window to the moment
// at which every board has the call, through the broker. All boards decode in
// this one process, which is most of the time with 20 of them. Budget for 20:
// p99 ≤ 50 ms. The floor is one durable append and a byte there and back over
// TCP, by turns with the calls; for one board ≤ 10 times that at p50. Over 5,000
// tickets the time must stay flat: last/first is the median of the last tenth of
// the calls by that of the first.
func BenchmarkNextToBoards(b *testing.B) {
	for _, boards := range []int{1, 20} {
		b.Run(fmt.Sprintf("boards=%d", boards), func(b *testing.B) { nextToBoards(b, boards) })
	}
}

func nextToBoards(b *testing.B, boards int) {
	b.Helper()
	h := build(b, filepath.Join(b.TempDir(), "hall.db"))
	h.open("w1", "1001")
	br, err := broker.New(broker.Config{Halls: []string{"sample"}, Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var wg sync.WaitGroup
	b.Cleanup(func() { cancel(); wg.Wait() })
	wg.Go(func() { _ = br.Run(ctx) })
	topics := contract.Topics{Hall: "sample"}
	host, err := node.NewHost(node.HostConfig{Hall: "sample", Dial: br.Dial(topics.Identity("hall")), Log: quiet,
		Events: func(ctx context.Context, n string, evs []contract.Event) (uint64, error) {
			return h.Events(ctx, n, hall.RoleKiosk, evs)
		},
		Ask: func(ctx context.Context, n string, r contract.Request) contract.Answer {
			return h.Ask(ctx, n, hall.RoleWindow, r)
		}})
	if err != nil {
		b.Fatal(err)
	}
	wg.Go(func() { _ = host.Run(ctx) })
	wg.Go(func() { h.PublishViews(ctx, host.PublishView) })

	shown := make(chan uint64, boards*4)
	for i := range boards {
		n, err := node.New(node.Config{Hall: "sample", Node: fmt.Sprintf("board-%d", i), Role: hall.RoleDisplay, Dial: br.Dial(topics.Identity(fmt.Sprintf("board-%d", i))), Log: quiet})
		if err != nil {
			b.Fatal(err)
		}
		n.OnView(contract.ViewCalls, func(raw json.RawMessage) {
			var v contract.Calls
			if json.Unmarshal(raw, &v) == nil && len(v.Calls) > 0 {
				shown <- v.Calls[0].Call
			}
		})
		wg.Go(func() { _ = n.Run(ctx) })
	}
	up := make(chan struct{}, 1)
	desk, err := node.New(node.Config{Hall: "sample", Node: "desk-1", Role: hall.RoleWindow, Dial: br.Dial(topics.Identity("desk-1")), Log: quiet})
	if err != nil {
		b.Fatal(err)
	}
	desk.OnOnline(func(on bool) {
		if on {
			select {
			case up <- struct{}{}:
			default:
			}
		}
	})
	wg.Go(func() { _ = desk.Run(ctx) })
	<-up

	disk, echo := newRecord(b), tcpEcho(b)
	// One call before the clock runs: then every board is there.
	call := func(i int) time.Duration {
		t := h.take()
		h.printed(uint64(i+1), t.Ticket)
		begin := time.Now()
		a, err := desk.Ask(ctx, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
		if err != nil || a.Error != nil {
			b.Fatal(err, a.Error)
		}
		got := map[uint64]int{}
		for got[uint64(i+1)] < boards {
			got[<-shown]++
		}
		took := time.Since(begin)
		h.must(hall.RoleWindow, contract.AskWindowNoShow, contract.WindowRef{Window: "w1"})
		return took
	}
	call(0)
	took, bare := make([]time.Duration, b.N), make([]time.Duration, b.N)
	b.ResetTimer()
	for i := range b.N {
		took[i] = call(i + 1)
		bare[i] = disk.append(b) + echo()
	}
	b.StopTimer()
	p50, floor := quantile(took, 0.5), quantile(bare, 0.5)
	tenth := max(b.N/10, 1)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.N), "calls")
	b.ReportMetric(float64(quantile(took[b.N-tenth:], 0.5))/float64(quantile(took[:tenth], 0.5)), "last/first")
	b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
	b.ReportMetric(float64(quantile(took, 0.99).Microseconds()), "p99-µs")
	b.ReportMetric(float64(floor.Microseconds()), "floor-µs")
	b.ReportMetric(float64(p50)/float64(floor), "p50/floor")
}

// tcpEcho is the floor of a message: one byte there and back over loopback, at
// each call of what it returns.
func tcpEcho(b *testing.B) func() time.Duration {
	b.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { ln.Close() })
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		buf := make([]byte, 1)
		for {
			if _, err := c.Read(buf); err != nil {
				return
			}
			if _, err := c.Write(buf); err != nil {
				return
			}
		}
	}()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	buf := make([]byte, 1)
	return func() time.Duration {
		begin := time.Now()
		if _, err := c.Write(buf); err != nil {
			b.Fatal(err)
		}
		if _, err := c.Read(buf); err != nil {
			b.Fatal(err)
		}
		return time.Since(begin)
	}
}
