package hall_test

import (
	"reflect"
	"strings"
	"testing"

	"hallward/devices/contract"
	"hallward/devices/hall"
)

// asking is the hall of the tests; service a cannot be ended without a result.
func asking() *hall.Setup {
	s := setup()
	s.Services[0].Outcome = hall.OutcomeRequired
	return s
}

// What came of a service is checked when it ends, and stands in the journal.
func TestOutcome(t *testing.T) {
	l := &life{t: t, s: hall.New(asking()), setup: asking, now: monday}
	l.signIn("w1", "s1")
	l.printed("a")
	l.next("w1")
	l.refused("start-first", contract.AskWindowFinish, ref{Window: "w1"})
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.refused(hall.OutcomeNeeded, contract.AskWindowFinish, ref{Window: "w1"})
	for _, c := range []struct {
		code string
		contract.Outcome
	}{
		{hall.OutcomeNeeded, contract.Outcome{Case: "ZH-2026-0001"}},
		{hall.BadRequest, contract.Outcome{Result: "perhaps"}},
		{hall.UnknownService, contract.Outcome{Result: "done", Done: []string{"a", "x"}}},
		{hall.BadRequest, contract.Outcome{Result: "done", Done: []string{"a", "a"}}},
		{hall.CaseForm, contract.Outcome{Result: "done", Case: strings.Repeat("9", 41)}},
		{hall.CaseForm, contract.Outcome{Result: "done", Case: "ZH\n1"}},
		{hall.NoteForm, contract.Outcome{Result: "done", Note: strings.Repeat("字", 201)}},
		{hall.NoteForm, contract.Outcome{Result: "done", Note: "a\x00b"}},
		{hall.PersonalData, contract.Outcome{Result: "done", Note: "身份证号 110101199001010015。"}},
		{hall.PersonalData, contract.Outcome{Result: "done", Note: "电话：13900000000"}},
		{hall.PersonalData, contract.Outcome{Result: "done", Case: "13900000000"}},
	} {
		l.refused(c.code, contract.AskWindowFinish, ref{Window: "w1", Outcome: c.Outcome})
	}
	is := contract.Outcome{Done: []string{"a", "b"}, Case: "ZH-2026-0001", Result: "supplement", Note: "还差\n租赁合同"}
	given := is
	given.Case, given.Note = "  ZH-2026-0001 ", "还差\n租赁合同\n"
	l.must(contract.AskWindowFinish, ref{Window: "w1", Outcome: given})
	var f contract.TicketFinished
	if l.data(contract.EvTicketFinished, &f); !reflect.DeepEqual(f.Outcome, is) {
		t.Errorf("the event has %+v, want %+v", f.Outcome, is)
	}
	if l.s.OutcomeOf("a") != hall.OutcomeRequired || l.s.OutcomeOf("b") != "" {
		t.Error("the console is not told what is asked")
	}
	l.replay()
}

// One service of several has an outcome of its own.
func TestOutcomeOfSeveral(t *testing.T) {
	l := &life{t: t, s: hall.New(asking()), setup: asking, now: monday}
	l.signIn("w1", "s1")
	a := l.must(contract.AskTicketTake, contract.TakeTicket{Service: "a", More: []string{"b"}}).Answer.(contract.Ticket)
	l.must(contract.EvTicketPrinted, contract.TicketPrinted{Ticket: a.Ticket, Proof: "printed"})
	l.next("w1")
	l.must(contract.AskWindowStart, ref{Window: "w1"})
	l.refused(hall.OutcomeNeeded, contract.AskWindowFinish, ref{Window: "w1"})
	l.must(contract.AskWindowFinish, ref{Window: "w1", Outcome: contract.Outcome{Result: "accepted"}})
	var c contract.TicketContinued
	if l.data(contract.EvTicketContinued, &c); c.Outcome.Result != "accepted" || c.Done != "a" {
		t.Errorf("the event has %+v", c)
	}
	l.must(contract.AskWindowFinish, ref{Window: "w1"}) // b asks for nothing
	l.replay()
}
