package broker

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"hallward/devices/contract"
)

var update = flag.Bool("update", false, "rewrite the files in deploy/broker")

// HALL-022, as a table.
func TestHALL022_Rights(t *testing.T) {
	r := Rights{Host: "hall"}
	top := contract.Topics{Hall: "luotian"}
	const kiosk, host = "luotian/kiosk-1", "luotian/hall"
	for _, c := range []struct {
		who, topic    string
		publish, read bool
	}{
		{kiosk, top.Node("kiosk-1", "status"), true, true},
		{kiosk, top.Node("kiosk-1", "birth"), true, false},
		{kiosk, top.Node("kiosk-1", "evt"), true, false},
		{kiosk, top.Node("kiosk-1", "ask"), true, false},
		{kiosk, top.Node("kiosk-1", "res"), true, false},
		{kiosk, top.DeviceState("kiosk-1", "printer"), true, false},
		{kiosk, top.DeviceState("kiosk-1", "+"), false, false},
		{kiosk, top.DeviceState("kiosk-1", "Über"), false, false},
		{kiosk, top.Node("kiosk-1", "ack"), false, true},
		{kiosk, top.Node("kiosk-1", "answer"), false, true},
		{kiosk, top.Node("kiosk-1", "cmd"), false, true},
		{kiosk, top.DeviceDesired("kiosk-1", "printer"), false, true},
		{kiosk, top.DeviceDesired("kiosk-1", "+"), false, true},
		{kiosk, top.Host(), false, true},
		{kiosk, top.View("calls"), false, true},
		{kiosk, top.View("+"), false, true},
		{kiosk, top.View("#"), false, true},
		{kiosk, top.Node("kiosk-1", "other"), false, false},
		{kiosk, top.Node("kiosk-1", "#"), false, false},
		{kiosk, top.Node("kiosk-1", "+"), false, false},
		{kiosk, top.Node("kiosk-2", "evt"), false, false},
		{kiosk, top.Node("kiosk-2", "cmd"), false, false},
		{kiosk, top.Node("+", "answer"), false, false},
		{kiosk, top.DeviceDesired("+", "+"), false, false},
		{kiosk, "#", false, false},
		{kiosk, "hall/1/+/kiosk-1/cmd", false, false},
		{kiosk, "hall/1/macheng/kiosk-1/evt", false, false},
		{kiosk, "hall/1/macheng/host", false, false},
		{kiosk, "hall/2/luotian/kiosk-1/evt", false, false},
		{kiosk, "$SYS/broker/version", false, false},
		{host, top.Host(), true, true},
		{host, top.View("calls"), true, true},
		{host, top.Node("kiosk-1", "ack"), true, true},
		{host, top.Node("kiosk-1", "answer"), true, true},
		{host, top.Node("kiosk-1", "cmd"), true, true},
		{host, top.Node("+", "cmd"), false, true},
		{host, top.DeviceDesired("kiosk-1", "printer"), true, true},
		{host, top.Node("kiosk-1", "evt"), false, true},
		{host, top.Node("kiosk-1", "status"), false, true},
		{host, top.Node("+", "evt"), false, true},
		{host, "hall/1/luotian/#", false, true},
		{host, "hall/1/luotian2/#", false, false},
		{host, "hall/1/macheng/kiosk-1/cmd", false, false},
		{host, "hall/1/+/kiosk-1/evt", false, false},
		{host, "#", false, false},
		{"luotian", top.Host(), false, false},
		{"", top.Host(), false, false},
		{"luotian/a/b", top.Host(), false, false},
		{"+/kiosk-1", "hall/1/+/kiosk-1/cmd", false, false},
	} {
		if got := r.MayPublish(c.who, c.topic); got != c.publish {
			t.Errorf("%s publishes %s: %v", c.who, c.topic, got)
		}
		if got := r.MayRead(c.who, c.topic); got != c.read {
			t.Errorf("%s reads %s: %v", c.who, c.topic, got)
		}
	}
}

// HALL-016: what is kept is kept, and a command or a request never is (S11).
func TestMayRetain(t *testing.T) {
	top := contract.Topics{Hall: "luotian"}
	for topic, want := range map[string]bool{
		top.Host(): true, top.View("calls"): true, top.Node("a", "status"): true, top.Node("a", "birth"): true,
		top.DeviceState("a", "b"): true, top.DeviceDesired("a", "b"): true,
		top.Node("a", "cmd"): false, top.Node("a", "ask"): false, top.Node("a", "answer"): false, top.Node("a", "res"): false,
		top.Node("a", "evt"): false, top.Node("a", "ack"): false, "other": false,
	} {
		if got := MayRetain(topic); got != want {
			t.Errorf("%s: %v", topic, got)
		}
	}
}

// The files in deploy/broker are what External writes for the sample hall.
func TestExternalFiles(t *testing.T) {
	e := External{Listen: "0.0.0.0:8883", Certs: "/etc/hallward/pki", Store: "/var/lib/nats", Halls: []string{"luotian"},
		Nodes: []string{"luotian/kiosk-1", "luotian/kiosk-2", "luotian/board-1", "luotian/desk-1"}}
	dir := t.TempDir()
	for _, kind := range Kinds() {
		if err := e.write(kind, dir, "/etc/hallward/broker"); err != nil {
			t.Fatal(err)
		}
		for name := range externalKinds[kind] {
			got, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("..", "..", "deploy", "broker", name)
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if want, err := os.ReadFile(golden); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%s is not what is written now (%v); run with -update and read it", golden, err)
			}
		}
	}
	for _, bad := range []External{
		{Listen: "nowhere", Halls: []string{"luotian"}},
		{Listen: ":1", Halls: []string{"Luotian"}},
		{Listen: ":1", Halls: []string{"luotian"}, Nodes: []string{"macheng/kiosk-1"}},
		{Listen: ":1", Halls: []string{"luotian"}, Nodes: []string{"luotian/kiosk-1\ntopic write #"}},
	} {
		if err := bad.Write("mosquitto", dir); err == nil {
			t.Errorf("%+v was written", bad)
		}
	}
	if err := e.Write("rabbit", dir); err == nil {
		t.Error("an unknown kind was written")
	}
}

func TestConfigMistakes(t *testing.T) {
	for what, c := range map[string]Config{
		"no hall":                {},
		"bad hall":               {Halls: []string{"Luotian"}},
		"listener without TLS":   {Halls: []string{"luotian"}, Listen: "127.0.0.1:0"},
		"client certificates":    {Halls: []string{"luotian"}, Listen: "127.0.0.1:0", TLS: &tls.Config{}},
		"node without its hall":  {Halls: []string{"luotian"}, Nodes: []string{"kiosk-1"}},
		"address that is no one": {Halls: []string{"luotian"}, Listen: "256.0.0.1:1", TLS: &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert}},
	} {
		if _, err := New(c); err == nil {
			t.Errorf("%s: no error", what)
		}
	}
}

// A broker that has stopped takes nobody, and stopping leaves nothing behind:
// synctest fails when a goroutine stays.
func TestStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, err := New(Config{Halls: []string{"luotian"}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.Run(ctx) }()
		silent, err := b.Dial("luotian/hall")(ctx) // connects and says nothing
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if _, err := silent.Read(make([]byte, 1)); err == nil {
			t.Error("the connection outlives the broker")
		}
		if _, err := b.Dial("luotian/hall")(t.Context()); err == nil {
			t.Error("a stopped broker took a connection")
		}
	})
}

func TestPipe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := Pipe()
		if n, err := a.Write([]byte("hello")); n != 5 || err != nil { // nobody reads yet
			t.Fatal(n, err)
		}
		p := make([]byte, 16)
		if n, err := b.Read(p); string(p[:n]) != "hello" || err != nil {
			t.Fatalf("%q, %v", p[:n], err)
		}
		began := time.Now()
		_ = b.SetReadDeadline(began.Add(3 * time.Second))
		if _, err := b.Read(p); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 3*time.Second {
			t.Errorf("read: %v after %v", err, time.Since(began))
		}
		_ = b.SetReadDeadline(time.Time{})
		began = time.Now()
		_ = a.SetWriteDeadline(began.Add(2 * time.Second))
		n, err := a.Write(make([]byte, pipeBuffer+10))
		if n != pipeBuffer || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 2*time.Second {
			t.Errorf("write: %d, %v after %v", n, err, time.Since(began))
		}
		var ne net.Error
		if !errors.As(err, &ne) || !ne.Timeout() {
			t.Errorf("%v is no time-out to those who ask", err)
		}
		_ = a.Close()
		if got, err := io.ReadAll(b); len(got) != pipeBuffer || err != nil { // what was written arrives
			t.Errorf("%d bytes, %v", len(got), err)
		}
		if _, err := b.Write([]byte("x")); err == nil {
			t.Error("writing to a closed pipe")
		}
	})
}
