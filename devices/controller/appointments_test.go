package controller

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oklog/ulid/v2"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/hall"
	"hallward/devices/node"
	"hallward/devices/pki"
	"hallward/devices/service"
)

// R-KIOSK-10: appointments that the centre sends reach the hall's disk, once,
// over a real broker with certificates.
func TestAppointmentsFromTheCentre(t *testing.T) {
	certs := filepath.Join(t.TempDir(), "pki")
	a, err := pki.Create(certs, "test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"hall", "centre"} {
		if err := a.Issue(pki.Request{Hall: "sample", Node: n, Hosts: []string{"127.0.0.1"}}, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	conf, err := pki.ServerTLS(certs, "centre")
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	b, err := broker.New(broker.Config{Listen: address, TLS: conf, Halls: []string{"sample"}, Host: "centre", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ready := make(chan struct{}, 8)
	centre, err := node.NewHost(node.HostConfig{Hall: "sample", Host: "centre", Dial: b.Dial("sample/centre"), Log: quiet,
		Events: func(_ context.Context, _ string, e []contract.Event) (uint64, error) {
			return e[len(e)-1].Sequence, nil
		},
		Ask: func(context.Context, string, contract.Request) contract.Answer { return contract.Answer{} },
		Node: func(_ string, n node.NodeInfo) {
			if n.Ready {
				ready <- struct{}{}
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	setup := sampleSetup(t)
	setup.Services[0].Appointments, setup.Services[0].Capacity = true, 1
	c, err := New(&Config{Node: "hall", Data: t.TempDir(), Certificates: certs, Setup: setup, Broker: BrokerConfig{Listen: "127.0.0.1:0"},
		Console: ConsoleConfig{Listen: "127.0.0.1:0"}, Centre: CentreConfig{URL: "tls://" + address}}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []func(context.Context) error{b.Run, centre.Run, func(ctx context.Context) error { return c.Run(ctx, service.New("hall", quiet)) }} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	limit, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	select {
	case <-ready:
	case <-limit.Done():
		t.Fatal("the hall does not reach the centre")
	}
	tomorrow := time.Now().Add(24 * time.Hour).Truncate(time.Minute)
	list := contract.ImportAppointments{Appointments: []contract.AppointmentBooked{
		{Appointment: "w-1", Code: "402817", Service: "one", Start: tomorrow, Phone: "0100"},
		{Appointment: "w-2", Code: "402818", Service: "?", Start: tomorrow},
	}}
	id := ulid.Make().String()
	for range 2 { // the same command again gets the same result
		w, err := centre.CommandID(limit, "hall", id, contract.CmdAppointments, list)
		if err != nil || w.Error != nil {
			t.Fatal(err, w.Error)
		}
		if done := read[contract.Imported](t, w); done.Booked != 1 || len(done.Refused) != 1 {
			t.Errorf("%+v", done)
		}
	}
	c.engine.Look(func(s *hall.State) {
		if a := s.Appointments["w-1"]; a == nil || a.State != hall.Booked || a.Source != "centre" {
			t.Errorf("stored is %+v", a)
		}
	})

	// R-VOICE-03, R-BOARD-02: what the centre wants on the boards goes the same
	// way, and a forbidden word is refused with its source.
	n := contract.Notice{ID: "n1", Text: contract.Text2{ZH: "停水"}}
	if w, err := centre.Command(limit, "hall", contract.CmdNoticePost, contract.PostNotice{Notice: n}); err != nil || w.Error != nil {
		t.Fatal(err, w.Error)
	}
	n.Text.EN = "Not my problem"
	w, err := centre.Command(limit, "hall", contract.CmdNoticePost, contract.PostNotice{Notice: n})
	if err != nil || w.Error == nil || w.Error.Code != hall.ForbiddenWord || !strings.Contains(w.Error.MessageEN, "not my problem") {
		t.Errorf("%v %+v", err, w)
	}
	today := time.Now().In(setup.Hours.Zone).Format(time.DateOnly)
	for typ, data := range map[string]any{
		contract.CmdResultsPublish: contract.PublishResults{Results: []contract.Result{{ID: "r1", Case: "1", Name: "张三", Service: contract.Text2{ZH: "许可"}, Outcome: contract.Text2{ZH: "准予"}, Date: today}}},
		contract.CmdDutySet:        contract.SetDuty{Days: []contract.DutyDay{{Day: today, Officers: []contract.DutyOfficer{{Name: "何静", Post: contract.Text2{ZH: "值班领导"}}}}}},
	} {
		if w, err := centre.Command(limit, "hall", typ, data); err != nil || w.Error != nil {
			t.Errorf("%s: %v %v", typ, err, w.Error)
		}
	}
	c.engine.Look(func(s *hall.State) {
		now := time.Now()
		if v := s.NoticesView(now).Notices; !slices.ContainsFunc(v, func(n contract.Notice) bool { return n.ID == "n1" && n.Text.ZH == "停水" && n.Text.EN == "" }) {
			t.Errorf("notices %+v", v)
		}
		if v := s.ResultsView(now).Results; len(v) != 1 || v[0].Name != "张*" {
			t.Errorf("results %+v", v)
		}
		if s.Duty[today].Officers[0].Name != "何静" {
			t.Errorf("duty %+v", s.Duty)
		}
	})
	for typ, data := range map[string]any{contract.CmdNoticeWithdraw: contract.WithdrawNotice{ID: "n1"}, contract.CmdResultsWithdraw: contract.PublishResults{IDs: []string{"r1"}}} {
		if w, err := centre.Command(limit, "hall", typ, data); err != nil || w.Error != nil {
			t.Errorf("%s: %v %v", typ, err, w.Error)
		}
	}
	c.engine.Look(func(s *hall.State) {
		if len(s.Notices)+len(s.Results) != 0 {
			t.Errorf("left: %+v %+v", s.Notices, s.Results)
		}
	})
}

// A kiosk whose clock has lost its time gets its numbers: only how long its
// request lasts is looked at.
func TestKioskWithADeadBattery(t *testing.T) {
	c := running(t)
	c.nodeChanged("kiosk-1", node.NodeInfo{Birth: contract.Birth{Clock: "free"}})
	data, err := json.Marshal(contract.TakeTicket{Service: "one"})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(issued time.Time) error {
		a := c.nodeAsk(t.Context(), "kiosk-1", contract.Request{ID: ulid.Make().String(), Type: contract.AskTicketTake,
			Issued: issued, Expires: issued.Add(10 * time.Second), Data: data})
		if a.Error != nil {
			return errors.New(a.Result)
		}
		return nil
	}
	if err := ask(time.Unix(10, 0)); err != nil {
		t.Error(err)
	}
	c.nodeChanged("kiosk-1", node.NodeInfo{Birth: contract.Birth{Clock: "synced"}})
	if err := ask(time.Unix(10, 0)); err == nil {
		t.Error("a kiosk with a good clock asks for something that has expired")
	}
	if err := ask(time.Now()); err != nil {
		t.Error(err)
	}
}
