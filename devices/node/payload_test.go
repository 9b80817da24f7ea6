package node

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"hallward/devices/contract"
)

func TestWellFormed(t *testing.T) {
	for payload, want := range map[string]string{
		`{}`:                                  "",
		`{"a":{"a":1},"b":[{"a":1},{"a":2}]}`: "",
		`"x"`:                                 "",
		` {"a":[1,"a",null,true]} `:           "",
		``:                                    "not JSON",
		`{`:                                   "not JSON",
		`{"a":1}{"a":1}`:                      "not JSON",
		`{"a":1} x`:                           "not JSON",
		`{"a":NaN}`:                           "not JSON",
		`{"a":1,"a":2}`:                       "twice",
		`{"a":1,"\u0061":2}`:                  "twice",
		`{"a\\":1,"b":"}{\"","a":"\\"}`:       "",
		`{"a":"a","b":"a"}`:                   "",
		many(40, ""):                          "",
		many(40, `,"n39":1`):                  "twice",
		`{"x":[{"a":1,"b":{"c":1},"a":2}]}`:   "twice",
		strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth):     "",
		strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1): "deep",
	} {
		err := wellFormed([]byte(payload))
		if got := ""; err != nil {
			got = err.Error()
			if want == "" || !strings.Contains(got, want) {
				t.Errorf("%.60s: %q, want %q", payload, got, want)
			}
		} else if want != "" {
			t.Errorf("%.60s: no error, want %q", payload, want)
		}
	}
}

func many(n int, more string) string {
	b := []byte(`{"first":0`)
	for i := range n {
		b = fmt.Appendf(b, `,"n%d":1`, i)
	}
	return string(b) + more + "}"
}

// HALL-003: no payload makes the decoders panic, and what one takes as an event carries
// an identity of that node.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"specversion":"1.0","id":"kiosk-1/e1/7","source":"/hall/1/luotian/kiosk-1","type":"ticket.printed/1","time":"2026-03-02T09:00:00Z","sequence":"7","data":{}}`,
		`{"id":"01J","type":"ticket.take/1","issued":"2026-03-02T09:00:00Z","expires":"2026-03-02T09:00:30Z"}`,
		`{"epoch":"e1","through":4711}`, `{"state":"ready","session":"S"}`, `{"id":"a","id":"b"}`, `[[[[`, "\xff\xfe", `{"sequence":"18446744073709551616"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if e, epoch, err := decodeEvent(p, "kiosk-1"); err == nil && e.ID != contract.EventID("kiosk-1", epoch, e.Sequence) {
			t.Errorf("event %q of epoch %q and sequence %d", e.ID, epoch, e.Sequence)
		}
		if r, err := decodeRequest(p); err == nil && (r.ID == "" || r.Expires.IsZero()) {
			t.Errorf("request %+v", r)
		}
		if wellFormed(p) == nil && !json.Valid(p) {
			t.Errorf("%q is taken as JSON", p)
		}
		var s contract.Status
		_ = decode(p, &s)
	})
}

// HALL-006, HALL-007 on the host's side: which status counts.
func TestStatusOfASession(t *testing.T) {
	const ready, lost, stopped = contract.Ready, contract.Lost, contract.Stopped
	for _, c := range []struct {
		name string
		says []contract.Status
		want bool
	}{
		{"ready", []contract.Status{{State: ready, Session: "2"}}, true},
		{"lost", []contract.Status{{State: ready, Session: "2"}, {State: lost, Session: "2"}}, false},
		{"stopped", []contract.Status{{State: ready, Session: "2"}, {State: stopped, Session: "2"}}, false},
		{"lost of an earlier session", []contract.Status{{State: ready, Session: "2"}, {State: lost, Session: "1"}}, true},
		{"two sessions in order", []contract.Status{{State: ready, Session: "1"}, {State: lost, Session: "1"}, {State: ready, Session: "2"}}, true},
		{"lost came too late and was kept", []contract.Status{{State: lost, Session: "1"}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &peer{info: NodeInfo{Devices: map[string]contract.DeviceState{}}, news: make(chan struct{}, 1)}
			for _, s := range c.says {
				if err := p.status(marshal(s)); err != nil {
					t.Fatal(err)
				}
			}
			if p.info.Ready != c.want {
				t.Errorf("ready is %v", p.info.Ready)
			}
			if err := p.status([]byte(`{"state":"asleep"}`)); err == nil {
				t.Error("a state that is not of the contract was taken")
			}
		})
	}
}

// HALL-014: answers are kept 24 hours, and not without end.
func TestHALL014_AnswersAreKept(t *testing.T) {
	var a answered
	for i := range keepAnswers + 10 {
		a.put(contract.Answer{ID: string(marshal(i))}, nine.Add(contract.AnswerLife))
	}
	if len(a.by) != keepAnswers || len(a.order) != keepAnswers {
		t.Fatalf("%d answers, %d in order", len(a.by), len(a.order))
	}
	a.put(contract.Answer{ID: "x", Result: contract.ResultOK}, nine.Add(contract.AnswerLife))
	if w, ok := a.get("x", nine.Add(23*contract.AnswerLife/24)); !ok || w.Result != contract.ResultOK {
		t.Error("gone before 24 hours")
	}
	if _, ok := a.get("x", nine.Add(contract.AnswerLife+1)); ok || len(a.by) != 0 {
		t.Error("kept longer than 24 hours")
	}
}
