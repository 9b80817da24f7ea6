package config

import (
	"net"
	"net/url"

	"hallward/devices/contract"
)

// Checks that every program of the house needs. Each says what is wanted when
// the value is not that.

// WantID wants the id of a hall, a node or a device.
func (s Spot) WantID(id string) {
	if contract.CheckID(id) != nil {
		s.Badf("want 1 to 32 of a-z, 0-9 and -")
	}
}

// WantAddress wants host:port.
func (s Spot) WantAddress(addr string) {
	if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
		s.Badf("want host:port")
	}
}

// WantBroker wants the address of a broker, tls://host:port.
func (s Spot) WantBroker(addr string) {
	if u, err := url.Parse(addr); err != nil || u.Scheme != "tls" || u.Port() == "" {
		s.Badf("want tls://host:port")
	}
}

// WantFolder wants the name of a folder; what says of what.
func (s Spot) WantFolder(path, what string) {
	if path == "" {
		s.Badf("want the folder of %s", what)
	}
}

// Certificates is what a folder of certificates is called everywhere.
const Certificates = "the certificates that hallctl pki made"
