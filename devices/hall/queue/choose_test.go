package queue_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallward/devices/hall/queue"
)

var (
	china = time.FixedZone("CST", 8*60*60)
	ten   = time.Date(2026, 3, 2, 10, 0, 0, 0, china)
)

var classes = []queue.Class{
	{ID: "urgent", Name: "特事特办", Head: true, Grant: true},
	{ID: "military", Name: "军人", Weight: 5},
	{ID: "elderly", Name: "老年人", Weight: 3},
	{ID: "green", Name: "绿色通道"},
}

var rule = queue.Rule{Classes: classes, Overtake: 3, Beyond: 20 * time.Minute,
	Staff: func(id string) string { return "样例" + id }}

// waiting makes tickets in the order of their places from words such as
// "a", "a elderly", "b @w2" (sent to a window), "a ^3" (overtaken 3 times),
// "a ~30" (its turn was 30 minutes ago), "a appointment +15" (due in 15 minutes).
func waiting(t failer, words ...string) (*queue.Pool, []*queue.Ticket) {
	var p queue.Pool
	var all []*queue.Ticket
	for i, w := range words {
		f := strings.Fields(w)
		k := &queue.Ticket{Number: fmt.Sprintf("A%03d", i+1), Order: uint64(i + 1), Service: f[0]}
		for _, is := range f[1:] {
			n := 0
			if _, err := fmt.Sscanf(is[1:], "%d", &n); err != nil {
				n = 0
			}
			switch is[0] {
			case '@':
				k.Bound = is[1:]
			case '^':
				k.Overtaken = n
			case '~':
				k.OvertakenAt = ten.Add(-time.Duration(n) * time.Minute)
			case '+':
				k.Due = ten.Add(time.Duration(n) * time.Minute)
			case '-':
				k.Due = ten.Add(-time.Duration(n) * time.Minute)
			case '!':
				k.Granted = is[1:]
			default:
				k.Class = is
			}
		}
		p.Add(k)
		all = append(all, k)
	}
	return &p, all
}

type failer interface{ Fatalf(string, ...any) }

// R-QUE-13, R-KIOSK-05, -06, -10: whom a window calls, and what the console
// says of it.
func TestChoose(t *testing.T) {
	w1 := queue.Caller{Window: "w1", Services: []string{"a", "b"}}
	green := queue.Caller{Window: "w1", Services: []string{"a", "b"}, Classes: []string{"green"}}
	first := queue.Caller{Window: "w1", Services: []string{"a", "b"}, First: []string{"b"}}
	for _, c := range []struct {
		name      string
		caller    queue.Caller
		rule      queue.Rule
		waiting   []string
		number    string
		why       string
		overtaken string
	}{
		{"nobody", w1, rule, nil, "", "", ""},
		{"only for others", w1, rule, []string{"c", "a @w2"}, "", "", ""},
		{"by number", w1, rule, []string{"a", "b"}, "A001", "按取号先后", ""},
		{"class", w1, rule, []string{"a", "b", "c", "a elderly"}, "A004", "老年人优先（越过2人）", "A001 A002"},
		{"heavier class", w1, rule, []string{"a", "a elderly", "b military"}, "A003", "军人优先（越过2人）", "A001 A002"},
		{"same class by number", w1, rule, []string{"a", "a elderly", "a elderly"}, "A002", "老年人优先（越过1人）", "A001"},
		{"oldest with a class", w1, rule, []string{"a elderly", "a"}, "A001", "按取号先后", ""},
		{"unknown class is ordinary", w1, rule, []string{"a", "a gone"}, "A001", "按取号先后", ""},
		{"zero rule", w1, queue.Rule{}, []string{"a", "a elderly", "b appointment -5"}, "A001", "按取号先后", ""},
		{"no overtaking", first, queue.Rule{Classes: classes}, []string{"a", "b military"}, "A001", "按取号先后", ""},
		{"overtaken enough", w1, rule, []string{"a ^3", "a elderly"}, "A001", "A001已被越过3次，按取号先后", ""},
		{"once more", w1, rule, []string{"a ^2", "a elderly"}, "A002", "老年人优先（越过1人）", "A001"},
		{"waited enough past its turn", w1, rule, []string{"a ^1 ~20", "a elderly"}, "A001", "A001轮到后已满20分钟，按取号先后", ""},
		{"a minute left", w1, rule, []string{"a ^1 ~19", "a elderly"}, "A002", "老年人优先（越过1人）", "A001"},
		{"bound holds back those behind it only", w1, rule, []string{"a", "a elderly", "a ^3", "a military"}, "A002", "老年人优先（越过1人）", "A001"},
		{"bound behind, by number", w1, rule, []string{"b", "a ^3", "a elderly"}, "A001", "A002已被越过3次，按取号先后", ""},
		{"bound elsewhere does not matter", w1, rule, []string{"c ^3", "a", "a elderly"}, "A003", "老年人优先（越过1人）", "A002"},
		{"sent here", w1, rule, []string{"a", "a elderly", "c @w1"}, "A003", "转办到本窗口", ""},
		{"granted before sent, outside the bounds", w1, rule, []string{"a ^3", "a @w1", "a urgent !s1"}, "A003", "特事特办（授权：样例s1）（越过2人）", ""},
		{"granted and alone", w1, rule, []string{"a urgent !s1"}, "A001", "特事特办（授权：样例s1）", ""},
		{"green channel before a heavier class", green, rule, []string{"a", "a military", "b green"}, "A003", "本窗口绿色通道优先（越过2人）", "A001 A002"},
		{"green elsewhere is ordinary", w1, rule, []string{"a", "b green"}, "A001", "按取号先后", ""},
		{"preferred service", first, rule, []string{"a", "b"}, "A002", "本窗口优先事项（越过1人）", "A001"},
		{"class before preferred service", first, rule, []string{"a elderly", "b"}, "A001", "按取号先后", ""},
		{"appointment due", w1, rule, []string{"a", "a elderly", "b appointment -5"}, "A003", "预约09:55到时（越过2人）", "A001 A002"},
		{"appointment at the minute", w1, rule, []string{"a", "b appointment +0"}, "A002", "预约10:00到时（越过1人）", "A001"},
		{"appointment before its time", w1, rule, []string{"b appointment +15", "a"}, "A002", "按取号先后", ""},
		{"passing an early one is no overtaking", w1, rule, []string{"b appointment +15", "a", "a elderly"}, "A003", "老年人优先（越过1人）", "A002"},
		{"nobody but early ones", w1, rule, []string{"b appointment +15", "a appointment +10"}, "A002", "预约10:10，无人等候，提前办理", ""},
		{"late appointment without class", w1, rule, []string{"a", "b -60"}, "A001", "按取号先后", ""},
		{"appointment with another weight", w1, queue.Rule{Overtake: 3, Classes: append([]queue.Class{{ID: "appointment", Name: "预约", Weight: 1}}, classes...)},
			[]string{"a", "b appointment -5", "a elderly"}, "A003", "老年人优先（越过2人）", "A001 A002"},
	} {
		p, _ := waiting(t, c.waiting...)
		got := p.Choose(c.caller, c.rule, ten)
		number := ""
		if got.Ticket != nil {
			number = got.Ticket.Number
		}
		var overtaken []string
		for _, o := range got.Overtaken {
			overtaken = append(overtaken, o.Number)
		}
		if number != c.number || got.Why != c.why || strings.Join(overtaken, " ") != c.overtaken {
			t.Errorf("%s: %s %q past %v, want %s %q past [%s]", c.name, number, got.Why, overtaken, c.number, c.why, c.overtaken)
		}
	}
}

func TestPool(t *testing.T) {
	p, all := waiting(t, "a", "b", "a @w2", "a")
	offline := &queue.Ticket{Number: "A501", Order: 2, TakenAt: ten, Service: "a"}
	later := &queue.Ticket{Number: "A601", Order: 2, TakenAt: ten.Add(time.Second), Service: "a"}
	p.Add(later)
	p.Add(offline)
	p.Add(all[0]) // twice is once
	want := []*queue.Ticket{all[0], all[1], offline, later, all[2], all[3]}
	if got := p.Waiting(); !reflect.DeepEqual(got, want) {
		t.Errorf("waiting %v, want %v", got, want)
	}
	if got := p.Bound("w2"); len(got) != 1 || got[0] != all[2] {
		t.Errorf("bound to w2: %v", got)
	}
	p.Remove(all[0])
	p.Remove(all[0])
	p.Remove(offline)
	if got := p.For(queue.Caller{Window: "w1", Services: []string{"a"}}); !reflect.DeepEqual(got, []*queue.Ticket{later, all[3]}) {
		t.Errorf("for w1: %v", got)
	}
}

// The order that is shown is the order in which the window then calls.
func TestSequenceIsWhatHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "a", "a", "b", "c", "a elderly", "b elderly", "a military", "b green", "a urgent !s1",
			"a @w1", "b @w2", "a ^2", "a ^1 ~25", "b appointment -5", "a appointment +15", "b appointment +5"}), 0, 25).Draw(t, "waiting")
		p, _ := waiting(t, words...)
		c := queue.Caller{Window: "w1", Services: rapid.SampledFrom([][]string{{"a"}, {"a", "b"}}).Draw(t, "services"),
			First: rapid.SampledFrom([][]string{nil, {"b"}}).Draw(t, "first"), Classes: rapid.SampledFrom([][]string{nil, {"green"}}).Draw(t, "classes")}
		r := queue.Rule{Classes: classes, Overtake: rapid.IntRange(0, 4).Draw(t, "k"), Beyond: rapid.SampledFrom([]time.Duration{0, 20 * time.Minute}).Draw(t, "T")}
		shown := p.Sequence(c, r, ten)
		ahead := map[*queue.Ticket]int{}
		candidates := p.For(c)
		for _, k := range candidates {
			if !ten.Before(k.Due) {
				ahead[k] = queue.Ahead(k, candidates, c, r, ten)
			}
		}
		for i, want := range shown {
			got := p.Choose(c, r, ten)
			if got.Ticket != want {
				t.Fatalf("call %d: %v, shown was %v", i, got.Ticket, want)
			}
			if n, counted := ahead[want]; counted && n != i {
				t.Fatalf("%s was told %d ahead, and is called after %d", want.Number, n, i)
			}
			queue.Pass(got.Overtaken, ten)
			p.Remove(got.Ticket)
		}
		if got := p.Choose(c, r, ten); got.Ticket != nil {
			t.Fatalf("%v was not shown", got.Ticket)
		}
	})
}

func TestAhead(t *testing.T) {
	_, all := waiting(t, "a", "a elderly", "a", "a appointment +15")
	c := queue.Caller{Services: []string{"a"}}
	for _, x := range []struct {
		new  queue.Ticket
		want int
	}{
		{queue.Ticket{Order: 9}, 3}, // the appointment comes later
		{queue.Ticket{Order: 9, Class: "elderly"}, 1},
		{queue.Ticket{Order: 9, Class: "military"}, 0},
		{queue.Ticket{Order: 9, Class: queue.Appointment, Due: ten.Add(30 * time.Minute)}, 1}, // at its own time
	} {
		x.new.Service = "a"
		if got := queue.Ahead(&x.new, all, c, rule, ten); got != x.want {
			t.Errorf("%+v: %d ahead, want %d", x.new, got, x.want)
		}
	}
	if got := queue.Ahead(all[0], all, c, rule, ten); got != 1 {
		t.Errorf("the oldest has %d ahead, want the elderly one", got)
	}
}

// crowd is n people, one in five with a class.
func crowd(n int) *queue.Pool {
	words := make([]string, n)
	for i := range words {
		words[i] = []string{"a", "b", "c", "d", "e elderly", "a", "b", "c", "d military", "e"}[i%10]
	}
	p, _ := waiting(nil, words...)
	return p
}

var five = queue.Caller{Window: "w1", Services: []string{"a", "b", "c", "d", "e"}, First: []string{"c"}}

// BenchmarkChoose is one call with 500 waiting.
func BenchmarkChoose(b *testing.B) {
	p := crowd(500)
	for b.Loop() {
		p.Choose(five, rule, ten)
	}
}

// BenchmarkSequence is the whole line of 500, as a console shows it.
func BenchmarkSequence(b *testing.B) {
	p := crowd(500)
	for b.Loop() {
		p.Sequence(five, rule, ten)
	}
}
