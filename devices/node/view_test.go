package node

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"

	"hallward/devices/contract"
)

// HALL-018: within one session of the host a view below the last version is
// ignored, also after the node's own reconnection; a host that begins again
// begins its versions again, in whichever order its first words come.
func TestHALL018_VersionsRise(t *testing.T) {
	for name, c := range map[string]struct {
		says string // h: host session, v: version of the view, r: the node reconnects
		want string // versions that reach the handler
	}{
		"rising":                        {"h1 v1 v2 v5", "1 2 5"},
		"lower ones":                    {"h1 v5 v4 v1 v6 v5", "5 6"},
		"the same twice":                {"h1 v5 v5", "5"},
		"lower after a reconnection":    {"h1 v5 r h1 v4 v6", "5 6"},
		"the same after a reconnection": {"h1 v5 r h1 v5", "5 5"},
		"a host with a new disk":        {"h1 v5 h2 v1 v2", "5 1 2"},
		"its view before its status":    {"h1 v5 r v1 h2", "5 1"},
		"its views before its status":   {"h1 v5 r v1 v2 h2 v1", "5 2"},
		"a late will of the host":       {"h1 v5 h1 v4", "5"},
		"view before the first status":  {"v5 h1 v6", "5 6"},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := New(Config{Hall: "luotian", Node: "board-1",
				Dial: func(context.Context) (net.Conn, error) { return nil, net.ErrClosed }})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range strings.Fields(c.says) {
				switch w[0] {
				case 'h':
					n.receive(n.topics.Host(), true, fmt.Appendf(nil, `{"online":true,"session":%q}`, w[1:]))
				case 'v':
					n.receive(n.topics.View(contract.ViewCalls), true, fmt.Appendf(nil, `{"version":%s,"calls":[]}`, w[1:]))
				case 'r':
					clear(n.latest) // as once does
				}
				if raw, ok := n.newest[contract.ViewCalls]; ok {
					var v contract.Calls
					if err := decode(raw, &v); err != nil {
						t.Fatal(err)
					}
					got = append(got, fmt.Sprint(v.Version))
					clear(n.newest)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("handed over %q, want %q", strings.Join(got, " "), c.want)
			}
		})
	}
}

// The version is found wherever it stands; one that is no number is a fault.
func TestVersionOf(t *testing.T) {
	for payload, want := range map[string]string{
		`{"version":7,"calls":[]}`:                      "7",
		` { "calls" : [{"version":3}], "version" : 8 }`: "8",
		`{"calls":[{"version":3}]}`:                     "0",
		`{}`:                                            "0",
		`{"version":18446744073709551615}`:              "18446744073709551615",
		`{"version":-1}`:                                "error",
		`{"version":"7"}`:                               "error",
		`{"Version":7}`:                                 "0",
		`{"a":"version","version":null,"b":"\"version\":12"}`: "0",
	} {
		v, err := versionOf([]byte(payload))
		got := fmt.Sprint(v)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", payload, got, err, want)
		}
	}
}
