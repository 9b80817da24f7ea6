package controller

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
	"hallward/kiosk/console"
)

// running is a whole controller in this process, with its broker on a real
// port.
func running(t *testing.T, changes ...func(*hall.Setup)) *Controller {
	t.Helper()
	setup := sampleSetup(t)
	for _, change := range changes {
		change(setup)
	}
	dir := t.TempDir()
	certs := filepath.Join(dir, "pki")
	a, err := pki.Create(certs, "test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for n, hosts := range map[string][]string{"hall": {"127.0.0.1"}, "kiosk-1": nil, "desk-1": nil} {
		if err := a.Issue(pki.Request{Hall: "sample", Node: n, Hosts: hosts}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	cfg := &Config{Node: "hall", Data: filepath.Join(dir, "data"), Certificates: certs, Setup: setup,
		Broker: BrokerConfig{Listen: "127.0.0.1:0"}, Console: ConsoleConfig{Listen: "127.0.0.1:0", Managers: []string{"s2"}}}
	c, err := New(cfg, quiet)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx, service.New("hall", quiet)) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the controller ended with %v", err)
		}
	})
	return c
}

// kiosk connects a node with its certificate and an outbox of its own.
func kiosk(t *testing.T, c *Controller) (*node.Node, *journal.Journal) {
	t.Helper()
	j, err := journal.Open(filepath.Join(t.TempDir(), "kiosk.db"), &journal.Options{Hall: "sample", Node: "kiosk-1", Outbox: true})
	if err != nil {
		t.Fatal(err)
	}
	conf, err := pki.NodeTLS(c.cfg.Certificates, "kiosk-1")
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(node.Config{Hall: "sample", Node: "kiosk-1", Broker: "tls://" + c.broker.Addr(), TLS: conf, Role: hall.RoleKiosk, Outbox: j, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = n.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait(); _ = j.Close() })
	return n, j
}

// A ticket's way through a real controller: taken over TLS, confirmed by an
// event, seen by the console, called by the person who sits at the window, and
// by nobody else.
func TestTheHouseAtWork(t *testing.T) {
	c := running(t)
	n, j := kiosk(t, c)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	changed := c.desk.Watch(ctx)
	until := func(what string, ok func(console.Snapshot) bool) console.Snapshot {
		t.Helper()
		for {
			s := c.desk.Snapshot()
			if ok(s) {
				return s
			}
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("never seen: %s", what)
			}
		}
	}
	a, err := n.Ask(ctx, contract.AskTicketTake, contract.TakeTicket{Service: "one"})
	if err != nil || a.Error != nil {
		t.Fatal(err, a.Error)
	}
	ticket := read[contract.Ticket](t, a)
	until("an unconfirmed number", func(s console.Snapshot) bool {
		return len(s.Unconfirmed) == 1 && s.Unconfirmed[0].Number == "A001" && s.Queue.Waiting == 0
	})
	raw, _ := json.Marshal(contract.TicketPrinted{Ticket: ticket.Ticket, Proof: "consumed"})
	if err := j.Commit(ctx, &journal.Commit{Events: []contract.Event{{Type: contract.EvTicketPrinted, Time: time.Now(), Data: raw}}}); err != nil {
		t.Fatal(err)
	}
	until("a waiting citizen", func(s console.Snapshot) bool { return s.Queue.Waiting == 1 && len(s.Unconfirmed) == 0 })

	do := func(actor console.Actor, typ string, data any) contract.Answer {
		raw, _ := json.Marshal(data)
		now := time.Now()
		return c.desk.Do(ctx, actor, contract.Request{ID: ulid.Make().String(), Type: typ, Issued: now, Expires: now.Add(time.Minute), Data: raw})
	}
	if a := do(console.Actor{Staff: "s1", Window: "w1"}, contract.AskWindowNext, contract.WindowRef{Window: "w1"}); a.Error == nil || a.Error.Code != "signed-out" {
		t.Fatalf("who is not signed in called: %+v", a)
	}
	if a := do(console.Actor{Staff: "1001", Window: "w1"}, contract.AskWindowSignIn, contract.SignIn{Window: "w1", Staff: "1001", PIN: "1234"}); a.Error != nil {
		t.Fatal(a.Error)
	}
	if a := do(console.Actor{Staff: "s2", Window: "w1"}, contract.AskWindowNext, contract.WindowRef{Window: "w1"}); a.Error == nil {
		t.Error("somebody else called for the window")
	}
	if a := do(console.Actor{Staff: "s1", Window: "w1"}, contract.AskWindowNext, contract.WindowRef{Window: "w1"}); a.Error != nil {
		t.Fatal(a.Error)
	}
	s := until("the ticket in hand", func(s console.Snapshot) bool { return s.Windows[0].Present != nil })
	w := s.Windows[0]
	if w.Present.Number != "A001" || w.Present.Why == "" || w.Present.CalledAt.IsZero() || w.Actions[0].Type != contract.EvTicketCalled || w.Actions[0].Number != "A001" || w.Actions[0].Staff != "甄有礼" {
		t.Errorf("%+v, actions %+v", w.Present, w.Actions)
	}
	if a := do(console.Actor{Staff: "s1", Window: "w1"}, contract.AskWindowHold, contract.WindowRef{Window: "w1", Reason: "补充材料"}); a.Error != nil {
		t.Fatal(a.Error)
	}
	s = until("the ticket on hold", func(s console.Snapshot) bool { return len(s.Windows[0].Held) == 1 })
	if h := s.Windows[0].Held[0]; h.Number != "A001" || h.Reason != "补充材料" || s.Windows[0].Present != nil {
		t.Errorf("on hold %+v, in hand %+v", h, s.Windows[0].Present)
	}
	if slices.ContainsFunc(s.Devices, func(d console.Device) bool { return d.Node == "hall" && !d.Up }) {
		t.Errorf("the hall says that it is away itself: %+v", s.Devices)
	}
	if p, bad := c.desk.Check(ctx, console.Proof{Number: "1002", PIN: "1234"}); bad != nil || !p.Manager || p.Name != "甄有序" {
		t.Errorf("%+v %v", p, bad)
	}
	if p, bad := c.desk.Check(ctx, console.Proof{Number: "1001", PIN: "0000"}); bad == nil || p.ID != "" {
		t.Errorf("a wrong PIN gave %+v", p)
	}
}

// A view goes out when it says something new, and only then.
func TestViewsArePublishedOnceForEachChange(t *testing.T) {
	h := build(t, filepath.Join(t.TempDir(), "hall.db"))
	if err := h.Alive(t.Context()); err != nil { // then the day is open
		t.Fatal(err)
	}
	var out []string
	p := &publisher{engine: h.Engine, last: map[string]any{}, publish: func(name string, payload []byte) error {
		out = append(out, name)
		if !json.Valid(payload) || !strings.Contains(string(payload), `"version"`) {
			t.Errorf("%s: %s", name, payload)
		}
		return nil
	}}
	once := func() { p.calls(); p.others() }
	once()
	if len(out) != 7 {
		t.Fatalf("at first %v", out)
	}
	out = nil
	once()
	if len(out) != 0 {
		t.Errorf("nothing changed, and %v went out", out)
	}
	h.open("w1", "1001")
	once()
	if !slices.Contains(out, contract.ViewWindows) || slices.Contains(out, contract.ViewCalls) {
		t.Errorf("after a sign-in %v went out", out)
	}
}
