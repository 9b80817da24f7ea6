package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"hallward/devices/contract"
)

// Lives of what is signed. Validity begins an hour early, for clocks that are
// a little behind.
const (
	AuthorityLife = 20 * 365 * 24 * time.Hour
	NodeLife      = 2 * 365 * 24 * time.Hour
	early         = time.Hour
)

// Authority signs certificates; its folder holds the result.
type Authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Create makes a new authority in dir, which must not hold one. name is for
// people, "罗田县政务服务大厅".
func Create(dir, name string, now time.Time) (*Authority, error) {
	if err := os.MkdirAll(filepath.Join(dir, "issued"), 0o755); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	for _, f := range []string{"ca.key", "ca.crt"} {
		if _, err := os.Lstat(filepath.Join(dir, f)); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("pki: %s: there is an authority already", filepath.Join(dir, f))
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	t := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: name, Organization: []string{"Hallward"}},
		NotBefore:             now.Add(-early).UTC(),
		NotAfter:              now.Add(AuthorityLife).UTC(),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, t, t, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	a := &Authority{dir: dir, key: key}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	if err := writePair(filepath.Join(dir, "ca"), der, key); err != nil {
		return nil, err
	}
	return a, a.writeCRL(nil, now)
}

// Open reads the authority of dir.
func Open(dir string) (*Authority, error) {
	cert, err := readCert(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return nil, err
	}
	key, err := readKey(filepath.Join(dir, "ca.key"))
	if err != nil {
		return nil, err
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, fmt.Errorf("pki: %s: ca.key is not the key of ca.crt", dir)
	}
	return &Authority{dir: dir, cert: cert, key: key}, nil
}

// Request is what a certificate is wanted for.
type Request struct {
	Hall string
	Node string
	// Hosts are the DNS names and IP addresses under which this node is
	// reached as a server; none for a node that only connects.
	Hosts []string
	Life  time.Duration // 0 is NodeLife
}

// Issue signs a certificate with a new key and writes NODE.crt and NODE.key.
func (a *Authority) Issue(r Request, now time.Time) error {
	for what, id := range map[string]string{"hall": r.Hall, "node": r.Node} {
		if err := contract.CheckID(id); err != nil {
			return fmt.Errorf("pki: %s: %w", what, err)
		}
	}
	if r.Node == "ca" {
		return fmt.Errorf("pki: node %q: that name is the authority's", r.Node)
	}
	if r.Life == 0 {
		r.Life = NodeLife
	}
	identity := contract.Topics{Hall: r.Hall}.Identity(r.Node)
	t := &x509.Certificate{
		SerialNumber: serial(),
		Subject:      pkix.Name{CommonName: identity},
		URIs:         []*url.URL{{Scheme: "hall", Opaque: identity}},
		NotBefore:    now.Add(-early).UTC(),
		NotAfter:     now.Add(r.Life).UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	if t.NotAfter.After(a.cert.NotAfter) {
		t.NotAfter = a.cert.NotAfter
	}
	for _, h := range r.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else if h == "" || strings.ContainsAny(h, " /:") {
			return fmt.Errorf("pki: host %q: want a DNS name or an IP address", h)
		} else {
			t.DNSNames = append(t.DNSNames, h)
		}
	}
	if len(r.Hosts) > 0 {
		t.ExtKeyUsage = append(t.ExtKeyUsage, x509.ExtKeyUsageServerAuth)
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	der, err := x509.CreateCertificate(rand.Reader, t, a.cert, &key.PublicKey, a.key)
	if err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	kept := filepath.Join(a.dir, "issued", t.SerialNumber.Text(16)+".crt")
	if err := writeFile(kept, encode("CERTIFICATE", der), 0o644); err != nil {
		return err
	}
	return writePair(filepath.Join(a.dir, r.Node), der, key)
}

// Renew signs a new certificate and key for what NODE.crt says now. The old
// certificate stays valid until it ends or is revoked.
func (a *Authority) Renew(node string, now time.Time) error {
	old, err := readCert(filepath.Join(a.dir, node+".crt"))
	if err != nil {
		return err
	}
	hall, name, _ := strings.Cut(old.Subject.CommonName, "/")
	r := Request{Hall: hall, Node: name, Hosts: slices.Clone(old.DNSNames), Life: old.NotAfter.Sub(old.NotBefore) - early}
	for _, ip := range old.IPAddresses {
		r.Hosts = append(r.Hosts, ip.String())
	}
	return a.Issue(r, now)
}

// Issued is one certificate that the authority has signed.
type Issued struct {
	Identity string
	Serial   *big.Int
	From     time.Time
	Until    time.Time
	Hosts    []string
	Revoked  bool
}

// List is every certificate ever signed, by identity and time.
func (a *Authority) List() ([]Issued, error) {
	gone, err := a.revoked()
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(a.dir, "issued", "*.crt"))
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	var out []Issued
	for _, f := range files {
		c, err := readCert(f)
		if err != nil {
			return nil, err
		}
		i := Issued{Identity: c.Subject.CommonName, Serial: c.SerialNumber, From: c.NotBefore, Until: c.NotAfter, Hosts: slices.Clone(c.DNSNames)}
		for _, ip := range c.IPAddresses {
			i.Hosts = append(i.Hosts, ip.String())
		}
		i.Revoked = slices.ContainsFunc(gone, func(e x509.RevocationListEntry) bool { return e.SerialNumber.Cmp(c.SerialNumber) == 0 })
		out = append(out, i)
	}
	slices.SortFunc(out, func(a, b Issued) int {
		if c := strings.Compare(a.Identity, b.Identity); c != 0 {
			return c
		}
		return a.From.Compare(b.From)
	})
	return out, nil
}

// Revoke puts the certificates of an identity into ca.crl and tells how many:
// all of them, or, with keepNewest, all but the last that was signed. Copy
// ca.crl to the servers afterwards; they read it again by themselves.
func (a *Authority) Revoke(identity string, keepNewest bool, now time.Time) (int, error) {
	list, err := a.List()
	if err != nil {
		return 0, err
	}
	var of []Issued
	for _, i := range list {
		if i.Identity == identity {
			of = append(of, i)
		}
	}
	if len(of) == 0 {
		return 0, fmt.Errorf("pki: no certificate was ever signed for %q", identity)
	}
	if keepNewest {
		of = of[:len(of)-1]
	}
	gone, err := a.revoked()
	if err != nil {
		return 0, err
	}
	n := 0
	for _, i := range of {
		if i.Revoked {
			continue
		}
		n++
		gone = append(gone, x509.RevocationListEntry{SerialNumber: i.Serial, RevocationTime: now.UTC()})
	}
	return n, a.writeCRL(gone, now)
}

func (a *Authority) revoked() ([]x509.RevocationListEntry, error) {
	l, err := readCRL(filepath.Join(a.dir, "ca.crl"), a.cert)
	if err != nil {
		return nil, err
	}
	return l.RevokedCertificateEntries, nil
}

// writeCRL signs the list of what is revoked. It never runs out before the
// authority does: a hall that nobody looks after must not stop on a date.
func (a *Authority) writeCRL(gone []x509.RevocationListEntry, now time.Time) error {
	number := big.NewInt(now.UnixNano())
	der, err := x509.CreateRevocationList(rand.Reader, &x509.RevocationList{
		Number: number, ThisUpdate: now.Add(-early).UTC(), NextUpdate: a.cert.NotAfter, RevokedCertificateEntries: gone,
	}, a.cert, a.key)
	if err != nil {
		return fmt.Errorf("pki: %w", err)
	}
	return writeFile(filepath.Join(a.dir, "ca.crl"), encode("X509 CRL", der), 0o644)
}

// serial is a random number of 127 bits.
func serial() *big.Int {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil { // crypto/rand does not fail on any system that Go runs on
		panic(err)
	}
	return n.Add(n, big.NewInt(1))
}
