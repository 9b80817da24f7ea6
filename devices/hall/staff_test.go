package hall_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// R-WIN-05, R-ATT-17: signing in and out, pausing.
func TestStaff(t *testing.T) {
	l := begin(t)
	l.refused(hall.SignInFirst, contract.AskWindowNext, ref{Window: "w1"})
	l.refused(hall.UnknownWindow, contract.AskWindowNext, ref{Window: "w88"})
	l.refused(hall.NotQualified, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "novice", PIN: "1111"})
	l.signIn("w1", "s1")
	l.signIn("w1", "s1") // again is no harm
	l.refused(hall.WindowTaken, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "s2", PIN: "1111"})
	l.refused(hall.Elsewhere, contract.AskWindowSignIn, contract.SignIn{Window: "w2", Staff: "s1", PIN: "1111"})
	l.refused(hall.ReasonNeeded, contract.AskWindowPause, ref{Window: "w1"})
	l.refused(hall.NotPaused, contract.AskWindowResume, ref{Window: "w1"})
	l.printed("a")
	d := l.must(contract.AskWindowPause, ref{Window: "w1", Reason: "会议"})
	if w := d.Answer.(contract.WindowAnswer).Window; w.State != contract.WindowPaused || w.Reason != "会议" {
		t.Errorf("paused window %+v", w)
	}
	l.refused(hall.NowPaused, contract.AskWindowNext, ref{Window: "w1"})
	l.must(contract.AskWindowResume, ref{Window: "w1"})
	l.next("w1")
	l.refused(hall.FinishFirst, contract.AskWindowSignOut, ref{Window: "w1"})
	l.must(contract.AskWindowReturn, ref{Window: "w1"})
	d = l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	if w := d.Answer.(contract.WindowAnswer).Window; w.State != contract.WindowClosed || w.Staff != "" || w.Post != "" {
		t.Errorf("closed window %+v: nobody's name may stay (R-WIN-01)", w)
	}
	c := hall.Command{ID: "x", Type: contract.AskWindowSignIn, Role: hall.RoleWindow, Node: "desk-2", Data: json.RawMessage(`{"window":"w1","staff":"s1","pin":"1111"}`)}
	if d := l.command(c); d.Refusal == nil || d.Refusal.Code != hall.NotAllowed {
		t.Errorf("desk-2 may act for w2 only: %+v", d)
	}
}

// Five wrong PINs in five minutes lock a person out for five minutes, and no
// PIN stands in an event or in the words.
func TestPIN(t *testing.T) {
	l := begin(t)
	wrong := contract.SignIn{Window: "w1", Staff: "s1", PIN: "98765432"}
	for range hall.PINTries {
		l.refused(hall.WrongPIN, contract.AskWindowSignIn, wrong)
		l.now = l.now.Add(30 * time.Second)
	}
	events := len(l.log)
	d := l.refused(hall.PINBlocked, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1111"})
	if len(l.log) != events {
		t.Error("a blocked try filled the journal")
	}
	if !strings.Contains(d.Refusal.Message, "5分钟") {
		t.Errorf("words %q", d.Refusal.Message)
	}
	l.signIn("w2", "s2") // others are not concerned
	l.refused(hall.WrongPIN, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "nobody", PIN: "1"})
	l.replay()
	l.now = l.now.Add(hall.PINWindow)
	l.signIn("w1", "s1")
	for _, e := range l.log {
		if strings.Contains(string(e.Data), wrong.PIN) {
			t.Errorf("a PIN in %s", e.Data)
		}
	}
	if hall.CheckPINHash("1111") == nil || hall.CheckPINHash(hash) != nil {
		t.Error("CheckPINHash")
	}
}

// A console proves a person with the same PIN, the same throttle, and no
// window.
func TestCheckPIN(t *testing.T) {
	l := begin(t)
	if a := l.must(hall.CmdCheckPIN, contract.SignIn{Staff: "1002", PIN: "1111"}).Answer; a != (hall.Checked{Staff: "s2"}) {
		t.Errorf("answer %+v", a)
	}
	for range hall.PINTries {
		l.refused(hall.WrongPIN, hall.CmdCheckPIN, contract.SignIn{Staff: "s2", PIN: "0"})
	}
	l.refused(hall.PINBlocked, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "s2", PIN: "1111"})
	if l.s.StaffAt("w1") != "" {
		t.Error("somebody sits at w1")
	}
}

// What a console asks: who may be called here, in which order, and who is here.
func TestLists(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.signIn("w2", "s2")
	one, two, three := l.printed("a"), l.printed("b"), l.printed("c")
	l.next("w1")
	l.must(contract.AskWindowTransfer, contract.Transfer{Window: "w1", ToWindow: "w2"})
	numbers := func(window string) (list []string) {
		for _, t := range l.s.Waiting(window, l.now) {
			list = append(list, t.Number)
		}
		return list
	}
	if got := numbers("w1"); !reflect.DeepEqual(got, []string{two.Number}) {
		t.Errorf("w1 may call %v", got)
	}
	if got := numbers("w2"); !reflect.DeepEqual(got, []string{one.Number, two.Number}) {
		t.Errorf("w2 may call %v", got)
	}
	if got := numbers("w3"); !reflect.DeepEqual(got, []string{three.Number}) || numbers("w99") != nil {
		t.Errorf("w3 may call %v", got)
	}
	if l.s.InHand("w1") != nil || l.s.StaffAt("w1") != "s1" || len(l.s.ServicesOf("w1")) != 2 {
		t.Error("w1 is staffed by s1, serves two services and has nothing in hand")
	}
	l.next("w2")
	if got := l.s.InHand("w2"); got == nil || got.Number != one.Number {
		t.Errorf("w2 has %+v in hand", got)
	}
	q := l.s.QueueView(l.now)
	for _, s := range q.Services {
		want := map[string]int{"b": 1, "c": 1}[s.Service]
		if s.Waiting != want || (s.Service == "c") != (s.Open == 0 && s.Waiting == 1) {
			t.Errorf("queue of %s: %+v", s.Service, s)
		}
		if s.Service == "b" && (s.WaitMin != 0 || s.WaitMax != 10) { // w2 is half through with one, and then free
			t.Errorf("wait for b: %d to %d", s.WaitMin, s.WaitMax)
		}
	}
}

// withCards is setup where s1 to s3 have cards, and s3 is a manager. All cards
// have one salt.
func withCards() *hall.Setup {
	s := setup()
	for i, card := range []string{"04A1B2C3", "04D4E5F6", "04FFFFFF"} {
		h, err := hall.HashPIN(card, []byte("one salt for all"), 1)
		if err != nil {
			panic(err)
		}
		s.Staff[i].CardHash = h
	}
	s.Staff[1].Roles = []string{hall.StaffWindow, hall.StaffLead}
	s.Staff[2].Roles = []string{hall.StaffManager}
	return s
}

// A card signs in without a number; with a number or a PIN these must be right
// too. Wrong cards count at their window, and what was read stands nowhere.
func TestCard(t *testing.T) {
	l := beginWith(t, withCards)
	l.must(contract.AskWindowSignIn, contract.SignIn{Window: "w1", Card: "04A1B2C3"})
	if got := l.s.StaffAt("w1"); got != "s1" {
		t.Fatalf("%q is at w1", got)
	}
	l.must(contract.AskWindowSignIn, contract.SignIn{Window: "w2", Card: "04D4E5F6", Staff: "1002", PIN: "1111"})
	l.refused(hall.WrongPIN, contract.AskWindowSignIn, contract.SignIn{Window: "w3", Card: "04FFFFFF", PIN: "9"})
	l.refused(hall.WrongCard, contract.AskWindowSignIn, contract.SignIn{Window: "w3", Card: "04FFFFFF", Staff: "1001", PIN: "1111"})
	for range hall.PINTries - 1 {
		l.refused(hall.WrongCard, contract.AskWindowSignIn, contract.SignIn{Window: "w3", Card: "deadbeef"})
	}
	events := len(l.log)
	l.refused(hall.PINBlocked, contract.AskWindowSignIn, contract.SignIn{Window: "w3", Card: "04FFFFFF"})
	if len(l.log) != events {
		t.Error("a blocked try filled the journal")
	}
	l.signIn("w3", "s3") // the number still works
	l.refused(hall.WrongCard, contract.AskWindowSignIn, contract.SignIn{Window: "w4", Card: strings.Repeat("x", 65)})
	l.now = l.now.Add(hall.PINWindow)
	l.must(contract.AskWindowSignOut, ref{Window: "w3"})
	l.must(contract.AskWindowSignIn, contract.SignIn{Window: "w3", Card: "04FFFFFF"})
	for _, e := range l.log {
		for _, card := range []string{"04A1B2C3", "04D4E5F6", "04FFFFFF", "deadbeef"} {
			if strings.Contains(string(e.Data), card) {
				t.Errorf("a card in %s", e.Data)
			}
		}
	}
	l.replay()
}

// A card opens the manager's door like a PIN; who has which role is the
// setup's word.
func TestStaffRoles(t *testing.T) {
	l := beginWith(t, withCards)
	if a := l.must(hall.CmdCheckPIN, contract.SignIn{Card: "04FFFFFF"}).Answer; a != (hall.Checked{Staff: "s3"}) {
		t.Errorf("answer %+v", a)
	}
	for staff, want := range map[string]string{"s1": "window", "s2": "window lead", "s3": "manager", "nobody": ""} {
		if got := strings.Join(l.s.RolesOf(staff), " "); got != want {
			t.Errorf("%s: %q, want %q", staff, got, want)
		}
	}
	for range hall.PINTries {
		l.refused(hall.WrongCard, hall.CmdCheckPIN, contract.SignIn{Window: "?", Card: "deadbeef"})
	}
	l.refused(hall.PINBlocked, hall.CmdCheckPIN, contract.SignIn{Card: "04FFFFFF"})
	l.refused(hall.PINBlocked, hall.CmdCheckPIN, contract.SignIn{Window: "another?", Card: "04FFFFFF"})
	l.must(contract.AskWindowSignIn, contract.SignIn{Window: "w1", Card: "04A1B2C3"}) // another door
	l.replay()
}

// What somebody set at a window stays when somebody else takes over, and the
// answer says so.
func TestAutoStays(t *testing.T) {
	l := begin(t)
	l.signIn("w1", "s1")
	l.must(contract.AskWindowSet, contract.SetWindow{Window: "w1", Auto: true})
	l.must(contract.AskWindowSignOut, ref{Window: "w1"})
	a := l.must(contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "s2", PIN: "1111"}).Answer.(contract.WindowAnswer)
	if !a.Window.Auto || !l.s.WindowsView(l.now).Windows[0].Auto {
		t.Errorf("%+v", a.Window)
	}
}
