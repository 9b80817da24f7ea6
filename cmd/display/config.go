package main

import (
	"net"
	"net/url"

	"hallward/devices/config"
	"hallward/devices/contract"
)

// settings are the configuration of one board. Paths are relative to the
// working directory.
type settings struct {
	Hall         string `yaml:"hall"`         // id of the hall
	Node         string `yaml:"node"`         // id of this board
	Controller   string `yaml:"controller"`   // broker of the hall, tls://host:port
	Certificates string `yaml:"certificates"` // folder of the PEM files
	Data         string `yaml:"data"`         // folder of the last picture
	Health       string `yaml:"health"`       // local address of health and metrics
	Screen       struct {
		Width  int `yaml:"width"`  // pixels
		Height int `yaml:"height"` // pixels
	} `yaml:"screen"`
}

// Check says what the types cannot.
func (c *settings) Check(k *config.Checker) {
	for path, id := range map[string]string{"hall": c.Hall, "node": c.Node} {
		if contract.CheckID(id) != nil {
			k.At(path).Badf("want 1 to 32 of a-z, 0-9 and -")
		}
	}
	if u, err := url.Parse(c.Controller); err != nil || u.Scheme != "tls" || u.Port() == "" {
		k.At("controller").Badf("want tls://host:port")
	}
	if c.Certificates == "" {
		k.At("certificates").Badf("want the folder of the certificates that hallctl pki made")
	}
	if c.Data == "" {
		k.At("data").Badf("want the folder of the last picture")
	}
	if c.Health != "" {
		if _, port, err := net.SplitHostPort(c.Health); err != nil || port == "" {
			k.At("health").Badf("want host:port")
		}
	}
	for path, pixels := range map[string]int{"screen.width": c.Screen.Width, "screen.height": c.Screen.Height} {
		if pixels < 320 || pixels > 7680 {
			k.At(path).Badf("want 320 to 7680 pixels")
		}
	}
}

func load(path string) (*settings, error) {
	c := &settings{}
	c.Screen.Width, c.Screen.Height = 1920, 1080
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	return c, nil
}
