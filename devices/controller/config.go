package controller

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
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
	Media        string         `yaml:"media"`  // folder of pictures, in the hall's folder: photos, slides; none is none
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
	Address  string   `yaml:"address"`  // under which others reach it, https://hall-1:8443; default what listen says
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
	if c.Media != "" && !filepath.IsAbs(c.Media) && !filepath.IsLocal(c.Media) {
		k.At("media").Badf("want a folder below the hall's, such as photos, or a whole path")
	}
	switch u, err := url.Parse(c.Console.Address); {
	case c.Console.Address == "" && c.Media != "" && c.mediaAddress() == "":
		k.At("console.address").Badf("want the address under which screens fetch pictures from this machine, such as https://hall-1:8443, when listen names none")
	case c.Console.Address != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != ""):
		k.At("console.address").Badf("want https://host:port")
	}
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
	c.Setup.Hall.Media = c.mediaAddress()
	if err := c.checkPlaces(path); err != nil {
		return nil, err
	}
	return c, nil
}

// checkPlaces holds the places that the hall's folder names against the devices
// of this file.
func (c *Config) checkPlaces(path string) error {
	kinds := map[string]string{}
	for _, d := range c.Devices {
		kinds[d.ID] = d.Kind
	}
	var wrong []error
	check := func(p hall.Place, what string, can bool) {
		switch kind, there := kinds[p.Device]; {
		case !there:
			wrong = append(wrong, fmt.Errorf("%s: devices: %s names the device %q for a %s, and there is none with this id", path, c.Hall, p.Device, what))
		case !can:
			wrong = append(wrong, fmt.Errorf("%s: devices: %s names the device %q for a %s, and %s is none", path, c.Hall, p.Device, what, kind))
		}
	}
	displays, voices := places(c.Setup)
	for _, p := range displays {
		check(p, "display", catalog.Capability(kinds[p.Device]) == "display")
	}
	for _, p := range voices {
		check(p, "voice", catalog.Speaks(kinds[p.Device]))
	}
	return errors.Join(wrong...)
}

// keep is how long acknowledged events stay in the hall's journal, for
// questions that come later.
const keep = 400 * 24 * time.Hour
