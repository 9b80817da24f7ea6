package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"hallward/devices/centre"
	"hallward/devices/contract"
	"hallward/devices/journal"
	"hallward/devices/node"
	"hallward/devices/pki"
)

const childEnv = "HALLWARD_CENTRE_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// free is a local address that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// start runs a centre as a process of its own and returns when it is healthy.
func start(t *testing.T, config, health string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0], "--config", config)
	cmd.Env = append(os.Environ(), childEnv+"=1", "GORACE=atexit_sleep_ms=0")
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	poll(t, "the centre is healthy", func() bool { return get("http://"+health+"/healthz", nil) == nil })
	return cmd
}

func get(url string, into any) error {
	r, err := http.Get(url)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if r.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", url, r.Status)
	}
	if into == nil {
		_, err = io.Copy(io.Discard, r.Body)
		return err
	}
	return json.NewDecoder(r.Body).Decode(into)
}

// poll waits until done, at most a minute.
func poll(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("after a minute still not: %s", what)
		}
	}
}

// The centre is killed again and again while a hall sends: in the end it has
// every event of the hall's journal exactly once, and the hall's outbox is
// empty. Then it stops in order.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	certificates := filepath.Join(dir, "pki")
	authority, err := pki.Create(certificates, "test", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []pki.Request{{Hall: "luotian", Node: "centre", Hosts: []string{"127.0.0.1"}}, {Hall: "luotian", Node: "hall"}} {
		if err := authority.Issue(r, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	broker, page, health := free(t), free(t), free(t)
	config := filepath.Join(dir, "centre.yaml")
	text := fmt.Sprintf("halls: [luotian]\ndata: %s\ncertificates: %s\nbroker: {listen: '%s'}\npage: %s\nhealth: %s\n",
		filepath.Join(dir, "data"), certificates, broker, page, health)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}

	j, err := journal.Open(filepath.Join(dir, "hall.db"), &journal.Options{Hall: "luotian", Node: "hall"})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	tls, err := pki.NodeTLS(certificates, "hall")
	if err != nil {
		t.Fatal(err)
	}
	n, err := node.New(node.Config{Hall: "luotian", Node: "hall", Program: "hall", Broker: "tls://" + broker, TLS: tls,
		Outbox: j, RetryMax: 100 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	defer func() { cancel(); <-ended }()

	total := uint64(0)
	add := func(count int) {
		c := &journal.Commit{}
		for range count {
			total++
			c.Events = append(c.Events, contract.Event{Type: contract.EvTicketIssued, Time: time.Now(), Data: fmt.Appendf(nil, `{"serial":%d}`, total)})
		}
		if err := j.Commit(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	r := rand.New(rand.NewPCG(5, 5))
	for range 5 {
		add(600)
		cmd := start(t, config, health)
		until := j.First() + r.Uint64N(500)
		poll(t, "the hall sends", func() bool { return j.First() > until })
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	cmd := start(t, config, health)
	poll(t, "the outbox is empty", func() bool { return j.First() == total+1 })

	var list []centre.Record
	if err := get("http://"+page+"/events?hall=luotian&limit=10000", &list); err != nil {
		t.Fatal(err)
	}
	if uint64(len(list)) != total {
		t.Errorf("%d events at the centre, %d in the journal", len(list), total)
	}
	for i, record := range list {
		if want := contract.EventID("hall", j.Epoch(), uint64(i+1)); record.Event.ID != want || string(record.Event.Data) != fmt.Sprintf(`{"serial":%d}`, i+1) {
			t.Fatalf("event %d is %s %s", i+1, record.Event.ID, record.Event.Data)
		}
	}
	if err := get("http://"+page+"/", nil); err != nil {
		t.Error(err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it did not stop in order: %v", err)
	}
}
