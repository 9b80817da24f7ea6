package station

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices"
	"hallward/devices/contract"
	"hallward/devices/identity"
	"hallward/kiosk/flow"
)

// A fictional person.
const (
	someNumber = "11010519491231002X"
	someName   = "张样例"
)

var personKey = identity.Key(bytes.Repeat([]byte{7}, identity.KeySize))

func someHash(t *testing.T) string {
	t.Helper()
	n, err := identity.Parse(someNumber, time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return identity.Hash(personKey, n)
}

func someCard() devices.Card {
	return devices.Card{Kind: devices.CardResident, Number: someNumber, Name: someName, Sex: "F", Birth: "19491231"}
}

// hearing is a hall that keeps what it was asked.
type hearing struct {
	counter
	mu   sync.Mutex
	data []any
}

func (h *hearing) AskID(ctx context.Context, id, typ string, data any) (contract.Answer, error) {
	h.mu.Lock()
	h.data = append(h.data, data)
	h.mu.Unlock()
	return h.counter.AskID(ctx, id, typ, data)
}

func (h *hearing) taken(t *testing.T) contract.TakeTicket {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.data {
		if take, ok := d.(contract.TakeTicket); ok {
			return take
		}
	}
	t.Fatalf("nobody asked for a number: %+v", h.data)
	return contract.TakeTicket{}
}

// realname makes the kiosk one whose only service asks for a card.
func realname(k *kiosk) {
	c := k.now().Catalogue
	c.Services = append([]contract.ServiceInfo(nil), c.Services...)
	c.Services[0].Realname, c.Services[0].SlipName = "required", true
	raw, err := json.Marshal(c)
	if err != nil {
		k.t.Fatal(err)
	}
	k.View(k.t.Context(), contract.ViewCatalogue, raw)
}

func with(h *hearing, log *bytes.Buffer, p People) func(*Config) {
	return func(c *Config) {
		c.Asker, c.People = h, p
		c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
}

func yes() bool { return true }

// R-KIOSK-19, R-SEC-07: card and typed number become the same hash; neither
// number nor name is in what leaves the station, on its disk or in its log.
func TestOnlyAHashLeaves(t *testing.T) {
	for _, way := range []string{"card", "typed"} {
		t.Run(way, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, h, log := newDisk(), &hearing{}, &bytes.Buffer{}
				k := switchOn(t, d, nil, good(), with(h, log, People{Key: personKey, Card: yes}))
				defer k.off()
				k.feed()
				realname(k)
				k.Touch(flow.Start, "")
				k.Touch(flow.Unit, "u")
				k.Touch(flow.Service, "s")
				k.on(flow.Laying)
				if way == "card" {
					if err := k.Reading(t.Context(), "reader", someCard()); err != nil {
						t.Fatal(err)
					}
				} else {
					k.Touch(flow.TypeIt, "")
					for _, c := range someNumber {
						k.Touch(flow.Key, string(c))
						synctest.Wait()
					}
					k.Touch(flow.Enter, "")
				}
				synctest.Wait()
				if got := h.taken(t).Person; got != someHash(t) {
					t.Errorf("the hall got %q", got)
				}
				time.Sleep(5 * time.Second) // of the bubble: the paper comes out
				state := k.on(flow.Done)
				all := fmt.Sprintf("%+v %+v %s %v", state, h.data, log, d.log(t))
				for key, fact := range d.facts {
					all += key + string(fact)
				}
				for _, secret := range []string{someNumber, someNumber[6:14], "002X", someName, "样例"} {
					if strings.Contains(all, secret) {
						t.Errorf("%q is kept or told", secret)
					}
				}
				if n := k.typist.number; strings.Trim(string(n[:cap(n)]), "\x00") != "" {
					t.Errorf("%d typed characters are still in memory", len(n))
				}
			})
		})
	}
}

// A number that fails the check goes nowhere, and the page says what to do.
func TestUnfitNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hearing{}
		k := switchOn(t, newDisk(), nil, good(), with(h, &bytes.Buffer{}, People{Key: personKey, Card: yes}))
		defer k.off()
		k.feed()
		realname(k)
		k.Touch(flow.Start, "")
		k.Touch(flow.Unit, "u")
		k.Touch(flow.Service, "s")
		k.on(flow.Laying)
		for _, c := range []struct {
			r    devices.Reading
			hint flow.Hint
		}{
			{devices.CardUnread{Code: 0x41}, flow.HintUnread},
			{devices.Card{Kind: devices.CardResident, Number: "110105194912310021", Sex: "F"}, flow.HintUnfit},
			{devices.Card{Kind: devices.CardResident, Number: someNumber, Sex: "M", Birth: "19491231"}, flow.HintUnfit},
			{devices.Card{Kind: "library", Number: someNumber}, flow.HintUnfit},
		} {
			if err := k.Reading(t.Context(), "reader", c.r); err != nil {
				t.Fatal(err)
			}
			if s := k.on(flow.Laying); s.Hint != c.hint || s.Person != "" {
				t.Errorf("%v: hint %q, person %q", c.r, s.Hint, s.Person)
			}
		}
		k.Touch(flow.TypeIt, "")
		for _, c := range "110105194912310021" {
			k.Touch(flow.Key, string(c))
			synctest.Wait()
		}
		k.Touch(flow.Enter, "")
		if s := k.on(flow.Keypad); s.Hint != flow.HintWrong || s.Typed != "" {
			t.Errorf("hint %q, typed %q", s.Hint, s.Typed)
		}
		// Half a number is wiped with the page.
		k.Touch(flow.Key, "1")
		k.Touch(flow.Key, "1")
		k.Touch(flow.Back, "")
		k.on(flow.Laying)
		if n := k.typist.number; strings.Trim(string(n[:cap(n)]), "\x00") != "" {
			t.Error("what was typed is still in memory")
		}
		if len(h.counter.asked) != 0 {
			t.Errorf("the hall was asked %v", h.counter.asked)
		}
	})
}

// Without the hall's key nobody is known, and the ways are not offered.
func TestWithoutAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := switchOn(t, newDisk(), nil, good(), with(&hearing{}, &bytes.Buffer{}, People{Card: yes, Scan: yes}))
		defer k.off()
		k.feed()
		if r := k.now().Readers; r != (flow.Readers{Scan: true}) {
			t.Errorf("readers %+v", r)
		}
		if err := k.Reading(t.Context(), "reader", someCard()); err != nil {
			t.Fatal(err)
		}
		if s := k.now(); s.Person != "" || s.Name != "" {
			t.Errorf("person %q, name %q", s.Person, s.Name)
		}
	})
}

// A slip left in the presenter and a reader that fails are seen within a tick.
func TestWhatTheDevicesSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		works := true
		p := good()
		k := switchOn(t, newDisk(), nil, p, with(&hearing{}, &bytes.Buffer{}, People{Key: personKey, Card: func() bool {
			mu.Lock()
			defer mu.Unlock()
			return works
		}}))
		defer k.off()
		k.feed()
		if s := k.now(); !s.Readers.Card || s.Notice() != "" {
			t.Fatalf("readers %+v, notice %q", s.Readers, s.Notice())
		}
		mu.Lock()
		works = false
		mu.Unlock()
		st := p.Status()
		st.Left = true
		p.set(st)
		time.Sleep(tick + time.Millisecond) // of the bubble
		if s := k.now(); s.Readers.Card || s.Notice() != flow.SlipLeft {
			t.Errorf("readers %+v, notice %q", s.Readers, s.Notice())
		}
	})
}
