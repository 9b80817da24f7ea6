package hall_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/queue"
)

var fairSeed = flag.Uint64("fair", 20260302, "seed of the days of TestFairDays")

// fairSetup is a hall of a random day: some have no classes, some all skills
// everywhere, some windows prefer services or classes.
func fairSetup(r *rand.Rand) *hall.Setup {
	s := withClasses()
	s.Services, s.Windows = s.Services[:3], s.Windows[:3]
	s.Hours = &calendar.Hours{Zone: china, ZoneName: "Asia/Shanghai", DayStart: 4 * 60,
		Weekdays: [7]bool{true, true, true, true, true, true, true}, Segments: []calendar.Segment{{From: 6 * 60, To: 22 * 60}}}
	s.Order = hall.OrderRule{Overtake: 1 + r.IntN(6), Beyond: time.Duration(1+r.IntN(30)) * time.Minute}
	s.Reinstate = []string{hall.PlaceOriginal, hall.PlaceEnd}[r.IntN(2)]
	s.TransferLimit = 3
	classes := r.IntN(3) > 0
	if !classes {
		s.Classes = nil
	}
	for i := range s.Classes {
		s.Classes[i].Weight = r.IntN(10)
	}
	everywhere := r.IntN(4) == 0
	for i := range s.Windows {
		w := &s.Windows[i]
		w.Services, w.First, w.Classes = nil, nil, nil
		for _, service := range []string{"a", "b", "c"} {
			if everywhere || r.IntN(2) == 0 {
				w.Services = append(w.Services, service)
			}
		}
		if classes && r.IntN(3) == 0 {
			w.First = []string{"b"}
		}
		if classes && r.IntN(4) == 0 {
			w.Classes = []string{"business"}
		}
	}
	if s.Windows[0].Services == nil {
		s.Windows[0].Services = []string{"a", "b", "c"}
	}
	return s
}

// spoil is a mistake for the oracle to find: in the setup that the hall gets,
// or in its state before each call.
type spoil struct {
	setup func(*hall.Setup)
	state func(*hall.State)
}

// fairDay is a hall and its oracle on one random day.
type fairDay struct {
	*life
	r      *rand.Rand
	oracle *oracle
	judged int // events seen by the oracle
	lent   int
	spoil  spoil
}

// runFairDay lives one day. The same seed and number give the same day.
func runFairDay(seed, number uint64, t failer, bad spoil) (tally, error) {
	truth := fairSetup(rand.New(rand.NewPCG(seed, number)))
	setup := func() *hall.Setup {
		s := fairSetup(rand.New(rand.NewPCG(seed, number)))
		if bad.setup != nil {
			bad.setup(s)
		}
		return s
	}
	d := &fairDay{life: &life{t: t, s: hall.New(setup()), setup: setup, now: time.Date(2026, 3, 2, 8, 0, 0, 0, china)},
		r: rand.New(rand.NewPCG(seed, ^number)), oracle: newOracle(truth), spoil: bad}
	d.do(hall.CmdTick, nil)
	for i, w := range []string{"w1", "w2", "w3"} {
		d.put(contract.EvWindowSignedIn, contract.WindowChanged{Window: w, Staff: fmt.Sprintf("s%d", i+1)})
	}
	for range 60 {
		d.now = d.now.Add(time.Duration(d.r.IntN(180)) * time.Second)
		if err := d.step(); err != nil {
			return d.oracle.seen, err
		}
	}
	return d.oracle.seen, nil
}

// put applies an event that another part of the hall decides.
func (d *fairDay) put(typ string, data any) {
	b, err := json.Marshal(data)
	if err != nil {
		d.t.Fatal(err)
	}
	d.apply([]contract.Event{{SpecVersion: "1.0", Type: typ, Time: d.s.Now(d.now), Data: b}})
}

// any is a waiting, held or missed ticket's number, by chance.
func (d *fairDay) any(states ...queue.State) string {
	if list := d.s.TicketsIn(states...); len(list) > 0 {
		return list[d.r.IntN(len(list))].Number
	}
	return "none"
}

func (d *fairDay) one(choices ...string) string { return choices[d.r.IntN(len(choices))] }

// arrive lets somebody come: with a class, cut off, for an appointment, with or
// without paper at once.
func (d *fairDay) arrive() {
	service, kiosk := d.one("a", "b", "c"), d.one("kiosk-1", "kiosk-2")
	d.ids++
	id := fmt.Sprintf("f-%d", d.ids)
	issued := contract.TicketIssued{Ticket: id, Prefix: strings.ToUpper(service), Service: service, Kiosk: kiosk, Day: d.s.Day, At: d.now}
	if len(d.oracle.setup.Classes) > 0 && d.r.IntN(3) == 0 {
		issued.Class = d.one("elderly", "military", "business")
	}
	switch d.r.IntN(12) {
	case 0: // from a lent number, while cut off: behind somebody who came earlier
		d.lent++
		issued.Serial = 500 + d.lent
		issued.Offline, issued.Behind = true, d.s.Order-min(d.s.Order, d.r.Uint64N(6))
		issued.PlacedAt = d.now.Add(-time.Duration(d.r.IntN(30)) * time.Minute)
	case 1: // checked in for a time
		issued.Serial = d.s.Serials[issued.Prefix] + 1
		if len(d.oracle.setup.Classes) > 0 {
			issued.Class, issued.Due = queue.Appointment, d.now.Add(time.Duration(d.r.IntN(40)-5)*time.Minute)
		}
	case 2, 3: // with all that a kiosk's request brings along
		b, err := json.Marshal(contract.TakeTicket{Service: service, Class: issued.Class})
		if err != nil {
			d.t.Fatal(err)
		}
		if taken := d.command(hall.Command{ID: id, Type: contract.AskTicketTake, Role: hall.RoleKiosk, Node: kiosk, Data: b}); taken.Refusal != nil {
			return
		}
	default:
		issued.Serial = d.s.Serials[issued.Prefix] + 1
	}
	if issued.Serial > 0 {
		issued.Number = queue.Number(issued.Prefix, issued.Serial)
		d.put(contract.EvTicketIssued, issued)
	}
	if d.r.IntN(8) > 0 {
		d.put(contract.EvTicketConfirmed, contract.TicketConfirmed{Ticket: id, Proof: "printed"})
	}
}

// restart lets the hall live on from its snapshot.
func (d *fairDay) restart() {
	blob, err := json.Marshal(d.s)
	if err != nil {
		d.t.Fatal(err)
	}
	d.s = hall.New(d.setup())
	if err := json.Unmarshal(blob, d.s); err != nil {
		d.t.Fatal(err)
	}
}

func (d *fairDay) step() error {
	w := d.one("w1", "w2", "w3")
	is := ref{Window: w}
	switch c := d.r.IntN(44); {
	case c < 16:
		d.arrive()
	case c < 29:
		if d.spoil.state != nil { // a window may call by itself when it finishes
			d.spoil.state(d.s)
		}
		if t := d.s.InHand(w); t != nil {
			if t.State == queue.Called && d.r.IntN(2) == 0 {
				d.do(contract.AskWindowNoShow, is)
			} else {
				d.do(contract.AskWindowStart, is)
				d.do(contract.AskWindowFinish, is)
			}
		}
		if d.spoil.state != nil {
			d.spoil.state(d.s)
		}
		got := d.do(contract.AskWindowNext, is)
		if got.Refusal != nil && got.Refusal.Code == hall.HeldOverdue {
			is.PastHeld = true
			got = d.do(contract.AskWindowNext, is)
		}
		if got.Refusal != nil && got.Refusal.Code == hall.NobodyWaiting {
			return d.oracle.nobody(w)
		}
	case c < 31 && d.s.InHand(w) != nil:
		d.do(d.one(contract.AskWindowReturn, contract.AskWindowHold), is)
	case c == 31:
		d.do(contract.AskWindowReinstate, ref{Window: w, Number: d.any(queue.Missed)})
	case c == 32:
		d.do(d.one(contract.AskWindowReturn, contract.AskWindowUnhold), ref{Window: w, Number: d.any(queue.Held)})
	case c < 35 && d.s.InHand(w) != nil:
		d.do(contract.AskWindowTransfer, contract.Transfer{Window: w, ToWindow: d.one("", "", "w1", "w2", "w3"), ToService: d.one("", "a", "b", "c")})
	case c == 35:
		d.grant(w, d.any(queue.Waiting), d.one("urgent", "sick"), "理由")
	case c == 36:
		d.do(contract.AskWindowCall, ref{Window: w, Number: d.any(queue.Waiting)})
	case c == 37:
		if t := d.any(queue.Issued); t != "none" {
			i := slices.IndexFunc(d.s.TicketsIn(queue.Issued), func(k queue.Ticket) bool { return k.Number == t })
			d.put(contract.EvTicketConfirmed, contract.TicketConfirmed{Ticket: d.s.TicketsIn(queue.Issued)[i].ID, Proof: "noted"})
		}
	case c == 38 && d.r.IntN(3) == 0:
		d.restart()
	case c == 39 && d.r.IntN(4) == 0:
		d.order("s1", contract.OrderRule{Overtake: d.r.IntN(5), Beyond: d.r.IntN(30)})
	case c == 39:
		d.now = d.now.Add(-5 * time.Minute) // somebody sets the clock
	case c == 40:
		d.do(contract.AskWindowWalkIn, contract.WalkIn{Window: w, Service: d.one("a", "b", "c"), Call: d.r.IntN(2) == 0})
	case c == 41 && d.s.InHand(w) != nil:
		d.do(contract.AskWindowCorrect, contract.Correct{Window: w, Service: d.one("a", "b", "c")})
	case c == 42:
		d.do(contract.AskWindowSet, contract.SetWindow{Window: w, Auto: d.r.IntN(2) == 0})
	case c == 43:
		if t := d.any(queue.Waiting, queue.Called); t != "none" {
			i := slices.IndexFunc(d.s.TicketsIn(queue.Waiting, queue.Called), func(k queue.Ticket) bool { return k.Number == t })
			d.do(contract.AskTicketQuiet, contract.QuietTicket{Ticket: d.s.TicketsIn(queue.Waiting, queue.Called)[i].ID, Silent: true})
		}
	}
	for ; d.judged < len(d.log); d.judged++ {
		if err := d.oracle.see(d.log[d.judged]); err != nil {
			return err
		}
	}
	return nil
}

// runFairDays lives days on all cores and gives the first that broke the rule.
func runFairDays(t failer, seed uint64, days int, bad spoil) (tally, error) {
	var sum tally
	var broken []error
	var mu sync.Mutex
	var wg sync.WaitGroup
	cores := runtime.GOMAXPROCS(0)
	for core := range cores {
		wg.Go(func() {
			for n := core; n < days; n += cores {
				seen, err := runFairDay(seed, uint64(n), t, bad)
				mu.Lock()
				sum.add(seen)
				if err != nil {
					broken = append(broken, fmt.Errorf("seed %d, day %d: %w", seed, n, err))
				}
				stop := len(broken) > 0
				mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	wg.Wait()
	return sum, errors.Join(broken...)
}

// R-KIOSK-05, -06, -07, -10, R-QUE-03: over 10,000 random days no ticket is
// overtaken by rule more often than the manager allows, nor later than allowed
// after its turn; nobody is passed by somebody who does not rank above; without
// classes the call order is the order of issue, with all skills everywhere the
// oldest of the hall; who can be called is called; each call says why. Windows
// differ in skills and preferences; tickets return, move, are held, granted and
// chosen; some come
// without a ticket or with the wrong service, some windows call by themselves; two kiosks, one of them at times cut off; the hall restarts, the clock
// steps back, the manager changes the rule.
func TestFairDays(t *testing.T) {
	days := 10_000
	if raceDetector {
		days = 200
	}
	seen, err := runFairDays(t, *fairSeed, days, spoil{})
	if err != nil {
		t.Fatalf("%v\nrun again with -fair=%d", err, *fairSeed)
	}
	t.Logf("%d days: %+v", days, seen)
	for what, n := range map[string]int{"calls": seen.calls, "granted": seen.heads, "sent": seen.sent, "appointments before their time": seen.early,
		"overtaken": seen.overtaken, "by class": seen.byClass, "by service": seen.byService,
		"held back by the count": seen.barredByCount, "held back by the time": seen.barredByTime, "walk-ins": seen.walkIns, "corrected": seen.corrected} {
		if n < days/20 {
			t.Errorf("only %d %s in %d days: nothing is proven", n, what, days)
		}
	}
}

// The oracle finds every mistake that is made on purpose, so that its silence
// above means something.
func TestOracleCatches(t *testing.T) {
	each := func(change func(*queue.Ticket)) func(*hall.State) {
		return func(s *hall.State) {
			for _, k := range s.Tickets {
				change(k)
			}
		}
	}
	for name, bad := range map[string]spoil{
		"counts forgotten":        {state: each(func(k *queue.Ticket) { k.Overtaken = 0 })},
		"turns forgotten":         {state: each(func(k *queue.Ticket) { k.OvertakenAt = time.Time{} })},
		"classes ignored":         {state: each(func(k *queue.Ticket) { k.Class = "" })},
		"due times ignored":       {state: each(func(k *queue.Ticket) { k.Due = time.Time{} })},
		"once more than allowed":  {setup: func(s *hall.Setup) { s.Order.Overtake++ }},
		"once less than allowed":  {setup: func(s *hall.Setup) { s.Order.Overtake-- }},
		"a minute too long":       {setup: func(s *hall.Setup) { s.Order.Beyond += time.Minute }},
		"a preference too many":   {setup: func(s *hall.Setup) { s.Windows[0].First = []string{"c"} }},
		"a window without skills": {setup: func(s *hall.Setup) { s.Windows[1].Services = nil }},
		"no head for the urgent": {setup: func(s *hall.Setup) {
			for i := range s.Classes {
				s.Classes[i].Head = false
			}
		}},
		"last come, first served": {state: func(s *hall.State) {
			for _, k := range s.Tickets {
				if k.Order < 1<<20 {
					k.Order = 1<<21 - k.Order
				}
			}
			blob, err := json.Marshal(s)
			if err == nil {
				err = json.Unmarshal(blob, s)
			}
			if err != nil {
				t.Fatal(err)
			}
		}},
	} {
		if _, err := runFairDays(t, *fairSeed, 400, bad); err == nil {
			t.Errorf("%s: not caught in 400 days", name)
		} else {
			t.Logf("%s: %v", name, err)
		}
	}
}
