package judge_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"hallward/deploy/e2e/judge"
	"hallward/devices/contract"
)

// story makes events of lines "type {data}", for TestTheJudge.
func story(lines ...string) (events []contract.Event) {
	for i, line := range lines {
		typ, data, _ := strings.Cut(line, " ")
		events = append(events, contract.Event{ID: contract.EventID("hall", "e", uint64(i+1)), Sequence: uint64(i + 1), Type: typ, Data: json.RawMessage(data)})
	}
	return events
}

// The judge of the other tests can find each fault: its positive control.
func TestTheJudge(t *testing.T) {
	const (
		one     = `ticket.issued/1 {"ticket":"t1","number":"A001","prefix":"A","serial":1,"day":"d"}`
		two     = `ticket.issued/1 {"ticket":"t2","number":"A002","prefix":"A","serial":2,"day":"d"}`
		proved  = `ticket.confirmed/1 {"ticket":"t1","proof":"consumed"}`
		proved2 = `ticket.confirmed/1 {"ticket":"t2","proof":"consumed"}`
		called  = `ticket.called/1 {"ticket":"t1","window":"w1","call":1}`
	)
	good := story(one, two, proved, called, `ticket.started/1 {"ticket":"t1","window":"w1"}`, `ticket.finished/1 {"ticket":"t1","window":"w1"}`)
	if a := judge.Give(good); len(a.Complaints) > 0 || len(a.In(judge.Pending)) != 1 {
		t.Errorf("a good story: %q, pending %q", a.Complaints, a.In(judge.Pending))
	}
	walkIn := strings.Replace(one, `"d"`, `"d","walk_in":"w1"`, 1)
	atDesk := story(walkIn, proved, `ticket.started/1 {"ticket":"t1","window":"w1"}`, `ticket.corrected/1 {"ticket":"t1","window":"w1","service":"s"}`,
		`ticket.finished/1 {"ticket":"t1","window":"w1"}`)
	if a := judge.Give(atDesk); len(a.Complaints) > 0 || len(a.In(judge.Served)) != 1 {
		t.Errorf("a walk-in: %q, served %q", a.Complaints, a.In(judge.Served))
	}
	for _, c := range []struct {
		want  string
		story []contract.Event
	}{
		{"twice on a day", story(one, `ticket.issued/1 {"ticket":"t2","number":"A001","prefix":"A","serial":2,"day":"d"}`)},
		{"serial 3 of d A after 1", story(one, `ticket.issued/1 {"ticket":"t2","number":"A003","prefix":"A","serial":3,"day":"d"}`)},
		{"a second time", story(one, `ticket.issued/1 {"ticket":"t1","number":"A002","prefix":"A","serial":2,"day":"d"}`)},
		{"is a ghost", story(one, called)},
		{"A001 is void", story(one, `ticket.voided/1 {"ticket":"t1"}`, called)},
		{"A001 is at a window", story(one, proved, called, `ticket.called/1 {"ticket":"t1","window":"w2","call":2}`)},
		{"window w1 has A001 in hand", story(one, two, proved, proved2, called, `ticket.called/1 {"ticket":"t2","window":"w1","call":2}`)},
		{"is at w1, not at w2", story(one, proved, called, `ticket.started/1 {"ticket":"t1","window":"w2"}`)},
		{"A001 is waiting", story(one, proved, `ticket.started/1 {"ticket":"t1","window":"w1"}`)},
		{"A001 is waiting", story(strings.Replace(one, `"d"`, `"d","walk_in":"w2"`, 1), proved, `ticket.started/1 {"ticket":"t1","window":"w1"}`)},
		{"window w1 has A001 in hand", story(one, strings.Replace(two, `"d"`, `"d","walk_in":"w1"`, 1), proved, proved2, called, `ticket.started/1 {"ticket":"t2","window":"w1"}`)},
		{"A001 is waiting", story(one, proved, `ticket.corrected/1 {"ticket":"t1","window":"w1","service":"s"}`)},
		{"is call 1 after 1", story(one, two, proved, proved2, called, `ticket.called/1 {"ticket":"t2","window":"w2","call":1}`)},
		{"never issued", story(proved)},
		{"stands there twice", append(story(one), story(one)...)},
		{"is event 2 of the list", append(story(one), story(one, two, proved)[2])},
	} {
		if got := judge.Give(c.story).Complaints; !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, c.want) }) {
			t.Errorf("want a complaint with %q, got %q", c.want, got)
		}
	}
	for name, other := range map[string][]contract.Event{
		"one is missing": good[:5],
		"order":          append([]contract.Event{good[1], good[0]}, good[2:]...),
		"content":        append(story(two), good[1:]...),
	} {
		if judge.Differ(good, other) == nil {
			t.Errorf("%s: no difference seen", name)
		}
	}
	if err := judge.Differ(good, slices.Clone(good)); err != nil {
		t.Error(err)
	}
}
