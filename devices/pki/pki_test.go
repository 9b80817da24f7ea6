package pki

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Now()

func newAuthority(t *testing.T) (*Authority, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "pki")
	a, err := Create(dir, "测试大厅", now)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []Request{{Hall: "luotian", Node: "hall", Hosts: []string{"localhost", "127.0.0.1"}}, {Hall: "luotian", Node: "kiosk-1"}} {
		if err := a.Issue(r, now); err != nil {
			t.Fatal(err)
		}
	}
	return a, dir
}

// handshake lets a node meet a server and returns the error of either side;
// the certificate is the one that the server saw.
func handshake(t *testing.T, server, node *tls.Config) (*x509.Certificate, error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	type met struct {
		cert *x509.Certificate
		err  error
	}
	result := make(chan met, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			result <- met{nil, err}
			return
		}
		defer c.Close()
		s := tls.Server(c, server)
		if err := s.Handshake(); err != nil {
			result <- met{nil, err}
			return
		}
		_, _ = s.Write([]byte("x"))
		result <- met{s.ConnectionState().PeerCertificates[0], nil}
	}()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	node = node.Clone()
	if node.ServerName == "" {
		node.ServerName = "localhost"
	}
	n := tls.Client(c, node)
	_, nodeErr := io.ReadFull(n, make([]byte, 1))
	_ = n.Close()
	m := <-result
	return m.cert, errors.Join(m.err, nodeErr)
}

func settings(t *testing.T, dir string) (server, node *tls.Config) {
	t.Helper()
	server, err := ServerTLS(dir, "hall")
	if err != nil {
		t.Fatal(err)
	}
	if node, err = NodeTLS(dir, "kiosk-1"); err != nil {
		t.Fatal(err)
	}
	return server, node
}

// The identity stands in the common name and in the URI name.
func TestIdentity(t *testing.T) {
	_, dir := newAuthority(t)
	server, node := settings(t, dir)
	c, err := handshake(t, server, node)
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject.CommonName != "luotian/kiosk-1" || len(c.URIs) != 1 || c.URIs[0].String() != "hall:luotian/kiosk-1" {
		t.Errorf("common name %q, URIs %v", c.Subject.CommonName, c.URIs)
	}
	if slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) {
		t.Error("a kiosk's certificate serves as a server's")
	}
}

// S07: keys have mode 0600, and a key that others may read is refused.
func TestKeysArePrivate(t *testing.T) {
	_, dir := newAuthority(t)
	for _, f := range []string{"ca.key", "hall.key", "kiosk-1.key"} {
		i, err := os.Stat(filepath.Join(dir, f))
		if err != nil || i.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f, i.Mode(), err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "kiosk-1.key"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := NodeTLS(dir, "kiosk-1"); err == nil || !strings.Contains(err.Error(), "0640") || !strings.Contains(err.Error(), "kiosk-1.key") {
		t.Errorf("error %v: want one with the file and its mode", err)
	}
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, _ error) error {
		if !d.IsDir() && !strings.HasSuffix(p, ".key") {
			if b, _ := os.ReadFile(p); bytes.Contains(b, []byte("PRIVATE KEY")) {
				t.Errorf("%s holds a key", p)
			}
		}
		return nil
	})
}

// S05: a renewed certificate is used from the next connection on without a
// restart; the old one works until it is revoked, and the revocation too needs
// no restart.
func TestRotation(t *testing.T) {
	a, dir := newAuthority(t)
	server, node := settings(t, dir)
	old, err := handshake(t, server, node)
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "kiosk-1.crt"), filepath.Join(dir, "kiosk-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	thief := &tls.Config{RootCAs: node.RootCAs, Certificates: []tls.Certificate{pair}}

	if err := a.Renew("kiosk-1", now.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	fresh, err := handshake(t, server, node)
	if err != nil || fresh.SerialNumber.Cmp(old.SerialNumber) == 0 || fresh.Subject.CommonName != old.Subject.CommonName {
		t.Fatalf("after renewal: %v, serial %v then %v", err, old.SerialNumber, fresh.SerialNumber)
	}
	if _, err := handshake(t, server, thief); err != nil {
		t.Fatalf("the old certificate before it is revoked: %v", err)
	}
	n, err := a.Revoke("luotian/kiosk-1", true, now)
	if err != nil || n != 1 {
		t.Fatalf("%d revoked, %v", n, err)
	}
	if _, err := handshake(t, server, thief); err == nil || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("the old certificate after it was revoked: %v", err)
	}
	if _, err := handshake(t, server, node); err != nil {
		t.Errorf("the new certificate: %v", err)
	}
	// The server's own pair is renewed in the same way, with its names.
	if err := a.Renew("hall", now); err != nil {
		t.Fatal(err)
	}
	node.ServerName = "127.0.0.1"
	if _, err := handshake(t, server, node); err != nil {
		t.Errorf("the renewed server: %v", err)
	}
	list, err := a.List()
	if err != nil || len(list) != 4 {
		t.Fatalf("%d issued, %v", len(list), err)
	}
	if !list[2].Revoked || list[3].Revoked || !slices.Equal(list[0].Hosts, []string{"localhost", "127.0.0.1"}) {
		t.Errorf("list: %+v", list)
	}
}

// A pair that is only half replaced is left alone until it is whole.
func TestHalfAPair(t *testing.T) {
	a, dir := newAuthority(t)
	server, node := settings(t, dir)
	before, err := handshake(t, server, node)
	if err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(filepath.Join(dir, "kiosk-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Renew("kiosk-1", now); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(filepath.Join(dir, "kiosk-1.key"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kiosk-1.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	half, err := handshake(t, server, node)
	if err != nil || half.SerialNumber.Cmp(before.SerialNumber) != 0 {
		t.Fatalf("with half a pair: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kiosk-1.key"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	after, err := handshake(t, server, node)
	if err != nil || after.SerialNumber.Cmp(before.SerialNumber) == 0 {
		t.Errorf("with the whole pair: %v, still the old certificate", err)
	}
}

func TestMistakes(t *testing.T) {
	a, dir := newAuthority(t)
	if _, err := Create(dir, "again", now); err == nil {
		t.Error("an authority was overwritten")
	}
	for _, r := range []Request{{Hall: "Luotian", Node: "x"}, {Hall: "luotian", Node: "a/b"}, {Hall: "luotian", Node: "ca"}, {Hall: "luotian", Node: "x", Hosts: []string{"a b"}}} {
		if err := a.Issue(r, now); err == nil {
			t.Errorf("%+v was signed", r)
		}
	}
	if _, err := a.Revoke("luotian/nobody", false, now); err == nil {
		t.Error("an unknown identity was revoked")
	}
	other, _ := newAuthority(t)
	der := encode("X509 CRL", func() []byte { b, _ := readPEM(filepath.Join(other.dir, "ca.crl"), "X509 CRL"); return b }())
	if err := os.WriteFile(filepath.Join(dir, "ca.crl"), der, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ServerTLS(dir, "hall"); err == nil {
		t.Error("another authority's list of what is revoked was taken")
	}
}
