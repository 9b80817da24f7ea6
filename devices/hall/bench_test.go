package hall_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// crowded is a hall of 41 services and 12 windows, all of them open and busy,
// with 300 waiting, one in ten with a class, and half of the services stopped
// by closing time, so that their words are made for each view.
func crowded(t failer) *life {
	s := setup()
	s.Services, s.Windows = nil, nil
	for i := range 41 {
		s.Services = append(s.Services, hall.Service{NoClosing: i%2 == 0, Mean: 5 + i%10,
			ServiceInfo: contract.ServiceInfo{ID: fmt.Sprintf("s%d", i), Prefix: string(rune('A' + i%20)), Name: both("服务")}})
	}
	for i := range 12 {
		w := hall.Window{ID: fmt.Sprintf("w%d", i+1), Kind: hall.KindDepartment}
		for k := range 14 {
			w.Services = append(w.Services, fmt.Sprintf("s%d", (i*4+k)%41))
		}
		s.Windows = append(s.Windows, w)
		s.Staff = append(s.Staff, hall.Staff{ID: fmt.Sprintf("p%d", i), Number: fmt.Sprint(i), PINHash: hash})
	}
	for i := range s.Staff {
		for k := range 41 {
			s.Staff[i].Services = append(s.Staff[i].Services, fmt.Sprintf("s%d", k))
		}
	}
	s.Classes = []hall.Class{{ClassInfo: contract.ClassInfo{ID: "senior", Name: both("老")}, Weight: 3}}
	l := &life{t: t, s: hall.New(s), now: monday}
	for i := range 12 {
		l.signIn(fmt.Sprintf("w%d", i+1), fmt.Sprintf("p%d", i))
	}
	for i := range 312 {
		class := ""
		if i%10 == 0 {
			class = "senior"
		}
		a := l.must(contract.AskTicketTake, contract.TakeTicket{Service: fmt.Sprintf("s%d", i%41), Class: class}).Answer.(contract.Ticket)
		l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: a.Ticket, Proof: "printed"})
	}
	for i := range 12 {
		l.next(fmt.Sprintf("w%d", i+1))
	}
	l.now = time.Date(2026, 3, 2, 16, 30, 0, 0, china)
	return l
}

// BenchmarkQueueView is the view that every kiosk and board gets. Its floor is
// to write the view as JSON, which has to be done once for each.
func BenchmarkQueueView(b *testing.B) {
	l := crowded(b)
	stopped := 0
	for _, service := range l.s.QueueView(l.now).Services {
		if service.Stop == hall.Closing {
			stopped++
		}
	}
	if stopped < 15 {
		b.Fatalf("%d services are stopped by closing time, want words to be made", stopped)
	}
	var floor time.Duration
	b.ReportAllocs()
	for b.Loop() {
		v := l.s.QueueView(l.now)
		b.StopTimer()
		begin := time.Now()
		if _, err := json.Marshal(v); err != nil {
			b.Fatal(err)
		}
		floor += time.Since(begin)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(floor), "x-json")
}

// BenchmarkDecide is what one request costs in a crowded hall. Its floor is to
// read the request and write the answer as JSON.
func BenchmarkDecide(b *testing.B) {
	l := crowded(b)
	l.must(contract.AskWindowStart, contract.WindowRef{Window: "w1"})
	l.must(contract.AskWindowFinish, contract.WindowRef{Window: "w1"})
	for _, c := range []struct {
		name string
		hall.Command
	}{
		{"take", hall.Command{ID: "x", Type: contract.AskTicketTake, Role: hall.RoleKiosk, Node: "kiosk-1", Data: json.RawMessage(`{"service":"s2"}`)}},
		{"next", hall.Command{ID: "x", Type: contract.AskWindowNext, Role: hall.RoleWindow, Node: "desk-1", Data: json.RawMessage(`{"window":"w1"}`)}},
		{"finish", hall.Command{ID: "x", Type: contract.AskWindowNoShow, Role: hall.RoleWindow, Node: "desk-1", Data: json.RawMessage(`{"window":"w2"}`)}},
	} {
		b.Run(c.name, func(b *testing.B) {
			if d := l.s.Decide(c.Command, l.now); d.Refusal != nil {
				b.Fatal(d.Refusal)
			}
			var floor time.Duration
			b.ReportAllocs()
			for b.Loop() {
				d := l.s.Decide(c.Command, l.now)
				b.StopTimer()
				begin := time.Now()
				var into map[string]any
				if err := json.Unmarshal(c.Data, &into); err != nil {
					b.Fatal(err)
				}
				if _, err := json.Marshal(d.Answer); err != nil {
					b.Fatal(err)
				}
				floor += time.Since(begin)
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(floor), "x-json")
		})
	}
}

// unhurried is setup without the stop before closing time.
func unhurried() *hall.Setup {
	s := setup()
	for i := range s.Services {
		s.Services[i].NoClosing = true
	}
	return s
}

// BenchmarkDay is a whole day of a hall: 1000 tickets from touch to rating.
func BenchmarkDay(b *testing.B) {
	for b.Loop() {
		l := &life{t: b, s: hall.New(unhurried()), setup: unhurried, now: monday}
		l.signIn("w1", "s1")
		for i := range 1000 {
			l.printed("a")
			if i >= 100 { // a hundred always wait
				l.serve("w1")
				l.must(hall.CmdScore, hall.Score{Window: "w1", Level: 5})
			}
		}
	}
}

// BenchmarkApply is the replay of one event.
func BenchmarkApply(b *testing.B) {
	l := begin(b)
	l.signIn("w1", "s1")
	for range 1000 {
		l.printed("a")
		l.serve("w1")
	}
	i, s := 0, hall.New(setup())
	for b.Loop() {
		if i == len(l.log) {
			i, s = 0, hall.New(setup())
		}
		if err := s.Apply(l.log[i]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
