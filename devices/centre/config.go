package centre

import (
	"net"
	"net/url"
	"slices"

	"hallward/devices/config"
	"hallward/devices/contract"
)

// Config is the configuration of a centre. Paths are relative to the working
// directory.
type Config struct {
	Node         string       `yaml:"node"`         // id of the centre in each hall; also the name of its certificate
	Halls        []string     `yaml:"halls"`        // ids
	Data         string       `yaml:"data"`         // folder of the store
	Certificates string       `yaml:"certificates"` // folder of the PEM files
	Broker       BrokerConfig `yaml:"broker"`
	Page         string       `yaml:"page"`   // local address of page and queries; none without
	Health       string       `yaml:"health"` // local address of health and metrics; none without
}

// BrokerConfig is where the halls' controllers come in: embedded by default.
type BrokerConfig struct {
	Listen string `yaml:"listen"` // of the embedded broker
	// URL is of another broker instead. A certificate names one hall, so with
	// several halls the certificates stand in one folder for each,
	// certificates/HALL.
	URL string `yaml:"url"`
}

// Load reads the configuration file and tells every mistake in it at once.
func Load(path string) (*Config, error) {
	c := &Config{Node: "centre"}
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	return c, nil
}

// Check says what is wrong.
func (c *Config) Check(k *config.Checker) {
	if contract.CheckID(c.Node) != nil {
		k.At("node").Badf("want 1 to 32 of a-z, 0-9 and -")
	}
	if len(c.Halls) == 0 {
		k.At("halls").Badf("want the id of at least one hall")
	}
	for i, id := range c.Halls {
		if contract.CheckID(id) != nil {
			k.Atf("halls[%d]", i).Badf("want 1 to 32 of a-z, 0-9 and -")
		}
		if slices.Index(c.Halls, id) != i {
			k.Atf("halls[%d]", i).Badf("stands there twice")
		}
	}
	if c.Data == "" {
		k.At("data").Badf("want the folder of the store")
	}
	if c.Certificates == "" {
		k.At("certificates").Badf("want the folder of the certificates that hallctl pki made")
	}
	switch u, err := url.Parse(c.Broker.URL); {
	case c.Broker.URL != "" && c.Broker.Listen != "":
		k.At("broker").Badf("want either listen (embedded) or url (another broker)")
	case c.Broker.URL == "":
		checkAddress(k, "broker.listen", c.Broker.Listen)
	case err != nil || u.Scheme != "tls" || u.Port() == "":
		k.At("broker.url").Badf("want tls://host:port")
	}
	if c.Page != "" {
		checkAddress(k, "page", c.Page)
	}
	if c.Health != "" {
		checkAddress(k, "health", c.Health)
	}
}

func checkAddress(k *config.Checker, path, addr string) {
	if _, port, err := net.SplitHostPort(addr); err != nil || port == "" {
		k.At(path).Badf("want host:port")
	}
}
