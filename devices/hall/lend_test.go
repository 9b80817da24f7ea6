package hall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/queue"
)

// at is a command of a kiosk.
func (l *life) at(kiosk, typ string, data any) hall.Decision {
	l.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		l.t.Fatal(err)
	}
	l.ids++
	return l.command(hall.Command{ID: fmt.Sprintf("%s-%d", kiosk, l.ids), Type: typ, Role: hall.RoleKiosk, Node: kiosk, Data: raw})
}

func (l *life) lend(kiosk string, d contract.LendNumbers) contract.Numbers {
	l.t.Helper()
	n, ok := l.at(kiosk, contract.AskNumbersLend, d).Answer.(contract.Numbers)
	if !ok {
		l.t.Fatalf("%s was lent nothing", kiosk)
	}
	return n
}

func of(prefix string, n contract.Numbers) (list []contract.NumberBlock) {
	for _, b := range n.Blocks {
		if b.Prefix == prefix {
			list = append(list, b)
		}
	}
	return list
}

func block(prefix string, from, to int) contract.NumberBlock {
	return contract.NumberBlock{Prefix: prefix, From: from, To: to}
}

// offline is a ticket that a kiosk gave while it was cut off.
func offline(id, number string, serial int, service string, at time.Time) contract.TicketTaken {
	return contract.TicketTaken{Ticket: id, Number: number, Prefix: number[:1], Serial: serial, Day: "2026-03-02", Service: service, At: at}
}

// joined lets such a ticket join, with its paper.
func (l *life) joined(kiosk string, d contract.TicketTaken) hall.Decision {
	l.t.Helper()
	decision := l.at(kiosk, contract.EvTicketTaken, d)
	if decision.Refusal != nil {
		l.t.Fatalf("%s from %s: refused: %v", d.Number, kiosk, decision.Refusal)
	}
	l.at(kiosk, contract.EvTicketPrinted, contract.TicketPrinted{Ticket: d.Ticket, Proof: "printed"})
	return decision
}

func (l *life) waiting() (numbers []string) {
	for _, t := range l.s.TicketsIn(queue.Waiting) {
		numbers = append(numbers, t.Number)
	}
	return numbers
}

// R-KIOSK-26: each kiosk has numbers of its own, for each prefix that has a
// window; asking again lends no more until half of a block is used.
func TestNumbersAreLent(t *testing.T) {
	l := begin(t)
	l.take("a")
	one := l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"})
	var prefixes []string
	for _, b := range one.Blocks {
		prefixes = append(prefixes, b.Prefix)
	}
	if want := []string{"A", "C", "E", "G", "P", "T", "Z"}; !slices.Equal(prefixes, want) {
		t.Errorf("lent for %q, want %q", prefixes, want)
	}
	if got := of("A", one); !slices.Equal(got, []contract.NumberBlock{block("A", 501, 520)}) || one.Day != "2026-03-02" {
		t.Errorf("lent %+v on %s", got, one.Day)
	}
	if want := time.Date(2026, 3, 3, 4, 0, 0, 0, china); !one.Ends.Equal(want) || !one.Now.Equal(l.now) {
		t.Errorf("ends %s, want %s; now %s", one.Ends, want, one.Now)
	}
	ask := contract.LendNumbers{Day: one.Day, Stock: "S1", Holds: one.Blocks, Left: map[string]int{"A": 10, "C": 20, "E": 20, "G": 20, "P": 20, "T": 20, "Z": 20}}
	if again := l.lend("kiosk-1", ask); !reflect.DeepEqual(again, one) {
		t.Errorf("asked again with half of it left: %+v", again)
	}
	lost := ask
	lost.Holds, lost.Left = nil, nil
	if again := l.lend("kiosk-1", lost); !reflect.DeepEqual(again, one) {
		t.Errorf("asked again when the answer was lost: %+v", again)
	}
	if got := of("A", l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"})); !slices.Equal(got, []contract.NumberBlock{block("A", 521, 540)}) {
		t.Errorf("the other kiosk has %+v", got)
	}
	ask.Left["A"] = 9
	if got := of("A", l.lend("kiosk-1", ask)); !slices.Equal(got, []contract.NumberBlock{block("A", 501, 520), block("A", 541, 560)}) {
		t.Errorf("with less than half left: %+v", got)
	}
	if got := of("A", l.lend("kiosk-1", contract.LendNumbers{Day: one.Day, Stock: "S3"})); !slices.Equal(got, []contract.NumberBlock{block("A", 561, 580)}) {
		t.Errorf("a new disk has %+v", got)
	}
	for _, odd := range []contract.NumberBlock{block("A", 0, 9), block("A", 700, 600), block("A", 600, 1100), block("A", 99_990, 100_010), block("", 601, 602), block("A lot more", 601, 602)} {
		if d := l.at("kiosk-2", contract.AskNumbersLend, contract.LendNumbers{Day: one.Day, Stock: "S2", Holds: []contract.NumberBlock{odd}}); slices.Contains(d.Answer.(contract.Numbers).Blocks, odd) {
			t.Errorf("the hall takes over %+v", odd)
		}
	}
	if d := l.at("kiosk-1", contract.AskNumbersLend, contract.LendNumbers{}); d.Refusal == nil || d.Refusal.Code != hall.BadRequest {
		t.Errorf("without a stock: %+v", d)
	}
	l.replay()
}

// A block outlasts the time of Lending.Outlast at the kiosk's own pace.
func TestBlockSize(t *testing.T) {
	l := begin(t)
	for range 60 { // an hour of one a minute
		l.take("a")
		l.now = l.now.Add(time.Minute)
	}
	if got := of("A", l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"})); !slices.Equal(got, []contract.NumberBlock{block("A", 501, 620)}) {
		t.Errorf("lent %+v, want 120 numbers for two hours", got)
	}
}

// R-QUE-14: the hall's own sequence jumps over what is lent and what is given.
func TestSequenceJumpsOverBlocks(t *testing.T) {
	s := setup()
	s.Lending.From, s.Lending.Least = 3, 2
	l := &life{t: t, s: hall.New(s), now: monday}
	l.take("a")
	l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"}) // 3, 4
	l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"}) // 5, 6
	var got []string
	for range 3 {
		got = append(got, l.take("b").Number)
	}
	l.lend("kiosk-2", contract.LendNumbers{Stock: "S4"}) // 9, 10
	got = append(got, l.take("a").Number)
	if want := []string{"A002", "A007", "A008", "A011"}; !slices.Equal(got, want) {
		t.Errorf("numbers %q, want %q", got, want)
	}
	if q := l.s.QueueView(l.now); q.Serials["A"] != 11 || q.Lent["A"] != 10 {
		t.Errorf("the view tells %v and lent %v", q.Serials, q.Lent)
	}
}

// R-QUE-14: a hall with a new disk jumps over what its kiosks have seen, and
// takes over the blocks that they hold.
func TestHallForgets(t *testing.T) {
	l := begin(t) // the new hall
	report := contract.LendNumbers{Day: "2026-03-02", Stock: "S1", Holds: []contract.NumberBlock{block("A", 521, 540)},
		Left: map[string]int{"A": 15}, Seen: map[string]int{"A": 87, "C": 3}, Lent: map[string]int{"A": 560, "C": 540}}
	l.take("a") // by somebody who does not know yet
	n := l.lend("kiosk-1", report)
	if got := of("A", n); !slices.Equal(got, []contract.NumberBlock{block("A", 521, 540)}) {
		t.Errorf("the kiosk's own block: %+v", got)
	}
	if got := l.take("a").Number; got != "A138" {
		t.Errorf("the next number is %s, want A138: 50 above what was seen", got)
	}
	if got := of("A", l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"})); got[0].From != 611 {
		t.Errorf("the other kiosk has %+v, want from 611: 50 above what was lent", got)
	}
	if d := l.at("kiosk-1", contract.AskNumbersLend, report); len(d.Events) != 0 {
		t.Errorf("told again: %s", l.types(d))
	}
	// A third one, lent by the old hall, was cut off all the time.
	l.joined("kiosk-2", offline("t-1", "A545", 545, "a", l.now))
	if got := l.waiting(); !slices.Equal(got, []string{"A545"}) {
		t.Errorf("waiting %q", got)
	}
	l.replay()
}

// A block that went elsewhere meanwhile is not the kiosk's any more.
func TestForgottenBlockIsGone(t *testing.T) {
	l := begin(t)
	l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"}) // 501 to 520, by the new hall
	n := l.lend("kiosk-1", contract.LendNumbers{Day: "2026-03-02", Stock: "S1", Holds: []contract.NumberBlock{block("A", 501, 520)}, Left: map[string]int{"A": 20}})
	if got := of("A", n); !slices.Equal(got, []contract.NumberBlock{block("A", 521, 540)}) {
		t.Errorf("lent %+v, want other numbers", got)
	}
}

// A forgotten block that is only known by one of its numbers is not lent again.
func TestForgottenNumberJoins(t *testing.T) {
	l := begin(t)
	l.joined("kiosk-1", offline("t-1", "A505", 505, "a", l.now))
	if got := of("A", l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"})); got[0].From <= 505+500 {
		t.Errorf("kiosk-2 has %+v, which kiosk-1 may hold", got)
	}
	n := l.lend("kiosk-1", contract.LendNumbers{Day: "2026-03-02", Stock: "S1", Holds: []contract.NumberBlock{block("A", 501, 520)}, Left: map[string]int{"A": 15}})
	if got := of("A", n); !slices.Equal(got, []contract.NumberBlock{block("A", 501, 520)}) {
		t.Errorf("kiosk-1 has %+v", got)
	}
}

// R-QUE-14: a journal that was put back from a copy jumps.
func TestHallFromACopy(t *testing.T) {
	l := begin(t)
	l.take("a")
	l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"})
	l.must(hall.CmdCopied, nil)
	if got := l.take("a").Number; got != "A052" {
		t.Errorf("the next number is %s", got)
	}
	if got := of("A", l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"})); got[0].From != 1021 {
		t.Errorf("kiosk-2 has %+v", got)
	}
	l.replay()
}

// R-QUE-14: tickets that were taken while cut off stand where they would stand
// if they had been taken at the hall: behind those who came before, two kiosks
// among each other by the time of taking, and never before an earlier one of
// their own kiosk, whatever its clock does.
func TestOfflineTicketsJoinByTime(t *testing.T) {
	l := begin(t)
	at := func(minutes float64) time.Time { return monday.Add(time.Duration(minutes * float64(time.Minute))) }
	l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"}) // 501 to 520
	l.lend("kiosk-2", contract.LendNumbers{Stock: "S2"}) // 521 to 540
	var regular []contract.Ticket
	for i := range 4 { // A001 to A004 at 0, 10, 20 and 30 minutes
		l.now = at(10 * float64(i))
		regular = append(regular, l.printed("a"))
	}
	l.now = at(40)
	first := offline("t-1", "A501", 501, "a", at(-9)) // the clock has stepped back
	first.After = regular[1].Ticket
	l.joined("kiosk-1", first)
	l.joined("kiosk-1", offline("t-2", "A502", 502, "b", at(15)))
	l.joined("kiosk-1", offline("t-3", "A503", 503, "a", at(5))) // back again
	l.joined("kiosk-1", offline("t-4", "A504", 504, "a", at(25)))
	l.joined("kiosk-2", offline("t-5", "A521", 521, "a", at(12)))
	l.joined("kiosk-2", offline("t-6", "A522", 522, "a", at(26)))
	l.joined("kiosk-2", offline("t-7", "A523", 523, "a", at(900))) // ahead of the hall
	last := l.printed("a")
	want := []string{"A001", "A002", "A501", "A521", "A502", "A503", "A003", "A504", "A522", "A004", "A523", last.Number}
	if got := l.waiting(); !slices.Equal(got, want) {
		t.Errorf("waiting\n %q, want\n %q", got, want)
	}
	l.replay()
	l.signIn("w1", "s1")
	for _, number := range want {
		if got := l.next("w1").Ticket.Number; got != number {
			t.Fatalf("called %s, want %s", got, number)
		}
		l.must(contract.AskWindowNoShow, ref{Window: "w1"})
	}
}

// The time for the citizen's word begins when the ticket joins.
func TestOfflineTicketWithoutPaper(t *testing.T) {
	l := begin(t)
	l.now = monday.Add(time.Hour)
	l.at("kiosk-1", contract.EvTicketTaken, offline("t-1", "A501", 501, "a", monday))
	l.at("kiosk-1", contract.EvTicketUnprinted, contract.TicketUnprinted{Ticket: "t-1", Outcome: "unknown", Fault: "silent"})
	if d := l.do(hall.CmdTick, nil); len(d.Events) != 0 {
		t.Errorf("a tick at once: %s", l.types(d))
	}
	l.at("kiosk-1", contract.EvTicketTaken, offline("t-2", "A502", 502, "a", monday))
	l.at("kiosk-1", contract.EvTicketGivenUp, contract.TicketRef{Ticket: "t-2"})
	if got := l.state("A502"); got != queue.Void {
		t.Errorf("given up, and %s", got)
	}
	if d := l.at("kiosk-1", contract.EvTicketGivenUp, contract.TicketRef{Ticket: "never-given"}); d.Refusal != nil || len(d.Events) != 0 {
		t.Errorf("a request that never came is given up: %+v", d)
	}
	l.now = l.now.Add(2 * time.Minute)
	if d := l.do(hall.CmdTick, nil); l.types(d) != "ticket.voided" {
		t.Errorf("a tick two minutes later: %s", l.types(d))
	}
}

// R-KIOSK-06: a kiosk that was cut off cannot give what only staff may grant: its
// ticket joins, as an ordinary one.
func TestOfflineClass(t *testing.T) {
	l := classes(t)
	for i, c := range []struct{ class, want string }{
		{"elderly", "elderly"}, {"urgent", ""}, {"sick", ""}, {"gone", ""}, {queue.Appointment, ""}, {"", ""},
	} {
		d := offline(fmt.Sprintf("t-%d", i), queue.Number("A", 501+i), 501+i, "a", l.now)
		d.Class = c.class
		l.joined("kiosk-1", d)
		if list := l.s.TicketsIn(queue.Waiting); len(list) != i+1 || list[i].Class != c.want {
			t.Errorf("class %q: joined as %+v, want class %q", c.class, list[len(list)-1], c.want)
		}
	}
	l.replay()
}

// R-QUE-14: a number that cannot join is neither lost nor called: it is listed.
func TestNumberConflicts(t *testing.T) {
	l := begin(t)
	l.lend("kiosk-1", contract.LendNumbers{Stock: "S1"})
	l.joined("kiosk-1", offline("t-1", "A501", 501, "a", l.now))
	regular := l.printed("a")
	otherDay := offline("t-5", "A504", 504, "a", l.now)
	otherDay.Day = "2026-02-27"
	for _, c := range []struct {
		kiosk, reason string
		d             contract.TicketTaken
	}{
		{"kiosk-2", hall.ConflictNotLent, offline("t-2", "A502", 502, "a", l.now)},
		{"kiosk-2", hall.ConflictTaken, offline("t-3", "A501", 501, "a", l.now)},
		{"kiosk-1", hall.ConflictTaken, offline("t-4", regular.Number, 1, "a", l.now)},
		{"kiosk-1", hall.ConflictOtherDay, otherDay},
		{"kiosk-1", hall.ConflictNoService, offline("t-6", "A505", 505, "gone", l.now)},
	} {
		before := len(l.s.Conflicts)
		if d := l.at(c.kiosk, contract.EvTicketTaken, c.d); d.Refusal != nil || l.types(d) != "number.conflict" {
			t.Errorf("%s: %s, %v", c.reason, l.types(d), d.Refusal)
		}
		got := l.s.Conflicts[before:]
		if len(got) != 1 || got[0].Reason != c.reason || got[0].Ticket != c.d.Ticket || got[0].Number != c.d.Number || got[0].Kiosk != c.kiosk {
			t.Errorf("%s: listed %+v", c.reason, got)
		}
		if d := l.at(c.kiosk, contract.EvTicketTaken, c.d); len(d.Events) != 0 {
			t.Errorf("%s: told twice: %s", c.reason, l.types(d))
		}
	}
	if got := l.waiting(); !slices.Equal(got, []string{"A501", regular.Number}) && !slices.Equal(got, []string{regular.Number, "A501"}) {
		t.Errorf("waiting %q", got)
	}
	if d := l.at("kiosk-1", contract.EvTicketTaken, offline("t-1", "A501", 501, "a", l.now)); len(d.Events) != 0 || d.Refusal != nil {
		t.Errorf("the same ticket told again: %+v", d)
	}
	for _, bad := range []contract.TicketTaken{{}, offline("t-7", "A507", 508, "a", l.now), offline("", "A507", 507, "a", l.now), offline("t-8", "A100000", 100000, "a", l.now)} {
		if d := l.at("kiosk-1", contract.EvTicketTaken, bad); d.Refusal == nil || len(d.Events) != 0 {
			t.Errorf("%+v was taken", bad)
		}
	}
	l.replay()
	l.now = l.now.Add(24 * time.Hour) // the kiosk was cut off over the night
	late := offline("t-9", "A503", 503, "a", monday)
	if d := l.at("kiosk-1", contract.EvTicketTaken, late); d.Refusal != nil || l.s.Conflicts[len(l.s.Conflicts)-1].Reason != hall.ConflictOtherDay {
		t.Errorf("a ticket of yesterday: %+v, listed %+v", d, l.s.Conflicts)
	}
	if n := l.lend("kiosk-1", contract.LendNumbers{Day: "2026-03-02", Stock: "S1", Holds: []contract.NumberBlock{block("A", 501, 520)}}); n.Day != "2026-03-03" || of("A", n)[0].From != 501 {
		t.Errorf("numbers of the new day: %+v", n)
	}
}

// anyReport draws what a kiosk says of its stock: mostly what may be.
func anyReport(t *rapid.T, l *life) contract.LendNumbers {
	serial := func(what string) int { return rapid.SampledFrom([]int{0, 1, 7, 500, 501, 520, 521, 700}).Draw(t, what) }
	from := serial("from")
	return contract.LendNumbers{Day: rapid.SampledFrom([]string{"", "2026-03-01", l.s.Day, l.s.Day, l.s.Day}).Draw(t, "day"),
		Stock: rapid.SampledFrom([]string{"S1", "S2", ""}).Draw(t, "stock"),
		Holds: []contract.NumberBlock{block("A", from, from+serial("more")%30)},
		Left:  map[string]int{"A": serial("left")}, Seen: map[string]int{"A": serial("seen")}, Lent: map[string]int{"A": serial("lent")}}
}

// anyTaken draws a ticket of a kiosk that was cut off.
func anyTaken(t *rapid.T, l *life, service string) contract.TicketTaken {
	serial := rapid.SampledFrom([]int{0, 1, 2, 3, 501, 502, 521, 551, 700}).Draw(t, "serial")
	d := offline(fmt.Sprintf("id-%d", rapid.IntRange(1, l.ids+1).Draw(t, "id")), queue.Number("A", serial), serial, service,
		l.now.Add(time.Duration(rapid.IntRange(-20, 20).Draw(t, "minutes"))*time.Minute))
	d.Day = rapid.SampledFrom([]string{"2026-03-01", l.s.Day, l.s.Day, l.s.Day}).Draw(t, "day")
	d.After = fmt.Sprintf("id-%d", rapid.IntRange(1, l.ids+1).Draw(t, "after"))
	return d
}
