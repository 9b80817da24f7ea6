package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"hallward/devices/broker"
	"hallward/devices/contract"
	"hallward/devices/node"
	"hallward/devices/pki"
)

// hallAt is a hall's broker with a host that answers as ask does; it gives the
// flags with which hallctl reaches it.
func hallAt(t *testing.T, ask func(contract.Request) contract.Answer) []string {
	t.Helper()
	certs := filepath.Join(t.TempDir(), "pki")
	a, err := pki.Create(certs, "Test hall", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []pki.Request{{Hall: "luotian", Node: "hall", Hosts: []string{"127.0.0.1"}}, {Hall: "luotian", Node: "desk-1"}} {
		if err := a.Issue(r, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	conf, err := pki.ServerTLS(certs, "hall")
	if err != nil {
		t.Fatal(err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_ = free.Close()
	quiet := slog.New(slog.DiscardHandler)
	b, err := broker.New(broker.Config{Listen: address, TLS: conf, Halls: []string{"luotian"}, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	h, err := node.NewHost(node.HostConfig{Hall: "luotian", Dial: b.Dial("luotian/hall"), Log: quiet,
		Events: func(context.Context, string, []contract.Event) (uint64, error) { return 0, nil },
		Ask:    func(_ context.Context, _ string, r contract.Request) contract.Answer { return ask(r) }})
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range []func(context.Context) error{b.Run, h.Run} {
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- run(ctx) }()
		t.Cleanup(func() { cancel(); <-done })
	}
	return []string{"--broker", "tls://" + address, "--certificates", certs, "--hall", "luotian", "--node", "desk-1"}
}

// The technician's request reaches the hall, and its answer or its words the
// technician.
func TestPrinterTest(t *testing.T) {
	reach := hallAt(t, func(r contract.Request) contract.Answer {
		var d contract.DeviceTest
		if err := json.Unmarshal(r.Data, &d); err != nil || r.Type != contract.AskDeviceTest {
			return contract.Answer{Result: contract.ResultFailed, Error: &contract.Problem{Code: "odd", Message: r.Type}}
		}
		if d != (contract.DeviceTest{Node: "kiosk-1", Device: "printer"}) {
			return contract.Answer{Result: contract.ResultRefused, Error: &contract.Problem{Code: "unknown-device", Message: "没有设备"}}
		}
		return contract.Answer{Result: contract.ResultOK, Data: json.RawMessage(`{"proof":"consumed"}`)}
	})
	run := func(args ...string) (string, error) {
		return hallctl(t, append(append([]string{"printer"}, reach...), args...)...)
	}
	if out, err := run("test", "kiosk-1", "printer"); err != nil || out != "kiosk-1/printer has printed its test slip (consumed)\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := run("test", "kiosk-1", "door"); err == nil || !strings.Contains(err.Error(), "没有设备 (unknown-device)") {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := run("test", "kiosk-1"); err == nil {
		t.Error("a device is not needed")
	}
}
