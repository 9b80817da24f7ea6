package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// ServerTLS is the TLS setting of a server, with NAME.crt and NAME.key of dir:
// TLS 1.3, a client certificate of this authority demanded, what stands in
// ca.crl refused. The files are read again when they have changed; one that
// cannot be read then is left for the next connection, with what was there
// before in force.
func ServerTLS(dir, name string) (*tls.Config, error) {
	id, err := load(dir, name)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:             tls.VersionTLS13,
		ClientAuth:             tls.RequireAndVerifyClientCert,
		ClientCAs:              id.pool,
		GetCertificate:         func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return id.pair(), nil },
		SessionTicketsDisabled: true, // a resumed session would not be checked against ca.crl
		VerifyConnection:       id.checkPeer,
	}, nil
}

// NodeTLS is the TLS setting of a node, with NAME.crt and NAME.key of dir. Only
// this authority's servers are trusted, under the name that was dialled.
func NodeTLS(dir, name string) (*tls.Config, error) {
	id, err := load(dir, name)
	if err != nil {
		return nil, err
	}
	return &tls.Config{
		MinVersion:           tls.VersionTLS13,
		RootCAs:              id.pool,
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return id.pair(), nil },
	}, nil
}

// files are a pair, its authority and the list of what is revoked, kept fresh.
type files struct {
	dir, name string
	ca        *x509.Certificate
	pool      *x509.CertPool

	mu   sync.Mutex
	cert *tls.Certificate
	gone map[string]bool // serials
	at   map[string]stamp
}

// stamp tells one state of a file from another.
type stamp struct {
	at   time.Time
	size int64
}

func load(dir, name string) (*files, error) {
	ca, err := readCert(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	f := &files{dir: dir, name: name, ca: ca, pool: x509.NewCertPool(), at: map[string]stamp{}}
	f.pool.AddCert(ca)
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.readPair(); err != nil {
		return nil, err
	}
	if err := f.readRevoked(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *files) path(ext string) string { return filepath.Join(f.dir, f.name+ext) }

func (f *files) readPair() error {
	if err := private(f.path(".key")); err != nil {
		return err
	}
	p, err := tls.LoadX509KeyPair(f.path(".crt"), f.path(".key"))
	if err != nil {
		return fmt.Errorf("pki: %s: %w", f.path(".crt"), err)
	}
	f.cert = &p
	return nil
}

func (f *files) readRevoked() error {
	path := filepath.Join(f.dir, "ca.crl")
	l, err := readCRL(path, f.ca)
	if errors.Is(err, fs.ErrNotExist) {
		f.gone = map[string]bool{}
		return nil
	}
	if err != nil {
		return err
	}
	gone := make(map[string]bool, len(l.RevokedCertificateEntries))
	for _, e := range l.RevokedCertificateEntries {
		gone[e.SerialNumber.String()] = true
	}
	f.gone = gone
	return nil
}

// changed tells whether a file is another than when it was last asked for.
func (f *files) changed(path string) bool {
	var now stamp
	if i, err := os.Stat(path); err == nil {
		now = stamp{i.ModTime(), i.Size()}
	}
	was := f.at[path]
	f.at[path] = now
	return was != now
}

func (f *files) pair() *tls.Certificate {
	f.mu.Lock()
	defer f.mu.Unlock()
	crt, key := f.changed(f.path(".crt")), f.changed(f.path(".key"))
	if (crt || key) && f.readPair() != nil {
		delete(f.at, f.path(".crt")) // look again next time
	}
	return f.cert
}

func (f *files) checkPeer(s tls.ConnectionState) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	path := filepath.Join(f.dir, "ca.crl")
	if f.changed(path) && f.readRevoked() != nil {
		delete(f.at, path)
	}
	if len(s.PeerCertificates) == 0 {
		return errors.New("pki: no certificate")
	}
	if c := s.PeerCertificates[0]; f.gone[c.SerialNumber.String()] {
		return fmt.Errorf("pki: the certificate of %q is revoked", c.Subject.CommonName)
	}
	return nil
}
