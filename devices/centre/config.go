package centre

import (
	"slices"

	"hallward/devices/config"
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
	k.At("node").WantID(c.Node)
	if len(c.Halls) == 0 {
		k.At("halls").Badf("want the id of at least one hall")
	}
	for i, id := range c.Halls {
		k.Atf("halls[%d]", i).WantID(id)
		if slices.Index(c.Halls, id) != i {
			k.Atf("halls[%d]", i).Badf("stands there twice")
		}
	}
	k.At("data").WantFolder(c.Data, "the store")
	k.At("certificates").WantFolder(c.Certificates, config.Certificates)
	switch {
	case c.Broker.URL != "" && c.Broker.Listen != "":
		k.At("broker").Badf("want either listen (embedded) or url (another broker)")
	case c.Broker.URL != "":
		k.At("broker.url").WantBroker(c.Broker.URL)
	default:
		k.At("broker.listen").WantAddress(c.Broker.Listen)
	}
	for path, addr := range map[string]string{"page": c.Page, "health": c.Health} {
		if addr != "" {
			k.At(path).WantAddress(addr)
		}
	}
}
