package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"hallward/devices/contract"
)

var ticket = []byte(`{"ticket":"01JD9Y0000000000000000000A","number":"A001","prefix":"A","serial":1,"day":"2026-11-23","service":"housing-filing","kiosk":"kiosk-1","lang":"zh-CN","at":"2026-11-23T04:00:00.123Z","ahead":3}`)

// ticketCommit is what taking a ticket writes.
func ticketCommit(i int64) *Commit {
	return &Commit{
		Events:  []contract.Event{{Type: contract.EvTicketIssued, Time: noon, Data: ticket}},
		Answers: []Answered{{ID: fmt.Sprint("ask-", i), Answer: contract.Answer{ID: "x", Result: "ok", Data: ticket}, Expires: time.Now().Add(24 * time.Hour)}},
		Unique:  []string{fmt.Sprint("number/2026-11-23/A/", i)},
	}
}

func median(d []time.Duration) float64 {
	slices.Sort(d)
	return float64(d[len(d)/2])
}

// BenchmarkDurable is one caller: an event, and a whole ticket, each beside a
// bare write+fdatasync of the same bytes to the same disk, by turns, so that
// both see the same load. Gate: ticket/floor ≤ 3 (reliability §6).
func BenchmarkDurable(b *testing.B) {
	for name, commit := range map[string]func(int64) *Commit{
		"event":  func(int64) *Commit { return &Commit{Events: ticketCommit(0).Events} },
		"ticket": ticketCommit,
	} {
		b.Run(name, func(b *testing.B) {
			j := fresh(b)
			floor, err := os.Create(filepath.Join(b.TempDir(), "floor"))
			if err != nil {
				b.Fatal(err)
			}
			defer floor.Close()
			var bare, durable []time.Duration
			for i := int64(0); b.Loop(); i++ {
				c := commit(i)
				start := time.Now()
				if _, err := floor.Write(ticket); err != nil {
					b.Fatal(err)
				}
				if err := unix.Fdatasync(int(floor.Fd())); err != nil {
					b.Fatal(err)
				}
				mid := time.Now()
				if err := j.Commit(ctx, c); err != nil {
					b.Fatal(err)
				}
				bare, durable = append(bare, mid.Sub(start)), append(durable, time.Since(mid))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(median(bare)/1e3, "floor-µs")
			b.ReportMetric(median(durable)/1e3, "commit-µs")
			b.ReportMetric(median(durable)/median(bare), "commit/floor")
		})
	}
}

// BenchmarkCallers is whole tickets from 1, 8 and 32 callers at once. Gate: 8
// callers together are at least twice as fast as one.
func BenchmarkCallers(b *testing.B) {
	for _, callers := range []int{1, 8, 32} {
		b.Run(fmt.Sprint(callers), func(b *testing.B) {
			j := fresh(b)
			var next atomic.Int64
			var wg sync.WaitGroup
			var mu sync.Mutex
			var waits []time.Duration
			b.ResetTimer()
			for range callers {
				wg.Go(func() {
					var mine []time.Duration
					for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
						start := time.Now()
						if err := j.Commit(ctx, ticketCommit(i)); err != nil {
							b.Error(err)
							return
						}
						mine = append(mine, time.Since(start))
					}
					mu.Lock()
					waits = append(waits, mine...)
					mu.Unlock()
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tickets/s")
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)*99/100])/1e6, "p99-ms")
		})
	}
}

// large is a journal of n events.
func large(b testing.TB, n int) string {
	path := filepath.Join(b.TempDir(), "hall.db")
	j := open(b, path, options())
	for i := 0; i < n; i += 1000 {
		c := &Commit{}
		for range 1000 {
			c.Events = append(c.Events, contract.Event{Type: contract.EvTicketIssued, Time: noon, Data: ticket})
		}
		if err := j.Commit(ctx, c); err != nil {
			b.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkOpen is the start with 500,000 events: open, a replay of the last
// 100 (after a snapshot), and a replay of all beside it. Budget: open < 1 s.
func BenchmarkOpen(b *testing.B) {
	const n = 500_000
	path := large(b, n)
	for name, after := range map[string]uint64{"snapshot": n - 100, "all": 0} {
		b.Run(name, func(b *testing.B) {
			var opened time.Duration
			for b.Loop() {
				start := time.Now()
				j, err := Open(path, options())
				if err != nil {
					b.Fatal(err)
				}
				opened += time.Since(start)
				count := uint64(0)
				if err := j.Replay(ctx, after, func(contract.Event) error { count++; return nil }); err != nil || count != n-after {
					b.Fatal(count, err)
				}
				if err := j.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(opened.Seconds()*1e3/float64(b.N), "open-ms")
		})
	}
}

// BenchmarkWritten is how many bytes reach the disk for each event, as a share
// of a 4,096-byte page. Gate: ≤ 3.
func BenchmarkWritten(b *testing.B) {
	j := fresh(b)
	start := diskWrites(b)
	n := 0
	for i := int64(0); b.Loop(); i++ {
		if err := j.Commit(ctx, &Commit{Events: ticketCommit(i).Events}); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(diskWrites(b)-start)/float64(n)/4096, "pages/event")
}

// diskWrites is what the kernel has accounted to this process, in bytes.
func diskWrites(b *testing.B) (n int64) {
	text, err := os.ReadFile("/proc/self/io")
	if err != nil {
		b.Skip(err)
	}
	for line := range strings.Lines(string(text)) {
		if _, err := fmt.Sscanf(line, "write_bytes: %d", &n); err == nil {
			return n
		}
	}
	b.Skip("the kernel does not account writes")
	return 0
}
