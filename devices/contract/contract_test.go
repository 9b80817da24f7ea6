package contract_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallward/devices/contract"
)

// HALL-001: what a topic is made of comes out of it again, and nothing else is
// taken for a topic of this contract.
func TestTopics(t *testing.T) {
	top := contract.Topics{Hall: "luotian"}
	for topic, want := range map[string]contract.Address{
		top.Host():                              {Hall: "luotian", Kind: "host"},
		top.View("calls"):                       {Hall: "luotian", Kind: "view", Name: "calls"},
		top.Node("kiosk-1", "evt"):              {Hall: "luotian", Node: "kiosk-1", Kind: "evt"},
		top.DeviceState("kiosk-1", "printer"):   {Hall: "luotian", Node: "kiosk-1", Kind: "state", Name: "printer"},
		top.DeviceDesired("kiosk-1", "printer"): {Hall: "luotian", Node: "kiosk-1", Kind: "desired", Name: "printer"},
	} {
		if got, ok := contract.ParseTopic(topic); !ok || got != want {
			t.Errorf("%s: %+v %v, want %+v", topic, got, ok, want)
		}
	}
	for _, topic := range []string{"", "hall", "hall/1", "hall/2/luotian/host", "hall/1/luotian/a/b/c", "hall/1/luotian/k/dev/p/x", "$SYS/1/x/y"} {
		if a, ok := contract.ParseTopic(topic); ok {
			t.Errorf("%q was read as %+v", topic, a)
		}
	}
	for id, good := range map[string]bool{"kiosk-1": true, "": false, "Kiosk": false, "a/b": false, "罗田": false, "a+b": false, "#": false,
		strings.Repeat("a", 32): true, strings.Repeat("a", 33): false} {
		if err := contract.CheckID(id); (err == nil) != good {
			t.Errorf("id %q: %v", id, err)
		}
	}
}

// HALL-008: an event's identity survives the way there and back, and nothing
// that only looks like one is taken.
func TestEventID(t *testing.T) {
	node, epoch, seq, err := contract.ParseEventID(contract.EventID("kiosk-1", "01ABC", 18446744073709551615))
	if node != "kiosk-1" || epoch != "01ABC" || seq != 18446744073709551615 || err != nil {
		t.Error(node, epoch, seq, err)
	}
	for _, bad := range []string{"", "a/b", "a/b/c", "a/b/-1", "a/b/1x", "a/b/01", "a/b/1/2", "A/b/1", "a//1", "a/b/18446744073709551616"} {
		if _, _, _, err := contract.ParseEventID(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

// HALL-016, HALL-017: what happens once is never kept by a broker; what must
// survive is.
func TestRetained(t *testing.T) {
	want := map[contract.Kind]bool{
		contract.KindStatus: true, contract.KindBirth: true, contract.KindState: true, contract.KindDesired: true,
		contract.KindHost: true, contract.KindView: true,
		contract.KindEvent: false, contract.KindAck: false, contract.KindAsk: false, contract.KindAnswer: false,
		contract.KindCommand: false, contract.KindResult: false,
	}
	for k, retained := range want {
		if k.Retained() != retained {
			t.Errorf("%s: retained %v", k, k.Retained())
		}
	}
	for _, m := range contract.Messages {
		if _, ok := want[m.Kind]; !ok {
			t.Errorf("%s has the unknown kind %q", m.Name, m.Kind)
		}
	}
}

// HALL-025: no message has room for a file: neither bytes nor free JSON beside
// the data of the envelopes.
func TestNoMessageCarriesMedia(t *testing.T) {
	var walk func(name string, ty reflect.Type)
	walk = func(name string, ty reflect.Type) {
		switch {
		case ty == reflect.TypeFor[time.Time]():
		case ty.Kind() == reflect.Slice && ty.Elem().Kind() == reflect.Uint8:
			t.Errorf("%s carries bytes", name)
		case ty.Kind() == reflect.Slice || ty.Kind() == reflect.Pointer:
			walk(name, ty.Elem())
		case ty.Kind() == reflect.Struct:
			for i := range ty.NumField() {
				walk(name+"."+ty.Field(i).Name, ty.Field(i).Type)
			}
		}
	}
	for _, m := range contract.Messages {
		walk(m.Name, reflect.TypeOf(m.Data))
	}
}

// HALL-024: every type carries its major version, and a newer minor's field
// does not disturb an older reader.
func TestVersions(t *testing.T) {
	for _, m := range contract.Messages {
		if m.Kind == contract.KindEvent || m.Kind == contract.KindAsk || m.Kind == contract.KindCommand {
			if !strings.HasSuffix(m.Name, "/"+contract.Version) {
				t.Errorf("%s has no major version", m.Name)
			}
		}
	}
	var a contract.Ack
	if err := json.Unmarshal([]byte(`{"epoch":"e","through":7,"lag_ms":3}`), &a); err != nil || a.Through != 7 {
		t.Error(a, err)
	}
}
