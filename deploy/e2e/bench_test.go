package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/kiosk/flow"
)

// BenchmarkControllerMemory is the memory of the hall controller, which has the
// broker inside, with 300 boards connected over TLS that all have been told of
// 200 calls. Budget: 64 MiB (design §7).
func BenchmarkControllerMemory(b *testing.B) {
	const boards, calls = 300, 200
	h := newHouse(b)
	var list bytes.Buffer
	issue := []string{"pki", "issue", "--dir", "pki"}
	for i := range boards {
		fmt.Fprintf(&list, "  - {id: panel-%d, role: display}\n", i)
		issue = append(issue, fmt.Sprintf("%s/panel-%d", hallID, i))
	}
	h.edit("hall.yaml", "nodes:\n", "nodes:\n"+list.String())
	h.do("hallctl", issue...)
	h.start("hall")
	var told [boards]atomic.Uint64 // the newest call that each has been told of
	for i := range boards {
		n := h.node(b, fmt.Sprintf("panel-%d", i), "display")
		n.OnView(contract.ViewCalls, func(raw json.RawMessage) {
			var v contract.Calls
			if json.Unmarshal(raw, &v) == nil && len(v.Calls) > 0 {
				told[i].Store(v.Calls[0].Call)
			}
		})
		h.connect(n)
	}
	kiosk := h.node(b, "kiosk-1", "kiosk")
	h.connect(kiosk)
	desk := h.desk()
	h.signsIn(desk, "w02", "1003")
	for range calls {
		a, err := kiosk.Ask(b.Context(), contract.AskTicketTake, contract.TakeTicket{Service: "housing-permit", Lang: "zh-CN"})
		var t contract.Ticket
		if err != nil || json.Unmarshal(a.Data, &t) != nil || t.Ticket == "" {
			b.Fatalf("no number: %+v, %v", a, err)
		}
		if a, err := kiosk.Ask(b.Context(), contract.AskTicketNoted, contract.TicketRef{Ticket: t.Ticket}); err != nil || a.Error != nil {
			b.Fatal(a.Error, err)
		}
		h.call(desk, "w02", t.Number)
		if _, err := desk.Ask(b.Context(), contract.AskWindowNoShow, contract.WindowRef{Window: "w02"}); err != nil {
			b.Fatal(err)
		}
	}
	until(b, time.Minute, "every board is told of the last call", func() error {
		for i := range told {
			if n := told[i].Load(); n != calls {
				return fmt.Errorf("panel-%d: call %d", i, n)
			}
		}
		return nil
	})
	for range b.N { // the figure is the same however often it is read
		b.ReportMetric(h.memory("hall", "VmRSS"), "MiB")
		b.ReportMetric(h.memory("hall", "VmHWM"), "peak-MiB")
	}
	b.ReportMetric(0, "ns/op")
}

// memory is a line of the process' status in MiB.
func (h *house) memory(name, line string) float64 {
	h.t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", h.process(name).cmd.Process.Pid))
	if err != nil {
		h.t.Fatal(err)
	}
	for _, l := range bytes.Split(raw, []byte("\n")) {
		var kB float64
		if _, err := fmt.Sscanf(string(l), line+": %f kB", &kB); err == nil {
			return kB / 1024
		}
	}
	h.t.Fatalf("the status of %s has no %s", name, line)
	return 0
}

// node is a node of this house that only asks and listens, and is not yet
// connected.
func (h *house) node(b testing.TB, id, role string) *node.Node {
	b.Helper()
	conf, err := pki.NodeTLS(filepath.Join(h.dir, "pki"), id)
	if err != nil {
		b.Fatal(err)
	}
	n, err := node.New(node.Config{Hall: hallID, Node: id, Broker: h.broker(), TLS: conf, Program: "e2e", Role: role, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// connect runs a node until the benchmark ends.
func (h *house) connect(n *node.Node) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = n.Run(ctx) }()
	h.t.Cleanup(func() { cancel(); <-done })
	until(h.t, 20*time.Second, "the node is connected", func() error {
		if !n.Online() {
			return context.DeadlineExceeded
		}
		return nil
	})
}

// BenchmarkStartAlone is a kiosk that is switched on while the hall is away
// (R-KIOSK-26): from the start of its process, without a window, until the first
// number is on paper, with every touch of the citizen.
func BenchmarkStartAlone(b *testing.B) {
	h := newHouse(b)
	h.start("hallsim", "hall")
	k := h.newHeadless("kiosk-1", h.broker(), "serial:"+h.dir+"/sim/kiosk-1-printer?baud=115200", map[string][]string{"housing": {"housing-permit"}})
	k.launch()
	k.shows(20*time.Second, "ready", headlessState.well)
	k.visit("housing", "housing-permit")
	h.kill("hall")
	var ready, paper time.Duration
	b.ResetTimer()
	for range b.N {
		h.kill(k.process())
		begin := time.Now()
		k.launch()
		k.shows(20*time.Second, "going on alone", func(s headlessState) bool { return s.Notice == flow.CutOff && s.Printer.Ready })
		ready += time.Since(begin)
		k.visit("housing", "housing-permit")
		paper += time.Since(begin)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(ready.Milliseconds())/float64(b.N), "ready-ms")
	b.ReportMetric(float64(paper.Milliseconds())/float64(b.N), "paper-ms")
}

// BenchmarkWindowStart is the kiosk's real window on a virtual screen with
// software drawing: from the start of its process until it shows the page that
// begins, with the hall there. Budget: 5 s (design §7).
func BenchmarkWindowStart(b *testing.B) {
	h := newHouse(b)
	h.start("hallsim", "hall", "kiosk")
	k := h.citizen("kiosk")
	var all time.Duration
	b.ResetTimer()
	for range b.N {
		h.kill("kiosk")
		begin := time.Now()
		h.launch("kiosk")
		until(b, 30*time.Second, "the window", func() error {
			s, err := k.Look(b.Context())
			if err == nil && (s.Screen != "attract" || len(s.Touches) == 0) {
				err = fmt.Errorf("%+v", s)
			}
			return err
		})
		all += time.Since(begin)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(all.Milliseconds())/float64(b.N), "window-ms")
	b.ReportMetric(h.memory("kiosk", "VmRSS"), "MiB")
}
