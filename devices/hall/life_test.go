package hall_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/hall/calendar"
	"hallward/devices/hall/queue"
)

var china = time.FixedZone("CST", 8*60*60)

// monday is a working Monday at ten in the morning.
var monday = time.Date(2026, 3, 2, 10, 0, 0, 0, china)

func both(s string) contract.Text2 { return contract.Text2{ZH: s + "号", EN: "No. " + s} }

// hash is the PIN "1111" with one iteration, so that tests are quick.
var hash = func() string {
	h, err := hall.HashPIN("1111", []byte("salt of the test"), 1)
	if err != nil {
		panic(err)
	}
	return h
}()

// setup is a hall with windows of all kinds: w1 and w2 serve a and b, w3 serves
// c and, entrusted, e; w4 consults, w5 takes complaints, w6 payments.
func setup() *hall.Setup {
	service := func(id, prefix, kind string) hall.Service {
		return hall.Service{ServiceInfo: contract.ServiceInfo{ID: id, Unit: "u", Prefix: prefix, Kind: kind, Fee: "0"}, Mean: 10}
	}
	window := func(id, kind string, services ...string) hall.Window {
		return hall.Window{ID: id, Label: id[1:], Name: both(id[1:]), Kind: kind, Area: both("区"), Services: services}
	}
	person := func(id, number string, services ...string) hall.Staff {
		return hall.Staff{ID: id, Number: number, Name: "样例" + id, Post: "岗", Services: services, PINHash: hash}
	}
	all := []string{"a", "b", "c", "e", "z", "t", "g"}
	paused := service("p", "P", "instant")
	paused.Paused = "系统升级"
	return &hall.Setup{
		Hall: contract.HallInfo{ID: "test", ConsultPhone: "555-0100", Desk: contract.Text2{ZH: "咨询台", EN: "the desk"}},
		Services: []hall.Service{service("a", "A", "instant"), service("b", "A", "instant"), service("c", "C", "promise"),
			service("e", "E", "instant"), service("z", "Z", "consult"), service("t", "T", "complaint"), service("g", "G", "fee"),
			paused, service("nowhere", "N", "instant")},
		Windows: []hall.Window{window("w1", hall.KindDepartment, "a", "b"), window("w2", hall.KindDepartment, "a", "b"),
			window("w3", hall.KindEntrusted, "c", "e"), window("w4", hall.KindConsult, "z"), window("w5", hall.KindComplaint, "t"),
			window("w6", hall.KindFee, "g"), window("w7", hall.KindDepartment, "p")},
		Staff: []hall.Staff{person("s1", "1001", all...), person("s2", "1002", all...), person("s3", "1003", all...),
			person("s4", "1004", all...), person("s5", "1005", all...), person("s6", "1006", all...), person("novice", "1009", "a")},
		Nodes: []hall.Node{{ID: "kiosk-1", Role: hall.RoleKiosk}, {ID: "kiosk-2", Role: hall.RoleKiosk},
			{ID: "desk-1", Role: hall.RoleWindow}, {ID: "desk-2", Role: hall.RoleWindow, Windows: []string{"w2"}}},
		Hours: &calendar.Hours{Zone: china, ZoneName: "Asia/Shanghai", DayStart: 4 * 60,
			Weekdays: [7]bool{false, true, true, true, true, true, false},
			Segments: []calendar.Segment{{From: 8 * 60, To: 11*60 + 30}, {From: 14 * 60, To: 17 * 60}}},
		PauseReasons: []hall.PauseReason{{ID: "meeting", Name: contract.Text2{ZH: "会议", EN: "Meeting"}}},
	}
}

// failer is what *testing.T, *testing.B and *rapid.T have in common.
type failer interface {
	Helper()
	Errorf(string, ...any)
	Fatalf(string, ...any)
	Fatal(...any)
}

// life is a hall in a test.
type life struct {
	t   failer
	s   *hall.State
	now time.Time
	ids int
	log []contract.Event

	setup func() *hall.Setup
}

func begin(t failer) *life { return &life{t: t, s: hall.New(setup()), setup: setup, now: monday} }

// roleOf is the role that a command type belongs to.
func roleOf(typ string) (role, node string) {
	switch {
	case strings.HasPrefix(typ, "window."), typ == contract.AskTicketGrant:
		return hall.RoleWindow, "desk-1"
	case strings.HasPrefix(typ, "ticket."), strings.HasPrefix(typ, "appointment."):
		return hall.RoleKiosk, "kiosk-1"
	}
	return hall.RoleHall, "hall"
}

// do decides a command and applies what follows.
func (l *life) do(typ string, data any) hall.Decision {
	l.t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		l.t.Fatal(err)
	}
	l.ids++
	role, node := roleOf(typ)
	return l.command(hall.Command{ID: fmt.Sprintf("id-%d", l.ids), Type: typ, Role: role, Node: node, Data: raw})
}

func (l *life) command(c hall.Command) hall.Decision {
	l.t.Helper()
	d := l.s.Decide(c, l.now)
	l.apply(d.Events)
	return d
}

func (l *life) apply(events []contract.Event) {
	l.t.Helper()
	for _, e := range events {
		e.Sequence = uint64(len(l.log) + 1)
		if err := l.s.Apply(e); err != nil {
			l.t.Fatalf("apply: %v", err)
		}
		l.log = append(l.log, e)
	}
}

// must is do, for a command that is not refused.
func (l *life) must(typ string, data any) hall.Decision {
	l.t.Helper()
	d := l.do(typ, data)
	if d.Refusal != nil {
		l.t.Fatalf("%s %+v: refused: %v", typ, data, d.Refusal)
	}
	return d
}

// refused is do, for a command that is refused with a code and with words.
func (l *life) refused(code, typ string, data any) hall.Decision {
	l.t.Helper()
	d := l.do(typ, data)
	if d.Refusal == nil {
		l.t.Fatalf("%s %+v: accepted, want refusal %s", typ, data, code)
	}
	if d.Refusal.Code != code {
		l.t.Fatalf("%s %+v: refused %s, want %s", typ, data, d.Refusal.Code, code)
	}
	for _, words := range []string{d.Refusal.Message, d.Refusal.MessageEN} {
		if words == "" || strings.ContainsAny(words, "{}") {
			l.t.Errorf("%s: words %q", code, words)
		}
	}
	return d
}

func (l *life) types(d hall.Decision) string {
	var list []string
	for _, e := range d.Events {
		list = append(list, strings.TrimSuffix(e.Type, "/1"))
	}
	return strings.Join(list, " ")
}

type ref = contract.WindowRef

func (l *life) take(service string) contract.Ticket {
	l.t.Helper()
	return l.must(contract.AskTicketTake, contract.TakeTicket{Service: service}).Answer.(contract.Ticket)
}

// printed is take with paper.
func (l *life) printed(service string) contract.Ticket {
	l.t.Helper()
	t := l.take(service)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: t.Ticket, Proof: "printed"})
	return t
}

func (l *life) signIn(window, staff string) {
	l.t.Helper()
	l.must(contract.AskWindowSignIn, contract.SignIn{Window: window, Staff: staff, PIN: "1111"})
}

func (l *life) next(window string) contract.WindowAnswer {
	l.t.Helper()
	return l.must(contract.AskWindowNext, ref{Window: window}).Answer.(contract.WindowAnswer)
}

func (l *life) state(number string) queue.State {
	l.t.Helper()
	for _, t := range l.s.TicketsIn(queue.States...) {
		if t.Number == number {
			return t.State
		}
	}
	l.t.Fatalf("no ticket %s", number)
	return ""
}

// replay folds the log into a new hall and compares it, and the snapshot, with
// the living one.
func (l *life) replay() {
	l.t.Helper()
	want, err := json.Marshal(l.s)
	if err != nil {
		l.t.Fatal(err)
	}
	again := hall.New(l.setup())
	for _, e := range l.log {
		if err := again.Apply(e); err != nil {
			l.t.Fatalf("replay: %v", err)
		}
	}
	restored := hall.New(l.setup())
	if err := json.Unmarshal(want, restored); err != nil {
		l.t.Fatal(err)
	}
	for name, s := range map[string]*hall.State{"replay": again, "snapshot": restored} {
		got, err := json.Marshal(s)
		if err != nil {
			l.t.Fatal(err)
		}
		if string(got) != string(want) {
			l.t.Errorf("%s differs:\n got %s\nwant %s", name, got, want)
		}
		if !reflect.DeepEqual(s.QueueView(l.now), l.s.QueueView(l.now)) || !reflect.DeepEqual(s.CallsView(l.now), l.s.CallsView(l.now)) ||
			!reflect.DeepEqual(s.WindowsView(l.now), l.s.WindowsView(l.now)) {
			l.t.Errorf("%s: the views differ", name)
		}
	}
}
