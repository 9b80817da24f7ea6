package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// hallctl runs one command line.
func hallctl(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	c := rootCommand()
	c.SetArgs(args)
	c.SetOut(&out)
	c.SetErr(&out)
	err := c.Execute()
	return out.String(), err
}

// From nothing to certificates and the files of both other brokers.
func TestPKICommands(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pki")
	for _, args := range [][]string{
		{"init", "--name", "罗田"},
		{"issue", "luotian/hall", "--host", "localhost,192.0.2.7"},
		{"issue", "luotian/kiosk-1", "luotian/kiosk-2"},
		{"renew", "kiosk-1"},
		{"revoke", "luotian/kiosk-1", "--old"},
		{"revoke", "luotian/kiosk-2"},
	} {
		if out, err := hallctl(t, append([]string{"pki", "--dir", dir}, args...)...); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	out, err := hallctl(t, "pki", "--dir", dir, "list")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		got = append(got, strings.Join(strings.Fields(line)[:2], " "))
	}
	if want := "luotian/hall valid, luotian/kiosk-1 revoked, luotian/kiosk-1 valid, luotian/kiosk-2 revoked"; strings.Join(got, ", ") != want {
		t.Errorf("list: %s\nwant: %s", strings.Join(got, ", "), want)
	}
	to := t.TempDir()
	for kind, file := range map[string]string{"mosquitto": "mosquitto.acl", "nats": "nats.conf"} {
		if out, err := hallctl(t, "broker-config", "--kind", kind, "--dir", dir, "--out", to); err != nil {
			t.Fatalf("%s: %v\n%s", kind, err, out)
		}
		text, err := os.ReadFile(filepath.Join(to, file))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(text, []byte("luotian/kiosk-1")) || bytes.Contains(text, []byte("luotian/kiosk-2")) {
			t.Errorf("%s: want kiosk-1 and not the revoked kiosk-2:\n%s", file, text)
		}
	}
	for _, args := range [][]string{
		{"pki", "--dir", dir, "init"},
		{"pki", "--dir", dir, "issue", "kiosk-3"},
		{"pki", "--dir", dir, "issue", "luotian/Kiosk"},
		{"pki", "--dir", dir, "renew", "kiosk-9"},
		{"pki", "--dir", filepath.Join(dir, "none"), "list"},
		{"broker-config", "--kind", "rabbit", "--dir", dir, "--out", to},
	} {
		if _, err := hallctl(t, args...); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
