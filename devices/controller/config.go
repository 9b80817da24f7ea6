package controller

import (
	"path/filepath"
	"time"

	"hallward/devices/catalog"
	"hallward/devices/config"
	"hallward/devices/hall"
)

// Config is the configuration of one hall controller. Paths of data and
// certificates are relative to the working directory; the hall's folder is
// relative to the configuration file.
type Config struct {
	Hall         string         `yaml:"hall"`         // folder of hall.yaml
	Node         string         `yaml:"node"`         // id of the controller, here and at the centre
	Data         string         `yaml:"data"`         // folder of the journal
	Certificates string         `yaml:"certificates"` // folder of the PEM files
	Broker       BrokerConfig   `yaml:"broker"`
	Console      ConsoleConfig  `yaml:"console"`
	Health       string         `yaml:"health"` // local address of health and metrics
	Centre       CentreConfig   `yaml:"centre"`
	Devices      []catalog.Spec `yaml:"devices"`

	Setup *hall.Setup `yaml:"-"` // from Hall
}

// BrokerConfig is where the hall's nodes meet: embedded by default.
type BrokerConfig struct {
	Listen string `yaml:"listen"` // of the embedded broker
	URL    string `yaml:"url"`    // of another one instead
}

// ConsoleConfig is where the staff's pages are. An address that is not local
// is served by HTTPS with the controller's certificate.
type ConsoleConfig struct {
	Listen   string   `yaml:"listen"`
	Managers []string `yaml:"managers"` // staff ids that may open the page of the whole hall
}

// CentreConfig is the centre's broker; without a URL the events wait.
type CentreConfig struct {
	URL string `yaml:"url"`
}

// Check says what is wrong; the hall's own files are checked by LoadHall.
func (c *Config) Check(k *config.Checker) {
	k.At("hall").WantFolder(c.Hall, "hall.yaml")
	k.At("node").WantID(c.Node)
	k.At("data").WantFolder(c.Data, "the journal")
	k.At("certificates").WantFolder(c.Certificates, config.Certificates)
	switch {
	case c.Broker.URL != "" && c.Broker.Listen != "":
		k.At("broker").Badf("want either listen (embedded) or url (another broker)")
	case c.Broker.URL != "":
		k.At("broker.url").WantBroker(c.Broker.URL)
	default:
		k.At("broker.listen").WantAddress(c.Broker.Listen)
	}
	k.At("console.listen").WantAddress(c.Console.Listen)
	if c.Health != "" {
		k.At("health").WantAddress(c.Health)
	}
	if c.Centre.URL != "" {
		k.At("centre.url").WantBroker(c.Centre.URL)
	}
	for _, e := range catalog.CheckAll(c.Devices) {
		k.Atf("devices[%d].%s", e.Index, e.Key).Badf("%s", e.Problem)
	}
}

// Load reads the configuration and the hall that it names.
func Load(path string) (*Config, error) {
	c := &Config{Node: "hall"}
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	if !filepath.IsAbs(c.Hall) {
		c.Hall = filepath.Join(filepath.Dir(path), c.Hall)
	}
	setup, _, err := config.LoadHall(c.Hall)
	if err != nil {
		return nil, err
	}
	c.Setup = setup
	return c, nil
}

// keep is how long acknowledged events stay in the hall's journal, for
// questions that come later.
const keep = 400 * 24 * time.Hour
