package controller

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/kiosk/console"
)

// front asks the way the console and a kiosk do.
type front struct {
	t *testing.T
	c *Controller
}

func (f front) request(typ string, data any) contract.Request {
	raw, err := json.Marshal(data)
	if err != nil {
		f.t.Fatal(err)
	}
	now := time.Now()
	return contract.Request{ID: ulid.Make().String(), Type: typ, Issued: now, Expires: now.Add(time.Minute), Data: raw}
}

func (f front) do(actor console.Actor, typ string, data any) contract.Answer {
	return f.c.desk.Do(f.t.Context(), actor, f.request(typ, data))
}

func (f front) must(actor console.Actor, typ string, data any) {
	f.t.Helper()
	if a := f.do(actor, typ, data); a.Error != nil {
		f.t.Fatalf("%s: %+v", typ, a.Error)
	}
}

// take takes a number at the kiosk, which the citizen notes.
func (f front) take() (contract.Answer, contract.Ticket) {
	f.t.Helper()
	var ticket contract.Ticket
	a := f.c.engine.Ask(f.t.Context(), "kiosk-1", hall.RoleKiosk, f.request(contract.AskTicketTake, contract.TakeTicket{Service: "one"}))
	if a.Error != nil {
		return a, ticket
	}
	if err := json.Unmarshal(a.Data, &ticket); err != nil {
		f.t.Fatal(err)
	}
	noted := f.c.engine.Ask(f.t.Context(), "kiosk-1", hall.RoleKiosk, f.request(contract.AskTicketNoted, contract.TicketRef{Ticket: ticket.Ticket}))
	if noted.Error != nil {
		f.t.Fatal(noted.Error)
	}
	return a, ticket
}

func withClasses(s *hall.Setup) {
	s.Classes = []hall.Class{
		{ClassInfo: contract.ClassInfo{ID: "elderly", Name: contract.Text2{ZH: "老年人", EN: "Elderly"}}, Weight: 3},
		{ClassInfo: contract.ClassInfo{ID: "urgent", Name: contract.Text2{ZH: "特事特办", EN: "Urgent"}}, Weight: 9, Head: true, Grant: true}}
}

// Staff grant an urgent case with a reason: it is called next, and the console
// says why, by whom and for what reason (R-KIOSK-06).
func TestGrantIsCalledNext(t *testing.T) {
	f := front{t, running(t, withClasses)}
	for range 3 {
		f.take()
	}
	w1 := console.Actor{Staff: "s1", Window: "w1"}
	f.must(console.Actor{Staff: "1001", Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
	if a := f.do(w1, contract.AskTicketGrant, contract.Grant{Window: "w1", Number: "A003", Class: "urgent"}); a.Error == nil || a.Error.Code != hall.GrantReason {
		t.Errorf("without a reason: %+v", a)
	}
	f.must(w1, contract.AskTicketGrant, contract.Grant{Window: "w1", Number: "A003", Class: "urgent", Reason: "突发疾病"})
	s := f.c.desk.Snapshot()
	var order []string
	for _, w := range s.Windows[0].Waiting {
		order = append(order, w.Number)
	}
	if first := s.Windows[0].Waiting[0]; strings.Join(order, " ") != "A003 A001 A002" || first.Class != "urgent" || first.Granted != "甄有礼" || first.GrantReason != "突发疾病" {
		t.Errorf("waiting %v, the first %+v", order, first)
	}
	f.must(w1, contract.AskWindowNext, contract.WindowRef{Window: "w1"})
	w := f.c.desk.Snapshot().Windows[0]
	if p := w.Present; p.Number != "A003" || p.Why != "特事特办（授权：甄有礼）（越过2人）" || p.GrantReason != "突发疾病" {
		t.Errorf("in hand: %+v", p)
	}
	if a := w.Actions[1]; a.Type != contract.EvTicketGranted || a.Number != "A003" || a.Staff != "甄有礼" || a.Reason != "突发疾病" {
		t.Errorf("the log says %+v", a)
	}
}

// A void number whose paper came out after all stands at the windows of its
// service, which may put it back (R-PRN-06).
func TestLateNumberMayComeBack(t *testing.T) {
	f := front{t, running(t)}
	_, ticket := f.take()
	kiosk := func(typ string, data any) {
		t.Helper()
		if a := f.c.engine.Ask(t.Context(), "kiosk-1", hall.RoleKiosk, f.request(typ, data)); a.Error != nil {
			t.Fatalf("%s: %+v", typ, a.Error)
		}
	}
	f.must(console.Actor{Staff: "1001", Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
	kiosk(contract.AskTicketVoid, contract.TicketRef{Ticket: ticket.Ticket})
	if s := f.c.desk.Snapshot(); len(s.Windows[0].Missed) != 0 || len(s.Voided) != 1 || s.Voided[0].Reason != "citizen" || s.Voided[0].Kiosk != "kiosk-1" {
		t.Fatalf("void: %+v %+v", s.Voided, s.Windows[0].Missed)
	}
	kiosk(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: ticket.Ticket, Proof: "printed"})
	for _, w := range f.c.desk.Snapshot().Windows {
		if len(w.Missed) != 1 || w.Missed[0].Number != "A001" || w.Missed[0].State != "late" {
			t.Errorf("%s: %+v", w.ID, w.Missed)
		}
	}
	f.must(console.Actor{Staff: "s1", Window: "w1"}, contract.AskWindowReinstate, contract.WindowRef{Window: "w1", Number: "A001"})
	if s := f.c.desk.Snapshot(); len(s.Windows[0].Waiting) != 1 || len(s.Windows[0].Missed) != 0 || len(s.Voided) != 0 {
		t.Errorf("put back: %+v", s.Windows[0])
	}
}

// Managers' requests are for managers, in their own name, and not from a window.
func TestOnlyManagersManage(t *testing.T) {
	f := front{t, running(t, withClasses)}
	f.must(console.Actor{Staff: "1002", Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1002", PIN: "1234"})
	before := f.c.journal.Last()
	rule := contract.OrderRule{Overtake: 9, Beyond: 9}
	for name, c := range map[string]struct {
		actor console.Actor
		typ   string
		data  any
	}{
		"who is no manager":                   {console.Actor{Staff: "s1"}, contract.AskOrderSet, contract.SetOrder{Staff: "s1", Rule: rule}},
		"who is no manager, as one":           {console.Actor{Staff: "s1"}, contract.AskOrderSet, contract.SetOrder{Staff: "s2", Rule: rule}},
		"a manager as somebody else":          {console.Actor{Staff: "s2"}, contract.AskServicePause, contract.PauseService{Service: "one", Staff: "s1", Reason: "停电"}},
		"a manager's window":                  {console.Actor{Staff: "s2", Window: "w1"}, contract.AskDayClose, contract.CloseDay{Staff: "s2", Reason: "停电"}},
		"nobody":                              {console.Actor{}, contract.AskDayClose, contract.CloseDay{Reason: "停电"}},
		"a manager who calls without a place": {console.Actor{Staff: "s2"}, contract.AskWindowNext, contract.WindowRef{Window: "w1"}},
	} {
		if a := f.do(c.actor, c.typ, c.data); a.Error == nil || a.Error.Code != hall.NotAllowed {
			t.Errorf("%s: %+v", name, a)
		}
	}
	if n := f.c.journal.Last() - before; n != 0 {
		t.Errorf("%d events came of it", n)
	}
}

// What the manager decides is in force at once, stands in the overview with who
// did it, and is remembered over a restart.
func TestManagerDecides(t *testing.T) {
	f := front{t, running(t, withClasses)}
	f.take()
	manager := console.Actor{Staff: "s2"}
	f.must(manager, contract.AskOrderSet, contract.SetOrder{Staff: "s2", Rule: contract.OrderRule{Overtake: 3, Beyond: 30, Weights: map[string]int{"elderly": 4}}})
	o := f.c.desk.Overview()
	if o.Rule.Overtake != 3 || o.Rule.Weights["elderly"] != 4 || !strings.Contains(o.RuleWords.ZH, "老年人（4）") {
		t.Errorf("the rule: %+v %s", o.Rule, o.RuleWords.ZH)
	}
	f.must(manager, contract.AskServicePause, contract.PauseService{Service: "one", Staff: "s2", Reason: "系统维护"})
	if a, _ := f.take(); a.Error == nil || a.Error.Code != hall.ServicePaused || !strings.Contains(a.Error.Message, "系统维护") {
		t.Errorf("a paused service: %+v", a)
	}
	var q contract.Queue
	f.c.engine.Look(func(s *hall.State) { q = s.QueueView(time.Now()) })
	if one := q.Services[0]; one.Stop != "paused" || !strings.Contains(one.Reason.ZH, "系统维护") || f.c.desk.Overview().Paused["one"] != "系统维护" {
		t.Errorf("the kiosks are told %+v", one)
	}
	f.must(manager, contract.AskServiceResume, contract.PauseService{Service: "one", Staff: "s2"})
	if a, _ := f.take(); a.Error != nil {
		t.Errorf("a service that goes on: %+v", a.Error)
	}
	f.must(manager, contract.AskDayClose, contract.CloseDay{Staff: "s2", Reason: "停电"})
	o = f.c.desk.Overview()
	voided := f.c.desk.Snapshot().Voided
	if !o.Closed || len(voided) != 2 || voided[0].Reason != "day-closed" {
		t.Errorf("closed %v, void %+v", o.Closed, voided)
	}
	var said []string
	for _, c := range slices.Backward(o.Changes) {
		said = append(said, c.Staff+" "+c.What+" "+c.Reason)
	}
	want := []string{"甄有序 修改叫号规则：最多越过 5 → 3 次，老年人 3 → 4 ", "甄有序 暂停取号：示例事项 系统维护", "甄有序 恢复取号：示例事项 ", "甄有序 提前结束当日业务 停电"}
	if !slices.Equal(said, want) {
		t.Errorf("changes:\n got %q\nwant %q", said, want)
	}
	again := newDesk(f.c)
	if err := again.recall(f.c.journal); err != nil {
		t.Fatal(err)
	}
	if after := again.Overview(); !reflect.DeepEqual(after.Changes, o.Changes) {
		t.Errorf("after a restart: %+v", after.Changes)
	}
}

// Kiosks stand in the overview with the numbers lent to them; one that was never
// seen is away.
func TestOverviewOfKiosks(t *testing.T) {
	f := front{t, running(t)}
	lend := f.request(contract.AskNumbersLend, contract.LendNumbers{Stock: ulid.Make().String()})
	if a := f.c.engine.Ask(t.Context(), "kiosk-1", hall.RoleKiosk, lend); a.Error != nil {
		t.Fatal(a.Error)
	}
	k := f.c.desk.Overview().Kiosks
	if len(k) != 1 || k[0].ID != "kiosk-1" || !k[0].Away || len(k[0].Blocks) != 1 || k[0].Blocks[0].Left() != 20 || k[0].Blocks[0].From != 501 {
		t.Errorf("%+v", k)
	}
	taken := contract.TicketTaken{Ticket: ulid.Make().String(), Number: "A501", Prefix: "A", Serial: 501, Day: f.c.desk.Snapshot().Queue.Day, Service: "one", At: time.Now()}
	if a := f.c.engine.Ask(t.Context(), "kiosk-1", hall.RoleKiosk, f.request(contract.EvTicketTaken, taken)); a.Error != nil {
		t.Fatal(a.Error)
	}
	if b := f.c.desk.Overview().Kiosks[0].Blocks[0]; b.Used != 1 || b.Left() != 19 {
		t.Errorf("after a number of the block was used: %+v", b)
	}
	if u := f.c.desk.Snapshot().Unconfirmed; len(u) != 1 || !u[0].Offline {
		t.Errorf("taken while cut off: %+v", u)
	}
	n, _ := kiosk(t, f.c)
	if a, err := n.Ask(t.Context(), contract.AskTicketTake, contract.TakeTicket{Service: "one"}); err != nil || a.Error != nil {
		t.Fatal(err, a.Error)
	}
	if k := f.c.desk.Overview().Kiosks; k[0].Away {
		t.Errorf("a kiosk that has just asked is away: %+v", k)
	}
}
