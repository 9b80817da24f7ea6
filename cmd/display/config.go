package main

import (
	"fmt"

	"hallward/devices/config"
	"hallward/kiosk/display/model"
	"hallward/kiosk/display/templates"
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
	Window string          `yaml:"window"` // the display of this window, by id, instead of the board
	Board  templates.Board `yaml:"board"`  // what the board shows, and of which zones

	layout model.Layout
}

// Check says what the types cannot.
func (c *settings) Check(k *config.Checker) {
	k.At("hall").WantID(c.Hall)
	k.At("node").WantID(c.Node)
	k.At("controller").WantBroker(c.Controller)
	k.At("certificates").WantFolder(c.Certificates, config.Certificates)
	k.At("data").WantFolder(c.Data, "the last picture")
	if c.Window != "" {
		k.At("window").WantID(c.Window)
	}
	if c.Health != "" {
		k.At("health").WantAddress(c.Health)
	}
	for path, pixels := range map[string]int{"screen.width": c.Screen.Width, "screen.height": c.Screen.Height} {
		if pixels < 240 || pixels > 7680 {
			k.At(path).Badf("want 240 to 7680 pixels")
		}
	}
}

// load reads the configuration; the command line may ask for another size.
func load(path string, o options) (*settings, error) {
	c := &settings{}
	c.Screen.Width, c.Screen.Height = 1920, 1080
	if err := config.Load(path, c); err != nil {
		return nil, err
	}
	var err error
	if c.layout, err = c.Board.Layout(); err != nil {
		return nil, err
	}
	if o.size == "" {
		return c, nil
	}
	var w, h int
	if n, err := fmt.Sscanf(o.size, "%dx%d", &w, &h); err != nil || n != 2 || w < 240 || h < 240 || w > 7680 || h > 7680 {
		return nil, fmt.Errorf("display: --size %q: want WIDTHxHEIGHT in pixels, such as 960x540", o.size)
	}
	c.Screen.Width, c.Screen.Height = w, h
	return c, nil
}
