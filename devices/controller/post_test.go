package controller

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
	"hallward/kiosk/console"
)

// A manager, by role or by the controller's list, posts in their own name; a
// window does not. It stands on the boards and among the manager's decisions.
func TestManagersPost(t *testing.T) {
	f := front{t, running(t, func(s *hall.Setup) { s.Staff[0].Roles = []string{hall.StaffManager} })}
	n := contract.Notice{ID: "n1", Text: contract.Text2{ZH: "停水"}}
	for i, c := range []struct {
		actor console.Actor
		staff string
		code  string
	}{
		{console.Actor{Staff: "s1", Window: "w1"}, "s1", hall.NotAllowed},
		{console.Actor{Staff: "s1"}, "s2", hall.NotAllowed},
		{console.Actor{Staff: "nobody"}, "nobody", hall.NotAllowed},
		{console.Actor{Staff: "s1"}, "s1", ""}, // by role
		{console.Actor{Staff: "s2"}, "s2", ""}, // by the list
	} {
		a := f.do(c.actor, contract.AskNoticePost, contract.PostNotice{Notice: n, Staff: c.staff})
		if (a.Error == nil) != (c.code == "") || a.Error != nil && a.Error.Code != c.code {
			t.Errorf("%d: %+v", i, a.Error)
		}
	}
	f.must(console.Actor{Staff: "s1"}, contract.AskNoticeWithdraw, contract.WithdrawNotice{ID: "n1", Staff: "s1"})
	changes := f.c.desk.Overview().Changes
	if len(changes) < 2 || changes[0].What != "撤下公告" || changes[0].Staff != f.c.desk.Person("s1").Name {
		t.Errorf("decisions %+v", changes)
	}
}

// R-VOICE-03: what is kept from the public is logged with the word, its source
// and where it came from.
func TestForbiddenWordIsLogged(t *testing.T) {
	var out bytes.Buffer
	c := &Controller{log: slog.New(slog.NewTextHandler(&out, nil))}
	d := hall.New(sampleSetup(t)).Decide(hall.Command{Type: contract.CmdNoticePost, Role: hall.RoleHall,
		Data: json.RawMessage(`{"notice":{"id":"n1","text":{"zh":"这事我不管"}}}`)}, time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC))
	c.blocked("centre", contract.Request{Type: contract.CmdNoticePost}, answer("", d))
	for _, want := range []string{"from=centre", contract.CmdNoticePost, "我不管", "S0 L380"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the log lacks %s: %s", want, out.String())
		}
	}
	out.Reset()
	c.blocked("centre", contract.Request{}, contract.Answer{Result: contract.ResultOK})
	if out.Len() > 0 {
		t.Errorf("%s", out.String())
	}
}

// memory is a store that remembers only how many events it took.
type memory struct{ last uint64 }

func (m *memory) CommitAll(_ context.Context, commits []*journal.Commit) error {
	for _, c := range commits {
		for i := range c.Events {
			m.last++
			c.Events[i].Sequence = m.last
		}
	}
	return nil
}

func (m *memory) Replay(context.Context, uint64, func(contract.Event) error) error { return nil }
func (m *memory) Snapshot() (uint64, []byte, error)                                { return 0, nil, nil }
func (m *memory) SaveSnapshot(context.Context, uint64, []byte) error               { return nil }
func (m *memory) Answered(string) (contract.Answer, bool)                          { return contract.Answer{}, false }
func (m *memory) Inbox(string) (journal.InboxMark, bool)                           { return journal.InboxMark{}, false }
func (m *memory) Get(string) ([]byte, bool, error)                                 { return nil, false, nil }
func (m *memory) Scrub(context.Context) error                                      { return nil }
func (m *memory) Last() uint64                                                     { return m.last }
func (m *memory) Reopen() error                                                    { return nil }

// R-QUE-04, R-BOARD-02: with nobody asking anything the engine raises an alarm
// when it is due, and a view changes when a notice has expired.
func TestTheEngineRaisesAlarms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		setup := sampleSetup(t)
		setup.Notices = []contract.Notice{{Text: contract.Text2{ZH: "短"}, Until: begun.Add(5 * time.Minute)}}
		e, err := NewEngine(setup, "hall", &memory{}, quiet, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		raised := make(chan contract.Alarm, 8)
		e.onEvents = func(events []contract.Event) {
			for _, ev := range events {
				var a contract.Alarm
				if ev.Type == contract.EvAlarmRaised && json.Unmarshal(ev.Data, &a) == nil {
					raised <- a
				}
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- e.Run(ctx) }()
		notices := make(chan int, 8)
		go func() {
			e.PublishViews(ctx, func(name string, payload []byte) error {
				var v contract.Notices
				if name == contract.ViewNotices && json.Unmarshal(payload, &v) == nil {
					notices <- len(v.Notices)
				}
				return nil
			})
			done <- nil
		}()
		if n := <-notices; n != 1 {
			t.Errorf("%d notices at first", n)
		}
		ask := func(typ string, data any) {
			raw, _ := json.Marshal(data)
			if a := e.Ask(ctx, "hall", hall.RoleHall, contract.Request{ID: typ, Type: typ, Expires: time.Now().Add(time.Minute), Data: raw}); a.Error != nil {
				t.Fatalf("%s: %+v", typ, a.Error)
			}
		}
		ask(contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"})
		ask(contract.AskWindowSignOut, contract.WindowRef{Window: "w1"})
		left := time.Now()
		if n := <-notices; n != 0 || time.Since(begun) < 5*time.Minute || time.Since(begun) > 5*time.Minute+2*calendarEvery {
			t.Errorf("%d notices after %s", n, time.Since(begun))
		}
		if a := <-raised; a.Alarm != hall.AlarmUnstaffed || a.Subject != "w1" || time.Since(left) < 10*time.Minute || time.Since(left) > 10*time.Minute+time.Second {
			t.Errorf("%+v after %s", a, time.Since(left))
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
